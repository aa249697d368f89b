// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of attributes: each kind is read and written, each level goes before
 * the outer ones, what is wrong is named, and Documentation lists what there is.
 */
#include <errno.h>
#include <stdlib.h>

#include "kselftest_harness.h"

#include "kselftest/unit/doc.h"
#include "lib/common/attr/kinds.h"
#include "lib/common/util/util.h"

#define DOC	"attributes.rst"

static const struct attr_row *row_of(const char *name)
{
	size_t i;

	for (i = 0; i < attr_n_rows; i++)
		if (!strcmp(attr_rows[i].name, name))
			return &attr_rows[i];
	return NULL;
}

/* ---- the rows themselves ---- */

TEST(rows_are_whole)
{
	size_t i, j;

	for (i = 0; i < attr_n_rows; i++) {
		const struct attr_row *row = &attr_rows[i];

		EXPECT_TRUE(row->what && *row->what && row->kind && row->size)
			TH_LOG("%s", row->name);
		/* One of both, to be shown in a list. */
		EXPECT_EQ(!row->value, !!row->usual) TH_LOG("%s", row->name);
		EXPECT_EQ(row->kind == &attr_choice, !!row->words);
		for (j = 0; j < i; j++)
			EXPECT_STRNE(attr_rows[j].name, row->name);
	}
}

/* Each byte of it belongs to a row: no attribute without one. */
TEST(rows_cover_the_struct)
{
	static char covered[sizeof(struct ktstr_attr)];
	size_t i, j, bare = 0;

	for (i = 0; i < attr_n_rows; i++)
		for (j = 0; j < attr_rows[i].size; j++)
			EXPECT_EQ(0, covered[attr_rows[i].offset + j]++);
	for (i = 0; i < sizeof(covered); i++) {
		bare = covered[i] ? 0 : bare + 1;
		/* Less is padding before a pointer. */
		ASSERT_GT(sizeof(void *), bare) TH_LOG("at %zu", i);
	}
}

/* ---- text ---- */

FIXTURE(given)
{
	struct attr_given given;
	char err[256];
};

FIXTURE_SETUP(given)
{
}

FIXTURE_TEARDOWN(given)
{
	attr_given_free(&self->given);
}

static int give(FIXTURE_DATA(given) *self, const char *text)
{
	attr_given_free(&self->given);
	self->err[0] = '\0';
	return attr_given_parse(&self->given, text, self->err,
				sizeof(self->err));
}

/* Read, and written again: the same. */
TEST_F(given, each_kind_is_read_and_written)
{
	static const char * const cases[] = {
		"topology=1n2l4c2t", "memory_mb=300", "kernel_args=nohz_full=1",
		"kernel_args=", "kaslr=on", "kaslr=off", "scheduler=eevdf",
		"scheduler=scx_simple", "scheduler=/a/scx_b", "sched_args=-f",
		"duration_s=5", "limit_s=200", "limits.max_gap_ms=7",
		"limits.max_gap_ms=off", "limits.isolation=off",
		"limits.isolation=on", "expect_err=on", "auto_repro=on",
		"auto_repro=off", "expect_alarm=stall",
		"watchdog_timeout_ms=1000", "monitor_hz=1000",
		"watch_maps=x=.bss:crash", "snapshots=3", "watchpoint=jiffies",
	};
	char name[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct strbuf text = STRBUF_INIT;
		const struct attr_row *row;

		snprintf(name, sizeof(name), "%.*s",
			 (int)strcspn(cases[i], "="), cases[i]);
		row = row_of(name);
		ASSERT_NE(NULL, row) TH_LOG("%s", cases[i]);
		ASSERT_EQ(0, give(self, cases[i])) TH_LOG("%s", self->err);
		EXPECT_TRUE(attr_is_given(&self->given.attr, row));
		EXPECT_TRUE(attr_text(&self->given.attr, row, &text));
		EXPECT_STREQ(strchr(cases[i], '=') + 1, text.text);
		strbuf_free(&text);
	}
}

