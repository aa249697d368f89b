// SPDX-License-Identifier: GPL-2.0-only
/*
 * ktstr-probe: in the repro VM, see what the scheduling path does until the
 * scheduler dies.
 *
 *	ktstr-probe [-o FILE] [-f NAMES] [FUNCTION...]
 *
 * Probes the kernel functions named (in the file NAMES one a line, see
 * probe_wire.h) and the callers of ops, says "ready" on stdout, waits for a
 * scheduler to be loaded, probes its programs, says "attached", and waits until
 * it is thrown out, or SIGTERM. A scheduler that ends otherwise may not be the
 * last one. Then it hands over the calls of the task that the failure is about:
 * to init (KTSTR_WIRE_FD), or to FILE.
 *
 * Exit status: 0 exit seen, 1 no exit seen, 2 usage, 3 no probes at all.
 */
#include "init/probe/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "lib/common/scx/callers.h"
#include "lib/common/scx/exit.h"
#include "lib/common/util/util.h"
#include "lib/common/wire/wire.h"

#include "probe.skel.h"

#define POLL_MS		10	/* until a scheduler is there */
#define WATCH_MS	1000
#define SETTLE_MS	50	/* for the calls that are under way */
#define RETURN_MS	1000	/* for those that the exit came out of */
#define MESSAGE_MS	3000	/* for the kernel to print why */
#define CONSOLE_MAX	(256U << 10)

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

/* "6,412,1558411,-;text": the texts, a line each. */
static void read_kmsg(int fd, struct strbuf *console)
{
	char rec[8192], *text, *end;
	ssize_t n;

	while (fd >= 0) {
		n = read(fd, rec, sizeof(rec) - 1);
		if (n < 0 && errno == EPIPE)	/* overwritten: go on */
			continue;
		if (n <= 0)
			return;
		rec[n] = '\0';
		text = strchr(rec, ';');
		if (!text)
			continue;
		end = strchr(++text, '\n');
		strbuf_add(console, text,
			   end ? (size_t)(end - text) : strlen(text));
		strbuf_add(console, "\n", 1);
	}
}

/* One that takes the place of what we have. */
static bool exit_is_new(const struct prober *pr)
{
	uint64_t time_ns = __atomic_load_n(&pr->state->exit.time_ns,
					   __ATOMIC_ACQUIRE);

	return time_ns && (!pr->end.seen || time_ns != pr->end.exit.time_ns);
}

/* The scheduler that was thrown out before has had its last word. */
static void console_close(struct prober *pr)
{
	struct strbuf rest = { .text = (char *)"", .max = CONSOLE_MAX };

	read_kmsg(pr->kmsg, pr->end.console_open ? &pr->end.console : &rest);
	pr->end.console_open = false;
	strbuf_free(&rest);
}

/* Of other tasks, a call may be one that sleeps. */
static bool exit_is_in_call(const struct prober *pr)
{
	const struct call_list *list = &pr->end.calls;
	unsigned int i;

	for (i = 0; i < list->n; i++) {
		const struct probe_call *call = &list->calls[i];

		if (call->current == pr->end.exit.current && !call->exit_ns &&
		    !(pr->descs[call->func].flags & DESC_NO_EXIT))
			return true;
	}
	return false;
}

/* What is given back tells why; on a slow machine that takes its time. */
static void load_returned(struct prober *pr)
{
	uint64_t until_ns = clock_now_ns() + RETURN_MS * NSEC_PER_MSEC;

	for (;;) {
		calls_load(pr, &pr->end.calls);
		if (!exit_is_in_call(pr) || clock_now_ns() >= until_ns)
			return;
		poll(NULL, 0, SETTLE_MS);
	}
}

/*
 * A scheduler has ended. After an error that is all; from any other end we go
 * on: the next scheduler, or the next end of this one, may be what matters.
 */
static void take_end(struct prober *pr)
{
	struct probe_state *st = pr->state;
	struct sched_end *end = &pr->end;

	poll(NULL, 0, SETTLE_MS);
	end->seen = true;
	/* An error may be taking its place just now. */
	do {
		end->exit = *(volatile struct probe_exit *)&st->exit;
	} while (!end->exit.time_ns ||
		 end->exit.time_ns != __atomic_load_n(&st->exit.time_ns,
						      __ATOMIC_ACQUIRE));
	end->final = probe_exit_is_error(end->exit.kind);
	load_returned(pr);
	strbuf_reset(&end->console);
	end->console_open = true;
	if (end->final)
		return;
	pr->since_ns = end->exit.time_ns;
	__atomic_store_n(&st->frozen, 0, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&st->dying, __ATOMIC_SEQ_CST))
		st->frozen = 1;
}

