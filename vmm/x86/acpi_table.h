/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all ACPI tables have, and how they are put into a place of fixed size.
 */
#ifndef KTSTR_VMM_X86_ACPI_TABLE_H
#define KTSTR_VMM_X86_ACPI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In many tables: bit 0 of an entry's flags. */
#define ACPI_ENABLED	1U

struct acpi_header {
	char signature[4];
	uint32_t length;
	uint8_t revision;
	uint8_t checksum;
	char oem_id[6];
	char oem_table_id[8];
	uint32_t oem_revision;
	uint32_t creator_id;
	uint32_t creator_revision;
} __attribute__((packed));

/*
 * struct acpi_writer - tables, appended one behind the other
 * @buf: where they go
 * @size: its bytes
 * @at: how many are taken
 * @gpa: where the guest sees @buf
 * @full: something did not fit
 */
struct acpi_writer {
	uint8_t *buf;
	size_t size;
	size_t at;
	uint64_t gpa;
	bool full;
};

/*
 * acpi_checksum() - what makes the sum of bytes 0
 */
uint8_t acpi_checksum(const void *bytes, size_t len);

void acpi_put(struct acpi_writer *w, const void *bytes, size_t len);

/*
 * acpi_begin() - write a table's first bytes
 * @table: begins with a header, which is filled in
 * @len: bytes of it, header included
 *
 * Return: its offset, for acpi_end().
 */
size_t acpi_begin(struct acpi_writer *w, const char *signature,
		  uint8_t revision, void *table, size_t len);

/*
 * acpi_end() - all of a table is written: set its length and checksum
 *
 * Return: its guest address.
 */
uint64_t acpi_end(struct acpi_writer *w, size_t at);

#endif /* KTSTR_VMM_X86_ACPI_TABLE_H */
