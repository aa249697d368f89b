// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr shell` on a terminal, as a person uses it: a prompt, its size, Ctrl-C, a
 * full-screen program, a paste of 100 KB, and the ways to leave.
 *
 * Boots KTSTR_KERNEL; needs a KVM that can run a kernel, and busybox.
 */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/common/shell.h"
#include "lib/common/util/util.h"
#include "lib/host/machine/paths.h"
#include "vmm/kvm_check.h"

#define LIMIT_S		280
#define SAY_MS		200000	/* a boot on a host that has much to do */
#define PASTE		(100 << 10)
#define LINE		64
#define KEPT		8192

/*
 * struct keeper - a terminal of which we have the other end
 * @fd: that end
 * @pid: who has it
 * @text: the last that was said there
 */
struct keeper {
	int fd;
	pid_t pid;
	size_t len;
	char text[KEPT];
};

FIXTURE(shell) {
	struct keeper k;
	char program[PATH_MAX];
};

FIXTURE_SETUP(shell)
{
	enum kvm_usability usable;
	char why[200], self_dir[PATH_MAX - 16], path[PATH_MAX];

	self->k.fd = -1;
	self->k.pid = -1;
	if (kvm_check(NULL, &usable, why, sizeof(why)) || usable != KVM_USABLE)
		SKIP(return, "no usable KVM: %s", why);
	if (host_find_tool("busybox", path, sizeof(path)))
		SKIP(return, "no busybox");
	if (!getenv("KTSTR_KERNEL"))
		SKIP(return, "KTSTR_KERNEL names no kernel");
	ASSERT_EQ(0, host_self_dir(self_dir, sizeof(self_dir)));
	snprintf(self->program, sizeof(self->program), "%s/../ktstr", self_dir);
}

FIXTURE_TEARDOWN(shell)
{
	if (self->k.pid > 0) {
		kill(self->k.pid, SIGKILL);
		waitpid(self->k.pid, NULL, 0);
	}
	if (self->k.fd >= 0)
		close(self->k.fd);
}

static void be_shell(const char *tty, char *const *argv)
{
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	fd = open(tty, O_RDWR);
	ioctl(fd, TIOCSCTTY, 0);
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	setenv("TERM", "xterm", 1);
	execv(argv[0], argv);
	_exit(127);
}

static int begin(FIXTURE_DATA(shell) *self, const char *option,
		 const char *value)
{
	char *argv[] = { self->program, (char *)"shell", (char *)option,
			 (char *)value, NULL };
	struct winsize size = { .ws_row = 33, .ws_col = 99 };
	struct keeper *k = &self->k;
	char tty[64];

	k->len = 0;
	k->fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (k->fd < 0 || grantpt(k->fd) || unlockpt(k->fd) ||
	    ptsname_r(k->fd, tty, sizeof(tty)))
		return -1;
	ioctl(k->fd, TIOCSWINSZ, &size);
	k->pid = fork();
	if (!k->pid)
		be_shell(tty, argv);
	return k->pid < 0 ? -1 : 0;
}

/* What it says, without the oldest. Returns false when nothing comes. */
static bool hear(struct keeper *k, int ms)
{
	struct pollfd pfd = { .fd = k->fd, .events = POLLIN };
	ssize_t n;

	if (poll(&pfd, 1, ms) <= 0)
		return false;
	if (k->len > KEPT / 2) {
		memmove(k->text, k->text + k->len - KEPT / 4, KEPT / 4);
		k->len = KEPT / 4;
	}
	n = read(k->fd, k->text + k->len, KEPT - 1 - k->len);
	if (n <= 0)
		return false;
	k->len += n;
	k->text[k->len] = '\0';
	/* What is no text ends none. */
	for (size_t i = k->len - n; i < k->len; i++)
		if (!k->text[i])
			k->text[i] = '?';
	return true;
}

/* Wait until it has said that; what came before is forgotten. */
static bool says(struct keeper *k, const char *word)
{
	uint64_t end_ns = clock_now_ns() + SAY_MS * NSEC_PER_MSEC;
	char *at;

	while (!(at = k->len ? strstr(k->text, word) : NULL))
		if (!hear(k, 1000) && clock_now_ns() > end_ns)
			return false;
	at += strlen(word);
	k->len -= at - k->text;
	memmove(k->text, at, k->len + 1);
	return true;
}

