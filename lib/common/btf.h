/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Types out of BTF: by name, by path, and values of theirs as text. The types
 * may be a guest's: one may say that it contains itself, or have a name of
 * megabytes.
 */
#ifndef KTSTR_BTF_H
#define KTSTR_BTF_H

#include <stdbool.h>
#include <stdint.h>

struct btf;
struct btf_type;
struct strbuf;

#define BTF_NAME_LEN	512	/* the kernel's KSYM_NAME_LEN */

/**
 * btf_bare_type() - through names and qualifiers of a type to the type
 * @btf: where it is; NULL for none
 * @id: of the type
 *
 * Return: the type, NULL when there is none, or it is void.
 */
const struct btf_type *btf_bare_type(const struct btf *btf, uint32_t id);

/**
 * btf_type_named() - find a type by its name
 * @btf: types
 * @name: "task_struct"
 * @kind: BTF_KIND_STRUCT and the like
 *
 * Return: the type, NULL when there is none.
 */
const struct btf_type *btf_type_named(const struct btf *btf, const char *name,
				      uint32_t kind);

/**
 * btf_fit_name() - a name that may be anything, fit to print
 * @btf: whose it is
 * @name_off: where it is
 * @name: gets it, cut where it is too long; "" for none
 */
void btf_fit_name(const struct btf *btf, uint32_t name_off,
		  char name[BTF_NAME_LEN]);

/**
 * struct btf_place - where a path leads
 * @type_id: of what lies there, as it is spelt
 * @type: the same without names and qualifiers; NULL for void
 * @bit_off: of it, counted from the start of the struct
 * @bits: of a bitfield, else 0
 * @behind_ptr: the path goes through a pointer: @bit_off counts from where that
 *	points to
 * @ptr_bit_off: of that pointer, counted from the start of the struct
 */
struct btf_place {
	uint32_t type_id;
	const struct btf_type *type;
	uint32_t bit_off;
	uint32_t bits;
	bool behind_ptr;
	uint32_t ptr_bit_off;
};

/**
 * btf_find_path() - find a member by its path
 * @btf: types
 * @type: a struct or union, or a section of a BPF program, whose members are its
 *	variables; NULL has none
 * @path: "a.b->c"; members without a name need not be named, "->" goes through
 *	a pointer, once. Alternatives are divided by '|': the first that exists
 *	counts
 * @place: gets where it is
 *
 * Return: true when it exists.
 */
bool btf_find_path(const struct btf *btf, const struct btf_type *type,
		   const char *path, struct btf_place *place);

/**
 * btf_enumerator() - one of an enum's values
 * @btf: types
 * @type: an enum, of 32 or 64 bits
 * @i: which; below btf_vlen(@type)
 * @value: gets its bits: those of 32 are not extended by a sign
 *
 * Return: its name, "" for none.
 */
const char *btf_enumerator(const struct btf *btf, const struct btf_type *type,
			   unsigned int i, uint64_t *value);

/**
 * btf_put_scalar() - append an integer, an enum's value or a pointer as text
 * @to: where
 * @btf: types
 * @type: of the value; what is no integer and no enum is put as an address
 * @value: its bits; those above @bits do not matter
 * @bits: 1 to 64
 * @names_max: how many of an enum's names may be looked through; where it is
 *	not among them, the value is put as "..."
 *
 * Return: how many were.
 */
unsigned int btf_put_scalar(struct strbuf *to, const struct btf *btf,
			    const struct btf_type *type, uint64_t value,
			    unsigned int bits, unsigned int names_max);

#endif /* KTSTR_BTF_H */
