// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing ACPI tables. See acpi_table.h.
 */
#include "vmm/x86/acpi_table.h"

#include <string.h>

#include "lib/common/util/util.h"

#define TABLE_ALIGN	16

uint8_t acpi_checksum(const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	uint8_t sum = 0;

	while (len--)
		sum += *p++;
	return -sum;
}

void acpi_put(struct acpi_writer *w, const void *bytes, size_t len)
{
	if (len > w->size - w->at) {
		w->full = true;
		return;
	}
	memcpy(w->buf + w->at, bytes, len);
	w->at += len;
}

static void put_align(struct acpi_writer *w)
{
	size_t at = round_up(w->at, (size_t)TABLE_ALIGN);

	if (at > w->size)
		w->full = true;
	else
		w->at = at;
}

size_t acpi_begin(struct acpi_writer *w, const char *signature,
		  uint8_t revision, void *table, size_t len)
{
	struct acpi_header *h = table;
	size_t at;

	memcpy(h->signature, signature, sizeof(h->signature));
	h->revision = revision;
	memcpy(h->oem_id, "KTSTR ", sizeof(h->oem_id));
	memcpy(h->oem_table_id, "KTSTRVMM", sizeof(h->oem_table_id));
	h->oem_revision = 1;
	memcpy(&h->creator_id, "KTST", sizeof(h->creator_id));
	h->creator_revision = 1;

	put_align(w);
	at = w->at;
	acpi_put(w, table, len);
	return at;
}

uint64_t acpi_end(struct acpi_writer *w, size_t at)
{
	struct acpi_header *h = (struct acpi_header *)(w->buf + at);

	if (w->full)
		return 0;
	h->length = w->at - at;
	h->checksum = 0;
	h->checksum = acpi_checksum(h, h->length);
	return w->gpa + at;
}
