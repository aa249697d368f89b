// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values that are followed in a guest's maps, on a guest that is made by hand:
 * paths through structs, arrays and pointers, maps of each type, and what becomes
 * of a value whose map goes away.
 */
#include "kselftest_harness.h"

#include "kselftest/unit/mon_made.h"
#include "lib/host/monitor/judge/series.h"
#include "lib/host/monitor/judge/tracks.h"

/* ---- paths ---- */

FIXTURE(path)
{
	struct made m;
	struct image im;
	struct btf *btf;
	struct btf *kernel;
	uint32_t ctx;
	char err[512];
};

/*
 *	struct node { u32 nr; s32 low; struct node *next; struct task *task;
 *		      s64 a3 : 3; s64 b5 : 5; };
 *	struct ctx { u64 all[4]; struct node *head; struct node in; atomic count;
 *		     struct rq *rq; struct { u16 hidden; }; u64 addr; };
 *
 * and in the kernel struct task { u64 pad; u32 pid; }, struct rq { u32 nr; }.
 */
static uint32_t make_types(struct btf *btf)
{
	uint32_t u16 = btf__add_int(btf, "u16", 2, 0);
	uint32_t u32 = btf__add_int(btf, "u32", 4, 0);
	uint32_t s32 = btf__add_int(btf, "s32", 4, BTF_INT_SIGNED);
	uint32_t u64 = btf__add_int(btf, "u64", 8, 0);
	uint32_t s64 = btf__add_int(btf, "s64", 8, BTF_INT_SIGNED);
	uint32_t all = btf__add_array(btf, u32, u64, 4);
	uint32_t task = btf__add_ptr(btf, btf__add_fwd(btf, "task",
						       BTF_FWD_STRUCT));
	uint32_t next = btf__add_ptr(btf, btf__type_cnt(btf) + 1);
	uint32_t node = btf__add_struct(btf, "node", 32), rq, atomic, anon;

	btf__add_field(btf, "nr", u32, 0, 0);
	btf__add_field(btf, "low", s32, 32, 0);
	btf__add_field(btf, "next", next, 64, 0);
	btf__add_field(btf, "task", task, 128, 0);
	btf__add_field(btf, "a3", s64, 192, 3);
	btf__add_field(btf, "b5", s64, 195, 5);
	atomic = btf__add_struct(btf, "atomic", 4);
	btf__add_field(btf, "counter", s32, 0, 0);
	rq = btf__add_struct(btf, "rq___mine", 16);
	btf__add_field(btf, "nr", u64, 64, 0);
	rq = btf__add_ptr(btf, rq);
	anon = btf__add_struct(btf, NULL, 2);
	btf__add_field(btf, "hidden", u16, 0, 0);
	node = btf__add_struct(btf, "ctx", 104);
	btf__add_field(btf, "all", all, 0, 0);
	btf__add_field(btf, "head", next, 256, 0);
	btf__add_field(btf, "in", next + 1, 320, 0);
	btf__add_field(btf, "count", atomic, 576, 0);
	btf__add_field(btf, "rq", rq, 640, 0);
	btf__add_field(btf, NULL, anon, 704, 0);
	btf__add_field(btf, "addr", u64, 768, 0);
	return node;
}

static void make_kernel_types(struct btf *btf)
{
	uint32_t u64 = btf__add_int(btf, "u64", 8, 0);
	uint32_t u32 = btf__add_int(btf, "u32", 4, 0);

	btf__add_struct(btf, "task", 16);
	btf__add_field(btf, "pad", u64, 0, 0);
	btf__add_field(btf, "pid", u32, 64, 0);
	btf__add_struct(btf, "rq", 8);
	btf__add_field(btf, "nr", u32, 32, 0);
}

FIXTURE_SETUP(path)
{
	ASSERT_EQ(0, made_open(&self->m, &self->im));
	self->btf = btf__new_empty();
	self->kernel = btf__new_empty();
	ASSERT_TRUE(self->btf && self->kernel);
	self->ctx = make_types(self->btf);
	make_kernel_types(self->kernel);
	btf__free(self->m.k->btf);
	self->m.k->btf = self->kernel;
}

