// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machines that have a name. See presets.h.
 */
#include "lib/common/presets.h"

#include <string.h>

#include "lib/common/util/util.h"

const struct topology_form preset_uneven = {
	.name = "192cpu-11llc-smt",
	.llcs_given = true,
	.llc = {
		[0 ... 9] = { { { 9, 2, 0 } } },
		[10] = { { { 6, 2, 0 } } },
	},
};

#define AS_PRESET(id, name_, also_, n, l, c, t, what_)			\
	{ .name = name_, .also = also_, .topology = TOPOLOGY(n, l, c, t), \
	  .what = what_ },

const struct preset presets[] = {
	EVEN_PRESETS(AS_PRESET)
	{ .name = "192cpu-11llc-smt",
	  .topology = { 1, 11, 9, 2, &preset_uneven },
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
