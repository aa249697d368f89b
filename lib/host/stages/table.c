// SPDX-License-Identifier: GPL-2.0-only
/*
 * What there is to check. See stages.h.
 */
#include "lib/host/stages/stages.h"

#include <errno.h>
#include <string.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"

#define BUILT	"lib vmm init bpf kselftest Makefile"
#define DOOR	"scripts run_ktstr.sh vmm/emulated-host/fetch.sh lib/host/front lib/host/kernel lib/host/cli"

#define TESTS(name)	.command = "scripts/tests/" name ".sh"
#define STAGE(file)	.command = "scripts/stages/" file

/* A script of scripts/tests: in each check, in check all, with VMs. */
#define SCRIPT(name_, paths_, what_)					\
	{ .name = name_, .tier = 1, .cpus = 1, .seconds = 30, .limit_s = 900, \
	  TESTS(name_), .paths = paths_, .what = what_ }
#define SLOW(name_, seconds_, paths_, what_)				\
	{ .name = name_, .tier = 2, .cpus = 1, .seconds = seconds_,	\
	  .limit_s = 900, TESTS(name_), .paths = paths_, .what = what_ }
#define VM_SCRIPT(name_, seconds_, what_)				\
	{ .name = name_, .tier = 2, .needs = STAGE_VM, .cpus = 1,	\
	  .seconds = seconds_, .limit_s = 3600, TESTS(name_), .paths = ".", \
	  .what = what_ }

/*
 * A program of the suite: what check runs of it, and what check all adds: patterns
 * of tests whose like is among what check runs, or which take long.
 */
#define SUITE(program, rest_)						\
	{ .name = "suite-" program, .tier = 1, .needs = STAGE_VM, .cpus = 1, \
	  .seconds = 150, .limit_s = 1800, .suite = program,		\
	  .rest = rest_, .paths = BUILT, .what = program " in VMs" }
#define REST(...)	((const char * const[]){ __VA_ARGS__, NULL })
#define SUITE_AND_REST(program, ...)					\
	SUITE(program, REST(__VA_ARGS__)),				\
	{ .name = "suite-" program "-rest", .tier = 2, .needs = STAGE_VM, \
	  .cpus = 1, .seconds = 200, .limit_s = 3600, .suite = program,	\
	  .rest = REST(__VA_ARGS__), .paths = ".",			\
	  .what = "what else " program " has" }

