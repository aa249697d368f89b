// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arguments of `test`. See test.h.
 */
#include "lib/host/cli/test.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/machines.h"
#include "lib/common/presets.h"
#include "lib/common/topology_text.h"
#include "lib/common/util/near.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/asked.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/declared.h"

const struct ready_scenario test_scenarios[] = {
	READY_SCENARIOS(READY_ROW, _)
	CATALOGUE_SCENARIOS(READY_ROW, _)
};

const size_t test_n_scenarios = ARRAY_SIZE(test_scenarios);

#define COUNT_ROW(arg, name, seconds, what)	+ 1

/* The first so many are those that everything is put through. */
#define N_USUAL		(0U READY_SCENARIOS(COUNT_ROW, _))

/* Where no -t says otherwise: two caches of two CPUs. */
static const struct topology usual = TOPOLOGY(1, 2, 2, 1);

/* ---- topologies ---- */

#define NO_TOPOLOGY							\
	"is no topology, as in 1n2l4c2t (nodes, LLCs of all of them, cores of each LLC, threads of each core)"

/* What letters and numbers there are, in any order; 1 for what is not there. */
static void topology_guess(const char *text, struct topology *t)
{
	static const char letters[] = "nlct";
	unsigned int *const parts[] = {
		&t->nodes, &t->llcs, &t->cores, &t->threads,
	};
	unsigned long n;
	const char *at;
	char *end;

	*t = (struct topology)TOPOLOGY(1, 1, 1, 1);
	while (*text) {
		if (!isdigit((unsigned char)*text)) {
			text++;
			continue;
		}
		n = strtoul(text, &end, 10);
		at = strchr(letters, tolower((unsigned char)*end));
		if (*end && at && n && n <= 1024)
			*parts[at - letters] = n;
		text = end;
	}
	t->llcs = (t->llcs + t->nodes - 1) / t->nodes * t->nodes;
}

static int bad_topology(char *err, const char *text, const char *why)
{
	char name[TOPOLOGY_NAME_LEN];
	struct topology t;

	topology_guess(text, &t);
	return cli_bad(err, "-t %.100s: %s; near: %s", text, why,
		       topology_name(&t, name));
}

/* One that has a name, if any is near. */
static int bad_preset(char *err, const char *text)
{
	struct near near = { .given = text };
	char offered[NEAR_TEXT_SIZE];
	size_t i;

	for (i = 0; i < n_presets; i++)
		near_offer(&near, presets[i].name);
	for (i = 0; i < n_machines; i++)
		near_offer(&near, machines[i].name);
	if (!*near_text(&near, offered))
		return bad_topology(err, text, NO_TOPOLOGY);
	return cli_bad(err, "-t %.100s: no such machine%s; `list --topologies` has all of them",
		       text, offered);
}

static int read_topology(const char *text, struct topology *t,
			 struct topology_form **form, char *err)
{
	bool is_known = topology_is_file(text) || strchr(text, ':') ||
			preset_find(text) || machine_find(text);
	char why[200];

	*form = NULL;
	if (is_known && topology_given(text, t, form, why, sizeof(why)))
		return cli_bad(err, "-t %.1000s: %s", text, why);
	if (is_known)
		return 0;
	if (isalpha((unsigned char)*text))
		return bad_preset(err, text);
	if (topology_parse(text, t))
		return bad_topology(err, text, NO_TOPOLOGY);
	if (topology_check(t, 0, why, sizeof(why)))
		return bad_topology(err, text, strchr(why, ':') + 2);
	return 0;
}

/* Results are told apart by their names. */
static bool is_another(const struct test_args *args, const struct topology *t)
{
	char name[TOPOLOGY_NAME_LEN], other[TOPOLOGY_NAME_LEN];
	unsigned int i;

	topology_name(t, name);
	for (i = 0; i < args->n_topologies; i++)
		if (!strcmp(topology_name(&args->topologies[i], other), name))
			return false;
	return true;
}

int test_take_topology(void *to, const char *text, char *err)
{
	struct test_args *args = to;
	struct topology_form *form;
	struct topology t;
	int ret = read_topology(text, &t, &form, err);

	if (ret)
		return ret;
	if (!is_another(args, &t))
		ret = cli_bad(err, "-t %.1000s: is given twice", text);
	else if (args->n_topologies == READY_MAX_TOPOLOGIES)
		ret = cli_bad(err, "-t %.1000s: at most %d can be", text,
			      READY_MAX_TOPOLOGIES);
	if (ret) {
		free(form);
		return ret;
	}
	args->forms[args->n_topologies] = form;
	args->topologies[args->n_topologies++] = t;
	return 0;
}

