// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of ops, and what all have in common. See op_types.h.
 */
#include "lib/guest/scenario/op_types.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/util/util.h"

#define OP_ROW(id, name)	&op_##name,

const struct op_ops *const op_types[OP_COUNT] = {
	OPS(OP_ROW)
};

/* How a parameter is shown */
enum op_param_kind {
	OP_KIND_TEXT,
	OP_KIND_NUMBER,
	OP_KIND_SIGNED,
	OP_KIND_DEF,
	OP_KIND_WORK,
	OP_KIND_CPUSET,
};

static const struct op_param {
	const char *name;
	size_t at;
	size_t size;
	enum op_param_kind kind;
} op_params[OP_PARAM_COUNT] = {
#define OP_PARAM_ROW(member, how)					\
	{ #member, offsetof(struct op, member),				\
	  sizeof(((struct op *)0)->member), OP_KIND_##how },
	OP_PARAMS(OP_PARAM_ROW)
};

static const void *param_at(const struct op *op, unsigned int i)
{
	return (const char *)op + op_params[i].at;
}

static bool is_given(const struct op *op, unsigned int i)
{
	const unsigned char *at = param_at(op, i);
	size_t byte;

	for (byte = 0; byte < op_params[i].size; byte++)
		if (at[byte])
			return true;
	return false;
}

/* What it does not take would mean nothing. */
static int check_given(const struct op *op, struct world *world)
{
	const struct op_ops *ops = op_types[op->id];
	unsigned int i;

	for (i = 0; i < OP_PARAM_COUNT; i++) {
		const char *name = op_params[i].name;

		if (is_given(op, i) && !(ops->takes & (1U << i)))
			return world_wrong(world, "it takes no %s", name);
		if (!is_given(op, i) && (ops->needs & (1U << i)))
			return world_wrong(world, "it was given no %s", name);
	}
	return 0;
}

static int check_names(const struct op *op, struct world *world)
{
	const struct op_ops *ops = op_types[op->id];

	if ((ops->needs & OP_PARAM(cgroup)) && !ops->makes &&
	    !world_must_find(world, op->cgroup))
		return -EINVAL;
	if ((ops->needs & OP_PARAM(to)) && !world_must_find(world, op->to))
		return -EINVAL;
	if (op->cgroup && op->to && !strcmp(op->cgroup, op->to))
		return world_wrong(world, "cgroup '%s': it is to be two",
				   op->cgroup);
	return 0;
}

int op_check(const struct op *op, struct world *world)
{
	int ret = check_given(op, world);

	if (!ret)
		ret = check_names(op, world);
	if (!ret && op_types[op->id]->check)
		ret = op_types[op->id]->check(op, world);
	return ret;
}

void op_describe(const struct op *op, char *buf, size_t size)
{
	size_t len = snprintf(buf, size, "%s", op_types[op->id]->name);
	unsigned int i;
	int value;

	for (i = 0; i < OP_PARAM_COUNT && len < size; i++) {
		if (!is_given(op, i))
			continue;
		if (op_params[i].kind == OP_KIND_TEXT)
			len += snprintf(buf + len, size - len, " %s",
					*(char *const *)param_at(op, i));
		if (op_params[i].kind != OP_KIND_NUMBER &&
		    op_params[i].kind != OP_KIND_SIGNED)
			continue;
		memcpy(&value, param_at(op, i), sizeof(value));
		len += snprintf(buf + len, size - len, " %s %d",
				op_params[i].name, value);
	}
}