static const struct stage rows[] = {
	{ .name = "images", .tier = 1, .cpus = 1, .seconds = 420,
	  .limit_s = 2400, STAGE("images.sh"),
	  .paths = "kselftest/unit/data kselftest/unit/mon_image.h bpf Makefile",
	  .what = "memory images of guests, which unit tests read" },
	{ .name = "unit", .tier = 1, .needs = STAGE_IMAGES, .cpus = 1,
	  .seconds = 250, .limit_s = 1200, STAGE("unit.sh"),
	  .paths = BUILT, .what = "unit tests" },
	{ .name = "sanitizers", .tier = 1, .needs = STAGE_IMAGES, .cpus = 1,
	  .seconds = 350, .limit_s = 1800, STAGE("sanitizers.sh"),
	  .paths = BUILT, .what = "unit tests under ASan and UBSan" },
	{ .name = "style", .tier = 1, .cpus = 1, .seconds = 490,
	  .limit_s = 1800, STAGE("style.sh"), .paths = ".",
	  .what = "checkpatch, kernel-doc, shellcheck, headers, who includes whom" },
	{ .name = "house", .tier = 1, .cpus = 1, .seconds = 5, .limit_s = 300,
	  TESTS("house"), .paths = "scripts bpf init kselftest lib vmm",
	  .what = "wrong includes, each of which is refused" },
	{ .name = "guests", .tier = 1, .needs = STAGE_VM, .cpus = 1,
	  .seconds = 30, .limit_s = 900, STAGE("guests.sh"),
	  .paths = "lib/common/util vmm kselftest/unit Makefile",
	  .what = "unit tests of the VMM that need a KVM" },
	{ .name = "kselftest", .tier = 1, .needs = STAGE_VM, .cpus = 1,
	  .seconds = 240, .limit_s = 1800, STAGE("kselftest.sh"), .paths = ".",
	  .what = "a place in the tree: run_tests and clean" },
	{ .name = "kselftest-forms", .tier = 2, .needs = STAGE_VM, .cpus = 1,
	  .seconds = 600, .limit_s = 3600, STAGE("kselftest.sh forms"),
	  .paths = "Makefile settings config scripts/stages/kselftest.sh",
	  .what = "the tree once more: O=, install, gen_tar, links, kselftest-merge" },
	{ .name = "races", .tier = 2, .needs = STAGE_IMAGES, .cpus = 1,
	  .seconds = 120, .limit_s = 1800, STAGE("races.sh"),
	  .paths = "lib/common/util lib/host/monitor/judge vmm kselftest/unit",
	  .what = "what has threads, under TSan" },
	{ .name = "fuzz", .tier = 2, .cpus = 1, .seconds = 370,
	  .limit_s = 3600, STAGE("fuzz.sh"),
	  .paths = "lib vmm kselftest/unit Makefile",
	  .what = "each fuzz target, for a minute" },
	{ .name = "clang", .tier = 2, .cpus = 1, .seconds = 210,
	  .limit_s = 1200, STAGE("clang.sh"), .paths = BUILT,
	  .what = "everything builds with clang, too" },
	{ .name = "lto", .tier = 2, .cpus = 1, .seconds = 700, .limit_s = 3600,
	  STAGE("lto.sh"), .paths = "lib vmm init Makefile",
	  .what = "everything builds, and passes its unit tests, with LTO" },
	{ .name = "images-64", .tier = 2, .needs = STAGE_IMAGES, .cpus = 1,
	  .seconds = 300, .limit_s = 3600, STAGE("images.sh 64"),
	  .paths = "kselftest/unit/data lib/host/monitor",
	  .what = "images of 64 CPUs, and the unit tests that read them" },
	{ .name = "boots", .tier = 2, .needs = STAGE_VM, .cpus = 1,
	  .seconds = 120, .limit_s = 2400, STAGE("boots.sh"),
	  .paths = "vmm init", .what = "50 boots in a row" },
	{ .name = "stalls", .tier = 2, .needs = STAGE_VM, .cpus = 1,
	  .seconds = 200, .limit_s = 7200, STAGE("stalls.sh"),
	  .paths = "lib/host/monitor lib/host/report kselftest/monitor.c",
	  .what = "20 stalls, 20 healthy runs" },
	{ .name = "kernels", .tier = 2, .needs = STAGE_VM, .cpus = 1,
	  .seconds = 1300, .limit_s = 7200, STAGE("kernels.sh"),
	  .paths = "lib/host/monitor/vmlinux/fields.c init/probe bpf ktstr.kconfig lib/host/kernel scripts/tests/lean.kconfig scripts/tests/old.kconfig",
	  .what = "monitor and repro on a lean and on an old kernel" },
	{ .name = "repro-times", .tier = 2, .needs = STAGE_VM,
	  .cpus = STAGE_ALL_CPUS, .seconds = 350, .limit_s = 1200,
	  STAGE("repro-times.sh"),
	  .paths = "lib/host/repro lib/common/scx lib/common/probe lib/guest/probe init/probe bpf/probe.bpf.c",
	  .what = "how long a repro takes beside its test" },
	{ .name = "bench", .tier = 2, .needs = STAGE_IMAGES,
	  .cpus = STAGE_ALL_CPUS, .seconds = 320, .limit_s = 1200,
	  STAGE("bench.sh"),
	  .paths = "lib/host/monitor lib/guest/work kselftest/bench",
	  .what = "what the monitor costs; whether timed work types run what they say" },
	{ .name = "knobs", .tier = 2, .needs = STAGE_VM, .cpus = 1,
	  .seconds = 300, .limit_s = 3600, STAGE("knobs.sh"),
	  .paths = "lib/common/check lib/guest/scenario lib/host/monitor/judge bpf kselftest/knobs.c",
	  .what = "each check against a scheduler that is unfair by so much" },
	{ .name = "areas", .tier = 2, .needs = STAGE_VM, .cpus = 1,
	  .seconds = 1100, .limit_s = 14400, STAGE("areas.sh"),
	  .paths = "kselftest/areas.c lib/guest lib/common/ready.h lib/host/monitor/judge",
	  .what = "scenarios by area, under EEVDF and schedulers of the tree" },
	{ .name = "ab", .tier = 2, .needs = STAGE_VM,
	  .cpus = STAGE_ALL_CPUS, .seconds = 400, .limit_s = 14400,
	  STAGE("ab.sh"),
	  .paths = "lib/guest/scenario/turns.c lib/guest/work lib/host/results bpf lib/host/cli/cmd_ab.c",
	  .what = "a scheduler that is 5 % slower, and one that is not, by turns" },
	{ .name = "presets", .tier = 2, .needs = STAGE_VM, .cpus = 1,
	  .seconds = 500, .limit_s = 14400, STAGE("presets.sh"),
	  .paths = "lib/common/presets.h lib/common/presets.c lib/common/topology_place.c vmm kselftest/presets.c",
	  .what = "each machine that has a name, up to 252 CPUs" },
	{ .name = "plants", .tier = 2, .needs = STAGE_VM,
	  .cpus = STAGE_ALL_CPUS, .seconds = 250, .limit_s = 7200,
	  STAGE("plants.sh"),
	  .paths = "lib/host/monitor lib/host/report lib/host/repro lib/common/scx bpf/scx_ktstr.bpf.c",
	  .what = "faults planted under load, ten times each" },
	{ .name = "soak", .tier = 2, .needs = STAGE_VM, .cpus = STAGE_ALL_CPUS,
	  .seconds = 250, .limit_s = 14400, STAGE("soak.sh"),
	  .paths = "lib/host/run lib/host/monitor vmm",
	  .what = "the suite for 200 tests on a quiet machine, 100 under load" },
	{ .name = "shell", .tier = 2, .needs = STAGE_VM, .cpus = 1,
	  .seconds = 300, .limit_s = 3600, STAGE("shell.sh"),
	  .paths = "vmm/virtio lib/host/cli/cmd_shell.c kselftest/unit/shell_guest_test.c",
	  .what = "a prompt in a VM, and a terminal that talks to it" },

	SLOW("bad-input", 180, DOOR, "wrong input at every place"),
	SCRIPT("bug-report", DOOR " " BUILT, "what is sent has no names of ours"),
	SCRIPT("check-end", DOOR " lib/host/stages",
	       "how check begins and ends, and what CI adds"),
	SCRIPT("door", DOOR " " BUILT, "names, and what is said of a wrong one"),
	SCRIPT("door-test", DOOR, "`test` before it boots"),
	SCRIPT("emuhost-mend", DOOR, "the emulated host's QEMU is mended"),
	SLOW("interrupt", 220, DOOR, "Ctrl-C and kill -9 at any moment"),
	SLOW("kernel-cache", 260, DOOR, "when a kernel is built anew"),
	SCRIPT("kernel-source", DOOR, "where a kernel's source is found"),
	SCRIPT("ktap", DOOR " lib/host/stages", "tests are counted rightly"),
	SCRIPT("kvm-check", DOOR, "what is said of KVM"),
	SCRIPT("run-fuzz", DOOR " Makefile", "a fuzz target's findings"),
	SCRIPT("safety",
	       DOOR " lib/common/util lib/host/cli/main.c lib/host/machine vmm/kvm-check.c",
	       "what run_ktstr.sh must never do"),
	SCRIPT("settings", DOOR, "wrong settings, each of which is named"),
	SCRIPT("side-by-side", DOOR " " BUILT,
	       "results in the order of the list, and nothing left behind"),
	SCRIPT("test-host", DOOR " " BUILT, "`test --host`"),
	VM_SCRIPT("vm-bad-input", 170, "wrong input to VMs"),
	VM_SCRIPT("vm-bisect", 300, "a planted commit among sixteen"),
	VM_SCRIPT("vm-clone", 200, "copies of VMs beside VMs that boot"),
	VM_SCRIPT("vm-export", 170, "an exported test, run by another user"),
	VM_SCRIPT("vm-gauntlet", 300,
		  "cells and the matrix of a gauntlet; what the verifier says"),
	VM_SCRIPT("vm-kill", 210, "killed runs leave nothing"),
	VM_SCRIPT("vm-output", 200, "output that is too much"),
	VM_SCRIPT("vm-page", 140, "the page of a run, in a browser"),
	VM_SCRIPT("vm-repro", 670, "repro and its story"),
	VM_SCRIPT("vm-stopped", 200, "a machine that is stopped"),
	VM_SCRIPT("vm-storm", 200, "the emulated host stands a storm"),
	VM_SCRIPT("vm-test", 200, "`test` of schedulers of the tree"),

	SUITE_AND_REST("eevdf", "eevdf.1n2l2c1t.*",
		       "eevdf_fewer.*",
		       "eevdf_up.oversubscribed",
		       "checks.gap_of_a_sleeper",
		       "checks.gap_of_a_partner",
		       "body.takes_init_along"),
	SUITE_AND_REST("scx", "scx.ktstr.*",
		       "scx.simple.disjoint_cpusets",
		       "scx.simple.futex_ping_pong",
		       "scx_dies.missing_dsq",
		       "scx_dies.process_crashes"),
	SUITE_AND_REST("work", "work_types.simple.*",
		       "work_numa.eevdf.memory_*"),
	SUITE("places", NULL),
	SUITE_AND_REST("topology", "topology.uneven.*",
		       "topology.package.*",
		       "topology.boot.*",
		       "topology.wide.*",
		       "topology.*.capture_*",
		       "topology.*.domains_*"),
	SUITE_AND_REST("ops", "ops.simple.*",
		       "ops.eevdf.cgroups_come_and_go",
		       "ops.eevdf.quota_and_weight_*",
		       "ops.eevdf.tasks_are_moved_*",
		       "ops_sched.schedulers_come_and_go"),
	SUITE_AND_REST("payload", "payload.those_that_do_not_behave_*"),
	SUITE("devices", NULL),
	SUITE("wakes", NULL),
	SUITE_AND_REST("monitor", "monitor.map_write_bad_dsq",
		       "monitor.value_that_is_not_there",
		       "monitor.watchdog_spares_*",
		       "monitor.cpu_that_is_idle_*",
		       "monitor.dump_agrees_*",
		       "monitor_reads.1n2l2c2t.*"),
	SUITE_AND_REST("repro", "repro.host_triggered_crash",
		       "repro.missing_*",
		       "repro.wrong_task",
		       "repro.init_fails",
		       "repro.process_*",
		       "repro_tree.d*",
		       "repro_tree.enq_*"),
};

