// SPDX-License-Identifier: GPL-2.0-only
/*
 * This machine's terminal, while a VM has it. See terminal.h.
 */
#include "lib/test/terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void stop_vm(struct terminal *t)
{
	pthread_mutex_lock(&t->lock);
	if (t->vm)
		vm_stop(t->vm);
	pthread_mutex_unlock(&t->lock);
}

static void on_quit(void *ctx)
{
	stop_vm(ctx);
}

static void pass_size(struct terminal *t)
{
	struct winsize size;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size))
		return;
	pthread_mutex_lock(&t->lock);
	if (t->vm)
		vm_terminal_resized(t->vm, size.ws_col, size.ws_row);
	pthread_mutex_unlock(&t->lock);
}

/* Sleeps until there is a signal, or nothing more to do. */
static void *watch(void *arg)
{
	struct terminal *t = arg;
	struct pollfd fds[] = {
		{ .fd = t->signal_fd, .events = POLLIN },
		{ .fd = t->stop_fd, .events = POLLIN },
	};
	struct signalfd_siginfo info;

	while (poll(fds, 2, -1) >= 0 || errno == EINTR) {
		if (fds[1].revents)
			break;
		if (read(t->signal_fd, &info, sizeof(info)) != sizeof(info))
			continue;
		if (info.ssi_signo == SIGWINCH)
			pass_size(t);
		else
			stop_vm(t);
	}
	return NULL;
}

int terminal_init(struct terminal *t)
{
	struct winsize size = { };
	sigset_t mask;

	memset(t, 0, sizeof(*t));
	t->stop_fd = -1;
	t->signal_fd = -1;
	pthread_mutex_init(&t->lock, NULL);
	if (tcgetattr(STDIN_FILENO, &t->was) || !isatty(STDOUT_FILENO))
		return -ENOTTY;
	ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
	t->config = (struct vm_terminal) {
		.in_fd = STDIN_FILENO,
		.out_fd = STDOUT_FILENO,
		.columns = size.ws_col,
		.rows = size.ws_row,
		.quit = on_quit,
		.ctx = t,
	};
	sigemptyset(&mask);
	sigaddset(&mask, SIGWINCH);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &mask, NULL);
	t->signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	t->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (t->signal_fd < 0 || t->stop_fd < 0)
		return -errno;
	t->started = !pthread_create(&t->thread, NULL, watch, t);
	return t->started ? 0 : -EAGAIN;
}

void terminal_exit(struct terminal *t)
{
	terminal_give(t, NULL);
	if (t->started) {
		eventfd_write(t->stop_fd, 1);
		pthread_join(t->thread, NULL);
	}
	if (t->signal_fd >= 0)
		close(t->signal_fd);
	if (t->stop_fd >= 0)
		close(t->stop_fd);
	pthread_mutex_destroy(&t->lock);
}

void terminal_give(struct terminal *t, struct vm *vm)
{
	struct termios raw = t->was;

	pthread_mutex_lock(&t->lock);
	t->vm = vm;
	pthread_mutex_unlock(&t->lock);
	if (vm) {
		cfmakeraw(&raw);
		t->raw = !tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	} else if (t->raw) {
		tcsetattr(STDIN_FILENO, TCSADRAIN, &t->was);
		t->raw = false;
	}
}
