// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz the cycle collapse: nothing is lost but what the markers say.
 * Seeds: data/collapse/.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/host/report/collapse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf out = STRBUF_INIT;

	collapse_log((const char *)data, size, &out);
	/* Five cycles have three markers each, of 64 bytes at most. */
	if (out.len > size + 5 * 3 * 64)
		abort();
	if (!memmem(out.text, out.len, " identical iterations omitted ", 30) &&
	    (out.len != size || (size && memcmp(out.text, data, size))))
		abort();
	strbuf_free(&out);
	return 0;
}
