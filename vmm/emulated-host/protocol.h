/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the launcher and the agent say to each other.
 *
 * One virtio-serial port carries frames both ways: the launcher sends a single
 * request, the agent says what it does, passes the command's output on, and
 * ends with its status. The agent is compiled alone, so this includes nothing
 * of ours.
 */
#ifndef KTSTR_VMM_EMUHOST_PROTOCOL_H
#define KTSTR_VMM_EMUHOST_PROTOCOL_H

#include <stdint.h>

#define EMUHOST_MAGIC		0x656d6831u	/* "emh1" */
#define EMUHOST_PORT		"/dev/vport0p1"
#define EMUHOST_BEAT_MS		1000

/* The largest payload: of what the agent sends, of the launcher's request. */
#define EMUHOST_FRAME_MAX	(64u << 10)
#define EMUHOST_REQUEST_MAX	(4u << 20)

/**
 * enum emuhost_frame_type - what a frame's payload is
 * @EMUHOST_REQUEST: to the agent: NUL-terminated strings, see below
 * @EMUHOST_STAGE: text, what the agent does from now on
 * @EMUHOST_BEAT: uint64_t, milliseconds since the emulated host's start
 * @EMUHOST_OUT: bytes of the command's stdout
 * @EMUHOST_ERR: bytes of the command's stderr
 * @EMUHOST_CANNOT: text, why the command was not run; then comes EXIT
 * @EMUHOST_BROKEN: text, what went wrong in the emulated host; the last frame
 * @EMUHOST_EXIT: int32_t, the command's status as of wait(2); the last frame
 */
enum emuhost_frame_type {
	EMUHOST_REQUEST = 1,
	EMUHOST_STAGE,
	EMUHOST_BEAT,
	EMUHOST_OUT,
	EMUHOST_ERR,
	EMUHOST_CANNOT,
	EMUHOST_BROKEN,
	EMUHOST_EXIT,
	EMUHOST_FRAME_TYPES
};

struct emuhost_frame {
	uint32_t magic;
	uint32_t type;
	uint32_t len;
};

_Static_assert(sizeof(struct emuhost_frame) == 12, "no padding on the wire");

/*
 * A request is a row of strings. The first byte of each says what it is:
 *
 *	a ARG		next argument of the command; the first is its name
 *	e NAME=VALUE	environment
 *	d PATH		folder to run in
 *	i UID GID UMASK	who to run as, three decimal numbers
 *	g GID		one more group
 *	h NAME		host name
 *	w PATH		folder that is writable: the next share, "w0", "w1", ...
 *	r PATH		folder to show where a tmpfs would hide it
 *	1		stderr goes where stdout goes
 */
#define EMUHOST_TAGS	"aedighwr1"

/* Folders that are a tmpfs in there, whatever they are on the host. */
#define EMUHOST_TMPFS	{ "/tmp", "/run", "/dev/shm" }

#endif /* KTSTR_VMM_EMUHOST_PROTOCOL_H */
