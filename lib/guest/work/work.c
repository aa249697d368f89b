// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workers: forked processes that do one kind of work. See work.h.
 */
#include "lib/guest/work/work.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
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

#include "lib/common/util/compiler.h"
#include "lib/common/util/near.h"
#include "lib/common/util/random.h"
#include "lib/common/util/util.h"
#include "lib/guest/work/types.h"

#define COLLECT_POLL_MS	5
/* Between two looks at whether the host lets us wait longer */
#define START_POLL_MS	1000
#define WORKER_TIME_LOOKS	8

#define WORK_TYPE_ROW(id, name)		&work_##name,

const struct work_ops *const work_types[WORK_TYPE_COUNT] = {
	WORK_TYPES(WORK_TYPE_ROW)
};

int work_find(const char *name, enum work_type *type, char *err,
	      size_t err_size)
{
	struct near near = { .given = name };
	char offered[NEAR_TEXT_SIZE];
	unsigned int i;

	for (i = 0; i < WORK_TYPE_COUNT; i++) {
		if (!strcasecmp(work_types[i]->name, name)) {
			*type = i;
			return 0;
		}
		near_offer(&near, work_types[i]->name);
	}
	snprintf(err, err_size, "%.64s: no such work type%s", name,
		 near_text(&near, offered));
	return -ENOENT;
}

/* ---- parameters ---- */

static unsigned int *param_of(const struct work_param *p,
			      struct work_spec *spec)
{
	return (unsigned int *)((char *)spec + p->at);
}

static bool is_param(const struct work_param *p)
{
	return p->name;
}

/* What was left out has its default. */
static struct work_spec with_defaults(const struct work_spec *spec)
{
	const struct work_param *p = work_types[spec->type]->params;
	struct work_spec whole = *spec;
	unsigned int i;

	for (i = 0; i < WORK_MAX_PARAMS && is_param(&p[i]); i++)
		if (!*param_of(&p[i], &whole))
			*param_of(&p[i], &whole) = p[i].usual;
	return whole;
}

/* All that a type does not take must be 0: it would mean nothing. */
static int check_params(const struct work_spec *spec, char *err,
			size_t err_size)
{
	const struct work_ops *ops = work_types[spec->type];
	struct work_spec rest = *spec;
	const unsigned int *at;
	unsigned int i;

	for (i = 0; i < WORK_MAX_PARAMS && is_param(&ops->params[i]); i++) {
		const struct work_param *p = &ops->params[i];

		if (*param_of(p, &rest) > p->most) {
			snprintf(err, err_size, "%s: %s is %u, at most %u can be",
				 ops->name, p->name, *param_of(p, &rest),
				 p->most);
			return -EINVAL;
		}
		*param_of(p, &rest) = 0;
	}
	if ((work_phase_is(&rest.phases[0]) && !ops->phases) ||
	    (rest.custom && !ops->custom)) {
		snprintf(err, err_size, "%s: takes no %s", ops->name,
			 rest.custom ? "function" : "phases");
		return -EINVAL;
	}
	for (at = &rest.burst_ms; at <= &rest.lock; at++) {
		if (!*at)
			continue;
		snprintf(err, err_size, "%s: was given what it does not take (a value of %u)",
			 ops->name, *at);
		return -EINVAL;
	}
	return 0;
}

static unsigned int group_of(const struct work_spec *spec)
{
	const struct work_ops *ops = work_types[spec->type];

	return ops->group_of ? ops->group_of(spec) : ops->group;
}

int work_check(const struct work_spec *spec, unsigned int n, char *err,
	       size_t err_size)
{
	const struct work_ops *ops = work_types[spec->type];
	const struct work_spec whole = with_defaults(spec);
	unsigned int group = group_of(&whole);
	const char *says;
	int ret;

	if (!n) {
		snprintf(err, err_size, "%s requires at least one worker",
			 ops->name);
		return -EINVAL;
	}
	if (n % group) {
		snprintf(err, err_size,
			 "%s requires num_workers divisible by %u, got %u",
			 ops->name, group, n);
		return -EINVAL;
	}
	if (check_params(spec, err, err_size) ||
	    place_check(&spec->place, err, err_size))
		return -EINVAL;
	says = ops->wrong ? ops->wrong(&whole) : NULL;
	ret = says ? -EINVAL : -EOPNOTSUPP;
	if (!says)
		says = ops->lacks ? ops->lacks(&whole) : NULL;
	if (!says)
		return 0;
	snprintf(err, err_size, "%s: %s", ops->name, says);
	return ret;
}

bool work_uneven(const struct work_spec *spec)
{
	return work_types[spec->type]->uneven || place_uneven(&spec->place);
}

