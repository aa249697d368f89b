// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading an ELF file's headers: every offset is checked against the file's
 * size, every header is copied out before it is used.
 */
#include "vmm/elf_image.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#if __BYTE_ORDER == __LITTLE_ENDIAN
#define ELF_DATA_HERE	ELFDATA2LSB
#else
#define ELF_DATA_HERE	ELFDATA2MSB
#endif

static int read_all(int fd, uint8_t *data, size_t size)
{
	size_t done = 0;
	ssize_t n;

	while (done < size) {
		n = pread(fd, data + done, size - done, done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -ETXTBSY;
		done += n;
	}
	return 0;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* Half of one file and half of another make a program that crashes. */
static int check_unchanged(int fd, const struct stat *before)
{
	struct stat now;

	if (fstat(fd, &now))
		return -errno;
	return now.st_size == before->st_size &&
	       same_time(&now.st_mtim, &before->st_mtim) ? 0 : -ETXTBSY;
}

static int read_regular(struct elf_image *image, int fd)
{
	struct stat st;
	void *data;
	int ret;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	image->dev = st.st_dev;
	image->ino = st.st_ino;
	if (!st.st_size)
		return 0;
	/* Large ones come and go: no heap is to keep them. */
	data = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (data == MAP_FAILED)
		return -errno;
	image->data = data;
	image->size = st.st_size;
	ret = read_all(fd, data, st.st_size);
	return ret ? ret : check_unchanged(fd, &st);
}

int elf_image_read(struct elf_image *image, const char *path)
{
	int fd, ret;

	memset(image, 0, sizeof(*image));
	/* Opening a FIFO without a writer would wait for ever. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	ret = read_regular(image, fd);
	close(fd);
	if (ret)
		elf_image_free(image);
	return ret;
}

void elf_image_free(struct elf_image *image)
{
	if (image->data)
		munmap((void *)image->data, image->size);
	memset(image, 0, sizeof(*image));
}

static bool elf_covers(const struct elf_image *image, uint64_t offset,
		       uint64_t len)
{
	return offset <= image->size && len <= image->size - offset;
}

static void elf_phdr(const struct elf_image *image, unsigned int i,
		     Elf64_Phdr *phdr)
{
	memcpy(phdr, image->data + image->ehdr.e_phoff + i * sizeof(*phdr),
	       sizeof(*phdr));
}

static bool elf_find_phdr(const struct elf_image *image, uint32_t type,
			  Elf64_Phdr *phdr)
{
	unsigned int i;

	for (i = 0; i < image->ehdr.e_phnum; i++) {
		elf_phdr(image, i, phdr);
		if (phdr->p_type == type &&
		    elf_covers(image, phdr->p_offset, phdr->p_filesz))
			return true;
	}
	return false;
}

/* Where a loaded address lies in the file; 0 when it is in no segment. */
static size_t elf_file_offset(const struct elf_image *image, uint64_t addr,
			      uint64_t len)
{
	Elf64_Phdr phdr;
	unsigned int i;

	for (i = 0; i < image->ehdr.e_phnum; i++) {
		uint64_t into;

		elf_phdr(image, i, &phdr);
		into = addr - phdr.p_vaddr;
		if (phdr.p_type == PT_LOAD && into <= phdr.p_filesz &&
		    len <= phdr.p_filesz - into &&
		    elf_covers(image, phdr.p_offset, phdr.p_filesz))
			return phdr.p_offset + into;
	}
	return 0;
}

static void elf_dyn(const struct elf_image *image, size_t i, Elf64_Dyn *dyn)
{
	memcpy(dyn, image->data + image->dyn_offset + i * sizeof(*dyn),
	       sizeof(*dyn));
}

uint64_t elf_image_dyn_value(const struct elf_image *image, int64_t tag)
{
	Elf64_Dyn dyn;
	size_t i;

	for (i = 0; i < image->n_dyn; i++) {
		elf_dyn(image, i, &dyn);
		if (dyn.d_tag == DT_NULL)
			break;
		if (dyn.d_tag == tag)
			return dyn.d_un.d_val;
	}
	return 0;
}

static int elf_parse_dynamic(struct elf_image *image)
{
	Elf64_Phdr phdr;

	if (!elf_find_phdr(image, PT_DYNAMIC, &phdr))
		return 0;
	image->dyn_offset = phdr.p_offset;
	image->n_dyn = phdr.p_filesz / sizeof(Elf64_Dyn);

	image->strsz = elf_image_dyn_value(image, DT_STRSZ);
	image->strtab = elf_file_offset(image,
					elf_image_dyn_value(image, DT_STRTAB),
					image->strsz);
	return image->strtab ? 0 : -ENOEXEC;
}

int elf_image_parse(struct elf_image *image)
{
	Elf64_Ehdr *ehdr = &image->ehdr;

	if (image->size < sizeof(*ehdr))
		return -ENOEXEC;
	memcpy(ehdr, image->data, sizeof(*ehdr));
	if (memcmp(ehdr->e_ident, ELFMAG, SELFMAG) ||
	    ehdr->e_ident[EI_CLASS] != ELFCLASS64 ||
	    ehdr->e_ident[EI_DATA] != ELF_DATA_HERE)
		return -ENOEXEC;
	if (ehdr->e_phnum &&
	    (ehdr->e_phentsize != sizeof(Elf64_Phdr) ||
	     !elf_covers(image, ehdr->e_phoff,
			 ehdr->e_phnum * sizeof(Elf64_Phdr))))
		return -ENOEXEC;
	return elf_parse_dynamic(image);
}

/* A string that ends before @limit bytes are over. */
static const char *elf_string(const struct elf_image *image, size_t offset,
			      size_t limit)
{
	const char *text = (const char *)image->data + offset;

	return memchr(text, '\0', limit) ? text : NULL;
}

const char *elf_image_interp(const struct elf_image *image)
{
	Elf64_Phdr phdr;

	if (!elf_find_phdr(image, PT_INTERP, &phdr))
		return NULL;
	return elf_string(image, phdr.p_offset, phdr.p_filesz);
}

const char *elf_image_dyn_string(const struct elf_image *image, int64_t tag,
				 size_t index)
{
	Elf64_Dyn dyn;
	size_t i;

	for (i = 0; i < image->n_dyn; i++) {
		elf_dyn(image, i, &dyn);
		if (dyn.d_tag == DT_NULL)
			break;
		if (dyn.d_tag != tag || index--)
			continue;
		if (dyn.d_un.d_val >= image->strsz)
			return NULL;
		return elf_string(image, image->strtab + dyn.d_un.d_val,
				  image->strsz - dyn.d_un.d_val);
	}
	return NULL;
}
