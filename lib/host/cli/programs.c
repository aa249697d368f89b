// SPDX-License-Identifier: GPL-2.0-only
/*
 * The programs beside us. See programs.h.
 */
#include "lib/host/cli/programs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/util/strbuf.h"
#include "lib/host/cli/option.h"

#define LIST "ktstr-programs"

/* What is run on demand may not have been built. */
static int read_program(const char *dir, const char *name, bool on_demand,
			struct suite_names *names, char *err)
{
	int ret = suite_names_of(names, dir, name, on_demand);

	if (!ret || (on_demand && ret == -ENOENT))
		return 0;
	return cli_bad(err, "%s/%s: lists no tests by -l", dir, name);
}

static int read_programs(const char *dir, struct suite_names *names, char *err)
{
	char path[PATH_MAX + 32], line[256], name[128], word[16];
	int ret = 0, n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/" LIST, dir);
	f = fopen(path, "re");
	if (!f)
		return cli_bad(err, "%s: %s", path, strerror(errno));
	while (!ret && fgets(line, sizeof(line), f)) {
		n = sscanf(line, "%127s %15s", name, word);
		if (n > 0)
			ret = read_program(dir, name, n == 2, names, err);
	}
	fclose(f);
	return ret;
}

int programs_choose(const char *dir, const struct suite_choice *choice,
		    struct suite_names *names, char *err)
{
	struct strbuf why = STRBUF_INIT;
	int ret = read_programs(dir, names, err);

	if (ret)
		return ret;
	ret = suite_choose(names, choice, &why);
	if (ret)
		cli_bad(err, "%s", why.len ? why.text : strerror(-ret));
	strbuf_free(&why);
	return ret;
}
