// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the monitor reads from a guest's memory, beside what that guest said
 * just before and just after the memory was dumped. Counters only grow, so
 * before <= read <= after, and where both are equal, nothing is left to chance.
 */
#include "kselftest_harness.h"

#include "kselftest/unit/mon_image.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/read/sample.h"

FIXTURE(mon_image)
{
	struct image im;
	struct mon_sampler *sampler;
	struct mon_sample *sample;
};

FIXTURE_VARIANT(mon_image)
{
	const char *name;
	unsigned int cpus;
	bool kaslr;
	bool five_levels;
	const char *scheduler;
};

#define IMAGE(variant_name, image, ...)					\
	FIXTURE_VARIANT_ADD(mon_image, variant_name) {			\
		.name = image, __VA_ARGS__				\
	}

IMAGE(l4_nokaslr, "l4-nokaslr", .cpus = 4, .scheduler = "simple");
IMAGE(l4_kaslr, "l4-kaslr", .cpus = 4, .kaslr = true, .scheduler = "simple");
IMAGE(l5_nokaslr, "l5-nokaslr", .cpus = 2, .five_levels = true,
      .scheduler = "simple");
IMAGE(l5_kaslr, "l5-kaslr", .cpus = 4, .kaslr = true, .five_levels = true,
      .scheduler = "simple");
IMAGE(eevdf, "eevdf", .cpus = 4, .kaslr = true);
IMAGE(cpus64, "cpus64", .cpus = 64, .kaslr = true, .scheduler = "simple");
IMAGE(cpus252, "cpus252", .cpus = 252, .kaslr = true, .scheduler = "simple");

FIXTURE_SETUP(mon_image)
{
	if (image_open(&self->im, variant->name))
		SKIP(return, "%s", self->im.why);
	ASSERT_EQ(0, image_attach(&self->im));
	ASSERT_EQ(0, mon_sampler_create(&self->im.guest, &self->sampler));
	self->sample = mon_sample_alloc(&self->im.guest);
	ASSERT_NE(NULL, self->sample);
	ASSERT_EQ(0, mon_sampler_take(self->sampler, self->sample));
}

FIXTURE_TEARDOWN(mon_image)
{
	mon_sampler_destroy(self->sampler);
	free(self->sample);
	image_close(&self->im);
}

/* Was @seen between what the guest said before and after? Counts certainty. */
static bool fits(struct __test_metadata *_metadata, const char *what,
		 uint64_t before, uint64_t seen, uint64_t after,
		 unsigned int *exact)
{
	if (seen < before || seen > after) {
		TH_LOG("%s: read %llu, the guest said %llu before and %llu after",
		       what, (unsigned long long)seen,
		       (unsigned long long)before, (unsigned long long)after);
		_metadata->exit_code = KSFT_FAIL;
		return false;
	}
	*exact += before == after;
	return true;
}

TEST_F(mon_image, kernel_is_found)
{
	const struct mon_guest *g = &self->im.guest;

	EXPECT_EQ(variant->kaslr, g->kaslr != 0);
	EXPECT_EQ(variant->five_levels, g->mem.five_levels);
	EXPECT_EQ(variant->cpus, g->nr_cpus);
	EXPECT_EQ(variant->cpus, self->sample->n_valid);
	EXPECT_EQ(0, self->sample->n_rejected);
	TH_LOG("text at %#llx, physical %#llx, direct map at %#llx",
	       (unsigned long long)g->mem.text,
	       (unsigned long long)g->mem.text_pa,
	       (unsigned long long)g->mem.page_offset);
}

/* The page tables and the subtraction must tell the same. */
TEST_F(mon_image, walk_agrees_with_direct_map)
{
	const struct mon_mem *mem = &self->im.guest.mem;
	uint64_t va, pa, run, pa2, run2, n = 0;

	for (va = mem->page_offset; va < mem->page_offset + (512ULL << 20);
	     va += (1ULL << 20) + 4096) {
		if (mon_walk(mem, va, &pa, &run))
			continue;	/* firmware's holes */
		ASSERT_EQ(0, mon_translate(mem, va, &pa2, &run2));
		ASSERT_EQ(pa2, pa);
		n++;
	}
	EXPECT_LT(400, n);
	for (va = mem->text; va < mem->text + (8 << 20); va += 4096 * 7) {
		ASSERT_EQ(0, mon_walk(mem, va, &pa, &run));
		ASSERT_EQ(mem->text_pa + (va - mem->text), pa);
	}
}

