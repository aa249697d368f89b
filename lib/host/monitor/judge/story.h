/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The story of a guest that did not come to its end: where each CPU stands and
 * what they have in common, who waits and for what, how far sched_ext has come
 * with being disabled, where init is, and whose doing it all is.
 */
#ifndef KTSTR_MONITOR_JUDGE_STORY_H
#define KTSTR_MONITOR_JUDGE_STORY_H

#include "lib/host/monitor/judge/hang.h"
#include "lib/host/monitor/judge/spot.h"
#include "lib/host/monitor/read/dump.h"

struct strbuf;

/**
 * mon_story() - tell it
 * @dump: of a guest whose CPUs have stopped; its guest must be there
 * @hang: what hangs, of kind MON_HANG_NONE when that is not known
 * @out: gets lines
 * @culprit: gets who is to blame, one line; "" when that does not tell
 * @size: bytes at @culprit
 */
void mon_story(const struct mon_dump *dump, const struct mon_hang *hang,
	       struct strbuf *out, char *culprit, size_t size);

#endif /* KTSTR_MONITOR_JUDGE_STORY_H */
