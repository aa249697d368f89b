// SPDX-License-Identifier: GPL-2.0-only
/*
 * Starting and reaping processes.
 */
#include "init/init.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common/util/util.h"

/* As fork(), but the child starts in the cgroup that @cgroup_fd is. */
static pid_t child_clone(int cgroup_fd)
{
	struct clone_args args = { .exit_signal = SIGCHLD };

	if (cgroup_fd >= 0) {
		args.flags = CLONE_INTO_CGROUP;
		args.cgroup = cgroup_fd;
	}
	return syscall(SYS_clone3, &args, sizeof(args));
}

/* Nothing comes in, and what is printed is the host's to read. */
static bool child_take_output(int output)
{
	int null_fd = open("/dev/null", O_RDONLY);
	bool ok = null_fd >= 0 && dup2(null_fd, STDIN_FILENO) >= 0 &&
		  dup2(output, STDOUT_FILENO) >= 0 &&
		  dup2(output, STDERR_FILENO) >= 0 && !setpgid(0, 0);

	if (null_fd > STDERR_FILENO)
		close(null_fd);
	return ok;
}

/* A session's, so that Ctrl-C finds whoever is in front. */
static bool child_take_tty(const char *tty)
{
	int fd = setsid() < 0 ? -1 : open(tty, O_RDWR);
	bool ok = fd >= 0 && !ioctl(fd, TIOCSCTTY, 0) &&
		  dup2(fd, STDIN_FILENO) >= 0 &&
		  dup2(fd, STDOUT_FILENO) >= 0 &&
		  dup2(fd, STDERR_FILENO) >= 0;

	if (fd > STDERR_FILENO)
		close(fd);
	return ok;
}

/* In the child: @error_fd closes on a good execve(), else carries errno. */
static void __noreturn
child_exec(const struct child_spec *spec, int error_fd)
{
	const char *argv[PLAN_LIST_MAX + 2] = { spec->path };
	sigset_t none;
	int error;

	memcpy(argv + 1, spec->args, spec->n_args * sizeof(*argv));
	sigemptyset(&none);
	if ((spec->tty ? child_take_tty(spec->tty) :
			 child_take_output(spec->output)) &&
	    (spec->keep < 0 || !fcntl(spec->keep, F_SETFD, 0)) &&
	    !sigprocmask(SIG_SETMASK, &none, NULL))
		execve(spec->path, (char **)argv, spec->envp);
	error = errno;
	if (write(error_fd, &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

int child_start_error(int error_fd)
{
	int error;
	ssize_t n;

	do {
		n = read(error_fd, &error, sizeof(error));
	} while (n < 0 && errno == EINTR);
	return n == sizeof(error) ? -error : 0;
}

pid_t child_start(const struct child_spec *spec, int *error_fd)
{
	int fds[2], cgroup_fd = -1;
	pid_t pid;

	*error_fd = -1;
	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	if (spec->cgroup) {
		cgroup_fd = open(spec->cgroup, O_DIRECTORY | O_CLOEXEC);
		if (cgroup_fd < 0) {
			pid = -errno;
			goto out_close_pipe;
		}
	}

	pid = child_clone(cgroup_fd);
	if (pid == 0)
		child_exec(spec, fds[1]);
	if (pid < 0)
		pid = -errno;
	if (cgroup_fd >= 0)
		close(cgroup_fd);
	if (pid < 0)
		goto out_close_pipe;
	close(fds[1]);
	*error_fd = fds[0];
	return pid;

out_close_pipe:
	close(fds[0]);
	close(fds[1]);
	return pid;
}

/* Orphans come to init too and are of no interest. */
static void child_reaped(struct init *in, pid_t pid, int status)
{
	struct process *const all[] = { &in->sched, &in->test, &in->prober };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all); i++)
		if (pid == all[i]->pid)
			all[i]->reaped(in, status);
}

/* Reap all there are. */
static bool child_reap(struct init *in, struct init_source *src)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	if (read(src->fd, &info, sizeof(info)) != sizeof(info))
		return false;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		child_reaped(in, pid, status);
	return true;
}

int child_watch(struct init *in)
{
	sigset_t mask;
	int fd;

	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &mask, NULL))
		return init_crash(in, "cannot block SIGCHLD: %s",
				  strerror(errno));
	fd = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		return init_crash(in, "cannot make a signalfd: %s",
				  strerror(errno));
	loop_watch(in, SRC_CHILD, fd, child_reap);
	return 0;
}

const char *child_describe(int status, char *buf, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(buf, size, "signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else
		snprintf(buf, size, "exit status %d", WEXITSTATUS(status));
	return buf;
}
