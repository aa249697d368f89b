/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The quantities: a row for each number that is measured. No guard: whoever
 * includes it has said by macros what to make of a row, as with the kernel's
 * bpf_types.h; quantity.h makes struct members, ids and a table of them.
 *
 * QUANTITY_PER(name, type, unit, decimals, better, from, word, head[, gate]):
 * @name: of the member, of the key in sidecars and of the row in Documentation
 * @type: a whole number of 64 bits; double for what is shown with @decimals
 * @unit: enum quantity_unit, without UNIT_
 * @better: enum quantity_better, without BETTER_
 * @from: enum quantity_from, without FROM_: who measures it
 * @word: in texts of a line, NULL to be left out there
 * @head: over a column of the page, NULL to be left out there
 * @gate: of a run, and of a turn: what two sides must differ by for one to be called
 *	worse, in the unit, and in percent; without it nothing is called so
 *
 * To add one: a row here, the line that fills the member of its name, and a
 * line of the table in Documentation/quantities.rst.
 */
#ifndef QUANTITY_RUN
#define QUANTITY_RUN(...)
#endif
#ifndef QUANTITY_CGROUP
#define QUANTITY_CGROUP(...)
#endif
#ifndef QUANTITY_WORKER
#define QUANTITY_WORKER(...)
#endif
#ifndef QUANTITY_CPU
#define QUANTITY_CPU(...)
#endif
#ifndef QUANTITY_SAMPLE
#define QUANTITY_SAMPLE(...)
#endif
#ifndef QUANTITY_PHASE
#define QUANTITY_PHASE(...)
#endif
#ifndef QUANTITY_TURN
#define QUANTITY_TURN(...)
#endif

/* A run: run_measure() */
QUANTITY_RUN(busy_pct, double, PCT, 0, UP, MEMORY, "busy", "CPUs busy", 1, 2)
QUANTITY_RUN(idle_wait_pct, double, PCT, 1, DOWN, MEMORY, "idle-wait", "idle while tasks wait", 0.5, 10)
QUANTITY_RUN(lag_us, int64_t, US, 0, DOWN, MEMORY, NULL, NULL, 500, 20)
QUANTITY_RUN(wait_ms, double, MS, 2, DOWN, SCHEDSTAT, "wait", "mean wait", 0.05, 5)
QUANTITY_RUN(workers, int64_t, COUNT, 0, NEITHER, WORKERS, "workers", "workers")
QUANTITY_RUN(spread_pct, double, PCT, 1, DOWN, WORKERS, "spread", "spread", 2, 10)
QUANTITY_RUN(max_gap_ms, int64_t, MS, 0, DOWN, WORKERS, "gap", "longest gap", 20, 20)
QUANTITY_RUN(migrations, int64_t, COUNT, 0, DOWN, WORKERS, "migrations", "migrations", 10, 10)
QUANTITY_RUN(wake_ns_p99, int64_t, NS, 0, DOWN, WORKERS, NULL, "wake p99", 20000, 10)
QUANTITY_RUN(share_error_pct, double, PCT, 1, DOWN, WORKERS, NULL, "share lacked", 1, 10)
QUANTITY_RUN(quota_excess_pct, double, PCT, 1, DOWN, WORKERS, NULL, "beyond quota", 1, 10)
QUANTITY_RUN(iterations, int64_t, COUNT, 0, UP, WORKERS, NULL, "iterations", 20, 2)
QUANTITY_RUN(own_pct, double, PCT, 2, DOWN, HARNESS, "harness", "harness")
QUANTITY_RUN(run_us, int64_t, US, 0, DOWN, VMM, NULL, NULL)
QUANTITY_RUN(steal_us, int64_t, US, 0, DOWN, VMM, NULL, NULL)
QUANTITY_RUN(exits, int64_t, COUNT, 0, DOWN, VMM, NULL, NULL)
QUANTITY_RUN(samples_taken, int64_t, COUNT, 0, UP, MONITOR, NULL, NULL)
QUANTITY_RUN(samples_left_out, int64_t, COUNT, 0, DOWN, MONITOR, NULL, NULL)
QUANTITY_RUN(cpus_rejected, int64_t, COUNT, 0, DOWN, MONITOR, NULL, NULL)
QUANTITY_RUN(cost_us, int64_t, US, 0, DOWN, MONITOR, NULL, NULL)

