// SPDX-License-Identifier: GPL-2.0-only
/*
 * git. See kgit.h.
 */
#include "lib/host/kernel/kgit.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/kernel/job.h"
#include "lib/host/kernel/kenv.h"

#define UNPACK_LIMIT_S	3600

/* What would point git at another repository, or another configuration. */
static const char * const variables[] = {
	"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE",
	"GIT_PREFIX", "GIT_OBJECT_DIRECTORY",
	"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_CONFIG",
	"GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT", "GIT_SHALLOW_FILE",
	"GIT_GRAFT_FILE", "GIT_REPLACE_REF_BASE", "GIT_INTERNAL_SUPER_PREFIX",
	"GIT_EXTERNAL_DIFF", "GIT_DISCOVERY_ACROSS_FILESYSTEM",
};

/* What would run programs. */
static const char * const settings[] = {
	"safe.bareRepository=explicit", "core.fsmonitor=false",
	"core.hooksPath=/dev/null", "core.askPass=", "submodule.recurse=false",
	"diff.ignoreSubmodules=all",
};

/* Those that go by no network, and need no program, but for ssh's. */
static const char * const protocols[] = {
	"protocol.allow=never", "protocol.file.allow=always",
	"protocol.git.allow=always", "protocol.https.allow=always",
	"protocol.http.allow=always", "protocol.ssh.allow=always",
};

void kgit_plain(const char *dir, int remote, struct arglist *git)
{
	size_t i, n = remote ? ARRAY_SIZE(protocols) : 1;
	char above[PATH_MAX];

	snprintf(above, sizeof(above), "%s", dir);
	arglist_add(git, "env");
	for (i = 0; i < ARRAY_SIZE(variables); i++)
		arglist_addf(git, "--unset=%s", variables[i]);
	arglist_addf(git, "GIT_CEILING_DIRECTORIES=%s", dirname(above));
	arglist_add_all(git, "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0",
			"GIT_NO_LAZY_FETCH=1", "git", "--no-pager", "-c", NULL);
	arglist_addf(git, "safe.directory=%s", dir);
	for (i = 0; i < ARRAY_SIZE(settings); i++)
		arglist_add_all(git, "-c", settings[i], NULL);
	if (!remote)
		arglist_add_all(git, "-c", "core.sshCommand=false", NULL);
	for (i = 0; i < n; i++)
		arglist_add_all(git, "-c", protocols[i], NULL);
	arglist_add_all(git, "-C", dir, NULL);
}

/* Each filter has up to two programs, for any file that its attributes name. */
static void add_filters(struct kenv *k, const char *dir, const char *pattern,
			const char *value, struct arglist *filters)
{
	struct strbuf names = STRBUF_INIT;
	struct arglist git = { };
	const char *at;

	kgit_plain(dir, 0, &git);
	arglist_add_all(&git, "config", "-z", "--name-only", "--get-regexp",
			pattern, NULL);
	job_read(k, &git, &names);
	for (at = names.text; at < names.text + names.len;
	     at += strlen(at) + 1) {
		arglist_add(filters, "-c");
		arglist_addf(filters, "%s=%s", at, value);
	}
	arglist_free(&git);
	strbuf_free(&names);
}

void kgit_begin(struct kenv *k, const char *dir, int remote,
		struct arglist *git)
{
	struct arglist filters = { };
	size_t i;

	add_filters(k, dir, "^filter\\..*\\.(clean|smudge|process)$", "",
		    &filters);
	add_filters(k, dir, "^filter\\..*\\.required$", "false", &filters);
	kgit_plain(dir, remote, git);
	for (i = 0; i < filters.n; i++)
		arglist_add(git, filters.v[i]);
	git->lost |= filters.lost;
	arglist_free(&filters);
}

int kgit_read(struct kenv *k, const char *dir, struct strbuf *out, ...)
{
	struct strbuf unread = STRBUF_INIT;
	struct arglist git = { };
	const char *word;
	va_list ap;
	int ret;

	kgit_begin(k, dir, 0, &git);
	va_start(ap, out);
	while ((word = va_arg(ap, const char *)))
		arglist_add(&git, word);
	va_end(ap);
	ret = job_read(k, &git, out ?: &unread);
	arglist_free(&git);
	strbuf_free(&unread);
	return ret;
}

static bool is_commit(const char *text)
{
	size_t len = strspn(text, "0123456789abcdef");

	return len == KGIT_DIGITS && (!text[len] || text[len] == '\n');
}

int kgit_commit(struct kenv *k, const char *dir, const char *ref, char *commit)
{
	struct strbuf out = STRBUF_INIT;
	const char *at;
	char rev[300];
	int ret;

	snprintf(rev, sizeof(rev), "%s^{commit}", ref);
	ret = kgit_read(k, dir, &out, "rev-parse", "-q", "--verify",
			"--end-of-options", rev, NULL);
	/* Older ones of git's print what ends options, too. */
	at = out.len > KGIT_DIGITS + 1 ? out.text + out.len - KGIT_DIGITS - 1 :
					 out.text;
	if (!ret && is_commit(at))
		snprintf(commit, KGIT_DIGITS + 1, "%s", at);
	else
		ret = -ENOENT;
	strbuf_free(&out);
	return ret;
}

int kgit_unpack(struct kenv *k, const char *dir, const char *commit,
		const char *to, const char *log)
{
	struct arglist words = { }, git = { };
	const struct arglist *from[] = { &git, NULL };
	char text[64];
	struct job job = {
		.text = text, .log = log, .words = &words, .from = from,
		.limit_s = UNPACK_LIMIT_S,
	};
	int ret;

	snprintf(text, sizeof(text), "unpacking %.12s", commit);
	kgit_begin(k, dir, 0, &git);
	arglist_add_all(&git, "archive", "--format=tar", commit, NULL);
	arglist_add_all(&words, "tar", "-x", "-C", to, NULL);
	ret = job_must(k, &job);
	arglist_free(&git);
	arglist_free(&words);
	return ret;
}
