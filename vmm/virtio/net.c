// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network interfaces: virtio 1.2, section 5.1, and the switch that all of a
 * VM's are plugged into. No frame leaves the VMM.
 *
 * A frame goes to the port that has its address; one for all, for many, or for
 * an address that is nobody's goes to all others. The only port of a VM has a
 * plug on it that sends everything back. A port without a buffer loses it, as a
 * switch's does.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "lib/common/util/util.h"
#include "vmm/virtio/kinds.h"

#define QUEUE_SIZE	256
#define RX		0
#define TX		1

/* With VERSION_1 a header always has the number of its buffers. */
#define HEADER		sizeof(struct virtio_net_hdr_mrg_rxbuf)
#define FRAME_MAX	(ETH_FRAME_LEN + 4)	/* with a VLAN's tag */

/*
 * struct nic - an interface's own
 * @sw: what it is plugged into
 * @mac: its address
 * @got: something was put into its RX queue in this turn
 * @out: the frame that it sends
 * @in: the buffer that a frame is put into
 */
struct nic {
	struct virtio_net_switch *sw;
	uint8_t mac[ETH_ALEN];
	bool got;
	struct virtq_chain out;
	struct virtq_chain in;
};

/*
 * struct net_frame - one on its way: a copy, so that it is for all the same
 * @len: bytes of it, behind the header
 */
struct net_frame {
	uint8_t bytes[HEADER + FRAME_MAX];
	size_t len;
};

/* ---- a port gets a frame ---- */

/* Under the lock of @to. */
static bool deliver_locked(struct virtio_dev *to, const struct net_frame *f)
{
	struct nic *nic = to->state;

	if (!virtio_take(to, RX, &nic->in))
		return false;
	if (nic->in.n_out || nic->in.in_len < HEADER + ETH_FRAME_LEN) {
		virtio_break(to, "a buffer that no frame fits into");
		return false;
	}
	if (nic->in.in_len < HEADER + f->len) {
		virtq_untake(&to->queues[RX]);
		return false;
	}
	chain_write(&nic->in, 0, f->bytes, HEADER + f->len);
	virtq_put(&to->queues[RX], nic->in.head, HEADER + f->len);
	nic->got = true;
	return true;
}

static void deliver(struct virtio_dev *from, struct virtio_dev *to,
		    const struct net_frame *f)
{
	struct nic *nic = from->state;
	bool ok;

	if (from == to) {
		ok = deliver_locked(to, f);
	} else {
		pthread_mutex_lock(&to->lock);
		ok = deliver_locked(to, f);
		pthread_mutex_unlock(&to->lock);
	}
	nic->sw->lost += !ok;
}

/* ---- the switch ---- */

static struct virtio_dev *owner(const struct virtio_net_switch *sw,
				const uint8_t *mac)
{
	unsigned int i;

	for (i = 0; i < sw->n_ports; i++) {
		const struct nic *nic = sw->ports[i]->state;

		if (!memcmp(nic->mac, mac, ETH_ALEN))
			return sw->ports[i];
	}
	return NULL;
}

static void forward(struct virtio_dev *from, const struct net_frame *f)
{
	const struct nic *nic = from->state;
	struct virtio_net_switch *sw = nic->sw;
	struct virtio_dev *to = owner(sw, f->bytes + HEADER);
	unsigned int i;

	sw->frames++;
	if (sw->n_ports == 1)
		to = from;
	if (to) {
		deliver(from, to, f);
		return;
	}
	for (i = 0; i < sw->n_ports; i++)
		if (sw->ports[i] != from)
			deliver(from, sw->ports[i], f);
}

/* Those that got something hear of it once a turn. */
static void tell_ports(struct virtio_dev *from)
{
	const struct nic *nic = from->state;
	unsigned int i;

	for (i = 0; i < nic->sw->n_ports; i++) {
		struct virtio_dev *to = nic->sw->ports[i];
		struct nic *other = to->state;

		if (!other->got)
			continue;
		other->got = false;
		if (to != from)
			pthread_mutex_lock(&to->lock);
		if (virtio_live(to) && to->queues[RX].ready)
			virtio_told(to, RX);
		if (to != from)
			pthread_mutex_unlock(&to->lock);
	}
}

/* ---- a port sends ---- */

static bool send_one(struct virtio_dev *dev)
{
	struct nic *nic = dev->state;
	struct net_frame f;

	if (!virtio_take(dev, TX, &nic->out))
		return false;
	if (nic->out.n_in || nic->out.out_len < HEADER + ETH_HLEN ||
	    nic->out.out_len > HEADER + FRAME_MAX) {
		virtio_break(dev, "a frame that is too short or too long");
		return false;
	}
	/* No feature gives its header a meaning: the one that arrives is ours. */
	memset(f.bytes, 0, HEADER);
	((struct virtio_net_hdr_mrg_rxbuf *)f.bytes)->num_buffers = 1;
	f.len = nic->out.out_len - HEADER;
	chain_read(&nic->out, HEADER, f.bytes + HEADER, f.len);
	forward(dev, &f);
	virtq_put(&dev->queues[TX], nic->out.head, 0);
	return true;
}

static void net_serve(struct virtio_dev *dev)
{
	struct virtq *q = &dev->queues[TX];
	unsigned int done = 0;

	/* Of new buffers nobody needs to hear: frames do not wait for them. */
	virtq_hush(&dev->queues[RX]);
	virtq_hush(q);
	while (done < QUEUE_SIZE && send_one(dev))
		done++;
	tell_ports(dev);
	if (done)
		virtio_told(dev, TX);
	if (virtq_listen(q))
		eventfd_write(dev->kick.fd, 1);
}

/* ---- come and go ---- */

static void net_exit(struct virtio_dev *dev)
{
	free(dev->state);
}

static const struct virtio_ops net_ops = {
	.name = "net",
	.id = VIRTIO_ID_NET,
	.n_queues = 2,
	.queue_sizes = { [RX] = QUEUE_SIZE, [TX] = QUEUE_SIZE },
	.serve = net_serve,
	.exit = net_exit,
};

static void describe(struct virtio_dev *dev, struct nic *nic,
		     unsigned int index)
{
	/* Of those that anybody may give away: the second bit says so. */
	const uint8_t mac[ETH_ALEN] = { 0x02, 'k', 't', 's', 't', index };
	struct virtio_net_config config = { .status = 0 };

	_Static_assert(sizeof(config) <= VIRTIO_CONFIG_MAX, "config space");
	memcpy(nic->mac, mac, sizeof(mac));
	memcpy(config.mac, mac, sizeof(mac));
	memcpy(dev->config, &config, sizeof(config));
	dev->config_size = sizeof(config);
	dev->offered |= 1ULL << VIRTIO_NET_F_MAC;
}

int virtio_net_create(struct virtio_dev *dev, const struct virtio_needs *needs,
		      struct virtio_net_switch *sw, const struct vm_error *err)
{
	struct nic *nic = calloc(1, sizeof(*nic));
	int ret;

	ret = virtio_init(dev, &net_ops, needs->index, needs->mem,
			  needs->worker, err);
	dev->state = nic;
	if (ret)
		return ret;
	if (!nic)
		return vm_fail(err, -ENOMEM, "no memory for an interface");
	if (sw->n_ports == VIRTIO_NET_PORTS)
		return vm_fail(err, -ENOSPC,
			       "a VM has %u network interfaces at most",
			       VIRTIO_NET_PORTS);
	nic->sw = sw;
	describe(dev, nic, needs->index);
	sw->ports[sw->n_ports++] = dev;
	return 0;
}