/* A cgroup of a scenario: check_group_stats() */
QUANTITY_CGROUP(workers, int64_t, COUNT, 0, NEITHER, WORKERS, "workers", "workers")
QUANTITY_CGROUP(cpus, int64_t, CPUS, 0, NEITHER, WORKERS, "cpus", "CPUs")
QUANTITY_CGROUP(spread_pct, double, PCT, 1, DOWN, WORKERS, "spread", "spread")
QUANTITY_CGROUP(min_off_cpu_pct, double, PCT, 1, DOWN, WORKERS, NULL, NULL)
QUANTITY_CGROUP(max_off_cpu_pct, double, PCT, 1, DOWN, WORKERS, NULL, NULL)
QUANTITY_CGROUP(max_gap_ms, int64_t, MS, 0, DOWN, WORKERS, "gap", "longest gap")
QUANTITY_CGROUP(max_gap_cpu, int64_t, CPU, 0, NEITHER, WORKERS, NULL, "on CPU")
QUANTITY_CGROUP(migrations, int64_t, COUNT, 0, DOWN, WORKERS, "migrations", "migrations")
QUANTITY_CGROUP(iterations, int64_t, COUNT, 0, UP, WORKERS, "iter", "iterations")
QUANTITY_CGROUP(work_units, int64_t, COUNT, 0, UP, WORKERS, NULL, NULL)
QUANTITY_CGROUP(run_delay_ns_mean, int64_t, NS, 0, DOWN, WORKERS, NULL, NULL)
QUANTITY_CGROUP(run_delay_ns_worst, int64_t, NS, 0, DOWN, WORKERS, NULL, NULL)
QUANTITY_CGROUP(wakes_n, int64_t, COUNT, 0, NEITHER, WORKERS, NULL, "wakes")
QUANTITY_CGROUP(wake_ns_p50, int64_t, NS, 0, DOWN, WORKERS, NULL, "wake p50")
QUANTITY_CGROUP(wake_ns_p90, int64_t, NS, 0, DOWN, WORKERS, NULL, NULL)
QUANTITY_CGROUP(wake_ns_p99, int64_t, NS, 0, DOWN, WORKERS, NULL, "p99")
QUANTITY_CGROUP(wake_ns_p999, int64_t, NS, 0, DOWN, WORKERS, NULL, NULL)
QUANTITY_CGROUP(wake_ns_max, int64_t, NS, 0, DOWN, WORKERS, NULL, "longest")
QUANTITY_CGROUP(wake_own_ns_p99, int64_t, NS, 0, DOWN, WORKERS, NULL, NULL)
QUANTITY_CGROUP(wake_cv, double, RATIO, 3, DOWN, WORKERS, NULL, NULL)
QUANTITY_CGROUP(wake_tail, double, RATIO, 1, DOWN, WORKERS, NULL, NULL)
QUANTITY_CGROUP(migration_ratio, double, RATIO, 3, DOWN, WORKERS, NULL, NULL)
QUANTITY_CGROUP(iterations_per_s_of_cpu, double, PER_S, 1, UP, WORKERS, NULL, NULL)
QUANTITY_CGROUP(throughput_cv, double, RATIO, 3, DOWN, WORKERS, NULL, NULL)
QUANTITY_CGROUP(cpu_us, int64_t, US, 0, NEITHER, WORKERS, NULL, "CPU time")
QUANTITY_CGROUP(share_pct, double, PCT, 1, NEITHER, WORKERS, NULL, "share")
QUANTITY_CGROUP(share_due_pct, double, PCT, 1, NEITHER, WORKERS, NULL, "due")
QUANTITY_CGROUP(share_error_pct, double, PCT, 1, DOWN, WORKERS, NULL, "lacked")
QUANTITY_CGROUP(quota_excess_pct, double, PCT, 1, DOWN, WORKERS, NULL, "beyond quota")

