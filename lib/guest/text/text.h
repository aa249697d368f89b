/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scenarios as text: scenario.json, its schema, and the files of rt-app.
 *
 * What can be written, and what may stand where, follows from the tables of work
 * types, ops, cpusets, places and limits; see record.h.
 */
#ifndef KTSTR_TEXT_TEXT_H
#define KTSTR_TEXT_TEXT_H

#include <stddef.h>

#include "lib/common/util/strbuf.h"
#include "lib/guest/scenario/scenario.h"

#define SCENARIO_TEXT_MAX	(1U << 20)

struct text_chunk;

/**
 * struct scenario_text - a scenario that was read
 * @def: the scenario
 * @what: a line about it, NULL for none
 * @left_out: what the text says and a scenario cannot, a line each
 * @chunks: memory that all of it is in
 */
struct scenario_text {
	struct scenario_def def;
	const char *what;
	struct strbuf left_out;
	struct text_chunk *chunks;
};

/**
 * scenario_read() - read a scenario.json, or a file of rt-app's
 * @text: its bytes
 * @len: their number
 * @name: of the file, for sentences
 * @st: filled in; release with scenario_text_free()
 * @err: gets one sentence: "NAME:LINE: ...", with names that are near
 * @err_size: bytes at @err
 *
 * What has "tasks" is rt-app's. That it is well-formed is all that is known then:
 * scenario_def_check() knows whether it makes sense.
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int scenario_read(const char *text, size_t len, const char *name,
		  struct scenario_text *st, char *err, size_t err_size);

/**
 * scenario_read_file() - the same of a file
 * @path: the file
 * @st: as above, and the rest too
 *
 * Return: as scenario_read(); -errno where it cannot be read.
 */
int scenario_read_file(const char *path, struct scenario_text *st, char *err,
		       size_t err_size);

/**
 * scenario_text_free() - release
 * @st: what was read, or zeroed
 */
void scenario_text_free(struct scenario_text *st);

/**
 * scenario_write() - write it as scenario.json
 * @def: the scenario
 * @what: a line about it, NULL for none
 * @text: gets it
 *
 * Return: 0, -ENOMEM.
 */
int scenario_write(const struct scenario_def *def, const char *what,
		   struct strbuf *text);

/**
 * scenario_schema() - what scenario.json can be, as JSON Schema
 * @text: gets it
 *
 * Return: 0, -ENOMEM.
 */
int scenario_schema(struct strbuf *text);

/**
 * scenario_write_rt_app() - write it as a file of rt-app's
 * @def: the scenario
 * @text: gets it
 * @left_out: gets what rt-app cannot say, a line each
 *
 * Return: 0, -ENOMEM.
 */
int scenario_write_rt_app(const struct scenario_def *def, struct strbuf *text,
			  struct strbuf *left_out);

#endif /* KTSTR_TEXT_TEXT_H */
