// SPDX-License-Identifier: GPL-2.0-only
/*
 * Boots in a row: does each come up and go down, and how long does it take?
 *
 *	boot [-n BOOTS] [-f FIRST] [-c CPUS[,CPUS...]]
 *
 * Each boot starts a VM with the next number of CPUs of the list, runs this
 * program in it as the test, and must end with a power-off after the guest
 * said so. Prints a line a boot and a summary a number of CPUs, in KTAP; with
 * FIRST it goes on where another, on a host that broke, has ended.
 * The KVM must be usable: run it by ktstr-emulated-host where it is not.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common/util/pace.h"
#include "lib/common/util/process.h"
#include "lib/common/util/util.h"
#include "lib/common/wire/plan.h"
#include "lib/host/machine/kernel.h"
#include "lib/host/machine/paths.h"
#include "lib/host/run/outcome.h"
#include "lib/host/run/run.h"

#define MAX_KINDS 16

/* What the boots with one number of CPUs have shown. */
struct kind {
	unsigned int cpus;
	unsigned int boots;
	double sum_s;
	double worst_s;
};

struct bench {
	struct host_kernel kernel;
	char program[PATH_MAX];
	struct kind kinds[MAX_KINDS];
	unsigned int n_kinds;
	unsigned int boots;
	unsigned int first;
};

static int parse_kinds(struct bench *b, const char *list)
{
	char *end;

	while (*list && b->n_kinds < MAX_KINDS) {
		unsigned long cpus = strtoul(list, &end, 10);

		if (end == list || !cpus || cpus > 512)
			return -EINVAL;
		b->kinds[b->n_kinds++].cpus = cpus;
		if (*end && *end != ',')
			return -EINVAL;
		list = *end ? end + 1 : end;
	}
	return b->n_kinds && !*list ? 0 : -EINVAL;
}

/* Everything that must be so after a boot that went well. */
static const char *judge(const struct run_outcome *out)
{
	if (out->vm.end != VM_END_POWEROFF)
		return "it did not power off";
	if (out->crash[0])
		return out->crash;
	if (out->stage != STAGE_POWEROFF)
		return "not every stage was reached";
	if (!out->has_exit || out->exit.status)
		return "the program in the guest failed";
	if (!strstr(out->output.text, "hello from the guest"))
		return "the program's output is missing";
	return NULL;
}

static bool boot_once(struct bench *b, struct kind *kind, unsigned int n)
{
	const struct run_machine machine = {
		.topology = { .nodes = 1, .llcs = 1, .cores = kind->cpus,
			      .threads = 1 },
	};
	const struct run_subject eevdf = { };
	const struct run_workload none = { };
	const struct run_expectations nothing = { };
	const struct run_config config = {
		.machine = &machine,
		.subject = &eevdf,
		.workload = &none,
		.expectations = &nothing,
		.program = b->program,
		.kernel = &b->kernel,
		.slowness = host_slowness(kind->cpus),
	};
	char err[400] = "";
	struct run_outcome out;
	const char *wrong;
	double total_s;
	unsigned int i;
	uint64_t start;
	int ret;

	outcome_init(&out);
	start = clock_now_ns();
	ret = run_vm(&config, &out, err, sizeof(err));
	total_s = (clock_now_ns() - start) / 1e9;
	wrong = ret ? err : judge(&out);

	if (wrong) {
		printf("not ok %u boot_%u_cpus_%u # %s (%s, stage %s) %s\n", n,
		       n, kind->cpus, wrong, vm_end_name(out.vm.end),
		       wire_stage_name(out.stage), out.vm.message);
		printf("# %s\n", strbuf_tail(&out.console, 1));
		for (i = 0; i < out.n_regs; i++)
			printf("# CPU %u: ip 0x%llx flags 0x%llx\n", i,
			       (unsigned long long)out.regs[i].ip,
			       (unsigned long long)out.regs[i].flags);
	} else {
		printf("ok %u boot_%u_cpus_%u # %.2f s, first KVM_RUN after %.1f ms, %llu exits\n",
		       n, n, kind->cpus, total_s, out.vm.first_run_ns / 1e6,
		       (unsigned long long)out.vm.exits);
	}
	fflush(stdout);
	kind->boots++;
	kind->sum_s += total_s;
	kind->worst_s = max(kind->worst_s, total_s);
	outcome_exit(&out);
	return !wrong;
}

static int guest_main(void)
{
	printf("hello from the guest\n");
	return 0;
}

static int setup(struct bench *b, int argc, char **argv)
{
	const char *list = "1,2,4";
	char err[400];
	int opt;

	b->boots = 50;
	b->first = 1;
	while ((opt = getopt(argc, argv, "n:f:c:")) != -1) {
		if (opt == 'n')
			b->boots = strtoul(optarg, NULL, 10);
		else if (opt == 'f')
			b->first = strtoul(optarg, NULL, 10);
		else if (opt == 'c')
			list = optarg;
		else
			return -EINVAL;
	}
	if (!b->first || b->boots < b->first || parse_kinds(b, list)) {
		fprintf(stderr,
			"usage: boot [-n BOOTS] [-f FIRST] [-c CPUS[,CPUS...]]\n");
		return -EINVAL;
	}
	if (host_kernel_find(&b->kernel, err, sizeof(err))) {
		fprintf(stderr, "boot: %s\n", err);
		return -ENOENT;
	}
	return host_self_path(b->program, sizeof(b->program));
}

int main(int argc, char **argv)
{
	static struct bench b;
	unsigned int i, failed = 0;
	int ret;

	if (getenv(ENV_GUEST))
		return guest_main();

	process_begin();
	/* It is boots that are counted. */
	setenv("KTSTR_CLONE", "0", 1);
	ret = setup(&b, argc, argv);
	if (ret)
		return ret == -ENOENT ? 4 : 1;

	printf("TAP version 13\n1..%u\n", b.boots);
	for (i = b.first - 1; i < b.boots; i++)
		if (!boot_once(&b, &b.kinds[i % b.n_kinds], i + 1))
			failed++;

	for (i = 0; i < b.n_kinds; i++)
		printf("# %u vCPUs: %u boots, %.2f s each, worst %.2f s\n",
		       b.kinds[i].cpus, b.kinds[i].boots,
		       b.kinds[i].sum_s / max(b.kinds[i].boots, 1U),
		       b.kinds[i].worst_s);
	printf("# Totals: pass:%u fail:%u xfail:0 xpass:0 skip:0 error:0\n",
	       b.boots - b.first + 1 - failed, failed);
	return failed ? 1 : 0;
}
