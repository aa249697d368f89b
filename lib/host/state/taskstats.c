// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asking the kernel for taskstats. See taskstats.h.
 */
#include "lib/host/state/taskstats.h"

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/taskstats.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/host/state/state.h"

#define ANSWER_SIZE	8192
#define ANSWER_MS	500

/* One attribute with a question; the kernel answers with one message. */
struct taskstats_ask {
	struct nlmsghdr nl;
	struct genlmsghdr genl;
	struct nlattr attr;
	char value[32];
};

static int ask(int fd, uint16_t type, uint32_t seq, uint8_t cmd,
	       uint16_t attr, const void *value, size_t len)
{
	struct taskstats_ask q = {
		.nl = {
			.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN +
				     NLA_HDRLEN + NLA_ALIGN(len),
			.nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST,
			.nlmsg_seq = seq,
		},
		.genl = { .cmd = cmd, .version = 1 },
		.attr = { .nla_len = NLA_HDRLEN + len, .nla_type = attr },
	};
	const struct sockaddr_nl to = { .nl_family = AF_NETLINK };

	memcpy(q.value, value, len);
	return sendto(fd, &q, q.nl.nlmsg_len, 0, (const struct sockaddr *)&to,
		      sizeof(to)) == (ssize_t)q.nl.nlmsg_len ? 0 : -1;
}

/*
 * Its attributes, of an answer that is none of an error. One to what was asked
 * before, and not waited for, is passed over.
 */
static const char *answer(int fd, uint32_t seq, char *buf, size_t *len)
{
	const struct nlmsghdr *nl = (const struct nlmsghdr *)buf;
	unsigned int tries = 0;
	ssize_t n;

	do {
		n = recv(fd, buf, ANSWER_SIZE, 0);
	} while (n >= (ssize_t)NLMSG_HDRLEN && nl->nlmsg_seq != seq &&
		 tries++ < 8);
	if (n < (ssize_t)(NLMSG_HDRLEN + GENL_HDRLEN) || nl->nlmsg_seq != seq ||
	    nl->nlmsg_type == NLMSG_ERROR || nl->nlmsg_len > (size_t)n ||
	    nl->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
		return NULL;
	*len = nl->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
	return buf + NLMSG_HDRLEN + GENL_HDRLEN;
}

static const char *find_attr(const char *at, size_t *len, uint16_t type)
{
	struct nlattr a;

	while (*len >= NLA_HDRLEN) {
		memcpy(&a, at, sizeof(a));
		if (a.nla_len < NLA_HDRLEN || a.nla_len > *len)
			return NULL;
		if ((a.nla_type & NLA_TYPE_MASK) == type) {
			*len = a.nla_len - NLA_HDRLEN;
			return at + NLA_HDRLEN;
		}
		at += min((size_t)NLA_ALIGN(a.nla_len), *len);
		*len -= min((size_t)NLA_ALIGN(a.nla_len), *len);
	}
	return NULL;
}

void taskstats_open(struct taskstats_link *link)
{
	const struct timeval limit = { .tv_usec = ANSWER_MS * 1000 };
	char buf[ANSWER_SIZE];
	const char *at = NULL;
	size_t len;

	link->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
			  NETLINK_GENERIC);
	if (link->fd < 0)
		return;
	setsockopt(link->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (!ask(link->fd, GENL_ID_CTRL, 1, CTRL_CMD_GETFAMILY,
		 CTRL_ATTR_FAMILY_NAME, TASKSTATS_GENL_NAME,
		 sizeof(TASKSTATS_GENL_NAME)))
		at = answer(link->fd, 1, buf, &len);
	if (at)
		at = find_attr(at, &len, CTRL_ATTR_FAMILY_ID);
	if (at && len >= sizeof(link->family))
		memcpy(&link->family, at, sizeof(link->family));
	else
		taskstats_close(link);
}

void taskstats_close(struct taskstats_link *link)
{
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
}

/* Newer members than the kernel's struct has are not told. */
static void take(const struct taskstats *ts, size_t len, uint64_t *values)
{
#define AS_MEMBER_SCHEDSTAT(id, member)
#define AS_MEMBER_STATUS(id, member)
#define AS_MEMBER_STAT(id, member)
#define AS_MEMBER_SCHED(id, member)
#define AS_MEMBER_IO(id, member)
#define AS_MEMBER_TASKSTATS(id, key) { STATE_##id, key },
#define AS_MEMBER(id, source, key) AS_MEMBER_##source(id, key)
	static const struct {
		enum state_value id;
		const char *key;
	} wanted[] = { STATE_VALUES(AS_MEMBER) };
#define PLACE(member) { #member, offsetof(struct taskstats, member) }
	static const struct {
		const char *key;
		size_t offset;
	} places[] = {
		PLACE(cpu_delay_total), PLACE(blkio_delay_total),
		PLACE(swapin_delay_total), PLACE(freepages_delay_total),
		PLACE(thrashing_delay_total), PLACE(compact_delay_total),
	};
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(wanted); i++)
		for (j = 0; j < ARRAY_SIZE(places); j++)
			if (!strcmp(wanted[i].key, places[j].key) &&
			    places[j].offset + sizeof(uint64_t) <= len)
				memcpy(&values[wanted[i].id],
				       (const char *)ts + places[j].offset,
				       sizeof(uint64_t));
}

void taskstats_ask(const struct taskstats_link *link, int tid,
		   uint64_t *values)
{
	uint32_t number = (uint32_t)tid;
	char buf[ANSWER_SIZE];
	struct taskstats ts;
	const char *at;
	size_t len;

	if (link->fd < 0 ||
	    ask(link->fd, link->family, number, TASKSTATS_CMD_GET,
		TASKSTATS_CMD_ATTR_PID, &number, sizeof(number)))
		return;
	at = answer(link->fd, number, buf, &len);
	if (at)
		at = find_attr(at, &len, TASKSTATS_TYPE_AGGR_PID);
	if (at)
		at = find_attr(at, &len, TASKSTATS_TYPE_STATS);
	if (!at)
		return;
	len = min(len, sizeof(ts));
	memcpy(&ts, at, len);
	take(&ts, len, values);
}
