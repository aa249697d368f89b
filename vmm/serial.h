/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A 16550A UART that only sends: the guest's output goes to a buffer at once,
 * nothing is ever received (but in loopback, which drivers test with).
 */
#ifndef KTSTR_VMM_SERIAL_H
#define KTSTR_VMM_SERIAL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "vmm/bus.h"
#include "vmm/outbuf.h"

#define SERIAL_PORTS	8

/*
 * struct serial - one UART
 * @lock: guards all below but @touched and the constants
 * @out: where sent bytes go
 * @irq: raise or lower its interrupt line; called under @lock
 * @touched: the guest has used it at least once
 */
struct serial {
	struct vm_device dev;
	pthread_mutex_t lock;
	struct outbuf *out;
	void (*irq)(void *ctx, unsigned int line, bool level);
	void *irq_ctx;
	unsigned int irq_line;
	bool irq_level;

	_Atomic bool touched;

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

/*
 * struct serial_config - how a UART is wired
 */
struct serial_config {
	uint16_t base;
	unsigned int irq_line;
	struct outbuf *out;
	void (*irq)(void *ctx, unsigned int line, bool level);
	void *irq_ctx;
};

void serial_init(struct serial *s, const struct serial_config *config);
void serial_exit(struct serial *s);

#endif /* KTSTR_VMM_SERIAL_H */
