// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr bisect`: the first bad commit of a scheduler or of the kernel. Which commit
 * is run next is lib/host/bisect's to know, what there is bisect_commits.c's; here are
 * what is built of a commit, and the test, a `ktstr test` or `run` of its own.
 */
#include "lib/common/util/file.h"
#include "lib/host/cli/bisect_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/attr/attr.h"
#include "lib/common/topology_text.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/sched_build.h"
#include "lib/host/kernel/guard.h"
#include "lib/host/kernel/job.h"
#include "lib/host/kernel/kenv.h"
#include "lib/host/kernel/kgit.h"

#define TEST_LIMIT_S	3600
#define KERNEL_LIMIT_S	14400
/* What could not be judged is run again, so often. */
#define TRIES		3
#define SHORT		12	/* digits of a commit, for people */

/* ---- what is kept ---- */

static void add_to_hash(unsigned long long *h, const char *text)
{
	for (text = text ?: ""; *text; text++)
		*h = (*h ^ (unsigned char)*text) * 0x100000001b3ULL;
	*h = (*h ^ '\n') * 0x100000001b3ULL;
}

/* The same commits by the same test */
static unsigned long long what_it_is(const struct bisect_run *run)
{
	const struct test_args *test = &run->args.test;
	unsigned long long h = 0xcbf29ce484222325ULL;
	char topology[TOPOLOGY_NAME_LEN] = "", seconds[16];

	if (test->n_topologies)
		topology_name(&test->topologies[0], topology);
	snprintf(seconds, sizeof(seconds), "%u", test->seconds);
	add_to_hash(&h, run->repo);
	add_to_hash(&h, run->source);
	add_to_hash(&h, run->names[0]);
	add_to_hash(&h, run->names[run->b.n - 1]);
	add_to_hash(&h, run->args.name);
	add_to_hash(&h, run->args.operand);
	add_to_hash(&h, test->n_scenarios ? test->scenarios[0] : NULL);
	add_to_hash(&h, topology);
	add_to_hash(&h, seconds);
	add_to_hash(&h, getenv(ENV_ATTR));
	add_to_hash(&h, getenv("KTSTR_KERNEL"));
	return h;
}

static void load_state(struct bisect_run *run)
{
	unsigned long long h = what_it_is(run);
	char name[64];
	unsigned int n;

	snprintf(run->state, sizeof(run->state), "%s/bisect-%016llx",
		 run->r.state, h);
	snprintf(name, sizeof(name), "bisect-%016llx.log", h);
	if (run->args.restart)
		unlink(run->state);
	n = bisect_state_load(run->state, (const char *const *)run->names,
			      &run->b);
	if (n)
		kenv_path(&run->k, run->log, "logs/%s", name);
	else
		log_begin(&run->k, run->log, name);
	printf("bisect: %zu commits", run->b.n - 1);
	if (n)
		printf(", going on behind %u runs of before; --restart drops them",
		       n);
	printf("; log %s\n", run->log);
	fflush(stdout);
}

/* ---- what is built of a commit ---- */

static int build_scheduler(struct bisect_run *run, const char *commit,
			   char program[PATH_MAX])
{
	char tree[PATH_MAX + 8], out[PATH_MAX + 8], source[2 * PATH_MAX + 16];
	int ret;

	snprintf(tree, sizeof(tree), "%s/tree", run->work);
	snprintf(out, sizeof(out), "%s/out", run->work);
	snprintf(source, sizeof(source), "%s/%s", tree, run->source);
	folder_remove(run->work);
	if (mkdir(run->work, 0755) || mkdir(tree, 0755) || mkdir(out, 0755))
		return kenv_missing(&run->k, "%s: %s", run->work,
				    strerror(errno));
	ret = kgit_unpack(&run->k, run->repo, commit, tree, run->log);
	if (ret)
		return ret;
	if (access(source, R_OK)) {
		kenv_say(&run->k, "%.*s: has no %s", SHORT, commit, run->source);
		return -EINVAL;
	}
	return sched_build(&run->k, run->r.own, source, out, run->log, program);
}

