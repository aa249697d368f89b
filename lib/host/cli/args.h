/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command lines of subcommands, read. What they point to are the words that
 * were given. Those of `test` are in test.h.
 */
#ifndef KTSTR_CLI_ARGS_H
#define KTSTR_CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/common/shell.h"
#include "lib/host/results/record.h"
#include "lib/host/state/state.h"
#include "lib/host/suite/names.h"

#define RUN_MAX_JOBS	99
#define RUN_MAX_KERNELS	16

/**
 * struct run_args - of `run`
 * @choice: which tests
 * @scheduler: under this one, of those that are declared; NULL as they say
 * @html: a page of them is written there; NULL for none, as the next three
 * @perfetto: a trace
 * @junit: results as JUnit's XML
 * @json: results as JSON
 * @kernels: on which, @n_kernels of them; none for the one that there is
 * @n_kernels: their number
 * @jobs: how many run side by side; 0 as the machine allows
 * @rerun: only what failed the last time
 * @dry_run: print the names
 */
struct run_args {
	struct suite_choice choice;	/* first: see choice_args.c */
	const char *scheduler;
	const char *html;
	const char *perfetto;
	const char *junit;
	const char *json;
	const char *kernels[RUN_MAX_KERNELS];
	unsigned int n_kernels;
	unsigned int jobs;
	bool rerun;
	bool dry_run;
};

/**
 * struct list_args - of `list`
 * @choice: which tests
 * @json: print JSON
 * @plan: print "PROGRAM TEST", as `suite` takes them
 * @schedulers: print those that are declared
 * @schema: print what can be said of one, as JSON Schema
 * @source_of: print what the scheduler of that name is built of, for scripts
 * @table: print that of lib/test/tables.c; NULL for the names of tests
 */
struct list_args {
	struct suite_choice choice;	/* first: see choice_args.c */
	bool json;
	bool plan;
	bool schedulers;
	bool schema;
	const char *source_of;
	const char *table;
};

/**
 * struct repro_args - of `repro`
 * @test: whose
 * @functions: names with commas between; NULL for those of the crash's path
 * @rounds: how often, as it was written; NULL for until it fails the same way
 * @dry_run: print its whole name
 */
struct repro_args {
	const char *test;
	const char *functions;
	const char *rounds;
	bool dry_run;
};

/**
 * struct export_args - of `export`
 * @test: which
 * @output: -o FILE; NULL for TEST.run
 * @dry_run: print its whole name
 */
struct export_args {
	const char *test;
	const char *output;
	bool dry_run;
};

/**
 * struct bug_report_args - of `bug-report`
 * @what: a test, or a run
 * @output: -o FILE; NULL for WHAT.bug-report.tar.gz
 * @keep: names stay
 */
struct bug_report_args {
	const char *what;
	const char *output;
	bool keep;
};

/**
 * struct shell_args - of `shell`
 * @kernel: -k K; NULL for what KTSTR_KERNEL says
 * @command: --exec COMMAND; NULL for a prompt
 * @limit_s: --limit SECONDS; 0 for the usual
 * @files: -i PATH, @n_files of them
 * @n_files: see there
 */
struct shell_args {
	const char *kernel;
	const char *command;
	unsigned int limit_s;
	const char *files[SHELL_MAX_FILES];
	size_t n_files;
};

/**
 * shell_args_parse() - read the arguments of `shell`
 *
 * As run_args_parse().
 */
int shell_args_parse(int argc, char **argv, struct shell_args *args, char *err);

/**
 * struct scenario_args - of `scenario`
 * @option: what the program of the scenarios is asked for
 * @what: which one
 */
struct scenario_args {
	const char *option;
	const char *what;
};

/**
 * scenario_args_parse() - read the arguments of `scenario`
 *
 * As run_args_parse().
 */
int scenario_args_parse(int argc, char **argv, struct scenario_args *args,
			char *err);

/**
 * enum kernel_verb - what `kernel` is to do
 * @KERNEL_WHICH: say which kernel tests boot
 * @KERNEL_LIST: those in the cache
 * @KERNEL_CLEAN: remove some of them
 * @KERNEL_BUILD: have kernels that are built
 * @KERNEL_FETCH: have their sources
 */
enum kernel_verb {
	KERNEL_WHICH,
	KERNEL_LIST,
	KERNEL_CLEAN,
	KERNEL_BUILD,
	KERNEL_FETCH,
};

/* Those that people type, with blanks between. */
#define KERNEL_VERBS	"list build fetch clean"