void test_args_free(struct test_args *args)
{
	unsigned int i;

	for (i = 0; i < args->n_topologies; i++)
		free(args->forms[i]);
	args->n_topologies = 0;
}

/* ---- scenarios ---- */

static int bad_scenario(char *err, const char *text)
{
	struct near near = { .given = text };
	char offered[NEAR_TEXT_SIZE];
	size_t i;

	for (i = 0; i < test_n_scenarios; i++)
		near_offer(&near, test_scenarios[i].name);
	return cli_bad(err, "-s %.100s: no such scenario%s; `list --scenarios` has all of them; a file has a '/' in its name, or ends in .json",
		       text, near_text(&near, offered));
}

static int add_scenario(struct test_args *args, const char *name, char *err)
{
	unsigned int i;

	for (i = 0; i < args->n_scenarios; i++)
		if (!strcmp(args->scenarios[i], name))
			return cli_bad(err, "-s %s: is given twice", name);
	if (args->n_scenarios == TEST_MAX_SCENARIOS)
		return cli_bad(err, "-s %s: at most %d can be", name,
			       TEST_MAX_SCENARIOS);
	args->scenarios[args->n_scenarios++] = name;
	return 0;
}

static bool has_suffix(const char *text, const char *suffix)
{
	size_t len = strlen(text), n = strlen(suffix);

	return len > n && !strcmp(text + len - n, suffix);
}

static bool is_file(const char *text)
{
	return strchr(text, '/') || has_suffix(text, ".json");
}

/* A test's name has neither dots nor blanks in it. */
static void name_file(struct test_file *file)
{
	const char *base = strrchr(file->path, '/');
	char *p;

	base = base ? base + 1 : file->path;
	snprintf(file->name, sizeof(file->name), "%s", base);
	if (has_suffix(file->name, READY_FILE_SUFFIX))
		file->name[strlen(file->name) - strlen(READY_FILE_SUFFIX)] = '\0';
	else if (has_suffix(file->name, ".json"))
		file->name[strlen(file->name) - strlen(".json")] = '\0';
	for (p = file->name; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_' && *p != '-')
			*p = '_';
}

static int take_file(struct test_args *args, const char *text, char *err)
{
	struct test_file *file = &args->files[args->n_files];
	size_t i;

	if (args->n_files == TEST_MAX_FILES)
		return cli_bad(err, "-s %.100s: at most %d files can be", text,
			       TEST_MAX_FILES);
	if (!cli_fits_a_line(text))
		return cli_bad(err, "-s: the name of a file has a control character in it");
	if (access(text, R_OK))
		return cli_bad(err, "-s %.1000s: %s", text, strerror(errno));
	file->path = text;
	name_file(file);
	for (i = 0; i < test_n_scenarios; i++)
		if (!strcmp(test_scenarios[i].name, file->name))
			return cli_bad(err, "-s %.1000s: a scenario has that name already: call the file otherwise",
				       text);
	args->n_files++;
	return add_scenario(args, file->name, err);
}

/* Those that a pattern matches, but for those that are named by themselves */
static int take_pattern(struct test_args *args, const char *text, char *err)
{
	unsigned int before = args->n_scenarios;
	size_t i;

	for (i = 0; i < test_n_scenarios; i++)
		if (!fnmatch(text, test_scenarios[i].name, 0) &&
		    add_scenario(args, test_scenarios[i].name, err))
			return -EINVAL;
	return args->n_scenarios > before ? 0 : bad_scenario(err, text);
}

int test_take_scenario(void *to, const char *text, char *err)
{
	return is_file(text) ? take_file(to, text, err) :
			       take_pattern(to, text, err);
}

/* ---- the rest ---- */

int test_take_kernel(void *to, const char *text, char *err)
{
	struct test_args *args = to;

	if (!*text)
		return cli_bad(err, "--kernel: is empty");
	if (args->n_kernels == TEST_MAX_KERNELS)
		return cli_bad(err, "--kernel %.100s: at most %d can be", text,
			       TEST_MAX_KERNELS);
	args->kernels[args->n_kernels++] = text;
	return 0;
}

int test_take_seconds(void *to, const char *text, char *err)
{
	struct test_args *args = to;

	if (cli_number(text, READY_MAX_SECONDS, &args->seconds))
		return 0;
	return cli_bad(err, "-d %.100s: is no number of seconds from 1 to %d",
		       text, READY_MAX_SECONDS);
}

static int take_jobs(void *to, const char *text, char *err)
{
	struct test_args *args = to;

	return cli_take_number("-j", text, TEST_MAX_JOBS, &args->jobs, err);
}

static int take_program(void *to, const char *text, char *err)
{
	(void)err;
	((struct test_args *)to)->program = text;
	return 0;
}

static int take_host(void *to, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct test_args *)to)->host = true;
	return 0;
}

