// SPDX-License-Identifier: GPL-2.0-only
/*
 * scx_ktstr: user part of the fixture scheduler.
 *
 *	scx_ktstr [-f HOW] [-l LEVEL] [-a MS] [-t MS]
 *
 * Loads the scheduler, stays until a signal or until the kernel ends it, and
 * says why it ended. With -f it fails in the way HOW, -a milliseconds after it
 * was attached (0: from the start); -t sets sched_ext's watchdog.
 * Exit status: 0 unregistered, 1 ended by the kernel or not loaded, 2 usage.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <scx/common.h>

#include "bpf/scx_ktstr.h"
#include "scx_ktstr.skel.h"

#define POLL_MS 20

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

/* A way to fail is one row here and one value in enum ktstr_fail. */
static const struct fail_mode {
	const char *name;
	enum ktstr_fail fail;
	const char *what;
} fail_modes[] = {
	{ "error", KTSTR_FAIL_ERROR, "scx_bpf_error() in enqueue" },
	{ "stall", KTSTR_FAIL_STALL, "user tasks are never dispatched" },
	{ "bad-dsq", KTSTR_FAIL_BAD_DSQ, "insert into a DSQ that is not there" },
	{ "bad-cpu", KTSTR_FAIL_BAD_CPU, "insert on a CPU that is not there" },
	{ "hang", KTSTR_FAIL_HANG, "enqueue never returns, with interrupts off" },
	{ "wrong-task", KTSTR_FAIL_WRONG_TASK, "enqueue dispatches another task" },
	{ "idle-cpu", KTSTR_FAIL_IDLE_CPU, "the last CPU is left idle for LEVEL % of the time" },
	{ "one-llc", KTSTR_FAIL_IDLE_CPU, "so are all but those of CPU 0's last-level cache" },
	{ "starve", KTSTR_FAIL_STARVE, "a task of cg_0 does not run for LEVEL % of each second" },
	{ "lose", KTSTR_FAIL_LOSE, "a task of cg_0 is lost once, for LEVEL tenths of a second" },
	{ "favour", KTSTR_FAIL_FAVOUR, "tasks of cg_0 run LEVEL % longer at a time than others" },
	{ "delay", KTSTR_FAIL_DELAY, "tasks of cg_0 that wake run LEVEL ms later" },
	{ "quota", KTSTR_FAIL_QUOTA, "cg_0 gets LEVEL % more than its cpu.max" },
	{ "slow", KTSTR_FAIL_SLOW, "LEVEL % of each CPU's time goes by in its ticks" },
	{ "init", KTSTR_FAIL_INIT, "init returns -ENODEV" },
	{ "exit", KTSTR_FAIL_EXIT, "the process exits with 3" },
	{ "segv", KTSTR_FAIL_SEGV, "the process dies by SIGSEGV" },
	{ "panic", KTSTR_FAIL_PANIC, "the process makes the kernel panic" },
	{ "no-attach", KTSTR_FAIL_NO_ATTACH, "the process never attaches" },
	{ "rejected", KTSTR_FAIL_REJECTED, "the verifier refuses a program" },
};

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void print_usage(FILE *out)
{
	size_t i;

	fprintf(out, "usage: scx_ktstr [-f HOW] [-l LEVEL] [-a MS] [-t MS]\n"
		"  -f HOW  fail in one of these ways:\n");
	for (i = 0; i < ARRAY_SIZE(fail_modes); i++)
		fprintf(out, "            %-10s %s\n", fail_modes[i].name,
			fail_modes[i].what);
	fprintf(out, "  -l N    LEVEL of a way that has one (default 100)\n"
		"  -a MS   so long after it was attached (default 0)\n"
		"  -t MS   sched_ext's watchdog (default 20000)\n");
}

static int find_fail_mode(const char *name, const struct fail_mode **mode)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fail_modes); i++) {
		if (!strcmp(fail_modes[i].name, name)) {
			*mode = &fail_modes[i];
			return 0;
		}
	}
	return -ENOENT;
}

/* ---- which CPUs are left idle ---- */

#define CPUS_MAX 64	/* bits of left_idle */

/* "0-3,8": who shares CPU 0's cache of that index; 0 where there is none */
static unsigned long long cache_cpus(unsigned int index)
{
	unsigned long long cpus = 0;
	unsigned int cpu, last;
	char path[80];
	FILE *f;

	snprintf(path, sizeof(path),
		 "/sys/devices/system/cpu/cpu0/cache/index%u/shared_cpu_list",
		 index);
	f = fopen(path, "re");
	while (f && fscanf(f, "%u", &cpu) == 1) {
		if (fscanf(f, "-%u", &last) != 1)
			last = cpu;
		for (; cpu <= last && cpu < CPUS_MAX; cpu++)
			cpus |= 1ULL << cpu;
		if (fscanf(f, "%*1[,]") < 0)
			break;
	}
	if (f)
		fclose(f);
	return cpus;
}

static unsigned long long other_llcs(void)
{
	unsigned long long cpus, llc = ~0ULL;
	unsigned int i;

	for (i = 0; (cpus = cache_cpus(i)); i++)
		llc = cpus;
	return ~llc;
}

static unsigned long long last_cpu(void)
{
	return 1ULL << (libbpf_num_possible_cpus() - 1) % CPUS_MAX;
}

/* ---- which ops there are ---- */

/* Is it unfair by so much, and does not fail? */
static bool is_knob(enum ktstr_fail fail)
{
	return fail >= KTSTR_FAIL_STARVE && fail <= KTSTR_FAIL_SLOW;
}

