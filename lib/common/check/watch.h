/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A value in a BPF map that is followed over time, as text:
 *
 *	NAME=MAP[KEY]@CPU:PATH
 *
 * of which [KEY], @CPU and :PATH need not be there; or in run queues, of one CPU or the
 * sum over all:
 *
 *	NAME=%rq@CPU:PATH
 */
#ifndef KTSTR_CHECK_WATCH_H
#define KTSTR_CHECK_WATCH_H

#include <stddef.h>

#include "lib/common/check/assertion.h"

#define WATCH_MAP_LEN	32
#define WATCH_PATH_LEN	160
#define WATCH_ALL_CPUS	(-1)
#define WATCH_RQ	"%rq"	/* for a map: struct rq of the kernel */
#define AT_SNAPSHOTS	"@snapshots"	/* behind a name: its values in those */

/**
 * struct map_watch - what is followed
 * @name: what assertions and results call it
 * @map: end of the map's name, e.g. ".bss"; or WATCH_RQ
 * @key: of an array, which element; of a hash, the key, in little-endian bytes,
 *	filled up with zeroes when it is longer
 * @cpu: of a per-CPU map, whose value; %WATCH_ALL_CPUS for the sum of all
 * @path: to a variable, a member, an element: "ctx->stats[2].nr", through up to
 *	16 pointers; "" for all of the value
 */
struct map_watch {
	char name[ASSERTION_NAME_LEN];
	char map[WATCH_MAP_LEN];
	unsigned long long key;
	int cpu;
	char path[WATCH_PATH_LEN];
};

/**
 * map_watch_parse() - read one
 * @text: as above
 * @watch: filled in
 * @err: gets what is wrong with it, one sentence
 * @err_size: bytes at @err
 *
 * Return: 0, -EINVAL.
 */
int map_watch_parse(const char *text, struct map_watch *watch, char *err,
		    size_t err_size);

/**
 * struct watch_symbol - a variable of the kernel's, or a number in one
 * @symbol: its name
 * @type: the struct that it is, or points to; "" for a number
 * @path: then, the member: "a.b", or "->a.b" where @symbol is a pointer
 */
struct watch_symbol {
	char symbol[ASSERTION_NAME_LEN];
	char type[ASSERTION_NAME_LEN];
	char path[WATCH_PATH_LEN];
};

/**
 * watch_symbol_parse() - read SYMBOL or SYMBOL:TYPE:PATH
 * @text: that
 * @watch: filled in
 * @err: gets what is wrong with it, one sentence
 * @err_size: bytes at @err
 *
 * Return: 0, -EINVAL.
 */
int watch_symbol_parse(const char *text, struct watch_symbol *watch, char *err,
		       size_t err_size);

#endif /* KTSTR_CHECK_WATCH_H */
