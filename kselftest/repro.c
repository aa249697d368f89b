// SPDX-License-Identifier: GPL-2.0-only
/*
 * Auto-repro: schedulers that die, and the story that is told of it.
 *
 * Each death is expected, so the tests pass; what is judged is the story. A
 * failure as users meet it is in repro_demo.c.
 */
#include <errno.h>
#include <stdlib.h>

#include "ktstr.h"
#include "scenarios.h"

#include "bpf/scx_ktstr.h"
#include "lib/common/util/compiler.h"
#include "lib/common/util/fail.h"
#include "lib/common/util/util.h"
#include "lib/host/repro/pipeline.h"

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

/* Could it be read? @failed has a bit for each field that could not. */
static bool was_read(const struct probe_desc *desc,
		     const struct desc_field *field, uint32_t failed)
{
	return field && !(failed & (1U << (field - desc->fields)));
}

/* A field of a call's entry; false when there is no such value. */
static bool entry_value(const struct repro *repro,
			const struct probe_call *call, const char *name,
			uint64_t *value)
{
	const struct probe_desc *desc = story_desc(&repro->story, call);
	const struct desc_field *field = find_field(desc, name);
	bool read = was_read(desc, field, call->entry_failed);

	if (read)
		*value = desc_value(field, call->entry);
	return read;
}

static bool exit_value(const struct repro *repro,
		       const struct probe_call *call, const char *name,
		       uint64_t *value)
{
	const struct probe_desc *desc = story_desc(&repro->story, call);
	const struct desc_field *field = find_field(desc, name);
	bool read = call->exit_ns && was_read(desc, field, call->exit_failed);

	if (read)
		*value = desc_value(field, call->exit);
	return read;
}

/* Leave why a story is wrong. */
#define wrong(err, err_size, ...)	fail(err, err_size, -1, __VA_ARGS__)

/*
 * What the kernel's own dump says of a task, as "comm[pid] " in its list;
 * nothing of this went through our probes.
 */
static const char *dumped_task(const struct repro *repro)
{
	const struct probe_culprit *c = &repro->story.culprit;
	const char *list = strstr(repro->dump.text, "CPU states");
	char name[64];

	snprintf(name, sizeof(name), " %s[%d] ", c->comm, c->pid);
	return list ? strstr(list, name) : NULL;
}

/* By the time of the report all have returned but those that the exit is in. */
static bool stays_open(const struct repro *repro, const struct probe_call *call)
{
	return !call->exit_ns &&
	       !(story_desc(&repro->story, call)->flags & DESC_NO_EXIT) &&
	       call->current != repro->story.exit.current;
}

/* A story has calls, and none of them is about anybody but the culprit. */
static int all_about_culprit(const struct repro *repro, char *err,
			     size_t err_size)
{
	const struct story *story = &repro->story;
	const struct exit_task *named = &repro->again.subject;
	unsigned int i, asked = 0;

	if (named->pid && named->pid != story->culprit.pid)
		return wrong(err, err_size,
			     "the message names pid %d, the culprit is %d",
			     named->pid, story->culprit.pid);
	for (i = 0; i < story->n_calls; i++) {
		const struct probe_call *call = &story->calls[i];
		uint64_t pid;

		if (stays_open(repro, call))
			return wrong(err, err_size,
				     "%s by pid %u never returned",
				     story_desc(story, call)->name,
				     call->current_pid);
		/* Read from the task that the function was given. */
		if (!entry_value(repro, call, "pid", &pid))
			continue;
		asked++;
		if ((int32_t)pid != story->culprit.pid)
			return wrong(err, err_size,
				     "%s was given pid %d, the culprit is %d",
				     story_desc(story, call)->name,
				     (int32_t)pid, story->culprit.pid);
	}
	if (!asked)
		return wrong(err, err_size, "no call was given a task");
	return 0;
}

/*
 * What `check repro-times` makes its table of. No test has a limit of time: the
 * two VMs run one after the other, and the machine may be busier meanwhile.
 */
