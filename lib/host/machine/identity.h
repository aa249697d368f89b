/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What machine this is, and what kernel an image holds.
 */
#ifndef KTSTR_HOST_IDENTITY_H
#define KTSTR_HOST_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct host_machine - the machine that the VMs run on
 * @cpu_model: as /proc/cpuinfo has it, "" when it has none
 * @release: of the running kernel
 * @arch: x86_64, ...
 * @online_cpus: CPUs
 * @memory_kb: RAM
 */
struct host_machine {
	char cpu_model[128];
	char release[128];
	char arch[65];
	unsigned int online_cpus;
	uint64_t memory_kb;
};

/**
 * host_machine_get() - look at this machine
 * @machine: filled in; what cannot be found out is 0 or ""
 */
void host_machine_get(struct host_machine *machine);

/**
 * host_scheduler() - the sched_ext scheduler that runs on this machine
 * @name: gets its name; "" where there is none, as under EEVDF
 * @size: bytes at @name
 */
void host_scheduler(char *name, size_t size);

/**
 * host_image_release() - the release of the kernel in a bzImage
 * @path: the image
 * @buf: gets it, e.g. "7.3.4"; "" on failure
 * @size: of @buf
 *
 * Return: 0, -errno; -ENOEXEC when the image does not say.
 */
int host_image_release(const char *path, char *buf, size_t size);

#endif /* KTSTR_HOST_IDENTITY_H */
