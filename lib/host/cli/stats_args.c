// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `stats` takes.
 */
#include <string.h>

#include "lib/common/util/near.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/asked.h"
#include "lib/host/cli/command.h"

static const char * const questions[] = {
#define AS_WORD(id, word, what) word,
	STATS_QUESTIONS(AS_WORD)
};

static int take_run(void *args, const char *text, char *err)
{
	if (!*text)
		return cli_bad(err, "--run needs the name of a run");
	((struct stats_args *)args)->run = text;
	return 0;
}

static int take_dir(void *args, const char *text, char *err)
{
	if (!*text)
		return cli_bad(err, "--dir needs a folder");
	((struct stats_args *)args)->dir = text;
	return 0;
}

static int take_json(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct stats_args *)args)->json = true;
	return 0;
}

static const struct cli_option stats_options[] = {
	{ 0, "run", "ID", take_run,
	  "of this run, as `stats list` names them [the newest]", CLI_TEXT },
	{ 0, "dir", "FOLDER", take_dir,
	  "a folder of results, or one with several [the output folder's]",
	  CLI_FILE },
	{ 0, "json", NULL, take_json, "print JSON", CLI_TEXT },
};

static int find_question(const char *word, struct stats_args *args, char *err)
{
	struct near near = { .given = word };
	char offered[NEAR_TEXT_SIZE], name[32];
	size_t i;

	for (i = 1; i < ARRAY_SIZE(questions); i++) {
		/* Behind a blank stands what it takes. */
		snprintf(name, sizeof(name), "%.*s",
			 (int)strcspn(questions[i], " "), questions[i]);
		if (!strcmp(name, word)) {
			args->question = (enum stats_question)i;
			return 0;
		}
		near_offer(&near, name);
	}
	return cli_bad(err, "stats %.100s: is none of list, metrics, values, show-host, explain%s",
		       word, near_text(&near, offered));
}

int stats_args_parse(int argc, char **argv, struct stats_args *args, char *err)
{
	int ret;

	*args = (struct stats_args){ };
	ret = cli_parse(&stats_spec, argc, argv, args, err);
	if (ret < 0)
		return ret;
	if (ret < argc && find_question(argv[ret++], args, err))
		return -EINVAL;
	if (ret < argc && (args->question == STATS_EXPLAIN ||
			   args->question == STATS_VALUES))
		args->what = argv[ret++];
	if (ret < argc)
		return cli_bad(err, "stats: %.100s: is one word too many",
			       argv[ret]);
	if (args->run && (args->question == STATS_LIST ||
			  args->question == STATS_METRICS))
		return cli_bad(err, "stats %s: takes no --run",
			       questions[args->question]);
	return 0;
}

static int check(int argc, char **argv, struct cli_asked *asked, char *err)
{
	struct stats_args args;

	(void)asked;
	return stats_args_parse(argc, argv, &args, err);
}

static void more(FILE *to)
{
	fputs("\nQuestions:\n", to);
#define AS_LINE(id, word, what) fprintf(to, "  %-25s %s\n", word, what);
	STATS_QUESTIONS(AS_LINE)
}

const struct cli_spec stats_spec = {
	.options = stats_options,
	.n_options = ARRAY_SIZE(stats_options),
	.check = check,
	.about = "Answers questions about runs that are over. Without one: the newest run, by\n"
		 "scenario, scheduler, topology and kernel, and what stands out in it.\n"
		 "Documentation/results.rst tells more.\n",
	.more = more,
};
