// SPDX-License-Identifier: GPL-2.0-only
/*
 * The monitor on a guest that is made by hand: what it reads is what was put
 * there, on any machine; and what a guest that lies can cost, counted in reads,
 * which no machine's speed changes.
 */
#include "kselftest_harness.h"

#include "kselftest/unit/mon_made.h"
#include "lib/common/util/strbuf.h"
#include "lib/host/monitor/judge/findings.h"
#include "lib/host/monitor/judge/series.h"
#include "lib/host/monitor/read/dump.h"
#include "lib/host/monitor/read/lag.h"
#include "lib/host/monitor/read/poke.h"

FIXTURE(mon_made)
{
	struct made m;
	struct image im;
	struct mon_guest *g;
	struct mon_budget budget;
	char err[256];
};

FIXTURE_SETUP(mon_made)
{
	ASSERT_EQ(0, made_open(&self->m, &self->im)) {
		TH_LOG("%s", self->im.why);
	}
	ASSERT_EQ(0, image_attach(&self->im));
	self->g = &self->im.guest;
	self->budget.left = MON_DUMP_READS;
	self->g->mem.budget = &self->budget;
}

FIXTURE_TEARDOWN(mon_made)
{
	image_close(&self->im);
}

/* ---- what was made is what is read ---- */

TEST_F(mon_made, kernel_is_found)
{
	EXPECT_EQ(MADE_KASLR, self->g->kaslr);
	EXPECT_EQ(MADE_TEXT, self->g->mem.text);
	EXPECT_EQ(MADE_DIRECT, self->g->mem.page_offset);
	EXPECT_EQ(MADE_CPUS, self->g->nr_cpus);
}

static const struct mon_task *task_of(const struct mon_dump *d, int pid)
{
	size_t i;

	for (i = 0; i < d->n_tasks; i++)
		if (d->tasks[i].pid == pid && pid)
			return &d->tasks[i];
	return NULL;
}

TEST_F(mon_made, dump)
{
	const struct mon_dump_options options = {
		.stall_ns = NSEC_PER_SEC, .all_stacks = true,
	};
	static const char *const lines[] = {
		"scheduler: \"made\"", "DSQ 0x77: 1 tasks thread[102]",
		"the local DSQ of CPU 2: 1 tasks waits[103]",
		"stall: waits[103] on CPU 2 has been runnable for 4.000 s",
		"bpf[104] in the scheduler's hands", "[10] = {.a = 1010",
		"[12, CPU 3] = {.a = 4012", "[2, CPU 1] = {.a = 102",
		"fail_mode = 287454020",
	};
	static const int longest[] = { 103, 104, 102 };
	struct strbuf text = STRBUF_INIT;
	const struct mon_task *t;
	struct mon_dump *d;
	size_t i;

	ASSERT_EQ(0, mon_dump_create(self->g, &options, &d));
	EXPECT_EQ(5 + MADE_CPUS - 1, d->n_tasks);
	ASSERT_EQ(3, d->n_stalls);
	for (i = 0; i < 3; i++)
		EXPECT_EQ(longest[i], d->tasks[d->stalls[i].task].pid);
	t = task_of(d, 102);
	ASSERT_NE(NULL, t);
	EXPECT_EQ(3, t->stack.n);
	EXPECT_EQ(5, d->n_maps);
	mon_dump_text(d, &text);
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		EXPECT_NE(NULL, strstr(text.text, lines[i])) {
			TH_LOG("line %zu is not in:\n%s", i, text.text);
	}
		}
	EXPECT_EQ(NULL, strstr(text.text, "cut short:"));
	strbuf_free(&text);
	mon_dump_destroy(d);
}

static int time_of_nobody(void *ctx, unsigned int cpu, uint64_t *ns)
{
	(void)ctx;
	(void)cpu;
	(void)ns;
	return -ESRCH;
}

