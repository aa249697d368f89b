// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking the guest's metrics in. See metrics.h.
 */
#include "lib/host/run/metrics.h"

#include <math.h>
#include <string.h>

#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/run/outcome.h"

static struct outcome_cgroup *find_cgroup(struct run_outcome *out,
					  uint32_t index)
{
	unsigned int i;

	for (i = 0; i < out->n_cgroups; i++)
		if (out->cgroups[i].index == index)
			return &out->cgroups[i];
	return NULL;
}

void metrics_add_cgroup(struct run_outcome *out, const void *payload,
			size_t len)
{
	struct outcome_cgroup *g;
	struct wire_cgroup rec;

	(void)len;
	memcpy(&rec, payload, sizeof(rec));
	if (out->n_cgroups == ARRAY_SIZE(out->cgroups) ||
	    find_cgroup(out, rec.index)) {
		out->n_refused++;
		return;
	}
	g = &out->cgroups[out->n_cgroups++];
	g->index = rec.index;
	memcpy(g->name, rec.name, sizeof(g->name));
	g->name[sizeof(g->name) - 1] = '\0';
	quantities_forget(PER_CGROUP, &g->q);
}

/* The worker that a metric is of; a new one when it is the first of its. */
static struct outcome_worker *find_worker(struct run_outcome *out,
					  unsigned int cgroup,
					  unsigned int index)
{
	struct outcome_worker *w;
	unsigned int i;

	for (i = out->n_workers; i-- > 0;) {
		w = &out->workers[i];
		if (w->cgroup == cgroup && w->index == index)
			return w;
	}
	if (out->n_workers == ARRAY_SIZE(out->workers))
		return NULL;
	w = &out->workers[out->n_workers++];
	w->cgroup = cgroup;
	w->index = index;
	quantities_forget(PER_WORKER, &w->q);
	return w;
}

/* One that was left out has told nothing. */
static struct turn_quantities *find_turn(struct run_outcome *out,
					 unsigned int index)
{
	if (index >= ARRAY_SIZE(out->turns))
		return NULL;
	while (out->n_turns <= index)
		quantities_forget(PER_TURN, &out->turns[out->n_turns++]);
	return &out->turns[index];
}

/* What the metric is a member of; NULL where there is none. */
static void *find_set(struct run_outcome *out, const struct quantity *q,
		      const struct wire_metric *m)
{
	struct outcome_cgroup *g = find_cgroup(out, m->cgroup);
	struct outcome_worker *w;

	if (q->per == PER_RUN)
		return q->from == FROM_HARNESS ? &out->told : NULL;
	if (q->per == PER_TURN)
		return find_turn(out, m->cgroup);
	if (!g)
		return NULL;
	if (q->per == PER_CGROUP)
		return &g->q;
	if (q->per != PER_WORKER)
		return NULL;
	w = find_worker(out, g - out->cgroups, m->worker);
	return w ? &w->q : NULL;
}

static bool add_one(struct run_outcome *out, const struct wire_metric *m)
{
	const struct quantity *q;
	void *set;

	if (m->id >= QUANTITY_IDS || m->value == QUANTITY_UNKNOWN)
		return false;
	q = &quantities[m->id];
	if (!quantity_is_guests(q))
		return false;
	set = find_set(out, q, m);
	if (!set || quantity_get(q, set) != QUANTITY_UNKNOWN)
		return false;
	quantity_set(q, set, m->value);
	return true;
}

void metrics_add(struct run_outcome *out, const void *payload, size_t len)
{
	struct wire_metric m;
	size_t i;

	for (i = 0; i < len / sizeof(m); i++) {
		memcpy(&m, (const char *)payload + i * sizeof(m), sizeof(m));
		out->n_refused += !add_one(out, &m);
	}
	out->n_refused += len % sizeof(m) != 0;
}

void metrics_add_payload(struct run_outcome *out, const void *payload,
			 size_t len)
{
	struct outcome_payload *to = &out->payloads[out->n_payloads];
	struct wire_payload rec;

	(void)len;
	memcpy(&rec, payload, sizeof(rec));
	if (out->n_payloads == ARRAY_SIZE(out->payloads) ||
	    rec.better >= N_BETTERS || !isfinite(rec.value)) {
		out->n_refused++;
		return;
	}
	text_clean_buf(rec.payload, sizeof(rec.payload));
	text_clean_buf(rec.metric, sizeof(rec.metric));
	text_clean_buf(rec.unit, sizeof(rec.unit));
	memcpy(to->payload, rec.payload, sizeof(to->payload));
	memcpy(to->metric, rec.metric, sizeof(to->metric));
	memcpy(to->unit, rec.unit, sizeof(to->unit));
	to->better = rec.better;
	to->value = rec.value;
	out->n_payloads++;
}
