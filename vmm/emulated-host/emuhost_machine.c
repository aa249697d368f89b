// SPDX-License-Identifier: GPL-2.0-only
/*
 * The processes of an emulated host. See emuhost_machine.h.
 */
#include "vmm/emulated-host/emuhost_machine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define pr_fmt(fmt) "emulated host: " fmt
#include "lib/common/util/log.h"
#include "lib/common/util/util.h"
#include "vmm/emulated-host/emuhost_clock.h"
#include "vmm/emulated-host/emuhost_confine.h"

#define REAP_LIMIT_MS	5000
#define MAX_ARGS	128
/*
 * An instruction takes 2^this ns of virtual time. On a busy machine TCG does
 * some 20 to 100 million a second of a VM's, so a second of virtual time is a
 * few of real ones, and the agent's heartbeats come often enough.
 */
#define ICOUNT_SHIFT	3

/*
 * quiet, unless KTSTR_VERBOSE is set: each character on the console is an exit.
 * tsc=reliable: no watchdog that takes the TSC for broken when the real host
 * was busy for a while; the other clocks cost an exit per look.
 * transparent_hugepage_shmem: our VMM asks for huge pages; under nested paging
 *	a VM then boots in two thirds of the time.
 * initcall_blacklist: parsing a certificate takes 0.2 s; nothing here needs it.
 */
#define CMDLINE	"console=ttyS0 panic=-1 oops=panic reboot=t "	\
	"mitigations=off nokaslr audit=0 lsm= tsc=reliable "		\
	"no_timer_check random.trust_cpu=on "				\
	"transparent_hugepage_shmem=advise "				\
	"initcall_blacklist=load_system_certificate_list"

/* ---- a command line that grows ---- */

struct args {
	char *v[MAX_ARGS + 1];
	unsigned int n;
	int err;
};

static void __printf(2, 3) args_add(struct args *args, const char *fmt, ...)
{
	va_list ap;
	int len = -1;

	va_start(ap, fmt);
	if (args->n < MAX_ARGS)
		len = vasprintf(&args->v[args->n], fmt, ap);
	va_end(ap);
	if (len < 0)
		args->err = -ENOMEM;
	else
		args->v[++args->n] = NULL;
}

static void args_exit(struct args *args)
{
	while (args->n)
		free(args->v[--args->n]);
}

/* ---- children ---- */

/*
 * How to start one.
 * @keep: descriptors that it inherits, ends with -1
 * @log: its stdout and stderr
 * @cpu: where all of it is to run; -1: anywhere
 * @drop_caps: capabilities that it does without, a bit each
 * @plain_files: it may give no file a set-user-ID or set-group-ID bit
 */
struct spawn {
	const char *name;
	const struct args *args;
	const int *keep;
	int log;
	int cpu;
	unsigned long long drop_caps;
	bool plain_files;
};

static int child_confine(const struct spawn *sp)
{
	int err = confine_all(sp->keep);

	if (!err)
		err = confine_capabilities(sp->drop_caps);
	if (!err && sp->plain_files)
		err = confine_modes();
	return err;
}

/* Between fork and exec: async-signal-safe calls only. */
static void __noreturn child_exec(const struct spawn *sp, pid_t parent)
{
	char *const *argv = sp->args->v;
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	cpu_set_t cpus;
	sigset_t none;
	int null, i, err;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	/* Ctrl-C is for the launcher, which then kills us. */
	setpgid(0, 0);
	null = open("/dev/null", O_RDONLY);
	dup2(null, STDIN_FILENO);
	dup2(sp->log, STDOUT_FILENO);
	dup2(sp->log, STDERR_FILENO);
	for (i = 1; i < NSIG; i++)
		sigaction(i, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (sp->cpu >= 0) {
		CPU_ZERO(&cpus);
		CPU_SET(sp->cpu, &cpus);
		/* It works elsewhere too, but not always. */
		sched_setaffinity(0, sizeof(cpus), &cpus);
	}
	err = child_confine(sp);
	if (!err) {
		execv(argv[0], argv);
		err = -errno;
	}
	dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(-err));
	_exit(127);
}