/* Its vCPUs are gone, which is when most dumps are taken. */
TEST_F(mon_made, dump_of_a_guest_that_has_ended)
{
	const struct mon_dump_options options = { .stall_ns = NSEC_PER_SEC };
	struct mon_mem_ops ops = *self->g->mem.ops;
	struct mon_dump *d;

	ops.vcpu_time_ns = time_of_nobody;
	self->g->mem.ops = &ops;
	ASSERT_EQ(0, mon_dump_create(self->g, &options, &d));
	EXPECT_EQ(MADE_CPUS, d->sample->n_valid);
	mon_dump_destroy(d);
}

/* One vCPU's thread has left: that is no CPU which has used no time. */
static int time_of_all_but_2(void *ctx, unsigned int cpu, uint64_t *ns)
{
	(void)ctx;
	*ns = 7;
	return cpu == 2 ? -ESRCH : 0;
}

TEST_F(mon_made, cpu_whose_thread_has_left_is_not_judged)
{
	struct mon_sample *s = mon_sample_alloc(self->g);
	struct mon_mem_ops ops = *self->g->mem.ops;
	struct mon_sampler *sampler;
	unsigned int cpu;

	ASSERT_NE(NULL, s);
	ops.vcpu_time_ns = time_of_all_but_2;
	self->g->mem.ops = &ops;
	ASSERT_EQ(0, mon_sampler_create(self->g, &sampler));
	ASSERT_EQ(0, mon_sampler_take(sampler, s));
	EXPECT_EQ(MADE_CPUS - 1, s->n_valid);
	EXPECT_EQ(1, s->n_rejected);
	for (cpu = 0; cpu < MADE_CPUS; cpu++) {
		EXPECT_TRUE(s->cpus[cpu].online);
		EXPECT_EQ(cpu != 2, s->cpus[cpu].valid);
	}
	EXPECT_EQ(7, s->cpus[1].vcpu_time_ns);
	/* All of them have: there is no sample. */
	ops.vcpu_time_ns = time_of_nobody;
	EXPECT_EQ(-EAGAIN, mon_sampler_take(sampler, s));
	mon_sampler_destroy(sampler);
	free(s);
}

/* The pages that they go over are no neighbours in physical memory. */
TEST_F(mon_made, counters_over_the_end_of_a_page)
{
	const uint64_t cpus = MADE_CPUS * (MADE_CPUS - 1) / 2;
	struct mon_sample *s = mon_sample_alloc(self->g);
	struct mon_sampler *sampler;
	struct mon_prog *progs;
	size_t n, i;

	ASSERT_NE(NULL, s);
	ASSERT_EQ(0, mon_sampler_create(self->g, &sampler));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, mon_sampler_take(sampler, s));
		EXPECT_EQ(MADE_CPUS, s->n_valid);
		EXPECT_STREQ("made", s->scx.name);
		ASSERT_TRUE(s->scx.events_valid);
		EXPECT_EQ(MADE_CPUS * 100 + cpus, s->scx.events[0]);
		EXPECT_EQ(MADE_CPUS * 200 + cpus, s->scx.events[1]);
		EXPECT_EQ(MADE_CPUS * 300 + cpus, s->scx.events[2]);
	}
	mon_sampler_destroy(sampler);
	free(s);

	ASSERT_EQ(0, mon_progs_list(self->g, &progs, &n));
	ASSERT_EQ(1, n);
	EXPECT_EQ(MADE_CPUS * 10 + cpus, progs[0].runs);
	EXPECT_EQ(MADE_CPUS * 50, progs[0].run_ns);
	EXPECT_EQ(MADE_CPUS, progs[0].misses);
	free(progs);
}

