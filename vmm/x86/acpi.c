// SPDX-License-Identifier: GPL-2.0-only
/*
 * ACPI tables, by the ACPI specification 6.5, chapter 5. See acpi.h.
 *
 * Not hardware-reduced: the kernel then keeps the legacy interrupt numbers
 * that the serial ports use. There is no embedded controller, no GPE, no
 * power-management timer and no button; the only thing to do with the PM1
 * registers is to switch off.
 */
#include "vmm/x86/acpi.h"

#include <stdbool.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "vmm/x86/acpi_numa.h"
#include "vmm/x86/acpi_table.h"
#include "vmm/x86/layout.h"

struct acpi_rsdp {
	char signature[8];
	uint8_t checksum;
	char oem_id[6];
	uint8_t revision;
	uint32_t rsdt;
	uint32_t length;
	uint64_t xsdt;
	uint8_t checksum_all;
	uint8_t reserved[3];
} __attribute__((packed));

struct acpi_gas {
	uint8_t space;		/* 1: I/O ports */
	uint8_t bits;
	uint8_t offset;
	uint8_t access;		/* 2: 16 bits */
	uint64_t address;
} __attribute__((packed));

struct acpi_fadt {
	struct acpi_header h;
	uint32_t facs;
	uint32_t dsdt;
	uint8_t reserved0;
	uint8_t profile;
	uint16_t sci_irq;
	uint32_t smi_port;	/* 0: ACPI mode is always on */
	uint8_t acpi_enable, acpi_disable, s4bios, pstate_cnt;
	uint32_t pm1a_evt, pm1b_evt, pm1a_cnt, pm1b_cnt;
	uint32_t pm2_cnt, pm_timer, gpe0, gpe1;
	uint8_t pm1_evt_len, pm1_cnt_len, pm2_cnt_len, pm_timer_len;
	uint8_t gpe0_len, gpe1_len, gpe1_base, cst_cnt;
	uint16_t c2_latency, c3_latency;
	uint16_t flush_size, flush_stride;
	uint8_t duty_offset, duty_width, day_alarm, month_alarm, century;
	uint16_t boot_flags;
	uint8_t reserved1;
	uint32_t flags;
	struct acpi_gas reset_reg;
	uint8_t reset_value;
	uint16_t arm_boot_flags;
	uint8_t minor;
	uint64_t x_facs, x_dsdt;
	struct acpi_gas x_pm1a_evt, x_pm1b_evt, x_pm1a_cnt, x_pm1b_cnt;
	struct acpi_gas x_pm2_cnt, x_pm_timer, x_gpe0, x_gpe1;
	struct acpi_gas sleep_control, sleep_status;
	uint64_t hypervisor_id;
} __attribute__((packed));

_Static_assert(sizeof(struct acpi_rsdp) == 36, "RSDP of ACPI 2");
_Static_assert(sizeof(struct acpi_fadt) == 276, "FADT of ACPI 6");

/* IA-PC boot flags: what a kernel need not look for. */
#define FADT_LEGACY_DEVICES	(1U << 0)
#define FADT_NO_VGA		(1U << 2)
#define FADT_NO_RTC		(1U << 5)
/* Feature flags. */
#define FADT_WBINVD		(1U << 0)
#define FADT_POWER_BUTTON	(1U << 4)	/* no fixed button */
#define FADT_SLEEP_BUTTON	(1U << 5)

struct acpi_facs {
	char signature[4];
	uint32_t length;
	uint32_t hardware_signature;
	uint32_t waking_vector;
	uint32_t global_lock;
	uint32_t flags;
	uint64_t x_waking_vector;
	uint8_t version;
	uint8_t reserved[31];
} __attribute__((packed));

struct madt {
	struct acpi_header h;
	uint32_t lapic;
	uint32_t flags;		/* 1: two 8259s are there too */
} __attribute__((packed));

struct madt_lapic {
	uint8_t type, len;
	uint8_t uid, id;
	uint32_t flags;
} __attribute__((packed));

struct madt_x2apic {
	uint8_t type, len;
	uint16_t reserved;
	uint32_t id;
	uint32_t flags;
	uint32_t uid;
} __attribute__((packed));

struct madt_x2apic_nmi {
	uint8_t type, len;
	uint16_t flags;
	uint32_t uid;		/* all ones: all */
	uint8_t lint;
	uint8_t reserved[3];
} __attribute__((packed));