static bool type(struct keeper *k, const char *text)
{
	return write(k->fd, text, strlen(text)) == (ssize_t)strlen(text);
}

static int status_of(struct keeper *k)
{
	uint64_t end_ns = clock_now_ns() + SAY_MS * NSEC_PER_MSEC;
	int status = -1;

	while (!waitpid(k->pid, &status, WNOHANG) && clock_now_ns() < end_ns)
		if (!hear(k, 100))
			usleep(10000);
	k->pid = -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Lines whose number is in them, as fast as they are taken. */
static bool paste(struct keeper *k)
{
	uint64_t end_ns = clock_now_ns() + SAY_MS * NSEC_PER_MSEC;
	char *text = malloc(PASTE + 1);
	size_t i, done = 0;

	for (i = 0; text && i < PASTE / LINE; i++)
		snprintf(text + i * LINE, LINE + 1, "%0*zu\n", LINE - 1, i);
	while (text && done < PASTE && clock_now_ns() < end_ns) {
		ssize_t n = write(k->fd, text + done, PASTE - done);

		done += n > 0 ? n : 0;
		hear(k, n > 0 ? 0 : 10);
	}
	free(text);
	return done == PASTE;
}

#define SAYS(expected) do {						\
	const char *_word = (expected);					\
									\
	ASSERT_TRUE(says(&self->k, _word)) {				\
		TH_LOG("not said: %s, but: %s", _word, self->k.text);	\
	}								\
} while (0)

TEST_F_TIMEOUT(shell, is_a_terminal, LIMIT_S)
{
	struct winsize size = { .ws_row = 40, .ws_col = 120 };
	struct keeper *k = &self->k;

	ASSERT_EQ(0, begin(self, "-t", "1n1l1c1t"));
	SAYS("/ # ");
	/* What is typed comes back, so what is looked for is not typed. */
	ASSERT_TRUE(type(k, "tty; stty size; echo a''b\r"));
	SAYS("/dev/hvc0");
	SAYS("33 99");
	SAYS("ab");
	ioctl(k->fd, TIOCSWINSZ, &size);
	ASSERT_TRUE(type(k, "sleep 1; stty size; sleep 1000; echo rest''ed\r"));
	SAYS("40 120");
	/* The one in front, and not the shell. */
	usleep(500000);
	ASSERT_TRUE(type(k, "\3"));
	ASSERT_TRUE(type(k, "echo al''ive\r"));
	SAYS("alive");
	ASSERT_TRUE(type(k, "vi /tmp/text\r"));
	SAYS("1/1 100%");
	ASSERT_TRUE(type(k, "ihello"));
	SAYS("hello");
	/* With what follows at once it would be another key. */
	ASSERT_TRUE(type(k, "\33"));
	SAYS("- /tmp/text");
	ASSERT_TRUE(type(k, ":wq\r"));
	SAYS("/ # ");
	ASSERT_TRUE(type(k, "cat /tmp/text | tr a-z A-Z\r"));
	SAYS("HELLO");
	ASSERT_TRUE(type(k, "exit 7\r"));
	EXPECT_EQ(7, status_of(k));
}

TEST_F_TIMEOUT(shell, paste_loses_nothing, LIMIT_S)
{
	struct keeper *k = &self->k;
	char want[64];

	ASSERT_EQ(0, begin(self, "-t", "1n1l1c1t"));
	SAYS("/ # ");
	ASSERT_TRUE(type(k, "echo go''es; cat >/tmp/pasted\r"));
	SAYS("goes");
	ASSERT_TRUE(paste(k));
	ASSERT_TRUE(type(k, "\4"));
	ASSERT_TRUE(type(k, "cd /tmp; wc -c <pasted; sort -c pasted && "));
	ASSERT_TRUE(type(k, "uniq pasted | wc -l; echo do''ne\r"));
	snprintf(want, sizeof(want), "%d\r\n%d\r\n", PASTE, PASTE / LINE);
	SAYS(want);
	SAYS("done");
	/* And the other way out. */
	ASSERT_TRUE(type(k, "\1x"));
	EXPECT_EQ(0, status_of(k));
}

TEST_F_TIMEOUT(shell, command_has_its_status, LIMIT_S)
{
	struct keeper *k = &self->k;

	ASSERT_EQ(0, begin(self, "--exec", "echo a''b; exit 9"));
	SAYS("ab");
	EXPECT_EQ(9, status_of(k));
}

TEST_HARNESS_MAIN
