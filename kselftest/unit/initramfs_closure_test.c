// SPDX-License-Identifier: GPL-2.0-only
/*
 * The initramfs as a place to run programs from: what a program's closure
 * holds, and whether the program runs. For the latter the archive is unpacked
 * into a tmpfs of a mount namespace of our own, and the program started there.
 */
#include <sched.h>
#include <sys/mount.h>

#include "kselftest_harness.h"

#include "kselftest/unit/newc.h"
#include "vmm/elf_image.h"
#include "vmm/initramfs.h"
#include "vmm/ld_cache.h"

#define CHILD_ENV	"KTSTR_CLOSURE_TEST_CHILD"
#define CHILD_STATUS	42

FIXTURE(closure) {
	struct initramfs *ir;
	const void *data;
	size_t len;
};

FIXTURE_SETUP(closure)
{
	self->ir = initramfs_create();
	ASSERT_NE(NULL, self->ir);
}

FIXTURE_TEARDOWN(closure)
{
	initramfs_destroy(self->ir);
}

/* What ldd says of a program: "\tNAME => PATH (ADDRESS)" or "\tPATH (...)". */
static unsigned int check_against_ldd(struct __test_metadata *_metadata,
				      char *ldd, const void *data, size_t len)
{
	unsigned int libs = 0;
	struct entry e;
	char *line;

	while ((line = strsep(&ldd, "\n"))) {
		char *path = strchr(line, '/');
		char *end = path ? strstr(path, " (") : NULL;

		if (!end)
			continue;
		*end = '\0';
		libs++;
		EXPECT_LE(0, entry_find(data, len, path, &e))
			TH_LOG("not in the archive: %s", path);
	}
	return libs;
}

TEST_F(closure, is_what_ldd_says)
{
	static const char *const programs[] = {
		"/bin/bash", "/usr/bin/gdb", "/bin/true",
	};
	char err[INITRAMFS_ERR_SIZE] = "", out[16384];
	unsigned int libs, checked = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(programs); i++) {
		char *argv[] = { "ldd", (char *)programs[i], NULL };
		struct initramfs *ir;

		if (access(programs[i], X_OK) ||
		    run(argv, STDIN_FILENO, out, sizeof(out)))
			continue;
		ir = initramfs_create();
		ASSERT_NE(NULL, ir);
		ASSERT_EQ(0, initramfs_add_program(ir, "/ktstr/bin/it",
						   programs[i], err,
						   sizeof(err)))
			TH_LOG("%s", err);
		ASSERT_EQ(0, initramfs_finish(ir, &self->data, &self->len));
		libs = check_against_ldd(_metadata, out, self->data, self->len);
		EXPECT_LE(2, libs);
		checked++;
		EXPECT_EQ(libs, count_entries(self->data, self->len, "/lib") +
				count_entries(self->data, self->len, "/usr"))
			TH_LOG("%s", programs[i]);
		initramfs_destroy(ir);
	}
	if (!checked)
		SKIP(return, "there is no ldd, or no program that it knows (Debian: libc-bin)");
}

TEST_F(closure, second_program_shares_libraries)
{
	char err[INITRAMFS_ERR_SIZE] = "";
	unsigned int one;
	struct initramfs *ir = initramfs_create();

	ASSERT_NE(NULL, ir);
	ASSERT_EQ(0, initramfs_add_program(ir, "/ktstr/bin/a", "/bin/bash",
					   err, sizeof(err)));
	ASSERT_EQ(0, initramfs_finish(ir, &self->data, &self->len));
	one = count_entries(self->data, self->len, "/");
	initramfs_destroy(ir);

	ASSERT_EQ(0, initramfs_add_program(self->ir, "/ktstr/bin/a",
					   "/bin/bash", err, sizeof(err)));
	ASSERT_EQ(0, initramfs_add_program(self->ir, "/ktstr/bin/b",
					   "/bin/bash", err, sizeof(err)))
		TH_LOG("%s", err);
	EXPECT_EQ(-EEXIST, initramfs_add_program(self->ir, "/ktstr/bin/b",
						 "/bin/bash", err,
						 sizeof(err)));
	ASSERT_EQ(0, initramfs_finish(self->ir, &self->data, &self->len));
	EXPECT_EQ(one + 1, count_entries(self->data, self->len, "/"));
}

TEST_F(closure, what_is_no_program_is_named)
{
	char err[INITRAMFS_ERR_SIZE] = "";

	EXPECT_EQ(-ENOENT, initramfs_add_program(self->ir, "/ktstr/bin/x",
						 "/no/such/scx", err,
						 sizeof(err)));
	EXPECT_STREQ("program /no/such/scx: No such file or directory", err);
	EXPECT_EQ(-ENOEXEC, initramfs_add_program(self->ir, "/ktstr/bin/x",
						  "/etc/passwd", err,
						  sizeof(err)));
	EXPECT_STREQ("/etc/passwd is no 64-bit ELF program", err);
	EXPECT_EQ(-EISDIR, initramfs_add_program(self->ir, "/ktstr/bin/x",
						 "/etc", err, sizeof(err)));
	EXPECT_STREQ("program /etc: Is a directory", err);
	EXPECT_FALSE(initramfs_has(self->ir, "/ktstr/bin/x"));
}

