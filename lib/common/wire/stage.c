// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words for the guest's stages.
 */
#include "lib/common/wire/wire.h"

#include <string.h>

#include "lib/common/util/util.h"

static const char *const stage_names[] = {
	[STAGE_NONE]		= "none",
	[STAGE_KERNEL]		= "kernel",
	[STAGE_INIT]		= "init",
	[STAGE_MOUNTS]		= "mounts",
	[STAGE_SYS_RDY]		= "sys_rdy",
	[STAGE_SCHEDULER]	= "scheduler",
	[STAGE_ATTACHED]	= "attached",
	[STAGE_WORKLOAD]	= "workload",
	[STAGE_RESULTS]		= "results",
	[STAGE_POWEROFF]	= "poweroff",
};

_Static_assert(ARRAY_SIZE(stage_names) == STAGE_COUNT, "a stage has no name");

const char *wire_stage_name(unsigned int stage)
{
	return stage < STAGE_COUNT ? stage_names[stage] : "unknown";
}

enum wire_stage wire_stage_from_name(const char *word)
{
	enum wire_stage stage;

	for (stage = STAGE_KERNEL; stage < STAGE_COUNT; stage++)
		if (!strcmp(word, stage_names[stage]))
			return stage;
	return STAGE_NONE;
}
