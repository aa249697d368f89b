// SPDX-License-Identifier: GPL-2.0-only
/*
 * `test`: a scheduler through the ready scenarios, on each kernel that was named;
 * built before, where it is a source. See commands.h.
 */
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/asked.h"
#include "lib/host/front/asking.h"
#include "lib/host/front/commands.h"
#include "lib/host/front/folders.h"
#include "lib/host/front/front.h"
#include "lib/host/front/front_kernels.h"
#include "lib/host/front/ktstr_run.h"
#include "lib/host/front/kvm_here.h"
#include "lib/host/front/sched_source.h"
#include "lib/host/front/suite_build.h"
#include "lib/host/front/tools.h"
#include "lib/host/kernel/sha256.h"

#define EXIT_WRONG	1
#define EEVDF		"eevdf"
#define DIGITS		8

/* ---- on this machine itself ---- */

/* Without a kernel of ours or a VM. */
static int test_here(struct front *f, const struct arglist *words)
{
	int ret = out_init(f);

	if (!ret && !suite_is_fresh(f))
		ret = tools_must(f, TOOLS_RUN) ?: suite_get(f, NULL, 0);
	f->kernel.path[0] = '\0';
	return ret ?: ktstr_results(f, "host", NULL) ?:
	       ktstr_run(f, false, words);
}

/* ---- the scheduler ---- */

static int source_must(struct front *f, const char *path)
{
	return kenv_path_for_make(&f->k, "the scheduler: ", path, "move it");
}

/* What is but a name is one of the kernel's own schedulers. */
static int look_up(struct front *f, const struct arglist *words,
		   struct cli_asked *asked)
{
	char dir[PATH_MAX];
	int ret;

	if (asked->sched != SCHED_NAME)
		return 0;
	ret = kernels_tree(f);
	if (ret)
		return ret;
	snprintf(dir, sizeof(dir), "%.*s/tools/sched_ext", PATH_MAX - 32,
		 f->kernel.tree);
	return ask_command(f, words, dir, asked);
}

/* A name that is none is said before anything is built. */
static int can_look_up(struct front *f, const char *kernel,
		       const struct arglist *words,
		       const struct cli_asked *asked)
{
	struct cli_asked one = *asked;

	f->kernel.tree[0] = '\0';
	snprintf(f->kernel.path, sizeof(f->kernel.path), "%s", kernel);
	return look_up(f, words, &one);
}

static int build_source(struct front *f, struct cli_asked *asked)
{
	char log[PATH_MAX], dir[PATH_MAX + 64], name[NAME_MAX + 1];
	char text[NAME_MAX + 16], digits[SHA256_TEXT_SIZE], path[PATH_MAX];
	struct sha256 sum;
	int ret;

	if (!*f->kernel.vmlinux)
		return kenv_missing(&f->k, "%s: there is no vmlinux beside this kernel to build a scheduler against",
				    f->kernel.path);
	snprintf(path, sizeof(path), "%s", asked->sched_path);
	snprintf(name, sizeof(name), "%s", basename(path));
	if (strends(name, ".bpf.c"))
		name[strlen(name) - strlen(".bpf.c")] = '\0';
	sha256_init(&sum);
	sha256_add(&sum, asked->sched_path, strlen(asked->sched_path));
	sha256_add(&sum, "\n", 1);
	snprintf(dir, sizeof(dir), "%s/schedulers/%s", f->obj,
		 sha256_text(&sum, DIGITS, digits));
	snprintf(text, sizeof(text), "building %s", name);
	ret = sched_source_build(f, asked->sched_path, dir,
				 front_log(f, log, "scheduler"), text);
	if (!ret && snprintf(asked->sched_path, sizeof(asked->sched_path),
			     "%s/%s", dir, name) >= PATH_MAX)
		ret = kenv_wrong(&f->k, "%s: its path is too long", name);
	return ret;
}

/* What is declared with a source is one; else it is as it was declared. */
static int build_declared(struct front *f, struct cli_asked *asked)
{
	struct strbuf source = STRBUF_INIT;
	struct arglist words = { };
	char path[PATH_MAX];
	int ret;

	arglist_add_all(&words, "list", "--source-of", asked->sched_path, NULL);
	ret = ktstr_read(f, &words, &source) ? -EINVAL : 0;
	if (source.len)
		source.text[strcspn(source.text, "\n")] = '\0';
	if (!ret && *source.text) {
		sched_source_path(f, source.text, path);
		snprintf(asked->sched_path, sizeof(asked->sched_path), "%s",
			 path);
		ret = source_must(f, path) ?: build_source(f, asked);
	}
	arglist_free(&words);
	strbuf_free(&source);
	return ret;
}

