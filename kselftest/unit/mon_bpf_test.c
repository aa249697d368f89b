// SPDX-License-Identifier: GPL-2.0-only
/*
 * BPF maps and programs as the monitor finds them in a guest's memory, beside
 * what bpftool and /proc said in that guest.
 */
#include "kselftest_harness.h"

#include <bpf/btf.h>
#include <linux/bpf.h>

#include "kselftest/unit/mon_image.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/read/bpf.h"

FIXTURE(mon_bpf)
{
	struct image im;
	struct mon_map *maps;
	size_t n_maps;
	struct mon_prog *progs;
	size_t n_progs;
};

FIXTURE_VARIANT(mon_bpf)
{
	const char *name;
};

FIXTURE_VARIANT_ADD(mon_bpf, l4_nokaslr) { .name = "l4-nokaslr" };
FIXTURE_VARIANT_ADD(mon_bpf, l4_kaslr) { .name = "l4-kaslr" };
FIXTURE_VARIANT_ADD(mon_bpf, l5_nokaslr) { .name = "l5-nokaslr" };
FIXTURE_VARIANT_ADD(mon_bpf, l5_kaslr) { .name = "l5-kaslr" };
FIXTURE_VARIANT_ADD(mon_bpf, cpus8) { .name = "cpus8" };

FIXTURE_SETUP(mon_bpf)
{
	if (image_open(&self->im, variant->name))
		SKIP(return, "%s", self->im.why);
	ASSERT_EQ(0, image_attach(&self->im));
	ASSERT_EQ(0, mon_maps_list(&self->im.guest, &self->maps,
				   &self->n_maps));
	ASSERT_EQ(0, mon_progs_list(&self->im.guest, &self->progs,
				    &self->n_progs));
	if (!said_line(&self->im.before, "maps", "["))
		SKIP(return, "the image was made without bpftool");
}

FIXTURE_TEARDOWN(mon_bpf)
{
	free(self->maps);
	free(self->progs);
	image_close(&self->im);
}

/* A number behind "key": in JSON text before @end */
static unsigned long long json_number(const char *p, const char *end,
				      const char *key)
{
	char quoted[64];
	const char *hit;

	snprintf(quoted, sizeof(quoted), "\"%s\":", key);
	hit = memmem(p, end - p, quoted, strlen(quoted));
	return hit ? strtoull(hit + strlen(quoted), NULL, 10) : 0;
}

static void json_string(const char *p, const char *end, const char *key,
			char *buf, size_t size)
{
	char quoted[64];
	const char *hit;

	snprintf(quoted, sizeof(quoted), "\"%s\":\"", key);
	hit = memmem(p, end - p, quoted, strlen(quoted));
	hit = hit ? hit + strlen(quoted) : "\"";
	snprintf(buf, size, "%.*s", (int)strcspn(hit, "\""), hit);
}

/* The object {"id":N,...} of a JSON array; *@end gets where the next starts */
static const char *json_object(const struct said *s, const char *part,
			       uint32_t id, const char **end)
{
	char key[32];
	const char *p = said_line(s, part, "["), *eol;

	if (!p)
		return NULL;
	eol = strchr(p, '\n') ?: p + strlen(p);
	snprintf(key, sizeof(key), "{\"id\":%u,", id);
	p = memmem(p, eol - p, key, strlen(key));
	if (!p)
		return NULL;
	*end = memmem(p + 1, eol - p - 1, "{\"id\":", 6) ?: eol;
	return p;
}

static const struct mon_map *map_by_name(const struct mon_map *maps, size_t n,
					 const char *name)
{
	for (; n--; maps++)
		if (!strcmp(maps->name, name))
			return maps;
	return NULL;
}

TEST_F(mon_bpf, maps_are_those_of_bpftool)
{
	unsigned int seen = 0;
	size_t i;

	for (i = 0; i < self->n_maps; i++) {
		const struct mon_map *m = &self->maps[i];
		char name[64], type[64];
		const char *p, *end;

		/* bpftool's own come and go with it */
		p = json_object(&self->im.before, "maps", m->id, &end);
		if (!p)
			continue;
		json_string(p, end, "name", name, sizeof(name));
		json_string(p, end, "type", type, sizeof(type));
		EXPECT_STREQ(name, m->name);
		EXPECT_STREQ(type, mon_map_type_name(m->type));
		EXPECT_EQ(json_number(p, end, "flags"), m->flags);
		EXPECT_EQ(json_number(p, end, "bytes_key"), m->key_size);
		EXPECT_EQ(json_number(p, end, "bytes_value"), m->value_size);
		EXPECT_EQ(json_number(p, end, "max_entries"), m->max_entries);
		seen++;
	}
	TH_LOG("%u of %zu maps were there before", seen, self->n_maps);
	EXPECT_LE(8, seen);
	EXPECT_NE(NULL, map_by_name(self->maps, self->n_maps, "scx_simp.bss"));
}

