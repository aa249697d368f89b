/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ktstr-init, PID 1 of the guest: what its files share.
 *
 * One thread, one loop. main() in ktstr-init.c goes through the stages in
 * order; whenever a stage has to wait for something, loop_until() serves all
 * sources meanwhile. A function that fails has reported why with init_crash()
 * and returns a negative errno; main() then only cleans up and powers off.
 */
#ifndef KTSTR_INIT_INIT_H
#define KTSTR_INIT_INIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/common/util/compiler.h"
#include "lib/common/wire/plan.h"
#include "lib/common/wire/steal.h"
#include "lib/common/wire/wire.h"

struct init;

/* Where things are in the guest. */
#define CGROUP_ROOT	"/sys/fs/cgroup"
#define CGROUP_PARENT	CGROUP_ROOT "/ktstr"		/* ENV_CGROUP */
#define CGROUP_PATH_SIZE	64
#define CGROUP_TEST	CGROUP_ROOT "/ktstr-test"	/* the test program */

#define INIT_TICK_MS	100	/* sched_ext's state */
#define INIT_IDLE_MS	1000	/* as long as nobody needs that */
#define INIT_KILL_MS	5000	/* for a process to die of SIGKILL */

/**
 * enum source_id - what init listens to; one row each in struct loop
 */
enum source_id {
	SRC_CHILD,		/* signalfd: a child has ended */
	SRC_UEVENT,		/* netlink: sched_ext was enabled or disabled */
	SRC_SCHED_LOG,		/* pipe: the scheduler's stdout and stderr */
	SRC_SCX_DUMP,		/* trace_pipe: sched_ext's dumps */
	SRC_KMSG,		/* /dev/kmsg: what sched_ext says of an end */
	SRC_TEST_START,		/* pipe: whether the test program could start */
	SRC_TEST_WIRE,		/* socket: records of the test program */
	SRC_TEST_OUTPUT,	/* pipe: its stdout and stderr */
	SRC_PROBE_WIRE,		/* socket: records of ktstr-probe */
	SRC_PROBE_OUTPUT,	/* pipe: its stdout and stderr */
	SRC_COUNT
};

/**
 * struct init_source - one thing to listen to
 * @fd: -1 when it is not there
 * @serve: called when @fd is readable; reads once, without blocking
 * @rest_until_ns: not looked at before: text can wait until there is more
 */
struct init_source {
	int fd;
	bool (*serve)(struct init *in, struct init_source *src);
	uint64_t rest_until_ns;
};

/**
 * struct init_tick - what is done with each tick; in a list that @run ends
 */
struct init_tick {
	void (*run)(struct init *in);
};

/**
 * struct process - the scheduler, the test program, or ktstr-probe
 * @pid: 0 while it was not started
 * @reaped: told when it has ended; set with @pid
 * @status: as waitpid() gave it
 * @exited: it was started, and it has ended
 * @timed_out: init had to kill it
 * @no_news: whatever becomes of it now is init's own doing
 * @start_error: why it could not be started, 0 or -errno
 */
struct process {
	pid_t pid;
	void (*reaped)(struct init *in, int status);
	int status;
	bool exited;
	bool timed_out;
	bool no_news;
	int start_error;
};

/**
 * struct sched_spec - a scheduler to start
 * @path: its program
 * @ops: what its name in sched_ext begins with, NULL for any
 * @args: its arguments
 * @n_args: their number
 */
struct sched_spec {
	const char *path;
	const char *ops;
	const char *const *args;
	unsigned int n_args;
};

/**
 * struct sched_ask - what the test program has asked for
 * @pending: it has, and init has not answered
 * @n: strings in @text, as struct wire_sched_ask has them
 * @at: where each begins
 * @text: all of them
 */
struct sched_ask {
	bool pending;
	unsigned int n;
	const char *at[WIRE_SCHED_STRINGS + PLAN_LIST_MAX];
	char text[WIRE_SCHED_TEXT_MAX];
};

