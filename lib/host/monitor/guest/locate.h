/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a machine has its kernel, physically and at run time. A file in the
 * folder of the architecture does it.
 */
#ifndef KTSTR_MONITOR_GUEST_LOCATE_H
#define KTSTR_MONITOR_GUEST_LOCATE_H

#include <stdint.h>

struct mon_guest;

#define MON_KERNEL_ALIGN	(2ULL << 20)	/* CONFIG_PHYSICAL_ALIGN */

/**
 * mon_guest_locate() - find out where a kernel runs
 * @guest: gets text, page tables and direct map of its memory, and @kaslr
 * @text_pa: physical address of an image of its kernel
 *
 * Return: 0; -EAGAIN when the page tables in there do not map the image, or do
 * not yet.
 */
int mon_guest_locate(struct mon_guest *guest, uint64_t text_pa);

#endif /* KTSTR_MONITOR_GUEST_LOCATE_H */
