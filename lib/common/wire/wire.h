/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What crosses between guest and host.
 *
 * The host gives each VM a shared region above guest RAM: one header page,
 * then a byte ring in which the guest writes records and the host reads them.
 * The host looks every few milliseconds. In the guest only init touches the
 * ring; the test program and the probes hand init their records over a
 * seqpacket socket, see wire_send().
 *
 * The host trusts nothing in the region: it keeps size and read position for
 * itself, copies each record out, checks the copy, and then uses the copy.
 */
#ifndef KTSTR_WIRE_WIRE_H
#define KTSTR_WIRE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define WIRE_MAGIC		0x7274736bU	/* "kstr" */
#define WIRE_VERSION		2
#define WIRE_HDR_SIZE		4096		/* header page before the data */
#define WIRE_REGION_SIZE	(4U << 20)	/* header and data */
#define WIRE_REC_MAX		(64U << 10)	/* payload of one record */
#define WIRE_REC_ALIGN		8
#define WIRE_CGROUPS_MAX	256	/* told of in a run */
#define WIRE_WORKERS_MAX	1024	/* of all of them */
#define WIRE_TURNS_MAX		256

/**
 * enum wire_stage - how far the guest has come
 *
 * In order; diagnostics name the last one that was reached. Each is also one
 * word on COM2, see wire_stage_name().
 */
enum wire_stage {
	STAGE_NONE,		/* nothing heard: the kernel never ran init */
	STAGE_KERNEL,		/* the kernel wrote to its console */
	STAGE_INIT,		/* init runs */
	STAGE_MOUNTS,		/* file systems are mounted */
	STAGE_SYS_RDY,		/* sysctls, cgroups, ring: all set up */
	STAGE_SCHEDULER,	/* the scheduler's process was started */
	STAGE_ATTACHED,		/* sched_ext says that it is enabled */
	STAGE_WORKLOAD,		/* the test body runs */
	STAGE_RESULTS,		/* the test program has ended */
	STAGE_POWEROFF,		/* init is about to end the VM */
	STAGE_COUNT
};

/**
 * enum wire_type - kinds of records
 *
 * Text records hold bytes without a terminating NUL and may be cut anywhere.
 */
enum wire_type {
	WIRE_STAGE = 1,		/* struct wire_stage_rec */
	WIRE_OUTPUT,		/* text: stdout and stderr of the test program */
	WIRE_SCHED_LOG,		/* text: stdout and stderr of the scheduler */
	WIRE_RESULT,		/* struct wire_result: the body ran to its end */
	WIRE_EXIT,		/* struct wire_exit: the test program's status */
	WIRE_SCHED_EXIT,	/* struct wire_exit: the scheduler's status */
	WIRE_CRASH,		/* text: init itself failed, with the reason */
	WIRE_DETAIL,		/* struct wire_detail: one failed check */
	WIRE_CGROUP,		/* struct wire_cgroup */
	WIRE_STEP,		/* struct wire_step: the workload changed */
	WIRE_SCX_STATE,		/* text: sched_ext state file, on change */
	WIRE_SCX_DUMP,		/* text: tracepoints sched_ext_{dump,exit} */
	WIRE_PROBE,		/* opaque here: see lib/host/repro */
	WIRE_SAID,		/* text: what a body says for the host to compare */
	WIRE_ASK_DUMP,		/* text: the body asks the monitor for a dump */
	WIRE_MISSING,		/* text: what the guest lacks for this run */
	WIRE_OURS,		/* text: why nothing can be said of this run */
	WIRE_METRIC,		/* struct wire_metric, several */
	WIRE_OP,		/* text: a step's op was done: one line */
	WIRE_DOUBT,		/* text: the limit that the host kept from being judged */
	WIRE_SCHED,		/* text: the scheduler from now on; "" is none */
	WIRE_SCHED_ASK,		/* to init: struct wire_sched_ask, strings */
	WIRE_PAYLOAD,		/* struct wire_payload: a number that one told */
	WIRE_CPUS,		/* nothing: CPUs come or go from now on */
	WIRE_TYPE_COUNT
};

/**
 * struct wire_header - the first page of the region
 * @magic: WIRE_MAGIC
 * @version: WIRE_VERSION
 * @data_size: bytes of ring behind the header page, a power of two or not
 * @stage: last enum wire_stage, written by init
 * @head: bytes ever written; written by init, with release
 * @drops: records that found no room; written by init
 * @text_drops: those of them that were text, see wire_is_text()
 * @tail: bytes ever read; written by the host
 */
