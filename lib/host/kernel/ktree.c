// SPDX-License-Identifier: GPL-2.0-only
/*
 * Trees: which one it is. See ktree.h.
 */
#include "lib/host/kernel/ktree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/kernel/kenv.h"
#include "lib/host/kernel/kgit.h"
#include "lib/host/kernel/sha256.h"

#define VERSION_LINES	8
#define ID_DIGITS	8

const char *ktree_kind_name(enum ktree_kind kind)
{
	static const char * const names[] = {
		[KTREE_DEBIAN] = "debian",
		[KTREE_COMMIT] = "commit",
		[KTREE_GIT] = "git",
		[KTREE_FOLDER] = "folder",
	};

	return names[kind];
}

static bool has(const char *dir, const char *name, mode_t kind)
{
	char path[PATH_MAX + 64];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return !stat(path, &st) && (st.st_mode & S_IFMT) == kind;
}

bool ktree_is_one(const char *path)
{
	return has(path, "Makefile", S_IFREG) && has(path, "Kconfig", S_IFREG) &&
	       has(path, "kernel/sched", S_IFDIR) &&
	       has(path, "tools/testing/selftests/lib.mk", S_IFREG);
}

/* ---- its version ---- */

/* "VERSION = 7": Return: the value, without the end of the line; NULL. */
static char *value_of(char *line, const char *name)
{
	size_t len = strlen(name);
	char *at = line + len;

	if (strncmp(line, name, len))
		return NULL;
	at += strspn(at, " ");
	if (*at++ != '=')
		return NULL;
	at += strspn(at, " ");
	at[strcspn(at, "\n")] = '\0';
	return at;
}

/* VERSION.PATCHLEVEL.SUBLEVEL, and behind that EXTRAVERSION, "-rc1" say. */
static void read_version(const char *path, char *version)
{
	static const char * const names[] = {
		"VERSION", "PATCHLEVEL", "SUBLEVEL", "EXTRAVERSION",
	};
	char file[PATH_MAX + 16], line[256], *value;
	unsigned int n, i;
	FILE *f;

	version[0] = '\0';
	snprintf(file, sizeof(file), "%s/Makefile", path);
	f = fopen(file, "re");
	for (n = 0; f && n < VERSION_LINES && fgets(line, sizeof(line), f); n++)
		for (i = 0; i < ARRAY_SIZE(names); i++) {
			value = value_of(line, names[i]);
			if (!value || !*value ||
			    strlen(version) + strlen(value) + 2 > KVER_SIZE)
				continue;
			if (*version && *value != '-')
				strcat(version, ".");
			strcat(version, value);
			break;
		}
	if (f)
		fclose(f);
}

bool ktree_is_new(const char *path)
{
	char version[KVER_SIZE];

	read_version(path, version);
	return kver_compare(version, KTREE_OLDEST) >= 0;
}

static int must_be_new(struct kenv *k, const struct ktree *tree)
{
	if (k->any_age || kver_compare(tree->version, KTREE_OLDEST) >= 0)
		return 0;
	return kenv_wrong(k, "%s: Linux %s, but the suite is built in " KTREE_OLDEST " or newer; one that is built runs on older kernels: KTSTR_KERNEL=FOLDER out/install/run_kselftest.sh",
			  tree->path, tree->version);
}

/* ---- opening one ---- */

static void name_it(const struct kenv *k, struct ktree *tree)
{
	char sources[PATH_MAX], text[SHA256_TEXT_SIZE];
	struct sha256 sum;

	kenv_path(k, sources, "sources/");
	if (strstarts(tree->path, sources)) {
		snprintf(tree->id, sizeof(tree->id), "%s",
			 strrchr(tree->path, '/') + 1);
		return;
	}
	sha256_init(&sum);
	sha256_add(&sum, tree->path, strlen(tree->path));
	snprintf(tree->id, sizeof(tree->id), "tree-%s",
		 sha256_text(&sum, ID_DIGITS, text));
}

static bool is_checkout(struct kenv *k, const char *path)
{
	struct strbuf top = STRBUF_INIT;
	bool is;

	is = !kgit_read(k, path, &top, "rev-parse", "--show-toplevel", NULL) &&
	     top.len && top.text[top.len - 1] == '\n';
	if (is)
		top.text[top.len - 1] = '\0';
	is = is && !strcmp(top.text, path) &&
	     !kgit_read(k, path, NULL, "rev-parse", "-q", "--verify", "HEAD",
			NULL);
	strbuf_free(&top);
	return is;
}

int ktree_open(struct kenv *k, const char *path, struct ktree *tree)
{
	int ret;

	*tree = (struct ktree){ .kind = KTREE_FOLDER };
	if (!ktree_is_one(path) || !realpath(path, tree->path))
		return kenv_wrong(k, "%s: no kernel tree there; name one, or leave KDIR unset",
				  path);
	ret = kenv_path_for_make(k, "the kernel tree: ", tree->path,
				 "move it, or name one by KDIR=");
	if (ret)
		return ret;
	read_version(tree->path, tree->version);
	name_it(k, tree);
	if (is_checkout(k, tree->path))
		tree->kind = KTREE_GIT;
	return must_be_new(k, tree) ?: ktree_update(k, tree);
}

int ktree_open_ours(struct kenv *k, const char *id, enum ktree_kind kind,
		    const char *state, struct ktree *tree)
{
	*tree = (struct ktree){ .kind = kind };
	kenv_path(k, tree->path, "sources/%s", id);
	snprintf(tree->id, sizeof(tree->id), "%s", id);
	snprintf(tree->state, sizeof(tree->state), "%s", state);
	read_version(tree->path, tree->version);
	return must_be_new(k, tree);
}

void ktree_commit(struct kenv *k, const struct ktree *tree, char *commit)
{
	struct strbuf out = STRBUF_INIT;

	commit[0] = '\0';
	if (tree->kind == KTREE_COMMIT)
		snprintf(commit, 64, "%.63s", tree->state);
	if (tree->kind == KTREE_GIT &&
	    !kgit_read(k, tree->path, &out, "rev-parse", "HEAD", NULL))
		snprintf(commit, 64, "%.*s", (int)strcspn(out.text, "\n"),
			 out.text);
	strbuf_free(&out);
}

/* It may be found several times in a run, and is said once. */
void ktree_say(struct kenv *k, const struct ktree *tree, const char *of)
{
	if (!strcmp(k->told, tree->id))
		return;
	snprintf(k->told, sizeof(k->told), "%s", tree->id);
	if (of)
		kenv_say(k, "kernel source: %s (%s)", tree->id, of);
	else
		kenv_say(k, "kernel source: %s", tree->path);
}
