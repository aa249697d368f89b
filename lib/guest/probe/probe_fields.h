/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What to read when a function is called: parameters and fields, out of BTF.
 *
 * Known structures have a list of fields, found by name in the kernel that
 * runs; of others the scalars, enums and cpumasks are taken as they come. The
 * result is a plan for the probes (bpf/probe.h) and a description of what its
 * words mean. Both go from the guest to the host, so they are of fixed size.
 */
#ifndef KTSTR_REPRO_FIELDS_H
#define KTSTR_REPRO_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/probe.h"

struct btf;
struct btf_type;

#define DESC_NAME_LEN	64
#define DESC_LABEL_LEN	32

/**
 * fields_bare_type() - through names and qualifiers of a type to the type
 * @btf: where it is; NULL for none
 * @id: of the type
 *
 * Return: the type, NULL when there is none.
 */
const struct btf_type *fields_bare_type(const struct btf *btf, uint32_t id);

/**
 * struct desc_param - one parameter
 * @type: as written in front of the name: "task_struct *", "u64 "
 */
struct desc_param {
	char type[DESC_LABEL_LEN];
	char name[DESC_LABEL_LEN];
};

/**
 * struct desc_field - what a field of the plan means
 * @arg: parameter that it belongs to
 * @decode: enum decode_kind
 * @size: bytes that are read
 * @slot: first word of the values
 * @type_id: BTF type in vmlinux, for enums
 * @name: label; empty for the parameter itself
 */
struct desc_field {
	uint8_t arg;
	uint8_t decode;
	uint8_t size;
	uint8_t slot;
	uint32_t type_id;
	char name[DESC_LABEL_LEN];
};

enum desc_flags {
	DESC_BPF	= 1 << 0,	/* a BPF program */
	DESC_NO_EXIT	= 1 << 1,	/* its return is not seen */
	DESC_NO_TYPES	= 1 << 2,	/* BTF does not know it */
	DESC_EARLY	= 1 << 3,	/* calls an op that may not be there */
	DESC_NAMED	= 1 << 4,	/* the user asked for it */
};

/**
 * struct probe_desc - a function and what its calls' words mean
 * @id: as in struct probe_call
 * @source: file, "" when not known here (the host has DWARF)
 * @ip: address of a kernel function, 0 for a BPF program
 * @ret_size: bytes of the returned value, 0 for none
 * @ret_type_id: its BTF type in vmlinux, for enums
 * @op: member of sched_ext_ops that a BPF program implements
 */
struct probe_desc {
	uint32_t id;
	uint32_t flags;
	uint64_t ip;
	uint32_t line;
	uint8_t n_params;
	uint8_t n_fields;
	uint8_t task_arg;
	uint8_t ret_decode;
	uint8_t ret_size;
	uint8_t pad[3];
	char name[DESC_NAME_LEN];
	char op[DESC_LABEL_LEN];
	char source[128];
	struct desc_param params[PROBE_ARGS];
	struct desc_field fields[PROBE_FIELDS];
	uint32_t ret_type_id;
};

_Static_assert(sizeof(struct desc_field) == 40, "wire format");
_Static_assert(sizeof(struct probe_desc) == 1600, "wire format");

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

/**
 * fields_value() - a value out of a call's words
 * @words: PROBE_SLOTS of them
 *
 * Return: the number, sign-extended where the field is signed.
 */
uint64_t fields_value(const struct desc_field *field, const __u64 *words);

#endif /* KTSTR_REPRO_FIELDS_H */
