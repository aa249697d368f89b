/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the threads of this machine have lived through so far, as the kernel counts
 * it: the state of a host at a moment, for two of them to be compared.
 *
 * It is read from /proc, from taskstats where that may be asked, from cgroups and
 * from sched_ext. What this kernel does not count, or we may not see, is unknown.
 */
#ifndef KTSTR_STATE_STATE_H
#define KTSTR_STATE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATE_UNKNOWN	UINT64_MAX
#define STATE_COMM	16

/**
 * enum state_source - where a value is read
 * @STATE_SCHEDSTAT: /proc/PID/task/TID/schedstat, the number of that place
 * @STATE_STATUS: status there, the line of that key
 * @STATE_STAT: stat, the field of that number
 * @STATE_SCHED: sched, the key without "se." and "statistics."
 * @STATE_IO: io
 * @STATE_TASKSTATS: the kernel's taskstats, offset of the member
 */
enum state_source {
	STATE_SCHEDSTAT,
	STATE_STATUS,
	STATE_STAT,
	STATE_SCHED,
	STATE_IO,
	STATE_TASKSTATS,
	N_STATE_SOURCES
};

/*
 * A value of a thread: name, with its unit behind an underscore; where it is read,
 * and by which key there. All only grow. To add one is to add a row.
 */
#define STATE_VALUES(row)						\
	row(run_time_ns, SCHEDSTAT, "0")				\
	row(wait_time_ns, SCHEDSTAT, "1")				\
	row(timeslices, SCHEDSTAT, "2")					\
	row(voluntary_csw, STATUS, "voluntary_ctxt_switches")		\
	row(nonvoluntary_csw, STATUS, "nonvoluntary_ctxt_switches")	\
	row(minflt, STAT, "10")						\
	row(majflt, STAT, "12")						\
	row(nr_migrations, SCHED, "nr_migrations")			\
	row(nr_wakeups, SCHED, "nr_wakeups")				\
	row(nr_wakeups_sync, SCHED, "nr_wakeups_sync")			\
	row(nr_wakeups_migrate, SCHED, "nr_wakeups_migrate")		\
	row(nr_wakeups_local, SCHED, "nr_wakeups_local")		\
	row(nr_wakeups_remote, SCHED, "nr_wakeups_remote")		\
	row(nr_wakeups_idle, SCHED, "nr_wakeups_idle")			\
	row(wait_sum_ns, SCHED, "wait_sum")				\
	row(wait_count, SCHED, "wait_count")				\
	row(sleep_sum_ns, SCHED, "sum_sleep_runtime")			\
	row(block_sum_ns, SCHED, "sum_block_runtime")			\
	row(iowait_sum_ns, SCHED, "iowait_sum")				\
	row(iowait_count, SCHED, "iowait_count")			\
	row(rchar_bytes, IO, "rchar")					\
	row(wchar_bytes, IO, "wchar")					\
	row(syscr, IO, "syscr")						\
	row(syscw, IO, "syscw")						\
	row(read_bytes, IO, "read_bytes")				\
	row(write_bytes, IO, "write_bytes")				\
	row(cpu_delay_ns, TASKSTATS, "cpu_delay_total")			\
	row(blkio_delay_ns, TASKSTATS, "blkio_delay_total")		\
	row(swapin_delay_ns, TASKSTATS, "swapin_delay_total")		\
	row(freepages_delay_ns, TASKSTATS, "freepages_delay_total")	\
	row(thrashing_delay_ns, TASKSTATS, "thrashing_delay_total")	\
	row(compact_delay_ns, TASKSTATS, "compact_delay_total")

/**
 * enum state_value - index of a row
 */
enum state_value {
#define STATE_VALUE_ID(name, source, key) STATE_##name,
	STATE_VALUES(STATE_VALUE_ID)
	N_STATE_VALUES
};

/**
 * struct state_thread - a thread
 * @tid: its number
 * @tgid: its process's
 * @comm: its name, fit to print
 * @pcomm: its process's
 * @cgroup: of the unified hierarchy, fit to print; "" where it is not known
 * @start_ticks: when it was started, in USER_HZ since boot
 * @policy: SCHED_*, as a number; -1 where it is not known
 * @nice: from -20 to 19
 * @cpus: CPUs that it may run on; 0 where it is not known
 * @values: by the rows; STATE_UNKNOWN for what is not known
 */
