// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands on an emulated host: what comes back from them, and what they can
 * reach. How it all ends when it is disturbed is emuhost_end_test.
 */
#include <sched.h>
#include <sys/random.h>

#include "kselftest_harness.h"

#include "kselftest/unit/emuhost_launch.h"
#include "vmm/emulated-host/emuhost_cpu.h"

#define TEST_LIMIT_S	110

FIXTURE(emuhost_run)
{
	char dir[PATH_MAX];
};

FIXTURE_SETUP(emuhost_run)
{
	const char *missing = launch_missing();

	if (missing)
		SKIP(return, "%s", missing);
	ASSERT_EQ(0, launch_dir(self->dir, sizeof(self->dir)));
}

FIXTURE_TEARDOWN(emuhost_run)
{
	launch_dir_remove(self->dir);
}

TEST_F_TIMEOUT(emuhost_run, status_comes_back, TEST_LIMIT_S)
{
	static const struct {
		const char *command;
		int status;
	} cases[] = {
		{ "exit 0", 0 },
		{ "exit 4", 4 },
		{ "kill -SEGV $$", 128 + SIGSEGV },
		{ "exec /no/such/program", 127 },
	};
	struct launch l;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ASSERT_EQ(0, LAUNCH(&l, "--", "sh", "-c", cases[i].command));
		EXPECT_EQ(cases[i].status, launch_wait(&l, LAUNCH_LIMIT_MS))
			TH_LOG("case %zu", i);
		launch_free(&l);
	}
}

static bool write_random(const char *path, char *buf, size_t len)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	size_t done;
	bool ok;

	for (done = 0; done < len; done += 256)
		if (getrandom(buf + done, 256, 0) != 256)
			return false;
	ok = write(fd, buf, len) == (ssize_t)len;
	close(fd);
	return ok;
}

#define BIG_SIZE	(1 << 20)

TEST_F_TIMEOUT(emuhost_run, output_is_exact, TEST_LIMIT_S)
{
	static char out[BIG_SIZE], err[BIG_SIZE];
	char path[PATH_MAX + 8], *seen, *own;
	struct launch l;
	size_t len;

	snprintf(path, sizeof(path), "%s/out", self->dir);
	ASSERT_TRUE(write_random(path, out, sizeof(out)));
	snprintf(path, sizeof(path), "%s/err", self->dir);
	ASSERT_TRUE(write_random(path, err, sizeof(err)));
	ASSERT_EQ(0, LAUNCH(&l, "-w", self->dir, "--", "sh", "-c",
			    "cd \"$0\" && cat out & cat \"$0/err\" >&2; wait",
			    self->dir));
	EXPECT_EQ(0, launch_wait(&l, LAUNCH_LIMIT_MS));

	seen = launch_read(l.out, &len);
	ASSERT_EQ(sizeof(out), len);
	EXPECT_EQ(0, memcmp(out, seen, len));
	free(seen);
	/* One line of the launcher's own comes first. */
	seen = launch_read(l.err, &len);
	own = strchr(seen, '\n');
	ASSERT_NE(NULL, own);
	own++;
	EXPECT_EQ(0, strncmp(seen, "# running on an emulated host (QEMU ",
			     36));
	ASSERT_EQ(sizeof(err), seen + len - own);
	EXPECT_EQ(0, memcmp(err, own, sizeof(err)));
	free(seen);
	launch_free(&l);
}

/* Each line must fail but for the last ones, which must not. */
static const char file_script[] =
	"dir=$0\n"
	"no() { if (eval \"$1\") 2>/tmp/err; then echo \"did: $1\"\n"
	"	elif ! grep -q 'Read-only file system' /tmp/err; then\n"
	"		echo \"$1: $(cat /tmp/err)\"; fi; }\n"
	"no ': > /ktstr-no'\n"
	"no ': >> /etc/passwd'\n"
	"no ': > \"$dir/../file\"'\n"
	"no 'rm -f \"$dir/../file\"'\n"
	"no 'chmod 600 \"$dir/../file\"'\n"
	"no 'mv \"$dir/../file\" \"$dir/../gone\"'\n"
	"no 'ln \"$dir/../file\" \"$dir/../link\"'\n"
	"no 'touch /var/ktstr-no'\n"
	"no 'touch \"$HOME/ktstr-no\"'\n"
	"no 'mkdir \"$dir/../ktstr-no\"'\n"
	"no 'touch \"$dir/../ktstr-no\"'\n"
	"no 'rmdir \"$dir/../sub\"'\n"
	"no 'mkdir /home/ktstr-no'\n"
	"set -e\n"
	"touch /tmp/a /run/a /dev/shm/a\n"
	"[ -c /dev/kvm ] && [ -r /dev/kvm ] && [ -w /dev/kvm ]\n"
	"[ \"$KTSTR_EMULATED_HOST\" = 1 ]\n"
	"ls /tmp | grep -v -x -e a -e err || :\n"
	"mkdir \"$dir/made\"; cp /etc/passwd \"$dir/made/\"\n"
	"echo end\n";

