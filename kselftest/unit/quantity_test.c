// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rows of quantities: each is printed, parsed, filled by somebody, and stands
 * in Documentation.
 */
#include "kselftest_harness.h"

#include <json-c/json.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "lib/common/check/check.h"
#include "lib/common/quantity.h"
#include "lib/common/util/util.h"
#include "lib/host/report/quantity_json.h"
#include "lib/host/report/timeline.h"
#include "lib/host/run/numbers.h"
#include "lib/host/run/outcome.h"

static const int64_t values[] = { 0, 1, 12, 305, 4107264, 1LL << 40, -1 };

TEST(each_row_has_a_name_of_its_own_and_is_found_by_it)
{
	const struct quantity *q;

	for (q = quantities; q < quantities + QUANTITY_IDS; q++) {
		ASSERT_NE(NULL, q->name);
		EXPECT_EQ(q, quantity_find(q->per, q->name))
			TH_LOG("%s per %s", q->name, quantity_per_name(q->per));
	}
	EXPECT_EQ(NULL, quantity_find(PER_CGROUP, "p99_wake_ns"));
	EXPECT_EQ(NULL, quantity_find(PER_RUN, "nr_running"));
}

TEST(a_name_says_its_unit)
{
	static const struct {
		enum quantity_unit unit;
		const char *ending;
	} endings[] = {
		{ UNIT_PCT, "_pct" }, { UNIT_NS, "_ns" }, { UNIT_US, "_us" },
		{ UNIT_MS, "_ms" }, { UNIT_PER_S, "_per_s" },
	};
	const struct quantity *q;
	size_t i;

	for (q = quantities; q < quantities + QUANTITY_IDS; q++)
		for (i = 0; i < ARRAY_SIZE(endings); i++) {
			EXPECT_EQ(q->unit == endings[i].unit,
				  !!strstr(q->name, endings[i].ending))
				TH_LOG("%s, %s", q->name,
				       quantity_unit_name(q->unit));
		}
}

TEST(only_a_double_has_decimals)
{
	const struct quantity *q;

	for (q = quantities; q < quantities + QUANTITY_IDS; q++) {
		EXPECT_TRUE(q->real || !q->decimals) TH_LOG("%s", q->name);
		/* No more than JSON is written with */
		EXPECT_GE(3U, q->decimals) TH_LOG("%s", q->name);
	}
}

TEST(each_row_keeps_what_is_put_in)
{
	char set[64 * 8];
	const struct quantity *q;
	size_t i;

	for (q = quantities; q < quantities + QUANTITY_IDS; q++) {
		ASSERT_GE(sizeof(set), q->offset + sizeof(int64_t));
		for (i = 0; i < ARRAY_SIZE(values); i++) {
			quantity_set(q, set, values[i]);
			EXPECT_EQ(values[i], quantity_get(q, set))
				TH_LOG("%s", q->name);
		}
		quantity_set(q, set, QUANTITY_UNKNOWN);
		EXPECT_EQ(QUANTITY_UNKNOWN, quantity_get(q, set))
			TH_LOG("%s", q->name);
	}
}

TEST(each_row_is_written_as_json_and_read_back)
{
	const struct quantity *q;
	size_t i;

	for (q = quantities; q < quantities + QUANTITY_IDS; q++) {
		for (i = 0; i < ARRAY_SIZE(values); i++) {
			struct json_object *o, *back;

			o = quantity_to_json(q, values[i]);
			back = json_tokener_parse(json_object_to_json_string(o));
			EXPECT_EQ(values[i], quantity_of_json(q, back))
				TH_LOG("%s: %s", q->name,
				       json_object_to_json_string(o));
			json_object_put(o);
			json_object_put(back);
		}
		EXPECT_EQ(NULL, quantity_to_json(q, QUANTITY_UNKNOWN));
		EXPECT_EQ(QUANTITY_UNKNOWN, quantity_of_json(q, NULL));
	}
}

