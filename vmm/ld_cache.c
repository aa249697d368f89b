// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading ld.so.cache: the format that glibc 2.2 brought, alone (since glibc
 * 2.32) or behind a cache of the older format.
 */
#include "vmm/ld_cache.h"

#include <string.h>

#define LD_CACHE_MAGIC		"glibc-ld.so.cache1.1"
#define LD_CACHE_OLD_MAGIC	"ld.so-1.7.0"

struct ld_cache_header {
	char magic[sizeof(LD_CACHE_MAGIC) - 1];
	uint32_t n_entries;
	uint32_t strings_size;
	uint8_t flags[4];
	uint32_t extensions;
	uint32_t unused[3];
};

/* @key and @value are offsets of strings, counted from the header. */
struct ld_cache_entry {
	int32_t flags;
	uint32_t key;
	uint32_t value;
	uint32_t os_version;
	uint64_t hwcap;
};

struct ld_cache_old_header {
	char magic[sizeof(LD_CACHE_OLD_MAGIC)];
	uint32_t n_entries;
};

#define LD_CACHE_OLD_ENTRY	12

_Static_assert(sizeof(struct ld_cache_header) == 48, "glibc's cache header");
_Static_assert(sizeof(struct ld_cache_entry) == 24, "glibc's cache entry");
_Static_assert(sizeof(struct ld_cache_old_header) == 16, "old cache header");

/* Where the new format starts: 0, or behind the old one. */
static size_t ld_cache_start(const uint8_t *data, size_t size)
{
	struct ld_cache_old_header old;
	size_t end;

	if (size < sizeof(old))
		return 0;
	memcpy(&old, data, sizeof(old));
	if (memcmp(old.magic, LD_CACHE_OLD_MAGIC, sizeof(old.magic) - 1))
		return 0;
	end = sizeof(old) + (size_t)old.n_entries * LD_CACHE_OLD_ENTRY;
	return (end + 7) & ~(size_t)7;
}

static const char *ld_cache_string(const uint8_t *data, size_t size,
				   uint32_t offset)
{
	if (offset >= size || !memchr(data + offset, '\0', size - offset))
		return NULL;
	return (const char *)data + offset;
}

const char *ld_cache_find(const uint8_t *data, size_t size, const char *name,
			  unsigned int index)
{
	size_t start = ld_cache_start(data, size);
	struct ld_cache_header header;
	struct ld_cache_entry entry;
	const char *key;
	uint32_t i;

	if (start > size || size - start < sizeof(header))
		return NULL;
	data += start;
	size -= start;
	memcpy(&header, data, sizeof(header));
	if (memcmp(header.magic, LD_CACHE_MAGIC, sizeof(header.magic)) ||
	    header.n_entries > (size - sizeof(header)) / sizeof(entry))
		return NULL;

	for (i = 0; i < header.n_entries; i++) {
		memcpy(&entry, data + sizeof(header) + i * sizeof(entry),
		       sizeof(entry));
		key = ld_cache_string(data, size, entry.key);
		if (key && !entry.hwcap && !strcmp(key, name) && !index--)
			return ld_cache_string(data, size, entry.value);
	}
	return NULL;
}