struct state_thread {
	int tid;
	int tgid;
	char comm[STATE_COMM];
	char pcomm[STATE_COMM];
	char *cgroup;
	uint64_t start_ticks;
	int policy;
	int nice;
	unsigned int cpus;
	uint64_t values[N_STATE_VALUES];
};

/* A number of a cgroup, of pressure or of sched_ext: its file, line, and key. */
struct state_number {
	char *name;
	uint64_t value;
};

/**
 * struct state_numbers - of one thing
 * @list: @n of them
 */
struct state_numbers {
	struct state_number *list;
	size_t n;
};

/**
 * struct state_cgroup - a cgroup in which some thread is
 * @path: as in struct state_thread
 * @numbers: cpu.stat, memory.current, and pressure
 */
struct state_cgroup {
	char *path;
	struct state_numbers numbers;
};

/**
 * struct host_state - a host at a moment
 * @captured_ns: when, of the wall clock
 * @uptime_s: since boot
 * @release: of its kernel
 * @cpu_model: of its CPUs
 * @scheduler: that of sched_ext, "" for none
 * @threads: @n_threads of them
 * @cgroups: @n_cgroups of them, by their paths
 * @host: pressure of the whole, and what sched_ext counts
 * @vanished: threads that ended while they were read, and are not there
 */
struct host_state {
	uint64_t captured_ns;
	double uptime_s;
	char release[128];
	char cpu_model[128];
	char scheduler[64];
	struct state_thread *threads;
	size_t n_threads;
	struct state_cgroup *cgroups;
	size_t n_cgroups;
	struct state_numbers host;
	size_t vanished;
};

/**
 * state_capture() - look at a host
 * @root: "" for this one; a folder with its proc and sys, for tests
 * @state: filled in; release with state_free()
 * @err: gets one sentence
 * @err_size: bytes at @err
 *
 * Return: 0, -errno.
 */
int state_capture(const char *root, struct host_state *state, char *err,
		  size_t err_size);
void state_free(struct host_state *state);

/**
 * state_value_name() - what a value is called
 * @value: its row
 */
const char *state_value_name(enum state_value value);

/**
 * state_value_find() - a value by its name
 * @name: of the row
 *
 * Return: it; N_STATE_VALUES when there is none.
 */
enum state_value state_value_find(const char *name);

struct json_object;

#define STATE_FORMAT	"ktstr-host-state"
#define STATE_VERSION	1

/**
 * state_json() - a state as JSON
 * @state: it
 *
 * Return: an object, the caller's; NULL without memory.
 */
struct json_object *state_json(const struct host_state *state);

/**
 * state_load() - read one from a file, which may be anything
 * @path: the file
 * @state: filled in, but for cgroups and host; release with state_free()
 * @err: gets one sentence
 * @err_size: bytes at @err
 *
 * Return: 0; -EPROTO for what is none, -errno of the file.
 */
int state_load(const char *path, struct host_state *state, char *err,
	       size_t err_size);

/**
 * enum state_group_by - which threads are one
 */
enum state_group_by {
	STATE_BY_PCOMM,
	STATE_BY_COMM,
	STATE_BY_CGROUP,
	STATE_BY_ALL,
	N_STATE_GROUP_BYS
};

const char *state_group_by_name(enum state_group_by by);

/**
 * struct state_group - threads of one name, in two states
 * @name: digits are folded to "{N}"
 * @n: threads in each
 * @sums: of each value; STATE_UNKNOWN where none of them has it
 * @nice: the least and the greatest
 * @cpus: the least and the greatest number that they may run on
 * @policy: which most of them have
 * @policies: how many have which, by its number
 */
struct state_group {
	char *name;
	size_t n[2];
	uint64_t sums[2][N_STATE_VALUES];
	int nice[2][2];
	unsigned int cpus[2][2];
	int policy[2];
	unsigned int policies[2][8];
};

/**
 * state_compare() - put the threads of two states into groups
 * @a: the first
 * @b: the second
 * @by: what a group is
 * @sort: by the change of which the groups are put in order, the largest first;
 *	those that only one has come last
 * @groups: gets them; release with state_groups_free()
 * @n: gets their number
 *
 * Return: 0, -ENOMEM.
 */
int state_compare(const struct host_state *a, const struct host_state *b,
		  enum state_group_by by, enum state_value sort,
		  struct state_group **groups, size_t *n);
void state_groups_free(struct state_group *groups, size_t n);

#endif /* KTSTR_STATE_STATE_H */
