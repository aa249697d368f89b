// SPDX-License-Identifier: GPL-2.0-only
/*
 * The KVM check where there is no KVM to try: each reason in its own words.
 */
#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "vmm/kvm_check.h"

#define NOBODY	65534

FIXTURE(kvm_check)
{
	char path[32];
	char why[200];
	enum kvm_usability usable;
};

FIXTURE_SETUP(kvm_check)
{
	snprintf(self->path, sizeof(self->path), "/tmp/kvm.XXXXXX");
	close(mkstemp(self->path));
}

FIXTURE_TEARDOWN(kvm_check)
{
	unlink(self->path);
}

static int try(FIXTURE_DATA(kvm_check) *self, const char *path)
{
	self->usable = KVM_USABLE;
	return kvm_check(path, &self->usable, self->why, sizeof(self->why));
}

/*
 * As root nothing is forbidden, so become someone else; only for as long as it
 * takes, as the teardown removes what root has made.
 */
TEST_F(kvm_check, no_permission)
{
	bool root = !geteuid();
	char want[100];

	ASSERT_EQ(0, chmod(self->path, 0));
	if (root) {
		ASSERT_EQ(0, setgroups(0, NULL));
		ASSERT_EQ(0, setegid(NOBODY));
		ASSERT_EQ(0, seteuid(NOBODY));
	}
	EXPECT_EQ(0, try(self, self->path));
	if (root)
		ASSERT_EQ(0, seteuid(0));
	EXPECT_EQ(KVM_UNUSABLE, self->usable);
	snprintf(want, sizeof(want),
		 "no permission on %s: no group may read and write it",
		 self->path);
	EXPECT_STREQ(want, self->why);
}

/* As distributions have /dev/kvm. */
TEST_F(kvm_check, no_permission_but_for_a_group)
{
	struct group *group = getgrgid(NOBODY);
	char want[100];

	if (geteuid() || !group)
		SKIP(return, "needs root, and a group of nobody's");
	ASSERT_EQ(0, chmod(self->path, 0660));
	ASSERT_EQ(0, chown(self->path, 0, NOBODY));
	kvm_no_permission(self->path, self->why, sizeof(self->why));
	snprintf(want, sizeof(want),
		 "no permission on %s: as root, usermod -aG %s root, then log in anew",
		 self->path, group->gr_name);
	EXPECT_STREQ(want, self->why);
}

TEST_F(kvm_check, no_device)
{
	ASSERT_EQ(0, try(self, "/dev/no-such-kvm"));
	EXPECT_EQ(KVM_UNUSABLE, self->usable);
	EXPECT_STREQ("no /dev/no-such-kvm: No such file or directory",
		     self->why);
}

TEST_F(kvm_check, another_device)
{
	ASSERT_EQ(0, try(self, "/dev/null"));
	EXPECT_EQ(KVM_UNUSABLE, self->usable);
	EXPECT_STREQ("/dev/null is no KVM device", self->why);
}

TEST_HARNESS_MAIN
