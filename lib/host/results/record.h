/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A sidecar, read: what tells runs apart, how the test ended, its numbers.
 *
 * The file may be anything: cut short, written by another program or by a newer
 * ktstr, or made to do harm. It is one sentence then, and no record.
 */
#ifndef KTSTR_RESULTS_RECORD_H
#define KTSTR_RESULTS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/common/quantity.h"

struct json_object;

/* What a record is told by: id, its name, what it is. */
#define RECORD_DIMENSIONS(row)						\
	row(TEST, "test", "the test's full name")			\
	row(SCENARIO, "scenario", "what of that stands behind the last dot") \
	row(TOPOLOGY, "topology", "the machine's shape")		\
	row(SCHEDULER, "scheduler", "with its arguments; eevdf for none") \
	row(KERNEL, "kernel", "its release")				\
	row(GIVEN, "given", "attributes that a command line gave")	\
	row(COMMIT, "commit", "ktstr's own")				\
	row(HOST, "host", "CPU model and number, and whether it is emulated") \
	row(RUN, "run", "which tests were run together")

/**
 * enum record_dimension - what a record is told by
 */
enum record_dimension {
#define RECORD_DIMENSION_ID(id, name, what) RECORD_##id,
	RECORD_DIMENSIONS(RECORD_DIMENSION_ID)
	N_RECORD_DIMENSIONS
};

/**
 * enum record_result - how a test ended
 * @RECORD_UNJUDGED: the harness, or the machine, kept it from being judged
 */
enum record_result {
	RECORD_PASS,
	RECORD_FAIL,
	RECORD_SKIP,
	RECORD_XFAIL,
	RECORD_UNJUDGED,
	N_RECORD_RESULTS
};

/**
 * struct record_value - a number of it
 * @name: a quantity of a run, or "PAYLOAD.METRIC"
 * @unit: as quantity_unit_name() has it, or as the payload does
 * @better: which way
 * @value: in @unit, finite
 */
struct record_value {
	char *name;
	char *unit;
	enum quantity_better better;
	double value;
};

/**
 * struct record - a sidecar
 * @dimensions: fit to print within a line; NULL where it does not say
 * @time: when it was written, ISO 8601; "" where it does not say
 * @reason: as in the result line; ""
 * @result: how it ended
 * @duration_ms: what the test took; -1 where it does not say
 * @values: @n_values of them
 */
struct record {
	char *dimensions[N_RECORD_DIMENSIONS];
	char *time;
	char *reason;
	enum record_result result;
	int64_t duration_ms;
	struct record_value *values;
	size_t n_values;
};

/**
 * record_doc_read() - bytes as the document of a sidecar
 * @bytes: anything
 * @len: their number
 * @doc: gets an object of our format, of a version that we know; the caller's
 * @err: gets one sentence
 * @err_size: bytes at @err
 *
 * Return: 0; -EPROTO for what is no sidecar, -ENOMEM.
 */
int record_doc_read(const char *bytes, size_t len, struct json_object **doc,
		    char *err, size_t err_size);

/**
 * record_doc_load() - a file as the document of a sidecar
 * @path: the file
 *
 * As record_doc_read().
 *
 * Return: as that; -EFBIG, -errno of the file.
 */
int record_doc_load(const char *path, struct json_object **doc, char *err,
		    size_t err_size);

/**
 * record_of() - what a document says
 * @doc: as record_doc_read() gives it
 * @record: filled in; release with record_free()
 * @err: gets one sentence
 * @err_size: bytes at @err
 *
 * Return: 0; -EPROTO where a member is not what it has to be; -ENOMEM.
 */
int record_of(struct json_object *doc, struct record *record, char *err,
	      size_t err_size);

/**
 * record_free() - release what record_of() has filled in
 * @record: it; half of one, or a zeroed one
 */
void record_free(struct record *record);

/* What the enums above are called, in command lines, tables and JSON. */
const char *record_dimension_name(enum record_dimension dimension);
const char *record_dimension_what(enum record_dimension dimension);
const char *record_result_name(enum record_result result);

/**
 * record_dimension_find() - a dimension by its name
 * @name: need not end in a NUL
 * @len: its bytes
 *
 * Return: it; N_RECORD_DIMENSIONS when there is none.
 */
enum record_dimension record_dimension_find(const char *name, size_t len);

#endif /* KTSTR_RESULTS_RECORD_H */
