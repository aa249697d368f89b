// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any driver of any virtio device: registers in any order, and queues of any
 * content, of a disk, two network interfaces and a console. What they do must
 * stay within the guest's memory and the disk's file.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "kselftest/unit/virtio_rig.h"

#define SECTORS		16
#define SECTOR		512

enum {
	DISK,
	NIC,
	OTHER_NIC,
	TERMINAL,
};

/* One thing that a driver does; the bytes of the input as they come. */
struct drv_op {
	uint8_t kind;
	uint8_t dev;
	uint16_t at;
	uint32_t value;
	uint64_t more;
};

enum {
	OP_WRITE,
	OP_READ,
	OP_START,
	OP_DESC,
	OP_OFFER,
	OP_RING,
	OP_BUFFER,
	OP_KICK,
	OP_RESIZE,
	OPS,
};

/* One file that all runs share, and that none may make longer. */
static int disk_fd = -1;
static int pipe_in[2];
static int pipe_out[2];

static void make_files(void)
{
	disk_fd = memfd_create("disk", MFD_CLOEXEC);
	assert(disk_fd >= 0 && !ftruncate(disk_fd, SECTORS * SECTOR));
	assert(!pipe2(pipe_in, O_CLOEXEC | O_NONBLOCK));
	assert(!pipe2(pipe_out, O_CLOEXEC | O_NONBLOCK));
}

static void plug_all(struct rig *rig)
{
	const struct vm_error err = { .text = NULL };
	const struct vm_disk disk = { .fd = disk_fd };
	const struct vm_terminal terminal = {
		.in_fd = pipe_in[0], .out_fd = pipe_out[1],
		.columns = 80, .rows = 25,
	};
	struct virtio_needs needs = rig_needs(rig);

	assert(!virtio_blk_create(&rig->devs[DISK], &needs, &disk, &err));
	rig_plug(rig);
	needs.index = 0;
	assert(!virtio_net_create(&rig->devs[NIC], &needs, &rig->sw, &err));
	rig_plug(rig);
	needs.index = 1;
	assert(!virtio_net_create(&rig->devs[OTHER_NIC], &needs, &rig->sw,
				  &err));
	rig_plug(rig);
	assert(!virtio_console_create(&rig->devs[TERMINAL], &needs, &terminal,
				      &err));
	rig_plug(rig);
}

/* Near what there is, most of the time: the rest is found soon enough. */
static uint64_t address(const struct drv_op *op)
{
	return op->at & 0x100 ? op->more :
	       op->at & 0x200 ? RIG_RAM - (op->more & 0x3ff) :
				BUFFERS_GPA + (op->more & 0x1fff);
}

static void one_op(struct rig *rig, const struct drv_op *op)
{
	unsigned int dev = op->dev % rig->n_devs;
	unsigned int queue = op->dev >> 7 & (rig->devs[dev].ops->n_queues - 1);

	switch (op->kind % OPS) {
	case OP_WRITE:
		reg_write(rig, dev, op->at % VIRTIO_MMIO_SIZE, op->value);
		break;
	case OP_READ:
		reg_read_sized(rig, dev, op->at % VIRTIO_MMIO_SIZE,
			       1U << op->value % 4);
		break;
	case OP_START:
		drv_start(rig, dev, rig->devs[dev].ops->n_queues);
		break;
	case OP_DESC:
		drv_desc(rig, dev, queue, op->at % RIG_QSIZE, address(op),
			 op->at & 0x400 ? op->value : op->value & 0x7ff,
			 op->at >> 4, op->at >> 12);
		break;
	case OP_OFFER:
		drv_offer(rig, dev, queue, op->at);
		break;
	case OP_RING:
		memcpy((char *)drv_avail(rig, dev, queue) + op->at % 64,
		       &op->more, sizeof(op->more));
		break;
	case OP_BUFFER:
		memcpy((char *)rig_at(rig, BUFFERS_GPA) + op->at % 4096,
		       &op->more, sizeof(op->more));
		break;
	case OP_KICK:
		drv_kick(rig, dev, op->value);
		break;
	case OP_RESIZE:
		virtio_console_resized(&rig->devs[TERMINAL], op->value, op->at);
		break;
	}
}

static void hold_promise(struct rig *rig)
{
	struct stat st;
	unsigned int i;

	assert(!fstat(disk_fd, &st) && st.st_size == SECTORS * SECTOR);
	for (i = 0; i < rig->n_devs; i++)
		assert(!drv_is_broken(rig, i) || rig->devs[i].broken);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct drv_op op;
	struct rig rig;
	char sink[4096];
	size_t i;

	if (disk_fd < 0)
		make_files();
	rig_init(&rig);
	plug_all(&rig);
	/* Something to hear for a console that listens. */
	if (size)
		assert(write(pipe_in[1], data, size > 64 ? 64 : size) != 0);
	for (i = 0; i + sizeof(op) <= size; i += sizeof(op)) {
		memcpy(&op, data + i, sizeof(op));
		one_op(&rig, &op);
		virtio_worker_turn(&rig.worker, 0);
		hold_promise(&rig);
	}
	rig.devs[TERMINAL].ops->finish(&rig.devs[TERMINAL]);
	rig_exit(&rig);
	while (read(pipe_out[0], sink, sizeof(sink)) > 0)
		;
	while (read(pipe_in[0], sink, sizeof(sink)) > 0)
		;
	return 0;
}