/* A guest's double, or none. */
TEST(any_double_is_a_value)
{
	const struct quantity *q = &quantities[CGROUP_spread_pct];
	struct cgroup_quantities set = { };

	ASSERT_TRUE(q->real);
	set.spread_pct = 1e300;
	EXPECT_LT(0, quantity_get(q, &set));
	set.spread_pct = -1e300;
	EXPECT_GT(0, quantity_get(q, &set));
	set.spread_pct = INFINITY;
	EXPECT_EQ(QUANTITY_UNKNOWN, quantity_get(q, &set));
	set.spread_pct = 1.26;
	EXPECT_EQ(13, quantity_get(q, &set));
	set.spread_pct = -1.26;
	EXPECT_EQ(-13, quantity_get(q, &set));
}

TEST(a_value_is_printed_with_its_unit)
{
	static const struct {
		enum quantity_id id;
		int64_t value;
		const char *spaced;
		const char *tight;
	} cases[] = {
		{ RUN_busy_pct, 86, "86%", "86%" },
		{ RUN_wait_ms, 10, "0.10 ms", "0.10ms" },
		{ CGROUP_spread_pct, 72, "7.2%", "7.2%" },
		{ CGROUP_max_gap_ms, 12, "12 ms", "12ms" },
		{ CGROUP_migrations, 210, "210", "210" },
		{ CGROUP_cpus, 4, "4", "4" },
		{ WORKER_cpu_ns, INT64_MAX, "9223372036854775807 ns",
		  "9223372036854775807ns" },
		{ CPU_clock_us, 5, "5 us", "5us" },
		{ PHASE_iterations_per_s, 500000, "500.000/s", "500.000/s" },
		{ RUN_wait_ms, QUANTITY_UNKNOWN, "-", "-" },
	};
	char text[QUANTITY_TEXT_SIZE];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct quantity *q = &quantities[cases[i].id];

		EXPECT_STREQ(cases[i].spaced,
			     quantity_text(q, cases[i].value, " ", text));
		EXPECT_STREQ(cases[i].tight,
			     quantity_text(q, cases[i].value, "", text));
	}
}

/* ---- somebody fills each ---- */

/*
 * Nothing is left of what stands there before it is filled from a run in which
 * everything that can be measured was. A row that nobody fills is not known.
 */
static void expect_all_filled(struct __test_metadata *_metadata,
			      enum quantity_per per, const void *set)
{
	const struct quantity *q;

	for (q = quantity_next(per, NULL); q; q = quantity_next(per, q)) {
		int64_t value = quantity_get(q, set);

		EXPECT_NE(QUANTITY_UNKNOWN, value)
			TH_LOG("nobody fills %s", q->name);
		EXPECT_NE(0, value) TH_LOG("nobody fills %s", q->name);
	}
}

static const struct wakes wakes = {
	.n = 2, .max_ns = 3000, .sum = 4000, .sum_squares = 10000000,
	.kept = { { 1000, 1000 }, { 3000, 2000 } },
};

static const struct worker_report reports[] = {
	{ .has_run_delay = true, .completed = true, .work_units = 1000,
	  .iterations = 10, .wall_ns = NSEC_PER_SEC,
	  .cpu_ns = NSEC_PER_SEC / 2, .wakes = &wakes,
	  .run_delay_ns = 100 * NSEC_PER_MSEC, .migrations = 3,
	  .max_gap_ns = 5 * NSEC_PER_MSEC, .max_gap_cpu = 2 },
	{ .has_run_delay = true, .completed = true, .work_units = 1000,
	  .iterations = 10, .wall_ns = NSEC_PER_SEC,
	  .cpu_ns = 3 * NSEC_PER_SEC / 2,
	  .run_delay_ns = 300 * NSEC_PER_MSEC, .migrations = 4,
	  .max_gap_ns = 12 * NSEC_PER_MSEC, .max_gap_cpu = 1 },
};

static const struct check_share share = {
	.periods = 2, .used_ns = 300, .due_ns = 400, .all_ns = 1000,
	.lacked_pct = 50, .quota_periods = 1, .quota_beyond_pct = 7,
};

