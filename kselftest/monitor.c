// SPDX-License-Identifier: GPL-2.0-only
/*
 * The monitor on live VMs: it reads what the guest would say itself, it gives
 * no alarm where all is well, and where a scheduler stalls or a guest hangs it
 * says who, where and since when.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "ktstr.h"
#include "scenarios.h"

#include "bpf/scx_ktstr.h"
#include "kselftest/monitor_compare.h"
#include "lib/common/btf.h"
#include "lib/common/util/strbuf.h"
#include "lib/guest/scenario/say.h"

static const struct scheduler scx_ktstr = {
	.name = "scx_ktstr",
	.ops_name = "ktstr",
	.binary = "scx_ktstr",
};

KTSTR_FIXTURE(monitor, .topology = TOPOLOGY(1, 1, 2, 1),
	      .scheduler = &scx_ktstr);

/* The host's own write makes the scheduler fail, in the way it chose. */
KTSTR_TEST_F(monitor, map_write_crash, .duration_s = 10, .expect_err = true,
	     .bpf_map_write = { .map = ".bss", .var = "crash", .value = 1 },
	     .expect_exit_kind = "scx_bpf_error",
	     .expect_scx_bpf_error_contains = "ktstr: host-triggered crash")
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_TEST_F(monitor, map_write_bad_dsq, .duration_s = 10, .expect_err = true,
	     .bpf_map_write = { .map = ".bss", .var = "fail_mode",
				.value = KTSTR_FAIL_BAD_DSQ },
	     .expect_exit_kind = "runtime error",
	     .expect_scx_bpf_error_contains = "non-existent DSQ 0xdead")
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

/* The stall is read before the watchdog ends it, and at that end. */
static int half_time_is_dumped(const struct run_outcome *out, char *err,
			       size_t size)
{
	const struct mon_findings *f = &out->findings;
	const struct mon_kept_dump *half = mon_findings_get(f, MON_DUMP_HALF);
	const struct mon_kept_dump *end = mon_findings_get(f, MON_DUMP_EXIT);

	if (half && end && half->host_ns < end->host_ns &&
	    half->dump->n_stalls && strstr(half->what, "watchdog's 3.0 s") &&
	    half->dump->sample->scx.loaded && f->peak_wait_ns >= 1500000000)
		return 0;
	snprintf(err, size, "half time: %s (%zu stalls), end: %s; longest wait %.3f s",
		 half ? half->what : "no dump", half ? half->dump->n_stalls : 0,
		 end ? end->what : "no dump", f->peak_wait_ns / 1e9);
	return -1;
}

/* The scheduler's own timeout is 20 s: a task waits for no more than half. */
KTSTR_TEST_F(monitor, watchdog_override, .duration_s = 30, .expect_err = true,
	     .watchdog_timeout_ms = 3000,
	     .bpf_map_write = { .map = ".bss", .var = "fail_mode",
				.value = KTSTR_FAIL_STALL },
	     .expect_exit_kind = "runnable task stall",
	     .expect_scx_bpf_error_matches = "failed to run for [0-9]\\.",
	     .post_vm = half_time_is_dumped)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

static int watchdog_was_set(const struct run_outcome *out, char *err,
			    size_t size)
{
	const struct mon_mark *m = mon_series_first(&out->series,
						    MON_MARK_WRITE);

	if (m && !strcmp(m->text, "sched_ext's watchdog: 8000 ms"))
		return 0;
	snprintf(err, size, "the watchdog was not set: %s",
		 m ? m->text : "nothing was written");
	return -1;
}

/*
 * A short timeout kills nobody who is well; of the kernel's time, a freeze of
 * the host counts as well, so it is longer than those.
 */
KTSTR_TEST_F(monitor, watchdog_spares_the_healthy, .duration_s = 25,
	     .watchdog_timeout_ms = 8000, .post_vm = watchdog_was_set)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

/* ---- values over time ---- */

/* The one of init lies behind a pointer into the kernel. */
#define FOLLOWED	.watch_maps = {					\
		"enqueued=counts:enqueued", "on_0=counts@0:enqueued",	\
		"fail=.bss:fail_mode", "init=first_task:task->pid",	\
	}

KTSTR_TEST_F(monitor, values_over_time, .duration_s = 3, FOLLOWED,
	     .assertions = {
		"enqueued nondecreasing",
		"rate enqueued is > 1",
		"enqueued rate_within 0 1e6",
		"mean on_0 ratio_within 0 1 over enqueued",
		"fail always == 0",
		"fail steady_within 0",
		"init always == 1",
		"init converges_to 1 0 2000",
	     })
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

