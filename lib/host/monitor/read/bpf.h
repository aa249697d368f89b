/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BPF maps and programs, read out of guest memory: what there is, and the
 * values of arrays and hashes with their types. A host-side write into one is
 * what makes a fixture scheduler fail on request.
 */
#ifndef KTSTR_MONITOR_READ_BPF_H
#define KTSTR_MONITOR_READ_BPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/host/monitor/guest/guest.h"
#include "lib/host/monitor/guest/idr.h"

struct btf;
struct mon_mem;
struct strbuf;

#define MON_BPF_NAME_LEN	16
#define MON_KSYM_NAME_LEN	128
#define MON_BPF_TAG_LEN		8
#define MON_BPF_OBJECTS_MAX	MON_IDR_MAX	/* maps, programs */
#define MON_BPF_VALUE_MAX	(1U << 20)	/* bytes of a key or value */
#define MON_BPF_ENTRIES_MAX	1000000		/* of one map */
#define MON_BTF_MAX		(4U << 20)	/* bytes of one BTF */

/**
 * struct mon_map - a map; the ids of its types count in @btf_va's BTF
 */
struct mon_map {
	uint64_t va;
	uint32_t id;
	uint32_t type;		/* BPF_MAP_TYPE_* */
	uint32_t key_size;
	uint32_t value_size;
	uint32_t max_entries;
	uint32_t flags;
	uint32_t btf_key_type_id;
	uint32_t btf_value_type_id;
	uint64_t btf_va;
	char name[MON_BPF_NAME_LEN];
};

/**
 * struct mon_prog - a program
 * @op: for struct_ops programs, the op that it is
 * @verified_insns: instructions the verifier looked at
 * @insns: instructions after the verifier
 * @runs, @run_ns, @misses: over all CPUs; 0 without kernel.bpf_stats_enabled
 * @ksym: its name in stack traces, bpf_prog_<tag>_<name>
 */
struct mon_prog {
	uint64_t va;
	uint32_t id;
	uint32_t type;		/* BPF_PROG_TYPE_* */
	uint32_t verified_insns;
	uint32_t insns;
	uint32_t jited_len;
	uint64_t runs;
	uint64_t run_ns;
	uint64_t misses;
	uint64_t ksym_start;
	uint64_t ksym_end;
	uint8_t tag[MON_BPF_TAG_LEN];
	char name[MON_BPF_NAME_LEN];
	char op[32];
	char ksym[MON_KSYM_NAME_LEN];
};

/**
 * mon_maps_list() - all maps, by id
 * @guest: attached
 * @list: gets an array; free() it
 * @n: gets their number
 *
 * What does not say of itself that it has the id it is filed under is left
 * out: it is being freed, or a lie.
 *
 * Return: 0; -ENOTSUP when the kernel lacks MON_PART_BPF; -EFAULT; -ENOMEM.
 */
int mon_maps_list(const struct mon_guest *guest, struct mon_map **list,
		  size_t *n);

/**
 * mon_progs_list() - all programs, by id; as mon_maps_list()
 * @guest: attached
 * @list: gets an array; free() it
 * @n: gets their number
 */
int mon_progs_list(const struct mon_guest *guest, struct mon_prog **list,
		   size_t *n);

/**
 * mon_map_find() - find a map by the end of its name, e.g. ".bss"
 * @map: gets it
 * @err: gets one sentence when it fails
 *
 * Return: 0; -ENOENT; -ENOTUNIQ when several end so; else as mon_maps_list().
 */
int mon_map_find(const struct mon_guest *guest, const char *suffix,
		 struct mon_map *map, char *err, size_t err_size);

/**
 * mon_map_elem() - address of an element of an array or per-CPU array
 * @index: which
 * @cpu: of a per-CPU array, on which CPU; else ignored
 * @va: gets its address, for mon_read() of at most @map->value_size bytes
 *
 * Return: 0; -EINVAL when it is no array, or has no such element; -EFAULT.
 */
int mon_map_elem(const struct mon_guest *guest, const struct mon_map *map,
		 uint32_t index, unsigned int cpu, uint64_t *va);

