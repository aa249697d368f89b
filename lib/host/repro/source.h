/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel source lines, out of DWARF: vmlinux, or a split debug file.
 */
#ifndef KTSTR_REPRO_SOURCE_H
#define KTSTR_REPRO_SOURCE_H

#include <stddef.h>
#include <stdint.h>

struct source;
struct stack_places;

#define SOURCE_PATH_LEN	128

/**
 * source_open() - open a vmlinux for its lines
 * @vmlinux: path; without DWARF of its own that of VMLINUX.debug, of the file
 *	beside it that its .gnu_debuglink names, or of /usr/lib/debug/.build-id
 *	is taken, when that has the same build id
 * @err: gets one sentence when there are none to be had
 *
 * Takes a few milliseconds: line tables are read for the units that are asked
 * for, not before.
 *
 * Return: NULL with @err.
 */
struct source *source_open(const char *vmlinux, char *err, size_t err_size);
void source_close(struct source *src);

/**
 * source_func_line() - where a function begins
 * @name: as in the symbol table, with the compiler's suffix if there is one
 * @file: path in the kernel tree, "kernel/sched/ext/ext.c"
 *
 * Return: 0, -ENOENT for a function or a line that is not there.
 */
int source_func_line(struct source *src, const char *name,
		     char file[SOURCE_PATH_LEN], unsigned int *line);

/**
 * source_places() - files of functions, for stack_extract()
 * @src: may be NULL; must outlive @places
 * @places: filled in
 */
void source_places(struct source *src, struct stack_places *places);

#endif /* KTSTR_REPRO_SOURCE_H */
