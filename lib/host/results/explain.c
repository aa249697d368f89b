// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why members of sidecars are null. See explain.h.
 */
#include "lib/host/results/explain.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/quantity.h"
#include "lib/common/util/util.h"

/* Those that are no quantities. */
static const struct {
	const char *member;
	const char *cause;
	const char *fix;
} members[] = {
	{ "run_id", "the test was not started by `run` or `test`",
	  "run it by run_ktstr.sh, or name the run by KTSTR_RUN_ID=" },
	{ "project_commit", "ktstr's folder is no git repository, or the program was started by hand",
	  "run it from a clone, or name the commit by KTSTR_COMMIT=" },
	{ "reason", "a plain pass says nothing more", NULL },
	{ "retried", "the test was run once", NULL },
	{ "culprit", "nothing failed, or no text of the run names what did",
	  NULL },
	{ "repro", "no VM with probes was run: nothing failed, the scheduler did not die, or auto_repro is off",
	  "`repro TEST`, or KTSTR_REPRO=1" },
	{ "scheduler", "the test ran under EEVDF", NULL },
	{ "given", "no attribute was given on the command line", NULL },
	{ "kernel.image", "no VM was booted, or there is no kernel",
	  "build one (`kernel`), or name one by KTSTR_KERNEL=" },
	{ "kernel.release", "the image's header does not say",
	  "boot a bzImage" },
	{ "vm", "no VM was run: the test was skipped, or ran on the machine itself",
	  "see `reason` of the skipped" },
	{ "lost", "nothing was run: the test was skipped", "see `reason`" },
	{ "details", "nothing was run: the test was skipped", "see `reason`" },
	{ "summary", "nothing was run: the test was skipped", "see `reason`" },
	{ "cgroups", "nothing was run: the test was skipped", "see `reason`" },
	{ "workers", "nothing was run: the test was skipped", "see `reason`" },
	{ "turns", "nothing was run, or an older ktstr wrote it", NULL },
	{ "payloads", "nothing was run, or an older ktstr wrote it", NULL },
	{ "scheduler_log", "nothing was run: the test was skipped", NULL },
	{ "refusal", "the verifier refused no program, or an older ktstr wrote it",
	  NULL },
	{ "sched_ext_dump", "nothing was run: the test was skipped", NULL },
	{ "console_tail", "nothing was run: the test was skipped", NULL },
	{ "monitor", "nothing was run: the test was skipped", "see `reason`" },
	{ "monitor.why_none", "the monitor worked", NULL },
	{ "monitor.notes", "the monitor has nothing to remark", NULL },
};

/* The rest: who measures it did not, and why that may be. */
static const struct {
	const char *object;
	const char *cause;
	const char *fix;
} by_source[N_FROMS] = {
	[FROM_WORKERS] = {
		"summary", "no worker came to its end, or none does what this is of",
		"see `details` and `reason`" },
	[FROM_HARNESS] = {
		"summary", "no step of a scenario held, or the guest did not come to its end",
		"see `vm.last_stage`" },
	[FROM_MEMORY] = {
		"summary", "the monitor could not read the guest: no vmlinux beside the image, or no sample",
		"see `monitor.why_none`; build with BTF, keep vmlinux beside bzImage" },
	[FROM_SCHEDSTAT] = {
		"summary", "the kernel has no CONFIG_SCHEDSTATS, or the monitor did not work",
		"build with ktstr.kconfig" },
	[FROM_MONITOR] = {
		"monitor", "the monitor did not work", "see `monitor.why_none`" },
	[FROM_VMM] = { "vm", "the VM was not run to its end", "see `vm.end`" },
};

/* Of those that not every test has. */
static const struct {
	enum quantity_id id;
	const char *cause;
} special[] = {
	{ RUN_share_error_pct, "no two cgroups compete: nothing is due to any" },
	{ RUN_quota_excess_pct, "no cgroup has a cpu.max" },
	{ RUN_wake_ns_p99, "the workers' type never waits" },
	{ RUN_idle_wait_pct, "no CPU was idle, or the monitor did not work" },
	{ RUN_lag_us, "no fair task waited in any sample, or the kernel has no lag" },
};

static void explain_quantity(struct explanation *e, const struct quantity *q)
{
	size_t i;

	snprintf(e->member, sizeof(e->member), "%s.%s",
		 by_source[q->from].object, q->name);
	e->cause = by_source[q->from].cause;
	e->fix = by_source[q->from].fix;
	for (i = 0; i < ARRAY_SIZE(special); i++)
		if (q == &quantities[special[i].id]) {
			e->cause = special[i].cause;
			e->fix = NULL;
		}
}

size_t explain_all(struct explanation **list)
{
	struct explanation *e;
	const struct quantity *q;
	size_t i;

	*list = calloc(ARRAY_SIZE(members) + QUANTITY_IDS, sizeof(**list));
	if (!*list)
		return 0;
	for (e = *list, i = 0; i < ARRAY_SIZE(members); i++, e++) {
		snprintf(e->member, sizeof(e->member), "%s", members[i].member);
		e->cause = members[i].cause;
		e->fix = members[i].fix;
	}
	for (q = quantity_next(PER_RUN, NULL); q; q = quantity_next(PER_RUN, q))
		explain_quantity(e++, q);
	return (size_t)(e - *list);
}

static bool is_empty(struct json_object *o)
{
	return !o || (json_object_is_type(o, json_type_string) &&
		      !json_object_get_string_len(o));
}

static void count_one(struct explanation *e, struct json_object *doc)
{
	const char *dot = strchr(e->member, '.');
	struct json_object *value = NULL;
	char object[64];

	if (dot) {
		snprintf(object, sizeof(object), "%.*s",
			 (int)(dot - e->member), e->member);
		if (!json_object_object_get_ex(doc, object, &doc) ||
		    !json_object_is_type(doc, json_type_object))
			return;
	}
	json_object_object_get_ex(doc, dot ? dot + 1 : e->member, &value);
	e->of++;
	e->nulls += is_empty(value);
}

void explain_count(struct explanation *list, size_t n, struct json_object *doc)
{
	size_t i;

	for (i = 0; i < n; i++)
		count_one(&list[i], doc);
}