/* A line that a command prints: the last of its stdout */
static int last_line(struct kenv *k, struct job *job, char *line, size_t size)
{
	int fd = memfd_create("bisect", MFD_CLOEXEC), ret;
	ssize_t n;

	if (fd < 0)
		return -errno;
	job->out = fd;
	ret = job_run(k, job);
	n = ret ? 0 : pread(fd, line, size - 1, 0);
	close(fd);
	line[max(n, (ssize_t)0)] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return ret || *line != '/' ? -EINVAL : 0;
}

static int build_kernel(struct bisect_run *run, const char *commit,
			char kernel[PATH_MAX])
{
	struct arglist words = { };
	char text[64];
	struct job job = {
		.text = text, .log = run->log, .words = &words,
		.limit_s = KERNEL_LIMIT_S,
	};
	int ret;

	snprintf(text, sizeof(text), "building the kernel of %.*s", SHORT,
		 commit);
	arglist_addf(&words, "%s/ktstr", run->r.own);
	arglist_add_all(&words, "kernel", "build", NULL);
	arglist_addf(&words, "git+%s#%s", run->repo, commit);
	ret = last_line(&run->k, &job, kernel, PATH_MAX);
	arglist_free(&words);
	return ret;
}

/* ---- the test ---- */

static void add_test(const struct bisect_run *run, const char *scheduler,
		     const char *kernel, struct arglist *words)
{
	const struct bisect_args *args = &run->args;
	const struct test_args *test = &args->test;
	struct strbuf shape = STRBUF_INIT;

	arglist_addf(words, "%s/ktstr", run->r.own);
	if (args->name) {
		arglist_add_all(words, "run", args->name, NULL);
		if (scheduler)
			arglist_addf(words, "--attr=scheduler=%s", scheduler);
	} else {
		arglist_add_all(words, "test", scheduler ?: READY_EEVDF, "-s",
				test->n_scenarios ? test->scenarios[0] :
						    "steady", NULL);
	}
	if (test->n_topologies) {
		topology_write(&test->topologies[0], ":", &shape);
		arglist_addf(words, "--topology=%s", shape.text);
		strbuf_free(&shape);
	}
	if (test->seconds && args->name)
		arglist_addf(words, "--attr=duration_s=%u", test->seconds);
	else if (test->seconds)
		arglist_addf(words, "--duration=%u", test->seconds);
	if (kernel)
		arglist_addf(words, "--kernel=%s", kernel);
}

/* Return: what came of it; -EAGAIN where that could not be judged, -errno. */
static int run_test(struct bisect_run *run, const char *scheduler,
		    const char *kernel)
{
	struct arglist words = { };
	struct job job = {
		.text = "running the test", .log = run->log, .words = &words,
		.limit_s = TEST_LIMIT_S,
	};
	unsigned int i;
	int ret = -EAGAIN;

	add_test(run, scheduler, kernel, &words);
	for (i = 0; i < TRIES && ret == -EAGAIN; i++) {
		ret = job_run(&run->k, &job);
		if (!ret || ret == 1)
			ret = ret ? BISECT_FAIL : BISECT_PASS;
		else if (ret > 0 || ret == -ETIMEDOUT)
			ret = -EAGAIN;
	}
	arglist_free(&words);
	return ret;
}

/* A commit that does not build is skipped, and anything else goes on. */
static int run_commit(struct bisect_run *run, size_t i)
{
	const char *commit = run->names[i];
	char built[PATH_MAX];
	int ret;

	if (run->args.kernel_repo) {
		ret = build_kernel(run, commit, built);
		return ret ? BISECT_SKIP :
			     run_test(run, run->args.operand, built);
	}
	ret = build_scheduler(run, commit, built);
	if (ret == -EINVAL)
		return BISECT_SKIP;
	ret = ret ?: run_test(run, built, NULL);
	folder_remove(run->work);
	return ret;
}

/* ---- steps ---- */

static void tell_step(struct bisect_run *run, size_t i,
		      enum bisect_result result)
{
	struct bisect_answer answer;

