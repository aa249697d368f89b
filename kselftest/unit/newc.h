/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For tests: read a newc archive back, and run a program for its output.
 * Independent of the code that writes archives.
 */
#ifndef KTSTR_UNIT_NEWC_H
#define KTSTR_UNIT_NEWC_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common/util/util.h"

struct entry {
	char path[256];
	unsigned int mode;
	unsigned int major;
	unsigned int minor;
	const uint8_t *data;
	size_t len;
};

static inline unsigned int newc_field(const uint8_t *head, unsigned int index)
{
	char digits[9] = "";

	memcpy(digits, head + 6 + 8 * index, 8);
	return strtoul(digits, NULL, 16);
}

/* Return: bytes to the next entry; 0 at the trailer or at a broken one. */
static inline size_t entry_read(const uint8_t *data, size_t len, struct entry *e)
{
	size_t name_size, at;

	if (len < 110 || memcmp(data, "070701", 6))
		return 0;
	e->mode = newc_field(data, 1);
	e->len = newc_field(data, 6);
	e->major = newc_field(data, 9);
	e->minor = newc_field(data, 10);
	name_size = newc_field(data, 11);
	at = round_up(110 + name_size, 4);
	if (name_size >= sizeof(e->path) || at + round_up(e->len, 4) > len)
		return 0;
	snprintf(e->path, sizeof(e->path), "/%s", data + 110);
	if (strlen(e->path) != name_size)
		return 0;
	e->data = data + at;
	return strcmp(e->path, "/TRAILER!!!") ? at + round_up(e->len, 4) : 0;
}

/* Return: the entry's position, -1 when it is not there. */
static inline int entry_find(const void *data, size_t len, const char *path,
			     struct entry *e)
{
	const uint8_t *p = data;
	size_t step;
	int index = 0;

	while ((step = entry_read(p, len, e))) {
		if (!strcmp(path, e->path))
			return index;
		p += step;
		len -= step;
		index++;
	}
	return -1;
}

static inline unsigned int count_entries(const void *data, size_t len,
					 const char *prefix)
{
	const uint8_t *p = data;
	unsigned int n = 0;
	struct entry e;
	size_t step;

	while ((step = entry_read(p, len, &e))) {
		n += !strncmp(e.path, prefix, strlen(prefix)) &&
		     !S_ISDIR(e.mode);
		p += step;
		len -= step;
	}
	return n;
}

/* Run @argv with @in as its standard input; its output goes to @out. */
static inline int run(char *const argv[], int in, char *out, size_t out_size)
{
	size_t len = 0;
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -1;
	pid = fork();
	if (pid == 0) {
		dup2(in, STDIN_FILENO);
		dup2(fds[1], STDOUT_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(fds[1]);
	while (len + 1 < out_size &&
	       (n = read(fds[0], out + len, out_size - len - 1)) > 0)
		len += n;
	out[len] = '\0';
	close(fds[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

#endif /* KTSTR_UNIT_NEWC_H */
