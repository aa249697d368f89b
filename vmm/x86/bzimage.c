// SPDX-License-Identifier: GPL-2.0-only
/*
 * bzImage, by Documentation/arch/x86/boot.rst. See bzimage.h.
 */
#include "vmm/x86/bzimage.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "vmm/x86/layout.h"

#define SETUP_HEADER_OFFSET	0x1f1
#define SECTOR_SIZE		512
#define BOOT_FLAG		0xaa55
#define HDRS_MAGIC		0x53726448	/* "HdrS" */
#define PROTOCOL_MIN		0x020c		/* Linux 3.8: xloadflags */
#define SETUP_SECTS_DEFAULT	4

static const char bzimage_hint[] = "use arch/x86/boot/bzImage";

/* Files that people give in place of a bzImage, by the bytes in them. */
static const struct {
	unsigned int offset;
	unsigned int len;
	const char *bytes;
	const char *what;
} strangers[] = {
	{ 0x00, 4, "\177ELF", "an ELF file" },
	{ 0x38, 4, "ARM\x64", "an arm64 Image" },
	{ 0x38, 4, "RSC\x05", "a RISC-V Image" },
	{ 0x00, 2, "\x1f\x8b", "a gzip file" },
	{ 0x00, 4, "\x28\xb5\x2f\xfd", "a zstd file" },
	{ 0x00, 6, "\xfd\x37zXZ\0", "an xz file" },
};

static int not_bzimage(const uint8_t *head, size_t len,
		       const struct vm_error *err)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(strangers); i++) {
		if (strangers[i].offset + strangers[i].len <= len &&
		    !memcmp(head + strangers[i].offset, strangers[i].bytes,
			    strangers[i].len))
			return vm_fail(err, -ENOEXEC,
				       "is %s, not an x86-64 bzImage: %s",
				       strangers[i].what, bzimage_hint);
	}
	return vm_fail(err, -ENOEXEC, "is not a bzImage: %s", bzimage_hint);
}

static int check_flags(const struct setup_header *hdr,
		       const struct vm_error *err)
{
	if (hdr->version < PROTOCOL_MIN)
		return vm_fail(err, -ENOEXEC,
			       "has boot protocol %u.%02u, but 2.12 (Linux 3.8) is needed",
			       hdr->version >> 8, hdr->version & 0xff);
	if (!(hdr->xloadflags & XLF_KERNEL_64))
		return vm_fail(err, -ENOEXEC,
			       "is a 32-bit kernel: build with CONFIG_64BIT=y");
	if (!(hdr->loadflags & LOADED_HIGH))
		return vm_fail(err, -ENOEXEC, "is a zImage: %s", bzimage_hint);
	return 0;
}

static int check_size(const struct bzimage *img, uint64_t file_size,
		      const struct vm_error *err)
{
	uint64_t need = img->code_offset + img->code_size;

	if (file_size < need)
		return vm_fail(err, -ENOEXEC,
			       "is cut short: it has %llu bytes of %llu",
			       (unsigned long long)file_size,
			       (unsigned long long)need);
	if (!img->code_size || img->hdr.init_size < img->code_size)
		return vm_fail(err, -ENOEXEC,
			       "has a damaged header: init_size %u, code %llu bytes",
			       img->hdr.init_size,
			       (unsigned long long)img->code_size);
	return 0;
}

int bzimage_parse(const void *head, size_t head_len, uint64_t file_size,
		  struct bzimage *img, const struct vm_error *err)
{
	const uint8_t *bytes = head;
	struct setup_header hdr;
	unsigned int sects;
	int ret;

	if (!head_len)
		return vm_fail(err, -ENOEXEC, "is empty");
	if (head_len < SETUP_HEADER_OFFSET + sizeof(hdr))
		return not_bzimage(head, head_len, err);
	memcpy(&hdr, bytes + SETUP_HEADER_OFFSET, sizeof(hdr));
	if (hdr.boot_flag != BOOT_FLAG || hdr.header != HDRS_MAGIC)
		return not_bzimage(head, head_len, err);

	ret = check_flags(&hdr, err);
	if (ret)
		return ret;

	sects = hdr.setup_sects ? hdr.setup_sects : SETUP_SECTS_DEFAULT;
	*img = (struct bzimage) {
		.hdr = hdr,
		.code_offset = (sects + 1) * SECTOR_SIZE,
		.code_size = hdr.syssize * 16ULL,
	};
	return check_size(img, file_size, err);
}

static bool fits(const struct bzimage *img, uint64_t gpa, uint64_t ram_end)
{
	return gpa >= X86_HIGH_RAM_START && gpa < ram_end &&
	       img->hdr.init_size <= ram_end - gpa;
}

int bzimage_place(const struct bzimage *img, uint64_t ram_end, uint64_t *gpa)
{
	uint64_t align = img->hdr.kernel_alignment;

	*gpa = img->hdr.pref_address;
	if (fits(img, *gpa, ram_end))
		return 0;

	/*
	 * What can be moved goes up: a kernel that finds itself below the
	 * address it was built for unpacks itself there all the same.
	 */
	if (img->hdr.relocatable_kernel && align && !(align & (align - 1))) {
		*gpa = round_up(max((uint64_t)X86_HIGH_RAM_START, *gpa), align);
		if (*gpa >= img->hdr.pref_address && fits(img, *gpa, ram_end))
			return 0;
	}
	return -EINVAL;
}
