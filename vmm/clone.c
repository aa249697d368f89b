// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMs in files. See clone.h.
 *
 * A file has a head, the machine's description, its state, and, on whole pages,
 * what of its memory is not zero. It is written under another name, and renamed
 * when all of it is there.
 */
#include "vmm/clone.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/common/util/crc32.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/common/wire/load.h"
#include "vmm/clone_store.h"
#include "vmm/vmm.h"

#define CLONE_MAGIC	0x656e6f6c63727473ULL	/* "strclone" */
#define CLONE_VERSION	2
#define STATE_MAX	(64U << 20)

/* Zeros of less than this between two pages cost less than another piece. */
#define PIECE_GAP	(64U << 10)

/* A file system that is nearly full is left alone. */
#define SPACE_TIMES	2

/*
 * struct clone_head - how a file begins
 * @magic, @version: CLONE_*
 * @state_size: bytes of state behind the description
 * @crc: of both
 * @key_size: bytes of the description behind the head
 * @data_offset: where the memory begins
 * @data_size: its bytes: the file ends there
 */
struct clone_head {
	uint64_t magic;
	uint32_t version;
	uint32_t crc;
	uint64_t key_size;
	uint64_t state_size;
	uint64_t data_offset;
	uint64_t data_size;
};

/*
 * struct piece - memory that is not zero
 * @at: where, as an offset from the first byte of RAM
 */
struct piece {
	uint64_t at;
	uint64_t size;
};

/* ---- what is kept of the ring and the consoles ---- */

/* Records that came so far, as the next reader is to have them, too. */
static void save_ring(const struct vm *vm, struct blob *b)
{
	const struct wire_header *hdr = vm->reader.hdr;
	uint64_t head = __atomic_load_n(&hdr->head, __ATOMIC_ACQUIRE);
	uint64_t size = min(WIRE_HDR_SIZE + head, vm->mem.ring_size);

	/* One that has gone round is no more what it was. */
	b->bad |= head > vm->reader.data_size;
	blob_put_u64(b, size);
	blob_put(b, hdr, sizeof(*hdr));
	blob_put(b, (const char *)hdr + WIRE_STEAL_OFFSET,
		 sizeof(struct wire_steal));
	if (size > WIRE_HDR_SIZE)
		blob_put(b, vm->reader.data, size - WIRE_HDR_SIZE);
}

static void restore_ring(struct vm *vm, struct blob *b)
{
	uint8_t *ring = guest_mem_ring(&vm->mem);
	uint64_t size = blob_get_u64(b);
	const void *data;

	blob_get(b, ring, sizeof(struct wire_header));
	blob_get(b, ring + WIRE_STEAL_OFFSET, sizeof(struct wire_steal));
	vm->reader.hdr->tail = 0;
	wire_load_at(vm->reader.hdr)->ready = 1;
	if (size <= WIRE_HDR_SIZE || size > vm->mem.ring_size)
		return;
	data = blob_rest(b, size - WIRE_HDR_SIZE);
	if (data)
		memcpy(ring + WIRE_HDR_SIZE, data, size - WIRE_HDR_SIZE);
}

static void save_console(struct vm *vm, struct blob *b)
{
	size_t len;
	const char *text = console_text(&vm->console, &len);

	blob_put_u64(b, len);
	blob_put(b, text, len);
}

static void restore_console(struct vm *vm, struct blob *b)
{
	uint64_t len = blob_get_u64(b);
	const char *text = blob_rest(b, len);

	if (text)
		console_add(&vm->console, text, len);
}

/* ---- memory ---- */

static bool page_is_zero(const uint64_t *page)
{
	size_t i;

	for (i = 0; i < MEM_PAGE_SIZE / sizeof(*page); i += 4)
		if (page[i] | page[i + 1] | page[i + 2] | page[i + 3])
			return false;
	return true;
}

static void note_page(struct blob *pieces, struct piece *now, uint64_t at)
{
	if (now->size && at - (now->at + now->size) <= PIECE_GAP) {
		now->size = at + MEM_PAGE_SIZE - now->at;
		return;
	}
	if (now->size)
		blob_put(pieces, now, sizeof(*now));
	*now = (struct piece){ .at = at, .size = MEM_PAGE_SIZE };
}