/**
 * struct init - everything
 * @com2: the second serial port, -1 when there is none
 * @ring: the host's ring; ring.hdr is NULL until it was found
 * @ring_stuck: the host does not read: do not wait for it with every line
 * @plan: what to do
 * @stage: the last one that was reported
 * @failed: the run is lost; nothing but clean-up follows, no stage either
 * @sources: what loop_until() listens to
 * @ticks: what to look at that has no file descriptor
 * @next_tick_ns: when to do that
 * @sched: the scheduler
 * @test: the test program
 * @prober: ktstr-probe, in a repro VM
 * @prober_ready: its probes of the kernel are set
 * @prober_attached: those of the scheduler's programs, too
 * @scx_state_fd: sched_ext's state file, -1 when it is not watched
 * @scx_state: what it said last
 * @attached: the scheduler was enabled
 * @scx_leaving: the kernel has begun to throw it out; its state will follow
 * @gone_ns: since when it is not any more, 0 when it is
 * @gone: the same, for how long
 * @ask: another scheduler that the test program asks for
 * @buf: for one record; only within one call of a source
 */
struct init {
	int com2;
	struct wire_writer ring;
	bool ring_stuck;
	struct plan plan;
	enum wire_stage stage;
	bool failed;

	struct init_source sources[SRC_COUNT];
	const struct init_tick *ticks;
	uint64_t next_tick_ns;

	struct process sched;
	struct process test;
	struct process prober;
	bool prober_ready;
	bool prober_attached;
	int scx_state_fd;
	char scx_state[32];
	bool attached;
	bool scx_leaving;
	uint64_t gone_ns;
	struct wire_steal_wait gone;
	struct sched_ask ask;

	char buf[WIRE_REC_MAX + 64];
};

/* ---- report.c: what the host gets to hear ---- */

/**
 * report_open_com2() - stages and crashes go there too; may fail silently
 */
void report_open_com2(struct init *in);

/**
 * init_stage() - a stage was reached
 *
 * Nothing is said after a crash, nor of one that was passed before: a scheduler
 * may be attached while the body runs.
 */
void init_stage(struct init *in, enum wire_stage stage);

/**
 * init_crash() - the run has failed, and this is why
 *
 * Only the first one is reported. Return: -1, for the caller to return.
 */
int __printf(2, 3) init_crash(struct init *in, const char *fmt, ...);

/**
 * init_missing() - the guest lacks what the run needs: nobody has failed
 *
 * Nothing but clean-up follows, as after init_crash().
 *
 * Return: -1, for the caller to return.
 */
int __printf(2, 3) init_missing(struct init *in, const char *fmt, ...);

/**
 * init_ours() - the machine is not as it was to be: nobody under test has failed
 *
 * Nothing but clean-up follows, as after init_crash().
 *
 * Return: -1, for the caller to return.
 */
int __printf(2, 3) init_ours(struct init *in, const char *fmt, ...);

/**
 * init_put() - a record for the host; waits a while for room in the ring
 */
void init_put(struct init *in, enum wire_type type, const void *payload,
	      size_t len);

/* ---- loop.c ---- */

/**
 * loop_init() - no sources yet
 * @ticks: all that is looked at each INIT_TICK_MS
 */
void loop_init(struct init *in, const struct init_tick *ticks);

/**
 * loop_watch() - listen to @fd, which is the loop's from here on
 */
void loop_watch(struct init *in, enum source_id id, int fd,
		bool (*serve)(struct init *in, struct init_source *src));
void loop_forget(struct init *in, enum source_id id);

/**
 * loop_drain() - serve one source until it has no more
 *
 * Somebody may write for ever: reads at most a few megabytes.
 */
void loop_drain(struct init *in, enum source_id id);

/**
 * loop_steal() - what the host tells that it takes, NULL without the ring
 */
const struct wire_steal *loop_steal(const struct init *in);

