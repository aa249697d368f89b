// SPDX-License-Identifier: GPL-2.0-only
/*
 * sched_ext as the kernel shows it: its state, and its dumps.
 *
 * The process of a scheduler says little: the kernel may have thrown it out
 * long before it exits, with status 0 at that. So the state file counts.
 */
#include "init/init.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/common/scx/words.h"
#include "lib/common/util/file.h"
#include "lib/common/util/util.h"

#define SCX_DIR		"/sys/kernel/sched_ext"
#define TRACE_DIR	"/sys/kernel/tracing/instances/ktstr"

/* What must be there before a scheduler can be loaded. */
static const struct {
	const char *path;
	const char *option;
} scx_needs[] = {
	{ "kernel/sched_ext/state", "CONFIG_SCHED_CLASS_EXT" },
	{ "kernel/btf/vmlinux", "CONFIG_DEBUG_INFO_BTF" },
};

/* Rows are written in order before trace_pipe is opened. */
static const struct {
	const char *path;
	const char *value;
} trace_settings[] = {
	/* Each CPU gets a buffer, and there may be many: a dump needs less. */
	{ TRACE_DIR "/buffer_size_kb", "256" },
	/* Wake the reader for the first byte. */
	{ TRACE_DIR "/buffer_percent", "0" },
	{ TRACE_DIR "/events/sched_ext/sched_ext_dump/enable", "1" },
	/* Since 7.3. */
	{ TRACE_DIR "/events/sched_ext/sched_ext_exit/enable", "1" },
};

static bool scx_serve_dump(struct init *in, struct init_source *src)
{
	if (!loop_forward(in, src, WIRE_SCX_DUMP))
		return false;
	if (scx_exit_begins(in->buf))
		in->scx_leaving = true;
	return true;
}

/* A trace instance of our own: tests may use the global one. */
static void scx_watch_dump(struct init *in)
{
	size_t i;
	int fd;

	if (mkdir(TRACE_DIR, 0755))
		return;
	for (i = 0; i < ARRAY_SIZE(trace_settings); i++)
		file_write(trace_settings[i].path, trace_settings[i].value);
	fd = open(TRACE_DIR "/trace_pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0)
		loop_watch(in, SRC_SCX_DUMP, fd, scx_serve_dump);
}

/* "6,412,1558411,-;text" */
static const char *scx_kmsg_text(const char *record)
{
	const char *text = strchr(record, ';');

	/* What is worse than a warning is on the console: the host has it. */
	if (!text || (atoi(record) & LOG_PRIMASK) < LOG_WARNING)
		return NULL;
	return strncmp(text + 1, SCX_SAYS, strlen(SCX_SAYS)) ? NULL : text + 1;
}

/* A scheduler that goes by its own wish gets but this line. */
static bool scx_serve_kmsg(struct init *in, struct init_source *src)
{
	ssize_t len = read(src->fd, in->buf, sizeof(in->buf) - 1);
	const char *text;

	if (len < 0)
		return errno == EPIPE;	/* overwritten: there is a next one */
	in->buf[len] = '\0';
	text = scx_kmsg_text(in->buf);
	if (text)
		init_put(in, WIRE_SCX_DUMP, text, strcspn(text, "\n") + 1);
	return len > 0;
}

static void scx_watch_kmsg(struct init *in)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return;
	lseek(fd, 0, SEEK_END);
	loop_watch(in, SRC_KMSG, fd, scx_serve_kmsg);
}

/* Whatever it says, the state file knows better. */
static bool scx_serve_uevent(struct init *in, struct init_source *src)
{
	if (recv(src->fd, in->buf, sizeof(in->buf), 0) < 0)
		return false;
	scx_update(in);
	return true;
}

