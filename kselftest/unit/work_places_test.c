// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work types that change where workers run, and in which cgroup they are.
 */
#include "kselftest_harness.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "kselftest/unit/work_run.h"
#include "lib/common/util/util.h"

#define WATCH_MS	500

/* Whoever is pinned has been so by one of the others as well as by itself. */
TEST(siblings_pin_each_other)
{
	const struct work_spec spec =
		WORK(CROSS_AFFINITY_CHURN, .contenders = 2, .spin = 64);
	cpu_set_t own, seen, any;
	struct worker_report r[2];
	struct work_set set;
	unsigned int i;

	sched_getaffinity(0, sizeof(own), &own);
	if (CPU_COUNT(&own) < 2)
		SKIP(return, "needs two CPUs");
	work_run_begin(_metadata, &set, &spec, 2);
	/* Only the other one could pin it now. */
	kill(set.workers[0].pid, SIGSTOP);
	CPU_ZERO(&any);
	for (i = 0; i < WATCH_MS; i++) {
		poll(NULL, 0, 1);
		sched_getaffinity(set.workers[0].pid, sizeof(seen), &seen);
		EXPECT_EQ(1, CPU_COUNT(&seen));
		CPU_OR(&any, &any, &seen);
	}
	kill(set.workers[0].pid, SIGCONT);
	work_run_end(&set, r);
	EXPECT_LT(1, CPU_COUNT(&any));
	CPU_AND(&seen, &any, &own);
	EXPECT_TRUE(CPU_EQUAL(&seen, &any));
	EXPECT_TRUE(r[0].completed && r[1].completed);
}

/* The cgroup of version 2 that a process is in; "" for not known. */
static void group_of(pid_t pid, char *group, size_t size)
{
	char path[64], line[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	group[0] = '\0';
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (strstarts(line, "0::"))
			snprintf(group, size, "%s", line + 3);
	if (f)
		fclose(f);
}

/* Return: whether it is a group of a worker, and still there. */
static bool is_left(DIR *dir, const char *name, bool remove)
{
	return strstarts(name, "work-") &&
	       (!remove || unlinkat(dirfd(dir), name, AT_REMOVEDIR));
}

/* Below the group that we are in; -1 where it cannot be looked at. */
static int groups_left(bool remove)
{
	const char *mounts[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	char group[PATH_MAX], path[2 * PATH_MAX];
	struct dirent *entry;
	unsigned int i;
	int n = -1;
	DIR *dir;

	group_of(getpid(), group, sizeof(group));
	group[strcspn(group, "\n")] = '\0';
	for (i = 0; i < ARRAY_SIZE(mounts) && n < 0; i++) {
		snprintf(path, sizeof(path), "%s%s/cgroup.procs", mounts[i],
			 group);
		if (access(path, R_OK))
			continue;
		*strrchr(path, '/') = '\0';
		dir = opendir(path);
		for (n = 0; dir && (entry = readdir(dir));)
			n += is_left(dir, entry->d_name, remove);
		if (dir)
			closedir(dir);
	}
	return n;
}

static bool add_name(char names[][256], unsigned int *n, unsigned int most,
		     const char *name)
{
	unsigned int i;

	for (i = 0; i < *n; i++)
		if (!strcmp(names[i], name))
			return false;
	if (*n == most)
		return false;
	snprintf(names[(*n)++], 256, "%s", name);
	return true;
}

TEST(worker_goes_through_its_cgroups_and_removes_them)
{
	const struct work_spec spec =
		WORK(CGROUP_CHURN, .groups = 3, .period_ms = 5);
	char names[8][256], group[256];
	struct worker_report r[2];
	unsigned int i, n = 0;
	struct work_set set;
	int left;

	if (work_lacks(&spec, 2))
		SKIP(return, "%s", work_lacks(&spec, 2));
	left = groups_left(false);
	work_run_begin(_metadata, &set, &spec, 2);
	EXPECT_LE(left + 6, groups_left(false));
	for (i = 0; i < WATCH_MS; i++) {
		poll(NULL, 0, 1);
		group_of(set.workers[0].pid, group, sizeof(group));
		add_name(names, &n, ARRAY_SIZE(names), group);
	}
	work_run_end(&set, r);
	EXPECT_EQ(3, n);
	EXPECT_TRUE(r[0].completed && r[1].completed);
	EXPECT_EQ(left, groups_left(false));
}

/* A thread of @pid beside its first one, which may have ended; or that one. */
static pid_t other_thread(pid_t pid)
{
	struct dirent *entry;
	pid_t tid = pid;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && tid == pid && (entry = readdir(dir)))
		if (*entry->d_name != '.')
			tid = atoi(entry->d_name);
	if (dir)
		closedir(dir);
	return tid;
}

/*
 * A child of @pid, with the group of what lives of it; 0 where it has none just
 * now. What has ended stays where it was.
 */
static pid_t child_of(pid_t pid, char *group, size_t size)
{
	char path[64];
	int child = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	f = fopen(path, "re");
	if (f && fscanf(f, "%d", &child) != 1)
		child = 0;
	if (f)
		fclose(f);
	if (child)
		group_of(other_thread(child), group, size);
	return child;
}

TEST(children_are_moved_while_they_exit)
{
	/* So long that they can be seen. */
	const struct work_spec spec =
		WORK(CGROUP_ATTACH_STORM, .events = 2, .spin = 1000000);
	struct worker_report r[1];
	struct work_set set;
	bool second = false;
	char group[256];
	unsigned int i;
	int left;

	if (work_lacks(&spec, 1))
		SKIP(return, "%s", work_lacks(&spec, 1));
	left = groups_left(false);
	work_run_begin(_metadata, &set, &spec, 1);
	for (i = 0; i < 20 * WATCH_MS && !second; i++) {
		if (child_of(set.workers[0].pid, group, sizeof(group)))
			second = strstr(group, "-2\n");
		poll(NULL, 0, 1);
	}
	EXPECT_TRUE(second);
	work_run_end(&set, r);
	EXPECT_TRUE(r[0].completed);
	EXPECT_LE(2, r[0].work_units);
	EXPECT_EQ(left, groups_left(false));
}

/* Whoever kills a worker has its children die with it. */
TEST(children_die_with_their_worker)
{
	const struct work_spec spec =
		WORK(CGROUP_ATTACH_STORM, .events = 4, .spin = 10000000);
	struct worker_report r[1];
	pid_t pid, pgid, left;
	struct work_set set;
	unsigned int n = 0;
	int status;

	if (work_lacks(&spec, 1))
		SKIP(return, "%s", work_lacks(&spec, 1));
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	work_run_begin(_metadata, &set, &spec, 1);
	pid = set.workers[0].pid;
	pgid = getpgid(pid);
	EXPECT_EQ(pid, pgid);
	kill(pid, SIGKILL);
	work_run_end(&set, r);
	/* They are ours now. */
	while ((left = waitpid(-pgid, &status, 0)) > 0) {
		EXPECT_TRUE(WIFSIGNALED(status));
		EXPECT_EQ(SIGKILL, WTERMSIG(status));
		n++;
	}
	EXPECT_LE(1, n);
	/* What it cannot remove any more, the scenario does. */
	EXPECT_EQ(0, groups_left(true));
}

TEST_HARNESS_MAIN
