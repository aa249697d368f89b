// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stages of a run, as they are chosen. See check.h.
 */
#include "lib/host/stages/check.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/common/util/util.h"

int check_init(struct check *check, const struct check_world *world,
	       const struct stage_table *table)
{
	*check = (struct check){
		.world = world,
		.table = table,
		.stages = calloc(table->n ?: 1, sizeof(*check->stages)),
		.workers = max(world->hosts, 2U),
		.ci_says = STRBUF_INIT,
		.ci_late = STRBUF_INIT,
		.inputs = { .text = STRBUF_INIT },
		.bad_stages = STRBUF_INIT,
		.bad_tests = STRBUF_INIT,
		.not_judged = STRBUF_INIT,
	};
	return check->stages ? 0 : -ENOMEM;
}

void check_exit(struct check *check)
{
	strbuf_free(&check->ci_says);
	strbuf_free(&check->ci_late);
	strbuf_free(&check->inputs.text);
	strbuf_free(&check->bad_stages);
	strbuf_free(&check->bad_tests);
	strbuf_free(&check->not_judged);
	free(check->stages);
}

void check_add(struct check *check, const struct stage *stage, bool named)
{
	size_t i;

	for (i = 0; i < check->n; i++)
		if (check->stages[i].stage == stage)
			break;
	if (i == check->n)
		check->stages[check->n++] =
			(struct check_stage){ .stage = stage, .keeper_fd = -1 };
	check->stages[i].named |= named;
}
