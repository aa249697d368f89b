// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: whatever is in a file that is called a sidecar, it is a record, whose
 * texts may be printed and whose numbers are some, or one sentence. Seeds:
 * data/record/.
 */
#include <json-c/json.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/text.h"
#include "lib/host/results/explain.h"
#include "lib/host/results/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at_text(const char *text)
{
	if (text && !text_is_fit(text, strlen(text)))
		abort();
}

static void look_at(const struct record *r)
{
	size_t i;

	if (!r->dimensions[RECORD_TEST] || !r->dimensions[RECORD_SCENARIO] ||
	    r->result >= N_RECORD_RESULTS || r->duration_ms < -1)
		abort();
	for (i = 0; i < N_RECORD_DIMENSIONS; i++)
		look_at_text(r->dimensions[i]);
	look_at_text(r->time);
	look_at_text(r->reason);
	for (i = 0; i < r->n_values; i++) {
		look_at_text(r->values[i].name);
		look_at_text(r->values[i].unit);
		if (!r->values[i].name || !isfinite(r->values[i].value))
			abort();
	}
}

static void explain(struct json_object *doc)
{
	struct explanation *list;
	size_t n = explain_all(&list), i;

	explain_count(list, n, doc);
	for (i = 0; i < n; i++)
		if (list[i].nulls > list[i].of || list[i].of > 1)
			abort();
	free(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_object *doc = NULL;
	char err[256] = "";
	struct record r;

	if (record_doc_read((const char *)data, size, &doc, err, sizeof(err))) {
		if (!err[0] || doc)
			abort();
		return 0;
	}
	explain(doc);
	if (!record_of(doc, &r, err, sizeof(err))) {
		look_at(&r);
		record_free(&r);
	} else if (!err[0]) {
		abort();
	}
	json_object_put(doc);
	return 0;
}