static void add_callers(struct prober *pr, const struct op_prog *op)
{
	const struct op_caller *row = op_caller_find(op->op);
	bool found = false;
	unsigned int i;

	for (i = 0; row && i < OP_CALLERS && row->callers[i]; i++) {
		if (!ksym_exists(pr, row->callers[i]))
			continue;
		attach_wanted(pr, row->callers[i]);
		found = true;
	}
	if (!found)
		prober_note(pr, "ops.%s: its callers in this kernel are inlined away or unknown",
			    op->op);
}

/* Return: was a scheduler there? */
static bool attach_scheduler(struct prober *pr)
{
	struct op_prog ops[PROBE_OPS_MAX];
	unsigned int n_ops, i;

	n_ops = discover_ops(pr, ops);
	if (!n_ops)
		return false;
	console_close(pr);
	attach_programs(pr, ops, n_ops);
	for (i = 0; i < n_ops; i++)
		add_callers(pr, &ops[i]);
	return true;
}

/* Init waits for it, and goes on with or without probes. */
static void tell(const char *word)
{
	puts(word);
	fflush(stdout);
}

static int on_wake(void *ctx, void *data, size_t len)
{
	const struct probe_wake *rec = data;
	struct prober *pr = ctx;

	if (len >= sizeof(*rec) && rec->held)
		pr->held = (pid_t)rec->held;
	return 0;
}

/* Whoever waited for our probes may go on. */
static void release_held(struct prober *pr)
{
	if (pr->held)
		kill(pr->held, SIGCONT);
	pr->held = 0;
}

/* Until an error, or a signal. The VM's deadline bounds it. */
static void watch(struct prober *pr)
{
	bool attached = false, told = false;

	while (!stop && !pr->end.final) {
		if (exit_is_new(pr)) {
			take_end(pr);
			attached = false;
			continue;
		}
		if (!attached)
			attached = attach_scheduler(pr);
		if (attached && !told) {
			tell("attached");
			told = true;
		}
		release_held(pr);
		ring_buffer__poll(pr->wake, attached ? WATCH_MS : POLL_MS);
	}
	if (exit_is_new(pr))
		take_end(pr);
	/* Nobody is to wait for us any more. */
	pr->state->frozen = 1;
	pr->state->dying = 1;
	ring_buffer__consume(pr->wake);
	release_held(pr);
	if (!told && !pr->end.seen)
		prober_note(pr, "no sched_ext scheduler was loaded");
}

/* The kernel's message names the task of a stall, and comes a bit later. */
static void await_message(struct prober *pr)
{
	uint64_t until_ns = clock_now_ns() + MESSAGE_MS * NSEC_PER_MSEC;
	struct strbuf *console = &pr->end.console;
	struct scx_exit ex;

	do {
		read_kmsg(pr->kmsg, console);
		exit_init(&ex);
		exit_parse(&ex, console->text, console->len);
		if (ex.msg[0] || (ex.found && !exit_is_error(&ex)))
			return;
		poll(NULL, 0, POLL_MS);
	} while (clock_now_ns() < until_ns);
}

/*
 * As a real-time task we are no subject of the scheduler under test: it does
 * not see us, and cannot keep us from reporting.
 */
static void leave_scheduler(void)
{
	const struct sched_param param = { .sched_priority = 1 };

	sched_setscheduler(0, SCHED_FIFO, &param);
}

static int state_map(struct prober *pr)
{
	void *p = mmap(NULL, sizeof(*pr->state), PROT_READ | PROT_WRITE,
		       MAP_SHARED, bpf_map__fd(pr->skel->maps.state), 0);

	if (p == MAP_FAILED)
		return -errno;
	pr->state = p;
	return 0;
}

static int prober_init(struct prober *pr)
{
	int n_cpus = libbpf_num_possible_cpus(), err;

	pr->n_cpus = n_cpus > 0 ? n_cpus : 1;
	pr->btf = btf__load_vmlinux_btf();
	if (!pr->btf) {
		prober_note(pr, "the kernel has no BTF: %s", strerror(errno));
		return -ENOENT;
	}
	err = ksyms_load(pr);
	if (err) {
		prober_note(pr, "no symbols in /proc/kallsyms: %s",
			    strerror(-err));
		return err;
	}
	err = attach_trigger(pr);
	if (!err)
		err = state_map(pr);
	if (err)
		return err;
	pr->wake = ring_buffer__new(bpf_map__fd(pr->skel->maps.wake), on_wake,
				    pr, NULL);
	return pr->wake ? 0 : -errno;
}

/* A name that the user gave may be a BPF program's, which is to come yet. */
static void attach_named(struct prober *pr)
{
	const char *names[PROBE_FUNCS];
	unsigned int i, n = 0;

	for (i = 0; i < pr->n_wanted; i++) {
		struct wanted *w = &pr->wanted[i];

		if (w->bpf || (pr->named && !ksym_exists(pr, w->name)))
			continue;
		w->found = true;
		names[n++] = w->name;
	}
	if (n)
		attach_kernel(pr, names, n, pr->named ? DESC_NAMED : 0);
}

