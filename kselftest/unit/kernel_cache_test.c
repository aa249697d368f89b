// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernels of a cache: which there are, which are whole, what may be removed;
 * and whose folder is taken for a cache.
 */
#include "kselftest_harness.h"

#include <fcntl.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "lib/common/util/file.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/kernel_verbs.h"
#include "lib/host/kernel/guard.h"
#include "lib/host/kernel/kentry.h"
#include "lib/host/kernel/kenv.h"
#include "lib/host/machine/paths.h"

#define OLD	"6.12.95-1-kda8426df-t19f83e96"
#define NEW	"7.3.4-1~bpo13+1-kda8426df-t19f83e96"
#define MID	"7.1.9-0123456789ab-kda8426df-t19f83e96"

FIXTURE(cache)
{
	char top[PATH_MAX - 512];
	char out[PATH_MAX];
	struct kenv k;
	struct kentries all;
};

static void put(struct __test_metadata *_metadata, FIXTURE_DATA(cache) *self,
		const char *key, const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *f;

	ASSERT_STRNE("", kenv_path(&self->k, path, "kernels/%s/%s", key, name));
	f = fopen(path, "we");
	ASSERT_NE(NULL, f);
	fputs(text, f);
	ASSERT_EQ(0, fclose(f));
}

static void entry(struct __test_metadata *_metadata, FIXTURE_DATA(cache) *self,
		  const char *key, const char *version, long used_s)
{
	const struct timespec times[2] = { { used_s, 0 }, { used_s, 0 } };
	char text[1024], path[PATH_MAX];

	ASSERT_EQ(0, mkdir(kenv_path(&self->k, path, "kernels/%s", key), 0755));
	snprintf(text, sizeof(text),
		 "{\n  \"key\": \"%s\",\n  \"version\": \"%s\",\n  \"source\": \"debian\",\n"
		 "  \"tree\": \"/a \\\"b\\\" \\\\c\",\n  \"build_s\": 791,\n"
		 "  \"bzImage_bytes\": 5,\n  \"vmlinux_bytes\": 7\n}\n",
		 key, version);
	put(_metadata, self, key, "metadata.json", text);
	put(_metadata, self, key, "bzImage", "12345");
	put(_metadata, self, key, "vmlinux", "1234567");
	put(_metadata, self, key, "config", "");
	ASSERT_EQ(0, utimensat(AT_FDCWD, path, times, 0));
}

FIXTURE_SETUP(cache)
{
	char dir[PATH_MAX - 600];

	memset(self, 0, sizeof(*self));
	ASSERT_EQ(0, host_self_dir(dir, sizeof(dir)));
	snprintf(self->top, sizeof(self->top), "%s/cache-test.XXXXXX", dir);
	ASSERT_NE(NULL, mkdtemp(self->top));
	snprintf(self->out, sizeof(self->out), "%s/out", self->top);
	setenv("XDG_CACHE_HOME", self->top, 1);
	kenv_init(&self->k);
	ASSERT_EQ(0, kenv_begin(&self->k));
	entry(_metadata, self, OLD, "6.12.95", 1000);
	entry(_metadata, self, NEW, "7.3.4", 3000);
	entry(_metadata, self, MID, "7.1.9", 2000);
}

FIXTURE_TEARDOWN(cache)
{
	kentries_free(&self->all);
	kenv_exit(&self->k);
	folder_remove(self->top);
}

