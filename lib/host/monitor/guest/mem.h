/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's memory, seen from outside: physical addresses by way of the
 * machine's ops, kernel virtual addresses by the guest's own page tables.
 *
 * Whatever is read may be a lie and may change meanwhile. No function here
 * touches anything but guest RAM, and none loops longer than it is told to.
 */
#ifndef KTSTR_MONITOR_GUEST_MEM_H
#define KTSTR_MONITOR_GUEST_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct mon_regs - registers of a CPU, as far as unwinding needs them
 */
struct mon_regs {
	uint64_t ip;
	uint64_t sp;
	uint64_t bp;
	uint64_t flags;
	uint64_t cs;
};

/**
 * struct mon_vcpu - a CPU at one moment
 * @regs: where it is
 * @halted: it waits in HLT
 */
struct mon_vcpu {
	struct mon_regs regs;
	bool halted;
};

/* Bit of @flags in struct mon_regs: without it no interrupt gets through. */
#define MON_FLAGS_IF	(1ULL << 9)

/**
 * struct mon_mem_ops - how to get at a machine
 *
 * To monitor another kind of machine, provide @map; the rest may be NULL.
 *
 * @map: the host address of @len bytes of RAM at @gpa, NULL unless all of
 *	them are RAM in one piece. Stays valid as long as the machine
 * @vcpu_time_ns: CPU time that a vCPU's thread has used; lets a stall be told
 *	from a vCPU that the host does not run; 0, or -errno where that thread
 *	is not there any more
 * @steal_ns: what the host has taken from a vCPU so far; 0, or -errno where that
 *	is not known
 * @machine_steal_ns: time so far in which the whole machine did not run
 * @guest_tsc: the guest's time stamp counter now
 * @vcpu_regs: registers of a vCPU that is stopped; 0 or -errno
 * @pause: keep all vCPUs from running until @resume, for which to wait @limit_ms;
 *	0 or -errno
 * @resume: let them go on
 * @watch: have @hit called each time that a vCPU has written to @len bytes at a
 *	virtual address, on its thread, at most @most times; 0 or -errno
 * @vcpu_peek: what a vCPU does that runs, which it is kept from for a moment;
 *	0, -ETIMEDOUT when the host did not run its thread within @limit_ns, or
 *	another -errno
 */
struct mon_mem_ops {
	void *(*map)(void *ctx, uint64_t gpa, size_t len);
	int (*vcpu_time_ns)(void *ctx, unsigned int cpu, uint64_t *ns);
	int (*steal_ns)(void *ctx, unsigned int cpu, uint64_t *ns);
	uint64_t (*machine_steal_ns)(void *ctx);
	uint64_t (*guest_tsc)(void *ctx);
	int (*vcpu_regs)(void *ctx, unsigned int cpu, struct mon_regs *regs);
	int (*vcpu_peek)(void *ctx, unsigned int cpu, uint64_t limit_ns,
			 struct mon_vcpu *vcpu);
	int (*pause)(void *ctx, unsigned int limit_ms);
	void (*resume)(void *ctx);
	int (*watch)(void *ctx, uint64_t va, unsigned int len,
		     unsigned int most,
		     void (*hit)(void *hit_ctx, unsigned int cpu, uint64_t pc),
		     void *hit_ctx);
};

/* Reads after which a walk that was told to hurry gives up. */
#define MON_HURRY_READS	(256U << 10)
/* Copies cost a read more for each so many bytes. */
#define MON_READ_BYTES	256

/**
 * struct mon_budget - how much may be read
 * @left: reads that are left
 * @hurry: somebody waits for us: no more than MON_HURRY_READS from then on;
 *	set by any thread; may be NULL
 *
 * Each list, tree and table that a guest offers is bounded on its own, but
 * bounds multiply: this is what a guest that lies can cost us in all.
 */
struct mon_budget {
	uint64_t left;
	const bool *hurry;
};

/**
 * struct mon_mem - memory and how to translate into it
 * @ops: the machine
 * @ctx: first argument of @ops
 * @phys_end: no RAM from this physical address on
 * @text: run-time address of the kernel image, 0 before it was found
 * @text_end: its end
 * @text_pa: its physical address
 * @page_offset: start of the direct map, 0 before it is known
 * @pgd_pa: physical address of the kernel's top page table
 * @five_levels: it has five levels
 * @budget: what is taken for each read; NULL for no limit. Of one thread
 *
 * Plain data: threads take a copy each.
 */
