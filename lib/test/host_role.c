// SPDX-License-Identifier: GPL-2.0-only
/*
 * A test on the host: boot the VM, show what it says, leave the verdict.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/attr/needs.h"
#include "lib/common/exported.h"
#include "lib/common/util/lifeline.h"
#include "lib/common/util/log.h"
#include "lib/common/util/pace.h"
#include "lib/common/util/process.h"
#include "lib/common/util/sandbox.h"
#include "lib/common/util/util.h"
#include "lib/common/util/writer.h"
#include "lib/host/export/export.h"
#include "lib/host/machine/identity.h"
#include "lib/host/machine/paths.h"
#include "lib/host/report/comment.h"
#include "lib/host/report/failure.h"
#include "lib/host/report/monitor.h"
#include "lib/host/report/sidecar.h"
#include "lib/host/repro/pipeline.h"
#include "lib/host/run/run.h"
#include "lib/host/run/verdict.h"
#include "lib/test/attr.h"
#include "lib/test/bare_role.h"
#include "lib/test/fault.h"
#include "lib/test/glue.h"
#include "lib/test/relay.h"
#include "vmm/emulated-host/emulated-host.h"

#define RUN_ERR_SIZE	400

/* Both streams to their limits, a report, a repro's story */
#define OUTPUT_QUEUE	(6U << 20)
/* The harness ends a test that takes longer, whatever it waits for. */
#define OUTPUT_LIMIT_MS	((KTSTR_TEST_TIMEOUT_S - 30) * MSEC_PER_SEC)
#define OUTPUT_LAST_MS	5000

/**
 * struct host_run - one test's run on the host
 * @test: the test
 * @merged: what it asks for
 * @subject: its scheduler
 * @here: that of this machine, where there is no VM
 * @here_name: its name
 * @config: the run, of these and what was found on this machine
 * @name: its full name
 * @program: path of this program
 * @scheduler: path of the scheduler's
 * @staged: paths of further ones
 * @staged_paths: the same, to point to
 * @formatted: file systems of its disks
 * @culprit: what failed, and for whom; "" when nobody knows
 * @repro: what came of runs with probes
 * @began_ns: when it began, by CLOCK_MONOTONIC
 * @output: what the program prints
 * @console: what the guest's kernel does
 */
struct host_run {
	const struct ktstr_test *test;
	struct ktstr_merged merged;
	struct run_subject subject;
	struct scheduler here;
	char here_name[64];
	struct run_config config;
	char name[256];
	char program[PATH_MAX];
	char scheduler[PATH_MAX];
	char staged[KTSTR_MAX_STAGED][PATH_MAX];
	const char *staged_paths[KTSTR_MAX_STAGED];
	struct run_disks formatted;
	char culprit[256];
	struct sidecar_repro repro;
	uint64_t began_ns;
	struct relay output;
	struct relay console;
};

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

/* All that can be said of it before anything is looked for. */
static void describe_run(struct host_run *hr)
{
	const struct ktstr_attr *attr = &hr->merged.attr;
	const char *given = getenv(ENV_ATTR);

	hr->subject = (struct run_subject){
		.scheduler = attr->scheduler,
		.args = hr->merged.sched_args,
		.n_args = hr->merged.n_sched_args,
		.staged = attr->staged,
		.staged_paths = hr->staged_paths,
	};
	hr->config = (struct run_config){
		.machine = &attr->machine,
		.subject = &hr->subject,
		.workload = &attr->workload,
		.expectations = &attr->expectations,
		.program = hr->program,
		.test = hr->name,
		.given = given && *given ? given : NULL,
		.kernel = &ktstr_glue.kernel,
		.harness_ns = clock_now_ns() +
			      KTSTR_TEST_TIMEOUT_S * NSEC_PER_SEC,
		.verbose = log_verbose(),
		.bare = ktstr_glue.on_host,
		.console = log_verbose() ? on_console : NULL,
		.output = on_output,
		.ctx = hr,
	};
}

/* Not only to judge: to do something, or to find what is expected. */
static bool needs_monitor(const struct ktstr_attr *attr)
{
	return attr->bpf_map_write.map || attr->watchdog_timeout_ms ||
	       attr->watch_maps[0] || attr->snapshots || attr->watchpoint || attr->expect_alarm;
}

/* Its program, where it has one */
static bool find_scheduler(struct host_run *hr, const struct scheduler *s,
			   char path[PATH_MAX])
{
	char err[RUN_ERR_SIZE];
	int ret = host_find_program(s->binary, path, PATH_MAX);

	if (ret == -ENOENT) {
		snprintf(err, sizeof(err),
			 "no scheduler program %s beside the test program or in $KTSTR_SCHEDULER_DIR",
			 s->binary);
		glue_skip(hr->test, err);
	} else if (ret) {
		glue_result(hr->test, RUN_FAIL, "scheduler program %s: %s",
			    path, strerror(-ret));
	}
	return !ret;
}

