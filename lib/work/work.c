// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workers: forked processes that do one kind of work. See work.h.
 */
#include "lib/work/work.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/util/compiler.h"
#include "lib/util/util.h"
#include "lib/work/types.h"

#define COLLECT_POLL_MS	5

static const struct work_ops work_types[WORK_TYPE_COUNT] = {
	[WORK_TYPE_CPU_SPIN] = { "CpuSpin", 1, work_pass_cpu_spin },
	[WORK_TYPE_BURSTY] = { "Bursty", 1, work_pass_bursty },
	[WORK_TYPE_FUTEX_PING_PONG] = { "FutexPingPong", 2,
					work_pass_futex_ping_pong },
};

int work_check(const struct work_spec *spec, unsigned int n, char *err,
	       size_t err_size)
{
	const struct work_ops *ops = &work_types[spec->type];

	if (!n) {
		snprintf(err, err_size, "%s requires at least one worker",
			 ops->name);
		return -EINVAL;
	}
	if (n % ops->group) {
		snprintf(err, err_size,
			 "%s requires num_workers divisible by %u, got %u",
			 ops->name, ops->group, n);
		return -EINVAL;
	}
	return 0;
}

/* ---- in the worker ---- */

bool work_stopped(const struct work_run *run)
{
	return atomic_load_explicit(&run->slot->stop, memory_order_relaxed);
}

static void note_cpu(struct work_run *run)
{
	struct worker_report *r = &run->slot->report;
	int cpu = sched_getcpu();

	if (cpu < 0 || cpu >= CPU_SETSIZE || cpu == run->cpu)
		return;
	if (run->cpu >= 0)
		r->migrations++;
	run->cpu = cpu;
	CPU_SET(cpu, &r->cpus_used);
}

static uint64_t note_progress(struct work_run *run)
{
	struct worker_report *r = &run->slot->report;
	uint64_t now_ns = clock_now_ns();

	note_cpu(run);
	if (now_ns - run->last_ns > r->max_gap_ns) {
		r->max_gap_ns = now_ns - run->last_ns;
		r->max_gap_cpu = run->cpu;
		r->max_gap_at_ns = now_ns - run->start_ns;
	}
	run->last_ns = now_ns;
	return now_ns;
}

uint64_t work_pause(struct work_run *run)
{
	return note_progress(run);
}

void work_resume(struct work_run *run, uint64_t due_ns)
{
	/* A turn that came while it still worked waits since it has paused. */
	run->last_ns = max(run->last_ns, min(due_ns, clock_now_ns()));
	note_progress(run);
}

void work_spin(struct work_run *run, unsigned int n)
{
	struct worker_report *r = &run->slot->report;

	while (n) {
		unsigned int part = min(n, (unsigned int)WORK_CHUNK), i;

		for (i = 0; i < part; i++)
			__builtin_ia32_pause();
		r->work_units += part;
		n -= part;
		note_progress(run);
	}
}

static uint64_t thread_cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

/*
 * Time waited for a CPU so far: the second number of schedstat.
 *
 * Return: is it known? A kernel that does not keep it has no such file, or
 * zeros in it, also for one that runs.
 */
static bool run_delay(uint64_t *delay_ns)
{
	unsigned long long cpu_ns = 0, waited_ns = 0;
	FILE *f = fopen("/proc/self/schedstat", "re");
	bool known = false;

	if (f) {
		known = fscanf(f, "%llu %llu", &cpu_ns, &waited_ns) == 2 &&
			(cpu_ns || waited_ns);
		fclose(f);
	}
	*delay_ns = waited_ns;
	return known;
}

static void on_stop(int sig)
{
	(void)sig;	/* it only ends a sleep; the slot says stop */
}

/* Wait until the parent has put us in our place and says so on @fd. */
static bool wait_for_start(int fd, unsigned int limit_ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	uint64_t end_ns = clock_now_ns() + limit_ms * NSEC_PER_MSEC;

	while (clock_now_ns() < end_ns)
		if (poll(&pfd, 1, limit_ms) == 1)
			return true;
	return false;
}

static void work_loop(struct work_run *run)
{
	const struct work_ops *ops = &work_types[run->spec->type];
	struct worker_report *r = &run->slot->report;
	uint64_t cpu_ns, before_ns, after_ns;

	r->tid = getpid();
	run->cpu = -1;
	cpu_ns = thread_cpu_ns();
	/* What was waited lies within the wall time, at both of its ends. */
	run->start_ns = clock_now_ns();
	run_delay(&before_ns);
	run->last_ns = run->start_ns;
	while (!work_stopped(run)) {
		ops->pass(run);
		r->iterations++;
		atomic_store_explicit(&run->slot->live, r->iterations,
				      memory_order_relaxed);
	}
	/* It may have stood still between two passes until it was to stop. */
	note_progress(run);
	r->cpu_ns = thread_cpu_ns() - cpu_ns;
	r->has_run_delay = run_delay(&after_ns);
	r->run_delay_ns = after_ns - before_ns;
	r->wall_ns = clock_now_ns() - run->start_ns;
	r->completed = true;
}