static int build(struct front *f, struct cli_asked *asked)
{
	switch (asked->sched) {
	case SCHED_NONE:
		strcpy(asked->sched_path, EEVDF);
		return 0;
	case SCHED_SOURCE:
		return build_source(f, asked);
	case SCHED_DECLARED:
		return build_declared(f, asked);
	default:
		return 0;
	}
}

/* ---- on a kernel ---- */

static int build_all(struct front *f, struct cli_asked *asked)
{
	int ret = suite_lock(f);

	if (ret)
		return ret;
	ret = suite_build(f) ?: build(f, asked);
	suite_unlock(f);
	return ret;
}

static int run_test(struct front *f, const struct arglist *words,
		    const char *scheduler)
{
	struct arglist all = { };
	size_t i;
	int ret;

	arglist_add_all(&all, words->v[0], "--program", scheduler, NULL);
	for (i = 1; i < words->n; i++)
		arglist_add(&all, words->v[i]);
	ret = ktstr_run(f, false, &all);
	arglist_free(&all);
	return ret;
}

/* Return: -errno; else what the test ended with is in @status. */
static int test_on(struct front *f, const char *named,
		   const struct arglist *words, const struct cli_asked *asked,
		   int *status)
{
	struct cli_asked one = *asked;
	int ret = 0;

	f->kernel.path[0] = '\0';
	f->kernel.vmlinux[0] = '\0';
	f->kernel.tree[0] = '\0';
	if (*named) {
		ret = kernels_get(f, &named, 1);
		f->kernel.tree[0] = '\0';
	}
	ret = ret ?: look_up(f, words, &one);
	if (!ret && !*named)
		ret = kernels_get(f, NULL, 0);
	ret = ret ?: build_all(f, &one) ?:
	      ktstr_results(f, f->kernel.path, NULL);
	if (ret)
		return ret;
	ret = run_test(f, words, one.sched_path);
	*status = ret < 0 ? EXIT_WRONG : ret;
	return 0;
}

static int test_on_each(struct front *f, const struct arglist *kernels,
			const struct arglist *words,
			const struct cli_asked *asked)
{
	int ret = 0, status = 0, one;
	size_t i;

	for (i = 0; !ret && i < kernels->n; i++) {
		ret = test_on(f, kernels->v[i], words, asked, &one);
		if (!ret && one && status != EXIT_WRONG)
			status = one;
	}
	return ret ?: status;
}

/* Those that were named, once they are built. */
static int get_named(struct front *f, const struct cli_asked *asked,
		     struct arglist *kernels)
{
	size_t i;
	int ret;

	if (!*kernels->v[0])
		return 0;
	if (asked->n_kernels) {
		ret = kernels_get(f, asked->kernels, asked->n_kernels);
	} else {
		const char *set = kernels->v[0];

		ret = kernels_get(f, &set, 1);
	}
	if (ret)
		return ret;
	arglist_free(kernels);
	for (i = 0; i < f->kernels.n; i++)
		arglist_add(kernels, f->kernels.v[i]);
	return 0;
}

static int test_in_vms(struct front *f, const struct arglist *words,
		       const struct cli_asked *asked)
{
	struct arglist kernels = { };
	unsigned int i;
	size_t j;
	int ret;

	for (i = 0; i < asked->n_kernels; i++)
		arglist_add(&kernels, asked->kernels[i]);
	if (!kernels.n)
		arglist_add(&kernels, front_set("KTSTR_KERNEL") ?: "");
	ret = kernels_must(f, asked->kernels, asked->n_kernels) ?:
	      tools_must(f, TOOLS_RUN);
	for (j = 0; !ret && j < kernels.n; j++)
		ret = can_look_up(f, kernels.v[j], words, asked);
	ret = ret ?: out_init(f) ?: kvm_must(f) ?:
	      get_named(f, asked, &kernels) ?:
	      test_on_each(f, &kernels, words, asked);
	arglist_free(&kernels);
	return ret;
}

int command_test(struct front *f, const struct arglist *words)
{
	struct cli_asked asked;
	int ret;

	ret = cache_init(f) ?: tools_must(f, TOOLS_KVM) ?:
	      ask_command(f, words, NULL, &asked);
	if (ret)
		return ret;
	if (asked.needs == CLI_PROGRAMS)
		return test_here(f, words);
	if (asked.sched == SCHED_SOURCE)
		ret = source_must(f, asked.sched_path);
	return ret ?: test_in_vms(f, words, &asked);
}