/* A value that breaks what was asserted is told with its time. */
KTSTR_TEST_F(monitor, value_that_is_broken, .duration_s = 3, FOLLOWED,
	     .bpf_map_write = { .map = ".bss", .var = "fail_mode",
				.value = KTSTR_FAIL_NO_ATTACH },
	     .assertions = { "fail always == 0" },
	     .expect_failure = "asserted: fail always == 0: fail was 18 at ")
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

_Static_assert(KTSTR_FAIL_NO_ATTACH == 18, "it stands in a text above");

/* What each CPU has counted is all that was, if nothing went on meanwhile. */
static int snapshots_are_whole(const struct run_outcome *out, char *err,
			       size_t size)
{
	const struct mon_snapshots *shots = &out->findings.snapshots;
	const struct mon_track *all = &out->findings.tracks.list[0];
	int64_t sum, on[2];
	unsigned int i, cpu;
	char place[32];
	int ret = 0;

	for (i = 0; i < shots->n && !ret; i++) {
		const struct mon_snapshot *s = &shots->list[i];

		ret = mon_snapshot_get(s, "counts:enqueued", &sum, err, size);
		for (cpu = 0; cpu < 2 && !ret; cpu++) {
			snprintf(place, sizeof(place), "counts@%u:enqueued",
				 cpu);
			ret = mon_snapshot_get(s, place, &on[cpu], err, size);
		}
		if (ret)
			break;
		if (all->shots[i].value != sum || on[0] + on[1] != sum ||
		    s->dump->sample->n_valid != 2 || !s->dump->dsqs.n ||
		    !s->stood_ns) {
			snprintf(err, size, "snapshot %u: %lld on CPU 0, %lld on CPU 1, %lld in all, %lld just before; %u CPUs",
				 i, (long long)on[0], (long long)on[1],
				 (long long)sum,
				 (long long)all->shots[i].value,
				 s->dump->sample->n_valid);
			ret = -1;
		}
	}
	if (!ret && mon_snapshot_get(&shots->list[0], "counts:enqueud", &sum,
				     err, size) != -ENOENT)
		ret = -1;
	if (!ret)
		snprintf(err, size, "%u snapshots", shots->n);
	return ret;
}

KTSTR_TEST_F(monitor, snapshots_stand_still, .duration_s = 3, .snapshots = 5,
	     FOLLOWED, .assertions = {
		"enqueued@snapshots strictly_increasing",
		"init@snapshots always == 1",
	     }, .post_vm = snapshots_are_whole)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

/* Who calls scx_bpf_error() writes why, before all else. */
static int exit_is_seen(const struct run_outcome *out, char *err, size_t size)
{
	const struct mon_writes *w = &out->findings.writes;

	if (w->n && w->list[0].value == 1025 && w->list[0].cpu < 2 &&
	    strstarts(w->list[0].where, "scx_") &&
	    mon_findings_get(&out->findings, MON_DUMP_WRITE))
		return 0;
	snprintf(err, size, "%u writes, the first of %lld at %s by CPU %u",
		 w->n, (long long)w->list[0].value, w->list[0].where,
		 w->list[0].cpu);
	return -1;
}

KTSTR_TEST_F(monitor, write_is_seen, .duration_s = 10, .expect_err = true,
	     .watchpoint = "scx_root:scx_sched:->exit_kind",
	     .bpf_map_write = { .map = ".bss", .var = "crash", .value = 1 },
	     .expect_exit_kind = "scx_bpf_error", .post_vm = exit_is_seen)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

/* What a test follows that is not there is no pass, and no end of a search. */
KTSTR_TEST_F(monitor, value_that_is_not_there, .duration_s = 1,
	     .watch_maps = { "x=no_such:a" },
	     .expect_failure = "watch_maps: x: no BPF map's name ends in 'no_such'; there is")
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

/* ---- what the monitor reads is what the guest would say ---- */

