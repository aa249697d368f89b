/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ktstr-probe hands to the host, as the payload of WIRE_PROBE records.
 *
 * Each payload is a struct probe_rec and what its type says. Order: functions
 * as they are attached, then once, after the scheduler's exit, the exit, the
 * calls and the status. Notes may come at any time.
 */
#ifndef KTSTR_PROBE_PROBE_WIRE_H
#define KTSTR_PROBE_PROBE_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/probe.h"
#include "lib/common/probe/desc.h"

/*
 * The names that ktstr-probe gets, a line each: kernel functions, and with this
 * in front functions of the scheduler's BPF programs. The first line may say
 * that the user gave them: then each may be either, and it is their calls that
 * are wanted.
 */
#define PROBE_NAMES_BPF		"bpf:"
#define PROBE_NAMES_USER	"@named"

enum probe_rec_type {
	PROBE_REC_FUNC = 1,	/* struct probe_desc */
	PROBE_REC_NOTE,		/* text: what was lost, and where */
	PROBE_REC_EXIT,		/* struct probe_exit */
	PROBE_REC_CULPRIT,	/* struct probe_culprit */
	PROBE_REC_CALL,		/* struct probe_call */
	PROBE_REC_STATUS,	/* struct probe_status; the last one */
};

struct probe_rec {
	uint32_t type;
	uint32_t len;		/* of what follows */
};

/**
 * struct probe_culprit - whose calls were taken
 * @source: enum culprit_source
 * @addr: its task_struct, 0 when only the pid is known
 */
struct probe_culprit {
	uint64_t addr;
	uint32_t source;
	int32_t pid;
	char comm[32];
};

/* What told the probes that the scheduler ends. */
enum probe_trigger {
	PROBE_TRIGGER_NONE,
	PROBE_TRIGGER_TRACEPOINT,	/* sched_ext_exit */
	PROBE_TRIGGER_FUNC,		/* the entry of a kernel function */
};

/**
 * struct probe_status - what each step of the pipeline had left
 * @asked: functions that the host named
 * @traceable: of these, and of the ops' callers, those that exist
 * @kernel: kernel functions with an entry probe
 * @kernel_exit: those with a return probe, too
 * @ops: BPF programs found
 * @ops_probed: those with probes
 * @trigger: enum probe_trigger
 * @exit_seen: did the trigger fire?
 * @sent: calls sent
 * @kept: calls that the map held
 */
struct probe_status {
	uint32_t asked;
	uint32_t traceable;
	uint32_t kernel;
	uint32_t kernel_exit;
	uint32_t ops;
	uint32_t ops_probed;
	uint32_t trigger;
	uint32_t exit_seen;
	uint32_t sent;
	uint32_t kept;
	struct probe_stats stats;
};

_Static_assert(sizeof(struct probe_culprit) == 48, "wire format");
_Static_assert(sizeof(struct probe_status) == 80, "wire format");

/**
 * probe_call_wanted() - does a call belong to the culprit's story?
 *
 * ktstr-probe uses it to know what to hand over, the host to know what to show.
 */
bool probe_call_wanted(const struct probe_call *call,
		       const struct probe_culprit *culprit);

#endif /* KTSTR_PROBE_PROBE_WIRE_H */
