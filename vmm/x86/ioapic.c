// SPDX-License-Identifier: GPL-2.0-only
/*
 * An IO-APIC, by Intel's 82093AA, for machines with CPUs whose ids no byte holds:
 * KVM's own cannot send to them. What the guest writes into the table becomes KVM's
 * routes: lines then reach CPUs without us. Seven more bits of a CPU's id are where
 * KVM's documentation of KVM_FEATURE_MSI_EXT_DEST_ID has them.
 *
 * Lines are raised by an edge: none of ours is told of as one with a level but ACPI's,
 * which is never raised. What comes while a line is masked is lost, as it is there.
 *
 * Beside it the masks of two 8259s that have no lines: a kernel that finds none of
 * them gives ISA's interrupts other numbers.
 */
#include "vmm/x86/ioapic.h"

#include <errno.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>

#include "lib/common/util/compiler.h"
#include "lib/common/util/util.h"
#include "vmm/vmm.h"
#include "vmm/x86/layout.h"

#define IOAPIC_LENGTH		0x20
#define IOAPIC_SELECT		0x00
#define IOAPIC_WINDOW		0x10

#define REG_ID			0
#define REG_VERSION		1
#define REG_ARBITRATION		2
#define REG_TABLE		0x10
#define VERSION			(0x11 | (IOAPIC_PINS - 1) << 16)

#define PIN_VECTOR(e)		((e) & 0xff)
#define PIN_DELIVERY(e)		((e) >> 8 & 7)
#define PIN_LOGICAL(e)		((e) >> 11 & 1)
#define PIN_LEVEL(e)		((e) >> 15 & 1)
#define PIN_MASKED		(1ULL << 16)
#define PIN_DEST(e)		((e) >> 56)
#define PIN_DEST_HIGH(e)	((e) >> 49 & 0x7f)
/* Delivery status and remote IRR are the hardware's to set. */
#define PIN_READ_ONLY		(1ULL << 12 | 1ULL << 14)

/*
 * struct ioapic - the registers
 * @lock: guards them, and the order in which KVM hears of them
 * @select: which one is seen through the window
 * @id: kept, without effect
 * @pins: where each line goes
 */
struct ioapic {
	pthread_mutex_t lock;
	uint8_t select;
	uint32_t id;
	uint64_t pins[IOAPIC_PINS];
};

/* struct kvm_irq_routing, with room for a route a pin. */
struct routes {
	uint32_t nr;
	uint32_t flags;
	struct kvm_irq_routing_entry entries[IOAPIC_PINS];
};

_Static_assert(offsetof(struct routes, entries) ==
	       offsetof(struct kvm_irq_routing, entries) &&
	       offsetof(struct routes, nr) ==
	       offsetof(struct kvm_irq_routing, nr), "laid out as KVM has it");

void ioapic_route(uint64_t pin, unsigned int line,
		  struct kvm_irq_routing_entry *route)
{
	*route = (struct kvm_irq_routing_entry) {
		.gsi = line,
		.type = KVM_IRQ_ROUTING_MSI,
		.u.msi = {
			.address_lo = 0xfee00000 | PIN_DEST(pin) << 12 |
				      PIN_LOGICAL(pin) << 2,
			.address_hi = PIN_DEST_HIGH(pin) << 8,
			.data = PIN_VECTOR(pin) | PIN_DELIVERY(pin) << 8 |
				1U << 14 | PIN_LEVEL(pin) << 15,
		},
	};
}

/*
 * A guest may write what KVM refuses; then it has the routes that it had. ISA's
 * timer is told of as pin 2, and there is no timer.
 */
static void tell_kvm(struct vm *vm, const struct ioapic *io)
{
	struct routes routes = { };
	unsigned int i;

	for (i = 0; i < IOAPIC_PINS; i++)
		if (!(io->pins[i] & PIN_MASKED))
			ioapic_route(io->pins[i], i,
				     &routes.entries[routes.nr++]);
	ioctl(vm->kvm.vm_fd, KVM_SET_GSI_ROUTING, &routes);
}

static int ioapic_init(struct vm_device *dev, const struct vm_error *err)
{
	struct ioapic *io = dev->state;
	unsigned int i;

	(void)err;
	pthread_mutex_init(&io->lock, NULL);
	for (i = 0; i < IOAPIC_PINS; i++)
		io->pins[i] = PIN_MASKED;
	return 0;
}

static uint32_t read_register(const struct ioapic *io)
{
	unsigned int n = io->select - REG_TABLE;

	switch (io->select) {
	case REG_ID:
	case REG_ARBITRATION:
		return io->id;
	case REG_VERSION:
		return VERSION;
	default:
		if (io->select < REG_TABLE || n / 2 >= IOAPIC_PINS)
			return 0;
		return io->pins[n / 2] >> (n % 2 ? 32 : 0);
	}
}

