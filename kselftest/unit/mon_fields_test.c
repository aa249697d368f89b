// SPDX-License-Identifier: GPL-2.0-only
/*
 * The monitor's table of kernel names against its own source: a row that
 * nothing reads costs a kernel without that name a part, for nothing. Runs where
 * the source is.
 */
#include "kselftest_harness.h"

#include <ctype.h>
#include <glob.h>

#include "kselftest/unit/mon_image.h"

/* Of a file in the source: this one's path less its name and two folders */
static void source_path(const char *name, char *path, size_t size)
{
	size_t len = strlen(__FILE__), up = 0;

	while (len && up < 3)
		up += __FILE__[--len] == '/';
	snprintf(path, size, "%.*s%s", (int)(len + (up == 3)), __FILE__, name);
}

/* All of the monitor but the tables */
static char *readers(void)
{
	char path[PATH_MAX], *all = NULL, *text;
	size_t len = 0, i, n;
	glob_t files;

	source_path("lib/host/{*,*/*,*/*/*,*/*/*/*}/[a-z]*.c", path,
		    sizeof(path));
	if (glob(path, GLOB_BRACE, NULL, &files))
		return NULL;
	for (i = 0; i < files.gl_pathc; i++) {
		text = slurp(files.gl_pathv[i]);
		if (!text)
			continue;
		/* Behind its tables, fields.c is a reader like others. */
		if (strstr(files.gl_pathv[i], "/vmlinux/fields.c")) {
			char *code = strstr(text, "/* ---- members ---- */");

			memmove(text, code ?: "", strlen(code ?: "") + 1);
		}
		n = strlen(text);
		all = realloc(all, len + n + 1);
		if (!all)
			break;
		memcpy(all + len, text, n + 1);
		len += n;
		free(text);
	}
	globfree(&files);
	return all;
}

static bool has_word(const char *text, const char *word, size_t len)
{
	const char *p = text;

	while ((p = memmem(p, strlen(p), word, len))) {
		if (p > text && !isalnum(p[-1]) && p[-1] != '_' &&
		    !isalnum(p[len]) && p[len] != '_')
			return true;
		p += len;
	}
	return false;
}

/* Of enum @name in fields.h; returns how many it has */
static unsigned int check_enum(struct __test_metadata *_metadata,
			       const char *header, const char *name,
			       const char *source)
{
	const char *p = strstr(header, name), *end;
	unsigned int n = 0;

	ASSERT_NE(NULL, p);
	end = strstr(p, "};");
	while ((p = strstr(p, "\tMON_")) && p < end) {
		size_t len = strcspn(++p, ",\n");

		EXPECT_TRUE(has_word(source, p, len)) {
			TH_LOG("nothing reads %.*s", (int)len, p);
		}
		n++;
	}
	return n;
}

TEST(each_row_has_a_reader)
{
	char path[PATH_MAX], *header, *source;

	source_path("lib/host/monitor/vmlinux/fields.h", path, sizeof(path));
	header = slurp(path);
	source = readers();
	if (!header || !source)
		SKIP(return, "the source is not where it was compiled");
	EXPECT_FALSE(has_word(source, "MON_TASK_NO_SUCH", 16));
	EXPECT_EQ(MON_SYM_COUNT + 1,
		  check_enum(_metadata, header, "enum mon_symbol_id {",
			     source));
	EXPECT_EQ(MON_FIELD_COUNT + 1,
		  check_enum(_metadata, header, "enum mon_field_id {",
			     source));
	free(header);
	free(source);
}

TEST_HARNESS_MAIN
