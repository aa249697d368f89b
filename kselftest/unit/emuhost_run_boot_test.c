// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands on an emulated host: what comes back from them, and what they can
 * reach. How it all ends when it is disturbed is emuhost_end_boot_test.
 */
#include <sched.h>
#include <sys/random.h>
#include <sys/resource.h>

#include "kselftest_harness.h"

#include "kselftest/unit/emuhost_launch.h"

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
	struct launch l = { };
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
	struct launch l = { };
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

#define LINES		220000
#define PAUSE_S		3
/* A megabyte: more than the launcher, its pipes and QEMU take, but for the port */
#define QUEUED		150000

/*
 * Far more than all queues on the way hold, for a reader who is not done before
 * the command has long ended: what is in the port's queue by then, its end among
 * that, would go with a machine that does not wait for it to be read.
 */
TEST_F_TIMEOUT(emuhost_run, slow_reader_gets_all_of_it, TEST_LIMIT_S)
{
	char line[32], want[32], path[PATH_MAX + 8];
	struct launch l = { };
	unsigned int n = 0;
	int out[2];
	FILE *f;

	ASSERT_EQ(0, pipe2(out, O_CLOEXEC));
	l.to = out[1];
	ASSERT_EQ(0, LAUNCH(&l, "-w", self->dir, "--", "sh", "-c",
			    "echo once >> \"$0/runs\"; seq 220000; exit 7",
			    self->dir));
	close(out[1]);
	snprintf(path, sizeof(path), "%s/runs", self->dir);
	while (access(path, F_OK) && poll(NULL, 0, 100) == 0)
		;
	f = fdopen(out[0], "r");
	ASSERT_NE(NULL, f);
	while (fgets(line, sizeof(line), f)) {
		snprintf(want, sizeof(want), "%u\n", ++n);
		if (strcmp(want, line))
			break;
		/* The queues hold all that is left. */
		if (n == LINES - QUEUED)
			sleep(2 * PAUSE_S);
		/* And later the launcher has all of it. */
		if (n > LINES - 50000 && n % 10000 == 0)
			sleep(PAUSE_S);
	}
	EXPECT_EQ(LINES, n);
	fclose(f);
	EXPECT_EQ(7, launch_wait(&l, LAUNCH_LIMIT_MS));
	EXPECT_FALSE(launch_said(l.err, "infrastructure"));
	f = fopen(path, "re");
	ASSERT_NE(NULL, f);
	EXPECT_NE(NULL, fgets(line, sizeof(line), f));
	EXPECT_EQ(NULL, fgets(line, sizeof(line), f));
	fclose(f);
	launch_free(&l);
}

/* Set-user-ID programs and devices, in all ways that there are to make them. */
static const char privileged_script[] =
	"cd \"$0\" || exit 1\n"
	"no() { \"$@\" 2>/dev/null && echo \"did: $*\"; }\n"
	"cp /bin/true a; mkdir d\n"
	"no chmod u+s a; no chmod g+s a; no chmod 6755 a; no chmod g+s d\n"
	"no install -m 4755 /bin/true b\n"
	"no mkdir -m 2755 e\n"
	"no mknod n c 1 3; no mknod m b 7 0\n"
	"no mknod -m 4755 p p\n"
	"chmod 700 a && mkfifo f && echo end\n";

TEST_F_TIMEOUT(emuhost_run, nothing_privileged_is_left, TEST_LIMIT_S)
{
	struct launch l = { };
	struct dirent *d;
	struct stat st;
	char *seen;
	size_t len;
	DIR *dir;

	ASSERT_EQ(0, LAUNCH(&l, "-w", self->dir, "--", "sh", "-c",
			    privileged_script, self->dir));
	EXPECT_EQ(0, launch_wait(&l, LAUNCH_LIMIT_MS));
	seen = launch_read(l.out, &len);
	EXPECT_STREQ("end\n", seen);
	free(seen);
	dir = opendir(self->dir);
	ASSERT_NE(NULL, dir);
	while ((d = readdir(dir))) {
		ASSERT_EQ(0, fstatat(dirfd(dir), d->d_name, &st,
				     AT_SYMLINK_NOFOLLOW));
		EXPECT_EQ(0, st.st_mode & (S_ISUID | S_ISGID))
			TH_LOG("%s", d->d_name);
		EXPECT_FALSE(S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
			TH_LOG("%s", d->d_name);
	}
	closedir(dir);
	launch_free(&l);
}

/* Return: what @name of /proc/PID/status says. */
static unsigned long long status_field(pid_t pid, const char *name, int base)
{
	unsigned long long value = ~0ULL;
	char path[64], line[256];
	size_t len = strlen(name);
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, len) && line[len] == ':')
			value = strtoull(line + len + 1, NULL, base);
	if (f)
		fclose(f);
	return value;
}

/* Has it a descriptor of @inode? */
static bool has_open(pid_t pid, ino_t inode)
{
	char path[300];
	struct stat st;
	struct dirent *d;
	bool has = false;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	while (dir && (d = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%.20s", pid,
			 d->d_name);
		has |= !stat(path, &st) && st.st_ino == inode;
	}
	if (dir)
		closedir(dir);
	return has;
}

#define CAP_BITS	(1ULL << 27 | 1ULL << 31)	/* MKNOD, SETFCAP */

TEST_F_TIMEOUT(emuhost_run, what_we_start_is_confined, TEST_LIMIT_S)
{
	pid_t children[MAX_CHILDREN], qemu;
	struct rlimit core = { RLIM_INFINITY, RLIM_INFINITY };
	struct launch l = { };
	unsigned int i, n;
	struct stat st;
	int leak[2];

	/* What whoever starts us may have left open, and allowed. */
	ASSERT_EQ(0, pipe(leak));
	ASSERT_EQ(0, fstat(leak[0], &st));
	setrlimit(RLIMIT_CORE, &core);
	ASSERT_EQ(0, LAUNCH(&l, "-w", self->dir, "--", "sh", "-c",
			    "echo up; exec sleep 100"));
	ASSERT_TRUE(launch_wait_for(l.out, "up"));
	n = launch_children(l.pid, children);
	EXPECT_EQ(3, n);
	for (i = 0; i < n; i++) {
		EXPECT_EQ(1, status_field(children[i], "NoNewPrivs", 10));
		EXPECT_EQ(2, status_field(children[i], "Seccomp", 10));
		EXPECT_EQ(0, status_field(children[i], "CapBnd", 16) & CAP_BITS &
			     (geteuid() ? 0 : ~0ULL));
		EXPECT_FALSE(has_open(children[i], st.st_ino));
		ASSERT_EQ(0, prlimit(children[i], RLIMIT_CORE, NULL, &core));
		EXPECT_EQ(0, core.rlim_max);
	}
	qemu = launch_qemu(l.pid);
	ASSERT_NE(0, qemu);
	EXPECT_EQ(0, status_field(qemu, "CapEff", 16));
	EXPECT_EQ(0, status_field(qemu, "CapPrm", 16));
	kill(l.pid, SIGTERM);
	EXPECT_EQ(128 + SIGTERM, launch_wait(&l, LAUNCH_LIMIT_MS));
	launch_free(&l);
	close(leak[0]);
	close(leak[1]);
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
	struct launch l = { };
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
	cpu_set_t allowed, cpus[3];
	struct launch l[3] = { };
	pid_t qemu;
	int i;

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
	struct launch l[2] = { };
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
