// SPDX-License-Identifier: GPL-2.0-only
/*
 * A run of tests. See running.h.
 */
#include "lib/host/cli/running.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/attr/attr.h"
#include "lib/common/util/log.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/option.h"
#include "lib/host/cli/told.h"
#include "lib/host/machine/identity.h"
#include "lib/host/machine/kernel.h"
#include "lib/host/machine/paths.h"
#include "lib/host/report/failure.h"

#define EXIT_WRONG	1
#define EXIT_MISSING	4
/* Of kselftest's 0 to 4 none says that; the next one says nothing else. */
#define EXIT_INCONCLUSIVE	5
/* Of a process that runs tests, where `settings` does not say. */
#define LIMIT_S		1800
#define LOGS_KEPT	10
#define PROGRESS_S	30

/* ---- where things are ---- */

static int name_results(struct running *r, char *err)
{
	const char *run_id = getenv("KTSTR_RUN_ID");
	int ret = host_results_dir(r->results, sizeof(r->results));

	if (ret) {
		cli_bad(err, "no folder for results: %s; name one by KTSTR_SIDECAR_DIR=",
			strerror(-ret));
		return ret;
	}
	if (run_id && *run_id)
		snprintf(r->run_id, sizeof(r->run_id), "%s", run_id);
	else
		snprintf(r->run_id, sizeof(r->run_id), "%lld-%d",
			 (long long)r->began, getpid());
	return 0;
}

int running_locate(struct running *r, char *err)
{
	const char *out = getenv("KTSTR_OUT");
	char cache[PATH_MAX] = "";
	int ret;

	r->began_ns = clock_now_ns();
	r->began = time(NULL);
	ret = host_self_dir(r->own, sizeof(r->own));
	if (ret) {
		cli_bad(err, "cannot find this program: %s", strerror(-ret));
		return ret;
	}
	if (!host_cache_dir(cache, sizeof(cache)))
		snprintf(r->times, sizeof(r->times), "%s/suite-times", cache);
	snprintf(r->state, sizeof(r->state), "%s", out && *out ? out : cache);
	if (*r->state)
		snprintf(r->failed, sizeof(r->failed), "%s/failed-tests",
			 r->state);
	return 0;
}

/* ---- logs: the newest few are kept ---- */

static int is_log(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return !strncmp(entry->d_name, "run-", 4) && len > 8 &&
	       !strcmp(entry->d_name + len - 4, ".log");
}

/* Their names begin with when they were made. */
static void logs_prune(const char *dir)
{
	struct dirent **entries;
	char path[PATH_MAX + 300];
	int i, n = scandir(dir, &entries, is_log, alphasort);

	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, entries[i]->d_name);
		if (i < n - LOGS_KEPT + 1)
			unlink(path);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

static void name_log(struct running *r)
{
	char dir[PATH_MAX + 16], when[32];
	struct tm tm;

	if (!*r->state)
		return;
	snprintf(dir, sizeof(dir), "%s/logs", r->state);
	mkdir(r->state, 0755);
	mkdir(dir, 0755);
	logs_prune(dir);
	strftime(when, sizeof(when), "%Y%m%d-%H%M%S",
		 localtime_r(&r->began, &tm));
	snprintf(r->log, sizeof(r->log), "%s/run-%s-%d.log", dir, when,
		 getpid());
}

/* ---- running ---- */

/* As run_kselftest.sh minds it. */
static unsigned int limit_s(const struct running *r)
{
	char path[PATH_MAX + 16], line[64];
	unsigned int s = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/settings", r->own);
	f = fopen(path, "re");
	while (f && !s && fgets(line, sizeof(line), f))
		if (sscanf(line, "timeout=%u", &s) == 1)
			break;
	if (f)
		fclose(f);
	return s ?: LIMIT_S;
}