/* Who waits, and which of the CPUs, idle all of them, could run it. */
TEST_F(mon_made, tasks_that_wait_and_cpus_that_are_idle)
{
	struct mon_sample *s = mon_sample_alloc(self->g);
	uint64_t leader = self->m.tasks[1], waits = self->m.tasks[3];
	struct mon_sampler *sampler;

	ASSERT_NE(NULL, s);
	ASSERT_EQ(0, mon_sampler_create(self->g, &sampler));
	/* It sleeps, and has not left the queue. */
	made_list_add(&self->m,
		      made_at(&self->m, MON_RQ_CFS_TASKS, made_rq(&self->m, 0)),
		      made_at(&self->m, MON_TASK_GROUP_NODE, leader));
	made_set(&self->m, MON_TASK_ON_RQ, leader, 1);
	ASSERT_EQ(0, mon_sampler_take(sampler, s));
	EXPECT_EQ(0, s->cpus[0].waits.n);
	EXPECT_EQ(1, s->cpus[1].waits.n);
	EXPECT_EQ(0x3, s->cpus[1].waits.cpus.bits[0]);
	EXPECT_EQ(1, s->cpus[2].waits.n);
	EXPECT_EQ(0xf, s->cpus[2].waits.cpus.bits[0]);
	EXPECT_EQ(1, s->cpus[0].idle_wait);
	EXPECT_EQ(1, s->cpus[0].idle_wait_cpu);
	EXPECT_EQ(1, s->cpus[3].idle_wait);
	EXPECT_EQ(2, s->cpus[3].idle_wait_cpu);

	/* Its wait has just begun; then it has lasted for a while. */
	made_set(&self->m, MON_RQ_CLOCK, made_rq(&self->m, 2), NSEC_PER_SEC);
	made_set(&self->m, MON_TASK_LAST_QUEUED, waits,
		 NSEC_PER_SEC - 900 * NSEC_PER_USEC);
	ASSERT_EQ(0, mon_sampler_take(sampler, s));
	EXPECT_EQ(0, s->cpus[2].waits.n);
	EXPECT_EQ(0, s->cpus[3].idle_wait);
	made_set(&self->m, MON_RQ_CLOCK, made_rq(&self->m, 2),
		 NSEC_PER_SEC + 100 * NSEC_PER_USEC);
	ASSERT_EQ(0, mon_sampler_take(sampler, s));
	EXPECT_EQ(1, s->cpus[2].waits.n);
	EXPECT_EQ(1, s->cpus[3].idle_wait);

	/* The only one that CPU 3 could run does run. */
	made_set(&self->m, MON_TASK_ON_CPU, waits, 1);
	ASSERT_EQ(0, mon_sampler_take(sampler, s));
	EXPECT_EQ(0, s->cpus[3].idle_wait);
	EXPECT_EQ(1, s->cpus[0].idle_wait);

	/* One of the fair class that is awake */
	made_set(&self->m, MON_TASK_STATE, leader, 0);
	ASSERT_EQ(0, mon_sampler_take(sampler, s));
	EXPECT_EQ(1, s->cpus[0].waits.n);
	EXPECT_EQ(1, s->cpus[3].idle_wait);
	EXPECT_EQ(0, s->cpus[3].idle_wait_cpu);
	mon_sampler_destroy(sampler);
	free(s);
}

/* ---- lag ---- */

#define NICE_0_LOAD	(1 << 20)
#define FAIR_ZERO	(7ULL * NSEC_PER_SEC)

/* One that waits on CPU 0, and is so far beyond what all others have had */
static void put_fair(struct made *m, uint64_t task, int64_t beyond_ns,
		     uint64_t weight)
{
	made_set(m, MON_TASK_ON_RQ, task, 1);
	made_set(m, MON_TASK_STATE, task, 0);
	made_set(m, MON_TASK_VRUNTIME, task, FAIR_ZERO + beyond_ns);
	made_set(m, MON_TASK_FAIR_WEIGHT, task, weight);
	made_set(m, MON_TASK_FAIR_SLICE, task, 3 * NSEC_PER_MSEC);
}

/* The mean of those that wait, @weight in all, lies 20 ms from the zero. */
static void put_mean(struct made *m, uint64_t weight)
{
	uint64_t rq = made_rq(m, 0);

	made_set(m, MON_RQ_FAIR_ZERO, rq, FAIR_ZERO);
	made_set(m, MON_RQ_FAIR_WEIGHT, rq, weight);
	made_set(m, MON_RQ_FAIR_SUM, rq, 20 * NSEC_PER_MSEC * weight);
}

static const struct mon_lag *lag_of(FIXTURE_DATA(mon_made) *self,
				    struct mon_lag *lag)
{
	static char rq[16384];
	size_t size = self->g->kernel->f.struct_size[MON_ST_RQ];

