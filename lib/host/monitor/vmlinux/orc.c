// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading ORC tables. See orc.h.
 */
#include "lib/host/monitor/vmlinux/orc.h"

#include <string.h>

#include "lib/common/util/util.h"

#define ORC_ENTRY_SIZE	6
#define ORC_LOOK_AT	4096	/* entries, for their numbering */
#define OLD_SP		5	/* index in old_regs */

/* What 6.12 has at each number */
static const enum orc_reg old_regs[16] = {
	ORC_REG_UNDEFINED,
	ORC_REG_PREV_SP,
	ORC_REG_DX,
	ORC_REG_DI,
	ORC_REG_BP,
	ORC_REG_SP,
	ORC_REG_R10,
	ORC_REG_R13,
	ORC_REG_BP_INDIRECT,
	ORC_REG_SP_INDIRECT,
};

static uint64_t ip_of_entry(const struct mon_section *ips, size_t i)
{
	int32_t rel;

	memcpy(&rel, (const char *)ips->data + 4 * i, sizeof(rel));
	return ips->addr + 4 * i + (int64_t)rel;
}

/*
 * Nothing in the file tells which numbering it has. But nearly all code finds
 * its caller by the stack pointer: what is frequent is that.
 */
static bool is_old(const struct mon_section *orc)
{
	size_t n = min(orc->size / ORC_ENTRY_SIZE, (size_t)ORC_LOOK_AT), i;
	const uint8_t *p = orc->data;
	unsigned int by_reg[16] = { };

	for (i = 0; i < n; i++)
		by_reg[p[i * ORC_ENTRY_SIZE + 4] & 0xf]++;
	return by_reg[OLD_SP] > by_reg[ORC_REG_SP];
}

static void decode(const uint8_t *p, bool old, struct mon_orc *orc)
{
	int16_t off[2];

	memcpy(off, p, sizeof(off));
	orc->sp_offset = off[0];
	orc->bp_offset = off[1];
	orc->sp_reg = p[4] & 0xf;
	orc->bp_reg = p[4] >> 4;
	if (old) {
		orc->sp_reg = old_regs[orc->sp_reg];
		orc->bp_reg = old_regs[orc->bp_reg];
	}
	orc->type = p[5] & 7;
	orc->signal = p[5] >> 3 & 1;
}

void mon_orc_open(struct mon_orc_tables *t, const struct mon_symbols *symbols)
{
	memset(t, 0, sizeof(*t));
	if (!mon_symbols_section(symbols, ".orc_unwind_ip", &t->ip) ||
	    !mon_symbols_section(symbols, ".orc_unwind", &t->entries))
		t->ip.size = 0;
	t->old = is_old(&t->entries);
}

/* The entry with the greatest address that is not above @ip */
bool mon_orc_find(const struct mon_orc_tables *t, uint64_t ip,
		  struct mon_orc *orc)
{
	size_t lo = 0, hi = t->ip.size / 4;

	if (hi * ORC_ENTRY_SIZE > t->entries.size)
		return false;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (ip_of_entry(&t->ip, mid) <= ip)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo)
		return false;
	decode((const uint8_t *)t->entries.data + (lo - 1) * ORC_ENTRY_SIZE,
	       t->old, orc);
	return true;
}
