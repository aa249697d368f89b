// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opening a vmlinux: its parts are read where they lie in the mapped file,
 * DWARF is not touched.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "lib/common/util/util.h"
#include "lib/host/monitor/vmlinux/vmlinux.h"

#define CONFIG_MAX	(4U << 20)

const char *mon_build_id_str(const uint8_t *id, size_t len, char *buf)
{
	size_t i;

	for (i = 0; i < len && i < MON_BUILD_ID_MAX; i++)
		sprintf(buf + 2 * i, "%02x", id[i]);
	buf[2 * i] = '\0';
	return buf;
}

/* "CONFIG_HZ=1000" at the start of a line */
static unsigned int config_hz(const char *config)
{
	static const char key[] = "CONFIG_HZ=";
	const char *p = config;
	unsigned long hz;

	while ((p = strstr(p, key))) {
		if (p == config || p[-1] == '\n') {
			hz = strtoul(p + strlen(key), NULL, 10);
			return hz >= 10 && hz <= 10000 ? hz : 0;
		}
		p++;
	}
	return 0;
}

/* The gzipped .config that CONFIG_IKCONFIG puts into .rodata */
static unsigned int hz_from_ikconfig(const struct mon_kernel *k)
{
	uint64_t addr = k->f.sym[MON_SYM_CONFIG_DATA];
	z_stream z = { };
	unsigned int hz = 0;
	size_t len = 1U << 20;
	const void *data = NULL;
	char *text;

	/* Its end is not known; gzip's is. */
	for (; addr && len >= 4096; len /= 2) {
		data = mon_symbols_bytes(k->symbols, addr, len);
		if (data)
			break;
	}
	if (!data)
		return 0;
	text = malloc(CONFIG_MAX + 1);
	if (!text)
		return 0;
	z.next_in = (Bytef *)data;
	z.avail_in = len;
	z.next_out = (Bytef *)text;
	z.avail_out = CONFIG_MAX;
	if (inflateInit2(&z, 16 + MAX_WBITS) == Z_OK) {
		if (inflate(&z, Z_FINISH) == Z_STREAM_END) {
			text[CONFIG_MAX - z.avail_out] = '\0';
			hz = config_hz(text);
		}
		inflateEnd(&z);
	}
	free(text);
	return hz;
}

static unsigned int hz_from_file(const char *name)
{
	unsigned int hz = 0;
	char *text;
	FILE *f;

	f = fopen(name, "re");
	if (!f)
		return 0;
	text = calloc(1, CONFIG_MAX + 1);
	if (text && fread(text, 1, CONFIG_MAX, f))
		hz = config_hz(text);
	free(text);
	fclose(f);
	return hz;
}

unsigned int mon_hz_beside(const char *vmlinux)
{
	static const char *const names[] = { ".config", "config" };
	const char *slash = strrchr(vmlinux, '/');
	unsigned int hz = 0;
	char *name;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names) && !hz; i++) {
		if (asprintf(&name, "%.*s%s",
			     slash ? (int)(slash - vmlinux + 1) : 0, vmlinux,
			     names[i]) < 0)
			return 0;
		hz = hz_from_file(name);
		free(name);
	}
	return hz;
}

static int open_btf(struct mon_kernel *k, char *err, size_t err_size)
{
	const char *path = mon_symbols_path(k->symbols);
	struct mon_section btf;
	int ret;

	if (!mon_symbols_section(k->symbols, ".BTF", &btf)) {
		snprintf(err, err_size,
			 "%s: has no BTF; build with CONFIG_DEBUG_INFO_BTF=y",
			 path);
		return -ENOEXEC;
	}
	k->btf = btf__new(btf.data, btf.size);
	if (!k->btf) {
		ret = -errno;
		if (ret == -ENOMEM)
			return ret;
		snprintf(err, err_size, "%s: damaged BTF: %s", path,
			 strerror(-ret));
		return -ENOEXEC;
	}
	return 0;
}

static int read_identity(struct mon_kernel *k, char *err, size_t err_size)
{
	uint64_t addr = k->f.sym[MON_SYM_BANNER];
	const char *banner = NULL;
	size_t len;

	if (mon_symbols_section(k->symbols, ".notes", &k->notes))
		k->build_id_len = mon_notes_build_id(k->notes.data,
						     k->notes.size,
						     k->build_id);
	if (!k->build_id_len) {
		snprintf(err, err_size,
			 "%s: has no build id; link it with --build-id",
			 mon_symbols_path(k->symbols));
		return -ENOEXEC;
	}
	/* .rodata behind it is large, so asking for the maximum is safe. */
	banner = mon_symbols_bytes(k->symbols, addr, MON_BANNER_MAX);
	if (!banner || !memchr(banner, '\0', MON_BANNER_MAX)) {
		snprintf(err, err_size, "%s: linux_banner is not readable",
			 mon_symbols_path(k->symbols));
		return -ENOEXEC;
	}
	len = strcspn(banner, "\n");
	memcpy(k->banner, banner, len);
	return 0;
}

static int read_parts(struct mon_kernel *k, char *err, size_t err_size)
{
	int ret = open_btf(k, err, err_size);

	if (ret)
		return ret;
	ret = mon_fields_resolve(&k->f, k->symbols, k->btf);
	if (ret)
		return ret;
	if (!mon_kernel_has(k, MON_PART_CORE)) {
		snprintf(err, err_size,
			 "%s: has no %s; this kernel cannot be monitored",
			 mon_symbols_path(k->symbols),
			 k->f.missing[MON_PART_CORE]);
		return -ENOEXEC;
	}
	k->cpus_max = min(k->f.sym_size[MON_SYM_PER_CPU_OFFSET] / 8,
			  (uint64_t)MON_CPUS_MAX);
	mon_orc_open(&k->orc, k->symbols);
	k->hz = hz_from_ikconfig(k) ?:
		mon_hz_beside(mon_symbols_path(k->symbols));
	k->hz_guessed = !k->hz;
	if (k->hz_guessed)
		k->hz = MON_HZ_DEFAULT;
	return read_identity(k, err, err_size);
}

int mon_kernel_open(const char *path, struct mon_kernel **kernel,
		    char *err, size_t err_size)
{
	struct mon_kernel *k = calloc(1, sizeof(*k));
	int ret;

	*kernel = NULL;
	*err = '\0';
	ret = k ? mon_symbols_open(path, &k->symbols, err, err_size) : -ENOMEM;
	if (!ret)
		ret = read_parts(k, err, err_size);
	if (!ret) {
		*kernel = k;
		return 0;
	}
	/* Where memory ends, nobody else may have had a word for it. */
	if (!*err)
		snprintf(err, err_size, "%s: %s", path, strerror(-ret));
	mon_kernel_close(k);
	return ret;
}

void mon_kernel_close(struct mon_kernel *k)
{
	if (!k)
		return;
	mon_fields_release(&k->f);
	btf__free(k->btf);
	mon_symbols_close(k->symbols);
	free(k);
}
