// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads and writes of guest memory, by addresses of the guest's kernel.
 */
#include <errno.h>
#include <string.h>

#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/guest/mem.h"
#include "lib/host/monitor/vmlinux/fields.h"

#define PAGE_SIZE	4096ULL
#define KERNEL_HALF	(1ULL << 63)

int mon_spend(const struct mon_mem *mem, uint64_t reads)
{
	struct mon_budget *b = mem->budget;

	if (!b)
		return 0;
	if (b->hurry && b->left > MON_HURRY_READS &&
	    __atomic_load_n(b->hurry, __ATOMIC_RELAXED))
		b->left = MON_HURRY_READS;
	if (b->left < reads) {
		b->left = 0;
		return -ELOOP;
	}
	b->left -= reads;
	return 0;
}

int mon_translate(const struct mon_mem *mem, uint64_t va, uint64_t *pa,
		  uint64_t *run)
{
	uint64_t off;

	if (mon_spend(mem, 1))
		return -ELOOP;
	if (va >= mem->text && va < mem->text_end) {
		*pa = mem->text_pa + (va - mem->text);
		*run = mem->text_end - va;
		return 0;
	}
	off = va - mem->page_offset;
	if (mem->page_offset && va >= mem->page_offset && off < mem->phys_end) {
		*pa = off;
		*run = mem->phys_end - off;
		return 0;
	}
	if (!(va & KERNEL_HALF) || !mem->pgd_pa)
		return -EFAULT;
	return mon_walk(mem, va, pa, run);
}

void *mon_ptr(const struct mon_mem *mem, uint64_t va, size_t len)
{
	uint64_t pa, run, next, more;

	if (mon_translate(mem, va, &pa, &run))
		return NULL;
	/* Pages of vmalloc may happen to be neighbours. */
	while (run < len) {
		if (va > UINT64_MAX - run ||
		    mon_translate(mem, va + run, &next, &more) ||
		    next != pa + run)
			return NULL;
		run += more;
	}
	return mon_phys(mem, pa, len);
}

int mon_read(const struct mon_mem *mem, uint64_t va, void *buf, size_t len)
{
	uint64_t pa, run;
	const void *p;
	char *to = buf;
	int ret;

	ret = mon_spend(mem, len / MON_READ_BYTES);
	if (ret)
		return ret;
	while (len) {
		ret = mon_translate(mem, va, &pa, &run);
		if (ret)
			return ret;
		run = min(run, (uint64_t)len);
		p = mon_phys(mem, pa, run);
		if (!p) {
			/* RAM may be in several pieces: go page by page. */
			run = min(run, PAGE_SIZE - pa % PAGE_SIZE);
			p = mon_phys(mem, pa, run);
		}
		if (!p)
			return -EFAULT;
		memcpy(to, p, run);
		to += run;
		len -= run;
		if (len && va > UINT64_MAX - run)
			return -EFAULT;
		va += run;
	}
	return 0;
}

const void *mon_view(const struct mon_mem *mem, uint64_t va, void *buf,
		     size_t len)
{
	const void *p = mon_ptr(mem, va, len);

	if (p)
		return p;
	return mon_read(mem, va, buf, len) ? NULL : buf;
}

int mon_read_u32(const struct mon_mem *mem, uint64_t va, uint32_t *value)
{
	const void *p = mon_ptr(mem, va, sizeof(*value));

	if (!p)
		return mon_read(mem, va, value, sizeof(*value));
	*value = mon_load(p, sizeof(*value));
	return 0;
}

int mon_read_u64(const struct mon_mem *mem, uint64_t va, uint64_t *value)
{
	const void *p = mon_ptr(mem, va, sizeof(*value));

	if (!p)
		return mon_read(mem, va, value, sizeof(*value));
	*value = mon_load(p, sizeof(*value));
	return 0;
}

int mon_read_str(const struct mon_mem *mem, uint64_t va, char *buf,
		 size_t size)
{
	size_t got = 0, n;
	int ret;

	if (!size)
		return -EINVAL;
	memset(buf, 0, size);
	/* A string near the end of what is mapped: read no further than it. */
	while (got < size - 1) {
		n = min(size - 1 - got, (size_t)(64 - (va + got) % 64));
		ret = mon_read(mem, va + got, buf + got, n);
		if (ret) {
			buf[got] = '\0';
			text_clean_buf(buf, size);
			return ret;
		}
		if (memchr(buf + got, '\0', n))
			break;
		got += n;
	}
	text_clean_buf(buf, size);
	return 0;
}

static void store(void *p, const void *buf, size_t len)
{
	uint64_t v = 0;

	if (len > 8 || (uintptr_t)p & (len - 1)) {
		memcpy(p, buf, len);
		return;
	}
	memcpy(&v, buf, len);
	switch (len) {
	case 1:
		__atomic_store_n((uint8_t *)p, v, __ATOMIC_RELAXED);
		break;
	case 2:
		__atomic_store_n((uint16_t *)p, v, __ATOMIC_RELAXED);
		break;
	case 4:
		__atomic_store_n((uint32_t *)p, v, __ATOMIC_RELAXED);
		break;
	case 8:
		__atomic_store_n((uint64_t *)p, v, __ATOMIC_RELAXED);
		break;
	default:
		memcpy(p, buf, len);
	}
}

int mon_write(const struct mon_mem *mem, uint64_t va, const void *buf,
	      size_t len)
{
	const char *from = buf;
	uint64_t pa, run;
	size_t done, n;

	/* First see that all of it is there, then write. */
	for (done = 0; done < len; done += n) {
		if (va > UINT64_MAX - done ||
		    mon_translate(mem, va + done, &pa, &run))
			return -EFAULT;
		n = min(min(run, (uint64_t)(len - done)),
			PAGE_SIZE - pa % PAGE_SIZE);
		if (!mon_phys(mem, pa, n))
			return -EFAULT;
	}
	for (done = 0; done < len; done += n) {
		void *p;

		if (mon_translate(mem, va + done, &pa, &run))
			return -EFAULT;
		n = min(min(run, (uint64_t)(len - done)),
			PAGE_SIZE - pa % PAGE_SIZE);
		p = mon_phys(mem, pa, n);
		if (!p)
			return -EFAULT;
		store(p, from + done, n);
	}
	return 0;
}
