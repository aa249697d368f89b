// SPDX-License-Identifier: GPL-2.0-only
/*
 * What both ends of ktstr-probe's records decide alike. See probe_wire.h.
 */
#include "lib/common/probe/probe_wire.h"

#include "lib/common/scx/culprit.h"

bool probe_call_wanted(const struct probe_call *call,
		       const struct probe_culprit *c)
{
	if (c->source == CULPRIT_NONE)
		return true;
	/* Memory of a task that is gone may be another one's now: ask both. */
	return (!c->addr || call->task == c->addr) &&
	       (int32_t)call->pid == c->pid;
}
