// SPDX-License-Identifier: GPL-2.0-only
/*
 * ktstr-init: PID 1 of the guest.
 *
 * Does what the plan in the initramfs says: sets the guest up, starts the
 * scheduler, runs the test program, sends the host what both say, and ends the
 * VM. It never hangs and never ends without a word: each wait has a limit, and
 * each failure is a crash record and a line on COM2.
 *
 * It judges nothing: that is the host's part.
 */
#include "init/init.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/process.h"
#include "lib/common/util/util.h"

/**
 * struct init_step - one part of the way
 * @run: does it
 * @stage: reported when it is done; STAGE_NONE for none
 */
struct init_step {
	int (*run)(struct init *in);
	enum wire_stage stage;
};

/* Stages in between are reported by the step itself. */
static const struct init_step init_steps[] = {
	{ child_watch, STAGE_NONE },
	{ mount_proc, STAGE_NONE },
	{ setup_ring_from_cmdline, STAGE_NONE },
	{ mount_rest, STAGE_MOUNTS },
	{ setup_system, STAGE_NONE },
	{ cgroup_setup, STAGE_NONE },
	/* So far it was the same for any run: here clones begin. */
	{ load_get, STAGE_NONE },
	{ setup_plan, STAGE_NONE },
	{ setup_ring_from_plan, STAGE_NONE },
	{ cpus_check, STAGE_NONE },
	{ cgroup_setup_parent, STAGE_NONE },
	{ setup_sysctls, STAGE_SYS_RDY },
	{ prober_start, STAGE_NONE },
	{ sched_start, STAGE_NONE },
	{ setup_enable, STAGE_NONE },
	{ prober_settle, STAGE_NONE },
	{ test_run, STAGE_NONE },
};

static void init_run(struct init *in)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(init_steps); i++) {
		if (init_steps[i].run(in))
			return;
		if (init_steps[i].stage != STAGE_NONE)
			init_stage(in, init_steps[i].stage);
	}
}

int main(void)
{
	struct init *in;

	if (getpid() != 1) {
		fprintf(stderr, "ktstr-init is PID 1 of a ktstr guest, and nothing else\n");
		return 1;
	}
	in = calloc(1, sizeof(*in));
	if (!in)
		return 1;

	umask(022);
	process_open_standard();
	in->scx_state_fd = -1;
	loop_init(in, init_ticks);
	report_open_com2(in);
	poweroff_on_faults(in);

	init_stage(in, STAGE_INIT);
	init_run(in);
	cgroup_kill_tests(in);
	setup_disable(in);
	sched_stop(in);
	prober_stop(in);
	init_stage(in, STAGE_POWEROFF);
	poweroff(in);
}
