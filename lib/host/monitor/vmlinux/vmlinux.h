/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a vmlinux says about the kernel that was built with it: symbols, types,
 * where members lie, its identity. The same for every VM that boots it, and
 * unchanged once open; any number of threads may share it.
 */
#ifndef KTSTR_MONITOR_VMLINUX_VMLINUX_H
#define KTSTR_MONITOR_VMLINUX_VMLINUX_H

#include "lib/host/monitor/vmlinux/fields.h"
#include "lib/host/monitor/vmlinux/orc.h"
#include "lib/host/monitor/vmlinux/symbols.h"

#define MON_BANNER_MAX	512
#define MON_CPUS_MAX	8192	/* the largest NR_CPUS that x86 allows */

#define MON_HZ_DEFAULT	250	/* what Kconfig has it be */

/* Hexadecimal digits of a build id, and a NUL. */
#define MON_BUILD_ID_STRLEN	(2 * MON_BUILD_ID_MAX + 1)

/**
 * struct mon_kernel - an open vmlinux
 * @symbols: its ELF side
 * @btf: its types
 * @f: where everything is
 * @banner: linux_banner without the newline
 * @build_id: bytes of the GNU build id
 * @build_id_len: their number
 * @notes: its .notes section, which holds the build id
 * @orc: its ORC unwind tables
 * @hz: CONFIG_HZ; MON_HZ_DEFAULT when neither vmlinux nor the configuration
 *	beside it tells
 * @hz_guessed: and that is so
 * @cpus_max: CONFIG_NR_CPUS
 */
struct mon_kernel {
	struct mon_symbols *symbols;
	struct btf *btf;
	struct mon_fields f;
	char banner[MON_BANNER_MAX];
	uint8_t build_id[MON_BUILD_ID_MAX];
	size_t build_id_len;
	struct mon_section notes;
	struct mon_orc_tables orc;
	unsigned int hz;
	bool hz_guessed;
	unsigned int cpus_max;
};

/**
 * mon_kernel_open() - open a vmlinux
 * @path: the file
 * @kernel: gets it; NULL on failure
 * @err: gets one sentence when it fails
 * @err_size: bytes at @err
 *
 * Return: 0; -errno of open(); -ENOEXEC when it is no vmlinux with symbols,
 * BTF and a build id, or lacks a name of MON_PART_CORE; -ENOMEM.
 */
int mon_kernel_open(const char *path, struct mon_kernel **kernel,
		    char *err, size_t err_size);

/**
 * mon_kernel_close() - release it; takes NULL
 */
void mon_kernel_close(struct mon_kernel *kernel);

/**
 * mon_kernel_has() - is a part available?
 */
static inline bool mon_kernel_has(const struct mon_kernel *kernel,
				  enum mon_part part)
{
	return !kernel->f.missing[part];
}

/**
 * mon_hz_beside() - CONFIG_HZ by the configuration in a vmlinux's folder
 * @vmlinux: its path; .config is looked for as in a build, config as in a cache
 *
 * Return: 0 when there is none, or it does not tell.
 */
unsigned int mon_hz_beside(const char *vmlinux);

/**
 * mon_build_id_str() - a build id in hexadecimal
 * @buf: at least MON_BUILD_ID_STRLEN bytes
 *
 * Return: @buf.
 */
const char *mon_build_id_str(const uint8_t *id, size_t len, char *buf);

#endif /* KTSTR_MONITOR_VMLINUX_VMLINUX_H */