/* As `ktstr kernel`, with what it says in a file. */
static int verb(struct __test_metadata *_metadata, FIXTURE_DATA(cache) *self,
		const char *text)
{
	char line[256], err[CLI_ERR_SIZE] = "", *words[16], *rest;
	int n = 0, fd, saved[2], status;
	struct kernel_args args;

	snprintf(line, sizeof(line), "%s", text);
	for (words[n] = strtok_r(line, " ", &rest); words[n];
	     words[n] = strtok_r(NULL, " ", &rest))
		n++;
	if (kernel_args_parse(n, words, &args, err))
		return -1;
	fflush(stdout);
	fd = open(self->out, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	ASSERT_LE(0, fd);
	saved[0] = dup(STDOUT_FILENO);
	saved[1] = dup(STDERR_FILENO);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	status = kernel_verb_run(&args);
	fflush(stdout);
	dup2(saved[0], STDOUT_FILENO);
	dup2(saved[1], STDERR_FILENO);
	close(saved[0]);
	close(saved[1]);
	close(fd);
	return status;
}

static bool said(FIXTURE_DATA(cache) *self, const char *text)
{
	char all[8192] = "";
	FILE *f = fopen(self->out, "re");
	size_t n = f ? fread(all, 1, sizeof(all) - 1, f) : 0;

	if (f)
		fclose(f);
	all[n] = '\0';
	return strstr(all, text);
}

static bool there(FIXTURE_DATA(cache) *self, const char *key)
{
	char path[PATH_MAX];

	return !access(kenv_path(&self->k, path, "kernels/%s", key), F_OK);
}

TEST_F(cache, the_last_used_comes_first)
{
	ASSERT_EQ(0, kentries_read(&self->k, &self->all));
	ASSERT_EQ(3, self->all.n);
	EXPECT_STREQ(NEW, self->all.list[0].key);
	EXPECT_STREQ(MID, self->all.list[1].key);
	EXPECT_STREQ(OLD, self->all.list[2].key);
	EXPECT_STREQ("7.3.4", self->all.list[0].version);
	EXPECT_STREQ("/a \"b\" \\c", self->all.list[0].tree);
	EXPECT_STREQ("", self->all.list[0].fault);
	EXPECT_EQ(791, self->all.list[0].build_s);
	EXPECT_EQ(12, self->all.list[0].bytes);
	EXPECT_FALSE(self->all.list[0].held);
}

TEST_F(cache, what_is_not_whole_is_told)
{
	static const struct {
		const char *file, *text, *fault;
	} cases[] = {
		{ "bzImage", "123", "bzImage is not as long as it was" },
		{ "vmlinux", "12345678", "vmlinux is not as long as it was" },
		{ "vmlinux", NULL, "there is no vmlinux" },
		{ "config", NULL, "there is no config" },
		{ "metadata.json", NULL, "there is no metadata.json" },
		{ "metadata.json", "nonsense\n",
		  "metadata.json does not say how long bzImage is" },
		{ "metadata.json", "\"bzImage_bytes\": ,\n",
		  "metadata.json does not say how long bzImage is" },
	};
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		folder_remove(kenv_path(&self->k, path, "kernels/%s", NEW));
		entry(_metadata, self, NEW, "7.3.4", 3000);
		EXPECT_TRUE(kentry_is_whole(&self->k, NEW));
		if (cases[i].text)
			put(_metadata, self, NEW, cases[i].file, cases[i].text);
		else
			unlink(kenv_path(&self->k, path, "kernels/%s/%s", NEW, cases[i].file));
		EXPECT_FALSE(kentry_is_whole(&self->k, NEW))
			TH_LOG("%s", cases[i].fault);
		ASSERT_EQ(0, kentries_read(&self->k, &self->all));
		EXPECT_STREQ(cases[i].fault, self->all.list[0].fault);
		kentries_free(&self->all);
	}
}

TEST_F(cache, names_choose)
{
	static const struct {
		const char *names;
		int n;
	} cases[] = {
		{ "list", 3 }, { "list 7.3", 1 }, { "list 6.12..7.1", 2 },
		{ "list " OLD, 1 }, { "list 7.1.9 " NEW, 2 },
		{ "list 8.0", -1 }, { "list 7.3 8.0", -1 },
	};
	static const char * const keys[] = { OLD, MID, NEW };
	size_t i, j;
	int n;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		char line[128];

		snprintf(line, sizeof(line), "kernel %s", cases[i].names);
		EXPECT_EQ(cases[i].n < 0, verb(_metadata, self, line))
			TH_LOG("%s", line);
		for (j = n = 0; j < ARRAY_SIZE(keys); j++)
			n += said(self, keys[j]);
		EXPECT_EQ(max(cases[i].n, 0), n) TH_LOG("%s", line);
	}
	EXPECT_TRUE(said(self, "8.0: no such kernel in "));
}

