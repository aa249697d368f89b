// SPDX-License-Identifier: GPL-2.0-only
/*
 * `clean`, `kvm-check` and `kernel`. See commands.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/util/file.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/kernel_verbs.h"
#include "lib/host/front/commands.h"
#include "lib/host/front/folders.h"
#include "lib/host/front/front.h"
#include "lib/host/front/front_kernels.h"
#include "lib/host/front/kvm_here.h"
#include "lib/host/front/tools.h"

/* ---- clean ---- */

int command_clean(struct front *f, const struct arglist *words)
{
	int ret;

	if (words->n > 2 || (words->n == 2 && strcmp(words->v[1], "--cache")))
		return front_usage(f, "clean takes only --cache");
	ret = words->n == 2 ? cache_remove(f) : 0;
	ret = ret ?: out_init(f);
	if (ret)
		return ret;
	ret = folder_remove(f->out);
	if (ret)
		return kenv_wrong(&f->k, "%s: %s", f->out, strerror(-ret));
	kenv_say(&f->k, "removed %s", f->out);
	return 0;
}

/* ---- kvm-check ---- */

int command_kvm_check(struct front *f, const struct arglist *words)
{
	int ret;

	if (words->n > 1)
		return front_usage(f, "kvm-check takes no arguments");
	ret = cache_init(f) ?: tools_must(f, TOOLS_KVM) ?: kvm_look(f);
	if (ret)
		return ret;
	printf("%s: %s\n", front_kvm_word(f), f->kvm_why);
	return f->kvm == FRONT_KVM_NONE ? -ENOENT : 0;
}

/* ---- kernel ---- */

/* As `ktstr kernel` has it, but that it is one that we make that is meant by none. */
static int read_kernel_args(struct front *f, const struct arglist *words,
			    struct kernel_args *args)
{
	char err[CLI_ERR_SIZE];
	int ret = kernel_args_parse(words->n, words->v, args, err);

	if (ret == CLI_HELP) {
		printf("Usage: ./run_ktstr.sh kernel [VERB [OPTION...] [NAME...]]\n\n%s\n",
		       kernel_spec.about);
		cli_help_options(stdout, &kernel_spec);
		return ret;
	}
	return ret ? kenv_wrong(&f->k, "%s", err) : 0;
}

static int kernel_needs(struct front *f, const struct kernel_args *args)
{
	switch (args->verb) {
	case KERNEL_BUILD:
		if (!args->n_names && front_set("KTSTR_KERNEL"))
			return 0;
		return kernel_tools(f);
	case KERNEL_FETCH:
		return tools_must(f, TOOLS_FETCH);
	default:
		return 0;
	}
}

int command_kernel(struct front *f, const struct arglist *words)
{
	struct kernel_args args;
	int ret;

	ret = cache_init(f) ?: tools_must(f, TOOLS_KVM) ?:
	      read_kernel_args(f, words, &args);
	if (ret)
		return ret == CLI_HELP ? 0 : ret;
	if (args.verb == KERNEL_WHICH)
		args.verb = KERNEL_BUILD;
	args.update |= f->k.update;
	args.use_config |= f->use_config;
	return kernel_needs(f, &args) ?: kernel_verb_do(&f->k, &args);
}
