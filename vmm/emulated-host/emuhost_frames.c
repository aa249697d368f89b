// SPDX-License-Identifier: GPL-2.0-only
/*
 * The agent's frames. See emuhost_frames.h.
 */
#include "vmm/emulated-host/emuhost_frames.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* How long a payload of each type may be; 0 and 0: never sent by an agent. */
static const struct {
	uint32_t min, max;
} limits[EMUHOST_FRAME_TYPES] = {
	[EMUHOST_STAGE] = { 1, 512 },
	[EMUHOST_BEAT] = { sizeof(uint64_t), sizeof(uint64_t) },
	[EMUHOST_OUT] = { 1, EMUHOST_FRAME_MAX },
	[EMUHOST_ERR] = { 1, EMUHOST_FRAME_MAX },
	[EMUHOST_CANNOT] = { 1, 512 },
	[EMUHOST_BROKEN] = { 1, 512 },
	[EMUHOST_EXIT] = { sizeof(int32_t), sizeof(int32_t) },
};

static bool head_ok(const struct emuhost_frame *head)
{
	return head->magic == EMUHOST_MAGIC &&
	       head->type < EMUHOST_FRAME_TYPES &&
	       limits[head->type].max &&
	       head->len >= limits[head->type].min &&
	       head->len <= limits[head->type].max;
}

void *frames_room(struct frames *fr, size_t *size)
{
	if (fr->taken) {
		fr->len -= fr->taken;
		memmove(fr->buf, fr->buf + fr->taken, fr->len);
		fr->taken = 0;
	}
	*size = sizeof(fr->buf) - fr->len;
	return fr->buf + fr->len;
}

void frames_got(struct frames *fr, size_t len)
{
	fr->len += len;
}

int frames_next(struct frames *fr, enum emuhost_frame_type *type,
		const char **data, size_t *len)
{
	size_t left = fr->len - fr->taken;
	struct emuhost_frame head;

	if (left < sizeof(head))
		return 0;
	memcpy(&head, fr->buf + fr->taken, sizeof(head));
	if (!head_ok(&head))
		return -EPROTO;
	if (left - sizeof(head) < head.len)
		return 0;

	*type = head.type;
	*data = fr->buf + fr->taken + sizeof(head);
	*len = head.len;
	fr->taken += sizeof(head) + head.len;
	return 1;
}
