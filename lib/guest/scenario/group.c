// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cgroups of a scenario while it runs. See run.h.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/guest/scenario/cgroup.h"
#include "lib/guest/scenario/run.h"

#define FREEZE_MS	5000
#define FREEZE_POLL_MS	2

struct live_cgroup *group_find(struct scenario *s, const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(s->groups); i++)
		if (s->groups[i].name && !strcmp(s->groups[i].name, name))
			return &s->groups[i];
	return NULL;
}

static struct live_cgroup *free_place(struct scenario *s)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(s->groups); i++)
		if (!s->groups[i].name)
			return &s->groups[i];
	return NULL;
}

struct live_cgroup *group_place(struct scenario *s, const char *name)
{
	struct live_cgroup *g = free_place(s);

	if (g)
		*g = (struct live_cgroup){
			.name = name, .step = s->step,
			.cpus = s->machine.online,
		};
	return g;
}

int group_add(struct scenario *s, const char *name,
	      const struct cpuset_spec *cpuset)
{
	struct live_cgroup *g;
	cpu_set_t cpus;
	char err[200];
	int ret;

	ret = cpuset_resolve(cpuset, &s->machine, &cpus, err, sizeof(err));
	if (!ret)
		ret = cgroup_create(s->ctx->cgroup, name);
	if (ret)
		return ret;
	g = group_place(s, name);
	if (!g)
		return -ENOSPC;
	return cpuset->kind ? group_set_cpuset(s, g, &cpus) : 0;
}

int group_set_cpuset(struct scenario *s, struct live_cgroup *g,
		     const cpu_set_t *cpus)
{
	int ret;

	if (cpus)
		ret = cgroup_set_cpuset(s->ctx->cgroup, g->name, cpus);
	else
		ret = cgroup_write(s->ctx->cgroup, g->name, "cpuset.cpus",
				   "\n");
	if (ret)
		return ret;
	g->has_cpuset = cpus;
	g->cpus = cpus ? *cpus : s->machine.online;
	crew_note_cpus(s, g);
	return 0;
}

void group_note_limits(struct live_cgroup *g, const struct cgroup_limits *limits)
{
	unsigned int quota_us = limits->cpu_max_us;

	g->weight = limits->cpu_weight;
	g->quota_us = quota_us == CGROUP_NO_LIMIT ? 0 : quota_us;
	g->period_us = limits->cpu_period_us ?: CGROUP_PERIOD_US;
	g->idle = limits->cpu_idle;
}

static bool is_frozen(const struct scenario *s, const char *name)
{
	char text[128];

	return cgroup_read(s->ctx->cgroup, name, "cgroup.events", text,
			   sizeof(text)) > 0 && strstr(text, "frozen 1");
}

int group_wait_frozen(struct scenario *s, const char *name, bool frozen)
{
	unsigned int limit_ms = stretched_ms(s->ctx, FREEZE_MS);
	struct wire_steal_wait wait;

	wire_steal_begin(&wait, s->ctx->steal);
	while (is_frozen(s, name) != frozen) {
		if (wire_steal_waited_ns(&wait) >= limit_ms * NSEC_PER_MSEC)
			return -ETIMEDOUT;
		poll(NULL, 0, FREEZE_POLL_MS);
	}
	return 0;
}

int group_freeze(struct scenario *s, struct live_cgroup *g, bool frozen)
{
	int ret = cgroup_write(s->ctx->cgroup, g->name, "cgroup.freeze",
			       frozen ? "1" : "0");

	if (ret)
		return ret;
	g->frozen = frozen;
	/* From the first who is frozen to the last who is let go */
	if (frozen)
		crew_note_frozen(s, g, true);
	ret = group_wait_frozen(s, g->name, frozen);
	if (!frozen)
		crew_note_frozen(s, g, false);
	return ret;
}

int group_remove(struct scenario *s, struct live_cgroup *g)
{
	int ret = g->sub ? sub_detach(s, g) : 0;

	ret = cgroup_remove(s->ctx->cgroup, g->name) ?: ret;
	memset(g, 0, sizeof(*g));
	return ret;
}
