// SPDX-License-Identifier: GPL-2.0-only
/*
 * What workers measure of their wakes, held against the kernel's own tracepoints of
 * timers and switches in the same run.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ktstr.h"

#include "lib/common/util/util.h"
#include "lib/guest/scenario/say.h"
#include "lib/host/run/outcome.h"

#define TRACEFS		"/sys/kernel/tracing/"
#define PROBED		"probed"
#define SLEEP_US	100000
#define WAKES_MIN	5
/* Microseconds are cut off in a trace. */
#define ROUNDED_NS	(2 * NSEC_PER_USEC)

KTSTR_FIXTURE(wakes, .topology = TOPOLOGY(1, 1, 2, 1), .duration_s = 4,
	      .limits = { .max_spread_pct = CHECK_OFF });

/* ---- in the guest ---- */

static int put(const char *file, const char *text)
{
	char path[128];
	int fd, ret;

	snprintf(path, sizeof(path), TRACEFS "%s", file);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ret = write(fd, text, strlen(text)) < 0 ? -1 : 0;
	close(fd);
	return ret;
}

static int trace_on(void)
{
	return put("tracing_on", "0") || put("trace", "") ||
	       put("trace_clock", "mono") ||
	       put("events/timer/hrtimer_start/filter",
		   "comm == \"" PROBED "\"") ||
	       put("events/sched/sched_switch/filter",
		   "next_comm == \"" PROBED "\"") ||
	       put("events/timer/hrtimer_start/enable", "1") ||
	       put("events/sched/sched_switch/enable", "1") ||
	       put("tracing_on", "1");
}

/* "... [001] d..2.   12.345678: sched_switch: ..." */
static uint64_t time_of(const char *line, const char *event)
{
	const char *at = strstr(line, event);
	double s = 0;

	if (!at)
		return 0;
	while (at > line && at[-1] != ']')
		at--;
	return sscanf(at, " %*s %lf:", &s) == 1 ? s * NSEC_PER_SEC : 0;
}

/* "... hrtimer_start: ... function=hrtimer_wakeup ... softexpires=N ..." */
static uint64_t due_of(const char *line)
{
	const char *at = strstr(line, "softexpires=");

	if (!at || !strstr(line, "function=hrtimer_wakeup"))
		return 0;
	return strtoull(at + strlen("softexpires="), NULL, 10);
}

/**
 * struct traced - wakes as the kernel has them
 * @least: from the time for which a timer was set until its task has the CPU
 * @most: until it sleeps again; it may lose the CPU before it comes to look at its
 *	clock
 */
struct traced {
	struct wakes least;
	struct wakes most;
};

static void add_until(struct wakes *w, uint64_t from_ns, uint64_t to_ns)
{
	wakes_add(w, to_ns - from_ns, to_ns - from_ns);
}

static void read_trace(FILE *f, struct traced *t)
{
	uint64_t due_ns = 0, ran_ns = 0, at_ns;
	char line[512];

	while (fgets(line, sizeof(line), f)) {
		at_ns = time_of(line, ": sched_switch:");
		if (at_ns >= due_ns && !ran_ns)
			ran_ns = at_ns;
		if (!due_of(line))
			continue;
		at_ns = time_of(line, ": hrtimer_start:");
		if (due_ns && ran_ns) {
			add_until(&t->least, due_ns, ran_ns);
			add_until(&t->most, due_ns, at_ns);
		}
		due_ns = due_of(line);
		ran_ns = 0;
	}
}

static int say_trace(const struct ktstr_ctx *ctx)
{
	static struct traced t;
	const struct wakes *least = &t.least, *most = &t.most;
	struct wakes_summary from, to;
	char text[128];
	FILE *f;

	put("tracing_on", "0");
	f = fopen(TRACEFS "trace", "re");
	if (!f)
		return -1;
	read_trace(f, &t);
	fclose(f);
	if (wakes_summarize(&least, 1, &from) || wakes_summarize(&most, 1, &to))
		return -1;
	snprintf(text, sizeof(text), "%llu %llu %llu %llu\n", from.n + 0ULL,
		 from.p50 + 0ULL, to.p50 + 0ULL, from.max + 0ULL);
	return guest_say(ctx, "trace", text, strlen(text));
}

/* ---- on the host ---- */

static const struct outcome_worker *probed_worker(const struct run_outcome *out)
{
	unsigned int i;

	for (i = 0; i < out->n_workers; i++)
		if (!strcmp(out->cgroups[out->workers[i].cgroup].name, PROBED))
			return &out->workers[i];
	return NULL;
}

static int compare_wakes(const struct run_outcome *out, char *err, size_t size)
{
	const struct outcome_worker *w = probed_worker(out);
	const char *at = strstr(out->said.text, "==== trace\n");
	unsigned long long n, least, most, longest;

	if (!w || !at || sscanf(at, "==== trace\n%llu %llu %llu %llu", &n,
				&least, &most, &longest) != 4) {
		snprintf(err, size, "the guest has told of no trace");
		return -1;
	}
	printf("# wakes: %llu by the worker, %llu traced; median %llu ns, traced %llu to %llu; longest %llu ns, traced %llu\n",
	       w->q.wakes_n + 0ULL, n, w->q.wake_ns_p50 + 0ULL, least, most,
	       w->q.wake_ns_max + 0ULL, longest);
	/* The last is not traced to its end, nor one that came before the sleep. */
	if (n >= WAKES_MIN && w->q.wakes_n >= n &&
	    w->q.wakes_n <= n + n / 4 + 2 &&
	    w->q.wake_ns_p50 + ROUNDED_NS >= least &&
	    w->q.wake_ns_p50 <= most + ROUNDED_NS &&
	    w->q.wake_ns_max + ROUNDED_NS >= longest)
		return 0;
	snprintf(err, size, "%llu wakes, %llu traced; median %llu ns, traced %llu to %llu; longest %llu ns, traced %llu",
		 w->q.wakes_n + 0ULL, n, w->q.wake_ns_p50 + 0ULL, least, most,
		 w->q.wake_ns_max + 0ULL, longest);
	return -1;
}

/* Beside a spinner on its CPU, so that some wakes take long. */
KTSTR_TEST_F(wakes, are_those_of_the_kernel, .post_vm = compare_wakes)
{
	static const struct cgroup_def defs[] = {
		{ .name = PROBED, .workers = 1, .cpuset = CPUSET_EXACT("1"),
		  .work = WORK(IDLE_CHURN, .burst_us = 500,
			       .sleep_us = SLEEP_US,
			       .place = { .comm = PROBED }) },
		{ .name = "spinner", .workers = 1,
		  .cpuset = CPUSET_EXACT("1") },
	};

	if (trace_on())
		SKIP(return, "no tracepoints (CONFIG_FTRACE)");
	EXPECT_SCENARIO_OK(execute_defs(self->ctx, defs, ARRAY_SIZE(defs)));
	EXPECT_EQ(0, say_trace(self->ctx));
}

KTSTR_HARNESS_MAIN
