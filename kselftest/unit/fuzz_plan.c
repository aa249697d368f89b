// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: no text may make the plan's reader fail in another way than by
 * its return value. Seeds: data/plan/.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/common/wire/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char err[128] = "";
	uint64_t gpa, ring_size;
	struct plan plan;
	char *text;

	if (!plan_parse((const char *)data, size, &plan, err, sizeof(err))) {
		if (!plan.test || !plan.test_ms ||
		    plan.n_args > PLAN_LIST_MAX)
			abort();
		plan_free(&plan);
	} else if (!err[0]) {
		abort();
	}

	text = strndup((const char *)data, size);
	if (text && plan_ring_param(text, &gpa, &ring_size) == 1 && !ring_size)
		abort();
	free(text);
	return 0;
}
