// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who runs when: as many stages at a time as there are hosts, two at least; tier 1
 * before tier 2, the longest first, so that none is left over at the end; then, one
 * by one, those that want all CPUs. See check.h.
 */
#include "lib/host/stages/check.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common/util/children.h"
#include "lib/common/util/util.h"

#define TICK_MS		500
#define TELL_S		30
/* A keeper has ended all by then; see keeper.c. */
#define KEEPER_S	90
#define SWEEP_MS	5000

/* ---- what is to be run ---- */

/* Those that need a KVM where there is none have no line. */
static void leave_out(struct check *check)
{
	struct check_stage *cs;

	for (cs = check->stages; cs < check->stages + check->n; cs++)
		if ((check->world->kvm == CHECK_KVM_NONE &&
		     cs->stage->needs & STAGE_VM) || kept_take(check, cs))
			cs->state = CHECK_OVER;
	fflush(stdout);
}

static int order(const void *a, const void *b)
{
	const struct check_stage *x = a, *y = b;

	if (!x->stage->cpus != !y->stage->cpus)
		return !x->stage->cpus - !y->stage->cpus;
	if (x->stage->tier != y->stage->tier)
		return x->stage->tier < y->stage->tier ? -1 : 1;
	if (x->order_s != y->order_s)
		return x->order_s > y->order_s ? -1 : 1;
	return x->stage < y->stage ? -1 : x->stage > y->stage;
}

/* Who is waited for takes as long as it does, and they do. */
static void images_go_first(struct check *check)
{
	struct check_stage *cs, *images = NULL;
	unsigned int longest = 0;

	for (cs = check->stages; cs < check->stages + check->n; cs++) {
		if (!strcmp(cs->stage->name, "images"))
			images = cs;
		else if (cs->stage->needs & STAGE_IMAGES &&
			 cs->stage->tier == 1 && cs->state == CHECK_WAITS)
			longest = max(longest, cs->order_s);
	}
	if (images)
		images->order_s += longest;
}

static void put_in_order(struct check *check)
{
	char times[CHECK_PATH_SIZE];
	struct check_stage *cs;
	long took;

	if (stage_times_file(times, sizeof(times)))
		*times = '\0';
	for (cs = check->stages; cs < check->stages + check->n; cs++) {
		took = stage_took(times, cs->stage->name);
		cs->order_s = took < 0 ? cs->stage->seconds : took;
	}
	images_go_first(check);
	qsort(check->stages, check->n, sizeof(*check->stages), order);
}

/* ---- one after the other ---- */

static unsigned int how_many(const struct check *check, enum check_state state)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < check->n; i++)
		n += check->stages[i].state == state;
	return n;
}

static bool images_are_made(const struct check *check)
{
	size_t i;

	for (i = 0; i < check->n; i++)
		if (!strcmp(check->stages[i].stage->name, "images"))
			return check->stages[i].state == CHECK_OVER;
	return true;
}

/* In their order those that want all CPUs come last. */
static bool may_begin(const struct check *check, const struct check_stage *cs)
{
	if (cs->state != CHECK_WAITS)
		return false;
	if (cs->stage->needs & STAGE_IMAGES && !images_are_made(check))
		return false;
	return cs->stage->cpus || !how_many(check, CHECK_RUNS);
}

static struct check_stage *next(struct check *check)
{
	struct check_stage *cs;

	for (cs = check->stages; cs < check->stages + check->n; cs++) {
		if (!may_begin(check, cs))
			continue;
		if (landing_has_time(check, cs->stage))
			return cs;
		strbuf_addf(&check->ci_late, " %s", cs->stage->name);
		cs->state = CHECK_OVER;
	}
	return NULL;
}

static bool one_is_alone(const struct check *check)
{
	size_t i;

	for (i = 0; i < check->n; i++)
		if (check->stages[i].state == CHECK_RUNS &&
		    !check->stages[i].stage->cpus)
			return true;
	return false;
}

static int start_more(struct check *check)
{
	struct check_stage *cs;
	int ret;

	while (how_many(check, CHECK_RUNS) < check->workers &&
	       !one_is_alone(check)) {
		cs = next(check);
		if (!cs)
			return 0;
		cs->began_s = check_now_s();
		ret = stage_start(check, cs);
		if (ret)
			return ret;
		cs->state = CHECK_RUNS;
	}
	return 0;
}

/* ---- while they run ---- */

