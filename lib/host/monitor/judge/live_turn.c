// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the monitor's thread does each few ms: looks for the end of a scheduler, and
 * does to the guest what the test asks for. See live_own.h.
 */
#include "lib/host/monitor/judge/live_own.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "lib/common/attr/attr.h"
#include "lib/common/util/util.h"
#include "lib/common/wire/steal.h"
#include "lib/host/monitor/guest/plant.h"

/* For how long a body has run when a map is written to */
#define WRITE_AFTER_MS	500
/* For all CPUs to stop, where the machine is no slower than others */
#define PAUSE_MS	1000

/* Of the scheduler at @root; before 6.16 there is just one, in globals. */
static int exit_kind(const struct mon_guest *g, uint64_t *root, uint64_t *kind)
{
	uint64_t va = mon_guest_symbol(g, MON_SYM_SCX_ROOT);
	uint32_t old;

	if (va) {
		if (mon_read_u64(&g->mem, va, root) || !*root)
			return -EAGAIN;
		return mon_guest_field(g, MON_SCX_EXIT_KIND, *root, kind);
	}
	*root = mon_guest_symbol(g, MON_SYM_SCX_OLD_EXIT_KIND);
	if (!*root || mon_read_u32(&g->mem, *root, &old))
		return -EAGAIN;
	*kind = old;
	return 0;
}

/* As the kernel itself says it. */
static void exit_words(uint64_t kind, char *buf, size_t size)
{
	static const struct {
		unsigned int kind;
		const char *words;
	} kinds[] = {
		{ 1024, "runtime error" },
		{ 1025, "scx_bpf_error" },
		{ 1026, "runnable task stall" },
	};
	size_t i;

	snprintf(buf, size, "kind %u", (unsigned int)kind);
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].kind == kind)
			snprintf(buf, size, "%s", kinds[i].words);
}

/* The moment a scheduler is told to go, whoever says so */
static void look_for_exit(struct mon_live *l)
{
	uint64_t error = l->kernel->f.constant[MON_C_SCX_EXIT_ERROR];
	uint64_t root, kind;
	struct mon_exit e;
	char words[32], what[80];

	if (exit_kind(&l->guest, &root, &kind))
		return;
	if (!kind) {
		/* It runs, whatever became of another that lay here before. */
		l->exit_seen = 0;
		l->exit_known = false;
		return;
	}
	if (root == l->exit_seen) {
		if (!l->exit_known)
			l->exit_known =
				mon_findings_refresh(l->config.findings,
						     &l->guest);
		return;
	}
	if (kind < error) {
		/* It may be on its way out already, which hides the reason. */
		mon_exit_read(&l->guest, &e);
		kind = e.kind;
	}
	if (!kind)
		return;
	l->exit_seen = root;
	if (kind < error)
		return;
	exit_words(kind, words, sizeof(words));
	snprintf(what, sizeof(what), "the scheduler was told to go (%s)",
		 words);
	live_dump(l, MON_DUMP_EXIT, what, live_stall_ns(l));
	live_blame_holder(l, MON_DUMP_EXIT);
}

/* Has the body run for so long? */
static bool body_ran(const struct mon_live *l, unsigned int after_ms)
{
	uint64_t ms = after_ms ? after_ms : WRITE_AFTER_MS;

	return l->body_ns && (clock_now_ns() - l->body_ns) / NSEC_PER_MSEC >=
			     ms * l->config.slowness;
}

static void write_map(struct mon_live *l)
{
	const struct mon_live_config *c = &l->config;
	const struct bpf_map_write *write = &c->workload->bpf_map_write;
	char text[256];
	int ret;

	if (l->written || !write->map || !body_ran(l, write->after_ms))
		return;
	l->written = true;
	ret = mon_poke_map(&l->guest, write, text, sizeof(text));
	if (ret) {
		l->config.findings->error_is_tests = ret == -ENOENT ||
			ret == -ENOTUNIQ || ret == -EINVAL;
		live_fail(l, text);
		return;
	}
	live_mark(l, MON_MARK_WRITE, text);
}

/* A lock may be in use: then there is a next turn. */
static void plant(struct mon_live *l)
{
	const struct guest_plant *p = &l->config.workload->plant;
	char text[256];
	int ret;

	if (l->planted || !p->kind || !body_ran(l, p->after_ms))
		return;
	ret = mon_plant(&l->guest, p, text, sizeof(text));
	if (ret == -EAGAIN)
		return;
	l->planted = true;
	if (!ret) {
		live_mark(l, MON_MARK_WRITE, text);
		return;
	}
	l->config.findings->error_is_tests = ret == -ENOENT || ret == -EINVAL;
	live_fail(l, text);
}

