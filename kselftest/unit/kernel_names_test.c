// SPDX-License-Identifier: GPL-2.0-only
/*
 * Versions of kernels compared, names of kernels taken apart, sums.
 */
#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "lib/host/kernel/kver.h"
#include "lib/host/kernel/sha256.h"

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

TEST(versions_are_compared)
{
	static const struct {
		const char *a, *b;
		int diff;
	} cases[] = {
		{ "7.3", "7.3", 0 },
		{ "7.3", "7.10", -1 },
		{ "7.9.4", "7.10.1", -1 },
		{ "7.3.4", "7.3", 1 },
		{ "7.3-rc1", "7.3", -1 },
		{ "7.3-rc2", "7.3-rc10", -1 },
		{ "7.3-rc7", "7.2.9", 1 },
		{ "7.3.4-1~bpo13+1", "7.3.4-1", -1 },
		{ "7.3.4-1~bpo13+2", "7.3.4-1~bpo13+1", 1 },
		{ "7.3.4-1~bpo13+1", "7.1", 1 },
		{ "6.12.95-1", "7.1", -1 },
		{ "7.03", "7.3", 0 },
		{ "7.3a", "7.3+", -1 },
		{ "7.99999999999999999999999", "7.100000000000000000000000", -1 },
		{ "", "7", -1 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].diff, sign(kver_compare(cases[i].a, cases[i].b)))
			TH_LOG("%s, %s", cases[i].a, cases[i].b);
		EXPECT_EQ(-cases[i].diff, sign(kver_compare(cases[i].b, cases[i].a)))
			TH_LOG("%s, %s", cases[i].b, cases[i].a);
	}
}

TEST(versions_have_a_series)
{
	static const struct {
		const char *version, *series;
		bool is;
	} cases[] = {
		{ "7.3.4", "7.3", true },
		{ "7.3", "7.3", true },
		{ "7.30.1", "7.3", false },
		{ "7.3-rc1", "7.3", true },
		{ "7.3.4-1~bpo13+1", "7.3.4", true },
		{ "7.3.40", "7.3.4", false },
		{ "7.3", "", false },
	};
	char series[KVER_SIZE];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].is, kver_is_of(cases[i].version, cases[i].series))
			TH_LOG("%s of %s", cases[i].version, cases[i].series);
	}
	EXPECT_STREQ("7.3", kver_series("7.3.4-1~bpo13+1", series));
	EXPECT_STREQ("7.10", kver_series("7.10-rc2", series));
	EXPECT_STREQ("7", kver_series("7", series));
	EXPECT_STREQ("", kver_series("next", series));
}

TEST(names_are_taken_apart)
{
	static const struct {
		const char *text;
		int ret;
		enum kernel_name_kind kind;
		const char *from, *to;
	} cases[] = {
		{ "7.3.4", 0, NAME_VERSION, "7.3.4", "" },
		{ "6.12", 0, NAME_VERSION, "6.12", "" },
		{ "7.3-rc1", 0, NAME_VERSION, "7.3-rc1", "" },
		{ "6.12..7.3", 0, NAME_RANGE, "6.12", "7.3" },
		{ "7.3..6.12", -EINVAL, NAME_RANGE, "7.3", "6.12" },
		{ "6.12..", -EINVAL, NAME_RANGE, "6.12..", "" },
		{ "6.12..next", -EINVAL, NAME_RANGE, "6.12", "next" },
		{ "7.3.4-1-k00000000-t00000000", 0, NAME_KEY,
		  "7.3.4-1-k00000000-t00000000", "" },
		{ "7", 0, NAME_KEY, "7", "" },
		{ "7.3.", 0, NAME_KEY, "7.3.", "" },
		{ "trixie/linux-source-6.12", 0, NAME_PACKAGE, "trixie",
		  "linux-source-6.12" },
		{ "trixie/linux-source-x", 0, NAME_PATH,
		  "trixie/linux-source-x", "" },
		{ "/nowhere/at/all", 0, NAME_PATH, "/nowhere/at/all", "" },
		{ "/", 0, NAME_PATH, "/", "" },
		{ "git+/src/linux#v7.3", 0, NAME_GIT, "/src/linux", "v7.3" },
		{ "git+https://x/y.git#abc", 0, NAME_GIT, "https://x/y.git",
		  "abc" },
		{ "git+/src/linux", -EINVAL, NAME_GIT, "", "" },
		{ "git+#x", -EINVAL, NAME_GIT, "", "" },
		{ "git+/src#", -EINVAL, NAME_GIT, "", "" },
		{ "git+--upload-pack=x#y", -EINVAL, NAME_GIT,
		  "--upload-pack=x", "y" },
		{ "git+/src#--x", -EINVAL, NAME_GIT, "/src", "--x" },
		{ "", -EINVAL, NAME_PATH, "", "" },
		{ "7.3\n", -EINVAL, NAME_PATH, "", "" },
	};
	struct kernel_name name;
	char why[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		why[0] = '\0';
		EXPECT_EQ(cases[i].ret, kernel_name_parse(cases[i].text, &name, why, sizeof(why)))
			TH_LOG("%s", cases[i].text);
		EXPECT_EQ(!!cases[i].ret, !!why[0]) TH_LOG("%s", cases[i].text);
		if (cases[i].ret)
			continue;
		EXPECT_EQ(cases[i].kind, name.kind) TH_LOG("%s", cases[i].text);
		EXPECT_STREQ(cases[i].from, name.from);
		EXPECT_STREQ(cases[i].to, name.to);
	}
}

TEST(names_mean_versions)
{
	static const struct {
		const char *name, *version;
		bool has;
	} cases[] = {
		{ "7.3", "7.3.4", true },
		{ "7.3", "7.30.1", false },
		{ "7.3.4", "7.3.4", true },
		{ "7.3.4", "7.3.5", false },
		{ "6.12..7.3", "6.12", true },
		{ "6.12..7.3", "6.11.9", false },
		{ "6.12..7.3", "7.0.1", true },
		{ "6.12..7.3", "7.3.99", true },
		{ "6.12..7.3", "7.4-rc1", false },
		{ "6.12.5..6.12.9", "6.12.10", false },
		{ "some-key", "some-key", false },
	};
	struct kernel_name name;
	char why[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ASSERT_EQ(0, kernel_name_parse(cases[i].name, &name, why, sizeof(why)));
		EXPECT_EQ(cases[i].has, kernel_name_has(&name, cases[i].version))
			TH_LOG("%s: %s", cases[i].name, cases[i].version);
	}
}

/* Those of FIPS 180-4's examples, and one on each side of a block's end. */
TEST(sums)
{
	static const struct {
		const char *text;
		size_t times;
		const char *sum;
	} cases[] = {
		{ "", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
		{ "a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318" },
		{ "a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb" },
		{ "a", 1000000,
		  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
	};
	char text[SHA256_TEXT_SIZE];
	struct sha256 sum;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		sha256_init(&sum);
		for (j = 0; j < cases[i].times; j++)
			sha256_add(&sum, cases[i].text, strlen(cases[i].text));
		EXPECT_STREQ(cases[i].sum, sha256_text(&sum, 64, text));
	}
	sha256_init(&sum);
	EXPECT_STREQ("e3b0c442", sha256_text(&sum, 8, text));
}

TEST_HARNESS_MAIN
