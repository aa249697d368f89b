/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers that look as if by chance, the same from the same seed: Marsaglia's
 * xorshift, of 64 bits.
 */
#ifndef KTSTR_UTIL_RANDOM_H
#define KTSTR_UTIL_RANDOM_H

#include <stdint.h>

/* Odd, so that what is even can be added and it is never 0. */
#define RANDOM_SEED	88172645463325253ULL

/**
 * random_next() - the next number
 * @x: the last one, or a seed, which must not be 0; gets the next
 *
 * Return: it; never 0.
 */
static inline uint64_t random_next(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

#endif /* KTSTR_UTIL_RANDOM_H */
