// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a program under init hands over records. See wire_send() in wire.h.
 */
#include "lib/common/wire/wire.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "lib/common/util/util.h"
#include "lib/common/wire/plan.h"

int wire_send(int fd, enum wire_type type, const void *payload, size_t len)
{
	uint32_t head[2] = { type, 0 };
	struct iovec iov[] = {
		{ .iov_base = head, .iov_len = sizeof(head) },
		{ .iov_base = (void *)payload, .iov_len = len },
	};
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = ARRAY_SIZE(iov) };
	ssize_t ret;

	if (len > WIRE_REC_MAX)
		return -EMSGSIZE;
	do {
		ret = sendmsg(fd, &msg, MSG_NOSIGNAL);
	} while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : 0;
}

int wire_fd(void)
{
	const char *text = getenv(ENV_WIRE_FD);
	char *end;
	long fd;

	if (!text || !*text)
		return -1;
	errno = 0;
	fd = strtol(text, &end, 10);
	if (errno || *end || fd < 0 || fd > INT_MAX)
		return -1;
	return fd;
}
