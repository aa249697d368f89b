// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr check`: the tests of ktstr itself. What runs them is lib/host/stages.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/cli.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/told.h"
#include "lib/host/stages/check.h"

/* "PASSED FAILED SKIPPED INFRASTRUCTURE INCONCLUSIVE RETRIED", for scripts. */
static int count(const char *path, char *err)
{
	struct stage_counts n;
	FILE *f = fopen(path, "re");

	if (!f)
		return cli_bad(err, "%.1000s: %s", path, strerror(errno));
	stage_count(f, &n);
	fclose(f);
	printf("%u %u %u %u %u %u\n", n.passed, n.failed, n.skipped,
	       n.infrastructure, n.inconclusive, n.retried);
	return fflush(stdout) ? 1 : 0;
}

static int add_named(struct check *check, const struct check_args *args,
		     char *err)
{
	const struct stage *stage;
	size_t i;

	for (i = 0; i < args->n; i++) {
		if (!strcmp(args->names[i], "all"))
			continue;
		stage = stage_find(check->table, args->names[i]);
		if (!stage)
			return cli_bad(err, "%.100s: no such stage",
				       args->names[i]);
		check_add(check, stage, true);
	}
	return 0;
}

static int add_stages(struct check *check, const struct check_args *args,
		      char *err)
{
	const struct stage_table *table = check->table;
	size_t i;

	for (i = 0; i < table->n; i++)
		if (args->all || (!args->n && table->rows[i].tier == 1))
			check_add(check, &table->rows[i], false);
	if (args->n || !check->world->ci)
		return add_named(check, args, err);
	if (landing_choose(check))
		return cli_bad(err, "no memory");
	return 0;
}

static int run_stages(const struct stage_table *table,
		      const struct check_args *args, char *err)
{
	struct check_world world;
	struct check check;
	int ret;

	ret = check_world_read(&world, err, CLI_ERR_SIZE);
	if (ret)
		return ret;
	if (check_init(&check, &world, table))
		return cli_bad(err, "no memory");
	told_begin();
	signal(SIGPIPE, SIG_IGN);
	ret = add_stages(&check, args, err);
	if (!ret) {
		/* Without it everything is run. */
		kept_init(&check);
		ret = check_run(&check, told_to_end());
		if (ret < 0)
			cli_bad(err, "check could not be run: %s",
				strerror(-ret));
	}
	check_exit(&check);
	told_end();
	return ret;
}

int check_main(int argc, char **argv, char *err)
{
	struct stage_table table = { };
	struct check_args args;
	int ret;

	ret = check_args_parse(argc, argv, &args, err);
	if (ret)
		return ret;
	if (args.count)
		return count(args.count, err);
	if (!args.table)
		table = stage_table;
	else if (stage_text_read(args.table, &table))
		ret = cli_bad(err, "--table %.1000s: is no table of stages",
			      args.table);
	if (!ret && args.list)
		stage_list(&table, stdout);
	else if (!ret)
		ret = run_stages(&table, &args, err);
	if (args.table)
		stage_text_free(&table);
	return ret;
}
