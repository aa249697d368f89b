// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where ld.so finds a library: its search order, played here for the guest.
 */
#include "vmm/elf_search.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/exported.h"
#include "lib/common/util/util.h"
#include "vmm/ld_cache.h"

/* ld.so's own list; which of them a system uses shows by their being there. */
static const char *const default_dirs[] = {
#ifdef __x86_64__
	"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
#endif
	"/lib64", "/usr/lib64", "/lib", "/usr/lib",
};

/* ---- paths ---- */

/* "/a/b/../c//d" becomes "/a/c/d". */
void path_normalize(char *path)
{
	char *in = path, *out = path;

	while (*in) {
		size_t len;

		while (*in == '/')
			in++;
		len = strcspn(in, "/");
		if (len == 2 && in[0] == '.' && in[1] == '.') {
			while (out > path && *--out != '/')
				;
		} else if (len && !(len == 1 && in[0] == '.')) {
			*out++ = '/';
			memmove(out, in, len);
			out += len;
		}
		in += len;
	}
	*out = '\0';
}

bool elf_object_set_path(char *buf, const char *path)
{
	int len = snprintf(buf, PATH_MAX, "%s", path);

	return len > 0 && len < PATH_MAX;
}

static bool path_join(char *buf, const char *dir, size_t dir_len,
		      const char *name)
{
	int len = snprintf(buf, PATH_MAX, "%.*s/%s", (int)dir_len, dir, name);

	return len > 0 && len < PATH_MAX;
}

static size_t dir_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

static bool is_default_dir(const char *path)
{
	size_t len = dir_len(path), i;

	for (i = 0; i < ARRAY_SIZE(default_dirs); i++)
		if (strlen(default_dirs[i]) == len &&
		    !memcmp(default_dirs[i], path, len))
			return true;
	return false;
}

/* ---- one candidate ---- */

/* What says nothing of whether a library is there. */
static bool is_trouble(int error)
{
	return error == -EMFILE || error == -ENFILE || error == -ENOMEM ||
	       error == -EIO || error == -ETXTBSY;
}

bool elf_object_fits(struct elf_object *o, const struct elf_object *program)
{
	int ret;

	if (o->error)
		return false;
	ret = elf_image_read(&o->image, o->host);
	if (is_trouble(ret))
		o->error = ret;
	if (ret)
		return false;
	if (elf_image_parse(&o->image) == 0 &&
	    o->image.ehdr.e_type == ET_DYN &&
	    o->image.ehdr.e_machine == program->image.ehdr.e_machine)
		return true;
	elf_image_free(&o->image);
	return false;
}

bool elf_search_place(const struct elf_search *s, const char *path, char *host)
{
	int len = snprintf(host, PATH_MAX, "%s%s", s->root, path);

	return len > 0 && len < PATH_MAX;
}

/* Try @name in a directory that has the same path in the guest. */
static bool try_dir(const struct elf_search *s, struct elf_object *o,
		    const char *dir, size_t len)
{
	if (!len || *dir != '/' || !path_join(o->guest, dir, len, o->name) ||
	    !elf_search_place(s, o->guest, o->host) ||
	    !elf_object_fits(o, s->program))
		return false;
	path_normalize(o->guest);
	return true;
}

/* Try a path that the guest's loader would not search: it moves. */
static bool try_moved(const struct elf_search *s, struct elf_object *o)
{
	if (is_default_dir(o->host))
		memcpy(o->guest, o->host, sizeof(o->guest));
	else if (!path_join(o->guest, s->lib_dir, strlen(s->lib_dir), o->name))
		return false;
	return elf_object_fits(o, s->program);
}

/* Try a name that is a path, and has to be the same in the guest. */
static bool try_path(const struct elf_search *s, struct elf_object *o)
{
	if (*o->name != '/' || !elf_object_set_path(o->guest, o->name) ||
	    !elf_search_place(s, o->guest, o->host) ||
	    !elf_object_fits(o, s->program))
		return false;
	path_normalize(o->guest);
	return true;
}

/* Try one entry of an RPATH or RUNPATH, which belongs to @owner. */
static bool try_rpath_dir(const struct elf_search *s, struct elf_object *o,
			  const struct elf_object *owner, const char *dir,
			  size_t len)
{
	static const char *const origins[] = { "$ORIGIN", "${ORIGIN}" };
	char rest[PATH_MAX];
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(origins); i++) {
		n = strlen(origins[i]);
		if (len < n || memcmp(dir, origins[i], n))
			continue;
		if (!path_join(rest, dir + n, len - n, o->name))
			return false;
		if (!path_join(o->host, owner->host, dir_len(owner->host),
			       rest) ||
		    !path_join(o->guest, owner->guest, dir_len(owner->guest),
			       rest) ||
		    !elf_object_fits(o, s->program))
			return false;
		path_normalize(o->guest);
		return true;
	}
	return try_dir(s, o, dir, len);
}

