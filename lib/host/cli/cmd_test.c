// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr test`: a scheduler through the ready scenarios. See test.h.
 *
 * The tests are those of the program `ready` beside us, which learns from the
 * environment which machines to run on, and by attributes all else; they are run
 * side by side, and the table is made of their sidecars.
 */
#include "lib/host/cli/test.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/attr/attr.h"
#include "lib/common/topology_text.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/cli.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/declared.h"
#include "lib/host/cli/running.h"
#include "lib/host/machine/identity.h"

/* What the harness gives a test, and a host that has to be started. */
#define TEST_LIMIT_S	1000

/**
 * struct test_run - a run
 * @args: what was asked for
 * @found: the scheduler
 * @all: those that are declared
 * @declared: of them the one that is meant; NULL
 * @here: the one that runs on this machine, where that is meant
 * @name: of the scheduler
 * @r: the run
 * @rows: the tests, @n of them
 */
struct test_run {
	struct test_args args;
	struct sched_found found;
	struct declared_all all;
	const struct declared *declared;
	char here[64];
	const char *name;
	struct running r;
	struct test_row *rows;
	size_t n;
};

/* ---- what is to be run ---- */

/*
 * What it is to be found by; NULL for one without a program. Scripts say what
 * became of a source, else what we know already.
 */
static const char *name_scheduler(struct test_run *run)
{
	const struct test_args *args = &run->args;
	bool built = args->program && strcmp(args->program, args->scheduler);

	run->declared = declared_find(&run->all, args->scheduler);
	if (built)
		return args->program;
	return run->declared ? run->declared->s->binary : args->scheduler;
}

static int find_scheduler(struct test_run *run, char *err)
{
	const char *own = getenv("KTSTR_SCHEDULER_DIR");
	const char *const dirs[] = {
		own && *own ? own : run->r.own, run->r.own, NULL,
	};
	const char *given;
	int ret;

	if (run->args.host) {
		host_scheduler(run->here, sizeof(run->here));
		run->name = run->here[0] ? run->here : READY_EEVDF;
		return 0;
	}
	ret = declared_load(&run->all, getenv(ENV_SCHEDULERS), err);
	if (ret)
		return ret;
	given = name_scheduler(run);
	ret = given ? sched_find(given, dirs, &run->found, err) : 0;
	if (!ret && run->found.kind == SCHED_SOURCE) {
		snprintf(err, CLI_ERR_SIZE, "%.2000s: has to be built: ./run_ktstr.sh test does",
			 run->found.path);
		return -EINVAL;
	}
	if (run->declared)
		run->name = run->declared->s->name;
	else
		run->name = run->found.kind == SCHED_NONE ? READY_EEVDF :
			    basename(run->found.path);
	return ret;
}

static void name_test(const struct test_run *run, struct test_row *row)
{
	char machine[READY_NAME_SIZE] = READY_HOST;

	if (!run->args.host)
		ready_machine_name(machine, run->name, &row->topology);
	snprintf(row->test, sizeof(row->test), READY_PROGRAM ".%s.%s", machine,
		 row->scenario);
}

static int list_tests(struct test_run *run)
{
	const struct test_args *args = &run->args;
	struct test_row *row;
	unsigned int i, j;

	run->n = args->n_topologies * args->n_scenarios;
	run->rows = calloc(run->n, sizeof(*run->rows));
	if (!run->rows)
		return -ENOMEM;
	row = run->rows;
	for (i = 0; i < args->n_topologies; i++) {
		for (j = 0; j < args->n_scenarios; j++, row++) {
			row->topology = args->topologies[i];
			row->scenario = args->scenarios[j];
			name_test(run, row);
		}
	}
	return 0;
}

/* ---- what the tests learn from the environment ---- */

static int set_scheduler_dir(const struct test_run *run)
{
	char dir[PATH_MAX];

	if (run->found.kind == SCHED_NONE)
		return 0;
	/* It is also what an emulated host has to show. */
	snprintf(dir, sizeof(dir), "%s", run->found.path);
	*strrchr(dir, '/') = '\0';
	return setenv("KTSTR_SCHEDULER_DIR", *dir ? dir : "/", 1);
}

static int set_machines(const struct test_run *run)
{
	const struct test_args *args = &run->args;
	char machine[READY_NAME_SIZE];
	struct strbuf text = STRBUF_INIT;
	unsigned int i;
	int ret;

	for (i = 0; i < args->n_topologies; i++) {
		ready_machine_name(machine, run->name, &args->topologies[i]);
		strbuf_addf(&text, "%s%s=", i ? " " : "", machine);
		topology_write(&args->topologies[i], ":", &text);
	}
	ret = setenv(READY_ENV_MACHINES, text.text, 1);
	strbuf_free(&text);
	return ret;
}

/* One of somebody's may have the name of one that is declared. */
static void add_scheduler(const struct test_run *run, struct strbuf *all)
{
	if (run->declared) {
		scheduler_text(run->declared->s, all);
		if (run->declared->s->binary)
			attr_given_addf(all, "scheduler.binary=%s",
					run->found.path);
	} else {
		attr_given_addf(all, "scheduler=%s",
				scheduler_find(run->name) &&
				run->found.kind != SCHED_NONE ?
				run->found.path : run->name);
	}
}

