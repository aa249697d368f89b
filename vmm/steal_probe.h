/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Steal: time in which the host did not run a guest that wanted to run.
 *
 * Two things are measured. Does this machine run at all: a thread that nothing
 * should keep from running looks at moments that are known before; a moment at
 * which it is not there is one at which the machine was not (suspended, an
 * emulator that got no CPU, the whole process stopped). And how long a vCPU's
 * thread waits for a CPU, by the kernel's own count, with the wait that has not
 * ended yet. What is here is the arithmetic; vmm/steal.c has the thread.
 */
#ifndef KTSTR_VMM_STEAL_PROBE_H
#define KTSTR_VMM_STEAL_PROBE_H

#include <stdbool.h>
#include <stdint.h>

/* How often the machine is asked whether it runs. */
#define STEAL_PROBE_NS		10000000ULL
/*
 * Later than usual by that is not there. A wake-up on an emulated host takes 0.2
 * to 0.7 ms, thrice that where its own host is slow, and an emulator that shares
 * its CPU is away for 2 and more.
 */
#define STEAL_LATE_NS		1500000ULL
/* What is usual: the least of so many moments, and no more than this. */
#define STEAL_USUAL_MOMENTS	32
#define STEAL_USUAL_MAX_NS	4000000ULL

/**
 * struct steal_probe - does the machine run?
 * @next_ns: the next moment to look, by CLOCK_MONOTONIC
 * @stolen_ns: what was taken from the whole machine so far. An estimate by
 *	samples: each moment stands for STEAL_PROBE_NS
 * @usual_ns: how late a wake-up is at the least, by the moments of late
 * @least_ns: the same of the @moments that have been since that was found
 */
struct steal_probe {
	uint64_t next_ns;
	uint64_t stolen_ns;
	uint64_t usual_ns;
	uint64_t least_ns;
	unsigned int moments;
};

/**
 * steal_probe_init() - begin at @now_ns
 */
void steal_probe_init(struct steal_probe *probe, uint64_t now_ns);

/**
 * steal_probe_woke() - the thread runs
 * @now_ns: since when
 * @own_wait_ns: of the time since its last call, how long it was runnable and
 *	waited for a CPU: that is a busy machine, not one that stood still
 *
 * Leaves the moment of the next look in @probe->next_ns.
 */
void steal_probe_woke(struct steal_probe *probe, uint64_t now_ns,
		      uint64_t own_wait_ns);

/**
 * struct steal_thread - a thread at one moment, as /proc tells of it
 * @run_ns: CPU time it has used
 * @wait_ns: time it has been runnable and waited, without a wait that lasts
 * @runs: times that it got a CPU
 * @runnable: it wants to run, or does
 */
struct steal_thread {
	uint64_t run_ns;
	uint64_t wait_ns;
	uint64_t runs;
	bool runnable;
};

/**
 * struct steal_vcpu - what was taken from one vCPU
 * @stolen_ns: so far, the whole machine's share included; never gets less
 * @last: the thread when it was last looked at
 * @pending_ns: of @stolen_ns, what is a wait that has not ended
 */
struct steal_vcpu {
	uint64_t stolen_ns;
	struct steal_thread last;
	uint64_t at_ns;
	uint64_t probe_ns;
	uint64_t pending_ns;
};

/**
 * steal_vcpu_look() - take in how its thread stands now
 * @vcpu: zeroed before the first look
 * @thread: the thread
 * @now_ns: CLOCK_MONOTONIC
 * @probe: of the same machine
 *
 * Neither knows of the other: the machine may have stood still while the thread
 * waited, or while it was said to run. In the mean it has done so alike.
 */
void steal_vcpu_look(struct steal_vcpu *vcpu, const struct steal_thread *thread,
		     uint64_t now_ns, const struct steal_probe *probe);

/**
 * steal_thread_parse() - from the text of /proc to a thread
 * @schedstat: of its schedstat file
 * @stat: of its stat file; NULL when not known
 *
 * Return: does @schedstat say anything? A kernel may not keep it.
 */
bool steal_thread_parse(struct steal_thread *thread, const char *schedstat,
			const char *stat);

#endif /* KTSTR_VMM_STEAL_PROBE_H */