TEST_F(mon_bpf, progs_are_those_of_bpftool)
{
	unsigned int seen = 0, ops = 0;
	size_t i;

	for (i = 0; i < self->n_progs; i++) {
		const struct mon_prog *prog = &self->progs[i];
		char name[64], tag[64], ours[17];
		const char *p, *end;
		int k;

		p = json_object(&self->im.before, "progs", prog->id, &end);
		if (!p)
			continue;
		json_string(p, end, "name", name, sizeof(name));
		json_string(p, end, "tag", tag, sizeof(tag));
		for (k = 0; k < 8; k++)
			sprintf(ours + 2 * k, "%02x", prog->tag[k]);
		/* bpftool writes full names where BTF has them */
		EXPECT_EQ(0, strncmp(name, prog->name, strlen(prog->name)));
		EXPECT_STREQ(tag, ours);
		EXPECT_EQ(json_number(p, end, "bytes_xlated"), 8 * prog->insns);
		EXPECT_EQ(json_number(p, end, "bytes_jited"), prog->jited_len);
		EXPECT_NE(NULL, strstr(prog->ksym, tag));
		EXPECT_LT(prog->ksym_start, prog->ksym_end);
		if (prog->type == BPF_PROG_TYPE_STRUCT_OPS) {
			EXPECT_NE(NULL, strstr(name, prog->op));
			EXPECT_NE(0, *prog->op);
			ops++;
		}
		seen++;
	}
	TH_LOG("%u programs, %u of them struct_ops", seen, ops);
	EXPECT_LE(7, seen);
	EXPECT_LE(6, ops);
}

/* /proc/PID/fdinfo of the scheduler has a line for each of its programs. */
TEST_F(mon_bpf, verified_insns)
{
	unsigned int seen = 0;
	size_t i, len;
	const char *text = said_part(&self->im.before, "fdinfo", &len);

	if (!text)
		SKIP(return, "the image was made without fdinfo");
	for (i = 0; i < self->n_progs; i++) {
		char key[32];
		const char *hit, *eol;

		snprintf(key, sizeof(key), " prog_id=%u ", self->progs[i].id);
		hit = memmem(text, len, key, strlen(key));
		if (!hit)
			continue;
		eol = strchr(hit, '\n');
		hit = strstr(hit, "verified_insns=");
		ASSERT_TRUE(hit && hit < eol);
		EXPECT_EQ(strtoul(hit + 15, NULL, 10),
			  self->progs[i].verified_insns);
		seen++;
	}
	TH_LOG("%u programs", seen);
	EXPECT_LE(7, seen);
}

/* ---- values ---- */

/* "0x01","0x02" -> bytes; returns how many */
static size_t json_bytes(const char *p, const char *end, uint8_t *out,
			 size_t size)
{
	size_t n = 0;

	while (n < size && p + 6 <= end && !strncmp(p, "\"0x", 3)) {
		out[n++] = strtoul(p + 1, NULL, 16);
		p += 6;
		if (p < end && *p == ',')
			p++;
	}
	return n;
}

struct compared {
	const struct mon_map *map;
	const char *dump;	/* bpftool's line of this map */
	const char *end;
	unsigned int equal;
	unsigned int differ;
};

/* Find bpftool's bytes of the same key (and CPU). */
static int compare_entry(void *ctx, const struct mon_map_entry *e)
{
	struct compared *c = ctx;
	uint8_t key[64], value[256];
	const char *p = c->dump;
	static const char mark[] = "{\"key\":[";
	char cpu[48];

	while ((p = memmem(p, c->end - p, mark, strlen(mark)))) {
		p += strlen(mark);
		if (json_bytes(p, c->end, key, sizeof(key)) ==
			    c->map->key_size &&
		    !memcmp(key, e->key, c->map->key_size))
			break;
	}
	if (p && e->cpu >= 0) {
		snprintf(cpu, sizeof(cpu), "{\"cpu\":%d,\"value\":[", e->cpu);
		p = memmem(p, c->end - p, cpu, strlen(cpu));
		p = p ? p + strlen(cpu) : NULL;
	} else if (p) {
		p = memmem(p, c->end - p, "\"value\":[", 9);
		p = p ? p + 9 : NULL;
	}
	if (p && json_bytes(p, c->end, value, sizeof(value)) ==
			 min((size_t)c->map->value_size, sizeof(value)) &&
	    !memcmp(value, e->value, min((size_t)c->map->value_size,
					 sizeof(value))))
		c->equal++;
	else
		c->differ++;
	return 0;
}