/* What was given by --attr and KTSTR_ATTR comes behind, and so goes before. */
static int set_attr(const struct test_run *run)
{
	const struct test_args *args = &run->args;
	const char *given = getenv(ENV_ATTR);
	struct strbuf all = STRBUF_INIT;
	unsigned int i;
	int ret;

	if (!args->host)
		add_scheduler(run, &all);
	for (i = 0; i < args->n_args; i++)
		attr_given_addf(&all, "sched_args=%s", args->args[i]);
	if (args->seconds)
		attr_given_addf(&all, "duration_s=%u", args->seconds);
	if (given && *given)
		strbuf_addf(&all, "%s%s", all.len ? "," : "", given);
	ret = setenv(ENV_ATTR, all.text, 1);
	strbuf_free(&all);
	return ret;
}

/* What the user has said, as what we add is in the command. */
static int set_again_attr(void)
{
	const char *given = getenv(ENV_ATTR), *settings = getenv("KTSTR_AGAIN");
	struct strbuf text = STRBUF_INIT;
	int ret;

	if (!given || !*given || !settings)
		return 0;
	strbuf_addf(&text, "%s" ENV_ATTR "=", settings);
	strbuf_add_word(&text, given);
	strbuf_add(&text, " ", 1);
	ret = setenv("KTSTR_AGAIN", text.text, 1);
	strbuf_free(&text);
	return ret;
}

/* What a report of a failure has between our name and -t, and at the end. */
static int set_again(const struct test_run *run)
{
	const struct test_args *args = &run->args;
	struct strbuf text = STRBUF_INIT;
	unsigned int i;
	int ret;

	strbuf_addf(&text, "test ");
	strbuf_add_word(&text, args->host ? "--host" : args->scheduler);
	if (args->seconds)
		strbuf_addf(&text, " -d %u", args->seconds);
	if (args->n_kernels) {
		strbuf_addf(&text, " --kernel ");
		strbuf_add_word(&text, getenv("KTSTR_KERNEL") ?:
				       args->kernels[0]);
	}
	ret = setenv("KTSTR_AGAIN_TEST", text.text, 1);
	strbuf_reset(&text);
	for (i = 0; i < args->n_args; i++) {
		strbuf_addf(&text, "%s", i ? " " : " -- ");
		strbuf_add_word(&text, args->args[i]);
	}
	if (!ret)
		ret = setenv("KTSTR_AGAIN_ARGS", text.text, 1);
	strbuf_free(&text);
	return ret;
}

static int set_environment(const struct test_run *run)
{
	if (run->args.n_kernels && !run->args.program &&
	    setenv("KTSTR_KERNEL", run->args.kernels[0], 1))
		return -errno;
	if (run->args.host ? setenv(READY_ENV_HOST, "1", 1) :
	    set_scheduler_dir(run) || set_machines(run))
		return -errno;
	if (set_again(run) || set_again_attr() || set_attr(run))
		return -errno;
	return 0;
}

/* ---- running ---- */

static int take_tests(struct test_run *run)
{
	size_t i;

	for (i = 0; i < run->n; i++)
		if (suite_add(&run->r.suite, READY_PROGRAM, run->rows[i].test))
			return -ENOMEM;
	return 0;
}

/* ---- all of it ---- */

static int run_and_tell(struct test_run *run, char *err)
{
	struct running *r = &run->r;
	struct test_totals t;
	int ret;

	r->host = run->args.host;
	ret = running_begin(r, run->args.jobs, err) ?: test_take_files(r, &run->args, err);
	if (ret)
		return ret;
	r->suite.limit_s = TEST_LIMIT_S * run->n;
	/* It is about this run alone, and said in the table. */
	r->failed[0] = '\0';
	ret = running_run(r);
	if (ret < 0)
		return cli_bad(err, "the tests could not be run: %s",
			       strerror(-ret));
	test_table(stdout, r->results, r->run_id, run->rows, run->n, &t);
	ret = running_end(r, NULL, run->name);
	/* A test without a sidecar has nothing to show. */
	return t.failed ? 1 : ret;
}

static int begin(struct test_run *run, char *err)
{
	int ret = find_scheduler(run, err);

	if (!ret && run->args.n_kernels > 1 && !run->args.program)
		return cli_bad(err, "--kernel: one at a time; ./run_ktstr.sh test takes several");
	if (!ret && (list_tests(run) || set_environment(run) ||
		     take_tests(run)))
		return cli_bad(err, "no memory");
	return ret;
}

int test_main(int argc, char **argv, char *err)
{
	struct test_run run = { };
	int ret;

	ret = test_args_parse(argc, argv, &run.args, err) ?:
	      running_locate(&run.r, err) ?: begin(&run, err) ?:
	      run_and_tell(&run, err);
	running_exit(&run.r);
	declared_free(&run.all);
	free(run.rows);
	test_args_free(&run.args);
	return ret;
}
