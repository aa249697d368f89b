/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtio devices of one VM: what it was asked for, where each lies, how KVM
 * brings notifications and interrupts, and the thread that serves them.
 */
#ifndef KTSTR_VMM_VIRTIO_SET_H
#define KTSTR_VMM_VIRTIO_SET_H

#include "vmm/virtio/kinds.h"

struct bus;
struct kvm;
struct strbuf;

#define VIRTIO_DEVICES_MAX	8

/*
 * struct virtio_slot - where a device may lie
 * @gpa: of its registers
 * @irq: its interrupt line
 */
struct virtio_slot {
	uint64_t gpa;
	unsigned int irq;
};

/*
 * struct virtio_set - the devices
 * @devices: they, @n_devices of them, in the order of their slots
 * @console: the one that is a console; NULL for none
 * @worker: serves them, when @served: there is a device
 * @served: see there
 * @sw: what the network interfaces are plugged into
 */
struct virtio_set {
	struct virtio_dev *devices[VIRTIO_DEVICES_MAX];
	unsigned int n_devices;
	struct virtio_dev *console;
	struct virtio_worker worker;
	bool served;
	struct virtio_net_switch sw;
};

/*
 * virtio_set_wanted() - how many devices a VM is to have
 */
unsigned int virtio_set_wanted(const struct vm_config *config);

/*
 * virtio_set_init() - make them, and plug them in
 * @slots: VIRTIO_DEVICES_MAX places
 * @bus: where; its bus_exit() comes before virtio_set_exit()
 *
 * Return: 0 or -errno; virtio_set_exit() is due whatever came of it.
 */
int virtio_set_init(struct virtio_set *set, const struct vm_config *config,
		    const struct virtio_slot *slots, struct bus *bus,
		    const struct guest_mem *mem, const struct kvm *kvm,
		    const struct vm_error *err);
void virtio_set_exit(struct virtio_set *set);

/*
 * virtio_set_cmdline() - how the kernel learns of them
 */
void virtio_set_cmdline(const struct virtio_set *set, struct strbuf *sb);

/*
 * virtio_set_start() - begin to serve them
 * virtio_set_stop() - end it; what the guest has said is done first
 *
 * Return: 0 or -errno; -ETIMEDOUT: what the devices use must stay.
 */
int virtio_set_start(struct virtio_set *set);
int virtio_set_stop(struct virtio_set *set);

/*
 * virtio_set_broken() - what a driver has done that it must not, of the first
 *	device that has been told so
 *
 * Nothing runs. Return: false when there is none.
 */
bool virtio_set_broken(const struct virtio_set *set, char *text, size_t size);

#endif /* KTSTR_VMM_VIRTIO_SET_H */
