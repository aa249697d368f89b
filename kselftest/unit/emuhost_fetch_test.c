// SPDX-License-Identifier: GPL-2.0-only
/*
 * fetch.sh where it cannot do its work: one clear line, the right status, and
 * nothing half-written. None of this needs a network.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include "kselftest_harness.h"

#include "kselftest/unit/emuhost_launch.h"

FIXTURE(emuhost_fetch)
{
	char dir[PATH_MAX];
	char script[PATH_MAX];
	char cache[PATH_MAX + 8];
};

/* It lies with the sources; what is installed has no unit tests. */
FIXTURE_SETUP(emuhost_fetch)
{
	char *end;

	snprintf(self->script, sizeof(self->script) - 64, "%s", __FILE__);
	end = strstr(self->script, "kselftest/unit/");
	ASSERT_NE(NULL, end);
	strcpy(end, "vmm/emulated-host/fetch.sh");
	if (access(self->script, X_OK))
		SKIP(return, "no sources: fetch.sh lies with them");
	ASSERT_EQ(0, launch_dir(self->dir, sizeof(self->dir)));
	snprintf(self->cache, sizeof(self->cache), "%s/cache", self->dir);
	setenv("XDG_CACHE_HOME", self->cache, 1);
	unsetenv("KTSTR_DEBIAN_KEYRING");
	unsetenv("http_proxy");
}

FIXTURE_TEARDOWN(emuhost_fetch)
{
	launch_dir_remove(self->dir);
}

static int script_start(struct launch *l, const char *script,
			const char *option)
{
	l->out = memfd_create("out", MFD_CLOEXEC);
	l->err = memfd_create("err", MFD_CLOEXEC);
	l->pid = fork();
	if (!l->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(l->out, STDOUT_FILENO);
		dup2(l->err, STDERR_FILENO);
		execl(script, script, option, NULL);
		_exit(99);
	}
	l->pidfd = syscall(SYS_pidfd_open, l->pid, 0);
	return l->pid < 0 || l->pidfd < 0 ? -errno : 0;
}