TEST_F(mon_image, schedstat_of_run_queues)
{
	unsigned int cpu, exact = 0;

	for (cpu = 0; cpu < self->sample->n_cpus; cpu++) {
		const struct mon_cpu *c = &self->sample->cpus[cpu];
		uint64_t seen[] = { c->yld_count, 0, c->sched_count,
				    c->sched_goidle, c->ttwu_count,
				    c->ttwu_local, 0, c->run_delay_ns,
				    c->pcount };
		const char *b, *a;
		char key[32];
		size_t i;

		snprintf(key, sizeof(key), "cpu%u ", cpu);
		b = said_line(&self->im.before, "schedstat", key);
		a = said_line(&self->im.after, "schedstat", key);
		ASSERT_TRUE(b && a);
		for (i = 0; i < ARRAY_SIZE(seen); i++) {
			uint64_t before = strtoull(b, (char **)&b, 10);
			uint64_t after = strtoull(a, (char **)&a, 10);

			if (i == 1 || i == 6)	/* legacy; rq_cpu_time */
				continue;
			snprintf(key, sizeof(key), "cpu%u field %zu", cpu, i);
			fits(_metadata, key, before, seen[i], after, &exact);
		}
	}
	TH_LOG("%u fields did not move and were equal", exact);
	EXPECT_LE(self->sample->n_cpus, exact);
}

TEST_F(mon_image, balance_statistics)
{
	unsigned int cpu, d, exact = 0, total = 0, i, k;
	char name[16], name2[16], what[64];

	for (cpu = 0; cpu < self->sample->n_cpus; cpu++) {
		const struct mon_cpu *c = &self->sample->cpus[cpu];

		for (d = 0; d < c->n_domains; d++) {
			const struct mon_domain *dom = &c->domains[d];
			const char *b = said_domain(&self->im.before, cpu,
						    d, name);
			const char *a = said_domain(&self->im.after, cpu, d,
						    name2);

			ASSERT_TRUE(b && a);
			EXPECT_STREQ(name, dom->name);
			for (i = 0; i < MON_IDLE_TYPES * MON_LB_STATS +
					MON_SD_STATS; i++) {
				uint64_t before = strtoull(b, (char **)&b, 10);
				uint64_t after = strtoull(a, (char **)&a, 10);
				uint64_t seen;

				k = i / MON_LB_STATS;
				seen = k < MON_IDLE_TYPES ?
				       dom->lb[i % MON_LB_STATS][k] :
				       dom->stat[i - MON_IDLE_TYPES *
						 MON_LB_STATS];
				snprintf(what, sizeof(what),
					 "cpu%u domain%u field %u", cpu, d, i);
				fits(_metadata, what, before, seen, after,
				     &exact);
				total++;
			}
		}
		/* There are no more levels than that. */
		EXPECT_EQ(NULL, said_domain(&self->im.before, cpu, d, name));
	}
	TH_LOG("%u of %u numbers did not move and were equal", exact, total);
	EXPECT_LT(0, total);
	EXPECT_LE(total / 2, exact);
}

/* A value of /sys/kernel/debug/sched/domains, which do not change. */
TEST_F(mon_image, domain_parameters)
{
	unsigned int cpu, d, n = 0, exact = 0;
	char key[128];

	for (cpu = 0; cpu < self->sample->n_cpus; cpu++) {
		const struct mon_cpu *c = &self->sample->cpus[cpu];

		for (d = 0; d < c->n_domains; d++) {
			const char *b, *a;
			int len;

			len = snprintf(key, sizeof(key),
				       "/sys/kernel/debug/sched/domains/cpu%u/domain%u/",
				       cpu, d);
			snprintf(key + len, sizeof(key) - len, "level ");
			b = said_line(&self->im.before, "domains", key);
			if (!b)
				SKIP(return, "the guest has no debugfs domains");
			EXPECT_EQ(atoi(b), c->domains[d].level);
			snprintf(key + len, sizeof(key) - len, "name ");
			b = said_line(&self->im.before, "domains", key);
			ASSERT_NE(NULL, b);
			EXPECT_EQ(0, strncmp(b, c->domains[d].name,
					     strlen(c->domains[d].name)));
			snprintf(key + len, sizeof(key) - len,
				 "max_newidle_lb_cost ");
			b = said_line(&self->im.before, "domains", key);
			a = said_line(&self->im.after, "domains", key);
			ASSERT_TRUE(a && b);
			/* it decays, so no bound when it moved */
			if (strtoull(a, NULL, 10) == strtoull(b, NULL, 10)) {
				EXPECT_EQ(strtoull(a, NULL, 10),
					  c->domains[d].max_newidle_lb_cost_ns);
				exact++;
			}
			EXPECT_LE(2, c->domains[d].span_weight);
			n++;
		}
		if (c->n_domains)
			EXPECT_EQ(self->sample->n_cpus,
				  c->domains[c->n_domains - 1].span_weight);
	}
	TH_LOG("%u domains, %u newidle costs equal", n, exact);
	EXPECT_LT(0, n);
}