/**
 * struct kernel_args - of `kernel`
 * @verb: what to do
 * @given: options that were, see kernel_args.c
 * @json: print JSON
 * @broken: those that are not whole
 * @all: all of them
 * @dry_run: only say it
 * @update: look for newer sources than those in the cache
 * @use_config: build from the tree's own .config
 * @keep: how many of the last used stay
 * @names: the rest, @n_names of them
 */
struct kernel_args {
	enum kernel_verb verb;
	unsigned int given;
	bool json;
	bool broken;
	bool all;
	bool dry_run;
	bool update;
	bool use_config;
	unsigned int keep;
	char *const *names;
	unsigned int n_names;
};

/**
 * enum topology_action - what `topology` is to do
 */
enum topology_action {
	TOPOLOGY_LIST,
	TOPOLOGY_SHOW,
	TOPOLOGY_CAPTURE,
};

/**
 * struct topology_args - of `topology`
 * @action: what to do
 * @what: with which topology, or file; NULL for none
 * @root: of the machine that is captured; NULL for this one
 */
struct topology_args {
	enum topology_action action;
	const char *what;
	const char *root;
};

/**
 * struct convert_args - of `html` and `perfetto`
 * @output: -o FILE
 * @run_id: --run ID, or NULL
 * @paths: the rest, @n_paths of them
 */
struct convert_args {
	const char *output;
	const char *run_id;
	char *const *paths;
	size_t n_paths;
};

/* What `stats` is asked: id, word, what the answer is. The first needs no word. */
#define STATS_QUESTIONS(row)						\
	row(SUMMARY, "", "one run: counts and means, what stands out")	\
	row(LIST, "list", "the runs, the newest first")			\
	row(METRICS, "metrics", "what there are numbers of, and when one is worse") \
	row(VALUES, "values [DIMENSION]", "what sides of a comparison can be") \
	row(SHOW_HOST, "show-host", "the machine that a run was on")	\
	row(EXPLAIN, "explain [FIELD]", "why members of a run's sidecars are null")

/**
 * enum stats_question - what `stats` is asked
 */
enum stats_question {
#define STATS_QUESTION_ID(id, word, what) STATS_##id,
	STATS_QUESTIONS(STATS_QUESTION_ID)
	STATS_N_QUESTIONS
};

/**
 * struct stats_args - of `stats`
 * @question: which
 * @what: the dimension or the member that it is about, or NULL
 * @run: --run ID, or NULL
 * @dir: --dir FOLDER, or NULL
 * @json: print JSON
 */
struct stats_args {
	enum stats_question question;
	const char *what;
	const char *run;
	const char *dir;
	bool json;
};

/**
 * struct compare_side_args - what is on one side
 * @name: as it was written
 * @wants: by dimension, or NULL
 * @dir: a folder, or NULL for the one of both
 */
struct compare_side_args {
	char name[256];
	const char *wants[N_RECORD_DIMENSIONS];
	const char *dir;
};

/**
 * struct compare_args - of `compare`
 * @sides: A and B; point into the words, which are cut up
 * @dir: --dir FOLDER, or NULL
 * @html: a page is written there; NULL for none
 * @seed: --seed N
 * @json: print JSON
 */
struct compare_args {
	struct compare_side_args sides[2];
	const char *dir;
	const char *html;
	unsigned int seed;
	bool json;
};

/**
 * struct host_args - of `host`
 * @files: A and B of `compare`; NULL for `capture`
 * @output: -o FILE, or NULL
 * @by: what a group is
 * @sort: by which value they are put in order
 * @limit: how many are shown
 * @json: print JSON
 * @is_compare_only: an option was given that `capture` has not
 */
struct host_args {
	const char *files[2];
	const char *output;
	enum state_group_by by;
	enum state_value sort;
	unsigned int limit;
	bool json;
	bool is_compare_only;
};

/**
 * struct suite_args - of `suite`
 * @folder: of the programs
 * @log: all that is said; NULL for none, as @times
 * @times: what tests took
 * @jobs: how many run side by side
 * @limit_s: what a process may take
 * @tell_fd: progress and totals go there; 0 for nowhere
 */
struct suite_args {
	const char *folder;
	const char *log;
	const char *times;
	unsigned int jobs;
	unsigned int limit_s;
	unsigned int tell_fd;
};

/**
 * struct check_args - of `check`
 * @list: print what there is
 * @all: all of it, whatever @names say
 * @table: of stages, instead of ours; NULL for ours
 * @count: print what the tests in this log came to instead; NULL for no
 * @names: of stages, @n of them; none for those of tier 1
 */