	memset(lag, 0xff, sizeof(*lag));
	if (size > sizeof(rq) ||
	    mon_read(&self->g->mem, made_rq(&self->m, 0), rq, size))
		return lag;
	mon_lag_read(self->g, rq, 0, lag);
	return lag;
}

TEST_F(mon_made, lag_of_tasks_that_wait)
{
	struct made *m = &self->m;
	uint64_t leader = m->tasks[1], runs = m->tasks[2];
	struct mon_lag lag;

	made_list_add(m, made_at(m, MON_RQ_CFS_TASKS, made_rq(m, 0)),
		      made_at(m, MON_TASK_GROUP_NODE, leader));
	put_mean(m, 2 * NICE_0_LOAD);
	put_fair(m, leader, 5 * NSEC_PER_MSEC, NICE_0_LOAD);
	EXPECT_EQ(101, lag_of(self, &lag)->pid);
	EXPECT_STREQ("leader", lag.comm);
	EXPECT_EQ(15e6, lag.lag_ns);
	/* The slice, and a tick of MADE_HZ */
	EXPECT_EQ(4 * NSEC_PER_MSEC, lag.bound_ns);

	/* Of half the weight, half of that is due to it. */
	put_fair(m, leader, 5 * NSEC_PER_MSEC, NICE_0_LOAD / 2);
	EXPECT_EQ(7.5e6, lag_of(self, &lag)->lag_ns);
	put_fair(m, leader, 50 * NSEC_PER_MSEC, NICE_0_LOAD);
	EXPECT_EQ(-30e6, lag_of(self, &lag)->lag_ns);

	/* Who runs is in no sum, and counts: the mean is at 10 ms. */
	put_fair(m, leader, 5 * NSEC_PER_MSEC, NICE_0_LOAD);
	put_fair(m, runs, 0, 2 * NICE_0_LOAD);
	made_set(m, MON_RQ_FAIR_CURR, made_rq(m, 0),
		 made_at(m, MON_TASK_FAIR, runs));
	EXPECT_EQ(5e6, lag_of(self, &lag)->lag_ns);
	/* In sums that were halved */
	put_mean(m, NICE_0_LOAD);
	made_set(m, MON_RQ_FAIR_SHIFT, made_rq(m, 0), 1);
	EXPECT_EQ(5e6, lag_of(self, &lag)->lag_ns);
}

TEST_F(mon_made, lag_that_cannot_be_told)
{
	struct made *m = &self->m;
	uint64_t leader = m->tasks[1];
	struct mon_lag lag;

	EXPECT_EQ(0, lag_of(self, &lag)->pid);
	made_list_add(m, made_at(m, MON_RQ_CFS_TASKS, made_rq(m, 0)),
		      made_at(m, MON_TASK_GROUP_NODE, leader));
	put_fair(m, leader, 5 * NSEC_PER_MSEC, NICE_0_LOAD);
	/* Nobody is in the sum. */
	EXPECT_EQ(0, lag_of(self, &lag)->pid);
	put_mean(m, NICE_0_LOAD);
	EXPECT_EQ(101, lag_of(self, &lag)->pid);
	made_set(m, MON_TASK_ON_CPU, leader, 1);
	EXPECT_EQ(0, lag_of(self, &lag)->pid);
	made_set(m, MON_TASK_ON_CPU, leader, 0);
	m->k->f.missing[MON_PART_LAG] = strdup("task_struct.se");
	EXPECT_EQ(0, lag_of(self, &lag)->pid);
	/* Whatever the guest says, there is an answer. */
	free(m->k->f.missing[MON_PART_LAG]);
	m->k->f.missing[MON_PART_LAG] = NULL;
	made_set(m, MON_RQ_FAIR_SHIFT, made_rq(m, 0), ~0ULL);
	made_set(m, MON_RQ_FAIR_WEIGHT, made_rq(m, 0), ~0ULL);
	made_set(m, MON_RQ_FAIR_SUM, made_rq(m, 0), 1ULL << 63);
	made_set(m, MON_RQ_FAIR_CURR, made_rq(m, 0), ~0ULL);
	made_set(m, MON_TASK_FAIR_WEIGHT, leader, ~0ULL);
	made_set(m, MON_TASK_VRUNTIME, leader, 1ULL << 62);
	EXPECT_EQ(101, lag_of(self, &lag)->pid);
}

