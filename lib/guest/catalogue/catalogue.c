// SPDX-License-Identifier: GPL-2.0-only
/*
 * All scenarios that are there. See catalogue.h.
 */
#include "lib/guest/catalogue/catalogue.h"

#include "lib/common/util/util.h"

#define CATALOGUE_ROW(arg, scenario, seconds_, text)			\
	{ .name = #scenario, .what = (text), .seconds = (seconds_),	\
	  .def = &catalogue_##scenario },

const struct catalogue_entry catalogue[] = {
	READY_SCENARIOS(CATALOGUE_ROW, _)
	CATALOGUE_SCENARIOS(CATALOGUE_ROW, _)
};

const size_t catalogue_n = ARRAY_SIZE(catalogue);
