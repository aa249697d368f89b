// SPDX-License-Identifier: GPL-2.0-only
/*
 * The program that we are. See own_program.h.
 */
#include "lib/host/front/own_program.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/host/front/front.h"

#define FOLDER		"kvm-check"
#define KEPT_S		(7 * 24 * 3600)

/* Also those of earlier releases. */
static const char * const names[] = {
	"ktstr-front-", "ktstr-door-", "ktstr-kernel-",
};

void own_program_forget(const char *dir, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	unlink(path);
	snprintf(path, sizeof(path), "%s/log", dir);
	unlink(path);
	rmdir(dir);
}

static bool is_program_of_ours(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (strstarts(name, names[i]))
			return true;
	return false;
}

static void remove_old(const struct front *f)
{
	char dir[PATH_MAX], path[PATH_MAX];
	const struct dirent *e;
	struct stat st;
	DIR *d;

	d = opendir(kenv_path(&f->k, dir, FOLDER));
	while (d && (e = readdir(d))) {
		kenv_path(&f->k, path, FOLDER "/%s", e->d_name);
		if (is_program_of_ours(e->d_name) && !lstat(path, &st) &&
		    st.st_mtime + KEPT_S < time(NULL))
			unlink(path);
	}
	if (d)
		closedir(d);
}

static bool copy_self(const char *to)
{
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	bool whole = from >= 0 && fd >= 0;
	char buf[65536];
	ssize_t n = 0;

	while (whole && (n = read(from, buf, sizeof(buf))) > 0)
		whole = write(fd, buf, n) == n;
	whole = whole && !n;
	if (from >= 0)
		close(from);
	if (fd >= 0)
		whole = !close(fd) && whole;
	return whole;
}

void own_program_keep(struct front *f)
{
	char path[PATH_MAX], made[PATH_MAX];

	if (!f->made)
		return;
	front_make_folders(kenv_path(&f->k, path, FOLDER));
	remove_old(f);
	kenv_path(&f->k, path, FOLDER "/%s", f->made);
	kenv_path(&f->k, made, FOLDER "/%s.%d", f->made, getpid());
	if (!copy_self(made) || rename(made, path))
		unlink(made);
	f->made = NULL;
}
