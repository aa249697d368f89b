// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tools: the rows, and what to say of those that are missing. See tools.h.
 */
#include "lib/host/front/tools.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/front/front.h"

#define SUDO_LIMIT_S	60

static const struct tool tools[] = {
	{ TOOLS_RUN, TOOL_COMMAND, "make", "make", "make", "building" },
	{ TOOLS_RUN, TOOL_COMPILER, "gcc", "gcc", "gcc", "building" },
	{ TOOLS_RUN, TOOL_COMMAND, "git", "git", "git",
	  "the state of a kernel tree" },
	{ TOOLS_RUN, TOOL_COMMAND, "flock", "util-linux", "util-linux",
	  "sharing the cache" },
	{ TOOLS_RUN, TOOL_COMMAND, "bc", "bc", "bc", "the kernel" },
	{ TOOLS_RUN, TOOL_COMMAND, "bison", "bison", "bison", "the kernel" },
	{ TOOLS_RUN, TOOL_COMMAND, "flex", "flex", "flex", "the kernel" },
	{ TOOLS_RUN, TOOL_COMMAND, "perl", "perl", "perl", "the kernel" },
	{ TOOLS_RUN, TOOL_COMMAND, "python3", "python3", "python3",
	  "the kernel" },
	{ TOOLS_RUN, TOOL_COMMAND, "lz4", "lz4", "lz4", "the kernel image" },
	{ TOOLS_RUN, TOOL_PAHOLE, "1.22", "pahole", "dwarves",
	  "the kernel type information (BTF)" },
	{ TOOLS_RUN, TOOL_COMMAND, "readelf", "binutils", "binutils",
	  "a look at vmlinux" },
	{ TOOLS_RUN, TOOL_COMMAND, "rsync", "rsync", "rsync", "install" },
	{ TOOLS_RUN, TOOL_HEADER, "libelf.h", "libelf-dev",
	  "elfutils-libelf-devel", "libbpf, symbols" },
	{ TOOLS_RUN, TOOL_HEADER, "elfutils/libdw.h", "libdw-dev",
	  "elfutils-devel", "source lines" },
	{ TOOLS_RUN, TOOL_HEADER, "zlib.h", "zlib1g-dev", "zlib-devel",
	  "libelf" },
	{ TOOLS_RUN, TOOL_HEADER, "zstd.h", "libzstd-dev", "libzstd-devel",
	  "libelf" },
	{ TOOLS_RUN, TOOL_HEADER, "openssl/opensslv.h", "libssl-dev",
	  "openssl-devel", "bpftool" },
	{ TOOLS_RUN, TOOL_LIBRARY, "libpcre2-8.so", "libpcre2-dev",
	  "pcre2-devel", "patterns of expected errors" },
	{ TOOLS_RUN, TOOL_HEADER, "json-c/json.h", "libjson-c-dev",
	  "json-c-devel", "sidecars" },
	{ TOOLS_RUN, TOOL_HEADER, "sqlite3.h", "libsqlite3-dev",
	  "sqlite-devel", "the index of sidecars" },
	{ TOOLS_RUN, TOOL_LIBRARY, "libc.a", "libc6-dev", "glibc-static",
	  "the agent of the emulated host" },
	{ TOOLS_RUN, TOOL_CLANG, "16", "clang-19", "clang", "BPF programs" },
	{ TOOLS_RUN, TOOL_COMMAND, "llvm-strip", "llvm", "llvm",
	  "BPF programs" },
	{ TOOLS_FETCH, TOOL_COMMAND, "apt-get", "apt", "-",
	  "the kernel source" },
	{ TOOLS_FETCH, TOOL_COMMAND, "dpkg-deb", "dpkg", "-",
	  "the kernel source" },
	{ TOOLS_FETCH, TOOL_COMMAND, "xz", "xz-utils", "xz",
	  "the kernel source" },
	{ TOOLS_CONFIG, TOOL_HEADER, "openssl/bio.h", "libssl-dev",
	  "openssl-devel", "certificates in a kernel of your .config" },
	{ TOOLS_CHECK, TOOL_COMMAND, "shellcheck", "shellcheck", "ShellCheck",
	  "the style of shell parts" },
	{ TOOLS_CHECK, TOOL_COMMAND, "chromium", "chromium", "chromium",
	  "opening pages" },
	{ TOOLS_CHECK, TOOL_COMMAND, "bzip2", "bzip2", "bzip2", "gen_tar" },
	{ TOOLS_CHECK, TOOL_COMMAND, "busybox", "busybox-static", "busybox",
	  "the guests of memory images" },
	{ TOOLS_CHECK, TOOL_COMMAND, "cpio", "cpio", "cpio",
	  "the guests of memory images" },
	{ TOOLS_CHECK, TOOL_COMMAND, "xmllint", "libxml2-utils", "libxml2",
	  "results as JUnit has them" },
	{ TOOLS_CHECK, TOOL_COMMAND, "jsonschema", "python3-jsonschema",
	  "python3-jsonschema", "results as JSON" },
	{ TOOLS_CHECK, TOOL_COMMAND, "groff", "groff", "groff",
	  "the manual page" },
	{ TOOLS_CHECK, TOOL_RUNTIME, "fuzzer", "libclang-rt-19-dev",
	  "compiler-rt", "fuzzing" },
	{ TOOLS_KVM, TOOL_COMPILER, "gcc", "gcc", "gcc", "the KVM check" },
	{ TOOLS_KVM, TOOL_HEADER, "stdio.h", "libc6-dev", "glibc-devel",
	  "the KVM check" },
};