static int child_spawn(struct emu_machine *m, const struct spawn *sp)
{
	struct emuhost_child *c = &m->children[m->nr_children];
	pid_t parent = getpid();
	int err;

	if (sp->args->err)
		return sp->args->err;
	c->pid = fork();
	if (!c->pid)
		child_exec(sp, parent);
	if (c->pid < 0) {
		err = -errno;
		pr_err("cannot start %s: %s", sp->name, strerror(-err));
		return err;
	}
	c->name = sp->name;
	m->nr_children++;
	c->pidfd = syscall(SYS_pidfd_open, c->pid, 0);
	if (c->pidfd < 0) {
		err = -errno;
		pr_err("cannot watch %s: %s", sp->name, strerror(-err));
		return err;
	}
	return 0;
}

/* SIGKILL has been sent; a process may still be stuck in the kernel. */
static void child_reap(struct emuhost_child *c)
{
	struct pollfd pfd = { .fd = c->pidfd, .events = POLLIN };

	if (c->pid && c->pidfd >= 0 && poll(&pfd, 1, REAP_LIMIT_MS) == 0)
		pr_warn("%s (pid %d) does not die", c->name, c->pid);
	else if (c->pid)
		waitpid(c->pid, NULL, 0);
	c->pid = 0;
	if (c->pidfd >= 0)
		close(c->pidfd);
	c->pidfd = -1;
}

/* ---- virtiofsd ---- */

/*
 * A connection to a virtiofsd that is still to be started: it wants a socket
 * that listens. The address is the kernel's choice, in the abstract
 * namespace, where all users may connect: with a backlog of 0 there is room
 * for one, which is us, and a virtiofsd serves no second one.
 */
static int fs_connect(int *listener, int *connection)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(addr);

	*connection = -1;
	*listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*listener < 0)
		return -errno;
	*connection = socket(AF_UNIX,
			     SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*connection < 0 ||
	    bind(*listener, (struct sockaddr *)&addr, sizeof(sa_family_t)) ||
	    getsockname(*listener, (struct sockaddr *)&addr, &len) ||
	    listen(*listener, 0) ||
	    connect(*connection, (struct sockaddr *)&addr, len))
		return -errno;
	return fcntl(*connection, F_SETFL, 0) ? -errno : 0;
}

/*
 * The root is looked at once and then believed for good: by `auto`, each open
 * of a file drops its pages, and a program takes four times as long to start.
 * A file that is replaced meanwhile is still seen whole, as it was. What is
 * written to is looked at anew: others may write there too.
 *
 * @connection: gets QEMU's end
 */
static int fs_start(struct emu_machine *m, const struct emuhost_entry *entry,
		    const char *dir, bool writable, int log, int *connection)
{
	struct args args = { };
	int keep[2] = { -1, -1 };
	const struct spawn spawn = {
		.name = "virtiofsd", .args = &args, .keep = keep, .log = log,
		.cpu = -1, .drop_caps = 1ULL << CAP_MKNOD | 1ULL << CAP_SETFCAP,
		.plain_files = true,
	};
	int err;

	err = fs_connect(&keep[0], connection);
	if (err) {
		pr_err("socket: %s", strerror(-err));
		goto out_close;
	}
	args_add(&args, "%s/virtiofsd", entry->dir);
	args_add(&args, "--fd=%d", keep[0]);
	args_add(&args, "--shared-dir=%s", dir);
	args_add(&args, "--sandbox=none");
	args_add(&args, "--log-level=error");
	args_add(&args, writable ? "--cache=auto" : "--cache=always");
	if (!writable)
		args_add(&args, "--readonly");
	/* It would ask for those that it was started without. */
	args_add(&args, "--modcaps=-mknod:-setfcap");
	err = child_spawn(m, &spawn);
	args_exit(&args);

out_close:
	if (keep[0] >= 0)
		close(keep[0]);
	return err;
}

