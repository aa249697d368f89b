// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cgroup of a scenario on this machine. See place.h.
 */
#include "lib/bare/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/log.h"
#include "lib/common/util/mounts.h"
#include "lib/common/util/util.h"
#include "lib/guest/scenario/cgroup.h"

#define LOCK_MS		30000
#define LOCK_POLL_MS	50
#define REMOVE_MS	10000
#define SUBTREE		"cgroup.subtree_control"

/* ---- controllers ---- */

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (; *text; text += strspn(text, "\n ")) {
		if (strcspn(text, "\n ") == len && !strncmp(text, word, len))
			return true;
		text += strcspn(text, "\n ");
	}
	return false;
}

/* Return: bits of those that a file of a cgroup names; -errno. */
static int read_controllers(const char *root, const char *name,
			    const char *file)
{
	int ret, bits = 0;
	char text[512];
	size_t i;

	ret = cgroup_read(root, name, file, text, sizeof(text));
	if (ret < 0)
		return ret;
	for (i = 0; i < BARE_N_CONTROLLERS; i++)
		if (has_word(text, bare_controllers[i].name))
			bits |= bare_controllers[i].bit;
	return bits;
}

static int switch_controllers(const char *root, const char *name,
			      unsigned int bits, char sign, const char **which)
{
	char text[32];
	int ret, first = 0;
	size_t i;

	for (i = 0; i < BARE_N_CONTROLLERS; i++) {
		if (!(bits & bare_controllers[i].bit))
			continue;
		snprintf(text, sizeof(text), "%c%s", sign,
			 bare_controllers[i].name);
		ret = cgroup_write(root, name, SUBTREE, text);
		if (!ret || first)
			continue;
		first = ret;
		*which = bare_controllers[i].name;
	}
	return first;
}

static const char *first_name(unsigned int bits)
{
	size_t i;

	for (i = 0; i < BARE_N_CONTROLLERS; i++)
		if (bits & bare_controllers[i].bit)
			return bare_controllers[i].name;
	return "";
}

/* ---- an end ---- */

/* Whoever was killed may have much to give back before it is gone. */
static int remove_cgroup(const char *root, const char *name)
{
	uint64_t end_ns = clock_now_ns() + REMOVE_MS * NSEC_PER_MSEC;
	int ret;

	do {
		ret = cgroup_remove(root, name);
	} while (ret && clock_now_ns() < end_ns);
	return ret;
}

/* Of the owner of a place, which may be gone. */
static int remove_of(const char *root, const char *name,
		     const struct bare_owner *owner, char *err, size_t err_size)
{
	const char *which;
	int ret = remove_cgroup(root, name);

	if (ret) {
		snprintf(err, err_size, "cgroup %s/%s cannot be removed: %s",
			 root, name, strerror(-ret));
		return ret;
	}
	ret = switch_controllers(root, ".", owner->enabled, '-', &which);
	/* Somebody else has come to need it: it is theirs by now. */
	if (!ret || ret == -EBUSY)
		return 0;
	snprintf(err, err_size,
		 "controller %s cannot be switched off again in %s: %s", which,
		 root, strerror(-ret));
	return ret;
}

void bare_place_kill(const struct bare_place *place)
{
	if (place->name[0])
		cgroup_write(place->root, place->name, "cgroup.kill", "1");
}

int bare_place_remove(struct bare_place *place, char *err, size_t err_size)
{
	int ret = 0;

	if (place->name[0])
		ret = remove_of(place->root, place->name, &place->owner, err,
				err_size);
	if (!ret)
		place->name[0] = '\0';
	if (place->lock >= 0)
		close(place->lock);
	place->lock = -1;
	return ret;
}

/* ---- what others have left ---- */

static int sweep(const char *root, char *err, size_t err_size)
{
	struct bare_owner owner;
	struct dirent *entry;
	DIR *dir = opendir(root);
	int ret = 0;

	if (!dir) {
		snprintf(err, err_size, "%s: %s", root, strerror(errno));
		return -errno;
	}
	while (!ret && (entry = readdir(dir))) {
		if (bare_owner_parse(entry->d_name, &owner) ||
		    bare_owner_alive(&owner))
			continue;
		ret = remove_of(root, entry->d_name, &owner, err, err_size);
		if (!ret)
			pr_info("removed cgroup %s/%s, which a run had left that was killed",
				root, entry->d_name);
	}
	closedir(dir);
	return ret;
}

/* ---- a beginning ---- */

static int find_root(struct bare_place *place, char *err, size_t err_size)
{
	if (geteuid()) {
		snprintf(err, err_size,
			 "only root can make cgroups for it on this machine");
		return -EPERM;
	}
	if (mount_find("cgroup2", place->root, sizeof(place->root)))
		return 0;
	snprintf(err, err_size,
		 "no cgroup v2 is mounted on this machine (mount -t cgroup2 none /sys/fs/cgroup)");
	return -ENODEV;
}

