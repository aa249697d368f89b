/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * By which clock an emulated host lives.
 *
 * By the real one it is fastest, but what else runs on this machine takes
 * time away from it, and a kernel in there cannot know. By a virtual one, QEMU
 * counts instructions (-icount): time stands still for all in there while
 * QEMU does not run, and no load of this machine can be taken for a stall. It
 * costs more than half as much again, so it is for a machine that is busy.
 */
#ifndef KTSTR_VMM_EMUHOST_CLOCK_H
#define KTSTR_VMM_EMUHOST_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define EMUHOST_CLOCK_ENV	"KTSTR_EMUHOST_CLOCK"
#define EMUHOST_CLOCK_WORDS	"auto, real, virtual"

/**
 * enum emuhost_clock - whose time it is in there
 * @EMUHOST_CLOCK_AUTO: the real one, unless the machine turns out to be busy
 *	while the emulated host boots
 * @EMUHOST_CLOCK_REAL: this machine's
 * @EMUHOST_CLOCK_VIRTUAL: its own, which goes on with each instruction
 */
enum emuhost_clock {
	EMUHOST_CLOCK_AUTO,
	EMUHOST_CLOCK_REAL,
	EMUHOST_CLOCK_VIRTUAL,
};

/**
 * struct emuhost_pressure - what a process wanted of its CPU, and got
 * @ran_ns: CPU time of its busiest thread
 * @waited_ns: how long that thread was runnable and did not run
 */
struct emuhost_pressure {
	uint64_t ran_ns;
	uint64_t waited_ns;
};

/**
 * emuhost_clock_parse() - which clock a word names
 * @word: "auto", "real" or "virtual"; NULL and "" mean real
 * @clock: filled in
 *
 * Return: 0; -EINVAL when it is none of them.
 */
int emuhost_clock_parse(const char *word, enum emuhost_clock *clock);

/**
 * emuhost_clock_name() - the word for a clock
 *
 * Return: "auto", "real" or "virtual".
 */
const char *emuhost_clock_name(enum emuhost_clock clock);

/**
 * emuhost_clock_tsc_khz() - how fast the time stamp counter in there goes
 * @clock: EMUHOST_CLOCK_VIRTUAL, or else the real one, which is this machine's TSC
 *
 * The kernel in there is told: what it measured against an emulated timer, while
 * others took QEMU's CPU, was wrong by a factor of twenty now and then, and so were
 * all its timeouts. It takes EMUHOST_TSC_MS.
 *
 * Return: kHz; 0 where that cannot be told, so that it has to measure.
 */
unsigned int emuhost_clock_tsc_khz(enum emuhost_clock clock);

/* How long the TSC is watched: what disturbs a look, by 1 us, makes 50 ppm. */
#define EMUHOST_TSC_MS	20

/**
 * emuhost_clock_is_fast() - does the clock in there run away?
 * @own_ms: this machine's time that has passed
 * @their_ms: what the emulated host takes it for
 *
 * Said when it is beyond doubt: how late the first look was is not known.
 */
bool emuhost_clock_is_fast(uint64_t own_ms, uint64_t their_ms);

/**
 * emuhost_pressure_read() - how it goes for a process of ours
 * @pid: the process, not yet reaped
 * @p: filled in
 *
 * Return: 0; -ENOENT when it is gone or the kernel keeps no such count
 * (CONFIG_SCHED_INFO).
 */
int emuhost_pressure_read(pid_t pid, struct emuhost_pressure *p);

/**
 * emuhost_pressure_taken_pct() - the part that others had
 *
 * Return: of the time in which the thread wanted to run, how much it did not,
 * in percent; 0 when it never wanted to.
 */
unsigned int emuhost_pressure_taken_pct(const struct emuhost_pressure *p);

#endif /* KTSTR_VMM_EMUHOST_CLOCK_H */
