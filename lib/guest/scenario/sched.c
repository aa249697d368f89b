// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scheduler under test: is it alive? And another one in its place. See run.h.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/common/util/file.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/common/wire/plan.h"
#include "lib/common/wire/wire.h"
#include "lib/guest/scenario/run.h"

#define SCX_STATE	"/sys/kernel/sched_ext/state"
#define SCX_ENABLE_SEQ	"/sys/kernel/sched_ext/enable_seq"
#define AWAIT_POLL_MS	50
/*
 * The kernel throws most schedulers out when a CPU comes or goes, and asks them
 * to start again, which those of the tree do within a second. The host waits for
 * as long as RESTART_MS stretched, see GRACE_MS of its budget, and longer.
 */
#define RESTART_MS	2500
#define RESTART_LEAST_MS 8000
/*
 * What throws it out is a thread of the kernel's own, which goes before all others
 * but has to get a CPU: until then the scheduler looks as if it stayed.
 */
#define STAYS_NS	(300 * NSEC_PER_MSEC)
/* Init has limits of its own, and ends us at the test's. */
#define ANSWER_MS	600000

static bool process_is_there(const struct ktstr_ctx *ctx)
{
	return !kill(ctx->sched_pid, 0);
}

static bool is_enabled(void)
{
	char state[32];

	return file_read(SCX_STATE, state, sizeof(state)) > 0 &&
	       !strncmp(state, "enabled", 7);
}

/* How many schedulers there have been; 0 where the kernel does not count */
static unsigned long enable_seq(void)
{
	char text[32];

	if (file_read(SCX_ENABLE_SEQ, text, sizeof(text)) <= 0)
		return 0;
	return strtoul(text, NULL, 10);
}

void sched_cpus_go(struct scenario *s)
{
	s->cpus_seq = enable_seq();
	s->cpus_ns = clock_now_ns();
}

void sched_cpus_gone(struct scenario *s)
{
	s->cpus_ns = clock_now_ns();
	wire_steal_begin(&s->cpus_wait, s->ctx->steal);
}

/* It has started again, or minds no CPUs that come and go. */
static bool is_back(const struct scenario *s)
{
	return is_enabled() &&
	       (enable_seq() != s->cpus_seq ||
		wire_steal_waited_ns(&s->cpus_wait) >= STAYS_NS);
}

static bool may_restart(const struct scenario *s)
{
	unsigned int ms = max(stretched_ms(s->ctx, RESTART_MS),
			      RESTART_LEAST_MS + 0U);

	return s->cpus_ns && clock_now_ns() - s->cpus_ns < ms * NSEC_PER_MSEC;
}

bool sched_check(const struct scenario *s)
{
	if (!s->ctx->sched_pid)
		return true;
	return process_is_there(s->ctx) && (is_enabled() || may_restart(s));
}

int sched_await(const struct scenario *s)
{
	if (!s->ctx->sched_pid || !s->cpus_ns)
		return 0;
	while (process_is_there(s->ctx) && !is_back(s)) {
		if (!may_restart(s))
			return -ETIMEDOUT;
		poll(NULL, 0, AWAIT_POLL_MS);
	}
	return 0;
}

/* ---- another one ---- */

const struct scheduler *sched_named(const struct ktstr_ctx *ctx,
				    const char *name)
{
	unsigned int i;

	if (ctx->scheduler && ctx->scheduler->binary &&
	    !strcmp(ctx->scheduler->name, name))
		return ctx->scheduler;
	for (i = 0; ctx->staged[i]; i++)
		if (!strcmp(ctx->staged[i]->name, name))
			return ctx->staged[i];
	return NULL;
}

static void put_string(struct strbuf *to, const char *text)
{
	strbuf_add(to, text ?: "", strlen(text ?: "") + 1);
}

/* As struct wire_sched_ask has it */
static void put_scheduler(const struct ktstr_ctx *ctx,
			  const struct scheduler *sched, struct strbuf *to)
{
	bool own = sched == ctx->scheduler;
	const char *const *args = own ? ctx->sched_args : sched->args;
	unsigned int i, n = own ? ctx->n_sched_args : 0;
	struct wire_sched_ask ask;
	char path[256];

	while (!own && n < KTSTR_MAX_ARGS && args[n])
		n++;
	ask.strings = WIRE_SCHED_STRINGS + n;
	strbuf_add(to, (const char *)&ask, sizeof(ask));
	snprintf(path, sizeof(path), PLAN_BIN_DIR "/%s",
		 basename(sched->binary));
	put_string(to, sched->name);
	put_string(to, path);
	put_string(to, sched->ops_name);
	for (i = 0; i < n; i++)
		put_string(to, args[i]);
}

static int await_answer(int fd, struct wire_sched_answer *answer)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	ssize_t len;
	int ret;

	do {
		ret = poll(&pfd, 1, ANSWER_MS);
	} while (ret < 0 && errno == EINTR);
	if (ret <= 0)
		return ret ? -errno : -ETIMEDOUT;
	len = recv(fd, answer, sizeof(*answer), MSG_DONTWAIT);
	if (len < 0)
		return -errno;
	answer->why[sizeof(answer->why) - 1] = '\0';
	return len == sizeof(*answer) ? 0 : -EPROTO;
}

int sched_switch(struct ktstr_ctx *ctx, const struct scheduler *to, char *why,
		 size_t size)
{
	const struct wire_sched_ask none = { 0 };
	struct wire_sched_answer answer;
	struct strbuf rec = STRBUF_INIT;
	int ret;

	if (to)
		put_scheduler(ctx, to, &rec);
	else
		strbuf_add(&rec, (const char *)&none, sizeof(none));
	ret = wire_send(ctx->wire_fd, WIRE_SCHED_ASK, rec.text, rec.len);
	strbuf_free(&rec);
	if (!ret)
		ret = await_answer(ctx->wire_fd, &answer);
	if (ret) {
		snprintf(why, size, "init does not answer: %s", strerror(-ret));
		return ret;
	}
	snprintf(why, size, "%s", answer.why);
	ctx->sched_pid = answer.pid;
	ctx->running = to && answer.pid ? to->name : NULL;
	return answer.why[0] ? -EIO : 0;
}
