/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small things that every room uses.
 */
#ifndef KTSTR_UTIL_UTIL_H
#define KTSTR_UTIL_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#endif

#define NSEC_PER_SEC	1000000000ULL
#define NSEC_PER_MSEC	1000000ULL
#define NSEC_PER_USEC	1000ULL
#define MSEC_PER_SEC	1000ULL

#ifndef min
#define min(a, b) ({							\
	__typeof__(a) _a = (a);						\
	__typeof__(b) _b = (b);						\
	_a < _b ? _a : _b;						\
})
#define max(a, b) ({							\
	__typeof__(a) _a = (a);						\
	__typeof__(b) _b = (b);						\
	_a > _b ? _a : _b;						\
})
#endif

#ifndef container_of
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#endif

#define round_up(x, a) ({						\
	__typeof__(x) _mask = (__typeof__(x))(a) - 1;			\
	((x) + _mask) & ~_mask;						\
})

/**
 * strstarts() - does a string begin with another?
 */
static inline bool strstarts(const char *str, const char *prefix)
{
	return !strncmp(str, prefix, strlen(prefix));
}

/**
 * strends() - does a string end with another?
 */
static inline bool strends(const char *str, const char *suffix)
{
	size_t len = strlen(str), n = strlen(suffix);

	return len >= n && !strcmp(str + len - n, suffix);
}

/**
 * clock_now_ns() - CLOCK_MONOTONIC in nanoseconds
 */
static inline uint64_t clock_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NSEC_PER_SEC + (uint64_t)ts.tv_nsec;
}

#endif /* KTSTR_UTIL_UTIL_H */
