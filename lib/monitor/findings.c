// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeping dumps beyond the life of their guest. See findings.h.
 */
#include "lib/monitor/findings.h"

#include <stdio.h>
#include <string.h>

#include "lib/util/util.h"

void mon_findings_exit(struct mon_findings *f)
{
	unsigned int i;

	for (i = 0; i < f->n_dumps; i++) {
		mon_dump_destroy(f->dumps[i].dump);
		strbuf_free(&f->dumps[i].text);
	}
	memset(f, 0, sizeof(*f));
}

const struct mon_kept_dump *
mon_findings_get(const struct mon_findings *f, enum mon_dump_why why)
{
	unsigned int i;

	for (i = 0; i < f->n_dumps; i++)
		if (f->dumps[i].why == why)
			return &f->dumps[i];
	return NULL;
}

const struct mon_kept_dump *
mon_findings_dump(struct mon_findings *f, const struct mon_guest *guest,
		  enum mon_dump_why why, const char *what, uint64_t stall_ns)
{
	const struct mon_dump_options options = { .stall_ns = stall_ns };
	struct mon_kept_dump *kept;

	if (f->n_dumps == MON_DUMPS_MAX || mon_findings_get(f, why))
		return NULL;
	kept = &f->dumps[f->n_dumps];
	memset(kept, 0, sizeof(*kept));
	kept->host_ns = clock_now_ns();
	kept->tsc = guest->mem.ops->guest_tsc ?
		    guest->mem.ops->guest_tsc(guest->mem.ctx) : 0;
	if (mon_dump_create(guest, &options, &kept->dump))
		return NULL;
	kept->why = why;
	snprintf(kept->what, sizeof(kept->what), "%s", what);
	kept->text = (struct strbuf){ .text = (char *)"",
				      .max = MON_DUMP_TEXT_MAX };
	mon_dump_text(kept->dump, &kept->text);
	kept->dump->guest = NULL;
	f->n_dumps++;
	return kept;
}
