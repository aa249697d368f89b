/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ELF side of a vmlinux: symbols and sections, read in place.
 *
 * Addresses are those of the link; what KASLR made of them in a guest is
 * guest.h's business. Types are fields.h's.
 */
#ifndef KTSTR_MONITOR_VMLINUX_SYMBOLS_H
#define KTSTR_MONITOR_VMLINUX_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MON_BUILD_ID_MAX	20

struct mon_symbols;

/**
 * struct mon_symbol - one symbol that somebody asked for
 * @name: set by the caller
 * @addr: link address, 0 when there is no such symbol
 * @size: bytes, 0 when the ELF file does not say
 */
struct mon_symbol {
	const char *name;
	uint64_t addr;
	uint64_t size;
};

/**
 * struct mon_section - bytes of one section, in the mapped file
 * @data: its bytes; NULL when it is absent or holds none
 * @size: their number
 * @addr: link address
 */
struct mon_section {
	const void *data;
	size_t size;
	uint64_t addr;
};

/**
 * mon_symbols_open() - map a vmlinux
 * @path: the file
 * @symbols: gets the handle; NULL on failure
 * @err: gets one sentence when it fails
 * @err_size: bytes at @err
 *
 * Return: 0, -errno of open(), -ENOEXEC when it is no x86-64 ELF file with a
 * symbol table, -ENOMEM.
 */
int mon_symbols_open(const char *path, struct mon_symbols **symbols,
		     char *err, size_t err_size);

/**
 * mon_symbols_close() - unmap it; takes NULL
 */
void mon_symbols_close(struct mon_symbols *symbols);

/**
 * mon_symbols_lookup() - find many symbols in one pass
 * @symbols: the file
 * @wanted: names in, addresses out
 * @n: how many
 *
 * Of several symbols of one name a global one goes before a local one.
 *
 * Return: 0 whether they were found or not, -ENOMEM.
 */
int mon_symbols_lookup(const struct mon_symbols *symbols,
		       struct mon_symbol *wanted, size_t n);

/**
 * mon_symbols_index() - sort the functions by address, for mon_symbols_at()
 *
 * Costs some milliseconds, once. Context: any thread.
 *
 * Return: 0 or -ENOMEM.
 */
int mon_symbols_index(struct mon_symbols *symbols);

/**
 * mon_symbols_at() - which function holds this address?
 * @symbols: the file, indexed
 * @addr: link address
 * @offset: gets the distance from the function's start
 *
 * Return: its name, owned by @symbols; NULL outside of every function.
 */
const char *mon_symbols_at(const struct mon_symbols *symbols, uint64_t addr,
			   uint64_t *offset);

/**
 * mon_symbols_section() - find a section by name
 *
 * Return: true when it is there with bytes in the file.
 */
bool mon_symbols_section(const struct mon_symbols *symbols, const char *name,
			 struct mon_section *section);

/**
 * mon_symbols_bytes() - bytes of the file behind a link address
 *
 * Return: where they lie, NULL when the file has not all of them (.bss).
 */
const void *mon_symbols_bytes(const struct mon_symbols *symbols, uint64_t addr,
			      size_t len);

/**
 * mon_symbols_path() - the file's name, for messages
 */
const char *mon_symbols_path(const struct mon_symbols *symbols);

/**
 * mon_notes_build_id() - find the GNU build id among ELF notes
 * @notes: bytes of a note section
 * @len: their number
 * @id: gets up to MON_BUILD_ID_MAX bytes
 *
 * Return: bytes of the id, 0 when there is none.
 */
size_t mon_notes_build_id(const void *notes, size_t len, uint8_t *id);

#endif /* KTSTR_MONITOR_VMLINUX_SYMBOLS_H */