TEST_F(cache, json_is_json)
{
	struct json_object *top, *list, *v;

	put(_metadata, self, OLD, "bzImage", "");
	ASSERT_EQ(0, verb(_metadata, self, "kernel list --json"));
	top = json_object_from_file(self->out);
	ASSERT_NE(NULL, top);
	ASSERT_TRUE(json_object_object_get_ex(top, "kernels", &list));
	ASSERT_EQ(3, json_object_array_length(list));
	ASSERT_TRUE(json_object_object_get_ex(json_object_array_get_idx(list, 0), "tree", &v));
	EXPECT_STREQ("/a \"b\" \\c", json_object_get_string(v));
	ASSERT_TRUE(json_object_object_get_ex(json_object_array_get_idx(list, 0), "fault", &v));
	EXPECT_EQ(NULL, v);
	ASSERT_TRUE(json_object_object_get_ex(json_object_array_get_idx(list, 2), "fault", &v));
	EXPECT_STREQ("bzImage is not as long as it was", json_object_get_string(v));
	json_object_put(top);
}

/* What an entry says of itself reaches no terminal. */
TEST_F(cache, odd_bytes_are_shown_as_such)
{
	put(_metadata, self, NEW, "metadata.json",
	    "  \"version\": \"7.3\033[2J\",\n  \"bzImage_bytes\": 5,\n  \"vmlinux_bytes\": 7\n");
	ASSERT_EQ(0, verb(_metadata, self, "kernel list"));
	EXPECT_TRUE(said(self, "7.3?[2J"));
	EXPECT_FALSE(said(self, "\033"));
}

TEST_F(cache, those_not_used_for_longest_go)
{
	ASSERT_EQ(0, verb(_metadata, self, "kernel clean --keep 1 --dry-run"));
	EXPECT_TRUE(said(self, "would remove " MID "\nwould remove " OLD "\n"));
	EXPECT_TRUE(there(self, MID) && there(self, OLD));
	ASSERT_EQ(0, verb(_metadata, self, "kernel clean --keep 1"));
	EXPECT_TRUE(said(self, "removed " MID "\nremoved " OLD "\n"));
	EXPECT_FALSE(there(self, MID) || there(self, OLD));
	EXPECT_TRUE(there(self, NEW));
	ASSERT_EQ(0, verb(_metadata, self, "kernel clean --keep 0"));
	EXPECT_FALSE(there(self, NEW));
}

TEST_F(cache, those_that_are_not_whole_go)
{
	put(_metadata, self, MID, "vmlinux", "");
	ASSERT_EQ(0, verb(_metadata, self, "kernel clean --broken"));
	EXPECT_TRUE(there(self, NEW) && there(self, OLD));
	EXPECT_FALSE(there(self, MID));
}

TEST_F(cache, those_that_are_named_go)
{
	ASSERT_EQ(1, verb(_metadata, self, "kernel clean 7.1 8.0"));
	EXPECT_TRUE(there(self, MID));
	ASSERT_EQ(0, verb(_metadata, self, "kernel clean 7.1"));
	EXPECT_FALSE(there(self, MID));
	EXPECT_TRUE(there(self, NEW) && there(self, OLD));
}

