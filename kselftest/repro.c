// SPDX-License-Identifier: GPL-2.0-only
/*
 * Auto-repro: schedulers that die, and the story that is told of it.
 *
 * Each death is expected, so the tests pass; what is judged is the story. A
 * failure as users meet it is in repro_demo.c.
 */
#include "ktstr.h"
#include "scenarios.h"

#include "bpf/scx_ktstr.h"
#include "lib/repro/pipeline.h"
#include "lib/util/compiler.h"
#include "lib/util/util.h"

static const struct scheduler scx_ktstr = {
	.name = "scx_ktstr",
	.ops_name = "ktstr",
	.binary = "scx_ktstr",
};

/* ---- what a story must hold ---- */

static const struct probe_call *find_call(const struct repro *repro,
					  const char *func)
{
	unsigned int i;

	for (i = repro->story.n_calls; i > 0; i--) {
		const struct probe_call *call = &repro->story.calls[i - 1];

		if (!strcmp(story_desc(&repro->story, call)->name, func))
			return call;
	}
	return NULL;
}

static const struct desc_field *find_field(const struct probe_desc *desc,
					   const char *name)
{
	unsigned int i;

	for (i = 0; i < desc->n_fields; i++)
		if (!strcmp(desc->fields[i].name, name))
			return &desc->fields[i];
	return NULL;
}

/* A field of a call's entry; false when there is no such field. */
static bool entry_value(const struct repro *repro,
			const struct probe_call *call, const char *name,
			uint64_t *value)
{
	const struct desc_field *field;

	field = find_field(story_desc(&repro->story, call), name);
	if (field)
		*value = fields_value(field, call->entry);
	return field;
}

static bool exit_value(const struct repro *repro,
		       const struct probe_call *call, const char *name,
		       uint64_t *value)
{
	const struct desc_field *field;

	field = find_field(story_desc(&repro->story, call), name);
	if (field && call->exit_ns)
		*value = fields_value(field, call->exit);
	return field && call->exit_ns;
}

/* Leave why a story is wrong. */
static int __printf(3, 4) wrong(char *err, size_t err_size, const char *fmt,
				...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err, err_size, fmt, ap);
	va_end(ap);
	return -1;
}

/* No call in a story may be about anybody but the culprit. */
static int all_about_culprit(const struct repro *repro, char *err,
			     size_t err_size)
{
	const struct story *story = &repro->story;
	unsigned int i;

	for (i = 0; i < story->n_calls; i++) {
		const struct probe_call *call = &story->calls[i];
		const char *name = story_desc(story, call)->name;
		uint64_t pid = call->pid;

		if ((int32_t)call->pid != story->culprit.pid)
			return wrong(err, err_size,
				     "%s is about pid %u, the culprit is %d",
				     name, call->pid, story->culprit.pid);
		entry_value(repro, call, "pid", &pid);
		if (pid != call->pid)
			return wrong(err, err_size,
				     "%s was given pid %llu, not %u", name,
				     (unsigned long long)pid, call->pid);
	}
	return 0;
}

/*
 * What `check repro-times` makes its table of. No test has a limit of time: the
 * two VMs run one after the other, and the machine may be busier meanwhile.
 */
static void tell_times(const struct repro *repro)
{
	printf("# times: repro %.1f s, primary %.1f s, calls shown %u\n",
	       repro->repro_ns / 1e9, repro->primary_ns / 1e9,
	       repro->story.n_calls);
}

/* A kernel without the tracepoint must be said to have been none. */
static int trigger_is_told(const struct repro *repro, char *err,
			   size_t err_size)
{
	if (repro->story.status.trigger == PROBE_TRIGGER_FUNC &&
	    !strstr(repro->text.text,
		    "no tracepoint sched_ext_exit: triggered by"))
		return wrong(err, err_size,
			     "the report does not say what triggered it");
	return 0;
}

/* The same failure again, about one task. */
static int comes_again(const struct repro *repro, char *err, size_t err_size)
{
	tell_times(repro);
	if (trigger_is_told(repro, err, err_size))
		return -1;
	if (repro->match != EXIT_REPRODUCED)
		return wrong(err, err_size, "not reproduced in %u rounds: %s",
			     repro->rounds, repro->reason);
	return all_about_culprit(repro, err, err_size);
}

