// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables of what a test can say. See tables.h.
 */
#include "lib/test/tables.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/check/assertion.h"
#include "lib/common/check/check.h"
#include "lib/common/payload/ready_payloads.h"
#include "lib/common/machines.h"
#include "lib/common/presets.h"
#include "lib/common/ready.h"
#include "lib/common/topology_text.h"
#include "lib/common/util/util.h"
#include "lib/guest/scenario/op_types.h"
#include "lib/guest/work/types.h"
#include "lib/host/monitor/judge/look.h"

/* ---- work types ---- */

#define WORK_ID(id, name)	#id,

static const char * const work_ids[] = { WORK_TYPES(WORK_ID) };

static void print_params(const struct work_param *p)
{
	unsigned int i;

	for (i = 0; i < WORK_MAX_PARAMS && p[i].name; i++)
		printf("%s%s=%u", i ? "," : "", p[i].name, p[i].usual);
	if (!i)
		putchar('-');
}

static void print_work_types(void)
{
	unsigned int i;

	puts("id\tname\tdefaults\twhat");
	for (i = 0; i < WORK_TYPE_COUNT; i++) {
		printf("%s\t%s\t", work_ids[i], work_types[i]->name);
		print_params(work_types[i]->params);
		printf("\t%s\n", work_types[i]->what);
	}
}

/* ---- ops and scenarios ---- */

#define OP_NAME_OF(id, name)	#id,

static const char * const op_ids[] = { OPS(OP_NAME_OF) };

static void print_ops(void)
{
	unsigned int i;

	puts("id\tname\twhat");
	for (i = 0; i < OP_COUNT; i++)
		printf("%s\t%s\t%s\n", op_ids[i], op_types[i]->name,
		       op_types[i]->what);
}

static const struct ready_scenario scenarios[] = {
	READY_SCENARIOS(READY_ROW, _)
	CATALOGUE_SCENARIOS(READY_ROW, _)
};

static void print_scenarios(void)
{
	size_t i;

	puts("name\twhat");
	for (i = 0; i < ARRAY_SIZE(scenarios); i++)
		printf("%s\t%s\n", scenarios[i].name, scenarios[i].what);
}

/* ---- machines ---- */

static void print_shape(const struct topology *t)
{
	printf("%un%ul%uc%ut\t%u", t->nodes, t->llcs, t->cores, t->threads,
	       topology_cpus(t));
}

static void print_machine(const struct machine_record *m)
{
	struct topology_form *form;
	struct topology t;
	char why[200];

	if (topology_read(m->name, NULL, &t, &form, why, sizeof(why)))
		return;
	printf("%s\t-\t", m->name);
	print_shape(&t);
	printf("\t%s\n", m->what);
	free(form);
}

static void print_topologies(void)
{
	size_t i;

	puts("name\talso\tshape\tcpus\twhat");
	for (i = 0; i < n_presets; i++) {
		printf("%s\t%s\t", presets[i].name, presets[i].also ?: "-");
		print_shape(&presets[i].topology);
		printf("\t%s\n", presets[i].what);
	}
	for (i = 0; i < n_machines; i++)
		print_machine(&machines[i]);
}

/* ---- payloads ---- */

static void print_payloads(void)
{
	unsigned int i;

	puts("name\tprogram\twhat");
	for (i = 0; i < READY_PAYLOAD_COUNT; i++)
		printf("%s\t%s\t%s\n", ready_payload_word(i),
		       ready_payloads[i]->program, ready_payload_what(i));
}

/* ---- checks ---- */

#define LIMIT_ROW(kind, name_, value, what_)				\
	{ offsetof(struct check_limits, name_), #name_, what_ },

static const struct limit_row {
	size_t offset;
	const char *name;
	const char *what;
} limit_rows[] = { CHECK_LIMITS(LIMIT_ROW) };

static const struct limit_row *limit_of(size_t offset)
{
	const struct limit_row *row = limit_rows;

	while (row->offset != offset)
		row++;
	return row;
}

static void print_check(const char *by, const char *name, size_t limit,
			const char *what)
{
	struct check_limits usual;

	check_limits_default(&usual);
	printf("%s\t%s\tlimits.%s\t%u\t%s\n", by, name, limit_of(limit)->name,
	       check_limit_at(&usual, limit), what);
}

#define PATTERN_ROW(id, word, form, what)				\
	{ #word, form, what },

static const struct {
	const char *name;
	const char *form;
	const char *what;
} pattern_rows[] = { ASSERTION_PATTERNS(PATTERN_ROW) };

static void print_checks(void)
{
	const struct limit_row *row;
	size_t i;

	puts("of\tname\tlimit\tdefault\twhat");
	for (i = 0; i < check_n_rows; i++) {
		row = limit_of(check_rows[i].limit);
		print_check("workers", row->name, row->offset, row->what);
	}
	for (i = 0; i < MON_CHECKS; i++)
		print_check("monitor", mon_checks[i]->name,
			    mon_checks[i]->limit, mon_checks[i]->what);
	for (i = 0; i < ARRAY_SIZE(pattern_rows); i++)
		printf("values\t%s%s%s\tassertions\t0\t%s\n",
		       pattern_rows[i].name, *pattern_rows[i].form ? " " : "",
		       pattern_rows[i].form, pattern_rows[i].what);
}

static const struct {
	const char *name;
	void (*print)(void);
} tables[] = {
	{ "scenarios", print_scenarios },
	{ "topologies", print_topologies },
	{ "work-types", print_work_types },
	{ "ops", print_ops },
	{ "payloads", print_payloads },
	{ "checks", print_checks },
};

int table_print(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		if (strcmp(name, tables[i].name))
			continue;
		tables[i].print();
		return 0;
	}
	return -ENOENT;
}