static unsigned int count_of(const char *p, const char *end, const char *what)
{
	unsigned int n = 0;

	while ((p = memmem(p, end - p, what, strlen(what)))) {
		p += strlen(what);
		n++;
	}
	return n;
}

TEST_F(mon_bpf, values_are_those_of_bpftool)
{
	unsigned int maps = 0, values = 0;
	size_t i;

	for (i = 0; i < self->n_maps; i++) {
		struct compared c = { .map = &self->maps[i] };
		char key[32];
		const char *after;
		int n;

		snprintf(key, sizeof(key), "map %u [", c.map->id);
		c.dump = said_line(&self->im.before, "map_dumps", key);
		after = said_line(&self->im.after, "map_dumps", key);
		if (!c.dump || !after || !mon_map_is_walkable(c.map))
			continue;
		c.end = strchr(c.dump, '\n');
		/* Compare what stood still. */
		if (strncmp(c.dump, after, c.end - c.dump))
			continue;
		n = mon_map_each(&self->im.guest, c.map, compare_entry, &c);
		EXPECT_EQ(0, c.differ) {
			TH_LOG("map %s: %u of %d values differ", c.map->name,
			       c.differ, n);
		}
		EXPECT_EQ((unsigned int)n, c.equal);
		EXPECT_EQ((unsigned int)n,
			  count_of(c.dump, c.end,
				   mon_map_is_percpu(c.map) ? "{\"cpu\":" :
							      "{\"key\":"));
		maps++;
		values += c.equal;
	}
	TH_LOG("%u maps, %u values", maps, values);
	EXPECT_LE(5, maps);
}

TEST_F(mon_bpf, each_kind_of_hash)
{
	static const struct {
		const char *name;
		unsigned int entries;
		bool percpu;
	} kinds[] = {
		{ "kt_hash", 7, false },
		{ "kt_lru_hash", 7, false },
		{ "kt_percpu_hash", 7, true },
		{ "kt_percpu_array", 64, true },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct mon_map *m = map_by_name(self->maps, self->n_maps,
						      kinds[i].name);
		struct compared c = { .map = m };
		unsigned int n = kinds[i].entries;
		char key[32];

		if (!m)
			SKIP(return, "the image was made without hashes");
		snprintf(key, sizeof(key), "map %u [", m->id);
		c.dump = said_line(&self->im.before, "map_dumps", key);
		ASSERT_NE(NULL, c.dump);
		c.end = strchr(c.dump, '\n');
		n *= kinds[i].percpu ? self->im.guest.nr_cpus : 1;
		EXPECT_EQ((int)n, mon_map_each(&self->im.guest, m,
					       compare_entry, &c)) {
			TH_LOG("%s", kinds[i].name);
		}
		EXPECT_EQ(n, c.equal);
	}
}

/* {"vtime_now":519086513} between before and after */
TEST_F(mon_bpf, typed_value)
{
	const struct mon_map *m = map_by_name(self->maps, self->n_maps,
					      "scx_simp.bss");
	struct strbuf text = STRBUF_INIT;
	unsigned long long before, after;
	struct mon_field f;
	struct btf *btf;
	char key[32];
	uint64_t value[64] = { }, va, v;
	const char *p;

	ASSERT_NE(NULL, m);
	snprintf(key, sizeof(key), "map %u [", m->id);
	p = said_line(&self->im.before, "map_dumps", key);
	ASSERT_NE(NULL, p);
	before = json_number(p, strchr(p, '\n'), "vtime_now");
	p = said_line(&self->im.after, "map_dumps", key);
	after = json_number(p, strchr(p, '\n'), "vtime_now");

	ASSERT_EQ(0, mon_map_types(&self->im.guest, m, &btf));
	ASSERT_TRUE(mon_member_find(btf, m->btf_value_type_id, "vtime_now",
				    &f));
	EXPECT_EQ(8, f.size);
	EXPECT_FALSE(mon_member_find(btf, m->btf_value_type_id, "no_such", &f));
	ASSERT_TRUE(mon_member_find(btf, m->btf_value_type_id, "vtime_now",
				    &f));
	ASSERT_EQ(0, mon_map_elem(&self->im.guest, m, 0, 0, &va));
	ASSERT_GE(sizeof(value), m->value_size);
	ASSERT_EQ(0, mon_read(&self->im.guest.mem, va, value, m->value_size));
	v = mon_field_get(&f, value);
	EXPECT_LE(before, v);
	EXPECT_GE(after, v);
	mon_value_print(&text, &self->im.guest.mem, btf, m->btf_value_type_id,
			value, m->value_size);
	snprintf(key, sizeof(key), ".vtime_now = %llu",
		 (unsigned long long)v);
	EXPECT_NE(NULL, strstr(text.text, key)) {
		TH_LOG("printed %s", text.text);
	}
	strbuf_free(&text);
	btf__free(btf);
}

