/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sidecars: what is known of a test's run, as a JSON file beside its output.
 *
 * One file for each test that got a result on the host: TEST.ktstr.json in
 * $KTSTR_SIDECAR_DIR, put in place whole. Without the variable there is none.
 * A run that has a name ($KTSTR_RUN_ID) leaves the same file below runs/NAME,
 * where it stays when the test runs again, and where no other run writes.
 * Documentation/sidecars.rst describes the members.
 */
#ifndef KTSTR_REPORT_SIDECAR_H
#define KTSTR_REPORT_SIDECAR_H

#include "lib/common/attr/attr.h"
#include "lib/host/run/outcome.h"
#include "lib/host/run/run.h"
#include "lib/host/run/verdict.h"

#define SIDECAR_FORMAT	"ktstr-run"
#define SIDECAR_VERSION	2
#define SIDECAR_SUFFIX	".ktstr.json"
#define SIDECAR_RUNS	"runs"

/**
 * struct sidecar_repro - what came of runs with probes
 * @rounds: VMs that were run for it; 0 for none
 * @matched: those that failed as the test did
 */
struct sidecar_repro {
	unsigned int rounds;
	unsigned int matched;
};

/**
 * struct sidecar - a test's run
 * @config: the run as it was to be; its slowness is 0 when it was not measured,
 *	the kernel's image "" when there is none
 * @attr: its attributes, merged
 * @code: KSFT_*: what the test's result line says
 * @reason: its text, may be ""
 * @doubt: why the result is neither a pass nor a failure, where it is not
 * @culprit: what failed, and for whom; "" when nothing did, or nobody knows
 * @repro: what came of runs with probes
 * @took_ns: from the test's start to its result
 * @emulated: this is an emulated host
 * @retried: why the test was run again, and @out is of the last run; "" when
 *	it was not
 * @out: what the run has said; NULL when no VM was run
 */
struct sidecar {
	const struct run_config *config;
	const struct ktstr_attr *attr;
	int code;
	const char *reason;
	enum run_doubt doubt;
	const char *culprit;
	struct sidecar_repro repro;
	uint64_t took_ns;
	bool emulated;
	const char *retried;
	const struct run_outcome *out;
};

/**
 * sidecar_json() - the same as JSON
 * @sidecar: the run
 *
 * Return: an object, the caller's; NULL without memory.
 */
struct json_object *sidecar_json(const struct sidecar *sidecar);

/**
 * sidecar_write() - write the file
 * @sidecar: the run
 *
 * A file that cannot be written is a warning: it is no verdict. What was there
 * before stays then.
 */
void sidecar_write(const struct sidecar *sidecar);

#endif /* KTSTR_REPORT_SIDECAR_H */
