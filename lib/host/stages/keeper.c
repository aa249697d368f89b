// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stage's keeper: a process of ours between the runner and the stage.
 *
 * It is a subreaper, so what the stage starts, whatever sessions and groups are
 * made in there, is found below it and ended when the stage is over, when the
 * runner says so (SIGTERM), and when the runner dies of whatever (the same signal,
 * by PR_SET_PDEATHSIG). It removes the stage's folders last. Were it killed itself,
 * all of that would come to the runner, which is a subreaper as well.
 *
 * It keeps open what the runner was given: run_ktstr.sh waits behind a pipe until
 * the last of us is gone. The stage gets none of it.
 */
#include "lib/host/stages/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common/util/children.h"
#include "lib/common/util/util.h"

#define MAX_WORDS	64
#define TERM_MS		3000
#define KILL_MS		5000
#define REMOVE_MS	60000
#define STATUS_NOT_RUN	127

/**
 * struct stage_command - how a stage is started
 * @words: of the command line, NULL behind the last
 * @n: their number
 * @text: they are in there
 */
struct stage_command {
	char *words[MAX_WORDS + 1];
	unsigned int n;
	struct strbuf text;
};

static void out_scratch(const struct check *check, const struct stage *stage,
			char *path)
{
	snprintf(path, CHECK_PATH_SIZE, "%s/check/%s", check->world->out,
		 stage->name);
}

/* Large trees are linked to there, so it has to be where these are. */
static void cache_scratch(const struct check *check, const struct stage *stage,
			  char *path)
{
	snprintf(path, CHECK_PATH_SIZE, "%s/tmp/check-%s.%d",
		 check->world->cache, stage->name, getpid());
}

void check_log(const struct check *check, const struct stage *stage,
	       char *path)
{
	snprintf(path, CHECK_PATH_SIZE, "%s/logs/check-%s.log",
		 check->world->out, stage->name);
}

/* ---- the stage itself ---- */

/* A line is a word. */
static void put_command(struct strbuf *to, const struct check *check,
			const struct stage *stage)
{
	if (stage->suite)
		strbuf_addf(to, "%s\n", check->world->self);
	else
		strbuf_addf(to, "%s/", check->world->here);
	stage_words(stage, to);
}

static int split(struct stage_command *c)
{
	char *word, *rest = NULL;

	for (word = strtok_r(c->text.text, "\n", &rest); word;
	     word = strtok_r(NULL, "\n", &rest)) {
		if (c->n == MAX_WORDS)
			return -E2BIG;
		c->words[c->n++] = word;
	}
	return c->n ? 0 : -EINVAL;
}

static void set_number(const char *name, unsigned int value)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", value);
	setenv(name, text, 1);
}

/*
 * Others have the other CPUs: what takes theirs is time that VMs do not get, which
 * then cannot be judged.
 */
static void set_share(const struct check *check, const struct stage *stage)
{
	const struct check_world *w = check->world;

	if (stage->cpus == STAGE_ALL_CPUS) {
		set_number("KTSTR_HOSTS", w->hosts);
		return;
	}
	set_number("KTSTR_HOSTS", 1);
	if (!w->jobs_given)
		set_number("KTSTR_JOBS", (w->jobs + check->workers - 1) /
					  check->workers);
}

static void set_environment(const struct check *check,
			    const struct stage *stage, const char *scratch,
			    const char *tmp)
{
	const struct check_world *w = check->world;

	set_share(check, stage);
	setenv("KTSTR_TEST_DIR", scratch, 1);
	setenv("KTSTR_CHECK_TMP", tmp, 1);
	set_number("KTSTR_OWNER_PID", getppid());
	if (!stage->suite)
		return;
	/* What failed the last time is of whoever typed `run`. */
	setenv("KTSTR_OUT", scratch, 1);
	setenv("KTSTR_KERNEL", w->kernel, 1);
}

static void open_output(const struct check *check, const struct stage *stage)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	char path[CHECK_PATH_SIZE];
	int log;

	check_log(check, stage, path);
	log = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (log < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0)
		_exit(STATUS_NOT_RUN);
}

