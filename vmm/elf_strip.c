// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leave a program's debug sections out.
 *
 * The front of the file, up to the end of the last segment and of the last
 * section that is loaded, is copied as it is. Behind it follow those sections
 * that nobody loads but somebody may read (the symbol table, say), at new
 * offsets, and then the section headers.
 */
#include "vmm/elf_image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"

/* More than any program has; keeps sizes far from wrapping. */
#define STRIP_MAX_ALIGN	(1U << 20)

/**
 * struct elf_strip - one file on its way
 * @image: the file
 * @shdrs: its section headers, copied; changed as sections move
 * @front: bytes at the start that stay as they are
 * @out: the new file
 * @len: its length so far
 */
struct elf_strip {
	const struct elf_image *image;
	Elf64_Shdr *shdrs;
	size_t front;
	uint8_t *out;
	size_t len;
};

static bool strip_covers(const struct elf_strip *s, uint64_t offset,
			 uint64_t len)
{
	return offset <= s->image->size && len <= s->image->size - offset;
}

static const char *strip_section_name(const struct elf_strip *s,
				      const Elf64_Shdr *shdr)
{
	const Elf64_Shdr *names = &s->shdrs[s->image->ehdr.e_shstrndx];
	const char *name;

	if (!strip_covers(s, names->sh_offset, names->sh_size) ||
	    shdr->sh_name >= names->sh_size)
		return "";
	name = (const char *)s->image->data + names->sh_offset + shdr->sh_name;
	return memchr(name, '\0', names->sh_size - shdr->sh_name) ? name : "";
}

static bool strip_is_debug(const char *name)
{
	static const char *const prefixes[] = {
		".debug_", ".zdebug_", ".rela.debug_", ".gdb_index",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

/* Where the part ends that must not move. */
static bool strip_measure_front(struct elf_strip *s)
{
	const Elf64_Ehdr *ehdr = &s->image->ehdr;
	unsigned int i;

	s->front = sizeof(*ehdr);
	if (ehdr->e_phnum)
		s->front = max(s->front, ehdr->e_phoff +
			       ehdr->e_phnum * sizeof(Elf64_Phdr));
	for (i = 0; i < ehdr->e_phnum; i++) {
		Elf64_Phdr phdr;

		memcpy(&phdr, s->image->data + ehdr->e_phoff +
			      i * sizeof(phdr), sizeof(phdr));
		if (!strip_covers(s, phdr.p_offset, phdr.p_filesz))
			return false;
		s->front = max(s->front, phdr.p_offset + phdr.p_filesz);
	}
	for (i = 0; i < ehdr->e_shnum; i++) {
		const Elf64_Shdr *shdr = &s->shdrs[i];

		if (shdr->sh_type == SHT_NOBITS)
			continue;
		if (!strip_covers(s, shdr->sh_offset, shdr->sh_size) ||
		    shdr->sh_addralign > STRIP_MAX_ALIGN ||
		    (shdr->sh_addralign & (shdr->sh_addralign - 1)))
			return false;
		if (shdr->sh_flags & SHF_ALLOC)
			s->front = max(s->front, shdr->sh_offset +
						 shdr->sh_size);
	}
	return true;
}

static void strip_drop_debug(struct elf_strip *s)
{
	unsigned int i;

	for (i = 1; i < s->image->ehdr.e_shnum; i++) {
		Elf64_Shdr *shdr = &s->shdrs[i];

		if (!(shdr->sh_flags & SHF_ALLOC) &&
		    strip_is_debug(strip_section_name(s, shdr)))
			*shdr = (Elf64_Shdr) { .sh_type = SHT_NULL };
	}
}

static void strip_move_sections(struct elf_strip *s)
{
	unsigned int i;

	for (i = 1; i < s->image->ehdr.e_shnum; i++) {
		Elf64_Shdr *shdr = &s->shdrs[i];
		size_t align = max(shdr->sh_addralign, (Elf64_Xword)1);

		if (shdr->sh_type == SHT_NULL || shdr->sh_type == SHT_NOBITS ||
		    shdr->sh_offset + shdr->sh_size <= s->front)
			continue;
		s->len = round_up(s->len, align);
		memcpy(s->out + s->len, s->image->data + shdr->sh_offset,
		       shdr->sh_size);
		shdr->sh_offset = s->len;
		s->len += shdr->sh_size;
	}
}

/* The most that the copy can need: all sections, all headers, all gaps. */
static bool strip_max_size(const struct elf_strip *s, size_t *size)
{
	unsigned int i;

	*size = s->front + (s->image->ehdr.e_shnum + 1) * sizeof(Elf64_Shdr);
	for (i = 1; i < s->image->ehdr.e_shnum; i++) {
		const Elf64_Shdr *shdr = &s->shdrs[i];

		if (shdr->sh_type != SHT_NULL && shdr->sh_type != SHT_NOBITS)
			*size += shdr->sh_size + shdr->sh_addralign;
		/* Sections that overlap can add up to more than the file. */
		if (*size > 2 * s->image->size + STRIP_MAX_ALIGN)
			return false;
	}
	return true;
}

static void strip_finish(struct elf_strip *s)
{
	Elf64_Ehdr ehdr = s->image->ehdr;

	s->len = round_up(s->len, sizeof(Elf64_Xword));
	ehdr.e_shoff = s->len;
	memcpy(s->out, &ehdr, sizeof(ehdr));
	memcpy(s->out + s->len, s->shdrs, ehdr.e_shnum * sizeof(*s->shdrs));
	s->len += ehdr.e_shnum * sizeof(*s->shdrs);
}

static bool strip_has_sections(const struct elf_strip *s)
{
	const Elf64_Ehdr *ehdr = &s->image->ehdr;

	return ehdr->e_shnum && ehdr->e_shentsize == sizeof(Elf64_Shdr) &&
	       ehdr->e_shstrndx < ehdr->e_shnum &&
	       strip_covers(s, ehdr->e_shoff,
			    ehdr->e_shnum * sizeof(Elf64_Shdr));
}

int elf_image_strip(const struct elf_image *image, void **out, size_t *len)
{
	const Elf64_Ehdr *ehdr = &image->ehdr;
	struct elf_strip s = { .image = image };
	size_t size;
	int ret = 0;

	*out = NULL;
	if (!strip_has_sections(&s))
		return 0;
	s.shdrs = malloc(ehdr->e_shnum * sizeof(*s.shdrs));
	if (!s.shdrs)
		return -ENOMEM;
	memcpy(s.shdrs, image->data + ehdr->e_shoff,
	       ehdr->e_shnum * sizeof(*s.shdrs));

	if (!strip_measure_front(&s))
		goto out_free;
	strip_drop_debug(&s);
	if (!strip_max_size(&s, &size))
		goto out_free;
	s.out = calloc(1, size);
	if (!s.out) {
		ret = -ENOMEM;
		goto out_free;
	}
	memcpy(s.out, image->data, s.front);
	s.len = s.front;
	strip_move_sections(&s);
	strip_finish(&s);
	*out = s.out;
	*len = s.len;
out_free:
	free(s.shdrs);
	return ret;
}
