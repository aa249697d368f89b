// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text from a body to the host. See say.h.
 */
#include "lib/guest/scenario/say.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/common/wire/wire.h"

int guest_say(const struct ktstr_ctx *ctx, const char *part, const char *text,
	      size_t len)
{
	char head[128];
	size_t n;
	int ret;

	if (ctx->wire_fd < 0)
		return -ENOTCONN;
	n = snprintf(head, sizeof(head), "==== %s\n", part);
	ret = wire_send(ctx->wire_fd, WIRE_SAID, head,
			min(n, sizeof(head) - 1));
	while (!ret && len) {
		n = min(len, (size_t)WIRE_REC_MAX);
		ret = wire_send(ctx->wire_fd, WIRE_SAID, text, n);
		text += n;
		len -= n;
	}
	return ret;
}

/* Files of proc and sysfs have no size to go by. */
static int slurp(struct strbuf *sb, const char *path)
{
	char buf[4096];
	FILE *f = fopen(path, "re");
	size_t n;
	int ret;

	if (!f)
		return -errno;
	while ((n = fread(buf, 1, sizeof(buf), f)))
		strbuf_add(sb, buf, n);
	ret = ferror(f) ? -EIO : 0;
	fclose(f);
	return ret;
}

static void add_lines(struct strbuf *sb, const char *path, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		strbuf_addf(sb, "%s %.*s\n", path, (int)len, text);
		text += len + (text[len] == '\n');
	}
}

static int slurp_all(struct strbuf *sb, const char *pattern)
{
	glob_t files;
	size_t i;

	if (glob(pattern, 0, NULL, &files))
		return -ENOENT;
	for (i = 0; i < files.gl_pathc; i++) {
		struct strbuf one = STRBUF_INIT;

		/* Some of debugfs's files can only be written. */
		if (!slurp(&one, files.gl_pathv[i]))
			add_lines(sb, files.gl_pathv[i], one.text);
		strbuf_free(&one);
	}
	globfree(&files);
	return 0;
}

int guest_say_file(const struct ktstr_ctx *ctx, const char *part,
		   const char *path)
{
	struct strbuf sb = STRBUF_INIT;
	int ret;

	ret = strpbrk(path, "*?[") ? slurp_all(&sb, path) : slurp(&sb, path);
	if (!ret)
		ret = guest_say(ctx, part, sb.text, sb.len);
	strbuf_free(&sb);
	return ret;
}

int guest_ask_dump(const struct ktstr_ctx *ctx)
{
	static const char now[] = "now";

	if (ctx->wire_fd < 0)
		return -ENOTCONN;
	return wire_send(ctx->wire_fd, WIRE_ASK_DUMP, now, strlen(now));
}
