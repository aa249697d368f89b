// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of a host: read from a made /proc and from this machine's, written, read
 * back, compared.
 */
#include "kselftest_harness.h"

#include <json-c/json.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kselftest/unit/made_sidecars.h"
#include "lib/host/report/json.h"
#include "lib/host/state/state.h"

FIXTURE(state)
{
	char root[64];
	char path[PATH_MAX];
	char err[PATH_MAX];
	struct host_state s[2];
	struct state_group *groups;
	size_t n;
};

FIXTURE_SETUP(state)
{
	memset(self, 0, sizeof(*self));
	snprintf(self->root, sizeof(self->root), "/tmp/ktstr-state-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->root));
}

FIXTURE_TEARDOWN(state)
{
	state_groups_free(self->groups, self->n);
	state_free(&self->s[0]);
	state_free(&self->s[1]);
	made_remove(self->root);
}

/* With the folders that it is in. */
static void put(FIXTURE_DATA(state) *self, const char *name, const char *text)
{
	char path[PATH_MAX], *slash;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", self->root, name);
	for (slash = path + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		mkdir(path, 0755);
	}
	f = fopen(path, "w");
	if (!f)
		return;
	fputs(text, f);
	fclose(f);
}

static void put_thread(FIXTURE_DATA(state) *self, int tgid, int tid,
		       const char *file, const char *text)
{
	char name[128];

	snprintf(name, sizeof(name), "proc/%d/task/%d/%s", tgid, tid, file);
	put(self, name, text);
}

/* A thread as 7.3 shows it, and another that shows little. */
static void put_threads(FIXTURE_DATA(state) *self)
{
	put(self, "proc/7/comm", "a (b) c\n");
	put_thread(self, 7, 7, "stat",
		   "7 (a (b) c) S 1 7 7 0 -1 4194560 111 0 22 0 3 4 0 0 20 -5 1 0 99 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 7 0 0 0 0\n");
	put_thread(self, 7, 7, "status",
		   "Name:\ta (b) c\nCpus_allowed:\t3,f0000001\nvoluntary_ctxt_switches:\t31\nnonvoluntary_ctxt_switches:\t32\n");
	put_thread(self, 7, 7, "schedstat", "1001 1002 1003\n");
	put_thread(self, 7, 7, "sched",
		   "a (b) c (7, #threads: 1)\n---\nse.exec_start  :  5.000001\nwait_sum        :     12.345678\nse.statistics.wait_count : 9\nse.nr_migrations : 4\nnr_wakeups : 50\nnr_wakeups_sync : 6\n");
	put_thread(self, 7, 7, "io", "rchar: 70\nread_bytes: 71\n");
	put_thread(self, 7, 7, "cgroup", "4:memory:/x\n0::/a/b\n");
	put_thread(self, 7, 8, "stat", "8 (w)");
	put_thread(self, 7, 8, "status", "Name:\tw\x1b[2J\n");
	/* One that has gone while it was looked at */
	put(self, "proc/7/task/9/none", "");
	put(self, "sys/fs/cgroup/a/b/cpu.stat",
	    "usage_usec 5\nnr_throttled 6\n");
	put(self, "sys/fs/cgroup/a/b/memory.current", "4096\n");
	put(self, "proc/pressure/cpu",
	    "some avg10=0.00 avg60=0.00 avg300=0.00 total=123\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=4\n");
	put(self, "sys/kernel/sched_ext/enable_seq", "3\n");
}

static const struct state_thread *thread(const struct host_state *s, int tid)
{
	size_t i;

	for (i = 0; i < s->n_threads; i++)
		if (s->threads[i].tid == tid)
			return &s->threads[i];
	return NULL;
}

static uint64_t number(const struct state_numbers *numbers, const char *name)
{
	size_t i;

	for (i = 0; i < numbers->n; i++)
		if (!strcmp(numbers->list[i].name, name))
			return numbers->list[i].value;
	return STATE_UNKNOWN;
}

static void capture(struct __test_metadata *_metadata,
		    FIXTURE_DATA(state) *self)
{
	put_threads(self);
	ASSERT_EQ(0, state_capture(self->root, &self->s[0], self->err,
				   sizeof(self->err)))
		TH_LOG("%s", self->err);
}

TEST_F(state, is_what_proc_says)
{
	static const struct {
		enum state_value v;
		uint64_t value;
	} cases[] = {
		{ STATE_run_time_ns, 1001 }, { STATE_wait_time_ns, 1002 },
		{ STATE_timeslices, 1003 }, { STATE_voluntary_csw, 31 },
		{ STATE_nonvoluntary_csw, 32 }, { STATE_minflt, 111 },
		{ STATE_majflt, 22 }, { STATE_wait_sum_ns, 12345678 },
		{ STATE_wait_count, 9 }, { STATE_nr_migrations, 4 },
		{ STATE_nr_wakeups, 50 }, { STATE_nr_wakeups_sync, 6 },
		{ STATE_rchar_bytes, 70 }, { STATE_read_bytes, 71 },
		{ STATE_wchar_bytes, STATE_UNKNOWN },
		{ STATE_iowait_sum_ns, STATE_UNKNOWN },
		{ STATE_cpu_delay_ns, STATE_UNKNOWN },
	};
	const struct state_thread *t;
	size_t i;

	capture(_metadata, self);
	t = thread(&self->s[0], 7);
	ASSERT_NE(NULL, t);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].value, t->values[cases[i].v])
			TH_LOG("%s", state_value_name(cases[i].v));
	}
	EXPECT_STREQ("a (b) c", t->comm);
	EXPECT_STREQ("a (b) c", t->pcomm);
	EXPECT_STREQ("/a/b", t->cgroup);
	EXPECT_EQ(-5, t->nice);
	EXPECT_EQ(7, t->policy);
	EXPECT_EQ(99U, t->start_ticks);
	EXPECT_EQ(7U, t->cpus);
	EXPECT_EQ(2U, self->s[0].n_threads);
	EXPECT_EQ(1U, self->s[0].vanished);
	t = thread(&self->s[0], 8);
	ASSERT_NE(NULL, t);
	EXPECT_STREQ("w?[2J", t->comm);
	EXPECT_EQ(STATE_UNKNOWN, t->values[STATE_majflt]);
	EXPECT_STREQ("", t->cgroup);
}

