// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: no file may make the readers of scenarios fail in another way than
 * by their return value; what they take can be looked at, and written, and is
 * taken again. Seeds: data/scenario/.
 */
#include <stdint.h>
#include <stdlib.h>

#include "lib/guest/scenario/steps.h"
#include "lib/guest/text/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(const struct scenario_text *st)
{
	struct strbuf text = STRBUF_INIT, other = STRBUF_INIT;
	struct scenario_text again;
	char err[512];

	scenario_def_check(&st->def, 2000, 2, err, sizeof(err));
	if (scenario_write(&st->def, st->what, &text) ||
	    scenario_read(text.text, text.len, "again", &again, err,
			  sizeof(err)))
		abort();
	scenario_text_free(&again);
	if (scenario_write_rt_app(&st->def, &other, &text))
		abort();
	strbuf_free(&other);
	strbuf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scenario_text st;
	char err[512] = "";

	if (!scenario_read((const char *)data, size, "f", &st, err,
			   sizeof(err))) {
		look_at(&st);
		scenario_text_free(&st);
	} else if (!err[0]) {
		abort();
	}
	return 0;
}
