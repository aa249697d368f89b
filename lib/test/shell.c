// SPDX-License-Identifier: GPL-2.0-only
/*
 * A shell in a VM, or one command of it. See shell.h.
 *
 * It is a run like that of a test, whose program is busybox of this machine. A
 * command's output comes by the ring, as a test's does; a prompt has a terminal,
 * the virtio console. What the guest prints is passed on as it is: it is what was
 * asked for.
 */
#include "lib/test/shell.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common/attr/attr.h"
#include "lib/common/shell.h"
#include "lib/common/util/log.h"
#include "lib/common/util/pace.h"
#include "lib/common/util/process.h"
#include "lib/common/util/sandbox.h"
#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/common/util/writer.h"
#include "lib/host/machine/paths.h"
#include "lib/host/run/run.h"
#include "lib/test/attr.h"
#include "lib/test/glue.h"
#include "lib/test/terminal.h"

#define ERR_SIZE	512
/* A command that prints more than its reader takes is cut. */
#define OUTPUT_QUEUE	(64U << 20)
#define OUTPUT_LAST_MS	10000

/**
 * struct shell - a run
 * @command: what to run; NULL for a prompt
 * @merged: machine and scheduler
 * @subject: the scheduler
 * @workload: what is packed
 * @tools: the same: files that were named
 * @config: the run
 * @program: busybox
 * @scheduler: path of the scheduler's program
 * @args: of busybox
 * @files: names of files, which @tools points to
 * @terminal: what a prompt has, when @has_terminal
 * @has_terminal: see there
 * @writer: what a command prints to
 */
struct shell {
	const char *command;
	struct ktstr_merged merged;
	struct run_subject subject;
	struct run_workload workload;
	struct payload tools;
	struct run_config config;
	char program[PATH_MAX];
	char scheduler[PATH_MAX];
	const char *args[3];
	char *files;
	struct terminal terminal;
	bool has_terminal;
	struct writer *writer;
};

bool shell_wanted(void)
{
	return glue_env_set(SHELL_ENV);
}

bool shell_has_terminal(void)
{
	return !getenv(SHELL_ENV_EXEC);
}

/* ---- what it consists of ---- */

static int take_files(struct shell *s)
{
	const char *text = getenv(SHELL_ENV_FILES);
	char *rest, *file;
	unsigned int n = 0;

	s->files = strdup(text ?: "");
	if (!s->files)
		return -ENOMEM;
	for (rest = s->files; (file = strsep(&rest, "\n")); ) {
		if (!*file || n > PAYLOAD_MAX_FILES)
			continue;
		if (n++)
			s->tools.files[n - 2] = file;
		else
			s->tools.program = file;
	}
	return 0;
}

static int find_programs(struct shell *s)
{
	const struct scheduler *sched = s->merged.attr.scheduler;
	int ret = host_find_tool("busybox", s->program, sizeof(s->program));

	if (ret) {
		pr_err("no busybox on this machine, which a guest's shell is: install busybox");
		return ret;
	}
	if (!sched || !sched->binary)
		return 0;
	ret = host_find_program(sched->binary, s->scheduler,
				sizeof(s->scheduler));
	if (ret) {
		pr_err("scheduler %s: %s", sched->binary, strerror(-ret));
		return ret;
	}
	s->subject.path = s->scheduler;
	return 0;
}

static unsigned int limit_ms(const struct shell *s)
{
	const char *text = getenv(SHELL_ENV_LIMIT);
	unsigned int limit_s = text ? atoi(text) : SHELL_EXEC_LIMIT_S;

	return (s->command ? min(limit_s, SHELL_LIMIT_MAX_S + 0U) :
			     SHELL_LIMIT_MAX_S + 0U) * MSEC_PER_SEC;
}

static void on_output(void *ctx, const char *bytes, size_t len)
{
	struct shell *s = ctx;

	fwrite(bytes, 1, len, writer_file(s->writer));
}

static void on_running(void *ctx, struct vm *vm)
{
	struct shell *s = ctx;

	terminal_give(&s->terminal, vm);
}

