// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: no file, whatever its headers say, leads the reader of programs
 * and of ld.so.cache out of its bytes. Seeds: data/elf_image/.
 */
#include <stdlib.h>
#include <string.h>

#include "vmm/elf_image.h"
#include "vmm/ld_cache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_image image = { .data = data, .size = size };
	const char *text;
	size_t i, len;
	void *out;

	for (i = 0; (text = ld_cache_find(data, size, "libc.so.6", i)); i++)
		if (strlen(text) >= size)
			abort();

	if (elf_image_parse(&image))
		return 0;
	text = elf_image_interp(&image);
	if (text && strlen(text) >= size)
		abort();
	for (i = 0; (text = elf_image_dyn_string(&image, DT_NEEDED, i)); i++)
		if (strlen(text) >= size)
			abort();
	elf_image_dyn_string(&image, DT_RUNPATH, 0);
	if (!elf_image_strip(&image, &out, &len)) {
		if (out && !len)
			abort();
		free(out);
	}
	return 0;
}
