// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where VMs run here. See vms.h.
 */
#include "lib/host/machine/vms.h"

#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/host/machine/paths.h"
#include "vmm/emulated-host/emuhost_entry.h"
#include "vmm/kvm_check.h"

/* A VM, or an emulated host, is at work in so much, and a VM has so many. */
#define SIDE_MB		2560
#define SIDE_VM_CPUS	4
/* An emulated host has one CPU; 24 of a guest take 23 s to boot there, 48 89 s. */
#define EMULATED_CPUS	16
#define OVERCOMMIT	4

static bool emulated_host_is_there(void)
{
	char cache[PATH_MAX], entry[PATH_MAX + 64];

	if (host_cache_dir(cache, sizeof(cache)))
		return false;
	snprintf(entry, sizeof(entry), "%s/emulated-host/current-"
		 EMUHOST_LAYOUT, cache);
	return !access(entry, X_OK);
}

enum vms_place vms_place(char *why, size_t size)
{
	enum kvm_usability usability;
	char reason[160];
	int err;

	err = kvm_check(NULL, &usability, reason, sizeof(reason));
	if (err) {
		snprintf(reason, sizeof(reason), "it could not be tried: %s",
			 strerror(-err));
	} else if (usability == KVM_USABLE) {
		snprintf(why, size, "/dev/kvm runs kernels");
		return VMS_KVM;
	}
	if (emulated_host_is_there()) {
		snprintf(why, size, "%s; the emulated host is in the cache",
			 reason);
		return VMS_EMULATED;
	}
	snprintf(why, size, "%s, and there is no emulated host in the cache; vmm/emulated-host/fetch.sh gets one",
		 reason);
	return VMS_NOWHERE;
}

const char *vms_place_text(enum vms_place place)
{
	switch (place) {
	case VMS_KVM:
		return "/dev/kvm";
	case VMS_EMULATED:
		return "the emulated host";
	case VMS_NONE:
		return "this machine itself";
	default:
		return "no KVM";
	}
}

/* Return: MiB that can be had without swapping. */
static unsigned long available_mb(void)
{
	FILE *f = fopen("/proc/meminfo", "re");
	unsigned long kb = 0;
	char line[128];

	while (f && !kb && fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %lu kB", &kb) == 1)
			break;
	if (f)
		fclose(f);
	return kb / 1024;
}

unsigned int vms_side_by_side(enum vms_place place)
{
	const char *hosts = getenv("KTSTR_HOSTS");
	unsigned long n, by_memory;
	cpu_set_t ours;

	if (hosts && strtoul(hosts, NULL, 10))
		return strtoul(hosts, NULL, 10);
	if (sched_getaffinity(0, sizeof(ours), &ours))
		return 1;
	n = CPU_COUNT(&ours);
	if (place == VMS_KVM)
		n /= SIDE_VM_CPUS;
	by_memory = available_mb() / SIDE_MB;
	return max(min(n, by_memory), 1UL);
}

unsigned int vms_max_cpus(enum vms_place place)
{
	cpu_set_t ours;

	if (place == VMS_EMULATED)
		return EMULATED_CPUS;
	if (sched_getaffinity(0, sizeof(ours), &ours))
		return SIDE_VM_CPUS;
	return CPU_COUNT(&ours) * OVERCOMMIT;
}

unsigned long vms_memory_mb(enum vms_place place)
{
	unsigned long mb = available_mb();

	return place == VMS_EMULATED ? min(mb, SIDE_MB + 0UL) : mb;
}
