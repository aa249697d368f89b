/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the monitor has found in one run: verdicts and dumps.
 */
#ifndef KTSTR_MONITOR_JUDGE_FINDINGS_H
#define KTSTR_MONITOR_JUDGE_FINDINGS_H

#include "lib/common/util/strbuf.h"
#include "lib/host/monitor/judge/checks.h"
#include "lib/host/monitor/judge/hang.h"
#include "lib/host/monitor/judge/series.h"
#include "lib/host/monitor/judge/snapshots.h"
#include "lib/host/monitor/judge/tracks.h"
#include "lib/host/monitor/judge/watchpoint.h"
#include "lib/host/monitor/read/dump.h"

#define MON_DUMPS_MAX		6
#define MON_DUMP_TEXT_MAX	(4U << 20)

/**
 * enum mon_dump_why - what made the monitor read everything
 * @MON_DUMP_ALARM: a verdict
 * @MON_DUMP_HALF: a task has waited for half of sched_ext's watchdog's time
 * @MON_DUMP_WRITE: a variable that is watched was written to
 * @MON_DUMP_EXIT: the scheduler was told to go
 * @MON_DUMP_ASKED: the guest asked for it
 * @MON_DUMP_END: the VM did not end by itself
 * @MON_DUMP_WHYS: their number
 */
enum mon_dump_why {
	MON_DUMP_ALARM,
	MON_DUMP_HALF,
	MON_DUMP_WRITE,
	MON_DUMP_EXIT,
	MON_DUMP_ASKED,
	MON_DUMP_END,
	MON_DUMP_WHYS
};

/**
 * struct mon_kept_dump - a dump that outlives its guest
 * @why: what made us take it
 * @what: the same for people, one line
 * @host_ns: CLOCK_MONOTONIC of the host
 * @tsc: the guest's time stamp counter; 0 when not known
 * @dump: what was read; its @guest is NULL, so nothing more can be
 * @story: of MON_DUMP_END: mon_story(), lines
 * @maps: for each of @dump's maps, its values, lines; NULL without memory
 * @text: the story, which CPUs were idle while tasks waited, mon_dump_text()
 */
struct mon_kept_dump {
	enum mon_dump_why why;
	char what[256];
	uint64_t host_ns;
	uint64_t tsc;
	struct mon_dump *dump;
	struct strbuf story;
	struct strbuf *maps;
	struct strbuf text;
};

/**
 * struct mon_findings - of one run; who reads them waits for the monitor's end
 * @alarms: verdicts, @n_alarms of them, in order of time
 * @n_judged: samples that fell into the workload, and so could be judged
 * @tracks: values that were followed
 * @snapshots: what was read at moments at which the CPUs stood still
 * @writes: to the variable that was watched
 * @peak_wait_ns: the longest that a task of sched_ext was seen to wait while the
 *	body ran
 * @watchdog_ns: after which of those its watchdog would end the scheduler; 0 when
 *	there was none
 * @dumps: dumps, @n_dumps of them, in order of time; one for each reason
 * @hang: the guest hangs; of kind MON_HANG_NONE when it does not
 * @culprit: who is to blame, one line, by what CPUs and tasks were found doing;
 *	"" when that does not tell
 * @where: of a guest that hung before it could be sampled: where its CPUs are,
 *	by name, a line each
 * @error: why the monitor could not do what the test asked it for, one
 *	sentence; "" when it could
 * @error_is_tests: what the test asked for cannot be done anywhere
 */
struct mon_findings {
	struct mon_alarm alarms[MON_ALARMS_MAX];
	unsigned int n_alarms;
	uint64_t n_judged;
	struct mon_tracks tracks;
	struct mon_snapshots snapshots;
	struct mon_writes writes;
	uint64_t peak_wait_ns;
	uint64_t watchdog_ns;
	struct mon_kept_dump dumps[MON_DUMPS_MAX];
	unsigned int n_dumps;
	struct mon_hang hang;
	char culprit[256];
	struct strbuf where;
	char error[256];
	bool error_is_tests;
};

/**
 * mon_findings_exit() - release what they hold
 * @findings: zeroed, or filled by a monitor
 */
void mon_findings_exit(struct mon_findings *findings);

/**
 * mon_findings_dump() - read everything, and keep it
 * @findings: gets the dump, unless there is one for this reason
 * @guest: attached, with its CPUs known
 * @why: the reason
 * @what: the same for people
 * @stall_ns: a task that waits for longer is listed as a stall
 * @series: samples so far, by which CPUs were idle meanwhile; may be NULL
 *
 * Return: the dump; NULL when there is one, no room, or nothing to read.
 */
const struct mon_kept_dump *
mon_findings_dump(struct mon_findings *findings, const struct mon_guest *guest,
		  enum mon_dump_why why, const char *what, uint64_t stall_ns,
		  struct mon_series *series);

/**
 * mon_findings_refresh() - learn why the scheduler ended, once that is known
 * @findings: with a dump for MON_DUMP_EXIT: it was taken the moment that the
 *	scheduler was told to go, which is before the kernel writes down why
 * @guest: attached; the scheduler must still be the same
 *
 * Return: true when there is nothing more to learn.
 */
bool mon_findings_refresh(struct mon_findings *findings,
			  const struct mon_guest *guest);

/**
 * mon_findings_get() - the dump for a reason
 * @findings: what was found
 * @why: the reason
 *
 * Return: it; NULL when there is none.
 */
const struct mon_kept_dump *
mon_findings_get(const struct mon_findings *findings, enum mon_dump_why why);

/**
 * mon_stall_meanwhile() - which CPUs were idle while a task waited
 * @series: samples until the dump
 * @dump: the dump
 * @stall: one of its stalls
 * @end_ns: CLOCK_MONOTONIC of the host when the dump was taken
 * @out: gets one line; nothing without a sample of that time
 *
 * By the samples, of which there are ten a second: what was idle in between
 * is not known.
 */
void mon_stall_meanwhile(const struct mon_series *series,
			 const struct mon_dump *dump,
			 const struct mon_stall *stall, uint64_t end_ns,
			 struct strbuf *out);

#endif /* KTSTR_MONITOR_JUDGE_FINDINGS_H */