static void set_watchdog(struct mon_live *l)
{
	unsigned int timeout_ms = l->config.workload->watchdog_timeout_ms;
	char text[160];
	int ret;

	if (!timeout_ms)
		return;
	l->watchdog.timeout_ms = timeout_ms;
	ret = mon_watchdog_turn(&l->guest, &l->watchdog);
	if (ret < 0) {
		snprintf(text, sizeof(text),
			 "watchdog_timeout_ms: cannot be set, the kernel has no %s",
			 l->kernel->f.missing[MON_PART_WATCHDOG]);
		live_fail(l, text);
	}
	if (ret <= 0)
		return;
	l->watchdog_set = true;
	snprintf(text, sizeof(text), "sched_ext's watchdog: %u ms", timeout_ms);
	live_mark(l, MON_MARK_WRITE, text);
}

static void answer_request(struct mon_live *l)
{
	bool asked;

	pthread_mutex_lock(&l->lock);
	asked = l->dump_asked;
	l->dump_asked = false;
	pthread_mutex_unlock(&l->lock);
	if (asked)
		live_dump(l, MON_DUMP_ASKED, "the guest asked for it",
			  live_stall_ns(l));
}

/* The first is looked into. */
static void look_for_writes(struct mon_live *l)
{
	const struct mon_writes *writes = &l->config.findings->writes;
	unsigned int n = mon_watchpoint_turn(l->watchpoint, &l->guest);
	char text[160];

	for (; l->n_writes < n; l->n_writes++) {
		const struct mon_write *w = &writes->list[l->n_writes];

		snprintf(text, sizeof(text),
			 "%.60s: CPU %u wrote %" PRId64 " at %.80s",
			 l->config.workload->watchpoint, w->cpu, w->value,
			 w->where);
		mon_series_mark(l->config.series, MON_MARK_WATCHPOINT, w->tsc,
				text);
		if (!l->n_writes)
			live_dump(l, MON_DUMP_WRITE, text, live_stall_ns(l));
	}
}

/* ---- snapshots ---- */

/* As the guest counts it, whose scenario holds for longer by that */
static uint64_t machine_steal(const struct mon_live *l)
{
	const struct mon_live_config *c = &l->config;

	return c->ops->machine_steal_ns ? c->ops->machine_steal_ns(c->ctx) : 0;
}

/* The guest tells when a scenario begins, which is after its cgroups were made. */
static void look_for_scenario(struct mon_live *l)
{
	struct mon_series *s = l->config.series;
	size_t i;

	pthread_mutex_lock(&s->lock);
	for (i = 0; i < s->n_marks && !l->scenario_ns; i++)
		if (s->marks[i].kind == MON_MARK_STEP && !s->marks[i].step.edge)
			l->scenario_ns = s->marks[i].host_ns;
	pthread_mutex_unlock(&s->lock);
	if (l->scenario_ns)
		l->scenario_steal_ns = machine_steal(l);
}

static void take_snapshot(struct mon_live *l)
{
	struct mon_snapshots *shots = &l->config.findings->snapshots;
	uint64_t due_ns = mon_snapshots_due_ns(shots);
	const struct mon_snapshot *shot;
	char text[128];

	if (due_ns == UINT64_MAX || !l->body_ns)
		return;
	if (!l->scenario_ns)
		look_for_scenario(l);
	if (!l->scenario_ns)
		return;
	if (steal_own_ns(clock_now_ns() - l->scenario_ns,
			 machine_steal(l) - l->scenario_steal_ns) < due_ns ||
	    mon_snapshots_take(shots, &l->guest, &l->config.findings->tracks,
			       PAUSE_MS * max(l->config.slowness, 1.0)))
		return;
	shot = &shots->list[shots->n - 1];
	snprintf(text, sizeof(text),
		 "snapshot %u of %u: the CPUs stood still for %.1f ms",
		 shots->n, shots->wanted,
		 shot->stood_ns / (double)NSEC_PER_MSEC);
	live_mark(l, MON_MARK_DUMP, text);
}

void live_turn(struct mon_live *l)
{
	if (!l->body_ns && live_stage(l) == STAGE_WORKLOAD)
		l->body_ns = clock_now_ns();
	if (live_stage(l) == STAGE_WORKLOAD && !live_stops(l))
		look_for_writes(l);
	look_for_exit(l);
	set_watchdog(l);
	plant(l);
	write_map(l);
	if (live_stage(l) == STAGE_WORKLOAD && !live_stops(l))
		take_snapshot(l);
	answer_request(l);
}
