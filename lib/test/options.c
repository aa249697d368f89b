// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options of a test program. See options.h.
 */
#include "lib/test/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/attr/attr.h"
#include "lib/common/util/log.h"
#include "lib/test/tables.h"

/* The harness's own, and --help. */
#define HARNESS_OPTIONS	":dhlF:f:V:v:t:T:r:"
/* `ktstr list` asks for a table by it. */
#define OPTION_TABLE	256

static const struct option long_options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "table", required_argument, NULL, OPTION_TABLE },
	{ }
};

static void print_usage(const char *program)
{
	printf("Usage: %s [OPTION...]\n\n"
	       "Runs tests of schedulers, each in a virtual machine, and prints KTAP.\n"
	       "Without an option: all tests.\n\n"
	       "  -r NAME     run this test: FIXTURE.[VARIANT.]TEST\n"
	       "  -t TEST, -v VARIANT, -f FIXTURE\n"
	       "              run these; can be repeated and mixed, the first that\n"
	       "              matches counts\n"
	       "  -T TEST, -V VARIANT, -F FIXTURE\n"
	       "              leave these out\n"
	       "  -l          list the tests\n"
	       "  -d          print the harness's debug messages\n"
	       "  --attr NAME=VALUE\n"
	       "              an attribute that goes before what the tests say; can be\n"
	       "              repeated. --attr help lists them\n"
	       "  -h, --help  this text\n\n"
	       "KTSTR_KERNEL=  the kernel: a build folder (bzImage, vmlinux), an image,\n"
	       "               a key of the cache\n"
	       "KTSTR_ATTR=NAME=VALUE,...  as --attr\n"
	       "KTSTR_VERBOSE=1  the guests' consoles and whole reports\n"
	       "KTSTR_REPRO=1  run each test again with probes on its crash path\n"
	       "More in Documentation/, and by ./run_ktstr.sh --help.\n\n"
	       "Exit status: 0 passed, 1 failed, 4 skipped.\n", program);
}

static int put_table(const char *name)
{
	if (!table_print(name))
		return -EAGAIN;
	pr_err("--table %s: there is no such table", name);
	return -EINVAL;
}

int options_check(int argc, char **argv)
{
	int c, ret = 0;

	opterr = 0;
	optind = 1;
	while (!ret && (c = getopt_long(argc, argv, HARNESS_OPTIONS,
					long_options, NULL)) != -1) {
		if (c == 'h') {
			print_usage(argv[0]);
			ret = -EAGAIN;
		} else if (c == 'l') {
			ret = 1;
		} else if (c == OPTION_TABLE) {
			ret = put_table(optarg);
		} else if (c == ':' || c == '?') {
			pr_err("%s: %s; see %s --help", argv[optind - 1],
			       c == ':' ? "needs a name" : "no such option",
			       argv[0]);
			ret = -EINVAL;
		}
	}
	if (!ret && optind < argc) {
		pr_err("%s: no option; tests are named by -r, -t and -f, see %s --help",
		       argv[optind], argv[0]);
		ret = -EINVAL;
	}
	/* The harness begins anew. */
	opterr = 1;
	optind = 1;
	return ret;
}

int options_take_attr(int *argc, char **argv, struct strbuf *text)
{
	static const char name[] = "--attr";
	const size_t len = strlen(name);
	int i, n = 0;

	for (i = 0; i < *argc; i++) {
		const char *value = argv[i] + len;

		if (!i || strncmp(argv[i], name, len) ||
		    (*value && *value != '=')) {
			argv[n++] = argv[i];
			continue;
		}
		value = *value ? value + 1 : argv[++i];
		if (!value) {
			pr_err("%s: needs NAME=VALUE; --attr help lists them",
			       name);
			return -EINVAL;
		}
		if (!strcmp(value, "help"))
			return -EAGAIN;
		attr_given_add(text, value);
	}
	argv[n] = NULL;
	*argc = n;
	return 0;
}
