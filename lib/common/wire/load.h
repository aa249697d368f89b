/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a guest gets its work: once init has set up what is the same for any
 * test, it says that it is ready, and waits until the host lets it go. Then the
 * files of this test, a newc archive, lie behind the ring.
 *
 * Until then one guest is as good as another of the same kernel and machine:
 * this is where a VM may be frozen, and where its clones begin.
 */
#ifndef KTSTR_WIRE_LOAD_H
#define KTSTR_WIRE_LOAD_H

#include <stddef.h>
#include <stdint.h>

#include "lib/common/wire/steal.h"
#include "lib/common/wire/wire.h"

#define WIRE_LOAD_OFFSET	512	/* in the header page */
#define WIRE_LOAD_ENTROPY	32

/**
 * struct wire_load - the host writes, but for @ready
 * @ready: init waits
 * @go: it need not any more; all below is valid then
 * @gpa: guest physical address of the archive
 * @size: its bytes; 0 where all there is came with the kernel
 * @realtime_ns: what time it is, by CLOCK_REALTIME
 * @entropy: bytes that no clone shares with another
 */
struct wire_load {
	uint32_t ready;
	uint32_t go;
	uint64_t gpa;
	uint64_t size;
	uint64_t realtime_ns;
	uint8_t entropy[WIRE_LOAD_ENTROPY];
};

_Static_assert(sizeof(struct wire_header) <= WIRE_LOAD_OFFSET &&
	       WIRE_LOAD_OFFSET + sizeof(struct wire_load) <=
	       WIRE_STEAL_OFFSET, "it has room in the header page");

/**
 * wire_load_at() - where it is
 * @hdr: the ring's region
 */
static inline struct wire_load *wire_load_at(struct wire_header *hdr)
{
	return (struct wire_load *)((char *)hdr + WIRE_LOAD_OFFSET);
}

/**
 * wire_load_ready() - host: does the guest wait?
 * @hdr: the ring's region
 *
 * Return: nonzero when it says so.
 */
uint32_t wire_load_ready(struct wire_header *hdr);

/**
 * wire_load_go() - host: let it go
 * @hdr: the ring's region
 * @gpa: guest physical address of the archive
 * @size: its bytes
 */
void wire_load_go(struct wire_header *hdr, uint64_t gpa, uint64_t size);

/**
 * wire_load_wait() - guest: wait to be let go
 * @hdr: the ring's region
 * @limit_ms: how long at most
 * @load: gets what the host says
 *
 * Return: 0 or -ETIMEDOUT.
 */
int wire_load_wait(struct wire_header *hdr, unsigned int limit_ms,
		   struct wire_load *load);

#endif /* KTSTR_WIRE_LOAD_H */
