// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr stats`: questions about runs that are over. The answers are in
 * stats_summary.c and stats_answers.c.
 */
#include <string.h>

#include "lib/common/util/log.h"
#include "lib/common/util/near.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/cli.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/stats.h"
#include "lib/host/report/json.h"
#include "lib/host/results/files.h"

static const struct {
	int (*answer)(struct asked *asked, char *err);
	bool of_all;
} answers[STATS_N_QUESTIONS] = {
	[STATS_SUMMARY] = { stats_summary, false },
	[STATS_LIST] = { stats_list, true },
	[STATS_METRICS] = { stats_metrics, true },
	[STATS_VALUES] = { stats_values, true },
	[STATS_SHOW_HOST] = { stats_show_host, false },
	[STATS_EXPLAIN] = { stats_explain, false },
};

/* Of those that lie there, which was meant? */
static int no_such_run(struct asked *asked, const char *run, char *err)
{
	struct near near = { .given = run };
	char offered[NEAR_TEXT_SIZE];
	size_t i;

	if (result_index_load(&asked->index, NULL, &asked->set, err,
			      CLI_ERR_SIZE))
		return -EINVAL;
	for (i = 0; i < asked->set.n_rows; i++)
		near_offer(&near, asked->set.rows[i].dimensions[RECORD_RUN] ?:
			   "null");
	return cli_bad(err, "--run %.100s: no such run in %.1000s%s", run,
		       asked->index.root, near_text(&near, offered));
}

static int load_run(struct asked *asked, const char *run, char *err)
{
	struct result_filter filter = { };
	int ret;

	if (!run && result_index_newest_run(&asked->index, asked->run,
					    sizeof(asked->run)))
		return 0;
	if (run)
		snprintf(asked->run, sizeof(asked->run), "%s", run);
	filter.wants[RECORD_RUN] = asked->run[0] ? asked->run : "null";
	ret = result_index_load(&asked->index, &filter, &asked->set, err,
				CLI_ERR_SIZE);
	return ret || asked->set.n_rows || !run ? ret :
	       no_such_run(asked, run, err);
}

void stats_tell_of_index(const struct result_index *index)
{
	if (!index->kept)
		pr_warn("%s/" RESULT_INDEX_FILE ": cannot be kept: all sidecars were read for this",
			index->root);
	if (index->n_bad)
		pr_warn("%zu of %zu files are no sidecars and do not count: %s",
			index->n_bad, index->n_files, index->bad);
}

int stats_main(int argc, char **argv, char *err)
{
	struct asked asked = { };
	struct stats_args args;
	char root[PATH_MAX];
	int ret;

	ret = stats_args_parse(argc, argv, &args, err) ?:
	      result_root(args.dir, root, sizeof(root), err, CLI_ERR_SIZE) ?:
	      result_index_open(root, &asked.index, err, CLI_ERR_SIZE);
	if (ret)
		return ret;
	asked.what = args.what;
	asked.json = args.json;
	stats_tell_of_index(&asked.index);
	if (answers[args.question].of_all && !args.run)
		ret = result_index_load(&asked.index, NULL, &asked.set, err,
					CLI_ERR_SIZE);
	else
		ret = load_run(&asked, args.run, err);
	if (!ret && !asked.set.n_rows && args.question != STATS_METRICS)
		ret = cli_bad(err, "%.1000s: no sidecars; run some tests, or name another folder by --dir",
			      root);
	if (!ret)
		ret = answers[args.question].answer(&asked, err);
	result_set_free(&asked.set);
	result_index_close(&asked.index);
	return ret;
}