TEST_F_TIMEOUT(emuhost_run, only_named_folders_are_writable, TEST_LIMIT_S)
{
	char writable[PATH_MAX + 8], path[PATH_MAX + 32], *seen;
	struct launch l;
	size_t len;

	snprintf(writable, sizeof(writable), "%s/w", self->dir);
	ASSERT_EQ(0, mkdir(writable, 0755));
	snprintf(path, sizeof(path), "%s/sub", self->dir);
	ASSERT_EQ(0, mkdir(path, 0755));
	snprintf(path, sizeof(path), "%s/file", self->dir);
	close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
	ASSERT_EQ(0, LAUNCH(&l, "-e", "LC_ALL=C", "-w", writable, "--", "sh",
			    "-c", file_script, writable));
	EXPECT_EQ(0, launch_wait(&l, LAUNCH_LIMIT_MS));
	seen = launch_read(l.out, &len);
	EXPECT_STREQ("end\n", seen);
	free(seen);
	snprintf(path, sizeof(path), "%s/made/passwd", writable);
	EXPECT_EQ(0, access(path, R_OK));
	EXPECT_NE(0, access("/tmp/a", F_OK));
	launch_free(&l);
}

/* Return: threads of @pid, 0 when it is gone; @cpus gets where they may run. */
static unsigned int threads_cpus(pid_t pid, cpu_set_t *cpus)
{
	unsigned int n = 0;
	struct dirent *d;
	char path[64];
	cpu_set_t one;
	DIR *tasks;

	CPU_ZERO(cpus);
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	tasks = opendir(path);
	while (tasks && (d = readdir(tasks)))
		if (*d->d_name != '.' &&
		    !sched_getaffinity(atoi(d->d_name), sizeof(one), &one)) {
			CPU_OR(cpus, cpus, &one);
			n++;
		}
	if (tasks)
		closedir(tasks);
	return n;
}

/* Return: 0, -ENOENT when there are no two. */
static int keep_two_cpus(cpu_set_t *cpus)
{
	int nr;

	for (nr = CPU_SETSIZE - 1; CPU_COUNT(cpus) > 2; nr--)
		CPU_CLR(nr, cpus);
	if (CPU_COUNT(cpus) < 2)
		return -ENOENT;
	return sched_setaffinity(0, sizeof(*cpus), cpus) ? -errno : 0;
}

/*
 * In a network namespace of our own, where no other emulated host has taken
 * a CPU.
 */
TEST_F_TIMEOUT(emuhost_run, each_has_a_cpu_of_its_own, TEST_LIMIT_S)
{
	struct emuhost_entry entry;
	cpu_set_t allowed, cpus[3];
	char cache[PATH_MAX];
	struct launch l[3];
	pid_t qemu;
	int i;

	ASSERT_EQ(0, host_cache_dir(cache, sizeof(cache)));
	ASSERT_EQ(0, entry_find(&entry, cache));
	if (!emuhost_cpu_needed(entry.version))
		SKIP(return, "QEMU %s needs no CPU of its own", entry.version);
	ASSERT_EQ(0, sched_getaffinity(0, sizeof(allowed), &allowed));
	if (keep_two_cpus(&allowed))
		SKIP(return, "one CPU: there is nothing to choose");
	if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET))
		SKIP(return, "no network namespace: %s", strerror(errno));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, LAUNCH(&l[i], "--", "sh", "-c",
				    "echo up; exec sleep 100"));
		ASSERT_TRUE(launch_wait_for(l[i].out, "up"));
		qemu = launch_qemu(l[i].pid);
		ASSERT_NE(0, qemu);
		/* Its main loop and the emulated CPU at least. */
		EXPECT_LE(2, threads_cpus(qemu, &cpus[i]));
	}
	EXPECT_EQ(1, CPU_COUNT(&cpus[0]));
	EXPECT_EQ(1, CPU_COUNT(&cpus[1]));
	EXPECT_FALSE(CPU_EQUAL(&cpus[0], &cpus[1]));
	/* Nothing is left for the third: it may run on both. */
	EXPECT_TRUE(CPU_EQUAL(&allowed, &cpus[2]));
	for (i = 0; i < 3; i++) {
		kill(l[i].pid, SIGTERM);
		EXPECT_EQ(128 + SIGTERM, launch_wait(&l[i], LAUNCH_LIMIT_MS));
		launch_free(&l[i]);
	}
}

TEST_F_TIMEOUT(emuhost_run, two_side_by_side, TEST_LIMIT_S)
{
	struct launch l[2];
	char *seen;
	size_t len;
	int i;

	ASSERT_EQ(0, LAUNCH(&l[0], "-w", self->dir, "--", "sh", "-c",
			    "echo 0 > /tmp/x; sleep 2; cat /tmp/x; exit 10"));
	ASSERT_EQ(0, LAUNCH(&l[1], "-w", self->dir, "--", "sh", "-c",
			    "echo 1 > /tmp/x; sleep 2; cat /tmp/x; exit 11"));
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(10 + i, launch_wait(&l[i], LAUNCH_LIMIT_MS));
		seen = launch_read(l[i].out, &len);
		EXPECT_STREQ(i ? "1\n" : "0\n", seen);
		free(seen);
		launch_free(&l[i]);
	}
}

TEST_HARNESS_MAIN
