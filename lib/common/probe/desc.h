/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the words of a probed call mean. Goes from the guest to the host, so all
 * of it is of fixed size.
 */
#ifndef KTSTR_PROBE_DESC_H
#define KTSTR_PROBE_DESC_H

#include <stdint.h>

#include "bpf/probe.h"

#define DESC_NAME_LEN	64
#define DESC_LABEL_LEN	32

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
 * desc_value() - a value out of a call's words
 * @words: PROBE_SLOTS of them
 *
 * Return: the number, sign-extended where the field is signed.
 */
uint64_t desc_value(const struct desc_field *field, const __u64 *words);

#endif /* KTSTR_PROBE_DESC_H */