struct madt_ioapic {
	uint8_t type, len;
	uint8_t id, reserved;
	uint32_t address;
	uint32_t first_gsi;
} __attribute__((packed));

struct madt_override {
	uint8_t type, len;
	uint8_t bus, irq;
	uint32_t gsi;
	uint16_t flags;
} __attribute__((packed));

struct madt_nmi {
	uint8_t type, len;
	uint8_t uid;		/* 255: all */
	uint16_t flags;
	uint8_t lint;
} __attribute__((packed));

#define MADT_LAPIC		0
#define MADT_IOAPIC		1
#define MADT_OVERRIDE		2
#define MADT_LAPIC_NMI		4
#define MADT_X2APIC		9
#define MADT_X2APIC_NMI		10
#define MADT_ONLINE_CAPABLE	2U	/* could be there, and is not */
#define MADT_LEVEL_HIGH		0xd

/* DefinitionBlock () { Name (_S5, Package () { 5, 0, 0, 0 }) } */
static uint64_t put_dsdt(struct acpi_writer *w)
{
	static const uint8_t aml[] = {
		0x08, '_', 'S', '5', '_',	/* NameOp */
		0x12, 0x07, 0x04,		/* PackageOp, 7 bytes, 4 items */
		0x0a, X86_S5_SLP_TYP, 0x00, 0x00, 0x00,
	};
	struct acpi_header h = { 0 };
	size_t at = acpi_begin(w, "DSDT", 2, &h, sizeof(h));

	acpi_put(w, aml, sizeof(aml));
	return acpi_end(w, at);
}

static uint64_t put_facs(struct acpi_writer *w)
{
	const struct acpi_facs facs = {
		.signature = { 'F', 'A', 'C', 'S' },
		.length = sizeof(facs),
		.version = 2,
	};
	uint64_t gpa;

	/* It alone wants 64 bytes. */
	w->at = min(round_up(w->at, (size_t)64), w->size);
	gpa = w->gpa + w->at;
	acpi_put(w, &facs, sizeof(facs));
	return gpa;
}

static struct acpi_gas port16(uint64_t port, uint8_t bits)
{
	return (struct acpi_gas) {
		.space = 1,
		.bits = bits,
		.access = 2,
		.address = port,
	};
}

static uint64_t put_fadt(struct acpi_writer *w, uint64_t facs, uint64_t dsdt)
{
	struct acpi_fadt fadt = {
		.facs = facs,
		.dsdt = dsdt,
		.sci_irq = X86_SCI_IRQ,
		.pm1a_evt = X86_PM1_EVT_PORT,
		.pm1a_cnt = X86_PM1_CNT_PORT,
		.pm1_evt_len = 4,
		.pm1_cnt_len = 2,
		.c2_latency = 0xffff,
		.c3_latency = 0xffff,
		.boot_flags = FADT_LEGACY_DEVICES | FADT_NO_VGA | FADT_NO_RTC,
		.flags = FADT_WBINVD | FADT_POWER_BUTTON | FADT_SLEEP_BUTTON,
		.minor = 5,
		.x_dsdt = dsdt,
		.x_pm1a_evt = port16(X86_PM1_EVT_PORT, 32),
		.x_pm1a_cnt = port16(X86_PM1_CNT_PORT, 16),
	};

	memcpy(&fadt.hypervisor_id, "KTSTR", 5);
	return acpi_end(w, acpi_begin(w, "FACP", 6, &fadt, sizeof(fadt)));
}

/* Ids that a byte does not hold are told of in another way. */
static void put_madt_cpu(struct acpi_writer *w, uint32_t uid, uint32_t id,
			 uint32_t flags)
{
	const struct madt_lapic lapic = {
		.type = MADT_LAPIC,
		.len = sizeof(lapic),
		.uid = uid,
		.id = id,
		.flags = flags,
	};
	const struct madt_x2apic x2apic = {
		.type = MADT_X2APIC,
		.len = sizeof(x2apic),
		.id = id,
		.flags = flags,
		.uid = uid,
	};

	if (id <= X86_APIC_ID_MAX)
		acpi_put(w, &lapic, sizeof(lapic));
	else
		acpi_put(w, &x2apic, sizeof(x2apic));
}