static void write_register(struct vm *vm, struct ioapic *io, uint32_t value)
{
	unsigned int n = io->select - REG_TABLE, shift = n % 2 ? 32 : 0;
	uint64_t *pin;

	if (io->select == REG_ID)
		io->id = value & 0x0f000000;
	if (io->select < REG_TABLE || n / 2 >= IOAPIC_PINS)
		return;
	pin = &io->pins[n / 2];
	*pin &= ~((uint64_t)UINT32_MAX << shift);
	*pin |= (uint64_t)value << shift;
	*pin &= ~PIN_READ_ONLY;
	tell_kvm(vm, io);
}

static uint64_t ioapic_read(struct vm_device *dev, uint64_t offset,
			    unsigned int size __maybe_unused)
{
	struct ioapic *io = dev->state;
	uint64_t value = 0;

	pthread_mutex_lock(&io->lock);
	if (offset == IOAPIC_SELECT)
		value = io->select;
	if (offset == IOAPIC_WINDOW)
		value = read_register(io);
	pthread_mutex_unlock(&io->lock);
	return value;
}

static void ioapic_write(struct vm_device *dev, uint64_t offset,
			 unsigned int size __maybe_unused, uint64_t value)
{
	struct ioapic *io = dev->state;

	pthread_mutex_lock(&io->lock);
	if (offset == IOAPIC_SELECT)
		io->select = value;
	if (offset == IOAPIC_WINDOW)
		write_register(dev->vm, io, value);
	pthread_mutex_unlock(&io->lock);
}

static const struct vm_device_ops ioapic_device = {
	.name = "ioapic",
	.space = VM_SPACE_MMIO,
	.base = X86_IOAPIC_GPA,
	.length = IOAPIC_LENGTH,
	.size = sizeof(struct ioapic),
	.init = ioapic_init,
	.read = ioapic_read,
	.write = ioapic_write,
};

/* ---- the 8259s ---- */

#define PIC_MASK		1	/* the second port of two */

struct pic {
	_Atomic uint8_t mask;
};

static uint64_t pic_read(struct vm_device *dev, uint64_t offset,
			 unsigned int size __maybe_unused)
{
	struct pic *pic = dev->state;

	return offset == PIC_MASK ? pic->mask : 0;
}

static void pic_write(struct vm_device *dev, uint64_t offset,
		      unsigned int size, uint64_t value)
{
	struct pic *pic = dev->state;

	if (offset == PIC_MASK && size == 1)
		pic->mask = value;
}

#define PIC(name_, port) {						\
	.name = name_, .space = VM_SPACE_PORT, .base = port, .length = 2, \
	.size = sizeof(struct pic), .read = pic_read, .write = pic_write }

static const struct vm_device_ops pics[] = {
	PIC("pic1", 0x20), PIC("pic2", 0xa0),
};

int ioapic_create(struct vm *vm, const struct vm_error *err)
{
	struct kvm_enable_cap ids = {
		.cap = KVM_CAP_X2APIC_API,
		.args = { KVM_X2APIC_API_USE_32BIT_IDS |
			  KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK },
	};
	struct kvm_enable_cap split = {
		.cap = KVM_CAP_SPLIT_IRQCHIP,
		.args = { IOAPIC_PINS },
	};
	int fd = vm->kvm.vm_fd, ret;

	if (ioctl(fd, KVM_ENABLE_CAP, &ids))
		return vm_fail(err, -errno, "KVM_CAP_X2APIC_API: %s",
			       strerror(errno));
	if (ioctl(fd, KVM_ENABLE_CAP, &split))
		return vm_fail(err, -errno, "KVM_CAP_SPLIT_IRQCHIP: %s",
			       strerror(errno));
	ret = bus_plug(&vm->bus, &ioapic_device, err);
	if (!ret)
		ret = bus_plug(&vm->bus, &pics[0], err);
	return ret ?: bus_plug(&vm->bus, &pics[1], err);
}

unsigned int ioapic_max_id(const struct kvm *kvm)
{
	int n = kvm_has(kvm, KVM_CAP_MAX_VCPU_ID);

	if (kvm_has(kvm, KVM_CAP_SPLIT_IRQCHIP) <= 0 ||
	    kvm_has(kvm, KVM_CAP_X2APIC_API) <= 0 || n <= X86_APIC_ID_MAX)
		return X86_APIC_ID_MAX;
	return min(n - 1, IOAPIC_ID_MAX);
}
