// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a stack waits for, by the names in it. See spot.h.
 */
#include "lib/host/monitor/judge/spot.h"

#include <string.h>

#include "lib/common/util/util.h"

/*
 * Functions that wait for somebody else's sake, by how their names begin.
 * MON_WAIT_NONE: on the way there.
 */
static const struct {
	const char *prefix;
	enum mon_wait wait;
} waiters[] = {
	{ "native_halt", MON_WAIT_NONE },
	{ "native_safe_halt", MON_WAIT_NONE },
	{ "pv_native_", MON_WAIT_NONE },
	{ "kvm_wait", MON_WAIT_SPINLOCK },
	{ "pv_wait", MON_WAIT_SPINLOCK },
	{ "__pv_queued_spin_lock", MON_WAIT_SPINLOCK },
	{ "native_queued_spin_lock", MON_WAIT_SPINLOCK },
	{ "queued_spin_lock", MON_WAIT_SPINLOCK },
	{ "queued_read_lock", MON_WAIT_SPINLOCK },
	{ "queued_write_lock", MON_WAIT_SPINLOCK },
	{ "virt_spin_lock", MON_WAIT_SPINLOCK },
	{ "_raw_spin_lock", MON_WAIT_SPINLOCK },
	{ "_raw_read_lock", MON_WAIT_SPINLOCK },
	{ "_raw_write_lock", MON_WAIT_SPINLOCK },
	{ "do_raw_", MON_WAIT_SPINLOCK },
	{ "raw_spin_rq_lock", MON_WAIT_SPINLOCK },
	{ "csd_lock_wait", MON_WAIT_IPI },
	{ "smp_call_function", MON_WAIT_IPI },
	{ "on_each_cpu", MON_WAIT_IPI },
	{ "__schedule", MON_WAIT_SCHEDULE },
	{ "schedule", MON_WAIT_SCHEDULE },
	{ "io_schedule", MON_WAIT_SCHEDULE },
	{ "preempt_schedule", MON_WAIT_SCHEDULE },
	{ "mutex_lock", MON_WAIT_MUTEX },
	{ "__mutex_lock", MON_WAIT_MUTEX },
	{ "down_read", MON_WAIT_RWSEM },
	{ "down_write", MON_WAIT_RWSEM },
	{ "rwsem_down_", MON_WAIT_RWSEM },
	{ "__down_", MON_WAIT_RWSEM },
	{ "percpu_down_", MON_WAIT_PERCPU_RWSEM },
	{ "__percpu_down_", MON_WAIT_PERCPU_RWSEM },
	{ "percpu_rwsem_", MON_WAIT_PERCPU_RWSEM },
	{ "wait_for_completion", MON_WAIT_COMPLETION },
	{ "__wait_for_common", MON_WAIT_COMPLETION },
	{ "do_wait_for_common", MON_WAIT_COMPLETION },
	{ "synchronize_rcu", MON_WAIT_RCU },
	{ "__wait_rcu_gp", MON_WAIT_RCU },
	{ "rcu_sync_", MON_WAIT_RCU },
};

bool mon_wait_kind(const char *func, enum mon_wait *wait)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(waiters); i++) {
		if (strncmp(func, waiters[i].prefix,
			    strlen(waiters[i].prefix)))
			continue;
		if (waiters[i].wait != MON_WAIT_NONE)
			*wait = waiters[i].wait;
		return true;
	}
	return false;
}

void mon_spot_find(const struct mon_dump *d, const struct mon_stack *stack,
		   struct mon_spot *spot)
{
	char func[sizeof(spot->func)];
	bool at_work = false;
	unsigned int i;

	memset(spot, 0, sizeof(*spot));
	for (i = 0; i < stack->n; i++) {
		bool bpf = mon_frame_func(d, stack->ip[i], func, sizeof(func));

		if (!func[0]) {
			/* Code that runs waits for nothing, whatever calls it. */
			at_work |= !spot->func[0];
			continue;
		}
		memcpy(spot->func, func, sizeof(func));
		spot->bpf = bpf;
		spot->frame = i;
		if (bpf || at_work || !mon_wait_kind(func, &spot->wait))
			return;
	}
}
