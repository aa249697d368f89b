// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ELF side of a vmlinux, by libelf, without copying: the file is mapped,
 * the symbol table is walked once for all names that are wanted. A table of
 * functions by address is made only when a stack is to be named.
 */
#include <elf.h>
#include <errno.h>
#include <gelf.h>
#include <libelf.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/monitor/vmlinux/elf_file.h"
#include "lib/host/monitor/vmlinux/symbols.h"

struct func {
	uint64_t addr;
	uint32_t size;
	uint32_t name;
};

struct mon_symbols {
	struct mon_elf elf_file;
	Elf *elf;			/* that of @elf_file */
	char *path;
	const char *file;
	size_t file_size;
	size_t shstrndx;
	const Elf64_Sym *syms;
	size_t n_syms;
	const char *strtab;
	size_t strtab_size;
	pthread_mutex_t index_lock;	/* for making @funcs */
	struct func *funcs;
	size_t n_funcs;
};

static const char *sym_name(const struct mon_symbols *s, const Elf64_Sym *sym)
{
	return sym->st_name < s->strtab_size ? s->strtab + sym->st_name : "";
}

static Elf_Data *section_data(Elf_Scn *scn)
{
	Elf_Data *data = elf_rawdata(scn, NULL);

	return data && data->d_buf && data->d_size ? data : NULL;
}

static int find_symtab(struct mon_symbols *s)
{
	Elf_Scn *scn = NULL;
	Elf_Data *data;
	GElf_Shdr shdr;

	while ((scn = elf_nextscn(s->elf, scn))) {
		if (!gelf_getshdr(scn, &shdr) || shdr.sh_type != SHT_SYMTAB)
			continue;
		data = section_data(scn);
		if (!data)
			return -ENOEXEC;
		s->syms = data->d_buf;
		s->n_syms = data->d_size / sizeof(*s->syms);
		scn = elf_getscn(s->elf, shdr.sh_link);
		data = scn ? section_data(scn) : NULL;
		if (!data || ((const char *)data->d_buf)[data->d_size - 1])
			return -ENOEXEC;
		s->strtab = data->d_buf;
		s->strtab_size = data->d_size;
		return 0;
	}
	return -ENOEXEC;
}

/* What every vmlinux has that is of this machine's kind */
static bool is_ours(struct mon_symbols *s)
{
	GElf_Ehdr ehdr;

	return gelf_getehdr(s->elf, &ehdr) && ehdr.e_machine == EM_X86_64 &&
	       !elf_getshdrstrndx(s->elf, &s->shstrndx);
}

/* Of want of memory whoever called says a word. */
static int map_elf(struct mon_symbols *s, char *err, size_t err_size)
{
	int ret = mon_elf_open(s->path, &s->elf_file);

	s->elf = s->elf_file.elf;
	if (ret == -ENOEXEC || (!ret && !is_ours(s))) {
		snprintf(err, err_size,
			 "%s: not an x86-64 ELF file; name the vmlinux that was built with the bzImage",
			 s->path);
		return -ENOEXEC;
	}
	if (ret && ret != -ENOMEM)
		snprintf(err, err_size, "%s: %s", s->path, strerror(-ret));
	if (ret)
		return ret;
	s->file = elf_rawfile(s->elf, &s->file_size);
	if (!s->file || find_symtab(s)) {
		snprintf(err, err_size,
			 "%s: has no symbol table; use the vmlinux from the build folder, not a stripped one",
			 s->path);
		return -ENOEXEC;
	}
	return 0;
}

int mon_symbols_open(const char *path, struct mon_symbols **symbols,
		     char *err, size_t err_size)
{
	struct mon_symbols *s = calloc(1, sizeof(*s));
	int ret;

	*symbols = NULL;
	if (!s)
		return -ENOMEM;
	pthread_mutex_init(&s->index_lock, NULL);
	s->elf_file = (struct mon_elf)MON_ELF_NONE;
	s->path = strdup(path);
	ret = s->path ? map_elf(s, err, err_size) : -ENOMEM;
	if (ret) {
		mon_symbols_close(s);
		return ret;
	}
	*symbols = s;
	return 0;
}

void mon_symbols_close(struct mon_symbols *s)
{
	if (!s)
		return;
	mon_elf_close(&s->elf_file);
	pthread_mutex_destroy(&s->index_lock);
	free(s->funcs);
	free(s->path);
	free(s);
}

static uint32_t name_hash(const char *name)
{
	uint32_t h = 2166136261U;

	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 16777619U;
	return h;
}

/* Is @sym a better bearer of its name than the one found before? */
static bool sym_is_better(const struct mon_symbol *had, const Elf64_Sym *sym)
{
	if (!had->addr)
		return true;
	return ELF64_ST_BIND(sym->st_info) != STB_LOCAL;
}

static void match_symbol(struct mon_symbol *wanted, const uint16_t *slots,
			 uint32_t mask, const char *name, const Elf64_Sym *sym)
{
	uint32_t i;

	for (i = name_hash(name) & mask; slots[i]; i = (i + 1) & mask) {
		struct mon_symbol *w = &wanted[slots[i] - 1];

		if (strcmp(w->name, name))
			continue;
		if (sym_is_better(w, sym)) {
			w->addr = sym->st_value;
			w->size = sym->st_size;
		}
	}
}

