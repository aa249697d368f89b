// SPDX-License-Identifier: GPL-2.0-only
/*
 * Do work types that are told for how long to compute do that?
 *
 *	duty [-s SECONDS] [-r ROUNDS]
 *
 * Each of them is asked for several duty cycles, and rt-app, where it is installed,
 * for the same. Both are looked at from outside and in the same way: whoever sleeps
 * has used so much CPU time (schedstat) in so many turns (voluntary switches, one
 * for each sleep). Between two such looks, a turn of 20 ms or ten of 2 ms apart, it
 * ran a multiple of a burst, or was off by so many percent. What somebody else takes
 * of a CPU is not in a thread's CPU time, but what an interrupt, a hypervisor or a
 * cache that has gone cold takes is: so each is run for some rounds, all others
 * between two of them, and the best counts, ours as rt-app's.
 *
 * Prints KTAP: a work type that is off by more than 2 % at the 95th percentile is
 * not ok.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/compiler.h"
#include "lib/common/util/process.h"
#include "lib/common/util/util.h"
#include "lib/guest/work/types.h"

#define GOAL_PCT	2.0
#define WINDOW_US	20000
#define MAX_LOOKS	4096
#define WORKER_MS	60000	/* that it waits for its start, at most */
#define TASK		"duty"	/* rt-app's thread */

/**
 * struct error - how far it was off, in percent
 * @n: looks; 0 for not measured
 * @turns: in all of them
 * @p50: the median
 * @p95: the 95th percentile
 * @mean: with its sign: of all turns together
 */
struct error {
	unsigned int n;
	uint64_t turns;
	double p50;
	double p95;
	double mean;
};

/**
 * struct kind - who computes and sleeps, over and over
 * @name: for people
 * @ask: the work type, told how long; NULL stands for rt-app
 * @period_us: burst and sleep
 * @n: its workers
 * @member: which of them is looked at
 * @half: half of that is all that can be asked for
 */
struct kind {
	const char *name;
	struct work_spec (*ask)(unsigned int burst_us, unsigned int sleep_us);
	unsigned int period_us;
	unsigned int n;
	unsigned int member;
	bool half;
};

static struct work_spec ask_bursty(unsigned int burst_us, unsigned int sleep_us)
{
	return (struct work_spec)WORK(BURSTY, .burst_ms = burst_us / 1000,
				      .sleep_ms = sleep_us / 1000);
}

static struct work_spec ask_churn(unsigned int burst_us, unsigned int sleep_us)
{
	return (struct work_spec)WORK(IDLE_CHURN, .burst_us = burst_us,
				      .sleep_us = sleep_us);
}

static struct work_spec ask_spin(unsigned int burst_us, unsigned int sleep_us)
{
	return (struct work_spec)WORK(SEQUENCE, .phases = {
		{ WORK_PHASE_SPIN, .us = burst_us },
		{ WORK_PHASE_SLEEP, .us = sleep_us } });
}

static struct work_spec ask_alu(unsigned int burst_us, unsigned int sleep_us)
{
	return (struct work_spec)WORK(SEQUENCE, .phases = {
		{ WORK_PHASE_ALU_HOT, .us = burst_us },
		{ WORK_PHASE_SLEEP, .us = sleep_us } });
}

static struct work_spec ask_starve(unsigned int burst_us, unsigned int sleep_us)
{
	return (struct work_spec)WORK(RT_STARVATION,
				      .burst_ms = burst_us / 1000,
				      .sleep_ms = sleep_us / 1000);
}

static struct work_spec ask_invert(unsigned int burst_us, unsigned int sleep_us)
{
	(void)sleep_us;
	return (struct work_spec)WORK(PRIORITY_INVERSION,
				      .burst_ms = burst_us / 1000);
}

