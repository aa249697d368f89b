/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Topologies as text. Words, parted by ':' or white space; '#' starts a comment
 * that ends with its line. The first word is the even machine, {n}n{l}l{c}c{t}t,
 * with the largest LLC's cores and the largest core's threads; the others say what
 * is not even:
 *
 *	name=WORD		what it is called, in results as well
 *	llcs=2*9x2,6x2		cores of each LLC and threads of each of these; N*
 *				repeats. 6x2+8x1/4: six cores of two threads, and
 *				eight of one, of which four share a second-level
 *				cache
 *	package=K		LLCs of a package [1]
 *	snc=K			nodes that each LLC is cut into [1]
 *	nodes=4,4,0		LLCs of each node; 0: memory only
 *	memory=96,32		MiB of each node; scaled to what RAM the VM has
 *	latency=90,250		ns to read from a node's memory (HMAT)
 *	bandwidth=9000,3000	MB/s from there (HMAT)
 *	cache=0,64		MiB of a cache in front of it (HMAT)
 *	distance=10,21/21,10	a row a node (SLIT) [10 and 20]
 *	smt=apart		second threads are numbered behind all first ones
 *	boot=N			the CPU that boots, by the number it would have had
 *	absent=N		further CPUs that could be and are not
 *
 * A whole one: 1n2l2c2t:llcs=2x2,1x2:smt=apart:name=small
 */
#ifndef KTSTR_COMMON_TOPOLOGY_TEXT_H
#define KTSTR_COMMON_TOPOLOGY_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/common/topology.h"

struct strbuf;

/**
 * topology_read() - read any topology
 * @text: the text, or the name of a preset or a machine
 * @name: what to call it where it is not even and does not say; NULL for its
 *	even part and a sum of its text
 * @t: gets it, checked
 * @form: gets its form, for the caller to free() after the last use of @t; NULL
 *	where @t has none, or one that stays
 * @err: gets one sentence
 * @err_size: bytes at @err
 *
 * Return: 0, -EINVAL, -ENOMEM; on failure @t is untouched and @form NULL.
 */
int topology_read(const char *text, const char *name, struct topology *t,
		  struct topology_form **form, char *err, size_t err_size);

/**
 * topology_load() - read one from a file
 * @path: the file
 * @t: gets it, called as the file where it does not say: without folder and
 *	suffix
 * @form: as for topology_read()
 * @err: gets one sentence
 * @err_size: bytes at @err
 *
 * Return: 0; -EINVAL what is in there is none; -E2BIG; -errno of reading.
 */
int topology_load(const char *path, struct topology *t,
		  struct topology_form **form, char *err, size_t err_size);

/**
 * topology_is_file() - is it the name of a file?
 * @given: by a person
 *
 * Return: it has a '/' before any ':', or ends in .topology.
 */
bool topology_is_file(const char *given);

/**
 * topology_given() - take what a person has given, a file or text
 * @given: a file, as topology_is_file() has it; else as for topology_read()
 * @t: as for topology_read(), like what follows
 */
int topology_given(const char *given, struct topology *t,
		   struct topology_form **form, char *err, size_t err_size);

/**
 * topology_write() - write a topology as topology_read() takes it
 * @t: the topology
 * @between: what parts words: ":", "\n"
 * @to: appended to
 */
void topology_write(const struct topology *t, const char *between,
		    struct strbuf *to);

#endif /* KTSTR_COMMON_TOPOLOGY_TEXT_H */
