// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz the stack parser: any bytes, and the names must be of their form.
 * Seeds: data/crash/.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/common/scx/stack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char base[STACK_NAME_LEN];
	struct stack st = {};
	unsigned int i;
	const char *p;

	stack_extract(&st, (const char *)data, size);
	for (i = 0; i < st.n; i++) {
		for (p = st.funcs[i].name; *p; p++)
			if (!isalnum((unsigned char)*p) && *p != '_' &&
			    *p != '.' && *p != '$')
				abort();
		if (p == st.funcs[i].name)
			abort();
		stack_base_name(st.funcs[i].name, base);
	}
	stack_free(&st);
	return 0;
}
