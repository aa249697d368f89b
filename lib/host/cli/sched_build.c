// SPDX-License-Identifier: GPL-2.0-only
/*
 * A scheduler's program, made of its source. See sched_build.h.
 */
#include "lib/host/cli/sched_build.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/attr/schedulers.h"
#include "lib/common/util/util.h"
#include "lib/host/kernel/job.h"
#include "lib/host/kernel/kenv.h"

#define HOW		"ktstr-make"	/* written by our Makefile */
#define SUFFIX		".bpf.c"
#define BUILD_LIMIT_S	1800

/* The lines of that file */
enum how_line { HOW_SRC, HOW_KSFT, HOW_OUTPUT, HOW_VMLINUX, N_HOW };

struct how {
	char lines[N_HOW][PATH_MAX];
};

static int read_how(struct kenv *k, const char *own, struct how *how)
{
	char path[PATH_MAX + 16];
	unsigned int i;
	FILE *f;

	snprintf(path, sizeof(path), "%s/" HOW, own);
	f = fopen(path, "re");
	for (i = 0; f && i < N_HOW &&
	     fgets(how->lines[i], sizeof(how->lines[i]), f); i++)
		how->lines[i][strcspn(how->lines[i], "\n")] = '\0';
	if (f)
		fclose(f);
	if (i < N_HOW || access(how->lines[HOW_SRC], R_OK))
		return kenv_missing(k, "%s: what the suite was built of is not there any more; build it again",
				    path);
	if (access(how->lines[HOW_VMLINUX], R_OK))
		return kenv_missing(k, "there is no vmlinux beside this kernel to build a scheduler against");
	return 0;
}

/* "/a/b/scx_x.bpf.c": "scx_x", so long */
static const char *name_of(const char *source, int *len)
{
	const char *slash = strrchr(source, '/');

	slash = slash ? slash + 1 : source;
	*len = strlen(slash) - strlen(SUFFIX);
	return slash;
}

static unsigned long long hash(const char *text)
{
	unsigned long long h = 0xcbf29ce484222325ULL;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3ULL;
	return h;
}

static void add_make(const struct how *how, const char *source, const char *to,
		     struct arglist *words)
{
	int len = strlen(source) - strlen(SUFFIX);

	arglist_add_all(words, "env", "-u", "MAKEFLAGS", "-u", "MFLAGS", "-u",
			"MAKELEVEL", "-u", "O", "-u", "KBUILD_OUTPUT", "make",
			"-L", "-s", "--no-print-directory", "-C",
			how->lines[HOW_SRC], NULL);
	arglist_addf(words, "KSFT_SRC=%s", how->lines[HOW_KSFT]);
	arglist_addf(words, "OUTPUT=%s", how->lines[HOW_OUTPUT]);
	arglist_addf(words, "VMLINUX=%s", how->lines[HOW_VMLINUX]);
	arglist_addf(words, "SCHED=%.*s", len, source);
	arglist_addf(words, "SCHED_OUT=%s", to);
	arglist_add(words, "scheduler");
}

static int run_make(struct kenv *k, const struct how *how, const char *source,
		    const char *to, const char *log)
{
	struct arglist words = { };
	char text[128];
	struct job job = {
		.text = text, .log = log, .words = &words,
		.limit_s = BUILD_LIMIT_S,
	};
	const char *name;
	int len, ret;

	name = name_of(source, &len);
	snprintf(text, sizeof(text), "building %.*s", len, name);
	add_make(how, source, to, &words);
	/* Several may need what all schedulers are linked with. */
	ret = kenv_lock(k, "schedulers") ?: job_must(k, &job);
	kenv_unlock(k, "schedulers");
	arglist_free(&words);
	return ret;
}

int sched_build(struct kenv *k, const char *own, const char *source,
		const char *to, const char *log, char program[PATH_MAX])
{
	char dir[PATH_MAX + 64], path[2 * PATH_MAX];
	const char *name;
	struct how how;
	int ret, len;

	ret = read_how(k, own, &how);
	if (!ret && strstarts(source, SCHED_TREE)) {
		snprintf(path, sizeof(path), "%s/../../../%s",
			 how.lines[HOW_KSFT], source + strlen(SCHED_TREE));
		source = path;
	}
	ret = ret ?: kenv_path_for_make(k, "the scheduler: ", source, "move it");
	if (ret)
		return ret;
	snprintf(dir, sizeof(dir), "%s/schedulers/%016llx",
		 how.lines[HOW_OUTPUT], hash(source));
	to = to ?: dir;
	name = name_of(source, &len);
	if (snprintf(program, PATH_MAX, "%s/%.*s", to, len, name) >= PATH_MAX)
		return kenv_wrong(k, "%s: is too long a path", source);
	return run_make(k, &how, source, to, log);
}
