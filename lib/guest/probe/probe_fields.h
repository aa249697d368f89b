/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What to read when a function is called: parameters and fields, out of BTF.
 *
 * Known structures have a list of fields, found by name in the kernel that
 * runs; of others the scalars, enums and cpumasks are taken as they come. The
 * result is a plan for the probes (bpf/probe.h) and a description of what its
 * words mean, which goes to the host.
 */
#ifndef KTSTR_PROBE_PROBE_FIELDS_H
#define KTSTR_PROBE_PROBE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/probe.h"
#include "lib/common/probe/desc.h"

struct btf;

/**
 * fields_plan_func() - plan for a kernel function
 * @btf: vmlinux's
 * @name: without compiler suffixes
 * @n_cpus: possible CPUs; that much of a cpumask is read
 * @plan: filled in, but for its id
 * @desc: filled in, but for id, ip and source
 *
 * Return: 0; -ENOENT when BTF does not know it: the call itself can still be
 * seen, desc and plan say so.
 */
int fields_plan_func(const struct btf *btf, const char *name,
		     unsigned int n_cpus, struct probe_func *plan,
		     struct probe_desc *desc);

/**
 * fields_plan_op() - plan for the BPF program of an op
 * @ops_type: "sched_ext_ops" or "sched_ext_ops_cid"
 * @op: the member
 * @name: the program's full name
 * @decl: source line that its head begins in, NULL when there is none: it has
 *	the names of parameters that the kernel's BTF does not have
 *
 * Return: 0, -ENOENT as above.
 */
int fields_plan_op(const struct btf *btf, const char *ops_type,
		   const char *op, const char *name, const char *decl,
		   unsigned int n_cpus, struct probe_func *plan,
		   struct probe_desc *desc);

/**
 * fields_plan_sub() - plan for any other function of a BPF program
 * @prog_btf: the program's own types; structures of the kernel are read as
 *	@btf has them
 * @func_id: of the function, in @prog_btf
 *
 * Return: 0, -ENOENT as above.
 */
int fields_plan_sub(const struct btf *btf, const struct btf *prog_btf,
		    uint32_t func_id, unsigned int n_cpus,
		    struct probe_func *plan, struct probe_desc *desc);

/**
 * fields_btf_name() - the name that BTF may have a symbol under
 * @name: with compiler suffixes, if it has any
 * @base: gets it without
 *
 * Return: false for a part of a function, foo.cold or foo.part.0: its
 * parameters are not those of foo.
 */
bool fields_btf_name(const char *name, char *base, size_t size);

/**
 * fields_task_offsets() - where the probes find a task's pid and comm
 *
 * Return: 0, -ENOENT when BTF knows no task_struct.
 */
int fields_task_offsets(const struct btf *btf, struct probe_task_offsets *off);

/**
 * fields_offset() - byte offset of a member by path
 * @type: struct's name
 * @path: "scx.flags"; anonymous members need not be named
 *
 * Return: the offset, -ENOENT.
 */
int64_t fields_offset(const struct btf *btf, const char *type,
		      const char *path);

#endif /* KTSTR_PROBE_PROBE_FIELDS_H */
