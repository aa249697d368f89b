// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the agent is asked to do, and what is found in the cache to ask it
 * with: environment, folders, user, a cache that is empty or half there.
 */
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sys/stat.h>

#include "kselftest_harness.h"

#include "lib/common/util/file.h"
#include "lib/common/util/util.h"
#include "vmm/emulated-host/emuhost_entry.h"
#include "vmm/emulated-host/emuhost_request.h"
#include "vmm/emulated-host/protocol.h"

TEST(emuhost_env_wanted)
{
	static const struct {
		const char *entry;
		bool wanted;
	} cases[] = {
		{ "KTSTR_KERNEL=/k", true }, { "KTSTR_=", true },
		{ "KTSTR=1", false }, { "XKTSTR_A=1", false },
		{ "KTSTR_OWNER_PID=17", false },
		{ "KTSTR_OWNER_PIDS=17", true },
		{ "KSFT_X=1", true }, { "KSFT=1", true }, { "KSF=1", false },
		{ "PATH=/bin", true }, { "PATHS=/bin", false },
		{ "MANPATH=/m", false }, { "HOME=", true },
		{ "XDG_CACHE_HOME=/c", true }, { "XDG_CONFIG_HOME=/c", false },
		{ "LD_LIBRARY_PATH=/l", true }, { "LD_PRELOAD=/l", false },
		{ "LC_ALL=C", true }, { "LCX=C", false }, { "TERM=dumb", true },
		{ "SECRET=1", false }, { "=odd", false }, { "", false },
		{ "PATH", true },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].wanted, request_env_wanted(cases[i].entry))
			TH_LOG("case %zu", i);
	}
}

FIXTURE(emuhost_request)
{
	char dir[PATH_MAX];	/* where folders may be made: beside us */
	char tmp[64];		/* one that the tmpfs will cover */
	int home;
	struct emuhost_config config;
	struct emuhost_request req;
};

FIXTURE_SETUP(emuhost_request)
{
	static const char *const argv[] = { "cmd", "", "a b", NULL };
	ssize_t n = readlink("/proc/self/exe", self->dir,
			     sizeof(self->dir) - 32);

	ASSERT_LT(0, n);
	self->dir[n] = '\0';
	strcpy(strrchr(self->dir, '/'), "/emuhost.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	strcpy(self->tmp, "/tmp/emuhost.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->tmp));
	self->home = open(".", O_RDONLY | O_DIRECTORY);
	ASSERT_LE(0, self->home);
	ASSERT_EQ(0, chdir(self->dir));
	self->config.argv = argv;
	self->req.bytes = (struct strbuf)STRBUF_INIT;
}

FIXTURE_TEARDOWN(emuhost_request)
{
	request_exit(&self->req);
	EXPECT_EQ(0, fchdir(self->home));
	close(self->home);
	folder_remove(self->dir);
	folder_remove(self->tmp);
}

/* The @n-th string with @tag, without it; NULL when there are fewer. */
static const char *string_at(const struct emuhost_request *req, char tag,
			     unsigned int n)
{
	const char *s = req->bytes.text + sizeof(struct emuhost_frame);
	const char *end = req->bytes.text + req->bytes.len;

	for (; s < end; s += strlen(s) + 1)
		if (*s == tag && !n--)
			return s + 1;
	return NULL;
}

static unsigned int count(const struct emuhost_request *req, char tag)
{
	unsigned int n = 0;

	while (string_at(req, tag, n))
		n++;
	return n;
}

