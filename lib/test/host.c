// SPDX-License-Identifier: GPL-2.0-only
/*
 * A test on the host: boot the VM, show what it says, leave the verdict.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util/pace.h"
#include "lib/host/paths.h"
#include "lib/repro/pipeline.h"
#include "lib/report/failure.h"
#include "lib/report/monitor.h"
#include "lib/report/sidecar.h"
#include "lib/run/run.h"
#include "lib/run/verdict.h"
#include "lib/test/attr.h"
#include "lib/test/glue.h"
#include "lib/test/relay.h"
#include "lib/util/lifeline.h"
#include "lib/util/log.h"
#include "lib/util/util.h"
#include "vmm/emulated-host/emulated-host.h"

#define RUN_ERR_SIZE	400

/* One test's run on the host. */
struct host_run {
	const struct ktstr_test *test;
	struct ktstr_merged merged;
	char name[256];
	char program[PATH_MAX];
	char scheduler[PATH_MAX];
	struct relay output;
	struct relay console;
	double slowness;
	bool retried;
};

static const char *scheduler_name(const struct host_run *hr)
{
	const struct scheduler *s = hr->merged.attr.scheduler;

	return s && s->binary ? s->name : NULL;
}

static void on_output(void *ctx, const char *bytes, size_t len)
{
	struct host_run *hr = ctx;

	relay_add(&hr->output, bytes, len);
}

static void on_console(void *ctx, const char *bytes, size_t len)
{
	struct host_run *hr = ctx;

	relay_add(&hr->console, bytes, len);
}

/* Find the files of this test; a missing one is a skip. */
static bool find_files(struct host_run *hr)
{
	const struct scheduler *s = hr->merged.attr.scheduler;
	char err[RUN_ERR_SIZE];
	int ret;

	if (ktstr_glue.missing[0]) {
		glue_skip(hr->test, ktstr_glue.missing);
		return false;
	}

	ret = host_kernel_check(&ktstr_glue.kernel, s && s->binary, err,
				sizeof(err));
	if (ret) {
		glue_skip(hr->test, err);
		return false;
	}

	ret = host_self_path(hr->program, sizeof(hr->program));
	if (ret) {
		glue_result(hr->test, RUN_FAIL,
			    "infrastructure: cannot find this program: %s",
			    strerror(-ret));
		return false;
	}

	if (!s || !s->binary)
		return true;
	ret = host_find_program(s->binary, hr->scheduler,
				sizeof(hr->scheduler));
	if (ret == -ENOENT) {
		snprintf(err, sizeof(err),
			 "no scheduler program %s beside the test program or in $KTSTR_SCHEDULER_DIR",
			 s->binary);
		glue_skip(hr->test, err);
	} else if (ret) {
		glue_result(hr->test, RUN_FAIL, "scheduler program %s: %s",
			    hr->scheduler, strerror(-ret));
	}
	return !ret;
}

/* Can this host run it before the harness gives up? */
static bool time_is_enough(struct host_run *hr)
{
	const struct ktstr_attr *attr = &hr->merged.attr;
	char err[RUN_ERR_SIZE], missing[RUN_ERR_SIZE + 64];

	hr->slowness = host_slowness(topology_cpus(&attr->topology));
	if (!attr_check_time(attr, hr->slowness, err, sizeof(err)))
		return true;
	snprintf(missing, sizeof(missing),
		 "this host is %.1f times slower than ordinary hardware: %s",
		 hr->slowness, err);
	glue_skip(hr->test, missing);
	return false;
}

/*
 * Errors of vm_create() in our words: what this machine cannot give is ours,
 * what the image or the topology got wrong is the caller's.
 */
static void report_no_run(const struct host_run *hr, int ret, const char *err)
{
	bool callers = ret == -EINVAL || ret == -ENOEXEC || ret == -ENOENT;

	glue_result(hr->test, RUN_FAIL, "%s%s",
		    callers ? "" : "infrastructure: ", err);
}

/* A pass that nobody watched must not look like one that somebody did. */
static void note_unwatched(const struct run_outcome *out,
			   struct run_verdict *verdict)
{
	char why[400], line[420];

	if (verdict->code != RUN_PASS || !ktstr_glue.kernel.vmlinux[0] ||
	    !monitor_saw_nothing(out, why, sizeof(why)))
		return;
	snprintf(line, sizeof(line), "no monitor: %s", why);
	report_comment(stdout, line);
	if (!glue_strict())
		return;
	verdict->code = RUN_FAIL;
	verdict->infrastructure = true;
	snprintf(verdict->reason, sizeof(verdict->reason),
		 "infrastructure: no monitor: %s", why);
}

