/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ready scenarios: what any scheduler can be put through without a line of
 * C. One table, of which test programs make tests, and `ktstr test` its list.
 *
 * To add one: a value catalogue_NAME in lib/guest/catalogue, and a row.
 */
#ifndef KTSTR_COMMON_READY_H
#define KTSTR_COMMON_READY_H

/*
 * row(arg, name, seconds, what): @seconds are how long it holds where nobody
 * says otherwise, 0 for the default of all tests; @what is a line about it.
 *
 * oversubscribed: long enough for each worker to have many turns, on a slow
 * host as well.
 */
#define READY_SCENARIOS(row, arg)					\
	row(arg, steady, 0,						\
	    "one cgroup of workers that only compute")			\
	row(arg, two_cgroups, 0,					\
	    "two that compute beside two that sleep two thirds of the time") \
	row(arg, disjoint_cpusets, 0,					\
	    "two cgroups, each with half of the CPUs for itself")	\
	row(arg, oversubscribed, 6,					\
	    "sixteen workers that only compute, in two cgroups")	\
	row(arg, futex_ping_pong, 0,					\
	    "two pairs that wake each other, beside one that computes")

/* The others, in the same way, which are run where they are named. */
#define CATALOGUE_SCENARIOS(row, arg)					\
	row(arg, cgroup_steady, 0,					\
	    "two cgroups of workers that only compute")			\
	row(arg, cgroup_cpuset_llc_steady, 0,				\
	    "two cgroups, each on a last-level cache")			\
	row(arg, cgroup_cpuset_cross_llc_steady, 0,			\
	    "two cgroups, parted within a last-level cache")		\
	row(arg, cgroup_cpuset_overlap_steady, 0,			\
	    "three cgroups that share half of their CPUs with each neighbour") \
	row(arg, cgroup_partial_cpus_steady, 0,				\
	    "two cgroups on two thirds of the CPUs, the rest stays free") \
	row(arg, cgroup_uneven_steady, 0,				\
	    "two cgroups, one with three times as many CPUs")		\
	row(arg, cgroup_oversubscribed, 6,				\
	    "64 workers in two cgroups that compute and yield")		\
	row(arg, cgroup_idle_overloaded, 6,				\
	    "sixteen workers beside a single one")			\
	row(arg, cgroup_all_loaded, 6,					\
	    "sixteen workers in each of two cgroups")			\
	row(arg, cgroup_llc_overflow, 6,				\
	    "eight workers on one last-level cache")			\
	row(arg, cgroup_load_imbalance, 6,				\
	    "sixteen workers beside one that yields all the time")	\
	row(arg, stall_detect, 6,					\
	    "sixteen workers in one cgroup: whoever is left out shows")	\
	row(arg, stall_recovery, 6,					\
	    "the same in two cgroups")					\
	row(arg, cgroup_cpuset_overlap_imbalance, 6,			\
	    "overlapping cpusets: many, few that sleep, one that yields") \
	row(arg, cgroup_cpuset_overlap_load_imbalance, 6,		\
	    "overlapping cpusets: sixteen, one that yields, four")	\
	row(arg, cgroup_bursty_imbalance, 6,				\
	    "eight that compute beside four that sleep two thirds of the time") \
	row(arg, cgroup_bursty_load_shift, 6,				\
	    "twelve that compute in long bursts beside four that never sleep") \
	row(arg, cgroup_per_cpu, 0,					\
	    "a cgroup for each of four CPUs, with one worker")		\
	row(arg, cgroup_workload_variety, 0,				\
	    "five cgroups, each with another kind of work")		\
	row(arg, cgroup_cpuset_workload_variety, 0,			\
	    "three cgroups on a third of the CPUs each, with other kinds of work") \
	row(arg, mixed_workloads, 6,					\
	    "eight that compute, some that sleep, some that write")	\
	row(arg, cgroup_4way_load_imbalance, 6,				\
	    "four cgroups of sixteen, one, eight and four workers")	\
	row(arg, cgroup_io_compute_imbalance, 0,			\
	    "workers that write beside four that compute")		\
	row(arg, cgroup_cpuset_workload_imbalance, 6,			\
	    "many that compute on half of the CPUs, few that sleep on the other") \
	row(arg, cgroup_cpuset_imbalance_combined, 6,			\
	    "the same, with longer sleeps")				\
	row(arg, cgroup_cpuset_overlap_imbalance_combined, 6,		\
	    "overlapping cpusets: twelve, two that sleep, one that yields") \
	row(arg, cgroup_imbalance_mixed_workload, 6,			\
	    "eight that compute, four that sleep, four that compute and yield") \
	row(arg, cgroup_affinity_inherit, 0,				\
	    "workers without an affinity that compute and yield")	\
	row(arg, cgroup_affinity_random, 0,				\
	    "half of their CPUs for each worker, at random")		\
	row(arg, cgroup_affinity_spanning, 0,				\
	    "workers that ask for CPUs of the other cgroup, too")	\
	row(arg, cgroup_affinity_pinned, 0,				\
	    "all workers of a cgroup on one of its CPUs")		\
	row(arg, cgroup_cpuset_llc_affinity, 0,				\
	    "cpusets of last-level caches, and affinities within them")	\
	row(arg, cgroup_multicpu_pin, 0,				\
	    "two cgroups bound to the same two CPUs")			\
	row(arg, cgroup_cpuset_multicpu_pin, 0,				\
	    "halves of the CPUs, and a worker bound to each CPU by turns") \
	row(arg, sched_batch, 0,					\
	    "workers of SCHED_BATCH beside others")			\
	row(arg, sched_idle, 0,						\
	    "workers of SCHED_IDLE in a cgroup of their own")		\
	row(arg, sched_fifo, 0,						\
	    "a worker of SCHED_FIFO that computes in bursts, beside others") \
	row(arg, sched_rr, 0,						\
	    "two workers of SCHED_RR that compute in bursts, beside others") \
	row(arg, sched_mixed, 6,					\
	    "workers of four classes in one cgroup")			\
	row(arg, cgroup_affinity_change, 0,				\
	    "the CPUs of all workers change five times")		\
	row(arg, fork_exit_churn, 0,					\
	    "workers that fork and wait for the child")			\
	row(arg, nice_sweep, 0,						\
	    "workers that go through all nice values")			\
	row(arg, affinity_churn, 0,					\
	    "workers that bind themselves to another CPU, over and over") \
	row(arg, policy_churn, 0,					\
	    "workers that change their scheduling class, over and over") \
	row(arg, page_fault_churn, 0,					\
	    "workers that touch memory and give it back")		\
	row(arg, mutex_contention_light, 0,				\
	    "four workers that hold a lock for a short time")		\
	row(arg, mutex_contention_heavy, 0,				\
	    "eight workers that hold a lock most of the time")		\
	row(arg, cgroup_pipe_io, 0,					\
	    "pairs that wake each other by pipes, beside workers that compute") \
	row(arg, cache_pressure_imbalance, 0,				\
	    "workers that go through memory beside four that compute")	\
	row(arg, cache_yield_wake_affine, 0,				\
	    "workers that go through memory and yield, beside others")	\
	row(arg, cache_pipe_io_compute_imbalance, 0,			\
	    "pairs that hand memory over by pipes, beside four that compute") \
	row(arg, fan_out_wake, 0,					\
	    "one that wakes four, beside workers that compute")		\
	row(arg, fan_out_compute, 0,					\
	    "one that wakes four for work, beside workers that compute") \
	row(arg, cgroup_dsq_contention, 6,				\
	    "many short bursts beside workers that are bound to one CPU each") \
	row(arg, cgroup_churn, 0,					\
	    "workers that move through cgroups of their own")		\
	row(arg, thundering_herd, 0,					\
	    "many that wait for one word, and are woken together")	\
	row(arg, host_contention, 0,					\
	    "four workers beside all cgroups, in that of the test")	\
	row(arg, cgroup_cpuset_apply_midrun, 0,				\
	    "two cgroups get halves of the CPUs at half time")		\
	row(arg, cgroup_cpuset_clear_midrun, 0,				\
	    "two cgroups have halves of the CPUs until half time")	\
	row(arg, cgroup_cpuset_resize, 0,				\
	    "two cgroups with a half of the CPUs, a quarter, three quarters") \
	row(arg, cgroup_cpuset_numa_swap, 0,				\
	    "two cgroups change their NUMA nodes")			\
	row(arg, cgroup_cpuset_swap_disjoint, 0,			\
	    "two cgroups change their halves of the CPUs each 100 ms")	\
	row(arg, cgroup_cpuset_cross_llc_race, 6,			\
	    "two cgroups change their last-level caches each 200 ms")	\
	row(arg, cgroup_cpuset_change_imbalance, 6,			\
	    "a cgroup has but one CPU for a third of the time")		\
	row(arg, cgroup_cpuset_load_shift, 6,				\
	    "half of the CPUs each, and sixteen more workers for one at half time") \
	row(arg, cgroup_cpuset_add_remove, 0,				\
	    "a third cgroup with CPUs of its own comes, and goes")	\
	row(arg, cgroup_add_midrun, 0,					\
	    "two more cgroups at half time")				\
	row(arg, cgroup_remove_midrun, 0,				\
	    "two of four cgroups go at half time")			\
	row(arg, cgroup_rapid_churn, 0,					\
	    "a cgroup comes and goes, five times a second")		\
	row(arg, cgroup_exhaust_reuse, 0,				\
	    "half of eight cgroups go, and as many come")		\
	row(arg, cgroup_add_load_imbalance, 6,				\
	    "sixteen workers come beside two that yield")		\
	row(arg, cgroup_add_during_imbalance, 6,			\
	    "four more workers come beside eight, and two that sleep")	\
	row(arg, cgroup_dynamic_workload_variety, 0,			\
	    "a fourth cgroup that sleeps comes, and goes")		\
	row(arg, cgroup_load_oscillation, 6,				\
	    "all load goes from one cgroup to the other, four times")	\
	row(arg, cgroup_task_migration, 0,				\
	    "all workers of a cgroup move to another, and back, nine times") \
	row(arg, cgroup_attach_storm, 0,				\
	    "workers move between two cgroups as fast as they can")	\
	row(arg, cgroup_freeze, 0,					\
	    "a cgroup is frozen for 100 ms, each 300 ms")		\
	row(arg, cgroup_quota_change, 0,				\
	    "a quota comes, changes, and goes under load")		\
	row(arg, cgroup_weight_change, 0,				\
	    "weights of 1 to 16 and the other way round")		\
	row(arg, cpu_hotplug, 4,					\
	    "all CPUs but the first go and come, each 500 ms")		\
	row(arg, nested_cgroup_steady, 0,				\
	    "workers in cgroups of cgroups, up to three deep")		\
	row(arg, nested_cgroup_task_move, 0,				\
	    "workers move up and down a tree of cgroups")		\
	row(arg, nested_cgroup_rapid_churn, 0,				\
	    "cgroups within a cgroup come and go, five times a second")	\
	row(arg, nested_cgroup_cpuset, 0,				\
	    "a cgroup with half of the CPUs, one within it with a quarter") \
	row(arg, nested_cgroup_imbalance, 6,				\
	    "eight workers two deep beside two that sleep")		\
	row(arg, sleepers_beside_hogs, 0,				\
	    "two that sleep most of the time beside eight that compute") \
	row(arg, locks_beside_hogs, 0,					\
	    "four that want one lock beside four that compute")		\
	row(arg, queues_and_pipes, 0,					\
	    "a queue and a chain on half of the CPUs each, beside two that compute") \
	row(arg, timers_beside_io, 0,					\
	    "timers beside workers that write, and that touch memory")	\
	row(arg, softirqs_beside_hogs, 0,				\
	    "datagrams through loopback beside four that compute") \
	row(arg, classes_in_each_others_way, 0,				\
	    "SCHED_FIFO in bursts above workers that compute, and SCHED_BATCH below") \
	row(arg, requests_and_wakes, 0,					\
	    "schbench's load: a messenger, and who works for it")	\
	row(arg, fast_and_slow_paths, 0,				\
	    "taobench's load: requests, most of which are done at once") \
	row(arg, as_many_as_cpus, 0,					\
	    "four that multiply: on four CPUs each has one for itself")	\
	row(arg, pairs_that_must_get_on, 0,				\
	    "pairs that wake each other, twenty times a second at least") \
	row(arg, numa_own_memory, 0,					\
	    "two cgroups, each on a NUMA node, with memory of its own")	\
	row(arg, numa_far_memory, 0,					\
	    "two cgroups, each on a NUMA node, with memory of the other") \
	row(arg, numa_interleaved, 0,					\
	    "memory of two NUMA nodes by turns, beside four that compute") \
	row(arg, numa_workers_move, 0,					\
	    "workers, and others' memory, go from NUMA node to NUMA node") \
	row(arg, numa_crowded, 6,					\
	    "all of two NUMA nodes' workers on one of them for a third of the time") \
	row(arg, quota_of_one, 0,					\
	    "a worker that may have 20 ms of 50 beside two that may have all") \
	row(arg, quota_of_many, 0,					\
	    "eight workers that may have one CPU together")	\
	row(arg, quota_short_period, 0,					\
	    "two that want one lock, and may have 5 ms of 10 together")	\
	row(arg, quota_nested, 0,					\
	    "a quota within a quota, of which the outer one goes")	\
	row(arg, hotplug_one_by_one, 4,					\
	    "CPU 1 goes and comes, then CPU 2, each 600 ms")		\
	row(arg, hotplug_in_cpusets, 4,					\
	    "of two cgroups' two CPUs each one goes and comes")		\
	row(arg, hotplug_under_quota, 4,				\
	    "all CPUs but the first go and come beside a quota")	\
	row(arg, hotplug_of_pairs, 4,					\
	    "the same under pairs that wake each other, and timers")

