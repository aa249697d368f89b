/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ops: what a step of a scenario does to cgroups, tasks and machine.
 */
#ifndef KTSTR_SCENARIO_OPS_H
#define KTSTR_SCENARIO_OPS_H

#include "lib/guest/scenario/cpuset.h"
#include "lib/guest/work/work.h"

/*
 * The ops: row(ID, name), where a file op_*.c beside this one has its struct
 * op_ops, op_name. To add one: that (op_types.h), a row, and an entry in
 * Documentation/scenarios.rst. OP(ID, ...) is how a test asks for it.
 */
#define OPS(row)							\
	row(ADD_CGROUP, add_cgroup)					\
	row(ADD_CGROUP_DEF, add_cgroup_def)				\
	row(REMOVE_CGROUP, remove_cgroup)				\
	row(STOP_CGROUP, stop_cgroup)					\
	row(SPAWN, spawn)						\
	row(SET_CPUSET, set_cpuset)					\
	row(CLEAR_CPUSET, clear_cpuset)					\
	row(SWAP_CPUSETS, swap_cpusets)					\
	row(SET_CPU_MAX, set_cpu_max)					\
	row(SET_CPU_WEIGHT, set_cpu_weight)				\
	row(MOVE_ALL_TASKS, move_all_tasks)				\
	row(CGROUP_ATTACH_STORM, cgroup_attach_storm)			\
	row(SET_AFFINITY, set_affinity)					\
	row(FREEZE_CGROUP, freeze_cgroup)				\
	row(UNFREEZE_CGROUP, unfreeze_cgroup)				\
	row(FREEZE_ALL, freeze_all)					\
	row(CPU_OFFLINE, cpu_offline)					\
	row(CPU_ONLINE, cpu_online)					\
	row(CLOCK_JUMP, clock_jump)					\
	row(ATTACH_SCHEDULER, attach_scheduler)				\
	row(DETACH_SCHEDULER, detach_scheduler)				\
	row(RESTART_SCHEDULER, restart_scheduler)			\
	row(REPLACE_SCHEDULER, replace_scheduler)			\
	row(ATTACH_SUB_SCHEDULER, attach_sub_scheduler)			\
	row(DETACH_SUB_SCHEDULER, detach_sub_scheduler)			\
	row(WRITE_MAP, write_map)					\
	row(RUN_PAYLOAD, run_payload)					\
	row(WAIT_PAYLOAD, wait_payload)					\
	row(KILL_PAYLOAD, kill_payload)					\
	row(PAUSE, pause)

#define OP_VALUE(id, name)	OP_##id,

enum op_id {
	OPS(OP_VALUE)
	OP_COUNT
};

struct cgroup_def;

/**
 * struct op - something that a step does
 * @id: what
 * @cgroup: the name of the cgroup that it is done to
 * @to: another one
 * @scheduler: the name of one of the test's schedulers
 * @payload: the name of one of the test's payloads
 * @map: how the name of a BPF map of the scheduler's ends: ".bss"
 * @var: a variable or a member there: "knob", "config.slice_ns"
 * @key: which element of an array, or of a hash; 0 is the only one of a section
 * @value: what to write
 * @def: a cgroup with workers
 * @workers: how many; 0 is the test's default
 * @work: what they do
 * @cpuset: CPUs
 * @cpu: a CPU; 0 is all but the first
 * @quota_us: CPU time in a period; 0 is no limit
 * @period_us: how long that is; 0 is the kernel's default
 * @weight: against the cgroups beside it
 * @times: how often
 * @ms: for how long
 * @jump_ms: how far, forward or back
 *
 * Which of them an op takes is in its row.
 */
struct op {
	enum op_id id;
	const char *cgroup;
	const char *to;
	const char *scheduler;
	const char *payload;
	const char *map;
	const char *var;
	unsigned int key;
	unsigned int value;
	const struct cgroup_def *def;
	unsigned int workers;
	struct work_spec work;
	struct cpuset_spec cpuset;
	unsigned int cpu;
	unsigned int quota_us;
	unsigned int period_us;
	unsigned int weight;
	unsigned int times;
	unsigned int ms;
	int jump_ms;
};

/* An op, and what it takes of struct op. */
#define OP(id_, ...)		{ .id = OP_##id_, ##__VA_ARGS__ }

#endif /* KTSTR_SCENARIO_OPS_H */
