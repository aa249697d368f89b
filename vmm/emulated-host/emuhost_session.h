/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One start of an emulated host, from its first byte to the command's status
 * or to the moment when it is given up.
 */
#ifndef KTSTR_VMM_EMUHOST_SESSION_H
#define KTSTR_VMM_EMUHOST_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/common/util/strbuf.h"
#include "vmm/emulated-host/emuhost_clock.h"
#include "vmm/emulated-host/emuhost_frames.h"
#include "vmm/emulated-host/emuhost_machine.h"
#include "vmm/emulated-host/emuhost_output.h"
#include "vmm/emulated-host/emuhost_storm.h"

/**
 * enum session_end - how it ended
 * @SESSION_EXIT: the command ended; its status is known
 * @SESSION_SIGNAL: a signal came for us
 * @SESSION_TIMEOUT: the command's time was up
 * @SESSION_BROKEN: the emulated host failed
 * @SESSION_CROWDED: this machine is too busy for a clock of its own
 */
enum session_end {
	SESSION_RUNS,
	SESSION_EXIT,
	SESSION_SIGNAL,
	SESSION_TIMEOUT,
	SESSION_BROKEN,
	SESSION_CROWDED,
};

/**
 * struct session - a start that is watched
 * @machine: whose
 * @request: what to send to the agent
 * @signals: signalfd of what ends a run
 * @stall_ms: give up after so long without a frame
 * @boot_ms: give up when the first frame has not come by then
 * @timeout_ms: end the command after so long; 0: no limit
 * @storm_pairs: shake the machine so often while the command runs; 0: not
 * @clock: with EMUHOST_CLOCK_AUTO, it ends before the command is started when
 *	the machine is busy
 * @filter: says which part of the command's stdout is passed on; may be NULL
 * @filter_ctx: its first argument
 *
 * Results:
 * @end: how it ended
 * @status: of wait(2), with SESSION_EXIT
 * @signal: which, with SESSION_SIGNAL
 * @reason: what was wrong, with SESSION_BROKEN
 * @taken_pct: of the time that QEMU wanted while it booted, what it did not get
 * @said: the command has said something
 * @console: the end of what the kernel said
 * @log: the end of what QEMU and virtiofsd said
 *
 * Its own:
 * @sent: bytes of the request that are on their way
 * @frames: from the agent
 * @stage: the agent's last
 * @booted: a frame has come
 * @running: the command has been started
 * @exited: it has ended; what it has said is still on its way
 * @beat_ms: the last heartbeat's time
 * @first_beat_ms: the first one's
 * @first_own_ms: when that came, by this machine's CLOCK_MONOTONIC; 0 before
 * @waited_ns: what QEMU has waited for a CPU, as far as it was taken off
 * @quiet_ms: since the last frame
 * @quiet_max_ms: the longest of these while the command ran
 * @run_ms: since the command's start
 * @out: the command's stdout and stderr
 * @storm: the storm, once the command runs
 */
struct session {
	struct emu_machine *machine;
	const struct strbuf *request;
	int signals;
	unsigned int stall_ms;
	unsigned int boot_ms;
	unsigned int timeout_ms;
	unsigned int storm_pairs;
	enum emuhost_clock clock;
	const char *(*filter)(void *ctx, const char *data, size_t *len);
	void *filter_ctx;

	enum session_end end;
	int status;
	int signal;
	char reason[256];
	unsigned int taken_pct;
	bool said;
	struct strbuf console;
	struct strbuf log;

	size_t sent;
	struct frames frames;
	char stage[64];
	bool booted;
	bool running;
	bool exited;
	uint64_t beat_ms;
	uint64_t first_beat_ms;
	uint64_t first_own_ms;
	uint64_t waited_ns;
	uint64_t quiet_ms;
	uint64_t quiet_max_ms;
	uint64_t run_ms;
	struct output out[2];
	struct storm storm;
};

/**
 * session_run() - send the request, watch, pass output on
 *
 * Returns when s->end is no longer SESSION_RUNS and all output was taken by
 * whoever reads ours, for whom it waits; but not after a signal. The machine
 * goes on to run until emu_machine_stop(): the agent, too, waits to be ended.
 */
void session_run(struct session *s);
void session_exit(struct session *s);

#endif /* KTSTR_VMM_EMUHOST_SESSION_H */
