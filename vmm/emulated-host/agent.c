// SPDX-License-Identifier: GPL-2.0-only
/*
 * PID 1 of the emulated host: loads KVM, mounts the real host's files, runs
 * one command, and passes what it says and how it ends to the launcher.
 *
 * Static, and alone in its initramfs but for the modules. It reports through
 * the virtio-serial port (protocol.h); what it cannot say there it says on the
 * console, which the launcher keeps for its diagnostics.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/compiler.h"
#include "vmm/emulated-host/protocol.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define PORT_LIMIT_MS	30000
#define DRAIN_LIMIT_MS	5000
/* Whoever reads the output may have all night. */
#define END_LIMIT_S	(24 * 3600)

/* The root as the host has it, before any tmpfs covers a part of it. */
#define RAW		"/raw"
#define DEBUGFS		"/debug"
#define NEW_ROOT	"/host"

struct request {
	char *text;
	size_t len;
	char **argv;
	char **envp;
	gid_t *groups;
	size_t nr_groups;
	const char *cwd;
	const char *hostname;
	unsigned int uid, gid, umask;
	bool merge;
};

struct agent {
	int port;
	struct request req;
	sigset_t old_mask;
	int out, err;		/* read ends of the command's pipes, -1 at EOF */
	int timer, signals;
	pid_t child;
	int status;		/* as of wait(2) */
};

/* ---- saying things ---- */

static int write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		p += n;
		len -= n;
	}
	return 0;
}

static void send_frame(struct agent *ag, unsigned int type, const void *data,
		       size_t len)
{
	char buf[sizeof(struct emuhost_frame) + EMUHOST_FRAME_MAX];
	const struct emuhost_frame head = {
		.magic = EMUHOST_MAGIC, .type = type, .len = len,
	};

	/* One write: a frame is never in two minds. */
	memcpy(buf, &head, sizeof(head));
	memcpy(buf + sizeof(head), data, len);
	if (write_all(ag->port, buf, sizeof(head) + len))
		fprintf(stderr, "agent: cannot write to the port\n");
}

static void __printf(3, 4) send_text(struct agent *ag, unsigned int type,
				     const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (len < 0)
		return;
	if (len >= (int)sizeof(text))
		len = sizeof(text) - 1;
	fprintf(stderr, "agent: %s\n", text);
	if (ag->port >= 0)
		send_frame(ag, type, text, len);
}