int running_begin(struct running *r, unsigned int jobs, char *err)
{
	const char *strict = getenv("KTSTR_STRICT");
	char why[256];
	int ret;

	ret = name_results(r, err) ?: running_name_results(r, err);
	if (ret)
		return ret;
	if (setenv("KTSTR_SIDECAR_DIR", r->results, 1) ||
	    setenv("KTSTR_RUN_ID", r->run_id, 1))
		return cli_bad(err, "no memory");
	r->place = r->host ? VMS_NONE : vms_place(why, sizeof(why));
	r->jobs = r->host ? 1 : jobs ?: vms_side_by_side(r->place);
	r->suite.strict = strict && *strict && strcmp(strict, "0");
	r->suite.limit_s = limit_s(r);
	name_log(r);
	return 0;
}

/* On one terminal progress and results would write over each other. */
static void progress(struct running *r, const char *text)
{
	uint64_t now = clock_now_ns();

	if (isatty(STDOUT_FILENO))
		return;
	if (isatty(STDERR_FILENO)) {
		fprintf(stderr, "\r\033[Kktstr: %.70s", text);
		r->told_ns = now;
	} else if (now - r->told_ns >= PROGRESS_S * NSEC_PER_SEC) {
		fprintf(stderr, "ktstr: %s, %llu s\n", text,
			(now - r->began_ns) / NSEC_PER_SEC);
		r->told_ns = now;
	}
}

static void tell(void *arg, const char *what, const char *text)
{
	struct running *r = arg;

	if (!strcmp(what, "progress"))
		progress(r, text);
	else if (!strcmp(what, "log"))
		snprintf(r->log_lost, sizeof(r->log_lost), "%s", text);
}

/* Whoever asks for them later must know that they are not there. */
static void save_failed(const struct running *r)
{
	int ret = *r->failed ? suite_failed_save(&r->suite, r->failed) : 0;

	if (ret)
		pr_warn("%s: cannot be written: %s", r->failed, strerror(-ret));
}

