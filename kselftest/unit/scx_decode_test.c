// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decoded values: against enums made here, as kernels of other versions have
 * them, and against the kernel that KTSTR_KERNEL names.
 */
#include "kselftest_harness.h"

#include <bpf/btf.h>

#include "lib/common/scx/decode.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"

static void add_enum64(struct btf *btf, const char *name,
		       const char * const *names, const uint64_t *values)
{
	btf__add_enum64(btf, name, 8, false);
	for (; *names; names++, values++)
		btf__add_enum64_value(btf, *names, *values);
}

/* Values unlike those of any kernel: nothing may be hard-coded. */
static struct btf *odd_btf(void)
{
	struct btf *btf = btf__new_empty();

	add_enum64(btf, "scx_dsq_id_flags",
		   (const char *[]){ "SCX_DSQ_FLAG_BUILTIN", "SCX_DSQ_INVALID",
				     "SCX_DSQ_LOCAL", "SCX_DSQ_LOCAL_ON", NULL },
		   (uint64_t[]){ 1ULL << 60, 1ULL << 60, 1ULL << 60 | 7,
				 3ULL << 60 });
	add_enum64(btf, "scx_enq_flags",
		   (const char *[]){ "SCX_ENQ_WAKEUP", "SCX_ENQ_NEW",
				     "__SCX_ENQ_INTERNAL_MASK", NULL },
		   (uint64_t[]){ 4, 1ULL << 50, 0xffULL << 56 });
	btf__add_enum(btf, "scx_ent_flags", 4);
	btf__add_enum_value(btf, "SCX_TASK_QUEUED", 1);
	btf__add_enum_value(btf, "SCX_TASK_STATE_SHIFT", 8);
	btf__add_enum_value(btf, "SCX_TASK_STATE_MASK", 0x300);
	btf__add_enum_value(btf, "SCX_TASK_CURSOR", (int)(1U << 31));
	btf__add_enum(btf, "scx_task_state", 4);
	btf__add_enum_value(btf, "SCX_TASK_INIT", 1);
	btf__add_enum_value(btf, "SCX_TASK_ENABLED", 3);
	return btf;
}

static const struct odd_case {
	enum decode_kind kind;
	uint64_t value;
	const char *text;
} odd_cases[] = {
	{ DECODE_DSQ, 1ULL << 60, "SCX_DSQ_INVALID" },
	{ DECODE_DSQ, 1ULL << 60 | 7, "SCX_DSQ_LOCAL" },
	{ DECODE_DSQ, 1ULL << 60 | 9, "BUILTIN(9)" },
	{ DECODE_DSQ, 3ULL << 60 | 12, "SCX_DSQ_LOCAL_ON|12" },
	{ DECODE_DSQ, 0xdead, "DSQ(0xdead)" },
	{ DECODE_ENQ_FLAGS, 0, "NONE" },
	{ DECODE_ENQ_FLAGS, 4 | 1ULL << 50, "WAKEUP|NEW" },
	{ DECODE_ENQ_FLAGS, 1, "0x1" },
	{ DECODE_ENQ_FLAGS, 5, "WAKEUP|0x1" },
	{ DECODE_TASK_FLAGS, 1 | 3 << 8, "QUEUED|ENABLED" },
	{ DECODE_TASK_FLAGS, 2 << 8, "0x200" },
	{ DECODE_TASK_FLAGS, 1U << 31, "CURSOR" },
	/* No such enum in this BTF. */
	{ DECODE_KICK_FLAGS, 5, "0x5" },
	{ DECODE_SIGNED, -1ULL, "-1" },
	{ DECODE_UNSIGNED, -1ULL, "18446744073709551615" },
	{ DECODE_HEX, 255, "0xff" },
	{ DECODE_BOOL, 2, "true" },
	{ DECODE_CPUMASK, 15, "0xf(0-3)" },
};

TEST(odd_kernel)
{
	struct btf *btf = odd_btf();
	struct decode *d = decode_create(btf);
	struct strbuf out = STRBUF_INIT;
	unsigned int i;

	ASSERT_NE(NULL, d);
	for (i = 0; i < ARRAY_SIZE(odd_cases); i++) {
		strbuf_reset(&out);
		decode_value(d, odd_cases[i].kind, odd_cases[i].value, 0, &out);
		EXPECT_STREQ(odd_cases[i].text, out.text)
			TH_LOG("case %u", i);
	}
	strbuf_free(&out);
	decode_destroy(d);
	btf__free(btf);
}