/* As bpftool prog show has it */
static void say_progs(const struct ktstr_ctx *ctx)
{
	struct strbuf sb = STRBUF_INIT, runs = STRBUF_INIT;
	uint32_t id = 0, len;
	int fd, i;

	while (!bpf_prog_get_next_id(id, &id)) {
		struct bpf_prog_info info = { };

		fd = bpf_prog_get_fd_by_id(id);
		len = sizeof(info);
		if (fd < 0)
			continue;
		if (!bpf_prog_get_info_by_fd(fd, &info, &len)) {
			strbuf_addf(&sb, "prog %u name=%s type=%u verified_insns=%u insns=%u tag=",
				    id, info.name, info.type,
				    info.verified_insns,
				    info.xlated_prog_len / 8);
			for (i = 0; i < BPF_TAG_SIZE; i++)
				strbuf_addf(&sb, "%02x", info.tag[i]);
			strbuf_addf(&sb, "\n");
			strbuf_addf(&runs, "prog %u %llu %llu\n", info.id,
				    (unsigned long long)info.run_cnt,
				    (unsigned long long)info.run_time_ns);
		}
		close(fd);
	}
	guest_say(ctx, "progs", sb.text, sb.len);
	guest_say(ctx, "prog_runs", runs.text, runs.len);
	strbuf_free(&runs);
	strbuf_free(&sb);
}

static void add_map(struct strbuf *sb, int fd, const struct bpf_map_info *info)
{
	uint8_t *value = calloc(1, info->value_size + 1);
	uint32_t key = 0, i;

	strbuf_addf(sb, "map %u name=%s type=%u key=%u value=%u max=%u flags=0x%x bytes=",
		    info->id, info->name, info->type, info->key_size,
		    info->value_size, info->max_entries, info->map_flags);
	if (value && info->type == BPF_MAP_TYPE_ARRAY &&
	    !map_is_hidden(info->name) &&
	    !bpf_map_lookup_elem(fd, &key, value))
		for (i = 0; i < info->value_size; i++)
			strbuf_addf(sb, "%02x", value[i]);
	strbuf_addf(sb, "\n");
	free(value);
}

/* As bpftool map show and bpftool map dump have it */
static void say_maps(const struct ktstr_ctx *ctx)
{
	struct strbuf sb = STRBUF_INIT;
	uint32_t id = 0, len;
	int fd;

	while (!bpf_map_get_next_id(id, &id)) {
		struct bpf_map_info info = { };

		fd = bpf_map_get_fd_by_id(id);
		len = sizeof(info);
		if (fd < 0)
			continue;
		if (!bpf_map_get_info_by_fd(fd, &info, &len))
			add_map(&sb, fd, &info);
		close(fd);
	}
	guest_say(ctx, "maps", sb.text, sb.len);
	strbuf_free(&sb);
}

/* ---- maps of each type that is read, filled by the body ---- */

static const struct filled_map {
	const char *name;
	enum bpf_map_type type;
	uint32_t key_size;
	uint32_t value_size;
	uint32_t room;
	uint32_t n;
} filled_maps[] = {
	{ "kt_hash", BPF_MAP_TYPE_HASH, 5, 12, 128, 40 },
	{ "kt_percpu_hash", BPF_MAP_TYPE_PERCPU_HASH, 8, 8, 64, 20 },
	{ "kt_lru", BPF_MAP_TYPE_LRU_HASH, 4, 16, 1024, 40 },
	{ "kt_percpu_lru", BPF_MAP_TYPE_LRU_PERCPU_HASH, 4, 4, 1024, 20 },
	{ "kt_array", BPF_MAP_TYPE_ARRAY, 4, 20, 10, 10 },
	{ "kt_percpu_array", BPF_MAP_TYPE_PERCPU_ARRAY, 4, 12, 10, 10 },
};

#define KEY_MAX		16
#define VALUE_MAX	32	/* of one CPU, in steps of 8 */