/* Memory that is missing in the middle is no memory at all. */
TEST_F(mon_made, view_of_pieces)
{
	uint64_t va = MADE_VMALLOC + 4096 * ((MADE_RAM - MADE_PAGES) / 4096);
	char buf[16];

	EXPECT_EQ(NULL, mon_ptr(&self->g->mem, MADE_VMALLOC + 4090, 16));
	EXPECT_EQ((const void *)buf,
		  mon_view(&self->g->mem, MADE_VMALLOC + 4090, buf, 16));
	EXPECT_NE((const void *)buf,
		  mon_view(&self->g->mem, MADE_VMALLOC + 4080, buf, 16));
	EXPECT_EQ(NULL, mon_view(&self->g->mem, va - 8, buf, 16));
}

TEST_F(mon_made, idle_meanwhile_where_it_may_not_run)
{
	const struct mon_dump_options options = { .stall_ns = NSEC_PER_SEC };
	struct strbuf text = STRBUF_INIT;
	struct mon_series series;
	struct mon_dump *d;

	/* CPUs 0 to 3, but pinned to CPU 2 by migrate_disable() */
	made_set(&self->m, MON_TASK_MIGRATION_DISABLED, self->m.tasks[3], 1);
	mon_series_init(&series);
	mon_series_kernel(&series, self->g);
	ASSERT_EQ(0, mon_dump_create(self->g, &options, &d));
	ASSERT_EQ(0, mon_series_add(&series, d->sample));
	mon_stall_meanwhile(&series, d, &d->stalls[0], clock_now_ns(), &text);
	EXPECT_STREQ("while waits[103] waited, idle in samples: CPU 0 1 of 1 (it may not run there), CPU 1 1 of 1 (it may not run there), CPU 2 1 of 1, CPU 3 1 of 1 (it may not run there)\n",
		     text.text);
	strbuf_free(&text);
	mon_dump_destroy(d);
	mon_series_exit(&series);
}

TEST_F(mon_made, notes_on_what_is_missing)
{
	struct mon_kernel *k = self->m.k;
	struct mon_series series;

	mon_series_init(&series);
	mon_series_kernel(&series, self->g);
	EXPECT_STREQ("", series.notes);
	k->f.missing[MON_PART_BPF] = strdup("map_idr");
	k->hz_guessed = true;
	mon_series_kernel(&series, self->g);
	EXPECT_NE(NULL, strstr(series.notes,
			       "without BPF objects: no maps and programs (no map_idr)\n"));
	EXPECT_NE(NULL, strstr(series.notes, "ticks of 1/1000 s"));
	mon_series_exit(&series);
}

TEST_F(mon_made, watchdog)
{
	struct mon_watchdog w = { .timeout_ms = 4000 };
	uint64_t va = made_at(&self->m, MON_SCX_WATCHDOG_TIMEOUT,
			      self->m.sched), v;

	EXPECT_EQ(1, mon_watchdog_turn(self->g, &w));
	ASSERT_EQ(0, mon_read_u64(&self->g->mem, va, &v));
	EXPECT_EQ(4 * MADE_HZ, v);
	/* Less than a tick is one, not none. */
	w = (struct mon_watchdog){ .timeout_ms = 1 };
	self->m.k->hz = 100;
	EXPECT_EQ(1, mon_watchdog_turn(self->g, &w));
	ASSERT_EQ(0, mon_read_u64(&self->g->mem, va, &v));
	EXPECT_EQ(1, v);
	self->m.k->f.missing[MON_PART_WATCHDOG] = strdup("a watchdog");
	EXPECT_EQ(-ENOTSUP, mon_watchdog_turn(self->g, &w));
}

