// SPDX-License-Identifier: GPL-2.0-only
/*
 * Versions, and names of kernels. See kver.h.
 */
#include "lib/host/kernel/kver.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/util.h"

/* ---- versions ---- */

/* '~' comes before the end, the end before letters, letters before the rest. */
static int rank(const char *at)
{
	unsigned char c = *at;

	if (c == '~' || strstarts(at, "-rc"))
		return -1;
	if (!c || isdigit(c))
		return 0;
	return isalpha(c) ? c : c + 256;
}

/* What is behind "-rc" is compared by itself, so it need not be skipped. */
static int compare_text(const char **a, const char **b)
{
	int diff;

	while ((**a && !isdigit((unsigned char)**a)) ||
	       (**b && !isdigit((unsigned char)**b))) {
		diff = rank(*a) - rank(*b);
		if (diff)
			return diff;
		*a += !!**a;
		*b += !!**b;
	}
	return 0;
}

/* By length and then by digits: no number is too long. */
static int compare_number(const char **a, const char **b)
{
	size_t la, lb;
	int diff;

	*a += strspn(*a, "0");
	*b += strspn(*b, "0");
	la = strspn(*a, "0123456789");
	lb = strspn(*b, "0123456789");
	diff = la == lb ? memcmp(*a, *b, la) : la < lb ? -1 : 1;
	*a += la;
	*b += lb;
	return diff;
}

int kver_compare(const char *a, const char *b)
{
	int diff = 0;

	while (!diff && (*a || *b)) {
		diff = compare_text(&a, &b);
		if (!diff)
			diff = compare_number(&a, &b);
	}
	return diff;
}

bool kver_is_of(const char *version, const char *series)
{
	size_t len = strlen(series);

	return len && !strncmp(version, series, len) &&
	       !isdigit((unsigned char)version[len]);
}

const char *kver_series(const char *version, char *series)
{
	size_t len = strspn(version, "0123456789");

	if (version[len] == '.')
		len += 1 + strspn(version + len + 1, "0123456789");
	snprintf(series, KVER_SIZE, "%.*s", (int)min(len, (size_t)KVER_SIZE - 1),
		 version);
	return series;
}

/* ---- names ---- */

/* Two numbers or more with dots between, and perhaps -rcN. */
static size_t version_len(const char *text)
{
	size_t len = strspn(text, "0123456789"), n;
	unsigned int dots = 0;

	while (len && text[len] == '.' &&
	       isdigit((unsigned char)text[len + 1])) {
		len += 1 + strspn(text + len + 1, "0123456789");
		dots++;
	}
	if (!dots)
		return 0;
	n = strspn(text + len + (strstarts(text + len, "-rc") ? 3 : 0),
		   "0123456789");
	return strstarts(text + len, "-rc") && n ? len + 3 + n : len;
}

static bool is_version(const char *text)
{
	size_t len = version_len(text);

	return len && !text[len] && len < KVER_SIZE;
}

static bool is_package(const char *text)
{
	static const char stem[] = "/linux-source-";
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
	const char *version = text + len + sizeof(stem) - 1;

	return len && strstarts(text + len, stem) && is_version(version) &&
	       strspn(version, "0123456789.") == strlen(version);
}

static int bad(char *why, size_t size, const char *text)
{
	snprintf(why, size, "%s", text);
	return -EINVAL;
}

/* Takes both halves; neither is to be empty. */
static int split(struct kernel_name *name, const char *text, const char *at,
		 size_t gap)
{
	size_t len = at - text;

	if (!len || len >= sizeof(name->from) || !at[gap] ||
	    strlen(at + gap) >= sizeof(name->to))
		return -EINVAL;
	memcpy(name->from, text, len);
	name->from[len] = '\0';
	strcpy(name->to, at + gap);
	return 0;
}

static int parse_git(const char *text, struct kernel_name *name, char *why,
		     size_t size)
{
	const char *at = strrchr(text, '#');

	name->kind = NAME_GIT;
	if (!at || split(name, text, at, 1))
		return bad(why, size, "is no git+REPOSITORY#REF, as in git+/src/linux#v7.3");
	/* Either would be taken for an option of git's. */
	if (name->from[0] == '-' || name->to[0] == '-')
		return bad(why, size, "neither a repository nor a ref begins with '-'");
	return 0;
}

static int parse_range(const char *text, const char *at,
		       struct kernel_name *name, char *why, size_t size)
{
	name->kind = NAME_RANGE;
	if (split(name, text, at, 2) || !is_version(name->from) ||
	    !is_version(name->to))
		return bad(why, size, "is no range of versions, as in 6.12..7.3");
	if (kver_compare(name->from, name->to) > 0)
		return bad(why, size, "is a range whose end comes before its beginning");
	return 0;
}

int kernel_name_parse(const char *text, struct kernel_name *name, char *why,
		      size_t size)
{
	const char *at = strstr(text, "..");
	const char *p;

	*name = (struct kernel_name){ };
	for (p = text; *p; p++)
		if (iscntrl((unsigned char)*p))
			return bad(why, size, "has a control character in it");
	if (!*text || strlen(text) >= sizeof(name->from))
		return bad(why, size, "is no name of a kernel");
	if (strstarts(text, "git+"))
		return parse_git(text + strlen("git+"), name, why, size);
	strcpy(name->from, text);
	name->kind = NAME_PATH;
	if (!access(text, F_OK))
		return 0;
	if (is_package(text)) {
		name->kind = NAME_PACKAGE;
		return split(name, text, strchr(text, '/'), 1);
	}
	if (strchr(text, '/'))
		return 0;
	if (at && isdigit((unsigned char)*text))
		return parse_range(text, at, name, why, size);
	name->kind = is_version(text) ? NAME_VERSION : NAME_KEY;
	return 0;
}

bool kernel_name_has(const struct kernel_name *name, const char *version)
{
	if (name->kind == NAME_VERSION)
		return kver_is_of(version, name->from);
	if (name->kind != NAME_RANGE)
		return false;
	/* 7.3 as an end means all of 7.3. */
	return kver_compare(version, name->from) >= 0 &&
	       (kver_compare(version, name->to) <= 0 ||
		kver_is_of(version, name->to));
}
