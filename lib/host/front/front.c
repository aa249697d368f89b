// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small things that this room uses. See front.h.
 */
#include "lib/host/front/front.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/front/quote.h"

const char *front_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* C0, and C1 as UTF-8 has it. */
static bool has_control(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	for (; *p; p++)
		if (*p < ' ' || *p == 0x7f ||
		    (*p == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f))
			return true;
	return false;
}

int front_text_must(struct front *f, const char *what, const char *text)
{
	struct strbuf word = STRBUF_INIT;

	if (!has_control(text))
		return 0;
	quote_word(&word, text);
	kenv_say(&f->k, "%s%s: has a control character in it", what,
		 word.text);
	strbuf_free(&word);
	return -EINVAL;
}

static bool can_be_run(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

bool front_program(const char *name, char *path)
{
	const char *dirs = getenv("PATH") ?: "";
	char one[PATH_MAX];
	bool found;
	size_t len;

	if (!*name)
		return false;
	if (strchr(name, '/')) {
		found = snprintf(one, sizeof(one), "%s", name) < PATH_MAX &&
			can_be_run(one);
		dirs = "";
	} else {
		found = false;
	}
	for (; *dirs && !found; dirs += len + !!dirs[len]) {
		len = strcspn(dirs, ":");
		found = snprintf(one, sizeof(one), "%.*s/%s", (int)(len ?: 1),
				 len ? dirs : ".", name) < PATH_MAX &&
			can_be_run(one);
	}
	if (found && path)
		strcpy(path, one);
	return found;
}

int front_make_folders(const char *path)
{
	char part[PATH_MAX], *slash;
	struct stat st;

	if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part))
		return -ENAMETOOLONG;
	for (slash = part; (slash = strchr(slash + 1, '/')); *slash = '/') {
		*slash = '\0';
		mkdir(part, 0777);
	}
	if (!mkdir(part, 0777))
		return 0;
	if (errno != EEXIST)
		return -errno;
	return !stat(part, &st) && S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}
