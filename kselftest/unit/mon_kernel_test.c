// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vmlinux that cannot be opened: each reason is a sentence.
 */
#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "lib/host/monitor/vmlinux/vmlinux.h"

#ifndef __SANITIZE_ADDRESS__
/* glibc's own, which ours stands before */
void *__libc_calloc(size_t n, size_t size);

static unsigned int fail_at;

/* The fail_at-th call from now on finds no memory. */
void *calloc(size_t n, size_t size)
{
	if (fail_at && !--fail_at) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_calloc(n, size);
}

TEST(no_memory_is_said)
{
	struct mon_kernel *kernel = (void *)1;
	unsigned int i;
	char err[256];

	for (i = 1; i <= 2; i++) {
		snprintf(err, sizeof(err), "what was there before");
		fail_at = i;
		EXPECT_EQ(-ENOMEM, mon_kernel_open("/proc/self/exe", &kernel,
						   err, sizeof(err)));
		fail_at = 0;
		EXPECT_EQ(NULL, kernel);
		EXPECT_STREQ("/proc/self/exe: Cannot allocate memory", err);
	}
}
#endif

TEST(reasons_are_sentences)
{
	static const struct {
		const char *path;
		const char *says;
	} cases[] = {
		{ "/no/such/vmlinux", "/no/such/vmlinux: No such file" },
		{ "/dev/null", "/dev/null: not an x86-64 ELF file" },
		{ "/proc/self/exe", "/proc/self/exe: has no BTF" },
	};
	struct mon_kernel *kernel;
	char err[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_GT(0, mon_kernel_open(cases[i].path, &kernel, err,
					     sizeof(err)));
		EXPECT_NE(NULL, strstr(err, cases[i].says)) TH_LOG("%s", err);
	}
}

TEST_HARNESS_MAIN