static const struct check_group group = {
	.name = "cg_0", .reports = reports, .n_reports = ARRAY_SIZE(reports),
	.n_cpus = 2, .share = &share,
};

TEST(each_quantity_of_a_cgroup_is_filled)
{
	struct cgroup_quantities q;

	check_group_stats(&group, &q);
	expect_all_filled(_metadata, PER_CGROUP, &q);
	EXPECT_EQ(2, q.workers);
	EXPECT_EQ(20.0, q.spread_pct);
	EXPECT_EQ(10.0, q.min_off_cpu_pct);
	EXPECT_EQ(30.0, q.max_off_cpu_pct);
	EXPECT_EQ(12, q.max_gap_ms);
	EXPECT_EQ(1, q.max_gap_cpu);
	EXPECT_EQ(7, q.migrations);
	EXPECT_EQ(200 * (int64_t)NSEC_PER_MSEC, q.run_delay_ns_mean);
	EXPECT_EQ(300 * (int64_t)NSEC_PER_MSEC, q.run_delay_ns_worst);
	EXPECT_EQ(1000, q.wake_ns_p50);
	EXPECT_EQ(3000, q.wake_ns_p99);
	EXPECT_EQ(2000, q.wake_own_ns_p99);
	EXPECT_EQ(3.0, q.wake_tail);
	EXPECT_EQ(0.5, q.wake_cv);
	EXPECT_EQ(0.35, q.migration_ratio);
	EXPECT_EQ(10.0, q.iterations_per_s_of_cpu);
	/* 2000 and 667 units */
	EXPECT_GT(0.001, fabs(0.5 - q.throughput_cv));
	EXPECT_EQ(2000000, q.cpu_us);
	EXPECT_EQ(30.0, q.share_pct);
	EXPECT_EQ(40.0, q.share_due_pct);
	EXPECT_EQ(25.0, q.share_error_pct);
	EXPECT_EQ(7.0, q.quota_excess_pct);
}

/* Nobody looked, so nobody knows. */
TEST(without_periods_a_cgroup_has_no_share)
{
	struct check_group g = group;
	struct cgroup_quantities q;

	g.share = NULL;
	check_group_stats(&g, &q);
	EXPECT_TRUE(isnan(q.share_pct) && isnan(q.share_due_pct));
	EXPECT_TRUE(isnan(q.share_error_pct) && isnan(q.quota_excess_pct));
}

/* Nor is it woken at once who never waits. */
TEST(without_a_wake_a_cgroup_has_no_latency)
{
	struct worker_report spinner = reports[1];
	struct check_group g = group;
	struct cgroup_quantities q;

	g.reports = &spinner;
	g.n_reports = 1;
	check_group_stats(&g, &q);
	EXPECT_EQ(0, q.wakes_n);
	EXPECT_EQ(QUANTITY_UNKNOWN, q.wake_ns_p99);
	EXPECT_TRUE(isnan(q.wake_cv));
	EXPECT_TRUE(isnan(q.wake_tail));
	EXPECT_TRUE(isnan(q.throughput_cv));
}

/* It is no spread of 0. */
TEST(without_schedstat_a_cgroup_has_no_spread)
{
	struct worker_report without[2] = { reports[0], reports[1] };
	struct check_group g = group;
	struct cgroup_quantities q;

	without[1].has_run_delay = false;
	g.reports = without;
	check_group_stats(&g, &q);
	EXPECT_TRUE(isnan(q.spread_pct));
	EXPECT_EQ(QUANTITY_UNKNOWN, q.run_delay_ns_worst);
	EXPECT_EQ(7, q.migrations);
}

#define CPUS	2

FIXTURE(seen)
{
	struct run_outcome out;
	struct mon_sample *sample;
	struct timeline t;
};

FIXTURE_SETUP(seen)
{
	memset(self, 0, sizeof(*self));
	outcome_init(&self->out);
	self->out.series.n_cpus = CPUS;
	self->out.series.has_schedstat = true;
	self->sample = calloc(1, mon_sample_size(CPUS));
	ASSERT_NE(NULL, self->sample);
	self->sample->n_cpus = CPUS;
}

