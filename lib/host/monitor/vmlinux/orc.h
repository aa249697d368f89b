/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ORC tables of a vmlinux. An entry says for a range of code how to get from
 * a frame to the one that called it: from which register and offset the caller's
 * stack pointer follows, where it saved the frame pointer, and whether a whole
 * register set (interrupt, exception) lies there. See the kernel's
 * Documentation/arch/x86/orc-unwinder.rst.
 */
#ifndef KTSTR_MONITOR_VMLINUX_ORC_H
#define KTSTR_MONITOR_VMLINUX_ORC_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/host/monitor/vmlinux/symbols.h"

/* arch/x86/include/asm/orc_types.h, as it is in 7.3 */
enum orc_reg {
	ORC_REG_UNDEFINED,
	ORC_REG_AX,
	ORC_REG_DX,
	ORC_REG_SP,
	ORC_REG_BP,
	ORC_REG_DI,
	ORC_REG_R10,
	ORC_REG_R13,
	ORC_REG_PREV_SP,
	ORC_REG_SP_INDIRECT,
	ORC_REG_BP_INDIRECT,
};

enum orc_type {
	ORC_TYPE_UNDEFINED,
	ORC_TYPE_END_OF_STACK,
	ORC_TYPE_CALL,
	ORC_TYPE_REGS,
	ORC_TYPE_REGS_PARTIAL,
};

/**
 * struct mon_orc - what an entry says
 */
struct mon_orc {
	int sp_offset;
	int bp_offset;
	enum orc_reg sp_reg;
	enum orc_reg bp_reg;
	enum orc_type type;
	bool signal;
};

/**
 * struct mon_orc_tables - a vmlinux's
 * @ip: where the code of each entry begins; empty where there are none
 * @entries: the entries, in the same order
 * @old: they number registers as kernels did at first
 */
struct mon_orc_tables {
	struct mon_section ip;
	struct mon_section entries;
	bool old;
};

/**
 * mon_orc_open() - find the tables
 * @tables: filled in, empty where @symbols has none
 */
void mon_orc_open(struct mon_orc_tables *tables,
		  const struct mon_symbols *symbols);

/**
 * mon_orc_find() - the entry for an instruction
 * @ip: its link address
 *
 * Return: false when there is none.
 */
bool mon_orc_find(const struct mon_orc_tables *tables, uint64_t ip,
		  struct mon_orc *orc);

#endif /* KTSTR_MONITOR_VMLINUX_ORC_H */
