/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the engine that runs steps and its ops; not for others.
 */
#ifndef KTSTR_SCENARIO_OP_TYPES_H
#define KTSTR_SCENARIO_OP_TYPES_H

#include "lib/guest/scenario/ops.h"
#include "lib/guest/scenario/run.h"
#include "lib/guest/scenario/world.h"

/* What an op may be given: row(member of struct op, kind). */
#define OP_PARAMS(row)							\
	row(cgroup, TEXT)						\
	row(to, TEXT)							\
	row(scheduler, TEXT)						\
	row(payload, TEXT)						\
	row(map, TEXT)							\
	row(var, TEXT)							\
	row(key, NUMBER)						\
	row(value, NUMBER)						\
	row(def, DEF)							\
	row(workers, NUMBER)						\
	row(work, WORK)							\
	row(cpuset, CPUSET)						\
	row(cpu, NUMBER)						\
	row(quota_us, NUMBER)						\
	row(period_us, NUMBER)						\
	row(weight, NUMBER)						\
	row(times, NUMBER)						\
	row(ms, NUMBER)							\
	row(jump_ms, SIGNED)

#define OP_PARAM_INDEX(member, kind)	OP_INDEX_##member,

enum op_param_index {
	OP_PARAMS(OP_PARAM_INDEX)
	OP_PARAM_COUNT
};

/* A parameter as a bit. */
#define OP_PARAM(member)	(1U << OP_INDEX_##member)

/**
 * struct op_ops - an op
 * @name: for messages
 * @what: what it does, as Documentation/scenarios.rst has it
 * @harm: what it does to those who use the machine beside the test, for which it
 *	is refused outside of a VM; NULL for one that keeps to the test's cgroups
 * @takes: bits of the parameters that it takes
 * @needs: those of them that must be given
 * @makes: its cgroup is not there yet
 * @check: does it make sense then and there? It changes @world as the op would.
 *	0, -EINVAL for one that is wrong, -ENODEV for one that this machine
 *	cannot do, both with a sentence in @world->err. That the cgroups which
 *	@needs names are there was seen before. NULL: it makes sense
 * @apply: do it; 0; -errno, with words for it in scenario.why where those of the
 *	errno say too little; -ECANCELED when what is wrong has been told
 * @undo: put back what ops of this kind have changed outside of cgroups; called
 *	at the end, in any case; 0, -errno
 *
 * To add one: this in a file op_*.c, and a row of OPS().
 */
struct op_ops {
	const char *name;
	const char *what;
	const char *harm;
	unsigned int takes;
	unsigned int needs;
	bool makes;
	int (*check)(const struct op *op, struct world *world);
	int (*apply)(const struct op *op, struct scenario *s);
	int (*undo)(struct scenario *s);
};

#define OP_DECLARE(id, name)	extern const struct op_ops op_##name;

OPS(OP_DECLARE)

extern const struct op_ops *const op_types[OP_COUNT];

/**
 * op_check() - does an op make sense when it comes?
 * @op: the op
 * @world: what is there then; changed as the op would
 *
 * Return: 0, -EINVAL, -ENODEV as struct op_ops.check.
 */
int op_check(const struct op *op, struct world *world);

/**
 * op_describe() - an op in a line: "SwapCpusets cg_0 cg_1"
 * @op: the op
 * @buf: gets it
 * @size: bytes at @buf
 */
void op_describe(const struct op *op, char *buf, size_t size);

#endif /* KTSTR_SCENARIO_OP_TYPES_H */
