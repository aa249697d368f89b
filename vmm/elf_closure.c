// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program and all that it links to, into an initramfs.
 *
 * Breadth first, in the order in which ld.so searches, so that the guest's
 * loader finds in the archive what this machine's loader would have found.
 * Each object has two paths: where it lies here, and where it will lie there.
 */
#include "vmm/initramfs.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/compiler.h"
#include "vmm/elf_search.h"
#include "vmm/ld_cache.h"

#define CLOSURE_MAX	512	/* objects; a program with more is broken */

/**
 * struct closure - one walk
 * @ir: where the files go
 * @objects: what was found, in order
 * @n_objects: their number
 * @search: how libraries are found
 * @err: the caller's buffer
 * @err_size: its size
 */
struct closure {
	struct initramfs *ir;
	struct elf_object *objects[CLOSURE_MAX];
	unsigned int n_objects;
	struct elf_search search;
	char *err;
	size_t err_size;
};

static int __printf(3, 4) closure_fail(struct closure *c, int error,
				       const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->err, c->err_size, fmt, ap);
	va_end(ap);
	return error;
}

static void object_destroy(struct elf_object *o)
{
	if (!o)
		return;
	elf_image_free(&o->image);
	free(o->name);
	free(o);
}

static struct elf_object *object_create(const char *name,
					const struct elf_object *loader)
{
	struct elf_object *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->loader = loader;
	o->name = strdup(name);
	if (o->name)
		return o;
	object_destroy(o);
	return NULL;
}

static bool closure_knows(const struct closure *c, const char *name)
{
	unsigned int i;

	for (i = 0; i < c->n_objects; i++) {
		const struct elf_object *o = c->objects[i];
		const char *soname = elf_image_dyn_string(&o->image, DT_SONAME,
							  0);

		if (!strcmp(name, o->name) || (soname && !strcmp(name, soname)))
			return true;
	}
	return false;
}

/* The same file under another path, as with /lib and /usr/lib. */
static const struct elf_object *
closure_same_file(const struct closure *c, const struct elf_object *o)
{
	unsigned int i;

	for (i = 1; i < c->n_objects; i++)
		if (c->objects[i]->image.dev == o->image.dev &&
		    c->objects[i]->image.ino == o->image.ino)
			return c->objects[i];
	return NULL;
}

/* Put an object into the archive. @o is the walk's from here on. */
static int closure_take(struct closure *c, struct elf_object *o)
{
	const struct elf_object *same = closure_same_file(c, o);
	int ret = 0;

	if (c->n_objects == CLOSURE_MAX) {
		ret = closure_fail(c, -E2BIG, "%s links to more than %d libraries",
				   c->objects[0]->host, CLOSURE_MAX);
		object_destroy(o);
		return ret;
	}
	c->objects[c->n_objects++] = o;

	if (o->loader && initramfs_has(c->ir, o->guest))
		return 0;
	if (same)
		ret = initramfs_add_link(c->ir, o->guest, same->guest);
	else
		ret = initramfs_add_file(c->ir, o->guest, 0755, o->host, true);
	if (ret)
		return closure_fail(c, ret, "cannot put %s into the initramfs as %s: %s",
				    o->host, o->guest, strerror(-ret));
	return 0;
}

static int closure_take_program(struct closure *c, const char *path,
				const char *host_path)
{
	struct elf_object *o = object_create(path, NULL);
	int ret;

	if (!o)
		return closure_fail(c, -ENOMEM, "no memory for %s", host_path);
	if (!realpath(host_path, o->host)) {
		ret = closure_fail(c, -errno, "program %s: %s", host_path,
				   strerror(errno));
		goto out_destroy;
	}
	snprintf(o->guest, sizeof(o->guest), "%s", path);

	ret = elf_image_read(&o->image, o->host);
	if (ret) {
		closure_fail(c, ret, "program %s: %s", host_path,
			     strerror(-ret));
		goto out_destroy;
	}
	ret = elf_image_parse(&o->image);
	if (ret || (o->image.ehdr.e_type != ET_EXEC &&
		    o->image.ehdr.e_type != ET_DYN)) {
		ret = closure_fail(c, -ENOEXEC, "%s is no 64-bit ELF program",
				   host_path);
		goto out_destroy;
	}
	c->search.program = o;
	return closure_take(c, o);

out_destroy:
	object_destroy(o);
	return ret;
}

static int closure_take_interp(struct closure *c)
{
	const struct elf_object *program = c->objects[0];
	const char *interp = elf_image_interp(&program->image);
	struct elf_object *o;
	int ret = -ENOENT;

	if (!interp)
		return 0;
	o = object_create(strrchr(interp, '/') ? strrchr(interp, '/') + 1 :
			  interp, program);
	if (!o)
		return closure_fail(c, -ENOMEM, "no memory for %s", interp);
	if (*interp == '/' && elf_search_place(&c->search, interp, o->host) &&
	    elf_object_set_path(o->guest, interp) &&
	    elf_object_fits(o, program)) {
		path_normalize(o->guest);
		return closure_take(c, o);
	}
	if (o->error)
		ret = closure_fail(c, o->error, "%s, which %s needs to be started: %s",
				   interp, program->host, strerror(-o->error));
	else
		closure_fail(c, ret, "%s, which %s needs to be started, is not there",
			     interp, program->host);
	object_destroy(o);
	return ret;
}

/* Nowhere, or somewhere that could not be looked at. Takes @o. */
static int closure_not_found(struct closure *c, struct elf_object *o)
{
	int ret = o->error;

	if (ret)
		closure_fail(c, ret, "%s, which %s links to, cannot be read: %s",
			     o->name, o->loader->host, strerror(-ret));
	else
		ret = closure_fail(c, -ENOENT,
				   "%s, which %s links to, is nowhere to be found: install it or set LD_LIBRARY_PATH",
				   o->name, o->loader->host);
	object_destroy(o);
	return ret;
}

static int closure_take_needed(struct closure *c, const struct elf_object *by)
{
	const char *name;
	struct elf_object *o;
	size_t i;
	int ret;

	for (i = 0; (name = elf_image_dyn_string(&by->image, DT_NEEDED, i));
	     i++) {
		if (closure_knows(c, name))
			continue;
		o = object_create(name, by);
		if (!o)
			return closure_fail(c, -ENOMEM, "no memory for %s",
					    name);
		if (!elf_search(&c->search, o))
			return closure_not_found(c, o);
		ret = closure_take(c, o);
		if (ret)
			return ret;
	}
	return 0;
}

int initramfs_add_program(struct initramfs *ir, const char *path,
			  const char *host_path, char *err, size_t err_size)
{
	struct closure *c = calloc(1, sizeof(*c));
	unsigned int i;
	int ret;

	if (!c) {
		snprintf(err, err_size, "no memory for %s", host_path);
		return -ENOMEM;
	}
	c->ir = ir;
	c->err = err;
	c->err_size = err_size;
	ret = elf_search_init(&c->search);
	if (ret)
		closure_fail(c, ret, LD_CACHE_PATH ": %s", strerror(-ret));
	if (!ret)
		ret = closure_take_program(c, path, host_path);
	if (!ret)
		ret = closure_take_interp(c);
	for (i = 0; !ret && i < c->n_objects; i++)
		ret = closure_take_needed(c, c->objects[i]);

	for (i = 0; i < c->n_objects; i++)
		object_destroy(c->objects[i]);
	elf_search_exit(&c->search);
	free(c);
	return ret;
}
