/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The process in which a scenario runs on this machine. For bare.c.
 */
#ifndef KTSTR_BARE_ENGINE_H
#define KTSTR_BARE_ENGINE_H

#include <signal.h>
#include <sys/types.h>

struct bare_job;
struct bare_place;

/**
 * struct bare_engine - what it begins with
 * @job: what is to be run
 * @place: where
 * @wire: its end of the socket for records
 * @output: for what it prints
 * @signals: those that it is to have blocked
 * @parent: who looks after it
 */
struct bare_engine {
	const struct bare_job *job;
	const struct bare_place *place;
	int wire;
	int output;
	const sigset_t *signals;
	pid_t parent;
};

/**
 * bare_engine_main() - run the scenario, in a process that was forked for it
 * @e: the engine
 */
void __attribute__((noreturn)) bare_engine_main(const struct bare_engine *e);

#endif /* KTSTR_BARE_ENGINE_H */
