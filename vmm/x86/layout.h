/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where things lie in the first mebibyte, and which ports are whose.
 */
#ifndef KTSTR_VMM_X86_LAYOUT_H
#define KTSTR_VMM_X86_LAYOUT_H

/* Below 0x500 a PC's BIOS data area is expected. */
#define X86_GDT_GPA		0x500
#define X86_BOOT_PARAMS_GPA	0x7000
#define X86_STACK_GPA		0x8ff0		/* grows down */
#define X86_PML4_GPA		0x9000
#define X86_PDPT_GPA		0xa000
#define X86_PD_GPA		0xb000		/* four pages: 4 GiB */
#define X86_PD_PAGES		4
#define X86_CMDLINE_GPA		0x20000
#define X86_CMDLINE_MAX		0x10000		/* of our place for it */

/* RAM ends here as on a PC with an extended BIOS data area. */
#define X86_LOW_RAM_END		0x9fc00
#define X86_ACPI_GPA		0xe0000		/* where a BIOS keeps its tables */
#define X86_ACPI_SIZE		0x10000
#define X86_MPTABLE_GPA		0xf0000
#define X86_MPTABLE_SIZE	0x10000
#define X86_HIGH_RAM_START	0x100000

/* A page each, in the hole that is for devices. */
#define X86_VIRTIO_GPA		0xd0000000
#define X86_LAPIC_GPA		0xfee00000
#define X86_IOAPIC_GPA		0xfec00000
/* Four pages for KVM on Intel, in the hole below the BIOS. */
#define X86_IDENTITY_MAP_GPA	0xfffbc000
#define X86_TSS_GPA		0xfffbd000

#define X86_COM1_PORT		0x3f8
#define X86_COM1_IRQ		4
#define X86_COM2_PORT		0x2f8
#define X86_COM2_IRQ		3
#define X86_I8042_PORT		0x60
#define X86_CF9_PORT		0xcf9
#define X86_PM1_EVT_PORT	0x600		/* status, enable */
#define X86_PM1_CNT_PORT	0x604
#define X86_PM1_LEN		6
#define X86_SCI_IRQ		9

/* SLP_TYP of S5 in our DSDT. */
#define X86_S5_SLP_TYP		5

/* MADT, SRAT and the in-kernel irqchip: ids of 8 bits, 255 is broadcast. */
#define X86_APIC_ID_MAX		254

#endif /* KTSTR_VMM_X86_LAYOUT_H */
