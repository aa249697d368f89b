/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers of the scheduler as people say them: DSQ names, flags, CPU ranges.
 *
 * The names and their values come out of the BTF of the kernel that was run,
 * so a kernel that moved a bit is still told right, and one that has a new
 * flag names it. What BTF does not name is printed as a number.
 */
#ifndef KTSTR_SCX_DECODE_H
#define KTSTR_SCX_DECODE_H

#include <stdint.h>

struct btf;
struct strbuf;

/**
 * enum decode_kind - how to read a value; part of the probe plan
 */
enum decode_kind {
	DECODE_UNSIGNED,
	DECODE_SIGNED,
	DECODE_HEX,
	DECODE_BOOL,
	DECODE_CPUMASK,
	DECODE_ENUM,		/* of the field's own BTF type */
	DECODE_STRING,		/* bytes, not a number */
	DECODE_DSQ,
	DECODE_ENQ_FLAGS,
	DECODE_DEQ_FLAGS,
	DECODE_WAKE_FLAGS,
	DECODE_KICK_FLAGS,
	DECODE_TASK_FLAGS,
	DECODE_EXIT_KIND,
	DECODE_OPS_STATE,
	DECODE_KIND_COUNT
};

struct decode;

/**
 * decode_create() - look the names up
 * @btf: the kernel's types; NULL for none. Must outlive the result
 *
 * Return: NULL without memory.
 */
struct decode *decode_create(const struct btf *btf);
void decode_destroy(struct decode *d);

/**
 * decode_value() - append a value in words
 * @kind: how to read it
 * @value: the number, sign-extended for DECODE_SIGNED
 * @type_id: BTF type of a DECODE_ENUM, a typedef or qualified one, too; else
 *	ignored
 */
void decode_value(const struct decode *d, enum decode_kind kind,
		  uint64_t value, uint32_t type_id, struct strbuf *out);

/**
 * decode_cpumask() - append "0xf(0-3)"
 * @words: lowest CPUs first
 * @n: their number; several are joined by '_', highest first
 */
void decode_cpumask(const uint64_t *words, unsigned int n,
		    struct strbuf *out);

#endif /* KTSTR_SCX_DECODE_H */
