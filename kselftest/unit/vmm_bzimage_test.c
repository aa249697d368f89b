// SPDX-License-Identifier: GPL-2.0-only
/*
 * bzImage headers: a real kernel's, damaged copies of it, and the files that
 * people name in its place.
 */
#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "lib/host/machine/kernel.h"
#include "vmm/memory.h"
#include "vmm/x86/bzimage.h"

#define HDR	0x1f1	/* of struct setup_header in the file */
#define FIELD(name)	(HDR + offsetof(struct setup_header, name))

/* A header like that of a small modern kernel. */
static void make_head(uint8_t *head)
{
	struct setup_header hdr = {
		.setup_sects = 3,
		.boot_flag = 0xaa55,
		.header = 0x53726448,
		.version = 0x20f,
		.loadflags = LOADED_HIGH,
		.xloadflags = XLF_KERNEL_64,
		.kernel_alignment = 0x200000,
		.relocatable_kernel = 1,
		.pref_address = 0x1000000,
		.init_size = 0x1800000,
		.syssize = 0x10000,		/* 1 MiB */
		.cmdline_size = 2047,
		.initrd_addr_max = 0x7fffffff,
	};

	memset(head, 0, BZIMAGE_HEAD_SIZE);
	memcpy(head + HDR, &hdr, sizeof(hdr));
}

#define FILE_SIZE	(4 * 512 + 0x100000)

FIXTURE(bzimage) {
	uint8_t head[BZIMAGE_HEAD_SIZE];
	struct bzimage img;
	char text[200];
	struct vm_error err;
};

FIXTURE_SETUP(bzimage)
{
	make_head(self->head);
	self->text[0] = '\0';
	self->err = (struct vm_error) {
		.text = self->text,
		.size = sizeof(self->text),
	};
}

FIXTURE_TEARDOWN(bzimage)
{
}

TEST_F(bzimage, good_header)
{
	EXPECT_EQ(0, bzimage_parse(self->head, sizeof(self->head), FILE_SIZE,
				   &self->img, &self->err));
	EXPECT_EQ(4 * 512, self->img.code_offset);
	EXPECT_EQ(0x100000, self->img.code_size);
	EXPECT_STREQ("", self->text);

	/* No number of sectors means four. */
	self->head[FIELD(setup_sects)] = 0;
	EXPECT_EQ(0, bzimage_parse(self->head, sizeof(self->head),
				   FILE_SIZE + 512, &self->img, &self->err));
	EXPECT_EQ(5 * 512, self->img.code_offset);
}

TEST_F(bzimage, damage_is_named)
{
	static const struct {
		unsigned int offset;
		unsigned int len;
		uint32_t value;
		const char *says;
	} cases[] = {
		{ FIELD(boot_flag), 2, 0, "is not a bzImage" },
		{ FIELD(header), 4, 0, "is not a bzImage" },
		{ FIELD(version), 2, 0x209, "boot protocol 2.09" },
		{ FIELD(xloadflags), 2, 0, "32-bit kernel" },
		{ FIELD(loadflags), 1, 0, "zImage" },
		{ FIELD(syssize), 4, 0x10001, "cut short" },
		{ FIELD(syssize), 4, 0xffffffff, "cut short" },
		{ FIELD(syssize), 4, 0, "damaged header" },
		{ FIELD(setup_sects), 1, 255, "cut short" },
		{ FIELD(init_size), 4, 0, "damaged header" },
		{ FIELD(init_size), 4, 0xfffff, "damaged header" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		make_head(self->head);
		memcpy(self->head + cases[i].offset, &cases[i].value,
		       cases[i].len);
		EXPECT_EQ(-ENOEXEC,
			  bzimage_parse(self->head, sizeof(self->head),
					FILE_SIZE, &self->img, &self->err));
		EXPECT_NE(NULL, strstr(self->text, cases[i].says)) {
			TH_LOG("case %zu says: %s", i, self->text);
		}
	}
}

TEST_F(bzimage, strangers_are_named)
{
	static const struct {
		unsigned int offset;
		const char *bytes;
		unsigned int len;
		const char *says;
	} cases[] = {
		{ 0, ELFMAG, SELFMAG, "ELF file" },
		{ 0x38, "ARM\x64", 4, "arm64" },
		{ 0x38, "RSC\x05", 4, "RISC-V" },
		{ 0, "\x1f\x8b", 2, "gzip" },
		{ 0, "#!/bin/sh\n", 10, "is not a bzImage" },
	};
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		/* Also when the file is very short. */
		for (len = 64; len <= BZIMAGE_HEAD_SIZE; len *= 4) {
			memset(self->head, 0, sizeof(self->head));
			memcpy(self->head + cases[i].offset, cases[i].bytes,
			       cases[i].len);
			EXPECT_EQ(-ENOEXEC,
				  bzimage_parse(self->head, len, len,
						&self->img, &self->err));
			EXPECT_NE(NULL, strstr(self->text, cases[i].says)) {
				TH_LOG("case %zu says: %s", i, self->text);
			}
		}
	}
	EXPECT_EQ(-ENOEXEC, bzimage_parse(self->head, 0, 0, &self->img,
					  &self->err));
	EXPECT_STREQ("is empty", self->text);
}

