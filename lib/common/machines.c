// SPDX-License-Identifier: GPL-2.0-only
/*
 * Machines that are somewhere. See machines.h.
 *
 * What is public of them: cores, caches and clusters by their makers' pages and
 * manuals, distances and numbers of CPUs as kernels on them show them. How much
 * memory they have is for whoever buys one: nodes have the same.
 */
#include "lib/common/machines.h"

#include <string.h>

#include "lib/common/util/util.h"

const struct machine_record machines[] = {
	{ "epyc-7543-2s",
	  "2n16l4c2t:package=8:smt=apart:nodes=2*8:memory=2*262144:distance=10,32/32,10",
	  "AMD EPYC 7543, two sockets: eight caches of four cores each" },
	{ "epyc-7763-2s-nps4",
	  "8n16l8c2t:package=8:smt=apart:nodes=8*2:memory=8*65536:distance=10,12,12,12,32,32,32,32/12,10,12,12,32,32,32,32/12,12,10,12,32,32,32,32/12,12,12,10,32,32,32,32/32,32,32,32,10,12,12,12/32,32,32,32,12,10,12,12/32,32,32,32,12,12,10,12/32,32,32,32,12,12,12,10",
	  "AMD EPYC 7763, two sockets of four nodes: 256 CPUs" },
	{ "xeon-8480-2s-snc4",
	  "8n2l56c2t:snc=4:smt=apart:memory=8*65536:distance=10,12,12,12,21,21,21,21/12,10,12,12,21,21,21,21/12,12,10,12,21,21,21,21/12,12,12,10,21,21,21,21/21,21,21,21,10,12,12,12/21,21,21,21,12,10,12,12/21,21,21,21,12,12,10,12/21,21,21,21,12,12,12,10",
	  "Intel Xeon 8480+ (Sapphire Rapids), two sockets, each cache cut into four nodes" },
	{ "threadripper-3970x",
	  "1n8l4c2t:package=8:smt=apart",
	  "AMD Threadripper 3970X: eight caches of four cores in a package" },
	{ "core-i7-1260p",
	  "1n1l12c2t:llcs=4x2+8x1/4",
	  "Intel Core i7-1260P, a laptop: four cores of two threads, two clusters of four" },
};

const size_t n_machines = ARRAY_SIZE(machines);

const struct machine_record *machine_find(const char *name)
{
	size_t i;

	for (i = 0; i < n_machines; i++)
		if (!strcmp(machines[i].name, name))
			return &machines[i];
	return NULL;
}
