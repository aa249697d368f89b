// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the monitor costs, on memory images of real guests.
 *
 *	monitor [-s SECONDS]
 *
 * Opening vmlinux; a sample, per CPU; a dump; the share of a host's CPU at the
 * default rate and at 1 kHz, beside that of a thread which only wakes as often;
 * and how many reads of the guest's memory it makes
 * a second, beside drgn's on the same image (drgn-reads.py, where python3-drgn
 * is installed). Prints KTAP: a measure that misses its goal is not ok, one
 * whose image is not there is skipped. KTSTR_KERNEL names the kernel's build
 * folder; kselftest/unit/data/mon-image.sh makes its images.
 */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "kselftest/unit/mon_image.h"
#include "lib/common/util/compiler.h"
#include "lib/common/util/process.h"
#include "lib/common/util/util.h"
#include "lib/host/machine/paths.h"
#include "lib/host/monitor/judge/live.h"
#include "lib/host/monitor/read/dump.h"

#define TRIES		20
#define DUMP_GOAL	8	/* opens of vmlinux: both go through its symbols */
#define SAMPLES		2000
#define READS		(1U << 22)
#define DRGN_READS	"drgn-reads.py"	/* lies beside us */

struct bench {
	char vmlinux[PATH_MAX];
	unsigned int seconds;
	double open_ms;
	unsigned int n;
	unsigned int failed;
};

static void __printf(3, 4) result(struct bench *b, bool ok, const char *fmt,
				  ...)
{
	va_list ap;

	printf("%sok %u ", ok ? "" : "not ", ++b->n);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
	b->failed += !ok;
}

static void skip(struct bench *b, const char *what, const char *why)
{
	printf("ok %u %s # SKIP %s\n", ++b->n, what, why);
}

static int cmp_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), cmp_double);
	return v[n / 2];
}

/* Of this thread: what else the machine does is not in it. */
static double cpu_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1e3 + ts.tv_nsec / 1e6;
}

static void bench_open(struct bench *b)
{
	struct mon_kernel *kernel;
	double ms[TRIES];
	char err[256];
	unsigned int i;

	for (i = 0; i < TRIES; i++) {
		double start = cpu_ms();

		if (mon_kernel_open(b->vmlinux, &kernel, err, sizeof(err))) {
			result(b, false, "open vmlinux: %s", err);
			return;
		}
		ms[i] = cpu_ms() - start;
		mon_kernel_close(kernel);
	}
	b->open_ms = median(ms, TRIES);
	result(b, ms[TRIES / 2] < 50,
	       "open vmlinux: median %.1f ms, worst %.1f (goal: 50)",
	       ms[TRIES / 2], ms[TRIES - 1]);
}

static void measure_sample(struct bench *b, struct image *im, const char *name)
{
	struct mon_sample *s = mon_sample_alloc(&im->guest);
	double *ns = calloc(SAMPLES, sizeof(*ns));
	struct mon_sampler *sampler = NULL;
	unsigned int i, failed = 0;

	if (s && ns && !mon_sampler_create(&im->guest, &sampler)) {
		for (i = 0; i < SAMPLES; i++) {
			if (!mon_sampler_take(sampler, s))
				ns[i] = (double)s->cost_ns / s->n_valid;
			else
				failed++;
		}
		median(ns, SAMPLES);
		result(b, ns[SAMPLES / 2] < 2000 && !failed,
		       "sample of %s, %u CPUs: median %.0f ns a CPU, 99 %% below %.0f (goal: 2000), %u failed",
		       name, s->n_valid, ns[SAMPLES / 2],
		       ns[SAMPLES * 99 / 100], failed);
	} else {
		result(b, false, "sample of %s: no sampler", name);
	}
	mon_sampler_destroy(sampler);
	free(s);
	free(ns);
}