static bool is_percpu(const struct filled_map *f)
{
	return f->type == BPF_MAP_TYPE_PERCPU_HASH ||
	       f->type == BPF_MAP_TYPE_LRU_PERCPU_HASH ||
	       f->type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

/* No two keys alike, and bytes of values that tell each from all others. */
static int fill_map(const struct filled_map *f, int fd, uint8_t *values,
		    size_t len)
{
	uint8_t key[KEY_MAX] = { };
	uint32_t i;
	size_t k;
	int ret;

	for (i = 0; i < f->n; i++) {
		memcpy(key, &i, sizeof(i));
		for (k = 0; k < len; k++)
			values[k] = 7 * i + 11 * k + f->type;
		ret = bpf_map_update_elem(fd, key, values, BPF_ANY);
		if (ret)
			return ret;
	}
	return 0;
}

static void add_hex(struct strbuf *sb, const uint8_t *bytes, size_t len)
{
	while (len--)
		strbuf_addf(sb, "%02x", *bytes++);
}

/* A line "entry ID KEY CPU VALUE" for each, as the kernel gives them. */
static int add_entries(struct strbuf *sb, const struct filled_map *f, int fd,
		       uint32_t id, uint8_t *values, unsigned int n_cpus)
{
	uint8_t key[KEY_MAX];
	void *last = NULL;
	unsigned int cpu;
	int ret;

	while (!bpf_map_get_next_key(fd, last, key)) {
		last = key;
		ret = bpf_map_lookup_elem(fd, key, values);
		if (ret)
			return ret;
		for (cpu = 0; cpu < n_cpus; cpu++) {
			strbuf_addf(sb, "entry %u ", id);
			add_hex(sb, key, f->key_size);
			strbuf_addf(sb, " %d ", is_percpu(f) ? (int)cpu : -1);
			add_hex(sb, values + cpu * round_up(f->value_size, 8U),
				f->value_size);
			strbuf_addf(sb, "\n");
		}
	}
	return 0;
}

/* Return: the map, for as long as it is open; -errno. */
static int fill_and_say(struct strbuf *sb, const struct filled_map *f,
			unsigned int n_cpus)
{
	uint8_t *values = calloc(n_cpus, VALUE_MAX);
	struct bpf_map_info info = { };
	uint32_t len = sizeof(info);
	int fd, ret;

	if (!values)
		return -ENOMEM;
	if (!is_percpu(f))
		n_cpus = 1;
	fd = bpf_map_create(f->type, f->name, f->key_size, f->value_size,
			    f->room, NULL);
	ret = fd < 0 ? fd : fill_map(f, fd, values, n_cpus * VALUE_MAX);
	if (!ret)
		ret = bpf_map_get_info_by_fd(fd, &info, &len);
	if (!ret)
		ret = add_entries(sb, f, fd, info.id, values, n_cpus);
	if (ret && fd >= 0)
		close(fd);
	free(values);
	return ret ?: fd;
}

/* They live as long as the body's process. */
static int say_filled_maps(const struct ktstr_ctx *ctx)
{
	int n_cpus = libbpf_num_possible_cpus(), ret = 0;
	struct strbuf sb = STRBUF_INIT;
	size_t i;

	if (n_cpus < 0)
		return n_cpus;
	for (i = 0; i < ARRAY_SIZE(filled_maps) && ret >= 0; i++)
		ret = fill_and_say(&sb, &filled_maps[i], n_cpus);
	if (ret >= 0)
		ret = guest_say(ctx, "entries", sb.text, sb.len);
	strbuf_free(&sb);
	return ret;
}

/* On the host: the same entries, no more and no less, of each of them */
static void compare_filled_maps(struct compare *c)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(filled_maps); i++)
		compare_entries(c, filled_maps[i].name, filled_maps[i].type,
				filled_maps[i].n);
}

/* The kernel shows its domains in debugfs on request only. */
static int show_domains(void)
{
	FILE *f = fopen("/sys/kernel/debug/sched/verbose", "we");

	if (!f)
		return -errno;
	fputs("Y\n", f);
	return fclose(f) ? -errno : 0;
}

/* The kernel's names for bits of a domain's flags: "bit 0 SD_BALANCE_NEWIDLE" */
static int say_sd_flags(const struct ktstr_ctx *ctx)
{
	struct btf *btf = btf__load_vmlinux_btf();
	struct strbuf sb = STRBUF_INIT;
	const struct btf_type *t;
	unsigned int i, k;
	const char *name;
	uint64_t value;
	int ret = -errno;

	if (!btf)
		return ret;
	for (i = 1; i < btf__type_cnt(btf); i++) {
		t = btf__type_by_id(btf, i);
		for (k = 0; btf_is_enum(t) && k < btf_vlen(t); k++) {
			name = btf_enumerator(btf, t, k, &value);
			if (!strncmp(name, "__SD_", 5))
				strbuf_addf(&sb, "bit %u %s\n",
					    (unsigned int)value, name + 2);
		}
	}
	btf__free(btf);
	ret = guest_say(ctx, "sd_flags", sb.text, sb.len);
	strbuf_free(&sb);
	return ret;
}

/* Has init switched it on, where the kernel has it? */
static bool counts_schedstat(void)
{
	FILE *f = fopen("/proc/sys/kernel/sched_schedstats", "re");
	int on = -1;

	if (!f)
		return errno == ENOENT;
	if (fscanf(f, "%d", &on) != 1)
		on = -1;
	fclose(f);
	return on == 1;
}

