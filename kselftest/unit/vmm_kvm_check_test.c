// SPDX-License-Identifier: GPL-2.0-only
/*
 * The KVM probe where there is no KVM to try: each reason in its own words.
 */
#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "vmm/probe.h"

#define NOBODY	65534

FIXTURE(probe)
{
	char path[32];
	char why[200];
	enum kvm_usability usable;
};

FIXTURE_SETUP(probe)
{
	snprintf(self->path, sizeof(self->path), "/tmp/kvm.XXXXXX");
	close(mkstemp(self->path));
}

FIXTURE_TEARDOWN(probe)
{
	unlink(self->path);
}

static int probe(FIXTURE_DATA(probe) *self, const char *path)
{
	self->usable = KVM_USABLE;
	return kvm_probe(path, &self->usable, self->why, sizeof(self->why));
}

/*
 * As root nothing is forbidden, so become someone else; only for as long as it
 * takes, as the teardown removes what root has made.
 */
TEST_F(probe, no_permission)
{
	bool root = !geteuid();
	char want[64];

	ASSERT_EQ(0, chmod(self->path, 0));
	if (root) {
		ASSERT_EQ(0, setgroups(0, NULL));
		ASSERT_EQ(0, setegid(NOBODY));
		ASSERT_EQ(0, seteuid(NOBODY));
	}
	EXPECT_EQ(0, probe(self, self->path));
	if (root)
		ASSERT_EQ(0, seteuid(0));
	EXPECT_EQ(KVM_UNUSABLE, self->usable);
	snprintf(want, sizeof(want), "no permission on %s", self->path);
	EXPECT_STREQ(want, self->why);
}

TEST_F(probe, no_device)
{
	ASSERT_EQ(0, probe(self, "/dev/no-such-kvm"));
	EXPECT_EQ(KVM_UNUSABLE, self->usable);
	EXPECT_STREQ("no /dev/no-such-kvm: No such file or directory",
		     self->why);
}

TEST_F(probe, another_device)
{
	ASSERT_EQ(0, probe(self, "/dev/null"));
	EXPECT_EQ(KVM_UNUSABLE, self->usable);
	EXPECT_STREQ("/dev/null is no KVM device", self->why);
}

TEST_HARNESS_MAIN
