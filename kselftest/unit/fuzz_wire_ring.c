// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: the input is the whole region as a guest left it. The reader
 * must stay inside, come to an end, and stay broken once it is.
 * Seeds: data/wire_ring/.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DATA_SIZE	2048

/* The header's fields first, so that no input is spent on its padding. */
#define INPUT_HDR	sizeof(struct wire_header)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t region_size = WIRE_HDR_SIZE + DATA_SIZE;
	uint8_t *buf = malloc(WIRE_REC_MAX + 1);
	uint8_t *region = calloc(1, region_size);
	struct wire_reader r;
	struct wire_rec rec;
	unsigned int n = 0;
	int ret;

	if (!buf || !region || size < INPUT_HDR)
		goto out;
	memcpy(region, data, INPUT_HDR);
	if (size - INPUT_HDR < DATA_SIZE)
		memcpy(region + WIRE_HDR_SIZE, data + INPUT_HDR,
		       size - INPUT_HDR);
	else
		memcpy(region + WIRE_HDR_SIZE, data + INPUT_HDR, DATA_SIZE);

	wire_reader_init(&r, region, region_size);
	while ((ret = wire_get(&r, &rec, buf)) == 1) {
		if (rec.len > WIRE_REC_MAX || buf[rec.len] ||
		    ++n > DATA_SIZE / sizeof(rec))
			abort();
	}
	if (ret == -EBADMSG && wire_get(&r, &rec, buf) != -EBADMSG)
		abort();
out:
	free(region);
	free(buf);
	return 0;
}
