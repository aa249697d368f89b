/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a kernel can run here: on /dev/kvm, or on the emulated host. The suite finds
 * that out by itself when it runs; this says it early, before a kernel is built for
 * nothing, and gets what the emulated host needs.
 */
#ifndef KTSTR_FRONT_KVM_HERE_H
#define KTSTR_FRONT_KVM_HERE_H

struct front;

/**
 * front_kvm_word() - a word for where kernels can run
 * @f: was looked at
 *
 * Return: usable, emulated or none.
 */
const char *front_kvm_word(const struct front *f);

/**
 * kvm_look() - find out
 * @f: with a cache and a compiler; @kvm and @kvm_why are filled in
 *
 * Return: 0, -errno where the check cannot be built.
 */
int kvm_look(struct front *f);

/**
 * kvm_ready() - find out, and have what can be had
 * @f: with a cache
 *
 * Return: 0, also where kernels can run nowhere; -errno.
 */
int kvm_ready(struct front *f);

/**
 * kvm_must() - the same, where nothing can be done without
 * @f: with a cache
 *
 * Return: 0, -errno.
 */
int kvm_must(struct front *f);

#endif /* KTSTR_FRONT_KVM_HERE_H */