bool work_partners(const struct work_spec *spec)
{
	return group_of(spec) > 1;
}

bool work_hungry(const struct work_spec *spec)
{
	const struct work_place *place = &spec->place;

	return work_types[spec->type]->hungry &&
	       place->affinity == AFFINITY_INHERIT &&
	       (place->policy == POLICY_NORMAL ||
		place->policy == POLICY_BATCH);
}

/* ---- in the worker ---- */

/**
 * struct worker_time - what a worker has had so far
 * @at_ns: now
 * @cpu_ns: CPU time
 * @delay_ns: time waited for a CPU
 * @times: that it got one
 * @known: the two before are. A kernel that does not keep them has no such file,
 *	or zeros in it, also for one that runs
 */
struct worker_time {
	uint64_t at_ns;
	uint64_t cpu_ns;
	uint64_t delay_ns;
	uint64_t times;
	bool known;
};

static void read_worker_time(int fd, struct worker_time *t)
{
	unsigned long long cpu_ns = 0, delay_ns = 0, times = 0;
	char text[128];
	ssize_t len = fd < 0 ? -1 : pread(fd, text, sizeof(text) - 1, 0);

	text[max(len, (ssize_t)0)] = '\0';
	t->known = sscanf(text, "%llu %llu %llu", &cpu_ns, &delay_ns,
			  &times) == 3 && (cpu_ns || delay_ns);
	t->delay_ns = delay_ns;
	t->times = times;
	t->at_ns = clock_now_ns();
	t->cpu_ns = work_cpu_ns();
}

/*
 * All of it is of one moment: had another had the CPU in between, the worker
 * would have got it once more since. Where many share a CPU, a wait that lies
 * between two of them is soon a second that is missing.
 */
static void look_at_worker_time(int fd, struct worker_time *t)
{
	struct worker_time next;
	unsigned int i;

	read_worker_time(fd, t);
	for (i = 0; i < WORKER_TIME_LOOKS; i++) {
		read_worker_time(fd, &next);
		if (next.times == t->times)
			return;
		*t = next;
	}
}

static void on_stop(int sig)
{
	(void)sig;	/* it only ends a sleep; the slot says stop */
}

/* Wait until the parent has put us in our place and says so on @fd. */
static bool wait_for_start(int fd, unsigned int limit_ms,
			   const struct wire_steal *steal)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	struct wire_steal_wait wait;

	wire_steal_begin(&wait, steal);
	while (wire_steal_waited_ns(&wait) < limit_ms * NSEC_PER_MSEC)
		if (poll(&pfd, 1, min(limit_ms, START_POLL_MS + 0U)) == 1)
			return true;
	return false;
}

/* A worker that cannot do what it should ends, and is missed by who reads on. */
static void __noreturn __printf(2, 3) give_up(struct work_run *run,
					      const char *fmt, ...)
{
	struct worker_report *r = &run->slot->report;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->gave_up, sizeof(r->gave_up), fmt, ap);
	va_end(ap);
	_exit(1);
}

static void take_place(struct work_run *run, const struct work_set *set,
		       unsigned int index)
{
	char err[sizeof(run->slot->report.gave_up)];

	if (place_take(&set->spec.place, &set->machine, index, err,
		       sizeof(err)))
		give_up(run, "%s", err);
}

static void init_type(struct work_run *run)
{
	const struct work_ops *ops = work_types[run->spec->type];
	int err = ops->init ? ops->init(run) : 0;

	if (err)
		give_up(run, "%s cannot begin: %s", ops->name, strerror(-err));
}

static void work_loop(struct work_run *run)
{
	const struct work_ops *ops = work_types[run->spec->type];
	struct worker_report *r = &run->slot->report;
	int fd = open("/proc/self/schedstat", O_RDONLY | O_CLOEXEC);
	struct worker_time before, after;

	r->tid = getpid();
	look_at_worker_time(fd, &before);
	work_begin(run);
	init_type(run);
	while (!work_stopped(run)) {
		ops->pass(run);
		r->iterations++;
		atomic_store_explicit(&run->slot->live, r->iterations,
				      memory_order_relaxed);
	}
	/* It may have stood still between two passes until it was to stop. */
	work_pause(run);
	if (ops->exit)
		ops->exit(run);
	look_at_worker_time(fd, &after);
	r->cpu_ns = after.cpu_ns - before.cpu_ns;
	r->has_run_delay = after.known;
	r->run_delay_ns = after.delay_ns - before.delay_ns;
	r->run_count = after.times - before.times;
	r->wall_ns = after.at_ns - before.at_ns;
	r->completed = true;
	if (fd >= 0)
		close(fd);
}