FIXTURE_TEARDOWN(path)
{
	btf__free(self->btf);
	image_close(&self->im);
}

#define CTX_SIZE	104

static int find(FIXTURE_DATA(path) *self, const char *path, struct mon_path *to)
{
	return mon_path_find(self->m.k, self->btf, self->ctx, CTX_SIZE, path,
			     to, self->err, sizeof(self->err));
}

/* A ring of two nodes, of which the second has a task */
static uint64_t make_ctx(struct made *m)
{
	uint64_t ctx = made_alloc(m, CTX_SIZE), one = made_alloc(m, 32);
	uint64_t two = made_alloc(m, 32), task = made_alloc(m, 16);
	uint64_t rq = made_alloc(m, 8), i;

	for (i = 0; i < 4; i++)
		made_put(m, ctx + 8 * i, 100 + i);
	made_put(m, ctx + 32, one);
	made_put(m, ctx + 40, 77ULL | (uint64_t)(uint32_t)-5 << 32);
	made_put(m, ctx + 64, 0x7d);
	made_put(m, ctx + 72, (uint32_t)-9);
	made_put(m, ctx + 80, rq);
	made_put(m, ctx + 88, 4321);
	made_put(m, ctx + 96, task);
	made_put(m, one, 1);
	made_put(m, one + 8, two);
	made_put(m, two, 2);
	made_put(m, two + 8, one);
	made_put(m, two + 16, task);
	made_put(m, task + 8, 4711);
	made_put(m, rq, 555ULL << 32);
	return ctx;
}

TEST_F(path, leads_to_its_value)
{
	static const struct {
		const char *path;
		int ret;
		int64_t value;
	} cases[] = {
		{ "all[0]", 0, 100 }, { "all[3]", 0, 103 }, { "in.nr", 0, 77 },
		{ "in.low", 0, -5 }, { "in.a3", 0, -3 }, { "in.b5", 0, 15 },
		{ "count", 0, -9 }, { "count.counter", 0, -9 }, { "hidden", 0, 4321 },
		{ "head->nr", 0, 1 }, { "head->next->nr", 0, 2 },
		{ "head->next->next->nr", 0, 1 },
		{ "head->next->task->pid", 0, 4711 },
		/* The kernel's own, not what the program says of it. */
		{ "rq->nr", 0, 555 },
		/* A u64 that holds an address, and a pointer of another type */
		{ "addr->{task}pid", 0, 4711 },
		{ "head->{ctx}all[0]", 0, 1 },
		{ "addr->{rq}nr", 0, 0 },
		{ "all[1]->{task}pid", -EFAULT, 0 },
		{ "in.next->nr", -ENODATA, 0 },
		{ "head->task->pid", -ENODATA, 0 },
	};
	uint64_t va = make_ctx(&self->m);
	struct mon_path path;
	int64_t value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ASSERT_EQ(0, find(self, cases[i].path, &path))
			TH_LOG("%s: %s", cases[i].path, self->err);
		value = 0;
		EXPECT_EQ(cases[i].ret, mon_path_read(&self->m.mem, &path, va,
						      &value))
			TH_LOG("%s", cases[i].path);
		EXPECT_EQ(cases[i].value, value) TH_LOG("%s", cases[i].path);
	}
}

