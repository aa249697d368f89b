// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking a CPU. See emuhost_cpu.h.
 */
#include "vmm/emulated-host/emuhost_cpu.h"

#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/common/util/util.h"

/* Return: a socket that has the CPU's name, -1 when another one has it. */
static int take_name(const char *prefix, int nr)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int len, fd;

	/* The NUL before it is what makes it a name and no path. */
	len = snprintf(addr.sun_path + 1, sizeof(addr.sun_path) - 1,
		       "%s/cpu%d", prefix, nr);
	if (len >= (int)sizeof(addr.sun_path) - 1)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (!bind(fd, (struct sockaddr *)&addr,
		  offsetof(struct sockaddr_un, sun_path) + 1 + len))
		return fd;
	close(fd);
	return -1;
}

void emuhost_cpu_take(struct emuhost_cpu *cpu, const char *prefix)
{
	int nr, first = max(sched_getcpu(), 0);
	cpu_set_t allowed;
	int i;

	*cpu = (struct emuhost_cpu)EMUHOST_CPU_NONE;
	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return;
	for (i = 0; i < CPU_SETSIZE; i++) {
		nr = (first + i) % CPU_SETSIZE;
		if (!CPU_ISSET(nr, &allowed))
			continue;
		cpu->lock = take_name(prefix, nr);
		if (cpu->lock >= 0) {
			cpu->nr = nr;
			return;
		}
	}
}

void emuhost_cpu_give_back(struct emuhost_cpu *cpu)
{
	if (cpu->lock >= 0)
		close(cpu->lock);
	*cpu = (struct emuhost_cpu)EMUHOST_CPU_NONE;
}