/* A worker, by itself: its report, in lib/guest/work */
QUANTITY_WORKER(work_units, uint64_t, COUNT, 0, UP, WORKERS, NULL, "work units")
QUANTITY_WORKER(iterations, uint64_t, COUNT, 0, UP, WORKERS, NULL, "iterations")
QUANTITY_WORKER(wall_ns, uint64_t, NS, 0, NEITHER, WORKERS, NULL, NULL)
QUANTITY_WORKER(cpu_ns, uint64_t, NS, 0, UP, WORKERS, NULL, "CPU time")
QUANTITY_WORKER(run_delay_ns, uint64_t, NS, 0, DOWN, WORKERS, NULL, "waited")
QUANTITY_WORKER(steal_ns, uint64_t, NS, 0, DOWN, WORKERS, NULL, NULL)
QUANTITY_WORKER(max_gap_ns, uint64_t, NS, 0, DOWN, WORKERS, NULL, "longest gap")
QUANTITY_WORKER(max_gap_steal_ns, uint64_t, NS, 0, DOWN, WORKERS, NULL, NULL)
QUANTITY_WORKER(max_gap_cpu, uint64_t, CPU, 0, NEITHER, WORKERS, NULL, "on CPU")
QUANTITY_WORKER(max_gap_at_ns, uint64_t, NS, 0, NEITHER, WORKERS, NULL, NULL)
QUANTITY_WORKER(migrations, uint64_t, COUNT, 0, DOWN, WORKERS, NULL, "migrations")
QUANTITY_WORKER(run_count, uint64_t, COUNT, 0, NEITHER, WORKERS, NULL, NULL)
QUANTITY_WORKER(wakes_n, uint64_t, COUNT, 0, NEITHER, WORKERS, NULL, NULL)
QUANTITY_WORKER(wake_ns_p50, uint64_t, NS, 0, DOWN, WORKERS, NULL, "wake p50")
QUANTITY_WORKER(wake_ns_p90, uint64_t, NS, 0, DOWN, WORKERS, NULL, NULL)
QUANTITY_WORKER(wake_ns_p99, uint64_t, NS, 0, DOWN, WORKERS, NULL, "p99")
QUANTITY_WORKER(wake_ns_p999, uint64_t, NS, 0, DOWN, WORKERS, NULL, NULL)
QUANTITY_WORKER(wake_ns_max, uint64_t, NS, 0, DOWN, WORKERS, NULL, "longest")

/* A CPU in each sample of the monitor: cpu_fill() in judge/series.c */
QUANTITY_CPU(nr_running, int64_t, TASKS, 0, NEITHER, MEMORY, NULL, "runnable")
QUANTITY_CPU(scx_nr_running, int64_t, TASKS, 0, NEITHER, MEMORY, NULL, "sched_ext")
QUANTITY_CPU(scx_flags, int64_t, FLAGS, 0, NEITHER, MEMORY, NULL, NULL)
QUANTITY_CPU(dsq_depth, int64_t, TASKS, 0, DOWN, MEMORY, NULL, "local DSQ")
QUANTITY_CPU(idle, int64_t, BOOL, 0, NEITHER, MEMORY, NULL, NULL)
QUANTITY_CPU(idle_wait, int64_t, TASKS, 0, DOWN, MEMORY, NULL, NULL)
QUANTITY_CPU(lag_us, int64_t, US, 0, DOWN, MEMORY, NULL, NULL)
QUANTITY_CPU(curr_pid, int64_t, PID, 0, NEITHER, MEMORY, NULL, NULL)
QUANTITY_CPU(clock_us, int64_t, US, 0, NEITHER, MEMORY, NULL, NULL)
QUANTITY_CPU(nr_switches, int64_t, COUNT, 0, NEITHER, MEMORY, NULL, NULL)
QUANTITY_CPU(vcpu_time_us, int64_t, US, 0, NEITHER, VMM, NULL, NULL)
QUANTITY_CPU(steal_us, int64_t, US, 0, DOWN, VMM, NULL, NULL)
QUANTITY_CPU(run_delay_us, int64_t, US, 0, DOWN, SCHEDSTAT, NULL, NULL)
QUANTITY_CPU(pcount, int64_t, COUNT, 0, NEITHER, SCHEDSTAT, NULL, NULL)
QUANTITY_CPU(sched_count, int64_t, COUNT, 0, NEITHER, SCHEDSTAT, NULL, NULL)
QUANTITY_CPU(sched_goidle, int64_t, COUNT, 0, NEITHER, SCHEDSTAT, NULL, NULL)
QUANTITY_CPU(ttwu_count, int64_t, COUNT, 0, NEITHER, SCHEDSTAT, NULL, NULL)
QUANTITY_CPU(ttwu_local, int64_t, COUNT, 0, NEITHER, SCHEDSTAT, NULL, NULL)