/* ---- running out of an archive ---- */

static int unpack(const char *root, const uint8_t *data, size_t len)
{
	char path[512];
	struct entry e;
	size_t step;
	int fd, ret = 0;

	while (!ret && (step = entry_read(data, len, &e))) {
		snprintf(path, sizeof(path), "%s%s", root, e.path);
		if (S_ISDIR(e.mode)) {
			ret = mkdir(path, 0755);
		} else if (S_ISLNK(e.mode)) {
			char target[256] = "";

			memcpy(target, e.data, min(e.len, sizeof(target) - 1));
			ret = symlink(target, path);
		} else if (S_ISREG(e.mode)) {
			fd = open(path, O_CREAT | O_EXCL | O_WRONLY, e.mode);
			ret = write(fd, e.data, e.len) != (ssize_t)e.len;
			close(fd);
		}
		data += step;
		len -= step;
	}
	return ret;
}

/* Unpack, chroot, run; -1 when one of the first two failed. */
static int run_inside(const void *data, size_t len, const char *path)
{
	char *argv[] = { (char *)path, NULL };
	char *envp[] = { CHILD_ENV "=1", NULL };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (mkdir("/mnt/root", 0755) ||
		    mount("root", "/mnt/root", "tmpfs", 0, NULL) ||
		    unpack("/mnt/root", data, len) ||
		    /* The loader asks /proc for $ORIGIN. */
		    mount("/proc", "/mnt/root/proc", NULL, MS_BIND | MS_REC,
			  NULL) ||
		    chroot("/mnt/root") ||
		    chdir("/"))
			_exit(125);
		execve(path, argv, envp);
		_exit(126);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	umount2("/mnt/root", MNT_DETACH);
	rmdir("/mnt/root");
	return WEXITSTATUS(status);
}