static bool find_schedulers(struct host_run *hr)
{
	const struct ktstr_attr *attr = &hr->merged.attr;
	unsigned int i, n = attr_n_staged(attr);

	if (attr->scheduler && attr->scheduler->binary) {
		if (!find_scheduler(hr, attr->scheduler, hr->scheduler))
			return false;
		hr->subject.path = hr->scheduler;
	}
	for (i = 0; i < n; i++) {
		if (!find_scheduler(hr, attr->staged[i], hr->staged[i]))
			return false;
		hr->staged_paths[i] = hr->staged[i];
	}
	hr->subject.n_staged = n;
	return true;
}

static bool find_self(struct host_run *hr)
{
	int ret = host_self_path(hr->program, sizeof(hr->program));

	if (ret)
		glue_infrastructure(hr->test, "cannot find this program: %s",
				    strerror(-ret));
	return !ret;
}

/* Without a VM: the scheduler is the one that runs here. */
static bool fits_here(struct host_run *hr)
{
	char why[RUN_ERR_SIZE];

	if (!bare_role_fits(hr->test, why, sizeof(why))) {
		glue_skip(hr->test, why);
		return false;
	}
	host_scheduler(hr->here_name, sizeof(hr->here_name));
	hr->here = (struct scheduler){
		.name = hr->here_name, .binary = hr->here_name,
	};
	if (hr->here_name[0])
		hr->subject.scheduler = &hr->here;
	return find_self(hr);
}

static bool find_tool(struct host_run *hr, const struct payload *p,
		      const char *name)
{
	char path[PATH_MAX], err[RUN_ERR_SIZE];
	int ret = host_find_tool(name, path, sizeof(path));

	if (!ret || (ret == -EACCES && name != p->program))
		return true;
	snprintf(err, sizeof(err), "payload '%s': no %.200s on this machine: %s",
		 p->name, name, strerror(-ret));
	glue_skip(hr->test, err);
	return false;
}

static bool find_payloads(struct host_run *hr)
{
	const struct run_workload *load = &hr->merged.attr.workload;
	unsigned int i, j, n = attr_n_payloads(load);

	for (i = 0; i < n; i++) {
		const struct payload *p = load->payloads[i];

		if (!find_tool(hr, p, p->program))
			return false;
		for (j = 0; j < PAYLOAD_MAX_FILES && p->files[j]; j++)
			if (!find_tool(hr, p, p->files[j]))
				return false;
	}
	return true;
}

/* Find the files of this test; a missing one is a skip. */
static bool find_files(struct host_run *hr)
{
	const struct ktstr_attr *attr = &hr->merged.attr;
	const struct scheduler *s = attr->scheduler;
	char err[RUN_ERR_SIZE];
	int ret;

	if (!needs_fit(&attr->needs, &attr->topology, err, sizeof(err))) {
		glue_skip(hr->test, err);
		return false;
	}
	if (ktstr_glue.on_host)
		return fits_here(hr);
	if (ktstr_glue.missing[0]) {
		glue_skip(hr->test, ktstr_glue.missing);
		return false;
	}

	ret = host_kernel_check(&ktstr_glue.kernel,
				attr->staged[0] || (s && s->binary), err,
				sizeof(err));
	if (ret) {
		glue_skip(hr->test, err);
		return false;
	}

	if (needs_monitor(attr) && !ktstr_glue.kernel.vmlinux[0]) {
		snprintf(err, sizeof(err),
			 "what this test asks the monitor for needs a vmlinux beside %.200s",
			 ktstr_glue.kernel.image);
		glue_skip(hr->test, err);
		return false;
	}

	return find_self(hr) && find_schedulers(hr) && find_payloads(hr);
}

/* Can this host run it before the harness gives up? */
static bool time_is_enough(struct host_run *hr)
{
	const struct ktstr_attr *attr = &hr->merged.attr;
	char err[RUN_ERR_SIZE], missing[RUN_ERR_SIZE + 64];
	struct run_config *c = &hr->config;

	c->pace = host_pace();
	c->slowness = host_slowness(topology_cpus(&attr->topology));
	if (!attr_check_time(attr, c->slowness, err, sizeof(err)))
		return true;
	snprintf(missing, sizeof(missing),
		 "this host is %.1f times slower than ordinary hardware: %s",
		 c->slowness, err);
	glue_skip(hr->test, missing);
	return false;
}

/* What bare_run() could not do: what was missing is a skip. */
static void report_not_here(const struct host_run *hr, int ret, const char *err)
{
	if (ret == -EBUSY)
		glue_result(hr->test, RUN_FAIL, "%s", err);
	else if (ret == -EINTR)
		glue_infrastructure(hr->test, "%s", err);
	else
		glue_skip(hr->test, err);
}

