/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A CPU of this machine for each emulated host, for all threads of its QEMU.
 *
 * Emulated hosts side by side then do not take each other's time, and what one
 * of them measures is its own. QEMU 10 needs it in any case: its emulated CPU's
 * thread changes the word of pending interrupts at each VMRUN and #VMEXIT
 * without a lock, while the thread of the devices sets a bit there, and the
 * timer's interrupt is lost. Two threads that share a CPU do not race so.
 *
 * Two emulated hosts do not get the same CPU: a CPU is taken by a name in the
 * abstract namespace of sockets, which the kernel gives back however the
 * launcher ends. That holds for all users and caches, but within one network
 * namespace.
 */
#ifndef KTSTR_VMM_EMUHOST_CPU_H
#define KTSTR_VMM_EMUHOST_CPU_H

#define EMUHOST_CPU_PREFIX	"ktstr-emulated-host"

/**
 * struct emuhost_cpu - a CPU that is taken
 * @nr: its number; -1: none, run where the scheduler likes
 * @lock: a socket that has its name; -1: none
 */
struct emuhost_cpu {
	int nr;
	int lock;
};

#define EMUHOST_CPU_NONE	{ .nr = -1, .lock = -1 }

/**
 * emuhost_cpu_take() - take one that no other emulated host has
 * @cpu: gets it; @nr is -1 when each CPU that we may run on is taken
 * @prefix: of the names: EMUHOST_CPU_PREFIX
 *
 * The CPU that we run on is the first choice.
 */
void emuhost_cpu_take(struct emuhost_cpu *cpu, const char *prefix);

/**
 * emuhost_cpu_give_back() - let others have it
 */
void emuhost_cpu_give_back(struct emuhost_cpu *cpu);

#endif /* KTSTR_VMM_EMUHOST_CPU_H */