/* All schedulers have had their chance. */
static void note_missing(struct prober *pr)
{
	struct strbuf list = { .text = (char *)"", .max = 300 };
	unsigned int i, n = 0;

	for (i = 0; i < pr->n_wanted; i++) {
		if (pr->wanted[i].found)
			continue;
		strbuf_addf(&list, "%s%s", n++ ? ", " : "",
			    pr->wanted[i].name);
	}
	if (n)
		prober_note(pr, "%u name%s no function%s: %s", n,
			    n > 1 ? "s are of" : " is of", pr->named ?
			    " of this kernel (or inlined away) or of the scheduler" :
			    " of the scheduler that can be probed", list.text);
	strbuf_free(&list);
}

static int run(struct prober *pr)
{
	int err = prober_init(pr);

	if (!err) {
		pr->status.asked = pr->n_wanted;
		attach_named(pr);
		attach_early(pr);
		attach_hold(pr);
		/* Not before returns are seen: a call would stay open for ever. */
		pr->state->active = 1;
	}
	tell("ready");
	if (err) {
		prober_send(pr, PROBE_REC_STATUS, &pr->status,
			    sizeof(pr->status));
		return 3;
	}
	watch(pr);
	if (pr->end.console_open)
		await_message(pr);
	note_missing(pr);
	collect_calls(pr);
	return pr->status.exit_seen ? 0 : 1;
}

/* libbpf's own words go to stderr; a refused program is tried otherwise. */
static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	if (level == LIBBPF_DEBUG || !getenv("KTSTR_VERBOSE"))
		return 0;
	return vfprintf(stderr, fmt, ap);
}

/* "@named", "bpf:NAME" or "NAME"; the text stays ours. */
static void names_add(struct prober *pr, const char *line)
{
	bool bpf = !strncmp(line, PROBE_NAMES_BPF, strlen(PROBE_NAMES_BPF));

	if (!strcmp(line, PROBE_NAMES_USER)) {
		pr->named = true;
		return;
	}
	if (bpf)
		line += strlen(PROBE_NAMES_BPF);
	if (*line && pr->n_wanted < PROBE_FUNCS)
		pr->wanted[pr->n_wanted++] = (struct wanted){ line, bpf, false };
}

static int names_read(struct prober *pr, const char *path, char **text)
{
	char *rest, *line;
	size_t size = 0;
	FILE *f = fopen(path, "re");
	ssize_t len;

	if (!f)
		return -errno;
	len = getdelim(text, &size, '\0', f);
	fclose(f);
	rest = len > 0 ? *text : NULL;
	while ((line = strsep(&rest, "\n")))
		names_add(pr, line);
	return 0;
}

static int print_help(void)
{
	fprintf(stderr,
		"usage: ktstr-probe [-o FILE] [-f NAMES] [FUNCTION...]\n");
	return 2;
}

static int parse_args(struct prober *pr, char **text, int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "o:f:")) != -1) {
		if (opt == 'o') {
			pr->wire_fd = -1;
			pr->out = fopen(optarg, "we");
		}
		if (opt == '?')
			return print_help();
		if (!pr->out || (opt == 'f' && names_read(pr, optarg, text))) {
			perror(optarg);
			return 2;
		}
	}
	for (; optind < argc; optind++)
		names_add(pr, argv[optind]);
	return 0;
}

static void prober_exit(struct prober *pr)
{
	ring_buffer__free(pr->wake);
	if (pr->state)
		munmap(pr->state, sizeof(*pr->state));
	attach_release(pr);
	btf__free(pr->btf);
	free(pr->end.calls.calls);
	strbuf_free(&pr->end.console);
	if (pr->kmsg >= 0)
		close(pr->kmsg);
}

int main(int argc, char **argv)
{
	struct prober *pr = calloc(1, sizeof(*pr));
	char *text = NULL;
	int ret;

	if (!pr)
		return 3;
	pr->wire_fd = wire_fd();
	pr->out = stderr;
	pr->end.console = (struct strbuf){
		.text = (char *)"", .max = CONSOLE_MAX,
	};
	ret = parse_args(pr, &text, argc, argv);
	if (ret)
		goto out_free;
	leave_scheduler();
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	libbpf_set_print(quiet);
	pr->kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (pr->kmsg >= 0)
		lseek(pr->kmsg, 0, SEEK_END);

	ret = run(pr);
	prober_exit(pr);
	if (pr->out != stderr && fclose(pr->out))
		ret = 3;
out_free:
	free(text);
	free(pr);
	return ret;
}
