// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernels in the cache, shown. See kentry.h.
 */
#include "lib/host/kernel/kentry.h"

#include <stdbool.h>
#include <string.h>

#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/kernel/kenv.h"

#define MIB	(1ULL << 20)

/* ---- for people ---- */

static const char *or_dash(const char *text)
{
	return *text ? text : "-";
}

static int width(const struct kentries *all)
{
	size_t i, most = strlen("VERSION");

	for (i = 0; i < all->n; i++)
		most = max(most, strlen(all->list[i].version));
	return most;
}

void kentries_print(const struct kenv *k, const struct kentries *all, FILE *to)
{
	int len = width(all);
	size_t i;

	if (!all->n) {
		fprintf(to, "no kernel in %s/kernels\n", k->cache);
		return;
	}
	fprintf(to, "%-*s  SOURCE  BUILT          MiB  KEY\n", len, "VERSION");
	for (i = 0; i < all->n; i++) {
		const struct kentry *e = &all->list[i];

		fprintf(to, "%-*s  %-6s  %-10.10s  %6llu  %s%s%s%s\n", len,
			or_dash(e->version), or_dash(e->source),
			or_dash(e->built), (unsigned long long)(e->bytes / MIB),
			e->key, e->held ? ", in use" : "",
			e->fault[0] ? ", not whole: " : "", e->fault);
	}
}

/* ---- for programs ---- */

void kjson_text(FILE *to, const char *text)
{
	size_t len;

	fputc('"', to);
	while (*text) {
		len = text_char(text, strlen(text));
		if (!len)
			fprintf(to, "\\u%04x", (unsigned char)*text < ' ' ?
				(unsigned char)*text : '?');
		else if (*text == '"' || *text == '\\')
			fprintf(to, "\\%c", *text);
		else
			fwrite(text, 1, len, to);
		text += len ?: 1;
	}
	fputc('"', to);
}

static void put(FILE *to, const char *name, const char *text)
{
	fprintf(to, "      \"%s\": ", name);
	if (*text)
		kjson_text(to, text);
	else
		fputs("null", to);
	fputs(",\n", to);
}

static void put_entry(const struct kenv *k, const struct kentry *e, FILE *to)
{
	char path[PATH_MAX];

	fputs("    {\n", to);
	put(to, "key", e->key);
	put(to, "path", kenv_path(k, path, "kernels/%s", e->key));
	put(to, "version", e->version);
	put(to, "source", e->source);
	put(to, "tree", e->tree);
	put(to, "state", e->state);
	put(to, "commit", e->commit);
	put(to, "compiler", e->compiler);
	put(to, "built", e->built);
	put(to, "fault", e->fault);
	fprintf(to, "      \"build_s\": %u,\n      \"bytes\": %llu,\n      \"used_s\": %lld,\n      \"held\": %s\n    }",
		e->build_s, (unsigned long long)e->bytes,
		(long long)e->used.tv_sec, e->held ? "true" : "false");
}

void kentries_json(const struct kenv *k, const struct kentries *all, FILE *to)
{
	size_t i;

	fputs("{\n  \"format\": \"ktstr-kernels-1\",\n  \"cache\": ", to);
	kjson_text(to, k->cache);
	fputs(",\n  \"kernels\": [", to);
	for (i = 0; i < all->n; i++) {
		fputs(i ? ",\n" : "\n", to);
		put_entry(k, &all->list[i], to);
	}
	fputs(all->n ? "\n  ]\n}\n" : "]\n}\n", to);
}