TEST_F(cache, one_that_a_run_uses_stays)
{
	char path[PATH_MAX];
	int fd = open(kenv_path(&self->k, path, "locks/use-%s", NEW),
		      O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	ASSERT_EQ(0, flock(fd, LOCK_SH));
	ASSERT_EQ(0, verb(_metadata, self, "kernel list 7.3"));
	EXPECT_TRUE(said(self, NEW ", in use"));
	ASSERT_EQ(0, verb(_metadata, self, "kernel clean --all --dry-run"));
	EXPECT_FALSE(said(self, "would remove " NEW));
	ASSERT_EQ(0, verb(_metadata, self, "kernel clean --all"));
	EXPECT_TRUE(said(self, NEW ": a run uses it, so it stays"));
	EXPECT_TRUE(there(self, NEW));
	EXPECT_FALSE(there(self, MID) || there(self, OLD));
	close(fd);
	ASSERT_EQ(0, verb(_metadata, self, "kernel clean --all"));
	EXPECT_FALSE(there(self, NEW));
}

/* Nor is anything removed by way of a link. */
TEST_F(cache, what_a_link_leads_to_stays)
{
	char path[PATH_MAX], dir[PATH_MAX + 16], file[PATH_MAX + 32];

	snprintf(dir, sizeof(dir), "%s/precious", self->top);
	snprintf(file, sizeof(file), "%s/file", dir);
	ASSERT_EQ(0, mkdir(dir, 0755));
	ASSERT_EQ(0, symlink("nowhere", file));
	ASSERT_EQ(0, symlink(dir, kenv_path(&self->k, path, "kernels/%s/link", NEW)));
	ASSERT_EQ(0, symlink(dir, kenv_path(&self->k, path, "kernels/linked")));
	ASSERT_EQ(0, verb(_metadata, self, "kernel clean --all"));
	EXPECT_FALSE(there(self, NEW));
	EXPECT_EQ(0, faccessat(AT_FDCWD, file, F_OK, AT_SYMLINK_NOFOLLOW));
}

TEST_F(cache, nothing_is_removed_unasked)
{
	static const char * const lines[] = {
		"kernel clean", "kernel clean --all --broken",
		"kernel clean --keep 1 7.3", "kernel clean --keep x",
		"kernel clean --json", "kernel list --all", "kernel clena --all",
		"kernel --all", "kernel clean 7.3..6.12",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		EXPECT_EQ(-1, verb(_metadata, self, lines[i]))
			TH_LOG("%s", lines[i]);
	}
	EXPECT_TRUE(there(self, NEW) && there(self, MID) && there(self, OLD));
}

TEST_F(cache, no_cache_has_no_kernels)
{
	char dir[PATH_MAX];

	snprintf(dir, sizeof(dir), "%s/other", self->top);
	setenv("XDG_CACHE_HOME", dir, 1);
	EXPECT_EQ(0, verb(_metadata, self, "kernel list"));
	EXPECT_TRUE(said(self, "no kernel in "));
	EXPECT_EQ(0, verb(_metadata, self, "kernel clean --all"));
	EXPECT_NE(0, access(dir, F_OK));
}

/* Somebody's own folder that happens to have the name. */
TEST_F(cache, another_folder_is_no_cache)
{
	char dir[PATH_MAX], text[2 * PATH_MAX];

	snprintf(dir, sizeof(dir), "%s/x/ktstr/kernels/a", self->top);
	snprintf(text, sizeof(text), "mkdir -p %s", dir);
	ASSERT_EQ(0, system(text));
	snprintf(text, sizeof(text), "%s/x", self->top);
	setenv("XDG_CACHE_HOME", text, 1);
	EXPECT_EQ(1, verb(_metadata, self, "kernel clean --all"));
	EXPECT_TRUE(said(self, "is there, and not a cache of ktstr (it holds kernels)"));
	EXPECT_EQ(0, access(dir, F_OK));
}

TEST_F(cache, a_folder_that_others_may_write_to_is_no_cache)
{
	char path[PATH_MAX];

	ASSERT_EQ(0, chmod(kenv_path(&self->k, path, "kernels"), 0777));
	EXPECT_EQ(1, verb(_metadata, self, "kernel list"));
	EXPECT_TRUE(said(self, "kernels: others may write to it"));
	ASSERT_EQ(0, chmod(path, 0755));
}

TEST_HARNESS_MAIN
