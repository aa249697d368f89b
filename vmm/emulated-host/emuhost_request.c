// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the agent is asked to do. See emuhost_request.h.
 */
#include "vmm/emulated-host/emuhost_request.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define pr_fmt(fmt) "emulated host: " fmt
#include "lib/common/util/log.h"
#include "lib/common/util/util.h"
#include "vmm/emulated-host/protocol.h"

/* A name, or with an asterisk all names that begin so. */
static const char * const env_wanted[] = {
	"KTSTR_*", "KSFT*", "LC_*",
	"PATH", "HOME", "XDG_CACHE_HOME", "LD_LIBRARY_PATH", "TERM", "LANG",
	"TZ", "USER", "LOGNAME", "SHELL",
};

/* Means something out here only: it names a process. */
static const char env_unwanted[] = "KTSTR_OWNER_PID=";

static const char * const covered[] = EMUHOST_TMPFS;

/* ---- environment ---- */

static size_t name_len(const char *entry)
{
	return strcspn(entry, "=");
}

bool request_env_wanted(const char *entry)
{
	size_t len = name_len(entry), i;

	if (!strncmp(entry, env_unwanted, strlen(env_unwanted)))
		return false;
	for (i = 0; i < ARRAY_SIZE(env_wanted); i++) {
		const char *want = env_wanted[i];
		size_t n = strlen(want);

		if (want[n - 1] == '*')
			n--;
		else if (len != n)
			continue;
		if (len >= n && !strncmp(entry, want, n))
			return true;
	}
	return false;
}

/* What the caller's list says of a variable: NULL, NAME or NAME=VALUE. */
static const char *env_listed(const char *const *list, const char *entry)
{
	size_t len = name_len(entry);

	for (; list && *list; list++)
		if (name_len(*list) == len && !strncmp(*list, entry, len))
			return *list;
	return NULL;
}

static void add(struct emuhost_request *req, char tag, const char *text)
{
	strbuf_add(&req->bytes, &tag, 1);
	strbuf_add(&req->bytes, text, strlen(text) + 1);
}

static void add_env(struct emuhost_request *req, const char *const *list,
		    char *const *envp)
{
	const char *listed;

	add(req, 'e', EMUHOST_ENV "=1");
	for (; *envp; envp++) {
		if (name_len(*envp) == strlen(EMUHOST_ENV) &&
		    !strncmp(*envp, EMUHOST_ENV, strlen(EMUHOST_ENV)))
			continue;
		listed = env_listed(list, *envp);
		if (listed ? !strchr(listed, '=') : request_env_wanted(*envp))
			add(req, 'e', *envp);
	}
	for (; list && *list; list++)
		if (strchr(*list, '='))
			add(req, 'e', *list);
}

/* ---- folders ---- */

/* Is @path @dir, or below it? */
static bool path_inside(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return !strncmp(path, dir, len) && (!path[len] || path[len] == '/');
}

/* Would a tmpfs hide it? The tmpfs's own folder is there in any case. */
static bool path_covered(const char *path)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(covered); i++)
		if (path_inside(path, covered[i]) && strcmp(path, covered[i]))
			return true;
	return false;
}

static bool shared(const struct emuhost_request *req, const char *path)
{
	unsigned int i;

	for (i = 0; i < req->nr_shares; i++)
		if (path_inside(path, req->shares[i]))
			return true;
	return false;
}

