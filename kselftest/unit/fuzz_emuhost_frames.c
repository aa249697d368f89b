// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: the input is what comes from the agent's port, the first byte
 * says in which pieces. Each frame must lie inside the buffer, and the stream
 * must come to an end.
 * Seeds: data/emuhost_frames/.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/emulated-host/emuhost_frames.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Return: false once the stream is broken. */
static bool take_all(struct frames *fr)
{
	enum emuhost_frame_type type;
	const char *payload;
	size_t len;
	int ret;

	while ((ret = frames_next(fr, &type, &payload, &len)) > 0)
		if (type <= EMUHOST_REQUEST || type >= EMUHOST_FRAME_TYPES ||
		    !len || payload < fr->buf ||
		    payload + len > fr->buf + fr->len)
			abort();
	return !ret;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frames *fr = calloc(1, sizeof(*fr));
	size_t chunk, room;
	void *to;

	if (!fr || !size)
		goto out;
	chunk = 1 + *data++;
	size--;
	while (size && take_all(fr)) {
		to = frames_room(fr, &room);
		if (!room)
			abort();
		room = room < chunk ? room : chunk;
		room = room < size ? room : size;
		memcpy(to, data, room);
		frames_got(fr, room);
		data += room;
		size -= room;
	}
	take_all(fr);
out:
	free(fr);
	return 0;
}
