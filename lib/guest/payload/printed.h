/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program has printed, kept with a bound: the start and the newest.
 */
#ifndef KTSTR_PAYLOAD_PRINTED_H
#define KTSTR_PAYLOAD_PRINTED_H

#include <stddef.h>
#include <stdint.h>

#include "lib/common/util/strbuf.h"

#define PRINTED_HEAD	(64U << 10)
#define PRINTED_TAIL	(192U << 10)

/**
 * struct printed - a stream; zeroed it is empty
 * @n: bytes that came, kept or not
 * @head: the first
 * @tail: the newest of those behind them, as a ring
 */
struct printed {
	uint64_t n;
	char head[PRINTED_HEAD];
	char tail[PRINTED_TAIL];
};

/**
 * printed_add() - more was printed
 * @p: the stream
 * @bytes: anything
 * @len: their number
 */
void printed_add(struct printed *p, const char *bytes, size_t len);

/**
 * printed_text() - what was kept
 * @p: the stream
 * @text: gets it, as text_take() has it; where some was not kept, a line says how
 *	much
 */
void printed_text(const struct printed *p, struct strbuf *text);

#endif /* KTSTR_PAYLOAD_PRINTED_H */
