// SPDX-License-Identifier: GPL-2.0-only
/*
 * The story of one failure. See stitch.h.
 */
#include "lib/host/repro/stitch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/scx/culprit.h"
#include "lib/common/scx/decode.h"
#include "lib/common/util/text.h"
#include "lib/common/util/util.h"

#define NOTES_MAX	(64U << 10)

void story_init(struct story *story)
{
	memset(story, 0, sizeof(*story));
	story->notes.text = (char *)"";
	story->notes.max = NOTES_MAX;
}

void story_exit(struct story *story)
{
	free(story->descs);
	free(story->calls);
	strbuf_free(&story->notes);
	story_init(story);
}

/* Make text of what should be text, and refuse numbers out of range. */
static bool desc_check(struct probe_desc *d)
{
	unsigned int i;

	text_clean_buf(d->name, sizeof(d->name));
	text_clean_buf(d->op, sizeof(d->op));
	text_clean_buf(d->source, sizeof(d->source));
	if (d->n_params > PROBE_ARGS || d->n_fields > PROBE_FIELDS ||
	    (d->task_arg != PROBE_NO_ARG && d->task_arg >= PROBE_ARGS) ||
	    d->ret_size > 8 || d->ret_decode >= DECODE_KIND_COUNT)
		return false;
	for (i = 0; i < d->n_params; i++) {
		text_clean_buf(d->params[i].type, DESC_LABEL_LEN);
		text_clean_buf(d->params[i].name, DESC_LABEL_LEN);
	}
	for (i = 0; i < d->n_fields; i++) {
		struct desc_field *f = &d->fields[i];

		text_clean_buf(f->name, DESC_LABEL_LEN);
		if (f->arg >= d->n_params || !f->size ||
		    f->decode >= DECODE_KIND_COUNT ||
		    f->size > PROBE_FIELD_MAX * 8 ||
		    f->slot > PROBE_SLOTS - PROBE_FIELD_MAX)
			return false;
	}
	return true;
}

/* Ids come in order; a later record of a known id replaces it. */
static int feed_desc(struct story *story, const void *data)
{
	struct probe_desc *descs, desc;

	memcpy(&desc, data, sizeof(desc));
	if (desc.id > story->n_descs || desc.id >= PROBE_FUNCS ||
	    !desc_check(&desc))
		return -EBADMSG;
	if (desc.id == story->n_descs) {
		descs = realloc(story->descs,
				(story->n_descs + 1) * sizeof(*descs));
		if (!descs)
			return -ENOMEM;
		story->descs = descs;
		story->n_descs++;
	}
	story->descs[desc.id] = desc;
	return 0;
}

static int feed_call(struct story *story, const void *data)
{
	struct probe_call *calls, call;

	memcpy(&call, data, sizeof(call));
	text_clean_buf(call.comm, sizeof(call.comm));
	if (call.func >= story->n_descs ||
	    (call.exit_ns && call.exit_ns < call.entry_ns) ||
	    story->n_calls == STORY_CALLS_MAX)
		return -EBADMSG;
	calls = realloc(story->calls, (story->n_calls + 1) * sizeof(*calls));
	if (!calls)
		return -ENOMEM;
	story->calls = calls;
	calls[story->n_calls++] = call;
	return 0;
}

static int feed_note(struct story *story, const char *text, size_t len)
{
	char note[512];

	len = min(len, sizeof(note) - 1);
	memcpy(note, text, len);
	note[len] = '\0';
	text_clean_buf(note, sizeof(note));
	strbuf_addf(&story->notes, "  %s\n", note);
	return 0;
}

static int feed_exit(struct story *story, const void *data)
{
	memcpy(&story->exit, data, sizeof(story->exit));
	text_clean_buf(story->exit.current_comm, PROBE_COMM);
	text_clean_buf(story->exit.subject_comm, PROBE_COMM);
	story->has_exit = true;
	return 0;
}

static int feed_culprit(struct story *story, const void *data)
{
	memcpy(&story->culprit, data, sizeof(story->culprit));
	text_clean_buf(story->culprit.comm, sizeof(story->culprit.comm));
	story->has_culprit = true;
	return 0;
}

static int feed_status(struct story *story, const void *data)
{
	memcpy(&story->status, data, sizeof(story->status));
	story->has_status = true;
	return 0;
}

static const struct rec_type {
	size_t len;
	int (*feed)(struct story *story, const void *data);
} rec_types[] = {
	[PROBE_REC_FUNC] = { sizeof(struct probe_desc), feed_desc },
	[PROBE_REC_EXIT] = { sizeof(struct probe_exit), feed_exit },
	[PROBE_REC_CULPRIT] = { sizeof(struct probe_culprit), feed_culprit },
	[PROBE_REC_CALL] = { sizeof(struct probe_call), feed_call },
	[PROBE_REC_STATUS] = { sizeof(struct probe_status), feed_status },
};

int story_feed(struct story *story, const void *payload, size_t len)
{
	const char *data = (const char *)payload + sizeof(struct probe_rec);
	struct probe_rec rec;
	int ret = -EBADMSG;

	if (len < sizeof(rec))
		goto out;
	memcpy(&rec, payload, sizeof(rec));
	if (rec.len != len - sizeof(rec))
		goto out;
	if (rec.type == PROBE_REC_NOTE)
		ret = feed_note(story, data, rec.len);
	else if (rec.type < ARRAY_SIZE(rec_types) &&
		 rec_types[rec.type].feed && rec.len == rec_types[rec.type].len)
		ret = rec_types[rec.type].feed(story, data);
out:
	if (ret == -EBADMSG)
		story->bad++;
	return ret;
}

const struct probe_desc *story_desc(const struct story *story,
				    const struct probe_call *call)
{
	return &story->descs[call->func];
}

static int by_time(const void *a, const void *b)
{
	const struct probe_call *x = a, *y = b;

	if (x->entry_ns != y->entry_ns)
		return x->entry_ns < y->entry_ns ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

void story_stitch(struct story *story)
{
	unsigned int i, n = 0;

	if (!story->n_calls)
		return;
	for (i = 0; i < story->n_calls; i++)
		if (probe_call_wanted(&story->calls[i], &story->culprit))
			story->calls[n++] = story->calls[i];
	story->left_out = story->n_calls - n;
	story->n_calls = n;
	qsort(story->calls, n, sizeof(*story->calls), by_time);
}