struct check_args {
	bool list;
	bool all;
	const char *table;
	const char *count;
	char *const *names;
	size_t n;
};

/*
 * Each reads the words of a subcommand, argv[0] is its name, and permutes them.
 * Return: 0; CLI_HELP when help is asked for; -EINVAL with one sentence in the
 * CLI_ERR_SIZE bytes at @err. What is in a choice is released by choice_free(),
 * whatever came of it.
 */
int run_args_parse(int argc, char **argv, struct run_args *args, char *err);
int list_args_parse(int argc, char **argv, struct list_args *args, char *err);
int repro_args_parse(int argc, char **argv, struct repro_args *args,
		     char *err);
int bug_report_args_parse(int argc, char **argv, struct bug_report_args *args,
			  char *err);
int export_args_parse(int argc, char **argv, struct export_args *args,
		      char *err);
int kernel_args_parse(int argc, char **argv, struct kernel_args *args,
		      char *err);
int convert_args_parse(int argc, char **argv, struct convert_args *args,
		       char *err);
int stats_args_parse(int argc, char **argv, struct stats_args *args, char *err);
int host_args_parse(int argc, char **argv, struct host_args *args, char *err);
int compare_args_parse(int argc, char **argv, struct compare_args *args,
		       char *err);
int topology_args_parse(int argc, char **argv, struct topology_args *args,
			char *err);
int suite_args_parse(int argc, char **argv, struct suite_args *args,
		     char *err);
int check_args_parse(int argc, char **argv, struct check_args *args,
		     char *err);
int completion_args_parse(int argc, char **argv, const char **shell,
			  char *err);
int no_args_parse(int argc, char **argv, char *err);

/**
 * choice_init() - have room for words
 * @choice: zeroed
 * @argc: how many words there are
 *
 * Return: 0, -EINVAL with a sentence in @err when there is no memory.
 */
int choice_init(struct suite_choice *choice, int argc, char *err);

/**
 * choice_free() - release what choice_init() has allocated
 * @choice: the choice
 */
void choice_free(struct suite_choice *choice);

/* Options of a choice, for tables of those that have one; see choice_args.c. */
int choice_take_test(void *args, const char *text, char *err);
int choice_take_fixture(void *args, const char *text, char *err);
int choice_take_variant(void *args, const char *text, char *err);
int choice_take_exclude(void *args, const char *text, char *err);
int choice_take_shard(void *args, const char *text, char *err);

/* The option of those that run tests; see attr_args.c. */
int attr_take(void *args, const char *text, char *err);

#define ATTR_OPTION							\
	{ 0, "attr", "NAME=VALUE", attr_take,				\
	  "an attribute that goes before what tests say, as\n"		\
	  "Documentation/attributes.rst lists them; may be repeated",	\
	  CLI_TEXT }

/* The option of those that take schedulers; see declared_args.c. */
int declared_take(void *args, const char *text, char *err);

#define DECLARED_OPTION							\
	{ 0, "declared", "FILE", declared_take,				\
	  "schedulers that are declared there, as Documentation/schedulers.rst\n" \
	  "says; may be repeated", CLI_FILE }

struct cli_command;

/**
 * attr_check_settings() - is what $KTSTR_ATTR says right?
 * @command: to be run
 * @err: CLI_ERR_SIZE bytes; gets one sentence
 *
 * Return: 0, also where @command has nothing to do with tests; -EINVAL.
 */
int attr_check_settings(const struct cli_command *command, char *err);

#define CHOICE_OPTIONS							\
	{ 't', "test", "TEST", choice_take_test,			\
	  "of these only such tests; may be repeated, and must match\n"	\
	  "something", CLI_TEST },					\
	{ 'f', "fixture", "FIXTURE", choice_take_fixture,		\
	  "of these only such fixtures; may be repeated", CLI_TEXT },	\
	{ 0, "variant", "VARIANT", choice_take_variant,			\
	  "of these only such variants; may be repeated", CLI_TEXT },	\
	{ 0, "exclude", "GLOB", choice_take_exclude,			\
	  "but for these; may be repeated", CLI_TEST },			\
	{ 0, "shard", "I/N", choice_take_shard,				\
	  "of these only the first, second ... of N parts", CLI_TEXT }

#define CHOICE_ABOUT							\
	"A GLOB is a name as results have it (scx.simple.steady), what one begins with\n" \
	"(scx.simple), a program, or a pattern of shells' ('*.steady'). One that matches\n" \
	"nothing is an error, said before anything is built or booted.\n"

#endif /* KTSTR_CLI_ARGS_H */