TEST_F(emuhost_request, command_user_and_env)
{
	static char *const envp[] = {
		(char *)"PATH=/bin", (char *)"SECRET=x", (char *)"TAKEN=y",
		(char *)"HOME=/home/a", (char *)"KTSTR_EMULATED_HOST=0", NULL,
	};
	static const char *const env[] = { "TAKEN", "HOME=/b", "NEW=", NULL };
	const struct emuhost_frame *head;
	char ids[64];
	mode_t mask = umask(027);

	self->config.env = env;
	ASSERT_EQ(0, request_init(&self->req, &self->config, envp));
	umask(mask);

	head = (const void *)self->req.bytes.text;
	EXPECT_EQ(EMUHOST_MAGIC, head->magic);
	EXPECT_EQ(EMUHOST_REQUEST, head->type);
	EXPECT_EQ(self->req.bytes.len - sizeof(*head), head->len);

	ASSERT_EQ(3, count(&self->req, 'a'));
	EXPECT_STREQ("cmd", string_at(&self->req, 'a', 0));
	EXPECT_STREQ("", string_at(&self->req, 'a', 1));
	EXPECT_STREQ("a b", string_at(&self->req, 'a', 2));

	ASSERT_EQ(5, count(&self->req, 'e'));
	EXPECT_STREQ("KTSTR_EMULATED_HOST=1", string_at(&self->req, 'e', 0));
	EXPECT_STREQ("PATH=/bin", string_at(&self->req, 'e', 1));
	EXPECT_STREQ("TAKEN=y", string_at(&self->req, 'e', 2));
	EXPECT_STREQ("HOME=/b", string_at(&self->req, 'e', 3));
	EXPECT_STREQ("NEW=", string_at(&self->req, 'e', 4));

	snprintf(ids, sizeof(ids), "%u %u %u", geteuid(), getegid(), 027);
	EXPECT_STREQ(ids, string_at(&self->req, 'i', 0));
	EXPECT_STREQ(self->dir, string_at(&self->req, 'd', 0));
	EXPECT_EQ((unsigned int)getgroups(0, NULL), count(&self->req, 'g'));
	EXPECT_EQ(0, count(&self->req, 'w'));
	/* Our own folder, where the tmpfs would cover it. */
	EXPECT_EQ(!strncmp(self->dir, "/tmp/", 5), count(&self->req, 'r'));
}

TEST_F(emuhost_request, writable_folders_do_not_overlap)
{
	static const char *const list[] = {
		"a/b/c", "out", "a", "./a/../a/b", "link", NULL,
	};
	char *const envp[] = { NULL };
	char path[PATH_MAX + 8];

	ASSERT_EQ(0, mkdir("a", 0755));
	ASSERT_EQ(0, mkdir("a/b", 0755));
	ASSERT_EQ(0, mkdir("a/b/c", 0755));
	ASSERT_EQ(0, mkdir("out", 0755));
	ASSERT_EQ(0, symlink("out", "link"));
	self->config.writable = list;
	ASSERT_EQ(0, request_init(&self->req, &self->config, envp));
	ASSERT_EQ(2, self->req.nr_shares);
	ASSERT_EQ(2, count(&self->req, 'w'));
	snprintf(path, sizeof(path), "%s/out", self->dir);
	EXPECT_STREQ(path, self->req.shares[0]);
	EXPECT_STREQ(path, string_at(&self->req, 'w', 0));
	snprintf(path, sizeof(path), "%s/a", self->dir);
	EXPECT_STREQ(path, self->req.shares[1]);
	EXPECT_STREQ(path, string_at(&self->req, 'w', 1));
}

/* What a tmpfs would hide is shown, unless it is writable anyway. */
TEST_F(emuhost_request, covered_folders_are_shown)
{
	const char *readable[] = { "/tmp", "/usr", "file", NULL };
	const char *writable[] = { "w", NULL };
	const char *argv[] = { "w/program", NULL };
	char *const envp[] = { NULL };
	char path[PATH_MAX];

	ASSERT_EQ(0, chdir(self->tmp));
	ASSERT_EQ(0, mkdir("w", 0755));
	close(open("w/program", O_CREAT | O_WRONLY, 0755));
	close(open("file", O_CREAT | O_WRONLY, 0644));
	self->config.readable = readable;
	self->config.writable = writable;
	self->config.argv = argv;
	ASSERT_EQ(0, request_init(&self->req, &self->config, envp));
	/* For "file", and for the current folder: the same one. */
	ASSERT_EQ(2, count(&self->req, 'r'));
	EXPECT_STREQ(self->tmp, string_at(&self->req, 'r', 0));
	EXPECT_STREQ(self->tmp, string_at(&self->req, 'r', 1));
	ASSERT_EQ(1, count(&self->req, 'w'));
	snprintf(path, sizeof(path), "%s/w", self->tmp);
	EXPECT_STREQ(path, string_at(&self->req, 'w', 0));
}

