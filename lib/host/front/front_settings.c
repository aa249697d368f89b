// SPDX-License-Identifier: GPL-2.0-only
/*
 * Settings: the rows, and what a value can be. See front_settings.h.
 */
#include "lib/host/front/front_settings.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/front/folders.h"
#include "lib/host/front/front.h"
#include "lib/host/front/quote.h"
#include "lib/host/kernel/kbuild.h"
#include "lib/host/kernel/ktree.h"

#define FUNCTION	"[A-Za-z_][A-Za-z0-9_.]*"
#define OTHER_OUT	"name another folder by KTSTR_OUT="

/* Of a bzImage's setup header. */
#define HEADER		514
#define HEADER_MAGIC	"HdrS"

/* ---- text ---- */

static int value_must(struct front *f, const struct front_setting *s,
		      const char *value)
{
	char what[64];

	snprintf(what, sizeof(what), "%s=", s->name);
	return front_text_must(f, what, value);
}

static int path_must(struct front *f, const struct front_setting *s,
		     const char *path, const char *remedy)
{
	char what[64];

	snprintf(what, sizeof(what), "%s=", s->name);
	return kenv_path_for_make(&f->k, what, path, remedy);
}

static bool matches(const char *value, const char *pattern)
{
	regex_t re;
	bool is;

	if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB))
		return false;
	is = !regexec(&re, value, 0, NULL, 0);
	regfree(&re);
	return is;
}

/* As seen from wherever we may go. */
static int set_absolute(struct front *f, const struct front_setting *s,
			const char *value, char *path)
{
	char *here = *value == '/' ? NULL : get_current_dir_name();
	int len;

	len = snprintf(path, PATH_MAX, "%s%s%s", here ?: "", here ? "/" : "",
		       value);
	free(here);
	if (len >= PATH_MAX)
		return kenv_wrong(&f->k, "%s=%s: its path is too long", s->name,
				  value);
	setenv(s->name, path, 1);
	return value_must(f, s, path);
}

/* ---- kinds ---- */

static int wrong_any_text(struct front *f, const struct front_setting *s,
			  const char *value)
{
	(void)f;
	(void)s;
	(void)value;
	return 0;
}

static int wrong_number(struct front *f, const struct front_setting *s,
			const char *value)
{
	unsigned long n = strtoul(value, NULL, 10);

	if (matches(value, "^(0|[1-9][0-9]{0,8})$") && n >= s->least &&
	    n <= s->most)
		return 0;
	return kenv_wrong(&f->k, "%s=%s: is no number from %u to %u", s->name,
			  value, s->least, s->most);
}

static int wrong_word(struct front *f, const struct front_setting *s,
		      const char *value)
{
	size_t len = strlen(value);
	const char *at = s->words;

	for (; *at; at += strcspn(at, " "), at += strspn(at, " "))
		if (!strchr(value, ' ') && !strncmp(at, value, len) &&
		    strchr(" ", at[len]))
			return 0;
	return kenv_wrong(&f->k, "%s=%s: is none of: %s", s->name, value,
			  s->words);
}

static int wrong_on_or_off(struct front *f, const struct front_setting *s,
			   const char *value)
{
	if (!strcmp(value, "0") || !strcmp(value, "1"))
		return 0;
	return kenv_wrong(&f->k, "%s=%s: is neither 0 nor 1", s->name, value);
}

static int wrong_folder(struct front *f, const struct front_setting *s,
			const char *value)
{
	char path[PATH_MAX];
	struct stat st;
	int ret = set_absolute(f, s, value, path);

	if (ret || (!stat(path, &st) && S_ISDIR(st.st_mode) &&
		    !access(path, X_OK)))
		return ret;
	return kenv_wrong(&f->k, "%s=%s: no such folder", s->name, value);
}

static int wrong_file(struct front *f, const struct front_setting *s,
		      const char *value)
{
	char path[PATH_MAX];
	struct stat st;
	int ret = set_absolute(f, s, value, path);

	if (ret || (!stat(path, &st) && !S_ISDIR(st.st_mode) &&
		    !access(path, R_OK)))
		return ret;
	return kenv_wrong(&f->k, "%s=%s: cannot be read", s->name, value);
}

static int wrong_results(struct front *f, const struct front_setting *s,
			 const char *value)
{
	char path[PATH_MAX];
	int ret = set_absolute(f, s, value, path);

	if (ret || (!front_make_folders(path) && !access(path, W_OK)))
		return ret;
	return kenv_wrong(&f->k, "%s=%s: cannot be written", s->name, value);
}

static int wrong_out(struct front *f, const struct front_setting *s,
		     const char *value)
{
	char path[PATH_MAX];

	return set_absolute(f, s, value, path) ?:
	       path_must(f, s, path, OTHER_OUT);
}

