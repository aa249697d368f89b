// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of the VM, the wanted one and the one by a fault of init.
 */
#include "init/init.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/util.h"

#define COM2_FLUSH_MS	500

/* A signal handler gets no argument of ours: this is its only way to it. */
static struct init *fault_init;

/* What COM2 has not sent when the machine resets is lost. */
static void poweroff_flush_com2(const struct init *in)
{
	const struct timespec pause = { .tv_nsec = NSEC_PER_MSEC / 4 };
	uint64_t end_ns = clock_now_ns() + COM2_FLUSH_MS * NSEC_PER_MSEC;
	int left = 0;

	while (in->com2 >= 0 && !ioctl(in->com2, TIOCOUTQ, &left) && left &&
	       clock_now_ns() < end_ns)
		nanosleep(&pause, NULL);
}

/*
 * A reset, not RB_POWER_OFF: a kernel that has no way to switch the power off,
 * as in a VM without ACPI's, halts instead, and nobody would ever hear of it.
 */
void poweroff(struct init *in)
{
	poweroff_flush_com2(in);
	reboot(RB_AUTOBOOT);
	/* It was refused. PID 1's end is a panic, which the host notices. */
	_exit(1);
}

static void fault_handler(int sig, siginfo_t *info, void *context)
{
	struct init *in = fault_init;

	(void)context;
	if (info->si_code <= 0)
		init_crash(in, "init got signal %d (%s) from process %d", sig,
			   strsignal(sig), info->si_pid);
	else
		init_crash(in, "init got signal %d (%s) at address %p", sig,
			   strsignal(sig), info->si_addr);
	poweroff(in);
}

void poweroff_on_faults(struct init *in)
{
	static const int signals[] = {
		SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP,
	};
	static char stack[16384];
	const stack_t alt = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction sa = {
		.sa_sigaction = fault_handler,
		/* A second fault in the handler ends PID 1: a panic. */
		.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND,
	};
	size_t i;

	fault_init = in;
	sigaltstack(&alt, NULL);
	for (i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &sa, NULL);
}