TEST_F(mon_image, sched_ext_events)
{
	const struct mon_scx *scx = &self->sample->scx;
	const struct mon_fields *f = &self->im.kernel->f;
	unsigned int i, exact = 0;
	char key[64];

	if (!variant->scheduler) {
		EXPECT_FALSE(scx->loaded);
		EXPECT_FALSE(scx->events_valid);
		EXPECT_EQ(f->constant[MON_C_SCX_DISABLED], (uint64_t)scx->enable_state);
		return;
	}
	EXPECT_TRUE(scx->loaded);
	EXPECT_STREQ(variant->scheduler, scx->name);
	EXPECT_EQ(f->constant[MON_C_SCX_ENABLED], (uint64_t)scx->enable_state);
	EXPECT_EQ(0, scx->exit_kind);
	EXPECT_NE(0, scx->watchdog_timeout);
	ASSERT_TRUE(scx->events_valid);
	for (i = 0; i < f->n_events; i++) {
		const char *b, *a;

		snprintf(key, sizeof(key), "%s ", f->events[i].name);
		b = said_line(&self->im.before, "scx_events", key);
		a = said_line(&self->im.after, "scx_events", key);
		ASSERT_TRUE(b && a);
		fits(_metadata, key, strtoull(b, NULL, 10), scx->events[i],
		     strtoull(a, NULL, 10), &exact);
	}
	TH_LOG("%u of %u events did not move and were equal", exact,
	       f->n_events);
	EXPECT_LE(10, exact);
	EXPECT_LE(0, mon_event_find(self->im.kernel, "SELECT_CPU_FALLBACK"));
	EXPECT_EQ(-1, mon_event_find(self->im.kernel, "NO_SUCH_EVENT"));
}

/* "3247.651851" is milliseconds and nanoseconds. */
static uint64_t sched_ns(const char *p)
{
	uint64_t ms = strtoull(p, (char **)&p, 10);

	return ms * NSEC_PER_MSEC + (*p == '.' ? strtoull(p + 1, NULL, 10) : 0);
}

/* A line of one CPU's block of /sys/kernel/debug/sched/debug */
static const char *debug_line(const struct said *s, unsigned int cpu,
			      const char *field)
{
	char key[32];
	const char *p, *end;

	snprintf(key, sizeof(key), "cpu#%u,", cpu);
	p = said_line(s, "sched_debug", key);
	end = p ? strstr(p, "\n\n") : NULL;
	snprintf(key, sizeof(key), "  .%s ", field);
	p = end ? strstr(p, key) : NULL;
	p = p && p < end ? strchr(p, ':') : NULL;
	return p ? p + 2 : NULL;
}