/**
 * loop_until() - serve all sources until @done or @timeout_ms
 *
 * What the host takes meanwhile does not count, see steal_own_ns().
 *
 * Return: true when @done, false when the time is over.
 */
bool loop_until(struct init *in, bool (*done)(const struct init *in),
		unsigned int timeout_ms);

/**
 * loop_forward() - a source's serve(): read once, send it as @type
 *
 * Lets the source rest then: init, which preempts everybody, is not to run for
 * each line. Leaves what it read in @in->buf, with a NUL behind it.
 *
 * Return: false when there is nothing to read now.
 */
bool loop_forward(struct init *in, struct init_source *src,
		  enum wire_type type);

/* ---- tick.c ---- */

extern const struct init_tick init_ticks[];

/* ---- mounts.c, setup.c, cgroup.c: the guest's surroundings ---- */

/**
 * mount_proc() - what everything else needs
 */
int mount_proc(struct init *in);

/**
 * mount_rest() - all other file systems
 */
int mount_rest(struct init *in);

/**
 * setup_plan() - read the plan
 */
int setup_plan(struct init *in);

/**
 * setup_ring_from_cmdline() - map the ring, if the command line names it
 */
int setup_ring_from_cmdline(struct init *in);

/**
 * setup_ring_from_plan() - map the ring, if that was not done yet
 */
int setup_ring_from_plan(struct init *in);

/**
 * setup_sysctls() - those of the plan
 */
int setup_sysctls(struct init *in);

/**
 * setup_enable() - write what switches on a scheduler of the kernel's own
 */
int setup_enable(struct init *in);

/**
 * setup_disable() - write what switches it off again
 */
void setup_disable(struct init *in);

/**
 * setup_system() - limits, network, init's own priority
 */
int setup_system(struct init *in);

/**
 * load_get() - wait for what this run has of its own, and unpack it
 */
int load_get(struct init *in);

/**
 * load_unpack() - the files of a newc archive, below the current directory
 *
 * Return: 0; else it was reported: what is there already is not written again.
 */
int load_unpack(struct init *in, const void *archive, size_t len);

/**
 * cpus_check() - have all CPUs of the plan come up?
 */
int cpus_check(struct init *in);

int cgroup_setup(struct init *in);

/**
 * cgroup_kill_tests() - SIGKILL for the test program and all it has started
 */
void cgroup_kill_tests(const struct init *in);

/**
 * cgroup_setup_parent() - make the cgroup that the plan has tests' cgroups in
 */
int cgroup_setup_parent(struct init *in);

/**
 * cgroup_parent() - the cgroup that tests' cgroups are made in
 * @path: gets its path, in @size bytes: CGROUP_PATH_SIZE are enough
 *
 * Return: @path.
 */
const char *cgroup_parent(const struct init *in, char *path, size_t size);

/* ---- child.c ---- */

/**
 * struct child_spec - a program to start
 * @path: the program
 * @args: its arguments behind argv[0], which is @path
 * @envp: its environment
 * @output: its stdout and stderr
 * @tty: path of the terminal that it has instead, in a session of its own; NULL
 *	for none
 * @keep: a descriptor that it inherits, -1 for none
 * @cgroup: path of the cgroup that it starts in; NULL for init's
 */
struct child_spec {
	const char *path;
	const char *const *args;
	unsigned int n_args;
	char *const *envp;
	int output;
	const char *tty;
	int keep;
	const char *cgroup;
};

/**
 * child_start() - start a program in a process group of its own
 * @error_fd: gets a pipe to read child_start_error() from
 *
 * A scheduler that lets nobody run does not let the child get to its execve()
 * either: only wait for that when there is none.
 *
 * Return: its pid, or -errno.
 */
pid_t child_start(const struct child_spec *spec, int *error_fd);

/**
 * child_start_error() - read whether the child has become the program
 *
 * Return: 0 when it has, -errno when it could not.
 */
int child_start_error(int error_fd);

/**
 * child_watch() - have children reaped by the loop
 */
