// SPDX-License-Identifier: GPL-2.0-only
/*
 * What CI (CI=true) adds to `check`: of `check all`, the stages that cover what a
 * landing touches, and a slice in turn.
 *
 * The turn. Stages of tier 2 are dealt into five groups, as they stand in the table.
 * A run takes one by the number of commits on the first-parent history, modulo
 * five, and as far as there is time another one by the commit's own hash. Where
 * each landing is one commit, or always so many that five does not divide them,
 * the first choice alone comes round in five landings; whatever the numbers, a
 * group is missed by ten landings in a row in less than one of a hundred cases,
 * and there is no state to lose. Where KTSTR_CHECK_SINCE names the commit that was
 * landed on, each commit since then counts: its paths, and its turn.
 *
 * Time. The group by number runs whatever it takes: the longest has 1900 s. With
 * it there are SECONDS of stages beside tier 1, by the seconds of the table, which
 * CI's shorter forms of long stages keep (they ask ci_or() of scripts/stages/lib.sh):
 * those of touched paths first, then the other group. What did not fit is said.
 *
 * A machine may be several times slower than the table has it, and CI is to be done
 * within an hour, so a stage of tier 2 is not begun when SLOW times its seconds
 * would lead beyond END_SECONDS.
 */
#include "lib/host/stages/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"

#define GROUPS		5
#define SECONDS		2700
#define END_SECONDS	3600
#define SLOW		3
#define LIMIT_MS	60000

/* How a stage came to be chosen, or not. */
enum choice {
	NOT_YET,
	BY_TURN,
	BY_PATH,
	NO_TIME,
};

/* Each pass over the stages takes some of those that none has taken. */
enum pass {
	PASS_TURN,
	PASS_PATH,
	PASS_TURNS,
	NR_PASSES,
};

/**
 * struct landing - what may have landed
 * @touched: lines "touched PATH" among others
 * @turns: groups whose turn it is
 * @first: that of the newest commit, by its number; -1 where there is none
 * @left_s: seconds that stages may take
 * @choices: for each row
 */
struct landing {
	struct strbuf text;
	bool turns[GROUPS];
	int first;
	long left_s;
	enum choice *choices;
};

bool landing_has_time(const struct check *check, const struct stage *stage)
{
	unsigned int now = check_now_s();

	if (!check->ci_says.len || stage->tier == 1)
		return true;
	return now - check->world->began_s + SLOW * stage->seconds <=
	       END_SECONDS;
}

/* "commit HASH NUMBER" */
static void take_commit(struct landing *l, const char *line)
{
	unsigned long number, hash;
	char digits[8] = "";

	if (sscanf(line, "commit %7[0-9a-f]%*[0-9a-f] %lu", digits, &number) != 2)
		return;
	hash = strtoul(digits, NULL, 16);
	if (l->first < 0)
		l->first = number % GROUPS;
	l->turns[number % GROUPS] = true;
	l->turns[(number + 1 + hash % (GROUPS - 1)) % GROUPS] = true;
}

static int landing_read(struct landing *l, const struct check_world *w)
{
	char path[CHECK_PATH_SIZE];
	char *argv[] = { path, NULL };
	const char *line;
	int ret;

	snprintf(path, sizeof(path), "%s/scripts/landing.sh", w->here);
	ret = check_capture(argv, LIMIT_MS, &l->text);
	for (line = l->text.text; line && *line; ) {
		take_commit(l, line);
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return ret;
}

/* Does a path lie in @prefix, of @len bytes? */
static bool touches(const struct landing *l, const char *prefix, size_t len)
{
	static const char word[] = "touched ";
	const char *line = l->text.text, *path;

	for (; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strstarts(line, word))
			continue;
		path = line + strlen(word);
		if (!strncmp(path, prefix, len) &&
		    (path[len] == '\n' || path[len] == '/' || !path[len]))
			return true;
	}
	return false;
}

/* A stage that looks everywhere is none to be called for each change. */
static bool covers(const struct stage *s, const struct landing *l)
{
	const char *p = s->paths;
	size_t len;

	while (*p) {
		len = strcspn(p, " ");
		if (!(len == 1 && *p == '.') && touches(l, p, len))
			return true;
		p += len + strspn(p + len, " ");
	}
	return false;
}

static bool is_meant(const struct stage *s, const struct landing *l,
		     enum pass pass, int group)
{
	switch (pass) {
	case PASS_TURN:
		return group == l->first;
	case PASS_PATH:
		return covers(s, l);
	default:
		return l->turns[group];
	}
}

static void choose(struct check *check, struct landing *l, enum pass pass)
{
	const struct stage_table *table = check->table;
	const struct stage *s;
	int nth = 0, group;
	size_t i;

	for (i = 0; i < table->n; i++) {
		s = &table->rows[i];
		if (s->tier == 1)
			continue;
		group = nth++ % GROUPS;
		if (l->choices[i] != NOT_YET || !is_meant(s, l, pass, group))
			continue;
		if (pass != PASS_TURN && s->seconds > l->left_s) {
			l->choices[i] = NO_TIME;
			continue;
		}
		l->left_s -= s->seconds;
		l->choices[i] = pass == PASS_PATH ? BY_PATH : BY_TURN;
		check_add(check, s, false);
	}
}

static void say_names(struct check *check, const struct landing *l,
		      enum choice choice, const char *before,
		      const char *none, const char *after)
{
	const struct stage_table *table = check->table;
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < table->n; i++) {
		if (table->rows[i].tier == 1 || l->choices[i] != choice)
			continue;
		strbuf_addf(&check->ci_says, "%s %s", n++ ? "" : before,
			    table->rows[i].name);
	}
	if (!n && none)
		strbuf_addf(&check->ci_says, "%s %s", before, none);
	if (n || none)
		strbuf_addf(&check->ci_says, "%s", after);
}

static void say(struct check *check, const struct landing *l)
{
	struct strbuf *to = &check->ci_says;
	int i;

	strbuf_addf(to, "of check all, in turn (groups");
	for (i = 0; i < GROUPS; i++)
		if (l->turns[i])
			strbuf_addf(to, " %d", i);
	strbuf_addf(to, " of 0 to %d):", GROUPS - 1);
	say_names(check, l, BY_TURN, "", "none", ";");
	say_names(check, l, BY_PATH, " for what was touched:", "none", ";");
	say_names(check, l, NO_TIME, " no time for:", NULL, ";");
	say_names(check, l, NOT_YET, " not now:", "none", "");
}

int landing_choose(struct check *check)
{
	struct landing l = {
		.text = STRBUF_INIT,
		.first = -1,
		.left_s = SECONDS,
		.choices = calloc(check->table->n, sizeof(*l.choices)),
	};
	enum pass pass;

	if (!l.choices)
		return -ENOMEM;
	/* Without git there is no landing to tell of. */
	if (landing_read(&l, check->world))
		strbuf_reset(&l.text);
	for (pass = PASS_TURN; pass < NR_PASSES; pass++)
		choose(check, &l, pass);
	say(check, &l);
	strbuf_free(&l.text);
	free(l.choices);
	return 0;
}
