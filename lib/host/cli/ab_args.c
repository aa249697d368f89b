// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `ab` takes.
 */
#include "lib/host/cli/ab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/attr/schedulers.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/asked.h"
#include "lib/host/cli/command.h"

#define SCENARIO	"steady"
#define TURN_MS		1000
#define SETTLE_MS	300

static int take_seed(void *args, const char *text, char *err)
{
	if (cli_number(text, UINT_MAX, &((struct ab_args *)args)->seed))
		return 0;
	return cli_bad(err, "--seed %.100s: is no number from 1 on", text);
}

static int take_turn(void *args, const char *text, char *err)
{
	if (cli_number(text, AB_MAX_MS, &((struct ab_args *)args)->turn_ms))
		return 0;
	return cli_bad(err, "--turn %.100s: is no number of milliseconds from 1 to %d",
		       text, AB_MAX_MS);
}

static int take_settle(void *args, const char *text, char *err)
{
	if (cli_number(text, AB_MAX_MS, &((struct ab_args *)args)->settle_ms))
		return 0;
	return cli_bad(err, "--settle %.100s: is no number of milliseconds from 1 to %d",
		       text, AB_MAX_MS);
}

static int take_json(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct ab_args *)args)->json = true;
	return 0;
}

static const struct cli_option ab_options[] = {
	{ 't', "topology", "TOPOLOGY", test_take_topology,
	  "the machine [1n1l2c1t]", CLI_TOPOLOGY },
	{ 's', "scenario", "SCENARIO", test_take_scenario,
	  "the load: a scenario without steps, or a file of one [" SCENARIO "]",
	  CLI_SCENARIO },
	{ 'd', "duration", "SECONDS", test_take_seconds,
	  "how long all turns take [60]", CLI_TEXT },
	{ 'k', "kernel", "K", test_take_kernel,
	  "a kernel that is built [one that is built for it]", CLI_FILE },
	{ 0, "seed", "N", take_seed,
	  "of the order of turns, and of what is drawn for intervals [1]",
	  CLI_TEXT },
	{ 0, "turn", "MS", take_turn, "how long a turn is measured [1000]",
	  CLI_TEXT },
	{ 0, "settle", "MS", take_settle,
	  "how long it has lasted by then [300]", CLI_TEXT },
	{ 0, "json", NULL, take_json, "print JSON; all else is on stderr",
	  CLI_TEXT },
	ATTR_OPTION,
	DECLARED_OPTION,
};

/* ---- A and B ---- */

/* './new -x 3': words between blanks, the first is the scheduler */
static int take_side(struct ab_side *side, const char *given, char letter,
		     char *err)
{
	char *word, *rest;

	if (!cli_fits_a_line(given))
		return cli_bad(err, "%c has a control character in it", letter);
	side->words = strdup(given);
	if (!side->words)
		return cli_bad(err, "no memory");
	side->scheduler = strtok_r(side->words, " ", &rest);
	if (!side->scheduler)
		return cli_bad(err, "%c is empty", letter);
	while ((word = strtok_r(NULL, " ", &rest))) {
		if (side->n_args == AB_MAX_ARGS)
			return cli_bad(err, "%.100s: more than %d arguments",
				       side->scheduler, AB_MAX_ARGS);
		side->args[side->n_args++] = word;
	}
	if (side->n_args && !strcmp(side->scheduler, READY_EEVDF))
		return cli_bad(err, "%.100s: " READY_EEVDF " is no program and takes no arguments",
			       given);
	return 0;
}

static int take_sides(struct ab_args *args, char **operands, int n, char *err)
{
	unsigned int i;
	int ret = 0;

	if (n != 2)
		return cli_bad(err, "ab needs two schedulers: ab ./old './new -x 3'");
	for (i = 0; i < 2 && !ret; i++) {
		args->given[i] = operands[i];
		ret = take_side(&args->sides[i], operands[i], "AB"[i], err);
	}
	return ret;
}

static int only_one(const struct test_args *test, char *err)
{
	if (test->n_topologies > 1)
		return cli_bad(err, "-t: ab has one machine");
	if (test->n_scenarios > 1)
		return cli_bad(err, "-s: ab has one load, and these are %u scenarios",
			       test->n_scenarios);
	if (test->n_kernels > 1)
		return cli_bad(err, "--kernel: ab boots one kernel");
	return 0;
}

static void fill_defaults(struct ab_args *args)
{
	struct test_args *test = &args->test;

	if (!test->n_topologies)
		test->topologies[test->n_topologies++] =
			(struct topology)TOPOLOGY(1, 1, 2, 1);
	if (!test->n_scenarios)
		test->scenarios[test->n_scenarios++] = SCENARIO;
	test->seconds = test->seconds ?: AB_SECONDS;
	args->seed = args->seed ?: 1;
	args->turn_ms = args->turn_ms ?: TURN_MS;
	args->settle_ms = args->settle_ms ?: SETTLE_MS;
}

int ab_args_parse(int argc, char **argv, struct ab_args *args, char *err)
{
	int ret;

	*args = (struct ab_args){ };
	ret = cli_parse(&ab_spec, argc, argv, args, err);
	if (ret < 0)
		return ret;
	ret = take_sides(args, argv + ret, argc - ret, err) ?:
	      only_one(&args->test, err);
	fill_defaults(args);
	return ret;
}

void ab_args_free(struct ab_args *args)
{
	test_args_free(&args->test);
	free(args->sides[0].words);
	free(args->sides[1].words);
	args->sides[0].words = NULL;
	args->sides[1].words = NULL;
}

/* ---- what the door tells ---- */

static int check_side(const struct ab_side *side, char *err)
{
	const char *own = getenv("KTSTR_SCHEDULER_DIR");
	const char *const dirs[] = { own && *own ? own : NULL, NULL };
	struct sched_found found;

	/* A name may be declared, or lie beside us: read once we are built. */
	return strchr(side->scheduler, '/') ?
	       sched_find(side->scheduler, dirs, &found, err) : 0;
}

static int check(int argc, char **argv, struct cli_asked *asked, char *err)
{
	struct ab_args args;
	int ret;

	ret = ab_args_parse(argc, argv, &args, err) ?:
	      check_side(&args.sides[0], err) ?:
	      check_side(&args.sides[1], err);
	if (!ret && args.test.n_kernels)
		cli_ask_kernels(asked, args.test.kernels, 1);
	ab_args_free(&args);
	return ret;
}

static void more(FILE *to)
{
	fputs("\nExit status: 0 B is not worse, 1 it is, or something went wrong, 4 too few pairs\n"
	      "to tell, 5 the same for what the host took.\n", to);
}

const struct cli_spec ab_spec = {
	.options = ab_options,
	.n_options = ARRAY_SIZE(ab_options),
	.check = check,
	.about = "Holds B against A, two schedulers, in one VM, in one boot, under one load that goes\n"
		 "on: they are attached by turns, in pairs whose order is drawn, and each quantity\n"
		 "is compared over the pairs. A and B are as `test` takes a scheduler, eevdf among\n"
		 "them, and may have arguments: ab ./old './new -x 3'. Documentation/ab.rst.\n",
	.more = more,
	.operand = CLI_SCHEDULER,
};
