// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a comparison says, for people: a row a metric. See stats.h.
 */
#include <math.h>

#include "lib/common/util/util.h"
#include "lib/host/cli/columns.h"
#include "lib/host/cli/stats.h"
#include "lib/host/results/compare.h"

static void add_pct(struct columns *c, double part)
{
	if (isnan(part))
		columns_add(c, "-");
	else if (isinf(part))
		columns_add(c, "more");
	else
		columns_add(c, "%+.1f%%", 100 * part);
}

static void add_estimate(struct columns *out, const struct comparison *c,
			 const struct compare_estimate *e)
{
	const struct result_metric *m = c->metrics[e->metric].metric;

	columns_add(out, "%s", m->name);
	columns_add(out, "%s", m->unit ?: "");
	columns_add(out, "%zu", e->n_pairs);
	columns_number(out, e->means[0]);
	columns_number(out, e->means[1]);
	add_pct(out, e->change);
	add_pct(out, e->low);
	add_pct(out, e->high);
	if (e->boot.freedom < BOOT_LEAST_FREEDOM || isinf(e->boot.effect))
		columns_add(out, "-");
	else
		columns_add(out, "%+.2f", e->boot.effect);
	columns_add(out, "%s", compare_verdict_name(e->verdict));
}

void compare_table(const struct comparison *c, FILE *to)
{
	static const char * const heads[] = {
		"metric", "unit", "pairs", "A", "B", "change", "from", "to",
		"effect", "verdict",
	};
	struct columns out = { .n_columns = ARRAY_SIZE(heads),
			       .texts = 3 | 1 << 9 };
	size_t i;

	if (!c->n_all)
		return;
	for (i = 0; i < ARRAY_SIZE(heads); i++)
		columns_add(&out, "%s", heads[i]);
	for (i = 0; i < c->n_all; i++)
		add_estimate(&out, c, &c->all[i]);
	columns_print(&out, to, 0);
}
