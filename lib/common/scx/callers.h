/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which functions of the kernel call the ops of a scheduler.
 */
#ifndef KTSTR_SCX_CALLERS_H
#define KTSTR_SCX_CALLERS_H

#include <stddef.h>

#define OP_CALLERS	4	/* kernel functions that may call an op */

/**
 * struct op_caller - who calls an op, over all kernels that we know
 * @op: member of sched_ext_ops; see op_cpu_form() for sched_ext_ops_cid
 * @callers: OP_CALLERS at most, else NULL-ended; which of them a kernel has,
 *	its symbols say: what is not among them was inlined away
 */
struct op_caller {
	const char *op;
	const char *callers[OP_CALLERS];
};

/**
 * op_cpu_form() - what sched_ext_ops calls an op of sched_ext_ops_cid
 * @op: "select_cid", "cpuctl_move"
 * @name: gets "select_cpu", "cgroup_move"; @op where the two are the same
 * @size: of @name
 */
void op_cpu_form(const char *op, char *name, size_t size);

/**
 * op_caller_find() - the row of an op, of either form
 * @op: its name
 *
 * Return: NULL for an op that is newer than this table.
 */
const struct op_caller *op_caller_find(const char *op);

/**
 * op_caller_row() - to go over all rows
 * @i: which one, from 0
 *
 * Return: NULL behind the last one.
 */
const struct op_caller *op_caller_row(size_t i);

#endif /* KTSTR_SCX_CALLERS_H */
