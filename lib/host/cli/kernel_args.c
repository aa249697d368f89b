// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `kernel` takes: a verb, and what that takes.
 */
#include <string.h>

#include "lib/common/util/near.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/asked.h"
#include "lib/host/cli/command.h"
#include "lib/host/kernel/kver.h"

#define KEEP_MAX	1000

/* Options that not each verb takes. */
#define OPT_JSON	(1U << 0)
#define OPT_KEEP	(1U << 1)
#define OPT_BROKEN	(1U << 2)
#define OPT_ALL		(1U << 3)
#define OPT_DRY_RUN	(1U << 4)
#define OPT_UPDATE	(1U << 5)
#define OPT_USE_CONFIG	(1U << 6)

static const struct {
	const char *name;
	unsigned int options;
	bool names;
} verbs[] = {
	[KERNEL_WHICH] = { "", OPT_UPDATE | OPT_USE_CONFIG, false },
	[KERNEL_LIST] = { "list", OPT_JSON, true },
	[KERNEL_CLEAN] = { "clean", OPT_KEEP | OPT_BROKEN | OPT_ALL |
			   OPT_DRY_RUN, true },
	[KERNEL_BUILD] = { "build", OPT_UPDATE | OPT_USE_CONFIG, true },
	[KERNEL_FETCH] = { "fetch", OPT_UPDATE, true },
};

static const struct {
	const char *name;
	unsigned int bit;
} option_bits[] = {
	{ "--json", OPT_JSON },
	{ "--keep", OPT_KEEP },
	{ "--broken", OPT_BROKEN },
	{ "--all", OPT_ALL },
	{ "--dry-run", OPT_DRY_RUN },
	{ "--update", OPT_UPDATE },
	{ "--use-config", OPT_USE_CONFIG },
};

static int take(void *args, unsigned int bit)
{
	((struct kernel_args *)args)->given |= bit;
	return 0;
}

static int take_json(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct kernel_args *)args)->json = true;
	return take(args, OPT_JSON);
}

static int take_keep(void *args, const char *text, char *err)
{
	struct kernel_args *a = args;

	a->keep = 0;
	if (strcmp(text, "0") && !cli_number(text, KEEP_MAX, &a->keep))
		return cli_bad(err, "--keep %.100s: is no number from 0 to %d",
			       text, KEEP_MAX);
	return take(args, OPT_KEEP);
}

static int take_broken(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct kernel_args *)args)->broken = true;
	return take(args, OPT_BROKEN);
}

static int take_all(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct kernel_args *)args)->all = true;
	return take(args, OPT_ALL);
}

static int take_dry_run(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct kernel_args *)args)->dry_run = true;
	return take(args, OPT_DRY_RUN);
}

static int take_update(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct kernel_args *)args)->update = true;
	return take(args, OPT_UPDATE);
}

static int take_use_config(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct kernel_args *)args)->use_config = true;
	return take(args, OPT_USE_CONFIG);
}

static const struct cli_option kernel_options[] = {
	{ 0, "json", NULL, take_json, "list: as JSON", CLI_TEXT },
	{ 0, "keep", "N", take_keep,
	  "clean: all but the N that were used last", CLI_TEXT },
	{ 0, "broken", NULL, take_broken, "clean: those that are not whole",
	  CLI_TEXT },
	{ 0, "all", NULL, take_all, "clean: all", CLI_TEXT },
	{ 0, "dry-run", NULL, take_dry_run,
	  "clean: only say what would be removed", CLI_TEXT },
	{ 0, "update", NULL, take_update,
	  "build, fetch: look for newer sources than those in the cache",
	  CLI_TEXT },
	{ 0, "use-config", NULL, take_use_config,
	  "build: from the tree's own .config and ktstr.kconfig, rather\n"
	  "than from ktstr.kconfig alone", CLI_TEXT },
};

