// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr ab`: two schedulers by turns, in one VM under one load. See ab.h.
 *
 * The run is a test of the program `ready`, which learns by attributes what else is
 * to take turns with its scheduler; what came of it is read in the test's sidecar.
 */
#include "lib/host/cli/ab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/attr/schedulers.h"
#include "lib/common/topology_text.h"
#include "lib/common/util/log.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/declared.h"
#include "lib/host/cli/running.h"
#include "lib/host/cli/sched_build.h"
#include "lib/host/kernel/job.h"
#include "lib/host/kernel/kenv.h"
#include "lib/host/machine/paths.h"
#include "lib/host/report/sidecar.h"

/* What the harness gives a test, and a host that has to be started. */
#define AB_LIMIT_S	1000

/**
 * struct ab_program - the scheduler of a side, found
 * @declared: it is declared; NULL
 * @name: of the scheduler
 * @path: its program; "" for EEVDF
 * @source: what that has to be built of; "" for nothing
 */
struct ab_program {
	const struct scheduler *declared;
	char name[128];
	char path[PATH_MAX];
	char source[PATH_MAX];
};

/**
 * struct ab_run - a run
 * @args: what was asked for
 * @all: schedulers that are declared
 * @programs: A's and B's
 * @test: the full name of the test
 * @r: the run
 */
struct ab_run {
	struct ab_args args;
	struct declared_all all;
	struct ab_program programs[2];
	char test[256];
	struct running r;
};

/* ---- A and B ---- */

/* Turns change the scheduler and nothing else of the machine. */
static int check_declared(const struct scheduler *s, char letter, char *err)
{
	if (s->enable[0] || s->config_file || s->cgroup_parent ||
	    s->sysctls[0] || s->kernel_args)
		return cli_bad(err, "%c: %.100s is declared to change more of the machine than its scheduler: ab takes no such",
			       letter, s->name);
	return 0;
}

static int take_source(struct ab_program *p, const char *source, char *err)
{
	if (snprintf(p->source, sizeof(p->source), "%s", source) <
	    (int)sizeof(p->source))
		return 0;
	return cli_bad(err, "%.1000s: is too long a path", source);
}

static int find_side(const struct ab_run *run, unsigned int i,
		     struct ab_program *p, char *err)
{
	const char *own = getenv("KTSTR_SCHEDULER_DIR");
	const char *const dirs[] = {
		own && *own ? own : run->r.own, run->r.own, NULL,
	};
	const char *given = run->args.sides[i].scheduler;
	const struct declared *d = declared_find(&run->all, given);
	struct sched_found found;
	int ret;

	if (d && d->s->binary) {
		ret = check_declared(d->s, "AB"[i], err);
		if (ret)
			return ret;
		p->declared = d->s;
		snprintf(p->name, sizeof(p->name), "%s", d->s->name);
		given = d->s->binary;
	}
	ret = sched_find(given, dirs, &found, err);
	if (ret && p->declared && p->declared->source)
		return take_source(p, p->declared->source, err);
	if (ret || found.kind == SCHED_NONE) {
		snprintf(p->name, sizeof(p->name), READY_EEVDF);
		return ret;
	}
	if (!p->declared)
		snprintf(p->name, sizeof(p->name), "%.100s",
			 basename(found.path));
	if (found.kind == SCHED_SOURCE)
		return take_source(p, found.path, err);
	strcpy(p->path, found.path);
	return 0;
}

static int find_sides(struct ab_run *run, char *err)
{
	int ret = declared_load(&run->all, getenv(ENV_SCHEDULERS), err);
	unsigned int i;

	for (i = 0; i < 2 && !ret; i++)
		ret = find_side(run, i, &run->programs[i], err);
	return ret;
}

/* A process behind us ends what builds when we are ended. */
static int build_sources(struct ab_run *run)
{
	struct kenv k;
	char log[PATH_MAX];
	unsigned int i;
	int ret;

	if (!*run->programs[0].source && !*run->programs[1].source)
		return 0;
	kenv_init(&k);
	ret = kenv_begin(&k);
	if (!ret)
		log_begin(&k, log, "scheduler.log");
	for (i = 0; i < 2 && !ret; i++)
		if (*run->programs[i].source)
			ret = sched_build(&k, run->r.own,
					  run->programs[i].source, NULL, log,
					  run->programs[i].path);
	kenv_exit(&k);
	return ret ? kenv_status(ret) : 0;
}

