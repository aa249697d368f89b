// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any sequence of port accesses to the serial ports, and what they print read
 * as a console. Four bytes make one access.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util/util.h"
#include "vmm/bus.h"
#include "vmm/console.h"
#include "vmm/serial.h"

#define BASE	0x3f8

/* The line as the interrupt controller sees it: it may only change. */
struct line {
	bool level;
};

static void irq(void *ctx, unsigned int number, bool level)
{
	struct line *line = ctx;

	assert(number == 4);
	assert(level != line->level);
	line->level = level;
}

static void one_access(struct bus *bus, const uint8_t *op)
{
	uint32_t value = op[2] | op[3] << 8;
	unsigned int size = 1U << (op[0] & 1) << (op[0] >> 1 & 1);

	bus_access(bus, BASE - 4 + op[1] % 16, op[0] & 4, &value, size);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outbuf *out = malloc(sizeof(*out));
	struct line line = { .level = false };
	struct bus bus = { .n_devices = 0 };
	struct serial_config config = {
		.base = BASE,
		.irq_line = 4,
		.out = out,
		.irq = irq,
		.irq_ctx = &line,
	};
	struct serial s;
	size_t i;

	assert(out);
	outbuf_init(out, -1);
	serial_init(&s, &config);
	assert(!bus_add(&bus, &s.dev));
	for (i = 0; i + 4 <= size; i += 4)
		one_access(&bus, data + i);
	read_console(out);
	serial_exit(&s);
	outbuf_exit(out);
	free(out);
	return 0;
}
