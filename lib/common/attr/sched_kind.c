// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kind of attribute that is a scheduler. See kinds.h.
 */
#include "lib/common/attr/kinds.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/attr/schedulers.h"
#include "lib/common/util/util.h"

static int parse_into(const char *text, struct scheduler *s, char *why)
{
	const struct scheduler *known;

	/* Tests run in other folders than ours. */
	if (!*text || (strchr(text, '/') && *text != '/')) {
		snprintf(why, ATTR_WHY_SIZE,
			 "is neither a name, nor an absolute path, nor " SCHED_EEVDF);
		return -EINVAL;
	}
	known = scheduler_find(text);
	/* Of EEVDF nothing holds for what is said of another one behind it. */
	if (known && !known->binary) {
		*s = (struct scheduler){ .name = SCHED_EEVDF };
	} else if (known) {
		*s = *known;
	} else {
		*s = (struct scheduler){ .name = basename(text) };
		s->binary = text;
	}
	return 0;
}

static int parse_scheduler(const struct attr_row *row, const char *text,
			   struct attr_given *given, char *why)
{
	const struct scheduler **value = (void *)((char *)given + row->offset);
	int ret = parse_into(text, &given->scheduler, why);

	if (!ret)
		*value = &given->scheduler;
	return ret;
}

static int parse_versus(const struct attr_row *row, const char *text,
			struct attr_given *given, char *why)
{
	const struct scheduler **value = (void *)((char *)given + row->offset);
	int ret = parse_into(text, &given->versus, why);

	if (!ret)
		*value = &given->versus;
	return ret;
}

static void print_scheduler(const struct attr_row *row, const void *member,
			    struct strbuf *text)
{
	const struct scheduler * const *value = member;
	const struct scheduler *s = *value;

	(void)row;
	strbuf_addf(text, "%s", s->binary ?: s->enable[0] ? s->name :
						 SCHED_EEVDF);
}

const struct attr_kind attr_scheduler = {
	"PROGRAM|" SCHED_EEVDF, parse_scheduler, print_scheduler,
};

const struct attr_kind attr_versus = {
	"PROGRAM|" SCHED_EEVDF, parse_versus, print_scheduler,
};
