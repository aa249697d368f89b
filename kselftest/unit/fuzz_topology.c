// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: no text may make the reader of topologies fail in another way than
 * by its return value and a sentence; what it takes can be asked for each CPU's
 * place, and is read again as it is written. Seeds: data/topology/.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/common/topology_text.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"

#define CPUS_MAX	2048	/* that are looked at */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const struct topology *t)
{
	unsigned int cpus = topology_cpus(t), cpu, taken = 0;
	struct topology_place p;

	if (t->llcs > CPUS_MAX || cpus > CPUS_MAX)
		return;
	for (cpu = 0; cpu < cpus; cpu++) {
		topology_place(t, cpu, &p);
		if (p.llc >= t->llcs || p.node >= topology_cpu_nodes(t) ||
		    p.thread >= p.threads || p.threads > t->threads ||
		    p.core >= t->cores)
			abort();
		taken += !p.thread && !p.llc;
	}
	if (!taken)
		abort();
}

static void read_again(const struct topology *t)
{
	struct strbuf text = STRBUF_INIT, again = STRBUF_INIT;
	struct topology_form *form;
	struct topology u;
	char err[200];

	topology_write(t, ":", &text);
	if (topology_read(text.text, NULL, &u, &form, err, sizeof(err)))
		abort();
	topology_write(&u, ":", &again);
	if (strcmp(text.text, again.text))
		abort();
	strbuf_free(&text);
	strbuf_free(&again);
	free(form);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), err[200] = "";
	struct topology_form *form;
	struct topology t;

	if (!text)
		return 0;
	if (!topology_read(text, NULL, &t, &form, err, sizeof(err))) {
		look(&t);
		read_again(&t);
		free(form);
	} else if (!err[0] || form) {
		abort();
	}
	free(text);
	return 0;
}