static const struct kind kinds[] = {
	{ "rt-app", NULL, 20000, .n = 1 },
	{ "Bursty", ask_bursty, 20000, .n = 1 },
	{ "Sequence SPIN", ask_spin, 20000, .n = 1 },
	{ "Sequence ALU_HOT", ask_alu, 20000, .n = 1 },
	{ "RtStarvation", ask_starve, 20000, .n = 2 },
	{ "PriorityInversion", ask_invert, 20000, .n = 3, .member = 1,
	  .half = true },
	{ "rt-app", NULL, 2000, .n = 1 },
	{ "IdleChurn", ask_churn, 2000, .n = 1 },
	{ "Sequence SPIN", ask_spin, 2000, .n = 1 },
	{ "Sequence ALU_HOT", ask_alu, 2000, .n = 1 },
};

static const unsigned int shares_pct[] = { 10, 25, 50, 80 };

/**
 * struct duty - what is asked of one of them, and what came of it
 * @kind: of whom
 * @pct: of the period
 * @burst_us: which is so long,
 * @sleep_us: and what is left of it
 * @best: error of the best round
 */
struct duty {
	const struct kind *kind;
	unsigned int pct;
	unsigned int burst_us;
	unsigned int sleep_us;
	struct error best;
};

/**
 * struct bench - the benchmark
 * @seconds: of each round
 * @rounds: of each of them
 * @ns_per_loop: of rt-app's, as it has found out; 0 where it does not run
 * @theirs: the CPU of who is looked at; what is started is there
 * @ours: those where we look from
 * @duties: all that is asked
 * @n_duties: how much that is
 * @n: results so far
 * @failed: of these
 */
struct bench {
	unsigned int seconds;
	unsigned int rounds;
	unsigned int ns_per_loop;
	cpu_set_t theirs;
	cpu_set_t ours;
	struct duty duties[ARRAY_SIZE(kinds) * ARRAY_SIZE(shares_pct)];
	unsigned int n_duties;
	unsigned int n;
	unsigned int failed;
};

static void add_duty(struct bench *b, const struct kind *kind, unsigned int pct)
{
	unsigned int burst_us = kind->period_us * pct / 100;

	if (kind->half && pct != 50)
		return;
	b->duties[b->n_duties++] = (struct duty){
		.kind = kind, .pct = pct, .burst_us = burst_us,
		.sleep_us = kind->period_us - burst_us,
	};
}

static void add_duties(struct bench *b)
{
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		for (j = 0; j < ARRAY_SIZE(shares_pct); j++)
			add_duty(b, &kinds[i], shares_pct[j]);
}

/* ---- looking at a thread ---- */

/**
 * struct sight - a thread, from outside
 * @status: its file
 * @schedstat: the same
 * @asleep: it slept when it was looked at
 * @turns: sleeps so far
 * @cpu_ns: and CPU time
 */
struct sight {
	int status;
	int schedstat;
	bool asleep;
	uint64_t turns;
	uint64_t cpu_ns;
};

static int open_of(pid_t tid, const char *file)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", tid, file);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static int sight_open(struct sight *s, pid_t tid)
{
	*s = (struct sight){ .status = open_of(tid, "status"),
			     .schedstat = open_of(tid, "schedstat") };
	return s->status < 0 || s->schedstat < 0 ? -ESRCH : 0;
}

static void sight_close(struct sight *s)
{
	close(s->status);
	close(s->schedstat);
}

static bool read_at_start(int fd, char *text, size_t size)
{
	ssize_t len = pread(fd, text, size - 1, 0);

	text[max(len, 0)] = '\0';
	return len > 0;
}

/* Return: it sleeps, and has done so as often. */
static bool is_asleep(const struct sight *s, uint64_t *turns)
{
	static const char switches[] = "\nvoluntary_ctxt_switches:";
	char text[4096];
	const char *state, *n;

	if (!read_at_start(s->status, text, sizeof(text)))
		return false;
	state = strstr(text, "\nState:\t");
	n = strstr(text, switches);
	if (!state || !n)
		return false;
	*turns = strtoull(n + sizeof(switches) - 1, NULL, 10);
	return state[strlen("\nState:\t")] == 'S';
}