static void measure_dump(struct bench *b, struct image *im, const char *name)
{
	const struct mon_dump_options options = { .stall_ns = NSEC_PER_SEC };
	struct mon_dump *d;
	double ms[TRIES], first;
	size_t tasks = 0;
	unsigned int i;

	for (i = 0; i < TRIES; i++) {
		struct strbuf text = STRBUF_INIT;
		double start = cpu_ms();

		if (mon_dump_create(&im->guest, &options, &d)) {
			result(b, false, "dump of %s: nothing to read", name);
			return;
		}
		mon_dump_text(d, &text);
		ms[i] = cpu_ms() - start;
		tasks = d->n_tasks;
		mon_dump_destroy(d);
		strbuf_free(&text);
	}
	/* A run makes one: it puts the symbols in order first. */
	first = ms[0];
	median(ms, TRIES);
	result(b, first < DUMP_GOAL * b->open_ms,
	       "dump of %s, %u CPUs, %zu tasks, as text: the first %.1f ms, median %.1f, worst %.1f: %.1f times of opening vmlinux (goal: %d)",
	       name, im->guest.nr_cpus, tasks, first, ms[TRIES / 2],
	       ms[TRIES - 1], first / b->open_ms, DUMP_GOAL);
}

static double cpu_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_utime.tv_sec + u.ru_stime.tv_sec +
	       (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* What a VM asks for each vCPU and sample: the CPU time of a thread */
static int thread_time(void *ctx, unsigned int cpu, uint64_t *ns)
{
	struct timespec ts;

	(void)ctx;
	(void)cpu;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	*ns = ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
	return 0;
}

/* In percent of a CPU, over the time of a measure */
static double share_pct(const struct bench *b)
{
	double start = cpu_seconds();
	uint64_t start_ns = clock_now_ns();

	sleep(b->seconds);
	return 100 * (cpu_seconds() - start) * NSEC_PER_SEC /
	       (clock_now_ns() - start_ns);
}

/* A thread that wakes as often as the monitor, and has nothing to do then */
struct waker {
	pthread_t thread;
	unsigned int interval_ms;
	atomic_bool stop;
};

static void *wake_often(void *arg)
{
	struct waker *w = arg;
	uint64_t wake_ns = clock_now_ns();

	while (!atomic_load(&w->stop)) {
		struct timespec ts;

		wake_ns += w->interval_ms * NSEC_PER_MSEC;
		ts.tv_sec = wake_ns / NSEC_PER_SEC;
		ts.tv_nsec = wake_ns % NSEC_PER_SEC;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
	}
	return NULL;
}

/* Return: its share of a CPU in percent; 0 where there is no thread */
static double waker_pct(const struct bench *b, unsigned int interval_ms)
{
	struct waker w = { .interval_ms = interval_ms };
	double pct;

	if (pthread_create(&w.thread, NULL, wake_often, &w))
		return 0;
	pct = share_pct(b);
	atomic_store(&w.stop, true);
	pthread_join(w.thread, NULL);
	return pct;
}

/*
 * Opening vmlinux and finding the guest come once and are not in it, nor is the
 * dump of the first verdict: on an image nothing moves, which is a stall.
 */
static void measure_share(struct bench *b, struct image *im, const char *name,
			  unsigned int interval_ms, double goal)
{
	struct mon_mem_ops ops = mon_image_ops;
	struct mon_findings findings = { };
	const struct run_machine machine = { };
	const struct run_workload workload = { };
	struct check_limits limits;
	struct mon_series series;
	struct mon_live_config config = {
		.vmlinux = b->vmlinux,
		.ops = &ops,
		.ctx = im->file,
		.phys_end = mon_image_phys_end(im->file),
		.interval_ms = interval_ms,
		.slowness = 1.0,
		.machine = &machine,
		.workload = &workload,
		.limits = &limits,
		.series = &series,
		.findings = &findings,
	};
	struct mon_live *live;
	double pct, peer;

	ops.vcpu_time_ns = thread_time;
	mon_series_init(&series);
	check_limits_default(&limits);
	if (mon_live_start(&config, &live)) {
		result(b, false, "share of CPU: no thread");
		mon_series_exit(&series);
		return;
	}
	mon_live_stage(live, STAGE_WORKLOAD);
	sleep(2);
	pct = share_pct(b);
	mon_live_stop(live, NULL);
	peer = waker_pct(b, min(interval_ms, MON_TURN_MS + 0U));
	result(b, pct < goal * peer && findings.n_judged && !series.n_left_out,
	       "share of a CPU, %s, every %u ms: %.2f %%, of a thread that only wakes %.2f %%: %.1f times (goal: %.0f), %llu samples of %.1f us judged, %llu failed",
	       name, interval_ms, pct, peer, pct / peer, goal,
	       (unsigned long long)findings.n_judged,
	       series.cost_ns / 1e3 / max(series.n_taken, (size_t)1),
	       (unsigned long long)series.n_left_out);
	mon_series_exit(&series);
	mon_findings_exit(&findings);
}

/* drgn's reads a second of the same addresses; 0 when it does not run here */
static double drgn_reads(const struct image *im, const char *name)
{
	uint64_t rq = mon_guest_symbol(&im->guest, MON_SYM_RUNQUEUES);
	char core[PATH_MAX], dir[PATH_MAX], cmd[4 * PATH_MAX];
	unsigned int cpu;
	double rate = 0;
	int n;
	FILE *f;

	if (host_self_dir(dir, sizeof(dir)))
		return 0;
	image_path(im->kernel, name, "core", core, sizeof(core));
	n = snprintf(cmd, sizeof(cmd), "/usr/bin/python3 '%s/%s' 2>/dev/null '%s' %llx",
		     dir, DRGN_READS, core,
		     (unsigned long long)im->guest.mem.page_offset);
	for (cpu = 0; cpu < im->guest.nr_cpus; cpu++)
		n += snprintf(cmd + n, sizeof(cmd) - n, " %llx",
			      (unsigned long long)
			      mon_guest_percpu(&im->guest, rq, cpu));
	f = popen(cmd, "re");
	if (!f)
		return 0;
	if (fscanf(f, "%lf", &rate) != 1)
		rate = 0;
	pclose(f);
	return rate;
}

/* 8 bytes of each run queue, over and over */
static void measure_reads(struct bench *b, struct image *im, const char *name)
{
	uint64_t rq = mon_guest_symbol(&im->guest, MON_SYM_RUNQUEUES);
	uint64_t start = clock_now_ns(), value, n = 0;
	double ours, drgns;
	unsigned int i;

	for (i = 0; i < READS; i++)
		n += !mon_read_u64(&im->guest.mem,
				   mon_guest_percpu(&im->guest, rq,
						    i % im->guest.nr_cpus),
				   &value);
	ours = n * 1e9 / (clock_now_ns() - start);
	drgns = drgn_reads(im, name);
	if (drgns > 0)
		result(b, ours >= 10 * drgns,
		       "reads of %s: %.0f a second, drgn %.0f: %.0f times (goal: 10)",
		       name, ours, drgns, ours / drgns);
	else
		printf("ok %u reads of %s: %.0f a second # SKIP drgn does not run here: install python3-drgn\n",
		       ++b->n, name, ours);
}

static void bench_image(struct bench *b, const char *name,
			void (*measure)(struct bench *b, struct image *im,
					const char *name))
{
	struct image im;

	if (image_open(&im, name) || image_attach(&im))
		skip(b, name, im.why[0] ? im.why : "it cannot be attached to");
	else
		measure(b, &im, name);
	image_close(&im);
}

static void measure_shares(struct bench *b, struct image *im, const char *name)
{
	measure_share(b, im, name, MON_INTERVAL_MS, 4);
	measure_share(b, im, name, 1, 7);
}

int main(int argc, char **argv)
{
	struct bench b = { .seconds = 10 };
	int opt;

	process_begin();
	while ((opt = getopt(argc, argv, "s:")) != -1) {
		if (opt != 's' || atoi(optarg) < 1) {
			fprintf(stderr, "usage: monitor [-s SECONDS]\n");
			return 2;
		}
		b.seconds = atoi(optarg);
	}
	printf("TAP version 13\n");
	if (!image_vmlinux(b.vmlinux, sizeof(b.vmlinux))) {
		printf("Bail out! no vmlinux: set KTSTR_KERNEL\n");
		return 1;
	}
	bench_open(&b);
	bench_image(&b, "cpus8", measure_sample);
	bench_image(&b, "cpus64", measure_sample);
	bench_image(&b, "cpus252", measure_sample);
	bench_image(&b, "cpus8", measure_dump);
	bench_image(&b, "cpus64", measure_dump);
	bench_image(&b, "hang64", measure_dump);
	bench_image(&b, "cpus8", measure_shares);
	bench_image(&b, "cpus8", measure_reads);
	printf("1..%u\n", b.n);
	return b.failed != 0;
}
