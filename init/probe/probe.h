/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of ktstr-probe, which watches a scheduler die in the repro VM.
 */
#ifndef KTSTR_INIT_PROBE_PROBE_H
#define KTSTR_INIT_PROBE_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "lib/common/probe/probe_wire.h"
#include "lib/common/scx/callers.h"
#include "lib/common/util/compiler.h"
#include "lib/common/util/strbuf.h"
#include "lib/guest/probe/probe_fields.h"

struct bpf_link;
struct btf;
struct fentry;
struct probe;
struct ring_buffer;

#define PROBE_OPS_MAX	48	/* BPF programs of one scheduler */

/* A symbol of the running kernel that can be probed. */
struct ksym {
	uint64_t addr;
	char name[DESC_NAME_LEN];
};

/**
 * struct op_prog - a struct_ops program that was found
 * @op: the member that it implements
 * @ops_type: struct that the member belongs to
 */
struct op_prog {
	uint32_t id;
	char op[DESC_LABEL_LEN];
	char ops_type[DESC_LABEL_LEN];
};

/**
 * struct wanted - a name that the host gave
 * @bpf: of a BPF program, or of a function of one; else it may be either
 * @found: it is there
 */
struct wanted {
	const char *name;
	bool bpf;
	bool found;
};

/* Calls, in a growing array; the newest first. */
struct call_list {
	struct probe_call *calls;
	unsigned int n;
	unsigned int size;
};

/**
 * struct sched_end - how a scheduler ended: the end that the story is about
 * @seen: there was one
 * @final: it is an error, no other can take its place
 * @exit: as the trigger saw it
 * @calls: what was known at that time
 * @console: what the kernel printed about it
 * @console_open: more may come
 */
struct sched_end {
	bool seen;
	bool final;
	struct probe_exit exit;
	struct call_list calls;
	struct strbuf console;
	bool console_open;
};

/**
 * struct prober - all that ktstr-probe holds
 * @wire_fd: socket to init, -1 to write to @out
 * @btf: vmlinux's types
 * @multi_err: why there are no multi-kprobes, 0 when there are
 * @multi_noted: that was said
 * @state: the probes', in shared memory
 * @kmsg: /dev/kmsg, from our start on; -1 for none
 * @wake: told of schedulers that wait, and of the exit
 * @held: who waits for our probes; 0 for nobody
 * @wanted: names given
 * @named: the user gave them: show their calls, whoever they are about
 * @ops_map: id of the struct_ops map that was found last
 * @since_ns: calls before that were made under a scheduler that is gone
 * @descs: functions, by id
 */
struct prober {
	int wire_fd;
	FILE *out;
	struct btf *btf;
	int multi_err;
	bool multi_noted;
	unsigned int n_cpus;
	struct probe *skel;
	struct probe_state *state;
	int kmsg;
	struct wanted wanted[PROBE_FUNCS];
	unsigned int n_wanted;
	bool named;
	uint32_t ops_map;
	uint64_t since_ns;
	struct sched_end end;
	struct ring_buffer *wake;
	pid_t held;
	struct fentry *op_skels[PROBE_OPS_MAX];
	unsigned int n_op_skels;
	struct bpf_link *links[PROBE_FUNCS * 2 + 4];
	unsigned int n_links;
	struct probe_desc *descs;
	unsigned int n_descs;
	struct ksym *ksyms;
	unsigned int n_ksyms;
	struct probe_status status;
};

/* send.c */
void prober_send(struct prober *pr, enum probe_rec_type type, const void *data,
		 size_t len);
void __printf(2, 3) prober_note(struct prober *pr, const char *fmt, ...);

/**
 * calls_load() - all calls that the map holds, of the scheduler that is there
 */
void calls_load(struct prober *pr, struct call_list *list);

/**
 * collect_calls() - send the culprit's calls, and those on its behalf
 *
 * Of a scheduler that was not thrown out nobody is the culprit when the user
 * has named functions: then it is all calls of these.
 */
void collect_calls(struct prober *pr);

/* ksyms.c */

/**
 * ksyms_load() - the kernel functions that can be probed
 * Return: 0, -errno.
 */
int ksyms_load(struct prober *pr);

/**
 * ksym_find() - one of them by name
 * Return: NULL when there is none.
 */
const struct ksym *ksym_find(const struct prober *pr, const char *name);
bool ksym_exists(const struct prober *pr, const char *name);

/* attach.c */

/**
 * attach_trigger() - load the kernel's probes and set the trigger
 * Return: 0, -errno with a note.
 */
int attach_trigger(struct prober *pr);

/**
 * attach_hold() - have schedulers wait between their load and their start
 *
 * Where this kernel lacks the function for that, their first calls are missed.
 */
void attach_hold(struct prober *pr);

/**
 * attach_kernel() - probe kernel functions; those that cannot be are named
 * @names: with compiler suffixes, if they have any
 * @flags: enum desc_flags that they get
 */
void attach_kernel(struct prober *pr, const char *const *names, unsigned int n,
		   uint32_t flags);

/**
 * attach_programs() - probe a scheduler's BPF programs
 *
 * And those functions of theirs that the host has named. The probes of the
 * scheduler before it are released.
 */
void attach_programs(struct prober *pr, const struct op_prog *ops,
		     unsigned int n_ops);

/**
 * attach_early() - probe whatever may call an op, before there is one
 *
 * The first calls are over by the time that a scheduler's programs are
 * probed. What calls none of its ops is left out at the end.
 */
void attach_early(struct prober *pr);

/**
 * attach_wanted() - the scheduler has an op that this function calls
 */
void attach_wanted(struct prober *pr, const char *name);

void attach_release(struct prober *pr);

/* discover.c */

/**
 * discover_ops() - the programs of a scheduler loaded since the last one found
 * Return: their number, 0 when there is none yet.
 */
unsigned int discover_ops(struct prober *pr, struct op_prog *ops);

/**
 * op_callers_all() - all of them that this kernel has
 * @names: gets @max at most
 * Return: their number.
 */
unsigned int op_callers_all(const struct prober *pr, const char **names,
			    unsigned int max);

#endif /* KTSTR_INIT_PROBE_PROBE_H */
