// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long do questions take that are asked of many sidecars?
 *
 *	results [-n SIDECARS]
 *
 * Writes so many (10,000), as two runs of as many tests leave them, has them
 * indexed, then lists, summarises and compares them, each as a command does it that
 * is started for it: the index is opened and brought up to date every time.
 *
 * Prints KTAP: what takes more than a second is not ok. Reading them for the first
 * time is told, and has no limit.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest/unit/made_sidecars.h"
#include "lib/host/results/compare.h"
#include "lib/host/results/index.h"
#include "lib/host/results/stats.h"

#define GOAL_MS		1000

static int write_all(const char *dir, unsigned int n)
{
	struct run_outcome *out = malloc(sizeof(*out));
	struct made_sidecar m = { .commit = "abc1234" };
	char test[64];
	uint64_t random = 99;
	unsigned int i;

	if (!out)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		snprintf(test, sizeof(test), "bench.t%u.%s", i / 2,
			 i / 2 % 3 ? "steady" : "oversubscribed");
		m.test = test;
		m.run = i % 2 ? "new" : "old";
		m.scheduler = i / 2 % 5 ? "scx_bench" : NULL;
		m.iterations = 1e5 * exp(0.1 * made_normal(&random));
		m.spread_pct = 5 * exp(0.3 * made_normal(&random));
		m.max_gap_ms = 1 + 50 * made_uniform(&random);
		m.wake_ns_p99 = 1e6 * exp(0.3 * made_normal(&random));
		made_write_with(dir, &m, out);
	}
	free(out);
	return 0;
}

/* ---- what is asked, as `stats` and `compare` do ---- */

static int load(const char *dir, const char *const *runs, unsigned int n,
		struct result_set *sets)
{
	struct result_filter filter = { };
	struct result_index index;
	char err[PATH_MAX + 256];
	unsigned int i;
	int ret;

	ret = result_index_open(dir, &index, err, sizeof(err));
	for (i = 0; !ret && i < n; i++) {
		filter.wants[RECORD_RUN] = runs ? runs[i] : NULL;
		ret = result_index_load(&index, &filter, &sets[i], err,
					sizeof(err));
	}
	if (ret)
		printf("# %s\n", err);
	result_index_close(&index);
	return ret;
}

static int group(const struct result_set *set, enum record_dimension d)
{
	struct stats_groups groups;
	int ret = stats_group_by(set, d, &groups);

	if (!ret)
		stats_groups_free(&groups);
	return ret;
}

static int ask_list(const char *dir)
{
	struct result_set set;

	return load(dir, NULL, 1, &set) ?: group(&set, RECORD_RUN) ?:
	       (result_set_free(&set), 0);
}

static int ask_summary(const char *dir)
{
	static const enum record_dimension by[] = {
		RECORD_SCENARIO, RECORD_SCHEDULER, RECORD_TOPOLOGY,
		RECORD_KERNEL,
	};
	struct stats_outlier *list = NULL;
	struct result_set set;
	size_t i, n;
	int ret = load(dir, NULL, 1, &set);

	for (i = 0; !ret && i < ARRAY_SIZE(by); i++)
		ret = group(&set, by[i]);
	if (!ret)
		ret = stats_outliers(&set, &list, &n);
	free(list);
	if (!ret)
		result_set_free(&set);
	return ret;
}

static int ask_compare(const char *dir)
{
	static const char * const runs[] = { "old", "new" };
	struct result_set sets[2];
	struct comparison c;
	int ret;

	ret = load(dir, runs, 2, sets) ?:
	      compare_sets(&sets[0], &sets[1], 1, &c);
	if (ret)
		return ret;
	printf("# compared: %zu pairs, %zu metrics\n", c.n_pairs, c.n_all);
	comparison_free(&c);
	result_set_free(&sets[0]);
	result_set_free(&sets[1]);
	return 0;
}

static const struct question {
	const char *name;
	int (*ask)(const char *dir);
	bool has_goal;
} questions[] = {
	{ "read for the first time", ask_list, false },
	{ "listed", ask_list, true },
	{ "summarised", ask_summary, true },
	{ "compared", ask_compare, true },
};

static uint64_t cpu_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * NSEC_PER_SEC + (uint64_t)ts.tv_nsec;
}

static bool measure(const struct question *q, unsigned int number,
		    const char *dir, unsigned int n)
{
	uint64_t from_ns = clock_now_ns(), cpu_ns = cpu_now_ns(), ms;
	int ret = q->ask(dir);
	bool ok;

	ms = (clock_now_ns() - from_ns) / NSEC_PER_MSEC;
	cpu_ns = cpu_now_ns() - cpu_ns;
	ok = !ret && (!q->has_goal || ms < GOAL_MS);
	if (ret)
		printf("# %s: %s\n", q->name, strerror(-ret));
	printf("%s %u %u sidecars are %s: %llu ms%s, %llu ms of CPU time\n",
	       ok ? "ok" : "not ok", number, n, q->name,
	       (unsigned long long)ms, q->has_goal ? " (goal 1000)" : "",
	       (unsigned long long)(cpu_ns / NSEC_PER_MSEC));
	fflush(stdout);
	return ok;
}

int main(int argc, char **argv)
{
	char dir[] = "/tmp/ktstr-bench-XXXXXX";
	unsigned int n = 10000, i;
	bool ok = true;

	if (argc == 3 && !strcmp(argv[1], "-n"))
		n = (unsigned int)atoi(argv[2]);
	else if (argc != 1)
		n = 0;
	if (n < 2 || n > 1000000) {
		fprintf(stderr, "usage: results [-n SIDECARS]\n");
		return 1;
	}
	if (!mkdtemp(dir) || write_all(dir, n)) {
		fprintf(stderr, "results: no sidecars: %s\n", strerror(errno));
		return 1;
	}
	printf("TAP version 13\n1..%zu\n", ARRAY_SIZE(questions));
	for (i = 0; i < ARRAY_SIZE(questions); i++)
		ok &= measure(&questions[i], i + 1, dir, n);
	made_remove(dir);
	return ok ? 0 : 1;
}
