// SPDX-License-Identifier: GPL-2.0-only
/*
 * Members by their path, and values as text, of types that are made here.
 */
#include "kselftest_harness.h"

#include <bpf/btf.h>
#include <limits.h>

#include "lib/common/btf.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"

/*
 * struct outer {
 *	int first;
 *	union { struct { u64 pad; inner_t deep; }; u64 word; };
 *	const struct inner *ptr;
 *	void *nothing;
 *	unsigned int low : 3, high : 5;
 *	struct inner list[4];
 * };
 * struct inner { int a; int b; struct outer *back; };
 * .bss: int count; struct inner state;
 */
FIXTURE(btf) {
	struct btf *btf;
	const struct btf_type *outer;
	const struct btf_type *bss;
	struct btf_place at;
};

static void add_bss(struct btf *btf, int i32, int inner)
{
	int count = btf__add_var(btf, "count", BTF_VAR_GLOBAL_ALLOCATED, i32);
	int state = btf__add_var(btf, "state", BTF_VAR_GLOBAL_ALLOCATED,
				 inner);

	btf__add_datasec(btf, ".bss", 32);
	btf__add_datasec_var_info(btf, count, 0, 4);
	btf__add_datasec_var_info(btf, state, 8, 16);
}

FIXTURE_SETUP(btf)
{
	struct btf *btf = btf__new_empty();
	int i32, u32, u64, inner, inner_t, nameless, either, ptr, nothing;
	int list, outer, back;

	ASSERT_NE(NULL, btf);
	i32 = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	u32 = btf__add_int(btf, "unsigned int", 4, 0);
	u64 = btf__add_int(btf, "u64", 8, 0);
	/* It points to what comes behind it. */
	back = btf__add_ptr(btf, btf__type_cnt(btf) + 10);
	inner = btf__add_struct(btf, "inner", 16);
	btf__add_field(btf, "a", i32, 0, 0);
	btf__add_field(btf, "b", i32, 32, 0);
	btf__add_field(btf, "back", back, 64, 0);
	inner_t = btf__add_typedef(btf, "inner_t", inner);
	nameless = btf__add_struct(btf, NULL, 24);
	btf__add_field(btf, "pad", u64, 0, 0);
	btf__add_field(btf, "deep", inner_t, 64, 0);
	either = btf__add_union(btf, NULL, 24);
	btf__add_field(btf, NULL, nameless, 0, 0);
	btf__add_field(btf, "word", u64, 0, 0);
	ptr = btf__add_ptr(btf, btf__add_const(btf, inner));
	nothing = btf__add_ptr(btf, 0);
	list = btf__add_array(btf, i32, inner, 4);
	while ((int)btf__type_cnt(btf) < back + 10)
		btf__add_const(btf, i32);
	outer = btf__add_struct(btf, "outer", 128);
	ASSERT_EQ(back + 10, outer);
	btf__add_field(btf, "first", i32, 0, 0);
	btf__add_field(btf, NULL, either, 64, 0);
	btf__add_field(btf, "ptr", ptr, 256, 0);
	btf__add_field(btf, "nothing", nothing, 320, 0);
	btf__add_field(btf, "low", u32, 384, 3);
	btf__add_field(btf, "high", u32, 387, 5);
	btf__add_field(btf, "list", list, 416, 0);
	add_bss(btf, i32, inner);
	self->btf = btf;
	self->outer = btf_type_named(btf, "outer", BTF_KIND_STRUCT);
	self->bss = btf_type_named(btf, ".bss", BTF_KIND_DATASEC);
	ASSERT_NE(NULL, self->outer);
	ASSERT_NE(NULL, self->bss);
}

FIXTURE_TEARDOWN(btf)
{
	btf__free(self->btf);
}

