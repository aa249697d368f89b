/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file with a guest's memory, as a machine for the monitor: an ELF core as
 * QEMU's dump-guest-memory writes it, or raw physical memory from address 0.
 */
#ifndef KTSTR_MONITOR_GUEST_IMAGE_H
#define KTSTR_MONITOR_GUEST_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/host/monitor/guest/mem.h"

struct mon_image;

/* Ops of an image; their ctx is the struct mon_image. */
extern const struct mon_mem_ops mon_image_ops;

/**
 * mon_image_open() - map an image
 * @path: the file; it must not shrink while it is open
 * @image: gets it; NULL on failure
 * @err: gets one sentence when it fails
 *
 * Writes through the monitor change a private copy, never the file.
 *
 * Return: 0; -errno; -ENOEXEC for an ELF file that is no memory image.
 */
int mon_image_open(const char *path, struct mon_image **image,
		   char *err, size_t err_size);

/**
 * mon_image_from_memory() - raw physical memory that is in our memory already
 * @bytes: the memory; stays the caller's
 *
 * Return: 0 or -ENOMEM.
 */
int mon_image_from_memory(void *bytes, size_t size, struct mon_image **image);

/**
 * mon_image_close() - release it; takes NULL
 */
void mon_image_close(struct mon_image *image);

/**
 * mon_image_phys_end() - no RAM from here on
 */
uint64_t mon_image_phys_end(const struct mon_image *image);

#endif /* KTSTR_MONITOR_GUEST_IMAGE_H */