/* The op that failed, its caller, and where the op is in its source. */
static int enqueue_story(const struct repro *repro, char *err, size_t err_size)
{
	const struct probe_desc *desc;

	if (comes_again(repro, err, err_size))
		return -1;
	/* Renamed in Linux 7.3. */
	if (!find_call(repro, "scx_do_enqueue_task") &&
	    !find_call(repro, "do_enqueue_task"))
		return wrong(err, err_size, "no call of the caller of enqueue");
	if (!find_call(repro, "ktstr_enqueue"))
		return wrong(err, err_size, "no call of ktstr_enqueue");
	desc = story_desc(&repro->story, find_call(repro, "ktstr_enqueue"));
	if (strcmp(desc->source, "scx_ktstr.bpf.c") || desc->line < 2)
		return wrong(err, err_size, "ktstr_enqueue lies in %s:%u",
			     desc->source, desc->line);
	return 0;
}

/* The last call of the op was under way when the scheduler died. */
static int dies_in_enqueue(const struct repro *repro, char *err,
			   size_t err_size)
{
	const struct probe_call *call;
	uint64_t mask = 0;

	if (enqueue_story(repro, err, err_size))
		return -1;
	call = find_call(repro, "ktstr_enqueue");
	entry_value(repro, call, "cpus_ptr", &mask);
	if (!mask || mask > 3)
		return wrong(err, err_size, "cpus_ptr is 0x%llx, of CPUs 0-1",
			     (unsigned long long)mask);
	if (call->entry_ns > repro->story.exit.time_ns)
		return wrong(err, err_size,
			     "ktstr_enqueue was entered after the exit");
	return 0;
}

#define STALL_DSQ	1

/* What was done to the victim: it went to the queue that nobody serves. */
static int stall_story(const struct repro *repro, char *err, size_t err_size)
{
	const struct probe_call *call;
	uint64_t before = STALL_DSQ, after = 0;

	if (enqueue_story(repro, err, err_size))
		return -1;
	if (repro->story.culprit.source != CULPRIT_MESSAGE)
		return wrong(err, err_size,
			     "the victim is not whom the kernel names");
	call = find_call(repro, "ktstr_enqueue");
	entry_value(repro, call, "dsq_id", &before);
	exit_value(repro, call, "dsq_id", &after);
	if (before == STALL_DSQ || after != STALL_DSQ)
		return wrong(err, err_size,
			     "dsq_id went from %llu to %llu, not to %u",
			     (unsigned long long)before,
			     (unsigned long long)after, STALL_DSQ);
	return 0;
}

/* No error of sched_ext: nobody is the culprit, but it must come again. */
static int came_again(const struct repro *repro, char *err, size_t err_size)
{
	tell_times(repro);
	if (!repro->rounds || repro->end != REPRO_RAN)
		return wrong(err, err_size, "no repro VM ran to its end: %s",
			     repro->reason);
	if (repro->match != EXIT_REPRODUCED)
		return wrong(err, err_size, "not reproduced in %u rounds: %s",
			     repro->rounds, repro->reason);
	return 0;
}

static int never_ran(const struct repro *repro, char *err, size_t err_size)
{
	if (!strstr(repro->text.text, "PRIMARY DID NOT REACH WORKLOAD"))
		return wrong(err, err_size,
			     "the report does not say that nothing was tested");
	return came_again(repro, err, err_size);
}

/* ---- the deaths ---- */

/* By the host, while the workload runs: the probes are set by then. */
#define FAIL_BY(how) { .map = ".bss", .var = "fail_mode", .value = (how) }

KTSTR_FIXTURE(repro, .topology = TOPOLOGY(1, 1, 2, 1),
	      .scheduler = &scx_ktstr, .expect_err = true, .duration_s = 10,
	      .auto_repro = AUTO_REPRO_ON);

KTSTR_TEST_F(repro, bpf_error, .bpf_map_write = FAIL_BY(KTSTR_FAIL_ERROR),
	     .expect_scx_bpf_error_contains = "host-triggered crash",
	     .expect_scx_bpf_error_matches = "scx_ktstr\\.bpf\\.c:[0-9]+: ktstr",
	     .post_repro = dies_in_enqueue)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_TEST_F(repro, missing_dsq, .bpf_map_write = FAIL_BY(KTSTR_FAIL_BAD_DSQ),
	     .expect_scx_bpf_error_contains = "non-existent DSQ 0xdead",
	     .post_repro = enqueue_story)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_TEST_F(repro, missing_cpu, .bpf_map_write = FAIL_BY(KTSTR_FAIL_BAD_CPU),
	     .expect_scx_bpf_error_contains = "4095",
	     .post_repro = enqueue_story)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_TEST_F(repro, wrong_task,
	     .bpf_map_write = FAIL_BY(KTSTR_FAIL_WRONG_TASK),
	     .expect_scx_bpf_error_contains = "direct-dispatch",
	     .post_repro = enqueue_story)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