TEST_F(state, has_cgroups_pressure_and_sched_ext)
{
	const struct host_state *s = &self->s[0];

	capture(_metadata, self);
	ASSERT_EQ(1U, s->n_cgroups);
	EXPECT_STREQ("/a/b", s->cgroups[0].path);
	EXPECT_EQ(5U, number(&s->cgroups[0].numbers, "cpu.stat.usage_usec"));
	EXPECT_EQ(4096U, number(&s->cgroups[0].numbers, "memory.current"));
	EXPECT_EQ(123U, number(&s->host, "cpu.some.total_us"));
	EXPECT_EQ(4U, number(&s->host, "cpu.full.total_us"));
	EXPECT_EQ(3U, number(&s->host, "enable_seq"));
}

/* Written and read it is the same, but for what is not read back. */
TEST_F(state, comes_back_from_its_file)
{
	const struct state_thread *a, *b;
	struct json_object *o;

	capture(_metadata, self);
	o = state_json(&self->s[0]);
	snprintf(self->path, sizeof(self->path), "%s/a.json", self->root);
	ASSERT_EQ(0, json_object_to_file(self->path, o));
	json_object_put(o);
	ASSERT_EQ(0, state_load(self->path, &self->s[1], self->err,
				sizeof(self->err)))
		TH_LOG("%s", self->err);
	EXPECT_EQ(self->s[0].n_threads, self->s[1].n_threads);
	EXPECT_EQ(self->s[0].captured_ns, self->s[1].captured_ns);
	a = thread(&self->s[0], 7);
	b = thread(&self->s[1], 7);
	ASSERT_NE(NULL, b);
	EXPECT_EQ(0, memcmp(a->values, b->values, sizeof(a->values)));
	EXPECT_STREQ(a->comm, b->comm);
	EXPECT_STREQ(a->cgroup, b->cgroup);
	EXPECT_EQ(a->policy, b->policy);
}

TEST_F(state, files_that_are_none_are_named)
{
	static const struct {
		const char *text;
		const char *says;
	} cases[] = {
		{ "", "no JSON, or cut short" },
		{ "{\"format\":\"ktstr-host-st", "no JSON, or cut short" },
		{ "[]", "not the state of a host, as" },
		{ "{\"format\":\"ktstr-run\",\"version\":1}",
		  "not the state of a host, as" },
		{ "{\"format\":\"ktstr-host-state\",\"version\":2}",
		  "version 2: this ktstr reads 1" },
		{ "{\"format\":\"ktstr-host-state\",\"version\":1}",
		  "without threads" },
		{ "{\"format\":\"ktstr-host-state\",\"version\":1,\"threads\":{}}",
		  "without threads" },
	};
	size_t i;

	snprintf(self->path, sizeof(self->path), "%s/x", self->root);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		put(self, "x", cases[i].text);
		EXPECT_EQ(-EPROTO, state_load(self->path, &self->s[0],
					      self->err, sizeof(self->err)))
			TH_LOG("taken: %s", cases[i].text);
		EXPECT_NE(NULL, strstr(self->err, cases[i].says))
			TH_LOG("%s: %s", cases[i].text, self->err);
	}
	EXPECT_EQ(-ENOENT, state_load("/nowhere", &self->s[0], self->err,
				      sizeof(self->err)));
	/* Members of other kinds are not there; nothing is read beyond. */
	put(self, "x", "{\"format\":\"ktstr-host-state\",\"version\":1,\"values\":[\"majflt\",7,\"run_time_ns\"],\"threads\":[{\"tid\":\"x\",\"comm\":\"a-name-that-is-too-long-for-one\",\"values\":[1,2,-3,4]},5]}");
	ASSERT_EQ(0, state_load(self->path, &self->s[0], self->err,
				sizeof(self->err)))
		TH_LOG("%s", self->err);
	EXPECT_EQ(2U, self->s[0].n_threads);
	EXPECT_EQ(1U, self->s[0].threads[0].values[STATE_majflt]);
	EXPECT_EQ(STATE_UNKNOWN, self->s[0].threads[0].values[STATE_run_time_ns]);
	EXPECT_STREQ("a-name-that-is-", self->s[0].threads[0].comm);
}

