// SPDX-License-Identifier: GPL-2.0-only
/*
 * scx_ktstr: user part of the fixture scheduler.
 *
 *	scx_ktstr [-f HOW] [-a MS] [-t MS]
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

	fprintf(out, "usage: scx_ktstr [-f HOW] [-a MS] [-t MS]\n"
		"  -f HOW  fail in one of these ways:\n");
	for (i = 0; i < ARRAY_SIZE(fail_modes); i++)
		fprintf(out, "            %-10s %s\n", fail_modes[i].name,
			fail_modes[i].what);
	fprintf(out, "  -a MS   so long after it was attached (default 0)\n"
		"  -t MS   sched_ext's watchdog (default 20000)\n");
}

static int find_fail_mode(const char *name, enum ktstr_fail *fail)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fail_modes); i++) {
		if (!strcmp(fail_modes[i].name, name)) {
			*fail = fail_modes[i].fail;
			return 0;
		}
	}
	return -ENOENT;
}

static int parse_ms(const char *text, unsigned int *ms)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || value > 1000000)
		return -EINVAL;
	*ms = value;
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
	enum ktstr_fail fail = KTSTR_FAIL_NONE;
	unsigned int after_ms = 0, timeout_ms = 0;
	struct scx_ktstr *skel;
	struct bpf_link *link;
	bool ended;
	int opt;

	while ((opt = getopt(argc, argv, "f:a:t:h")) != -1) {
		int err = 0;

		if (opt == 'f')
			err = find_fail_mode(optarg, &fail);
		else if (opt == 'a')
			err = parse_ms(optarg, &after_ms);
		else if (opt == 't')
			err = parse_ms(optarg, &timeout_ms);
		else
			err = -EINVAL;
		if (err) {
			print_usage(opt == 'h' ? stdout : stderr);
			return opt == 'h' ? 0 : 2;
		}
	}

	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	while (fail == KTSTR_FAIL_NO_ATTACH && !stop)
		poll(NULL, 0, POLL_MS);
	if (stop)
		return 0;

	skel = SCX_OPS_OPEN(ktstr_ops, scx_ktstr);
	drop_init_probe(skel->obj);
	skel->rodata->spare_pid = getpid();
	if (timeout_ms)
		skel->struct_ops.ktstr_ops->timeout_ms = timeout_ms;
	if (fail == KTSTR_FAIL_REJECTED)
		skel->struct_ops.ktstr_ops->tick = skel->progs.ktstr_rejected;
	if (fail == KTSTR_FAIL_INIT)
		skel->bss->fail_mode = fail;
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