static const struct cli_option test_options[] = {
	{ 't', "topology", "TOPOLOGY", test_take_topology,
	  "a machine, as 1n2l4c2t: nodes, LLCs of all of them, cores of\n"
	  "each LLC, threads of each core [1n2l2c1t]; one with a name, or a\n"
	  "file: what has a '/' in it or ends in .topology; may be repeated",
	  CLI_TOPOLOGY },
	{ 's', "scenario", "SCENARIO", test_take_scenario,
	  "one of those below, a pattern as 'cpuset_*', or a file: what has\n"
	  "a '/' in it or ends in .json [the ready ones]; may be repeated",
	  CLI_SCENARIO },
	{ 'd', "duration", "SECONDS", test_take_seconds,
	  "how long each scenario holds [2, oversubscribed 6]", CLI_TEXT },
	{ 'j', "jobs", "N", take_jobs,
	  "how many run side by side [as this machine allows]", CLI_TEXT },
	{ 'k', "kernel", "K", test_take_kernel,
	  "a kernel that is built: a build folder, an image, a key of the\n"
	  "cache [one that is built for it]; may be repeated", CLI_FILE },
	{ 0, "host", NULL, take_host,
	  "on this machine itself, without a VM, as root: under the scheduler\n"
	  "that runs here, in a cgroup of its own, which is removed", CLI_TEXT },
	ATTR_OPTION,
	DECLARED_OPTION,
	/* For run_ktstr.sh: what SCHEDULER was found to be, or built to. */
	{ 'p', "program", "FILE", take_program, NULL, CLI_FILE },
};

/* What comes behind "--", which getopt() need not see. */
static int take_scheduler_args(struct test_args *args, char *err)
{
	unsigned int i;

	if (args->n_args > READY_MAX_ARGS)
		return cli_bad(err, "%u arguments for the scheduler: at most %d can be",
			       args->n_args, READY_MAX_ARGS);
	for (i = 0; i < args->n_args; i++)
		if (!*args->args[i] || !cli_fits_a_line(args->args[i]))
			return cli_bad(err, "argument %u of the scheduler is empty, or has a control character in it",
				       i + 1);
	if (args->n_args && !strcmp(args->scheduler, READY_EEVDF))
		return cli_bad(err, "-- %s: " READY_EEVDF " is no program and takes no arguments",
			       args->args[0]);
	return 0;
}

static bool is_given(const struct test_args *args, const char *name)
{
	unsigned int i;

	for (i = 0; i < args->n_scenarios; i++)
		if (!strcmp(args->scenarios[i], name))
			return true;
	return false;
}

/* As the program has its tests, and tells their results: files come last. */
static void put_in_order(struct test_args *args)
{
	const char *scenarios[TEST_MAX_SCENARIOS];
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < test_n_scenarios; i++)
		if (is_given(args, test_scenarios[i].name))
			scenarios[n++] = test_scenarios[i].name;
	for (i = 0; i < args->n_files; i++)
		scenarios[n++] = args->files[i].name;
	memcpy(args->scenarios, scenarios, n * sizeof(scenarios[0]));
}

static void fill_defaults(struct test_args *args)
{
	size_t i;

	/* This machine has the one that it has. */
	if (args->host)
		args->topologies[args->n_topologies++] = (struct topology){ };
	else if (!args->n_topologies)
		args->topologies[args->n_topologies++] = usual;
	if (args->n_scenarios)
		return;
	for (i = 0; i < N_USUAL; i++)
		args->scenarios[args->n_scenarios++] = test_scenarios[i].name;
}

/* What is only said of VMs would be left out without a word. */
static int take_no_more(const struct test_args *args, const char *operand,
			char *err)
{
	const struct {
		const char *option;
		bool given;
	} others[] = {
		{ "-t", args->n_topologies }, { "-k", args->n_kernels },
		{ "-j", args->jobs }, { "--", args->n_args },
		{ "-p", args->program },
	};
	size_t i;

	if (operand)
		return cli_bad(err, "%.100s: with --host the scheduler is the one that runs on this machine",
			       operand);
	for (i = 0; i < ARRAY_SIZE(others); i++)
		if (others[i].given)
			return cli_bad(err, "%s: makes no sense with --host, which takes this machine as it is",
				       others[i].option);
	return 0;
}

