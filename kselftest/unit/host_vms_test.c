// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many VMs or emulated hosts are at work side by side.
 */
#include "kselftest_harness.h"

#include <sched.h>
#include <stdlib.h>

#include "lib/common/util/util.h"
#include "lib/host/machine/vms.h"

FIXTURE(hosts)
{
	cpu_set_t cpus;
	unsigned int n;
};

FIXTURE_SETUP(hosts)
{
	unsetenv("KTSTR_HOSTS");
	ASSERT_EQ(0, sched_getaffinity(0, sizeof(self->cpus), &self->cpus));
	self->n = CPU_COUNT(&self->cpus);
}

FIXTURE_TEARDOWN(hosts)
{
}

TEST_F(hosts, as_many_as_were_asked_for)
{
	setenv("KTSTR_HOSTS", "7", 1);
	EXPECT_EQ(7, vms_side_by_side(VMS_EMULATED));
	EXPECT_EQ(7, vms_side_by_side(VMS_KVM));
}

/* Memory may allow less. */
TEST_F(hosts, no_more_than_cpus_carry)
{
	EXPECT_LE(1, vms_side_by_side(VMS_EMULATED));
	EXPECT_GE(self->n, vms_side_by_side(VMS_EMULATED));
	EXPECT_LE(1, vms_side_by_side(VMS_KVM));
	EXPECT_GE(max(self->n / 4, 1U), vms_side_by_side(VMS_KVM));
}

/* Those that we may use, not those that there are. */
TEST_F(hosts, one_at_least_on_one_cpu)
{
	cpu_set_t one;
	int cpu = 0;

	while (!CPU_ISSET(cpu, &self->cpus))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	ASSERT_EQ(0, sched_setaffinity(0, sizeof(one), &one));
	EXPECT_EQ(1, vms_side_by_side(VMS_EMULATED));
	EXPECT_EQ(1, vms_side_by_side(VMS_KVM));
}

TEST_HARNESS_MAIN
