/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sidecars of runs that never were, written by what writes those of real ones.
 */
#ifndef KTSTR_UNIT_MADE_SIDECARS_H
#define KTSTR_UNIT_MADE_SIDECARS_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest/unit/made_run.h"
#include "lib/common/util/file.h"
#include "lib/common/util/util.h"
#include "lib/host/report/sidecar.h"
#include "lib/host/run/outcome.h"
#include "lib/host/run/verdict.h"

/**
 * struct made_sidecar - what is in one
 * @run: its run; NULL for none
 * @commit: ktstr's; NULL for none
 * @test: its full name
 * @scheduler: NULL for EEVDF
 * @topology: all zeroes for 1n1l2c1t
 * @code: KSFT_*
 * @no_vm: nothing was run
 * @iterations: 0 for not known, as the next three
 * @spread_pct: percent
 * @max_gap_ms: milliseconds
 * @wake_ns_p99: nanoseconds
 */
struct made_sidecar {
	const char *run;
	const char *commit;
	const char *test;
	const char *scheduler;
	struct topology topology;
	int code;
	bool no_vm;
	int64_t iterations;
	double spread_pct;
	int64_t max_gap_ms;
	int64_t wake_ns_p99;
};

static inline void made_set_env(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

static inline void made_fill(struct run_outcome *out,
			     const struct made_sidecar *m)
{
	struct cgroup_quantities *q = &out->cgroups[0].q;

	out->n_cgroups = 1;
	snprintf(out->cgroups[0].name, sizeof(out->cgroups[0].name), "cg_0");
	quantities_forget(PER_CGROUP, q);
	q->workers = 2;
	q->iterations = m->iterations ?: QUANTITY_UNKNOWN;
	q->spread_pct = m->spread_pct > 0 ? m->spread_pct : NAN;
	q->max_gap_ms = m->max_gap_ms ?: QUANTITY_UNKNOWN;
	q->wake_ns_p99 = m->wake_ns_p99 ?: QUANTITY_UNKNOWN;
	out->vm.run_ns = 5 * NSEC_PER_SEC;
}

/* Into the folder of a run, as a test does; @out is some memory to work with. */
static inline void made_write_with(const char *dir,
				   const struct made_sidecar *m,
				   struct run_outcome *out)
{
	static const struct ktstr_attr attr;
	struct made_run run = { };
	struct sidecar s = {
		.config = &run.config, .attr = &attr, .code = m->code,
		.reason = m->code == RUN_FAIL ? "it failed" : "",
		.took_ns = 6 * NSEC_PER_SEC, .retried = "",
		.out = m->no_vm ? NULL : out,
	};

	made_run_init(&run, m->scheduler);
	if (m->topology.nodes)
		run.machine.topology = m->topology;
	run.config.test = m->test;
	outcome_init(out);
	made_fill(out, m);
	made_set_env("KTSTR_SIDECAR_DIR", dir);
	made_set_env("KTSTR_RUN_ID", m->run);
	made_set_env("KTSTR_COMMIT", m->commit);
	sidecar_write(&s);
	made_set_env("KTSTR_SIDECAR_DIR", NULL);
	made_set_env("KTSTR_RUN_ID", NULL);
	made_set_env("KTSTR_COMMIT", NULL);
	outcome_exit(out);
}

static inline void made_write(const char *dir, const struct made_sidecar *m)
{
	struct run_outcome *out = malloc(sizeof(*out));

	made_write_with(dir, m, out);
	free(out);
}

static inline void made_remove(const char *dir)
{
	folder_remove(dir);
}

/* ---- numbers as of chance, the same each time ---- */

static inline double made_uniform(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return ((*state * 0x2545f4914f6cdd1dULL >> 11) + 0.5) * 0x1p-53;
}

static inline double made_normal(uint64_t *state)
{
	double r = sqrt(-2 * log(made_uniform(state)));

	return r * cos(2 * M_PI * made_uniform(state));
}

#endif /* KTSTR_UNIT_MADE_SIDECARS_H */