TEST_F(mon_image, run_queues_of_sched_debug)
{
	unsigned int cpu, exact = 0;

	for (cpu = 0; cpu < self->sample->n_cpus; cpu++) {
		const struct mon_cpu *c = &self->sample->cpus[cpu];
		const char *b, *a;

		b = debug_line(&self->im.before, cpu, "nr_switches");
		a = debug_line(&self->im.after, cpu, "nr_switches");
		ASSERT_TRUE(b && a);
		fits(_metadata, "nr_switches", strtoull(b, NULL, 10),
		     c->nr_switches, strtoull(a, NULL, 10), &exact);
		b = debug_line(&self->im.before, cpu, "clock");
		a = debug_line(&self->im.after, cpu, "clock");
		ASSERT_TRUE(b && a);
		fits(_metadata, "clock", sched_ns(b), c->clock_ns, sched_ns(a),
		     &exact);
		b = debug_line(&self->im.before, cpu, "clock_task");
		a = debug_line(&self->im.after, cpu, "clock_task");
		ASSERT_TRUE(b && a);
		fits(_metadata, "clock_task", sched_ns(b), c->clock_task_ns,
		     sched_ns(a), &exact);
		/* The guest sleeps: nothing runs but what a timer woke. */
		EXPECT_LE(c->nr_running, 2);
		EXPECT_EQ(c->idle, c->curr_pid == 0);
		if (c->idle)
			EXPECT_EQ(0, strncmp("swapper/", c->curr_comm, 8));
	}
}

/* Jiffies and clocks of the sample fit the guest's uptime. */
TEST_F(mon_image, time_fits)
{
	const char *b = said_line(&self->im.before, "sched_debug", "jiffies");
	const char *a = said_line(&self->im.after, "sched_debug", "jiffies");
	unsigned int exact = 0;

	ASSERT_TRUE(b && a);
	fits(_metadata, "jiffies", strtoull(strchr(b, ':') + 1, NULL, 10),
	     self->sample->jiffies, strtoull(strchr(a, ':') + 1, NULL, 10),
	     &exact);
	EXPECT_LT(0, self->sample->cost_ns);
}

/* The memory does not change, so neither does what is read from it. */
TEST_F(mon_image, again_without_domains)
{
	size_t size = mon_sample_size(self->sample->n_cpus);
	struct mon_sample *whole = malloc(size);
	struct mon_cpu *c = &self->sample->cpus[0];

	ASSERT_NE(NULL, whole);
	EXPECT_TRUE(self->sample->domains_read);
	c->domains[0].span_weight = 12345;
	memcpy(whole, self->sample, size);
	memset(c, 0xff, offsetof(struct mon_cpu, n_domains));
	ASSERT_EQ(0, mon_sampler_take_again(self->sampler, self->sample));
	EXPECT_FALSE(self->sample->domains_read);
	self->sample->domains_read = true;
	self->sample->host_ns = whole->host_ns;
	self->sample->cost_ns = whole->cost_ns;
	EXPECT_EQ(0, memcmp(whole, self->sample, size));
	free(whole);
}

/* The same memory, but the vmlinux of another build */
TEST_F(mon_image, another_kernel_is_refused)
{
	struct mon_kernel other = *self->im.kernel;
	char id[MON_BUILD_ID_STRLEN], other_id[MON_BUILD_ID_STRLEN], err[1024];
	char *notes = malloc(other.notes.size);
	struct mon_guest g;
	size_t i;

	ASSERT_NE(NULL, notes);
	memcpy(notes, other.notes.data, other.notes.size);
	for (i = 0; i + other.build_id_len <= other.notes.size; i++) {
		if (!memcmp(notes + i, other.build_id, other.build_id_len))
			notes[i] ^= 1;
	}
	other.build_id[0] ^= 1;
	other.notes.data = notes;
	mon_build_id_str(self->im.kernel->build_id, other.build_id_len, id);
	mon_build_id_str(other.build_id, other.build_id_len, other_id);

	EXPECT_EQ(-EAGAIN, mon_guest_attach(&g, &other, &mon_image_ops,
					    self->im.file,
					    mon_image_phys_end(self->im.file)));
	EXPECT_EQ(-ENOEXEC,
		  mon_guest_explain(&other, &mon_image_ops, self->im.file,
				    mon_image_phys_end(self->im.file), err,
				    sizeof(err)));
	TH_LOG("%s", err);
	EXPECT_NE(NULL, strstr(err, id));
	EXPECT_NE(NULL, strstr(err, other_id));
	free(notes);
}

/* A banner that differs is refused even under the same build id. */
TEST_F(mon_image, another_banner_is_refused)
{
	struct mon_kernel other = *self->im.kernel;
	struct mon_guest g;

	other.banner[strlen("Linux version ")] ^= 1;
	EXPECT_EQ(-EAGAIN, mon_guest_attach(&g, &other, &mon_image_ops,
					    self->im.file,
					    mon_image_phys_end(self->im.file)));
}

TEST_HARNESS_MAIN
