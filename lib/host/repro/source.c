// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel source lines, out of DWARF. See source.h.
 *
 * A function's address comes from the symbol table; .debug_aranges says which
 * compile unit it belongs to, and only that unit's line table is decoded. DWARF
 * that was split off is looked for where strip and distributions put it.
 */
#include "lib/host/repro/source.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwelf.h>
#include <errno.h>
#include <gelf.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/scx/stack.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/vmlinux/elf_file.h"

/**
 * struct source - what lines are looked up in
 * @main: vmlinux
 * @debug: the file beside it that holds its DWARF, when it has none itself
 * @dw: DWARF of either
 * @syms: symbol table of @main, else of @debug
 * @file: what source_places() has told last
 */
struct source {
	struct mon_elf main;
	struct mon_elf debug;
	Dwarf *dw;
	Elf_Data *syms;
	const char *strings;
	size_t strings_size;
	char file[SOURCE_PATH_LEN];
};

static int find_symtab(struct source *src, Elf *elf)
{
	Elf_Data *strings;
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;

	while ((scn = elf_nextscn(elf, scn))) {
		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_SYMTAB)
			continue;
		strings = elf_getdata(elf_getscn(elf, sh.sh_link), NULL);
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

/* ---- DWARF that was split off ---- */

/* Return: the bytes of the build id, 0 without one. */
static size_t build_id(Elf *elf, const unsigned char **id)
{
	const void *bytes = NULL;
	ssize_t len = elf ? dwelf_elf_gnu_build_id(elf, &bytes) : 0;

	*id = bytes;
	return len > 0 ? len : 0;
}

/* The file that .gnu_debuglink names, beside vmlinux. */
static int debuglink_path(const struct source *src, const char *vmlinux,
			  char *path, size_t size)
{
	GElf_Word crc;
	const char *name = dwelf_elf_gnu_debuglink(src->main.elf, &crc);
	const char *slash = strrchr(vmlinux, '/');

	if (!name || !*name || strchr(name, '/'))
		return -ENOENT;
	snprintf(path, size, "%.*s%s", slash ? (int)(slash + 1 - vmlinux) : 0,
		 vmlinux, name);
	return 0;
}

static int beside_path(const struct source *src, const char *vmlinux,
		       char *path, size_t size)
{
	(void)src;
	snprintf(path, size, "%s.debug", vmlinux);
	return 0;
}

/* Where distributions put it. */
static int build_id_path(const struct source *src, const char *vmlinux,
			 char *path, size_t size)
{
	const unsigned char *id;
	size_t n = build_id(src->main.elf, &id), i, at;

	(void)vmlinux;
	if (n < 2)
		return -ENOENT;
	at = snprintf(path, size, "/usr/lib/debug/.build-id/%02x/", id[0]);
	for (i = 1; i < n && at + 8 < size; i++)
		at += snprintf(path + at, size - at, "%02x", id[i]);
	snprintf(path + at, size - at, ".debug");
	return 0;
}

/* Another build's lines would be lies. */
static bool same_build(const struct source *src)
{
	const unsigned char *a, *b;
	size_t n = build_id(src->main.elf, &a);

	return n && n == build_id(src->debug.elf, &b) && !memcmp(a, b, n);
}

static bool has_lines(Elf *elf, Dwarf **dw)
{
	Dwarf_Off next;
	size_t head;

	*dw = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
	if (*dw && !dwarf_nextcu(*dw, 0, &next, &head, NULL, NULL, NULL))
		return true;
	if (*dw)
		dwarf_end(*dw);
	*dw = NULL;
	return false;
}

/*
 * In the file that is there: one that is not of this build is none. But what
 * cannot be looked into, for want of memory say, is not missing.
 */
static int find_split_dwarf(struct source *src, const char *path)
{
	int ret = mon_elf_open(path, &src->debug);

	if (!ret && same_build(src) && has_lines(src->debug.elf, &src->dw))
		return 0;
	mon_elf_close(&src->debug);
	return ret && ret != -ENOEXEC ? ret : -ENOENT;
}

static int find_dwarf(struct source *src, const char *vmlinux, char *err,
		      size_t err_size)
{
	static int (* const places[])(const struct source *src,
				      const char *vmlinux, char *path,
				      size_t size) = {
		beside_path, debuglink_path, build_id_path,
	};
	char path[PATH_MAX];
	unsigned int i;
	int ret;

	if (has_lines(src->main.elf, &src->dw))
		return 0;
	*err = '\0';
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		if (places[i](src, vmlinux, path, sizeof(path)))
			continue;
		ret = find_split_dwarf(src, path);
		if (!ret)
			return 0;
		if (ret != -ENOENT && !*err)
			snprintf(err, err_size, "%s: %s: no source lines",
				 path, strerror(-ret));
	}
	if (!*err)
		snprintf(err, err_size,
			 "%s has no DWARF: no source lines (build with CONFIG_DEBUG_INFO)",
			 vmlinux);
	return -ENOENT;
}

static int find_parts(struct source *src, const char *vmlinux, char *err,
		      size_t err_size)
{
	int ret = mon_elf_open(vmlinux, &src->main);

	if (ret) {
		snprintf(err, err_size, "%s: %s: no source lines", vmlinux,
			 ret == -ENOEXEC ? "no 64-bit ELF file" :
					   strerror(-ret));
		return ret;
	}
	ret = find_dwarf(src, vmlinux, err, err_size);
	if (!ret && find_symtab(src, src->main.elf) &&
	    (!src->debug.elf || find_symtab(src, src->debug.elf))) {
		snprintf(err, err_size, "%s has no symbols: no source lines",
			 vmlinux);
		ret = -ENOENT;
	}
	return ret;
}

struct source *source_open(const char *vmlinux, char *err, size_t err_size)
{
	struct source *src = calloc(1, sizeof(*src));

	if (!src) {
		snprintf(err, err_size, "no memory for source lines");
		return NULL;
	}
	src->main = (struct mon_elf)MON_ELF_NONE;
	src->debug = (struct mon_elf)MON_ELF_NONE;
	if (!find_parts(src, vmlinux, err, err_size))
		return src;
	source_close(src);
	return NULL;
}

void source_close(struct source *src)
{
	if (!src)
		return;
	if (src->dw)
		dwarf_end(src->dw);
	mon_elf_close(&src->debug);
	mon_elf_close(&src->main);
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

static const char *place_file(void *ctx, const char *symbol)
{
	struct source *src = ctx;
	unsigned int line;

	return source_func_line(src, symbol, src->file, &line) ? NULL :
	       src->file;
}

static const char *no_file(void *ctx, const char *symbol)
{
	(void)ctx;
	(void)symbol;
	return NULL;
}

void source_places(struct source *src, struct stack_places *places)
{
	places->file = src ? place_file : no_file;
	places->ctx = src;
}
