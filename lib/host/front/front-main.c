// SPDX-License-Identifier: GPL-2.0-only
/*
 * What run_ktstr.sh becomes:
 *
 *	ktstr-front HERE CALLED MADE [ARGUMENT...]
 *
 * HERE is the folder of run_ktstr.sh, CALLED how that was called. MADE is "" for a
 * program that lies in the cache; else the folder that it was compiled to just now,
 * which it removes.
 */
#include <stdio.h>
#include <string.h>

#include "lib/common/util/process.h"
#include "lib/host/front/front.h"
#include "lib/host/front/own_program.h"
#include "lib/host/front/supervise.h"

#define OWN_WORDS	4

/**
 * struct call - how we were called
 * @front: what is known by that
 * @argc: of the words behind
 * @argv: the words
 */
struct call {
	struct front front;
	int argc;
	char **argv;
};

static int work(void *arg, int keeper_fd)
{
	struct call *call = arg;

	call->front.k.guard_fd = keeper_fd;
	return front_command(&call->front, call->argc, call->argv);
}

int main(int argc, char **argv)
{
	struct call call = { };
	const char *name;

	process_begin_able();
	if (argc < OWN_WORDS) {
		fprintf(stderr, "ktstr: this is run by ./run_ktstr.sh\n");
		return 1;
	}
	name = strrchr(argv[0], '/');
	if (*argv[3] && name) {
		call.front.made = name + 1;
		own_program_forget(argv[3], name + 1);
	}
	kenv_init(&call.front.k);
	call.front.here = argv[1];
	call.front.invoked_as = argv[2];
	call.argc = argc - OWN_WORDS;
	call.argv = argv + OWN_WORDS;
	return supervise(work, &call);
}
