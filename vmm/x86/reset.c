// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports that reset a PC. See reset.h.
 */
#include "vmm/x86/reset.h"

#include "lib/util/util.h"
#include "vmm/vmm.h"
#include "vmm/x86/layout.h"

#define I8042_COMMAND		4	/* port 0x64 */
#define I8042_OUTPUT_FULL	(1U << 0)
#define I8042_PULSE_RESET	0xfe
#define CF9_RESET		(1U << 2)

/*
 * Always something to read, never busy: a driver that probes gives up at once,
 * and a kernel that resets does not wait.
 */
static uint32_t i8042_read(struct vm_device *dev __maybe_unused,
			   unsigned int offset __maybe_unused,
			   unsigned int size __maybe_unused)
{
	return I8042_OUTPUT_FULL;
}

static void i8042_write(struct vm_device *dev, unsigned int offset,
			unsigned int size __maybe_unused, uint32_t value)
{
	struct i8042 *kbd = container_of(dev, struct i8042, dev);

	if (offset == I8042_COMMAND && (value & 0xff) == I8042_PULSE_RESET)
		vm_note_end(kbd->vm, VM_END_POWEROFF,
			    "reset by the keyboard controller");
}

static const struct vm_device_ops i8042_ops = {
	.name = "i8042",
	.read = i8042_read,
	.write = i8042_write,
};

void i8042_init(struct i8042 *kbd, struct vm *vm)
{
	kbd->vm = vm;
	kbd->dev.ops = &i8042_ops;
	kbd->dev.base = X86_I8042_PORT;
	kbd->dev.len = I8042_COMMAND + 1;
}

static uint32_t cf9_read(struct vm_device *dev,
			 unsigned int offset __maybe_unused,
			 unsigned int size __maybe_unused)
{
	return container_of(dev, struct cf9, dev)->value;
}

static void cf9_write(struct vm_device *dev,
		      unsigned int offset __maybe_unused,
		      unsigned int size __maybe_unused, uint32_t value)
{
	struct cf9 *cf9 = container_of(dev, struct cf9, dev);

	cf9->value = value;
	if (value & CF9_RESET)
		vm_note_end(cf9->vm, VM_END_POWEROFF, "reset by port 0xcf9");
}

static const struct vm_device_ops cf9_ops = {
	.name = "cf9",
	.read = cf9_read,
	.write = cf9_write,
};

void cf9_init(struct cf9 *cf9, struct vm *vm)
{
	cf9->vm = vm;
	cf9->value = 0;
	cf9->dev.ops = &cf9_ops;
	cf9->dev.base = X86_CF9_PORT;
	cf9->dev.len = 1;
}