TEST(hz_beside_vmlinux)
{
	static const struct {
		const char *name;
		const char *text;
		unsigned int hz;
	} cases[] = {
		{ "none", "CONFIG_HZ=100\n", 0 },
		{ "config", "# CONFIG_HZ=1\nCONFIG_HZ_300=y\nCONFIG_HZ=300\n",
		  300 },
		/* A build's own goes first. */
		{ ".config", "CONFIG_HZ=1000\n", 1000 },
	};
	char dir[] = "/tmp/mon_hz.XXXXXX", path[64];
	size_t i;
	FILE *f;

	ASSERT_NE(NULL, mkdtemp(dir));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, cases[i].name);
		f = fopen(path, "w");
		ASSERT_NE(NULL, f);
		fputs(cases[i].text, f);
		fclose(f);
		snprintf(path, sizeof(path), "%s/vmlinux", dir);
		EXPECT_EQ(cases[i].hz, mon_hz_beside(path));
	}
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, cases[i].name);
		unlink(path);
	}
	rmdir(dir);
}

/* ---- writes ---- */

TEST_F(mon_made, map_write)
{
	static const struct {
		struct bpf_map_write write;
		const char *text;	/* of the dump, afterwards */
	} cases[] = {
		{ { .map = "made.bss", .var = "fail_mode", .value = 7 },
		  "fail_mode = 7" },
		{ { .map = "made_array", .key = 2, .var = "b", .value = 8 },
		  "[2] = {.a = 502, .b = 8}" },
		{ { .map = "made_hash", .key = 11, .var = "a", .value = 9 },
		  "[11] = {.a = 9, .b = 0}" },
		{ { .map = "made_pchash", .key = 12, .cpu = 3, .value = 10 },
		  "[12, CPU 3] = {.a = 10, " },
		{ { .map = "made_pcarray", .key = 1, .cpu = 2, .offset = 4,
		    .value = 1ULL << 32, .size = 8 },
		  "[1, CPU 2] = {.a = 201, .b = 0}" },
		{ { .map = "made_pcarray", .key = 2, .cpu = 1,
		    .value = 3ULL << 32 | 4, .size = 8 },
		  "[2, CPU 1] = {.a = 4, .b = 3}" },
	};
	const struct mon_dump_options options = { .stall_ns = NSEC_PER_SEC };
	struct strbuf text = STRBUF_INIT;
	struct mon_dump *d;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(0, mon_poke_map(self->g, &cases[i].write, self->err,
					  sizeof(self->err))) {
			TH_LOG("%zu: %s", i, self->err);
	}
		}
	ASSERT_EQ(0, mon_dump_create(self->g, &options, &d));
	mon_dump_text(d, &text);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_NE(NULL, strstr(text.text, cases[i].text)) {
			TH_LOG("%zu is not in:\n%s", i, text.text);
	}
		}
	strbuf_free(&text);
	mon_dump_destroy(d);
}

TEST_F(mon_made, map_write_that_cannot_be)
{
	static const struct {
		struct bpf_map_write write;
		int ret;
		const char *text;
	} cases[] = {
		{ { .map = "made_array", .key = 4 }, -EINVAL,
		  "made_array[4] (array of 4 entries of 16 bytes)" },
		{ { .map = "made_hash", .key = 13 }, -ENOENT, "no key 13" },
		{ { .map = "made_hash", .key = 1ULL << 32 | 10 }, -EINVAL,
		  "made_hash[4294967306]" },
		{ { .map = "made_pchash", .key = 10, .cpu = MADE_CPUS },
		  -EINVAL, "CPU 4" },
		{ { .map = "made_hash", .key = 10, .var = "c" }, -ENOENT,
		  "no variable c" },
		{ { .map = "made_hash", .key = 10, .offset = 13 }, -EINVAL,
		  "4 bytes at 13" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].ret,
			  mon_poke_map(self->g, &cases[i].write, self->err,
				       sizeof(self->err)));
		EXPECT_NE(NULL, strstr(self->err, cases[i].text)) {
			TH_LOG("%zu: %s", i, self->err);
		}
	}
}

/* ---- what lies cost ---- */

static int count_task(void *ctx, uint64_t va)
{
	(void)va;
	++*(unsigned int *)ctx;
	return 0;
}

