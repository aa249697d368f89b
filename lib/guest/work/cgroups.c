// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work types that are moved from cgroup to cgroup: workers, or children of theirs.
 * The groups are below the one that they were put into.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common/util/file.h"
#include "lib/common/util/mounts.h"
#include "lib/common/util/util.h"
#include "lib/guest/work/types.h"

#define MAX_CHILDREN	64
#define LEAVE_TRIES	100
#define LEAVE_PAUSE_MS	1

/**
 * struct groups - a worker's cgroups
 * @own: the folder of the one that it was put into
 * @n: how many are below it
 * @at: which of them it is in
 * @next_ns: until then
 */
struct groups {
	char own[PATH_MAX / 2];
	unsigned int n;
	unsigned int at;
	uint64_t next_ns;
};

static bool find_own(char *path, size_t size)
{
	FILE *f = fopen("/proc/self/cgroup", "re");
	char line[PATH_MAX];
	bool found = false;
	size_t len;

	if (!mount_find("cgroup2", path, size)) {
		if (f)
			fclose(f);
		return false;
	}
	len = strlen(path);
	while (f && !found && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		found = strstarts(line, "0::") &&
			len + strlen(line + 3) < size;
	}
	if (found)
		memcpy(path + len, line + 3, strlen(line + 3) + 1);
	if (f)
		fclose(f);
	return found;
}

static const char *lacks_groups(const struct work_spec *spec)
{
	char own[PATH_MAX / 2];

	(void)spec;
	return find_own(own, sizeof(own)) && !access(own, W_OK) ? NULL :
	       "may not make cgroups (of version 2) below its own one";
}

static void name_group(const struct groups *g, unsigned int i, char *path,
		       size_t size)
{
	snprintf(path, size, "%s/work-%d-%u", g->own, getpid(), i);
}

static int put(const char *folder, const char *file, const char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	return file_write(path, text);
}

static int move(const struct groups *g, unsigned int to, pid_t pid)
{
	char path[PATH_MAX - 16], text[16];

	name_group(g, to, path, sizeof(path));
	snprintf(text, sizeof(text), "%d", pid);
	return put(path, "cgroup.procs", text);
}

/*
 * So that a move is one for the controllers, too. It can be done once nobody is left
 * in the group itself: the last worker to begin does it.
 */
static void enable_controllers(const struct groups *g)
{
	put(g->own, "cgroup.subtree_control", "+cpu");
	put(g->own, "cgroup.subtree_control", "+cpuset");
}

/* Nobody can be in it as long as there are any. */
static void leave(const struct groups *g)
{
	unsigned int tries;

	for (tries = 0; tries < LEAVE_TRIES; tries++) {
		put(g->own, "cgroup.subtree_control", "-cpuset");
		put(g->own, "cgroup.subtree_control", "-cpu");
		if (!put(g->own, "cgroup.procs", "0"))
			return;
		poll(NULL, 0, LEAVE_PAUSE_MS);
	}
}

static void remove_groups(struct groups *g)
{
	char path[PATH_MAX - 16];

	while (g->n) {
		name_group(g, --g->n, path, sizeof(path));
		rmdir(path);
	}
}

static int groups_init(struct work_run *run, unsigned int n)
{
	struct groups *g = calloc(1, sizeof(*g));
	char path[PATH_MAX - 16];
	int err = 0;

	run->mem = g;
	if (!g)
		return -ENOMEM;
	if (!find_own(g->own, sizeof(g->own)))
		return -ENOENT;
	while (!err && g->n < n) {
		name_group(g, g->n, path, sizeof(path));
		err = mkdir(path, 0755) ? -errno : 0;
		g->n += !err;
	}
	err = err ?: move(g, 0, 0);
	if (err)
		remove_groups(g);
	else
		enable_controllers(g);
	return err;
}

static void groups_exit(struct work_run *run)
{
	struct groups *g = run->mem;

	leave(g);
	remove_groups(g);
	free(g);
}

/* ---- CgroupChurn ---- */

static int cgroup_churn_init(struct work_run *run)
{
	return groups_init(run, run->spec->groups);
}

static void cgroup_churn_pass(struct work_run *run)
{
	struct groups *g = run->mem;
	uint64_t now_ns = clock_now_ns();

	if (now_ns >= g->next_ns) {
		g->next_ns = now_ns + run->spec->period_ms * NSEC_PER_MSEC;
		g->at = (g->at + 1) % g->n;
		move(g, g->at, 0);
	}
	work_spin(run, WORK_CHUNK);
}

const struct work_ops work_cgroup_churn = {
	.name = "CgroupChurn",
	.uneven = true,
	.what = "computes, and moves to the next of groups cgroups of its own after each period_ms",
	.params = {
		WORK_PARAM(groups, 4, 64),
		WORK_PARAM(period_ms, 10, 60000),
	},
	.group = 1,
	.lacks = lacks_groups,
	.init = cgroup_churn_init,
	.pass = cgroup_churn_pass,
	.exit = groups_exit,
};

/* ---- CgroupAttachStorm ---- */

enum { HOME, FIRST, SECOND, N_STORM_GROUPS };

static int cgroup_attach_storm_init(struct work_run *run)
{
	return groups_init(run, N_STORM_GROUPS);
}

/* It outlives the leader of its process, then ends that. */
static void *outlive(void *spins)
{
	unsigned int i, n = *(const unsigned int *)spins;

	for (i = 0; i < n; i++)
		__builtin_ia32_pause();
	_exit(0);
}

static void __noreturn child_main(const struct work_run *run, pid_t parent)
{
	unsigned int spins = run->spec->spin;
	pthread_t thread;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent ||
	    pthread_create(&thread, NULL, outlive, &spins))
		_exit(1);
	/* This thread alone; its stack stays while the process does. */
	syscall(SYS_exit, 0);
	_exit(1);
}

static void cgroup_attach_storm_pass(struct work_run *run)
{
	const struct groups *g = run->mem;
	pid_t pids[MAX_CHILDREN], parent = getpid();
	unsigned int i, n = 0;

	for (i = 0; i < run->spec->events; i++) {
		pids[n] = fork();
		if (!pids[n])
			child_main(run, parent);
		n += pids[n] > 0;
	}
	for (i = 0; i < n; i++)
		move(g, FIRST, pids[i]);
	for (i = 0; i < n; i++)
		move(g, SECOND, pids[i]);
	for (i = 0; i < n; i++)
		while (waitpid(pids[i], NULL, 0) < 0 && errno == EINTR)
			;
	work_done(run, n);
}

const struct work_ops work_cgroup_attach_storm = {
	.name = "CgroupAttachStorm",
	.what = "forks events children, of which each ends its first thread and spins so many iterations in another one, and moves them to one cgroup and then to another while they exit",
	.params = {
		WORK_PARAM(events, 4, MAX_CHILDREN),
		WORK_PARAM(spin, 1024, 10000000),
	},
	.group = 1,
	.lacks = lacks_groups,
	.init = cgroup_attach_storm_init,
	.pass = cgroup_attach_storm_pass,
	.exit = groups_exit,
};