TEST_F(mon_bpf, find_and_write)
{
	const struct mon_guest *g = &self->im.guest;
	struct mon_map map;
	char err[256];
	uint64_t va, want = 0x1122334455667788, seen;
	uint32_t byte = 0xaa, zero = 0, one = 1;

	EXPECT_EQ(-ENOENT, mon_map_find(g, ".nosuch", &map, err, sizeof(err)));
	EXPECT_NE(NULL, strstr(err, ".nosuch"));
	EXPECT_EQ(-ENOTUNIQ, mon_map_find(g, "a", &map, err, sizeof(err)));
	EXPECT_NE(NULL, strstr(err, "name more"));
	ASSERT_EQ(0, mon_map_find(g, "simp.bss", &map, err, sizeof(err)));
	ASSERT_EQ(0, mon_map_write(g, &map, &zero, 0, 0, &want, sizeof(want)));
	ASSERT_EQ(0, mon_map_elem(g, &map, 0, 0, &va));
	ASSERT_EQ(0, mon_read_u64(&g->mem, va, &seen));
	EXPECT_EQ(want, seen);
	ASSERT_EQ(0, mon_map_write(g, &map, &zero, 0, 3, &byte, 1));
	ASSERT_EQ(0, mon_read_u64(&g->mem, va, &seen));
	EXPECT_EQ(0x11223344aa667788ULL, seen);
	EXPECT_EQ(-EINVAL, mon_map_write(g, &map, &one, 0, 0, &want, 1));
	EXPECT_EQ(-EINVAL, mon_map_write(g, &map, &zero, 0, map.value_size,
					 &want, 1));
	EXPECT_EQ(-EINVAL, mon_map_write(g, &map, &zero, 0, 1, &want,
					 map.value_size));
	ASSERT_EQ(0, mon_map_find(g, "simp.rodata", &map, err, sizeof(err)));
	EXPECT_EQ(-EPERM, mon_map_write(g, &map, &zero, 0, 0, &want, 1));
}

/* As bpftool has it for the same key, so the right value was changed */
TEST_F(mon_bpf, write_to_each_kind)
{
	static const struct {
		const char *name;
		uint64_t key;
		unsigned int cpu;
	} kinds[] = {
		{ "kt_hash", 0x0500000000000005ULL, 0 },
		{ "kt_lru_hash", 0x0700000000000007ULL, 0 },
		{ "kt_percpu_hash", 0x0300000000000003ULL, 2 },
		{ "kt_percpu_array", 2, 3 },
	};
	const struct mon_guest *g = &self->im.guest;
	uint64_t va, seen, want = 0x8877665544332211ULL, none = 99;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct mon_map *m = map_by_name(self->maps, self->n_maps,
						      kinds[i].name);
		unsigned int cpu = kinds[i].cpu % g->nr_cpus;
		struct compared c = { .map = m };
		uint64_t key = kinds[i].key;
		char line[32];

		if (!m)
			SKIP(return, "the image was made without hashes");
		snprintf(line, sizeof(line), "map %u [", m->id);
		c.dump = said_line(&self->im.before, "map_dumps", line);
		ASSERT_NE(NULL, c.dump);
		c.end = strchr(c.dump, '\n');
		ASSERT_EQ(0, mon_map_write(g, m, &key, cpu, 8, &want, 8)) {
			TH_LOG("%s", kinds[i].name);
		}
		ASSERT_EQ(0, mon_map_lookup(g, m, &key, cpu, &va));
		ASSERT_EQ(0, mon_read_u64(&g->mem, va + 8, &seen));
		EXPECT_EQ(want, seen);
		mon_map_each(g, m, compare_entry, &c);
		EXPECT_EQ(1, c.differ);
		EXPECT_EQ(m->key_size == 4 ? -EINVAL : -ENOENT,
			  mon_map_write(g, m, &none, 0, 0, &want, 8));
		EXPECT_EQ(mon_map_is_percpu(m) ? -EINVAL : 0,
			  mon_map_write(g, m, &key, g->nr_cpus, 0, &want, 0));
	}
}

TEST_HARNESS_MAIN
