// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr bisect`: the first bad commit of a scheduler or of the kernel. Which commit
 * is run next is lib/host/bisect's to know; here are the repository, what is built
 * of a commit, and the test, which is a `ktstr test` or `run` of its own.
 */
#include "lib/host/cli/bisect_cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/attr/attr.h"
#include "lib/common/topology_text.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/running.h"
#include "lib/host/cli/sched_build.h"
#include "lib/host/kernel/guard.h"
#include "lib/host/kernel/job.h"
#include "lib/host/kernel/kenv.h"
#include "lib/host/kernel/kgit.h"

#define SUFFIX		".bpf.c"
#define TEST_LIMIT_S	3600
#define KERNEL_LIMIT_S	14400
/* What could not be judged is run again, so often. */
#define TRIES		3
#define SHORT		12	/* digits of a commit, for people */

/**
 * struct bisect_run - a bisection
 * @args: what was asked for
 * @k: the cache, and the process behind us
 * @r: where things are
 * @repo: the repository, its real path
 * @source: of the scheduler, below @repo; "" for a kernel's
 * @names: of the commits, as many as @b has
 * @b: what is known
 * @work: a folder for one commit at a time
 * @log: all that is said in runs
 * @state: what came of them
 */
struct bisect_run {
	struct bisect_args args;
	struct kenv k;
	struct running r;
	char repo[PATH_MAX];
	char source[PATH_MAX];
	char **names;
	struct bisect b;
	char work[PATH_MAX];
	char log[PATH_MAX];
	char state[PATH_MAX + 64];
};

/* ---- the repository ---- */

static bool is_repository(const char *path)
{
	char git[PATH_MAX + 8];

	snprintf(git, sizeof(git), "%s/.git", path);
	return !access(git, F_OK);
}

static int no_repository(const char *path, char *err)
{
	return cli_bad(err, "%.2000s: is in no git repository; name one by --repo",
		       path);
}

/* The folder around the source that has one */
static int find_around(struct bisect_run *run, char *err)
{
	const char *given = run->args.operand;
	char path[PATH_MAX], *slash;

	if (!realpath(given, path))
		return cli_bad(err, "%.2000s: %s; name the repository by --repo",
			       given, strerror(errno));
	snprintf(run->repo, sizeof(run->repo), "%s", path);
	while ((slash = strrchr(run->repo, '/')) && slash > run->repo) {
		*slash = '\0';
		if (!is_repository(run->repo))
			continue;
		snprintf(run->source, sizeof(run->source), "%s",
			 path + strlen(run->repo) + 1);
		return 0;
	}
	return no_repository(given, err);
}

/* Below the repository, or by its whole path */
static void take_source(struct bisect_run *run)
{
	const char *given = run->args.operand;
	size_t len = strlen(run->repo);

	if (!strncmp(given, run->repo, len) && given[len] == '/')
		given += len + 1;
	snprintf(run->source, sizeof(run->source), "%s", given);
}

static int find_repository(struct bisect_run *run, char *err)
{
	const struct bisect_args *args = &run->args;
	const char *named = args->kernel_repo ?: args->repo;
	size_t len;

	if (named && !realpath(named, run->repo))
		return cli_bad(err, "%.2000s: %s", named, strerror(errno));
	if (named && !is_repository(run->repo))
		return no_repository(named, err);
	if (!named && find_around(run, err))
		return -EINVAL;
	if (args->kernel_repo)
		return 0;
	if (named)
		take_source(run);
	len = strlen(run->source);
	if (len > strlen(SUFFIX) && run->source[0] != '/' &&
	    !strcmp(run->source + len - strlen(SUFFIX), SUFFIX))
		return 0;
	return cli_bad(err, "%.2000s: is no X" SUFFIX " of %.1000s",
		       args->operand, run->repo);
}

/* ---- commits ---- */

static int find_commit(struct bisect_run *run, const char *option,
		       const char *given, char *commit, char *err)
{
	if (!kgit_commit(&run->k, run->repo, given, commit))
		return 0;
	return cli_bad(err, "--%s %.100s: git finds no such commit in %.1000s",
		       option, given, run->repo);
}

/* The lines of @text, behind @first, as many as there are. */
static int split_commits(struct bisect_run *run, const char *first, char *text,
			 size_t *n)
{
	char *line, *rest;
	size_t room = strlen(text) / (KGIT_DIGITS + 1) + 3;

	run->names = calloc(room, sizeof(*run->names));
	if (!run->names)
		return -ENOMEM;
	run->names[0] = strdup(first);
	*n = 1;
	for (line = strtok_r(text, "\n", &rest); line && *n < room - 1;
	     line = strtok_r(NULL, "\n", &rest))
		if (strlen(line) == KGIT_DIGITS)
			run->names[(*n)++] = strdup(line);
	for (room = 0; room < *n; room++)
		if (!run->names[room])
			return -ENOMEM;
	return 0;
}

/* Of merges the first parent's side: what a branch had was one step there. */
static int list_commits(struct bisect_run *run, char *err)
{
	char good[KGIT_DIGITS + 1], bad[KGIT_DIGITS + 1];
	char range[2 * KGIT_DIGITS + 3];
	struct strbuf out = STRBUF_INIT;
	size_t n = 0;
	int ret;

	if (find_commit(run, "good", run->args.good, good, err) ||
	    find_commit(run, "bad", run->args.bad, bad, err))
		return -EINVAL;
	if (kgit_read(&run->k, run->repo, NULL, "merge-base", "--is-ancestor",
		      good, bad, NULL) || !strcmp(good, bad))
		return cli_bad(err, "--good %.100s: is no ancestor of --bad %.100s",
			       run->args.good, run->args.bad);
	snprintf(range, sizeof(range), "%s..%s", good, bad);
	ret = kgit_read(&run->k, run->repo, &out, "rev-list", "--first-parent",
			"--reverse", range, NULL);
	if (!ret && out.len)
		ret = split_commits(run, good, out.text, &n);
	strbuf_free(&out);
	ret = ret ?: bisect_init(&run->b, n, run->args.confidence,
				 run->args.flaky);
	return ret ? cli_bad(err, "%.1000s: git does not list what is between %.100s and %.100s",
			     run->repo, run->args.good, run->args.bad) : 0;
}

static void print_subject(struct bisect_run *run, size_t i)
{
	struct strbuf out = STRBUF_INIT;

	if (!kgit_read(&run->k, run->repo, &out, "log", "-1", "--format=%s",
		       run->names[i], NULL))
		text_put(stdout, out.text, strcspn(out.text, "\n"));
	strbuf_free(&out);
}

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
	char tree[PATH_MAX + 8], out[PATH_MAX + 8], source[2 * PATH_MAX];
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
	print_subject(run, answer.to);
	putchar('\n');
	for (i = answer.from; i < answer.to; i++) {
		printf("or, as it cannot be tested: %s ", run->names[i]);
		print_subject(run, i);
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
	ret = ret ? kenv_status(ret) : list_commits(run, err);
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
	      find_repository(&run, err) ?: running_locate(&run.r, err) ?:
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