static int take_lock(struct bare_place *place, char *err, size_t err_size)
{
	uint64_t end_ns = clock_now_ns() + LOCK_MS * NSEC_PER_MSEC;
	int ret;

	place->lock = open(place->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (place->lock >= 0 && flock(place->lock, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK || clock_now_ns() >= end_ns) {
			ret = -errno;
			snprintf(err, err_size,
				 ret == -EWOULDBLOCK ?
				 "another run has %s for %d s" :
				 "%s cannot be locked", place->root,
				 LOCK_MS / 1000);
			return ret;
		}
		poll(NULL, 0, LOCK_POLL_MS);
	}
	if (place->lock >= 0)
		return 0;
	ret = -errno;
	snprintf(err, err_size, "%s: %s", place->root, strerror(errno));
	return ret;
}

static int know_owner(struct bare_place *place, char *err, size_t err_size)
{
	int ret = bare_owner_self(&place->owner);

	if (ret)
		snprintf(err, err_size, "/proc/%d/stat cannot be read: %s",
			 getpid(), strerror(-ret));
	return ret;
}

/* Leaves with the owner what will have to be switched on. */
static int check_controllers(struct bare_place *place, unsigned int needs,
			     char *err, size_t err_size)
{
	int there = read_controllers(place->root, ".", "cgroup.controllers");
	int on = read_controllers(place->root, ".", SUBTREE);

	if (there < 0 || on < 0) {
		snprintf(err, err_size, "%s: its controllers cannot be read: %s",
			 place->root, strerror(-min(there, on)));
		return min(there, on);
	}
	if (needs & ~there) {
		snprintf(err, err_size,
			 "there is no controller %s in %s: the kernel has none, or cgroup v1 has it (systemd.unified_cgroup_hierarchy=1)",
			 first_name(needs & ~there), place->root);
		return -ENODEV;
	}
	place->owner.enabled = needs & ~on;
	return 0;
}

/* Within it, each can have what is switched on here. */
static int make_groups(struct bare_place *place, unsigned int needs, char *err,
		       size_t err_size)
{
	const char *which = "", *at = place->root;
	char groups[BARE_NAME_SIZE + 16], engine[BARE_NAME_SIZE + 16];
	int ret;

	snprintf(groups, sizeof(groups), "%s/" BARE_GROUPS, place->name);
	snprintf(engine, sizeof(engine), "%s/" BARE_ENGINE, place->name);
	ret = switch_controllers(at, ".", place->owner.enabled, '+', &which);
	if (!ret)
		ret = switch_controllers(at, place->name, needs, '+', &which);
	if (!ret)
		ret = cgroup_create(at, engine);
	if (!ret)
		ret = cgroup_create(at, groups);
	if (!ret)
		ret = switch_controllers(at, groups, needs, '+', &which);
	if (ret)
		snprintf(err, err_size,
			 "cgroups cannot be set up in %s%s%s: %s (is it delegated?)",
			 at, *which ? ", controller " : "", which,
			 strerror(-ret));
	return ret;
}

static int make_own(struct bare_place *place, char *err, size_t err_size)
{
	char name[BARE_NAME_SIZE], text[8];
	int ret;

	bare_owner_name(&place->owner, name);
	ret = cgroup_create(place->root, name);
	if (ret) {
		snprintf(err, err_size,
			 "no cgroup can be made in %s: %s (is it delegated?)",
			 place->root, strerror(-ret));
		return ret;
	}
	memcpy(place->name, name, sizeof(name));
	/* It cannot be read; whether it is there can. */
	ret = cgroup_read(place->root, name, "cgroup.kill", text, sizeof(text));
	if (ret != -ENOENT)
		return 0;
	snprintf(err, err_size,
		 "this kernel's cgroups have no cgroup.kill (Linux 5.14)");
	return -ENODEV;
}

int bare_place_make(struct bare_place *place, unsigned int needs, char *err,
		    size_t err_size)
{
	int ret;

	memset(place, 0, sizeof(*place));
	place->lock = -1;
	ret = find_root(place, err, err_size);
	if (!ret)
		ret = take_lock(place, err, err_size);
	if (!ret)
		ret = sweep(place->root, err, err_size);
	if (!ret)
		ret = know_owner(place, err, err_size);
	if (!ret)
		ret = check_controllers(place, needs, err, err_size);
	if (!ret)
		ret = make_own(place, err, err_size);
	if (!ret)
		ret = make_groups(place, needs, err, err_size);
	return ret;
}
