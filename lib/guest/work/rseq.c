// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work type Rseq: sequences that start again where they were interrupted, for which
 * the kernel lends a moment of CPU time where it can.
 */
#include <errno.h>
#include <linux/auxvec.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/guest/work/types.h"

#ifndef AT_RSEQ_FEATURE_SIZE
#define AT_RSEQ_FEATURE_SIZE	27
#endif
#ifndef PR_RSEQ_SLICE_EXTENSION
#define PR_RSEQ_SLICE_EXTENSION		79
#define PR_RSEQ_SLICE_EXTENSION_SET	2
#define PR_RSEQ_SLICE_EXT_ENABLE	1
#endif
#ifndef SYS_rseq_slice_yield
#define SYS_rseq_slice_yield	471
#endif

#define AREA_SIZE	256
#define OLD_SIZE	32	/* of a kernel, or libc, that knows no other */

/*
 * What kernel and thread share, as the kernel has it now; libc's is older, and may be
 * too short for the last of it.
 */
struct area {
	uint32_t cpu_id_start;
	uint32_t cpu_id;
	uint64_t rseq_cs;
	uint32_t flags;
	uint32_t node_id;
	uint32_t mm_cid;
	atomic_uchar slice_request;
	atomic_uchar slice_granted;
	uint16_t reserved;
	char rest[AREA_SIZE - 32];
} __attribute__((aligned(AREA_SIZE)));

/**
 * struct rseq_work - a worker's
 * @area: what it shares with the kernel
 * @may_ask: the kernel lends time
 * @done: sequences that came to their end
 */
struct rseq_work {
	struct area area;
	bool may_ask;
	uint64_t done;
};

static const char *lacks_rseq(const struct work_spec *spec)
{
	(void)spec;
	/* There, it finds that all of them are wrong. */
	return syscall(SYS_rseq, NULL, 0, -1, 0) && errno != EINVAL ?
	       "the kernel has no rseq" : NULL;
}

/* A thread has one area; how long libc's is depends on its age. */
static void unregister_libc(void)
{
	void *area = (char *)__builtin_thread_pointer() + __rseq_offset;
	unsigned int size;

	for (size = OLD_SIZE; size <= AREA_SIZE; size++)
		if (!syscall(SYS_rseq, area, size, RSEQ_FLAG_UNREGISTER,
			     RSEQ_SIG))
			return;
}

static int rseq_init(struct work_run *run)
{
	unsigned long size = max(getauxval(AT_RSEQ_FEATURE_SIZE),
				 OLD_SIZE + 0UL);
	struct rseq_work *w = aligned_alloc(AREA_SIZE, sizeof(*w));

	run->mem = w;
	if (!w)
		return -ENOMEM;
	*w = (struct rseq_work){ };
	unregister_libc();
	if (syscall(SYS_rseq, &w->area, min(size, AREA_SIZE + 0UL), 0,
		    RSEQ_SIG))
		return -errno;
	w->may_ask = !prctl(PR_RSEQ_SLICE_EXTENSION,
			    PR_RSEQ_SLICE_EXTENSION_SET,
			    PR_RSEQ_SLICE_EXT_ENABLE, 0, 0);
	return 0;
}

/*
 * Spins @n times, then counts, unless this thread was interrupted meanwhile and put
 * off its CPU, or sent a signal: the kernel has it go on at the handler then.
 *
 * Return: has it counted?
 */
static bool sequence(struct area *area, unsigned int n, uint64_t *count)
{
	uint64_t left = n;

	asm goto(".pushsection __rseq_cs, \"aw\"\n"
		".balign 32\n"
		"1:\n"
		".long 0, 0\n"
		".quad 2f, (3f - 2f), 5f\n"
		".popsection\n"
		"leaq 1b(%%rip), %%rax\n"
		"movq %[left], %%rcx\n"
		"movq %%rax, %[cs]\n"
		"2:\n"
		"pause\n"
		"decq %%rcx\n"
		"jnz 2b\n"
		"incq %[count]\n"
		"3:\n"
		".pushsection __rseq_failure, \"ax\"\n"
		/* The signature comes before the handler, within an ud1. */
		".byte 0x0f, 0xb9, 0x3d\n"
		".long %c[sig]\n"
		"5:\n"
		"jmp %l[aborted]\n"
		".popsection\n"
		:
		: [cs] "m" (area->rseq_cs), [count] "m" (*count),
		  [left] "r" (left), [sig] "i" (RSEQ_SIG)
		: "memory", "cc", "rax", "rcx"
		: aborted);
	return true;
aborted:
	return false;
}

static void rseq_pass(struct work_run *run)
{
	struct rseq_work *w = run->mem;
	bool whole;

	work_spin(run, run->spec->spin);
	w->area.slice_request = w->may_ask;
	whole = sequence(&w->area, run->spec->hold, &w->done);
	w->area.slice_request = 0;
	/* Who was lent time gives the rest of it back. */
	if (w->may_ask && w->area.slice_granted)
		syscall(SYS_rseq_slice_yield);
	work_done(run, whole ? run->spec->hold : 0);
}

static void rseq_exit(struct work_run *run)
{
	struct rseq_work *w = run->mem;
	unsigned long size = max(getauxval(AT_RSEQ_FEATURE_SIZE),
				 OLD_SIZE + 0UL);

	syscall(SYS_rseq, &w->area, min(size, AREA_SIZE + 0UL),
		RSEQ_FLAG_UNREGISTER, RSEQ_SIG);
	free(w);
}

const struct work_ops work_rseq = {
	.name = "Rseq",
	.what = "spins so many iterations, then hold in a restartable sequence, which is lost where it is preempted; where the kernel lends a moment of CPU time to finish it, it asks for that. Only what came to its end counts as units",
	.params = {
		WORK_PARAM(hold, 1024, 1000000000),
		WORK_PARAM(spin, 1024, 1000000000),
	},
	.group = 1,
	.lacks = lacks_rseq,
	.init = rseq_init,
	.pass = rseq_pass,
	.exit = rseq_exit,
};
