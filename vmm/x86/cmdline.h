/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's command line.
 */
#ifndef KTSTR_VMM_X86_CMDLINE_H
#define KTSTR_VMM_X86_CMDLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/common/util/strbuf.h"
#include "vmm/fail.h"

/*
 * struct cmdline_config - what goes into it
 * @ring_gpa: guest address of the ring
 * @ring_size: its bytes
 * @kaslr: the kernel may choose where it lies
 * @acpi: there is more than one node, or an id that no MP table can hold
 * @tiers: there is memory without CPUs
 * @crowded: CPUs share host CPUs
 * @verbose: the kernel talks from its first moment
 * @devices: words that tell of devices, each behind a space; may be NULL
 * @extra: words added at the end, so that they win; may be NULL
 * @max: the longest that the kernel takes, without the NUL
 */
struct cmdline_config {
	uint64_t ring_gpa;
	uint64_t ring_size;
	bool kaslr;
	bool acpi;
	bool tiers;
	bool crowded;
	bool verbose;
	const char *devices;
	const char *extra;
	uint32_t max;
};

/*
 * cmdline_build() - write the command line
 * @sb: gets it; to be freed by the caller, also on failure
 *
 * Return: 0, -EINVAL when it is too long.
 */
int cmdline_build(const struct cmdline_config *config, struct strbuf *sb,
		  const struct vm_error *err);

#endif /* KTSTR_VMM_X86_CMDLINE_H */
