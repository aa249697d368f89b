/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Samples: the state of all run queues at (nearly) one moment.
 *
 * A sampler works out once where everything lies and then copies; a sample
 * makes no system call and allocates nothing. What does not look like memory
 * that the kernel has set up is left out and counted, never passed on.
 */
#ifndef KTSTR_MONITOR_READ_SAMPLE_H
#define KTSTR_MONITOR_READ_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/host/monitor/guest/cpus.h"
#include "lib/host/monitor/guest/guest.h"

#define MON_COMM_LEN		16
#define MON_DOMAINS_MAX		8
#define MON_DOMAIN_NAME_LEN	16
#define MON_IDLE_TYPES		3	/* not idle, idle, newly idle */
#define MON_OPS_NAME_LEN	128

/* A wait that is shorter than that is not looked into. */
#define MON_WAIT_LOOK_MS	20

/* Who has more tasks of a class that wait lacks none to be found. */
#define MON_WAITS_MAX		16

/* More runnable tasks than pid_max allows are no run queue's. */
#define MON_TASKS_LIMIT		(4U << 20)

/* Balance statistics that exist per idle type; names by mon_lb_name(). */
enum mon_lb_stat {
	MON_LB_COUNT,
	MON_LB_BALANCED,
	MON_LB_FAILED,
	MON_LB_IMBALANCE_LOAD,
	MON_LB_IMBALANCE_UTIL,
	MON_LB_IMBALANCE_TASK,
	MON_LB_IMBALANCE_MISFIT,
	MON_LB_GAINED,
	MON_LB_HOT_GAINED,
	MON_LB_NOBUSYQ,
	MON_LB_NOBUSYG,
	MON_LB_STATS
};

/* The other ones; names by mon_sd_name(). */
enum mon_sd_stat {
	MON_SDS_ALB_COUNT,
	MON_SDS_ALB_FAILED,
	MON_SDS_ALB_PUSHED,
	MON_SDS_SBE_COUNT,
	MON_SDS_SBE_BALANCED,
	MON_SDS_SBE_PUSHED,
	MON_SDS_SBF_COUNT,
	MON_SDS_SBF_BALANCED,
	MON_SDS_SBF_PUSHED,
	MON_SDS_TTWU_WAKE_REMOTE,
	MON_SDS_TTWU_MOVE_AFFINE,
	MON_SDS_TTWU_MOVE_BALANCE,
	MON_SD_STATS
};

/**
 * enum mon_class - scheduling classes
 */
enum mon_class {
	MON_CLASS_UNKNOWN,
	MON_CLASS_STOP,
	MON_CLASS_DL,
	MON_CLASS_RT,
	MON_CLASS_FAIR,
	MON_CLASS_EXT,
	MON_CLASS_IDLE,
};

/**
 * enum mon_halt - is a vCPU halted? Only looked into where it seems to hang
 * @MON_HALT_UNKNOWN: nobody looked, or the host did not run its thread
 * @MON_HALT_NOT: it executes instructions
 * @MON_HALT_IDLE: it waits for an interrupt
 * @MON_HALT_FOR_EVER: with interrupts off, so it will see none
 */
enum mon_halt {
	MON_HALT_UNKNOWN,
	MON_HALT_NOT,
	MON_HALT_IDLE,
	MON_HALT_FOR_EVER,
};

/**
 * struct mon_domain - one level of a CPU's scheduling domains
 */
struct mon_domain {
	char name[MON_DOMAIN_NAME_LEN];
	int32_t level;
	uint32_t flags;
	uint32_t span_weight;
	uint32_t balance_interval_ms;
	uint32_t nr_balance_failed;
	uint32_t newidle_call;
	uint32_t newidle_success;
	uint32_t newidle_ratio;
	uint64_t max_newidle_lb_cost_ns;
	uint32_t lb[MON_LB_STATS][MON_IDLE_TYPES];
	uint32_t stat[MON_SD_STATS];
};

/**
 * struct mon_waiter - the sched_ext task of a CPU that has waited longest
 * @pid: who; 0 when none has waited for MON_WAIT_LOOK_MS
 * @comm: its name
 * @wait_ns: how long it has been runnable without running
 * @cpus: where it may run
 */
struct mon_waiter {
	int32_t pid;
	char comm[MON_COMM_LEN];
	uint64_t wait_ns;
	struct mon_cpus cpus;
};

/**
 * struct mon_waits - the tasks of a CPU that are runnable and do not run
 * @n: how many, of the fair class and of sched_ext; no more than
 *	MON_WAITS_MAX of each are looked at
 * @cpus: CPUs that one of them may run on
 */