/* Return: 0, -ENOTDIR when it is something else, -errno. */
static int resolve(const char *path, char *resolved)
{
	struct stat st;

	if (!realpath(path, resolved) || stat(resolved, &st))
		return -errno;
	return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

static int add_share(struct emuhost_request *req, const char *name)
{
	unsigned int i, kept = 0;
	char path[PATH_MAX];
	int err;

	err = resolve(name, path);
	if (err) {
		pr_err("folder %s: %s", name, strerror(-err));
		return -EINVAL;
	}
	if (!strcmp(path, "/")) {
		pr_err("all of the host writable? Name the output folder");
		return -EINVAL;
	}
	if (shared(req, path))
		return 0;
	/* Those inside this one are no longer needed. */
	for (i = 0; i < req->nr_shares; i++) {
		if (path_inside(req->shares[i], path))
			free(req->shares[i]);
		else
			req->shares[kept++] = req->shares[i];
	}
	req->nr_shares = kept;

	if (kept == EMUHOST_MAX_SHARES) {
		pr_err("more than %d writable folders", EMUHOST_MAX_SHARES);
		return -E2BIG;
	}
	req->shares[kept] = strdup(path);
	if (!req->shares[kept])
		return -ENOMEM;
	req->nr_shares++;
	return 0;
}

/* A file brings its folder. */
static int add_readable(struct emuhost_request *req, const char *name)
{
	char path[PATH_MAX];
	int err = resolve(name, path);

	if (err == -ENOTDIR) {
		*strrchr(path, '/') = '\0';
		err = 0;
	}
	if (err) {
		pr_err("%s: %s", name, strerror(-err));
		return -EINVAL;
	}
	if (path_covered(path) && !shared(req, path))
		add(req, 'r', path);
	return 0;
}

/*
 * A command that is named by a path. What is missing, or is in PATH, is dealt
 * with when it is started.
 */
static int add_command(struct emuhost_request *req, const char *command)
{
	if (!strchr(command, '/') || access(command, F_OK))
		return 0;
	return add_readable(req, command);
}

/* Writable ones last: they may lie inside of what is only to be read. */
static int add_folders(struct emuhost_request *req,
		       const struct emuhost_config *config, const char *cwd)
{
	const char *const *p;
	unsigned int i;
	int err = 0;

	for (p = config->writable; !err && p && *p; p++)
		err = add_share(req, *p);
	for (p = config->readable; !err && p && *p; p++)
		err = add_readable(req, *p);
	if (!err)
		err = add_readable(req, cwd);
	if (!err)
		err = add_command(req, config->argv[0]);
	for (i = 0; !err && i < req->nr_shares; i++)
		add(req, 'w', req->shares[i]);
	return err;
}

/* ---- who and where ---- */

static int add_groups(struct emuhost_request *req)
{
	gid_t *gids;
	char text[16];
	int i, n;

	n = getgroups(0, NULL);
	if (n < 0)
		return -errno;
	gids = calloc(n + 1, sizeof(*gids));
	if (!gids)
		return -ENOMEM;
	n = getgroups(n, gids);
	for (i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%u", gids[i]);
		add(req, 'g', text);
	}
	free(gids);
	return n < 0 ? -errno : 0;
}

static int add_self(struct emuhost_request *req, const char *cwd)
{
	mode_t mask = umask(022);
	char text[HOST_NAME_MAX + 1];

	umask(mask);
	snprintf(text, sizeof(text), "%u %u %u", geteuid(), getegid(), mask);
	add(req, 'i', text);
	add(req, 'd', cwd);
	if (gethostname(text, sizeof(text)))
		return -errno;
	add(req, 'h', text);
	return add_groups(req);
}

/*
 * Both in one file or terminal: what is said on one and then on the other is
 * to come out in this order.
 */
static bool outputs_are_one(void)
{
	struct stat out, err;

	return !fstat(STDOUT_FILENO, &out) && !fstat(STDERR_FILENO, &err) &&
	       out.st_dev == err.st_dev && out.st_ino == err.st_ino;
}

static int request_finish(struct emuhost_request *req)
{
	struct emuhost_frame head = {
		.magic = EMUHOST_MAGIC, .type = EMUHOST_REQUEST,
	};

	if (req->bytes.dropped)
		return -ENOMEM;
	if (req->bytes.len - sizeof(head) > EMUHOST_REQUEST_MAX) {
		pr_err("arguments and environment are longer than %u KiB",
		       EMUHOST_REQUEST_MAX >> 10);
		return -E2BIG;
	}
	head.len = req->bytes.len - sizeof(head);
	memcpy(req->bytes.text, &head, sizeof(head));
	return 0;
}

int request_init(struct emuhost_request *req,
		 const struct emuhost_config *config, char *const *envp)
{
	static const struct emuhost_frame head;
	const char *const *arg = config->argv;
	char cwd[PATH_MAX];
	int err;

	*req = (struct emuhost_request) { .bytes = STRBUF_INIT };
	if (!arg || !*arg) {
		pr_err("no command to run");
		return -EINVAL;
	}
	if (!getcwd(cwd, sizeof(cwd))) {
		err = -errno;
		pr_err("current folder: %s", strerror(-err));
		return err;
	}

	strbuf_add(&req->bytes, &head, sizeof(head));
	for (; *arg; arg++)
		add(req, 'a', *arg);
	add_env(req, config->env, envp);
	if (outputs_are_one())
		add(req, '1', "");
	err = add_self(req, cwd);
	if (!err)
		err = add_folders(req, config, cwd);
	return err ? err : request_finish(req);
}

void request_exit(struct emuhost_request *req)
{
	unsigned int i;

	for (i = 0; i < req->nr_shares; i++)
		free(req->shares[i]);
	req->nr_shares = 0;
	strbuf_free(&req->bytes);
}
