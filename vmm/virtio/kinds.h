/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kinds of virtio devices: what each needs to be created.
 *
 * Each x_create() initialises a device that virtio_exit() releases, also where
 * it fails.
 */
#ifndef KTSTR_VMM_VIRTIO_KINDS_H
#define KTSTR_VMM_VIRTIO_KINDS_H

#include "vmm/virtio/virtio.h"
#include "vmm/vm.h"

/*
 * struct virtio_needs - what all of them need
 * @index: its number among those of its kind
 * @mem: the guest's
 * @worker: serves it
 */
struct virtio_needs {
	unsigned int index;
	const struct guest_mem *mem;
	struct virtio_worker *worker;
};

/*
 * virtio_blk_create() - a disk (blk.c)
 * @disk: its file, which stays open, and stays the caller's
 */
int virtio_blk_create(struct virtio_dev *dev, const struct virtio_needs *needs,
		      const struct vm_disk *disk, const struct vm_error *err);

#define VIRTIO_NET_PORTS	4

/*
 * struct virtio_net_switch - what the interfaces of a VM are plugged into
 * @ports: they, @n_ports of them, in the order of their creation
 * @frames, @lost: that came in, and that some port had no buffer for
 */
struct virtio_net_switch {
	struct virtio_dev *ports[VIRTIO_NET_PORTS];
	unsigned int n_ports;
	uint64_t frames;
	uint64_t lost;
};

/*
 * virtio_net_create() - a network interface (net.c)
 * @sw: where it is plugged in; must stay
 */
int virtio_net_create(struct virtio_dev *dev, const struct virtio_needs *needs,
		      struct virtio_net_switch *sw, const struct vm_error *err);

/*
 * virtio_console_create() - a console, which the guest has as hvc0 (hvc.c)
 * @terminal: its files stay the caller's
 */
int virtio_console_create(struct virtio_dev *dev,
			  const struct virtio_needs *needs,
			  const struct vm_terminal *terminal,
			  const struct vm_error *err);

/*
 * virtio_console_resized() - the terminal has another size now
 *
 * Context: any thread.
 */
void virtio_console_resized(struct virtio_dev *dev, unsigned int columns,
			    unsigned int rows);

#endif /* KTSTR_VMM_VIRTIO_KINDS_H */
