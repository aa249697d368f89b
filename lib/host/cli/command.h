/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The subcommands of `ktstr`. One is a row here and its file, cmd_NAME.c with
 * NAME_main(); what it takes, where it takes anything, is in NAME_args.c.
 */
#ifndef KTSTR_CLI_COMMAND_H
#define KTSTR_CLI_COMMAND_H

#include <stddef.h>
#include <stdio.h>

#include "lib/host/cli/asked.h"
#include "lib/host/cli/option.h"

/*
 * name, as it is typed, what run_ktstr.sh sees to, what it takes, its operands,
 * what it does. One that says nothing of what it does is for scripts.
 */
#define CLI_COMMANDS(row)						\
	row(test, "test", CLI_VMS, &test_spec,				\
	    "SCHEDULER|--host [OPTION...] [-- ARGUMENT...]",			\
	    "a scheduler through the ready scenarios")			\
	row(run, "run", CLI_VMS, &run_spec, "[OPTION...] [GLOB...]",	\
	    "run tests")						\
	row(gauntlet, "gauntlet", CLI_VMS, &gauntlet_spec,		\
	    "[OPTION...] [GLOB...]",					\
	    "tests on many machines, under schedulers, kernels and flavours") \
	row(verify, "verify", CLI_VMS, &verify_spec, "[OPTION...]",	\
	    "schedulers through BPF's verifier, and a task through them") \
	row(ab, "ab", CLI_VMS, &ab_spec, "[OPTION...] A B",		\
	    "is scheduler B worse than A? by turns in one VM")		\
	row(bisect, "bisect", CLI_VMS, &bisect_spec,			\
	    "--good COMMIT --bad COMMIT [OPTION...] [SOURCE]",		\
	    "the first bad commit of a scheduler or of the kernel")	\
	row(list, "list", CLI_PROGRAMS, &list_spec,			\
	    "[OPTION...] [GLOB...]", "the names of tests")		\
	row(scenario, "scenario", CLI_PROGRAMS, &scenario_spec,		\
	    "[OPTION...] SCENARIO|FILE",				\
	    "a scenario as text: as scenario.json, or rt-app's")	\
	row(topology, "topology", CLI_PROGRAMS, &topology_spec,		\
	    "list|show TOPOLOGY|capture [FILE]",			\
	    "machines by name, one as text, this one as a file")	\
	row(shell, "shell", CLI_VMS, &shell_spec, "[OPTION...]",	\
	    "a prompt in a VM, or one command")				\
	row(repro, "repro", CLI_VMS, &repro_spec, "[OPTION...] TEST",	\
	    "one test, and again with probes on its crash path")	\
	row(export, "export", CLI_VMS, &export_spec, "[OPTION...] TEST",	\
	    "one test as a file that runs it on another machine")	\
	row(bug_report, "bug-report", CLI_PROGRAMS, &bug_report_spec,	\
	    "[OPTION...] TEST|RUN",					\
	    "what a test has left as one file, without your names")	\
	row(demo, "demo", CLI_VMS, &no_spec, "",			\
	    "what a scheduler's death looks like: a test that fails")	\
	row(kernel, "kernel", CLI_NOTHING, &kernel_spec,		\
	    "[list|build|fetch|clean [OPTION...] [NAME...]]",		\
	    "which kernel tests boot; have, list and remove kernels")	\
	row(kvm_check, "kvm-check", CLI_NOTHING, &no_spec, "",		\
	    "can KVM here run a kernel? usable, emulated or none")	\
	row(check, "check", CLI_VMS, &check_spec, "[-l] [all | STAGE...]", \
	    "the tests of ktstr itself, in stages")			\
	row(html, "html", CLI_PROGRAMS, &convert_spec,			\
	    "-o FILE [--run ID] SIDECAR|FOLDER...",			\
	    "a page that shows runs: no network, no other file")	\
	row(perfetto, "perfetto", CLI_PROGRAMS, &convert_spec,		\
	    "-o FILE [--run ID] SIDECAR|FOLDER...",			\
	    "the same as a trace for ui.perfetto.dev")			\
	row(stats, "stats", CLI_PROGRAMS, &stats_spec,			\
	    "[OPTION...] [list|metrics|values|show-host|explain [NAME]]", \
	    "runs that are over, in numbers")				\
	row(compare, "compare", CLI_PROGRAMS, &compare_spec,		\
	    "[OPTION...] A B", "is B worse than A? tests in pairs, with intervals") \
	row(host, "host", CLI_PROGRAMS, &host_spec,			\
	    "capture [-o FILE] | compare [OPTION...] A B",		\
	    "what this machine's threads have lived through")		\
	row(completion, "completion", CLI_NOTHING, &completion_spec,	\
	    "bash|zsh", "what completes our command lines in a shell")	\
	row(man, "man", CLI_NOTHING, &no_spec, "",			\
	    "the manual page, for man -l -")				\
	row(suite, "suite", CLI_NOTHING, &suite_spec,			\
	    "[OPTION...] FOLDER", NULL)

/*
 * Each with the words of its command line, argv[0] is its name. Return: exit
 * status; CLI_HELP, or another -errno with one sentence in the CLI_ERR_SIZE bytes
 * at @err.
 */
#define CLI_DECLARE_MAIN(name, typed, needs, spec, operands, what)	\
	int name##_main(int argc, char **argv, char *err);
CLI_COMMANDS(CLI_DECLARE_MAIN)

/**
 * struct cli_command - a row
 * @name: as it is typed
 * @needs: what run_ktstr.sh sees to
 * @spec: what it takes
 * @operands: for its usage
 * @what: one line, or NULL
 */
struct cli_command {
	const char *name;
	enum cli_needs needs;
	const struct cli_spec *spec;
	const char *operands;
	const char *what;
};

/* Those of the rows, and one that takes nothing. */
extern const struct cli_spec no_spec, test_spec, run_spec, list_spec,
	gauntlet_spec, verify_spec, ab_spec, bisect_spec,
	scenario_spec, topology_spec, shell_spec, repro_spec, export_spec,
	bug_report_spec, check_spec, kernel_spec,
	convert_spec, stats_spec, compare_spec, host_spec, completion_spec,
	suite_spec;

/* The rows, in their order. */
extern const struct cli_command cli_commands[];
extern const size_t cli_n_commands;

/**
 * cli_find() - the row of a name
 * @name: as it is typed
 * @err: CLI_ERR_SIZE bytes; gets one sentence where there is none, with names
 *	that are near
 *
 * Return: the row, NULL.
 */
const struct cli_command *cli_find(const char *name, char *err);

/**
 * cli_help() - what `NAME --help` prints
 * @to: where
 * @program: how we are called
 * @command: the row
 */
void cli_help(FILE *to, const char *program, const struct cli_command *command);

#endif /* KTSTR_CLI_COMMAND_H */