static int no_such_verb(const char *word, char *err)
{
	struct near near = { .given = word };
	char offered[NEAR_TEXT_SIZE];
	size_t i;

	for (i = KERNEL_WHICH + 1; i < ARRAY_SIZE(verbs); i++)
		near_offer(&near, verbs[i].name);
	return cli_bad(err, "kernel %.100s: is nothing that kernel can do%s; see kernel --help",
		       word, near_text(&near, offered));
}

static int take_verb(struct kernel_args *args, const char *word, char *err)
{
	size_t i;

	for (i = KERNEL_WHICH + 1; i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(verbs[i].name, word)) {
			args->verb = i;
			return 0;
		}
	return no_such_verb(word, err);
}

static int check_options(const struct kernel_args *args, char *err)
{
	const char *verb = verbs[args->verb].name;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(option_bits); i++)
		if (option_bits[i].bit & args->given &
		    ~verbs[args->verb].options)
			return cli_bad(err, "%s: no such option of kernel%s%s",
				       option_bits[i].name, *verb ? " " : "",
				       verb);
	return 0;
}

static int check_names(const struct kernel_args *args, char *err)
{
	struct kernel_name name;
	unsigned int i;
	char why[128];

	if (args->n_names && !verbs[args->verb].names)
		return cli_bad(err, "%.100s: kernel %s takes no names",
			       args->names[0], verbs[args->verb].name);
	for (i = 0; i < args->n_names; i++)
		if (kernel_name_parse(args->names[i], &name, why, sizeof(why)))
			return cli_bad(err, "%.100s: %s", args->names[i], why);
	return 0;
}

/* Nothing is removed that was not asked for. */
static int check_clean(const struct kernel_args *args, char *err)
{
	unsigned int n = !!(args->given & OPT_KEEP) + args->broken + args->all +
			 !!args->n_names;

	if (args->verb != KERNEL_CLEAN || n == 1)
		return 0;
	if (!n)
		return cli_bad(err, "kernel clean needs what to remove: names, --keep N, --broken or --all");
	return cli_bad(err, "kernel clean takes one of names, --keep, --broken and --all");
}

int kernel_args_parse(int argc, char **argv, struct kernel_args *args,
		      char *err)
{
	int ret;

	*args = (struct kernel_args){ };
	ret = cli_parse(&kernel_spec, argc, argv, args, err);
	if (ret < 0)
		return ret;
	if (ret < argc) {
		if (take_verb(args, argv[ret], err))
			return -EINVAL;
		args->names = argv + ret + 1;
		args->n_names = argc - ret - 1;
	}
	return check_options(args, err) ?: check_names(args, err) ?:
	       check_clean(args, err);
}

static int check(int argc, char **argv, struct cli_asked *asked, char *err)
{
	struct kernel_args args;

	(void)asked;
	return kernel_args_parse(argc, argv, &args, err);
}

const struct cli_spec kernel_spec = {
	.options = kernel_options,
	.n_options = ARRAY_SIZE(kernel_options),
	.check = check,
	.about = "Kernels to test, and those in the cache.\n\n"
		 "  kernel                    which kernel tests boot\n"
		 "  kernel list [NAME...]     those in the cache\n"
		 "  kernel build [NAME...]    have them, print their folders\n"
		 "  kernel fetch [NAME...]    have their sources, print their folders\n"
		 "  kernel clean [NAME...]    remove some; those that a run uses stay\n\n"
		 "A NAME is a key as `list` has it, a version (7.3.4), a series (7.3), a range of\n"
		 "series (6.12..7.3), of which each one's newest is meant; for build and fetch\n"
		 "also a kernel tree, a source package of Debian's (trixie/linux-source-6.12) or\n"
		 "a commit, tag or branch (git+REPOSITORY#REF); for build a build folder or an\n"
		 "image, too. Without one: KTSTR_KERNEL, KTSTR_SOURCE, KDIR, the tree around\n"
		 "this folder, the newest of Debian's.\n",
	.operand = CLI_KERNEL,
};
