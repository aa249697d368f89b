// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ops that change the machine: its CPUs, and its clock.
 */
#include "lib/common/util/file.h"
#include "lib/guest/scenario/op_types.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/common/wire/wire.h"

/* ---- CPUs ---- */

static void online_path(char *path, size_t size, unsigned int cpu)
{
	snprintf(path, size, "/sys/devices/system/cpu/cpu%u/online", cpu);
}

static int write_online(unsigned int cpu, bool online)
{
	char path[64];

	online_path(path, sizeof(path), cpu);
	return file_write(path, online ? "1" : "0");
}

/* Of those that were there at the start, which does the op mean? */
static void cpus_meant(const struct op *op, const cpu_set_t *online,
		       cpu_set_t *cpus)
{
	CPU_ZERO(cpus);
	if (op->cpu)
		CPU_SET(op->cpu, cpus);
	else
		*cpus = *online;
	CPU_AND(cpus, cpus, online);
	CPU_CLR(0, cpus);
}

static int can_be_switched(const cpu_set_t *cpus, struct world *world)
{
	unsigned int cpu;
	char path[64];

	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, cpus))
			continue;
		online_path(path, sizeof(path), cpu);
		if (access(path, W_OK)) {
			world_wrong(world, "%s cannot be written to (CONFIG_HOTPLUG_CPU)",
				    path);
			return -ENODEV;
		}
	}
	return 0;
}

static int check_offline(const struct op *op, struct world *world)
{
	cpu_set_t cpus;

	cpus_meant(op, &world->machine.online, &cpus);
	if (!CPU_COUNT(&cpus)) {
		if (op->cpu)
			world_wrong(world, "CPU %u is not there", op->cpu);
		else
			world_wrong(world, "there is but one CPU");
		return -ENODEV;
	}
	CPU_OR(&world->off, &world->off, &cpus);
	return can_be_switched(&cpus, world);
}

/*
 * The kernel has decided to throw the scheduler out when the write that does it
 * returns. The host must know that this is no death, too.
 */
static int switch_cpu(struct scenario *s, unsigned int cpu, bool online)
{
	int ret;

	if (!s->cpus_ns)
		wire_send(s->ctx->wire_fd, WIRE_CPUS, "", 0);
	sched_cpus_go(s);
	ret = write_online(cpu, online);
	sched_cpus_gone(s);
	return ret;
}

static int apply_offline(const struct op *op, struct scenario *s)
{
	cpu_set_t cpus;
	unsigned int cpu;
	int ret = 0;

	cpus_meant(op, &s->machine.online, &cpus);
	for (cpu = 0; cpu < CPU_SETSIZE && !ret; cpu++) {
		if (!CPU_ISSET(cpu, &cpus) || CPU_ISSET(cpu, &s->cpus_off))
			continue;
		ret = switch_cpu(s, cpu, false);
		if (!ret)
			CPU_SET(cpu, &s->cpus_off);
	}
	crew_note_lost_cpus(s);
	return ret;
}

/* Those of @cpus that were taken away */
static int bring_back(struct scenario *s, const cpu_set_t *cpus)
{
	unsigned int cpu;
	int ret, first = 0;

	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, cpus) || !CPU_ISSET(cpu, &s->cpus_off))
			continue;
		ret = switch_cpu(s, cpu, true);
		if (!ret)
			CPU_CLR(cpu, &s->cpus_off);
		first = first ?: ret;
	}
	return first;
}

static int undo_offline(struct scenario *s)
{
	const cpu_set_t all = s->cpus_off;

	return bring_back(s, &all);
}

const struct op_ops op_cpu_offline = {
	.name = "CpuOffline",
	.what = "takes a CPU away; without cpu, all but the first. They are back at the end",
	.harm = "takes CPUs from everybody",
	.takes = OP_PARAM(cpu),
	.check = check_offline,
	.apply = apply_offline,
	.undo = undo_offline,
};

static int check_online(const struct op *op, struct world *world)
{
	cpu_set_t cpus;

	cpus_meant(op, &world->machine.online, &cpus);
	CPU_AND(&cpus, &cpus, &world->off);
	if (!CPU_COUNT(&cpus))
		return op->cpu ?
		       world_wrong(world, "CPU %u was not taken away", op->cpu) :
		       world_wrong(world, "no CPU was taken away");
	CPU_XOR(&world->off, &world->off, &cpus);
	return 0;
}

static int apply_online(const struct op *op, struct scenario *s)
{
	cpu_set_t cpus;

	cpus_meant(op, &s->machine.online, &cpus);
	return bring_back(s, &cpus);
}

const struct op_ops op_cpu_online = {
	.name = "CpuOnline",
	.what = "brings a CPU back that was taken away; without cpu, all of them",
	.harm = "switches CPUs of the machine",
	.takes = OP_PARAM(cpu),
	.check = check_online,
	.apply = apply_online,
};

/* ---- the clock ---- */

static int jump(int64_t ms)
{
	struct timespec ts;
	int64_t ns;

	if (clock_gettime(CLOCK_REALTIME, &ts))
		return -errno;
	ns = ts.tv_sec * (int64_t)NSEC_PER_SEC + ts.tv_nsec +
	     ms * (int64_t)NSEC_PER_MSEC;
	ts.tv_sec = ns / (int64_t)NSEC_PER_SEC;
	ts.tv_nsec = ns % (int64_t)NSEC_PER_SEC;
	return clock_settime(CLOCK_REALTIME, &ts) ? -errno : 0;
}

static int apply_jump(const struct op *op, struct scenario *s)
{
	int ret = jump(op->jump_ms);

	if (!ret)
		s->jumped_ms += op->jump_ms;
	return ret;
}

static int undo_jump(struct scenario *s)
{
	int ret = s->jumped_ms ? jump(-s->jumped_ms) : 0;

	if (!ret)
		s->jumped_ms = 0;
	return ret;
}

const struct op_ops op_clock_jump = {
	.name = "ClockJump",
	.what = "sets CLOCK_REALTIME forward by jump_ms, or back. It is put right at the end",
	.harm = "sets the clock that everybody reads",
	.takes = OP_PARAM(jump_ms),
	.needs = OP_PARAM(jump_ms),
	.apply = apply_jump,
	.undo = undo_jump,
};
