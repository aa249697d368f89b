// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file of an exported test. See export.h.
 */
#include "lib/host/export/export.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/attr/attr.h"
#include "lib/common/util/fail.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/common/wire/plan.h"
#include "lib/host/machine/paths.h"
#include "vmm/initramfs.h"

#define MIB		(1ULL << 20)
/* Of a guest that says nothing of its memory, as vmm/vm.c has it */
#define GUEST_MB_CPU	64
#define GUEST_MB_MIN	256
/* For the VMM, the monitor's view of vmlinux, and what else runs there */
#define OWN_MB		256
#define LIBRARIES_MAX	1024
/* $skip has so many digits, so that its own length is known. */
#define SKIP_DIGITS	8

/* ---- what no file can have ---- */

static int check_scheduler(const struct scheduler *s, char *err,
			   size_t err_size)
{
	if (!s)
		return 0;
	if (s->binary && strchr(s->binary, '/'))
		return fail(err, err_size, -ENOTSUP,
			    "scheduler %.100s is named by a path, %.200s, which is this machine's: give its name, with KTSTR_SCHEDULER_DIR",
			    s->name, s->binary);
	if (s->config_file)
		return fail(err, err_size, -ENOTSUP,
			    "scheduler %.100s reads %.200s, a file of this machine",
			    s->name, s->config_file);
	return 0;
}

static int check_payload(const struct payload *p, char *err, size_t err_size)
{
	bool here = !!strchr(p->program, '/');
	unsigned int i;

	for (i = 0; i < PAYLOAD_MAX_FILES && p->files[i]; i++)
		here |= !!strchr(p->files[i], '/');
	return here ? fail(err, err_size, -ENOTSUP,
			   "payload %.100s names a file of this machine by its path",
			   p->name) : 0;
}

static int check_run(const struct run_config *run, char *err, size_t err_size)
{
	const struct run_subject *s = run->subject;
	unsigned int i, n = attr_n_disks(run->machine);
	int ret = check_scheduler(s->scheduler, err, err_size);

	for (i = 0; i < s->n_staged && !ret; i++)
		ret = check_scheduler(s->staged[i], err, err_size);
	for (i = 0; i < n && !ret; i++)
		if (run->machine->disks[i].file)
			ret = fail(err, err_size, -ENOTSUP,
				   "disk %.300s is a file of this machine",
				   run->machine->disks[i].file);
	n = attr_n_payloads(run->workload);
	for (i = 0; i < n && !ret; i++)
		ret = check_payload(run->workload->payloads[i], err, err_size);
	return ret;
}

/* ---- the archive ---- */

static int add_kernel_file(struct initramfs *ir, const char *name,
			   const char *path, char *err, size_t err_size)
{
	char to[64];
	int ret;

	if (!*path)
		return 0;
	snprintf(to, sizeof(to), "/kernel/%s", name);
	ret = initramfs_add_file(ir, to, 0644, path, true);
	return ret ? fail(err, err_size, ret, "cannot add %.300s: %s", path,
			  strerror(-ret)) : 0;
}

static int add_kernel(struct initramfs *ir, const struct host_kernel *k,
		      char *err, size_t err_size)
{
	int ret = add_kernel_file(ir, "bzImage", k->image, err, err_size);

	if (!ret)
		ret = add_kernel_file(ir, "vmlinux", k->vmlinux, err, err_size);
	if (!ret)
		ret = add_kernel_file(ir, "config", k->config, err, err_size);
	return ret;
}

static int add_own(struct initramfs *ir, const char *name, bool must, char *err,
		   size_t err_size)
{
	char path[PATH_MAX], to[PATH_MAX];
	int ret = host_find_program(name, path, sizeof(path));

	if (ret == -ENOENT && !must)
		return 0;
	if (ret)
		return fail(err, err_size, ret,
			    "%s is not beside the test program: %s", name,
			    strerror(-ret));
	snprintf(to, sizeof(to), PLAN_BIN_DIR "/%s", name);
	return initramfs_add_program(ir, to, path, err, err_size);
}

