// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values out of the words of a probed call. See desc.h.
 */
#include "lib/common/probe/desc.h"

#include "lib/common/scx/decode.h"

uint64_t desc_value(const struct desc_field *field, const __u64 *words)
{
	uint64_t value = words[field->slot % PROBE_SLOTS];
	unsigned int unused = field->size < 8 ? 64 - field->size * 8 : 0;

	if (!field->size || unused == 64)
		return 0;
	if (field->decode == DECODE_SIGNED || field->decode == DECODE_ENUM)
		return (uint64_t)((int64_t)(value << unused) >> unused);
	return value << unused >> unused;
}