/**
 * mon_map_key() - a number as a map's key has it
 * @map: whose
 * @key: in little-endian bytes, filled up with zeroes
 * @ret: gets why there is none: -EINVAL when it does not fit; -ENOMEM
 *
 * Return: @map->key_size bytes, for free(); NULL without.
 */
void *mon_map_key(const struct mon_map *map, uint64_t key, int *ret);

/**
 * mon_map_lookup() - address of the value of a key
 * @key: @map->key_size bytes
 * @cpu: of a per-CPU map, whose value; else ignored
 * @va: gets its address, for mon_read() of at most @map->value_size bytes
 *
 * A hash is searched as mon_map_each() walks it. While the guest runs, the
 * element may be deleted, and the memory be another one's, at any time.
 *
 * Return: 0; -ENOENT when a hash has no such key; -EINVAL for another type of
 * map, and for an element or CPU that does not exist; -EFAULT; -ENOMEM; -ELOOP.
 */
int mon_map_lookup(const struct mon_guest *guest, const struct mon_map *map,
		   const void *key, unsigned int cpu, uint64_t *va);

/**
 * mon_map_write() - change bytes of the value of a key, in place
 * @key: @map->key_size bytes
 * @cpu: of a per-CPU map, whose value; else ignored
 * @offset: first byte within the value
 *
 * Return: 0; -EINVAL when it is outside of the value; -EPERM when programs may
 * not write it either; else as mon_map_lookup().
 */
int mon_map_write(const struct mon_guest *guest, const struct mon_map *map,
		  const void *key, unsigned int cpu, uint32_t offset,
		  const void *bytes, size_t len);

/**
 * struct mon_map_entry - one entry of a map, copied
 * @cpu: of a per-CPU map, whose value; else -1
 */
struct mon_map_entry {
	const void *key;
	const void *value;
	int cpu;
};

/**
 * mon_map_each() - visit the entries of an array or hash
 * @fn: called for each; not 0 ends the walk
 * @ctx: its first argument
 *
 * Return: entries visited (per CPU for per-CPU maps), or what @fn returned
 * when that is negative; -EINVAL for another type of map; -EFAULT; -ENOMEM;
 * -ELOOP for lists longer than max_entries; -EFBIG beyond 256 MiB.
 */
int mon_map_each(const struct mon_guest *guest, const struct mon_map *map,
		 int (*fn)(void *ctx, const struct mon_map_entry *entry),
		 void *ctx);

/**
 * mon_map_is_percpu() - has each key a value for each CPU?
 */
bool mon_map_is_percpu(const struct mon_map *map);

/**
 * mon_map_is_walkable() - can mon_map_each() visit its entries?
 */
bool mon_map_is_walkable(const struct mon_map *map);

/**
 * mon_map_types() - the types of a map's keys and values
 * @btf: gets them; release with btf__free()
 *
 * Return: 0; -ENOENT when it has none; -EFAULT, -EINVAL when they are
 * damaged; -ENOTSUP for types on top of others (modules); -ENOMEM; -ELOOP when
 * the budget is spent.
 */
int mon_map_types(const struct mon_guest *guest, const struct mon_map *map,
		  struct btf **btf);

/**
 * mon_map_type_name() - "array", "percpu_hash", ...
 */
const char *mon_map_type_name(uint32_t type);

/**
 * mon_value_print() - print a value as its type has it
 * @out: gets text like {.a = 1, .b = {2, 3}}
 * @mem: whose budget the work is taken from, beside what bounds each value
 * @btf: types
 * @type_id: its type; 0 prints bytes
 * @bytes: the value
 * @len: bytes there are
 *
 * Bounded, whatever @btf says: what nests too deep or is too long is "...",
 * names are cut at the kernel's 511 characters and made fit to print. Ends early
 * once @out drops text.
 */
void mon_value_print(struct strbuf *out, const struct mon_mem *mem,
		     const struct btf *btf, uint32_t type_id,
		     const void *bytes, size_t len);

#endif /* KTSTR_MONITOR_READ_BPF_H */
