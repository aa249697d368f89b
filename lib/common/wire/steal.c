// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host took from the guest, on the guest's side. See steal.h.
 */
#include "lib/common/wire/steal.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/common/wire/plan.h"

#define CMDLINE_SIZE	8192
#define FRESH_NS	(100 * NSEC_PER_MSEC)
/* One update may have begun before; and vCPUs are read in every fourth. */
#define FRESH_UPDATES	5

static uint32_t load(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static uint32_t n_cpus(const struct wire_steal *s)
{
	return s ? min(load(&s->n_cpus), (uint32_t)WIRE_STEAL_CPUS) : 0;
}

static int ring_address(uint64_t *gpa)
{
	char text[CMDLINE_SIZE];
	FILE *f = fopen("/proc/cmdline", "re");
	uint64_t size;
	size_t len;

	if (!f)
		return 0;
	len = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[len] = '\0';
	return plan_ring_param(text, gpa, &size);
}

const struct wire_steal *wire_steal_map(void)
{
	const struct wire_header *hdr;
	uint64_t gpa;
	void *page;
	int fd;

	if (ring_address(&gpa) != 1)
		return NULL;
	fd = open("/dev/mem", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	page = mmap(NULL, WIRE_HDR_SIZE, PROT_READ, MAP_SHARED, fd, gpa);
	close(fd);
	if (page == MAP_FAILED)
		return NULL;
	hdr = page;
	if (hdr->magic != WIRE_MAGIC || hdr->version != WIRE_VERSION) {
		munmap(page, WIRE_HDR_SIZE);
		return NULL;
	}
	return (const void *)((const char *)page + WIRE_STEAL_OFFSET);
}

uint32_t wire_steal_cpu_us(const struct wire_steal *s, int cpu)
{
	return cpu >= 0 && (uint32_t)cpu < n_cpus(s) ? load(&s->cpu_us[cpu]) :
	       0;
}

void wire_steal_fresh(const struct wire_steal *s)
{
	uint64_t end_ns = clock_now_ns() + FRESH_NS;
	uint32_t count;

	if (!n_cpus(s))
		return;
	count = load(&s->count);
	while (load(&s->count) - count < FRESH_UPDATES &&
	       clock_now_ns() < end_ns)
		__builtin_ia32_pause();
}

void wire_steal_begin(struct wire_steal_wait *w, const struct wire_steal *s)
{
	uint32_t i;

	w->steal = s;
	w->begin_ns = clock_now_ns();
	w->n_cpus = n_cpus(s);
	w->machine_us = w->n_cpus ? load(&s->machine_us) : 0;
	for (i = 0; i < w->n_cpus; i++)
		w->cpu_us[i] = load(&s->cpu_us[i]);
}

uint64_t wire_steal_waited_ns(const struct wire_steal_wait *w)
{
	uint32_t most_us = 0, i;

	for (i = 0; i < w->n_cpus; i++)
		most_us = max(most_us, load(&w->steal->cpu_us[i]) -
				       w->cpu_us[i]);
	return steal_own_ns(clock_now_ns() - w->begin_ns,
			    most_us * NSEC_PER_USEC);
}

uint64_t wire_steal_held_ns(const struct wire_steal_wait *w)
{
	uint32_t us = w->n_cpus ? load(&w->steal->machine_us) - w->machine_us :
		      0;

	return steal_own_ns(clock_now_ns() - w->begin_ns, us * NSEC_PER_USEC);
}
