// SPDX-License-Identifier: GPL-2.0-only
/*
 * A test on this machine itself, without a VM. See bare_role.h.
 */
#include "lib/test/bare_role.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/bare/bare.h"
#include "lib/bare/refuse.h"
#include "lib/common/util/compiler.h"
#include "lib/common/util/util.h"
#include "lib/host/machine/identity.h"
#include "lib/host/monitor/judge/look.h"
#include "lib/host/run/budget.h"
#include "lib/test/glue.h"

/* Which of a test's levels says what machine it runs on */
#define LEVEL_OF_VARIANT	1

bool bare_role_fits(const struct ktstr_test *test, char *why, size_t size)
{
	const struct ktstr_attr *levels[ATTR_MAX_LEVELS];

	if (!test->scenario) {
		snprintf(why, size,
			 "its body may do anything, so it runs in a VM only");
		return false;
	}
	/* That is said of this machine, and true. */
	memcpy(levels, test->levels, sizeof(levels));
	levels[LEVEL_OF_VARIANT] = NULL;
	return !bare_refuse_ops(test->scenario, why, size) &&
	       !bare_refuse_attrs(levels, ATTR_MAX_LEVELS, why, size);
}

/* ---- what is heard ---- */

struct hearing {
	const struct run_config *config;
	struct run_outcome *out;
};

static void on_record(void *ctx, const struct wire_rec *rec,
		      const void *payload)
{
	struct hearing *h = ctx;

	outcome_add(h->out, rec, payload);
}

static void on_output(void *ctx, const char *bytes, size_t len)
{
	const struct wire_rec rec = { .type = WIRE_OUTPUT, .len = len };
	struct hearing *h = ctx;

	outcome_add(h->out, &rec, bytes);
	if (h->config->output)
		h->config->output(h->config->ctx, bytes, len);
}

/* ---- what stands beside it ---- */

/* No check goes without a word that would be made in a VM. */
static void tell_not_judged(const struct check_limits *limits, bool scx)
{
	unsigned int i, n = 0;

	for (i = 0; i < MON_CHECKS; i++) {
		if (!check_limit_at(limits, mon_checks[i]->limit) ||
		    (mon_checks[i]->scx && !scx))
			continue;
		fprintf(ktstr_glue.out, "%s%s", n++ ? ", " :
			"# not judged, as no monitor looks into this machine: ",
			mon_checks[i]->name);
	}
	if (n)
		fputc('\n', ktstr_glue.out);
}

static void __printf(3, 4) add_text(struct run_outcome *out,
				    enum wire_type type, const char *fmt, ...)
{
	struct wire_detail detail = { };
	struct wire_rec rec = { .type = type };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(detail.text, sizeof(detail.text), fmt, ap);
	va_end(ap);
	rec.len = type == WIRE_DETAIL ? sizeof(detail) : strlen(detail.text);
	outcome_add(out, &rec, &detail);
}

/* The one that is judged is the one that was there all the time. */
static void check_scheduler(struct run_outcome *out, const char *before)
{
	char now[64];

	host_scheduler(now, sizeof(now));
	if (!strcmp(before, now))
		return;
	if (*before)
		add_text(out, WIRE_DETAIL,
			 "scheduler %s, which ran on this machine, was gone at the end: %s ran then",
			 before, *now ? now : "EEVDF");
	else
		add_text(out, WIRE_OURS,
			 "scheduler %s was attached on this machine meanwhile",
			 now);
}

static unsigned int limit_ms(const struct run_config *c)
{
	const struct run_workload *load = c->workload;
	struct run_budget budget;

	budget_compute(&budget, load->duration_s * MSEC_PER_SEC, false,
		       c->slowness, topology_cpus(&c->machine->topology));
	if (load->limit_s)
		budget_limit(&budget, load->limit_s * MSEC_PER_SEC);
	return budget.test_ms;
}

int bare_role_run(const struct ktstr_test *test, const struct run_config *config,
		  struct run_outcome *out, char *err, size_t err_size)
{
	struct hearing hearing = { .config = config, .out = out };
	const struct run_workload *load = config->workload;
	const struct bare_job job = {
		.def = test->scenario,
		.topology = &config->machine->topology,
		.duration_ms = load->duration_s * MSEC_PER_SEC,
		.workers = load->workers,
		.limits = &config->expectations->limits,
		.limit_ms = limit_ms(config),
		.owners = { ktstr_glue.main_pid, getppid() },
		.record = on_record,
		.output = on_output,
		.ctx = &hearing,
	};
	char scheduler[64];
	int ret;

	/* What can be wrong with a VM is not, and nobody looks into it. */
	out->vm.end = VM_END_POWEROFF;
	snprintf(out->series.why_none, sizeof(out->series.why_none),
		 "nothing looks into this machine from outside");
	host_scheduler(scheduler, sizeof(scheduler));
	tell_not_judged(job.limits, *scheduler);
	ret = bare_run(&job, err, err_size);
	if (!ret)
		check_scheduler(out, scheduler);
	return ret;
}
