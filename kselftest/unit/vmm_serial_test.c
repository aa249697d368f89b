// SPDX-License-Identifier: GPL-2.0-only
/*
 * The UART as a driver sees it: sequences of port accesses, what they print,
 * and when the interrupt line moves.
 */
#include <linux/serial_reg.h>

#include "kselftest_harness.h"

#include "lib/common/util/compiler.h"
#include "lib/common/util/util.h"
#include "vmm/bus.h"
#include "vmm/serial.h"

#define BASE	0x3f8
#define IRQ	4

/* A UART on a bus, and what its interrupt line did. */
struct rig {
	struct bus bus;
	struct outbuf out;
	struct serial *s;
	unsigned int raised;
	unsigned int lowered;
	bool level;
};

FIXTURE(serial) {
	struct rig rig;
};

/* The machine of this test is its rig: a device does not look into it. */
static struct rig *rig_of(struct vm *vm)
{
	return (struct rig *)vm;
}

static void irq(struct vm *vm, unsigned int line, bool level)
{
	struct rig *rig = rig_of(vm);

	if (line != IRQ)
		return;
	rig->level = level;
	if (level)
		rig->raised++;
	else
		rig->lowered++;
}

static int uart_init(struct vm_device *dev,
		     const struct vm_error *err __maybe_unused)
{
	struct rig *rig = rig_of(dev->vm);

	serial_init(dev, &rig->out);
	rig->s = dev->state;
	return 0;
}

static const struct vm_device_ops uart = {
	.name = "uart",
	.space = VM_SPACE_PORT,
	.base = BASE,
	.length = SERIAL_PORTS,
	.irq = IRQ,
	.size = sizeof(struct serial),
	.init = uart_init,
	.exit = serial_exit,
	.read = serial_read,
	.write = serial_write,
};

FIXTURE_SETUP(serial)
{
	struct vm_error err = { NULL, 0 };

	outbuf_init(&self->rig.out, -1);
	bus_init(&self->rig.bus, (struct vm *)&self->rig, irq);
	ASSERT_EQ(0, bus_plug(&self->rig.bus, &uart, &err));
}

FIXTURE_TEARDOWN(serial)
{
	bus_exit(&self->rig.bus);
	outbuf_exit(&self->rig.out);
}

static void out8(struct rig *rig, unsigned int reg, uint8_t value)
{
	bus_access(&rig->bus, VM_SPACE_PORT, BASE + reg, true, &value, 1);
}

static uint8_t in8(struct rig *rig, unsigned int reg)
{
	uint8_t value = 0;

	bus_access(&rig->bus, VM_SPACE_PORT, BASE + reg, false, &value, 1);
	return value;
}

static size_t taken(struct rig *rig, char *text)
{
	size_t len = outbuf_take(&rig->out, text);

	text[min(len, (size_t)OUTBUF_SIZE - 1)] = '\0';
	return len;
}

TEST_F(serial, bytes_come_out)
{
	char text[OUTBUF_SIZE];
	const char *p;

	EXPECT_FALSE((bool)self->rig.s->touched);
	for (p = "hello\n"; *p; p++) {
		EXPECT_EQ(UART_LSR_THRE | UART_LSR_TEMT,
			  in8(&self->rig, UART_LSR));
		out8(&self->rig, UART_TX, *p);
	}
	EXPECT_TRUE((bool)self->rig.s->touched);
	EXPECT_EQ(6, taken(&self->rig, text));
	EXPECT_STREQ("hello\n", text);
	EXPECT_EQ(0, taken(&self->rig, text));
	/* Nobody has asked for an interrupt. */
	EXPECT_EQ(0, self->rig.raised);
}

/* What 8250_port.c's autoconfig() does to find out what it talks to. */
TEST_F(serial, is_a_16550a)
{
	char text[OUTBUF_SIZE];

	out8(&self->rig, UART_IER, 0);
	EXPECT_EQ(0, in8(&self->rig, UART_IER));
	out8(&self->rig, UART_IER, 0xff);
	/* No more than the four real bits: no XScale, no sleep mode. */
	EXPECT_EQ(0x0f, in8(&self->rig, UART_IER));
	out8(&self->rig, UART_IER, 0);

	out8(&self->rig, UART_MCR, UART_MCR_LOOP | UART_MCR_OUT2 | UART_MCR_RTS);
	EXPECT_EQ(UART_MSR_DCD | UART_MSR_CTS, in8(&self->rig, UART_MSR) & 0xf0);
	out8(&self->rig, UART_MCR, 0);

	out8(&self->rig, UART_FCR, UART_FCR_ENABLE_FIFO);
	EXPECT_EQ(0xc0, in8(&self->rig, UART_IIR) & 0xc0);
	out8(&self->rig, UART_FCR, 0);
	EXPECT_EQ(0x00, in8(&self->rig, UART_IIR) & 0xc0);

	out8(&self->rig, UART_SCR, 0xa5);
	EXPECT_EQ(0xa5, in8(&self->rig, UART_SCR));
	EXPECT_EQ(0, taken(&self->rig, text));
}