FIXTURE_TEARDOWN(seen)
{
	timeline_free(&self->t);
	outcome_exit(&self->out);
	free(self->sample);
}

/* Each number says where in the struct it stands: none is 0 nor another's. */
static void fill_cpu(struct mon_cpu *c)
{
	size_t i, n = offsetof(struct mon_cpu, waiter) / sizeof(uint32_t);

	for (i = 0; i < n; i++) {
		uint32_t word = 1000 * (i + 1);

		memcpy((char *)c + i * sizeof(word), &word, sizeof(word));
	}
	c->online = true;
	c->valid = true;
	c->idle = true;
	c->idle_wait = 7;
	c->lag.pid = 8;
	c->lag.lag_ns = -123456789.0;
	snprintf(c->curr_comm, sizeof(c->curr_comm), "a task");
}

static void tell(FIXTURE_DATA(seen) *self, enum wire_type type,
		 uint64_t time_ns, const void *payload, size_t len)
{
	const struct wire_rec rec = {
		.type = type, .len = len, .time_ns = time_ns, .tsc = time_ns,
	};

	mon_series_record(&self->out.series, &rec, payload);
}

static int fill_run(FIXTURE_DATA(seen) *self)
{
	struct wire_step step = { .cgroups = 1, .workers = 2 };
	struct run_outcome *out = &self->out;
	unsigned int i;
	int ret = 0;

	tell(self, WIRE_STEP, NSEC_PER_SEC, &step, sizeof(step));
	step.edge = 3;
	step.iterations = 4000;
	tell(self, WIRE_STEP, 4 * NSEC_PER_SEC, &step, sizeof(step));
	self->sample->n_rejected = 1;
	self->sample->cost_ns = NSEC_PER_USEC;
	self->sample->scx.loaded = true;
	self->sample->scx.bypass_depth = 1;
	self->sample->scx.exit_kind = 1024;
	self->sample->cpus[0].valid = true;
	fill_cpu(&self->sample->cpus[1]);
	for (i = 0; i < 2 && !ret; i++) {
		self->sample->guest_tsc = (2 + i) * NSEC_PER_SEC;
		self->sample->cpus[1].run_delay_ns += i * NSEC_PER_SEC;
		self->sample->cpus[1].pcount += i;
		ret = mon_series_add(&out->series, self->sample);
	}
	mon_series_mark(&out->series, MON_MARK_ALARM, 3 * NSEC_PER_SEC, "x");
	out->series.n_left_out = 1;
	mon_series_finish(&out->series);
	out->n_cgroups = 1;
	check_group_stats(&group, &out->cgroups[0].q);
	out->told.own_pct = 0.1;
	out->vm.run_ns = NSEC_PER_SEC;
	out->vm.steal_ns = NSEC_PER_MSEC;
	out->vm.exits = 5;
	return ret;
}

TEST_F(seen, each_quantity_of_a_cpu_is_filled)
{
	const struct mon_point *p;
	const struct quantity *q, *other;

	ASSERT_EQ(0, fill_run(self));
	p = mon_series_point(&self->out.series, 0);
	expect_all_filled(_metadata, PER_CPU, &p->cpus[1].q);
	for (q = quantity_next(PER_CPU, NULL); q; q = quantity_next(PER_CPU, q))
		for (other = quantity_next(PER_CPU, q); other;
		     other = quantity_next(PER_CPU, other))
			EXPECT_NE(quantity_get(q, &p->cpus[1].q),
				  quantity_get(other, &p->cpus[1].q))
				TH_LOG("%s has the value of %s", q->name,
				       other->name);
}

TEST_F(seen, each_quantity_of_a_sample_is_filled)
{
	ASSERT_EQ(0, fill_run(self));
	expect_all_filled(_metadata, PER_SAMPLE,
			  &mon_series_point(&self->out.series, 0)->q);
}

