/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why members of sidecars are null, and what would fill them.
 */
#ifndef KTSTR_RESULTS_EXPLAIN_H
#define KTSTR_RESULTS_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>

struct json_object;

/**
 * struct explanation - one member, over some sidecars
 * @member: its name, with the object's and a dot before it
 * @cause: when it is null
 * @fix: what fills it; NULL where null is as it should be
 * @nulls: sidecars in which it is null, or missing
 * @of: sidecars that could have it: the object that holds it is there
 */
struct explanation {
	char member[64];
	const char *cause;
	const char *fix;
	size_t nulls;
	size_t of;
};

/**
 * explain_all() - each member that may be null, not counted yet
 * @list: gets them; the caller's
 *
 * Return: their number; 0 without memory.
 */
size_t explain_all(struct explanation **list);

/**
 * explain_count() - look at a sidecar
 * @list: what explain_all() gave, @n of them
 * @doc: its document
 */
void explain_count(struct explanation *list, size_t n, struct json_object *doc);

#endif /* KTSTR_RESULTS_EXPLAIN_H */