int mon_symbols_lookup(const struct mon_symbols *s, struct mon_symbol *wanted,
		       size_t n)
{
	uint32_t mask = 64, i;
	uint16_t *slots;
	size_t k;

	if (n > UINT16_MAX / 4)
		return -EINVAL;
	while (mask < 4 * n)
		mask *= 2;
	slots = calloc(mask, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	mask--;
	for (k = 0; k < n; k++) {
		wanted[k].addr = 0;
		wanted[k].size = 0;
		i = name_hash(wanted[k].name) & mask;
		while (slots[i])
			i = (i + 1) & mask;
		slots[i] = k + 1;
	}
	for (k = 0; k < s->n_syms; k++) {
		const Elf64_Sym *sym = &s->syms[k];
		int type = ELF64_ST_TYPE(sym->st_info);

		if (sym->st_shndx == SHN_UNDEF || type == STT_FILE ||
		    type == STT_SECTION)
			continue;
		match_symbol(wanted, slots, mask, sym_name(s, sym), sym);
	}
	free(slots);
	return 0;
}

static int func_cmp(const void *a, const void *b)
{
	const struct func *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	/* Of two names for one address, the one with a size comes last. */
	return x->size < y->size ? -1 : x->size > y->size;
}

static bool is_code(const Elf64_Sym *sym)
{
	int type = ELF64_ST_TYPE(sym->st_info);

	/* Entry code is full of labels without a type. */
	return (type == STT_FUNC || type == STT_NOTYPE) && sym->st_value &&
	       sym->st_shndx != SHN_UNDEF && sym->st_shndx < SHN_LORESERVE;
}

static int make_index(struct mon_symbols *s)
{
	struct func *funcs = calloc(s->n_syms + 1, sizeof(*funcs));
	size_t k, n = 0;

	if (!funcs)
		return -ENOMEM;
	for (k = 0; k < s->n_syms; k++) {
		const Elf64_Sym *sym = &s->syms[k];

		if (!is_code(sym))
			continue;
		funcs[n++] = (struct func) {
			.addr = sym->st_value,
			.size = min(sym->st_size, (uint64_t)UINT32_MAX),
			.name = sym->st_name,
		};
	}
	qsort(funcs, n, sizeof(*funcs), func_cmp);
	s->n_funcs = n;
	s->funcs = funcs;
	return 0;
}

int mon_symbols_index(struct mon_symbols *s)
{
	int ret = 0;

	pthread_mutex_lock(&s->index_lock);
	if (!s->funcs)
		ret = make_index(s);
	pthread_mutex_unlock(&s->index_lock);
	return ret;
}

const char *mon_symbols_at(const struct mon_symbols *s, uint64_t addr,
			   uint64_t *offset)
{
	size_t lo = 0, hi = s->n_funcs;
	const struct func *f;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->funcs[mid].addr <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo)
		return NULL;
	f = &s->funcs[lo - 1];
	if (f->size ? addr - f->addr >= f->size : lo == s->n_funcs)
		return NULL;
	*offset = addr - f->addr;
	return f->name < s->strtab_size ? s->strtab + f->name : NULL;
}

bool mon_symbols_section(const struct mon_symbols *s, const char *name,
			 struct mon_section *section)
{
	Elf_Scn *scn = NULL;
	const char *found;
	Elf_Data *data;
	GElf_Shdr shdr;

	memset(section, 0, sizeof(*section));
	while ((scn = elf_nextscn(s->elf, scn))) {
		if (!gelf_getshdr(scn, &shdr) || shdr.sh_type == SHT_NOBITS)
			continue;
		found = elf_strptr(s->elf, s->shstrndx, shdr.sh_name);
		if (!found || strcmp(found, name))
			continue;
		data = section_data(scn);
		if (!data)
			return false;
		section->data = data->d_buf;
		section->size = data->d_size;
		section->addr = shdr.sh_addr;
		return true;
	}
	return false;
}

const void *mon_symbols_bytes(const struct mon_symbols *s, uint64_t addr,
			      size_t len)
{
	size_t i, n;
	GElf_Phdr ph;

	if (elf_getphdrnum(s->elf, &n))
		return NULL;
	for (i = 0; i < n; i++) {
		if (!gelf_getphdr(s->elf, i, &ph) || ph.p_type != PT_LOAD ||
		    addr < ph.p_vaddr || addr - ph.p_vaddr >= ph.p_filesz ||
		    len > ph.p_filesz - (addr - ph.p_vaddr))
			continue;
		if (ph.p_offset > s->file_size ||
		    ph.p_filesz > s->file_size - ph.p_offset)
			return NULL;
		return s->file + ph.p_offset + (addr - ph.p_vaddr);
	}
	return NULL;
}

const char *mon_symbols_path(const struct mon_symbols *s)
{
	return s->path;
}

size_t mon_notes_build_id(const void *notes, size_t len, uint8_t *id)
{
	const char *p = notes;
	Elf64_Nhdr nh;

	while (len >= sizeof(nh)) {
		size_t name_len, desc_len;

		memcpy(&nh, p, sizeof(nh));
		p += sizeof(nh);
		len -= sizeof(nh);
		name_len = round_up((size_t)nh.n_namesz, 4);
		desc_len = round_up((size_t)nh.n_descsz, 4);
		if (name_len > len || desc_len > len - name_len)
			return 0;
		if (nh.n_type == NT_GNU_BUILD_ID && nh.n_namesz == 4 &&
		    !memcmp(p, "GNU", 4) && nh.n_descsz <= MON_BUILD_ID_MAX) {
			memcpy(id, p + name_len, nh.n_descsz);
			return nh.n_descsz;
		}
		p += name_len + desc_len;
		len -= name_len + desc_len;
	}
	return 0;
}