TEST_F(mon_made, spent_budget)
{
	uint64_t v, left;
	bool hurry = false;
	char buf[4096];

	self->budget.left = 3;
	EXPECT_EQ(0, mon_read_u64(&self->g->mem, MADE_DIRECT, &v));
	EXPECT_NE(NULL, mon_ptr(&self->g->mem, MADE_DIRECT, 8));
	EXPECT_EQ(1, self->budget.left);
	EXPECT_EQ(-ELOOP, mon_read(&self->g->mem, MADE_DIRECT, buf,
				   sizeof(buf)));
	EXPECT_EQ(0, self->budget.left);
	EXPECT_EQ(NULL, mon_ptr(&self->g->mem, MADE_DIRECT, 8));
	EXPECT_EQ(-ELOOP, mon_guest_field(self->g, MON_TASK_PID,
					  self->m.tasks[1], &v));
	/* Somebody waits: what is left is cut. */
	self->budget.left = MON_DUMP_READS;
	self->budget.hurry = &hurry;
	EXPECT_EQ(0, mon_read_u64(&self->g->mem, MADE_DIRECT, &v));
	EXPECT_EQ(MON_DUMP_READS - 1, self->budget.left);
	hurry = true;
	EXPECT_EQ(0, mon_read_u64(&self->g->mem, MADE_DIRECT, &v));
	left = self->budget.left;
	EXPECT_EQ(MON_HURRY_READS - 1, left);
}

TEST_F(mon_made, leader_that_is_its_own_next_thread)
{
	uint64_t node = made_at(&self->m, MON_TASK_THREAD_NODE,
				self->m.tasks[1]);
	unsigned int n = 0;

	made_put(&self->m, node, node);
	EXPECT_EQ(0, mon_tasks_each(self->g, count_task, &n));
	/* The thread is lost; nothing else is. */
	EXPECT_EQ(4 + MADE_CPUS - 1, n);
	EXPECT_GT(200, MON_DUMP_READS - self->budget.left);
}

/*
 * As many queues as fit, each of which leads to one and the same long list of
 * tasks: entries 8 bytes apart are enough of a list.
 */
#define LIES_QUEUES	3000
#define LIES_TASKS	20000

static void make_queues(struct made *m)
{
	uint64_t tbl = made_alloc(m, 1024), first = 1, dsq, i;
	uint64_t list = made_alloc(m, 8 * LIES_TASKS);

	for (i = 0; i < LIES_TASKS; i++)
		made_put(m, list + 8 * i, list + 8 * ((i + 1) % LIES_TASKS));
	for (i = 0; i < LIES_QUEUES; i++) {
		dsq = made_struct(m, MON_ST_SCX_DSQ);
		made_set(m, MON_DSQ_LIST, dsq, list);
		made_set(m, MON_DSQ_HASH_NODE, dsq, first);
		first = made_at(m, MON_DSQ_HASH_NODE, dsq);
	}
	made_set(m, MON_RHT_TBL, made_at(m, MON_SCX_DSQ_HASH, m->sched), tbl);
	made_set(m, MON_TBL_SIZE, tbl, 1);
	made_set(m, MON_TBL_BUCKETS, tbl, first);
}

TEST_F(mon_made, queues_that_share_their_tasks)
{
	struct mon_dsqs dsqs;
	size_t i, tasks = 0;

	make_queues(&self->m);
	self->m.k->f.field[MON_LNODE_FLAGS].present = false;
	ASSERT_EQ(0, mon_dsqs_read(self->g, &dsqs));
	EXPECT_LT(LIES_QUEUES, dsqs.n);
	for (i = 0; i < dsqs.n; i++)
		tasks += dsqs.list[i].n_tasks;
	/* One is on a local queue. */
	EXPECT_EQ(LIES_TASKS + 1, tasks);
	EXPECT_GT(2 * LIES_TASKS + 10 * LIES_QUEUES,
		  MON_DUMP_READS - self->budget.left);
	mon_dsqs_free(&dsqs);
}

/*
 * Types of 4 MiB and a new copy for each map, programs that use 64 maps each:
 * every bound is kept, and yet the whole must end.
 */