/* Memory that nobody touched has no pages at all. */
static void find_pieces(const struct guest_mem *mem, struct blob *pieces)
{
	struct piece now = { };
	off_t at = 0, end;

	for (;;) {
		at = lseek(mem->fd, at, SEEK_DATA);
		if (at < 0 || (uint64_t)at >= mem->ram_size)
			break;
		end = lseek(mem->fd, at, SEEK_HOLE);
		if (end < 0 || (uint64_t)end > mem->ram_size)
			end = mem->ram_size;
		for (; at < end; at += MEM_PAGE_SIZE)
			if (!page_is_zero((const void *)(mem->base + at)))
				note_page(pieces, &now, at);
	}
	if (now.size)
		blob_put(pieces, &now, sizeof(now));
}

static int memory_to(int fd, uint64_t offset, const struct guest_mem *mem,
		     const struct blob *pieces)
{
	const struct piece *p = (const void *)pieces->data;
	size_t n = pieces->len / sizeof(*p);
	int ret = 0;

	for (; n && !ret; n--, p++) {
		ret = store_write(fd, mem->base + p->at, p->size, offset);
		offset += p->size;
	}
	return ret;
}

/*
 * Of our own file, whose sum was right: still nothing goes where it must not.
 *
 * It is copied: a mapping of the file would be shared by all clones, but in
 * small pages, which cost a nested guest more than the copy.
 */
static int memory_from(const struct clone *clone, const struct guest_mem *mem,
		       const struct piece *p, size_t n)
{
	uint64_t offset = clone->data_offset;
	int ret = 0;

	for (; n && !ret; n--, p++) {
		if (p->at > mem->ram_size || p->size > mem->ram_size - p->at)
			return -EINVAL;
		ret = store_read(clone->fd, mem->base + p->at, p->size, offset);
		offset += p->size;
	}
	return ret;
}

/* ---- into a file ---- */

static uint64_t total_size(const struct blob *pieces)
{
	const struct piece *p = (const void *)pieces->data;
	size_t n = pieces->len / sizeof(*p);
	uint64_t size = 0;

	while (n--)
		size += (p++)->size;
	return size;
}

static int save_state(struct vm *vm, const struct blob *pieces, struct blob *b)
{
	int ret;

	blob_put_u64(b, pieces->len);
	blob_put(b, pieces->data, pieces->len);
	ret = machine_save(vm, b);
	save_ring(vm, b);
	save_console(vm, b);
	if (pieces->bad || b->bad)
		ret = ret ?: -ENOMEM;
	return ret;
}

static int write_all(const struct vm *vm, int fd, const struct blob *state,
		     const struct blob *pieces)
{
	const char *key = vm->template_key;
	struct clone_head head = {
		.magic = CLONE_MAGIC,
		.version = CLONE_VERSION,
		.key_size = strlen(key),
		.state_size = state->len,
		.data_size = total_size(pieces),
	};
	struct blob front = { };
	int ret;

	head.data_offset = round_up(sizeof(head) + head.key_size +
				    head.state_size, MEM_PAGE_SIZE);
	head.crc = crc32_update(0, key, head.key_size);
	head.crc = crc32_update(head.crc, state->data, state->len);
	blob_put(&front, &head, sizeof(head));
	blob_put(&front, key, head.key_size);
	blob_put(&front, state->data, state->len);
	ret = front.bad ? -ENOMEM :
	      store_write(fd, front.data, front.len, 0);
	blob_exit(&front);
	return ret ?: memory_to(fd, head.data_offset, &vm->mem, pieces);
}

static bool has_space(const char *path, uint64_t size)
{
	struct statvfs fs;
	char dir[PATH_MAX];

	snprintf(dir, sizeof(dir), "%s", path);
	*strrchr(dir, '/') = '\0';
	return !statvfs(dir, &fs) &&
	       (uint64_t)fs.f_bavail * fs.f_frsize >= SPACE_TIMES * size;
}