/* ---- QEMU ---- */

/* The far ends of what the launcher holds; -1: none. */
struct ends {
	int port;
	int console;
	int log;
	int qmp;
	int fs[1 + EMUHOST_MAX_SHARES];
	unsigned int nr_fs;
};

static void ends_close(struct ends *ends)
{
	unsigned int i;

	for (i = 0; i < ends->nr_fs; i++)
		if (ends->fs[i] >= 0)
			close(ends->fs[i]);
	if (ends->port >= 0)
		close(ends->port);
	if (ends->console >= 0)
		close(ends->console);
	if (ends->log >= 0)
		close(ends->log);
	if (ends->qmp >= 0)
		close(ends->qmp);
}

static void qemu_args(struct args *args, const struct emu_config *config,
		      const struct ends *ends)
{
	unsigned int khz = emuhost_clock_tsc_khz(config->clock), i;
	char tsc[40] = "";

	if (khz)
		snprintf(tsc, sizeof(tsc), " tsc_early_khz=%u", khz);
	args_add(args, "%s/qemu", config->entry->qemu);
	args_add(args, "-name");
	args_add(args, "emulated-host,process=emulated-host");
	/* What is not named here, such as to open its files, it may. */
	args_add(args, "-sandbox");
	args_add(args, "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
	args_add(args, "-no-user-config");
	args_add(args, "-nodefaults");
	args_add(args, "-display");
	args_add(args, "none");
	args_add(args, "-no-reboot");
	args_add(args, "-accel");
	args_add(args, "tcg");
	if (config->clock == EMUHOST_CLOCK_VIRTUAL) {
		args_add(args, "-icount");
		args_add(args, "shift=%d", ICOUNT_SHIFT);
	}
	args_add(args, "-cpu");
	args_add(args, "EPYC-Rome,+svm,+npt");
	/* Never more: QEMU's threads race on the kernel's code patching. */
	args_add(args, "-smp");
	args_add(args, "1");
	args_add(args, "-machine");
	args_add(args, "q35,memory-backend=ram,usb=off,sata=off,smbus=off,i8042=off");
	args_add(args, "-m");
	args_add(args, "%u", config->memory_mb);
	args_add(args, "-object");
	args_add(args, "memory-backend-memfd,id=ram,share=on,size=%uM",
		 config->memory_mb);
	args_add(args, "-kernel");
	args_add(args, "%s/kernel", config->entry->dir);
	args_add(args, "-initrd");
	args_add(args, "/proc/self/fd/%d", config->initrd);
	args_add(args, "-append");
	args_add(args, "%s%s%s", CMDLINE, tsc, log_verbose() ? "" : " quiet");
	args_add(args, "-chardev");
	args_add(args, "socket,id=console,fd=%d", ends->console);
	args_add(args, "-serial");
	args_add(args, "chardev:console");
	args_add(args, "-device");
	args_add(args, "virtio-serial-pci,max_ports=2");
	args_add(args, "-chardev");
	args_add(args, "socket,id=agent,fd=%d", ends->port);
	args_add(args, "-device");
	args_add(args, "virtserialport,nr=1,chardev=agent");
	if (ends->qmp >= 0) {
		args_add(args, "-chardev");
		args_add(args, "socket,id=qmp,fd=%d", ends->qmp);
		args_add(args, "-mon");
		args_add(args, "chardev=qmp,mode=control");
	}
	for (i = 0; i < ends->nr_fs; i++) {
		args_add(args, "-chardev");
		args_add(args, "socket,id=fs%u,fd=%d", i, ends->fs[i]);
		args_add(args, "-device");
		if (i)
			args_add(args, "vhost-user-fs-pci,chardev=fs%u,tag=w%u",
				 i, i - 1);
		else
			args_add(args, "vhost-user-fs-pci,chardev=fs0,tag=root");
	}
}

static int qemu_start(struct emu_machine *m, const struct emu_config *config,
		      const struct ends *ends)
{
	int keep[5 + 1 + EMUHOST_MAX_SHARES], n = 0, err;
	struct args args = { };
	struct spawn spawn = {
		.name = "QEMU", .args = &args, .keep = keep, .log = ends->log,
		.drop_caps = CONFINE_ALL_CAPS,
	};
	unsigned int i;

	keep[n++] = config->initrd;
	keep[n++] = ends->port;
	keep[n++] = ends->console;
	if (ends->qmp >= 0)
		keep[n++] = ends->qmp;
	for (i = 0; i < ends->nr_fs; i++)
		keep[n++] = ends->fs[i];
	keep[n] = -1;
	qemu_args(&args, config, ends);
	emuhost_cpu_take(&m->cpu, EMUHOST_CPU_PREFIX);
	spawn.cpu = m->cpu.nr;
	err = child_spawn(m, &spawn);
	args_exit(&args);
	return err;
}

/* ---- all of it ---- */

static int set_nonblock(int fd)
{
	return fcntl(fd, F_SETFL, O_NONBLOCK) ? -errno : 0;
}

static int open_ends(struct emu_machine *m, struct ends *ends, bool qmp)
{
	int pair[2];

	if (qmp) {
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
			return -errno;
		m->qmp = pair[0];
		ends->qmp = pair[1];
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -errno;
	m->port = pair[0];
	ends->port = pair[1];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -errno;
	m->console = pair[0];
	ends->console = pair[1];
	if (pipe2(pair, O_CLOEXEC))
		return -errno;
	m->log = pair[0];
	ends->log = pair[1];
	return set_nonblock(m->port) ?: set_nonblock(m->console) ?:
	       set_nonblock(m->log);
}

int emu_machine_start(struct emu_machine *m, const struct emu_config *config)
{
	const struct emuhost_request *req = config->req;
	struct ends ends = {
		.port = -1, .console = -1, .log = -1, .qmp = -1,
	};
	unsigned int i;
	int err;

	*m = (struct emu_machine) {
		.port = -1, .console = -1, .log = -1, .qmp = -1,
		.cpu = EMUHOST_CPU_NONE,
	};
	err = open_ends(m, &ends, config->qmp);
	if (err) {
		pr_err("sockets: %s", strerror(-err));
		goto out_close;
	}
	for (i = 0; i < 1 + req->nr_shares; i++) {
		ends.nr_fs++;
		err = fs_start(m, config->entry, i ? req->shares[i - 1] : "/", i,
			       ends.log, &ends.fs[i]);
		if (err)
			goto out_close;
	}
	err = qemu_start(m, config, &ends);

out_close:
	ends_close(&ends);
	return err;
}

void emu_machine_stop(struct emu_machine *m)
{
	unsigned int i;

	for (i = 0; i < m->nr_children; i++)
		if (m->children[i].pid)
			kill(m->children[i].pid, SIGKILL);
	for (i = 0; i < m->nr_children; i++)
		child_reap(&m->children[i]);
	m->nr_children = 0;
	emuhost_cpu_give_back(&m->cpu);
	if (m->port >= 0)
		close(m->port);
	if (m->console >= 0)
		close(m->console);
	if (m->log >= 0)
		close(m->log);
	if (m->qmp >= 0)
		close(m->qmp);
	m->port = -1;
	m->console = -1;
	m->log = -1;
	m->qmp = -1;
}

int emu_machine_died(struct emu_machine *m, char *text, size_t size)
{
	unsigned int i;
	int status;

	/* QEMU is the last; a virtiofsd's end may be the reason for its own. */
	for (i = 0; i < m->nr_children; i++) {
		struct emuhost_child *c = &m->children[i];

		if (!c->pid || waitpid(c->pid, &status, WNOHANG) != c->pid)
			continue;
		c->pid = 0;
		if (WIFSIGNALED(status))
			snprintf(text, size, "%s was killed by signal %d",
				 c->name, WTERMSIG(status));
		else
			snprintf(text, size, "%s ended with status %d",
				 c->name, WEXITSTATUS(status));
		return 1;
	}
	return 0;
}
