// SPDX-License-Identifier: GPL-2.0-only
/*
 * A trace of runs: what Perfetto would drop must not be in it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "kselftest_harness.h"

#include "lib/host/cli/cli.h"

/* What was before the guest told its clock is earlier than 0. */
static const char sidecar[] =
	"{ \"test\": \"f.t\", \"result\": \"pass\", \"monitor\": {\n"
	"  \"time_us\": [ -250, 100, 200 ],\n"
	"  \"cpus\": [ { \"cpu\": 0, \"nr_running\": [ 1, 2, 3 ],\n"
	"    \"curr_pid\": [ 7, 7, 7 ], \"curr_comm\": [ \"a\", \"a\", \"a\" ] } ],\n"
	"  \"phases\": [ { \"name\": \"boot\", \"start_us\": -400,\n"
	"                 \"end_us\": 50 } ],\n"
	"  \"marks\": [ { \"kind\": \"stage\", \"text\": \"init\",\n"
	"                \"time_us\": -300 } ],\n"
	"  \"alarms\": [ { \"text\": \"stall\", \"since_us\": 10,\n"
	"                 \"time_us\": 90 } ] } }";

static struct json_object *trace_of(const char *text)
{
	struct json_object *run = json_tokener_parse(text), *trace;
	struct runs runs = { .list = &run, .n = 1 };
	char *written = NULL;
	size_t size;
	FILE *to = open_memstream(&written, &size);

	if (!run || !to || perfetto_write(&runs, to) || fclose(to))
		return NULL;
	trace = json_tokener_parse(written);
	free(written);
	json_object_put(run);
	return trace;
}

static int64_t int_of(struct json_object *event, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(event, key, &value) ?
	       json_object_get_int64(value) : INT64_MAX;
}

/* When the first event of that name is; INT64_MAX where there is none. */
static int64_t time_of(struct json_object *events, const char *name)
{
	size_t i;

	for (i = 0; i < json_object_array_length(events); i++) {
		struct json_object *e = json_object_array_get_idx(events, i);
		struct json_object *is;

		if (json_object_object_get_ex(e, "name", &is) &&
		    !strcmp(json_object_get_string(is), name) &&
		    int_of(e, "ts") != INT64_MAX)
			return int_of(e, "ts");
	}
	return INT64_MAX;
}

TEST(nothing_is_before_0)
{
	struct json_object *trace = trace_of(sidecar), *events;
	size_t i;

	ASSERT_NE(NULL, trace);
	ASSERT_TRUE(json_object_object_get_ex(trace, "traceEvents", &events));
	for (i = 0; i < json_object_array_length(events); i++) {
		EXPECT_LE(0, int_of(json_object_array_get_idx(events, i),
				    "ts"));
	}
	EXPECT_EQ(0, time_of(events, "boot"));
	EXPECT_EQ(100, time_of(events, "stage: init"));
	EXPECT_EQ(150, time_of(events, "a [7]"));
	EXPECT_EQ(150, time_of(events, "CPU 0 nr_running"));
	EXPECT_EQ(410, time_of(events, "stall"));
	json_object_put(trace);
}

TEST_HARNESS_MAIN