TEST_F(seen, each_quantity_of_a_phase_is_filled)
{
	ASSERT_EQ(0, fill_run(self));
	ASSERT_EQ(0, timeline_build(&self->out.series, &self->t));
	ASSERT_EQ(2U, self->t.n_phases);
	expect_all_filled(_metadata, PER_PHASE, &self->t.phases[0].q);
}

TEST_F(seen, each_quantity_of_a_run_is_filled)
{
	struct run_quantities run;

	ASSERT_EQ(0, fill_run(self));
	run_measure(&self->out, &run);
	expect_all_filled(_metadata, PER_RUN, &run);
}

/* ---- Documentation ---- */

/* Documentation/quantities.rst of the source that this was built of */
static FILE *open_table(void)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%.*s../../Documentation/quantities.rst",
		 (int)(strrchr(__FILE__, '/') + 1 - __FILE__), __FILE__);
	return fopen(path, "re");
}

/*
 * A row of a table reads
 * name  unit  better  from  meaning
 * with two blanks or more between, under a heading "Per WHAT".
 */
static bool cut_row(char *line, char *cells[5])
{
	unsigned int n = 0;

	while (n < 5 && *line && *line != '\n') {
		char *end = n < 4 ? strstr(line, "  ") : NULL;

		cells[n++] = line;
		line = end ?: line + strcspn(line, "\n");
		if (*line)
			*line++ = '\0';
		line += strspn(line, " ");
	}
	return n == 5;
}

static bool is_row_of(const struct quantity *q, char *const cells[5])
{
	return !strcmp(cells[1], quantity_unit_name(q->unit)) &&
	       !strcmp(cells[2], quantity_better_name(q->better)) &&
	       !strcmp(cells[3], quantity_from_name(q->from));
}

/* "``name``" */
static const struct quantity *row_named(enum quantity_per per, char *cell)
{
	size_t len = strlen(cell);

	if (len < 5 || strncmp(cell, "``", 2) ||
	    strcmp(cell + len - 2, "``"))
		return NULL;
	cell[len - 2] = '\0';
	return quantity_find(per, cell + 2);
}

static enum quantity_per per_of_heading(const char *line, enum quantity_per per)
{
	char heading[32];
	unsigned int i;

	for (i = 0; i < N_PERS; i++) {
		snprintf(heading, sizeof(heading), "Per %s\n",
			 quantity_per_name(i));
		if (!strcmp(line, heading))
			return i;
	}
	return per;
}

TEST(documentation_has_each_row_and_no_other)
{
	bool told[QUANTITY_IDS] = { };
	enum quantity_per per = N_PERS;
	unsigned int bars = 0;
	FILE *from = open_table();
	const struct quantity *q;
	char line[256];

	if (!from)
		SKIP(return, "the source is not where this was built");
	while (fgets(line, sizeof(line), from)) {
		char *cells[5];

		per = per_of_heading(line, per);
		bars += !!strstr(line, "=  =");
		/* Of a table's three bars the rows stand before the last. */
		if (bars % 3 != 2 || strncmp(line, "``", 2))
			continue;
		ASSERT_NE(N_PERS, per);
		ASSERT_TRUE(cut_row(line, cells)) TH_LOG("%s", line);
		q = row_named(per, cells[0]);
		ASSERT_NE(NULL, q)
			TH_LOG("no row %s per %s", cells[0],
			       quantity_per_name(per));
		EXPECT_TRUE(is_row_of(q, cells))
			TH_LOG("%s: %s, %s, %s", q->name, cells[1], cells[2],
			       cells[3]);
		EXPECT_FALSE(told[q - quantities]) TH_LOG("%s", q->name);
		told[q - quantities] = true;
	}
	fclose(from);
	EXPECT_EQ(0U, bars % 3);
	for (q = quantities; q < quantities + QUANTITY_IDS; q++) {
		EXPECT_TRUE(told[q - quantities])
			TH_LOG("Documentation has no %s per %s", q->name,
			       quantity_per_name(q->per));
	}
}

TEST_HARNESS_MAIN