struct mon_mem {
	const struct mon_mem_ops *ops;
	void *ctx;
	uint64_t phys_end;
	uint64_t text;
	uint64_t text_end;
	uint64_t text_pa;
	uint64_t page_offset;
	uint64_t pgd_pa;
	bool five_levels;
	struct mon_budget *budget;
};

/**
 * mon_phys() - host address of guest physical memory, or NULL
 */
static inline void *mon_phys(const struct mon_mem *mem, uint64_t gpa,
			     size_t len)
{
	if (gpa >= mem->phys_end || len > mem->phys_end - gpa)
		return NULL;
	return mem->ops->map(mem->ctx, gpa, len);
}

/**
 * mon_spend() - take reads from the budget
 * @reads: how many
 *
 * What reads guest memory takes them itself; for work that a guest can ask
 * for otherwise.
 *
 * Return: 0; -ELOOP when that is more than is left, which is then nothing.
 */
int mon_spend(const struct mon_mem *mem, uint64_t reads);

/**
 * mon_walk() - translate by the page tables alone
 * @mem: memory, with @pgd_pa and @five_levels
 * @va: kernel virtual address
 * @pa: gets the physical address
 * @run: gets the bytes from there to the end of the page
 *
 * Return: 0; -EFAULT when it is not mapped, or a table is not in RAM.
 */
int mon_walk(const struct mon_mem *mem, uint64_t va, uint64_t *pa,
	     uint64_t *run);

/**
 * mon_translate() - translate: kernel image, direct map, or page tables
 *
 * Like mon_walk(), but quick where the answer is a subtraction.
 *
 * Return: as mon_walk() has it; -ELOOP when the budget is spent.
 */
int mon_translate(const struct mon_mem *mem, uint64_t va, uint64_t *pa,
		  uint64_t *run);

/**
 * mon_ptr() - host address of kernel virtual memory
 * @va: kernel virtual address
 * @len: bytes wanted from there on
 *
 * Return: the host address; NULL unless all of them are RAM and physically in
 * one piece, and when the budget is spent. The guest writes there meanwhile;
 * and what a pointer of the guest leads to may be freed and used anew at any
 * time.
 */
void *mon_ptr(const struct mon_mem *mem, uint64_t va, size_t len);

/**
 * mon_read() - copy kernel virtual memory out
 *
 * Return: 0; -EFAULT when any of it is not there, @buf is then undefined;
 * -ELOOP when the budget is spent.
 */
int mon_read(const struct mon_mem *mem, uint64_t va, void *buf, size_t len);

/**
 * mon_view() - bytes in place where that is possible, else a copy
 * @buf: @len bytes, used when they are in several pieces
 *
 * What the kernel allocates per CPU, or by vmalloc(), may lie on pages that are
 * no neighbours.
 *
 * Return: where they are; NULL as mon_read() fails.
 */
const void *mon_view(const struct mon_mem *mem, uint64_t va, void *buf,
		     size_t len);

/**
 * mon_read_u32() - read one integer, never torn if aligned
 *
 * Return: as mon_read() has it.
 */
int mon_read_u32(const struct mon_mem *mem, uint64_t va, uint32_t *value);

/**
 * mon_read_u64() - as mon_read_u32(), of 64 bits
 */
int mon_read_u64(const struct mon_mem *mem, uint64_t va, uint64_t *value);

/**
 * mon_read_str() - copy a NUL-terminated string out
 * @buf: gets at most @size - 1 bytes and a NUL, whatever happens
 *
 * It is made fit to print, as lib/common/util/text.h has it.
 *
 * Return: as mon_read() has it.
 */
int mon_read_str(const struct mon_mem *mem, uint64_t va, char *buf,
		 size_t size);

/**
 * mon_write() - change kernel virtual memory
 *
 * An aligned value of 1, 2, 4 or 8 bytes is written at once.
 *
 * Return: 0; -EFAULT when any of it is not there, nothing is then written.
 */
int mon_write(const struct mon_mem *mem, uint64_t va, const void *buf,
	      size_t len);

#endif /* KTSTR_MONITOR_GUEST_MEM_H */
