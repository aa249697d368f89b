/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A dotted path to a number: worked out once by the types, then read in a
 * guest's memory as often as need be, through pointers.
 */
#ifndef KTSTR_MONITOR_READ_PATH_H
#define KTSTR_MONITOR_READ_PATH_H

#include "lib/host/monitor/guest/guest.h"

struct btf;

#define MON_HOPS_MAX	16	/* pointers on the way */

/**
 * struct mon_path - where a path leads
 * @n_hops: pointers on the way
 * @hop: where each lies, in bytes from where the one before points to, or from
 *	the start of the value
 * @field: the number, from where the last one points to
 */
struct mon_path {
	unsigned int n_hops;
	uint32_t hop[MON_HOPS_MAX];
	struct mon_field field;
};

/**
 * mon_path_find() - work a path out
 * @kernel: what its types say of a struct of the kernel's that a pointer leads to,
 *	which the types of a program have in part or not at all
 * @btf: types; NULL where a value has none
 * @type_id: of the value that the path begins in
 * @size: of that value, bytes
 * @path: "a.b[2]->c"; "a->{TYPE}c" where a is a number of 64 bits, or a pointer of
 *	another type, that is the address of a struct TYPE; "" is the value itself,
 *	which may have no type then
 * @to: filled in
 * @err: gets one sentence when it fails, with what there is instead
 * @err_size: bytes at @err
 *
 * Return: 0; -ENOENT when there is no such thing; -EINVAL when it is no number, or
 * the path is none, or has more than %MON_HOPS_MAX pointers.
 */
int mon_path_find(const struct mon_kernel *kernel, const struct btf *btf,
		  uint32_t type_id, uint32_t size, const char *path,
		  struct mon_path *to, char *err, size_t err_size);

/**
 * mon_path_read() - read what a path leads to
 * @mem: the guest's memory
 * @path: from mon_path_find()
 * @va: where the value that it begins in lies
 * @value: gets it
 *
 * Return: 0; -ENODATA for a pointer that is NULL; -ERANGE for what is beyond 63
 * bits; as mon_read() has it.
 */
int mon_path_read(const struct mon_mem *mem, const struct mon_path *path,
		  uint64_t va, int64_t *value);

/**
 * mon_path_get() - the same of a value that was copied
 * @path: from mon_path_find()
 * @bytes: the value
 * @len: its bytes
 * @value: gets it
 *
 * Return: 0; -EXDEV where the way leads through a pointer; -ERANGE; -EINVAL when
 * there are not so many bytes.
 */
int mon_path_get(const struct mon_path *path, const void *bytes, size_t len,
		 int64_t *value);

#endif /* KTSTR_MONITOR_READ_PATH_H */
