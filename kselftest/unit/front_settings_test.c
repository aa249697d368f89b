// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a setting of the environment can be, and what is said of one that it cannot
 * be; words as a shell reads them.
 */
#include "kselftest_harness.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/file.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/front/front.h"
#include "lib/host/front/front_settings.h"
#include "lib/host/front/quote.h"
#include "lib/host/machine/paths.h"

FIXTURE(settings)
{
	char top[PATH_MAX - 512];
	char said[4096];
	struct front f;
};

static void forget_settings(void)
{
	size_t i;

	for (i = 0; i < front_n_settings; i++)
		unsetenv(front_settings[i].name);
}

FIXTURE_SETUP(settings)
{
	char dir[PATH_MAX - 600];

	memset(self, 0, sizeof(*self));
	ASSERT_EQ(0, host_self_dir(dir, sizeof(dir)));
	snprintf(self->top, sizeof(self->top), "%s/settings-test.XXXXXX", dir);
	ASSERT_NE(NULL, mkdtemp(self->top));
	ASSERT_EQ(0, chdir(self->top));
	forget_settings();
	setenv("HOME", self->top, 1);
	/* As a shell has it, when it comes to what a relative path means. */
	setenv("PWD", self->top, 1);
	kenv_init(&self->f.k);
	self->f.here = self->top;
}

FIXTURE_TEARDOWN(settings)
{
	folder_remove(self->top);
}

/* Return: of front_settings_must(); what it says is in @said. */
static int look(FIXTURE_DATA(settings) *self)
{
	int saved = dup(STDERR_FILENO), ret, fd;
	ssize_t n;

	fd = open(self->top, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	dup2(fd, STDERR_FILENO);
	ret = front_settings_must(&self->f);
	dup2(saved, STDERR_FILENO);
	close(saved);
	n = pread(fd, self->said, sizeof(self->said) - 1, 0);
	self->said[n < 0 ? 0 : n] = '\0';
	close(fd);
	return ret;
}

TEST_F(settings, none_are_right)
{
	EXPECT_EQ(0, look(self));
	EXPECT_STREQ("", self->said);
}

TEST_F(settings, what_each_can_be)
{
	static const struct {
		const char *name;
		const char *value;
		const char *says;
	} cases[] = {
		{ "KTSTR_JOBS", "1", NULL },
		{ "KTSTR_JOBS", "9999", NULL },
		{ "KTSTR_JOBS", "0", "is no number from 1 to 9999" },
		{ "KTSTR_JOBS", "08", "is no number" },
		{ "KTSTR_JOBS", "+8", "is no number" },
		{ "KTSTR_JOBS", "8 ", "is no number" },
		{ "KTSTR_JOBS", "10000", "is no number" },
		{ "KTSTR_JOBS", "18446744073709551617", "is no number" },
		{ "KTSTR_SOAK_TESTS", "0", NULL },
		{ "KTSTR_STRICT", "1", NULL },
		{ "KTSTR_STRICT", "2", "is neither 0 nor 1" },
		{ "KTSTR_STRICT", "01", "is neither 0 nor 1" },
		{ "KTSTR_EMUHOST_CLOCK", "real", NULL },
		{ "KTSTR_EMUHOST_CLOCK", "virtual", NULL },
		{ "KTSTR_EMUHOST_CLOCK", "rea",
		  "is none of: auto real virtual" },
		{ "KTSTR_EMUHOST_CLOCK", "auto real", "is none of" },
		{ "KTSTR_SOURCE", "trixie/linux-source-6.12", NULL },
		{ "KTSTR_SOURCE", "trixie/linux-source-6",
		  "is not SUITE/PACKAGE, as in" },
		{ "KTSTR_SOURCE", "trixie/linux-source-6x12",
		  "is not SUITE/PACKAGE, as in" },
		{ "KTSTR_REPRO_FUNCTIONS", "a.b,_c9", NULL },
		{ "KTSTR_REPRO_FUNCTIONS", "a,,b", "are no names of functions" },
		{ "KTSTR_REPRO_FUNCTIONS", "9a", "are no names of functions" },
		{ "KTSTR_EMUHOST_SUITE", "trixie", NULL },
		{ "KTSTR_EMUHOST_SUITE", "Trixie", "is no suite of Debian's" },
		{ "KTSTR_DEBIAN_MIRROR", "http://x/debian", NULL },
		{ "KTSTR_DEBIAN_MIRROR", "http://x/a b", "is no mirror" },
		{ "XDG_CACHE_HOME", "/c", NULL },
		{ "XDG_CACHE_HOME", "c", "is not an absolute path" },
		{ "KTSTR_SCHEDULER_DIR", ".", NULL },
		{ "KTSTR_SCHEDULER_DIR", "none", "no such folder" },
		{ "KTSTR_CONFIG", "/dev/null", NULL },
		{ "KTSTR_CONFIG", "none", "cannot be read" },
		{ "KTSTR_CONFIG", "/", "cannot be read" },
		{ "KTSTR_OUT", "o.ut", NULL },
		{ "KTSTR_OUT", "o:ut",
		  "make cannot build in a path with ':' in it; name another" },
		{ "CC", "sh -x", NULL },
		{ "CC", "nosuch -x", "no such program" },
		{ "LLVM", "-nosuch", "there is no clang-nosuch" },
		{ "KTSTR_ATTR", "any = thing", NULL },
		{ "KTSTR_ATTR", "two\nlines",
		  "$'two\\nlines': has a control character in it" },
		{ "KTSTR_ATTR", "c1 \xc2\x9b",
		  "has a control character in it" },
	};
	const char *wrong;
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		forget_settings();
		setenv("HOME", self->top, 1);
		setenv(cases[i].name, cases[i].value, 1);
		ret = look(self);
		wrong = cases[i].says;
		EXPECT_EQ(wrong ? -EINVAL : 0, ret)
			TH_LOG("%s=%s", cases[i].name, cases[i].value);
		EXPECT_NE(NULL, strstr(self->said, wrong ?: ""))
			TH_LOG("%s=%s: %s", cases[i].name, cases[i].value,
			       self->said);
		EXPECT_TRUE(!wrong || strstr(self->said, cases[i].name));
	}
}

