/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What QEMU and virtiofsd may not do. What runs in there is test programs and
 * kernels that break, so both are taken for hostile: they keep what they need.
 *
 * Called between fork and exec: async-signal-safe.
 */
#ifndef KTSTR_VMM_EMUHOST_CONFINE_H
#define KTSTR_VMM_EMUHOST_CONFINE_H

/**
 * confine_all() - no new privileges, no core files, no descriptors of others
 * @keep: what is inherited beside 0 to 2, ends with -1
 *
 * Return: 0, -errno.
 */
int confine_all(const int *keep);

/**
 * confine_capabilities() - exec gives none of these, to root neither
 * @caps: a bit each, by its number
 *
 * Return: 0, -errno.
 */
int confine_capabilities(unsigned long long caps);

#define CONFINE_ALL_CAPS	(~0ULL)

/**
 * confine_modes() - no set-user-ID and set-group-ID bits
 *
 * From now on, each system call that would give a file one of them fails with
 * EPERM.
 *
 * Return: 0, -errno.
 */
int confine_modes(void);

#endif /* KTSTR_VMM_EMUHOST_CONFINE_H */
