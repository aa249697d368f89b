// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unwinding, by ORC entries: from a frame to the one that called it.
 */
#include <errno.h>

#include "lib/host/monitor/read/unwind.h"
#include "lib/host/monitor/vmlinux/orc.h"

#define USER_MODE	3	/* in the code segment's selector */

/* Code without ORC keeps a frame pointer, or cannot be unwound. */
static const struct mon_orc frame_pointer = {
	.sp_offset = 16,
	.bp_offset = -16,
	.sp_reg = ORC_REG_BP,
	.bp_reg = ORC_REG_PREV_SP,
	.type = ORC_TYPE_CALL,
};

struct cursor {
	const struct mon_guest *guest;
	uint64_t ip;
	uint64_t sp;
	uint64_t bp;
	uint64_t regs;		/* the register set this frame came from, or 0 */
	bool signal;		/* @ip is where it was interrupted */
	bool guessed;
};

static void orc_for(struct cursor *c, struct mon_orc *orc)
{
	const struct mon_mem *mem = &c->guest->mem;
	/* A call may be the last instruction of its function. */
	uint64_t ip = c->ip - !c->signal;

	if (ip >= mem->text && ip < mem->text_end &&
	    mon_orc_find(&c->guest->kernel->orc, ip - c->guest->kaslr, orc))
		return;
	*orc = frame_pointer;
	c->guessed = true;
}

static bool stack_read(const struct cursor *c, uint64_t va, uint64_t *value)
{
	return !(va & 7) && !mon_read_u64(&c->guest->mem, va, value);
}

static bool caller_sp(struct cursor *c, const struct mon_orc *orc, uint64_t *sp)
{
	switch (orc->sp_reg) {
	case ORC_REG_SP:
		*sp = c->sp + orc->sp_offset;
		return true;
	case ORC_REG_BP:
		*sp = c->bp + orc->sp_offset;
		return true;
	case ORC_REG_SP_INDIRECT:
		if (!stack_read(c, c->sp, sp))
			return false;
		*sp += orc->sp_offset;
		return true;
	case ORC_REG_BP_INDIRECT:
		return stack_read(c, c->bp + orc->sp_offset, sp);
	default:
		/* Realigned stacks in other registers: not followed. */
		return false;
	}
}

static uint64_t reg_va(const struct cursor *c, enum mon_field_id id)
{
	return c->regs + mon_guest_offset(c->guest, id);
}

/* Return: false at the border to user space, or when it cannot be read. */
static bool load_regs(struct cursor *c, uint64_t regs, bool full)
{
	uint64_t cs, ip, sp, bp;

	c->regs = regs;
	if (!stack_read(c, reg_va(c, MON_REGS_IP), &ip) ||
	    !stack_read(c, reg_va(c, MON_REGS_SP), &sp) ||
	    !stack_read(c, reg_va(c, MON_REGS_CS), &cs) ||
	    (cs & USER_MODE) == USER_MODE)
		return false;
	c->ip = ip;
	c->sp = sp;
	if (full && stack_read(c, reg_va(c, MON_REGS_BP), &bp))
		c->bp = bp;
	return true;
}

static bool caller_bp(struct cursor *c, const struct mon_orc *orc, uint64_t sp)
{
	switch (orc->bp_reg) {
	case ORC_REG_UNDEFINED:
		return true;
	case ORC_REG_PREV_SP:
		return stack_read(c, sp + orc->bp_offset, &c->bp);
	case ORC_REG_BP:
		return stack_read(c, c->bp + orc->bp_offset, &c->bp);
	default:
		return false;
	}
}

/* From pt_regs' start to the part that the CPU itself pushes */
static uint64_t iret_offset(const struct cursor *c)
{
	return mon_guest_offset(c->guest, MON_REGS_IP);
}

/* Return: 1 for a caller, 0 at the end of the stack, -1 when it broke off. */
static int step(struct cursor *c)
{
	struct mon_orc orc;
	uint64_t sp;

	orc_for(c, &orc);
	if (orc.type == ORC_TYPE_END_OF_STACK)
		return 0;
	if (orc.type == ORC_TYPE_UNDEFINED || !caller_sp(c, &orc, &sp))
		return -1;
	c->signal = orc.signal;
	switch (orc.type) {
	case ORC_TYPE_CALL:
		if (!caller_bp(c, &orc, sp) || !stack_read(c, sp - 8, &c->ip))
			return -1;
		c->sp = sp;
		return c->ip ? 1 : 0;
	case ORC_TYPE_REGS:
		return load_regs(c, sp, true) ? 1 : 0;
	case ORC_TYPE_REGS_PARTIAL:
		if (!caller_bp(c, &orc, sp))
			return -1;
		return load_regs(c, sp - iret_offset(c), false) ? 1 : 0;
	default:
		return -1;
	}
}

static void unwind(struct cursor *c, struct mon_stack *stack)
{
	int more = 1;

	stack->n = 0;
	while (more > 0 && stack->n < MON_STACK_MAX) {
		stack->ip[stack->n++] = c->ip;
		more = step(c);
	}
	stack->reliable = !more && !c->guessed;
}

int mon_unwind_task(const struct mon_guest *g, const void *task,
		    struct mon_stack *stack)
{
	struct cursor c = { .guest = g };
	uint64_t frame = mon_guest_get(g, MON_TASK_SP, task);

	stack->n = 0;
	stack->reliable = false;
	if (!mon_kernel_has(g->kernel, MON_PART_STACKS))
		return -ENOTSUP;
	if (mon_guest_field(g, MON_FRAME_BP, frame, &c.bp) ||
	    mon_guest_field(g, MON_FRAME_RET, frame, &c.ip) || !c.ip)
		return -EFAULT;
	c.sp = frame + g->kernel->f.struct_size[MON_ST_INACTIVE_FRAME];
	/* A new task has not called anything yet. */
	c.signal = c.ip == mon_guest_symbol(g, MON_SYM_RET_FROM_FORK);
	unwind(&c, stack);
	return 0;
}

int mon_unwind_regs(const struct mon_guest *g, const struct mon_regs *regs,
		    struct mon_stack *stack)
{
	struct cursor c = {
		.guest = g,
		.ip = regs->ip,
		.sp = regs->sp,
		.bp = regs->bp,
		.signal = true,
	};

	stack->n = 0;
	stack->reliable = false;
	if (!mon_kernel_has(g->kernel, MON_PART_STACKS))
		return -ENOTSUP;
	if ((regs->cs & USER_MODE) == USER_MODE)
		return -ENOENT;
	unwind(&c, stack);
	return 0;
}