/* CPU time is that of the turns only where it slept before and after. */
static bool look(struct sight *s)
{
	uint64_t turns, then;
	char text[128];

	if (!is_asleep(s, &turns) ||
	    !read_at_start(s->schedstat, text, sizeof(text)) ||
	    !is_asleep(s, &then) || then != turns)
		return false;
	s->turns = turns;
	s->cpu_ns = strtoull(text, NULL, 10);
	return true;
}

static void sleep_ns(uint64_t ns)
{
	const struct timespec ts = { ns / NSEC_PER_SEC, ns % NSEC_PER_SEC };

	nanosleep(&ts, NULL);
}

/* Return: it was seen asleep, after as many turns as 20 ms have. */
static bool look_again(struct sight *s, const struct duty *d, uint64_t end_ns)
{
	uint64_t turns = s->turns + WINDOW_US / d->kind->period_us;

	sleep_ns(WINDOW_US / 2 * NSEC_PER_USEC);
	while (clock_now_ns() < end_ns) {
		if (look(s) && s->turns >= turns)
			return true;
		sleep_ns(min(d->sleep_us / 4, 500U) * NSEC_PER_USEC);
	}
	return false;
}

static int cmp_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void summarize(struct error *e, double *pct)
{
	qsort(pct, e->n, sizeof(*pct), cmp_double);
	e->p50 = pct[e->n / 2];
	e->p95 = pct[e->n * 95 / 100];
}

static double off_pct(const struct duty *d, uint64_t turns, uint64_t cpu_ns)
{
	return 100.0 * cpu_ns / (turns * d->burst_us * NSEC_PER_USEC) - 100;
}

static void look_on(struct sight *s, const struct duty *d, uint64_t end_ns,
		    struct error *e)
{
	static double pct[MAX_LOOKS];
	struct sight first = *s, last = *s;

	while (e->n < MAX_LOOKS && look_again(s, d, end_ns)) {
		double off = off_pct(d, s->turns - last.turns,
				     s->cpu_ns - last.cpu_ns);

		pct[e->n++] = off < 0 ? -off : off;
		last = *s;
	}
	if (!e->n)
		return;
	e->turns = last.turns - first.turns;
	e->mean = off_pct(d, e->turns, last.cpu_ns - first.cpu_ns);
	summarize(e, pct);
}

static void measure_thread(const struct bench *b, const struct duty *d,
			   pid_t tid, struct error *e)
{
	uint64_t end_ns = clock_now_ns() + b->seconds * NSEC_PER_SEC;
	struct sight s;

	if (sight_open(&s, tid))
		return;
	sched_setaffinity(0, sizeof(b->ours), &b->ours);
	/* The first one has in it what it took to begin. */
	if (look_again(&s, d, end_ns) && look_again(&s, d, end_ns))
		look_on(&s, d, end_ns, e);
	sched_setaffinity(0, sizeof(b->theirs), &b->theirs);
	sight_close(&s);
}

/* ---- ours ---- */

static void stop_workers(struct work_set *set)
{
	struct worker_report reports[4];
	struct wire_steal_wait wait;

	work_stop(set);
	wire_steal_begin(&wait, NULL);
	work_collect(set, &wait, WORKER_MS, reports);
}

/* Return: this machine can do that; else @err says why not. */
static bool is_possible(const struct duty *d, char *err, size_t err_size)
{
	struct work_spec spec = d->kind->ask(d->burst_us, d->sleep_us);

	return !work_check(&spec, d->kind->n, err, err_size);
}

static void measure_type(const struct bench *b, const struct duty *d,
			 struct error *e)
{
	struct work_spec spec = d->kind->ask(d->burst_us, d->sleep_us);
	struct work_set set;
	char err[256];

	if (!is_possible(d, err, sizeof(err)) ||
	    work_create(&set, &spec, d->kind->n, WORKER_MS, NULL, NULL))
		return;
	work_start(&set);
	measure_thread(b, d, set.workers[d->kind->member].pid, e);
	stop_workers(&set);
	work_destroy(&set);
}

/* ---- rt-app ---- */

