/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The story of a failure as people read it.
 *
 *	=== AUTO-PROBE: scx_exit fired ===
 *
 *	  ktstr_enqueue                                     scx_ktstr.bpf.c:53
 *	    task_struct *p
 *	      pid         97
 *	      dsq_id      SCX_DSQ_INVALID          →  SCX_DSQ_LOCAL
 *	    u64 enq_flags   WAKEUP
 */
#ifndef KTSTR_REPRO_RENDER_H
#define KTSTR_REPRO_RENDER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/common/scx/culprit.h"

struct decode;
struct source;
struct strbuf;
struct story;

#define RENDER_TAIL_LINES	40

/**
 * struct render - how to print
 * @decode: names of values; needed
 * @source: kernel source lines, NULL for none
 * @no_source: why there are none, NULL to say nothing
 * @color: for a terminal
 * @calls_max: show only so many calls of each function, the last ones; 0 for all
 */
struct render {
	const struct decode *decode;
	struct source *source;
	const char *no_source;
	bool color;
	unsigned int calls_max;
};

/**
 * render_story() - the calls, after story_stitch()
 *
 * Nothing when there are no calls: render_repro() has a line for that.
 */
void render_story(const struct render *r, const struct story *story,
		  struct strbuf *out);

/**
 * render_pipeline() - at which step what was lost
 */
void render_pipeline(const struct story *story, struct strbuf *out);

/**
 * enum repro_end - how the repro VM ended
 */
enum repro_end {
	REPRO_RAN,		/* to its end */
	REPRO_NO_BOOT,
	REPRO_TIMED_OUT,
	REPRO_NO_ATTACH,	/* the scheduler did not attach */
};

/**
 * struct repro_report - all that the auto-repro section says
 * @primary_ran: did the primary reach its workload?
 * @healthy: nothing has failed in the primary: its calls were asked for
 * @end: how the last repro VM ended
 * @match: whether it crashed as the primary did
 * @rounds: repro VMs that ran
 * @matched: of these, how many crashed as the primary did
 * @reason: more about @end, NULL for nothing
 * @crash: how the rerun ended when it was not the scheduler that died, NULL or
 *	"" else
 * @exit: how the rerun's scheduler ended
 * @story: stitched, NULL when no probe has spoken
 * @duration_ns: wall time of all rounds
 * @sched_log: whole log of the rerun; collapsed and cut here, as the others
 */
struct repro_report {
	bool primary_ran;
	bool healthy;
	enum repro_end end;
	enum exit_match match;
	unsigned int rounds;
	unsigned int matched;
	const char *reason;
	const char *crash;
	const struct scx_exit *exit;
	const struct story *story;
	uint64_t duration_ns;
	const struct strbuf *sched_log;
	const struct strbuf *dump;
	const struct strbuf *console;
};

/**
 * render_repro() - the whole section, without its head
 */
void render_repro(const struct render *r, const struct repro_report *report,
		  struct strbuf *out);

#endif /* KTSTR_REPRO_RENDER_H */