#define SCHEDSTAT "/proc/schedstat"
#define SCX_EVENTS "/sys/kernel/sched_ext/root/events"

static int say_all(const struct ktstr_ctx *ctx)
{
	int ret = 0;

	if (!access(SCHEDSTAT, F_OK))
		ret = guest_say_file(ctx, "schedstat", SCHEDSTAT);
	if (!ret)
		ret = guest_say_file(ctx, "sched_debug",
				     "/sys/kernel/debug/sched/debug");
	if (!ret)
		ret = guest_say_file(ctx, "domains",
				     "/sys/kernel/debug/sched/domains/cpu*/domain*/*");
	/* Kernels before 6.15 have none. */
	if (!ret && !access(SCX_EVENTS, F_OK))
		ret = guest_say_file(ctx, "scx_events", SCX_EVENTS);
	say_progs(ctx);
	say_maps(ctx);
	return ret;
}

/* On the host: all of it, and most without a doubt */
static int compare_all(const struct run_outcome *out, char *err,
		       size_t err_size)
{
	const struct mon_kept_dump *kept = mon_findings_get(&out->findings,
							    MON_DUMP_ASKED);
	struct compare c = { .out = out, .err = err, .err_size = err_size };
	char *after = strstr(out->said.text, "==== AFTER\n");

	*err = '\0';
	if (!kept || !after) {
		compare_fail(&c, "the monitor took no dump, or the guest said nothing: %s",
			     out->series.why_none);
		return -1;
	}
	c.dump = kept->dump;
	c.before.text = strndup(out->said.text, after - out->said.text);
	c.after.text = after;
	compare_schedstat(&c);
	compare_domains(&c);
	compare_domain_files(&c);
	compare_debug(&c);
	compare_events(&c);
	compare_maps(&c);
	compare_filled_maps(&c);
	compare_progs(&c);
	compare_prog_runs(&c);
	free(c.before.text);
	printf("# monitor: %u fields did not move and were equal, %u moved and were read in between\n",
	       c.exact, c.within);
	if (c.exact < 10 * c.dump->sample->n_cpus)
		compare_fail(&c, "only %u fields were compared for certain",
			     c.exact);
	return *err ? -1 : 0;
}

static const struct scheduler scx_ktstr_counted = {
	.name = "scx_ktstr",
	.ops_name = "ktstr",
	.binary = "scx_ktstr",
	.sysctls = { "kernel.bpf_stats_enabled=1" },
};

KTSTR_FIXTURE(monitor_reads, .scheduler = &scx_ktstr_counted,
	      .post_vm = compare_all);
KTSTR_VARIANT(monitor_reads, 1n1l2c1t, .topology = TOPOLOGY(1, 1, 2, 1));
KTSTR_VARIANT(monitor_reads, 1n2l2c2t, .topology = TOPOLOGY(1, 2, 2, 2));
KTSTR_VARIANT(monitor_reads, kaslr, .topology = TOPOLOGY(1, 1, 2, 1),
	      .kaslr = true);

KTSTR_TEST_F(monitor_reads, what_the_guest_says)
{
	/* Up to 6.14 it takes CONFIG_SCHED_DEBUG. */
	if (access("/sys/kernel/debug/sched/verbose", F_OK))
		SKIP(return, "the guest's kernel has no /sys/kernel/debug/sched to compare with");
	ASSERT_EQ(0, show_domains());
	ASSERT_TRUE(counts_schedstat());
	/* Something to count first */
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
	ASSERT_EQ(0, say_filled_maps(self->ctx));
	ASSERT_EQ(0, say_sd_flags(self->ctx));
	ASSERT_EQ(0, say_all(self->ctx));
	ASSERT_EQ(0, guest_ask_dump(self->ctx));
	/* The host needs a turn for the dump, and as long as its maps take. */
	usleep(1500 * 1000 * min(max(self->ctx->slowness, 1.0), 6.0));
	ASSERT_EQ(0, guest_say(self->ctx, "AFTER", "", 0));
	ASSERT_EQ(0, say_all(self->ctx));
}

/* ---- stalls and hangs ---- */

#define VICTIM_CPU	1
#define STALL_DSQ	1	/* of scx_ktstr.bpf.c */

/*
 * How long the host stood still from @from_ns to @to_ns: no monitor can take
 * samples then. A sample that is late by less is the monitor's own doing.
 */
