/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The processes that make up one emulated host: QEMU, and one virtiofsd for
 * the root and for each writable folder. They die with the thread that
 * started them, however that ends. Nothing of them has a name: all sockets
 * are pairs or in the abstract namespace, all memory is memfd.
 */
#ifndef KTSTR_VMM_EMUHOST_MACHINE_H
#define KTSTR_VMM_EMUHOST_MACHINE_H

#include <stdbool.h>
#include <sys/types.h>

#include "vmm/emulated-host/emuhost_clock.h"
#include "vmm/emulated-host/emuhost_cpu.h"
#include "vmm/emulated-host/emuhost_entry.h"
#include "vmm/emulated-host/emuhost_request.h"

#define EMUHOST_MAX_CHILDREN	(2 + EMUHOST_MAX_SHARES)

/**
 * struct emuhost_child - a process of ours
 * @name: for messages
 * @pid: 0 once it is reaped
 * @pidfd: readable when it has ended
 */
struct emuhost_child {
	const char *name;
	pid_t pid;
	int pidfd;
};

/**
 * struct emu_machine - an emulated host that runs
 * @children: QEMU last
 * @nr_children: their number
 * @port: the agent's port
 * @console: the kernel's console
 * @log: what the processes say
 * @qmp: QEMU's monitor; -1: it has none
 * @cpu: QEMU's own, if there was one to take
 */
struct emu_machine {
	struct emuhost_child children[EMUHOST_MAX_CHILDREN];
	unsigned int nr_children;
	int port;
	int console;
	int log;
	int qmp;
	struct emuhost_cpu cpu;
};

/**
 * struct emu_config - what an emulated host is to be
 * @entry: what to run
 * @req: whose shares to serve
 * @initrd: a memfd; stays the caller's
 * @memory_mb: RAM
 * @clock: EMUHOST_CLOCK_VIRTUAL, or else the real one
 * @qmp: give QEMU a monitor
 */
struct emu_config {
	const struct emuhost_entry *entry;
	const struct emuhost_request *req;
	int initrd;
	unsigned int memory_mb;
	enum emuhost_clock clock;
	bool qmp;
};

/**
 * emu_machine_start() - start the processes
 *
 * Return: 0, -errno after a message. Call emu_machine_stop() in any case.
 */
int emu_machine_start(struct emu_machine *m, const struct emu_config *config);

/**
 * emu_machine_stop() - kill and reap them
 */
void emu_machine_stop(struct emu_machine *m);

/**
 * emu_machine_died() - which of them has ended by itself
 * @text: gets "QEMU was killed by signal 11" or the like
 *
 * Return: 1 when one has, else 0.
 */
int emu_machine_died(struct emu_machine *m, char *text, size_t size);

#endif /* KTSTR_VMM_EMUHOST_MACHINE_H */