static void describe(struct shell *s)
{
	const struct ktstr_attr *attr = &s->merged.attr;

	s->args[0] = "sh";
	s->args[1] = s->command ? "-c" : "-i";
	s->args[2] = s->command;
	s->tools.name = "shell";
	s->workload = attr->workload;
	s->workload.payloads[0] = s->tools.program ? &s->tools : NULL;
	s->workload.payloads[1] = NULL;
	s->subject.scheduler = attr->scheduler;
	s->subject.args = s->merged.sched_args;
	s->subject.n_args = s->merged.n_sched_args;
	s->config = (struct run_config) {
		.machine = &attr->machine,
		.subject = &s->subject,
		.workload = &s->workload,
		.expectations = &attr->expectations,
		.program = s->program,
		.args = s->args,
		.n_args = s->command ? 3 : 2,
		.body_ms = limit_ms(s),
		.kernel = &ktstr_glue.kernel,
		.pace = host_pace(),
		.slowness = host_slowness(topology_cpus(&attr->topology)),
		.output = s->command ? on_output : NULL,
		.terminal = s->command ? NULL : &s->terminal.config,
		.running = s->command ? NULL : on_running,
		.ctx = s,
	};
}

static int shell_init(struct shell *s)
{
	const struct ktstr_test test = {
		.fixture = "shell", .variant = "", .name = "shell",
		.levels = { ktstr_given() },
	};
	char err[ERR_SIZE];
	int ret;

	s->command = getenv(SHELL_ENV_EXEC);
	ret = attr_merge(&test, &s->merged, err, sizeof(err));
	if (ret) {
		pr_err("%s", err);
		return ret;
	}
	ret = take_files(s);
	if (!ret)
		ret = find_programs(s);
	if (ret)
		return ret;
	describe(s);
	if (s->command)
		return writer_start(STDOUT_FILENO, OUTPUT_QUEUE, &s->writer);
	s->has_terminal = true;
	ret = terminal_init(&s->terminal);
	if (ret == -ENOTTY)
		pr_err("a prompt needs a terminal as stdin and stdout; --exec COMMAND needs none");
	return ret;
}

/* ---- what came of it ---- */

/* The guest may have said anything. */
static void say(const char *what, const char *text)
{
	char line[ERR_SIZE];

	text_fit(line, sizeof(line), text, strlen(text));
	pr_err("%s%s", what, line);
}

/* Without a status of the command: why there is none. */
static void say_why(const struct shell *s, const struct run_outcome *out)
{
	const char *words = out->ours[0] ? out->ours :
			    out->missing[0] ? out->missing : out->crash;

	if (*words)
		say("", words);
	else if (s->command || out->vm.end != VM_END_KILLED)
		say("the VM ended: ", out->vm.message);
	if (out->vm.driver[0])
		say("virtio driver did what it must not: ", out->vm.driver);
}

static int status_of(const struct shell *s, const struct run_outcome *out)
{
	int status = out->exit.status;

	if (!out->has_exit) {
		say_why(s, out);
		/* Ctrl-A X is how one leaves. */
		return !s->command && out->vm.end == VM_END_KILLED ?
		       0 : SHELL_NO_STATUS;
	}
	if (out->exit.timed_out) {
		pr_err("the command was ended after %u s",
		       s->config.body_ms / (unsigned int)MSEC_PER_SEC);
		return SHELL_NO_STATUS;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status);
}

static int boot(struct shell *s)
{
	struct run_outcome *out = malloc(sizeof(*out));
	struct run_disks formatted = { };
	char err[ERR_SIZE] = "no seccomp filter";
	int ret, status = SHELL_NO_STATUS;

	if (!out)
		return SHELL_NO_STATUS;
	outcome_init(out);
	process_drop();
	ret = disks_format(&formatted, s->config.machine, err, sizeof(err));
	s->config.formatted = &formatted;
	if (!ret)
		ret = sandbox_enter(SANDBOX_MAIN);
	if (!ret)
		ret = run_vm(&s->config, out, err, sizeof(err));
	if (ret)
		pr_err("%s", err);
	else
		status = status_of(s, out);
	disks_close(&formatted);
	outcome_exit(out);
	free(out);
	return status;
}

int shell_run(void)
{
	struct shell *s = calloc(1, sizeof(*s));
	char topology[TOPOLOGY_NAME_LEN];
	int status = SHELL_NO_STATUS;

	if (!s)
		return status;
	if (!shell_init(s)) {
		if (!s->command)
			pr_info("%s, %s; Ctrl-A X ends it",
				topology_name(&s->merged.attr.topology,
					      topology),
				run_subject_name(&s->subject) ?: "EEVDF");
		status = boot(s);
	}
	if (s->has_terminal)
		terminal_exit(&s->terminal);
	if (writer_stop(s->writer, OUTPUT_LAST_MS) && status != SHELL_NO_STATUS) {
		pr_err("not all of its output could be written");
		status = SHELL_NO_STATUS;
	}
	free(s->files);
	free(s);
	return status;
}
