// SPDX-License-Identifier: GPL-2.0-only
/*
 * The test program: run it to its end, or to the end of our patience.
 */
#include "init/init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/common/util/util.h"

#define TEST_ENV_FIXED	8	/* variables that init itself adds, and NULL */

/* What a program may send, and how long it is; 0 is any length. */
static const struct {
	enum wire_type type;
	size_t size;
} test_records[] = {
	{ WIRE_RESULT, sizeof(struct wire_result) },
	{ WIRE_DETAIL, sizeof(struct wire_detail) },
	{ WIRE_CGROUP, sizeof(struct wire_cgroup) },
	{ WIRE_METRIC, 0 },
	{ WIRE_PAYLOAD, sizeof(struct wire_payload) },
	{ WIRE_STEP, sizeof(struct wire_step) },
	{ WIRE_OUTPUT, 0 },
	{ WIRE_PROBE, 0 },
	{ WIRE_SAID, 0 },
	{ WIRE_ASK_DUMP, 0 },
	{ WIRE_DOUBT, 0 },
	{ WIRE_OP, 0 },
	{ WIRE_SCHED_ASK, 0 },
	{ WIRE_CPUS, 0 },
};

const char *test_record_check(const void *datagram, size_t len,
			      uint32_t *type)
{
	uint32_t head[2];
	size_t i;

	*type = 0;
	if (len < sizeof(head))
		return "is too short";
	memcpy(head, datagram, sizeof(head));
	*type = head[0];
	len -= sizeof(head);
	if (head[1])
		return "has a second word that is not 0";
	if (len > WIRE_REC_MAX)
		return "is too long";
	for (i = 0; i < ARRAY_SIZE(test_records); i++) {
		if (test_records[i].type != *type)
			continue;
		if (test_records[i].size && test_records[i].size != len)
			return "has another length than its type";
		return NULL;
	}
	return "has a type that only init may send";
}

static bool test_serve_output(struct init *in, struct init_source *src)
{
	return loop_forward(in, src, WIRE_OUTPUT);
}

/* A record that is refused is not lost without a word. */
static bool test_serve_wire(struct init *in, struct init_source *src)
{
	ssize_t len = recv(src->fd, in->buf, sizeof(in->buf), MSG_TRUNC);
	const char *wrong;
	uint32_t type;
	char note[160];

	if (len < 0)
		return false;
	if (len == 0) {
		loop_forget(in, SRC_TEST_WIRE);
		return false;
	}
	if ((size_t)len > sizeof(in->buf))
		wrong = "is too long";
	else
		wrong = test_record_check(in->buf, len, &type);
	if (!wrong && type == WIRE_SCHED_ASK)
		wrong = switch_take(in, in->buf + 2 * sizeof(uint32_t),
				    len - 2 * sizeof(uint32_t));
	else if (!wrong)
		init_put(in, type, in->buf + 2 * sizeof(uint32_t),
			 len - 2 * sizeof(uint32_t));
	if (!wrong)
		return true;
	len = snprintf(note, sizeof(note),
		       "# init: a record of the test program %s: dropped\n",
		       wrong);
	init_put(in, WIRE_OUTPUT, note, len);
	return true;
}

/* The child says so once it has become the program, or could not. */
static bool test_serve_start(struct init *in, struct init_source *src)
{
	in->test.start_error = child_start_error(src->fd);
	loop_forget(in, SRC_TEST_START);
	return false;
}

/**
 * struct test_env - the test program's environment
 * @strings: what init adds
 * @list: all of it, NULL-terminated
 * @n: its length
 */
struct test_env {
	char strings[TEST_ENV_FIXED][64];
	char *list[TEST_ENV_FIXED + PLAN_LIST_MAX];
	unsigned int n;
};

static void __printf(2, 3) test_env_add(struct test_env *env, const char *fmt,
					...)
{
	char *text = env->strings[env->n];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(env->strings[0]), fmt, ap);
	va_end(ap);
	env->list[env->n++] = text;
}

/* Of two with one name the first counts: ours first, defaults last. */
static void test_env_build(struct test_env *env, const struct init *in,
			   int wire_fd)
{
	char parent[CGROUP_PATH_SIZE];
	unsigned int i;

	memset(env, 0, sizeof(*env));
	test_env_add(env, ENV_GUEST "=1");
	test_env_add(env, ENV_WIRE_FD "=%d", wire_fd);
	test_env_add(env, ENV_CGROUP "=%s",
		     cgroup_parent(in, parent, sizeof(parent)));
	if (in->sched.pid)
		test_env_add(env, ENV_SCHED_PID "=%d", in->sched.pid);
	if (in->prober.pid)
		test_env_add(env, ENV_PROBE_PID "=%d", in->prober.pid);
	test_env_add(env, "PATH=" PLAN_BIN_DIR
		     ":/usr/sbin:/usr/bin:/sbin:/bin");
	test_env_add(env, "HOME=/root");
	for (i = 0; i < in->plan.n_env; i++)
		env->list[env->n++] = (char *)in->plan.env[i];
}

static void test_reaped(struct init *in, int status)
{
	in->test.status = status;
	in->test.exited = true;
}