static void leave_verdict(struct host_run *hr, const struct run_config *config,
			  const struct run_outcome *out)
{
	const struct ktstr_attr *attr = &hr->merged.attr;
	const struct run_expect expect = {
		.scheduler = scheduler_name(hr),
		.expect_err = attr->expect_err,
		.pins.contains = attr->expect_scx_bpf_error_contains,
		.pins.matches = attr->expect_scx_bpf_error_matches,
		.exit_kind = attr->expect_exit_kind,
		.alarm = attr->expect_alarm,
		.failure = attr->expect_failure,
	};
	struct run_verdict verdict;
	char culprit[256];

	run_judge(&expect, out, &verdict);
	if (verdict.code == RUN_PASS && attr->post_vm &&
	    attr->post_vm(out, verdict.reason, sizeof(verdict.reason)))
		verdict.code = RUN_FAIL;
	note_unwatched(out, &verdict);
	relay_end(&hr->output, verdict.code == RUN_FAIL || log_verbose());
	relay_end(&hr->console, false);

	if (verdict.code == RUN_FAIL) {
		const struct failure f = {
			.test = hr->name,
			.scheduler = scheduler_name(hr),
			.topology = attr->topology,
			.kernel = ktstr_glue.kernel.image,
			.culprit = culprit,
			.out = out,
			.verdict = &verdict,
			.verbose = log_verbose(),
		};

		repro_culprit(out, culprit, sizeof(culprit));
		report_failure(stdout, &f);
	} else if (log_verbose()) {
		report_monitor(stdout, out);
		report_dump(stdout, out);
	}
	host_repro(attr, config, out, &verdict);
	if (verdict.code == RUN_SKIP)
		glue_skip(hr->test, verdict.reason);
	else
		glue_result(hr->test, verdict.code, "%s", verdict.reason);
}

/* As the result line has it, skips too; @out is NULL without a VM. */
static void leave_sidecar(const struct host_run *hr,
			  const struct run_outcome *out)
{
	const char *image = ktstr_glue.kernel.image;
	const struct sidecar s = {
		.test = hr->name,
		.code = *hr->test->exit_code,
		.reason = hr->test->reason,
		.topology = hr->merged.attr.topology,
		.scheduler = scheduler_name(hr),
		.sched_args = hr->merged.sched_args,
		.n_sched_args = hr->merged.n_sched_args,
		.kernel = image[0] ? image : NULL,
		.slowness = hr->slowness,
		.emulated = emuhost_inside(),
		.retried = hr->retried,
		.out = out,
	};

	sidecar_write(&s);
}

/*
 * On an emulated host one VM of some hundreds stands still as soon as it runs.
 * A kernel that really hangs there will do so again.
 */
static bool hung_before_init(const struct run_outcome *out)
{
	return emuhost_inside() && out->vm.end == VM_END_NO_INIT;
}

static void boot_and_judge(struct host_run *hr)
{
	const struct ktstr_attr *attr = &hr->merged.attr;
	struct run_config config = {
		.program = hr->program,
		.test = hr->name,
		.kernel = &ktstr_glue.kernel,
		.kernel_args = attr->kernel_args,
		.kaslr = attr->kaslr,
		.topology = attr->topology,
		.memory_mb = attr->memory_mb,
		.scheduler = hr->scheduler[0] ? hr->scheduler : NULL,
		.sched_args = hr->merged.sched_args,
		.n_sched_args = hr->merged.n_sched_args,
		.ops = attr->scheduler ? attr->scheduler->ops_name : NULL,
		.sysctls = attr->scheduler ? attr->scheduler->sysctls : NULL,
		.duration_ms = attr->duration_s * MSEC_PER_SEC,
		.limit_ms = attr->limit_s * MSEC_PER_SEC,
		.limits = &attr->limits,
		.write = attr->bpf_map_write.map ? &attr->bpf_map_write : NULL,
		.watchdog_ms = attr->watchdog_timeout_ms,
		.stop_at_alarm = attr->expect_alarm,
		.verbose = log_verbose(),
		.console = log_verbose() ? on_console : NULL,
		.output = on_output,
		.ctx = hr,
	};
	struct run_outcome *out = malloc(sizeof(*out));
	char err[RUN_ERR_SIZE] = "";
	int ret;

	if (!out) {
		glue_result(hr->test, RUN_FAIL,
			    "infrastructure: no memory for the VM");
		return;
	}
	config.slowness = hr->slowness;
	outcome_init(out);
	ret = run_vm(&config, out, err, sizeof(err));
	if (!ret && hung_before_init(out)) {
		printf("# infrastructure: the VM hung before init, booting it again\n");
		hr->retried = true;
		outcome_exit(out);
		outcome_init(out);
		ret = run_vm(&config, out, err, sizeof(err));
	}
	if (ret)
		report_no_run(hr, ret, err);
	else
		leave_verdict(hr, &config, out);
	leave_sidecar(hr, ret ? NULL : out);
	outcome_exit(out);
	free(out);
}

void host_test(const struct ktstr_test *test)
{
	struct host_run *hr;
	char err[RUN_ERR_SIZE];

	hr = calloc(1, sizeof(*hr));
	if (!hr) {
		glue_result(test, RUN_FAIL,
			    "infrastructure: no memory for the VM");
		return;
	}
	hr->test = test;
	attr_full_name(test, hr->name, sizeof(hr->name));
	report_forget(hr->name);

	if (attr_merge(test, &hr->merged, err, sizeof(err))) {
		glue_result(test, RUN_FAIL, "%s", err);
	} else if (!find_files(hr) || !time_is_enough(hr)) {
		leave_sidecar(hr, NULL);
	} else {
		lifeline_tie(ktstr_glue.main_pid);
		/* An expected death is no news while it happens. */
		relay_init(&hr->output, stdout, hr->merged.attr.expect_err ||
			   hr->merged.attr.expect_alarm ||
			   hr->merged.attr.expect_failure);
		relay_init(&hr->console, stdout, false);
		boot_and_judge(hr);
		relay_exit(&hr->output);
		relay_exit(&hr->console);
	}
	free(hr);
}