/* All of sched_ext in each sample: point_fill(), there, too */
QUANTITY_SAMPLE(loaded, int64_t, BOOL, 0, NEITHER, MEMORY, NULL, NULL)
QUANTITY_SAMPLE(bypass_depth, int64_t, COUNT, 0, DOWN, MEMORY, NULL, NULL)
QUANTITY_SAMPLE(exit_kind, int64_t, KIND, 0, NEITHER, MEMORY, NULL, NULL)

/* A phase of a run: lib/host/report/timeline.c */
QUANTITY_PHASE(samples, int64_t, COUNT, 0, NEITHER, MONITOR, NULL, "samples")
QUANTITY_PHASE(avg_running, double, TASKS, 3, NEITHER, MEMORY, NULL, "runnable a CPU")
QUANTITY_PHASE(max_running, int64_t, TASKS, 0, NEITHER, MEMORY, NULL, "most")
QUANTITY_PHASE(max_running_cpu, int64_t, CPU, 0, NEITHER, MEMORY, NULL, NULL)
QUANTITY_PHASE(avg_imbalance, double, RATIO, 3, DOWN, MEMORY, "imbalance", "imbalance")
QUANTITY_PHASE(max_imbalance, double, RATIO, 3, DOWN, MEMORY, NULL, "most")
QUANTITY_PHASE(avg_dsq_depth, double, TASKS, 3, DOWN, MEMORY, "dsq", NULL)
QUANTITY_PHASE(max_dsq_depth, int64_t, TASKS, 0, DOWN, MEMORY, NULL, "deepest DSQ")
QUANTITY_PHASE(alarms, int64_t, COUNT, 0, DOWN, MONITOR, NULL, NULL)
QUANTITY_PHASE(iterations_per_s, double, PER_S, 3, UP, WORKERS, "throughput", "iterations")

/* A turn of A or B: lib/guest/scenario/turns.c. Of one CPU, and of its own time. */
QUANTITY_TURN(side, int64_t, COUNT, 0, NEITHER, WORKERS, NULL, NULL)
QUANTITY_TURN(pair, int64_t, COUNT, 0, NEITHER, WORKERS, NULL, NULL)
QUANTITY_TURN(held_ms, double, MS, 1, NEITHER, WORKERS, NULL, NULL)
QUANTITY_TURN(steal_pct, double, PCT, 1, NEITHER, WORKERS, NULL, NULL)
QUANTITY_TURN(work_per_s, double, PER_S, 1, UP, WORKERS, NULL, NULL, 1, 2)
QUANTITY_TURN(iterations_per_s, double, PER_S, 1, UP, WORKERS, NULL, NULL, 1, 2)
QUANTITY_TURN(cpu_pct, double, PCT, 1, NEITHER, WORKERS, NULL, NULL)
QUANTITY_TURN(wait_us, double, US, 1, DOWN, WORKERS, NULL, NULL, 50, 5)
QUANTITY_TURN(migrations_per_s, double, PER_S, 1, DOWN, WORKERS, NULL, NULL, 5, 10)
QUANTITY_TURN(wakes_per_s, double, PER_S, 1, NEITHER, WORKERS, NULL, NULL)
QUANTITY_TURN(wake_ns_p50, int64_t, NS, 0, DOWN, WORKERS, NULL, NULL, 2000, 10)
QUANTITY_TURN(wake_ns_p99, int64_t, NS, 0, DOWN, WORKERS, NULL, NULL, 20000, 10)

#undef QUANTITY_RUN
#undef QUANTITY_CGROUP
#undef QUANTITY_WORKER
#undef QUANTITY_CPU
#undef QUANTITY_SAMPLE
#undef QUANTITY_PHASE
#undef QUANTITY_TURN
