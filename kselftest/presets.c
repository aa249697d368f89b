// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each machine that has a name boots, and its kernel shows what was asked for. Up to
 * 252 CPUs: they run where somebody names them, and have little memory each, as more
 * would be more than most hosts have.
 */
#include "ktstr.h"
#include "topology_compare.h"

#include "lib/common/presets.h"

KTSTR_FIXTURE(presets, .duration_s = 1);

#define MEMORY_MB(cpus)	(512 + 8 * (cpus))

#define AS_VARIANT(id, name, also, n, l, c, t, what)			\
	KTSTR_VARIANT(presets, id, .topology = TOPOLOGY(n, l, c, t),	\
		      .memory_mb = MEMORY_MB((l) * (c) * (t)));

EVEN_PRESETS(AS_VARIANT)

KTSTR_VARIANT(presets, _192cpu_11llc_smt, .memory_mb = MEMORY_MB(192),
	      .topology = { 1, 11, 9, 2, &preset_uneven });

KTSTR_TEST_F(presets, sysfs_shows_what_was_asked_for)
{
	EXPECT_TRUE(sysfs_is_so(&self->ctx->topology));
}

KTSTR_HARNESS_MAIN
