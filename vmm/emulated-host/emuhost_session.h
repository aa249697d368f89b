/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One start of an emulated host, from its first byte to the command's status
 * or to the moment when it is given up.
 */
#ifndef KTSTR_VMM_EMUHOST_SESSION_H
#define KTSTR_VMM_EMUHOST_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/util/strbuf.h"
#include "vmm/emulated-host/emuhost_frames.h"
#include "vmm/emulated-host/emuhost_machine.h"

/**
 * enum session_end - how it ended
 * @SESSION_EXIT: the command ended; its status is known
 * @SESSION_SIGNAL: a signal came for us
 * @SESSION_TIMEOUT: the command's time was up
 * @SESSION_BROKEN: the emulated host failed
 */
enum session_end {
	SESSION_RUNS,
	SESSION_EXIT,
	SESSION_SIGNAL,
	SESSION_TIMEOUT,
	SESSION_BROKEN,
};

/**
 * struct session - a start that is watched
 * @machine: whose
 * @request: what to send to the agent
 * @signals: signalfd of what ends a run
 * @stall_ms: give up after so long without a frame
 * @boot_ms: give up when the first frame has not come by then
 * @timeout_ms: end the command after so long; 0: no limit
 * @filter: says which part of the command's stdout is passed on; may be NULL
 * @filter_ctx: its first argument
 *
 * Results:
 * @end: how it ended
 * @status: of wait(2), with SESSION_EXIT
 * @signal: which, with SESSION_SIGNAL
 * @reason: what was wrong, with SESSION_BROKEN
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
 * @beat_ms: the last heartbeat's time
 * @quiet_ms: since the last frame
 * @quiet_max_ms: the longest of these while the command ran
 * @run_ms: since the command's start
 */
struct session {
	struct machine *machine;
	const struct strbuf *request;
	int signals;
	unsigned int stall_ms;
	unsigned int boot_ms;
	unsigned int timeout_ms;
	const char *(*filter)(void *ctx, const char *data, size_t *len);
	void *filter_ctx;

	enum session_end end;
	int status;
	int signal;
	char reason[256];
	bool said;
	struct strbuf console;
	struct strbuf log;

	size_t sent;
	struct frames frames;
	char stage[64];
	bool booted;
	bool running;
	uint64_t beat_ms;
	uint64_t quiet_ms;
	uint64_t quiet_max_ms;
	uint64_t run_ms;
};

/**
 * session_run() - send the request, watch, pass output on
 *
 * Returns when s->end is no longer SESSION_RUNS.
 */
void session_run(struct session *s);
void session_exit(struct session *s);

#endif /* KTSTR_VMM_EMUHOST_SESSION_H */
