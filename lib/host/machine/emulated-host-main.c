// SPDX-License-Identifier: GPL-2.0-only
/*
 * ktstr-emulated-host: run a command on an emulated host from a shell.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/log.h"
#include "lib/common/util/process.h"
#include "lib/common/util/util.h"
#include "lib/host/machine/paths.h"
#include "vmm/emulated-host/emuhost_judge.h"
#include "vmm/emulated-host/emulated-host.h"

#define KSFT_FAIL	1
#define KSFT_SKIP	4
#define MAX_LIST	64

static const char usage[] =
"Usage: ktstr-emulated-host [OPTION]... [--] COMMAND [ARG]...\n"
"Run COMMAND on an emulated host: a QEMU (TCG) whose KVM works, with this\n"
"machine's files, read-only, and empty /tmp, /run and /dev/shm.\n"
"\n"
"  -w FOLDER   let COMMAND write there; may be repeated\n"
"  -r FOLDER   show this folder of /tmp, /run or /dev/shm; may be repeated\n"
"  -e NAME     take this variable along; NAME=VALUE sets it; may be repeated\n"
"  -m MB       its memory (default 4096, at most 3/4 of the real)\n"
"  -t SECONDS  end COMMAND after so long\n"
"  -R          when the emulated host breaks, start COMMAND again even if it\n"
"              has printed something; twice at most\n"
"  -S PAIRS    shake it: so many times stop and cont in QEMU's monitor while\n"
"              COMMAND runs\n"
"  -j          with -S: judge each QEMU that has no verdict yet by whether\n"
"              COMMAND, which boots VMs, ends with status 0\n"
"  -h          this text\n"
"\n"
"Exit status: COMMAND's; 128+N when signal N ended it; 124 when its time was\n"
"up; 125 when the emulated host broke; 126 and 127 when COMMAND could not be\n"
"run or found; 4 when the emulated host is not in the cache: fetch.sh gets it;\n"
"1 for a mistake in the options.\n";

/* The command line, taken apart. */
struct options {
	struct emuhost_config config;
	const char *writable[MAX_LIST + 1];
	const char *readable[MAX_LIST + 1];
	const char *env[MAX_LIST + 1];
	bool judge;
};

static int add(const char **list, const char *value)
{
	unsigned int n = 0;

	while (list[n])
		n++;
	if (n == MAX_LIST) {
		pr_err("more than %d options of a kind", MAX_LIST);
		return -E2BIG;
	}
	list[n] = value;
	return 0;
}

static int parse_number(const char *text, char option, unsigned int *value)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || *end || *text < '1' || *text > '9' || n > INT_MAX) {
		pr_err("-%c %s: not a positive number", option, text);
		return -EINVAL;
	}
	*value = n;
	return 0;
}

static int option(struct options *o, int c)
{
	switch (c) {
	case 'w':
		return add(o->writable, optarg);
	case 'r':
		return add(o->readable, optarg);
	case 'e':
		return add(o->env, optarg);
	case 'm':
		return parse_number(optarg, c, &o->config.memory_mb);
	case 't':
		return parse_number(optarg, c, &o->config.timeout_s);
	case 'S':
		return parse_number(optarg, c, &o->config.storm_pairs);
	case 'j':
		o->judge = true;
		return 0;
	case 'R':
		o->config.restart = EMUHOST_RESTART_ALWAYS;
		return 0;
	default:
		fprintf(stderr, "Try: ktstr-emulated-host -h\n");
		return -EINVAL;
	}
}

static int run(struct options *o)
{
	char cache[PATH_MAX], agent[PATH_MAX];
	int status, err;

	err = host_cache_dir(cache, sizeof(cache));
	if (err) {
		pr_err("cache folder: set HOME or XDG_CACHE_HOME");
		return KSFT_SKIP;
	}
	err = host_find_program("ktstr-emuhost-agent", agent, sizeof(agent));
	if (err) {
		pr_err("ktstr-emuhost-agent: %s: it belongs beside this program",
		       strerror(-err));
		return KSFT_SKIP;
	}
	o->config.cache = cache;
	o->config.agent = agent;
	o->config.writable = o->writable;
	o->config.readable = o->readable;
	o->config.env = o->env;

	err = o->judge ? judge_run(&o->config, &status) :
			 emuhost_run(&o->config, &status);
	if (!err)
		return emuhost_exit_code(status);
	if (err == -EINVAL || err == -E2BIG)
		return KSFT_FAIL;
	return err == -ENOENT ? KSFT_SKIP : EMUHOST_EXIT_BROKEN;
}

int main(int argc, char **argv)
{
	struct options o = { };
	int c;

	process_begin();
	/* The first word that is no option is the command. */
	while ((c = getopt(argc, argv, "+w:r:e:m:t:RS:jh")) >= 0) {
		if (c == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (option(&o, c))
			return KSFT_FAIL;
	}
	if (optind == argc) {
		fprintf(stderr, "no command to run\nTry: ktstr-emulated-host -h\n");
		return KSFT_FAIL;
	}
	if (o.judge && !o.config.storm_pairs) {
		fprintf(stderr, "-j takes -S, the storm\nTry: ktstr-emulated-host -h\n");
		return KSFT_FAIL;
	}
	o.config.argv = (const char *const *)argv + optind;
	return run(&o);
}
