// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two cgroups: one for the test program, so that all it starts can be killed
 * at once, and one that is the parent of the cgroups which it makes.
 */
#include "init/init.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/common/util/file.h"
#include "lib/common/util/util.h"

static const struct {
	const char *name;
	bool required;
} controllers[] = {
	{ "cpu", true },
	{ "cpuset", true },
	{ "pids", false },
	{ "memory", false },
};

/* Hand the controllers on to the children of @cgroup. */
static int cgroup_delegate(struct init *in, const char *cgroup)
{
	char path[128], value[32];
	size_t i;
	int ret;

	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", cgroup);
	for (i = 0; i < ARRAY_SIZE(controllers); i++) {
		snprintf(value, sizeof(value), "+%s", controllers[i].name);
		ret = file_write(path, value);
		if (ret && controllers[i].required)
			return init_crash(in, "cannot write %s to %s: %s",
					  value, path, strerror(-ret));
	}
	return 0;
}

static int cgroup_make(struct init *in, const char *cgroup)
{
	if (mkdir(cgroup, 0755))
		return init_crash(in, "cannot make cgroup %s: %s", cgroup,
				  strerror(errno));
	return 0;
}

int cgroup_setup(struct init *in)
{
	int ret;

	ret = cgroup_delegate(in, CGROUP_ROOT);
	if (!ret)
		ret = cgroup_make(in, CGROUP_PARENT);
	if (!ret)
		ret = cgroup_delegate(in, CGROUP_PARENT);
	if (!ret)
		ret = cgroup_make(in, CGROUP_TEST);
	return ret;
}

const char *cgroup_parent(const struct init *in, char *path, size_t size)
{
	snprintf(path, size, "%s%s", CGROUP_ROOT, in->plan.cgroup ?: "/ktstr");
	return path;
}

/* Each on the way may be there: the plan's begins where it likes. */
int cgroup_setup_parent(struct init *in)
{
	char path[CGROUP_PATH_SIZE], *slash;
	int ret = 0;

	if (!in->plan.cgroup)
		return 0;
	cgroup_parent(in, path, sizeof(path));
	for (slash = path + strlen(CGROUP_ROOT); !ret && slash;) {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			return init_crash(in, "cannot make cgroup %s: %s",
					  path, strerror(errno));
		ret = cgroup_delegate(in, path);
		if (slash)
			*slash = '/';
	}
	return ret;
}

void cgroup_kill_tests(const struct init *in)
{
	char parent[CGROUP_PATH_SIZE], kill[CGROUP_PATH_SIZE + 16];

	/* Below the parent too: it kills whole trees. */
	snprintf(kill, sizeof(kill), "%s/cgroup.kill",
		 cgroup_parent(in, parent, sizeof(parent)));
	file_write(CGROUP_TEST "/cgroup.kill", "1");
	file_write(kill, "1");
}