/* ---- programs: a guest has one folder for both ---- */

static int copy_bytes(FILE *from, FILE *to)
{
	char buf[4096];
	size_t n;

	while ((n = fread(buf, 1, sizeof(buf), from)))
		if (fwrite(buf, 1, n, to) != n)
			return -EIO;
	return ferror(from) || fflush(to) || fchmod(fileno(to), 0755) ? -EIO : 0;
}

static int copy_program(const char *path, const char *copy, char *err)
{
	FILE *from = fopen(path, "re"), *to = from ? fopen(copy, "we") : NULL;
	int ret = -EIO;

	if (from && to)
		ret = copy_bytes(from, to);
	if (from)
		fclose(from);
	if (to && fclose(to))
		ret = -EIO;
	return ret ? cli_bad(err, "%.1000s: cannot be copied to %.1000s: %s",
			     path, copy, strerror(errno)) : 0;
}

/* Beside the sidecar: what was compared is there to be looked at. */
static int set_b_aside(struct ab_run *run, char *err)
{
	struct ab_program *b = &run->programs[1];
	char copy[PATH_MAX];
	int len;

	len = snprintf(copy, sizeof(copy), "%s/" SIDECAR_RUNS, run->r.results);
	mkdir(copy, 0755);
	len += snprintf(copy + len, sizeof(copy) - len, "/%s", run->r.run_id);
	mkdir(copy, 0755);
	len += snprintf(copy + len, sizeof(copy) - len, "/b-%s",
			basename(b->path));
	if (len >= (int)sizeof(copy))
		return cli_bad(err, "%.1000s: is too long a path",
			       run->r.results);
	if (copy_program(b->path, copy, err))
		return -EINVAL;
	strcpy(b->path, copy);
	return 0;
}

static bool in_one_folder(const char *a, const char *b)
{
	size_t len = strrchr(a, '/') - a;

	return !strncmp(a, b, len + 1) && !strchr(b + len + 1, '/');
}

/* A host that is emulated has to show one folder, and results. */
static int place_programs(struct ab_run *run, char *err)
{
	const struct ab_program *a = &run->programs[0], *b = &run->programs[1];
	const char *path = *a->path ? a->path : b->path;
	char dir[PATH_MAX];

	if (!*path)
		return 0;
	if (*a->path && *b->path && !in_one_folder(a->path, b->path) &&
	    set_b_aside(run, err))
		return -EINVAL;
	snprintf(dir, sizeof(dir), "%s", path);
	*strrchr(dir, '/') = '\0';
	return setenv("KTSTR_SCHEDULER_DIR", *dir ? dir : "/", 1) ?
	       cli_bad(err, "no memory") : 0;
}

/* ---- what the test learns ---- */

static void add_side(const struct ab_run *run, unsigned int i,
		     const char *attr, const char *attr_args,
		     struct strbuf *all)
{
	const struct ab_program *p = &run->programs[i];
	const struct ab_side *side = &run->args.sides[i];
	unsigned int j;

	attr_given_addf(all, "%s=%s", attr, *p->path ? p->path : READY_EEVDF);
	for (j = 0; p->declared && j < KTSTR_MAX_ARGS && p->declared->args[j];
	     j++)
		attr_given_addf(all, "%s=%s", attr_args, p->declared->args[j]);
	for (j = 0; j < side->n_args; j++)
		attr_given_addf(all, "%s=%s", attr_args, side->args[j]);
}

/*
 * What is judged is B against A. That a worker made no progress while a scheduler
 * came and another went is nobody's fault.
 */
static const char * const unjudged[] = {
	"auto_repro=off", "limits.max_gap_ms=off", "limits.max_spread_pct=off",
	"limits.max_task_wait_ms=off", "limits.max_idle_wait_pct=off",
	"limits.fail_on_stall=off",
};