TEST_F(emuhost_request, nonsense_refused)
{
	static const char *const none[] = { NULL };
	static const char *const root[] = { "/", NULL };
	static const char *const file[] = { "/proc/self/exe", NULL };
	static const char *const missing[] = { "no/such", NULL };
	static const struct {
		const char *name;
		const char *const *argv;
		const char *const *writable;
		const char *const *readable;
	} cases[] = {
		{ "no command", none, NULL, NULL },
		{ "all writable", root, root, NULL },
		{ "a file is no folder", root, file, NULL },
		{ "nothing to write to", root, missing, NULL },
		{ "nothing to read", root, NULL, missing },
	};
	char *const envp[] = { NULL };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		self->config.argv = cases[i].argv;
		self->config.writable = cases[i].writable;
		self->config.readable = cases[i].readable;
		EXPECT_EQ(-EINVAL, request_init(&self->req, &self->config,
						envp))
			TH_LOG("%s", cases[i].name);
		request_exit(&self->req);
	}
}

TEST_F(emuhost_request, too_long_refused)
{
	const char **argv = calloc((EMUHOST_REQUEST_MAX >> 10) + 2,
				   sizeof(*argv));
	char *const envp[] = { NULL };
	char arg[1024];
	size_t i;

	ASSERT_NE(NULL, argv);
	memset(arg, 'x', sizeof(arg) - 1);
	arg[sizeof(arg) - 1] = '\0';
	for (i = 0; i <= EMUHOST_REQUEST_MAX >> 10; i++)
		argv[i] = arg;
	self->config.argv = argv;
	EXPECT_EQ(-E2BIG, request_init(&self->req, &self->config, envp));
	free(argv);
}

/* fetch.sh writes `version` last: without it there is no entry. */
TEST_F(emuhost_request, entry_is_whole_or_missing)
{
	struct emuhost_entry entry;
	char path[PATH_MAX + 32];
	int fd;

	EXPECT_EQ(-ENOENT, entry_find(&entry, "no/such/cache"));
	ASSERT_EQ(0, mkdir("emulated-host", 0755));
	EXPECT_EQ(-ENOENT, entry_find(&entry, "."));
	ASSERT_EQ(0, mkdir("emulated-host/key", 0755));
	ASSERT_EQ(0, symlink("key",
			     "emulated-host/current-" EMUHOST_LAYOUT));
	EXPECT_EQ(-ENOENT, entry_find(&entry, "."));
	fd = open("emulated-host/key/version", O_CREAT | O_WRONLY, 0644);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-ENOENT, entry_find(&entry, "."));
	ASSERT_EQ(7, write(fd, "10.0.2\n", 7));
	close(fd);
	ASSERT_EQ(0, entry_find(&entry, "."));
	EXPECT_STREQ("10.0.2", entry.version);
	snprintf(path, sizeof(path), "%s/emulated-host/key", self->dir);
	EXPECT_STREQ(path, entry.dir);

	ASSERT_EQ(0, chmod("emulated-host/key/version", 0666));
	EXPECT_EQ(-EPERM, entry_find(&entry, "."));
	ASSERT_EQ(0, chmod("emulated-host/key/version", 0644));

	EXPECT_EQ(-ENOENT, entry_initrd(&entry, "no/such/agent"));
	EXPECT_EQ(-ENOENT, entry_initrd(&entry, "/proc/self/exe"));
}

TEST_HARNESS_MAIN