struct wire_header {
	uint32_t magic;
	uint32_t version;
	uint32_t data_size;
	uint32_t stage;
	uint64_t head;
	uint64_t drops;
	uint64_t text_drops;
	uint8_t pad0[24];
	uint64_t tail;
};

/**
 * struct wire_rec - head of each record; the payload follows
 * @type: enum wire_type
 * @len: bytes of payload, at most WIRE_REC_MAX; padded to WIRE_REC_ALIGN
 * @seq: counts records, so that a gap shows
 * @crc: crc32 (zlib's) of the payload
 * @time_ns: the guest's CLOCK_MONOTONIC when it was written
 * @tsc: the guest's time stamp counter at the same moment
 */
struct wire_rec {
	uint32_t type;
	uint32_t len;
	uint32_t seq;
	uint32_t crc;
	uint64_t time_ns;
	uint64_t tsc;
};

struct wire_stage_rec {
	uint32_t stage;
};

/**
 * struct wire_result - what the test body said of itself
 * @exit_code: KSFT_PASS, KSFT_FAIL, KSFT_SKIP, ...
 * @reason: the reason of a skip or failure, NUL-terminated, may be empty
 */
struct wire_result {
	int32_t exit_code;
	char reason[1020];
};

/**
 * struct wire_exit - how a process ended
 * @status: as waitpid() gives it
 * @timed_out: nonzero when init killed it at its deadline
 */
struct wire_exit {
	int32_t status;
	uint32_t timed_out;
};

/**
 * struct wire_detail - one failed check
 * @text: the sentence, NUL-terminated
 */
struct wire_detail {
	char text[512];
};

/**
 * struct wire_step - the workload changed here
 * @index: which step, from 0
 * @cgroups: cgroups that exist now
 * @workers: workers that run now
 * @edge: 0 scenario start, 1 step start, 2 step end, 3 scenario end
 * @iterations: sum over the workers so far
 */
struct wire_step {
	uint32_t index;
	uint32_t cgroups;
	uint32_t workers;
	uint32_t edge;
	uint64_t iterations;
};

/**
 * struct wire_cgroup - a cgroup that metrics will come of
 * @index: its number, from 0, of all that the run's scenarios tell of
 * @name: NUL-terminated
 */
struct wire_cgroup {
	uint32_t index;
	char name[60];
};

/**
 * struct wire_metric - a number that was measured in the guest
 * @id: enum quantity_id, see lib/common/quantity.h: one of a cgroup's, of a
 *	worker's, of a turn's or of the run's
 * @cgroup: of which cgroup; or which turn, from 0
 * @worker: of which of its workers, from 0; 0 for the cgroup's own
 * @value: in the smallest part that the quantity has
 *
 * A record has one or several.
 */
struct wire_metric {
	uint32_t id;
	uint16_t cgroup;
	uint16_t worker;
	int64_t value;
};

/**
 * struct wire_payload - a number that a payload has told
 * @payload: its name,
 * @metric: the number's
 * @unit: and its unit, "" for none; all NUL-terminated
 * @better: enum quantity_better
 * @value: finite
 */
struct wire_payload {
	char payload[48];
	char metric[48];
	char unit[20];
	uint32_t better;
	double value;
};

/**
 * struct wire_sched_ask - a body asks init for another scheduler, or for none
 * @strings: how many follow, each with a NUL behind it: its name, its path, what
 *	its name in sched_ext begins with ("" is any), and its arguments; 0 asks
 *	for none
 *
 * Init ends the one that runs, starts this one, sees it attached, and sends a
 * struct wire_sched_answer back over the same socket, without any head.
 */
struct wire_sched_ask {
	uint32_t strings;
};

#define WIRE_SCHED_STRINGS	3	/* those before its arguments */
#define WIRE_SCHED_TEXT_MAX	4096	/* bytes of all of them */

/**
 * struct wire_sched_answer - what became of it
 * @pid: the scheduler's process; 0 for none
 * @why: why it is not as it was asked for, NUL-terminated; "" when it is
 */
struct wire_sched_answer {
	int32_t pid;
	char why[508];
};

_Static_assert(sizeof(struct wire_header) == 72, "wire_header is ABI");
_Static_assert(sizeof(struct wire_rec) == 32, "wire_rec is ABI");
_Static_assert(sizeof(struct wire_result) == 1024, "wire_result is ABI");
_Static_assert(sizeof(struct wire_detail) == 512, "wire_detail is ABI");
_Static_assert(sizeof(struct wire_step) == 24, "wire_step is ABI");
_Static_assert(sizeof(struct wire_cgroup) == 64, "wire_cgroup is ABI");
_Static_assert(sizeof(struct wire_metric) == 16, "wire_metric is ABI");
_Static_assert(sizeof(struct wire_payload) == 128, "wire_payload is ABI");
_Static_assert(sizeof(struct wire_sched_answer) == 512, "wire_sched_answer is ABI");

