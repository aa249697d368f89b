// SPDX-License-Identifier: GPL-2.0-only
/*
 * Snapshots of a guest that is made by hand: when they are due, what is in one, for
 * people and as JSON, and that the guest goes on whatever comes of them.
 */
#include "kselftest_harness.h"

#include "kselftest/unit/mon_made.h"
#include "lib/host/monitor/judge/findings.h"
#include "lib/host/report/dump_json.h"

FIXTURE(snapshots)
{
	struct made m;
	struct image im;
	struct mon_guest *g;
	struct mon_snapshots s;
	struct mon_tracks tracks;
	struct mon_mem_ops ops;
	char err[256];
};

static unsigned int stops, starts;	/* of the one machine there is */
static int stop_ret;

static int stop(void *ctx, unsigned int limit_ms)
{
	(void)ctx;
	(void)limit_ms;
	stops += !stop_ret;
	return stop_ret;
}

static void start(void *ctx)
{
	(void)ctx;
	starts++;
}

FIXTURE_SETUP(snapshots)
{
	static const char * const watches[KTSTR_MAX_ARGS] = {
		"x=made_array:a", NULL,
	};

	memset(self, 0, sizeof(*self));
	ASSERT_EQ(0, made_open(&self->m, &self->im));
	ASSERT_EQ(0, image_attach(&self->im));
	self->g = &self->im.guest;
	self->ops = *self->g->mem.ops;
	self->ops.pause = stop;
	self->ops.resume = start;
	self->g->mem.ops = &self->ops;
	mon_tracks_init(&self->tracks, watches, NSEC_PER_MSEC);
	self->s.wanted = 3;
	self->s.duration_ns = 10 * NSEC_PER_SEC;
	stops = 0;
	starts = 0;
	stop_ret = 0;
}

FIXTURE_TEARDOWN(snapshots)
{
	mon_snapshots_exit(&self->s);
	mon_tracks_exit(&self->tracks);
	image_close(&self->im);
}

static int take(FIXTURE_DATA(snapshots) *self)
{
	return mon_snapshots_take(&self->s, self->g, &self->tracks, 100);
}

/* Evenly, and none in the first and the last tenth */
TEST_F(snapshots, are_due_within_the_scenario)
{
	static const unsigned int due_ms[] = { 3000, 5000, 7000 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(due_ms); i++) {
		EXPECT_EQ(due_ms[i] * NSEC_PER_MSEC,
			  mon_snapshots_due_ns(&self->s));
		self->s.n++;
	}
	EXPECT_EQ(UINT64_MAX, mon_snapshots_due_ns(&self->s));
	self->s.n = 0;
	self->s.wanted = 0;
	EXPECT_EQ(UINT64_MAX, mon_snapshots_due_ns(&self->s));
}

TEST_F(snapshots, have_numbers_by_their_place)
{
	static const struct {
		const char *place;
		int ret;
		int64_t value;
		const char *text;
	} cases[] = {
		{ ".bss:fail_mode", 0, 0x11223344, "" },
		{ "made_array[3]:a", 0, 503, "" },
		{ "made_hash[12]:a", 0, 1012, "" },
		{ "made_pchash[10]@1:a", 0, 2010, "" },
		{ "made_pcarray[1]:a", 0, 1 + 101 + 201 + 301, "" },
		{ "array:a", -ENOTUNIQ, 0, "several" },
		{ "no_such:a", -ENOENT, 0, "there is made.bss made_array" },
		{ "made_array:c", -ENOENT, 0, "there is a b" },
		{ "made_array[4]:a", -ENOENT, 0, "no such key" },
		{ "made_hash[3]:a", -ENOENT, 0, "no such key" },
		{ "made_pcarray[1]@9:a", -ENOENT, 0, "no such key or CPU" },
		{ "made_array[", -EINVAL, 0, "its key" },
	};
	int64_t value;
	size_t i;

	ASSERT_EQ(0, take(self));
	/* It is the guest as it was, whatever became of it. */
	memset(self->m.ram, 0, MADE_RAM);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		value = 0;
		EXPECT_EQ(cases[i].ret,
			  mon_snapshot_get(&self->s.list[0], cases[i].place,
					   &value, self->err,
					   sizeof(self->err)))
			TH_LOG("%s: %s", cases[i].place, self->err);
		if (cases[i].ret) {
			EXPECT_NE(NULL, strstr(self->err, cases[i].text))
				TH_LOG("%s: %s", cases[i].place, self->err);
			continue;
		}
		EXPECT_EQ(cases[i].value, value) TH_LOG("%s", cases[i].place);
	}
}