static void send_beat(struct agent *ag)
{
	struct timespec ts;
	uint64_t ms;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	ms = (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
	send_frame(ag, EMUHOST_BEAT, &ms, sizeof(ms));
}

/*
 * The last frame was sent, which is not to say that it was read: what is still
 * in the port's queue would go with us. The launcher ends the machine once it
 * has all of it, and when it ends itself.
 */
static void __noreturn the_end(struct agent *ag)
{
	const struct timespec limit = { .tv_sec = END_LIMIT_S };

	sync();
	if (ag->port >= 0)
		nanosleep(&limit, NULL);
	reboot(RB_POWER_OFF);
	_exit(1);
}

#define die(ag, fmt, ...) do {						\
	struct agent *mine = (ag);					\
	send_text(mine, EMUHOST_BROKEN, fmt, ##__VA_ARGS__);		\
	the_end(mine);							\
} while (0)

/* ---- the first steps: console, modules, port ---- */

static void open_console(void)
{
	int fd;

	mkdir("/dev", 0755);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	fd = open("/dev/console", O_RDWR | O_NOCTTY);
	if (fd < 0)
		return;
	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
	if (fd > 2)
		close(fd);
}

/* In the order in which they need each other. */
static void load_modules(struct agent *ag)
{
	static const char * const modules[] = {
		"irqbypass", "kvm", "kvm-amd",
	};
	char path[64];
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(modules); i++) {
		snprintf(path, sizeof(path), "/modules/%s.ko", modules[i]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
			die(ag, "cannot load %s: %s", path, strerror(errno));
		close(fd);
	}
}

static void sleep_ms(unsigned int ms)
{
	const struct timespec ts = {
		.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000L,
	};

	nanosleep(&ts, NULL);
}

/* The device is there when the launcher's side has been seen. */
static void open_port(struct agent *ag)
{
	unsigned int waited_ms = 0;

	for (;;) {
		ag->port = open(EMUHOST_PORT, O_RDWR | O_CLOEXEC);
		if (ag->port >= 0)
			return;
		if (waited_ms >= PORT_LIMIT_MS)
			die(ag, "no " EMUHOST_PORT " after %d s: %s",
			    PORT_LIMIT_MS / 1000, strerror(errno));
		sleep_ms(5);
		waited_ms += 5;
	}
}

/* ---- the request ---- */

static void read_all(struct agent *ag, void *data, size_t len)
{
	char *p = data;

	while (len) {
		ssize_t n = read(ag->port, p, len);

		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			die(ag, "cannot read the request: %s", strerror(errno));
		/* 0: the launcher has not connected yet. */
		if (!n)
			sleep_ms(5);
		p += n;
		len -= n;
	}
}

static void read_request(struct agent *ag)
{
	struct request *req = &ag->req;
	struct emuhost_frame head;

	read_all(ag, &head, sizeof(head));
	if (head.magic != EMUHOST_MAGIC || head.type != EMUHOST_REQUEST ||
	    head.len > EMUHOST_REQUEST_MAX)
		die(ag, "the request is malformed: launcher and agent are not of one build");
	req->text = malloc(head.len + 1);
	if (!req->text)
		die(ag, "no memory for the request");
	read_all(ag, req->text, head.len);
	req->text[head.len] = '\0';
	req->len = head.len;
}

static char *next_string(const struct request *req, char *s)
{
	if (!s)
		return req->len ? req->text : NULL;
	s += strlen(s) + 1;
	return s < req->text + req->len ? s : NULL;
}

static size_t count_strings(const struct request *req, char tag)
{
	size_t n = 0;
	char *s;

	for (s = next_string(req, NULL); s; s = next_string(req, s))
		n += *s == tag;
	return n;
}

static void parse_request(struct agent *ag)
{
	struct request *req = &ag->req;
	size_t argc = 0, envc = 0;
	char *s;

	req->argv = calloc(count_strings(req, 'a') + 1, sizeof(*req->argv));
	req->envp = calloc(count_strings(req, 'e') + 1, sizeof(*req->envp));
	req->groups = calloc(count_strings(req, 'g') + 1, sizeof(*req->groups));
	if (!req->argv || !req->envp || !req->groups)
		die(ag, "no memory for the request");

	for (s = next_string(req, NULL); s; s = next_string(req, s)) {
		if (*s == 'a')
			req->argv[argc++] = s + 1;
		else if (*s == 'e')
			req->envp[envc++] = s + 1;
		else if (*s == 'g')
			req->groups[req->nr_groups++] = atoi(s + 1);
		else if (*s == 'd')
			req->cwd = s + 1;
		else if (*s == 'h')
			req->hostname = s + 1;
		else if (*s == '1')
			req->merge = true;
		else if (*s == 'i' && sscanf(s + 1, "%u %u %u", &req->uid,
					     &req->gid, &req->umask) != 3)
			die(ag, "the request names no user");
	}
	if (!argc || !req->cwd)
		die(ag, "the request names no command");
}

/* ---- the world of the command ---- */

struct mount_row {
	const char *what, *where, *type;
	unsigned long flags;
	const char *options;
};

/* Below NEW_ROOT; what a machine of this kind has. */
static const struct mount_row mounts[] = {
	{ "proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL },
	{ "sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL },
	{ "cgroup2", "/sys/fs/cgroup", "cgroup2", 0, NULL },
	{ "dev", "/dev", "devtmpfs", MS_NOSUID, NULL },
	{ "devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
	  "mode=620,ptmxmode=666" },
	{ "shm", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777" },
	{ "run", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755" },
	{ "tmp", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777" },
};

static const char * const dev_links[][2] = {
	{ "/proc/self/fd", NEW_ROOT "/dev/fd" },
	{ "/proc/self/fd/0", NEW_ROOT "/dev/stdin" },
	{ "/proc/self/fd/1", NEW_ROOT "/dev/stdout" },
	{ "/proc/self/fd/2", NEW_ROOT "/dev/stderr" },
};

/* Only where a tmpfs hid the folder is there one to make. */
static void make_dirs(char *path)
{
	char *p;

	for (p = path + strlen(NEW_ROOT) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(path, 0755);
		*p = '/';
	}
	mkdir(path, 0755);
}

static void mount_shares(struct agent *ag)
{
	char path[PATH_MAX], from[PATH_MAX], tag[16];
	unsigned int nr = 0;
	int err;
	char *s;

	for (s = next_string(&ag->req, NULL); s; s = next_string(&ag->req, s)) {
		if (*s != 'w' && *s != 'r')
			continue;
		snprintf(path, sizeof(path), "%s%s", NEW_ROOT, s + 1);
		snprintf(from, sizeof(from), "%s%s", RAW, s + 1);
		make_dirs(path);
		if (*s == 'w') {
			snprintf(tag, sizeof(tag), "w%u", nr++);
			err = mount(tag, path, "virtiofs",
				    MS_NOSUID | MS_NODEV, NULL);
		} else {
			err = mount(from, path, NULL, MS_BIND, NULL);
		}
		if (err)
			die(ag, "cannot mount %s: %s", s + 1, strerror(errno));
	}
}

/*
 * The scheduler's timer for the end of a slice (HRTICK) makes vCPUs take turns
 * each 0.7 ms. Each turn costs QEMU its translated addresses, and little is left
 * of it: a guest of 4 CPUs boots in 28 s so, and in 12 where the tick of 4 ms
 * ends slices. A kernel without it, or without debugfs, is as it is.
 */
static void tune_scheduler(void)
{
	static const char no_hrtick[] = "NO_HRTICK";
	int fd;

	mkdir(DEBUGFS, 0700);
	if (mount("debug", DEBUGFS, "debugfs", 0, NULL))
		return;
	fd = open(DEBUGFS "/sched/features", O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (write(fd, no_hrtick, strlen(no_hrtick)) < 0)
			fprintf(stderr, "agent: %s: %s\n", no_hrtick,
				strerror(errno));
		close(fd);
	}
	umount(DEBUGFS);
}

static void mount_host(struct agent *ag)
{
	char path[64];
	size_t i;

	mkdir(RAW, 0755);
	mkdir(NEW_ROOT, 0755);
	if (mount("root", RAW, "virtiofs", MS_RDONLY, NULL) ||
	    mount(RAW, NEW_ROOT, NULL, MS_BIND, NULL))
		die(ag, "cannot mount the host's files: %s", strerror(errno));

	for (i = 0; i < ARRAY_SIZE(mounts); i++) {
		const struct mount_row *m = &mounts[i];

		snprintf(path, sizeof(path), "%s%s", NEW_ROOT, m->where);
		/* In /dev only; anywhere else the host has it. */
		mkdir(path, 0755);
		if (mount(m->what, path, m->type, m->flags, m->options))
			die(ag, "cannot mount %s: %s", m->where,
			    strerror(errno));
	}
	for (i = 0; i < ARRAY_SIZE(dev_links); i++)
		if (symlink(dev_links[i][0], dev_links[i][1]))
			die(ag, "cannot make %s: %s", dev_links[i][1],
			    strerror(errno));
}

/* Moved, not only chrooted: user namespaces work in the real root alone. */
static void enter_host(struct agent *ag)
{
	if (chdir(NEW_ROOT) || mount(".", "/", NULL, MS_MOVE, NULL) ||
	    chroot(".") || chdir("/"))
		die(ag, "cannot enter the host's files: %s", strerror(errno));
	/* Nobody but the caller is here. */
	chmod("/dev/kvm", 0666);
	if (ag->req.hostname && *ag->req.hostname)
		sethostname(ag->req.hostname, strlen(ag->req.hostname));
}

/* ---- the command ---- */

static void __noreturn command_exec(struct agent *ag, int out, int err,
				    int report)
{
	struct request *req = &ag->req;
	int null, reason[2];

	setsid();
	null = open("/dev/null", O_RDONLY);
	dup2(null, 0);
	dup2(out, 1);
	dup2(err, 2);
	umask(req->umask);
	sigprocmask(SIG_SETMASK, &ag->old_mask, NULL);

	reason[1] = 0;
	if (setgroups(req->nr_groups, req->groups) || setgid(req->gid) ||
	    setuid(req->uid))
		reason[1] = 1;
	else if (chdir(req->cwd))
		reason[1] = 2;
	else
		execvpe(req->argv[0], req->argv, req->envp);
	reason[0] = errno;
	write_all(report, reason, sizeof(reason));
	_exit(reason[0] == ENOENT ? 127 : 126);
}

/* Silence on @report is good news: it was closed by exec. */
static void command_check(struct agent *ag, int report)
{
	static const char * const what[] = {
		"cannot run", "cannot become the user to run",
		"cannot enter the current folder to run",
	};
	int reason[2];

	if (read(report, reason, sizeof(reason)) != sizeof(reason))
		return;
	send_text(ag, EMUHOST_CANNOT, "%s %s: %s", what[reason[1]],
		  ag->req.argv[0], strerror(reason[0]));
}

static void command_start(struct agent *ag)
{
	int out[2], err[2] = { -1, -1 }, report[2];

	if (pipe2(out, O_CLOEXEC) || pipe2(report, O_CLOEXEC) ||
	    (!ag->req.merge && pipe2(err, O_CLOEXEC)))
		die(ag, "cannot make pipes: %s", strerror(errno));

	ag->child = fork();
	if (ag->child < 0)
		die(ag, "cannot fork: %s", strerror(errno));
	if (!ag->child) {
		/* execvpe() looks for the command along the new PATH. */
		environ = ag->req.envp;
		command_exec(ag, out[1], ag->req.merge ? out[1] : err[1],
			     report[1]);
	}

	close(out[1]);
	if (err[1] >= 0)
		close(err[1]);
	close(report[1]);
	command_check(ag, report[0]);
	close(report[0]);
	ag->out = out[0];
	ag->err = err[0];
}

/* Pass on what is there. Return: false at the end. */
static bool relay(struct agent *ag, int fd, unsigned int type)
{
	static char buf[EMUHOST_FRAME_MAX];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	if (n)
		send_frame(ag, type, buf, n);
	return n > 0;
}

/* Return: true once the command itself has ended. */
static bool reap(struct agent *ag)
{
	struct signalfd_siginfo info;
	bool ended = false;
	int status;
	pid_t pid;

	if (read(ag->signals, &info, sizeof(info)) < 0 && errno != EAGAIN)
		die(ag, "cannot read signals: %s", strerror(errno));
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != ag->child)
			continue;
		ag->status = status;
		ended = true;
	}
	return ended;
}

/*
 * One wait for anything. A pipe that has ended is closed and left out.
 * Return: false when nothing came within @limit_ms.
 */
static bool relay_step(struct agent *ag, int limit_ms, bool *ended)
{
	struct pollfd fds[] = {
		{ .fd = ag->timer, .events = POLLIN },
		{ .fd = ag->signals, .events = POLLIN },
		{ .fd = ag->out, .events = POLLIN },
		{ .fd = ag->err, .events = POLLIN },
	};
	uint64_t ticks;
	int n = poll(fds, ARRAY_SIZE(fds), limit_ms);

	if (n <= 0)
		return n < 0 && errno == EINTR;
	if (fds[0].revents && read(ag->timer, &ticks, sizeof(ticks)) > 0)
		send_beat(ag);
	if (fds[2].revents && !relay(ag, ag->out, EMUHOST_OUT)) {
		close(ag->out);
		ag->out = -1;
	}
	if (fds[3].revents && !relay(ag, ag->err, EMUHOST_ERR)) {
		close(ag->err);
		ag->err = -1;
	}
	if (fds[1].revents && reap(ag))
		*ended = true;
	return true;
}

/* What the command leaves behind ends with it; then the pipes run dry. */
static void command_drain(struct agent *ag)
{
	bool ended;

	kill(-1, SIGKILL);
	close(ag->timer);
	ag->timer = -1;
	while (ag->out >= 0 || ag->err >= 0)
		if (!relay_step(ag, DRAIN_LIMIT_MS, &ended))
			break;
}

static void command_run(struct agent *ag)
{
	bool ended = false;
	int32_t status;

	command_start(ag);
	while (!ended)
		relay_step(ag, -1, &ended);
	command_drain(ag);
	/* What was written through a mapping reaches the host before this. */
	sync();
	status = ag->status;
	send_frame(ag, EMUHOST_EXIT, &status, sizeof(status));
}

/* ---- the frame of it all ---- */

static void watch_start(struct agent *ag)
{
	const struct itimerspec beat = {
		.it_interval.tv_sec = EMUHOST_BEAT_MS / 1000,
		.it_interval.tv_nsec = EMUHOST_BEAT_MS % 1000 * 1000000L,
		.it_value.tv_nsec = 1,
	};
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigprocmask(SIG_BLOCK, &mask, &ag->old_mask);
	ag->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	ag->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (ag->signals < 0 || ag->timer < 0 ||
	    timerfd_settime(ag->timer, 0, &beat, NULL))
		die(ag, "cannot watch: %s", strerror(errno));
}

int main(void)
{
	struct agent ag = { .port = -1, .out = -1, .err = -1 };

	if (getpid() != 1) {
		fprintf(stderr, "ktstr-emuhost-agent: PID 1 only; see ktstr-emulated-host\n");
		return 1;
	}
	open_console();
	open_port(&ag);
	send_text(&ag, EMUHOST_STAGE, "modules");
	load_modules(&ag);
	read_request(&ag);
	parse_request(&ag);
	send_text(&ag, EMUHOST_STAGE, "files");
	tune_scheduler();
	mount_host(&ag);
	mount_shares(&ag);
	enter_host(&ag);
	watch_start(&ag);
	send_text(&ag, EMUHOST_STAGE, "command");
	command_run(&ag);
	the_end(&ag);
}
