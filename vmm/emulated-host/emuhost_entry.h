/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What fetch.sh has put into the cache: QEMU, virtiofsd, a kernel and its
 * modules; and the initramfs that is made of these and the agent.
 */
#ifndef KTSTR_VMM_EMUHOST_ENTRY_H
#define KTSTR_VMM_EMUHOST_ENTRY_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* The layout of an entry; fetch.sh has the same number. */
#define EMUHOST_LAYOUT	"2"

/**
 * struct emuhost_entry - an emulated host in the cache
 * @dir: its folder: qemu, virtiofsd, kernel, modules/
 * @qemu: the folder of the QEMU to run: @dir, or second/ in there
 * @version: QEMU's
 */
struct emuhost_entry {
	char dir[PATH_MAX];
	char qemu[PATH_MAX + 16];
	char version[32];
};

/**
 * entry_find() - the emulated host that fetch.sh has left, its first QEMU
 * @cache: ktstr's cache folder
 *
 * Return: 0, -errno after a message; -ENOENT when fetch.sh has not run, -EPERM
 * when somebody else may have written what lies there, see trust_tree().
 */
int entry_find(struct emuhost_entry *entry, const char *cache);

/**
 * entry_second() - go on to its other QEMU
 *
 * Return: 0, -ENOENT when it has none, another -errno.
 */
int entry_second(struct emuhost_entry *entry);

/**
 * entry_verdict() - is its QEMU fit to be used?
 * @text: gets the verdict's text
 *
 * Return: 1 when it was mended or stands the storm, 0 when it does not,
 * -ENOENT when it was not judged, another -errno.
 */
int entry_verdict(const struct emuhost_entry *entry, char *text, size_t size);

/**
 * entry_set_verdict() - keep a verdict
 * @fit: stands the storm
 * @text: why
 *
 * Where that fails, who comes next judges anew.
 */
void entry_set_verdict(const struct emuhost_entry *entry, bool fit,
		       const char *text);

/**
 * entry_initrd() - its initramfs
 * @agent: path of ktstr-emuhost-agent
 *
 * Return: a memfd, the caller's; -errno after a message.
 */
int entry_initrd(const struct emuhost_entry *entry, const char *agent);

/**
 * entry_choose() - choose the QEMU that is run
 * @entry: from entry_find(); gets the first that is fit
 *
 * Return: 0, -ENOENT after a message when none is.
 */
int entry_choose(struct emuhost_entry *entry);

#endif /* KTSTR_VMM_EMUHOST_ENTRY_H */