TEST_F(bzimage, placed_where_it_fits)
{
	static const struct {
		uint64_t pref;
		uint32_t align;
		bool relocatable;
		uint64_t ram_end;
		uint64_t gpa;		/* 0: nowhere */
	} cases[] = {
		{ 0x1000000, 0x200000, true, 256 * MEM_MIB, 0x1000000 },
		{ 0x1000000, 0x200000, true, 0x2800000, 0x1000000 },
		/* Lower down it would unpack itself where there is none. */
		{ 0x1000000, 0x200000, true, 0x27fffff, 0 },
		{ 0x1000000, 0x200000, false, 0x27fffff, 0 },
		{ 0x1000000, 0x200000, true, 0x1900000, 0 },
		{ 0x40000000, 0x1000000, true, 256 * MEM_MIB, 0 },
		/* Below 1 MiB others are; up it may go. */
		{ 0x80000, 0x200000, true, 256 * MEM_MIB, 0x200000 },
		{ 0, 0x200000, true, 256 * MEM_MIB, 0x200000 },
		{ UINT64_MAX, 0x200000, false, 256 * MEM_MIB, 0 },
		{ UINT64_MAX, 0x300000, true, 256 * MEM_MIB, 0 },
		{ UINT64_MAX, 0, true, 256 * MEM_MIB, 0 },
		{ UINT64_MAX, 0x80000000, true, 256 * MEM_MIB, 0 },
	};
	size_t i;

	ASSERT_EQ(0, bzimage_parse(self->head, sizeof(self->head), FILE_SIZE,
				   &self->img, &self->err));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t gpa = 0;
		int ret;

		self->img.hdr.pref_address = cases[i].pref;
		self->img.hdr.kernel_alignment = cases[i].align;
		self->img.hdr.relocatable_kernel = cases[i].relocatable;
		ret = bzimage_place(&self->img, cases[i].ram_end, &gpa);
		EXPECT_EQ(!cases[i].gpa, ret == -EINVAL);
		EXPECT_EQ(!!cases[i].gpa, !ret);
		if (!cases[i].gpa)
			continue;
		EXPECT_EQ(cases[i].gpa, gpa) {
			TH_LOG("case %zu", i);
		}
	}
}

FIXTURE(real) {
	uint8_t head[BZIMAGE_HEAD_SIZE];
	uint64_t size;
	struct bzimage img;
};

FIXTURE_SETUP(real)
{
	struct host_kernel kernel;
	char why[256];
	struct stat st;
	int fd;

	if (host_kernel_find(&kernel, why, sizeof(why)))
		SKIP(return, "no kernel: %s", why);
	fd = open(kernel.image, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, fstat(fd, &st));
	self->size = st.st_size;
	ASSERT_EQ(sizeof(self->head), read(fd, self->head,
					   sizeof(self->head)));
	close(fd);
}

FIXTURE_TEARDOWN(real)
{
}

TEST_F(real, is_accepted)
{
	const struct vm_error err = { .text = NULL };
	uint64_t gpa;

	ASSERT_EQ(0, bzimage_parse(self->head, sizeof(self->head), self->size,
				   &self->img, &err));
	EXPECT_GE(self->size, self->img.code_offset + self->img.code_size);
	EXPECT_EQ(0, bzimage_place(&self->img, 256 * MEM_MIB, &gpa));
	EXPECT_EQ(self->img.hdr.pref_address, gpa);
}

TEST_F(real, is_refused_when_cut_short)
{
	const struct vm_error err = { .text = NULL };
	uint64_t code_end;
	size_t len;

	ASSERT_EQ(0, bzimage_parse(self->head, sizeof(self->head), self->size,
				   &self->img, &err));
	code_end = self->img.code_offset + self->img.code_size;
	EXPECT_EQ(-ENOEXEC, bzimage_parse(self->head, sizeof(self->head),
					  code_end - 1, &self->img, &err));
	for (len = 0; len < sizeof(self->head); len += 13) {
		EXPECT_EQ(-ENOEXEC, bzimage_parse(self->head, len, len,
						  &self->img, &err));
	}
}

TEST_HARNESS_MAIN
