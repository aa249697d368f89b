// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which names somebody may have meant. See near.h.
 */
#include "lib/common/util/near.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/util/util.h"

/* Of a part of a name that has to be there to be a hint. */
#define PART_MIN	3

/* Rows of the table: how far the first letters of both names are apart */
struct rows {
	unsigned short before[NEAR_NAME_SIZE];
	unsigned short last[NEAR_NAME_SIZE];
	unsigned short now[NEAR_NAME_SIZE];
};

/* Of the first @i and @j letters, all shorter ones being known. */
static unsigned int slips_of(const struct rows *r, const char *a, unsigned int i,
			     const char *b, unsigned int j)
{
	bool same = a[i - 1] == b[j - 1];
	unsigned int n;

	n = min(r->last[j], r->now[j - 1]) + 1U;
	n = min(n, r->last[j - 1] + !same + 0U);
	if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
		n = min(n, r->before[j - 2] + 1U);
	return n;
}

unsigned int near_distance(const char *a, const char *b)
{
	unsigned int la = strnlen(a, NEAR_NAME_SIZE - 1);
	unsigned int lb = strnlen(b, NEAR_NAME_SIZE - 1);
	struct rows r = { };
	unsigned int i, j;

	for (j = 0; j <= lb; j++)
		r.now[j] = j;
	for (i = 1; i <= la; i++) {
		memcpy(r.before, r.last, sizeof(r.before));
		memcpy(r.last, r.now, sizeof(r.last));
		r.now[0] = i;
		for (j = 1; j <= lb; j++)
			r.now[j] = slips_of(&r, a, i, b, j);
	}
	return r.now[lb];
}

/* Where it is already, else behind the last one */
static unsigned int place_of(const struct near *near, const char *shown)
{
	unsigned int i;

	for (i = 0; i < near->n; i++)
		if (!strncmp(near->best[i].name, shown, NEAR_NAME_SIZE - 1))
			break;
	return i;
}

static void keep(struct near *near, const char *shown, unsigned int distance)
{
	unsigned int was = place_of(near, shown), i = was;

	if (was < near->n && near->best[was].distance <= distance)
		return;
	while (i && near->best[i - 1].distance > distance)
		i--;
	if (i == NEAR_MAX)
		return;
	was = min(was, NEAR_MAX - 1U);
	near->n = max(near->n, was + 1);
	memmove(&near->best[i + 1], &near->best[i],
		(was - i) * sizeof(near->best[0]));
	near->best[i].distance = distance;
	snprintf(near->best[i].name, NEAR_NAME_SIZE, "%s", shown);
}

void near_offer_as(struct near *near, const char *name, const char *shown)
{
	unsigned int limit = max(2U, (unsigned int)strlen(near->given) / 3);
	unsigned int distance = near_distance(near->given, name);

	if (strlen(near->given) >= PART_MIN && strstr(name, near->given))
		distance = min(distance, 1U);
	if (distance <= limit && distance < strlen(name))
		keep(near, shown, distance);
}

void near_offer(struct near *near, const char *name)
{
	near_offer_as(near, name, name);
}

const char *near_text(const struct near *near, char *text)
{
	size_t len = 0;
	unsigned int i;

	text[0] = '\0';
	for (i = 0; i < near->n; i++)
		len += snprintf(text + len, NEAR_TEXT_SIZE - len, "%s%s",
				i ? ", " : "; near: ", near->best[i].name);
	return text;
}
