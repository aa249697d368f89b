// SPDX-License-Identifier: GPL-2.0-only
/*
 * What init looks at from time to time, as no file descriptor tells of it.
 */
#include "init/init.h"

const struct init_tick init_ticks[] = {
	{ scx_update },
	{ }
};
