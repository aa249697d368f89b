#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""How many reads of 8 bytes of a guest's memory drgn makes a second.

drgn-reads.py CORE PAGE_OFFSET ADDRESS...

CORE is an ELF core of a guest's physical memory, PAGE_OFFSET where its kernel
maps that, and the addresses lie in there. drgn takes such a core for a
kernel's only with a vmcoreinfo note, so it gets a copy that maps the memory
at PAGE_OFFSET: that spares it the page tables, which favours it.
"""
import os
import struct
import sys
import time

import drgn

SECONDS = 3
PT_NULL = 0
PT_LOAD = 1


def mapped_copy(path, page_offset):
    """A copy in memory whose segments lie in the direct map."""
    with open(path, "rb") as f:
        core = bytearray(f.read())
    phoff, = struct.unpack_from("<Q", core, 32)
    size, count = struct.unpack_from("<HH", core, 54)
    for at in range(phoff, phoff + size * count, size):
        kind, = struct.unpack_from("<I", core, at)
        if kind != PT_LOAD:
            struct.pack_into("<I", core, at, PT_NULL)
            continue
        paddr, = struct.unpack_from("<Q", core, at + 24)
        struct.pack_into("<Q", core, at + 16, page_offset + paddr)
    fd = os.memfd_create("core")
    with open(fd, "wb", closefd=False) as f:
        f.write(core)
    return f"/proc/self/fd/{fd}"


prog = drgn.Program()
prog.set_core_dump(mapped_copy(sys.argv[1], int(sys.argv[2], 16)))
addresses = [int(a, 16) for a in sys.argv[3:]]
reads = 0
start = time.monotonic()
while time.monotonic() - start < SECONDS:
    for _ in range(1000):
        for address in addresses:
            prog.read_u64(address)
    reads += 1000 * len(addresses)
print(reads / (time.monotonic() - start))