struct mon_waits {
	uint32_t n;
	struct mon_cpus cpus;
};

/**
 * struct mon_lag - the task of the fair class that is furthest from its fair share,
 *	of those that wait on a CPU
 * @pid: who; 0 for nobody, or not known
 * @comm: its name
 * @lag_ns: CPU time that it lacks; less than 0 where it has had more than its share
 * @bound_ns: what the kernel promises that to be within
 */
struct mon_lag {
	int32_t pid;
	char comm[MON_COMM_LEN];
	double lag_ns;
	uint64_t bound_ns;
};

/**
 * struct mon_cpu - one CPU in a sample
 * @online: the guest says so
 * @valid: it was read, makes sense, and its vCPU is there; nothing below counts
 *	when not
 * @idle: its current task is the idle task
 * @nr_running: runnable tasks of all classes, the running one included
 * @clock_ns: rq->clock: stands still while nothing happens on the CPU
 * @nr_switches: context switches
 * @curr_pid: who runs; 0 is the idle task
 * @curr_class: its class, @curr_prio the priority in it
 * @vcpu_time_ns: CPU time of the vCPU's thread; 0 where the machine cannot tell
 * @steal_ns: what the host has taken from the vCPU; 0 where it is not known
 * @halt: see mon_halts_look()
 * @scx_nr_running: runnable sched_ext tasks
 * @dsq_depth: tasks in the local DSQ
 * @run_delay_ns ... @ttwu_local: schedstat counters
 * @waiter: who waits on its runnable list
 * @waits: all that wait
 * @lag: who of those of the fair class is furthest from its share
 * @idle_wait: it is idle although so many tasks wait of which one may run on it,
 * @idle_wait_cpu: in the queue of this CPU, which may be itself
 * @n_domains: levels in @domains, lowest first
 */
struct mon_cpu {
	bool online;
	bool valid;
	bool idle;
	uint32_t nr_running;
	uint64_t clock_ns;
	uint64_t clock_task_ns;
	uint64_t nr_switches;
	int32_t curr_pid;
	char curr_comm[MON_COMM_LEN];
	enum mon_class curr_class;
	int32_t curr_prio;
	uint64_t vcpu_time_ns;
	uint64_t steal_ns;
	enum mon_halt halt;
	uint32_t scx_nr_running;
	uint32_t scx_flags;
	uint32_t dsq_depth;
	uint64_t scx_clock_ns;
	uint64_t run_delay_ns;
	uint64_t pcount;
	uint64_t cpu_time_ns;
	uint32_t yld_count;
	uint32_t sched_count;
	uint32_t sched_goidle;
	uint32_t ttwu_count;
	uint32_t ttwu_local;
	struct mon_waiter waiter;
	struct mon_waits waits;
	struct mon_lag lag;
	uint32_t idle_wait;
	uint32_t idle_wait_cpu;
	uint32_t n_domains;
	struct mon_domain domains[MON_DOMAINS_MAX];
};

/**
 * mon_count_add() - add two counts of a guest
 *
 * They may be any numbers: like the guest's own sum, this one wraps.
 */
