/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The shape of this machine, as a test names it.
 */
#ifndef KTSTR_BARE_SHAPE_H
#define KTSTR_BARE_SHAPE_H

struct machine_cpus;
struct topology;

/**
 * bare_topology_of() - the shape of a machine
 * @m: what is known of its CPUs
 * @t: filled in; where not all its caches and cores are of one size, or it has
 *	CPUs that are not online, one cache with as many cores as there are CPUs
 */
void bare_topology_of(const struct machine_cpus *m, struct topology *t);

/**
 * bare_topology() - the shape of this machine
 * @t: filled in
 */
void bare_topology(struct topology *t);

#endif /* KTSTR_BARE_SHAPE_H */