static void __noreturn worker_main(struct work_set *set, unsigned int index,
				   const int *group_fds, int start_fd,
				   unsigned int limit_ms, pid_t parent)
{
	unsigned int group = group_of(&set->spec);
	struct work_run run = {
		.spec = &set->spec,
		.slot = &set->slots[index],
		.first = &set->slots[index - index % group],
		.index = index,
		.member = index % group,
		.group = group,
		.fds = group_fds,
		.seed = 2 * index + RANDOM_SEED,
		.steal = set->steal,
		.channels = set->channels,
	};
	/* No SA_RESTART: a sleep is to end. */
	struct sigaction sa = { .sa_handler = on_stop };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	setpgid(0, 0);
	sigaction(SIGUSR1, &sa, NULL);
	sigprocmask(SIG_SETMASK, &set->sigmask, NULL);
	if (!wait_for_start(start_fd, limit_ms, set->steal))
		_exit(1);
	take_place(&run, set, index);
	work_loop(&run);
	_exit(0);
}

/* ---- in the parent ---- */

static int fork_worker(struct work_set *set, unsigned int index,
		       const int *group_fds, unsigned int limit_ms)
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
		worker_main(set, index, group_fds, fds[0], limit_ms, parent);
	}
	close(fds[0]);
	w->pid = pid;
	w->start_fd = fds[1];
	w->slot = &set->slots[index];
	w->slot->report.tid = pid;
	return 0;
}

/* Workers @first to @first + @n - 1, with what they have in common. */
static int fork_group(struct work_set *set, unsigned int first, unsigned int n,
		      unsigned int limit_ms)
{
	const struct work_ops *ops = work_types[set->spec.type];
	int fds[WORK_MAX_FDS], n_fds = 0, err = 0;
	unsigned int i;

	if (ops->fds)
		n_fds = ops->fds(&set->spec, fds);
	if (n_fds < 0)
		return n_fds;
	for (i = 0; i < n && !err; i++) {
		err = fork_worker(set, first + i, fds, limit_ms);
		set->n_workers += !err;
	}
	while (n_fds)
		close(fds[--n_fds]);
	return err;
}

struct work_slot *work_channels_create(void)
{
	void *channels = mmap(NULL, WORK_MAX_CHANNELS * sizeof(struct work_slot),
			      PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return channels == MAP_FAILED ? NULL : channels;
}

void work_channels_destroy(struct work_slot *channels)
{
	if (channels)
		munmap(channels, WORK_MAX_CHANNELS * sizeof(*channels));
}

int work_create(struct work_set *set, const struct work_spec *spec,
		unsigned int n, unsigned int limit_ms,
		const struct wire_steal *steal, struct work_slot *channels)
{
	unsigned int i, group;
	int err;

	memset(set, 0, sizeof(*set));
	set->steal = steal;
	set->channels = channels;
	set->spec = with_defaults(spec);
	machine_cpus_online(&set->machine);
	if (place_knows(&spec->place))
		machine_cpus_know(&set->machine);
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

	group = group_of(&set->spec);
	for (i = 0; i < n; i += group) {
		err = fork_group(set, i, min(group, n - i), limit_ms);
		if (err) {
			work_destroy(set);
			return err;
		}
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

/* What nobody can tell is unknown, not 0. */
static void put_wakes(struct worker_report *r)
{
	struct wakes_summary s;
	bool told = !wakes_summarize(&r->wakes, 1, &s) && s.n;

	r->wakes_n = r->wakes->n;
	r->wake_ns_p50 = told ? s.p50 : (uint64_t)QUANTITY_UNKNOWN;
	r->wake_ns_p90 = told ? s.p90 : (uint64_t)QUANTITY_UNKNOWN;
	r->wake_ns_p99 = told ? s.p99 : (uint64_t)QUANTITY_UNKNOWN;
	r->wake_ns_p999 = told ? s.p999 : (uint64_t)QUANTITY_UNKNOWN;
	r->wake_ns_max = told ? s.max : (uint64_t)QUANTITY_UNKNOWN;
}

void work_collect(struct work_set *set, const struct wire_steal_wait *wait,
		  unsigned int limit_ms, struct worker_report *reports)
{
	unsigned int i, left;

	do {
		for (i = 0, left = 0; i < set->n_workers; i++)
			left += !reap(&set->workers[i], WNOHANG);
		if (left)
			poll(NULL, 0, COLLECT_POLL_MS);
	} while (left && wire_steal_waited_ns(wait) <
			 limit_ms * NSEC_PER_MSEC);

	kill_rest(set);
	for (i = 0; i < set->n_workers; i++) {
		reports[i] = set->slots[i].report;
		reports[i].wakes = &set->slots[i].wakes;
		put_wakes(&reports[i]);
	}
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
