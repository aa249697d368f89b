/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What fetch.sh has put into the cache: QEMU, virtiofsd, a kernel and its
 * modules; and the initramfs that is made of these and the agent.
 */
#ifndef KTSTR_VMM_EMUHOST_ENTRY_H
#define KTSTR_VMM_EMUHOST_ENTRY_H

#include <limits.h>

/* The layout of an entry; fetch.sh has the same number. */
#define EMUHOST_LAYOUT	"1"

/**
 * struct emuhost_entry - an emulated host in the cache
 * @dir: its folder: qemu, virtiofsd, kernel, modules/
 * @version: QEMU's
 */
struct emuhost_entry {
	char dir[PATH_MAX];
	char version[32];
};

/**
 * entry_find() - the emulated host that fetch.sh has left
 * @cache: ktstr's cache folder
 *
 * Return: 0, -errno after a message; -ENOENT when fetch.sh has not run.
 */
int entry_find(struct emuhost_entry *entry, const char *cache);

/**
 * entry_initrd() - its initramfs
 * @agent: path of ktstr-emuhost-agent
 *
 * Return: a memfd, the caller's; -errno after a message.
 */
int entry_initrd(const struct emuhost_entry *entry, const char *agent);

#endif /* KTSTR_VMM_EMUHOST_ENTRY_H */
