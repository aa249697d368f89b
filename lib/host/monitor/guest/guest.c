// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding the kernel in guest memory.
 *
 * A kernel lies at a multiple of some alignment, whatever KASLR chose. At each
 * such address we look for our own build id and banner where vmlinux has them,
 * and then for page tables, in that image, that map the image.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/guest/guest.h"
#include "lib/host/monitor/guest/locate.h"

/* Copies of a kernel's image, and starts of its vmcoreinfo, that are tried. */
#define IMAGES_MAX	64
#define HITS_MAX	4096

/* Is our vmlinux's image at this physical address? */
static bool image_is_ours(const struct mon_kernel *k, const struct mon_mem *mem,
			  uint64_t text_pa)
{
	uint64_t text = k->f.sym[MON_SYM_TEXT];
	size_t len = strlen(k->banner);
	const char *p;

	p = mon_phys(mem, text_pa + (k->notes.addr - text), k->notes.size);
	if (!p || memcmp(p, k->notes.data, k->notes.size))
		return false;
	p = mon_phys(mem, text_pa + (k->f.sym[MON_SYM_BANNER] - text), len + 1);
	return p && !memcmp(p, k->banner, len) && p[len] == '\n';
}

int mon_guest_attach(struct mon_guest *g, const struct mon_kernel *kernel,
		     const struct mon_mem_ops *ops, void *ctx,
		     uint64_t phys_end)
{
	unsigned int tried = 0;
	uint64_t pa;

	memset(g, 0, sizeof(*g));
	g->kernel = kernel;
	g->mem.ops = ops;
	g->mem.ctx = ctx;
	g->mem.phys_end = phys_end;
	/* The first of these places is never the kernel's: the BIOS is there. */
	for (pa = MON_KERNEL_ALIGN; pa < phys_end && tried < IMAGES_MAX;
	     pa += MON_KERNEL_ALIGN) {
		if (!image_is_ours(kernel, &g->mem, pa))
			continue;
		if (!mon_guest_locate(g, pa))
			return 0;
		tried++;
	}
	return -EAGAIN;
}

void mon_guest_detach(struct mon_guest *g)
{
	free(g->percpu);
	memset(g, 0, sizeof(*g));
}

uint64_t mon_guest_named(const struct mon_guest *g, const char *name,
			 uint64_t *size)
{
	struct mon_symbol wanted = { .name = name };

	if (mon_symbols_lookup(g->kernel->symbols, &wanted, 1) || !wanted.addr)
		return 0;
	if (size)
		*size = wanted.size;
	/* As mon_guest_symbol() has it. */
	if (wanted.addr < g->kernel->f.sym[MON_SYM_TEXT] ||
	    wanted.addr >= g->kernel->f.sym[MON_SYM_END])
		return wanted.addr;
	return wanted.addr + g->kaslr;
}

uint64_t mon_guest_symbol(const struct mon_guest *g, enum mon_symbol_id id)
{
	const uint64_t *sym = g->kernel->f.sym;

	/* Per-CPU symbols up to 6.14 count from zero and do not move. */
	if (sym[id] < sym[MON_SYM_TEXT] || sym[id] >= sym[MON_SYM_END])
		return sym[id];
	return sym[id] + g->kaslr;
}

static int read_percpu(struct mon_guest *g, unsigned int n)
{
	uint64_t va = mon_guest_symbol(g, MON_SYM_PER_CPU_OFFSET);
	uint64_t *offsets = calloc(n, sizeof(*offsets));
	unsigned int i;

	if (!offsets)
		return -ENOMEM;
	if (mon_read(&g->mem, va, offsets, n * sizeof(*offsets)))
		goto free_offsets;
	/* Until they are set up, all CPUs share the image's own copy. */
	for (i = 1; i < n; i++)
		if (offsets[i] == offsets[0])
			goto free_offsets;
	free(g->percpu);
	g->percpu = offsets;
	g->nr_cpus = n;
	return 0;

free_offsets:
	free(offsets);
	return -EAGAIN;
}

int mon_guest_cpus(struct mon_guest *g)
{
	const uint64_t *sym = g->kernel->f.sym;
	uint32_t running, n = g->kernel->cpus_max;

	if (sym[MON_SYM_SCHEDULER_RUNNING] &&
	    (mon_read_u32(&g->mem,
			  mon_guest_symbol(g, MON_SYM_SCHEDULER_RUNNING),
			  &running) || running != 1))
		return -EAGAIN;
	if (sym[MON_SYM_NR_CPU_IDS] &&
	    mon_read_u32(&g->mem, mon_guest_symbol(g, MON_SYM_NR_CPU_IDS), &n))
		return -EAGAIN;
	if (!n || n > g->kernel->cpus_max)
		return -EAGAIN;
	return read_percpu(g, n);
}

