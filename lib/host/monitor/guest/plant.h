/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Planting faults in the kernel of a guest that runs, for tests of what finds
 * them: a lock that is never released, a function that never returns, or does
 * nothing. It is as if the kernel had been built so, without building one.
 */
#ifndef KTSTR_MONITOR_GUEST_PLANT_H
#define KTSTR_MONITOR_GUEST_PLANT_H

#include <stddef.h>

#include "lib/common/wire/plant.h"
#include "lib/host/monitor/guest/guest.h"

/**
 * mon_plant() - plant a fault
 * @guest: attached, with its CPUs known
 * @plant: what
 * @err: gets one sentence: what was planted, or why not
 * @err_size: bytes at @err
 *
 * Return: 0; -EAGAIN when the lock is held just now, try again; -ENOENT when
 * the kernel has no such symbol; -EINVAL when it is none of that kind;
 * -EFAULT.
 */
int mon_plant(const struct mon_guest *guest, const struct guest_plant *plant,
	      char *err, size_t err_size);

#endif /* KTSTR_MONITOR_GUEST_PLANT_H */
