// SPDX-License-Identifier: GPL-2.0-only
/*
 * Building the suite. See suite_build.h.
 */
#include "lib/host/front/suite_build.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/file.h"
#include "lib/common/util/util.h"
#include "lib/host/front/folders.h"
#include "lib/host/front/front.h"
#include "lib/host/front/front_emuhost.h"
#include "lib/host/front/front_kernels.h"
#include "lib/host/front/suite_install.h"
#include "lib/host/front/suite_make.h"
#include "lib/host/front/tree_state.h"
#include "lib/host/kernel/sha256.h"

#define JUDGE_LIMIT_S	3600
#define LOCK_DIGITS	8

/* ---- the lock ---- */

static void lock_name(const struct front *f, char *name, size_t size)
{
	char text[SHA256_TEXT_SIZE];
	struct sha256 sum;

	sha256_init(&sum);
	sha256_add(&sum, f->out, strlen(f->out));
	snprintf(name, size, "suite-%s", sha256_text(&sum, LOCK_DIGITS, text));
}

int suite_lock(struct front *f)
{
	char name[64];

	lock_name(f, name, sizeof(name));
	return kenv_lock(&f->k, name);
}

void suite_unlock(struct front *f)
{
	char name[64];

	lock_name(f, name, sizeof(name));
	kenv_unlock(&f->k, name);
}

/* ---- objects ---- */

static const char *in_obj(const struct front *f, char *path, const char *name)
{
	snprintf(path, PATH_MAX + 16, "%s/%s", f->obj, name);
	return path;
}

static int write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return -errno;
	fputs(text, file);
	return fclose(file) ? -errno : 0;
}

static bool has_text(const char *path, const char *text)
{
	char have[PATH_MAX + 80];

	return file_read(path, have, sizeof(have)) >= 0 && !strcmp(have, text);
}

/* What the suite takes from the tree: other content, other objects. */
static int begin_objects(struct front *f)
{
	char path[PATH_MAX + 16], state[PATH_MAX + 80], sum[SHA256_TEXT_SIZE];
	int ret;

	ret = tree_tools_state(f->kernel.tree, sum);
	if (ret)
		return ret;
	snprintf(state, sizeof(state), "%s %s\n", f->kernel.tree, sum);
	if (!has_text(in_obj(f, path, ".tools"), state)) {
		ret = folder_remove(f->obj) ?: front_make_folders(f->obj) ?:
		      write_text(path, state);
		if (ret)
			return ret;
	}
	/* What changes while we build is not in it. */
	return write_text(in_obj(f, path, ".begun"), "");
}

/* make -L minds the link's own age: another kernel, other BPF programs. */
static int link_vmlinux(struct front *f)
{
	char path[PATH_MAX + 16], now[PATH_MAX] = "";
	ssize_t n;

	if (!*f->kernel.vmlinux)
		return 0;
	n = readlink(in_obj(f, path, "vmlinux"), now, sizeof(now) - 1);
	if (n > 0 && !strcmp(now, f->kernel.vmlinux))
		return 0;
	unlink(path);
	return symlink(f->kernel.vmlinux, path) ? -errno : 0;
}

static int prepare(struct front *f)
{
	int len, ret;

	len = snprintf(f->obj, sizeof(f->obj), "%s/build/%s", f->out,
		       f->kernel.id);
	if (len >= (int)sizeof(f->obj))
		return kenv_wrong(&f->k, "%s: its path is too long", f->out);
	ret = begin_objects(f) ?: link_vmlinux(f);
	if (ret)
		return kenv_missing(&f->k, "%s: cannot be written: %s", f->obj,
				    strerror(-ret));
	return 0;
}

static int finish(struct front *f)
{
	char from[PATH_MAX + 16], to[PATH_MAX];

	in_obj(f, from, ".begun");
	snprintf(to, sizeof(to), "%s/.built", f->install);
	if (rename(from, to))
		return kenv_wrong(&f->k, "%s: %s", to, strerror(errno));
	return 0;
}

/* ---- the emulated host's QEMU ---- */

static void say_verdict(struct front *f, const char *log)
{
	char line[1024], verdict[1024] = "";
	FILE *file = fopen(log, "re");
	const char *at;

	while (file && fgets(line, sizeof(line), file)) {
		at = strstr(line, "QEMU ");
		if (!at || !strstr(at, " stand"))
			continue;
		line[strcspn(line, "\n")] = '\0';
		strcpy(verdict, line);
	}
	if (file)
		fclose(file);
	kenv_say(&f->k, "%s", verdict);
}

/* A verdict against it is the launcher's to tell, which has the other. */
static void judge(struct front *f, const char *log)
{
	struct arglist words = { };
	struct job job = {
		.text = "judging the emulated host's QEMU", .log = log,
		.words = &words, .limit_s = JUDGE_LIMIT_S, .lines = true,
		.gentle = true,
	};

	arglist_add(&words, "env");
	arglist_addf(&words, "KTSTR_KERNEL=%s", f->kernel.path);
	arglist_addf(&words, "KTSTR_SCHEDULER_DIR=%s", f->obj);
	arglist_addf(&words, "%s/ktstr-emulated-host", f->obj);
	arglist_add_all(&words, "-j", "-S", "1000000", "-t", "600", "--", NULL);
	arglist_addf(&words, "%s/bench/boot", f->obj);
	arglist_add_all(&words, "-n", "3", "-c", "1,2,4", NULL);
	job_run(&f->k, &job);
	arglist_free(&words);
}

static int judge_emulated_host(struct front *f)
{
	char log[PATH_MAX];
	int ret;

	if (f->kvm != FRONT_KVM_EMULATED || emuhost_is_judged(f))
		return 0;
	kenv_path(&f->k, log, "logs/emulated-host.log");
	ret = suite_make_must(f, "building what judges the emulated host", log,
			      "bench-build", NULL);
	if (ret)
		return ret;
	judge(f, log);
	say_verdict(f, log);
	return 0;
}

/* ---- all of it ---- */

int suite_build(struct front *f)
{
	char log[PATH_MAX];
	int ret = kernels_tree(f) ?: prepare(f);

	if (ret)
		return ret;
	return suite_make_must(f, "building the suite",
			       front_log(f, log, "suite"), "all", NULL) ?:
	       suite_install(f, log) ?: finish(f) ?: judge_emulated_host(f);
}

int suite_get(struct front *f, const char *const *kernels, unsigned int n)
{
	int ret = kernels_get(f, kernels, n);

	if (ret)
		return ret;
	if (n)
		f->kernel.tree[0] = '\0';
	ret = suite_lock(f);
	if (ret)
		return ret;
	ret = suite_build(f);
	suite_unlock(f);
	return ret;
}

bool suite_is_fresh(const struct front *f)
{
	char ktstr[PATH_MAX], built[PATH_MAX];
	struct stat st;

	snprintf(ktstr, sizeof(ktstr), "%s/ktstr/ktstr", f->install);
	snprintf(built, sizeof(built), "%s/.built", f->install);
	return !stat(built, &st) && S_ISREG(st.st_mode) &&
	       !access(ktstr, X_OK) && !sources_are_newer(f->here, &st.st_mtim);
}