static void add(struct host_state *s, const char *comm, uint64_t run_ns,
		int policy, int nice)
{
	struct state_thread *t;
	enum state_value v;

	s->threads = realloc(s->threads, (s->n_threads + 1) * sizeof(*t));
	t = &s->threads[s->n_threads++];
	*t = (struct state_thread){ .policy = policy, .nice = nice };
	for (v = 0; v < N_STATE_VALUES; v++)
		t->values[v] = STATE_UNKNOWN;
	t->values[STATE_run_time_ns] = run_ns;
	snprintf(t->comm, sizeof(t->comm), "%s", comm);
	snprintf(t->pcomm, sizeof(t->pcomm), "%s", comm);
	t->cgroup = strdup("/c");
}

TEST_F(state, groups_are_by_change)
{
	struct state_group *g;

	add(&self->s[0], "kworker/0:1", 10, 0, 0);
	add(&self->s[0], "kworker/1:2", 20, 0, -20);
	add(&self->s[0], "gone", 5, 0, 0);
	add(&self->s[0], "calm", 100, 1, 0);
	add(&self->s[1], "calm", 101, 1, 0);
	add(&self->s[1], "kworker/3:33", 500, 7, 3);
	add(&self->s[1], "kworker/u8:0", 1, 7, 3);
	add(&self->s[1], "new", 100000, 0, 0);
	ASSERT_EQ(0, state_compare(&self->s[0], &self->s[1], STATE_BY_COMM,
				   STATE_run_time_ns, &self->groups, &self->n));
	ASSERT_EQ(5U, self->n);
	g = &self->groups[0];
	EXPECT_STREQ("kworker/{N}:{N}", g->name);
	EXPECT_EQ(2U, g->n[0]);
	EXPECT_EQ(1U, g->n[1]);
	EXPECT_EQ(30U, g->sums[0][STATE_run_time_ns]);
	EXPECT_EQ(500U, g->sums[1][STATE_run_time_ns]);
	EXPECT_EQ(STATE_UNKNOWN, g->sums[0][STATE_majflt]);
	EXPECT_EQ(-20, g->nice[0][0]);
	EXPECT_EQ(0, g->nice[0][1]);
	EXPECT_EQ(0, g->policy[0]);
	EXPECT_EQ(7, g->policy[1]);
	EXPECT_STREQ("calm", self->groups[1].name);
	/* Whatever they have used, those of one side come last. */
	EXPECT_STREQ("new", self->groups[2].name);
	EXPECT_EQ(0U, self->groups[2].n[0]);
	EXPECT_STREQ("gone", self->groups[3].name);
}

static void *spin(void *stop)
{
	prctl(PR_SET_NAME, "ktstr-spins");
	while (!__atomic_load_n((bool *)stop, __ATOMIC_RELAXED))
		;
	return NULL;
}

/* This machine's own: a thread that computes has used what it has used. */
TEST_F(state, this_machine_has_a_state)
{
	bool stop = false;
	pthread_t one;
	size_t i, found = 0;
	int side;

	ASSERT_EQ(0, pthread_create(&one, NULL, spin, &stop));
	for (side = 0; side < 2; side++) {
		usleep(100000);
		ASSERT_EQ(0, state_capture("", &self->s[side], self->err,
					   sizeof(self->err)))
			TH_LOG("%s", self->err);
	}
	stop = true;
	pthread_join(one, NULL);
	EXPECT_NE(NULL, thread(&self->s[0], getpid()));
	ASSERT_EQ(0, state_compare(&self->s[0], &self->s[1], STATE_BY_COMM,
				   STATE_run_time_ns, &self->groups, &self->n));
	for (i = 0; i < self->n; i++)
		if (!strcmp(self->groups[i].name, "ktstr-spins")) {
			found++;
			EXPECT_LT(self->groups[i].sums[0][STATE_run_time_ns],
				  self->groups[i].sums[1][STATE_run_time_ns]);
		}
	EXPECT_EQ(1U, found);
	/* 1,200 threads have a second. */
	EXPECT_NE(0U, self->s[0].n_threads);
}

TEST_F(state, no_proc_is_an_error)
{
	EXPECT_EQ(-ENOENT, state_capture(self->root, &self->s[0], self->err,
					 sizeof(self->err)));
	EXPECT_NE(NULL, strstr(self->err, "/proc: cannot be read"));
}

TEST_HARNESS_MAIN
