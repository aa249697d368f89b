// SPDX-License-Identifier: GPL-2.0-only
/*
 * The key of a kernel: of its source, configuration and toolchain. See kbuild.h.
 */
#include "lib/host/kernel/kbuild.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/kernel/job.h"
#include "lib/host/kernel/kenv.h"
#include "lib/host/kernel/ktree.h"
#include "lib/host/kernel/sha256.h"

#define DIGITS	8

static const char *setting(const char *name)
{
	const char *text = getenv(name);

	return text && *text ? text : NULL;
}

/* A folder, a suffix, or 1. */
const char *kbuild_clang(const char *llvm, char *buf, unsigned int size)
{
	if (strends(llvm, "/"))
		snprintf(buf, size, "%sclang", llvm);
	else
		snprintf(buf, size, "clang%s", *llvm == '-' ? llvm : "");
	return buf;
}

const char *kbuild_compiler(char *buf, unsigned int size)
{
	const char *llvm = setting("LLVM");

	if (llvm && !setting("CC"))
		return kbuild_clang(llvm, buf, size);
	snprintf(buf, size, "%s", setting("CC") ?: "gcc");
	return buf;
}

/* ---- the toolchain ---- */

static void add_version(struct kenv *k, const char *tool, bool whole,
			struct sha256 *sum)
{
	struct strbuf text = STRBUF_INIT;
	struct arglist words = { };
	size_t len;

	arglist_split(&words, tool);
	arglist_add(&words, "--version");
	job_read(k, &words, &text);
	len = strcspn(text.text, "\n");
	sha256_add(sum, text.text, whole ? text.len : min(len + 1, text.len));
	arglist_free(&words);
	strbuf_free(&text);
}

static void add_toolchain(struct kenv *k, struct sha256 *sum)
{
	const char *llvm = setting("LLVM");

	add_version(k, setting("CC") ?: "gcc", false, sum);
	add_version(k, "ld", false, sum);
	add_version(k, "pahole", false, sum);
	if (!llvm)
		return;
	sha256_add(sum, "LLVM=", 5);
	sha256_add(sum, llvm, strlen(llvm));
	sha256_add(sum, "\n", 1);
	add_version(k, "clang", true, sum);
}

/* ---- the configuration ---- */

static int add_file(struct kenv *k, struct sha256 *sum, const char *path)
{
	int ret = sha256_add_file(sum, path);

	if (!ret)
		return 0;
	return kenv_missing(k, "%s: %s", path, strerror(-ret));
}

/* What goes into .config, before kconfig looks at it: the last word is the last. */
static int add_config(struct kenv *k, const struct ktree *tree,
		      struct sha256 *sum)
{
	char path[PATH_MAX + 16];
	int ret = add_file(k, sum, k->fragment);

	if (!ret && k->config)
		ret = add_file(k, sum, k->config);
	if (ret || !k->use_config)
		return ret;
	snprintf(path, sizeof(path), "%s/.config", tree->path);
	if (!sha256_add_file(sum, path))
		return 0;
	return kenv_missing(k, "%s: missing, and --use-config asks for it",
			    path);
}

/* ---- all of it ---- */

/* Debian's state begins with the version; what no key has in it is left out. */
static void source_part(const struct ktree *tree, char *part, size_t size)
{
	const char *version = tree->version;
	size_t len = strcspn(tree->state, "-");
	char *p;

	if (tree->state[len] == '-' && !strncmp(version, tree->state, len) &&
	    (!version[len] || version[len] == '-'))
		version += len + !!version[len];
	snprintf(part, size, "%s%s%s", version, *version ? "-" : "",
		 tree->state);
	for (p = part + strlen(version); *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr(".+~-", *p))
			*p = '_';
}

int kbuild_key(struct kenv *k, const struct ktree *tree, bool own, char *key)
{
	char config[SHA256_TEXT_SIZE], tools[SHA256_TEXT_SIZE], part[192];
	char path[PATH_MAX + 16];
	struct sha256 sum;
	int ret;

	source_part(tree, part, sizeof(part));
	sha256_init(&sum);
	if (own) {
		snprintf(path, sizeof(path), "%s/.config", tree->path);
		ret = add_file(k, &sum, path);
		snprintf(key, NAME_MAX, "%s-own-k%.8s", part,
			 sha256_text(&sum, DIGITS, config));
		return ret;
	}
	ret = add_config(k, tree, &sum);
	if (ret)
		return ret;
	sha256_text(&sum, DIGITS, config);
	sha256_init(&sum);
	add_toolchain(k, &sum);
	snprintf(key, NAME_MAX, "%s-k%.8s-t%.8s", part, config,
		 sha256_text(&sum, DIGITS, tools));
	return 0;
}
