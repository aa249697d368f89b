// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cgroups and the workers in them, as a test's data has them. See run.h.
 */
#include <errno.h>
#include <string.h>

#include "lib/guest/scenario/cgroup_def.h"
#include "lib/guest/scenario/run.h"

static int make_cgroup(struct scenario *s, const struct cgroup_def *def)
{
	struct live_cgroup *g = group_place(s, def->name);
	cpu_set_t cpus;
	char err[200];
	int ret;

	if (!g)
		return -ENOSPC;
	ret = cpuset_resolve(&def->cpuset, &s->machine, &cpus, err,
			     sizeof(err));
	if (ret)
		return ret;
	group_note_limits(g, &def->limits);
	g->has_cpuset = def->cpuset.kind;
	if (g->has_cpuset)
		g->cpus = cpus;
	/* It says itself what is wrong. */
	ret = cgroup_def_make(s->ctx->cgroup, def, &cpus, &s->ctx->result);
	return ret ? -ECANCELED : 0;
}

int scenario_add_def(struct scenario *s, const struct cgroup_def *def)
{
	int ret = make_cgroup(s, def);

	return ret ?: crew_add(s, group_find(s, def->name), &def->work,
			       def->workers);
}

int scenario_set_up(struct scenario *s, const struct cgroup_def *defs,
		    size_t n)
{
	size_t i;
	int ret;

	for (i = 0; i < n; i++) {
		ret = scenario_add_def(s, &defs[i]);
		if (ret && ret != -ECANCELED)
			check_fail(&s->ctx->result, "cgroup '%s': cannot be set up: %s",
				   defs[i].name, strerror(-ret));
		if (ret)
			return ret;
	}
	return crew_begin_all(s);
}