/* Those of its own are for who fails, and for who does not. */
static void take_knob_ops(struct scx_ktstr *skel, enum ktstr_fail fail)
{
	struct scx_ktstr__ktstr_ops__sched_ext_ops *ops =
		skel->struct_ops.ktstr_ops;

	if (fail == KTSTR_FAIL_SLOW) {
		ops->tick = skel->progs.knob_tick;
		return;
	}
	ops->enqueue = skel->progs.knob_enqueue;
	ops->dispatch = skel->progs.knob_dispatch;
	ops->init = skel->progs.knob_init;
	if (fail != KTSTR_FAIL_QUOTA)
		return;
	ops->running = skel->progs.knob_running;
	ops->stopping = skel->progs.knob_stopping;
	ops->cgroup_set_bandwidth = skel->progs.knob_set_bandwidth;
}

static int parse_number(const char *text, unsigned int *number)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || value > 1000000)
		return -EINVAL;
	*number = value;
	return 0;
}

static unsigned long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

/* Nothing that a BPF program may do brings a kernel down; root may ask. */
static void panic_kernel(void)
{
	FILE *f = fopen("/proc/sysrq-trigger", "we");

	if (!f || fputc('c', f) == EOF || fclose(f))
		fprintf(stderr, "scx_ktstr: /proc/sysrq-trigger: %s\n",
			strerror(errno));
}

/* Start to fail; the user part's own ways do not come back. */
static void fail_now(struct scx_ktstr *skel, enum ktstr_fail fail)
{
	if (fail < KTSTR_FAIL_USER) {
		skel->bss->fail_mode = fail;
		return;
	}
	if (fail == KTSTR_FAIL_EXIT)
		_exit(3);
	if (fail == KTSTR_FAIL_PANIC)
		panic_kernel();
	if (fail == KTSTR_FAIL_SEGV) {
		signal(SIGSEGV, SIG_DFL);
		raise(SIGSEGV);
	}
}

static void run(struct scx_ktstr *skel, enum ktstr_fail fail,
		unsigned int after_ms)
{
	unsigned long long at_ms = now_ms() + after_ms;
	bool pending = fail != KTSTR_FAIL_NONE;

	while (!stop && !UEI_EXITED(skel, uei)) {
		if (pending && now_ms() >= at_ms) {
			printf("scx_ktstr: failing on request\n");
			fflush(stdout);
			fail_now(skel, fail);
			pending = false;
		}
		poll(NULL, 0, POLL_MS);
	}
}

/*
 * scx/common.bpf.h brings a program that is_migration_disabled() wants. We do
 * not call that, and a kernel without a function tracer cannot attach it.
 */
static void drop_init_probe(struct bpf_object *obj)
{
	struct bpf_program *prog;

	prog = bpf_object__find_program_by_name(obj, "scx_lib_init_probe");
	if (prog)
		bpf_program__set_autoattach(prog, false);
}

int main(int argc, char **argv)
{
	static const struct fail_mode well = { .fail = KTSTR_FAIL_NONE };
	const struct fail_mode *mode = &well;
	enum ktstr_fail fail;
	unsigned int after_ms = 0, timeout_ms = 0, level = 100;
	struct scx_ktstr *skel;
	struct bpf_link *link;
	bool ended;
	int opt;

	while ((opt = getopt(argc, argv, "f:l:a:t:h")) != -1) {
		int err = 0;

		if (opt == 'f')
			err = find_fail_mode(optarg, &mode);
		else if (opt == 'l')
			err = parse_number(optarg, &level);
		else if (opt == 'a')
			err = parse_number(optarg, &after_ms);
		else if (opt == 't')
			err = parse_number(optarg, &timeout_ms);
		else
			err = -EINVAL;
		if (err) {
			print_usage(opt == 'h' ? stdout : stderr);
			return opt == 'h' ? 0 : 2;
		}
	}

	fail = mode->fail;
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	while (fail == KTSTR_FAIL_NO_ATTACH && !stop)
		poll(NULL, 0, POLL_MS);
	if (stop)
		return 0;

	skel = SCX_OPS_OPEN(ktstr_ops, scx_ktstr);
	drop_init_probe(skel->obj);
	skel->rodata->fail_level = level;
	skel->rodata->spare_pid = getpid();
	if (timeout_ms)
		skel->struct_ops.ktstr_ops->timeout_ms = timeout_ms;
	if (fail == KTSTR_FAIL_REJECTED)
		skel->struct_ops.ktstr_ops->tick = skel->progs.ktstr_rejected;
	/* A task of one CPU must not be queued where that will not look. */
	if (fail == KTSTR_FAIL_INIT ||
	    (fail == KTSTR_FAIL_IDLE_CPU && !after_ms))
		skel->bss->fail_mode = fail;
	if (fail == KTSTR_FAIL_IDLE_CPU)
		skel->rodata->left_idle = strcmp(mode->name, "one-llc") ?
					  last_cpu() : other_llcs();
	if (is_knob(fail))
		take_knob_ops(skel, fail);
	if (fail == KTSTR_FAIL_IDLE_CPU || is_knob(fail))
		skel->struct_ops.ktstr_ops->flags |= SCX_OPS_ENQ_LAST;
	SCX_OPS_LOAD(skel, ktstr_ops, scx_ktstr, uei);
	link = SCX_OPS_ATTACH(skel, ktstr_ops, scx_ktstr);
	printf("scx_ktstr: attached\n");
	fflush(stdout);

	run(skel, fail, after_ms);

	ended = UEI_EXITED(skel, uei);
	bpf_link__destroy(link);
	UEI_REPORT(skel, uei);
	scx_ktstr__destroy(skel);
	return ended;
}
