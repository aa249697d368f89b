// SPDX-License-Identifier: GPL-2.0-only
/*
 * The processes of an emulated host. See emuhost_machine.h.
 */
#include "vmm/emulated-host/emuhost_machine.h"

#include <errno.h>
#include <fcntl.h>
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
#include "lib/util/log.h"
#include "lib/util/util.h"

#define REAP_LIMIT_MS	5000
#define MAX_ARGS	128

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

/* Between fork and exec: async-signal-safe calls only. */
static void __noreturn child_exec(char *const *argv, const int *keep, int log,
				  pid_t parent, int cpu)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	cpu_set_t cpus;
	sigset_t none;
	int null, i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	/* Ctrl-C is for the launcher, which then kills us. */
	setpgid(0, 0);
	null = open("/dev/null", O_RDONLY);
	dup2(null, STDIN_FILENO);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	for (; *keep >= 0; keep++)
		fcntl(*keep, F_SETFD, 0);
	for (i = 1; i < NSIG; i++)
		sigaction(i, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (cpu >= 0) {
		CPU_ZERO(&cpus);
		CPU_SET(cpu, &cpus);
		/* It works elsewhere too, but not always. */
		sched_setaffinity(0, sizeof(cpus), &cpus);
	}
	execv(argv[0], argv);
	dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/*
 * @keep: descriptors that it inherits, ends with -1.
 * @cpu: where all of it is to run; -1: anywhere.
 */
static int child_spawn(struct machine *m, const char *name,
		       const struct args *args, const int *keep, int log,
		       int cpu)
{
	struct emuhost_child *c = &m->children[m->nr_children];
	pid_t parent = getpid();
	int err;

	if (args->err)
		return args->err;
	c->pid = fork();
	if (!c->pid)
		child_exec(args->v, keep, log, parent, cpu);
	if (c->pid < 0) {
		err = -errno;
		pr_err("cannot start %s: %s", name, strerror(-err));
		return err;
	}
	c->name = name;
	m->nr_children++;
	c->pidfd = syscall(SYS_pidfd_open, c->pid, 0);
	if (c->pidfd < 0) {
		err = -errno;
		pr_err("cannot watch %s: %s", name, strerror(-err));
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
static int fs_start(struct machine *m, const struct emuhost_entry *entry,
		    const char *dir, bool writable, int log, int *connection)
{
	struct args args = { };
	int keep[2] = { -1, -1 };
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
	err = child_spawn(m, "virtiofsd", &args, keep, log, -1);
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
}

static void qemu_args(struct args *args, const struct emuhost_entry *entry,
		      const struct ends *ends, int initrd,
		      unsigned int memory_mb)
{
	unsigned int i;

	args_add(args, "%s/qemu", entry->dir);
	args_add(args, "-name");
	args_add(args, "emulated-host,process=emulated-host");
	args_add(args, "-no-user-config");
	args_add(args, "-nodefaults");
	args_add(args, "-display");
	args_add(args, "none");
	args_add(args, "-no-reboot");
	args_add(args, "-accel");
	args_add(args, "tcg");
	args_add(args, "-cpu");
	args_add(args, "EPYC-Rome,+svm,+npt");
	/* Never more: QEMU's threads race on the kernel's code patching. */
	args_add(args, "-smp");
	args_add(args, "1");
	args_add(args, "-machine");
	args_add(args, "q35,memory-backend=ram,usb=off,sata=off,smbus=off,i8042=off");
	args_add(args, "-m");
	args_add(args, "%u", memory_mb);
	args_add(args, "-object");
	args_add(args, "memory-backend-memfd,id=ram,share=on,size=%uM",
		 memory_mb);
	args_add(args, "-kernel");
	args_add(args, "%s/kernel", entry->dir);
	args_add(args, "-initrd");
	args_add(args, "/proc/self/fd/%d", initrd);
	args_add(args, "-append");
	args_add(args, "%s%s", CMDLINE, log_verbose() ? "" : " quiet");
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

static int qemu_start(struct machine *m, const struct emuhost_entry *entry,
		      const struct ends *ends, int initrd,
		      unsigned int memory_mb)
{
	int keep[4 + 1 + EMUHOST_MAX_SHARES], n = 0, err;
	struct args args = { };
	unsigned int i;

	keep[n++] = initrd;
	keep[n++] = ends->port;
	keep[n++] = ends->console;
	for (i = 0; i < ends->nr_fs; i++)
		keep[n++] = ends->fs[i];
	keep[n] = -1;
	qemu_args(&args, entry, ends, initrd, memory_mb);
	if (emuhost_cpu_needed(entry->version))
		emuhost_cpu_take(&m->cpu, EMUHOST_CPU_PREFIX);
	err = child_spawn(m, "QEMU", &args, keep, ends->log, m->cpu.nr);
	args_exit(&args);
	return err;
}

/* ---- all of it ---- */

static int set_nonblock(int fd)
{
	return fcntl(fd, F_SETFL, O_NONBLOCK) ? -errno : 0;
}

static int open_ends(struct machine *m, struct ends *ends)
{
	int pair[2];

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

int machine_start(struct machine *m, const struct emuhost_entry *entry,
		  const struct emuhost_request *req, int initrd,
		  unsigned int memory_mb)
{
	struct ends ends = { .port = -1, .console = -1, .log = -1 };
	unsigned int i;
	int err;

	*m = (struct machine) {
		.port = -1, .console = -1, .log = -1, .cpu = EMUHOST_CPU_NONE,
	};
	err = open_ends(m, &ends);
	if (err) {
		pr_err("sockets: %s", strerror(-err));
		goto out_close;
	}
	for (i = 0; i < 1 + req->nr_shares; i++) {
		ends.nr_fs++;
		err = fs_start(m, entry, i ? req->shares[i - 1] : "/", i,
			       ends.log, &ends.fs[i]);
		if (err)
			goto out_close;
	}
	err = qemu_start(m, entry, &ends, initrd, memory_mb);

out_close:
	ends_close(&ends);
	return err;
}

void machine_stop(struct machine *m)
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
	m->port = -1;
	m->console = -1;
	m->log = -1;
}

int machine_died(struct machine *m, char *text, size_t size)
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