static double frozen_ms(const struct mon_series *s, uint64_t from_ns,
			uint64_t to_ns)
{
	uint64_t last_ns = from_ns, now_ns, sum_ns = 0;
	size_t i;

	for (i = 0; i < s->n_points; i++) {
		now_ns = mon_series_point(s, i)->host_ns;
		if (now_ns <= from_ns || now_ns > to_ns)
			continue;
		if (now_ns - last_ns > 4 * s->interval_ns)
			sum_ns += now_ns - last_ns - s->interval_ns;
		last_ns = now_ns;
	}
	return (double)sum_ns / NSEC_PER_MSEC;
}

/* What it took from a CPU meanwhile, which the monitor's windows leave out. */
static double stolen_ms(const struct mon_series *s, int cpu, uint64_t from_ns,
			uint64_t to_ns)
{
	int64_t first_us = 0, last_us = 0;
	size_t i;

	if (cpu < 0)
		return 0;
	for (i = 0; i < s->n_points; i++) {
		const struct mon_point *p = mon_series_point(s, i);

		if (p->host_ns > to_ns)
			break;
		last_us = p->cpus[cpu].q.steal_us;
		if (p->host_ns <= from_ns)
			first_us = last_us;
	}
	return (last_us - min(first_us, last_us)) / 1000.0;
}

/* A second after it was caused, scaled. */
static int alarm_in_time(const struct run_outcome *out, char *err, size_t size)
{
	const struct mon_mark *cause = mon_series_first(&out->series,
							MON_MARK_WRITE);
	const struct mon_alarm *a = &out->findings.alarms[0];
	double ms, frozen, limit = 1000 * out->series.slowness;

	if (!cause) {
		snprintf(err, size, "the map was never written to");
		return -1;
	}
	ms = (double)(a->host_ns - cause->host_ns) / NSEC_PER_MSEC;
	frozen = max(frozen_ms(&out->series, cause->host_ns, a->host_ns),
		     stolen_ms(&out->series, a->cpu, cause->host_ns,
			       a->host_ns));
	printf("# monitor: alarm %.0f ms after its cause (limit %.0f ms), of which the host took %.0f ms; dump took %.1f ms\n",
	       ms, limit, frozen, out->findings.dumps[0].dump->took_ns / 1e6);
	if (ms - frozen > limit) {
		snprintf(err, size, "the alarm came after %.0f ms less %.0f, limit %.0f",
			 ms, frozen, limit);
		return -1;
	}
	return 0;
}

static const struct mon_stall *find_stall(const struct mon_dump *d,
					  const char *comm)
{
	size_t i;

	for (i = 0; i < d->n_stalls; i++)
		if (!strcmp(d->tasks[d->stalls[i].task].comm, comm))
			return &d->stalls[i];
	return NULL;
}

/* What the body knows: this task will wait, and nobody else will. */
static int victim_pid(const struct run_outcome *out)
{
	const struct said said = { .text = out->said.text };
	const char *pid = said_line(&said, "victim", "pid ");

	return pid ? atoi(pid) : -1;
}

/*
 * The first verdict is about the victim, and no other is about anybody else: of
 * a wait that is long enough both checks of waiting complain in one sample.
 */
static bool alarm_is_victims(const struct run_outcome *out)
{
	const struct mon_alarm *a = &out->findings.alarms[0];
	unsigned int i;

	for (i = 0; i < out->findings.n_alarms; i++)
		if (a[i].pid != victim_pid(out) || a[i].value < a[i].threshold)
			return false;
	return out->findings.n_alarms &&
	       a->check == MON_CHECK_TASK_STALL && a->cpu == VICTIM_CPU &&
	       strstr(a->text, "while CPU 1, which it may use, is idle");
}

/*
 * CPU 1 is idle but for the moments in which somebody who is spared has a look
 * (init, the scheduler's own process, the kernel's threads), CPU 0 never is: in
 * most samples of the wait, and in the dump unless one was caught there.
 */
static bool idle_is_told(const struct mon_kept_dump *kept,
			 const struct mon_stall *s, int pid)
{
	const struct mon_cpu *cpu = &kept->dump->sample->cpus[VICTIM_CPU];
	struct mon_cpus only = { };
	unsigned int idle, n;
	char line[96], end = 0;
	const char *p;

	snprintf(line, sizeof(line),
		 "while victim[%d] waited, idle in samples: CPU 1 ", pid);
	p = strstr(kept->text.text, line);
	if (!p || sscanf(p + strlen(line), "%u of %u%c", &idle, &n, &end) != 3 ||
	    end != '\n' || !n || 2 * idle <= n)
		return false;
	if (cpu->idle || cpu->curr_pid == pid)
		mon_cpus_set(&only, VICTIM_CPU);
	return !memcmp(&s->idle, &only, sizeof(only)) &&
	       !memcmp(&s->allowed, &only, sizeof(only));
}