/* It never ran: the report must say that it proves nothing. */
KTSTR_TEST_F(repro, rejected, .sched_args = { "-f", "rejected" },
	     .expect_scx_bpf_error_contains = "not allowed",
	     .post_repro = never_ran)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_TEST_F(repro, stall,
	     .sched_args = { "-t", "3000" },
	     .bpf_map_write = FAIL_BY(KTSTR_FAIL_STALL),
	     .expect_exit_kind = "runnable task stall",
	     .post_repro = stall_story)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_TEST_F(repro, process_exits, .sched_args = { "-f", "exit", "-a", "500" },
	     .post_repro = came_again)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_TEST_F(repro, process_crashes,
	     .sched_args = { "-f", "segv", "-a", "500" },
	     .post_repro = came_again)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

/* ---- schedulers of the tree's own tests, as they are ---- */

static const struct scheduler runner = {
	.name = "runner",
	.binary = "scx_runner",
};

KTSTR_FIXTURE(repro_tree, .topology = TOPOLOGY(1, 1, 2, 1),
	      .scheduler = &runner, .expect_err = true, .duration_s = 10,
	      .auto_repro = AUTO_REPRO_ON);

/* The first of its six exits: asked for in select_cpu, for the task there. */
static int exit_story(const struct repro *repro, char *err, size_t err_size)
{
	const struct probe_call *call;

	if (comes_again(repro, err, err_size))
		return -1;
	call = find_call(repro, "exit_select_cpu");
	if (!call || !find_call(repro, "select_task_rq_scx"))
		return wrong(err, err_size, "no call of select_cpu");
	if (repro->again.kind != 65)
		return wrong(err, err_size, "exit kind %d, not UNREG_BPF",
			     repro->again.kind);
	return 0;
}

/* What select_cpu did is seen on the task: it is bound for that DSQ. */
static int bogus_dsq_story(const struct repro *repro, char *err,
			   size_t err_size)
{
	uint64_t before = 0, after = 0;
	const struct probe_call *call;

	if (comes_again(repro, err, err_size))
		return -1;
	call = find_call(repro, "ddsp_bogus_dsq_fail_select_cpu");
	if (!call || !find_call(repro, "find_dsq_for_dispatch"))
		return wrong(err, err_size, "no call of select_cpu, or none of the function that finds the DSQ");
	entry_value(repro, call, "dsq_id", &before);
	exit_value(repro, call, "dsq_id", &after);
	if (before == 0xcafef00d || after != 0xcafef00d)
		return wrong(err, err_size, "dsq_id went from %llx to %llx",
			     (unsigned long long)before,
			     (unsigned long long)after);
	return 0;
}

/* Refused before any task was looked at: who refused it? */
static int refused_story(const struct repro *repro, char *err, size_t err_size)
{
	const struct probe_call *call;

	tell_times(repro);
	if (repro->match != EXIT_REPRODUCED)
		return wrong(err, err_size, "not reproduced: %s", repro->reason);
	if (!strstr(repro->text.text, "PRIMARY DID NOT REACH WORKLOAD"))
		return wrong(err, err_size, "the report does not say that no workload ran");
	call = find_call(repro, "scx_validate_ops");
	if (!call)
		call = find_call(repro, "validate_ops");
	if (!call || (int32_t)call->ret != -EINVAL)
		return wrong(err, err_size, "no call of validate_ops that returned -EINVAL");
	return 0;
}

KTSTR_TEST_F(repro_tree, exit, .sched_args = { "-t", "exit" },
	     .expect_exit_kind = "unregistered from BPF",
	     .post_repro = exit_story)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_TEST_F(repro_tree, ddsp_bogus_dsq_fail,
	     .sched_args = { "-t", "ddsp_bogus_dsq_fail" },
	     .expect_scx_bpf_error_contains = "non-existent DSQ 0xcafef00d",
	     .post_repro = bogus_dsq_story)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_TEST_F(repro_tree, enq_last_no_enq_fails,
	     .sched_args = { "-t", "enq_last_no_enq_fails" },
	     .expect_scx_bpf_error_contains = "SCX_OPS_ENQ_LAST",
	     .post_repro = refused_story)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_HARNESS_MAIN