int running_run(struct running *r)
{
	const struct suite_config config = {
		.folder = r->own,
		.jobs = r->jobs,
		.log = *r->log ? r->log : NULL,
		.tell = tell,
		.tell_arg = r,
		.more = r->more,
		.more_arg = r->more_arg,
		.stop = r->host ? told_to_end() : NULL,
	};
	int ret;

	if (r->host)
		told_begin();
	r->told_ns = r->began_ns;
	if (*r->times)
		suite_times_load(&r->suite, r->times);
	ret = suite_run(&r->suite, &config);
	told_end();
	if (!isatty(STDOUT_FILENO) && isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	if (ret < 0)
		return ret;
	/* They only make the next run shorter. */
	if (*r->times)
		suite_times_save(&r->suite, r->times);
	save_failed(r);
	return ret;
}

/* ---- the end ---- */

/* Return: did it fail, or was it not judged? */
static bool put_failed(const struct running *r, const struct suite_program *p,
		       const struct suite_test *t)
{
	char report[2 * PATH_MAX];
	const char *results = r->results;
	unsigned int i;

	if (t->result != SUITE_FAIL && !suite_not_judged(t->result))
		return false;
	printf("# ktstr: %s: %s: %s",
	       t->result == SUITE_FAIL ? "failed" : "not judged",
	       t->label ?: t->name,
	       t->why && *t->why ? t->why : "see the log");
	for (i = 0; i < r->n_kernels; i++)
		if (r->kernels[i].env == p->env)
			results = r->kernels[i].results;
	snprintf(report, sizeof(report), "%s/%s." FAILURE_FILE, results,
		 t->name);
	if (!access(report, R_OK))
		printf("; %s", report);
	putchar('\n');
	return true;
}

static void put_again(const char *again)
{
	const char *settings = getenv("KTSTR_AGAIN");
	const char *options = getenv("KTSTR_AGAIN_OPTIONS");
	const char *attr = getenv(ENV_ATTR);
	struct strbuf given = STRBUF_INIT;

	if (attr && *attr) {
		strbuf_addf(&given, ENV_ATTR "=");
		strbuf_add_word(&given, attr);
		strbuf_add(&given, " ", 1);
	}
	printf("# ktstr: these again: %s%s%s%s%s\n", given.text, settings ?: "",
	       settings ? "./run_ktstr.sh " : "ktstr ",
	       settings && options ? options : "", again);
	strbuf_free(&given);
}

static void put_all_failed(const struct running *r, const char *again)
{
	const struct suite *s = &r->suite;
	unsigned int i, j, n = 0;

	for (i = 0; i < s->n_programs; i++)
		for (j = 0; j < s->programs[i].n_tests; j++)
			n += put_failed(r, &s->programs[i],
					&s->programs[i].tests[j]);
	if (n)
		put_again(again);
}

/* Its folder, or the file where it was named by that. */
static const char *kernel_text(const struct running *r, char *buf, size_t size)
{
	const char *named = getenv("KTSTR_KERNEL");
	struct host_machine machine;
	struct host_kernel kernel;
	char why[PATH_MAX + 128];
	unsigned int i, len = 0;

	if (r->host) {
		host_machine_get(&machine);
		snprintf(buf, size, "%s", machine.release);
		return buf;
	}
	if (r->n_kernels) {
		for (i = 0; i < r->n_kernels; i++)
			len += snprintf(buf + len, size - len, "%s%s",
					i ? ", " : "", r->kernels[i].name);
		return buf;
	}
	if (!named || !*named) {
		if (host_kernel_find(&kernel, why, sizeof(why)))
			return "none";
		snprintf(buf, size, "%s", kernel.image);
		return buf;
	}
	snprintf(buf, size, "%s", named);
	while (strlen(buf) > 1 && buf[strlen(buf) - 1] == '/')
		buf[strlen(buf) - 1] = '\0';
	return basename(buf);
}

static int judge(const unsigned int *n, const char **word)
{
	unsigned int open = suite_skipped(n);

	*word = "FAIL";
	if (n[SUITE_FAIL] || !(n[SUITE_PASS] + open))
		return EXIT_WRONG;
	if (n[SUITE_PASS] && !open) {
		*word = "PASS";
		return 0;
	}
	if (n[SUITE_INCONCLUSIVE]) {
		*word = "INCONCLUSIVE";
		return EXIT_INCONCLUSIVE;
	}
	*word = "SKIP";
	return EXIT_MISSING;
}

int running_end(const struct running *r, const char *again, const char *name)
{
	const unsigned int *n = r->suite.counts;
	char kernel[PATH_MAX];
	const char *word;
	int status;

	if (again)
		put_all_failed(r, again);
	status = judge(n, &word);
	printf("# ktstr: %s: ", word);
	if (name)
		printf("%s: ", name);
	printf("%u passed, %u failed, %u skipped", n[SUITE_PASS],
	       n[SUITE_FAIL], n[SUITE_SKIP]);
	if (n[SUITE_INFRASTRUCTURE])
		printf(", %u infrastructure", n[SUITE_INFRASTRUCTURE]);
	if (n[SUITE_INCONCLUSIVE])
		printf(", %u inconclusive", n[SUITE_INCONCLUSIVE]);
	if (r->suite.retried)
		printf(", %u retried", r->suite.retried);
	printf(" in %llu s on %s, kernel %s, results in %s",
	       (clock_now_ns() - r->began_ns) / NSEC_PER_SEC,
	       vms_place_text(r->place), kernel_text(r, kernel, sizeof(kernel)),
	       r->results);
	if (*r->log)
		printf(", log %s", r->log);
	if (*r->log_lost)
		printf(" (not whole: %s)", r->log_lost);
	putchar('\n');
	return fflush(stdout) ? EXIT_WRONG : status;
}

void running_exit(struct running *r)
{
	running_free_kernels(r);
	suite_free(&r->suite);
}