static int fill(struct initramfs *ir, const struct run_config *run, char *err,
		size_t err_size)
{
	static const struct {
		const char *name;
		bool must;
	} own[] = {
		{ "ktstr-init", true },
		{ "kvm-check", true },
		/* Not built without a vmlinux. */
		{ "ktstr-probe", false },
	};
	int ret = run_pack(ir, run, err, err_size);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(own) && !ret; i++)
		ret = add_own(ir, own[i].name, own[i].must, err, err_size);
	return ret ? ret : add_kernel(ir, run->kernel, err, err_size);
}

/* ---- the file ---- */

static void put_setting(struct strbuf *text, const char *name,
			const char *value)
{
	strbuf_addf(text, "%s=", name);
	strbuf_add_word(text, value);
	strbuf_addf(text, "\n");
}

/* The tree lies in memory as well, where /tmp does. */
static unsigned int need_mb(const struct run_config *run, size_t tree)
{
	unsigned int mb = run->machine->memory_mb;

	if (!mb)
		mb = max(topology_cpus(&run->machine->topology) * GUEST_MB_CPU,
			 GUEST_MB_MIN + 0U);
	return mb + OWN_MB + tree / MIB;
}

static int make_head(const struct run_config *run, struct initramfs *ir,
		     struct strbuf *text)
{
	size_t len = _binary_script_sh_end - _binary_script_sh_start, tree;
	char libraries[LIBRARIES_MAX];
	const void *data;
	int ret = tree_libraries(ir, libraries, sizeof(libraries));

	if (!ret)
		ret = initramfs_finish(ir, &data, &tree);
	if (ret)
		return ret;
	strbuf_addf(text, "#!/bin/sh\n# A test of ktstr with all that it needs; --help says more.\n");
	put_setting(text, "test", run->test);
	put_setting(text, "program", strrchr(run->program, '/') + 1);
	put_setting(text, "attr", run->given ?: "");
	put_setting(text, "libs", libraries);
	strbuf_addf(text, "need_mb=%u\n", need_mb(run, tree));
	strbuf_addf(text, "skip=%-*zu\n", SKIP_DIGITS,
		    text->len + strlen("skip=\n") + SKIP_DIGITS + len);
	strbuf_add(text, _binary_script_sh_start, len);
	return text->dropped ? -ENOMEM : 0;
}

/* Beside the name that it will have, so that it gets that by rename(). */
int export_whole(const char *path, unsigned int mode,
		 int (*put)(void *ctx, int fd), void *ctx)
{
	char part[PATH_MAX];
	int fd, ret;

	snprintf(part, sizeof(part), "%.4000s.XXXXXX", path);
	fd = mkostemp(part, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = put(ctx, fd);
	if (!ret && (fchmod(fd, mode) || fsync(fd)))
		ret = -errno;
	if (close(fd) && !ret)
		ret = -errno;
	if (!ret && rename(part, path))
		ret = -errno;
	if (ret)
		unlink(part);
	return ret;
}

/*
 * struct whole - of an exported test
 * @head: the script
 * @ir: what is behind it
 * @size: gets the bytes of both
 */
struct whole {
	struct strbuf head;
	struct initramfs *ir;
	uint64_t *size;
};

static int put_whole(void *ctx, int fd)
{
	const struct whole *w = ctx;
	struct stat st;
	int ret;

	if (write(fd, w->head.text, w->head.len) != (ssize_t)w->head.len)
		return errno ? -errno : -EIO;
	ret = tree_write(w->ir, fd);
	if (!ret && fstat(fd, &st))
		ret = -errno;
	if (!ret)
		*w->size = st.st_size;
	return ret;
}

int export_write(const char *path, const struct run_config *run, uint64_t *size,
		 char *err, size_t err_size)
{
	struct whole w = { .head = STRBUF_INIT, .size = size };
	int ret = check_run(run, err, err_size);

	if (ret)
		return ret;
	w.ir = initramfs_create();
	if (!w.ir)
		return fail(err, err_size, -ENOMEM, "no memory for its files");
	ret = fill(w.ir, run, err, err_size);
	if (ret)
		goto out_free;
	ret = make_head(run, w.ir, &w.head);
	if (!ret)
		ret = export_whole(path, 0755, put_whole, &w);
	if (ret)
		fail(err, err_size, ret, "cannot write %.300s: %s", path,
		     strerror(-ret));
	strbuf_free(&w.head);
out_free:
	initramfs_destroy(w.ir);
	return ret;
}
