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
#define WIRE_VERSION		1
#define WIRE_HDR_SIZE		4096		/* header page before the data */
#define WIRE_REGION_SIZE	(4U << 20)	/* header and data */
#define WIRE_REC_MAX		(64U << 10)	/* payload of one record */
#define WIRE_REC_ALIGN		8

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
	WIRE_CGROUP_STATS,	/* struct wire_cgroup_stats */
	WIRE_STEP,		/* struct wire_step: the workload changed */
	WIRE_SCX_STATE,		/* text: sched_ext state file, on change */
	WIRE_SCX_DUMP,		/* text: tracepoints sched_ext_{dump,exit} */
	WIRE_PROBE,		/* opaque here: see lib/repro */
	WIRE_SAID,		/* text: what a body says for the host to compare */
	WIRE_ASK_DUMP,		/* text: the body asks the monitor for a dump */
	WIRE_MISSING,		/* text: what the guest lacks for this run */
	WIRE_TYPE_COUNT
};

/* Values of wire_header.host_ctl, set by the host, polled by init. */
#define WIRE_CTL_STOP		(1U << 0)	/* end the workload, power off */
#define WIRE_CTL_MAP_WRITTEN	(1U << 1)	/* .bpf_map_write was done */
#define WIRE_CTL_SYSRQ_D	(1U << 2)	/* dump the sched_ext state */

/**
 * struct wire_header - the first page of the region
 * @magic: WIRE_MAGIC
 * @version: WIRE_VERSION
 * @data_size: bytes of ring behind the header page, a power of two or not
 * @stage: last enum wire_stage, written by init
 * @head: bytes ever written; written by init, with release
 * @drops: records that found no room; written by init
 * @tail: bytes ever read; written by the host
 * @host_ctl: WIRE_CTL_*; written by the host
 * @guest_wait: WIRE_CTL_* bits that the guest waits for; written by init
 */
struct wire_header {
	uint32_t magic;
	uint32_t version;
	uint32_t data_size;
	uint32_t stage;
	uint64_t head;
	uint64_t drops;
	uint8_t pad0[32];
	uint64_t tail;
	uint32_t host_ctl;
	uint32_t guest_wait;
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
 * @kind: enum check_kind, see lib/check/check.h
 * @text: the sentence, NUL-terminated
 */
struct wire_detail {
	uint32_t kind;
	char text[508];
};

/**
 * struct wire_step - the workload changed here
 * @index: which step, from 0
 * @n_ops: operations done at its start
 * @op_mask: 1 << kind of each operation
 * @cgroups: cgroups that exist now
 * @workers: workers that run now
 * @edge: 0 scenario start, 1 step start, 2 step end, 3 scenario end
 * @iterations: sum over the workers so far
 */
struct wire_step {
	uint32_t index;
	uint32_t n_ops;
	uint32_t op_mask;
	uint32_t cgroups;
	uint32_t workers;
	uint32_t edge;
	uint64_t iterations;
};

/* Statistics of one cgroup at the end of its life; text form is in check. */
struct wire_cgroup_stats {
	char name[64];
	uint32_t workers;
	uint32_t cpus;
	uint32_t spread_permille;	/* of off-CPU time, max - min */
	uint32_t min_off_cpu_permille;
	uint32_t max_off_cpu_permille;
	uint32_t max_gap_ms;
	uint32_t max_gap_cpu;
	uint32_t migrations;
	uint64_t iterations;
	uint64_t work_units;
	uint64_t p99_wake_ns;		/* 0 when nothing was sampled */
	uint64_t median_wake_ns;
	uint64_t run_delay_ns_mean;
	uint64_t run_delay_ns_worst;
};

_Static_assert(sizeof(struct wire_header) == 80, "wire_header is ABI");
_Static_assert(sizeof(struct wire_rec) == 32, "wire_rec is ABI");
_Static_assert(sizeof(struct wire_result) == 1024, "wire_result is ABI");
_Static_assert(sizeof(struct wire_detail) == 512, "wire_detail is ABI");
_Static_assert(sizeof(struct wire_step) == 32, "wire_step is ABI");
_Static_assert(sizeof(struct wire_cgroup_stats) == 144, "stats are ABI");

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
 * wire_host_ctl() - the control bits as the host has set them now
 */
uint32_t wire_host_ctl(const struct wire_writer *w);

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

#endif /* KTSTR_WIRE_WIRE_H */
