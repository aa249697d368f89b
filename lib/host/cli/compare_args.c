// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `compare` takes.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/near.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/asked.h"
#include "lib/host/cli/command.h"
#include "lib/host/machine/paths.h"

static const char * const dimensions[] = {
#define AS_WORD(id, word, what) word,
	RECORD_DIMENSIONS(AS_WORD)
};

static int take_dir(void *args, const char *text, char *err)
{
	if (!*text)
		return cli_bad(err, "--dir needs a folder");
	((struct compare_args *)args)->dir = text;
	return 0;
}

static int take_html(void *args, const char *text, char *err)
{
	if (!*text)
		return cli_bad(err, "--html needs a file");
	((struct compare_args *)args)->html = text;
	return 0;
}

static int take_json(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct compare_args *)args)->json = true;
	return 0;
}

static int take_seed(void *args, const char *text, char *err)
{
	struct compare_args *a = args;

	if (!cli_number(text, UINT_MAX, &a->seed))
		return cli_bad(err, "--seed %.100s: is no number from 1 on",
			       text);
	return 0;
}

static const struct cli_option compare_options[] = {
	{ 0, "dir", "FOLDER", take_dir,
	  "a folder of results, or one with several [the output folder's]",
	  CLI_FILE },
	{ 0, "html", "FILE", take_html,
	  "write a page with the plots: no network, no other file",
	  CLI_FILE },
	{ 0, "json", NULL, take_json, "print JSON", CLI_TEXT },
	{ 0, "seed", "N", take_seed,
	  "of what is drawn for the intervals [1]", CLI_TEXT },
};

/* ---- sides ---- */

static int no_such_dimension(const char *name, char *err)
{
	struct near near = { .given = name };
	char offered[NEAR_TEXT_SIZE];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(dimensions); i++)
		near_offer(&near, dimensions[i]);
	near_offer(&near, "dir");
	return cli_bad(err, "compare: %.100s=: no such dimension%s", name,
		       near_text(&near, offered));
}

static int take_one(struct compare_side_args *side, char *word, char *err)
{
	char *value = strchr(word, '=');
	size_t i;

	*value++ = '\0';
	if (!*value)
		return cli_bad(err, "compare: %.100s= needs a value", word);
	if (!strcmp(word, "dir")) {
		side->dir = value;
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(dimensions); i++)
		if (!strcmp(word, dimensions[i])) {
			side->wants[i] = value;
			return 0;
		}
	return no_such_dimension(word, err);
}

/* "kernel=7.3,scheduler=scx_simple", a folder, or the name of a run */
static int take_side(struct compare_side_args *side, char *word, char *err)
{
	char *one;
	int ret = 0;

	if (!*word)
		return cli_bad(err, "compare: a side is empty");
	snprintf(side->name, sizeof(side->name), "%s", word);
	if (host_is_folder(word))
		side->dir = word;
	else if (!strchr(word, '='))
		side->wants[RECORD_RUN] = word;
	else
		while (!ret && (one = strsep(&word, ",")))
			ret = strchr(one, '=') ? take_one(side, one, err) :
			      cli_bad(err, "compare: %.100s: is no DIMENSION=VALUE",
				      one);
	return ret;
}

int compare_args_parse(int argc, char **argv, struct compare_args *args,
		       char *err)
{
	unsigned int i;
	int ret;

	*args = (struct compare_args){ .seed = 1 };
	ret = cli_parse(&compare_spec, argc, argv, args, err);
	if (ret < 0)
		return ret;
	if (argc - ret != 2)
		return cli_bad(err, "compare needs two sides, as in kernel=7.2 kernel=7.3");
	if (!strcmp(argv[ret], argv[ret + 1]))
		return cli_bad(err, "compare: both sides are %.200s",
			       argv[ret]);
	for (i = 0; i < 2; i++)
		if (take_side(&args->sides[i], argv[ret + i], err))
			return -EINVAL;
	return 0;
}

static int check(int argc, char **argv, struct cli_asked *asked, char *err)
{
	struct compare_args args;

	(void)asked;
	return compare_args_parse(argc, argv, &args, err);
}

static void more(FILE *to)
{
	fputs("\nDimensions:\n", to);
	fprintf(to, "  %-25s %s\n", "dir", "a folder of results, whatever --dir says");
#define AS_LINE(id, word, what) fprintf(to, "  %-25s %s\n", word, what);
	RECORD_DIMENSIONS(AS_LINE)
}

const struct cli_spec compare_spec = {
	.options = compare_options,
	.n_options = ARRAY_SIZE(compare_options),
	.check = check,
	.about = "Holds the tests of B against those of A, in pairs: what passed there and fails\n"
		 "here, which numbers are worse, by how much, and how sure that is. A side is a\n"
		 "run, a folder, or DIMENSION=VALUE, several with commas between; a value may be a\n"
		 "pattern of shells'. Documentation/results.rst tells what is worse.\n"
		 "Exit status: 1 where anything is, 4 where there is too little to tell.\n",
	.more = more,
	.operand = CLI_FILE,
};
