// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who calls the ops. See callers.h.
 */
#include "lib/common/scx/callers.h"

#include <stdio.h>
#include <string.h>

#include "lib/common/util/util.h"

/* From the kernel's source, the newest name first. */
static const struct op_caller rows[] = {
	{ "select_cpu", { "select_task_rq_scx" } },
	{ "enqueue", { "scx_do_enqueue_task", "do_enqueue_task" } },
	{ "dequeue", { "ops_dequeue", "dequeue_task_scx" } },
	{ "dispatch", { "do_pick_task_scx", "pick_task_scx", "balance_one",
			"balance_scx" } },
	{ "tick", { "task_tick_scx" } },
	{ "runnable", { "enqueue_task_scx" } },
	{ "running", { "set_next_task_scx" } },
	{ "stopping", { "put_prev_task_scx", "dequeue_task_scx" } },
	{ "quiescent", { "dequeue_task_scx" } },
	{ "yield", { "yield_task_scx", "yield_to_task_scx" } },
	{ "core_sched_before", { "scx_prio_less" } },
	{ "set_weight", { "__scx_enable_task", "scx_enable_task",
			  "reweight_task_scx" } },
	{ "set_cpumask", { "set_cpus_allowed_scx", "switching_to_scx",
			   "__scx_enable_task" } },
	{ "update_idle", { "__scx_update_idle" } },
	{ "cpu_acquire", { "do_pick_task_scx", "pick_task_scx", "balance_one",
			   "balance_scx" } },
	{ "cpu_release", { "switch_class", "put_prev_task_scx" } },
	{ "init_task", { "__scx_init_task", "scx_init_task" } },
	{ "exit_task", { "__scx_disable_and_exit_task", "scx_exit_task",
			 "scx_sub_init_cancel_task" } },
	{ "enable", { "__scx_enable_task", "scx_enable_task" } },
	{ "disable", { "scx_disable_task" } },
	{ "dump", { "scx_dump_state" } },
	{ "dump_cpu", { "scx_dump_cpu", "scx_dump_state" } },
	{ "dump_task", { "scx_dump_task" } },
	{ "cgroup_init", { "scx_tg_online", "scx_cgroup_init",
			   "scx_root_enable_workfn" } },
	{ "cgroup_exit", { "scx_tg_offline", "scx_cgroup_exit",
			   "scx_root_disable" } },
	{ "cgroup_prep_move", { "scx_cgroup_can_attach" } },
	{ "cgroup_move", { "scx_cgroup_move_task" } },
	{ "cgroup_cancel_move", { "scx_cgroup_cancel_attach",
				  "scx_cgroup_can_attach" } },
	{ "cgroup_set_weight", { "scx_group_set_weight" } },
	{ "cgroup_set_idle", { "scx_group_set_idle" } },
	{ "cgroup_set_bandwidth", { "scx_group_set_bandwidth" } },
	{ "cpu_online", { "handle_hotplug", "scx_rq_activate" } },
	{ "cpu_offline", { "handle_hotplug", "scx_rq_deactivate" } },
	{ "sub_attach", { "scx_sub_enable_workfn" } },
	{ "sub_detach", { "scx_sub_disable" } },
	{ "sub_caps_updated", { "caps_updated_deliver" } },
	{ "sub_ecaps_updated", { "scx_process_sync_ecaps" } },
	{ "init_cids", { "scx_root_enable_workfn" } },
	{ "init", { "scx_root_enable_workfn", "scx_enable_workfn" } },
	{ "exit", { "scx_root_disable", "scx_sub_disable",
		    "scx_disable_workfn", "scx_ops_disable_workfn" } },
};

/* What sched_ext_ops_cid calls otherwise, by the part that differs. */
static const struct {
	const char *cid_form;
	const char *cpu_form;
} forms[] = {
	{ "cpuctl_", "cgroup_" },
	{ "cmask", "cpumask" },
	{ "cid", "cpu" },
};

void op_cpu_form(const char *op, char *name, size_t size)
{
	const char *at;
	unsigned int i;

	snprintf(name, size, "%s", op);
	/* It has no counterpart. */
	if (!strcmp(op, "init_cids"))
		return;
	for (i = 0; i < ARRAY_SIZE(forms); i++) {
		at = strstr(op, forms[i].cid_form);
		if (!at)
			continue;
		snprintf(name, size, "%.*s%s%s", (int)(at - op), op,
			 forms[i].cpu_form, at + strlen(forms[i].cid_form));
		return;
	}
}

const struct op_caller *op_caller_row(size_t i)
{
	return i < ARRAY_SIZE(rows) ? &rows[i] : NULL;
}

const struct op_caller *op_caller_find(const char *op)
{
	char name[64];
	unsigned int i;

	op_cpu_form(op, name, sizeof(name));
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (!strcmp(rows[i].op, name))
			return &rows[i];
	return NULL;
}
