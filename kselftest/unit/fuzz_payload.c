// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: whatever a payload prints, however it comes, no more than the bound
 * of it is kept, and what is taken from it are numbers, or none. Seeds:
 * data/payload/; the first byte says in which pieces it comes.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/payload/ready_payloads.h"
#include "lib/common/util/util.h"
#include "lib/guest/payload/measure.h"
#include "lib/guest/payload/printed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct payload some = {
	.name = "some",
	.program = "x",
	.metrics = {
		{ .name = "exit" },
		{ .name = "first", .rule = PAYLOAD_AFTER, .where = ":" },
		{ .name = "last", .rule = PAYLOAD_AFTER, .where = ":",
		  .last = 1 },
		{ .name = "regex", .rule = PAYLOAD_REGEX,
		  .where = "^a* *([-+.0-9e]*)", .last = 1 },
		{ .name = "json", .rule = PAYLOAD_JSON, .where = "/a/0/b" },
		{ .name = "odd", .rule = PAYLOAD_JSON, .where = "/~1/~0/" },
	},
};

static void measure(const struct payload *p, const char *text)
{
	const char *const texts[] = { "", text };
	double values[PAYLOAD_MAX_METRICS];
	unsigned int i;

	payload_measure(p, 0, texts, values);
	for (i = 0; i < PAYLOAD_MAX_METRICS; i++)
		if (isinf(values[i]) ||
		    (i >= payload_n_metrics(p) && !isnan(values[i])))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct printed printed;
	struct strbuf text = STRBUF_INIT;
	size_t at, piece;
	unsigned int i;

	if (!size)
		return 0;
	memset(&printed, 0, sizeof(printed));
	piece = 1 + 977UL * data[0];
	for (at = 1; at < size; at += piece)
		printed_add(&printed, (const char *)data + at,
			    min(piece, size - at));
	printed_text(&printed, &text);
	if (printed.n != size - 1 ||
	    text.len > PRINTED_HEAD + PRINTED_TAIL + 64)
		abort();
	measure(&some, text.text);
	for (i = 0; i < READY_PAYLOAD_COUNT; i++)
		measure(ready_payloads[i], text.text);
	strbuf_free(&text);
	return 0;
}
