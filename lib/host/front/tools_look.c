// SPDX-License-Identifier: GPL-2.0-only
/*
 * How tools are looked for. See tools.h.
 */
#include <ctype.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/front/front.h"
#include "lib/host/front/tools.h"
#include "lib/host/kernel/kbuild.h"
#include "lib/host/kernel/kver.h"

#define LOOK_LIMIT_S	60
#define CLANG_OLDEST	16

/* The compiler's words, which may be several. */
static void compiler(struct arglist *words)
{
	char cc[PATH_MAX];

	arglist_split(words, kbuild_compiler(cc, sizeof(cc)));
}

/* Return: as job_run(); what it prints is in @out, without blanks around it. */
static int ask(struct front *f, struct arglist *words, const char *input,
	       struct strbuf *out)
{
	struct job job = { .words = words, .limit_s = LOOK_LIMIT_S };
	char *end;
	int ret;

	if (input) {
		job.in = job_input(input);
		if (job.in < 0)
			return job.in;
	}
	ret = job_capture(&f->k, &job, out);
	if (input)
		close(job.in);
	arglist_free(words);
	for (end = out->text + out->len; end > out->text &&
	     isspace((unsigned char)end[-1]); end--)
		;
	if (out->len)
		*end = '\0';
	out->len = end - out->text;
	return ret;
}

static bool has_header(struct front *f, const char *name)
{
	struct strbuf out = STRBUF_INIT;
	struct arglist words = { };
	char text[256];
	int ret;

	snprintf(text, sizeof(text), "#include <%s>\n", name);
	compiler(&words);
	arglist_add_all(&words, "-E", "-x", "c", "-", "-o", "/dev/null", NULL);
	ret = ask(f, &words, text, &out);
	strbuf_free(&out);
	return !ret;
}

static bool has_library(struct front *f, const char *name)
{
	struct strbuf out = STRBUF_INIT;
	struct arglist words = { };
	bool is;

	compiler(&words);
	arglist_addf(&words, "-print-file-name=%s", name);
	ask(f, &words, NULL, &out);
	is = *out.text == '/';
	strbuf_free(&out);
	return is;
}

static bool has_compiler(void)
{
	struct arglist words = { };
	bool is;

	compiler(&words);
	is = words.n && front_program(words.v[0], NULL);
	arglist_free(&words);
	return is;
}

/* ---- clang ---- */

static bool clang_is(struct front *f, const char *clang, unsigned long oldest)
{
	struct strbuf out = STRBUF_INIT;
	struct arglist words = { };
	const char *digits;
	char *end;
	bool is;

	if (!front_program(clang, NULL))
		return false;
	arglist_add_all(&words, clang, "-E", "-P", "-", NULL);
	is = !ask(f, &words, "__clang_major__\n", &out);
	digits = out.text + strspn(out.text, " \t\n");
	is = is && isdigit((unsigned char)*digits) &&
	     strtoul(digits, &end, 10) >= oldest && !*end;
	strbuf_free(&out);
	return is;
}

/* The one that the Makefile takes as well. */
static bool clang_find(struct front *f, unsigned long oldest, char *clang)
{
	static const char * const usual[] = {
		"clang", "clang-22", "clang-21", "clang-20", "clang-19",
		"clang-18", "clang-17", "clang-16",
	};
	struct arglist words = { };
	bool found = false;
	size_t i;

	arglist_split(&words, getenv("CLANG") ?: "");
	for (i = 0; i < ARRAY_SIZE(usual); i++)
		arglist_add(&words, usual[i]);
	for (i = 0; i < words.n && !found; i++) {
		found = clang_is(f, words.v[i], oldest);
		if (found && clang)
			snprintf(clang, PATH_MAX, "%s", words.v[i]);
	}
	arglist_free(&words);
	return found;
}

/* nftw() tells its function nothing of ours: the name is in each path. */
static int is_runtime(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	const char *name = path + ftw->base;

	(void)st;
	return type == FTW_F && strstarts(name, "libclang_rt.fuzzer") &&
	       strends(name, ".a");
}

static bool has_fuzzer(struct front *f)
{
	struct strbuf out = STRBUF_INIT;
	struct arglist words = { };
	char clang[PATH_MAX];
	bool is;

	if (!clang_find(f, CLANG_OLDEST, clang))
		return false;
	arglist_add_all(&words, clang, "-print-resource-dir", NULL);
	is = !ask(f, &words, NULL, &out) && out.len &&
	     nftw(out.text, is_runtime, 16, 0) == 1;
	strbuf_free(&out);
	return is;
}

/* ---- pahole ---- */

/* "v1.24": Return: the version is "1.24", or there is none. */
static bool pahole_version(struct front *f, char *version, size_t size)
{
	struct strbuf out = STRBUF_INIT;
	struct arglist words = { };
	const char *at;
	bool is;

	arglist_add_all(&words, "pahole", "--version", NULL);
	ask(f, &words, NULL, &out);
	at = out.text + (*out.text == 'v');
	is = isdigit((unsigned char)*at);
	snprintf(version, size, "%.*s", is ? (int)strspn(at, "0123456789.") : 0,
		 at);
	strbuf_free(&out);
	return is;
}

/* With an older one kconfig has no DEBUG_INFO_BTF. */
static bool pahole_is(struct front *f, const char *oldest)
{
	char version[32];

	return pahole_version(f, version, sizeof(version)) &&
	       kver_compare(version, oldest) >= 0;
}

/* ---- any ---- */

bool tool_is_there(struct front *f, const struct tool *tool)
{
	switch (tool->kind) {
	case TOOL_COMMAND:
		return front_program(tool->what, NULL);
	case TOOL_COMPILER:
		return has_compiler();
	case TOOL_HEADER:
		return has_header(f, tool->what);
	case TOOL_LIBRARY:
		return has_library(f, tool->what);
	case TOOL_CLANG:
		return clang_find(f, strtoul(tool->what, NULL, 10), NULL);
	case TOOL_PAHOLE:
		return pahole_is(f, tool->what);
	case TOOL_RUNTIME:
		return has_fuzzer(f);
	}
	return false;
}

const char *tool_here(struct front *f, const struct tool *tool, char *text)
{
	char version[32];

	text[0] = '\0';
	if (tool->kind == TOOL_PAHOLE &&
	    pahole_version(f, version, sizeof(version)))
		snprintf(text, 64, "; %s is here, which is too old", version);
	return text;
}