static void tell_times(const struct repro *repro)
{
	unsigned int i;

	printf("# functions:");
	for (i = 0; i < repro->stack.n; i++)
		printf(" %s", repro->stack.funcs[i].name);
	printf("\n# times: repro %.1f s, primary %.1f s, calls shown %u\n",
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

#define DSQ_INVALID	(1ULL << 63)	/* SCX_DSQ_INVALID */

/* A DSQ that a call of the op was to see before, and to leave behind. */
static int check_dsq(const struct repro *repro, const struct probe_call *call,
		     uint64_t before, uint64_t after, char *err,
		     size_t err_size)
{
	uint64_t seen[2] = { ~0ULL, ~0ULL };

	entry_value(repro, call, "dsq_id", &seen[0]);
	exit_value(repro, call, "dsq_id", &seen[1]);
	if (seen[0] != before || seen[1] != after)
		return wrong(err, err_size,
			     "dsq_id went from 0x%llx to 0x%llx, not from 0x%llx to 0x%llx",
			     (unsigned long long)seen[0],
			     (unsigned long long)seen[1],
			     (unsigned long long)before,
			     (unsigned long long)after);
	return 0;
}

/*
 * The example of the documentation, value by value. The task that was to be
 * enqueued is in no queue, so it is still there when the kernel lists the
 * tasks: that list, and the place that the message names, say what is true.
 */
static int story_is_true(const struct repro *repro, char *err, size_t err_size)
{
	const struct probe_call *call;
	const struct probe_desc *desc;
	const char *task, *mask;
	uint64_t cpus = 0;

	if (dies_in_enqueue(repro, err, err_size))
		return -1;
	call = find_call(repro, "ktstr_enqueue");
	desc = story_desc(&repro->story, call);
	task = dumped_task(repro);
	if (!task)
		return wrong(err, err_size, "the kernel lists no %s[%d]",
			     repro->story.culprit.comm,
			     repro->story.culprit.pid);
	mask = strstr(task, " cpus=");
	entry_value(repro, call, "cpus_ptr", &cpus);
	if (!mask || strtoull(mask + strlen(" cpus="), NULL, 16) != cpus)
		return wrong(err, err_size, "cpus_ptr is 0x%llx, and not %.20s",
			     (unsigned long long)cpus, mask ?: "listed");
	/* The error is some lines below the function's first. */
	if (desc->line >= repro->again.line ||
	    repro->again.line - desc->line > 10)
		return wrong(err, err_size,
			     "ktstr_enqueue lies in line %u, its error in %u",
			     desc->line, repro->again.line);
	/* It gave up before it chose a queue. */
	return check_dsq(repro, call, DSQ_INVALID, DSQ_INVALID, err, err_size);
}

#define STALL_DSQ	1

/* What was done to the victim: it went to the queue that nobody serves. */
static int stall_story(const struct repro *repro, char *err, size_t err_size)
{
	if (enqueue_story(repro, err, err_size))
		return -1;
	if (repro->story.culprit.source != CULPRIT_MESSAGE)
		return wrong(err, err_size,
			     "the victim is not whom the kernel names");
	return check_dsq(repro, find_call(repro, "ktstr_enqueue"), DSQ_INVALID,
			 STALL_DSQ, err, err_size);
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

/* The scheduler's own process was at work, and took it along. */
static int process_story(const struct repro *repro, char *err, size_t err_size)
{
	const struct story *story = &repro->story;

	if (came_again(repro, err, err_size))
		return -1;
	if (story->culprit.source != CULPRIT_CURRENT ||
	    strcmp(story->culprit.comm, "scx_ktstr"))
		return wrong(err, err_size,
			     "the culprit is %s[%d], not the scheduler's process",
			     story->culprit.comm, story->culprit.pid);
	return 0;
}

static int never_ran(const struct repro *repro, char *err, size_t err_size)
{
	if (!strstr(repro->text.text, "PRIMARY DID NOT REACH WORKLOAD"))
		return wrong(err, err_size,
			     "the report does not say that nothing was tested");
	return came_again(repro, err, err_size);
}

/* The op's own word for no, and that no workload was needed for it. */
static int init_story(const struct repro *repro, char *err, size_t err_size)
{
	const struct probe_call *call;

	if (never_ran(repro, err, err_size))
		return -1;
	call = find_call(repro, "ktstr_init");
	if (!call || (int32_t)call->ret != -ENODEV)
		return wrong(err, err_size,
			     "no call of ktstr_init that returned -ENODEV");
	return 0;
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

/* By a writer that knows no more than "non-zero". */
KTSTR_TEST_F(repro, host_triggered_crash,
	     .bpf_map_write = { .map = ".bss", .var = "crash", .value = 1 },
	     .expect_scx_bpf_error_contains = "host-triggered crash",
	     .post_repro = story_is_true)
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
	     .expect_scx_bpf_error_contains = "invalid mem access",
	     .post_repro = never_ran)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_TEST_F(repro, init_fails, .sched_args = { "-f", "init" },
	     .expect_scx_bpf_error_contains = "ops.init() failed (-19)",
	     .post_repro = init_story)
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

KTSTR_TEST_F(repro, process_exits, .sched_args = { "-f", "exit", "-a", "3000" },
	     .post_repro = process_story)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_TEST_F(repro, process_crashes,
	     .sched_args = { "-f", "segv", "-a", "3000" },
	     .post_repro = process_story)
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

/*
 * Before 7.3 a compiler may have made the function that validates one with its
 * caller: then this is the innermost of the kernel's stack.
 */
static bool validated_inline(const struct repro *repro)
{
	return repro->story.status.trigger == PROBE_TRIGGER_FUNC &&
	       repro->stack.n && find_call(repro, repro->stack.funcs[0].name);
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
	if (call ? (int32_t)call->ret != -EINVAL : !validated_inline(repro))
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
