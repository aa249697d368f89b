/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The story of one failure: what the probes saw, put together on the host.
 *
 * The records come from a guest. Each is copied, checked, and dropped when it
 * makes no sense; the numbers of what was dropped are part of the story.
 */
#ifndef KTSTR_REPRO_STITCH_H
#define KTSTR_REPRO_STITCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/common/probe/probe_wire.h"
#include "lib/common/util/strbuf.h"

#define STORY_CALLS_MAX	1024

/**
 * struct story - what ktstr-probe has sent
 * @descs: by id
 * @calls: after story_stitch() those of the culprit, in the order of entry
 * @notes: text, a line each
 * @bad: records that were dropped
 */
struct story {
	struct probe_desc *descs;
	unsigned int n_descs;
	struct probe_call *calls;
	unsigned int n_calls;
	unsigned int left_out;
	bool has_exit;
	bool has_culprit;
	bool has_status;
	struct probe_exit exit;
	struct probe_culprit culprit;
	struct probe_status status;
	struct strbuf notes;
	unsigned int bad;
};

void story_init(struct story *story);
void story_exit(struct story *story);

/**
 * story_feed() - take one WIRE_PROBE payload
 *
 * Return: 0, -EBADMSG when it was dropped, -ENOMEM.
 */
int story_feed(struct story *story, const void *payload, size_t len);

/**
 * story_stitch() - keep the culprit's calls, sort them by time
 *
 * Kept are the calls that are about the culprit. The probes count a call of a
 * function without a task as being about the task of the call that it was made
 * in; when it was made in none, as being about the task that made it.
 */
void story_stitch(struct story *story);

/**
 * story_desc() - the function of a call; never NULL after story_feed()
 */
const struct probe_desc *story_desc(const struct story *story,
				    const struct probe_call *call);

#endif /* KTSTR_REPRO_STITCH_H */