static void __noreturn worker_main(struct work_set *set,
				   const struct work_spec *spec,
				   unsigned int index, int start_fd,
				   unsigned int limit_ms, pid_t parent)
{
	unsigned int group = work_types[spec->type].group;
	struct work_run run = {
		.spec = spec,
		.slot = &set->slots[index],
		.first = &set->slots[index - index % group],
		.member = index % group,
	};
	/* No SA_RESTART: a sleep is to end. */
	struct sigaction sa = { .sa_handler = on_stop };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	setpgid(0, 0);
	sigaction(SIGUSR1, &sa, NULL);
	sigprocmask(SIG_SETMASK, &set->sigmask, NULL);
	if (!wait_for_start(start_fd, limit_ms))
		_exit(1);
	work_loop(&run);
	_exit(0);
}

/* ---- in the parent ---- */

static int fork_worker(struct work_set *set, const struct work_spec *spec,
		       unsigned int index, unsigned int limit_ms)
{
	struct worker *w = &set->workers[index];
	pid_t parent = getpid(), pid;
	sigset_t stop;
	int fds[2];

	/* No pipe: a write to one whose worker has died would kill us. */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		return -errno;
	/* To be told to stop before it could prepare for that is not its end. */
	sigemptyset(&stop);
	sigaddset(&stop, SIGUSR1);
	sigprocmask(SIG_BLOCK, &stop, &set->sigmask);
	pid = fork();
	if (pid)
		sigprocmask(SIG_SETMASK, &set->sigmask, NULL);
	if (pid < 0) {
		close(fds[0]);
		close(fds[1]);
		return -errno;
	}
	if (!pid) {
		close(fds[1]);
		worker_main(set, spec, index, fds[0], limit_ms, parent);
	}
	close(fds[0]);
	w->pid = pid;
	w->start_fd = fds[1];
	w->slot = &set->slots[index];
	w->slot->report.tid = pid;
	return 0;
}

int work_create(struct work_set *set, const struct work_spec *spec,
		unsigned int n, unsigned int limit_ms)
{
	unsigned int i;
	int err;

	memset(set, 0, sizeof(*set));
	set->size = n * sizeof(*set->slots);
	set->slots = mmap(NULL, set->size, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (set->slots == MAP_FAILED) {
		set->slots = NULL;
		return -ENOMEM;
	}
	set->workers = calloc(n, sizeof(*set->workers));
	if (!set->workers) {
		work_destroy(set);
		return -ENOMEM;
	}

	for (i = 0; i < n; i++) {
		err = fork_worker(set, spec, i, limit_ms);
		if (err) {
			work_destroy(set);
			return err;
		}
		set->n_workers++;
	}
	return 0;
}

void work_start(struct work_set *set)
{
	unsigned int i;

	for (i = 0; i < set->n_workers; i++) {
		int fd = set->workers[i].start_fd;

		if (fd < 0)
			continue;
		/* A byte, as later workers hold this end open as well. */
		send(fd, "", 1, MSG_NOSIGNAL);
		close(fd);
		set->workers[i].start_fd = -1;
	}
}

void work_stop(struct work_set *set)
{
	unsigned int i;

	work_start(set);
	for (i = 0; i < set->n_workers; i++)
		atomic_store(&set->slots[i].stop, true);
	for (i = 0; i < set->n_workers; i++)
		if (set->workers[i].pid)
			kill(set->workers[i].pid, SIGUSR1);
}

static bool reap(struct worker *w, int options)
{
	int status;

	if (!w->pid)
		return true;
	if (waitpid(w->pid, &status, options) != w->pid)
		return false;
	w->slot->report.status = status;
	w->pid = 0;
	return true;
}

static void kill_rest(struct work_set *set)
{
	unsigned int i;

	for (i = 0; i < set->n_workers; i++)
		if (set->workers[i].pid)
			kill(set->workers[i].pid, SIGKILL);
	for (i = 0; i < set->n_workers; i++)
		reap(&set->workers[i], 0);
}

void work_collect(struct work_set *set, uint64_t end_ns,
		  struct worker_report *reports)
{
	unsigned int i, left;

	do {
		for (i = 0, left = 0; i < set->n_workers; i++)
			left += !reap(&set->workers[i], WNOHANG);
		if (left)
			poll(NULL, 0, COLLECT_POLL_MS);
	} while (left && clock_now_ns() < end_ns);

	kill_rest(set);
	for (i = 0; i < set->n_workers; i++)
		reports[i] = set->slots[i].report;
}

uint64_t work_iterations(const struct work_set *set)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < set->n_workers; i++)
		sum += atomic_load(&set->slots[i].live);
	return sum;
}

bool work_all_began(const struct work_set *set)
{
	unsigned int i;

	for (i = 0; i < set->n_workers; i++)
		if (!atomic_load(&set->slots[i].live))
			return false;
	return true;
}

void work_destroy(struct work_set *set)
{
	work_start(set);
	kill_rest(set);
	if (set->slots)
		munmap(set->slots, set->size);
	free(set->workers);
	memset(set, 0, sizeof(*set));
}
