// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ring, the plan, and what the plan wants to be set.
 */
#include "init/init.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/common/util/file.h"
#include "lib/common/util/util.h"

#define CMDLINE_SIZE	8192	/* COMMAND_LINE_SIZE is 2048 */
#define SYSCTL_DIR	"/proc/sys/"

static int setup_ring(struct init *in, uint64_t gpa, uint64_t size)
{
	int ret = wire_writer_open(&in->ring, gpa, size);

	if (!ret) {
		/* So far the stage was news for COM2 only. */
		wire_put_stage(&in->ring, in->stage);
		return 0;
	}
	memset(&in->ring, 0, sizeof(in->ring));
	return init_crash(in, "no ring at %#llx, %llu bytes: %s",
			  (unsigned long long)gpa, (unsigned long long)size,
			  ret == -EPROTO ? "the host has not formatted it" :
			  strerror(-ret));
}

int setup_ring_from_cmdline(struct init *in)
{
	char cmdline[CMDLINE_SIZE];
	uint64_t gpa, size;
	ssize_t len;

	len = file_read("/proc/cmdline", cmdline, sizeof(cmdline));
	if (len < 0)
		return init_crash(in, "cannot read /proc/cmdline: %s",
				  strerror(-len));
	switch (plan_ring_param(cmdline, &gpa, &size)) {
	case 0:
		return 0;
	case 1:
		return setup_ring(in, gpa, size);
	default:
		return init_crash(in, "kernel command line: %s needs ADDRESS,SIZE",
				  PLAN_RING_PARAM);
	}
}

int setup_ring_from_plan(struct init *in)
{
	if (in->ring.hdr)
		return 0;
	if (!in->plan.ring_size)
		return init_crash(in, "no ring: neither %s nor a 'ring' line in the plan",
				  PLAN_RING_PARAM);
	return setup_ring(in, in->plan.ring_gpa, in->plan.ring_size);
}

int setup_plan(struct init *in)
{
	char err[256];
	ssize_t len;

	len = file_read(PLAN_PATH, in->buf, sizeof(in->buf));
	if (len < 0)
		return init_crash(in, "cannot read " PLAN_PATH ": %s",
				  strerror(-len));
	if (len == sizeof(in->buf) - 1)
		return init_crash(in, PLAN_PATH " is longer than %zu bytes",
				  sizeof(in->buf) - 1);
	if (plan_parse(in->buf, len, &in->plan, err, sizeof(err)))
		return init_crash(in, "%s", err);
	return 0;
}

/* "kernel.sched_schedstats=1" into /proc/sys/kernel/sched_schedstats. */
static int setup_sysctl(struct init *in, const char *assignment)
{
	const size_t name_len = strcspn(assignment, "=");
	char path[256] = SYSCTL_DIR, *name = path + strlen(SYSCTL_DIR), *dot;
	int ret;

	if (name_len >= sizeof(path) - strlen(SYSCTL_DIR))
		return init_crash(in, "sysctl %s: the name is too long",
				  assignment);
	memcpy(name, assignment, name_len);
	/* As in sysctl(8): a name with slashes keeps its dots. */
	if (!memchr(assignment, '/', name_len))
		while ((dot = strchr(name, '.')))
			*dot = '/';

	ret = file_write(path, assignment + name_len + 1);
	if (ret)
		return init_crash(in, "cannot set sysctl %s: %s", assignment,
				  strerror(-ret));
	return 0;
}

/* Programs that use the network among themselves expect it. */
static void setup_loopback(void)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	if (!ioctl(fd, SIOCGIFFLAGS, &ifr)) {
		ifr.ifr_flags |= IFF_UP;
		ioctl(fd, SIOCSIFFLAGS, &ifr);
	}
	close(fd);
}

static int setup_limits(struct init *in)
{
	static const struct {
		int resource;
		const char *name;
		struct rlimit limit;
	} limits[] = {
		{ RLIMIT_MEMLOCK, "MEMLOCK", { RLIM_INFINITY, RLIM_INFINITY } },
		{ RLIMIT_NPROC, "NPROC", { RLIM_INFINITY, RLIM_INFINITY } },
		{ RLIMIT_NOFILE, "NOFILE", { 65536, 65536 } },
		{ RLIMIT_CORE, "CORE", { 0, 0 } },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(limits); i++)
		if (setrlimit(limits[i].resource, &limits[i].limit))
			return init_crash(in, "cannot set RLIMIT_%s: %s",
					  limits[i].name, strerror(errno));
	return 0;
}

/*
 * The scheduler under test must not decide when its own trouble is reported:
 * init is in the class above it. Its children are not.
 */
static int setup_priority(struct init *in)
{
	const struct sched_param param = { .sched_priority = 1 };

	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param))
		return init_crash(in, "cannot become SCHED_FIFO: %s",
				  strerror(errno));
	return 0;
}

/*
 * The kernel begins with its counters of wakeups, yields and balancing off, and
 * the monitor would read zeros. A plan's own sysctl still has the last word; a
 * kernel without schedstat has none to switch on.
 */
static void setup_schedstats(void)
{
	file_write(SYSCTL_DIR "kernel/sched_schedstats", "1");
}

int setup_sysctls(struct init *in)
{
	unsigned int i;
	int ret = 0;

	setup_schedstats();
	for (i = 0; !ret && i < in->plan.n_sysctls; i++)
		ret = setup_sysctl(in, in->plan.sysctls[i]);
	return ret;
}

/* "PATH VALUE": a switch of the kernel's, as `echo` would write it */
static int setup_switch(struct init *in, const char *write)
{
	const char *value = strchr(write, ' ') + 1;
	char path[256];
	int ret;

	snprintf(path, sizeof(path), "%.*s", (int)(value - write) - 1, write);
	ret = file_write(path, value);
	if (ret)
		return init_crash(in, "cannot write %s to %s: %s", value, path,
				  strerror(-ret));
	return 0;
}

static int setup_switches(struct init *in, const char *const *writes,
			  unsigned int n)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < n; i++)
		ret = setup_switch(in, writes[i]);
	return ret;
}

int setup_enable(struct init *in)
{
	return setup_switches(in, in->plan.enable, in->plan.n_enable);
}

void setup_disable(struct init *in)
{
	setup_switches(in, in->plan.disable, in->plan.n_disable);
}

int setup_system(struct init *in)
{
	int ret = setup_limits(in);

	if (!ret)
		ret = setup_priority(in);
	setup_loopback();
	return ret;
}
