// SPDX-License-Identifier: GPL-2.0-only
/*
 * A command on an emulated host: prepare, start, watch, start again when it
 * broke. See emulated-host.h.
 */
#include "vmm/emulated-host/emulated-host.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common/util/log.h"
#include "lib/common/util/util.h"
#include "vmm/emulated-host/emuhost_entry.h"
#include "vmm/emulated-host/emuhost_machine.h"
#include "vmm/emulated-host/emuhost_request.h"
#include "vmm/emulated-host/emuhost_session.h"

#define MIN_MEMORY_MB	512
#define TAIL_LINES	12

/* One call of emuhost_run(). */
struct emu_call {
	const struct emuhost_config *config;
	struct emuhost_entry entry;
	struct emuhost_request req;
	int initrd;
	int signals;
	unsigned int memory_mb;
	unsigned int stall_ms;
	unsigned int boot_ms;
	enum emuhost_clock clock;
};

bool emuhost_inside(void)
{
	const char *value = getenv(EMUHOST_ENV);

	return value && *value && strcmp(value, "0");
}

int emuhost_exit_code(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status);
}

/* ---- what the caller leaves to us ---- */

static unsigned int limit_ms(unsigned int seconds, const char *variable,
			     unsigned int fallback_s)
{
	const char *text = getenv(variable);
	unsigned long value = seconds;
	char *end;

	if (!value && text && *text) {
		value = strtoul(text, &end, 10);
		if (*end || !value || value > 86400) {
			pr_warn("%s=%s is no number of seconds: using %u",
				variable, text, fallback_s);
			value = 0;
		}
	}
	return (value ? value : fallback_s) * MSEC_PER_SEC;
}

static int choose_memory(struct emu_call *run)
{
	struct sysinfo info;
	uint64_t total_mb;

	if (sysinfo(&info))
		return -errno;
	total_mb = ((uint64_t)info.totalram * info.mem_unit) >> 20;
	run->memory_mb = run->config->memory_mb;
	if (!run->memory_mb)
		run->memory_mb = min((uint64_t)EMUHOST_MEMORY_MB,
				     total_mb * 3 / 4);
	if (run->memory_mb >= MIN_MEMORY_MB && run->memory_mb <= total_mb)
		return 0;
	pr_err("emulated host: %u MB of memory: it takes %u to %llu",
	       run->memory_mb, MIN_MEMORY_MB, (unsigned long long)total_mb);
	return -EINVAL;
}

static int choose_clock(struct emu_call *run)
{
	const char *word = getenv(EMUHOST_CLOCK_ENV);

	if (!emuhost_clock_parse(word, &run->clock)) {
		/* A storm is to show what most runs would meet. */
		if (run->config->storm_pairs &&
		    run->clock == EMUHOST_CLOCK_AUTO)
			run->clock = EMUHOST_CLOCK_REAL;
		return 0;
	}
	pr_err(EMUHOST_CLOCK_ENV "=%s: it takes auto, real or virtual", word);
	return -EINVAL;
}

/* ---- signals ---- */

/*
 * Those that would end the caller. One that it ignores (nohup, a shell's
 * background job) stays ignored.
 */
static int signals_take(sigset_t *old)
{
	static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction act;
	sigset_t mask;
	size_t i;
	int fd;

	sigemptyset(&mask);
	for (i = 0; i < ARRAY_SIZE(ending); i++)
		if (!sigaction(ending[i], NULL, &act) &&
		    act.sa_handler != SIG_IGN)
			sigaddset(&mask, ending[i]);
	fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	sigprocmask(SIG_BLOCK, &mask, old);
	return fd;
}

static void signals_give_back(int fd, const sigset_t *old)
{
	close(fd);
	sigprocmask(SIG_SETMASK, old, NULL);
}

/* ---- when it broke ---- */

/* Of a CPU's features, TCG lacks some; QEMU says so each time. */
static bool line_worthless(const char *line, size_t len)
{
	static const char known[] = "TCG doesn't support requested feature";

	return !len || memmem(line, len, known, strlen(known));
}

/* Return: lines that are worth showing; shown but for the first @skip. */
static unsigned int show_lines(const char *who, const struct strbuf *text,
			       unsigned int skip)
{
	const char *line = text->text;
	unsigned int n = 0;
	size_t len;

	for (; *line; line += len, line += strspn(line, "\r\n")) {
		len = strcspn(line, "\r\n");
		if (!line_worthless(line, len) && n++ >= skip)
			pr_info("  %s: %.*s", who, (int)len, line);
	}
	return n;
}

static void show_tail(const char *who, const struct strbuf *text)
{
	unsigned int n = show_lines(who, text, UINT_MAX);

	show_lines(who, text, n > TAIL_LINES ? n - TAIL_LINES : 0);
}

static bool may_restart(const struct emu_call *run, const struct session *s)
{
	switch (run->config->restart) {
	case EMUHOST_RESTART_ALWAYS:
		return true;
	case EMUHOST_RESTART_SILENT:
		return !s->said;
	default:
		return false;
	}
}