static int take_operands(struct test_args *args, char **operands, int n,
			 char *err)
{
	if (args->host)
		return take_no_more(args, n ? operands[0] : NULL, err);
	if (!n)
		return cli_bad(err, "test needs a scheduler: a program, a source, a folder or "
			       READY_EEVDF);
	if (n > 1)
		return cli_bad(err, "%.100s: test takes one scheduler; its arguments come behind --",
			       operands[1]);
	args->scheduler = operands[0];
	if (!*args->scheduler || !cli_fits_a_line(args->scheduler))
		return cli_bad(err, "the scheduler's name is empty, or has a control character in it");
	return 0;
}

int test_args_parse(int argc, char **argv, struct test_args *args, char *err)
{
	int n, ret;

	*args = (struct test_args){ };
	for (n = 1; n < argc && strcmp(argv[n], "--"); n++)
		;
	if (n < argc) {
		args->args = argv + n + 1;
		args->n_args = argc - n - 1;
	}
	ret = cli_parse(&test_spec, n, argv, args, err);
	if (ret < 0)
		return ret;
	ret = take_operands(args, argv + ret, n - ret, err);
	if (ret)
		return ret;
	fill_defaults(args);
	put_in_order(args);
	return args->host ? 0 : take_scheduler_args(args, err);
}

/* ---- what the door tells, and the help ---- */

/* Where a bare name is looked up; where there is neither it is left as it is. */
static void look_up_in(const struct cli_asked *asked, const char **dirs)
{
	const char * const places[] = {
		getenv("KTSTR_SCHEDULER_DIR"), asked->tree_schedulers,
	};
	unsigned int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(places); i++)
		if (places[i] && *places[i])
			dirs[n++] = places[i];
}

static int check(int argc, char **argv, struct cli_asked *asked, char *err)
{
	const char *dirs[3] = { };
	struct sched_found found;
	struct test_args args;
	int ret;

	ret = test_args_parse(argc, argv, &args, err);
	if (!ret && args.host)
		asked->needs = CLI_PROGRAMS;
	test_args_free(&args);
	if (ret || args.host)
		return ret;
	look_up_in(asked, dirs);
	ret = sched_find(args.scheduler, dirs, &found, err);
	/* What is in files of JSON is read once we are built. */
	if (ret && (!getenv(ENV_SCHEDULERS) || strchr(args.scheduler, '/')))
		return ret;
	asked->sched = ret ? SCHED_DECLARED : found.kind;
	snprintf(asked->sched_path, sizeof(asked->sched_path), "%s",
		 ret ? args.scheduler : found.path);
	cli_ask_kernels(asked, args.kernels, args.n_kernels);
	return 0;
}

static void more(FILE *to)
{
	size_t i;

	fprintf(to, "\nReady scenarios:\n");
	for (i = 0; i < N_USUAL; i++)
		fprintf(to, "  %-25s %s\n", test_scenarios[i].name,
			test_scenarios[i].what);
	fprintf(to, "\nThe %zu others: `list --scenarios`.\n",
		test_n_scenarios - N_USUAL);
	fprintf(to, "\nColumns: busy, the share of samples in which a CPU had a task to run; spread,\n"
		"between the shares of time that workers of a cgroup waited for a CPU; gap, the\n"
		"longest time that a worker made no progress; wait, for how long a task waited\n"
		"for its CPU on average, each time. '-' is what nothing measured.\n\n"
		"Exit status: 0 all passed, 1 something is wrong, 4 not all could be\n"
		"judged, 5 not all could for what the host took.\n");
}

const struct cli_spec test_spec = {
	.options = test_options,
	.n_options = ARRAY_SIZE(test_options),
	.check = check,
	.about = "Puts a scheduler through the ready scenarios, each in a VM of its own, and\n"
		 "says in numbers what was seen. SCHEDULER is one of\n\n"
		 "  eevdf                     the kernel's own\n"
		 "  PROGRAM                   any program that attaches a sched_ext scheduler\n"
		 "  X.bpf.c                   a source with its X.c, built against the kernel under\n"
		 "                            test as those of tools/sched_ext are\n"
		 "  FOLDER                    one that holds one such source\n"
		 "  scx_flatcg                a name: in $KTSTR_SCHEDULER_DIR, in tools/sched_ext of\n"
		 "                            the kernel under test, or one that is declared\n",
	.more = more,
	.operand = CLI_SCHEDULER,
};