int child_watch(struct init *in);

/**
 * child_describe() - "exit status 1", "signal 11 (Segmentation fault)"
 */
const char *child_describe(int status, char *buf, size_t size);

/* ---- sched.c ---- */

/**
 * sched_start() - start the plan's scheduler, wait until it is enabled
 */
int sched_start(struct init *in);

/**
 * sched_attach() - start a scheduler, wait until it is enabled
 * @why: gets one sentence when it is not
 *
 * Return: 0; -1, with the process still there if it is.
 */
int sched_attach(struct init *in, const struct sched_spec *spec, char *why,
		 size_t size);

/**
 * sched_detach() - have it end because that is wanted, and forget it
 * @why: gets one sentence when it went another way
 *
 * Of its end the host hears nothing but what the kernel has to say.
 *
 * Return: 0, -1; when it had died before it stays as it is.
 */
int sched_detach(struct init *in, char *why, size_t size);

/**
 * sched_stop() - have it detach and end; kill it when it does not
 */
void sched_stop(struct init *in);

/* ---- switch.c ---- */

/**
 * switch_take() - the test program asks for another scheduler
 * @payload: of its record
 * @len: bytes there
 *
 * Return: NULL, or what is wrong with the record.
 */
const char *switch_take(struct init *in, const void *payload, size_t len);

/**
 * switch_serve() - do what was asked for, and answer
 */
void switch_serve(struct init *in);

/* ---- scx.c ---- */

/**
 * scx_watch() - watch sched_ext's state and dumps
 */
int scx_watch(struct init *in);

/**
 * scx_update() - look at the state now, tell the host of a change
 */
void scx_update(struct init *in);

/**
 * scx_note_gone() - from now on it is not enabled any more
 */
void scx_note_gone(struct init *in);

/**
 * scx_ops_name() - the name of the scheduler that is enabled
 * @ops: gets it
 * @size: bytes at @ops
 *
 * Return: is there one?
 */
bool scx_ops_name(char *ops, size_t size);

/**
 * scx_enabled() - is a scheduler enabled, by what scx_update() saw?
 */
bool scx_enabled(const struct init *in);

/**
 * scx_drain() - take in what sched_ext has said until now
 */
void scx_drain(struct init *in);

/**
 * scx_settle() - if the scheduler is on its way out, wait until it is
 *
 * A kernel that ends a stall lets everybody run first, the test program too,
 * which may then be done before the scheduler has become "disabled".
 */
void scx_settle(struct init *in);

/**
 * scx_dump() - have the kernel dump its sched_ext state into the trace
 */
void scx_dump(void);

/**
 * scx_disable() - throw the scheduler out, so that processes can run, and end
 */
void scx_disable(void);

/* ---- test.c ---- */

/**
 * test_run() - run the test program to its end
 */
int test_run(struct init *in);

/**
 * test_record_check() - is this a record that a program may send?
 * @datagram: {u32 type, u32 zero, payload}
 * @len: its length
 * @type: gets its type
 *
 * Return: NULL, or what is wrong with it.
 */
const char *test_record_check(const void *datagram, size_t len,
			      uint32_t *type);

/* ---- prober.c ---- */

/**
 * prober_start() - where the plan has it, start ktstr-probe
 *
 * Return: 0, also when it could not be: the host is told.
 */
int prober_start(struct init *in);

/**
 * prober_settle() - give it time to probe the scheduler's programs
 *
 * Return: 0, also when it could not: the host is told.
 */
int prober_settle(struct init *in);

/**
 * prober_stop() - have it hand over what it saw, and end
 */
void prober_stop(struct init *in);

/* ---- poweroff.c ---- */

/**
 * poweroff_on_faults() - when init itself faults, say so and power off
 */
void poweroff_on_faults(struct init *in);

/**
 * poweroff() - end the VM
 */
void __noreturn poweroff(struct init *in);

#endif /* KTSTR_INIT_INIT_H */
