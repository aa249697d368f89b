// SPDX-License-Identifier: GPL-2.0-only
/*
 * The keeper of a program. See keeper.h.
 */
#include "lib/guest/payload/keeper.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common/util/compiler.h"
#include "lib/common/util/util.h"

#define POLL_MS		10
/* Who has ended may have left something in a pipe that others hold, too. */
#define REST_MS		200
#define ORPHAN_ROUNDS	50
#define GATHER_MS	1
#define PIPE_BYTES	(1U << 20)

/**
 * struct keeping - a keeper at work
 * @ask: what it was told
 * @told: what it tells
 * @pid: the program, and its process group
 * @fds: what it prints to; -1 where that is closed
 * @wait: since it was started
 * @term: since it was told to end, where it was
 * @reaped: it has ended
 */
struct keeping {
	const struct keeper_ask *ask;
	struct kept_told *told;
	pid_t pid;
	int fds[PAYLOAD_STREAMS];
	struct wire_steal_wait wait;
	struct wire_steal_wait term;
	bool reaped;
};

/* ---- the program ---- */

static void __noreturn give_up(struct kept_told *told, enum keeper_failure what)
{
	told->failure = what;
	told->error = errno;
	_exit(127);
}

/* By itself, before it is the program: all that it does is done there. */
static int enter_cgroup(const char *procs)
{
	int fd = open(procs, O_WRONLY | O_CLOEXEC);
	bool moved = fd >= 0 && write(fd, "0", 1) == 1;

	return moved ? 0 : -1;
}

static void __noreturn become(const struct keeper_ask *ask,
			      struct kept_told *told, const int *fds)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setpgid(0, 0);
	dup2(null, STDIN_FILENO);
	dup2(fds[PAYLOAD_OUT], STDOUT_FILENO);
	dup2(fds[PAYLOAD_ERR], STDERR_FILENO);
	if (ask->procs && enter_cgroup(ask->procs))
		give_up(told, KEEPER_NO_CGROUP);
	close_range(STDERR_FILENO + 1, ~0U, 0);
	clearenv();
	setenv("PATH", ask->dir, 1);
	setenv("HOME", "/tmp", 1);
	if (chdir(ask->dir))
		give_up(told, KEEPER_NO_PROGRAM);
	execv(ask->argv[0], ask->argv);
	give_up(told, KEEPER_NO_PROGRAM);
}

static pid_t fork_program(struct keeping *k, const int *fds)
{
	pid_t parent = getpid(), pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	become(k->ask, k->told, fds);
}

static int start_program(struct keeping *k)
{
	int pipes[PAYLOAD_STREAMS][2], fds[PAYLOAD_STREAMS];
	unsigned int i;

	for (i = 0; i < PAYLOAD_STREAMS; i++) {
		if (pipe2(pipes[i], O_CLOEXEC))
			return -errno;
		k->fds[i] = pipes[i][0];
		fds[i] = pipes[i][1];
		fcntl(k->fds[i], F_SETFL, O_NONBLOCK);
		fcntl(k->fds[i], F_SETPIPE_SZ, PIPE_BYTES);
	}
	wire_steal_begin(&k->wait, k->ask->steal);
	k->pid = fork_program(k, fds);
	if (k->pid < 0)
		return -errno;
	/* Whoever comes first does it. */
	setpgid(k->pid, k->pid);
	for (i = 0; i < PAYLOAD_STREAMS; i++)
		close(fds[i]);
	return 0;
}

/* ---- what it prints ---- */

static void take_all(struct keeping *k, unsigned int i)
{
	static char bytes[PIPE_BYTES];
	ssize_t n = read(k->fds[i], bytes, sizeof(bytes));

	if (n > 0)
		printed_add(&k->told->printed[i], bytes, n);
	if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	close(k->fds[i]);
	k->fds[i] = -1;
}

static void take_printed(struct keeping *k)
{
	struct pollfd pfds[PAYLOAD_STREAMS];
	unsigned int i;

	for (i = 0; i < PAYLOAD_STREAMS; i++)
		pfds[i] = (struct pollfd){ .fd = k->fds[i], .events = POLLIN };
	/* Let some come together: to be woken for each line is work, too. */
	if (poll(pfds, PAYLOAD_STREAMS, POLL_MS) > 0)
		poll(NULL, 0, GATHER_MS);
	for (i = 0; i < PAYLOAD_STREAMS; i++)
		if (pfds[i].revents)
			take_all(k, i);
}

static bool is_open(const struct keeping *k)
{
	return k->fds[PAYLOAD_OUT] >= 0 || k->fds[PAYLOAD_ERR] >= 0;
}

