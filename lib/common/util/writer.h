/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stream whose writers never wait for who reads it.
 *
 * What is printed to it goes to a queue of bounded size, and a thread of its
 * own takes it to a descriptor, in whole lines as far as they fit into what a
 * pipe takes at once. Lines that find no room are dropped and counted, and a
 * line in their place says so.
 *
 *	writer_start(STDOUT_FILENO, size, &w);
 *	fprintf(writer_file(w), "# never waits\n");
 *	lost = writer_stop(w, limit_ms);
 */
#ifndef KTSTR_UTIL_WRITER_H
#define KTSTR_UTIL_WRITER_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct writer;

/**
 * writer_start() - start a stream and its thread
 * @fd: where it goes; not owned, must stay open until writer_stop()
 * @size: bytes that may wait
 * @writer: gets it; NULL on failure
 *
 * Return: 0 or -errno.
 */
int writer_start(int fd, size_t size, struct writer **writer);

/**
 * writer_file() - what to print to
 * @writer: the stream
 *
 * Each line is on its way as soon as it ends. Not to be closed.
 *
 * Return: a stream of stdio's, which any thread may use.
 */
FILE *writer_file(struct writer *writer);

/**
 * writer_stop() - wait until all is written, and release it
 * @writer: the stream; may be NULL
 * @limit_ms: for how long; what waits by then is dropped
 *
 * Return: bytes that were dropped in all, those after an error of the
 * descriptor included, but for one whose reader has gone: nobody misses them.
 */
uint64_t writer_stop(struct writer *writer, unsigned int limit_ms);

#endif /* KTSTR_UTIL_WRITER_H */
