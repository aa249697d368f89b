// SPDX-License-Identifier: GPL-2.0-only
/*
 * The functions of the kernel that runs.
 */
#include "init/probe/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct ksym *)a)->name,
		      ((const struct ksym *)b)->name);
}

const struct ksym *ksym_find(const struct prober *pr, const char *name)
{
	struct ksym key;

	if (strlen(name) >= sizeof(key.name))
		return NULL;
	memcpy(key.name, name, strlen(name) + 1);
	return bsearch(&key, pr->ksyms, pr->n_ksyms, sizeof(key), by_name);
}

bool ksym_exists(const struct prober *pr, const char *name)
{
	return !!ksym_find(pr, name);
}

int ksyms_load(struct prober *pr)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	unsigned int size = 0;
	char line[512];

	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		unsigned long long addr;
		char type, name[256];
		struct ksym *sym;

		if (sscanf(line, "%llx %c %255s", &addr, &type, name) != 3 ||
		    (type != 't' && type != 'T') || !addr ||
		    strlen(name) >= sizeof(sym->name))
			continue;
		if (pr->n_ksyms == size) {
			size = size ? size * 2 : 16384;
			sym = realloc(pr->ksyms, size * sizeof(*sym));
			if (!sym)
				break;
			pr->ksyms = sym;
		}
		sym = &pr->ksyms[pr->n_ksyms++];
		sym->addr = addr;
		memcpy(sym->name, name, strlen(name) + 1);
	}
	fclose(f);
	qsort(pr->ksyms, pr->n_ksyms, sizeof(*pr->ksyms), by_name);
	return pr->n_ksyms ? 0 : -ENOENT;
}