/*
 * Errors of vm_create() in our words: what this machine cannot give is ours,
 * what the image or the topology got wrong is the caller's.
 */
static void report_no_run(const struct host_run *hr, int ret, const char *err)
{
	if (ktstr_glue.on_host) {
		report_not_here(hr, ret, err);
		return;
	}
	if (ret == -EINVAL || ret == -ENOEXEC || ret == -ENOENT)
		glue_result(hr->test, RUN_FAIL, "%s", err);
	else
		glue_infrastructure(hr->test, "%s", err);
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
	report_comment(ktstr_glue.out, line);
	if (!glue_strict())
		return;
	verdict->code = RUN_SKIP;
	verdict->doubt = RUN_INFRASTRUCTURE;
	snprintf(verdict->reason, sizeof(verdict->reason),
		 INFRASTRUCTURE "no monitor: %s", why);
}

static void leave_verdict(struct host_run *hr, const struct run_outcome *out)
{
	const struct ktstr_attr *attr = &hr->merged.attr;
	struct run_verdict verdict;
	bool bad;

	run_judge(&hr->config, out, &verdict);
	if (verdict.code == RUN_PASS && attr->post_vm &&
	    attr->post_vm(out, verdict.reason, sizeof(verdict.reason)))
		verdict.code = RUN_FAIL;
	note_unwatched(out, &verdict);
	glue_note_loss(out, &verdict);
	bad = verdict.code == RUN_FAIL || verdict.doubt;
	relay_end(&hr->output, bad || log_verbose());
	relay_end(&hr->console, false);

	if (bad) {
		const struct failure f = {
			.config = &hr->config,
			.culprit = hr->culprit,
			.out = out,
			.verdict = &verdict,
		};

		repro_culprit(out, ktstr_glue.kernel.vmlinux, hr->culprit,
			      sizeof(hr->culprit));
		report_failure(ktstr_glue.out, &f);
	} else if (log_verbose()) {
		report_monitor(ktstr_glue.out, out);
		report_dump(ktstr_glue.out, out);
	}
	if (!ktstr_glue.on_host)
		host_repro(attr, &hr->config, out, &verdict, &hr->repro);
	if (verdict.code == RUN_PASS && !verdict.reason[0])
		outcome_numbers(out, verdict.reason, sizeof(verdict.reason));
	/* What is ours says so itself, and is counted there. */
	if (verdict.code == RUN_SKIP)
		glue_skip(hr->test, verdict.reason);
	else
		glue_result(hr->test, verdict.code, "%s", verdict.reason);
}

/* As the result line has it, skips too; @out is NULL without a VM. */
static void leave_sidecar(const struct host_run *hr,
			  const struct run_outcome *out)
{
	const struct sidecar s = {
		.config = &hr->config,
		.attr = &hr->merged.attr,
		.code = *hr->test->exit_code,
		.reason = hr->test->reason,
		.doubt = ktstr_glue.doubt,
		.culprit = hr->culprit,
		.repro = hr->repro,
		.took_ns = clock_now_ns() - hr->began_ns,
		.emulated = emuhost_inside(),
		.retried = ktstr_glue.retried,
		.out = out,
	};

	sidecar_write(&s);
}

/*
 * On an emulated host one VM of some hundreds stands still as soon as it runs.
 * A kernel that really hangs there will do so again. One that the host hardly
 * let run did not hang.
 */
static bool hung_before_init(const struct run_outcome *out)
{
	return emuhost_inside() && out->vm.end == VM_END_NO_INIT &&
	       out->vm.steal_ns <= out->vm.run_ns / 2;
}

static int run_once(struct host_run *hr, struct run_outcome *out, char *err,
		    size_t err_size)
{
	return ktstr_glue.on_host ?
	       bare_role_run(hr->test, &hr->config, out, err, err_size) :
	       run_vm(&hr->config, out, err, err_size);
}

/*
 * From here on there are guests. What has to be done by programs of this machine
 * was done before: no thread of this process starts one any more.
 */
static int confine(struct host_run *hr, char *err, size_t err_size)
{
	int ret;

	if (ktstr_glue.on_host)
		return 0;
	ret = disks_format(&hr->formatted, hr->config.machine, err, err_size);
	if (ret)
		return ret;
	hr->config.formatted = &hr->formatted;
	ret = sandbox_enter(SANDBOX_MAIN);
	if (ret)
		snprintf(err, err_size, "no seccomp filter: %s", strerror(-ret));
	return ret;
}