/**
 * wire_is_text() - is this what a program prints, of which any amount may come?
 * @type: of a record
 *
 * Each record of another type is worth a wait, and its loss a word.
 */
bool wire_is_text(enum wire_type type);

/**
 * wire_stage_name() - the word for a stage
 * @stage: any number
 *
 * Return: the word used on COM2 and in diagnostics, "unknown" out of range.
 */
const char *wire_stage_name(unsigned int stage);

/**
 * wire_stage_from_name() - the stage that a word names
 *
 * Return: the stage, STAGE_NONE when @word names none.
 */
enum wire_stage wire_stage_from_name(const char *word);

/* Guest side. */

/**
 * struct wire_writer - the ring as init sees it
 */
struct wire_writer {
	struct wire_header *hdr;
	uint8_t *data;
	uint32_t data_size;
	size_t map_size;	/* to unmap; 0 for memory of others */
	uint32_t seq;
};

/**
 * wire_writer_open() - map the ring through /dev/mem
 * @w: filled in
 * @gpa: guest physical address of the region
 * @size: its size in bytes
 *
 * Return: 0, -errno of open or mmap, -EPROTO when no host formatted it.
 */
int wire_writer_open(struct wire_writer *w, uint64_t gpa, size_t size);

/**
 * wire_writer_init() - the same over memory that is mapped already (tests)
 */
int wire_writer_init(struct wire_writer *w, void *region, size_t size);
void wire_writer_close(struct wire_writer *w);

/**
 * wire_put() - write one record
 *
 * Waits up to @timeout_ms for room. Not thread-safe.
 *
 * Return: 0, -EMSGSIZE, -ENOSPC (counted in drops).
 */
int wire_put(struct wire_writer *w, enum wire_type type, const void *payload,
	     size_t len, unsigned int timeout_ms);

/**
 * wire_put_stage() - write the stage to the header and as a record
 */
void wire_put_stage(struct wire_writer *w, enum wire_stage stage);

/**
 * wire_send() - from a program under init: hand init a record for the host
 * @fd: the socket that init passed (environment KTSTR_WIRE_FD)
 *
 * Return: 0 or -errno. One datagram: {u32 type, u32 zero, payload}.
 */
int wire_send(int fd, enum wire_type type, const void *payload, size_t len);

/**
 * wire_fd() - the socket to init, from the environment
 *
 * Return: the descriptor, -1 when this process does not run under init.
 */
int wire_fd(void);

/* Host side. */

/**
 * struct wire_reader - the ring as the host sees it; private read position
 */
struct wire_reader {
	struct wire_header *hdr;
	const uint8_t *data;
	uint32_t data_size;
	uint64_t tail;
	uint32_t next_seq;
	bool broken;		/* a corrupt head stopped the reading */
	uint64_t lost;		/* records missed by sequence number */
	uint64_t bad_crc;	/* records dropped for their checksum */
};

/**
 * struct wire_loss - what did not come through
 * @records: records that were lost or damaged
 * @texts: how many of them were text, as the guest says
 * @broken: the guest has corrupted the ring: whatever followed is lost
 */
struct wire_loss {
	uint64_t records;
	uint64_t texts;
	bool broken;
};

/**
 * wire_region_format() - make a zeroed region of @size bytes a ring
 */
void wire_region_format(void *region, size_t size);

/**
 * wire_reader_init() - start to read a formatted region
 */
void wire_reader_init(struct wire_reader *r, void *region, size_t size);

/**
 * wire_get() - take the next record out
 * @rec: its head, copied
 * @buf: at least WIRE_REC_MAX + 1 bytes; gets the payload and a NUL behind it
 *
 * Return: 1 when there was one, 0 when the ring is empty, -EBADMSG once the
 * guest has corrupted the ring (from then on always).
 */
int wire_get(struct wire_reader *r, struct wire_rec *rec, void *buf);

/**
 * wire_reader_loss() - what was lost so far
 * @r: the ring, read to its end
 * @loss: filled in; records dropped behind the last one that came count, too
 */
void wire_reader_loss(const struct wire_reader *r, struct wire_loss *loss);

#endif /* KTSTR_WIRE_WIRE_H */
