// SPDX-License-Identifier: GPL-2.0-only
/*
 * From what a run has seen to what assertions are about. See asserted.h.
 */
#include "lib/host/run/asserted.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/common/util/util.h"

#define PHASES_MAX	256

/* Edges of struct wire_step, as a scenario tells them */
enum {
	EDGE_STARTS,
	EDGE_STEP,
	EDGE_STEP_OVER,
	EDGE_OVER,
};

/**
 * struct phases - parts of a run
 * @list: they, @n of them; that of the whole body is the first, once it began
 * @n: see there
 */
struct phases {
	struct assertion_phase list[PHASES_MAX];
	size_t n;
};

static uint64_t mark_ns(const struct mon_mark *m)
{
	return m->guest_ns ?: m->host_ns;
}

/* One of that step, which a body that has two scenarios may have twice */
static struct assertion_phase *last_phase(struct phases *p, int step)
{
	size_t i;

	for (i = p->n; i; i--)
		if (p->list[i - 1].step == step)
			return &p->list[i - 1];
	return NULL;
}

static void begin(struct phases *p, int step, uint64_t ns)
{
	if (p->n < PHASES_MAX)
		p->list[p->n++] = (struct assertion_phase){
			.step = step, .start_ns = ns, .end_ns = ns,
		};
}

static void end(struct phases *p, int step, uint64_t ns)
{
	struct assertion_phase *phase = last_phase(p, step);

	if (phase)
		phase->end_ns = ns;
}

/* What was cut short goes on until the last that was heard. */
static void find_phases(struct phases *p, const struct mon_series *s)
{
	bool over = true;
	int step = ASSERTION_BODY;
	size_t i;

	for (i = 0; i < s->n_marks; i++) {
		const struct mon_mark *m = &s->marks[i];
		uint64_t ns = mark_ns(m);

		if (!over)
			end(p, ASSERTION_BODY, ns);
		if (step != ASSERTION_BODY)
			end(p, step, ns);
		if (m->kind != MON_MARK_STEP)
			continue;
		step = ASSERTION_BODY;
		over = m->step.edge == EDGE_OVER;
		if (m->step.edge == EDGE_STARTS &&
		    !last_phase(p, ASSERTION_BODY))
			begin(p, ASSERTION_BODY, ns);
		if (m->step.edge == EDGE_STEP && m->step.index <= INT32_MAX) {
			step = m->step.index;
			begin(p, step, ns);
		}
	}
}

static void judge_all(const struct run_expectations *e,
		      const struct assertion_run *run, struct run_outcome *out)
{
	unsigned int i;

	for (i = 0; i < KTSTR_MAX_ARGS && e->assertions[i]; i++) {
		struct outcome_assertion *to =
			&out->assertions[out->n_assertions++];
		struct assertion a;

		snprintf(to->text, sizeof(to->text), "%s", e->assertions[i]);
		/* It was read before anything was booted. */
		to->answer = ASSERTION_OPEN;
		if (!assertion_parse(e->assertions[i], &a, to->why,
				     sizeof(to->why)))
			to->answer = assertion_judge(&a, run, to->why);
	}
}

/* A value has one in the samples, and one in the snapshots. */
struct both_series {
	struct assertion_series list[2 * KTSTR_MAX_ARGS];
	char names[KTSTR_MAX_ARGS][ASSERTION_NAME_LEN + sizeof(AT_SNAPSHOTS)];
};

static void find_series(struct both_series *both, const struct run_outcome *out)
{
	const struct mon_findings *f = &out->findings;
	const struct mon_tracks *tracks = &f->tracks;
	unsigned int i;

	for (i = 0; i < tracks->n; i++) {
		const struct mon_track *t = &tracks->list[i];
		const char *why = t->n ? t->why : out->series.why_none;

		snprintf(both->names[i], sizeof(both->names[i]),
			 "%s" AT_SNAPSHOTS, t->watch.name);
		both->list[2 * i] = (struct assertion_series){
			.name = t->watch.name, .points = t->points, .n = t->n,
			.interval_ns = tracks->interval_ns, .why = why,
		};
		both->list[2 * i + 1] = (struct assertion_series){
			.name = both->names[i], .points = t->shots,
			.n = t->n_shots,
			.why = *f->snapshots.why ? f->snapshots.why : why,
		};
	}
}

void asserted_judge(const struct run_expectations *expectations,
		    struct run_outcome *out)
{
	const struct mon_tracks *tracks = &out->findings.tracks;
	struct phases *phases = calloc(1, sizeof(*phases));
	struct both_series both;
	struct assertion_run run = {
		.series = both.list, .n_series = 2 * tracks->n,
	};

	find_series(&both, out);
	out->n_assertions = 0;
	/* Without memory they are about the whole body, and its steps are open. */
	if (phases) {
		find_phases(phases, &out->series);
		run.phases = phases->list;
		run.n_phases = phases->n;
	}
	judge_all(expectations, &run, out);
	free(phases);
}

const struct outcome_assertion *asserted_find(const struct run_outcome *out,
					      enum assertion_answer answer)
{
	unsigned int i;

	for (i = 0; i < out->n_assertions; i++)
		if (out->assertions[i].answer == answer)
			return &out->assertions[i];
	return NULL;
}