TEST_F(given, values_are_where_they_belong)
{
	ASSERT_EQ(0, give(self, "workers=4,kernel_args=a=1\\,2 \\\\b,workers=5"));
	EXPECT_EQ(5U, self->given.attr.workers);
	EXPECT_STREQ("a=1,2 \\b", self->given.attr.kernel_args);
	ASSERT_EQ(0, give(self, "limits.isolation=off,auto_repro=off"));
	EXPECT_EQ(CHECK_OFF, self->given.attr.limits.isolation);
	EXPECT_EQ(AUTO_REPRO_OFF, self->given.attr.auto_repro);
	ASSERT_EQ(0, give(self, "sched_args=-f,sched_args=-s 5,scheduler=/x/scx_y"));
	EXPECT_STREQ("-f", self->given.attr.sched_args[0]);
	EXPECT_STREQ("-s 5", self->given.attr.sched_args[1]);
	EXPECT_EQ(NULL, self->given.attr.sched_args[2]);
	EXPECT_STREQ("scx_y", self->given.attr.scheduler->name);
	EXPECT_STREQ("/x/scx_y", self->given.attr.scheduler->binary);
	ASSERT_EQ(0, give(self, "scheduler=eevdf"));
	EXPECT_EQ(NULL, self->given.attr.scheduler->binary);
	ASSERT_EQ(0, give(self, ""));
	EXPECT_EQ(NULL, self->given.text);
}

/* What one option says is what is read, whatever is in it. */
TEST_F(given, items_are_added_as_they_are)
{
	static const char item[] = "kernel_args=a,b\\,c\\";
	struct strbuf text = STRBUF_INIT;

	attr_given_add(&text, "workers=3");
	attr_given_add(&text, item);
	attr_given_addf(&text, "duration_s=%u", 4);
	ASSERT_EQ(0, give(self, text.text)) TH_LOG("%s", self->err);
	EXPECT_STREQ(strchr(item, '=') + 1, self->given.attr.kernel_args);
	EXPECT_EQ(3U, self->given.attr.workers);
	EXPECT_EQ(4U, self->given.attr.duration_s);
	strbuf_free(&text);
}