const struct stage_table stage_table = { .rows = rows, .n = ARRAY_SIZE(rows) };

const struct stage *stage_find(const struct stage_table *table,
			       const char *name)
{
	const struct stage *s;

	for (s = table->rows; s < table->rows + table->n; s++)
		if (!strcmp(s->name, name))
			return s;
	return NULL;
}

/* Each pattern is an operand, or has "--exclude" before it. */
static void put_patterns(struct strbuf *to, const struct stage *stage)
{
	const char *before = stage->tier == 1 ? "--exclude\n" : "";
	const char * const *pattern = stage->rest;

	for (; pattern && *pattern; pattern++)
		strbuf_addf(to, "%s%s\n", before, *pattern);
}

void stage_words(const struct stage *stage, struct strbuf *to)
{
	const char *p;

	if (!stage->suite) {
		for (p = stage->command; *p; p++)
			strbuf_addf(to, "%c", *p == ' ' ? '\n' : *p);
		strbuf_addf(to, "\n");
		return;
	}
	strbuf_addf(to, "run\n-j\n1\n");
	if (stage->tier == 1)
		strbuf_addf(to, "%s\n", stage->suite);
	put_patterns(to, stage);
}

/* As a shell takes it. */
static void put_alone(FILE *to, const struct stage *stage)
{
	struct strbuf words = STRBUF_INIT, line = STRBUF_INIT;
	char *word, *rest = NULL;

	stage_words(stage, &words);
	if (stage->suite)
		strbuf_addf(&line, " ./run_ktstr.sh");
	for (word = strtok_r(words.text, "\n", &rest); word;
	     word = strtok_r(NULL, "\n", &rest)) {
		strbuf_addf(&line, " ");
		strbuf_add_word(&line, word);
	}
	fprintf(to, "%-27s alone:%s\n", "", line.text);
	strbuf_free(&words);
	strbuf_free(&line);
}

static void list_tier(const struct stage_table *table, unsigned int tier,
		      const char *times, FILE *to)
{
	const struct stage *s;
	char took[24];
	long seconds;

	for (s = table->rows; s < table->rows + table->n; s++) {
		if (s->tier != tier)
			continue;
		seconds = stage_took(times, s->name);
		snprintf(took, sizeof(took), seconds < 0 ? "-" : "%ld",
			 seconds);
		fprintf(to, "%-18s %6s  %s\n%-27s covers: %s\n", s->name, took,
			s->what, "", s->paths);
		put_alone(to, s);
	}
}

void stage_list(const struct stage_table *table, FILE *to)
{
	char times[4096];

	if (stage_times_file(times, sizeof(times)))
		*times = '\0';
	fprintf(to, "%-18s %6s  %s\n# check:\n", "STAGE", "LAST", "WHAT");
	list_tier(table, 1, times, to);
	fputs("# check all, beside that:\n", to);
	list_tier(table, 2, times, to);
}