/* A kernel numbers CPUs in the order in which it reads of them. */
static void put_madt_cpus(struct acpi_writer *w, const struct apic_layout *apic)
{
	unsigned int cpus = topology_cpus(&apic->topology);
	unsigned int absent = apic_absent(apic), i;

	for (i = 0; i < cpus; i++)
		put_madt_cpu(w, i, apic_id(apic, i), ACPI_ENABLED);
	for (i = 0; i < absent; i++)
		put_madt_cpu(w, cpus + i, apic_absent_id(apic, i),
			     MADT_ONLINE_CAPABLE);
}

static void put_override(struct acpi_writer *w, uint8_t irq, uint32_t gsi,
			 uint16_t flags)
{
	const struct madt_override override = {
		.type = MADT_OVERRIDE,
		.len = sizeof(override),
		.irq = irq,
		.gsi = gsi,
		.flags = flags,
	};

	acpi_put(w, &override, sizeof(override));
}

static uint64_t put_madt(struct acpi_writer *w, const struct apic_layout *apic)
{
	const struct madt_ioapic ioapic = {
		.type = MADT_IOAPIC,
		.len = sizeof(ioapic),
		.address = X86_IOAPIC_GPA,
	};
	const struct madt_nmi nmi = {
		.type = MADT_LAPIC_NMI,
		.len = sizeof(nmi),
		.uid = 0xff,
		.lint = 1,
	};
	const struct madt_x2apic_nmi x2apic_nmi = {
		.type = MADT_X2APIC_NMI,
		.len = sizeof(x2apic_nmi),
		.uid = ~0U,
		.lint = 1,
	};
	struct madt madt = { .lapic = X86_LAPIC_GPA, .flags = 1 };
	size_t at = acpi_begin(w, "APIC", 5, &madt, sizeof(madt));

	put_madt_cpus(w, apic);
	acpi_put(w, &ioapic, sizeof(ioapic));
	/* The timer's line goes to pin 2; the SCI is level-triggered. */
	put_override(w, 0, 2, 0);
	put_override(w, X86_SCI_IRQ, X86_SCI_IRQ, MADT_LEVEL_HIGH);
	acpi_put(w, &nmi, sizeof(nmi));
	if (apic_id_max(apic) > X86_APIC_ID_MAX)
		acpi_put(w, &x2apic_nmi, sizeof(x2apic_nmi));
	return acpi_end(w, at);
}

static uint64_t put_xsdt(struct acpi_writer *w, const uint64_t *tables,
			 unsigned int n)
{
	struct acpi_header h = { 0 };
	size_t at = acpi_begin(w, "XSDT", 1, &h, sizeof(h));

	acpi_put(w, tables, n * sizeof(*tables));
	return acpi_end(w, at);
}

static void put_rsdp(struct acpi_writer *w, uint64_t xsdt)
{
	struct acpi_rsdp rsdp = {
		.signature = { 'R', 'S', 'D', ' ', 'P', 'T', 'R', ' ' },
		.oem_id = { 'K', 'T', 'S', 'T', 'R', ' ' },
		.revision = 2,
		.length = sizeof(rsdp),
		.xsdt = xsdt,
	};

	/* The old checksum covers what ACPI 1 knew of it. */
	rsdp.checksum = acpi_checksum(&rsdp, 20);
	rsdp.checksum_all = acpi_checksum(&rsdp, sizeof(rsdp));
	memcpy(w->buf, &rsdp, sizeof(rsdp));
}

size_t acpi_build(const struct apic_layout *apic, const struct guest_mem *mem,
		  uint64_t gpa, void *buf, size_t size)
{
	struct acpi_writer w = {
		.buf = buf,
		.size = size,
		.at = sizeof(struct acpi_rsdp),
		.gpa = gpa,
	};
	const struct topology *t = &apic->topology;
	uint64_t tables[5];
	unsigned int n = 0;
	uint64_t xsdt, facs, dsdt;

	if (size < sizeof(struct acpi_rsdp))
		return 0;
	facs = put_facs(&w);
	dsdt = put_dsdt(&w);
	tables[n++] = put_fadt(&w, facs, dsdt);
	tables[n++] = put_madt(&w, apic);
	if (t->nodes > 1) {
		tables[n++] = acpi_put_srat(&w, apic, mem);
		tables[n++] = acpi_put_slit(&w, t);
	}
	if (t->nodes > 1 && acpi_has_hmat(t))
		tables[n++] = acpi_put_hmat(&w, t);
	xsdt = put_xsdt(&w, tables, n);
	put_rsdp(&w, xsdt);
	return w.full ? 0 : w.at;
}