static int wrong_tree(struct front *f, const struct front_setting *s,
		      const char *value)
{
	char path[PATH_MAX];
	int ret;

	if (!ktree_is_one(value) || !realpath(value, path))
		return kenv_wrong(&f->k, "%s=%s: no kernel tree there; name one, or leave KDIR unset",
				  s->name, value);
	ret = value_must(f, s, path) ?: path_must(f, s, path, "name another");
	setenv(s->name, path, 1);
	return ret;
}

static int wrong_source(struct front *f, const struct front_setting *s,
			const char *value)
{
	if (matches(value, "^[a-z0-9-]+/linux-source-[0-9]+[.][0-9]+$"))
		return 0;
	return kenv_wrong(&f->k, "%s=%s: is not SUITE/PACKAGE, as in bookworm-backports/linux-source-6.12",
			  s->name, value);
}

static int wrong_functions(struct front *f, const struct front_setting *s,
			   const char *value)
{
	if (matches(value, "^" FUNCTION "(," FUNCTION ")*$"))
		return 0;
	return kenv_wrong(&f->k, "%s=%s: are no names of functions, as in set_next_task,pick_next_task",
			  s->name, value);
}

static int wrong_suite(struct front *f, const struct front_setting *s,
		       const char *value)
{
	if (matches(value, "^[a-z][a-z0-9-]*$"))
		return 0;
	return kenv_wrong(&f->k, "%s=%s: is no suite of Debian's, as in trixie",
			  s->name, value);
}

static int wrong_mirror(struct front *f, const struct front_setting *s,
			const char *value)
{
	if (matches(value, "^[a-z0-9+]+:/[^[:space:]]+$"))
		return 0;
	return kenv_wrong(&f->k, "%s=%s: is no mirror, as in http://deb.debian.org/debian",
			  s->name, value);
}

static int wrong_cache(struct front *f, const struct front_setting *s,
		       const char *value)
{
	if (*value == '/')
		return 0;
	return kenv_wrong(&f->k, "%s=%s: is not an absolute path", s->name,
			  value);
}

/* ---- kernels and compilers ---- */

/* The image of a build folder, of an entry of the cache, or the file itself. */
static bool find_image(const struct front *f, const char *value, char *image)
{
	static const char * const ends[] = {
		"/arch/x86/boot/bzImage", "/bzImage", "",
	};
	char entry[PATH_MAX];
	struct stat st;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		/* A key is no path, and comes before a file of its name. */
		if (!*ends[i] &&
		    !stat(kenv_path(&f->k, entry, "kernels/%s/bzImage", value),
			  &st) && S_ISREG(st.st_mode)) {
			strcpy(image, entry);
			return true;
		}
		if (snprintf(image, PATH_MAX, "%s%s", value, ends[i]) <
		    PATH_MAX && !stat(image, &st) && S_ISREG(st.st_mode))
			return true;
	}
	return false;
}

static bool is_image(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char magic[4] = "";
	ssize_t n = -1;

	if (fd >= 0) {
		n = pread(fd, magic, sizeof(magic), HEADER);
		close(fd);
	}
	return n == sizeof(magic) &&
	       !memcmp(magic, HEADER_MAGIC, sizeof(magic));
}

/* The rest is looked at where it can be, by lib/host/kernel/kimage.c. */
static int wrong_kernel(struct front *f, const struct front_setting *s,
			const char *value)
{
	char path[PATH_MAX], image[PATH_MAX];
	struct stat st;
	int ret = 0;

	snprintf(path, sizeof(path), "%s", value);
	if (!stat(value, &st))
		ret = set_absolute(f, s, value, path);
	ret = ret ?: cache_locate(f);
	if (ret)
		return ret;
	if (!find_image(f, path, image))
		return kenv_wrong(&f->k, "%s=%s: no kernel there; name a build folder, an image or a key of %s/kernels, or leave it unset",
				  s->name, value, f->k.cache);
	if (!is_image(image))
		return kenv_wrong(&f->k, "%s: no x86 bzImage; name one, or a build folder",
				  image);
	return 0;
}

static int wrong_program(struct front *f, const struct front_setting *s,
			 const char *value)
{
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(value, " "), value);
	if (front_program(name, NULL))
		return 0;
	return kenv_wrong(&f->k, "%s=%s: no such program", s->name, value);
}

static int wrong_llvm(struct front *f, const struct front_setting *s,
		      const char *value)
{
	char clang[PATH_MAX];

	if (front_program(kbuild_clang(value, clang, sizeof(clang)), NULL))
		return 0;
	return kenv_wrong(&f->k, "%s=%s: there is no %s", s->name, value,
			  clang);
}

/* ---- the rows ---- */