/* Return: true to start another one. */
static bool report_broken(const struct emu_call *run, const struct session *s,
			  unsigned int start)
{
	bool again = start < EMUHOST_STARTS && may_restart(run, s);

	pr_info("infrastructure: %s%s", s->reason,
		again ? "; starting a new one" :
		start == EMUHOST_STARTS ? "; giving up" :
		"; not started again: the command has said something already");
	if (!again || log_verbose()) {
		show_tail("kernel", &s->console);
		show_tail("QEMU", &s->log);
	}
	return again;
}

/* ---- one start, and all of them ---- */

static void run_once(struct emu_call *run, struct session *s)
{
	const struct emu_config config = {
		.entry = &run->entry,
		.req = &run->req,
		.initrd = run->initrd,
		.memory_mb = run->memory_mb,
		.clock = run->clock,
		.qmp = run->config->storm_pairs,
	};
	struct emu_machine m;
	int err;

	s->signals = run->signals;
	s->stall_ms = run->stall_ms;
	s->boot_ms = run->boot_ms;
	s->filter = run->config->filter;
	s->filter_ctx = run->config->ctx;
	s->clock = run->clock;
	s->timeout_ms = run->config->timeout_s * MSEC_PER_SEC;
	s->request = &run->req.bytes;
	s->storm_pairs = run->config->storm_pairs;
	s->machine = &m;

	err = emu_machine_start(&m, &config);
	if (err) {
		s->end = SESSION_BROKEN;
		snprintf(s->reason, sizeof(s->reason),
			 "the emulated host did not start: %s", strerror(-err));
	} else {
		session_run(s);
	}
	emu_machine_stop(&m);
	s->machine = NULL;
}

/* Nothing has been started in there, so nothing is tried again. */
static void note_crowded(struct emu_call *run, const struct session *s)
{
	pr_info("this machine is busy: others had %u %% of the emulated host's time; its clock stands still meanwhile",
		s->taken_pct);
	run->clock = EMUHOST_CLOCK_VIRTUAL;
}

static int run_result(const struct emu_call *run, const struct session *s,
		      int *status)
{
	switch (s->end) {
	case SESSION_EXIT:
		*status = s->status;
		return 0;
	case SESSION_SIGNAL:
		*status = W_EXITCODE(0, s->signal);
		return 0;
	case SESSION_TIMEOUT:
		pr_err("%s: still running after %u s: ended",
		       run->config->argv[0], run->config->timeout_s);
		*status = W_EXITCODE(EMUHOST_EXIT_TIMEOUT, 0);
		return 0;
	default:
		return -EIO;
	}
}

static int run_all(struct emu_call *run, int *status)
{
	struct session *s = malloc(sizeof(*s));
	unsigned int start = 0;
	bool again;
	int err;

	if (!s)
		return -ENOMEM;
	do {
		memset(s, 0, sizeof(*s));
		run_once(run, s);
		again = false;
		if (s->end == SESSION_CROWDED) {
			note_crowded(run, s);
			again = true;
		} else if (s->end == SESSION_BROKEN) {
			again = report_broken(run, s, ++start);
		}
		err = run_result(run, s, status);
		session_exit(s);
	} while (again);
	free(s);
	return err;
}

static void announce(const struct emu_call *run)
{
	const char *reason = run->config->reason;

	pr_info("%s%s%srunning on an emulated host (QEMU %s, TCG)",
		reason ? "no usable KVM (" : "", reason ? reason : "",
		reason ? "): " : "", run->entry.version);
}

static int choose_qemu(struct emu_call *run)
{
	const char *qemu = run->config->qemu;

	if (!qemu)
		return entry_choose(&run->entry);
	return strcmp(qemu, run->entry.qemu) ? entry_second(&run->entry) : 0;
}

int emuhost_run(const struct emuhost_config *config, int *status)
{
	struct emu_call run = {
		.config = config,
		.stall_ms = limit_ms(config->stall_s, "KTSTR_EMUHOST_STALL_SECS",
				     EMUHOST_STALL_S),
		.boot_ms = limit_ms(config->boot_s, "KTSTR_EMUHOST_BOOT_SECS",
				    EMUHOST_BOOT_S),
	};
	sigset_t old;
	int err;

	err = choose_clock(&run);
	if (!err)
		err = choose_memory(&run);
	if (!err)
		err = entry_find(&run.entry, config->cache);
	if (!err)
		err = choose_qemu(&run);
	if (err)
		return err;
	err = request_init(&run.req, config, environ);
	if (err)
		goto out_request;
	run.initrd = entry_initrd(&run.entry, config->agent);
	if (run.initrd < 0) {
		err = run.initrd;
		goto out_request;
	}
	run.signals = signals_take(&old);
	if (run.signals < 0) {
		err = run.signals;
		pr_err("emulated host: signals: %s", strerror(-err));
		goto out_initrd;
	}

	announce(&run);
	err = run_all(&run, status);

	signals_give_back(run.signals, &old);
out_initrd:
	close(run.initrd);
out_request:
	request_exit(&run.req);
	return err;
}