static int test_spawn(struct init *in, int output, int wire)
{
	struct test_env env;
	const struct child_spec spec = {
		.path = in->plan.test,
		.args = in->plan.args,
		.n_args = in->plan.n_args,
		.envp = env.list,
		.output = output,
		.tty = in->plan.tty,
		.keep = wire,
		.cgroup = CGROUP_TEST,
	};
	int error_fd;
	pid_t pid;

	test_env_build(&env, in, wire);
	pid = child_start(&spec, &error_fd);
	if (pid < 0)
		return init_crash(in, "cannot start test program %s: %s",
				  in->plan.test, strerror(-pid));
	loop_watch(in, SRC_TEST_START, error_fd, test_serve_start);
	in->test.reaped = test_reaped;
	in->test.pid = pid;
	return 0;
}

static int test_start(struct init *in)
{
	int output[2], wire[2], ret = 0;

	if (pipe2(output, O_CLOEXEC))
		return init_crash(in, "cannot make a pipe: %s",
				  strerror(errno));
	fcntl(output[0], F_SETFL, O_NONBLOCK);
	loop_watch(in, SRC_TEST_OUTPUT, output[0], test_serve_output);

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, wire)) {
		ret = init_crash(in, "cannot make a socket pair: %s",
				 strerror(errno));
		goto out_close_output;
	}
	fcntl(wire[0], F_SETFL, O_NONBLOCK);
	loop_watch(in, SRC_TEST_WIRE, wire[0], test_serve_wire);

	ret = test_spawn(in, output[1], wire[1]);
	close(wire[1]);
out_close_output:
	close(output[1]);
	return ret;
}

static bool test_exited(const struct init *in)
{
	return in->test.exited;
}

static bool test_grace_over(const struct init *in)
{
	return in->gone_ns && wire_steal_waited_ns(&in->gone) >=
			      in->plan.grace_ms * NSEC_PER_MSEC;
}

static bool test_over(const struct init *in)
{
	return in->test.exited || test_grace_over(in);
}

static bool test_over_or_asks(const struct init *in)
{
	return test_over(in) || in->ask.pending;
}

/* What a scheduler takes to come or go has limits of its own, beside its. */
static void test_wait(struct init *in)
{
	uint64_t left_ns = in->plan.test_ms * NSEC_PER_MSEC, waited_ns;
	struct wire_steal_wait wait;

	for (;;) {
		wire_steal_begin(&wait, loop_steal(in));
		if (!loop_until(in, test_over_or_asks, left_ns / NSEC_PER_MSEC))
			return;
		waited_ns = wire_steal_waited_ns(&wait);
		left_ns -= min(waited_ns, left_ns);
		if (test_over(in))
			return;
		switch_serve(in);
	}
}

/*
 * With a scheduler that lets nobody run, nobody can die either. Have the kernel
 * say what it knows of it, and throw it out.
 */
static void test_free_from_scheduler(struct init *in)
{
	if (!in->attached)
		return;
	if (in->test.timed_out)
		scx_dump();
	scx_drain(in);
	in->sched.no_news = true;
	scx_disable();
}

/* It still runs: end it. */
static void test_kill(struct init *in)
{
	in->test.timed_out = !test_grace_over(in);
	test_free_from_scheduler(in);
	cgroup_kill_tests(in);
	if (!loop_until(in, test_exited, INIT_KILL_MS))
		init_crash(in, "the test program did not end within %u ms of SIGKILL",
			   INIT_KILL_MS);
}

/* The deadline needs no more words. */
static void test_explain_kill(struct init *in)
{
	char what[64] = "the scheduler's process ended";

	if (in->test.timed_out)
		return;
	if (!in->sched.exited)
		snprintf(what, sizeof(what), "sched_ext became %s",
			 in->scx_state);
	init_crash(in, "%s at stage %s, and the test program went on for %u ms",
		   what, wire_stage_name(in->stage), in->plan.grace_ms);
}

static void test_report(struct init *in)
{
	struct wire_exit rec = {
		.status = in->test.exited ? in->test.status : SIGKILL,
		.timed_out = in->test.timed_out,
	};

	loop_drain(in, SRC_TEST_WIRE);
	loop_drain(in, SRC_TEST_OUTPUT);
	init_put(in, WIRE_EXIT, &rec, sizeof(rec));
	loop_forget(in, SRC_TEST_WIRE);
	loop_forget(in, SRC_TEST_OUTPUT);
}

int test_run(struct init *in)
{
	bool by_itself;
	int ret;

	init_stage(in, STAGE_WORKLOAD);
	ret = test_start(in);
	if (ret)
		return ret;

	test_wait(in);
	by_itself = in->test.exited;
	if (!by_itself)
		test_kill(in);
	loop_drain(in, SRC_TEST_START);
	if (in->test.start_error)
		return init_crash(in, "cannot start test program %s: %s",
				  in->plan.test,
				  strerror(-in->test.start_error));
	/* What it left behind holds its output open and disturbs the rest. */
	cgroup_kill_tests(in);
	scx_settle(in);
	test_report(in);
	if (!by_itself) {
		test_explain_kill(in);
		in->failed = true;
		return -1;
	}
	init_stage(in, STAGE_RESULTS);
	return 0;
}
