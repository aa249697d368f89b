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

#include "init/file.h"
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

void cgroup_kill_tests(void)
{
	/* Below CGROUP_PARENT too: it kills whole trees. */
	file_write(CGROUP_TEST "/cgroup.kill", "1");
	file_write(CGROUP_PARENT "/cgroup.kill", "1");
}
