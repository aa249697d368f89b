/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is a file what a VM boots, and another what is read of it?
 */
#ifndef KTSTR_KERNEL_KIMAGE_H
#define KTSTR_KERNEL_KIMAGE_H

struct kenv;

/**
 * kimage_must() - a bzImage is whole, and for this machine
 * @k: for what is said
 * @path: the file
 *
 * Return: 0, -EINVAL.
 */
int kimage_must(struct kenv *k, const char *path);

/**
 * kvmlinux_must() - a vmlinux has symbols and types
 * @k: for what is said
 * @path: the file
 *
 * Return: 0; -EINVAL of one that is no ELF file with symbols, -ENOENT of one
 * without types.
 */
int kvmlinux_must(struct kenv *k, const char *path);

#endif /* KTSTR_KERNEL_KIMAGE_H */
