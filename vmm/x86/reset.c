// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two ways in which a PC is reset by a port: the keyboard controller's
 * pulse (0xfe to 0x64) and the chipset's register at 0xcf9.
 */
#include "lib/common/util/compiler.h"
#include "vmm/bus.h"
#include "vmm/end.h"
#include "vmm/x86/layout.h"

#define I8042_COMMAND		4	/* port 0x64 */
#define I8042_OUTPUT_FULL	(1U << 0)
#define I8042_PULSE_RESET	0xfe
#define CF9_RESET		(1U << 2)

/*
 * Always something to read, never busy: a driver that probes gives up at once,
 * and a kernel that resets does not wait.
 */
static uint64_t i8042_read(struct vm_device *dev __maybe_unused,
			   uint64_t offset __maybe_unused,
			   unsigned int size __maybe_unused)
{
	return I8042_OUTPUT_FULL;
}

static void i8042_write(struct vm_device *dev, uint64_t offset,
			unsigned int size __maybe_unused, uint64_t value)
{
	if (offset == I8042_COMMAND && (value & 0xff) == I8042_PULSE_RESET)
		vm_note_end(dev->vm, VM_END_POWEROFF,
			    "reset by the keyboard controller");
}

const struct vm_device_ops i8042_device = {
	.name = "i8042",
	.space = VM_SPACE_PORT,
	.base = X86_I8042_PORT,
	.length = I8042_COMMAND + 1,
	.read = i8042_read,
	.write = i8042_write,
};

/*
 * struct cf9 - the reset control register
 */
struct cf9 {
	_Atomic unsigned char value;
};

static uint64_t cf9_read(struct vm_device *dev,
			 uint64_t offset __maybe_unused,
			 unsigned int size __maybe_unused)
{
	struct cf9 *cf9 = dev->state;

	return cf9->value;
}

static void cf9_write(struct vm_device *dev, uint64_t offset __maybe_unused,
		      unsigned int size __maybe_unused, uint64_t value)
{
	struct cf9 *cf9 = dev->state;

	cf9->value = value;
	if (value & CF9_RESET)
		vm_note_end(dev->vm, VM_END_POWEROFF, "reset by port 0xcf9");
}

const struct vm_device_ops cf9_device = {
	.name = "cf9",
	.space = VM_SPACE_PORT,
	.base = X86_CF9_PORT,
	.length = 1,
	.size = sizeof(struct cf9),
	.regs_size = sizeof(struct cf9),
	.read = cf9_read,
	.write = cf9_write,
};
