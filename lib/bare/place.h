/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cgroup of a scenario on this machine: made, and removed with all that is
 * in it. One at a time: a lock on the folder that it is in holds it, and whoever
 * gets that removes what dead ones have left there.
 */
#ifndef KTSTR_BARE_PLACE_H
#define KTSTR_BARE_PLACE_H

#include <stddef.h>

#include "lib/bare/owner.h"

/* Below a place: the engine's own, and that in which it makes others. */
#define BARE_ENGINE	"engine"
#define BARE_GROUPS	"groups"

/**
 * struct bare_place - a place
 * @root: where cgroups of version 2 are mounted
 * @lock: holds it
 * @owner: we
 * @name: of the cgroup, below @root; "" as long as there is none
 */
struct bare_place {
	char root[128];
	int lock;
	struct bare_owner owner;
	char name[BARE_NAME_SIZE];
};

/**
 * bare_place_make() - remove what others have left, and make a place
 * @place: filled in; release with bare_place_remove(), also after a failure
 * @needs: enum bare_controller, as bits: what the cgroups in it are to have
 * @err: gets one sentence that names what is missing
 * @err_size: bytes at @err
 *
 * What others have left is what has a name of ours, of an owner that is dead.
 *
 * Return: 0; -errno.
 */
int bare_place_make(struct bare_place *place, unsigned int needs, char *err,
		    size_t err_size);

/**
 * bare_place_remove() - end all that is in it, remove it, and have the
 *	controllers above it as they were
 * @place: made, or not
 * @err: gets one sentence that names what is left
 * @err_size: bytes at @err
 *
 * Return: 0; -errno with what is left.
 */
int bare_place_remove(struct bare_place *place, char *err, size_t err_size);

/**
 * bare_place_kill() - end all that is in it
 * @place: the place
 */
void bare_place_kill(const struct bare_place *place);

#endif /* KTSTR_BARE_PLACE_H */