	printf("bisect: run %u: %.*s, %zu of %zu: ",
	       run->b.runs, SHORT, run->names[i], i, run->b.n - 1);
	if (result == BISECT_SKIP) {
		puts("does not build, and is skipped");
	} else if (!run->b.commits[0].passes) {
		puts(bisect_result_name(result));
	} else {
		bisect_answer(&run->b, &answer);
		printf("%s; %.*s is the first bad one by %.1f %%\n",
		       bisect_result_name(result), SHORT,
		       run->names[answer.to], 100 * max(answer.chance, 0.0));
	}
	fflush(stdout);
}

static int step(struct bisect_run *run, size_t i, char *err)
{
	int ret = run_commit(run, i);

	if (ret == -EAGAIN) {
		printf("bisect: %.*s: the test could not be judged, %d times; see %s\n",
		       SHORT, run->names[i], TRIES, run->log);
		return 4;
	}
	if (ret < 0)
		return kenv_status(ret);
	bisect_note(&run->b, i, ret);
	if (bisect_state_add(run->state, run->names[i], ret))
		return cli_bad(err, "%.2000s: cannot be written", run->state);
	tell_step(run, i, ret);
	return 0;
}

static void tell_found(struct bisect_run *run)
{
	struct bisect_answer answer;
	size_t i;

	bisect_answer(&run->b, &answer);
	printf("\nfirst bad commit: %s ", run->names[answer.to]);
	bisect_print_subject(run, answer.to);
	putchar('\n');
	for (i = answer.from; i < answer.to; i++) {
		printf("or, as it cannot be tested: %s ", run->names[i]);
		bisect_print_subject(run, i);
		putchar('\n');
	}
	printf("bisect: confidence %.1f %%, the test fails %.0f %% of the time on bad ones, %u runs in %llu s; log %s\n",
	       100 * answer.chance, 100 * answer.p, run->b.runs,
	       (clock_now_ns() - run->r.began_ns) / NSEC_PER_SEC, run->log);
}

static int tell_end(struct bisect_run *run, enum bisect_state state)
{
	static const char * const why[] = {
		[BISECT_NEVER_FAILS] = "the test has not failed on --bad",
		[BISECT_CONTRADICTS] = "the test has failed on --good, or has passed where --flaky says that it cannot",
		[BISECT_UNTESTED] = "--good or --bad does not build",
	};

	if (state == BISECT_FOUND)
		tell_found(run);
	else
		printf("bisect: nothing can be found: %s; %u runs; log %s\n",
		       why[state], run->b.runs, run->log);
	/* What it ends in is not to be gone on with. */
	unlink(run->state);
	return state == BISECT_FOUND ? 0 : 1;
}

static int steps(struct bisect_run *run, char *err)
{
	enum bisect_state state;
	size_t i = 0;
	int ret;

	kenv_path(&run->k, run->work, "tmp/bisect.%d", getpid());
	guard_remove(&run->k, run->work);
	while ((state = bisect_next(&run->b, &i)) == BISECT_GOES_ON) {
		ret = step(run, i, err);
		if (ret)
			return ret;
	}
	return tell_end(run, state);
}

static int begin(struct bisect_run *run, char *err)
{
	int ret;

	/* Each run of the test is one of its own. */
	unsetenv("KTSTR_RUN_ID");
	kenv_init(&run->k);
	ret = kenv_begin(&run->k);
	ret = ret ? kenv_status(ret) : bisect_list_commits(run, err);
	if (!ret) {
		load_state(run);
		ret = steps(run, err);
	}
	kenv_exit(&run->k);
	return ret;
}

int bisect_main(int argc, char **argv, char *err)
{
	struct bisect_run run = { };
	size_t i;
	int ret;

	ret = bisect_args_parse(argc, argv, &run.args, err) ?:
	      bisect_find_repository(&run, err) ?: running_locate(&run.r, err) ?:
	      running_take_kernels(&run.r, run.args.test.kernels,
				   run.args.test.n_kernels, err) ?:
	      begin(&run, err);
	for (i = 0; i < run.b.n; i++)
		free(run.names[i]);
	free(run.names);
	bisect_exit(&run.b);
	running_exit(&run.r);
	test_args_free(&run.args.test);
	return ret;
}