bool mon_guest_cpu_online(const struct mon_guest *g, unsigned int cpu)
{
	uint64_t va = mon_guest_symbol(g, MON_SYM_ONLINE_MASK), word;

	if (cpu >= g->kernel->cpus_max ||
	    mon_read_u64(&g->mem, va + cpu / 64 * 8, &word))
		return false;
	return word >> cpu % 64 & 1;
}

int mon_guest_field(const struct mon_guest *g, enum mon_field_id id,
		    uint64_t va, uint64_t *value)
{
	struct mon_field f = g->kernel->f.field[id];
	uint64_t word = 0;
	const void *p;
	int ret;

	if (!f.present)
		return -ENOENT;
	if (f.elem_size > sizeof(word) || va > UINT64_MAX - f.offset)
		return -EFAULT;
	va += f.offset;
	f.offset = 0;
	p = mon_ptr(&g->mem, va, f.elem_size);
	if (!p) {
		ret = mon_read(&g->mem, va, &word, f.elem_size);
		if (ret)
			return ret;
		p = &word;
	}
	*value = mon_field_get(&f, p);
	return 0;
}

/* ---- what else is there, when our kernel is not ---- */

/* The word behind a key such as BUILD-ID=, as far as it is printable */
static void copy_word(const char *p, const char *end, char *buf, size_t size)
{
	size_t i;

	for (i = 0; i < size - 1 && p + i < end && isgraph((uint8_t)p[i]); i++)
		buf[i] = p[i];
	buf[i] = '\0';
}

/* Likewise: its end, and where other data begins, is not fit to print */
static void copy_line(const char *p, const char *end, char *buf, size_t size)
{
	size_t len = 0, one;

	while (p + len < end && (one = text_char(p + len, end - p - len)) &&
	       len + one < size)
		len += one;
	memcpy(buf, p, len);
	buf[len] = '\0';
}

/* A kernel's vmcoreinfo note starts so; programs do not carry the like. */
static void look_for_vmcoreinfo(const char *p, const char *end, char *id,
				size_t id_size, unsigned int *hits)
{
	static const char first[] = "OSRELEASE=", key[] = "BUILD-ID=";
	const char *at = p, *hit;

	while (!*id && *hits &&
	       (at = memmem(at, end - at, first, strlen(first)))) {
		--*hits;
		hit = memmem(at, min((size_t)(end - at), (size_t)512), key,
			     strlen(key));
		at += strlen(first);
		if (hit)
			copy_word(hit + strlen(key), end, id, id_size);
		if (strspn(id, "0123456789abcdef") != 40)
			*id = '\0';
	}
}

static void look_for_banner(const char *p, const char *end, char *banner,
			    size_t size)
{
	static const char key[] = "Linux version ";

	while (!*banner && (p = memmem(p, end - p, key, strlen(key)))) {
		/* The format string of a decompressor has a '%' there. */
		if (p + strlen(key) < end && isdigit((uint8_t)p[strlen(key)]))
			copy_line(p, end, banner, size);
		p += strlen(key);
	}
}

int mon_guest_explain(const struct mon_kernel *k, const struct mon_mem_ops *ops,
		      void *ctx, uint64_t phys_end, char *err, size_t err_size)
{
	const struct mon_mem mem = {
		.ops = ops, .ctx = ctx, .phys_end = phys_end
	};
	char ours[MON_BUILD_ID_STRLEN], id[MON_BUILD_ID_STRLEN] = "";
	char banner[128] = "";
	unsigned int hits = HITS_MAX;
	bool present = false;
	uint64_t pa;

	mon_build_id_str(k->build_id, k->build_id_len, ours);
	for (pa = 0; pa < phys_end; pa += MON_KERNEL_ALIGN) {
		const char *p = mon_phys(&mem, pa, MON_KERNEL_ALIGN);

		if (!p)
			continue;
		present |= image_is_ours(k, &mem, pa);
		look_for_vmcoreinfo(p, p + MON_KERNEL_ALIGN, id, sizeof(id),
				    &hits);
		look_for_banner(p, p + MON_KERNEL_ALIGN, banner, sizeof(banner));
	}
	if (present || !strcmp(id, ours)) {
		snprintf(err, err_size,
			 "the guest's kernel (build id %s) has not set up its memory yet",
			 ours);
		return -EAGAIN;
	}
	if (!*id && !*banner) {
		snprintf(err, err_size,
			 "no kernel in the guest's memory yet; %s has build id %s",
			 mon_symbols_path(k->symbols), ours);
		return -EAGAIN;
	}
	snprintf(err, err_size,
		 "the guest runs another kernel: build id %s (%s), but %s has build id %s (%s); use the vmlinux of the bzImage that was booted",
		 *id ? id : "unknown", *banner ? banner : "no banner",
		 mon_symbols_path(k->symbols), ours, k->banner);
	return -ENOEXEC;
}