TEST_F(given, wrong_ones_are_named)
{
	static const struct {
		const char *text;
		const char *says;
	} cases[] = {
		{ "kalsr=on", "kalsr=on: no such attribute; near: kaslr" },
		{ "workers=1,duration=3",
		  "duration=3: no such attribute; near: duration_s" },
		{ "max_gap_ms=3",
		  "max_gap_ms=3: no such attribute; near: limits.max_gap_ms" },
		{ "max_gap_sm=3",
		  "max_gap_sm=3: no such attribute; near: limits.max_gap_ms, limits.max_lag_pct" },
		{ "qqqqqqqqqqqqqqq=3", "qqqqqqqqqqqqqqq=3: no such attribute" },
		{ "workers", "workers: is no NAME=VALUE" },
		{ "workers=2,,", ": is no NAME=VALUE" },
		{ "workers=", "workers=: is no number from 1 on" },
		{ "workers=0", "workers=0: is no number from 1 on" },
		{ "workers=-1", "workers=-1: is no number from 1 on" },
		{ "workers=4294967295",
		  "workers=4294967295: is no number from 1 on" },
		{ "workers=2x", "workers=2x: is no number from 1 on" },
		{ "kaslr=yes", "kaslr=yes: is neither on nor off" },
		{ "limits.isolation=2",
		  "limits.isolation=2: is neither on nor off" },
		{ "limits.max_gap_ms=0",
		  "limits.max_gap_ms=0: is neither a number from 1 on nor off" },
		{ "auto_repro=maybe", "auto_repro=maybe: is none of on, off" },
		{ "topology=2",
		  "topology=2: is no topology, as in 1n2l4c2t (nodes, LLCs of all of them, cores of each LLC, threads of each core)"
		},
		{ "topology=2n3l1c1t", "topology 2n3l1c1t: " },
		{ "limit_s=201", ".limit_s = 201: at most 200 can be" },
		{ "scheduler=",
		  "scheduler=: is neither a name, nor an absolute path, nor eevdf" },
		{ "scheduler=./scx_x",
		  "scheduler=./scx_x: is neither a name, nor an absolute path, nor eevdf" },
		{ "sched_args=", "sched_args=: is no argument" },
		{ "plant=spin", "plant=spin: can be said in C only" },
		{ "post_vm=f", "post_vm=f: can be said in C only" },
		{ "kernel_args=a\nb",
		  "attributes have a control character in them" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(-EINVAL, give(self, cases[i].text))
			TH_LOG("%s was taken", cases[i].text);
		EXPECT_EQ(0, strncmp(cases[i].says, self->err,
				     strlen(cases[i].says)))
			TH_LOG("%s", self->err);
		/* That is all, but for what topology_check() says behind it. */
		if (cases[i].says[strlen(cases[i].says) - 1] != ' ') {
			EXPECT_EQ(strlen(cases[i].says), strlen(self->err))
				TH_LOG("%s", self->err);
		}
		EXPECT_EQ(NULL, self->given.text);
	}
}

TEST_F(given, no_more_arguments_than_there_is_room)
{
	struct strbuf text = STRBUF_INIT;
	unsigned int i;

	for (i = 0; i < KTSTR_MAX_ARGS; i++)
		attr_given_add(&text, "sched_args=-x");
	EXPECT_EQ(0, give(self, text.text));
	attr_given_add(&text, "sched_args=-y");
	EXPECT_EQ(-EINVAL, give(self, text.text));
	EXPECT_STREQ("sched_args=-y: at most 16 can be", self->err);
	strbuf_free(&text);
}

/* ---- levels ---- */

TEST(defaults_are_those_of_the_rows)
{
	struct ktstr_merged m;
	size_t i;

	attr_merge_defaults(&m);
	for (i = 0; i < attr_n_rows; i++) {
		EXPECT_EQ(!!attr_rows[i].value,
			  attr_is_given(&m.attr, &attr_rows[i]))
			TH_LOG("%s", attr_rows[i].name);
	}
	EXPECT_EQ(2U, m.attr.duration_s);
	EXPECT_EQ(2000U, m.attr.limits.max_gap_ms);
	EXPECT_EQ(CHECK_ON, m.attr.limits.isolation);
	EXPECT_EQ(0U, m.n_sched_args);
}

/* Of each row: what an inner level gives replaces it, what it does not stays. */
TEST(each_row_is_merged)
{
	static struct ktstr_attr outer, inner;
	struct ktstr_merged m;
	size_t i;

	for (i = 0; i < attr_n_rows; i++) {
		const struct attr_row *row = &attr_rows[i];
		char *in_outer = (char *)&outer + row->offset;
		char *in_inner = (char *)&inner + row->offset;
		const char *merged = (const char *)&m.attr + row->offset;

		if (row->merge == ATTR_ADDS)
			continue;
		memset(&outer, 0, sizeof(outer));
		memset(&inner, 0, sizeof(inner));
		memset(in_outer, 'o', row->size);
		attr_merge_defaults(&m);
		attr_merge_level(&m, &outer);
		attr_merge_level(&m, &inner);
		EXPECT_EQ(0, memcmp(merged, in_outer, row->size))
			TH_LOG("%s is lost", row->name);
		/* One byte of it is enough. */
		in_inner[row->size - 1] = 'i';
		attr_merge_level(&m, &inner);
		EXPECT_EQ(0, memcmp(merged, in_inner, row->size))
			TH_LOG("%s is not replaced", row->name);
	}
}

TEST(a_switch_can_be_switched_off)
{
	const struct ktstr_attr on = {
		.kaslr = true, .expect_err = KTSTR_ON, .host_only = KTSTR_ON,
		.limits = { .isolation = CHECK_ON },
	};
	const struct ktstr_attr off = {
		.kaslr = KTSTR_OFF, .expect_err = KTSTR_OFF,
		.host_only = KTSTR_OFF, .limits = { .isolation = CHECK_OFF },
	};
	struct ktstr_merged m;

	attr_merge_defaults(&m);
	EXPECT_FALSE(ktstr_is_on(m.attr.kaslr));
	attr_merge_level(&m, &on);
	EXPECT_TRUE(ktstr_is_on(m.attr.kaslr));
	attr_merge_level(&m, &off);
	EXPECT_FALSE(ktstr_is_on(m.attr.kaslr));
	EXPECT_FALSE(ktstr_is_on(m.attr.expect_err));
	EXPECT_FALSE(ktstr_is_on(m.attr.host_only));
	EXPECT_EQ(CHECK_OFF, m.attr.limits.isolation);
	attr_merge_level(&m, &on);
	EXPECT_TRUE(ktstr_is_on(m.attr.kaslr));
}

TEST(arguments_add_up)
{
	const struct ktstr_attr a = { .sched_args = { "-a", "-b" } };
	const struct ktstr_attr b = { .sched_args = { "-c" } };
	struct ktstr_merged m;

	attr_merge_defaults(&m);
	attr_merge_level(&m, &a);
	attr_merge_level(&m, &b);
	ASSERT_EQ(3U, m.n_sched_args);
	EXPECT_STREQ("-b", m.sched_args[1]);
	EXPECT_STREQ("-c", m.sched_args[2]);
}

/* What the scheduler's level or the program's would have to add is refused. */
TEST(structs_are_refused_by_halves)
{
	static const struct {
		struct ktstr_attr attr;
		const char *says;
	} cases[] = {
		{ { .bpf_map_write.after_ms = 5 },
		  ".bpf_map_write needs a .map" },
		{ { .plant.symbol = "f" }, ".plant needs a .kind" },
	};
	struct ktstr_merged m;
	char err[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		attr_merge_defaults(&m);
		attr_merge_level(&m, &cases[i].attr);
		EXPECT_EQ(-EINVAL, attr_check(&m.attr, err, sizeof(err)));
		EXPECT_STREQ(cases[i].says, err);
	}
}

TEST(assertions_are_of_what_is_followed)
{
	static const struct scheduler mortal = { "s", .binary = "s" };
	static const struct {
		struct ktstr_attr attr;
		const char *says;
	} cases[] = {
		{ { .watch_maps = { "a=.bss:a", "b=m" },
		    .assertions = { "a nondecreasing",
				    "b ratio_within 1 2 over a" } }, NULL },
		{ { .watch_maps = { "a=.bss:a" }, .snapshots = 3,
		    .assertions = { "a@snapshots nondecreasing" } }, NULL },
		{ { .watch_maps = { "a=.bss:a" },
		    .assertions = { "a@snapshots nondecreasing" } },
		  "nothing in .watch_maps with .snapshots is called a@snapshots" },
		{ { .snapshots = 16 },
		  ".snapshots = 16: at most 15 can be within .duration_s = 2" },
		{ { .snapshots = 65, .duration_s = 100 }, "at most 64 can be" },
		{ { .watchpoint = "a:b" }, ".watchpoint: 'a:b' is neither" },
		{ { .watch_maps = { "a=.bss:a", "b" } },
		  ".watch_maps: 'b': its name is none" },
		{ { .watch_maps = { "a=.bss:a", "a=.bss:b" } },
		  ".watch_maps has two of one name" },
		{ { .assertions = { "a nondecreasing" } },
		  "nothing in .watch_maps is called a" },
		{ { .watch_maps = { "a=m" },
		    .assertions = { "a ratio_within 1 2 over b" } },
		  "nothing in .watch_maps is called b" },
		{ { .watch_maps = { "a=m" },
		    .assertions = { "a always > 1", "a grows" } },
		  ".assertions: 'a grows': 'grows' is no pattern" },
		{ { .watch_maps = { "a=m" }, .assertions = { "a always > 1" },
		    .expect_alarm = "stall" }, "cut short" },
		{ { .watch_maps = { "a=m" }, .assertions = { "a always > 1" },
		    .staged = { &mortal },
		    .expect_err = KTSTR_ON }, "cut short" },
	};
	struct ktstr_merged m;
	char err[400];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		attr_merge_defaults(&m);
		attr_merge_level(&m, &cases[i].attr);
		*err = '\0';
		EXPECT_EQ(cases[i].says ? -EINVAL : 0,
			  attr_check(&m.attr, err, sizeof(err)))
			TH_LOG("%zu: %s", i, err);
		EXPECT_NE(NULL, strstr(err, cases[i].says ?: ""))
			TH_LOG("%zu: %s", i, err);
	}
}

