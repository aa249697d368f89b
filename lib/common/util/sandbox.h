/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each thread of a VMM may ask of the kernel: a table of system calls, and
 * of their arguments where those matter, as a seccomp filter.
 *
 * A guest that has taken over a thread gets what that thread's kind may do, and
 * no more: none of them starts a program, and a vCPU's opens no file. Whatever
 * else is called ends the process by SIGSYS, and one sentence on stderr says
 * which call it was, and whose.
 */
#ifndef KTSTR_UTIL_SANDBOX_H
#define KTSTR_UTIL_SANDBOX_H

#include <stdbool.h>

#define SANDBOX_ENV	"KTSTR_SECCOMP"

/**
 * enum sandbox_kind - whose list it is
 * @SANDBOX_VCPU: KVM_RUN and what its exits ask for
 * @SANDBOX_IO: serves the queues of virtio devices
 * @SANDBOX_STEAL: looks at how long the others wait for a CPU
 * @SANDBOX_MONITOR: reads vmlinux, and the guest's memory
 * @SANDBOX_MAIN: makes VMs and their threads, reports and sidecars. All threads
 *	of the process that have no kind of their own are held to it as well
 * @SANDBOX_KINDS: their number
 */
enum sandbox_kind {
	SANDBOX_VCPU,
	SANDBOX_IO,
	SANDBOX_STEAL,
	SANDBOX_MONITOR,
	SANDBOX_MAIN,
	SANDBOX_KINDS,
};

/**
 * enum sandbox_answer - what becomes of a call
 * @SANDBOX_REFUSED: it ends the process
 * @SANDBOX_ALLOWED: whatever its arguments are
 * @SANDBOX_ASKED: it depends on its arguments
 * @SANDBOX_MISSING: ENOSYS, as if the kernel did not have it
 */
enum sandbox_answer {
	SANDBOX_REFUSED,
	SANDBOX_ALLOWED,
	SANDBOX_ASKED,
	SANDBOX_MISSING,
};

/**
 * sandbox_answer() - look into the table
 * @kind: whose list
 * @nr: number of a system call
 *
 * Return: what becomes of it.
 */
enum sandbox_answer sandbox_answer(enum sandbox_kind kind, unsigned int nr);

/**
 * sandbox_wanted() - are there to be filters?
 *
 * Not with KTSTR_SECCOMP=0, nor in programs that were compiled with a sanitizer,
 * whose own threads and reports call what no list has.
 *
 * Return: yes or no.
 */
bool sandbox_wanted(void);

/**
 * sandbox_there() - has this kernel seccomp filters?
 *
 * Return: yes or no.
 */
bool sandbox_there(void);

/**
 * sandbox_enter() - hold the calling thread to a list, for good
 * @kind: whose
 *
 * With SANDBOX_MAIN all threads that the process has, and any that it will. Of
 * several lists a call must be on each. Where no filters are wanted, or this
 * kernel has none, nothing happens.
 *
 * Context: before the thread deals with anything of a guest's. It gains no
 * privileges any more.
 *
 * Return: 0 or -errno.
 */
int sandbox_enter(enum sandbox_kind kind);

/**
 * syscall_name() - "openat" and the like
 * @nr: number of a system call
 *
 * Return: its name; "?" when the headers that this was built with have none.
 */
const char *syscall_name(unsigned int nr);

#endif /* KTSTR_UTIL_SANDBOX_H */