/* The victim's side: who, where, since when, and who could have helped */
static int check_victim(const struct run_outcome *out, char *err, size_t size)
{
	const struct mon_kept_dump *kept = mon_findings_get(&out->findings,
							    MON_DUMP_ALARM);
	const struct mon_cpus only = { .bits = { 1ULL << VICTIM_CPU } };
	const struct mon_dump *d = kept ? kept->dump : NULL;
	const struct mon_stall *s = d ? find_stall(d, "victim") : NULL;
	const struct mon_task *t = s ? &d->tasks[s->task] : NULL;

	if (!alarm_is_victims(out)) {
		snprintf(err, size, "the victim is %d, but the %u alarms begin with CPU %d, pid %d: %s",
			 victim_pid(out), out->findings.n_alarms,
			 out->findings.alarms[0].cpu,
			 out->findings.alarms[0].pid,
			 out->findings.alarms[0].text);
		return -1;
	}
	if (!s) {
		snprintf(err, size, "the dump has no stalled task \"victim\"");
		return -1;
	}
	if (t->pid != victim_pid(out) || t->cpu != VICTIM_CPU ||
	    memcmp(&t->cpus, &only, sizeof(only)) || d->n_stalls != 1 ||
	    s->place != MON_PLACE_DSQ || s->dsq < 0 ||
	    d->dsqs.list[s->dsq].id != STALL_DSQ || !t->wait_ns) {
		snprintf(err, size, "the victim's stall is told wrong: %.300s",
			 kept->text.text);
		return -1;
	}
	if (!idle_is_told(kept, s, t->pid)) {
		snprintf(err, size, "who was idle meanwhile is told wrong: %.300s",
			 kept->text.text);
		return -1;
	}
	return alarm_in_time(out, err, size);
}

/* What scx_ktstr's stall spares, it knows by this policy. */
static int spare_me(bool spare)
{
	const struct sched_param param = { };

	return sched_setscheduler(0, spare ? SCHED_BATCH : SCHED_OTHER,
				  &param);
}

