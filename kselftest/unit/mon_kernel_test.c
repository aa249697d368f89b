// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vmlinux that cannot be opened: each reason is a sentence.
 */
#include "kselftest_harness.h"

#include "kselftest/unit/mon_image.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/vmlinux/vmlinux.h"

#ifndef __SANITIZE_ADDRESS__
/* glibc's own, which ours stand before */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

static unsigned int fail_at;

/* The fail_at-th call from now on finds no memory. */
static bool fails(void)
{
	if (!fail_at || --fail_at)
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	return fails() ? NULL : __libc_realloc(p, size);
}

/* Whatever it was for that there was no memory; 0 where it does without */
static void open_without(struct __test_metadata *_metadata, const char *path,
			 unsigned int n, bool *reached)
{
	struct mon_kernel *kernel = (void *)1;
	char err[PATH_MAX + 128], says[PATH_MAX + 128];
	int ret;

	snprintf(says, sizeof(says), "%s: Cannot allocate memory", path);
	snprintf(err, sizeof(err), "what was there before");
	fail_at = n;
	ret = mon_kernel_open(path, &kernel, err, sizeof(err));
	*reached = !fail_at;
	fail_at = 0;
	if (!ret) {
		mon_kernel_close(kernel);
		return;
	}
	EXPECT_EQ(-ENOMEM, ret) {
		TH_LOG("allocation %u", n);
	}
	EXPECT_EQ(NULL, kernel);
	EXPECT_STREQ(says, err);
}

TEST(no_memory_is_said)
{
	char path[PATH_MAX];
	bool reached = true;
	unsigned int n;

	if (!image_vmlinux(path, sizeof(path)))
		SKIP(return, "no vmlinux: name a kernel's build folder by KTSTR_KERNEL");
	for (n = 1; reached; n++)
		open_without(_metadata, path, n, &reached);
	/* Symbols, fields, BTF */
	EXPECT_LT(10, n);
	EXPECT_GT(1000, n);
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