TEST_F(serial, divisor_is_not_data)
{
	char text[OUTBUF_SIZE];

	out8(&self->rig, UART_LCR, UART_LCR_DLAB | UART_LCR_WLEN8);
	out8(&self->rig, UART_DLL, 'a');
	out8(&self->rig, UART_DLM, 'b');
	EXPECT_EQ('a', in8(&self->rig, UART_DLL));
	EXPECT_EQ('b', in8(&self->rig, UART_DLM));
	out8(&self->rig, UART_LCR, UART_LCR_WLEN8);
	EXPECT_EQ(UART_LCR_WLEN8, in8(&self->rig, UART_LCR));
	EXPECT_EQ(0, in8(&self->rig, UART_IER));
	EXPECT_EQ(0, taken(&self->rig, text));
}

TEST_F(serial, loopback_stays_inside)
{
	char text[OUTBUF_SIZE];

	out8(&self->rig, UART_MCR, UART_MCR_LOOP);
	out8(&self->rig, UART_TX, 'x');
	EXPECT_EQ(UART_LSR_DR, in8(&self->rig, UART_LSR) & UART_LSR_DR);
	EXPECT_EQ('x', in8(&self->rig, UART_RX));
	EXPECT_EQ(0, in8(&self->rig, UART_LSR) & UART_LSR_DR);
	EXPECT_EQ(0, in8(&self->rig, UART_RX));
	EXPECT_EQ(0, taken(&self->rig, text));
}

TEST_F(serial, empty_transmitter_interrupts)
{
	/* Enabling it with nothing to send raises the line at once. */
	out8(&self->rig, UART_IER, UART_IER_THRI);
	EXPECT_TRUE(self->rig.level);
	EXPECT_EQ(1, self->rig.raised);

	/* Reading the cause acknowledges it, once. */
	EXPECT_EQ(UART_IIR_THRI, in8(&self->rig, UART_IIR));
	EXPECT_FALSE(self->rig.level);
	EXPECT_EQ(UART_IIR_NO_INT, in8(&self->rig, UART_IIR));

	/* Each write empties it again; a burst raises the line once. */
	out8(&self->rig, UART_TX, 'a');
	out8(&self->rig, UART_TX, 'b');
	EXPECT_TRUE(self->rig.level);
	EXPECT_EQ(2, self->rig.raised);

	out8(&self->rig, UART_IER, 0);
	EXPECT_FALSE(self->rig.level);
	EXPECT_EQ(self->rig.raised, self->rig.lowered);
}

TEST_F(serial, flood_is_bounded)
{
	char text[OUTBUF_SIZE];
	unsigned int i;

	for (i = 0; i < OUTBUF_SIZE + 100; i++)
		out8(&self->rig, UART_TX, 'f');
	EXPECT_EQ(100, self->rig.out.dropped);
	EXPECT_EQ(OUTBUF_SIZE, taken(&self->rig, text));
	out8(&self->rig, UART_TX, 'g');
	EXPECT_EQ(1, taken(&self->rig, text));
	EXPECT_EQ('g', text[0]);
}

TEST_F(serial, odd_sizes_do_no_harm)
{
	uint8_t bytes[8];
	char text[OUTBUF_SIZE];
	unsigned int reg, size;

	for (size = 1; size <= 4; size *= 2) {
		for (reg = 0; reg < SERIAL_PORTS; reg++) {
			memset(bytes, 0x5a, sizeof(bytes));
			bus_access(&self->rig.bus, VM_SPACE_PORT, BASE + reg,
				   true, bytes, size);
			bus_access(&self->rig.bus, VM_SPACE_PORT, BASE + reg,
				   false, bytes, size);
			/* Nothing is written behind what was asked for. */
			EXPECT_EQ(0x5a, bytes[size]);
		}
	}
	EXPECT_LE(taken(&self->rig, text), 3);
}

TEST_HARNESS_MAIN