/**
 * struct missing - what is not there
 * @debian: packages
 * @fedora: packages
 * @text: for people
 */
struct missing {
	struct arglist debian;
	struct arglist fedora;
	struct strbuf text;
};

static void missing_free(struct missing *m)
{
	arglist_free(&m->debian);
	arglist_free(&m->fedora);
	strbuf_free(&m->text);
}

static const char *kind_of_version(const struct tool *t)
{
	return t->kind == TOOL_CLANG ? "clang >=" : "pahole >=";
}

static void add_missing(struct front *f, const struct tool *t,
			struct missing *m)
{
	bool has_version = t->kind == TOOL_CLANG || t->kind == TOOL_PAHOLE;
	char here[64];

	arglist_add(&m->debian, t->debian);
	arglist_add(&m->fedora, t->fedora);
	strbuf_addf(&m->text, "%s%s%s (for %s%s)", m->text.len ? ", " : "",
		    has_version ? kind_of_version(t) : "", t->what, t->purpose,
		    tool_here(f, t, here));
}

static bool look(struct front *f, unsigned int sets, struct missing *m)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tools); i++)
		if (tools[i].sets & sets && !tool_is_there(f, &tools[i]))
			add_missing(f, &tools[i], m);
	return !m->debian.n;
}

static void add_words(struct strbuf *text, const struct arglist *words)
{
	size_t i;

	for (i = 0; i < words->n; i++)
		strbuf_addf(text, " %s", words->v[i]);
}

/* What people can do about it themselves. */
static int say_missing(struct front *f, const struct missing *m,
		       const char *how, const struct arglist *packages,
		       const char *end)
{
	struct strbuf text = STRBUF_INIT;

	add_words(&text, packages);
	kenv_missing(&f->k, "missing: %s; %s%s%s", m->text.text, how,
		     text.text, end);
	strbuf_free(&text);
	return -ENOENT;
}

static bool sudo_asks_nothing(struct front *f)
{
	struct strbuf out = STRBUF_INIT;
	struct arglist words = { };
	struct job job = {
		.words = &words, .limit_s = SUDO_LIMIT_S, .installs = true,
	};
	int ret;

	arglist_add_all(&words, "sudo", "-n", "true", NULL);
	ret = job_capture(&f->k, &job, &out);
	arglist_free(&words);
	strbuf_free(&out);
	return !ret;
}

static int install_all(struct front *f, const struct missing *m)
{
	struct arglist sudo = { };
	int ret;

	if (!tools_are_debian())
		return say_missing(f, m, "install them (Fedora: dnf install",
				   &m->fedora, ")");
	if (f->no_install)
		return say_missing(f, m, "install them: apt-get install",
				   &m->debian, "");
	if (geteuid()) {
		if (!sudo_asks_nothing(f))
			return say_missing(f, m, "as root: apt-get install",
					   &m->debian, "");
		arglist_add_all(&sudo, "sudo", "-n", NULL);
	}
	ret = tools_install(f, &m->debian, &sudo);
	arglist_free(&sudo);
	return ret;
}

int tools_must(struct front *f, unsigned int sets)
{
	struct missing before = { .text = STRBUF_INIT };
	struct missing after = { .text = STRBUF_INIT };
	int ret = 0;

	if (!look(f, sets, &before))
		ret = install_all(f, &before);
	if (!ret && before.debian.n && !look(f, sets, &after))
		ret = kenv_missing(&f->k, "still missing after the installation: %s",
				   after.text.text);
	missing_free(&before);
	missing_free(&after);
	return ret;
}

bool tools_are_debian(void)
{
	return front_program("apt-get", NULL) &&
	       !access("/etc/debian_version", F_OK);
}
