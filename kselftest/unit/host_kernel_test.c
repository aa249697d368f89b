// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding the kernel: folders, images, keys, the tree around us, the cache.
 */
#include "kselftest_harness.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "lib/common/util/file.h"
#include "lib/common/util/util.h"
#include "lib/host/machine/kernel.h"
#include "lib/host/machine/paths.h"

FIXTURE(host_kernel)
{
	char top[PATH_MAX - 512];
	struct host_kernel k;
	char err[512];
};

static void put(struct __test_metadata *_metadata, const char *top,
		const char *path, const char *text)
{
	char full[PATH_MAX], *p;
	int fd;

	snprintf(full, sizeof(full), "%s/%s", top, path);
	for (p = full + strlen(top) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(full, 0755);
		*p = '/';
	}
	fd = open(full, O_CREAT | O_WRONLY | O_TRUNC, 0644);
	ASSERT_LE(0, fd);
	ASSERT_EQ((ssize_t)strlen(text), write(fd, text, strlen(text)));
	close(fd);
}

FIXTURE_SETUP(host_kernel)
{
	char dir[PATH_MAX - 600];

	ASSERT_EQ(0, host_self_dir(dir, sizeof(dir)));
	snprintf(self->top, sizeof(self->top), "%s/kernel-test.XXXXXX", dir);
	ASSERT_NE(NULL, mkdtemp(self->top));
}

FIXTURE_TEARDOWN(host_kernel)
{
	folder_remove(self->top);
}

static int find(FIXTURE_DATA(host_kernel) *self, const char *name,
		const char *self_dir, const char *cache)
{
	char n[PATH_MAX] = "", s[PATH_MAX], c[PATH_MAX];

	if (name)
		snprintf(n, sizeof(n), "%s%s%s", strchr(name, '/') ?
			 self->top : "", strchr(name, '/') ? "/" : "", name);
	snprintf(s, sizeof(s), "%s/%s", self->top, self_dir);
	snprintf(c, sizeof(c), "%s/%s", self->top, cache);
	self->err[0] = '\0';
	return host_kernel_find_from(n, s, c, &self->k, self->err,
				     sizeof(self->err));
}

TEST_F(host_kernel, nothing_found_says_what_to_do)
{
	EXPECT_EQ(-ENOENT, find(self, NULL, "a/b", "cache"));
	EXPECT_NE(NULL, strstr(self->err, "no kernel"));
	EXPECT_NE(NULL, strstr(self->err, "KTSTR_KERNEL"));
	EXPECT_STREQ("", self->k.image);
}

TEST_F(host_kernel, tree_around_the_program)
{
	put(_metadata, self->top, "t/arch/x86/boot/bzImage", "x");
	put(_metadata, self->top, "t/vmlinux", "x");
	put(_metadata, self->top, "t/.config", "x");
	ASSERT_EQ(0, find(self, NULL, "t/tools/testing/selftests/ktstr",
			  "cache"));
	EXPECT_TRUE(strends(self->k.image, "/t/arch/x86/boot/bzImage"));
	EXPECT_TRUE(strends(self->k.vmlinux, "/t/vmlinux"));
	EXPECT_TRUE(strends(self->k.config, "/t/.config"));
}

/* What lies in the cache is another kernel than the tree's. */
TEST_F(host_kernel, tree_without_a_kernel_is_not_passed_over)
{
	put(_metadata, self->top, "c/kernels/new/bzImage", "x");
	put(_metadata, self->top, "c/kernels/new/vmlinux", "x");
	put(_metadata, self->top, "t/Kconfig", "x");
	put(_metadata, self->top, "t/tools/testing/selftests/lib.mk", "x");
	EXPECT_EQ(-ENOENT, find(self, NULL, "t/tools/testing/selftests/ktstr",
				"c"));
	EXPECT_NE(NULL, strstr(self->err, "/t: build one (make bzImage)"));
	/* One that was named, or is built, will do. */
	EXPECT_EQ(0, find(self, "new", "t/tools/testing/selftests/ktstr", "c"));
	put(_metadata, self->top, "t/arch/x86/boot/bzImage", "x");
	EXPECT_EQ(0, find(self, NULL, "t/tools/testing/selftests/ktstr", "c"));
	EXPECT_TRUE(strends(self->k.image, "/t/arch/x86/boot/bzImage"));
}

TEST_F(host_kernel, says_which_and_why)
{
	static const char newest[] =
		"/new/bzImage (the newest of the cache; KTSTR_KERNEL= names another)";
	char text[PATH_MAX];

	put(_metadata, self->top, "c/kernels/new/bzImage", "x");
	put(_metadata, self->top, "c/kernels/new/vmlinux", "x");
	ASSERT_EQ(0, find(self, NULL, "a", "c"));
	host_kernel_describe(&self->k, text, sizeof(text));
	EXPECT_TRUE(strends(text, newest));
	ASSERT_EQ(0, find(self, "new", "a", "c"));
	host_kernel_describe(&self->k, text, sizeof(text));
	EXPECT_TRUE(strends(text, "/new/bzImage (named by KTSTR_KERNEL)"));
}

TEST_F(host_kernel, stray_image_above_is_no_tree)
{
	put(_metadata, self->top, "t/bzImage", "x");
	EXPECT_EQ(-ENOENT, find(self, NULL, "t/a", "cache"));
}

