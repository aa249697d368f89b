// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading and stripping ELF files, and reading ld.so.cache.
 */
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "vmm/elf_image.h"
#include "vmm/elf_search.h"
#include "vmm/initramfs.h"
#include "vmm/ld_cache.h"

#define CHILD_ENV	"KTSTR_ELF_TEST_CHILD"
#define CHILD_STATUS	42

/* Does a symbol table that libelf can read hold @symbol? */
static bool has_symbol(Elf *elf, Elf_Scn *scn, const char *symbol)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	GElf_Shdr shdr;
	const char *name;
	GElf_Sym sym;
	size_t i;

	if (!gelf_getshdr(scn, &shdr) || !data)
		return false;
	for (i = 0; i < shdr.sh_size / shdr.sh_entsize; i++) {
		if (!gelf_getsym(data, i, &sym))
			continue;
		name = elf_strptr(elf, shdr.sh_link, sym.st_name);
		if (name && !strcmp(name, symbol))
			return true;
	}
	return false;
}

TEST(stripped_program_runs_and_keeps_its_symbols)
{
	char *argv[] = { "stripped", NULL };
	char *envp[] = { CHILD_ENV "=1", NULL };
	bool debug = false, symbol = false;
	struct elf_image image;
	Elf_Scn *scn = NULL;
	int fd, status;
	size_t len, names;
	void *out;
	pid_t pid;
	Elf *elf;

	ASSERT_EQ(0, elf_image_read(&image, "/proc/self/exe"));
	ASSERT_EQ(0, elf_image_parse(&image));
	ASSERT_EQ(0, elf_image_strip(&image, &out, &len));
	ASSERT_NE(NULL, out);
	EXPECT_GT(image.size, len);
	TH_LOG("%zu bytes of %zu are left", len, image.size);

	elf_version(EV_CURRENT);
	elf = elf_memory(out, len);
	ASSERT_NE(NULL, elf);
	ASSERT_EQ(0, elf_getshdrstrndx(elf, &names));
	while ((scn = elf_nextscn(elf, scn))) {
		GElf_Shdr shdr;
		const char *name;

		ASSERT_NE(NULL, gelf_getshdr(scn, &shdr));
		name = elf_strptr(elf, names, shdr.sh_name);
		debug |= name && !strncmp(name, ".debug_", 7);
		symbol |= shdr.sh_type == SHT_SYMTAB &&
			  has_symbol(elf, scn, "main");
	}
	elf_end(elf);
	EXPECT_FALSE(debug);
	EXPECT_TRUE(symbol);

	fd = memfd_create("stripped", MFD_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ((ssize_t)len, write(fd, out, len));
	pid = fork();
	if (pid == 0) {
		syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
		_exit(126);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_EQ(CHILD_STATUS, WEXITSTATUS(status));
	close(fd);
	free(out);
	elf_image_free(&image);
}

/* No header, whatever it says, leads out of the file (run this under ASan). */
TEST(damaged_programs_are_survived)
{
	struct elf_image image, damaged;
	unsigned int i, seed = 7, stripped = 0;
	uint8_t *copy;
	size_t len;
	void *out;

	ASSERT_EQ(0, elf_image_read(&image, "/proc/self/exe"));
	ASSERT_EQ(0, elf_image_parse(&image));
	for (i = 0; i < 2000; i++) {
		size_t size = 64 + rand_r(&seed) % 8192;

		/* The end is the section table when nothing is cut. */
		copy = malloc(image.size);
		ASSERT_NE(NULL, copy);
		memcpy(copy, image.data, image.size);
		if (i % 2)
			size = image.size;
		copy[rand_r(&seed) % 1024] = rand_r(&seed);
		copy[image.ehdr.e_shoff + rand_r(&seed) %
		     (image.size - image.ehdr.e_shoff)] = rand_r(&seed);
		damaged = (struct elf_image) { .data = copy, .size = size };
		if (!elf_image_parse(&damaged)) {
			elf_image_interp(&damaged);
			elf_image_dyn_string(&damaged, DT_NEEDED, 0);
			elf_image_dyn_string(&damaged, DT_RUNPATH, 0);
			ASSERT_EQ(0, elf_image_strip(&damaged, &out, &len));
			stripped += !!out;
			free(out);
		}
		free(copy);
	}
	EXPECT_LT(0, stripped);
	elf_image_free(&image);
}

/* ---- ld.so.cache ---- */

TEST(real_cache_names_real_files)
{
	struct elf_image cache;
	const char *path;

	if (elf_image_read(&cache, LD_CACHE_PATH))
		SKIP(return, "there is no " LD_CACHE_PATH);
	path = ld_cache_find(cache.data, cache.size, "libc.so.6", 0);
	ASSERT_NE(NULL, path);
	EXPECT_EQ(0, access(path, R_OK));
	EXPECT_EQ(NULL, ld_cache_find(cache.data, cache.size, "libc.so.6",
				      1000));
	EXPECT_EQ(NULL, ld_cache_find(cache.data, cache.size, "libc.so.", 0));
	elf_image_free(&cache);
}

static size_t build_cache(uint8_t *buf, bool old)
{
	static const char strings[] = "libx.so\0/fast/libx.so\0/plain/libx.so";
	const struct {
		char magic[20];
		uint32_t n, strings_size, flags, ext, unused[3];
	} header = { "glibc-ld.so.cache1.1", 2, sizeof(strings), 0, 0, { 0 } };
	const struct {
		int32_t flags;
		uint32_t key, value, os;
		uint64_t hwcap;
	} entries[] = {
		{ 0x303, 96, 96 + 8, 0, 1ULL << 62 },
		{ 0x303, 96, 96 + 22, 0, 0 },
	};
	size_t at = 0;

	if (old) {
		memcpy(buf, "ld.so-1.7.0\0\1\0\0\0", 16);
		memset(buf + 16, 0xff, 12);
		at = 32;
	}
	memcpy(buf + at, &header, sizeof(header));
	memcpy(buf + at + sizeof(header), entries, sizeof(entries));
	memcpy(buf + at + 96, strings, sizeof(strings));
	return at + 96 + sizeof(strings);
}

TEST(made_up_caches)
{
	uint8_t buf[256], *exact;
	size_t len, cut;
	int old;

	for (old = 0; old <= 1; old++) {
		len = build_cache(buf, old);
		EXPECT_STREQ("/plain/libx.so",
			     ld_cache_find(buf, len, "libx.so", 0));
		EXPECT_EQ(NULL, ld_cache_find(buf, len, "libx.so", 1));
		EXPECT_EQ(NULL, ld_cache_find(buf, len, "liby.so", 0));
		for (cut = 0; cut < len; cut++) {
			/* A buffer of its own, so that ASan sees the end. */
			exact = malloc(cut);
			memcpy(exact, buf, cut);
			EXPECT_EQ(NULL, ld_cache_find(exact, cut, "libx.so",
						      0));
			free(exact);
		}
	}
}

/* As `cp` does to the file that is there. */
TEST(file_that_is_replaced_in_place)
{
	char path[] = "/tmp/ktstr-elf-XXXXXX";
	struct elf_image image;
	char bytes[5000];
	int fd = mkstemp(path);

	ASSERT_LE(0, fd);
	memset(bytes, 'x', sizeof(bytes));
	ASSERT_EQ(sizeof(bytes), write(fd, bytes, sizeof(bytes)));
	ASSERT_EQ(0, elf_image_read(&image, path));
	ASSERT_EQ(0, ftruncate(fd, 0));
	ASSERT_EQ(sizeof(bytes), image.size);
	EXPECT_EQ(0, memcmp(bytes, image.data, sizeof(bytes)));
	elf_image_free(&image);
	close(fd);
	unlink(path);
}

/* It is there: that it cannot be opened is another trouble. */
TEST(library_without_a_descriptor_for_it)
{
	struct initramfs *ir = initramfs_create();
	struct rlimit limit;
	char err[256];
	int ret = 0;

	ASSERT_NE(NULL, ir);
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &limit));
	limit.rlim_cur = dup(STDERR_FILENO);
	close(limit.rlim_cur);
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	ret = initramfs_add_program(ir, "/bin/x", "/proc/self/exe", err,
				    sizeof(err));
	EXPECT_EQ(-EMFILE, ret);
	EXPECT_NE(NULL, strstr(err, "Too many open files")) TH_LOG("%s", err);
	initramfs_destroy(ir);
}

/* The same where only what it links to cannot be read. */
TEST(search_that_meets_trouble)
{
	struct elf_object program = { }, o = { .name = (char *)"libc.so.6" };
	struct elf_search s;
	struct rlimit limit;

	ASSERT_EQ(0, elf_search_init(&s));
	ASSERT_EQ(0, elf_image_read(&program.image, "/proc/self/exe"));
	ASSERT_EQ(0, elf_image_parse(&program.image));
	s.program = &program;
	o.loader = &program;
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &limit));
	limit.rlim_cur = dup(STDERR_FILENO);
	close(limit.rlim_cur);
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	EXPECT_FALSE(elf_search(&s, &o));
	EXPECT_EQ(-EMFILE, o.error);
	limit.rlim_cur += 10;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	o.error = 0;
	EXPECT_TRUE(elf_search(&s, &o));
	elf_image_free(&o.image);
	elf_image_free(&program.image);
	elf_search_exit(&s);
}

int main(int argc, char **argv)
{
	if (getenv(CHILD_ENV))
		return CHILD_STATUS;
	return test_harness_run(argc, argv);
}
