// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel source lines, out of DWARF. See source.h.
 *
 * A function's address comes from the symbol table; .debug_aranges says which
 * compile unit it belongs to, and only that unit's line table is decoded.
 */
#include "lib/repro/source.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/util/util.h"

struct source {
	int fd;
	Elf *elf;
	Dwarf *dw;
	Elf_Data *syms;
	const char *strings;
	size_t strings_size;
};

static int find_symtab(struct source *src)
{
	Elf_Data *strings;
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;

	while ((scn = elf_nextscn(src->elf, scn))) {
		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_SYMTAB)
			continue;
		strings = elf_getdata(elf_getscn(src->elf, sh.sh_link), NULL);
		src->syms = elf_getdata(scn, NULL);
		/* A NUL at the end bounds every name. */
		if (!src->syms || !strings || !strings->d_size ||
		    ((char *)strings->d_buf)[strings->d_size - 1])
			return -ENOENT;
		src->strings = strings->d_buf;
		src->strings_size = strings->d_size;
		return 0;
	}
	return -ENOENT;
}

struct source *source_open(const char *vmlinux, char *err, size_t err_size)
{
	struct source *src = calloc(1, sizeof(*src));

	if (!src) {
		snprintf(err, err_size, "no memory for source lines");
		return NULL;
	}
	elf_version(EV_CURRENT);
	src->fd = open(vmlinux, O_RDONLY | O_CLOEXEC);
	if (src->fd < 0) {
		snprintf(err, err_size, "%s: %s: no source lines", vmlinux,
			 strerror(errno));
		goto out_close;
	}
	src->elf = elf_begin(src->fd, ELF_C_READ_MMAP, NULL);
	if (!src->elf || gelf_getclass(src->elf) != ELFCLASS64 ||
	    find_symtab(src)) {
		snprintf(err, err_size, "%s: no 64-bit ELF file with symbols: no source lines",
			 vmlinux);
		goto out_close;
	}
	src->dw = dwarf_begin_elf(src->elf, DWARF_C_READ, NULL);
	if (!src->dw) {
		snprintf(err, err_size, "%s has no DWARF: no source lines (build with CONFIG_DEBUG_INFO)",
			 vmlinux);
		goto out_close;
	}
	return src;

out_close:
	source_close(src);
	return NULL;
}

void source_close(struct source *src)
{
	if (!src)
		return;
	if (src->dw)
		dwarf_end(src->dw);
	if (src->elf)
		elf_end(src->elf);
	if (src->fd >= 0)
		close(src->fd);
	free(src);
}

/* libelf hands the table out in the host's form: no call per symbol. */
static int find_addr(const struct source *src, const char *name,
		     Dwarf_Addr *addr)
{
	const Elf64_Sym *sym = src->syms->d_buf;
	size_t n = src->syms->d_size / sizeof(*sym);

	for (; n; n--, sym++) {
		if (ELF64_ST_TYPE(sym->st_info) != STT_FUNC ||
		    !sym->st_value || sym->st_name >= src->strings_size ||
		    strcmp(src->strings + sym->st_name, name))
			continue;
		*addr = sym->st_value;
		return 0;
	}
	return -ENOENT;
}

/* The path below the folder that the kernel was built from. */
static void tree_path(const char *path, const char *comp_dir,
		      char file[SOURCE_PATH_LEN])
{
	static const char * const tops[] = {
		"/kernel/", "/arch/", "/mm/", "/fs/", "/block/", "/drivers/",
		"/lib/", "/net/", "/include/", "/security/", "/ipc/", "/init/",
	};
	size_t len = comp_dir ? strlen(comp_dir) : 0;
	const char *best = NULL;
	unsigned int i;

	if (len && !strncmp(path, comp_dir, len) && path[len] == '/') {
		path += len + 1;
	} else if (path[0] == '/' || path[0] == '.') {
		/* Built in a folder beside the source: its top is unknown. */
		for (i = 0; i < ARRAY_SIZE(tops); i++) {
			const char *hit = strstr(path, tops[i]);

			if (hit && (!best || hit < best))
				best = hit;
		}
		if (best)
			path = best + 1;
	}
	snprintf(file, SOURCE_PATH_LEN, "%s", path);
}

/*
 * The first row of the unit's table for an address: at a function's entry it
 * is the function's own line, where later rows are of its first statements.
 */
static Dwarf_Line *first_row(Dwarf_Die *cu, Dwarf_Addr addr)
{
	size_t n, low = 0, high;
	Dwarf_Lines *lines;
	Dwarf_Addr at;

	if (dwarf_getsrclines(cu, &lines, &n))
		return NULL;
	high = n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (dwarf_lineaddr(dwarf_onesrcline(lines, mid), &at))
			return NULL;
		if (at < addr)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < n; low++) {
		Dwarf_Line *row = dwarf_onesrcline(lines, low);
		bool ends = false;

		if (dwarf_lineaddr(row, &at) || at != addr)
			return NULL;
		/* The end of the function before has our address, too. */
		if (!dwarf_lineendsequence(row, &ends) && !ends)
			return row;
	}
	return NULL;
}

int source_func_line(struct source *src, const char *name,
		     char file[SOURCE_PATH_LEN], unsigned int *line)
{
	const char *path, *comp_dir;
	Dwarf_Attribute attr;
	Dwarf_Line *row;
	Dwarf_Addr addr;
	Dwarf_Die cu;
	int number;

	if (find_addr(src, name, &addr) ||
	    !dwarf_addrdie(src->dw, addr, &cu))
		return -ENOENT;
	row = first_row(&cu, addr);
	if (!row || dwarf_lineno(row, &number))
		return -ENOENT;
	path = dwarf_linesrc(row, NULL, NULL);
	if (!path)
		return -ENOENT;
	comp_dir = dwarf_formstring(dwarf_attr(&cu, DW_AT_comp_dir, &attr));
	tree_path(path, comp_dir, file);
	*line = number;
	return 0;
}
