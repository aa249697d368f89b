// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtio devices of one VM. See set.h.
 */
#include "vmm/virtio/set.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/kvm.h>
#include <linux/virtio_mmio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "lib/common/util/strbuf.h"
#include "vmm/kvm.h"

unsigned int virtio_set_wanted(const struct vm_config *config)
{
	return config->n_disks + config->machine->nics + !!config->terminal;
}

/* ---- KVM's part ---- */

/*
 * A notification wakes the worker, and the vCPU goes on at once; an eventfd of
 * ours raises the line. Any length, where KVM has that: it need not look at the
 * instruction then.
 */
static int connect_kvm(const struct virtio_dev *dev, const struct kvm *kvm,
		       const struct vm_error *err)
{
	struct kvm_ioeventfd notify = {
		.addr = dev->place.base + VIRTIO_MMIO_QUEUE_NOTIFY,
		.len = kvm_has(kvm, KVM_CAP_IOEVENTFD_ANY_LENGTH) > 0 ?
		       0 : sizeof(uint32_t),
		.fd = dev->kick.fd,
	};
	struct kvm_irqfd irq = {
		.fd = dev->irq_fd,
		.gsi = dev->place.irq,
	};

	if (ioctl(kvm->vm_fd, KVM_IOEVENTFD, &notify))
		return vm_fail(err, -errno, "device %s: KVM_IOEVENTFD: %s",
			       dev->name, strerror(errno));
	if (ioctl(kvm->vm_fd, KVM_IRQFD, &irq))
		return vm_fail(err, -errno, "device %s: KVM_IRQFD: %s",
			       dev->name, strerror(errno));
	return 0;
}

/* ---- the devices that were asked for ---- */

/* The next one: it belongs to the set from here on, and is to be created. */
static struct virtio_dev *set_add(struct virtio_set *set)
{
	struct virtio_dev *dev = calloc(1, sizeof(*dev));

	if (dev)
		set->devices[set->n_devices++] = dev;
	return dev;
}

static int create_one(struct virtio_set *set, const struct vm_config *config,
		      unsigned int i, const struct guest_mem *mem,
		      const struct vm_error *err)
{
	struct virtio_needs needs = { .mem = mem, .worker = &set->worker };
	struct virtio_dev *dev = set_add(set);

	if (!dev)
		return vm_fail(err, -ENOMEM, "no memory for a device");
	if (i < config->n_disks) {
		needs.index = i;
		return virtio_blk_create(dev, &needs, &config->disks[i], err);
	}
	i -= config->n_disks;
	if (i < config->machine->nics) {
		needs.index = i;
		return virtio_net_create(dev, &needs, &set->sw, err);
	}
	set->console = dev;
	return virtio_console_create(dev, &needs, config->terminal, err);
}

static int plug_one(struct virtio_dev *dev, const struct virtio_slot *slot,
		    struct bus *bus, const struct kvm *kvm,
		    const struct vm_error *err)
{
	int ret = bus_plug(bus, virtio_place(dev, slot->gpa, slot->irq), err);

	return ret ? ret : connect_kvm(dev, kvm, err);
}

int virtio_set_init(struct virtio_set *set, const struct vm_config *config,
		    const struct virtio_slot *slots, struct bus *bus,
		    const struct guest_mem *mem, const struct kvm *kvm,
		    const struct vm_error *err)
{
	unsigned int i, n = virtio_set_wanted(config);
	int ret;

	if (!n)
		return 0;
	if (n > VIRTIO_DEVICES_MAX || config->n_disks > VM_DISKS_MAX)
		return vm_fail(err, -EINVAL,
			       "%u disks, interfaces and terminals: a VM has %u at most, %u of them disks",
			       n, VIRTIO_DEVICES_MAX, VM_DISKS_MAX);
	set->served = true;
	ret = virtio_worker_init(&set->worker, err);
	for (i = 0; i < n && !ret; i++) {
		ret = create_one(set, config, i, mem, err);
		if (!ret)
			ret = plug_one(set->devices[i], &slots[i], bus, kvm,
				       err);
	}
	return ret;
}

void virtio_set_exit(struct virtio_set *set)
{
	while (set->n_devices) {
		struct virtio_dev *dev = set->devices[--set->n_devices];

		virtio_exit(dev);
		free(dev);
	}
	if (set->served)
		virtio_worker_exit(&set->worker);
	set->served = false;
}

void virtio_set_cmdline(const struct virtio_set *set, struct strbuf *sb)
{
	unsigned int i;

	for (i = 0; i < set->n_devices; i++) {
		const struct vm_device_ops *p = &set->devices[i]->place;

		strbuf_addf(sb, " virtio_mmio.device=%" PRIu64 "@0x%" PRIx64
			    ":%u", p->length, p->base, p->irq);
	}
}

/* ---- a run ---- */

int virtio_set_start(struct virtio_set *set)
{
	return set->n_devices ? virtio_worker_start(&set->worker) : 0;
}

int virtio_set_stop(struct virtio_set *set)
{
	int ret = virtio_worker_stop(&set->worker);
	unsigned int i;

	for (i = 0; i < set->n_devices && !ret; i++)
		if (set->devices[i]->ops->finish)
			set->devices[i]->ops->finish(set->devices[i]);
	return ret;
}

bool virtio_set_broken(const struct virtio_set *set, char *text, size_t size)
{
	unsigned int i;

	for (i = 0; i < set->n_devices; i++) {
		const struct virtio_dev *dev = set->devices[i];

		if (!dev->broken)
			continue;
		snprintf(text, size, "%s: %s", dev->name, dev->broken);
		return true;
	}
	return false;
}
