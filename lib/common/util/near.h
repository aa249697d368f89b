/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which names somebody may have meant who wrote one that is none.
 */
#ifndef KTSTR_UTIL_NEAR_H
#define KTSTR_UTIL_NEAR_H

#include <stddef.h>

#define NEAR_MAX	3
#define NEAR_NAME_SIZE	256
/* "; near: ", names, ", " between */
#define NEAR_TEXT_SIZE	(16 + NEAR_MAX * (NEAR_NAME_SIZE + 2))

/**
 * struct near - the nearest names so far
 * @given: what was written
 * @best: @n of them, the nearest first
 */
struct near {
	const char *given;
	struct near_name {
		char name[NEAR_NAME_SIZE];
		unsigned int distance;
	} best[NEAR_MAX];
	unsigned int n;
};

/**
 * near_distance() - how many slips make one name of another
 * @a: a name
 * @b: another
 *
 * A slip is a letter too many, too few, wrong, or two in the wrong order. Of
 * names that are longer than NEAR_NAME_SIZE the start counts.
 *
 * Return: their number.
 */
unsigned int near_distance(const char *a, const char *b);

/**
 * near_offer() - keep a name if it is near
 * @near: with @given set, the rest zeroed
 * @name: a name that there is
 */
void near_offer(struct near *near, const char *name);

/**
 * near_offer_as() - keep something that a name stands for if the name is near
 * @near: as for near_offer()
 * @name: a name that there is
 * @shown: what to say of it; the same more than once is kept once
 */
void near_offer_as(struct near *near, const char *name, const char *shown);

/**
 * near_text() - what to say behind "no such name"
 * @near: the names
 * @text: NEAR_TEXT_SIZE bytes; gets "; near: a, b", or "" when none is
 *
 * Return: @text.
 */
const char *near_text(const struct near *near, char *text);

#endif /* KTSTR_UTIL_NEAR_H */
