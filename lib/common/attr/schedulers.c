// SPDX-License-Identifier: GPL-2.0-only
/*
 * Declarations of schedulers. See schedulers.h.
 */
#include "lib/common/attr/schedulers.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/attr/kinds.h"
#include "lib/common/attr/needs.h"
#include "lib/common/util/util.h"

#define BPF_SUFFIX	".bpf.c"

const char *sched_row_of(const struct attr_row *row)
{
	return row >= sched_rows && row < sched_rows + sched_n_rows ?
	       row->name + strlen(SCHED_PREFIX) : NULL;
}

const struct scheduler *scheduler_find(const char *name)
{
	size_t i;

	for (i = 0; i < ready_n_schedulers; i++)
		if (!strcmp(ready_schedulers[i].name, name))
			return &ready_schedulers[i];
	return NULL;
}

/* ---- what makes sense ---- */

static int __printf(3, 4) bad(char *err, size_t err_size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err, err_size, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static int check_name(const struct scheduler *s, char *err, size_t err_size)
{
	if (s->name && *s->name && !strchr(s->name, '/'))
		return 0;
	return bad(err, err_size, "a scheduler's .name \"%.60s\" is %s",
		   s->name ?: "", s->name && *s->name ? "a path" : "empty");
}

/* Tests run in other folders than ours. */
static int check_path(const struct scheduler *s, const char *member,
		      const char *path, char *err, size_t err_size)
{
	if (!path || *path == '/')
		return 0;
	return bad(err, err_size,
		   "scheduler %.60s: .%s \"%.100s\" is no absolute path",
		   s->name, member, path);
}

static int check_paths(const struct scheduler *s, char *err, size_t err_size)
{
	const char *program = s->binary && strchr(s->binary, '/') ? s->binary :
								    NULL;

	return check_path(s, "binary", program, err, err_size) ?:
	       check_path(s, "config_file", s->config_file, err, err_size);
}

/* Below the root, and nowhere else. */
static int check_cgroup(const struct scheduler *s, char *err, size_t err_size)
{
	const char *p = s->cgroup_parent;

	if (!p)
		return 0;
	if (*p == '/' && p[1] && strlen(p) <= SCHED_CGROUP_MAX &&
	    p[strlen(p) - 1] != '/' && !strstr(p, "//") && !strstr(p, "/.") &&
	    !strchr(p, ' '))
		return 0;
	return bad(err, err_size,
		   "scheduler %.60s: .cgroup_parent \"%.100s\" is no path of a cgroup, as in /a/b, of at most %d bytes",
		   s->name, p, SCHED_CGROUP_MAX);
}

static bool has_arg(const struct scheduler *s, const char *what)
{
	unsigned int i;

	for (i = 0; i < KTSTR_MAX_ARGS && s->args[i]; i++)
		if (strstr(s->args[i], what))
			return true;
	return false;
}

/* A file that nobody is told of, and the other way round */
static int check_config(const struct scheduler *s, char *err, size_t err_size)
{
	if (s->config_file && !has_arg(s, SCHED_CONFIG))
		return bad(err, err_size,
			   "scheduler %.60s: no argument has " SCHED_CONFIG " in it, where .config_file is to be named",
			   s->name);
	if (!s->config_file && has_arg(s, SCHED_CONFIG))
		return bad(err, err_size,
			   "scheduler %.60s: an argument has " SCHED_CONFIG " in it, and there is no .config_file",
			   s->name);
	if (!s->cgroup_parent && has_arg(s, SCHED_CGROUP))
		return bad(err, err_size,
			   "scheduler %.60s: an argument has " SCHED_CGROUP " in it, and there is no .cgroup_parent",
			   s->name);
	return 0;
}

static int check_source(const struct scheduler *s, char *err, size_t err_size)
{
	size_t len = s->source ? strlen(s->source) : 0;

	if (!s->source)
		return 0;
	if (s->binary && len > strlen(BPF_SUFFIX) &&
	    !strcmp(s->source + len - strlen(BPF_SUFFIX), BPF_SUFFIX))
		return 0;
	return bad(err, err_size,
		   "scheduler %.60s: .source \"%.100s\" is to be an X" BPF_SUFFIX ", beside a .binary",
		   s->name, s->source);
}

static int check_commands(const struct scheduler *s, const char *member,
			  const char * const *list, char *err, size_t err_size)
{
	struct strbuf line = STRBUF_INIT;
	unsigned int i;
	bool fine = true;

	for (i = 0; i < KTSTR_MAX_ARGS && list[i] && fine; i++)
		fine = scheduler_command(list[i], &line);
	strbuf_free(&line);
	return fine ? 0 : bad(err, err_size,
			      "scheduler %.60s: .%s \"%.100s\" is no `echo VALUE > /PATH`",
			      s->name, member, list[i - 1]);
}

static int check_kind(const struct scheduler *s, char *err, size_t err_size)
{
	if (s->disable[0] && !s->enable[0])
		return bad(err, err_size,
			   "scheduler %.60s: .disable needs an .enable",
			   s->name);
	if (!s->binary && s->args[0])
		return bad(err, err_size,
			   "scheduler %.60s: .args are given, and no .binary that takes them",
			   s->name);
	return 0;
}

static int check_sysctls(const struct scheduler *s, char *err, size_t err_size)
{
	unsigned int i;

	for (i = 0; i < KTSTR_MAX_ARGS && s->sysctls[i]; i++)
		if (strcspn(s->sysctls[i], "=") == 0 ||
		    !strchr(s->sysctls[i], '='))
			return bad(err, err_size,
				   "scheduler %.60s: .sysctls \"%.100s\" is no name=value",
				   s->name, s->sysctls[i]);
	return 0;
}

static int check_machine(const struct scheduler *s, char *err, size_t err_size)
{
	char why[200] = "";
	int ret = needs_check(&s->needs, why, sizeof(why));

	if (!ret && s->topology.llcs)
		ret = topology_check(&s->topology, 0, why, sizeof(why));
	return ret ? bad(err, err_size, "scheduler %.60s: %s", s->name, why) :
		     0;
}

int scheduler_check(const struct scheduler *s, char *err, size_t err_size)
{
	return check_name(s, err, err_size) ?:
	       check_kind(s, err, err_size) ?:
	       check_paths(s, err, err_size) ?:
	       check_source(s, err, err_size) ?:
	       check_cgroup(s, err, err_size) ?:
	       check_config(s, err, err_size) ?:
	       check_sysctls(s, err, err_size) ?:
	       check_commands(s, "enable", s->enable, err, err_size) ?:
	       check_commands(s, "disable", s->disable, err, err_size) ?:
	       check_machine(s, err, err_size);
}

/* ---- what a guest makes of it ---- */

/* A shell's line, as far as we are one. */
bool scheduler_command(const char *text, struct strbuf *line)
{
	static const char echo[] = "echo ";
	const char *value, *end, *path;

	strbuf_reset(line);
	if (strncmp(text, echo, strlen(echo)))
		return false;
	value = text + strlen(echo);
	value += strspn(value, " ");
	end = strchr(value, '>');
	if (!end)
		return false;
	path = end + 1 + strspn(end + 1, " ");
	while (end > value && end[-1] == ' ')
		end--;
	if (end == value || *path != '/' || strpbrk(path, " >\"'`$") ||
	    strcspn(value, "\"'`$;&|<") < (size_t)(end - value))
		return false;
	strbuf_addf(line, "%s %.*s", path, (int)(end - value), value);
	return true;
}

void scheduler_arg(const struct scheduler *s, const char *arg,
		   const char *config, struct strbuf *to)
{
	const struct {
		const char *word;
		const char *value;
	} words[] = {
		{ SCHED_CONFIG, s ? config : NULL },
		{ SCHED_CGROUP, s ? s->cgroup_parent : NULL },
	};
	size_t i;

	while (*arg) {
		for (i = 0; i < ARRAY_SIZE(words); i++)
			if (words[i].value && strstarts(arg, words[i].word))
				break;
		if (i < ARRAY_SIZE(words)) {
			strbuf_addf(to, "%s", words[i].value);
			arg += strlen(words[i].word);
		} else {
			strbuf_add(to, arg++, 1);
		}
	}
}