static void make_objects(struct made *m)
{
	uint64_t ids[62], node, top = made_struct(m, MON_ST_XA_NODE), used;
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		uint64_t btf = made_struct(m, MON_ST_BTF);

		ids[i] = made_map(m, i + 1, BPF_MAP_TYPE_ARRAY, "lie", 1);
		made_set(m, MON_BTF_DATA, btf, MADE_DIRECT + MADE_HEAP);
		made_set(m, MON_BTF_DATA_SIZE, btf, MON_BTF_MAX);
		made_set(m, MON_MAP_BTF, ids[i], btf);
	}
	made_idr(m, MON_SYM_MAP_IDR, ids, ARRAY_SIZE(ids));
	used = made_alloc(m, sizeof(ids));
	mon_write(&m->mem, used, ids, sizeof(ids));
	/* 64 leaves, each with 60 programs, all of which have the right id */
	made_set(m, MON_XA_SHIFT, top, 6);
	for (i = 0; i < 64; i++) {
		node = made_struct(m, MON_ST_XA_NODE);
		made_put(m, made_at(m, MON_XA_SLOTS, top) + 8 * i, node + 2);
		for (k = 0; k < 60; k++) {
			uint64_t prog = made_alloc(m, 256), aux;

			aux = made_alloc(m, 512);
			made_set(m, MON_PROG_TYPE, prog,
				 BPF_PROG_TYPE_STRUCT_OPS);
			made_set(m, MON_PROG_AUX, prog, aux);
			made_set(m, MON_AUX_ID, aux, 64 * i + k);
			made_set(m, MON_AUX_USED_MAPS, aux, used);
			made_set(m, MON_AUX_USED_MAP_CNT, aux, ~0U);
			made_put(m, made_at(m, MON_XA_SLOTS, node) + 8 * k,
				 prog);
		}
	}
	made_set(m, MON_IDR_HEAD, made_symbol(m, MON_SYM_PROG_IDR), top + 2);
}

TEST_F(mon_made, objects_by_the_thousand)
{
	const struct mon_dump_options options = { .stall_ns = NSEC_PER_SEC };
	struct strbuf text = { .text = (char *)"", .max = 4 << 20 };
	struct mon_dump *d;

	/* The full names lie further on than these short structs reach. */
	self->m.k->f.struct_size[MON_ST_BPF_PROG_AUX] = 512;
	self->m.k->f.field[MON_AUX_KSYM_NAME].present = false;
	self->m.k->f.field[MON_AUX_NAME].present = false;
	make_objects(&self->m);
	ASSERT_EQ(0, mon_dump_create(self->g, &options, &d));
	EXPECT_EQ(64 * 60, d->n_progs);
	EXPECT_EQ(62, d->n_maps);
	EXPECT_GT(2U << 20, MON_DUMP_READS - d->budget.left);
	mon_dump_text(d, &text);
	/* 62 times 4 MiB of types are more than a dump may cost. */
	EXPECT_EQ(0, d->budget.left);
	EXPECT_NE(NULL, strstr(text.text, "(cut short: "));
	strbuf_free(&text);
	mon_dump_destroy(d);
}

/* Each place where a kernel could lie has a copy of what we look for. */
TEST_F(mon_made, keys_of_vmcoreinfo_everywhere)
{
	struct mon_kernel other = *self->m.k;
	static const char key[] = "OSRELEASE=";
	uint64_t i;

	other.build_id[0] ^= 1;
	snprintf(other.banner, sizeof(other.banner), "Linux version 9");
	for (i = MADE_HEAP; i + sizeof(key) < MADE_PAGES; i += strlen(key))
		memcpy(self->m.ram + i, key, strlen(key));
	memcpy(self->m.ram + MADE_PAGES,
	       "OSRELEASE=0.0.0\nBUILD-ID=00112233445566778899aabbccddeeff00112233\n",
	       66);
	mon_guest_explain(&other, &mon_image_ops, self->m.file, MADE_RAM,
			  self->err, sizeof(self->err));
	/* It has given up before it came to the only one that is real. */
	EXPECT_EQ(NULL, strstr(self->err, "00112233445566778899")) {
		TH_LOG("%s", self->err);
	}
	EXPECT_NE(NULL, strstr(self->err, "0.0.0-made"));
}

TEST_HARNESS_MAIN
