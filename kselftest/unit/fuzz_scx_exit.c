// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz the parser of sched_ext exits, in two texts as the report does it.
 * Seeds: data/crash/.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/scx/culprit.h"
#include "lib/common/scx/exit.h"
#include "lib/common/scx/stack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct stack none = {};
	struct culprit culprit;
	struct scx_exit ex;

	exit_init(&ex);
	exit_parse(&ex, text, size / 2);
	exit_parse(&ex, text + size / 2, size - size / 2);
	culprit_pick(&ex, NULL, &culprit);
	if (culprit.task.pid < 0 || strlen(ex.msg) >= EXIT_MSG_LEN)
		abort();
	if (ex.found && exit_match(&ex, &none, &ex, &none) == EXIT_DIFFERENT)
		abort();
	return 0;
}
