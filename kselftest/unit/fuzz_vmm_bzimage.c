// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as the start of a kernel image: whatever is accepted must lie
 * within the file and within RAM.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "vmm/x86/bzimage.h"

#define RAM_END		(256ULL << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[160];
	const struct vm_error err = { .text = text, .size = sizeof(text) };
	size_t head = min(size, (size_t)BZIMAGE_HEAD_SIZE);
	/* Pretend that there is more of it, so that headers get through. */
	uint64_t file_size = size * 4096ULL;
	struct bzimage img;
	uint64_t gpa;

	if (bzimage_parse(data, head, file_size, &img, &err)) {
		assert(strlen(text) < sizeof(text));
		return 0;
	}
	assert(img.code_offset + img.code_size <= file_size);
	assert(img.code_size <= img.hdr.init_size);
	if (!bzimage_place(&img, RAM_END, &gpa)) {
		assert(gpa < RAM_END);
		assert(img.hdr.init_size <= RAM_END - gpa);
	}
	return 0;
}