static void tell(struct check *check)
{
	unsigned int now = check_now_s();
	bool tty = isatty(STDERR_FILENO);
	struct strbuf text = STRBUF_INIT;
	size_t i;

	if (now - check->told_s < (tty ? 1 : TELL_S))
		return;
	check->told_s = now;
	strbuf_addf(&text, "check, %u s:", now - check->world->began_s);
	for (i = 0; i < check->n; i++)
		if (check->stages[i].state == CHECK_RUNS)
			strbuf_addf(&text, " %s", check->stages[i].stage->name);
	if (tty)
		fprintf(stderr, "\r\033[Kktstr: %.70s", text.text);
	else
		fprintf(stderr, "ktstr: %s\n", text.text);
	strbuf_free(&text);
}

static void tell_no_more(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

static void check_limit(struct check_stage *cs)
{
	unsigned int s = check_now_s() - cs->began_s;

	if (s < cs->stage->limit_s)
		return;
	if (!cs->ended)
		kill(cs->keeper, SIGTERM);
	if (s > cs->stage->limit_s + KEEPER_S)
		kill(cs->keeper, SIGKILL);
	cs->ended = true;
}

/* Behind what the stage has said itself, whole lines or not. */
static void say_that_it_was_ended(const struct check *check,
				  const struct check_stage *cs)
{
	char path[CHECK_PATH_SIZE];
	FILE *f;

	check_log(check, cs->stage, path);
	f = fopen(path, "ae");
	if (!f)
		return;
	fprintf(f, "\nnot ok 999 %s # not done after %u s\n", cs->stage->name,
		cs->stage->limit_s);
	fclose(f);
}

static void reap(struct check *check, struct check_stage *cs)
{
	int status = 0;

	waitpid(cs->keeper, &status, 0);
	close(cs->keeper_fd);
	cs->state = CHECK_OVER;
	if (cs->ended)
		say_that_it_was_ended(check, cs);
	tell_no_more();
	check_ended(check, cs, WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
		    WEXITSTATUS(status));
}

/* Until one has ended, or for a moment. */
static void serve(struct check *check, struct pollfd *pfds)
{
	size_t i;

	for (i = 0; i < check->n; i++)
		pfds[i] = (struct pollfd){
			.fd = check->stages[i].state == CHECK_RUNS ?
			      check->stages[i].keeper_fd : -1,
			.events = POLLIN,
		};
	poll(pfds, check->n, TICK_MS);
	for (i = 0; i < check->n; i++) {
		if (check->stages[i].state != CHECK_RUNS)
			continue;
		if (pfds[i].revents)
			reap(check, &check->stages[i]);
		else
			check_limit(&check->stages[i]);
	}
}

static int run_all(struct check *check, struct pollfd *pfds)
{
	int ret;

	for (;;) {
		if (*check->stop)
			return -EINTR;
		ret = start_more(check);
		if (ret)
			return ret;
		if (!how_many(check, CHECK_RUNS))
			return 0;
		serve(check, pfds);
		tell(check);
	}
}

/* ---- the end ---- */

/* Keepers end what they look after; what a killed one left is ours. */
static void end_all(struct check *check)
{
	unsigned int n = how_many(check, CHECK_RUNS);
	struct check_stage *cs;

	if (n) {
		tell_no_more();
		fprintf(stderr, "ktstr: check was told to end:");
		for (cs = check->stages; cs < check->stages + check->n; cs++)
			if (cs->state == CHECK_RUNS)
				fprintf(stderr, " %s", cs->stage->name);
		fprintf(stderr, "\n");
		children_end(SIGTERM, KEEPER_S * MSEC_PER_SEC);
	}
	children_end(SIGKILL, SWEEP_MS);
}

/* Whoever reads the last line alone must not take it for a pass. */
static void say_that_it_broke(struct check *check, int ret)
{
	printf("not ok %u runner # a stage could not be started: %s\n",
	       ++check->number, strerror(-ret));
	check->total.failed++;
	strbuf_addf(&check->bad_stages, " runner");
}

int check_run(struct check *check, const volatile sig_atomic_t *stop)
{
	struct pollfd *pfds = calloc(check->n ?: 1, sizeof(*pfds));
	int ret;

	if (!pfds)
		return -ENOMEM;
	check->stop = stop;
	check->told_s = check_now_s();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	puts("TAP version 13");
	leave_out(check);
	put_in_order(check);
	ret = run_all(check, pfds);
	end_all(check);
	free(pfds);
	if (ret == -EINTR)
		return ret;
	if (ret)
		say_that_it_broke(check, ret);
	tell_no_more();
	printf("1..%u\n", check->number);
	fprintf(stderr, "ktstr: check took %u s; logs: %s/logs\n",
		check_now_s() - check->world->began_s, check->world->out);
	return check_close(check);
}
