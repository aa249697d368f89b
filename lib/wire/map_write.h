/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a test asks the host to write into a BPF map of its guest.
 */
#ifndef KTSTR_WIRE_MAP_WRITE_H
#define KTSTR_WIRE_MAP_WRITE_H

/**
 * struct bpf_map_write - a value to write into an array map
 * @map: end of the map's name, e.g. ".bss"; NULL for no write
 * @var: variable in there, by the map's BTF; NULL goes by @offset alone
 * @offset: bytes from the start of element 0, or of the variable
 * @value: what to write
 * @size: how many bytes of it, 1 to 4; 0 is the variable's size, else 4
 * @after_ms: how long the body has run by then, times the slowness; 0 is 500
 */
struct bpf_map_write {
	const char *map;
	const char *var;
	unsigned int offset;
	unsigned int value;
	unsigned int size;
	unsigned int after_ms;
};

#endif /* KTSTR_WIRE_MAP_WRITE_H */
