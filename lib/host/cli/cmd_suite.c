// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr suite`: a list of tests side by side, for scripts. See
 * lib/host/suite/suite.h.
 *
 * What they learn beside the KTAP are lines to a descriptor: "progress TEXT",
 * "log WHY-NOT", and at the end "failed TEST WHY", "infrastructure TEST WHY" and
 * "inconclusive TEST WHY" for each, and "counts PASSED FAILED SKIPPED
 * INFRASTRUCTURE INCONCLUSIVE RETRIED".
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/cli.h"
#include "lib/host/cli/command.h"
#include "lib/host/suite/suite.h"

/* Whoever does not read gets no progress, and does not hold us up. */
static void tell(void *arg, const char *what, const char *text)
{
	struct pollfd pfd = { .fd = *(int *)arg, .events = POLLOUT };

	if (strcmp(what, "progress") || poll(&pfd, 1, 0) == 1)
		dprintf(pfd.fd, "%s %s\n", what, text);
}

static void tell_test(int fd, const struct suite_test *t)
{
	static const char * const words[SUITE_NR_RESULTS] = {
		[SUITE_FAIL] = "failed",
		[SUITE_INFRASTRUCTURE] = "infrastructure",
		[SUITE_INCONCLUSIVE] = "inconclusive",
	};

	if (words[t->result])
		dprintf(fd, "%s %s %s\n", words[t->result], t->name,
			t->why ?: "");
}

static void tell_end(int fd, const struct suite *suite)
{
	const unsigned int *n = suite->counts;
	unsigned int i, j;

	for (i = 0; i < suite->n_programs; i++)
		for (j = 0; j < suite->programs[i].n_tests; j++)
			tell_test(fd, &suite->programs[i].tests[j]);
	dprintf(fd, "counts %u %u %u %u %u %u\n", n[SUITE_PASS], n[SUITE_FAIL],
		n[SUITE_SKIP], n[SUITE_INFRASTRUCTURE], n[SUITE_INCONCLUSIVE],
		suite->retried);
}

/* Return: as suite_run(). */
static int run(struct suite *suite, const struct suite_args *args)
{
	int fd = args->tell_fd, ret;
	const struct suite_config config = {
		.folder = args->folder,
		.jobs = args->jobs,
		.log = args->log,
		.tell = fd ? tell : NULL,
		.tell_arg = &fd,
	};

	if (fd)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (args->times)
		suite_times_load(suite, args->times);
	ret = suite_run(suite, &config);
	if (ret < 0)
		return ret;
	if (fd)
		tell_end(fd, suite);
	/* They only make the next run shorter. */
	if (args->times)
		suite_times_save(suite, args->times);
	return ret;
}

int suite_main(int argc, char **argv, char *err)
{
	const char *strict = getenv("KTSTR_STRICT");
	struct suite suite = { };
	struct suite_args args;
	int ret;

	ret = suite_args_parse(argc, argv, &args, err);
	if (ret)
		return ret;
	suite.limit_s = args.limit_s;
	suite.strict = strict && *strict && strcmp(strict, "0");
	ret = suite_read(&suite, stdin);
	if (!ret)
		ret = run(&suite, &args);
	suite_free(&suite);
	if (ret >= 0)
		return ret;
	return cli_bad(err, "the tests could not be run: %s", strerror(-ret));
}
