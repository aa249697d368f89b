// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading a plan: a table of keys, a line at a time.
 */
#include "lib/common/wire/plan.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"

/**
 * struct plan_key - one key of the file
 * @name: the word at the start of the line
 * @set: stores a value; returns NULL, or what is wrong with it. To add a key,
 *	add a member to struct plan, and a row to plan_keys[]
 * @offset: the member of struct plan
 * @count_offset: for lists, the member that counts; 0 for none
 */
struct plan_key {
	const char *name;
	const char *(*set)(struct plan *plan, const struct plan_key *key,
			   char *value);
	size_t offset;
	size_t count_offset;
};

static void *plan_member(struct plan *plan, size_t offset)
{
	return (char *)plan + offset;
}

/* A number in C's notation that ends at @end's first byte. */
static bool plan_number(const char *text, char **end, uint64_t *value)
{
	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*value = strtoull(text, end, 0);
	return !errno;
}

static const char *plan_set_ring(struct plan *plan, const struct plan_key *key,
				 char *value)
{
	char *end;

	(void)key;
	if (plan->ring_size)
		return "is given twice";
	if (!plan_number(value, &end, &plan->ring_gpa) || *end != ' ' ||
	    !plan_number(end + 1, &end, &plan->ring_size) || *end ||
	    !plan->ring_size)
		return "needs an address and a size";
	return NULL;
}

static const char *plan_set_path(struct plan *plan, const struct plan_key *key,
				 char *value)
{
	const char **path = plan_member(plan, key->offset);

	if (*path)
		return "is given twice";
	if (*value != '/')
		return "needs an absolute path";
	*path = value;
	return NULL;
}

static const char *plan_set_text(struct plan *plan, const struct plan_key *key,
				 char *value)
{
	const char **text = plan_member(plan, key->offset);

	if (*text)
		return "is given twice";
	if (!*value)
		return "has no value";
	*text = value;
	return NULL;
}

static const char *plan_set_ms(struct plan *plan, const struct plan_key *key,
			       char *value)
{
	unsigned int *ms = plan_member(plan, key->offset);
	uint64_t number;
	char *end;

	if (*ms)
		return "is given twice";
	if (!plan_number(value, &end, &number) || *end || !number ||
	    number > INT32_MAX)
		return "needs a number of milliseconds above 0";
	*ms = number;
	return NULL;
}

static const char *plan_set_number(struct plan *plan,
				   const struct plan_key *key, char *value)
{
	unsigned int *number = plan_member(plan, key->offset);
	uint64_t n;
	char *end;

	if (*number)
		return "is given twice";
	if (!plan_number(value, &end, &n) || *end || !n || n > INT32_MAX)
		return "needs a number above 0";
	*number = n;
	return NULL;
}

static const char *plan_append(struct plan *plan, const struct plan_key *key,
			       char *value)
{
	const char **list = plan_member(plan, key->offset);
	unsigned int *count = plan_member(plan, key->count_offset);

	if (*count == PLAN_LIST_MAX)
		return "is given too often";
	list[(*count)++] = value;
	return NULL;
}

static const char *plan_append_path(struct plan *plan,
				    const struct plan_key *key, char *value)
{
	if (*value != '/')
		return "needs an absolute path";
	return plan_append(plan, key, value);
}

static const char *plan_append_write(struct plan *plan,
				     const struct plan_key *key, char *value)
{
	const char *blank = strchr(value, ' ');

	if (*value != '/' || !blank || !blank[1])
		return "needs an absolute path and a value";
	return plan_append(plan, key, value);
}

static const char *plan_append_assign(struct plan *plan,
				      const struct plan_key *key, char *value)
{
	const char *equals = strchr(value, '=');

	if (!equals || equals == value)
		return "needs NAME=VALUE";
	return plan_append(plan, key, value);
}

/* A sysctl's name becomes a path below /proc/sys. */
static const char *plan_append_sysctl(struct plan *plan,
				      const struct plan_key *key, char *value)
{
	const char *p = value;

	while (isalnum((unsigned char)*p) || (*p && strchr("_-./", *p)))
		p++;
	if (p == value || *p != '=' || *value == '.' || *value == '/' ||
	    strstr(value, ".."))
		return "needs name=value, as in kernel.sched_schedstats=1";
	return plan_append(plan, key, value);
}

#define PLAN_KEY(_name, _set, _member) \
	{ .name = (_name), .set = (_set), \
	  .offset = offsetof(struct plan, _member) }
