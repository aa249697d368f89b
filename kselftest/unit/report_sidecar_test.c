// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sidecars: what is in them, and that they appear whole.
 */
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "kselftest/unit/made_run.h"
#include "lib/common/util/util.h"
#include "lib/host/machine/identity.h"
#include "lib/host/report/json.h"
#include "lib/host/report/sidecar.h"
#include "lib/host/run/verdict.h"

#define CPUS	2

FIXTURE(sidecar) {
	struct made_run run;
	struct run_outcome out;
	struct ktstr_attr attr;
	struct mon_sample *sample;
	struct sidecar s;
	struct json_object *o;
};

FIXTURE_SETUP(sidecar)
{
	memset(self, 0, sizeof(*self));
	outcome_init(&self->out);
	self->out.series.n_cpus = CPUS;
	self->sample = calloc(1, mon_sample_size(CPUS));
	ASSERT_NE(NULL, self->sample);
	self->sample->n_cpus = CPUS;
	made_run_init(&self->run, NULL);
	self->run.config.test = "fixture.test";
	self->s = (struct sidecar) {
		.config = &self->run.config,
		.attr = &self->attr,
		.reason = "",
		.out = &self->out,
	};
}

FIXTURE_TEARDOWN(sidecar)
{
	json_object_put(self->o);
	outcome_exit(&self->out);
	free(self->sample);
}

static struct json_object *get(struct json_object *o, const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(o, key, &value);
	return value;
}

static const char *text(struct json_object *o, const char *key)
{
	return json_object_get_string(get(o, key)) ?: "(null)";
}

static struct json_object *cell(struct json_object *o, const char *key,
				size_t i)
{
	return json_object_array_get_idx(get(o, key), i);
}

static void tell_stage(struct mon_series *s, uint64_t time_ns)
{
	struct wire_stage_rec stage = { .stage = STAGE_WORKLOAD };
	struct wire_rec rec = {
		.type = WIRE_STAGE, .len = sizeof(stage),
		.time_ns = time_ns, .tsc = 2 * time_ns,
	};

	mon_series_record(s, &rec, &stage);
}

/* CPU 1 is not read in every second sample. */
static int add(FIXTURE_DATA(sidecar) *self, unsigned int i)
{
	struct mon_sample *s = self->sample;

	s->host_ns = self->out.series.start_ns + i * NSEC_PER_MSEC;
	s->guest_tsc = 2 * (NSEC_PER_SEC + i * NSEC_PER_MSEC);
	s->cpus[0].valid = true;
	s->cpus[0].nr_running = i;
	s->cpus[1].valid = i % 2 == 0;
	s->cpus[1].nr_running = 7;
	snprintf(s->cpus[1].curr_comm, MON_COMM_LEN, "kworker");
	return mon_series_add(&self->out.series, s);
}

TEST_F(sidecar, results_have_their_words)
{
	static const struct {
		int code;
		const char *word;
	} cases[] = {
		{ RUN_PASS, "pass" }, { RUN_FAIL, "fail" },
		{ RUN_SKIP, "skip" }, { RUN_XFAIL, "xfail" }, { 77, "fail" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		self->s.code = cases[i].code;
		self->o = sidecar_json(&self->s);
		ASSERT_NE(NULL, self->o);
		EXPECT_STREQ(cases[i].word, text(self->o, "result"));
		json_object_put(self->o);
		self->o = NULL;
	}
}

/* So that VMs which hung can be counted. */
TEST_F(sidecar, a_second_boot_is_told)
{
	struct json_object *vm;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		self->s.retried = i ? "the VM hung" : "";
		self->o = sidecar_json(&self->s);
		vm = get(self->o, "vm");
		ASSERT_NE(NULL, get(vm, "retried"));
		EXPECT_EQ(i != 0,
			  !!json_object_get_boolean(get(vm, "retried")));
		EXPECT_STREQ(i ? "the VM hung" : "(null)",
			     text(self->o, "retried"));
		json_object_put(self->o);
		self->o = NULL;
	}
}

TEST_F(sidecar, what_was_not_judged_is_marked)
{
	static const struct {
		enum run_doubt doubt;
		const char *member;
	} marks[] = {
		{ RUN_INFRASTRUCTURE, "infrastructure" },
		{ RUN_INCONCLUSIVE, "inconclusive" },
	};
	struct json_object *said;
	enum run_doubt doubt;
	size_t i;

	for (doubt = RUN_JUDGED; doubt <= RUN_INCONCLUSIVE; doubt++) {
		self->s.code = RUN_SKIP;
		self->s.doubt = doubt;
		self->o = sidecar_json(&self->s);
		for (i = 0; i < ARRAY_SIZE(marks); i++) {
			said = get(self->o, marks[i].member);
			ASSERT_NE(NULL, said);
			EXPECT_EQ(marks[i].doubt == doubt,
				  !!json_object_get_boolean(said));
		}
		json_object_put(self->o);
		self->o = NULL;
	}
}

