// SPDX-License-Identifier: GPL-2.0-only
/*
 * Running `ktstr`. See ktstr_run.h.
 */
#include "lib/host/front/ktstr_run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/front/front.h"
#include "lib/host/front/front_settings.h"
#include "lib/host/kernel/kgit.h"

#define READ_LIMIT_S	600
#define SUITE_PLACE	"/tools/testing/selftests/"

/* ---- which commit ---- */

static bool describe(struct front *f, const char *dir, char *text)
{
	struct strbuf out = STRBUF_INIT;
	char git[PATH_MAX];
	bool is;

	snprintf(git, sizeof(git), "%.*s/.git", PATH_MAX - 8, dir);
	if (access(git, F_OK))
		return false;
	is = !kgit_read(&f->k, dir, &out, "describe", "--always", "--abbrev=7",
			"--dirty", "--exclude=*", NULL);
	if (is)
		snprintf(text, 64, "%.*s", (int)strcspn(out.text, "\n"),
			 out.text);
	strbuf_free(&out);
	return is;
}

const char *our_commit(struct front *f, char *text)
{
	char tree[PATH_MAX];
	const char *at = strstr(f->here, SUITE_PLACE), *next;

	text[0] = '\0';
	if (describe(f, f->here, text) || !at)
		return text;
	while ((next = strstr(at + 1, SUITE_PLACE)))
		at = next;
	snprintf(tree, sizeof(tree), "%.*s", (int)(at - f->here), f->here);
	describe(f, tree, text);
	return text;
}

/* ---- results ---- */

/* Where whole reports and sidecars go, unless the user has said so. */
static int results_folder(struct front *f, const char *of, const char *commit,
			  char *dir)
{
	const char *named = front_set("KTSTR_SIDECAR_DIR");
	const char *slash = strrchr(of, '/');

	if (named)
		snprintf(dir, PATH_MAX, "%s", named);
	else
		snprintf(dir, PATH_MAX, "%s/results/%s-%s", f->out,
			 slash ? slash + 1 : of, *commit ? commit : "unknown");
	if (front_make_folders(dir))
		return kenv_missing(&f->k, "%s: cannot be made", dir);
	return 0;
}

static void add_run_id(struct front *f)
{
	time_t now = time(NULL);
	char when[32];
	struct tm tm;

	strftime(when, sizeof(when), "%Y%m%d-%H%M%S", localtime_r(&now, &tm));
	arglist_addf(&f->run, "KTSTR_RUN_ID=%s-%d", when, getpid());
}

static void add_kernels(struct front *f, const struct arglist *named)
{
	struct strbuf text = STRBUF_INIT;
	size_t i;

	for (i = 0; i < named->n; i++)
		strbuf_addf(&text, "%s%s", i ? "\n" : "", named->v[i]);
	arglist_addf(&f->run, "KTSTR_RUN_KERNELS=%s", text.text);
	strbuf_free(&text);
}

int ktstr_results(struct front *f, const char *of, const struct arglist *named)
{
	char dir[PATH_MAX], commit[64];
	int ret;

	arglist_free(&f->run);
	our_commit(f, commit);
	ret = results_folder(f, named && named->n > 1 ? "several" : of, commit,
			     dir);
	if (ret)
		return ret;
	arglist_addf(&f->run, "KTSTR_SIDECAR_DIR=%s", dir);
	add_run_id(f);
	arglist_addf(&f->run, "KTSTR_COMMIT=%s", commit);
	if (named && named->n)
		add_kernels(f, named);
	return 0;
}

/* ---- the program ---- */

static void add_words(const struct front *f, const struct arglist *from,
		      struct arglist *words)
{
	size_t i;

	arglist_addf(words, "%s/ktstr/ktstr", f->install);
	for (i = 0; i < from->n; i++)
		arglist_add(words, from->v[i]);
	words->lost |= from->lost;
}

static void add_environment(struct front *f, struct arglist *words)
{
	struct strbuf again = STRBUF_INIT;
	size_t i;

	front_settings_again(&again);
	arglist_add(words, "env");
	arglist_addf(words, "KTSTR_OUT=%s", f->out);
	arglist_addf(words, "KTSTR_OWNER_PID=%d", getpid());
	arglist_addf(words, "KTSTR_AGAIN=%s", again.text);
	arglist_addf(words, "KTSTR_AGAIN_OPTIONS=%s",
		     f->use_config ? "--use-config " : "");
	if (*f->kernel.path)
		arglist_addf(words, "KTSTR_KERNEL=%s", f->kernel.path);
	for (i = 0; i < f->run.n; i++)
		arglist_add(words, f->run.v[i]);
	words->lost |= f->run.lost;
	strbuf_free(&again);
}

static void say_command(struct front *f, const struct arglist *words)
{
	struct strbuf text = STRBUF_INIT;
	size_t i;

	for (i = 0; f->k.verbose && i < words->n; i++) {
		strbuf_addf(&text, " ");
		strbuf_add_word(&text, words->v[i]);
	}
	if (text.len)
		kenv_say(&f->k, "+%s", text.text);
	strbuf_free(&text);
}

int ktstr_run(struct front *f, bool quiet, const struct arglist *words)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct arglist all = { };
	struct job job = {
		.words = &all, .limit_s = JOB_NO_LIMIT, .gentle = true,
		.out = quiet ? null : STDOUT_FILENO, .err = STDERR_FILENO,
	};
	int ret;

	add_environment(f, &all);
	add_words(f, words, &all);
	say_command(f, &all);
	ret = null < 0 ? -errno : job_run(&f->k, &job);
	if (null >= 0)
		close(null);
	arglist_free(&all);
	if (ret < 0)
		return kenv_wrong(&f->k, "%s/ktstr/ktstr: %s", f->install,
				  strerror(-ret));
	return ret;
}

int ktstr_read(struct front *f, const struct arglist *words,
	       struct strbuf *out)
{
	struct arglist all = { };
	struct job job = {
		.words = &all, .limit_s = READ_LIMIT_S, .err = STDERR_FILENO,
	};
	int ret;

	add_words(f, words, &all);
	ret = job_capture(&f->k, &job, out);
	arglist_free(&all);
	return ret;
}

/* All that we have open by now is a lock, or tells who waits for us. */
static void keep_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *e;
	int fd;

	while (dir && (e = readdir(dir))) {
		fd = atoi(e->d_name);
		if (fd > STDERR_FILENO && fd != dirfd(dir))
			fcntl(fd, F_SETFD, 0);
	}
	if (dir)
		closedir(dir);
}

int ktstr_become(struct front *f, const struct arglist *words)
{
	struct arglist all = { };
	int ret;

	add_words(f, words, &all);
	fflush(stdout);
	keep_descriptors();
	/* What ignores it is us alone. */
	signal(SIGXFSZ, SIG_DFL);
	if (!all.lost)
		execv(all.v[0], all.v);
	ret = kenv_wrong(&f->k, "%s/ktstr/ktstr: %s", f->install,
			 strerror(errno));
	arglist_free(&all);
	return ret;
}