/* The field's own enum, however its type is spelt. */
TEST(enums)
{
	struct btf *btf = btf__new_empty();
	int plain, negative, byte, small, ids[5];
	struct strbuf out = STRBUF_INIT;
	struct decode *d;
	unsigned int i;

	plain = btf__add_enum(btf, "plain", 4);
	btf__add_enum_value(btf, "PLAIN_ONE", 1);
	btf__add_enum_value(btf, "PLAIN_TOP", (int)(1U << 31));
	negative = btf__add_enum(btf, "negative", 4);
	btf__add_enum_value(btf, "MINUS_TWO", -2);
	byte = btf__add_enum(btf, "byte", 1);
	btf__add_enum_value(btf, "BYTE_MINUS", -1);
	small = btf__add_enum(btf, "small", 4);
	btf__add_enum_value(btf, "SMALL_ONE", 1);
	ids[0] = plain;
	ids[1] = btf__add_typedef(btf, "plain_t", plain);
	ids[2] = btf__add_const(btf, ids[1]);
	ids[3] = btf__add_volatile(btf, plain);
	ids[4] = btf__add_typedef(btf, "negative_t",
				  btf__add_const(btf, negative));
	d = decode_create(btf);
	ASSERT_NE(NULL, d);

	for (i = 0; i < 4; i++) {
		strbuf_reset(&out);
		decode_value(d, DECODE_ENUM, 1, ids[i], &out);
		EXPECT_STREQ("PLAIN_ONE", out.text) {
			TH_LOG("spelling %u", i);
		}
	}
	strbuf_reset(&out);
	/* As desc_value() hands it over: sign-extended. */
	decode_value(d, DECODE_ENUM, (int64_t)(int)(1U << 31), plain, &out);
	strbuf_addf(&out, " ");
	decode_value(d, DECODE_ENUM, -2LL, ids[4], &out);
	strbuf_addf(&out, " ");
	decode_value(d, DECODE_ENUM, -1LL, byte, &out);
	EXPECT_STREQ("PLAIN_TOP MINUS_TWO BYTE_MINUS", out.text);

	strbuf_reset(&out);
	decode_value(d, DECODE_ENUM, -1LL, small, &out);
	strbuf_addf(&out, " ");
	decode_value(d, DECODE_ENUM, 0xfffffff0, negative, &out);
	strbuf_addf(&out, " ");
	decode_value(d, DECODE_ENUM, 5, 4711, &out);
	EXPECT_STREQ("4294967295 -16 5", out.text);
	strbuf_free(&out);
	decode_destroy(d);
	btf__free(btf);
}

TEST(no_btf)
{
	struct decode *d = decode_create(NULL);
	struct strbuf out = STRBUF_INIT;

	ASSERT_NE(NULL, d);
	decode_value(d, DECODE_TASK_FLAGS, 0x401, 0, &out);
	EXPECT_STREQ("0x401", out.text);
	strbuf_free(&out);
	decode_destroy(d);
}

static const struct mask_case {
	uint64_t words[3];
	unsigned int n;
	const char *text;
} mask_cases[] = {
	{ { 0 }, 1, "0x0(none)" },
	{ { 1 }, 1, "0x1(0)" },
	{ { 0xf5 }, 1, "0xf5(0,2,4-7)" },
	{ { -1ULL, 1 }, 2, "0x1_ffffffffffffffff(0-64)" },
	{ { 1ULL << 63, 0, 1 }, 3,
	  "0x1_0000000000000000_8000000000000000(63,128)" },
	{ { 3, 0, 0 }, 3, "0x3(0-1)" },
};

TEST(cpumasks)
{
	struct strbuf out = STRBUF_INIT;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mask_cases); i++) {
		strbuf_reset(&out);
		decode_cpumask(mask_cases[i].words, mask_cases[i].n, &out);
		EXPECT_STREQ(mask_cases[i].text, out.text);
	}
	strbuf_free(&out);
}

/* What holds for Linux 7.3, see include/linux/sched/ext.h. */
static const struct odd_case real_cases[] = {
	{ DECODE_DSQ, 1ULL << 63, "SCX_DSQ_INVALID" },
	{ DECODE_DSQ, 1ULL << 63 | 2, "SCX_DSQ_LOCAL" },
	{ DECODE_DSQ, 3ULL << 62 | 4095, "SCX_DSQ_LOCAL_ON|4095" },
	{ DECODE_DSQ, 0, "DSQ(0x0)" },
	{ DECODE_ENQ_FLAGS, 1, "WAKEUP" },
	{ DECODE_TASK_FLAGS, 0x401, "QUEUED|ENABLED" },
	{ DECODE_TASK_FLAGS, 0x409, "QUEUED|DEQD_FOR_SLEEP|ENABLED" },
	{ DECODE_EXIT_KIND, 1026, "ERROR_STALL" },
	{ DECODE_EXIT_KIND, 4711, "4711" },
	{ DECODE_KICK_FLAGS, 3, "IDLE|PREEMPT" },
	{ DECODE_OPS_STATE, 2 | 42 << 2, "QUEUED(seq 42)" },
	{ DECODE_OPS_STATE, 0, "NONE" },
	{ DECODE_WAKE_FLAGS, 8, "TTWU" },
};

TEST(real_kernel)
{
	const char *kernel = getenv("KTSTR_KERNEL");
	struct strbuf out = STRBUF_INIT;
	char path[512];
	struct decode *d;
	struct btf *btf;
	unsigned int i;

	if (!kernel)
		SKIP(return, "KTSTR_KERNEL names no kernel");
	snprintf(path, sizeof(path), "%s/vmlinux", kernel);
	btf = btf__parse(path, NULL);
	if (!btf)
		SKIP(return, "no BTF in %s", path);
	d = decode_create(btf);
	ASSERT_NE(NULL, d);
	for (i = 0; i < ARRAY_SIZE(real_cases); i++) {
		strbuf_reset(&out);
		decode_value(d, real_cases[i].kind, real_cases[i].value, 0,
			     &out);
		EXPECT_STREQ(real_cases[i].text, out.text);
	}
	strbuf_free(&out);
	decode_destroy(d);
	btf__free(btf);
}

TEST_HARNESS_MAIN
