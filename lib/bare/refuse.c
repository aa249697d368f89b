// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a scenario may not do to this machine. See refuse.h.
 */
#include "lib/bare/refuse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/bare/owner.h"
#include "lib/common/util/util.h"
#include "lib/guest/scenario/op_types.h"

/* ---- ops ---- */

static int refuse_op(const struct op *op, size_t step, char *err,
		     size_t err_size)
{
	const struct op_ops *type;

	if ((unsigned int)op->id >= OP_COUNT || !op_types[op->id]->harm)
		return 0;
	type = op_types[op->id];
	snprintf(err, err_size, "step %zu has %s, which %s: in a VM only", step,
		 type->name, type->harm);
	return -EPERM;
}

int bare_refuse_ops(const struct scenario_def *def, char *err, size_t err_size)
{
	size_t i, j;
	int ret = 0;

	for (i = 0; i < def->n_steps && !ret; i++)
		for (j = 0; j < def->steps[i].n_ops && !ret; j++)
			ret = refuse_op(&def->steps[i].ops[j], i, err,
					err_size);
	return ret;
}

/* ---- attributes ---- */

/* Of the rest of them a cgroup of this machine knows nothing; ended by NULL. */
static const char * const known[] = {
	"duration_s", "workers", "limit_s", "scenario", "expect_failure", NULL,
};

static bool is_known(const char *name)
{
	const char * const *k = known;

	while (*k && strcmp(*k, name))
		k++;
	return *k || strstarts(name, "limits.");
}

int bare_refuse_attrs(const struct ktstr_attr *const *levels, size_t n, char *err,
		      size_t err_size)
{
	const struct attr_row *row;
	size_t i;

	for (row = attr_rows; row < attr_rows + attr_n_rows; row++) {
		if (is_known(row->name))
			continue;
		for (i = 0; i < n; i++) {
			if (!levels[i] || !attr_is_given(levels[i], row))
				continue;
			snprintf(err, err_size,
				 "attribute %s is asked for, which only a VM has",
				 row->name);
			return -EPERM;
		}
	}
	return 0;
}

/* ---- controllers ---- */

/* A file's name begins with its controller's. */
static unsigned int controller_of(const char *file)
{
	size_t i, len = strcspn(file, ".");

	for (i = 0; i < BARE_N_CONTROLLERS; i++)
		if (strlen(bare_controllers[i].name) == len &&
		    !strncmp(bare_controllers[i].name, file, len))
			return bare_controllers[i].bit;
	return 0;
}

static unsigned int needs_of_limits(const struct cgroup_limits *limits)
{
	char text[CGROUP_LIMIT_TEXT];
	unsigned int needs = 0;
	size_t i;

	for (i = 0; i < cgroup_n_limit_rows; i++) {
		const struct cgroup_limit_row *row = &cgroup_limit_rows[i];

		if (row->write(row, limits, text))
			needs |= controller_of(row->file);
	}
	return needs;
}

static unsigned int needs_of_def(const struct cgroup_def *def)
{
	return needs_of_limits(&def->limits) |
	       (def->cpuset.kind ? BARE_CPUSET : 0);
}

static unsigned int needs_of_op(const struct op *op)
{
	unsigned int needs = op->def ? needs_of_def(op->def) : 0;

	if (op->cpuset.kind || op->id == OP_CLEAR_CPUSET ||
	    op->id == OP_SWAP_CPUSETS)
		needs |= BARE_CPUSET;
	/* Whatever ops do is done to cgroups, or between them. */
	return needs | (op->cgroup || op->def ? BARE_CPU : 0);
}

static unsigned int needs_of_defs(const struct cgroup_def *defs, size_t n)
{
	unsigned int needs = n > 1 ? BARE_CPU : 0;
	size_t i;

	for (i = 0; i < n; i++)
		needs |= needs_of_def(&defs[i]);
	return needs;
}

unsigned int bare_needs(const struct scenario_def *def)
{
	unsigned int needs = needs_of_defs(def->defs, def->n_defs);
	size_t i, j;

	for (i = 0; i < def->n_steps; i++) {
		const struct step *step = &def->steps[i];

		needs |= needs_of_defs(step->defs, step->n_defs);
		if (step->n_defs && def->n_defs)
			needs |= BARE_CPU;
		for (j = 0; j < step->n_ops; j++)
			needs |= needs_of_op(&step->ops[j]);
	}
	return needs;
}