/* Tests run in other folders than ours. */
TEST_F(settings, paths_are_absolute_afterwards)
{
	char path[PATH_MAX];

	setenv("KTSTR_OUT", "o", 1);
	setenv("KTSTR_SIDECAR_DIR", "re sults/deep", 1);
	ASSERT_EQ(0, look(self)) TH_LOG("%s", self->said);
	snprintf(path, sizeof(path), "%s/o", self->top);
	EXPECT_STREQ(path, getenv("KTSTR_OUT"));
	snprintf(path, sizeof(path), "%s/re sults/deep", self->top);
	EXPECT_STREQ(path, getenv("KTSTR_SIDECAR_DIR"));
	EXPECT_EQ(0, access(path, W_OK));
}

/* A folder, an entry of the cache, the image itself. */
TEST_F(settings, kernels_are_looked_for)
{
	static const char * const places[] = {
		"k/arch/x86/boot/bzImage", "k/bzImage", "k",
		".cache/ktstr/kernels/k/bzImage",
	};
	static const char image[4096] = { [514] = 'H', 'd', 'r', 'S' };
	char path[PATH_MAX], folder[PATH_MAX];
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(path, sizeof(path), "%s/%s", self->top, places[i]);
		snprintf(folder, sizeof(folder), "%.*s",
			 (int)(strrchr(path, '/') - path), path);
		ASSERT_EQ(0, front_make_folders(folder));
		setenv("KTSTR_KERNEL", "k", 1);
		EXPECT_EQ(-EINVAL, look(self)) TH_LOG("%s", path);
		EXPECT_NE(NULL, strstr(self->said, "no kernel there; name"));
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		ASSERT_LE(0, fd) TH_LOG("%s", path);
		EXPECT_EQ(-EINVAL, look(self)) TH_LOG("%s", path);
		EXPECT_NE(NULL, strstr(self->said, "no x86 bzImage; name"));
		ASSERT_EQ((ssize_t)sizeof(image), write(fd, image, sizeof(image)));
		close(fd);
		EXPECT_EQ(0, look(self)) TH_LOG("%s: %s", path, self->said);
		snprintf(path, sizeof(path), "%s/k", self->top);
		folder_remove(path);
	}
}

