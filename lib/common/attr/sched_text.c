// SPDX-License-Identifier: GPL-2.0-only
/*
 * A scheduler as attributes say it. See schedulers.h.
 */
#include <stddef.h>

#include "lib/common/attr/kinds.h"
#include "lib/common/attr/schedulers.h"
#include "lib/common/util/util.h"

static bool is_said(const void *member, size_t size)
{
	const char *bytes = member;

	while (size && !*bytes) {
		bytes++;
		size--;
	}
	return size;
}

static void add_row(const struct attr_row *row, const void *member,
		    struct strbuf *text)
{
	const char * const *list = member;
	struct strbuf value = STRBUF_INIT;
	unsigned int i;

	if (row->merge == ATTR_ADDS) {
		for (i = 0; i < KTSTR_MAX_ARGS && list[i]; i++)
			attr_given_addf(text, "%s=%s", row->name, list[i]);
		return;
	}
	row->kind->print(row, member, &value);
	attr_given_addf(text, "%s=%s", row->name, value.text);
	strbuf_free(&value);
}

void scheduler_text(const struct scheduler *s, struct strbuf *text)
{
	const struct attr_row *row;

	attr_given_addf(text, "scheduler=%s", SCHED_EEVDF);
	for (row = sched_rows; s && row < sched_rows + sched_n_rows; row++) {
		const void *member = (const char *)s + row->offset -
			offsetof(struct attr_given, scheduler);

		if (is_said(member, row->size))
			add_row(row, member, text);
	}
}