TEST_F(btf, paths)
{
	static const struct {
		const char *path;
		uint32_t bit_off;
		uint32_t bits;
		bool behind_ptr;
		uint32_t ptr_bit_off;
	} cases[] = {
		{ .path = "first" },
		/* Down through members without a name, and a typedef. */
		{ .path = "pad", .bit_off = 64 },
		{ .path = "word", .bit_off = 64 },
		{ .path = "deep", .bit_off = 128 },
		{ .path = "deep.b", .bit_off = 160 },
		{ .path = "low", .bit_off = 384, .bits = 3 },
		{ .path = "high", .bit_off = 387, .bits = 5 },
		{ .path = "ptr", .bit_off = 256 },
		{ .path = "list", .bit_off = 416 },
		/* Through pointers, of which one comes before its struct. */
		{ .path = "ptr->a", .behind_ptr = true, .ptr_bit_off = 256 },
		{ .path = "ptr->b", .bit_off = 32, .behind_ptr = true,
		  .ptr_bit_off = 256 },
		{ .path = "deep.back->high", .bit_off = 387, .bits = 5,
		  .behind_ptr = true, .ptr_bit_off = 192 },
		{ .path = "deep.back->deep.b", .bit_off = 160,
		  .behind_ptr = true, .ptr_bit_off = 192 },
		/* The first that there is. */
		{ .path = "none|first" },
		{ .path = "deep.b|first", .bit_off = 160 },
		{ .path = "none|ptr->none|pad", .bit_off = 64 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_TRUE(btf_find_path(self->btf, self->outer,
					  cases[i].path, &self->at)) {
			TH_LOG("%s", cases[i].path);
		}
		EXPECT_EQ(cases[i].bit_off, self->at.bit_off) {
			TH_LOG("%s", cases[i].path);
		}
		EXPECT_EQ(cases[i].bits, self->at.bits);
		EXPECT_EQ(cases[i].behind_ptr, self->at.behind_ptr);
		EXPECT_EQ(cases[i].ptr_bit_off, self->at.ptr_bit_off);
		EXPECT_NE(NULL, self->at.type);
	}
}

TEST_F(btf, types_of_places)
{
	ASSERT_TRUE(btf_find_path(self->btf, self->outer, "deep", &self->at));
	/* As it is spelt, and what it is. */
	EXPECT_TRUE(btf_is_typedef(btf__type_by_id(self->btf,
						   self->at.type_id)));
	EXPECT_TRUE(btf_is_struct(self->at.type));
	ASSERT_TRUE(btf_find_path(self->btf, self->outer, "ptr->a",
				  &self->at));
	EXPECT_TRUE(btf_is_int(self->at.type));
}

TEST_F(btf, sections)
{
	ASSERT_TRUE(btf_find_path(self->btf, self->bss, "state.b", &self->at));
	EXPECT_EQ(64 + 32, self->at.bit_off);
	ASSERT_TRUE(btf_find_path(self->btf, self->bss, "count", &self->at));
	EXPECT_EQ(0, self->at.bit_off);
	EXPECT_FALSE(btf_find_path(self->btf, self->bss, "b", &self->at));
}

TEST_F(btf, paths_that_lead_nowhere)
{
	static const char * const paths[] = {
		"", "none", "firs", "first2", "first.", ".first", "first.a",
		"first->a", "deep.none", "deep->b", "ptr.a", "ptr->", "ptr->none",
		"nothing->a", "list.a", "low.a", "|", "none|", "ptr-a",
		/* A second pointer. */
		"ptr->back->first",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		memset(&self->at, 0xff, sizeof(self->at));
		EXPECT_FALSE(btf_find_path(self->btf, self->outer, paths[i],
					   &self->at)) {
			TH_LOG("\"%s\"", paths[i]);
		}
		EXPECT_EQ(NULL, self->at.type);
	}
	EXPECT_FALSE(btf_find_path(self->btf, NULL, "first", &self->at));
	EXPECT_EQ(NULL, btf_type_named(self->btf, "none", BTF_KIND_STRUCT));
	EXPECT_EQ(NULL, btf_type_named(self->btf, "outer", BTF_KIND_UNION));
	EXPECT_EQ(NULL, btf_bare_type(self->btf, 0));
	EXPECT_EQ(NULL, btf_bare_type(self->btf, 4711));
	EXPECT_EQ(NULL, btf_bare_type(NULL, 1));
}

/* A union of two nameless members, each of which is that union again. */
TEST(types_without_end)
{
	struct btf *btf = btf__new_empty();
	uint64_t start_ns = clock_now_ns();
	struct btf_place at;
	int id;

	ASSERT_NE(NULL, btf);
	id = btf__add_union(btf, "u", 8);
	ASSERT_LT(0, id);
	ASSERT_EQ(0, btf__add_field(btf, NULL, id, 0, 0));
	ASSERT_EQ(0, btf__add_field(btf, NULL, id, 0, 0));
	EXPECT_FALSE(btf_find_path(btf, btf__type_by_id(btf, id), "x|y", &at));
	EXPECT_GT(NSEC_PER_SEC, clock_now_ns() - start_ns);
	btf__free(btf);
}

FIXTURE(scalar) {
	struct btf *btf;
	struct strbuf text;
	int i32, u8, boolean, ptr, plain, small, minus, byte, wide;
};

FIXTURE_SETUP(scalar)
{
	struct btf *btf = btf__new_empty();

	ASSERT_NE(NULL, btf);
	self->btf = btf;
	self->text = (struct strbuf)STRBUF_INIT;
	self->i32 = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	self->u8 = btf__add_int(btf, "u8", 1, 0);
	self->boolean = btf__add_int(btf, "_Bool", 1, BTF_INT_BOOL);
	self->ptr = btf__add_ptr(btf, 0);
	self->plain = btf__add_enum(btf, "plain", 4);
	btf__add_enum_value(btf, "ONE", 1);
	btf__add_enum_value(btf, "TOP", (int)(1U << 31));
	self->small = btf__add_enum(btf, "small", 4);
	btf__add_enum_value(btf, "SMALL_ONE", 1);
	self->minus = btf__add_enum(btf, "minus", 4);
	btf__add_enum_value(btf, "MINUS_TWO", -2);
	self->byte = btf__add_enum(btf, "byte", 1);
	btf__add_enum_value(btf, "BYTE_MINUS", -1);
	self->wide = btf__add_enum64(btf, "wide", 8, false);
	btf__add_enum64_value(btf, "FAR", 1ULL << 63);
}

FIXTURE_TEARDOWN(scalar)
{
	strbuf_free(&self->text);
	btf__free(self->btf);
}

static const char *put(FIXTURE_DATA(scalar) *self, int type, uint64_t value,
		       unsigned int bits)
{
	strbuf_reset(&self->text);
	btf_put_scalar(&self->text, self->btf,
		       btf__type_by_id(self->btf, type), value, bits,
		       UINT_MAX);
	return self->text.text;
}

TEST_F(scalar, integers)
{
	EXPECT_STREQ("-1", put(self, self->i32, 0xffffffff, 32));
	EXPECT_STREQ("-1", put(self, self->i32, -1LL, 32));
	EXPECT_STREQ("2147483647", put(self, self->i32, 0x7fffffff, 32));
	/* Bits above its own do not matter. */
	EXPECT_STREQ("255", put(self, self->u8, 0xabff, 8));
	EXPECT_STREQ("-4", put(self, self->i32, 4, 3));
	EXPECT_STREQ("5", put(self, self->u8, 0xfd, 3));
	EXPECT_STREQ("true", put(self, self->boolean, 2, 8));
	EXPECT_STREQ("false", put(self, self->boolean, 0x100, 8));
	EXPECT_STREQ("0xffff888000000000",
		     put(self, self->ptr, 0xffff888000000000, 64));
}

TEST_F(scalar, enums)
{
	EXPECT_STREQ("ONE", put(self, self->plain, 1, 32));
	/* Sign-extended, and as it was loaded. */
	EXPECT_STREQ("TOP", put(self, self->plain, 0x80000000, 32));
	EXPECT_STREQ("TOP", put(self, self->plain, ~0ULL << 31, 32));
	EXPECT_STREQ("MINUS_TWO", put(self, self->minus, -2LL, 32));
	EXPECT_STREQ("MINUS_TWO", put(self, self->minus, 0xfffffffe, 32));
	EXPECT_STREQ("BYTE_MINUS", put(self, self->byte, 0xff, 8));
	EXPECT_STREQ("FAR", put(self, self->wide, 1ULL << 63, 64));
	/* What has no name, by the enum's sign. */
	EXPECT_STREQ("7", put(self, self->plain, 7, 32));
	EXPECT_STREQ("4294967295", put(self, self->small, -1LL, 32));
	EXPECT_STREQ("-3", put(self, self->minus, 0xfffffffd, 32));
}

TEST_F(scalar, names_looked_through_are_counted)
{
	const struct btf_type *t = btf__type_by_id(self->btf, self->plain);
	const struct btf_type *i = btf__type_by_id(self->btf, self->i32);
	struct strbuf *to = &self->text;

	EXPECT_EQ(1, btf_put_scalar(to, self->btf, t, 1, 32, 2));
	EXPECT_EQ(2, btf_put_scalar(to, self->btf, t, 1U << 31, 32, 2));
	EXPECT_EQ(2, btf_put_scalar(to, self->btf, t, 9, 32, 2));
	EXPECT_EQ(1, btf_put_scalar(to, self->btf, t, 9, 32, 1));
	EXPECT_EQ(0, btf_put_scalar(to, self->btf, t, 1, 32, 0));
	EXPECT_EQ(0, btf_put_scalar(to, self->btf, i, 3, 32, 0));
	EXPECT_STREQ("ONETOP9......3", to->text);
}

/* libbpf checks names that it writes; a guest's bytes come as they are. */
TEST(names_are_fit_to_print)
{
	static const char odd[] = "a\033[2J\nb";
	struct btf *made = btf__new_empty(), *btf;
	char name[BTF_NAME_LEN], *copy, *at;
	uint32_t size, id;
	const void *raw;

	ASSERT_NE(NULL, made);
	id = btf__add_struct(made, "aESCxxNb", 8);
	raw = btf__raw_data(made, &size);
	copy = malloc(size);
	ASSERT_NE(NULL, copy);
	memcpy(copy, raw, size);
	at = memmem(copy, size, "aESCxxNb", 8);
	ASSERT_NE(NULL, at);
	memcpy(at, odd, sizeof(odd));
	btf = btf__new(copy, size);
	ASSERT_NE(NULL, btf);
	btf_fit_name(btf, btf__type_by_id(btf, id)->name_off, name);
	EXPECT_STREQ("a?[2J?b", name);
	btf_fit_name(btf, 1 << 30, name);
	EXPECT_STREQ("", name);
	btf__free(btf);
	btf__free(made);
	free(copy);
}

TEST_HARNESS_MAIN