static unsigned int lines(const char *text)
{
	unsigned int n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* Run it: @status, a single line with @words, nothing on stdout. */
static void __expect(struct __test_metadata *_metadata, const char *script,
		     const char *option, int status, const char *words)
{
	struct launch l;
	char *text;
	size_t len;

	ASSERT_EQ(0, script_start(&l, script, option));
	EXPECT_EQ(status, launch_wait(&l, 60000));
	text = launch_read(l.out, &len);
	EXPECT_STREQ("", text);
	free(text);
	text = launch_read(l.err, &len);
	EXPECT_EQ(0, strncmp(text, "# emulated host: ", 17));
	EXPECT_EQ(1, lines(text)) TH_LOG("%s", text);
	EXPECT_NE(NULL, strstr(text, words)) TH_LOG("%s", text);
	free(text);
	launch_free(&l);
}

/* What is below @dir, but for the lock. */
static unsigned int left_over(const char *dir)
{
	char path[PATH_MAX + 64];
	unsigned int n = 0;
	struct dirent *d;
	DIR *entries;

	snprintf(path, sizeof(path), "%s/ktstr/emulated-host", dir);
	entries = opendir(path);
	while (entries && (d = readdir(entries)))
		n += *d->d_name != '.' && strcmp(d->d_name, "lock");
	if (entries)
		closedir(entries);
	return n;
}

TEST_F(emuhost_fetch, check_only_looks)
{
	__expect(_metadata, self->script, "--check", 4, "fetch.sh gets it");
	__expect(_metadata, self->script, "--no-install", 4,
		 "fetch.sh gets it");
	EXPECT_NE(0, access(self->cache, F_OK));
}

TEST_F(emuhost_fetch, wrong_option)
{
	__expect(_metadata, self->script, "--chekc", 1, "--chekc");
}

TEST_F(emuhost_fetch, no_cache_folder)
{
	unsetenv("XDG_CACHE_HOME");
	unsetenv("HOME");
	__expect(_metadata, self->script, NULL, 4, "HOME or XDG_CACHE_HOME");
}

TEST_F(emuhost_fetch, cache_is_a_file)
{
	close(open(self->cache, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
	setenv("KTSTR_DEBIAN_MIRROR", "http://127.0.0.1:9/debian", 1);
	__expect(_metadata, self->script, NULL, 4, "cannot make ");
}

/* All but apt and dpkg, by links in a folder of its own. */
TEST_F(emuhost_fetch, tools_are_missing)
{
	static const char * const there[] = {
		"bash", "cat", "env", "flock", "grep", "head", "od", "sed",
		"sort", "tr", "uname", "xargs",
	};
	char bin[PATH_MAX + 16], link[PATH_MAX + 32], target[64];
	size_t i;

	snprintf(bin, sizeof(bin), "%s/bin", self->dir);
	ASSERT_EQ(0, mkdir(bin, 0755));
	for (i = 0; i < ARRAY_SIZE(there); i++) {
		snprintf(link, sizeof(link), "%s/%s", bin, there[i]);
		snprintf(target, sizeof(target), "/usr/bin/%s", there[i]);
		ASSERT_EQ(0, symlink(target, link));
	}
	setenv("PATH", bin, 1);
	setenv("KTSTR_DEBIAN_KEYRING", "/no/such/keys", 1);
	__expect(_metadata, self->script, NULL, 4,
		 "missing: apt-get apt-cache dpkg-deb /no/such/keys (");
	EXPECT_NE(0, access(self->cache, F_OK));
}

TEST_F_TIMEOUT(emuhost_fetch, mirror_does_not_answer, 90)
{
	/* The discard service; hardly anyone offers it. */
	setenv("KTSTR_DEBIAN_MIRROR", "http://127.0.0.1:9/debian", 1);
	__expect(_metadata, self->script, NULL, 1,
		 "reading the package lists of http://127.0.0.1:9/debian: ");
	EXPECT_EQ(0, left_over(self->cache));
}

/* The mirror takes the connection and says nothing. */
TEST_F(emuhost_fetch, interrupted_at_once)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char mirror[64];
	struct launch l;

	ASSERT_EQ(0, bind(fd, (struct sockaddr *)&addr, len));
	ASSERT_EQ(0, getsockname(fd, (struct sockaddr *)&addr, &len));
	ASSERT_EQ(0, listen(fd, 8));
	snprintf(mirror, sizeof(mirror), "http://127.0.0.1:%d/debian",
		 ntohs(addr.sin_port));
	setenv("KTSTR_DEBIAN_MIRROR", mirror, 1);
	ASSERT_EQ(0, script_start(&l, self->script, NULL));
	/* It has come as far as the network. */
	ASSERT_EQ(1, poll(&pfd, 1, 20000));
	EXPECT_EQ(1, left_over(self->cache));
	kill(l.pid, SIGTERM);
	EXPECT_EQ(128 + SIGTERM, launch_wait(&l, 3000));
	EXPECT_EQ(0, left_over(self->cache));
	launch_free(&l);
	close(fd);
}

TEST_F(emuhost_fetch, full_disk)
{
	if (unshare(CLONE_NEWNS) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		SKIP(return, "a small disk takes root to mount");
	ASSERT_EQ(0, mkdir(self->cache, 0755));
	ASSERT_EQ(0, mount("small", self->cache, "tmpfs", 0, "size=2m"));
	setenv("KTSTR_DEBIAN_MIRROR", "http://127.0.0.1:9/debian", 1);
	__expect(_metadata, self->script, NULL, 4, "MB are free");
	EXPECT_EQ(0, left_over(self->cache));
	EXPECT_EQ(0, umount(self->cache));
}

TEST_HARNESS_MAIN