/* Each is there as a command line would say it, and so is what one has said. */
TEST_F(sidecar, attributes_are_recorded)
{
	static const struct scheduler simple = {
		.name = "simple", .binary = "scx_simple",
	};
	struct json_object *attrs;

	self->attr = (struct ktstr_attr){
		.topology = TOPOLOGY(1, 1, 2, 1), .kaslr = KTSTR_OFF,
		.scheduler = &simple, .duration_s = 3,
		.limits.max_gap_ms = CHECK_OFF,
	};
	self->run.config.given = "duration_s=3";
	self->o = sidecar_json(&self->s);
	attrs = get(self->o, "attributes");
	EXPECT_STREQ("1n1l2c1t", text(attrs, "topology"));
	EXPECT_STREQ("off", text(attrs, "kaslr"));
	EXPECT_STREQ("scx_simple", text(attrs, "scheduler"));
	EXPECT_STREQ("3", text(attrs, "duration_s"));
	EXPECT_STREQ("off", text(attrs, "limits.max_gap_ms"));
	EXPECT_EQ(NULL, get(attrs, "workers"));
	EXPECT_STREQ("duration_s=3", text(self->o, "given"));
}

TEST_F(sidecar, losses_are_told)
{
	struct json_object *lost;

	self->out.vm.ring.records = 123456;
	self->out.vm.ring.texts = 3;
	self->out.vm.ring.broken = true;
	self->out.vm.serial_lost = 5;
	self->out.sched_log.dropped = 7;
	self->o = sidecar_json(&self->s);
	lost = get(self->o, "lost");
	EXPECT_STREQ("true", text(lost, "ring_broken"));
	EXPECT_STREQ("123456", text(lost, "records"));
	EXPECT_STREQ("3", text(lost, "text_records"));
	EXPECT_STREQ("5", text(lost, "serial_bytes"));
	EXPECT_STREQ("7", text(lost, "scheduler_log_bytes"));
	EXPECT_STREQ("0", text(lost, "output_bytes"));
}

TEST_F(sidecar, without_a_vm_there_is_no_run)
{
	self->s.out = NULL;
	self->s.code = RUN_SKIP;
	self->s.reason = "no kernel";
	self->o = sidecar_json(&self->s);
	ASSERT_NE(NULL, self->o);
	EXPECT_STREQ("no kernel", text(self->o, "reason"));
	EXPECT_STREQ("1n1l2c1t", text(self->o, "topology"));
	EXPECT_EQ(NULL, get(self->o, "vm"));
	EXPECT_EQ(NULL, get(self->o, "monitor"));
	EXPECT_STREQ("(null)", text(self->o, "scheduler"));
}

TEST_F(sidecar, a_run_on_this_machine_has_its_kernel_and_no_vm)
{
	struct host_machine machine;

	host_machine_get(&machine);
	self->run.config.bare = true;
	self->o = sidecar_json(&self->s);
	ASSERT_NE(NULL, self->o);
	EXPECT_STREQ("true", text(get(self->o, "host"), "bare"));
	EXPECT_STREQ(machine.release, text(get(self->o, "kernel"), "release"));
	EXPECT_EQ(NULL, get(self->o, "vm"));
	EXPECT_NE(NULL, get(self->o, "summary"));
}

TEST_F(sidecar, columns_are_as_long_as_the_times)
{
	struct mon_series *s = &self->out.series;
	struct json_object *mon, *cpu;
	size_t i, n = 5;

	for (i = 0; i < n; i++)
		ASSERT_EQ(0, add(self, i));
	tell_stage(s, NSEC_PER_SEC);
	tell_stage(s, NSEC_PER_SEC + 10 * NSEC_PER_MSEC);
	mon_series_finish(s);
	self->o = sidecar_json(&self->s);
	ASSERT_NE(NULL, self->o);
	mon = get(self->o, "monitor");
	EXPECT_STREQ("guest", text(mon, "clock"));
	ASSERT_EQ(n, json_object_array_length(get(mon, "time_us")));
	ASSERT_EQ(2U, json_object_array_length(get(mon, "cpus")));
	EXPECT_EQ(2U, json_object_array_length(get(mon, "marks")));
	for (i = 0; i < n; i++) {
		EXPECT_EQ(1000000 + (int64_t)i * 1000,
			  json_object_get_int64(cell(mon, "time_us", i)));
	}

	cpu = cell(mon, "cpus", 0);
	EXPECT_EQ(4, json_object_get_int64(cell(cpu, "nr_running", 4)));
	cpu = cell(mon, "cpus", 1);
	for (i = 0; i < n; i++) {
		EXPECT_EQ(i % 2 == 0, !!cell(cpu, "nr_running", i));
		EXPECT_EQ(i % 2 == 0, !!cell(cpu, "curr_comm", i));
	}
}