/* ---- lists ---- */

/* The whole list, in the order of the table, and no entry that is gone. */
TEST(documentation_lists_them)
{
	char *doc = doc_read(DOC, NULL, NULL), *next = doc, entry[2048];
	size_t i;

	ASSERT_NE(NULL, doc);
	EXPECT_EQ(attr_n_rows, doc_entries(doc));
	doc_unwrap(doc);
	for (i = 0; i < attr_n_rows; i++) {
		const struct attr_row *row = &attr_rows[i];
		struct strbuf head = STRBUF_INIT;
		char *found;

		attr_head(row, &head);
		*strstr(head.text, " [") = '\0';
		snprintf(entry, sizeof(entry), "``%s`` %s %s", head.text,
			 head.text + strlen(head.text) + 1, row->what);
		found = strstr(next, entry);
		EXPECT_NE(NULL, found)
			TH_LOG(DOC " has not, at its place: %s", entry);
		if (found)
			next = found;
		strbuf_free(&head);
	}
	free(doc);
}

TEST(list_has_what_a_command_line_can_say)
{
	char *text = NULL;
	size_t size, i;
	FILE *to = open_memstream(&text, &size);

	ASSERT_NE(NULL, to);
	attr_list(to);
	fclose(to);
	EXPECT_NE(NULL, strstr(text, "duration_s=N [2]\n    how long"));
	EXPECT_NE(NULL, strstr(text, "auto_repro=on|off ["));
	EXPECT_NE(NULL, strstr(text, "limits.isolation=on|off [on]\n"));
	for (i = 0; i < attr_n_rows; i++) {
		char entry[64];

		snprintf(entry, sizeof(entry), "\n%s=", attr_rows[i].name);
		EXPECT_EQ(attr_is_text(&attr_rows[i]),
			  !i || strstr(text, entry))
			TH_LOG("%s", attr_rows[i].name);
	}
	free(text);
}

TEST_HARNESS_MAIN