/* A mount namespace whose /mnt is ours; the test's process ends with it. */
static bool enter_namespace(void)
{
	if (unshare(CLONE_NEWNS) && unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return false;
	return !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !mount("mnt", "/mnt", "tmpfs", 0, NULL);
}

static int shell(const char *command)
{
	char *argv[] = { "sh", "-c", (char *)command, NULL };
	char out[4096];

	return run(argv, STDIN_FILENO, out, sizeof(out));
}

TEST_F(closure, this_program_runs_from_it)
{
	char err[INITRAMFS_ERR_SIZE] = "";
	char self_path[512] = "";

	ASSERT_LT(0, readlink("/proc/self/exe", self_path,
			      sizeof(self_path) - 1));
	if (!enter_namespace())
		SKIP(return, "no mount namespaces here: needs root or user namespaces");
	ASSERT_EQ(0, initramfs_add_program(self->ir, "/ktstr/bin/self",
					   self_path, err, sizeof(err)))
		TH_LOG("%s", err);
	ASSERT_EQ(0, initramfs_finish(self->ir, &self->data, &self->len));
	EXPECT_EQ(CHILD_STATUS, run_inside(self->data, self->len,
					   "/ktstr/bin/self"));
}

#define NOWHERE \
	"is nowhere to be found: install it or set LD_LIBRARY_PATH"

/*
 * Where libraries can hide. libdep.so lies in /mnt/lib, the program in
 * /mnt/bin, and libdep.so needs libdeep.so of /mnt/deep.
 */
static const struct {
	const char *name;
	const char *flags;		/* for the program */
	const char *dep_flags;		/* for libdep.so */
	const char *environment;	/* LD_LIBRARY_PATH */
	const char *dep_path;		/* in the guest; "/": default directory */
	const char *deep_path;		/* NULL: nothing is found */
	const char *err;
} closures[] = {
	{ "RUNPATH", "-Wl,--enable-new-dtags,-rpath,/mnt/lib",
	  "-Wl,--enable-new-dtags,-rpath,/mnt/deep", "", "/mnt/lib/libdep.so",
	  "/mnt/deep/libdeep.so", NULL },
	{ "RUNPATH of origin",
	  "-Wl,--enable-new-dtags,-rpath,'/no:$ORIGIN/../lib'",
	  "-Wl,--enable-new-dtags,-rpath,'${ORIGIN}/../deep/'", "",
	  "/ktstr/lib/libdep.so", "/ktstr/deep/libdeep.so", NULL },
	{ "RPATH serves libraries of libraries",
	  "-Wl,--disable-new-dtags,-rpath,/mnt/./deep:/mnt/lib", "", "",
	  "/mnt/lib/libdep.so", "/mnt/deep/libdeep.so", NULL },
	{ "RUNPATH does not",
	  "-Wl,--enable-new-dtags,-rpath,/mnt/deep:/mnt/lib", "", "",
	  NULL, NULL,
	  "libdeep.so, which /mnt/lib/libdep.so links to, " NOWHERE },
	{ "environment moves", "", "", "/no:/mnt/lib:/mnt/deep",
	  "/", "/", NULL },
	{ "environment goes before RUNPATH",
	  "-Wl,--enable-new-dtags,-rpath,/mnt/lib", "", "/mnt/lib:/mnt/deep",
	  "/", "/", NULL },
	{ "RPATH goes before the environment",
	  "-Wl,--disable-new-dtags,-rpath,/mnt/lib", "", "/mnt/lib:/mnt/deep",
	  "/mnt/lib/libdep.so", "/", NULL },
	{ "missing", "", "", "", NULL, NULL,
	  "libdep.so, which /mnt/bin/prog links to, " NOWHERE },
};

/* Where a library is to be: @path, or where this system keeps its libc. */
static void guest_path(char *buf, size_t size, const char *path,
		       const char *name)
{
	struct elf_image cache;
	const char *libc;

	if (path && path[1]) {
		snprintf(buf, size, "%s", path);
		return;
	}
	elf_image_read(&cache, LD_CACHE_PATH);
	libc = ld_cache_find(cache.data, cache.size, "libc.so.6", 0);
	snprintf(buf, size, "%.*s/%s",
		 libc ? (int)(strrchr(libc, '/') - libc) : 0, libc, name);
	elf_image_free(&cache);
}

/* The compiler, for a source of one line on its standard input. */
#define CC(source, flags) "echo '" source "' | cc -g -fPIC -xc - -xnone " flags

#define SONAME(name) "-Wl,-soname," name
#define LAX "-Wl,--allow-shlib-undefined"

static int build_program(size_t i)
{
	static const char script[] =
		"set -e; cd /mnt; mkdir -p bin lib deep\n"
		CC("int deep(void) { return %d; }",
		   "-shared -o deep/libdeep.so " SONAME("libdeep.so") "\n")
		CC("int deep(void); int dep(void) { return deep(); }",
		   "-shared -o lib/libdep.so " SONAME("libdep.so") " deep/libdeep.so %s\n")
		CC("int dep(void); int main(void) { return dep(); }",
		   "-o bin/prog lib/libdep.so " LAX " %s\n");
	char command[2048];

	snprintf(command, sizeof(command), script, CHILD_STATUS,
		 closures[i].dep_flags, closures[i].flags);
	return shell(command);
}

static void check_closure(struct __test_metadata *_metadata, size_t i)
{
	struct initramfs *ir = initramfs_create();
	char err[INITRAMFS_ERR_SIZE] = "", path[512];
	const void *data;
	struct entry e;
	size_t len;
	int ret;

	ASSERT_NE(NULL, ir);
	setenv("LD_LIBRARY_PATH", closures[i].environment, 1);
	ret = initramfs_add_program(ir, "/ktstr/bin/prog", "/mnt/bin/prog",
				    err, sizeof(err));
	unsetenv("LD_LIBRARY_PATH");
	EXPECT_EQ(closures[i].dep_path ? 0 : -ENOENT, ret);
	EXPECT_STREQ(closures[i].err ? closures[i].err : "", err);
	if (ret)
		goto out;

	ASSERT_EQ(0, initramfs_finish(ir, &data, &len));
	guest_path(path, sizeof(path), closures[i].dep_path, "libdep.so");
	EXPECT_LE(0, entry_find(data, len, path, &e));
	guest_path(path, sizeof(path), closures[i].deep_path, "libdeep.so");
	EXPECT_LE(0, entry_find(data, len, path, &e));
	EXPECT_EQ(CHILD_STATUS, run_inside(data, len, "/ktstr/bin/prog"));
out:
	initramfs_destroy(ir);
}

FIXTURE(loader)
{
};

FIXTURE_SETUP(loader)
{
}

FIXTURE_TEARDOWN(loader)
{
}

/* A compiler runs for each of them, which takes its time on a busy machine. */
TEST_F_TIMEOUT(loader, libraries_are_found_where_the_loader_finds_them, 200)
{
	size_t i;

	if (shell("cc --version"))
		SKIP(return, "there is no cc (Debian, Fedora: gcc)");
	if (!enter_namespace())
		SKIP(return, "no mount namespaces here: needs root or user namespaces");
	for (i = 0; i < ARRAY_SIZE(closures); i++) {
		TH_LOG("case: %s", closures[i].name);
		ASSERT_EQ(0, build_program(i));
		check_closure(_metadata, i);
	}
}

int main(int argc, char **argv)
{
	if (getenv(CHILD_ENV))
		return CHILD_STATUS;
	return test_harness_run(argc, argv);
}
