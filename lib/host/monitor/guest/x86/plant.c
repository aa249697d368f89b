// SPDX-License-Identifier: GPL-2.0-only
/*
 * Planting faults. See plant.h.
 */
#include "lib/host/monitor/guest/plant.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/util/util.h"

/* A lock is busy for moments only: tries before we let some time go by. */
#define TRIES	10000

/*
 * What a function's first bytes become. A traced kernel has five there that do
 * nothing, so whoever was past them goes on undisturbed; all eight are written
 * at once.
 */
static const struct code {
	size_t len;
	uint8_t bytes[8];
} codes[] = {
	[PLANT_SPIN] = { 5, {
		0xfa,			/*	cli	*/
		0xf3, 0x90,		/* 1:	pause	*/
		0xeb, 0xfc,		/*	jmp 1b	*/
	} },
	[PLANT_HALT] = { 4, {
		0xfa,			/* 1:	cli	*/
		0xf4,			/*	hlt	*/
		0xeb, 0xfc,		/*	jmp 1b	*/
	} },
	[PLANT_RETURN] = { 1, {
		0xc3,			/*	ret	*/
	} },
};

static int find_va(const struct mon_guest *g, const struct guest_plant *p,
		   uint64_t *va)
{
	struct mon_field f = { };
	int id;

	*va = mon_guest_named(g, p->symbol, NULL);
	if (!*va)
		return -ENOENT;
	if (p->percpu) {
		if (p->cpu >= g->nr_cpus)
			return -EINVAL;
		*va = mon_guest_percpu(g, *va, p->cpu);
	}
	if (!p->member)
		return 0;
	id = btf__find_by_name_kind(g->kernel->btf, p->type, BTF_KIND_STRUCT);
	if (id <= 0 ||
	    !mon_member_find(g->kernel->btf, id, p->member, &f))
		return -ENOENT;
	*va += f.offset;
	return 0;
}

static int plant_code(const struct mon_guest *g, enum plant_kind kind,
		      uint64_t va)
{
	const struct code *code = &codes[kind];
	uint8_t bytes[sizeof(code->bytes)];

	/* Only an aligned write is seen by a CPU as a whole. */
	if (va % sizeof(bytes) || va < g->mem.text || va >= g->mem.text_end)
		return -EINVAL;
	if (mon_read(&g->mem, va, bytes, sizeof(bytes)))
		return -EFAULT;
	memcpy(bytes, code->bytes, code->len);
	return mon_write(&g->mem, va, bytes, sizeof(bytes));
}

static int take_spinlock(const struct mon_guest *g, uint64_t va)
{
	uint32_t *lock = mon_ptr(&g->mem, va, sizeof(*lock)), was;
	unsigned int i;

	if (!lock || va % sizeof(*lock))
		return -EFAULT;
	for (i = 0; i < TRIES; i++) {
		was = 0;
		if (__atomic_compare_exchange_n(lock, &was, 1, false,
						__ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return 0;
	}
	return -EAGAIN;
}

/* kthreadd sleeps nearly always; a mutex is free when it has no owner. */
static int take_mutex(const struct mon_guest *g, uint64_t va)
{
	uint64_t *owner = mon_ptr(&g->mem, va, sizeof(*owner));
	uint64_t task_va = mon_guest_named(g, "kthreadd_task", NULL), task, was;
	unsigned int i;

	if (!task_va)
		return -ENOENT;
	if (!owner || va % sizeof(*owner) ||
	    mon_read_u64(&g->mem, task_va, &task) || !task)
		return -EFAULT;
	for (i = 0; i < TRIES; i++) {
		was = 0;
		if (__atomic_compare_exchange_n(owner, &was, task, false,
						__ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return 0;
	}
	return -EAGAIN;
}

int mon_plant(const struct mon_guest *g, const struct guest_plant *p,
	      char *err, size_t err_size)
{
	static const char *const names[] = {
		[PLANT_SPIN] = "spins", [PLANT_HALT] = "halts",
		[PLANT_RETURN] = "does nothing",
		[PLANT_SPINLOCK] = "is never released",
		[PLANT_MUTEX] = "is never released",
	};
	uint64_t va = 0;
	int ret;

	if (p->kind <= PLANT_NONE || p->kind > PLANT_MUTEX || !p->symbol) {
		snprintf(err, err_size, "plant: no such kind, or no symbol");
		return -EINVAL;
	}
	ret = find_va(g, p, &va);
	if (!ret && p->kind == PLANT_SPINLOCK)
		ret = take_spinlock(g, va);
	else if (!ret && p->kind == PLANT_MUTEX)
		ret = take_mutex(g, va);
	else if (!ret)
		ret = plant_code(g, p->kind, va);
	if (ret)
		snprintf(err, err_size, "plant: %s%s%s: %s", p->symbol,
			 p->member ? "." : "", p->member ?: "",
			 strerror(-ret));
	else
		snprintf(err, err_size, "planted: %s%s%s %s", p->symbol,
			 p->member ? "." : "", p->member ?: "",
			 names[p->kind]);
	return ret;
}
