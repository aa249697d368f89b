/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bytes that are put one after another, and taken out in the same order.
 */
#ifndef KTSTR_VMM_BLOB_H
#define KTSTR_VMM_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * struct blob - the bytes
 * @data: theirs, to be freed by blob_exit()
 * @len: how many there are
 * @size: how many there is room for
 * @at: how many were taken out
 * @bad: there was no memory for one, or not as much as was wanted: what was
 *	taken since then is zeros
 */
struct blob {
	uint8_t *data;
	size_t len;
	size_t size;
	size_t at;
	bool bad;
};

void blob_put(struct blob *b, const void *bytes, size_t len);
void blob_get(struct blob *b, void *bytes, size_t len);
void blob_put_u64(struct blob *b, uint64_t value);
uint64_t blob_get_u64(struct blob *b);
void blob_exit(struct blob *b);

/*
 * blob_rest() - take what is next as it lies there
 *
 * Return: its place, valid as long as @b is; NULL when there is not so much.
 */
const void *blob_rest(struct blob *b, size_t len);

#endif /* KTSTR_VMM_BLOB_H */