static inline int64_t mon_count_add(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

/**
 * mon_count_went() - how far a counter of a guest has gone on
 */
static inline int64_t mon_count_went(int64_t from, int64_t until)
{
	return (int64_t)((uint64_t)until - (uint64_t)from);
}

/**
 * struct mon_scx - sched_ext in a sample
 * @enable_state: MON_C_SCX_* constant of this kernel; -1 when not known
 * @loaded: there is a root scheduler
 * @name: its name
 * @id: tells one load from the next, 0 where a kernel has none
 * @exit_kind: not 0 once it has been told to go
 * @bypass_depth: not 0 while it is bypassed
 * @watchdog_timeout: in jiffies, 0 when not known
 * @events_valid: @events are its counters, summed over the CPUs
 */
struct mon_scx {
	int enable_state;
	bool loaded;
	char name[MON_OPS_NAME_LEN];
	uint64_t id;
	uint32_t exit_kind;
	int32_t bypass_depth;
	uint64_t watchdog_timeout;
	bool events_valid;
	int64_t events[MON_EVENTS_MAX];
};

/**
 * struct mon_sample - all CPUs at one moment
 * @host_ns: CLOCK_MONOTONIC of the host when it began
 * @cost_ns: how long it took
 * @guest_tsc: the guest's time stamp counter then, 0 when not known; records
 *	in the ring carry the same counter beside the guest's clock
 * @jiffies: the guest's jiffies_64
 * @n_cpus: possible CPUs
 * @n_valid: CPUs that were read
 * @n_rejected: CPUs that are online but made no sense
 * @domains_read: domains were read for this sample; else they are of an
 *	earlier one
 * @scx: sched_ext
 * @cpus: one entry per possible CPU
 */
struct mon_sample {
	uint64_t host_ns;
	uint64_t cost_ns;
	uint64_t guest_tsc;
	uint64_t jiffies;
	unsigned int n_cpus;
	unsigned int n_valid;
	unsigned int n_rejected;
	bool domains_read;
	struct mon_scx scx;
	struct mon_cpu cpus[];
};

/**
 * mon_cpu_left_ns() - time that the host left a vCPU between two samples
 * @a: the CPU in the first
 * @b: and in the second
 * @ns: from the one to the other
 *
 * Return: @ns, but for what the host took, whether the CPU had use for it or not.
 */
static inline uint64_t mon_cpu_left_ns(const struct mon_cpu *a,
				       const struct mon_cpu *b, uint64_t ns)
{
	uint64_t steal_ns = b->steal_ns > a->steal_ns ?
			    b->steal_ns - a->steal_ns : 0;

	return ns > steal_ns ? ns - steal_ns : 0;
}

/**
 * mon_cpu_own_ns() - time that a vCPU has had from one sample to the next
 * @a: the CPU in the first
 * @b: and in the second
 * @ns: from the one to the other
 *
 * Return: @ns, but for what the host took, and for what its thread did not use
 * where that is known.
 */
static inline uint64_t mon_cpu_own_ns(const struct mon_cpu *a,
				      const struct mon_cpu *b, uint64_t ns)
{
	uint64_t used_ns = b->vcpu_time_ns > a->vcpu_time_ns ?
			   b->vcpu_time_ns - a->vcpu_time_ns : 0;

	ns = mon_cpu_left_ns(a, b, ns);
	return b->vcpu_time_ns && used_ns < ns ? used_ns : ns;
}

struct mon_sampler;

/**
 * mon_sampler_create() - get ready to sample
 * @guest: attached, with its CPUs known; must outlive the sampler
 * @sampler: gets it
 *
 * Return: 0; -EAGAIN when run queues are not in RAM; -ENOMEM.
 */
int mon_sampler_create(const struct mon_guest *guest,
		       struct mon_sampler **sampler);

/**
 * mon_sampler_without_times() - do not ask for the CPU times of vCPUs
 * @sampler: the sampler
 *
 * For who compares no two samples: a guest whose vCPUs have left can be read,
 * too.
 */
void mon_sampler_without_times(struct mon_sampler *sampler);

/**
 * mon_sampler_destroy() - release it; takes NULL
 */
void mon_sampler_destroy(struct mon_sampler *sampler);

/**
 * mon_sample_alloc() - room for one sample of a guest; free() releases it
 */
struct mon_sample *mon_sample_alloc(const struct mon_guest *guest);

/**
 * mon_sample_size() - bytes of a sample of @n_cpus
 */
static inline size_t mon_sample_size(unsigned int n_cpus)
{
	return sizeof(struct mon_sample) + n_cpus * sizeof(struct mon_cpu);
}

/**
 * mon_sampler_take() - take a sample
 * @sampler: the sampler; one thread at a time
 * @sample: from mon_sample_alloc() for the same guest
 *
 * Return: 0; -EAGAIN when not one CPU made sense, @sample is then undefined.
 */
int mon_sampler_take(struct mon_sampler *sampler, struct mon_sample *sample);

/**
 * mon_sampler_take_again() - take a sample that keeps the last one's domains
 * @sampler: the sampler; one thread at a time
 * @sample: what mon_sampler_take() has filled
 *
 * Domains are most of what a sample reads and of no use to verdicts, which
 * matters to who takes a thousand samples a second.
 *
 * Return: as mon_sampler_take() has it.
 */
int mon_sampler_take_again(struct mon_sampler *sampler,
			   struct mon_sample *sample);

/**
 * mon_lb_name() - the kernel's name for a balance statistic
 */
const char *mon_lb_name(enum mon_lb_stat stat);

/**
 * mon_sd_name() - the kernel's name for a statistic of a domain
 */
const char *mon_sd_name(enum mon_sd_stat stat);

/**
 * mon_event_find() - index of an event counter by name, with or without
 * SCX_EV_; -1 when this kernel has none
 */
int mon_event_find(const struct mon_kernel *kernel, const char *name);

#endif /* KTSTR_MONITOR_READ_SAMPLE_H */