static void default_signals(void)
{
	static const int sigs[] = { SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGPIPE,
				    SIGXFSZ, SIGCHLD };
	sigset_t none;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sigs); i++)
		signal(sigs[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void stage_exec(const struct check *check, const struct stage *stage,
		       const char *scratch, const char *tmp)
{
	struct stage_command c = { .text = STRBUF_INIT };

	setpgid(0, 0);
	open_output(check, stage);
	default_signals();
	set_environment(check, stage, scratch, tmp);
	put_command(&c.text, check, stage);
	if (!split(&c)) {
		execv(c.words[0], c.words);
		fprintf(stderr, "%s: %s\n", c.words[0], strerror(errno));
	}
	_exit(STATUS_NOT_RUN);
}

/* ---- its keeper ---- */

static void remove_folders(const char *scratch, const char *tmp)
{
	char *argv[] = { (char *)"rm", (char *)"-rf", (char *)"--",
			 (char *)scratch, (char *)tmp, NULL };
	pid_t pid = fork();
	int i;

	if (!pid) {
		default_signals();
		execvp(argv[0], argv);
		_exit(STATUS_NOT_RUN);
	}
	for (i = 0; pid > 0 && i < REMOVE_MS / 10; i++) {
		if (waitpid(pid, NULL, WNOHANG))
			return;
		usleep(10000);
	}
	children_end(SIGKILL, KILL_MS);
}

/* Return: whether @pid has ended; what the stage left comes to us as well. */
static bool reap(pid_t pid, int *status)
{
	int one;
	pid_t got;

	while ((got = waitpid(-1, &one, WNOHANG)) > 0) {
		if (got != pid)
			continue;
		*status = WIFSIGNALED(one) ? 128 + WTERMSIG(one) :
			  WEXITSTATUS(one);
		return true;
	}
	return got < 0;
}

/* Return: the stage's status, or that of one that was ended. */
static int look_after(pid_t pid, const sigset_t *heard)
{
	int status = STATUS_NOT_RUN;

	while (!reap(pid, &status))
		if (sigwaitinfo(heard, NULL) == SIGTERM) {
			status = 128 + SIGTERM;
			break;
		}
	if (children_end(SIGTERM, TERM_MS))
		children_end(SIGKILL, KILL_MS);
	return status;
}

/* What comes before the keeper waits for it is not lost. */
static void block(sigset_t *heard, sigset_t *before)
{
	sigemptyset(heard);
	sigaddset(heard, SIGTERM);
	sigaddset(heard, SIGCHLD);
	sigprocmask(SIG_BLOCK, heard, before);
}

static void ignore_others(void)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
}

static int keep(const struct check *check, const struct stage *stage,
		pid_t runner, const sigset_t *heard)
{
	char scratch[CHECK_PATH_SIZE], tmp[CHECK_PATH_SIZE];
	int status = STATUS_NOT_RUN;
	pid_t pid;

	setsid();
	ignore_others();
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) ||
	    prctl(PR_SET_PDEATHSIG, SIGTERM) || getppid() != runner)
		return STATUS_NOT_RUN;
	out_scratch(check, stage, scratch);
	cache_scratch(check, stage, tmp);
	remove_folders(scratch, tmp);
	if (mkdir(scratch, 0755))
		return STATUS_NOT_RUN;
	pid = fork();
	if (!pid)
		stage_exec(check, stage, scratch, tmp);
	if (pid > 0)
		status = look_after(pid, heard);
	remove_folders(scratch, tmp);
	return status;
}

static int log_begin(const struct check *check, const struct stage *stage)
{
	char path[CHECK_PATH_SIZE];
	int fd;

	check_log(check, stage, path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	return fd < 0 || close(fd) ? -errno : 0;
}

int stage_start(const struct check *check, struct check_stage *cs)
{
	int ret = log_begin(check, cs->stage);
	sigset_t heard, before;
	pid_t runner = getpid();

	if (ret)
		return ret;
	fflush(NULL);
	block(&heard, &before);
	cs->keeper = fork();
	if (!cs->keeper)
		_exit(keep(check, cs->stage, runner, &heard));
	ret = cs->keeper < 0 ? -errno : 0;
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (ret)
		return ret;
	cs->keeper_fd = child_pidfd(cs->keeper);
	return cs->keeper_fd < 0 ? cs->keeper_fd : 0;
}
