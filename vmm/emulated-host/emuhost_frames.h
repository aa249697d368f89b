/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The agent's frames, taken out of the bytes that come from its port.
 *
 * The other side is not trusted: a frame that is not as protocol.h says ends
 * the stream.
 */
#ifndef KTSTR_VMM_EMUHOST_FRAMES_H
#define KTSTR_VMM_EMUHOST_FRAMES_H

#include <stddef.h>

#include "vmm/emulated-host/protocol.h"

/**
 * struct frames - a stream of frames, partly received
 * @buf: what has come and was not taken yet
 * @len: bytes of it that are valid
 * @taken: of these, bytes that frames_next() has handed out
 */
struct frames {
	size_t len;
	size_t taken;
	char buf[sizeof(struct emuhost_frame) + EMUHOST_FRAME_MAX];
};

/**
 * frames_room() - where to put what comes next
 * @size: gets how many bytes fit, at least 1 once frames_next() returned 0
 */
void *frames_room(struct frames *fr, size_t *size);

/**
 * frames_got() - @len bytes were put there
 */
void frames_got(struct frames *fr, size_t len);

/**
 * frames_next() - take the next whole frame
 * @type: gets what it is
 * @data: gets its payload, valid until the next call
 * @len: gets the payload's length
 *
 * Return: 1, 0 when there is none yet, -EPROTO when the stream is broken.
 */
int frames_next(struct frames *fr, enum emuhost_frame_type *type,
		const char **data, size_t *len);

#endif /* KTSTR_VMM_EMUHOST_FRAMES_H */
