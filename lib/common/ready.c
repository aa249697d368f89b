// SPDX-License-Identifier: GPL-2.0-only
#include "lib/common/ready.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/topology.h"

void ready_machine_name(char name[READY_NAME_SIZE], const char *scheduler,
			const struct topology *topology)
{
	char text[TOPOLOGY_NAME_LEN];
	char *p;

	snprintf(name, READY_NAME_SIZE, "%.64s-%s", scheduler,
		 topology_name(topology, text));
	for (p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("_+-", *p))
			*p = '_';
}