TEST_F(host_kernel, cache_newest_whole_entry)
{
	const struct timespec old[2] = { { .tv_sec = 1000 },
					 { .tv_sec = 1000 } };
	char path[PATH_MAX];

	put(_metadata, self->top, "c/kernels/new/bzImage", "x");
	put(_metadata, self->top, "c/kernels/new/vmlinux", "x");
	put(_metadata, self->top, "c/kernels/old/bzImage", "x");
	put(_metadata, self->top, "c/kernels/old/vmlinux", "x");
	put(_metadata, self->top, "c/kernels/half/bzImage", "x");
	put(_metadata, self->top, "c/kernels/.tmp/bzImage", "x");
	put(_metadata, self->top, "c/kernels/.tmp/vmlinux", "x");
	snprintf(path, sizeof(path), "%s/c/kernels/old/bzImage", self->top);
	ASSERT_EQ(0, utimensat(AT_FDCWD, path, old, 0));

	ASSERT_EQ(0, find(self, NULL, "a", "c"));
	EXPECT_TRUE(strends(self->k.image, "/kernels/new/bzImage"));
	ASSERT_EQ(0, find(self, "old", "a", "c"));
	EXPECT_TRUE(strends(self->k.image, "/kernels/old/bzImage"));
}

TEST_F(host_kernel, named_by_variable)
{
	put(_metadata, self->top, "t/arch/x86/boot/bzImage", "x");
	put(_metadata, self->top, "t/vmlinux", "x");
	put(_metadata, self->top, "t/.config", "x");
	put(_metadata, self->top, "empty/x", "x");
	put(_metadata, self->top, "flat/bzImage", "x");

	ASSERT_EQ(0, find(self, "./t", "a", "c"));
	EXPECT_TRUE(strends(self->k.vmlinux, "/t/vmlinux"));
	ASSERT_EQ(0, find(self, "./t/arch/x86/boot/bzImage", "a", "c"));
	EXPECT_TRUE(strends(self->k.vmlinux, "vmlinux"));
	EXPECT_TRUE(strends(self->k.config, ".config"));
	ASSERT_EQ(0, find(self, "./flat", "a", "c"));
	EXPECT_STREQ("", self->k.vmlinux);

	/* A name that leads nowhere is not replaced by another kernel. */
	EXPECT_EQ(-ENOENT, find(self, "./empty", "t", "c"));
	EXPECT_NE(NULL, strstr(self->err, "no bzImage in this folder"));
	EXPECT_EQ(-ENOENT, find(self, "./gone", "t", "c"));
	EXPECT_EQ(-ENOENT, find(self, "nokey", "t", "c"));
	EXPECT_NE(NULL, strstr(self->err, "KTSTR_KERNEL=nokey"));
}

TEST_F(host_kernel, config_names_the_missing_option)
{
	static const char base[] = "CONFIG_BLK_DEV_INITRD=y\n"
		"CONFIG_SERIAL_8250_CONSOLE=y\nCONFIG_DEVMEM=y\n"
		"CONFIG_X86_MPPARSE=y\nCONFIG_CPUSETS=y\n"
		"CONFIG_SIGNALFD=y\nCONFIG_FUTEX=y\n";
	char text[512];

	put(_metadata, self->top, "t/bzImage", "x");
	put(_metadata, self->top, "t/config", base);
	ASSERT_EQ(0, find(self, "./t", "a", "c"));
	EXPECT_EQ(0, host_kernel_check(&self->k, false, self->err,
				       sizeof(self->err)));
	EXPECT_EQ(-ENOTSUP, host_kernel_check(&self->k, true, self->err,
					      sizeof(self->err)));
	EXPECT_NE(NULL, strstr(self->err, "CONFIG_SCHED_CLASS_EXT"));

	snprintf(text, sizeof(text), "%sCONFIG_SCHED_CLASS_EXT=y\n"
		 "# CONFIG_DEBUG_INFO_BTF is not set\n", base);
	put(_metadata, self->top, "t/config", text);
	EXPECT_EQ(-ENOTSUP, host_kernel_check(&self->k, true, self->err,
					      sizeof(self->err)));
	EXPECT_NE(NULL, strstr(self->err, "CONFIG_DEBUG_INFO_BTF"));
}

/* Each by itself; what is a module is not in the kernel. */
TEST_F(host_kernel, config_is_asked_for_all_that_a_run_needs)
{
	static const char * const options[] = {
		"CONFIG_BLK_DEV_INITRD", "CONFIG_SERIAL_8250_CONSOLE",
		"CONFIG_DEVMEM", "CONFIG_X86_MPPARSE", "CONFIG_SIGNALFD",
		"CONFIG_FUTEX", "CONFIG_CPUSETS", "CONFIG_SCHED_CLASS_EXT",
		"CONFIG_DEBUG_INFO_BTF",
	};
	const size_t n = ARRAY_SIZE(options);
	char text[1024];
	size_t i, k, len;

	put(_metadata, self->top, "t/bzImage", "x");
	for (i = 0; i <= n; i++) {
		for (k = 0, len = 0; k < n; k++)
			len += snprintf(text + len, sizeof(text) - len,
					"%s=%c\n", options[k],
					k == i ? 'm' : 'y');
		put(_metadata, self->top, "t/config", text);
		ASSERT_EQ(0, find(self, "./t", "a", "c"));
		EXPECT_EQ(i < n ? -ENOTSUP : 0,
			  host_kernel_check(&self->k, true, self->err,
					    sizeof(self->err))) {
			TH_LOG("without %s", i < n ? options[i] : "none");
		}
		if (i < n)
			EXPECT_TRUE(!!strstr(self->err, options[i]));
	}
}

TEST_HARNESS_MAIN