/* An object has a member for each row of a kind, and @others beside them. */
static void expect_rows(struct __test_metadata *_metadata,
			struct json_object *o, enum quantity_per per,
			const char *const *others)
{
	const struct quantity *q;
	int n = 0;

	for (q = quantity_next(per, NULL); q; q = quantity_next(per, q)) {
		EXPECT_TRUE(json_object_object_get_ex(o, q->name, NULL))
			TH_LOG("no %s per %s", q->name, quantity_per_name(per));
		n++;
	}
	for (; *others; others++) {
		EXPECT_TRUE(json_object_object_get_ex(o, *others, NULL))
			TH_LOG("no %s", *others);
		n++;
	}
	EXPECT_EQ(n, json_object_object_length(o))
		TH_LOG("per %s: %s", quantity_per_name(per),
		       json_object_to_json_string(o));
}

TEST_F(sidecar, keys_are_the_rows)
{
	static const char * const cpu[] = { "cpu", "curr_comm", NULL };
	static const char * const phase[] = {
		"name", "start_us", "end_us", "events", NULL,
	};
	static const char * const cgroup[] = { "name", NULL };
	static const char * const worker[] = { "cgroup", "worker", NULL };
	static const char * const none[] = { NULL };
	struct json_object *mon;

	ASSERT_EQ(0, add(self, 0));
	tell_stage(&self->out.series, NSEC_PER_SEC);
	tell_stage(&self->out.series, NSEC_PER_SEC + 10 * NSEC_PER_MSEC);
	mon_series_finish(&self->out.series);
	self->out.n_cgroups = 1;
	self->out.n_workers = 1;
	self->out.n_turns = 1;
	self->o = sidecar_json(&self->s);
	ASSERT_NE(NULL, self->o);
	mon = get(self->o, "monitor");
	expect_rows(_metadata, cell(self->o, "turns", 0), PER_TURN, none);
	expect_rows(_metadata, cell(mon, "cpus", 0), PER_CPU, cpu);
	expect_rows(_metadata, get(mon, "sched_ext"), PER_SAMPLE, none);
	expect_rows(_metadata, cell(mon, "phases", 0), PER_PHASE, phase);
	expect_rows(_metadata, cell(self->o, "cgroups", 0), PER_CGROUP, cgroup);
	expect_rows(_metadata, cell(self->o, "workers", 0), PER_WORKER, worker);
}

/* Three objects share those of a run: each row is in the one of its source. */
TEST_F(sidecar, each_quantity_of_a_run_has_its_object)
{
	static const char * const objects[N_FROMS] = {
		[FROM_WORKERS] = "summary",
		[FROM_HARNESS] = "summary",
		[FROM_MEMORY] = "summary",
		[FROM_SCHEDSTAT] = "summary",
		[FROM_MONITOR] = "monitor",
		[FROM_VMM] = "vm",
	};
	static const char * const all[] = { "summary", "monitor", "vm" };
	const struct quantity *q;
	bool here, wanted;
	int n = 0;
	size_t i;

	self->o = sidecar_json(&self->s);
	for (q = quantity_next(PER_RUN, NULL); q; q = quantity_next(PER_RUN, q))
		for (i = 0; i < ARRAY_SIZE(all); i++) {
			wanted = !strcmp(all[i], objects[q->from]);
			here = json_object_object_get_ex(get(self->o, all[i]),
							 q->name, NULL);
			EXPECT_EQ(wanted, here)
				TH_LOG("%s in %s", q->name, all[i]);
			n += here && i == 0;
		}
	EXPECT_EQ(n, json_object_object_length(get(self->o, "summary")));
}

