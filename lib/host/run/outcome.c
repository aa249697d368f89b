// SPDX-License-Identifier: GPL-2.0-only
/*
 * What one run of a VM brought to light. See outcome.h.
 *
 * Everything here comes from the guest: sizes are checked, strings are ended.
 */
#include "lib/host/run/outcome.h"

#include <stdio.h>
#include <string.h>

#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/run/metrics.h"
#include "lib/host/run/numbers.h"

void outcome_init(struct run_outcome *out)
{
	const struct strbuf empty = { .text = (char *)"",
				      .max = OUTCOME_TEXT_MAX };

	memset(out, 0, sizeof(*out));
	out->console = empty;
	out->output = empty;
	out->sched_log = empty;
	out->scx_dump = empty;
	/* What matters most was said last. */
	out->output.keep_end = true;
	out->sched_log.keep_end = true;
	out->scx_dump.keep_end = true;
	out->said = empty;
	out->said.max = OUTCOME_SAID_MAX;
	out->findings.where = empty;
	quantities_forget(PER_RUN, &out->told);
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

/*
 * While the body needs it: from the moment it was enabled to the results, but when
 * it wants none.
 */
static bool scheduler_needed(const struct run_outcome *out)
{
	return !(out->switched && !out->sched_name[0]) &&
	       out->stage >= STAGE_SCHEDULER && out->stage < STAGE_RESULTS;
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
	text_take(&out->output, text, len);
}

static void add_sched_log(struct run_outcome *out, const void *text, size_t len)
{
	text_take(&out->sched_log, text, len);
}

static void add_scx_dump(struct run_outcome *out, const void *text, size_t len)
{
	text_take(&out->scx_dump, text, len);
}

static void add_said(struct run_outcome *out, const void *text, size_t len)
{
	text_take(&out->said, text, len);
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
	text_take_line(line, size, text, len);
}

static void add_crash(struct run_outcome *out, const void *text, size_t len)
{
	take_line(out->crash, sizeof(out->crash), text, len);
}

static void add_missing(struct run_outcome *out, const void *text, size_t len)
{
	take_line(out->missing, sizeof(out->missing), text, len);
}

static void add_ours(struct run_outcome *out, const void *text, size_t len)
{
	take_line(out->ours, sizeof(out->ours), text, len);
}

static void add_doubt(struct run_outcome *out, const void *text, size_t len)
{
	take_line(out->doubt, sizeof(out->doubt), text, len);
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

/* One that is on its way comes by other states. */
static void add_sched(struct run_outcome *out, const void *text, size_t len)
{
	text_take_line(out->sched_name, sizeof(out->sched_name), text, len);
	out->switched = true;
	out->sched_awaited = out->sched_name[0];
}

static void add_cpus(struct run_outcome *out, const void *payload, size_t len)
{
	(void)payload;
	(void)len;
	out->cpus_change = true;
}

static void add_scx_state(struct run_outcome *out, const void *text, size_t len)
{
	text_take_line(out->scx_state, sizeof(out->scx_state), text, len);
	if (strcmp(out->scx_state, "enabled")) {
		if (out->stage >= STAGE_ATTACHED && !out->sched_awaited)
			note_death(out);
		return;
	}
	out->sched_awaited = false;
	/* Most are thrown out when a CPU comes or goes, and start again. */
	if (out->cpus_change && !out->has_sched_exit)
		out->sched_died = false;
}

/* A kind of record is one row; one without a @size may be of any length. */
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
	[WIRE_CGROUP] = { sizeof(struct wire_cgroup), metrics_add_cgroup },
	[WIRE_SCX_STATE] = { 0, add_scx_state },
	[WIRE_SCX_DUMP] = { 0, add_scx_dump },
	[WIRE_SAID] = { 0, add_said },
	[WIRE_MISSING] = { 0, add_missing },
	[WIRE_OURS] = { 0, add_ours },
	[WIRE_DOUBT] = { 0, add_doubt },
	[WIRE_CPUS] = { 0, add_cpus },
	[WIRE_METRIC] = { 0, metrics_add },
	[WIRE_PAYLOAD] = { sizeof(struct wire_payload), metrics_add_payload },
	[WIRE_SCHED] = { 0, add_sched },
};

void outcome_take_console(struct run_outcome *out)
{
	text_take(&out->console, out->vm.console, out->vm.console_len);
	out->vm.console = NULL;
	out->vm.console_len = 0;
}

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

/* "4 workers" and "spread 1.2%": what is only counted has its number first. */
static size_t put_number(char *buf, size_t size, const struct quantity *q,
			 int64_t value)
{
	char text[QUANTITY_TEXT_SIZE];
	int len;

	quantity_text(q, value, " ", text);
	if (q->unit == UNIT_COUNT)
		len = snprintf(buf, size, "%s %s", text, q->word);
	else
		len = snprintf(buf, size, "%s %s", q->word, text);
	return min((size_t)len, size - 1);
}

void outcome_numbers(const struct run_outcome *out, char *buf, size_t size)
{
	const struct quantity *q;
	struct run_quantities run;
	size_t len = 0;

	run_measure(out, &run);
	buf[0] = '\0';
	for (q = quantity_next(PER_RUN, NULL); q;
	     q = quantity_next(PER_RUN, q)) {
		int64_t value = quantity_get(q, &run);

		if (!quantity_is_guests(q) || !q->word ||
		    value == QUANTITY_UNKNOWN)
			continue;
		if (len && len + 2 < size)
			len += snprintf(buf + len, size - len, ", ");
		len += put_number(buf + len, size - len, q, value);
	}
}