static int set_attr(const struct ab_run *run)
{
	const struct ab_args *args = &run->args;
	const char *given = getenv(ENV_ATTR);
	struct strbuf all = STRBUF_INIT;
	size_t i;
	int ret;

	add_side(run, 0, "scheduler", "sched_args", &all);
	add_side(run, 1, "versus", "versus_args", &all);
	attr_given_addf(&all, "duration_s=%u", args->test.seconds);
	attr_given_addf(&all, "turn_ms=%u", args->turn_ms);
	attr_given_addf(&all, "settle_ms=%u", args->settle_ms);
	attr_given_addf(&all, "turn_seed=%u", args->seed);
	for (i = 0; i < ARRAY_SIZE(unjudged); i++)
		attr_given_add(&all, unjudged[i]);
	if (given && *given)
		strbuf_addf(&all, ",%s", given);
	ret = setenv(ENV_ATTR, all.text, 1);
	strbuf_free(&all);
	return ret;
}

static int set_machine(struct ab_run *run)
{
	const struct topology *t = &run->args.test.topologies[0];
	char machine[READY_NAME_SIZE], both[64];
	struct strbuf text = STRBUF_INIT;
	int ret;

	snprintf(both, sizeof(both), "%.28s_vs_%.28s", run->programs[0].name,
		 run->programs[1].name);
	ready_machine_name(machine, both, t);
	snprintf(run->test, sizeof(run->test), READY_PROGRAM ".%s.%.60s",
		 machine, run->args.test.scenarios[0]);
	strbuf_addf(&text, "%s=", machine);
	topology_write(t, ":", &text);
	ret = setenv(READY_ENV_MACHINES, text.text, 1);
	strbuf_free(&text);
	return ret;
}

/* What a report of a failure has between our name and -t. */
static int set_again(const struct ab_run *run)
{
	const struct ab_args *args = &run->args;
	struct strbuf text = STRBUF_INIT;
	int ret;

	strbuf_addf(&text, "ab ");
	strbuf_add_word(&text, args->given[0]);
	strbuf_addf(&text, " ");
	strbuf_add_word(&text, args->given[1]);
	strbuf_addf(&text, " -d %u --seed %u", args->test.seconds, args->seed);
	ret = setenv("KTSTR_AGAIN_TEST", text.text, 1);
	strbuf_free(&text);
	return ret;
}

/* ---- running ---- */

/* Where JSON is asked for stdout has nothing else. */
static int run_on_stderr(struct running *r)
{
	int out, ret;

	fflush(stdout);
	out = dup(STDOUT_FILENO);
	if (out < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		return -errno;
	ret = running_run(r);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	return ret;
}

static int tell(struct ab_run *run, char *err)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s" SIDECAR_SUFFIX, run->r.results,
		     run->test) >= (int)sizeof(path))
		return cli_bad(err, "%.1000s: is too long a path",
			       run->r.results);
	if (access(path, R_OK))
		return cli_bad(err, "no result came of it: %.1000s is not there",
			       path);
	return ab_judge(&run->args, path, stdout, err);
}

/* One that is left of another run says nothing of this one. */
static void drop_old(const struct ab_run *run)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s" SIDECAR_SUFFIX, run->r.results,
		     run->test) < (int)sizeof(path))
		unlink(path);
}

static int run_and_tell(struct ab_run *run, char *err)
{
	struct running *r = &run->r;
	int ret = running_begin(r, 1, err) ?: place_programs(run, err) ?:
		  test_take_files(r, &run->args.test, err);

	if (ret)
		return ret;
	if (set_machine(run) || set_attr(run) || set_again(run) ||
	    suite_add(&r->suite, READY_PROGRAM, run->test))
		return cli_bad(err, "no memory");
	drop_old(run);
	r->suite.limit_s = AB_LIMIT_S;
	r->failed[0] = '\0';
	ret = run->args.json ? run_on_stderr(r) : running_run(r);
	if (ret < 0)
		return cli_bad(err, "the test could not be run: %s",
			       strerror(-ret));
	return tell(run, err);
}

int ab_main(int argc, char **argv, char *err)
{
	struct ab_run run = { };
	int ret;

	ret = ab_args_parse(argc, argv, &run.args, err) ?:
	      running_locate(&run.r, err) ?: find_sides(&run, err);
	ret = ret ?: build_sources(&run);
	if (!ret)
		ret = running_take_kernels(&run.r, run.args.test.kernels,
					   run.args.test.n_kernels, err) ?:
		      run_and_tell(&run, err);
	running_exit(&run.r);
	declared_free(&run.all);
	ab_args_free(&run.args);
	return ret;
}
