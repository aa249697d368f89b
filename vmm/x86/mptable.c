// SPDX-License-Identifier: GPL-2.0-only
/*
 * The MP table, by Intel's MultiProcessor Specification 1.4. See mptable.h.
 */
#include "vmm/x86/mptable.h"

#include <stdbool.h>
#include <string.h>

#include "vmm/x86/layout.h"

#define ISA_IRQS		16
#define ISA_BUS			0
#define IOAPIC_ID		0
#define IOAPIC_VERSION		0x11
#define LAPIC_VERSION		0x14
#define ALL_LAPICS		0xff

struct mp_pointer {
	char signature[4];
	uint32_t table;
	uint8_t length;			/* in 16 bytes */
	uint8_t revision;
	uint8_t checksum;
	uint8_t features[5];
};

struct mp_table {
	char signature[4];
	uint16_t length;
	uint8_t revision;
	uint8_t checksum;
	char oem[8];
	char product[12];
	uint32_t oem_table;
	uint16_t oem_size;
	uint16_t entries;
	uint32_t lapic;
	uint32_t reserved;
};

struct mp_cpu {
	uint8_t type;
	uint8_t apic_id;
	uint8_t apic_version;
	uint8_t flags;
	uint32_t signature;
	uint32_t features;
	uint32_t reserved[2];
};

struct mp_bus {
	uint8_t type;
	uint8_t id;
	char name[6];
};

struct mp_ioapic {
	uint8_t type;
	uint8_t id;
	uint8_t version;
	uint8_t flags;
	uint32_t address;
};

/* An IO-APIC's input, or a local APIC's. */
struct mp_interrupt {
	uint8_t type;
	uint8_t kind;
	uint16_t flags;			/* 0: as the bus has it */
	uint8_t bus;
	uint8_t irq;
	uint8_t apic;
	uint8_t pin;
};

_Static_assert(sizeof(struct mp_pointer) == 16, "MP 1.4, 4.1");
_Static_assert(sizeof(struct mp_table) == 44, "MP 1.4, 4.2");
_Static_assert(sizeof(struct mp_cpu) == 20, "MP 1.4, 4.3.1");
_Static_assert(sizeof(struct mp_interrupt) == 8, "MP 1.4, 4.3.4");

enum mp_type { MP_CPU, MP_BUS, MP_IOAPIC, MP_INTERRUPT, MP_LOCAL };
enum mp_kind { MP_INT, MP_NMI, MP_SMI, MP_EXTINT };

#define CPU_ENABLED		(1U << 0)
#define CPU_BOOT		(1U << 1)
#define IOAPIC_ENABLED		(1U << 0)

/* Entries are appended; one that does not fit makes the whole fail. */
struct mp_writer {
	uint8_t *buf;
	size_t size;
	size_t at;
	unsigned int entries;
	bool full;
};

static void put(struct mp_writer *w, const void *entry, size_t len)
{
	if (len > w->size - w->at) {
		w->full = true;
		return;
	}
	memcpy(w->buf + w->at, entry, len);
	w->at += len;
	w->entries++;
}

static uint8_t checksum(const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	uint8_t sum = 0;

	while (len--)
		sum += *p++;
	return -sum;
}

/* A byte holds no larger id: who has such CPUs is told by ACPI. */
static void put_cpu(struct mp_writer *w, uint32_t id, uint8_t flags)
{
	const struct mp_cpu cpu = {
		.type = MP_CPU,
		.apic_id = id,
		.apic_version = LAPIC_VERSION,
		.flags = flags,
	};

	if (id <= X86_APIC_ID_MAX)
		put(w, &cpu, sizeof(cpu));
}

static void put_cpus(struct mp_writer *w, const struct apic_layout *apic)
{
	unsigned int cpus = topology_cpus(&apic->topology);
	unsigned int i;

	for (i = 0; i < cpus; i++)
		put_cpu(w, apic_id(apic, i),
			CPU_ENABLED | (i ? 0 : CPU_BOOT));
	for (i = 0; i < apic_absent(apic); i++)
		put_cpu(w, apic_absent_id(apic, i), 0);
}

static void put_interrupt(struct mp_writer *w, enum mp_type type,
			  enum mp_kind kind, uint8_t irq, uint8_t apic,
			  uint8_t pin)
{
	const struct mp_interrupt interrupt = {
		.type = type,
		.kind = kind,
		.bus = ISA_BUS,
		.irq = irq,
		.apic = apic,
		.pin = pin,
	};

	put(w, &interrupt, sizeof(interrupt));
}

static void put_wiring(struct mp_writer *w)
{
	const struct mp_bus bus = {
		.type = MP_BUS,
		.id = ISA_BUS,
		.name = { 'I', 'S', 'A', ' ', ' ', ' ' },
	};
	const struct mp_ioapic ioapic = {
		.type = MP_IOAPIC,
		.id = IOAPIC_ID,
		.version = IOAPIC_VERSION,
		.flags = IOAPIC_ENABLED,
		.address = X86_IOAPIC_GPA,
	};
	unsigned int irq;

	put(w, &bus, sizeof(bus));
	put(w, &ioapic, sizeof(ioapic));
	/* Pin by pin, but for the timer, which a PC has on pin 2. */
	for (irq = 0; irq < ISA_IRQS; irq++)
		if (irq != 2)
			put_interrupt(w, MP_INTERRUPT, MP_INT, irq, IOAPIC_ID,
				      irq ? irq : 2);
	put_interrupt(w, MP_LOCAL, MP_EXTINT, 0, ALL_LAPICS, 0);
	put_interrupt(w, MP_LOCAL, MP_NMI, 0, ALL_LAPICS, 1);
}

static void put_pointer(struct mp_writer *w, uint32_t gpa)
{
	struct mp_pointer pointer = {
		.signature = { '_', 'M', 'P', '_' },
		.table = gpa + sizeof(pointer),
		.length = sizeof(pointer) / 16,
		.revision = 4,
	};

	pointer.checksum = checksum(&pointer, sizeof(pointer));
	put(w, &pointer, sizeof(pointer));
}

size_t mptable_build(const struct apic_layout *apic, uint32_t gpa, void *buf,
		     size_t size)
{
	struct mp_writer w = { .buf = buf, .size = size };
	struct mp_table table = {
		.signature = { 'P', 'C', 'M', 'P' },
		.revision = 4,
		.oem = { 'K', 'T', 'S', 'T', 'R', ' ', ' ', ' ' },
		.product = { 'V', 'M', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ',
			     ' ', ' ' },
		.lapic = X86_LAPIC_GPA,
	};

	put_pointer(&w, gpa);
	put(&w, &table, sizeof(table));
	w.entries = 0;
	put_cpus(&w, apic);
	put_wiring(&w);
	if (w.full || w.at > UINT16_MAX)
		return 0;

	table.entries = w.entries;
	table.length = w.at - sizeof(struct mp_pointer);
	memcpy(w.buf + sizeof(struct mp_pointer), &table, sizeof(table));
	table.checksum = checksum(w.buf + sizeof(struct mp_pointer),
				  table.length);
	memcpy(w.buf + sizeof(struct mp_pointer), &table, sizeof(table));
	return w.at;
}
