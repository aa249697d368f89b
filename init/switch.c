// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scheduler is changed while the test program runs, because that asks for it.
 *
 * The request is taken where its record comes in and served by test_run(), outside
 * of the loop: what it does has to wait in the loop itself.
 */
#include "init/init.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/common/util/util.h"

/* Where each string begins. Return: are there as many as it says? */
static bool switch_split(struct sched_ask *ask, unsigned int n, size_t len)
{
	size_t at = 0;

	for (ask->n = 0; ask->n < n && at < len; ask->n++) {
		ask->at[ask->n] = ask->text + at;
		at += strnlen(ask->text + at, len - at) + 1;
	}
	return ask->n == n && at == len;
}

const char *switch_take(struct init *in, const void *payload, size_t len)
{
	struct sched_ask *ask = &in->ask;
	struct wire_sched_ask rec;

	if (ask->pending)
		return "comes before the answer to the one before it";
	if (len < sizeof(rec) || len - sizeof(rec) > sizeof(ask->text))
		return "has another length than its type";
	memcpy(&rec, payload, sizeof(rec));
	len -= sizeof(rec);
	if (rec.strings > ARRAY_SIZE(ask->at) ||
	    (rec.strings && rec.strings < WIRE_SCHED_STRINGS))
		return "has not the strings that it must have";
	memcpy(ask->text, (const char *)payload + sizeof(rec), len);
	if (!switch_split(ask, rec.strings, len))
		return "has not as many strings as it says";
	ask->pending = true;
	return NULL;
}

static bool is_packed(const struct init *in, const char *path)
{
	unsigned int i;

	for (i = 0; i < in->plan.n_staged; i++)
		if (!strcmp(in->plan.staged[i], path))
			return true;
	return in->plan.scheduler && !strcmp(in->plan.scheduler, path);
}

/* Who did not come to be attached is not waited for, nor blamed for its end. */
static int switch_attach(struct init *in, char *why, size_t size)
{
	const struct sched_ask *ask = &in->ask;
	const struct sched_spec spec = {
		.path = ask->at[1],
		.ops = *ask->at[2] ? ask->at[2] : NULL,
		.args = ask->at + WIRE_SCHED_STRINGS,
		.n_args = ask->n - WIRE_SCHED_STRINGS,
	};
	char ignored[256];
	int ret;

	if (!is_packed(in, spec.path)) {
		snprintf(why, size, "%.200s is not among the test's schedulers",
			 spec.path);
		return -1;
	}
	init_put(in, WIRE_SCHED, ask->at[0], strlen(ask->at[0]));
	ret = sched_attach(in, &spec, why, size);
	if (ret && in->sched.pid && !in->sched.exited)
		sched_detach(in, ignored, sizeof(ignored));
	return ret;
}

void switch_serve(struct init *in)
{
	struct sched_ask *ask = &in->ask;
	struct wire_sched_answer answer = { };
	int ret = 0;

	if (in->sched.pid)
		ret = sched_detach(in, answer.why, sizeof(answer.why));
	if (!ret && ask->n)
		ret = switch_attach(in, answer.why, sizeof(answer.why));
	answer.pid = in->sched.exited ? 0 : in->sched.pid;
	ask->pending = false;
	/* Whoever has gone does not wait for it. */
	if (send(in->sources[SRC_TEST_WIRE].fd, &answer, sizeof(answer),
		 MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return;
}