/* Return: its process, which has that policy; what it says goes to @out. */
static pid_t start_rt_app(const char *calibration, const struct duty *d,
			  int policy, int out)
{
	const struct sched_param param = { .sched_priority = policy ? 1 : 0 };
	char path[] = "/tmp/ktstr-duty-XXXXXX";
	int fd = mkstemp(path);
	pid_t pid;

	if (fd < 0)
		return -errno;
	dprintf(fd, "{ \"tasks\": { \"" TASK "\": { \"loop\": -1, \"run\": %u, \"sleep\": %u } },\n"
		"  \"global\": { \"duration\": 60, \"calibration\": %s, \"ftrace\": false } }\n",
		d->burst_us, d->sleep_us, calibration);
	close(fd);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sched_setscheduler(0, policy, &param);
		dup2(out, 1);
		dup2(out, 2);
		execlp("rt-app", "rt-app", path, (char *)NULL);
		_exit(127);
	}
	if (pid > 0)
		sleep_ns(200 * NSEC_PER_MSEC);
	unlink(path);
	return pid;
}

static void end_rt_app(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Return: the thread that it has for the task; 0 for none. */
static pid_t thread_of(pid_t pid)
{
	char path[300], name[32] = "";
	struct dirent *ent;
	pid_t tid = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && !tid && (ent = readdir(dir))) {
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%d/task/%s/comm", pid,
			 ent->d_name);
		f = fopen(path, "re");
		if (f && fgets(name, sizeof(name), f) && strstarts(name, TASK))
			tid = atoi(ent->d_name);
		if (f)
			fclose(f);
	}
	if (dir)
		closedir(dir);
	return tid;
}

/* What it says that it has found out; 0 where it has not yet. */
static unsigned int ns_per_loop(int out)
{
	static const char says[] = "pLoad = ";
	char text[4096];
	const char *at;

	if (!read_at_start(out, text, sizeof(text)))
		return 0;
	at = strstr(text, says);
	return at ? strtoul(at + sizeof(says) - 1, NULL, 10) : 0;
}

/* Return: nanoseconds that it takes a loop of its for; 0 where it does not run. */
static unsigned int calibrate(void)
{
	static const struct duty any = { .burst_us = 1000, .sleep_us = 1000 };
	const uint64_t end_ns = clock_now_ns() + 60 * NSEC_PER_SEC;
	int out = memfd_create("rt-app", MFD_CLOEXEC);
	unsigned int ns = 0;
	char calibration[32];
	pid_t pid;

	snprintf(calibration, sizeof(calibration), "\"CPU%d\"", sched_getcpu());
	/* By the wall clock: whoever else runs is in what it finds out. */
	pid = start_rt_app(calibration, &any, SCHED_FIFO, out);
	while (pid > 0 && !ns && clock_now_ns() < end_ns &&
	       !waitpid(pid, NULL, WNOHANG)) {
		poll(NULL, 0, 100);
		ns = ns_per_loop(out);
	}
	if (pid > 0)
		end_rt_app(pid);
	close(out);
	return ns;
}

/* Whatever else this machine does makes a loop longer, never shorter. */
static unsigned int calibrate_well(const struct bench *b)
{
	unsigned int i, ns = calibrate(), again;

	for (i = 1; ns && i < b->rounds; i++) {
		again = calibrate();
		if (again)
			ns = min(ns, again);
	}
	return ns;
}

static void measure_rt_app(const struct bench *b, const struct duty *d,
			   struct error *e)
{
	int out = open("/dev/null", O_WRONLY | O_CLOEXEC);
	char calibration[32];
	pid_t pid, tid;

	snprintf(calibration, sizeof(calibration), "%u", b->ns_per_loop);
	pid = start_rt_app(calibration, d, SCHED_OTHER, out);
	tid = pid > 0 ? thread_of(pid) : 0;
	if (tid)
		measure_thread(b, d, tid, e);
	if (pid > 0)
		end_rt_app(pid);
	close(out);
}

/* ---- all of them, and what is printed ---- */

