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
#include "lib/host/machine.h"
#include "lib/report/json.h"
#include "lib/report/sidecar.h"
#include "lib/run/verdict.h"
#include "lib/util/util.h"

#define CPUS	2

FIXTURE(sidecar) {
	struct run_outcome out;
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
	self->s = (struct sidecar) {
		.test = "fixture.test",
		.reason = "",
		.topology = { 1, 1, 2, 1 },
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
		self->s.retried = i;
		self->o = sidecar_json(&self->s);
		vm = get(self->o, "vm");
		ASSERT_NE(NULL, get(vm, "retried"));
		EXPECT_EQ(i != 0,
			  !!json_object_get_boolean(get(vm, "retried")));
		json_object_put(self->o);
		self->o = NULL;
	}
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
	for (i = 0; i < n; i++)
		EXPECT_EQ(1000000 + (int64_t)i * 1000,
			  json_object_get_int64(cell(mon, "time_us", i)));

	cpu = cell(mon, "cpus", 0);
	EXPECT_EQ(4, json_object_get_int64(cell(cpu, "nr_running", 4)));
	cpu = cell(mon, "cpus", 1);
	for (i = 0; i < n; i++) {
		EXPECT_EQ(i % 2 == 0, !!cell(cpu, "nr_running", i));
		EXPECT_EQ(i % 2 == 0, !!cell(cpu, "curr_comm", i));
	}
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
	static const char bytes[] = "a\x1b[31m\r\n\xff\"\\\t";

	strbuf_add(&self->out.sched_log, bytes, sizeof(bytes) - 1);
	self->o = sidecar_json(&self->s);
	ASSERT_NE(NULL, self->o);
	EXPECT_STREQ("a?[31m\n?\"\\\t", text(self->o, "scheduler_log"));
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