TEST_F(settings, two_sources_are_one_too_many)
{
	static const char * const files[] = {
		"t/Makefile", "t/Kconfig", "t/tools/testing/selftests/lib.mk",
	};
	char path[PATH_MAX];
	size_t i;

	snprintf(path, sizeof(path), "%s/t/tools/testing/selftests", self->top);
	ASSERT_EQ(0, front_make_folders(path));
	snprintf(path, sizeof(path), "%s/t/kernel/sched", self->top);
	ASSERT_EQ(0, front_make_folders(path));
	for (i = 0; i < ARRAY_SIZE(files); i++)
		close(open(files[i], O_WRONLY | O_CREAT, 0644));
	ASSERT_EQ(0, symlink("t", "link"));
	setenv("KDIR", "link", 1);
	EXPECT_EQ(0, look(self)) TH_LOG("%s", self->said);
	snprintf(path, sizeof(path), "%s/t", self->top);
	EXPECT_STREQ(path, getenv("KDIR"));
	setenv("KTSTR_SOURCE", "trixie/linux-source-6.12", 1);
	EXPECT_EQ(-EINVAL, look(self));
	EXPECT_NE(NULL, strstr(self->said, "both name a source"));
}

/* What a failure's command to run it again begins with. */
TEST_F(settings, those_that_make_a_difference_are_said_again)
{
	struct strbuf text = STRBUF_INIT;

	forget_settings();
	setenv("KTSTR_OUT", "/o", 1);
	setenv("KTSTR_JOBS", "2", 1);
	setenv("XDG_CACHE_HOME", "/a b", 1);
	setenv("CC", "ccache gcc", 1);
	setenv("LLVM", "", 1);
	front_settings_again(&text);
	EXPECT_STREQ("KTSTR_OUT=/o XDG_CACHE_HOME=/a\\ b CC=ccache\\ gcc ",
		     text.text);
	strbuf_free(&text);
}

/* ---- words ---- */

static const struct {
	const char *word;
	const char *text;
} words[] = {
	{ "plain", "plain" },
	{ "", "''" },
	{ "a b", "a\\ b" },
	{ "$(x)`y`'z'\"", "\\$\\(x\\)\\`y\\`\\'z\\'\\\"" },
	{ "~a~", "\\~a~" },
	{ "#a#", "\\#a#" },
	{ "B\xc3\xa4ume", "B\xc3\xa4ume" },
	{ "two\nlines\t'", "$'two\\nlines\\t\\''" },
	{ "\x01\\\x7f", "$'\\001\\\\\\177'" },
	{ "\xff", "$'\\377'" },
	{ "\xc2\x9b", "$'\\302\\233'" },
};

TEST(words_are_written_as_bash_writes_them)
{
	struct strbuf text = STRBUF_INIT;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		strbuf_reset(&text);
		quote_word(&text, words[i].word);
		EXPECT_STREQ(words[i].text, text.text);
	}
	strbuf_free(&text);
}

TEST(words_are_read_as_what_they_were)
{
	struct strbuf line = STRBUF_INIT;
	char got[64];
	size_t i, n;
	FILE *f;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		setenv("WANT", words[i].word, 1);
		strbuf_reset(&line);
		quote_word(&line, words[i].word);
		setenv("QUOTED", line.text, 1);
		f = popen("exec bash -c 'eval \"got=$QUOTED\"; [[ $got = \"$WANT\" ]] && echo same'",
			  "re");
		ASSERT_NE(NULL, f);
		n = fread(got, 1, sizeof(got) - 1, f);
		got[n] = '\0';
		pclose(f);
		EXPECT_STREQ("same\n", got) TH_LOG("%s", line.text);
	}
	strbuf_free(&line);
}

TEST_HARNESS_MAIN
