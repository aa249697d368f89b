// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any sequence of exits by port and by address to all devices of the machine
 * and one more, whatever KVM would say of size, count and place of the data;
 * and what the serial ports print read as a console.
 */
#include <assert.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/compiler.h"
#include "vmm/console.h"
#include "vmm/vmm.h"
#include "vmm/x86/devices.h"

#define PAGE	4096
#define GPA	0xd0000000ULL
#define LENGTH	0x120

/* One exit; the bytes of the input as they come. */
struct exit_op {
	uint8_t kind;
	uint8_t size;
	uint16_t near;
	uint32_t count;
	uint64_t where;
	uint64_t data;
};

#define KIND_MMIO	1
#define KIND_WRITE	2
#define KIND_NEAR	4	/* close to a device, else anywhere */
#define KIND_SANE	8	/* a size, and data where KVM has it */

/* The lines as the interrupt controller sees them: they may only change. */
static bool levels[16];

static void irq(struct vm *vm __maybe_unused, unsigned int line, bool level)
{
	assert(line == 3 || line == 4);
	assert(level != levels[line]);
	levels[line] = level;
}

/* What bus.h promises a device. */
static void hold_promise(uint64_t offset, unsigned int size)
{
	assert(size == 1 || size == 2 || size == 4 || size == 8);
	assert(offset < LENGTH && size <= LENGTH - offset);
}

static uint64_t mmio_read(struct vm_device *dev, uint64_t offset,
			  unsigned int size)
{
	uint64_t value = 0;

	hold_promise(offset, size);
	memcpy(&value, (char *)dev->state + offset, size);
	return value;
}

static void mmio_write(struct vm_device *dev, uint64_t offset,
		       unsigned int size, uint64_t value)
{
	hold_promise(offset, size);
	assert(size == 8 || !(value >> 8 * size));
	memcpy((char *)dev->state + offset, &value, size);
}

static const struct vm_device_ops mmio = {
	.name = "mmio",
	.space = VM_SPACE_MMIO,
	.base = GPA,
	.length = LENGTH,
	.size = LENGTH,
	.read = mmio_read,
	.write = mmio_write,
};

static void one_mmio(struct bus *bus, struct kvm_run *run,
		     const struct exit_op *op)
{
	run->mmio.is_write = !!(op->kind & KIND_WRITE);
	run->mmio.len = op->kind & KIND_SANE ? 1U << op->size % 4 : op->size;
	run->mmio.phys_addr = op->kind & KIND_NEAR ?
			      GPA - 16 + op->near % (LENGTH + 32) : op->where;
	memcpy(run->mmio.data, &op->data, sizeof(run->mmio.data));
	if (bus_run_mmio(bus, run))
		assert(run->mmio.len > 8);
}

static void one_io(struct bus *bus, struct kvm_run *run,
		   const struct exit_op *op)
{
	const struct vm_device_ops *near;
	size_t size = sizeof(*run) + PAGE;
	bool sane = op->kind & KIND_SANE;

	near = vm_devices[(op->near >> 8) % n_vm_devices];
	run->io.direction = op->kind & KIND_WRITE ? KVM_EXIT_IO_OUT :
						    KVM_EXIT_IO_IN;
	run->io.size = sane ? 1U << op->size % 3 : op->size;
	run->io.count = sane ? op->count % (PAGE / run->io.size + 1) :
			       op->count;
	run->io.data_offset = sane ? sizeof(*run) : op->where;
	run->io.port = op->kind & KIND_NEAR ?
		       near->base - 4 + op->near % 16 : op->near;
	memcpy(run + 1, &op->data, sizeof(op->data));
	if (bus_run_io(bus, run, size))
		assert(!sane);
}

static void read_console(struct outbuf *out)
{
	char *bytes = malloc(OUTBUF_SIZE);
	struct line_cutter cutter = { .len = 0 };
	struct banner banner = { .panic_ns = 0 };
	char message[256];
	struct console c;
	size_t i, len, kept;

	assert(bytes && !console_init(&c));
	len = outbuf_take(out, bytes);
	console_add(&c, bytes, len);
	assert(console_text(&c, &kept) && kept == len);
	for (i = 0; i < len; i++)
		if (line_cutter_add(&cutter, bytes[i]))
			banner_scan(&banner, cutter.line, 1);
	banner_message(&banner, message, sizeof(message));
	console_exit(&c);
	free(bytes);
}

static struct vm *make_vm(void)
{
	const struct vm_error err = { .text = NULL };
	struct vm *vm = calloc(1, sizeof(*vm));

	assert(vm);
	memset(levels, 0, sizeof(levels));
	vm->wake_fd = -1;
	pthread_mutex_init(&vm->note.lock, NULL);
	outbuf_init(&vm->com1_out, -1);
	outbuf_init(&vm->com2_out, -1);
	bus_init(&vm->bus, vm, irq);
	assert(!bus_plug_all(&vm->bus, vm_devices, n_vm_devices, &err));
	assert(!bus_plug(&vm->bus, &mmio, &err));
	return vm;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kvm_run *run = calloc(1, sizeof(*run) + PAGE);
	struct vm *vm = make_vm();
	struct exit_op op;
	size_t i;

	assert(run);
	for (i = 0; i + sizeof(op) <= size; i += sizeof(op)) {
		memcpy(&op, data + i, sizeof(op));
		if (op.kind & KIND_MMIO)
			one_mmio(&vm->bus, run, &op);
		else
			one_io(&vm->bus, run, &op);
	}
	read_console(&vm->com1_out);
	read_console(&vm->com2_out);
	bus_exit(&vm->bus);
	free(run);
	free(vm);
	return 0;
}
