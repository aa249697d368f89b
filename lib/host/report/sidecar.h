/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sidecars: what is known of a test's run, as a JSON file beside its output.
 *
 * One file for each test that got a result on the host: TEST.ktstr.json in
 * $KTSTR_SIDECAR_DIR, put in place whole. Without the variable there is none.
 * Documentation/sidecars.rst describes the members.
 */
#ifndef KTSTR_REPORT_SIDECAR_H
#define KTSTR_REPORT_SIDECAR_H

#include "lib/run/outcome.h"
#include "vmm/topology.h"

#define SIDECAR_FORMAT	"ktstr-run"
#define SIDECAR_VERSION	1
#define SIDECAR_SUFFIX	".ktstr.json"

/**
 * struct sidecar - a test's run
 * @test: full name
 * @code: KSFT_*: what the test's result line says
 * @reason: its text, may be ""
 * @topology: of the VM
 * @scheduler: its name, NULL under EEVDF
 * @sched_args: its arguments, @n_sched_args of them
 * @kernel: path of the image; NULL when there is none
 * @slowness: see host_slowness(); 0 when it was not measured
 * @emulated: this is an emulated host
 * @retried: a VM hung before init, and @out is of the one booted after it
 * @out: what the run has said; NULL when no VM was run
 */
struct sidecar {
	const char *test;
	int code;
	const char *reason;
	struct topology topology;
	const char *scheduler;
	const char * const *sched_args;
	unsigned int n_sched_args;
	const char *kernel;
	double slowness;
	bool emulated;
	bool retried;
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
 * A file that cannot be written is a warning: it is no verdict.
 */
void sidecar_write(const struct sidecar *sidecar);

#endif /* KTSTR_REPORT_SIDECAR_H */