int clone_leave(struct vm *vm)
{
	struct blob pieces = { }, state = { };
	char temporary[PATH_MAX];
	int fd, ret;

	find_pieces(&vm->mem, &pieces);
	ret = save_state(vm, &pieces, &state);
	if (!ret && !has_space(vm->template, total_size(&pieces)))
		ret = -ENOSPC;
	if (ret)
		goto out_free;
	fd = store_begin(vm->template, temporary, sizeof(temporary));
	if (fd < 0) {
		ret = fd;
		goto out_free;
	}
	ret = write_all(vm, fd, &state, &pieces);
	ret = store_end(fd, temporary, vm->template, ret);
out_free:
	blob_exit(&pieces);
	blob_exit(&state);
	return ret;
}

/* ---- out of a file ---- */

static bool head_is_sound(const struct clone_head *head, uint64_t file_size)
{
	return head->magic == CLONE_MAGIC && head->version == CLONE_VERSION &&
	       head->key_size <= STATE_MAX && head->state_size <= STATE_MAX &&
	       head->data_offset == round_up(sizeof(*head) + head->key_size +
					     head->state_size, MEM_PAGE_SIZE) &&
	       head->data_size <= file_size &&
	       head->data_offset == file_size - head->data_size;
}

/* Whole, and of this kind of machine; else it is as if it were not there. */
static int read_front(int fd, const char *key, struct blob *state,
		      uint64_t *data_offset)
{
	struct clone_head head;
	struct stat st;
	size_t size;
	char *front;
	int ret;

	if (fstat(fd, &st))
		return -errno;
	ret = store_read(fd, &head, sizeof(head), 0);
	if (ret || !head_is_sound(&head, st.st_size))
		return ret ?: -EINVAL;
	size = head.key_size + head.state_size;
	front = malloc(size);
	if (!front)
		return -ENOMEM;
	ret = store_read(fd, front, size, sizeof(head));
	if (!ret && (crc32_update(0, front, size) != head.crc ||
		     head.key_size != strlen(key) ||
		     memcmp(front, key, head.key_size)))
		ret = -EINVAL;
	if (!ret)
		blob_put(state, front + head.key_size, head.state_size);
	free(front);
	*data_offset = head.data_offset;
	return ret ?: state->bad ? -ENOMEM : 0;
}

void clone_find(struct vm *vm, const struct vm_config *config,
		struct clone *clone)
{
	struct strbuf key = STRBUF_INIT;
	char path[PATH_MAX];
	int fd;

	*clone = (struct clone){ .fd = -1 };
	if (!config->clones || machine_is_wide(&vm->machine) ||
	    machine_describe(vm, config, &key))
		goto out_free;
	snprintf(path, sizeof(path), "%s/%08x.vm", config->clones,
		 crc32_update(0, key.text, key.len));
	vm->template = strdup(path);
	vm->template_key = strdup(key.text);
	clone->state = calloc(1, sizeof(*clone->state));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || !clone->state || !vm->template || !vm->template_key)
		goto out_close;
	if (read_front(fd, key.text, clone->state, &clone->data_offset))
		goto out_close;
	store_used(fd);
	clone->fd = fd;
	goto out_free;
out_close:
	if (fd >= 0)
		close(fd);
out_free:
	strbuf_free(&key);
}

int clone_memory(struct vm *vm, const struct clone *clone,
		 const struct vm_error *err)
{
	uint64_t size = blob_get_u64(clone->state);
	const void *pieces = blob_rest(clone->state, size);
	int ret = -EINVAL;

	if (pieces && !(size % sizeof(struct piece)))
		ret = memory_from(clone, &vm->mem, pieces,
				  size / sizeof(struct piece));
	return ret ? vm_fail(err, ret, "cannot read its memory: %s",
			     strerror(-ret)) : 0;
}

int clone_machine(struct vm *vm, const struct clone *clone,
		  const struct vm_error *err)
{
	int ret = machine_restore(vm, clone->state, err);

	if (ret)
		return ret;
	restore_ring(vm, clone->state);
	restore_console(vm, clone->state);
	if (clone->state->bad)
		return vm_fail(err, -EINVAL, "it is too short");
	return 0;
}

void clone_exit(struct clone *clone)
{
	if (clone->fd >= 0)
		close(clone->fd);
	if (clone->state)
		blob_exit(clone->state);
	free(clone->state);
	*clone = (struct clone){ .fd = -1 };
}