/* A child with a name, on one CPU; it dies with us. */
static void settle(const char *name, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	prctl(PR_SET_NAME, name);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void victim(void)
{
	settle("victim", VICTIM_CPU);
	spare_me(false);
	/* Runs a little each time, so that it must be picked again. */
	for (;;)
		usleep(1000);
}

/* The stall spares it, so that CPU 0 is never idle. */
static void spinner(void)
{
	settle("spare", 0);
	spare_me(true);
	for (;;)
		;
}

static pid_t start(void (*task)(void))
{
	pid_t pid = fork();

	if (!pid)
		task();
	return pid;
}

/* The stall begins when both tasks are sure to be there, on any host. */
KTSTR_TEST_F(monitor, stall_is_reported, .duration_s = 40,
	     .expect_alarm = "stall: ",
	     .bpf_map_write = { .map = ".bss", .var = "fail_mode",
				.value = KTSTR_FAIL_STALL, .after_ms = 4000 },
	     .post_vm = check_victim)
{
	char text[32];
	pid_t pids[2];

	ASSERT_EQ(0, spare_me(true));
	pids[0] = start(spinner);
	pids[1] = start(victim);
	ASSERT_TRUE(pids[0] > 0 && pids[1] > 0);
	snprintf(text, sizeof(text), "pid %d\n", pids[1]);
	ASSERT_EQ(0, guest_say(self->ctx, "victim", text, strlen(text)));
	/* Nobody but the victim is to become runnable. */
	sleep(60);
	kill(pids[0], SIGKILL);
	kill(pids[1], SIGKILL);
}

static int was_judged(const struct run_outcome *out, char *err, size_t size)
{
	if (out->findings.n_judged >= 10)
		return 0;
	snprintf(err, size, "only %llu samples were judged",
		 (unsigned long long)out->findings.n_judged);
	return -1;
}

/* The same two tasks, and nothing to complain of */
KTSTR_TEST_F(monitor, no_stall_no_alarm, .duration_s = 4,
	     .post_vm = was_judged)
{
	pid_t pids[2];

	pids[0] = start(spinner);
	pids[1] = start(victim);
	ASSERT_TRUE(pids[0] > 0 && pids[1] > 0);
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
	kill(pids[0], SIGKILL);
	kill(pids[1], SIGKILL);
}

/* Two workers, of which one waits for the CPU that the other has */
KTSTR_TEST_F(monitor, idle_cpu_is_reported, .duration_s = 20,
	     .sched_args = { "-f", "idle-cpu" },
	     .expect_alarm = "work conservation: CPU 1 is idle while ")
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_TEST_F(monitor, cpu_that_is_idle_at_times_is_not, .duration_s = 4,
	     .sched_args = { "-f", "idle-cpu", "-l", "10" },
	     .post_vm = was_judged)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

/* Of a task: its state, where it is, what it may, and how it is queued */
#define TASK_FIELDS_MIN	8

/* What has not moved since our dump is in the kernel's dump as well. */
static int check_kernel_dump(const struct run_outcome *out, char *err,
			     size_t size)
{
	const struct mon_kept_dump *kept = mon_findings_get(&out->findings,
							    MON_DUMP_ALARM);
	const struct mon_kept_dump *end = mon_findings_get(&out->findings,
							   MON_DUMP_EXIT);
	struct compare c = { .out = out, .err = err, .err_size = size };
	const char *kernel = out->sched_log.text;
	unsigned int n, fields, cpus, events;

	*err = '\0';
	if (!kept || !end) {
		snprintf(err, size, "no dump of the stall, or none of the end");
		return -1;
	}
	c.dump = kept->dump;
	n = compare_kernel_dump(&c, kernel, kept->text.text);
	fields = c.exact;
	cpus = compare_kernel_cpus(&c, kernel, end->dump->sample);
	events = compare_kernel_events(&c, kernel, end->dump->sample);
	printf("# monitor: equal in the kernel's own dump: %u fields and %u frames of %u tasks, %u fields of CPUs, %u event counters\n",
	       fields, c.frames, n, cpus, events);
	if (!n || fields < TASK_FIELDS_MIN * n || !c.frames || !cpus)
		compare_fail(&c, "too little of the kernel's dump was compared: %u tasks, %u fields, %u frames, %u fields of CPUs: %.200s",
			     n, fields, c.frames, cpus, kernel);
	/* Before 6.15 there are none. */
	if (out->series.n_events && !events &&
	    strstr(kernel, "Event counters"))
		compare_fail(&c, "no event counter of the kernel's dump was compared");
	/* And why it ended, in the kernel's words */
	if (end->dump->exit.kind != 1026 ||
	    !strstr(kernel, end->dump->exit.msg))
		compare_fail(&c, "exit kind %u, \"%s\"", end->dump->exit.kind,
			     end->dump->exit.msg);
	return *err ? -1 : 0;
}

/*
 * Our dump comes first: its alarm is due within a second, scaled. The stall
 * begins when tasks are sure to have run: one that has not has no frames.
 */
KTSTR_TEST_F(monitor, dump_agrees_with_the_kernels, .duration_s = 45,
	     .expect_err = true, .watchdog_timeout_ms = 10000,
	     .bpf_map_write = { .map = ".bss", .var = "fail_mode",
				.value = KTSTR_FAIL_STALL, .after_ms = 2000 },
	     .expect_exit_kind = "runnable task stall",
	     .post_vm = check_kernel_dump)
{
	pid_t pid = start(victim);

	ASSERT_LE(0, pid);
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
	kill(pid, SIGKILL);
}

/* One CPU spins with interrupts off and holds its run queue's lock. */
static int check_hang(const struct run_outcome *out, char *err, size_t size)
{
	const struct mon_kept_dump *kept = mon_findings_get(&out->findings,
							    MON_DUMP_END);
	const struct mon_alarm *a = &out->findings.alarms[0];

	if (!kept || a->check != MON_CHECK_CPU_STALL || a->cpu < 0) {
		snprintf(err, size, "no dump of a hung guest, or another alarm: %s",
			 a->text);
		return -1;
	}
	/* By the registers of the CPU that hangs */
	if (!strstr(kept->text.text, "ktstr_enqueue+0x")) {
		snprintf(err, size, "the dump does not show where it hangs: %.300s",
			 kept->text.text);
		return -1;
	}
	return alarm_in_time(out, err, size);
}

KTSTR_TEST_F(monitor, hung_guest_is_dumped, .duration_s = 20,
	     .expect_alarm = "stands still",
	     .bpf_map_write = { .map = ".bss", .var = "fail_mode",
				.value = KTSTR_FAIL_HANG },
	     .post_vm = check_hang)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_HARNESS_MAIN
