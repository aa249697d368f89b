/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A 16550A UART that only sends: the guest's output goes to a buffer at once,
 * nothing is ever received (but in loopback, which drivers test with).
 */
#ifndef KTSTR_VMM_SERIAL_H
#define KTSTR_VMM_SERIAL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmm/bus.h"
#include "vmm/outbuf.h"

#define SERIAL_PORTS	8

/*
 * struct serial - one UART: a device's state
 * @dev: that device; its interrupt line is set under @lock
 * @lock: guards all below but @touched and the constants
 * @out: where sent bytes go
 * @touched: the guest has used it at least once; from here on registers
 */
struct serial {
	struct vm_device *dev;
	pthread_mutex_t lock;
	struct outbuf *out;

	_Atomic bool touched;
	bool irq_level;

	uint8_t ier;
	uint8_t fcr;
	uint8_t lcr;
	uint8_t mcr;
	uint8_t scr;
	uint8_t dll;
	uint8_t dlm;
	uint8_t rbr;
	bool rx_ready;
	bool tx_empty_irq;
};

/* What a clone takes over. */
#define SERIAL_REGS		offsetof(struct serial, touched)
#define SERIAL_REGS_SIZE	(sizeof(struct serial) - SERIAL_REGS)

/*
 * serial_init() - for a device's init, which knows where its bytes go
 * serial_exit(), serial_read(), serial_write(): handlers as they are
 */
void serial_init(struct vm_device *dev, struct outbuf *out);
void serial_exit(struct vm_device *dev);
uint64_t serial_read(struct vm_device *dev, uint64_t offset,
		     unsigned int size);
void serial_write(struct vm_device *dev, uint64_t offset, unsigned int size,
		  uint64_t value);

#endif /* KTSTR_VMM_SERIAL_H */