TEST_F(path, that_is_none_is_refused_with_what_there_is)
{
	static const struct {
		const char *path;
		int ret;
		const char *text;
	} cases[] = {
		{ "al", -ENOENT, "no 'al'; there is all head in count rq" },
		{ "in.x", -ENOENT, "nr low next task a3 b5" },
		{ "in.nr.x", -ENOENT, "in what is no struct" },
		{ "head->task->x", -ENOENT, "there is pad pid" },
		{ "all[4]", -ENOENT, "there are 4 elements" },
		{ "all[-1]", -EINVAL, "a number is wanted" },
		{ "all[1", -EINVAL, "a number is wanted" },
		{ "in[1]", -ENOENT, "no array" },
		{ "all", -EINVAL, "no number" },
		{ "in", -EINVAL, "no number" },
		{ "head", -EINVAL, "no number" },
		{ "head.nr", -ENOENT, "no struct" },
		{ "in->nr", -ENOENT, "no pointer" },
		{ "->nr", -ENOENT, "no pointer" },
		{ "addr->{tsk}pid", -ENOENT, "nobody says what struct tsk is" },
		{ "addr->{task}x", -ENOENT, "there is pad pid" },
		{ "addr->{task", -EINVAL, "'}' are wanted at 'task'" },
		{ "addr->{}pid", -EINVAL, "a name and '}' are wanted" },
		{ "in.nr->{task}pid", -ENOENT, "no address" },
		{ "in.b5->{task}pid", -ENOENT, "no address" },
		{ "in->{task}pid", -ENOENT, "no address" },
		{ "in.", -EINVAL, "a name is wanted" },
		{ ".in", -EINVAL, "a name is wanted" },
		{ "in|all", -EINVAL, "is wanted at '|all'" },
		{ "", -EINVAL, "no number" },
	};
	struct mon_path path;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].ret, find(self, cases[i].path, &path))
			TH_LOG("%s: %s", cases[i].path, self->err);
		EXPECT_NE(NULL, strstr(self->err, cases[i].text))
			TH_LOG("%s: %s", cases[i].path, self->err);
	}
}

TEST_F(path, has_no_more_than_16_pointers)
{
	char path[256] = "head";
	struct mon_path to;
	unsigned int i;

	for (i = 0; i < 15; i++)
		strcat(path, "->next");
	ASSERT_EQ(-EINVAL, find(self, path, &to));
	strcat(path, "->nr");
	EXPECT_EQ(0, find(self, path, &to)) TH_LOG("%s", self->err);
	EXPECT_EQ(16, to.n_hops);
	path[strlen(path) - strlen("->nr")] = '\0';
	strcat(path, "->next->nr");
	EXPECT_EQ(-EINVAL, find(self, path, &to));
}

/* What types say need not be true of the value that is there. */
TEST_F(path, stays_within_the_value)
{
	struct mon_path to;

	EXPECT_EQ(-EINVAL, mon_path_find(self->m.k, self->btf, self->ctx, 8,
					 "all[1]", &to, self->err,
					 sizeof(self->err)));
	EXPECT_EQ(-EINVAL, mon_path_find(self->m.k, self->btf, self->ctx, 39,
					 "head->nr", &to, self->err,
					 sizeof(self->err)));
	EXPECT_EQ(0, mon_path_find(self->m.k, self->btf, self->ctx, 40,
				   "head->nr", &to, self->err,
				   sizeof(self->err)));
}

TEST_F(path, of_a_copy_ends_at_a_pointer)
{
	const uint64_t copy[] = { 5, 6, 7, 1ULL << 63 };
	struct mon_path to;
	int64_t value;

	ASSERT_EQ(0, find(self, "all[1]", &to));
	EXPECT_EQ(0, mon_path_get(&to, copy, sizeof(copy), &value));
	EXPECT_EQ(6, value);
	EXPECT_EQ(-EINVAL, mon_path_get(&to, copy, 15, &value));
	ASSERT_EQ(0, find(self, "all[3]", &to));
	EXPECT_EQ(-ERANGE, mon_path_get(&to, copy, sizeof(copy), &value));
	ASSERT_EQ(0, find(self, "head->nr", &to));
	EXPECT_EQ(-EXDEV, mon_path_get(&to, copy, sizeof(copy), &value));
}

/* ---- values of maps ---- */

FIXTURE(follow)
{
	struct made m;
	struct image im;
	struct mon_guest *g;
	struct map_watch watch;
	struct mon_follow f;
	char err[256];
};

