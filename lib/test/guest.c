// SPDX-License-Identifier: GPL-2.0-only
/*
 * A test in the guest: make the context that its body works with.
 */
#include "lib/run/verdict.h"
#include "lib/scenario/scenario.h"
#include "lib/test/attr.h"
#include "lib/test/glue.h"
#include "lib/util/util.h"

bool guest_begin(const struct ktstr_test *test, struct ktstr_ctx **ctx)
{
	struct ktstr_merged merged;
	char err[256];

	if (attr_merge(test, &merged, err, sizeof(err))) {
		glue_result(test, RUN_FAIL, "%s", err);
		return false;
	}
	*ctx = ktstr_ctx_create();
	if (!*ctx) {
		glue_result(test, RUN_FAIL,
			    "cannot set up the test in the guest");
		return false;
	}
	(*ctx)->duration_ms = merged.attr.duration_s * MSEC_PER_SEC;
	(*ctx)->workers = merged.attr.workers;
	(*ctx)->limits = merged.attr.limits;
	return true;
}