/* sched_ext sends an event when it is enabled: no need to wait for a tick. */
static void scx_watch_uevents(struct init *in)
{
	const struct sockaddr_nl addr = {
		.nl_family = AF_NETLINK,
		.nl_groups = 1,		/* the kernel's own */
	};
	int fd;

	fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		    NETLINK_KOBJECT_UEVENT);
	if (fd < 0)
		return;
	if (bind(fd, (const struct sockaddr *)&addr, sizeof(addr))) {
		close(fd);
		return;
	}
	loop_watch(in, SRC_UEVENT, fd, scx_serve_uevent);
}

/*
 * Kernels come without their configuration, too: only here it shows what one
 * lacks. That is nothing that a scheduler could help.
 */
static int scx_check_needs(struct init *in, const char *sysfs)
{
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(scx_needs); i++) {
		snprintf(path, sizeof(path), "%s/%s", sysfs, scx_needs[i].path);
		if (access(path, R_OK))
			return init_missing(in, "the kernel has no %s (%s): merge ktstr.kconfig",
					    path, scx_needs[i].option);
	}
	return 0;
}

int scx_watch(struct init *in)
{
	if (scx_check_needs(in, "/sys"))
		return -1;
	in->scx_state_fd = open(SCX_DIR "/state", O_RDONLY | O_CLOEXEC);
	if (in->scx_state_fd < 0)
		return init_crash(in, "cannot open " SCX_DIR "/state: %s",
				  strerror(errno));
	in->next_tick_ns = 0;
	scx_watch_uevents(in);
	scx_watch_dump(in);
	scx_watch_kmsg(in);
	scx_update(in);
	return 0;
}

void scx_note_gone(struct init *in)
{
	wire_steal_begin(&in->gone, loop_steal(in));
	in->gone_ns = in->gone.begin_ns;
}

bool scx_ops_name(char *ops, size_t size)
{
	ssize_t len = file_read(SCX_DIR "/root/ops", ops, size);

	if (len > 0)
		ops[strcspn(ops, "\n")] = '\0';
	return len > 0;
}

void scx_update(struct init *in)
{
	char state[sizeof(in->scx_state)] = "", ops[128];
	ssize_t len;

	if (in->scx_state_fd < 0)
		return;
	len = pread(in->scx_state_fd, state, sizeof(state) - 1, 0);
	if (len <= 0)
		return;
	state[strcspn(state, "\n")] = '\0';

	/* "enabled" is true once its ops can be read, too. */
	if (!strcmp(state, in->scx_state) ||
	    (!strcmp(state, "enabled") && !scx_ops_name(ops, sizeof(ops))))
		return;
	memcpy(in->scx_state, state, sizeof(state));
	if (in->sched.no_news)
		return;
	init_put(in, WIRE_SCX_STATE, state, strlen(state));

	if (!in->sched.exited && in->attached && !scx_enabled(in))
		scx_note_gone(in);
	if (scx_enabled(in)) {
		in->scx_leaving = false;
		if (!in->sched.exited && in->attached)
			in->gone_ns = 0;
	}
	if (!in->attached && in->sched.pid && scx_enabled(in)) {
		in->attached = true;
		init_stage(in, STAGE_ATTACHED);
	}
}

bool scx_enabled(const struct init *in)
{
	return !strcmp(in->scx_state, "enabled");
}

static bool scx_gone(const struct init *in)
{
	return in->gone_ns;
}

void scx_drain(struct init *in)
{
	loop_drain(in, SRC_SCX_DUMP);
	loop_drain(in, SRC_KMSG);
}

void scx_settle(struct init *in)
{
	if (!in->attached || in->gone_ns)
		return;
	scx_drain(in);
	scx_update(in);
	if (in->scx_leaving && !loop_until(in, scx_gone, in->plan.grace_ms))
		init_crash(in, "the scheduler was to exit, and sched_ext is still %s after %u ms",
			   in->scx_state, in->plan.grace_ms);
}

void scx_dump(void)
{
	file_write("/proc/sysrq-trigger", "D");
}

void scx_disable(void)
{
	file_write("/proc/sysrq-trigger", "S");
}