/* What it has left in its pipes; who else holds them is not waited for. */
static void take_rest(struct keeping *k)
{
	uint64_t end_ns = clock_now_ns() + REST_MS * NSEC_PER_MSEC;

	while (is_open(k) && clock_now_ns() < end_ns)
		take_printed(k);
}

/* ---- its end ---- */

static void terminate(struct keeping *k)
{
	k->told->terminated = true;
	kill(-k->pid, SIGTERM);
	wire_steal_begin(&k->term, k->ask->steal);
}

static bool has_printed_too_much(const struct keeping *k)
{
	return k->told->printed[PAYLOAD_OUT].n +
	       k->told->printed[PAYLOAD_ERR].n > k->ask->output_max;
}

static void mind_limits(struct keeping *k)
{
	struct kept_told *told = k->told;

	if (!told->terminated) {
		told->timed_out = wire_steal_waited_ns(&k->wait) >=
				  k->ask->limit_ms * NSEC_PER_MSEC;
		told->flooded = has_printed_too_much(k);
		if (told->timed_out || told->flooded ||
		    atomic_load(&told->end_asked))
			terminate(k);
	} else if (!told->killed && wire_steal_waited_ns(&k->term) >=
				    k->ask->grace_ms * NSEC_PER_MSEC) {
		told->killed = true;
		kill(-k->pid, SIGKILL);
	}
}

/* Others are those it has left to us. */
static void reap(struct keeping *k)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != k->pid)
			continue;
		k->reaped = true;
		k->told->status = status;
	}
}

/* The process of a line of /proc/PID/stat whose parent we are; 0 */
static pid_t orphan_of(const char *name)
{
	char path[64], text[512], *end;
	ssize_t len = -1;
	int parent = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		len = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	text[max(len, (ssize_t)0)] = '\0';
	/* Its name may have anything in it but the end of the line. */
	end = strrchr(text, ')');
	if (!end || sscanf(end, ") %*c %d", &parent) != 1 ||
	    parent != getpid())
		return 0;
	return atoi(name);
}

static unsigned int kill_orphans(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	unsigned int n = 0;
	pid_t pid;

	while (dir && (entry = readdir(dir))) {
		pid = *entry->d_name >= '1' && *entry->d_name <= '9' ?
		      orphan_of(entry->d_name) : 0;
		if (pid > 0 && !kill(pid, SIGKILL))
			n++;
	}
	if (dir)
		closedir(dir);
	return n;
}

/* Also who has left its process group: orphans come to us, as do theirs. */
static void end_orphans(struct keeping *k)
{
	unsigned int i;

	kill(-k->pid, SIGKILL);
	for (i = 0; i < ORPHAN_ROUNDS; i++) {
		reap(k);
		if (!kill_orphans())
			return;
		poll(NULL, 0, POLL_MS);
	}
}

static void __noreturn keep(const struct keeper_ask *ask, struct kept_told *told)
{
	struct keeping k = { .ask = ask, .told = told, .fds = { -1, -1 } };
	int ret;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_NAME, "ktstr-keeper");
	ret = start_program(&k);
	if (ret) {
		told->failure = KEEPER_NO_PROCESS;
		told->error = -ret;
		_exit(0);
	}
	while (!k.reaped) {
		take_printed(&k);
		reap(&k);
		if (!k.reaped)
			mind_limits(&k);
	}
	told->wall_ns = clock_now_ns() - k.wait.begin_ns;
	told->own_ns = wire_steal_waited_ns(&k.wait);
	end_orphans(&k);
	take_rest(&k);
	told->flooded |= has_printed_too_much(&k);
	_exit(0);
}

/* ---- for whoever started it ---- */

int keeper_start(const struct keeper_ask *ask, struct kept_program *kept)
{
	pid_t parent = getpid();

	kept->told = mmap(NULL, sizeof(*kept->told), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (kept->told == MAP_FAILED)
		return -errno;
	fflush(stdout);
	kept->pid = fork();
	if (!kept->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		keep(ask, kept->told);
	}
	if (kept->pid > 0)
		return 0;
	parent = errno;
	munmap(kept->told, sizeof(*kept->told));
	return -parent;
}

bool keeper_has_ended(struct kept_program *kept)
{
	if (kept->pid > 0 && waitpid(kept->pid, NULL, WNOHANG) == kept->pid) {
		kept->pid = 0;
		atomic_store(&kept->told->ended, true);
	}
	return atomic_load(&kept->told->ended);
}

void keeper_ask_end(struct kept_program *kept)
{
	atomic_store(&kept->told->end_asked, true);
}

void keeper_end(struct kept_program *kept)
{
	if (kept->pid > 0) {
		kill(kept->pid, SIGKILL);
		waitpid(kept->pid, NULL, 0);
	}
	munmap(kept->told, sizeof(*kept->told));
}