static void boot_and_judge(struct host_run *hr)
{
	struct run_outcome *out = malloc(sizeof(*out));
	char err[RUN_ERR_SIZE] = "";
	int ret;

	if (!out) {
		glue_infrastructure(hr->test, "no memory for the VM");
		return;
	}
	outcome_init(out);
	ret = confine(hr, err, sizeof(err));
	if (!ret)
		ret = run_once(hr, out, err, sizeof(err));
	if (!ret && hung_before_init(out)) {
		glue_retried("the VM hung before init");
		outcome_exit(out);
		outcome_init(out);
		ret = run_once(hr, out, err, sizeof(err));
	}
	if (ret)
		report_no_run(hr, ret, err);
	else
		leave_verdict(hr, out);
	leave_sidecar(hr, ret ? NULL : out);
	disks_close(&hr->formatted);
	outcome_exit(out);
	free(out);
}

static void tie_to_harness(void)
{
	int ret = lifeline_tie(ktstr_glue.main_pid);

	/* The second line: of no use once who started us is not the harness. */
	lifeline_follow_parent();
	if (ret)
		fprintf(ktstr_glue.out,
			"# warning: nothing watches the harness's life: %s\n",
			strerror(-ret));
}

static void drop_capabilities(void)
{
	int ret = process_drop();

	if (ret)
		pr_warn("root's capabilities stay: %s", strerror(-ret));
}

/*
 * Nobody who reads what we print may hold up a VM, nor its verdict: all of it
 * goes through a writer of its own, and in the end there is still time for the
 * harness to have the result.
 */
static void boot_with_output(struct host_run *hr)
{
	const struct ktstr_attr *attr = &hr->merged.attr;
	uint64_t until_ns = clock_now_ns() + OUTPUT_LIMIT_MS * NSEC_PER_MSEC;
	uint64_t now_ns, lost;
	struct writer *writer;
	int ret;

	fflush(stdout);
	fault_watch(hr->test);
	if (!ktstr_glue.on_host)
		drop_capabilities();
	ret = writer_start(STDOUT_FILENO, OUTPUT_QUEUE, &writer);
	if (ret) {
		glue_infrastructure(hr->test, "no thread for its output: %s",
				    strerror(-ret));
		leave_sidecar(hr, NULL);
		return;
	}
	ktstr_glue.out = writer_file(writer);
	/* Without a VM, there is something to put back when it dies. */
	if (!ktstr_glue.on_host)
		tie_to_harness();
	/* An expected death is no news while it happens. */
	relay_init(&hr->output, ktstr_glue.out, hr->name,
		   ktstr_is_on(attr->expect_err) || attr->expect_alarm ||
		   attr->expect_failure);
	relay_init(&hr->console, ktstr_glue.out, NULL, false);
	boot_and_judge(hr);
	relay_exit(&hr->output);
	relay_exit(&hr->console);
	ktstr_glue.out = NULL;
	now_ns = clock_now_ns();
	lost = writer_stop(writer, now_ns < until_ns ?
			   (until_ns - now_ns) / NSEC_PER_MSEC : OUTPUT_LAST_MS);
	glue_note_output(hr->test, lost);
}

/* Its result is that of the writing; that of its last run stays. */
static void write_export(struct host_run *hr, const char *path)
{
	char err[RUN_ERR_SIZE + 300];
	uint64_t size;
	int ret;

	ret = export_write(path, &hr->config, &size, err, sizeof(err));
	if (!ret)
		glue_result(hr->test, RUN_PASS, "exported to %.200s, %.1f MiB",
			    path, size / 1048576.0);
	else if (ret == -ENOTSUP)
		glue_skip(hr->test, err);
	else
		glue_result(hr->test, RUN_FAIL, "%s", err);
}

void host_test(const struct ktstr_test *test)
{
	const char *to = glue_env_set(EXPORT_ENV) ? getenv(EXPORT_ENV) : NULL;
	struct host_run *hr;
	char err[RUN_ERR_SIZE];

	hr = calloc(1, sizeof(*hr));
	if (!hr) {
		glue_infrastructure(test, "no memory for the VM");
		return;
	}
	hr->test = test;
	hr->began_ns = clock_now_ns();
	attr_full_name(test, hr->name, sizeof(hr->name));
	if (!to)
		report_forget(hr->name);

	if (attr_merge(test, &hr->merged, err, sizeof(err))) {
		glue_result(test, RUN_FAIL, "%s%s%s", err,
			    ktstr_given() ? ", with " ENV_ATTR "=" : "",
			    ktstr_given() ? getenv(ENV_ATTR) : "");
		goto out_free;
	}
	describe_run(hr);
	if (to) {
		if (find_files(hr))
			write_export(hr, to);
		goto out_free;
	}
	if (!find_files(hr) || !time_is_enough(hr))
		leave_sidecar(hr, NULL);
	else
		boot_with_output(hr);
out_free:
	free(hr);
}