TEST_F(snapshots, have_what_is_followed_of_the_same_moment)
{
	ASSERT_EQ(0, take(self));
	ASSERT_EQ(1U, self->tracks.list[0].n_shots);
	EXPECT_EQ(500, self->tracks.list[0].shots[0].value);
	EXPECT_EQ(self->s.list[0].host_ns,
		  self->tracks.list[0].shots[0].wall_ns);
	EXPECT_EQ(0U, self->tracks.list[0].n);
}

/* The machine is let go whatever was found, and none is kept that is none. */
TEST_F(snapshots, let_the_machine_go)
{
	ASSERT_EQ(0, take(self));
	EXPECT_EQ(1U, stops);
	EXPECT_EQ(1U, starts);
	memset(self->m.ram, 0, MADE_RAM);
	EXPECT_NE(0, take(self));
	EXPECT_EQ(2U, stops);
	EXPECT_EQ(2U, starts);
	EXPECT_EQ(1U, self->s.n);
	EXPECT_NE('\0', self->s.why[0]);
}

TEST_F(snapshots, are_given_up_after_two_failures)
{
	unsigned int i;

	stop_ret = -ETIMEDOUT;
	for (i = 0; i < 2; i++) {
		EXPECT_NE(UINT64_MAX, mon_snapshots_due_ns(&self->s));
		EXPECT_EQ(-ETIMEDOUT, take(self));
	}
	EXPECT_EQ(0U, starts);
	EXPECT_EQ(UINT64_MAX, mon_snapshots_due_ns(&self->s));
	EXPECT_NE(NULL, strstr(self->s.why, "stopped in time"));
}

TEST_F(snapshots, need_a_machine_that_can_be_stopped)
{
	self->ops.pause = NULL;
	EXPECT_EQ(-ENOTSUP, take(self));
	EXPECT_NE(NULL, strstr(self->s.why, "cannot be stopped"));
}

/* ---- as JSON ---- */

/* The first word that is not in it; "" when all are */
static const char *missing(struct json_object *o)
{
	static const char * const words[] = {
		"\"scheduler\":\"made\"", "\"exit\":null",
		"\"cpu\":3,\"nr_running\":",
		"\"id\":\"0x77\",\"kind\":\"user\",\"where\":-1,\"nr\":1,\"pids\":[102]",
		"\"pid\":104,\"comm\":\"bpf\",\"cpu\":3,\"class\":\"ext\",\"place\":\"scheduler\",\"on_cpu\":false,\"wait_us\":3000000",
		"\"name\":\"made_hash\",\"type\":\"hash\"",
		"[10] = {.a = 1010", "[2, CPU 1] = {.a = 102",
	};
	const char *text = json_object_to_json_string_ext(o,
						JSON_C_TO_STRING_PLAIN);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!text || !strstr(text, words[i]))
			return words[i];
	return "";
}

TEST_F(snapshots, as_json)
{
	struct json_object *o, *time = NULL;

	ASSERT_EQ(0, take(self));
	o = snapshot_json(&self->s.list[0], 4711);
	ASSERT_NE(NULL, o);
	EXPECT_STREQ("", missing(o));
	EXPECT_TRUE(json_object_object_get_ex(o, "time_us", &time));
	EXPECT_EQ(4711, json_object_get_int(time));
	json_object_put(o);
}

/* A dump at half of the watchdog's time has the same. */
TEST_F(snapshots, dump_as_json)
{
	struct mon_findings f = { };
	struct json_object *o;

	ASSERT_NE(NULL, mon_findings_dump(&f, self->g, MON_DUMP_HALF, "half",
					  NSEC_PER_SEC, NULL));
	o = kept_dump_json(mon_findings_get(&f, MON_DUMP_HALF));
	ASSERT_NE(NULL, o);
	EXPECT_STREQ("", missing(o));
	json_object_put(o);
	mon_findings_exit(&f);
}

TEST_HARNESS_MAIN
