// SPDX-License-Identifier: GPL-2.0-only
/*
 * Printing values whose types lie: what that costs is counted in steps, which
 * no machine's speed changes, and what comes out is fit to print.
 */
#include "kselftest_harness.h"

#include <bpf/btf.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/guest/mem.h"
#include "lib/host/monitor/read/bpf.h"

#define READS		1000000
#define TEXT_MAX	(4 << 20)
#define LONG_NAME	(4000000 - 1)

FIXTURE(mon_value)
{
	struct btf *btf;
	struct strbuf text;
	struct mon_budget budget;
	struct mon_mem mem;
	uint8_t bytes[64 * 1024];
	int u32;
};

FIXTURE_SETUP(mon_value)
{
	self->btf = btf__new_empty();
	ASSERT_NE(NULL, self->btf);
	self->text = (struct strbuf)STRBUF_INIT;
	self->text.max = TEXT_MAX;
	self->budget.left = READS;
	self->mem.budget = &self->budget;
	self->u32 = btf__add_int(self->btf, "u32", 4, 0);
}

FIXTURE_TEARDOWN(mon_value)
{
	strbuf_free(&self->text);
	btf__free(self->btf);
}

/* libbpf checks names that it writes; a guest's bytes come as they are. */
static void name_is(struct btf **btf, const char *from, const char *to)
{
	const void *raw;
	char *copy, *at;
	uint32_t size;

	raw = btf__raw_data(*btf, &size);
	copy = malloc(size);
	memcpy(copy, raw, size);
	at = memmem(copy, size, from, strlen(from) + 1);
	memcpy(at, to, strlen(from));
	btf__free(*btf);
	*btf = btf__new(copy, size);
	free(copy);
}

static void print(FIXTURE_DATA(mon_value) *self, int type)
{
	mon_value_print(&self->text, &self->mem, self->btf, type, self->bytes,
			sizeof(self->bytes));
}

TEST_F(mon_value, name_of_megabytes)
{
	char *name = malloc(LONG_NAME + 1);
	int type, i;

	ASSERT_NE(NULL, name);
	memset(name, 'x', LONG_NAME);
	name[LONG_NAME] = '\0';
	type = btf__add_struct(self->btf, "s", 4 * 1000);
	for (i = 0; i < 1000; i++) {
		ASSERT_EQ(0, btf__add_field(self->btf, name, self->u32, 32 * i,
					    0));
	}
	free(name);
	print(self, type);
	/* ".NAME = 0, " */
	EXPECT_GT(1000 * (511 + 10), self->text.len);
	EXPECT_LT(1000 * 511, self->text.len);
	EXPECT_EQ(0, self->text.dropped);
	EXPECT_EQ(READS - 1 - 1000, self->budget.left);
}

TEST_F(mon_value, each_enumerator_looked_at_is_a_step)
{
	char name[16];
	int e, type, i;

	e = btf__add_enum(self->btf, "e", 4);
	for (i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "E%d", i);
		ASSERT_EQ(0, btf__add_enum_value(self->btf, name, i + 1));
	}
	type = btf__add_array(self->btf, self->u32, e, 60);
	print(self, type);
	/* None of them is 0: what is left to a value is soon spent. */
	EXPECT_LT(READS - 20000, self->budget.left);
	EXPECT_GT(READS - 5000, self->budget.left);
	EXPECT_STREQ("{0, 0, 0, ...}", self->text.text);
	/* One that is found is named, and those behind are not looked at. */
	memset(self->bytes, 0, sizeof(self->bytes));
	self->bytes[0] = 7;
	self->budget.left = READS;
	strbuf_reset(&self->text);
	print(self, e);
	EXPECT_STREQ("E6", self->text.text);
	EXPECT_EQ(READS - 8, self->budget.left);
}

TEST_F(mon_value, nothing_is_printed_without_a_budget)
{
	int type = btf__add_struct(self->btf, "s", 4 * 1000), i;

	for (i = 0; i < 1000; i++)
		btf__add_field(self->btf, "a", self->u32, 32 * i, 0);
	self->budget.left = 4;
	print(self, type);
	EXPECT_STREQ("{.a = 0, .a = 0, .a = 0...}", self->text.text);
	EXPECT_EQ(0, self->budget.left);
}

TEST_F(mon_value, ends_where_text_is_dropped)
{
	int type = btf__add_struct(self->btf, "s", 4 * 1000), i;

	for (i = 0; i < 1000; i++)
		btf__add_field(self->btf, "a", self->u32, 32 * i, 0);
	self->text.max = 20;
	print(self, type);
	EXPECT_EQ(20, self->text.len);
	EXPECT_LT(READS - 10, self->budget.left);
}

TEST_F(mon_value, text_is_what_is_fit_to_print)
{
	int ch = btf__add_int(self->btf, "char", 1, BTF_INT_CHAR);
	int text = btf__add_array(self->btf, self->u32, ch, 2000);
	char *bytes = (char *)self->bytes;

	strcpy(bytes, "h\xc3\xb6her");
	print(self, text);
	EXPECT_STREQ("\"h\xc3\xb6her\"", self->text.text);
	/* Of a long one its start, and no half of a character. */
	memset(bytes, 'x', 3000);
	memcpy(bytes + 1022, "\xe2\x82\xac", 3);
	strbuf_reset(&self->text);
	print(self, text);
	EXPECT_EQ(1022 + 2, self->text.len);
	EXPECT_STREQ("xx\"", self->text.text + 1021);
	strcpy(bytes, "a\033[2Jb");
	strbuf_reset(&self->text);
	print(self, text);
	EXPECT_EQ(0, strncmp("{97, 27, 91, 50,", self->text.text, 16));
}

TEST_F(mon_value, names_are_fit_to_print)
{
	int type = btf__add_struct(self->btf, "s", 8), e;

	btf__add_field(self->btf, "aESCbNLc", self->u32, 0, 0);
	e = btf__add_enum(self->btf, "e", 4);
	btf__add_enum_value(self->btf, "QQred", 0);
	name_is(&self->btf, "aESCbNLc", "a\033[2J\nbc");
	ASSERT_NE(NULL, self->btf);
	name_is(&self->btf, "QQred", "\xc2\x9bred");
	ASSERT_NE(NULL, self->btf);
	print(self, type);
	EXPECT_STREQ("{.a?[2J?bc = 0}", self->text.text);
	strbuf_reset(&self->text);
	print(self, e);
	EXPECT_STREQ("??red", self->text.text);
}

TEST_HARNESS_MAIN
