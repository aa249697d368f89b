// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program has printed. See printed.h.
 */
#include "lib/guest/payload/printed.h"

#include <inttypes.h>
#include <string.h>

#include "lib/common/util/text.h"
#include "lib/common/util/util.h"

/* Up to the end of the head, or of the ring */
static size_t add_some(struct printed *p, const char *bytes, size_t len)
{
	size_t at;

	if (p->n < PRINTED_HEAD) {
		len = min(len, PRINTED_HEAD - (size_t)p->n);
		memcpy(p->head + p->n, bytes, len);
		return len;
	}
	at = (p->n - PRINTED_HEAD) % PRINTED_TAIL;
	len = min(len, PRINTED_TAIL - at);
	memcpy(p->tail + at, bytes, len);
	return len;
}

void printed_add(struct printed *p, const char *bytes, size_t len)
{
	size_t n;

	while (len) {
		n = add_some(p, bytes, len);
		p->n += n;
		bytes += n;
		len -= n;
	}
}

void printed_text(const struct printed *p, struct strbuf *text)
{
	uint64_t behind = p->n - min(p->n, PRINTED_HEAD + 0ULL);
	size_t at = behind % PRINTED_TAIL;

	text_take(text, p->head, min(p->n, PRINTED_HEAD + 0ULL));
	if (behind <= PRINTED_TAIL) {
		text_take(text, p->tail, behind);
		return;
	}
	strbuf_addf(text, "\n(%" PRIu64 " bytes more were not kept)\n",
		    behind - PRINTED_TAIL);
	text_take(text, p->tail + at, PRINTED_TAIL - at);
	text_take(text, p->tail, at);
}
