// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machines that have a name. See presets.h.
 */
#include "lib/common/presets.h"

#include <string.h>

#include "lib/common/util/util.h"

static const struct topology_form uneven = {
	.name = "192cpu-11llc-smt",
	.llcs_given = true,
	.llc = {
		[0 ... 9] = { { { 9, 2, 0 } } },
		[10] = { { { 6, 2, 0 } } },
	},
};

#define EVEN(name_, also_, n, l, c, t, what_) {				\
	.name = name_, .also = also_, .topology = TOPOLOGY(n, l, c, t),	\
	.what = what_ }

const struct preset presets[] = {
	EVEN("tiny-1llc", "4cpu-1llc-nosmt", 1, 1, 4, 1,
	     "four CPUs that share one cache"),
	EVEN("tiny-2llc", "4cpu-2llc-nosmt", 1, 2, 2, 1,
	     "four CPUs, two to a cache"),
	EVEN("odd-3llc", "9cpu-3llc-nosmt", 1, 3, 3, 1,
	     "three caches of three CPUs"),
	EVEN("odd-5llc", "15cpu-5llc-nosmt", 1, 5, 3, 1,
	     "five caches of three CPUs"),
	EVEN("odd-7llc", "14cpu-7llc-nosmt", 1, 7, 2, 1,
	     "seven caches of two CPUs"),
	EVEN("smt-2llc", "8cpu-2llc-smt", 1, 2, 2, 2,
	     "two caches, cores of two threads"),
	EVEN("smt-3llc", "12cpu-3llc-smt", 1, 3, 2, 2,
	     "three caches, cores of two threads"),
	EVEN("medium-4llc", "32cpu-4llc-smt", 1, 4, 4, 2,
	     "32 CPUs, four caches, cores of two threads"),
	EVEN("medium-8llc", "64cpu-8llc-smt", 1, 8, 4, 2,
	     "64 CPUs, eight caches, cores of two threads"),
	EVEN("large-4llc", "128cpu-4llc-smt", 1, 4, 16, 2,
	     "128 CPUs, four large caches, cores of two threads"),
	EVEN("large-8llc", "128cpu-8llc-smt", 1, 8, 8, 2,
	     "128 CPUs, eight caches, cores of two threads"),
	EVEN("near-max-llc", "240cpu-15llc-smt", 1, 15, 8, 2,
	     "240 CPUs, fifteen caches, cores of two threads"),
	EVEN("max-cpu", "252cpu-14llc-smt", 1, 14, 9, 2,
	     "252 CPUs, fourteen caches, cores of two threads"),
	EVEN("medium-4llc-nosmt", "32cpu-4llc-nosmt", 1, 4, 8, 1,
	     "32 CPUs, four caches"),
	EVEN("medium-8llc-nosmt", "64cpu-8llc-nosmt", 1, 8, 8, 1,
	     "64 CPUs, eight caches"),
	EVEN("large-4llc-nosmt", "128cpu-4llc-nosmt", 1, 4, 32, 1,
	     "128 CPUs, four large caches"),
	EVEN("large-8llc-nosmt", "128cpu-8llc-nosmt", 1, 8, 16, 1,
	     "128 CPUs, eight caches"),
	EVEN("near-max-llc-nosmt", "240cpu-15llc-nosmt", 1, 15, 16, 1,
	     "240 CPUs, fifteen caches"),
	EVEN("max-cpu-nosmt", "252cpu-14llc-nosmt", 1, 14, 18, 1,
	     "252 CPUs, fourteen caches"),
	EVEN("numa2-4llc", "2numa-16cpu-4llc-nosmt", 2, 4, 4, 1,
	     "two nodes of two caches"),
	EVEN("numa2-8llc", "2numa-128cpu-8llc-smt", 2, 8, 8, 2,
	     "128 CPUs, two nodes of four caches, cores of two threads"),
	EVEN("numa2-8llc-nosmt", "2numa-128cpu-8llc-nosmt", 2, 8, 16, 1,
	     "128 CPUs, two nodes of four caches"),
	EVEN("numa4-8llc", "4numa-32cpu-8llc-nosmt", 4, 8, 4, 1,
	     "four nodes of two caches"),
	EVEN("numa4-12llc", "4numa-192cpu-12llc-smt", 4, 12, 8, 2,
	     "192 CPUs, four nodes of three caches, cores of two threads"),
	EVEN("2numa-32cpu-2llc-smt", NULL, 2, 2, 8, 2,
	     "two nodes, each with one cache, cores of two threads"),
	{ .name = "192cpu-11llc-smt",
	  .topology = { 1, 11, 9, 2, &uneven },
	  .cpu_budget = 96,
	  .what = "192 CPUs, ten caches of eighteen and one of twelve" },
};

const size_t n_presets = ARRAY_SIZE(presets);

const struct preset *preset_find(const char *name)
{
	size_t i;

	for (i = 0; i < n_presets; i++)
		if (!strcmp(presets[i].name, name) ||
		    (presets[i].also && !strcmp(presets[i].also, name)))
			return &presets[i];
	return NULL;
}