/* What the guest told, as it stands in the file. */
TEST_F(sidecar, what_is_not_known_is_null)
{
	struct outcome_cgroup *g = &self->out.cgroups[0];
	struct json_object *group;

	self->out.n_cgroups = 1;
	quantities_forget(PER_CGROUP, &g->q);
	g->q.spread_pct = 7.2;
	g->q.max_gap_ms = 12;
	self->out.n_refused = 4;
	self->o = sidecar_json(&self->s);
	group = cell(self->o, "cgroups", 0);
	EXPECT_STREQ("7.200", text(group, "spread_pct"));
	EXPECT_STREQ("12", text(group, "max_gap_ms"));
	EXPECT_STREQ("(null)", text(group, "migrations"));
	EXPECT_STREQ("4", text(get(self->o, "lost"), "metrics_refused"));
}

TEST_F(sidecar, a_guest_without_a_clock_has_the_hosts)
{
	struct json_object *mon;

	ASSERT_EQ(0, add(self, 3));
	mon_series_finish(&self->out.series);
	self->o = sidecar_json(&self->s);
	mon = get(self->o, "monitor");
	EXPECT_STREQ("host", text(mon, "clock"));
	EXPECT_EQ(3000, json_object_get_int64(cell(mon, "time_us", 0)));
	EXPECT_EQ(0U, json_object_array_length(get(mon, "phases")));
}

/* A counter that the kernel has not got is null, not 0. */
TEST_F(sidecar, a_kernel_without_schedstat)
{
	struct json_object *cpu;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		self->out.series.has_schedstat = i;
		self->sample->cpus[0].run_delay_ns = 5 * NSEC_PER_USEC;
		ASSERT_EQ(0, add(self, i));
		json_object_put(self->o);
		self->o = sidecar_json(&self->s);
		cpu = cell(get(self->o, "monitor"), "cpus", 0);
		EXPECT_NE(NULL, cell(cpu, "nr_switches", 0));
		EXPECT_EQ(!i, !cell(cpu, "run_delay_us", 0));
	}
	EXPECT_EQ(5, json_object_get_int64(cell(cpu, "run_delay_us", 0)));
}

TEST_F(sidecar, bytes_of_a_guest_become_text)
{
	static const char bytes[] = "a\x1b[31m\r\n\xff\"\\\t\x1b[2J";

	strbuf_add(&self->out.sched_log, bytes, sizeof(bytes) - 1);
	self->o = sidecar_json(&self->s);
	ASSERT_NE(NULL, self->o);
	/* Colors go; other escapes and what is no text are replaced. */
	EXPECT_STREQ("a\n?\"\\\t?[2J", text(self->o, "scheduler_log"));
}

TEST_F(sidecar, appears_whole_and_alone)
{
	char dir[] = "/tmp/ktstr-sidecar-XXXXXX", path[PATH_MAX];
	unsigned int files = 0;
	struct dirent *entry;
	DIR *d;

	ASSERT_NE(NULL, mkdtemp(dir));
	setenv("KTSTR_SIDECAR_DIR", dir, 1);
	sidecar_write(&self->s);
	sidecar_write(&self->s);
	unsetenv("KTSTR_SIDECAR_DIR");
	snprintf(path, sizeof(path), "%s/fixture.test.ktstr.json", dir);
	self->o = json_object_from_file(path);
	d = opendir(dir);
	ASSERT_NE(NULL, d);
	while ((entry = readdir(d)))
		files += entry->d_name[0] != '.';
	closedir(d);
	unlink(path);
	rmdir(dir);
	EXPECT_EQ(1U, files);
	ASSERT_NE(NULL, self->o);
	EXPECT_STREQ("ktstr-run", text(self->o, "format"));
	EXPECT_STREQ("fixture.test", text(self->o, "test"));
}

TEST(release_of_an_image)
{
	const char *kernel = getenv("KTSTR_KERNEL");
	char path[PATH_MAX], release[64];

	EXPECT_EQ(-ENOENT, host_image_release("/nowhere", release,
					      sizeof(release)));
	EXPECT_EQ(-ENOEXEC, host_image_release("/proc/self/exe", release,
					       sizeof(release)));
	EXPECT_STREQ("", release);
	if (!kernel)
		SKIP(return, "no kernel named by KTSTR_KERNEL");
	snprintf(path, sizeof(path), "%s/bzImage", kernel);
	if (access(path, R_OK))
		snprintf(path, sizeof(path), "%s/arch/x86/boot/bzImage",
			 kernel);
	ASSERT_EQ(0, host_image_release(path, release, sizeof(release)));
	EXPECT_NE(NULL, strchr(release, '.'));
	EXPECT_EQ(NULL, strchr(release, ' '));
	EXPECT_NE(0, atoi(release));
}

TEST_HARNESS_MAIN
