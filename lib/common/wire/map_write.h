/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a test asks the host to write into a BPF map of its guest.
 */
#ifndef KTSTR_WIRE_MAP_WRITE_H
#define KTSTR_WIRE_MAP_WRITE_H

/**
 * struct bpf_map_write - a value to write into an array or a hash
 * @map: end of the map's name, e.g. ".bss"; NULL for no write
 * @key: of an array, which element; of a hash, which must have it: the key, in
 *	little-endian bytes, filled up with zeroes when it is longer
 * @cpu: of a per-CPU map, whose value
 * @var: variable or member in there ("a.b" for a member's), by the map's BTF;
 *	NULL goes by @offset alone
 * @offset: bytes from the start of the value, or of the variable
 * @value: what to write
 * @size: how many bytes of it, 1 to 8; 0 is the variable's size, else 4
 * @after_ms: how long the body has run by then, times the slowness; 0 is 500
 */
struct bpf_map_write {
	const char *map;
	unsigned long long key;
	unsigned int cpu;
	const char *var;
	unsigned int offset;
	unsigned long long value;
	unsigned int size;
	unsigned int after_ms;
};

#endif /* KTSTR_WIRE_MAP_WRITE_H */