FIXTURE_SETUP(follow)
{
	ASSERT_EQ(0, made_open(&self->m, &self->im));
	ASSERT_EQ(0, image_attach(&self->im));
	self->g = &self->im.guest;
}

FIXTURE_TEARDOWN(follow)
{
	mon_follow_exit(&self->f);
	image_close(&self->im);
}

static int follow(FIXTURE_DATA(follow) *self, const char *text, int64_t *value)
{
	uint32_t life;

	mon_follow_exit(&self->f);
	memset(&self->f, 0, sizeof(self->f));
	if (map_watch_parse(text, &self->watch, self->err, sizeof(self->err)))
		return -EBADMSG;
	self->f.watch = &self->watch;
	return mon_follow_read(self->g, &self->f, 1, value, &life);
}

TEST_F(follow, values_of_each_type_of_map)
{
	static const struct {
		const char *watch;
		int64_t value;
	} cases[] = {
		{ "x=.bss:fail_mode", 0x11223344 },
		{ "x=made_array:a", 500 }, { "x=made_array[3]:a", 503 },
		{ "x=made_array[3]:b", 0 },
		{ "x=made_hash[11]:a", 1011 },
		{ "x=made_pchash[11]@2:a", 3011 },
		{ "x=made_pchash[11]:a", 1011 + 2011 + 3011 + 4011 },
		{ "x=made_pcarray[2]@3:a", 302 },
		{ "x=made_pcarray[2]:a", 2 + 102 + 202 + 302 },
	};
	int64_t value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		value = 0;
		EXPECT_EQ(0, follow(self, cases[i].watch, &value))
			TH_LOG("%s: %s", cases[i].watch, self->f.why);
		EXPECT_EQ(cases[i].value, value) TH_LOG("%s", cases[i].watch);
	}
}

TEST_F(follow, what_is_not_there_is_told_with_what_is)
{
	static const struct {
		const char *watch;
		int ret;
		const char *text;
	} cases[] = {
		{ "x=no_such", -ENOENT, "made.bss, made_array, made_hash" },
		{ "x=.bss:crash", -ENOENT, "no 'crash'; there is fail_mode" },
		{ "x=made_array", -EINVAL, "no number" },
		{ "x=made_array:c", -ENOENT, "there is a b" },
		{ "x=made_array[4]:a", -EINVAL, "made_array" },
		{ "x=made_hash[7]:a", -ENOENT, "has no key 7" },
		{ "x=made_array@1:a", -EINVAL, "no value of CPU 1" },
		{ "x=made_pcarray@4:a", -EINVAL, "no value of CPU 4" },
		{ "x=made_array[4294967296]:a", -EINVAL, "4294967296" },
	};
	int64_t value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].ret, follow(self, cases[i].watch, &value))
			TH_LOG("%s: %s", cases[i].watch, self->f.why);
		EXPECT_NE(NULL, strstr(self->f.why, cases[i].text))
			TH_LOG("%s: %s", cases[i].watch, self->f.why);
	}
}

/* struct rq with the number of its CPU, where the made kernel has that */
static void make_rq_type(FIXTURE_DATA(follow) *self)
{
	uint32_t offset = made_at(&self->m, MON_RQ_CPU, 0);
	struct btf *btf = btf__new_empty();
	uint32_t u32 = btf__add_int(btf, "u32", 4, 0);

	btf__add_struct(btf, "rq", offset + 4);
	btf__add_field(btf, "cpu", u32, offset * 8, 0);
	btf__free(self->m.k->btf);
	self->m.k->btf = btf;
}

TEST_F(follow, run_queues_of_one_cpu_and_of_all)
{
	int64_t value = 0;

	make_rq_type(self);
	EXPECT_EQ(0, follow(self, "x=%rq@2:cpu", &value))
		TH_LOG("%s", self->f.why);
	EXPECT_EQ(2, value);
	EXPECT_EQ(0, follow(self, "x=%rq:cpu", &value))
		TH_LOG("%s", self->f.why);
	EXPECT_EQ(0 + 1 + 2 + 3, value);
	EXPECT_EQ(-EINVAL, follow(self, "x=%rq@4:cpu", &value));
	EXPECT_STREQ("there is no CPU 4", self->f.why);
	EXPECT_EQ(-ENOENT, follow(self, "x=%rq:nr", &value));
	EXPECT_STREQ("struct rq: no 'nr'; there is cpu", self->f.why);
}

