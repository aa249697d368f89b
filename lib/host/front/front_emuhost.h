/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The emulated host: vmm/emulated-host/fetch.sh has it, which looks after its own lock,
 * space and interruptions.
 */
#ifndef KTSTR_FRONT_EMUHOST_H
#define KTSTR_FRONT_EMUHOST_H

#include <stdbool.h>

struct front;

/**
 * emuhost_is_there() - is it in the cache?
 * @f: with a cache
 */
bool emuhost_is_there(struct front *f);

/**
 * emuhost_fetch() - have it in the cache
 * @f: with a cache and what fetching needs
 *
 * Return: 0, -errno.
 */
int emuhost_fetch(struct front *f);

/**
 * emuhost_is_judged() - has it a QEMU that is known to be fit?
 * @f: with a cache
 *
 * Usually: it was mended. Else one that has no verdict yet is to be judged: see
 * vmm/emulated-host/emuhost_judge.h.
 *
 * Return: yes, also where it is not there; or no.
 */
bool emuhost_is_judged(struct front *f);

#endif /* KTSTR_FRONT_EMUHOST_H */
