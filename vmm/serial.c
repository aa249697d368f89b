// SPDX-License-Identifier: GPL-2.0-only
/*
 * A 16550A UART. See serial.h.
 *
 * The transmitter is always empty: a byte is gone the moment it is written,
 * so a driver never waits and at most one interrupt follows each write.
 */
#include "vmm/serial.h"

#include <linux/serial_reg.h>

#include "lib/common/util/compiler.h"

#define IER_MASK	(UART_IER_RDI | UART_IER_THRI | UART_IER_RLSI | \
			 UART_IER_MSI)
#define MCR_MASK	(UART_MCR_DTR | UART_MCR_RTS | UART_MCR_OUT1 | \
			 UART_MCR_OUT2 | UART_MCR_LOOP)
#define IIR_FIFO_ON	0xc0

static uint8_t serial_iir(const struct serial *s)
{
	uint8_t fifo = s->fcr & UART_FCR_ENABLE_FIFO ? IIR_FIFO_ON : 0;

	if (s->ier & UART_IER_RDI && s->rx_ready)
		return fifo | UART_IIR_RDI;
	if (s->ier & UART_IER_THRI && s->tx_empty_irq)
		return fifo | UART_IIR_THRI;
	return fifo | UART_IIR_NO_INT;
}

static void serial_update_irq(struct serial *s)
{
	bool level = !(serial_iir(s) & UART_IIR_NO_INT);

	if (level == s->irq_level)
		return;
	s->irq_level = level;
	vm_device_irq(s->dev, level);
}

/* In loopback the modem lines come back crossed over. */
static uint8_t serial_msr(const struct serial *s)
{
	uint8_t msr = 0;

	if (!(s->mcr & UART_MCR_LOOP))
		return UART_MSR_DCD | UART_MSR_DSR | UART_MSR_CTS;
	if (s->mcr & UART_MCR_DTR)
		msr |= UART_MSR_DSR;
	if (s->mcr & UART_MCR_RTS)
		msr |= UART_MSR_CTS;
	if (s->mcr & UART_MCR_OUT1)
		msr |= UART_MSR_RI;
	if (s->mcr & UART_MCR_OUT2)
		msr |= UART_MSR_DCD;
	return msr;
}

static void serial_send(struct serial *s, uint8_t byte)
{
	if (s->mcr & UART_MCR_LOOP) {
		s->rbr = byte;
		s->rx_ready = true;
	} else {
		outbuf_put(s->out, byte);
	}
	s->tx_empty_irq = true;
}

static uint8_t serial_receive(struct serial *s)
{
	uint8_t byte = s->rx_ready ? s->rbr : 0;

	s->rx_ready = false;
	return byte;
}

/* Reading IIR acknowledges an empty transmitter. */
static uint8_t serial_read_iir(struct serial *s)
{
	uint8_t iir = serial_iir(s);

	if ((iir & UART_IIR_ID) == UART_IIR_THRI)
		s->tx_empty_irq = false;
	return iir;
}

static uint8_t serial_read_reg(struct serial *s, unsigned int reg)
{
	bool dlab = s->lcr & UART_LCR_DLAB;

	switch (reg) {
	case UART_RX:
		return dlab ? s->dll : serial_receive(s);
	case UART_IER:
		return dlab ? s->dlm : s->ier;
	case UART_IIR:
		return serial_read_iir(s);
	case UART_LCR:
		return s->lcr;
	case UART_MCR:
		return s->mcr;
	case UART_LSR:
		return UART_LSR_TEMT | UART_LSR_THRE |
		       (s->rx_ready ? UART_LSR_DR : 0);
	case UART_MSR:
		return serial_msr(s);
	default:
		return s->scr;
	}
}

static void serial_write_ier(struct serial *s, uint8_t value)
{
	value &= IER_MASK;
	/* Switching it on with an empty transmitter asks for one at once. */
	if (value & ~s->ier & UART_IER_THRI)
		s->tx_empty_irq = true;
	s->ier = value;
}

static void serial_write_fcr(struct serial *s, uint8_t value)
{
	if (value & UART_FCR_CLEAR_RCVR)
		s->rx_ready = false;
	s->fcr = value & ~(UART_FCR_CLEAR_RCVR | UART_FCR_CLEAR_XMIT);
}

static void serial_write_reg(struct serial *s, unsigned int reg, uint8_t value)
{
	bool dlab = s->lcr & UART_LCR_DLAB;

	switch (reg) {
	case UART_TX:
		if (dlab)
			s->dll = value;
		else
			serial_send(s, value);
		break;
	case UART_IER:
		if (dlab)
			s->dlm = value;
		else
			serial_write_ier(s, value);
		break;
	case UART_FCR:
		serial_write_fcr(s, value);
		break;
	case UART_LCR:
		s->lcr = value;
		break;
	case UART_MCR:
		s->mcr = value & MCR_MASK;
		break;
	case UART_SCR:
		s->scr = value;
		break;
	default:
		/* LSR and MSR are the device's to write. */
		break;
	}
}

uint64_t serial_read(struct vm_device *dev, uint64_t offset,
		     unsigned int size __maybe_unused)
{
	struct serial *s = dev->state;
	uint8_t value;

	s->touched = true;
	pthread_mutex_lock(&s->lock);
	value = serial_read_reg(s, offset);
	serial_update_irq(s);
	pthread_mutex_unlock(&s->lock);
	return value;
}

void serial_write(struct vm_device *dev, uint64_t offset,
		  unsigned int size __maybe_unused, uint64_t value)
{
	struct serial *s = dev->state;

	s->touched = true;
	pthread_mutex_lock(&s->lock);
	serial_write_reg(s, offset, value);
	serial_update_irq(s);
	pthread_mutex_unlock(&s->lock);
}

void serial_init(struct vm_device *dev, struct outbuf *out)
{
	struct serial *s = dev->state;

	pthread_mutex_init(&s->lock, NULL);
	s->dev = dev;
	s->out = out;
	s->tx_empty_irq = true;
}

void serial_exit(struct vm_device *dev)
{
	struct serial *s = dev->state;

	pthread_mutex_destroy(&s->lock);
}
