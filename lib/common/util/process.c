// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process of ours: what it has open, and what it may. See process.h.
 */
#include "lib/common/util/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

void process_open_standard(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static void leave_no_core(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_CORE, &limit))
		return;
	limit.rlim_cur = 0;
	setrlimit(RLIMIT_CORE, &limit);
}

/* What is made here may be run, or shown, later. */
static void make_nothing_for_others_to_write(void)
{
	mode_t mask = umask(022);

	umask(mask | 022);
}

void process_begin(void)
{
	process_open_standard();
	make_nothing_for_others_to_write();
	/* The caller's locks stay: they are held for as long as we are there. */
	syscall(SYS_close_range, STDERR_FILENO + 1, UINT_MAX,
		CLOSE_RANGE_CLOEXEC);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	leave_no_core();
	signal(SIGXFSZ, SIG_IGN);
}

void process_begin_able(void)
{
	static const struct rlimit none;

	process_open_standard();
	make_nothing_for_others_to_write();
	syscall(SYS_close_range, STDERR_FILENO + 1, UINT_MAX, 0);
	setrlimit(RLIMIT_CORE, &none);
	signal(SIGXFSZ, SIG_IGN);
}

/* What root may, an unprivileged thread may as far as this limit goes. */
static void keep_realtime(void)
{
	const rlim_t most = sched_get_priority_max(SCHED_FIFO);
	const struct rlimit limit = { most, most };

	setrlimit(RLIMIT_RTPRIO, &limit);
}

/* For good: of what a guest has no use for, and who has taken us over would have. */
static void limit(void)
{
	static const struct rlimit none;

	setrlimit(RLIMIT_CORE, &none);
	setrlimit(RLIMIT_MSGQUEUE, &none);
}

int process_drop(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];
	const uint32_t keep = 1U << CAP_DAC_OVERRIDE |
			      1U << CAP_DAC_READ_SEARCH | 1U << CAP_FOWNER;

	if (syscall(SYS_capget, &head, caps))
		return -errno;
	keep_realtime();
	limit();
	caps[0].effective &= keep;
	caps[0].permitted &= keep;
	caps[0].inheritable = 0;
	memset(&caps[1], 0, sizeof(caps[1]));
	return syscall(SYS_capset, &head, caps) ? -errno : 0;
}
