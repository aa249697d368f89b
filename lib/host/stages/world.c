// SPDX-License-Identifier: GPL-2.0-only
/*
 * What there is to check with, and what programs of ours say of it. See check.h.
 */
#include "lib/host/stages/check.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/host/machine/vms.h"

/* ---- the environment ---- */

unsigned int check_now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec;
}

static bool is_on(const char *name, const char *value)
{
	const char *text = getenv(name);

	return text && !strcmp(text, value);
}

static unsigned int number(const char *name, unsigned int otherwise)
{
	const char *text = getenv(name);
	unsigned long value = text ? strtoul(text, NULL, 10) : 0;

	return value ?: otherwise;
}

/* "usable: why", "emulated: why" or "none: why" */
static void read_kvm(struct check_world *w)
{
	const char *text = getenv("KTSTR_CHECK_KVM");
	const char *why;

	text = text ?: "none: nobody has looked";
	if (strstarts(text, "usable"))
		w->kvm = CHECK_KVM_USABLE;
	else if (strstarts(text, "emulated"))
		w->kvm = CHECK_KVM_EMULATED;
	else
		w->kvm = CHECK_KVM_NONE;
	why = strstr(text, ": ");
	w->kvm_why = why ? why + 2 : "";
}

static const char *must(const char *name, const char **missing)
{
	const char *value = getenv(name);

	if (!value || *value != '/')
		*missing = name;
	return value;
}

int check_world_read(struct check_world *world, char *err, size_t err_size)
{
	const char *missing = NULL;

	*world = (struct check_world){
		.here = must("KTSTR_CHECK_HERE", &missing),
		.out = must("KTSTR_OUT", &missing),
		.cache = must("KTSTR_CHECK_CACHE", &missing),
		.self = must("KTSTR_CHECK_SELF", &missing),
		.kernel = must("KTSTR_CHECK_KERNEL", &missing),
		.began_s = number("KTSTR_CHECK_BEGAN", check_now_s()),
		.jobs = number("KTSTR_JOBS", sysconf(_SC_NPROCESSORS_ONLN)),
		.jobs_given = number("KTSTR_JOBS", 0),
		.ci = is_on("CI", "true"),
		.again = is_on("KTSTR_CHECK_AGAIN", "1"),
		.strict = is_on("KTSTR_STRICT", "1"),
	};
	if (missing) {
		snprintf(err, err_size, "%s is not set: ./run_ktstr.sh check does so, and builds what stages need",
			 missing);
		return -EINVAL;
	}
	read_kvm(world);
	world->hosts = vms_side_by_side(world->kvm == CHECK_KVM_EMULATED ?
					VMS_EMULATED : VMS_KVM);
	return 0;
}

/* ---- programs that say something ---- */

static void run(char *const *argv, int out, pid_t parent)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || null < 0 ||
	    dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
		_exit(127);
	signal(SIGPIPE, SIG_DFL);
	execv(argv[0], argv);
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* Return: 0 at the end of file; -ETIME, -errno. */
static int read_all(int fd, uint64_t until_ns, struct strbuf *text)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char buf[16384];
	ssize_t len;

	for (;;) {
		if (clock_now_ns() >= until_ns)
			return -ETIME;
		if (poll(&pfd, 1, 100) <= 0)
			continue;
		len = read(fd, buf, sizeof(buf));
		if (len > 0)
			strbuf_add(text, buf, len);
		else if (!len)
			return text->dropped ? -ENOMEM : 0;
		else if (errno != EINTR)
			return -errno;
	}
}

int check_capture(char *const *argv, unsigned int limit_ms,
		  struct strbuf *text)
{
	uint64_t until_ns = clock_now_ns() + limit_ms * NSEC_PER_MSEC;
	pid_t pid, parent = getpid();
	int pipe_fds[2], status = 0, ret;

	if (pipe2(pipe_fds, O_CLOEXEC))
		return -errno;
	fflush(NULL);
	pid = fork();
	if (!pid)
		run(argv, pipe_fds[1], parent);
	close(pipe_fds[1]);
	ret = pid < 0 ? -errno : read_all(pipe_fds[0], until_ns, text);
	close(pipe_fds[0]);
	if (pid < 0)
		return ret;
	if (ret)
		kill(-pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (!ret && status)
		ret = -EPROTO;
	return ret;
}
