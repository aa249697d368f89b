// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes in a row. See blob.h.
 */
#include "vmm/blob.h"

#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"

#define BLOB_MIN	4096

static bool blob_reserve(struct blob *b, size_t more)
{
	size_t size = max(b->size, (size_t)BLOB_MIN);
	uint8_t *data;

	while (size - b->len < more)
		size *= 2;
	if (size == b->size)
		return true;
	data = realloc(b->data, size);
	if (!data)
		return false;
	b->data = data;
	b->size = size;
	return true;
}

void blob_put(struct blob *b, const void *bytes, size_t len)
{
	if (b->bad || !blob_reserve(b, len)) {
		b->bad = true;
		return;
	}
	if (len)
		memcpy(b->data + b->len, bytes, len);
	b->len += len;
}

const void *blob_rest(struct blob *b, size_t len)
{
	const void *bytes = b->data + b->at;

	if (b->bad || b->len - b->at < len) {
		b->bad = true;
		return NULL;
	}
	b->at += len;
	return bytes;
}

void blob_get(struct blob *b, void *bytes, size_t len)
{
	const void *from = blob_rest(b, len);

	if (from)
		memcpy(bytes, from, len);
	else
		memset(bytes, 0, len);
}

void blob_put_u64(struct blob *b, uint64_t value)
{
	blob_put(b, &value, sizeof(value));
}

uint64_t blob_get_u64(struct blob *b)
{
	uint64_t value;

	blob_get(b, &value, sizeof(value));
	return value;
}

void blob_exit(struct blob *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}
