// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz the records of ktstr-probe: feed, stitch, render.
 * Seeds: data/story/.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/scx/decode.h"
#include "lib/host/repro/render.h"
#include "lib/host/repro/stitch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf out = STRBUF_INIT;
	struct render render = {};
	struct decode *decode;
	struct probe_rec rec;
	struct story story;
	size_t at = 0, i;

	story_init(&story);
	while (at + sizeof(rec) <= size) {
		memcpy(&rec, data + at, sizeof(rec));
		if (rec.len > size - at - sizeof(rec))
			rec.len = size - at - sizeof(rec);
		story_feed(&story, data + at, sizeof(rec) + rec.len);
		at += sizeof(rec) + rec.len;
	}
	decode = decode_create(NULL);
	render.decode = decode;
	story_stitch(&story);
	render_story(&render, &story, &out);
	render_pipeline(&story, &out);
	/* A terminal is not to obey a guest. */
	for (i = 0; i < out.len; i++)
		if (out.text[i] == '\033')
			abort();
	strbuf_free(&out);
	decode_destroy(decode);
	story_exit(&story);
	return 0;
}
