// SPDX-License-Identifier: GPL-2.0-only
/*
 * The three answers of a verifier sweep, out of sidecars: of what attached, was
 * refused, died, hung, was not judged, and of files that are not ours.
 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "lib/host/cli/verify.h"

#define VM(stage, died)							\
	"\"vm\": {\"last_stage\": \"" stage "\", \"scheduler_died\": " died "}"
#define WORKED	"\"workers\": [{\"iterations\": 7}]"
#define IDLE	"\"workers\": [{\"iterations\": 0}]"

TEST(answers)
{
	static const struct {
		const char *text;
		enum verify_answer verified, attached, dispatches;
	} cases[] = {
		{ "{" VM("poweroff", "false") ", " WORKED "}",
		  VERIFY_YES, VERIFY_YES, VERIFY_YES },
		{ "{" VM("attached", "false") ", " IDLE "}",
		  VERIFY_YES, VERIFY_YES, VERIFY_NO },
		{ "{" VM("workload", "false") ", \"workers\": []}",
		  VERIFY_YES, VERIFY_YES, VERIFY_NO },
		/* Once it is gone the fair class has its tasks. */
		{ "{" VM("poweroff", "true") ", " WORKED "}",
		  VERIFY_YES, VERIFY_YES, VERIFY_NO },
		{ "{" VM("scheduler", "true") ", \"refusal\": \"the verifier refused a: b\\n\"}",
		  VERIFY_NO, VERIFY_NO, VERIFY_NO },
		/* One that is tried and left away is no refusal of the scheduler. */
		{ "{" VM("results", "false") ", " WORKED ", \"refusal\": \"the verifier refused a: b\\n\"}",
		  VERIFY_YES, VERIFY_YES, VERIFY_YES },
		{ "{" VM("scheduler", "true") ", \"refusal\": null}",
		  VERIFY_UNKNOWN, VERIFY_NO, VERIFY_NO },
		{ "{" VM("sys_rdy", "false") ", \"infrastructure\": true}",
		  VERIFY_UNKNOWN, VERIFY_UNKNOWN, VERIFY_UNKNOWN },
		{ "{" VM("workload", "false") ", " IDLE ", \"inconclusive\": true}",
		  VERIFY_YES, VERIFY_YES, VERIFY_UNKNOWN },
		{ "{\"result\": \"skip\", \"reason\": \"no program\"}",
		  VERIFY_UNKNOWN, VERIFY_UNKNOWN, VERIFY_UNKNOWN },
		{ "{}", VERIFY_UNKNOWN, VERIFY_UNKNOWN, VERIFY_UNKNOWN },
		{ "{\"vm\": 3, \"workers\": {}, \"monitor\": [], \"refusal\": 1}",
		  VERIFY_UNKNOWN, VERIFY_NO, VERIFY_NO },
		{ "[]", VERIFY_UNKNOWN, VERIFY_UNKNOWN, VERIFY_UNKNOWN },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct json_object *o = json_tokener_parse(cases[i].text);
		struct verify_seen seen;

		ASSERT_NE(NULL, o) TH_LOG("%s", cases[i].text);
		ASSERT_EQ(0, verify_read(o, &seen));
		EXPECT_EQ(cases[i].verified, seen.verified)
			TH_LOG("%s", cases[i].text);
		EXPECT_EQ(cases[i].attached, seen.attached)
			TH_LOG("%s", cases[i].text);
		EXPECT_EQ(cases[i].dispatches, seen.dispatches)
			TH_LOG("%s", cases[i].text);
		verify_free(&seen);
		json_object_put(o);
	}
}

TEST(no_sidecar_is_no_answer)
{
	struct verify_seen seen;

	ASSERT_EQ(0, verify_read(NULL, &seen));
	EXPECT_EQ(VERIFY_UNKNOWN, seen.dispatches);
	EXPECT_EQ(NULL, verify_most(&seen));
	verify_free(&seen);
}

static void read_programs(struct __test_metadata *_metadata, const char *list,
			  struct verify_seen *seen)
{
	struct json_object *o;
	char *text;

	ASSERT_LE(0, asprintf(&text, "{\"monitor\": {\"programs\": [%s]}}",
			      list));
	o = json_tokener_parse(text);
	free(text);
	ASSERT_NE(NULL, o);
	ASSERT_EQ(0, verify_read(o, seen));
	json_object_put(o);
}

#define PROGRAM(op, insns)						\
	"{\"name\": \"x_" op "\", \"op\": \"" op "\", \"verified_insns\": " insns "}"

TEST(what_costs_most)
{
	struct verify_seen seen;

	read_programs(_metadata, PROGRAM("init", "5") ", "
		      PROGRAM("dispatch", "750000") ", "
		      PROGRAM("exit", "-4") ", 3, {\"op\": 7}", &seen);
	ASSERT_EQ(5U, seen.n_programs);
	ASSERT_NE(NULL, verify_most(&seen));
	EXPECT_STREQ("x_dispatch", verify_most(&seen)->name);
	EXPECT_LE(VERIFY_INSNS_WARN, verify_most(&seen)->insns);
	verify_free(&seen);
}

TEST(one_beside_another)
{
	struct verify_seen a, b;
	char *text;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	read_programs(_metadata, PROGRAM("init", "50") ", "
		      PROGRAM("enqueue", "100"), &a);
	read_programs(_metadata, PROGRAM("enqueue", "90") ", "
		      PROGRAM("tick", "7") ", " PROGRAM("init", "51"), &b);
	verify_difference(&a, &b, to);
	fclose(to);
	EXPECT_STREQ("#   op                                A          B      B - A\n"
		     "#   enqueue                         100         90        -10\n"
		     "#   init                             50         51         +1\n"
		     "#   tick                              -          7          -\n",
		     text);
	free(text);
	verify_free(&a);
	verify_free(&b);
}

TEST_HARNESS_MAIN