/* Its memory is another's by then; nothing of that is taken for a value. */
TEST_F(follow, map_that_goes_and_comes_is_another_one)
{
	uint64_t ms = NSEC_PER_MSEC, va;
	uint32_t life = 0;
	int64_t value;

	ASSERT_EQ(0, follow(self, "x=made_array:a", &value));
	va = self->f.map.va;
	made_set(&self->m, MON_MAP_ID, va, 77);
	EXPECT_EQ(-ENOENT, mon_follow_read(self->g, &self->f, ms, &value,
					   &life));
	made_set(&self->m, MON_MAP_ID, va, 2);
	/* It is not looked for each time. */
	EXPECT_EQ(-ENOENT, mon_follow_read(self->g, &self->f, 2 * ms, &value,
					   &life));
	EXPECT_EQ(0, mon_follow_read(self->g, &self->f, 60 * ms, &value, &life))
		TH_LOG("%s", self->f.why);
	EXPECT_EQ(2U, life);
	EXPECT_EQ(500, value);
}

/* ---- over time ---- */

static const char * const tracked[KTSTR_MAX_ARGS] = {
	"a=made_array:a", "gone=no_such",
};

static void take(FIXTURE_DATA(follow) *self, struct mon_tracks *t,
		 unsigned int ms, unsigned int steal_ms)
{
	struct mon_sample *s = calloc(1, mon_sample_size(2));

	if (!s)
		return;
	s->n_cpus = 2;
	s->host_ns = (1000 + ms) * NSEC_PER_MSEC;
	s->cpus[0].valid = true;
	s->cpus[1].valid = true;
	s->cpus[1].steal_ns = steal_ms * NSEC_PER_MSEC;
	made_put(&self->m, made_at(&self->m, MON_ARRAY_VALUE,
				   self->f.map.va), ms);
	mon_tracks_take(t, self->g, s);
	free(s);
}

TEST_F(follow, tracks_have_a_point_in_each_sample)
{
	struct mon_tracks t = { };
	struct mon_series series;
	int64_t value;

	ASSERT_EQ(0, follow(self, "x=made_array:a", &value));
	mon_series_init(&series);
	mon_tracks_init(&t, tracked, 100 * NSEC_PER_MSEC);
	ASSERT_EQ(2U, t.n);
	EXPECT_EQ(0, mon_tracks_wrong(&t, self->err, sizeof(self->err)));
	take(self, &t, 0, 500);
	take(self, &t, 100, 500);
	take(self, &t, 300, 650);
	mon_tracks_finish(&t, &series);
	ASSERT_EQ(3U, t.list[0].n);
	EXPECT_EQ(3U, t.list[0].n_known);
	EXPECT_EQ(300, t.list[0].points[2].value);
	/* The host took 150 of these ms, and some before the first. */
	EXPECT_EQ(150 * NSEC_PER_MSEC, t.list[0].points[2].own_ns);
	EXPECT_EQ(300 * NSEC_PER_MSEC, t.list[0].points[2].wall_ns -
		  t.list[0].points[0].wall_ns);
	EXPECT_EQ(t.list[0].points[1].wall_ns, t.list[0].points[1].time_ns);
	EXPECT_EQ(3U, t.list[1].n);
	EXPECT_EQ(0U, t.list[1].n_known);
	EXPECT_EQ(-ENOENT, mon_tracks_wrong(&t, self->err, sizeof(self->err)));
	EXPECT_NE(NULL, strstr(self->err, "watch_maps: gone: no BPF map"))
		TH_LOG("%s", self->err);
	mon_tracks_exit(&t);
	mon_series_exit(&series);
}

TEST_HARNESS_MAIN