const struct front_setting front_settings[] = {
	{ .name = "KTSTR_SOURCE", .wrong = wrong_source, .again = true },
	{ .name = "KDIR", .wrong = wrong_tree, .again = true },
	{ .name = "KTSTR_CONFIG", .wrong = wrong_file, .again = true },
	{ .name = "KTSTR_OUT", .wrong = wrong_out, .again = true },
	{ .name = "KTSTR_SIDECAR_DIR", .wrong = wrong_results },
	{ .name = "KTSTR_SCHEDULER_DIR", .wrong = wrong_folder, .again = true },
	{ .name = "KTSTR_ATTR", .wrong = wrong_any_text },
	{ .name = "KTSTR_SCHEDULERS", .wrong = wrong_any_text, .again = true },
	{ .name = "KTSTR_JOBS", .wrong = wrong_number,
	  .least = 1, .most = 9999 },
	{ .name = "KTSTR_HOSTS", .wrong = wrong_number,
	  .least = 1, .most = 99 },
	{ .name = "KTSTR_CHECK_AGAIN", .wrong = wrong_on_or_off },
	{ .name = "KTSTR_CHECK_FULL", .wrong = wrong_on_or_off },
	{ .name = "KTSTR_SOAK_TESTS", .wrong = wrong_number,
	  .least = 0, .most = 100000 },
	{ .name = "KTSTR_SOAK_LOAD_TESTS", .wrong = wrong_number,
	  .least = 0, .most = 100000 },
	{ .name = "KTSTR_SOAK_LOAD", .wrong = wrong_number,
	  .least = 1, .most = 64 },
	{ .name = "KTSTR_PLANTS_TIMES", .wrong = wrong_number,
	  .least = 1, .most = 1000 },
	{ .name = "KTSTR_FUZZ_SECONDS", .wrong = wrong_number,
	  .least = 1, .most = 86400 },
	{ .name = "KTSTR_STRICT", .wrong = wrong_on_or_off, .again = true },
	{ .name = "KTSTR_VERBOSE", .wrong = wrong_on_or_off },
	{ .name = "KTSTR_CLONE", .wrong = wrong_on_or_off },
	{ .name = "KTSTR_SECCOMP", .wrong = wrong_on_or_off },
	{ .name = "KTSTR_REPRO", .wrong = wrong_on_or_off },
	{ .name = "KTSTR_REPRO_FUNCTIONS", .wrong = wrong_functions },
	{ .name = "KTSTR_REPRO_ROUNDS", .wrong = wrong_number,
	  .least = 1, .most = 99 },
	{ .name = "KTSTR_EMUHOST_BOOT_SECS", .wrong = wrong_number,
	  .least = 1, .most = 86400, .again = true },
	{ .name = "KTSTR_EMUHOST_STALL_SECS", .wrong = wrong_number,
	  .least = 1, .most = 86400, .again = true },
	{ .name = "KTSTR_EMUHOST_CLOCK", .wrong = wrong_word,
	  .words = "auto real virtual", .again = true },
	{ .name = "KTSTR_EMUHOST_SUITE", .wrong = wrong_suite },
	{ .name = "KTSTR_DEBIAN_MIRROR", .wrong = wrong_mirror },
	{ .name = "KTSTR_DEBIAN_KEYRING", .wrong = wrong_file },
	{ .name = "XDG_CACHE_HOME", .wrong = wrong_cache, .again = true },
	{ .name = "HOME", .wrong = wrong_any_text },
	{ .name = "KTSTR_KERNEL", .wrong = wrong_kernel, .again = true },
	{ .name = "CC", .wrong = wrong_program, .again = true },
	{ .name = "CLANG", .wrong = wrong_program, .again = true },
	{ .name = "LLVM", .wrong = wrong_llvm, .again = true },
};

const size_t front_n_settings = ARRAY_SIZE(front_settings);

static int setting_must(struct front *f, const struct front_setting *s)
{
	const char *value = front_set(s->name);
	char *own;
	int ret;

	if (!value)
		return 0;
	/* The variable may be set anew. */
	own = strdup(value);
	if (!own)
		return kenv_wrong(&f->k, "no memory");
	ret = value_must(f, s, own) ?: s->wrong(f, s, own);
	free(own);
	return ret;
}

int front_settings_must(struct front *f)
{
	size_t i;
	int ret;

	ret = front_text_must(f, "this folder: ", f->here) ?:
	      kenv_path_for_make(&f->k, "this folder: ", f->here, "move it");
	for (i = 0; !ret && i < front_n_settings; i++)
		ret = setting_must(f, &front_settings[i]);
	if (!ret && front_set("KDIR") && front_set("KTSTR_SOURCE"))
		ret = kenv_wrong(&f->k, "KDIR and KTSTR_SOURCE both name a source; leave one unset");
	return ret;
}

void front_settings_again(struct strbuf *text)
{
	const struct front_setting *s;

	for (s = front_settings; s < front_settings + front_n_settings; s++) {
		if (!s->again || !front_set(s->name))
			continue;
		strbuf_addf(text, "%s=", s->name);
		quote_word(text, getenv(s->name));
		strbuf_addf(text, " ");
	}
}
