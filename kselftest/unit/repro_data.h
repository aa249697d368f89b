/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read the unit tests' data, which lies beside their sources.
 */
#ifndef KTSTR_UNIT_REPRO_DATA_H
#define KTSTR_UNIT_REPRO_DATA_H

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* $KTSTR_UNIT_DATA goes before the place where this was compiled. */
static inline void data_path(char *path, size_t size, const char *name)
{
	const char *dir = getenv("KTSTR_UNIT_DATA");
	char here[] = __FILE__;

	if (dir)
		snprintf(path, size, "%s/%s", dir, name);
	else
		snprintf(path, size, "%s/data/%s", dirname(here), name);
}

/* The file with a NUL behind it; NULL with a message. free() it. */
static inline char *data_read(const char *name, size_t *len)
{
	char path[4096], *text = NULL;
	size_t got = 0, size = 0;
	FILE *f;

	data_path(path, sizeof(path), name);
	f = fopen(path, "r");
	if (!f) {
		fprintf(stderr, "# cannot open %s\n", path);
		return NULL;
	}
	for (;;) {
		if (size - got < 4096) {
			size += 65536;
			text = realloc(text, size);
			if (!text)
				break;
		}
		size_t n = fread(text + got, 1, size - got - 1, f);

		if (!n)
			break;
		got += n;
	}
	fclose(f);
	if (text)
		text[got] = '\0';
	if (len)
		*len = got;
	return text;
}

#endif /* KTSTR_UNIT_REPRO_DATA_H */
