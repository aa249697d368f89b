// SPDX-License-Identifier: GPL-2.0-only
/*
 * scx_ktstr_sub: user part of the scheduler that takes a sub-scheduler.
 *
 *	scx_ktstr_sub [-c CGROUP]
 *
 * Without -c it is the root; with it, the sub-scheduler of a cgroup, of which the
 * root is one that takes some. Stays until a signal or until the kernel ends it.
 * Exit status: 0 unregistered, 1 ended by the kernel or not loaded, 2 usage.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <scx/common.h>

#include "scx_ktstr_sub.skel.h"

#define POLL_MS 20

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

/* As in scx_ktstr.c: who does not call is_migration_disabled() needs it not. */
static void drop_init_probe(struct bpf_object *obj)
{
	struct bpf_program *prog;

	prog = bpf_object__find_program_by_name(obj, "scx_lib_init_probe");
	if (prog)
		bpf_program__set_autoattach(prog, false);
}

/* The kernel knows a cgroup by the inode of its folder. */
static int cgroup_id(const char *path, __u64 *id)
{
	struct stat st;

	if (stat(path, &st)) {
		fprintf(stderr, "scx_ktstr_sub: %s: %s\n", path,
			strerror(errno));
		return -errno;
	}
	*id = st.st_ino;
	return 0;
}

int main(int argc, char **argv)
{
	struct scx_ktstr_sub *skel;
	struct bpf_link *link;
	__u64 cgroup = 0;
	bool ended;
	int opt;

	while ((opt = getopt(argc, argv, "c:")) != -1) {
		if (opt != 'c') {
			fprintf(stderr, "usage: scx_ktstr_sub [-c CGROUP]\n");
			return 2;
		}
		if (cgroup_id(optarg, &cgroup))
			return 1;
	}
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);

	skel = SCX_OPS_CID_OPEN(sub_ops, scx_ktstr_sub);
	drop_init_probe(skel->obj);
	skel->struct_ops.sub_ops->sub_cgroup_id = cgroup;
	SCX_OPS_LOAD(skel, sub_ops, scx_ktstr_sub, uei);
	link = SCX_OPS_ATTACH(skel, sub_ops, scx_ktstr_sub);
	while (!stop && !UEI_EXITED(skel, uei))
		poll(NULL, 0, POLL_MS);

	ended = UEI_EXITED(skel, uei);
	printf("scx_ktstr_sub: %llu tasks enqueued\n",
	       (unsigned long long)skel->bss->nr_enqueued);
	fflush(stdout);
	bpf_link__destroy(link);
	UEI_REPORT(skel, uei);
	scx_ktstr_sub__destroy(skel);
	return ended;
}
