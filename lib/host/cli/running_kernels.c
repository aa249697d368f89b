// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernels that a run of tests is on, where they are named. See running.h.
 */
#include "lib/host/cli/running.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/option.h"
#include "lib/host/kernel/kentry.h"
#include "lib/host/kernel/kenv.h"
#include "lib/host/kernel/kfind.h"
#include "lib/host/machine/identity.h"

#define ENV_BUILT	"KTSTR_RUN_KERNELS"
#define LABEL_SIZE	128

/* ---- what a kernel is called ---- */

static bool is_taken(const struct running *r, const char *name)
{
	unsigned int i;

	for (i = 0; i < r->n_kernels; i++)
		if (!strcmp(r->kernels[i].name, name))
			return true;
	return false;
}

/* Part of the names of tests and of folders. */
static void make_fit(char *name)
{
	for (; *name; name++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+~-",
			    *name))
			*name = '_';
}

/* Its release; where another one has it, that of its folder, or a number. */
static void name_kernel(const struct running *r, const struct kfound *f,
			char *name)
{
	char base[LABEL_SIZE];
	unsigned int n = 2;

	if (host_image_release(f->image, base, sizeof(base)))
		base[0] = '\0';
	snprintf(name, LABEL_SIZE, "%.100s", base);
	make_fit(name);
	if (*name && !is_taken(r, name))
		return;
	snprintf(base, sizeof(base), "%.100s", strrchr(f->path, '/') ?
		 strrchr(f->path, '/') + 1 : f->path);
	make_fit(base);
	snprintf(name, LABEL_SIZE, "%s", *base ? base : "kernel");
	while (is_taken(r, name))
		snprintf(name, LABEL_SIZE, "%.100s-%u", base, n++);
}

/* ---- which they are ---- */

static bool newest_of_version(struct kenv *k, const struct kernel_name *name,
			      struct kfound *found)
{
	struct kentries all;
	char best[KVER_SIZE] = "";
	struct kfound f;
	size_t i;

	if (kentries_read(k, &all))
		return false;
	for (i = 0; i < all.n; i++) {
		const struct kentry *e = &all.list[i];

		if (e->fault[0] || !kernel_name_has(name, e->version) ||
		    (*best && kver_compare(e->version, best) <= 0) ||
		    !kfind_built(k, e->key, &f))
			continue;
		*found = f;
		strcpy(best, e->version);
	}
	kentries_free(&all);
	return *best;
}

static int find(struct kenv *k, const char *text, struct kfound *found,
		char *err)
{
	struct kernel_name name;
	char why[128];

	if (kernel_name_parse(text, &name, why, sizeof(why)))
		return cli_bad(err, "--kernel %.100s: %s", text, why);
	if (kfind_built(k, text, found) ||
	    (name.kind == NAME_VERSION && newest_of_version(k, &name, found)))
		return 0;
	cli_bad(err, "--kernel %.1000s: is not built: ./run_ktstr.sh kernel build %.1000s",
		text, text);
	return -ENOENT;
}

static int add(struct running *r, struct kenv *k, const char *text, char *err)
{
	struct running_kernel *more;
	char name[LABEL_SIZE];
	struct kfound f;
	int ret = find(k, text, &f, err);

	if (ret)
		return ret;
	name_kernel(r, &f, name);
	more = realloc(r->kernels, (r->n_kernels + 1) * sizeof(*more));
	if (!more)
		return cli_bad(err, "no memory");
	r->kernels = more;
	more[r->n_kernels] = (struct running_kernel){
		.name = strdup(name), .path = strdup(f.path),
	};
	r->n_kernels++;
	if (!more[r->n_kernels - 1].name || !more[r->n_kernels - 1].path)
		return cli_bad(err, "no memory");
	return 0;
}

/* Those that run_ktstr.sh has seen to are what the names came to. */
static int add_built(struct running *r, struct kenv *k, const char *lines,
		     char *err)
{
	char *text = strdup(lines), *line, *rest;
	int ret = text ? 0 : cli_bad(err, "no memory");

	for (line = text ? strtok_r(text, "\n", &rest) : NULL; line && !ret;
	     line = strtok_r(NULL, "\n", &rest))
		ret = add(r, k, line, err);
	free(text);
	return ret;
}

/* One alone is what tests boot, and nothing is called otherwise. */
static int take_one(struct running *r, char *err)
{
	int ret = setenv("KTSTR_KERNEL", r->kernels[0].path, 1);

	running_free_kernels(r);
	return ret ? cli_bad(err, "no memory") : 0;
}

void running_free_kernels(struct running *r)
{
	struct running_kernel *kernel;

	for (kernel = r->kernels; kernel < r->kernels + r->n_kernels; kernel++) {
		free(kernel->name);
		free(kernel->path);
		free(kernel->results);
		free(kernel->env[0]);
		free(kernel->env[1]);
	}
	free(r->kernels);
	r->kernels = NULL;
	r->n_kernels = 0;
}

int running_take_kernels(struct running *r, const char *const *names,
			 unsigned int n, char *err)
{
	const char *built = getenv(ENV_BUILT);
	struct kenv k;
	unsigned int i;
	int ret;

	if (!n)
		return 0;
	kenv_init(&k);
	ret = kenv_locate(&k);
	if (ret)
		cli_bad(err, "--kernel: there is no place for a cache");
	if (!ret && built && *built)
		ret = add_built(r, &k, built, err);
	for (i = 0; !ret && (!built || !*built) && i < n; i++)
		ret = add(r, &k, names[i], err);
	kenv_exit(&k);
	if (!ret && r->n_kernels == 1)
		ret = take_one(r, err);
	return ret;
}

int running_name_results(struct running *r, char *err)
{
	struct running_kernel *kernel;

	for (kernel = r->kernels; kernel < r->kernels + r->n_kernels; kernel++) {
		if (asprintf(&kernel->results, "%s/%s", r->results,
			     kernel->name) < 0 ||
		    asprintf(&kernel->env[0], "KTSTR_KERNEL=%s",
			     kernel->path) < 0 ||
		    asprintf(&kernel->env[1], "KTSTR_SIDECAR_DIR=%s",
			     kernel->results) < 0)
			return cli_bad(err, "no memory");
		if (mkdir(kernel->results, 0755) && errno != EEXIST)
			return cli_bad(err, "%s: %s", kernel->results,
				       strerror(errno));
	}
	return 0;
}
