// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a sidecar says of a scheduler. See verify.h.
 */
#include "lib/host/cli/verify.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/common/wire/wire.h"
#include "lib/host/report/json.h"

/* A file may be anybody's. */
#define PROGRAMS_MAX	256

static bool is_true(struct json_object *o, const char *key)
{
	return json_object_get_boolean(json_member(o, key));
}

const char *verify_word(enum verify_answer answer)
{
	static const char * const words[] = {
		[VERIFY_UNKNOWN] = "?", [VERIFY_NO] = "NO",
		[VERIFY_YES] = "yes",
	};

	return words[answer];
}

/* ---- programs ---- */

static int by_name(const void *a, const void *b)
{
	const struct verify_program *x = a, *y = b;
	int ret = strcmp(x->op, y->op);

	return ret ? ret : strcmp(x->name, y->name);
}

static const char *name_of(struct json_object *o, const char *key)
{
	const char *name = json_member_text(o, key);

	return *name ? name : "?";
}

static int read_programs(struct json_object *sidecar, struct verify_seen *seen)
{
	struct json_object *list = json_member(json_member(sidecar, "monitor"),
					       "programs");
	size_t n = json_object_is_type(list, json_type_array) ?
		   json_object_array_length(list) : 0, i;

	n = min(n, (size_t)PROGRAMS_MAX);
	seen->programs = calloc(n + 1, sizeof(*seen->programs));
	if (!seen->programs)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		struct verify_program *p = &seen->programs[i];

		snprintf(p->name, sizeof(p->name), "%s", name_of(o, "name"));
		snprintf(p->op, sizeof(p->op), "%s", name_of(o, "op"));
		p->insns = max(json_object_get_int64(json_member(o,
								 "verified_insns")),
			       (int64_t)0);
	}
	seen->n_programs = n;
	qsort(seen->programs, n, sizeof(*seen->programs), by_name);
	return 0;
}

const struct verify_program *verify_most(const struct verify_seen *seen)
{
	const struct verify_program *most = NULL;
	size_t i;

	for (i = 0; i < seen->n_programs; i++)
		if (!most || seen->programs[i].insns > most->insns)
			most = &seen->programs[i];
	return most;
}

/* ---- answers ---- */

static bool was_attached(struct json_object *sidecar)
{
	const char *last = json_member_text(json_member(sidecar, "vm"),
					    "last_stage");
	unsigned int stage;

	for (stage = STAGE_ATTACHED; stage < STAGE_COUNT; stage++)
		if (!strcmp(wire_stage_name(stage), last))
			return true;
	return false;
}

static bool worker_moved(struct json_object *sidecar)
{
	struct json_object *workers = json_member(sidecar, "workers");
	struct json_object *first;

	if (!json_object_is_type(workers, json_type_array))
		return false;
	first = json_object_array_get_idx(workers, 0);
	return json_object_get_int64(json_member(first, "iterations")) > 0;
}

static void answer(struct json_object *sidecar, struct verify_seen *seen)
{
	bool ours = is_true(sidecar, "infrastructure") ||
		    is_true(sidecar, "inconclusive");

	if (was_attached(sidecar)) {
		seen->verified = VERIFY_YES;
		seen->attached = VERIFY_YES;
		/* Once it is gone, tasks of its class are the fair class's. */
		seen->dispatches = worker_moved(sidecar) &&
				   !is_true(json_member(sidecar, "vm"),
					    "scheduler_died") ? VERIFY_YES :
				   ours ? VERIFY_UNKNOWN : VERIFY_NO;
	} else if (seen->refusal) {
		seen->verified = VERIFY_NO;
		seen->attached = VERIFY_NO;
		seen->dispatches = VERIFY_NO;
	} else if (!ours && json_member(sidecar, "vm") &&
		   strcmp(json_member_text(sidecar, "result"), "skip")) {
		/* It has ended, or hangs, before it came to that. */
		seen->attached = VERIFY_NO;
		seen->dispatches = VERIFY_NO;
	}
}

int verify_read(struct json_object *sidecar, struct verify_seen *seen)
{
	const char *refusal = json_member_text(sidecar, "refusal");
	const char *reason = json_member_text(sidecar, "reason");

	*seen = (struct verify_seen){ };
	seen->refusal = *refusal ? strdup(refusal) : NULL;
	seen->reason = *reason ? strdup(reason) : NULL;
	if (!sidecar)
		return 0;
	answer(sidecar, seen);
	return read_programs(sidecar, seen);
}

void verify_free(struct verify_seen *seen)
{
	free(seen->programs);
	free(seen->refusal);
	free(seen->reason);
	*seen = (struct verify_seen){ };
}

/* ---- one beside another ---- */

static void put_pair(const char *op, const struct verify_program *a,
		     const struct verify_program *b, FILE *to)
{
	char left[24] = "-", right[24] = "-", delta[32] = "-";

	if (a)
		snprintf(left, sizeof(left), "%llu",
			 (unsigned long long)a->insns);
	if (b)
		snprintf(right, sizeof(right), "%llu",
			 (unsigned long long)b->insns);
	if (a && b)
		snprintf(delta, sizeof(delta), "%+lld",
			 (long long)(b->insns - a->insns));
	fprintf(to, "#   %-24s %10s %10s %10s\n", op, left, right, delta);
}

void verify_difference(const struct verify_seen *a, const struct verify_seen *b,
		       FILE *to)
{
	size_t i = 0, j = 0;

	fprintf(to, "#   %-24s %10s %10s %10s\n", "op", "A", "B", "B - A");
	while (i < a->n_programs || j < b->n_programs) {
		const struct verify_program *x = i < a->n_programs ?
						 &a->programs[i] : NULL;
		const struct verify_program *y = j < b->n_programs ?
						 &b->programs[j] : NULL;
		int order = !x ? 1 : !y ? -1 : strcmp(x->op, y->op);

		put_pair(order <= 0 ? x->op : y->op, order <= 0 ? x : NULL,
			 order >= 0 ? y : NULL, to);
		i += order <= 0;
		j += order >= 0;
	}
}