/* ---- the places, in ld.so's order ---- */

static bool search_path_list(const struct elf_search *s, struct elf_object *o,
			     const struct elf_object *owner, const char *list)
{
	while (list && *list) {
		size_t len = strcspn(list, ":");

		if (try_rpath_dir(s, o, owner, list, len))
			return true;
		list += len + (list[len] == ':');
	}
	return false;
}

/* DT_RPATH of who needs it, and of who needed that; void beside a RUNPATH. */
static bool search_rpath(const struct elf_search *s, struct elf_object *o)
{
	const struct elf_object *by;

	if (elf_image_dyn_string(&o->loader->image, DT_RUNPATH, 0))
		return false;
	for (by = o->loader; by; by = by->loader) {
		if (elf_image_dyn_string(&by->image, DT_RUNPATH, 0))
			continue;
		if (search_path_list(s, o, by,
				     elf_image_dyn_string(&by->image, DT_RPATH,
							  0)))
			return true;
	}
	return false;
}

static bool search_environment(const struct elf_search *s,
			       struct elf_object *o)
{
	const char *list = *s->root ? NULL : getenv("LD_LIBRARY_PATH");

	while (list && *list) {
		size_t len = strcspn(list, ":;");

		if (len && path_join(o->host, list, len, o->name) &&
		    try_moved(s, o))
			return true;
		list += len + (list[len] != '\0');
	}
	return false;
}

static bool search_runpath(const struct elf_search *s, struct elf_object *o)
{
	return search_path_list(s, o, o->loader,
				elf_image_dyn_string(&o->loader->image,
						     DT_RUNPATH, 0));
}

/* Linked with -z nodefaultlib. */
static bool no_default_dirs(const struct elf_object *o)
{
	return elf_image_dyn_value(&o->image, DT_FLAGS_1) & DF_1_NODEFLIB;
}

static bool search_cache(const struct elf_search *s, struct elf_object *o)
{
	const char *path;
	unsigned int i;

	for (i = 0; (path = ld_cache_find(s->cache.data, s->cache.size,
					  o->name, i)); i++) {
		if (no_default_dirs(o->loader) && is_default_dir(path))
			continue;
		if (elf_object_set_path(o->host, path) && try_moved(s, o))
			return true;
	}
	return false;
}

static bool search_default_dirs(const struct elf_search *s,
				struct elf_object *o)
{
	size_t i;

	if (no_default_dirs(o->loader))
		return false;
	for (i = 0; i < ARRAY_SIZE(default_dirs); i++)
		if (try_dir(s, o, default_dirs[i], strlen(default_dirs[i])))
			return true;
	return false;
}

/* To add a place, add a function; the order is ld.so(8)'s. */
static bool (*const searches[])(const struct elf_search *s,
				struct elf_object *o) = {
	search_rpath,
	search_environment,
	search_runpath,
	search_cache,
	search_default_dirs,
};

bool elf_search(const struct elf_search *s, struct elf_object *o)
{
	size_t i;

	/* A name with a slash is a path, and nothing is searched. */
	if (strchr(o->name, '/'))
		return try_path(s, o);
	for (i = 0; i < ARRAY_SIZE(searches); i++)
		if (searches[i](s, o))
			return true;
	return false;
}

/* A moved library goes where this system keeps its libc. */
static void search_find_lib_dir(struct elf_search *s)
{
	const char *libc = ld_cache_find(s->cache.data, s->cache.size,
					 "libc.so.6", 0);

	if (!libc || !is_default_dir(libc))
		libc = "/lib64/libc.so.6";
	snprintf(s->lib_dir, sizeof(s->lib_dir), "%.*s", (int)dir_len(libc),
		 libc);
}

int elf_search_init(struct elf_search *s)
{
	int ret;

	memset(s, 0, sizeof(*s));
	s->root = getenv(EXPORTED_ROOT_ENV) ?: "";
	/* Without a cache the default directories are all there is. */
	ret = *s->root ? -ENOENT : elf_image_read(&s->cache, LD_CACHE_PATH);
	search_find_lib_dir(s);
	return is_trouble(ret) ? ret : 0;
}

void elf_search_exit(struct elf_search *s)
{
	elf_image_free(&s->cache);
}