/**
 * struct ready_scenario - a row, for who lists them
 * @name: of the scenario, and of its tests
 * @what: a line about it
 */
struct ready_scenario {
	const char *name;
	const char *what;
};

#define READY_ROW(arg, scenario, seconds, text)				\
	{ .name = #scenario, .what = (text) },

/* What the program `ready` makes its tests of; `ktstr test` sets it. */
#define READY_ENV_MACHINES	"KTSTR_READY_MACHINES"	/* NAME=TOPOLOGY, blanks */
#define READY_ENV_FILES		"KTSTR_READY_FILES"	/* NAME, blanks */
#define READY_ENV_HOST		"KTSTR_ON_HOST"		/* 1: without a VM */
/* Of one that was read from a file, in $KTSTR_SIDECAR_DIR */
#define READY_FILE_SUFFIX	".scenario.json"

#define READY_PROGRAM		"ready"
#define READY_VERIFY		"verify"	/* its test for `ktstr verify` */
#define READY_EEVDF		"eevdf"		/* none of sched_ext */
#define READY_HOST		"host"		/* this machine, as a variant */
#define READY_MAX_TOPOLOGIES	32
#define READY_MAX_SCENARIOS	160
#define READY_MAX_ARGS		16
#define READY_MAX_SECONDS	300
#define READY_NAME_SIZE		128

struct topology;

/**
 * ready_machine_name() - what a variant of `ready` is called
 * @name: gets it: scheduler and topology, '_' for what a test's name may not
 *	hold, such as the dots between its parts
 * @scheduler: its program's name
 * @topology: of the machine
 */
void ready_machine_name(char name[READY_NAME_SIZE], const char *scheduler,
			const struct topology *topology);

#endif /* KTSTR_COMMON_READY_H */