static void measure(const struct bench *b, struct duty *d)
{
	struct error e = { };

	if (d->kind->ask)
		measure_type(b, d, &e);
	else if (b->ns_per_loop)
		measure_rt_app(b, d, &e);
	if (e.n && (!d->best.n || e.p95 < d->best.p95))
		d->best = e;
}

/* The rounds of one are as far from each other as can be. */
static void measure_all(struct bench *b)
{
	unsigned int i;

	for (i = 0; i < b->rounds * b->n_duties; i++)
		measure(b, &b->duties[i % b->n_duties]);
}

static const struct error *rt_apps(const struct bench *b, const struct duty *d)
{
	unsigned int i;

	for (i = 0; i < b->n_duties; i++)
		if (!b->duties[i].kind->ask &&
		    b->duties[i].burst_us == d->burst_us &&
		    b->duties[i].sleep_us == d->sleep_us)
			return &b->duties[i].best;
	return &d->best;
}

static void print_error(const struct error *e)
{
	printf("  %6.2f %6.2f %+6.2f", e->p50, e->p95, e->mean);
}

static void print_row(struct bench *b, const struct duty *d)
{
	const struct error *peer = rt_apps(b, d);
	bool ok = !d->best.n || d->best.p95 <= GOAL_PCT;
	char err[256] = "it was never seen asleep";

	printf("%sok %u %s %u %% of %u ms:", ok ? "" : "not ", ++b->n,
	       d->kind->name, d->pct, d->kind->period_us / 1000);
	if (d->best.n) {
		printf(" %.1f", (double)d->best.turns / d->best.n);
		print_error(&d->best);
		if (peer->n)
			print_error(peer);
		printf("\n");
	} else {
		is_possible(d, err, sizeof(err));
		printf(" # SKIP %s\n", err);
	}
	b->failed += !ok;
}

static void print_all(struct bench *b)
{
	unsigned int i;

	printf("# CPU time, off by so many %% of what was asked; best of %u rounds of %u s\n",
	       b->rounds, b->seconds);
	printf("# work type, asked: turns in a look, p50, p95 (goal: %.0f), mean%s\n",
	       GOAL_PCT, b->ns_per_loop ? "; the same three of rt-app" : "");
	for (i = 0; i < b->n_duties; i++)
		if (b->duties[i].kind->ask)
			print_row(b, &b->duties[i]);
	if (b->ns_per_loop)
		printf("# rt-app has found out that a loop takes %u ns\n",
		       b->ns_per_loop);
	else
		printf("ok %u rt-app # SKIP rt-app does not run here: install rt-app\n",
		       ++b->n);
	printf("1..%u\n", b->n);
}

/* Whom we look at is on the last CPU, we on others, where there are any. */
static void find_places(struct bench *b)
{
	/* To be there when it sleeps, whatever else this machine does */
	const struct sched_param above = { .sched_priority = 50 };
	int cpu = CPU_SETSIZE - 1;

	sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &above);
	sched_getaffinity(0, sizeof(b->ours), &b->ours);
	while (cpu && !CPU_ISSET(cpu, &b->ours))
		cpu--;
	CPU_ZERO(&b->theirs);
	CPU_SET(cpu, &b->theirs);
	if (CPU_COUNT(&b->ours) > 1)
		CPU_CLR(cpu, &b->ours);
	sched_setaffinity(0, sizeof(b->theirs), &b->theirs);
}

int main(int argc, char **argv)
{
	static struct bench b = { .seconds = 2, .rounds = 3 };
	int opt;

	process_begin();
	while ((opt = getopt(argc, argv, "s:r:")) != -1) {
		if (opt == '?' || atoi(optarg) < 1) {
			fprintf(stderr, "usage: duty [-s SECONDS] [-r ROUNDS]\n");
			return 2;
		}
		*(opt == 's' ? &b.seconds : &b.rounds) = atoi(optarg);
	}
	printf("TAP version 13\n");
	add_duties(&b);
	find_places(&b);
	b.ns_per_loop = calibrate_well(&b);
	measure_all(&b);
	print_all(&b);
	return b.failed != 0;
}
