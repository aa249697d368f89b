/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a check of the monitor looks at, and how it says what it saw.
 *
 * To add one: a file with its function and a const struct mon_check_ops
 * mon_check_NAME, a row of MON_CHECK_ROWS() in checks.h, a line of the table in
 * Documentation/monitor.rst. Nothing else knows of it.
 */
#ifndef KTSTR_MONITOR_JUDGE_LOOK_H
#define KTSTR_MONITOR_JUDGE_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/common/check/limits.h"
#include "lib/common/util/compiler.h"
#include "lib/host/monitor/judge/checks.h"

/**
 * struct mon_pair - two samples that follow on each other, and a CPU
 * @limit: the check's own
 * @slowness: how many times slower than ordinary hardware, at least 1
 * @window_ms: for how long a condition must hold
 * @event: index of the check's counter, -1 without
 * @scx: a sched_ext scheduler is at work in both
 * @last: the one before
 * @now: the newer one
 * @guest_ns: the guest's CLOCK_MONOTONIC at @now, 0 when not known
 * @cpu: which is looked at
 * @wait_steal_ns: from each CPU while its waiter waits
 * @holder: who has @cpu for itself, where no task of sched_ext or of EEVDF can
 *	get by; else NULL
 */
struct mon_pair {
	unsigned int limit;
	double slowness;
	double window_ms;
	int event;
	bool scx;
	const struct mon_sample *last;
	const struct mon_sample *now;
	uint64_t guest_ns;
	unsigned int cpu;
	const uint64_t *wait_steal_ns;
	const struct mon_holder *holder;
};

/**
 * struct mon_finding - what a check saw on one CPU in one sample
 * @holds: the condition is met
 * @pauses: it is not, but what was @same before has not ended for that
 * @unknown: it cannot be told: nothing begins with this sample, nothing ends
 * @needs_ms: it must last so long where that is more than other checks want
 * @same: tells this condition from another one on the same CPU; when it
 *	changes, what lasts has begun anew
 * @pid: whom it is about; 0 for nobody
 * @value: what was measured
 * @threshold: what it may be
 * @what: the first half of the text
 */
struct mon_finding {
	bool holds;
	bool pauses;
	bool unknown;
	double needs_ms;
	uint64_t same;
	int pid;
	double value;
	double threshold;
	char what[280];
};

/**
 * struct mon_check_ops - all that there is to know of a check
 * @name: a word or two
 * @what: when it complains
 * @limit: offset in struct check_limits: what it judges by, and what switches
 *	it off
 * @limit_name: its name
 * @event: the counter of sched_ext's that it follows, or NULL
 * @scx: only while a sched_ext scheduler is at work
 * @per_cpu: looked at on each CPU, else once
 * @at_once: has waited long enough when it holds
 * @reaches: the value must have come up to the threshold as well
 * @needs_time: the vCPU must have used CPU time meanwhile
 * @timed: the value is how long it has lasted, in ms
 * @shared: the limit is the share of the samples, in percent, in which it must
 *	hold, and the value that in which it did; else it is half of them
 * @by: the limit that @fails is held to; 0 for the default one
 * @unit: of value and threshold
 * @look: at one pair of samples
 * @says: how the text of @fails begins
 * @fails: makes of the @n-th sample of a machine where all is well one that
 *	this check does not let pass, given for long enough: the unit tests hold
 *	the check to it. That machine has four CPUs, all at work, and takes ten
 *	samples a second; @event is the index of the counter
 */
struct mon_check_ops {
	const char *name;
	const char *what;
	size_t limit;
	const char *limit_name;
	const char *event;
	bool scx;
	bool per_cpu;
	bool at_once;
	bool reaches;
	bool needs_time;
	bool timed;
	bool shared;
	unsigned int by;
	const char *unit;
	void (*look)(const struct mon_pair *p, struct mon_finding *f);
	const char *says;
	void (*fails)(struct mon_sample *sample, unsigned int n, int event);
};

#define MON_LIMIT(name_)						\
	.limit = offsetof(struct check_limits, name_), .limit_name = #name_

#define MON_CHECK_DECLARE(id, name)					\
	extern const struct mon_check_ops mon_check_##name;
MON_CHECK_ROWS(MON_CHECK_DECLARE)

/* The rows, by enum mon_check. */
extern const struct mon_check_ops * const mon_checks[];

/**
 * mon_say() - set the first half of the text
 * @f: whose
 * @fmt: as of printf()
 */
void __printf(2, 3) mon_say(struct mon_finding *f, const char *fmt, ...);

/**
 * mon_stands_still() - is there a task, and no time goes by for it?
 * @p: the samples
 * @cpu: where
 *
 * Return: true when the CPU stalls.
 */
bool mon_stands_still(const struct mon_pair *p, unsigned int cpu);

/**
 * mon_used_ns() - CPU time that the vCPU's thread has used between the samples
 * @p: the samples
 * @cpu: which
 *
 * Return: nanoseconds; 0 when that is not known.
 */
uint64_t mon_used_ns(const struct mon_pair *p, unsigned int cpu);

/**
 * mon_stolen_ns() - what the host took from a CPU between the samples
 * @p: the samples
 * @cpu: which
 *
 * Return: nanoseconds.
 */
uint64_t mon_stolen_ns(const struct mon_pair *p, unsigned int cpu);

/**
 * mon_own_wait_ms() - how long the CPU's waiter has waited
 * @p: the samples and the CPU
 *
 * Return: milliseconds, without what the host took.
 */
uint64_t mon_own_wait_ms(const struct mon_pair *p);

/**
 * mon_vcpu_ran() - did the host run that CPU's thread?
 * @p: the samples and the CPU
 *
 * Return: true where it did, be it for a tenth of its fair share. What a CPU had
 * to do otherwise waits for the host, not for the scheduler.
 */
bool mon_vcpu_ran(const struct mon_pair *p);

/**
 * mon_holder_text() - "CPU 3 was held by the rt task hunt[48], prio 49, for 7.4 s"
 * @holder: who
 * @cpu: which
 * @buf: gets it
 * @size: bytes at @buf
 */
void mon_holder_text(const struct mon_holder *holder, unsigned int cpu,
		     char *buf, size_t size);

/**
 * mon_say_holder() - add who kept the CPU from a waiter
 * @p: the samples and the CPU
 * @w: who waited
 * @f: gets it, where somebody did so for at least half of the wait
 */
void mon_say_holder(const struct mon_pair *p, const struct mon_waiter *w,
		    struct mon_finding *f);

#endif /* KTSTR_MONITOR_JUDGE_LOOK_H */
