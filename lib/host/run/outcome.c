// SPDX-License-Identifier: GPL-2.0-only
/*
 * What one run of a VM brought to light. See outcome.h.
 *
 * Everything here comes from the guest: sizes are checked, strings are ended.
 */
#include "lib/run/outcome.h"

#include <stdio.h>
#include <string.h>

#include "lib/util/util.h"

void outcome_init(struct run_outcome *out)
{
	const struct strbuf empty = { .text = (char *)"",
				      .max = OUTCOME_TEXT_MAX };

	memset(out, 0, sizeof(*out));
	out->console = empty;
	out->output = empty;
	out->sched_log = empty;
	out->scx_dump = empty;
	out->said = empty;
	out->said.max = OUTCOME_SAID_MAX;
	mon_series_init(&out->series);
}

void outcome_exit(struct run_outcome *out)
{
	strbuf_free(&out->console);
	strbuf_free(&out->output);
	strbuf_free(&out->sched_log);
	strbuf_free(&out->scx_dump);
	strbuf_free(&out->said);
	mon_series_exit(&out->series);
	mon_findings_exit(&out->findings);
}

/* While the body needs it: from the moment it was enabled to the results. */
static bool scheduler_needed(const struct run_outcome *out)
{
	return out->stage >= STAGE_SCHEDULER && out->stage < STAGE_RESULTS;
}

static void note_death(struct run_outcome *out)
{
	if (out->sched_died || !scheduler_needed(out))
		return;
	out->sched_died = true;
	out->sched_died_stage = out->stage;
}

static void add_stage(struct run_outcome *out, const void *payload, size_t len)
{
	struct wire_stage_rec rec;

	(void)len;
	memcpy(&rec, payload, sizeof(rec));
	if (rec.stage < STAGE_COUNT && rec.stage > out->stage)
		out->stage = rec.stage;
}

static void add_output(struct run_outcome *out, const void *text, size_t len)
{
	strbuf_add(&out->output, text, len);
}

static void add_sched_log(struct run_outcome *out, const void *text, size_t len)
{
	strbuf_add(&out->sched_log, text, len);
}

static void add_scx_dump(struct run_outcome *out, const void *text, size_t len)
{
	strbuf_add(&out->scx_dump, text, len);
}

static void add_said(struct run_outcome *out, const void *text, size_t len)
{
	strbuf_add(&out->said, text, len);
}

static void add_result(struct run_outcome *out, const void *payload, size_t len)
{
	(void)len;
	memcpy(&out->result, payload, sizeof(out->result));
	out->result.reason[sizeof(out->result.reason) - 1] = '\0';
	out->has_result = true;
}

static void add_exit(struct run_outcome *out, const void *payload, size_t len)
{
	(void)len;
	memcpy(&out->exit, payload, sizeof(out->exit));
	out->has_exit = true;
}

static void add_sched_exit(struct run_outcome *out, const void *payload,
			   size_t len)
{
	(void)len;
	memcpy(&out->sched_exit, payload, sizeof(out->sched_exit));
	out->has_sched_exit = true;
	note_death(out);
}

/* The first line counts, and of several the first. */
static void take_line(char *line, size_t size, const void *text, size_t len)
{
	if (line[0])
		return;
	snprintf(line, size, "%.*s", (int)len, (const char *)text);
	line[strcspn(line, "\n")] = '\0';
}

static void add_crash(struct run_outcome *out, const void *text, size_t len)
{
	take_line(out->crash, sizeof(out->crash), text, len);
}

static void add_missing(struct run_outcome *out, const void *text, size_t len)
{
	take_line(out->missing, sizeof(out->missing), text, len);
}

static void add_detail(struct run_outcome *out, const void *payload, size_t len)
{
	struct wire_detail *d;

	(void)len;
	if (out->n_details == OUTCOME_MAX_DETAILS)
		return;
	d = &out->details[out->n_details++];
	memcpy(d, payload, sizeof(*d));
	d->text[sizeof(d->text) - 1] = '\0';
}

static void add_cgroup(struct run_outcome *out, const void *payload, size_t len)
{
	struct wire_cgroup_stats *s;

	(void)len;
	if (out->n_cgroups == OUTCOME_MAX_CGROUPS)
		return;
	s = &out->cgroups[out->n_cgroups++];
	memcpy(s, payload, sizeof(*s));
	s->name[sizeof(s->name) - 1] = '\0';
}

static void add_scx_state(struct run_outcome *out, const void *text, size_t len)
{
	snprintf(out->scx_state, sizeof(out->scx_state), "%.*s", (int)len,
		 (const char *)text);
	out->scx_state[strcspn(out->scx_state, "\n")] = '\0';
	if (out->stage >= STAGE_ATTACHED && strcmp(out->scx_state, "enabled"))
		note_death(out);
}

/* A kind of record is one row; @size 0 is a text of any length. */
static const struct kind {
	size_t size;
	void (*add)(struct run_outcome *out, const void *payload, size_t len);
} kinds[WIRE_TYPE_COUNT] = {
	[WIRE_STAGE] = { sizeof(struct wire_stage_rec), add_stage },
	[WIRE_OUTPUT] = { 0, add_output },
	[WIRE_SCHED_LOG] = { 0, add_sched_log },
	[WIRE_RESULT] = { sizeof(struct wire_result), add_result },
	[WIRE_EXIT] = { sizeof(struct wire_exit), add_exit },
	[WIRE_SCHED_EXIT] = { sizeof(struct wire_exit), add_sched_exit },
	[WIRE_CRASH] = { 0, add_crash },
	[WIRE_DETAIL] = { sizeof(struct wire_detail), add_detail },
	[WIRE_CGROUP_STATS] = { sizeof(struct wire_cgroup_stats), add_cgroup },
	[WIRE_SCX_STATE] = { 0, add_scx_state },
	[WIRE_SCX_DUMP] = { 0, add_scx_dump },
	[WIRE_SAID] = { 0, add_said },
	[WIRE_MISSING] = { 0, add_missing },
};

void outcome_add(struct run_outcome *out, const struct wire_rec *rec,
		 const void *payload)
{
	const struct kind *kind;

	if (rec->type >= ARRAY_SIZE(kinds))
		return;
	mon_series_record(&out->series, rec, payload);
	kind = &kinds[rec->type];
	if (!kind->add || (kind->size && rec->len != kind->size))
		return;
	kind->add(out, payload, rec->len);
}

const char *outcome_init_words(const struct run_outcome *out)
{
	return out->crash[0] ? out->crash : out->vm.crash;
}

bool outcome_error_text(const struct run_outcome *out, const char *needle)
{
	return strstr(out->sched_log.text, needle) ||
	       strstr(out->scx_dump.text, needle) ||
	       strstr(out->console.text, needle);
}