#define PLAN_LIST(_name, _set, _member) \
	{ .name = (_name), .set = (_set), \
	  .offset = offsetof(struct plan, _member), \
	  .count_offset = offsetof(struct plan, n_##_member) }

static const struct plan_key plan_keys[] = {
	PLAN_KEY("ring", plan_set_ring, ring_gpa),
	PLAN_KEY("test", plan_set_path, test),
	PLAN_LIST("arg", plan_append, args),
	PLAN_LIST("env", plan_append_assign, env),
	PLAN_KEY("tty", plan_set_path, tty),
	PLAN_KEY("scheduler", plan_set_path, scheduler),
	PLAN_LIST("sched_arg", plan_append, sched_args),
	PLAN_KEY("ops", plan_set_text, ops),
	PLAN_KEY("cgroup", plan_set_path, cgroup),
	PLAN_LIST("enable", plan_append_write, enable),
	PLAN_LIST("disable", plan_append_write, disable),
	PLAN_LIST("staged", plan_append_path, staged),
	PLAN_KEY("cpus", plan_set_number, cpus),
	PLAN_KEY("probe", plan_set_path, probe),
	PLAN_LIST("sysctl", plan_append_sysctl, sysctls),
	PLAN_KEY("attach_ms", plan_set_ms, attach_ms),
	PLAN_KEY("test_ms", plan_set_ms, test_ms),
	PLAN_KEY("grace_ms", plan_set_ms, grace_ms),
	PLAN_KEY("stop_ms", plan_set_ms, stop_ms),
};

static const struct plan_key *plan_key_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(plan_keys); i++)
		if (!strcmp(name, plan_keys[i].name))
			return &plan_keys[i];
	return NULL;
}

/* Take one line, which ends in a NUL. */
static int plan_line(struct plan *plan, char *line, unsigned int number,
		     char *err, size_t err_size)
{
	char *value = strchr(line, ' ');
	const struct plan_key *key;
	const char *wrong;

	if (!*line)
		return 0;
	if (value)
		*value++ = '\0';

	key = plan_key_find(line);
	if (!key)
		wrong = "is no key of a plan";
	else if (!value)
		wrong = "has no value";
	else
		wrong = key->set(plan, key, value);
	if (!wrong)
		return 0;

	snprintf(err, err_size, "plan line %u: '%.32s' %s", number, line, wrong);
	return -EINVAL;
}

static int plan_lines(struct plan *plan, char *err, size_t err_size)
{
	unsigned int number = 0;
	char *rest = plan->text, *line;
	int ret;

	while ((line = strsep(&rest, "\n"))) {
		ret = plan_line(plan, line, ++number, err, err_size);
		if (ret)
			return ret;
	}
	return 0;
}

static int plan_complete(struct plan *plan, char *err, size_t err_size)
{
	const char *missing = NULL;

	if (!plan->test)
		missing = "test";
	else if (!plan->test_ms)
		missing = "test_ms";
	if (missing) {
		snprintf(err, err_size, "plan: there is no '%s' line", missing);
		return -EINVAL;
	}

	if (!plan->attach_ms)
		plan->attach_ms = PLAN_ATTACH_MS;
	if (!plan->grace_ms)
		plan->grace_ms = PLAN_GRACE_MS;
	if (!plan->stop_ms)
		plan->stop_ms = PLAN_STOP_MS;
	return 0;
}

int plan_parse(const char *text, size_t len, struct plan *plan,
	       char *err, size_t err_size)
{
	int ret;

	memset(plan, 0, sizeof(*plan));
	if (memchr(text, '\0', len)) {
		snprintf(err, err_size, "plan: there is a NUL byte in it");
		return -EINVAL;
	}

	plan->text = strndup(text, len);
	if (!plan->text) {
		snprintf(err, err_size, "plan: no memory for %zu bytes", len);
		return -ENOMEM;
	}
	ret = plan_lines(plan, err, err_size);
	if (!ret)
		ret = plan_complete(plan, err, err_size);
	if (ret)
		plan_free(plan);
	return ret;
}

void plan_free(struct plan *plan)
{
	free(plan->text);
	memset(plan, 0, sizeof(*plan));
}

int plan_ring_param(const char *cmdline, uint64_t *gpa, uint64_t *size)
{
	const char *word = cmdline;
	char *end;

	/* A word of its own, not the end of another one. */
	while ((word = strstr(word, PLAN_RING_PARAM)) && word != cmdline &&
	       !isspace((unsigned char)word[-1]))
		word++;
	if (!word)
		return 0;

	if (!plan_number(word + strlen(PLAN_RING_PARAM), &end, gpa) ||
	    *end != ',' || !plan_number(end + 1, &end, size) || !*size ||
	    (*end && !isspace((unsigned char)*end)))
		return -EINVAL;
	return 1;
}
