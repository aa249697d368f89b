/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program that runs while whoever started it does something else: a process of
 * its own, the keeper, starts it, takes what it prints, minds its limits, ends it
 * and all that it has left behind, and tells how it went.
 */
#ifndef KTSTR_PAYLOAD_KEEPER_H
#define KTSTR_PAYLOAD_KEEPER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/common/wire/steal.h"
#include "lib/guest/payload/measure.h"
#include "lib/guest/payload/printed.h"

/**
 * enum keeper_failure - what it could not do to start it
 */
enum keeper_failure {
	KEEPER_STARTED,
	KEEPER_NO_PROCESS,	/* cannot make one */
	KEEPER_NO_CGROUP,	/* cannot enter the cgroup */
	KEEPER_NO_PROGRAM,	/* cannot run it */
};

/**
 * struct kept_told - what a keeper tells
 * @end_asked: told to it: end the program
 * @ended: there is nothing more to come
 * @failure: what could not be done to start it,
 * @error: and its errno
 * @status: of the program, as waitpid() has it
 * @terminated: it did not end by itself: it got SIGTERM
 * @timed_out: it was ended since its time was up
 * @flooded: it was ended since it printed too much
 * @killed: it ignored SIGTERM, and was ended by SIGKILL
 * @wall_ns: how long it ran
 * @own_ns: the same without what the host took
 * @printed: what it printed
 */
struct kept_told {
	atomic_bool end_asked;
	atomic_bool ended;
	enum keeper_failure failure;
	int error;
	int status;
	bool terminated;
	bool timed_out;
	bool flooded;
	bool killed;
	uint64_t wall_ns;
	uint64_t own_ns;
	struct printed printed[PAYLOAD_STREAMS];
};

/**
 * struct kept_program - a program that is kept
 * @pid: the keeper
 * @told: what it tells, in memory that both share
 */
struct kept_program {
	pid_t pid;
	struct kept_told *told;
};

/**
 * struct keeper_ask - what to run
 * @argv: program and arguments, ended by NULL
 * @procs: the file of a cgroup that takes processes; NULL to stay in ours
 * @dir: where it begins, and what it has as $PATH
 * @limit_ms: in how much time it must end
 * @grace_ms: in how much time it must end after SIGTERM
 * @output_max: how much it may print
 * @steal: what the host takes, may be NULL
 */
struct keeper_ask {
	char *const *argv;
	const char *procs;
	const char *dir;
	unsigned int limit_ms;
	unsigned int grace_ms;
	uint64_t output_max;
	const struct wire_steal *steal;
};

/**
 * keeper_start() - run it
 * @ask: what
 * @kept: filled in; release with keeper_end()
 *
 * Return: 0, -errno where there is no keeper.
 */
int keeper_start(const struct keeper_ask *ask, struct kept_program *kept);

/**
 * keeper_has_ended() - has the program ended?
 * @kept: it
 *
 * Return: it has, or its keeper is no more.
 */
bool keeper_has_ended(struct kept_program *kept);

/**
 * keeper_ask_end() - have it ended: SIGTERM, then SIGKILL, to all of its group
 * @kept: it
 */
void keeper_ask_end(struct kept_program *kept);

/**
 * keeper_end() - once it has ended, or whatever it does
 * @kept: it; what it told is gone then
 */
void keeper_end(struct kept_program *kept);

#endif /* KTSTR_PAYLOAD_KEEPER_H */
