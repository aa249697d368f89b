/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The front door of ktstr for people without a kernel tree, and for bots: sees to
 * tools, a kernel and the suite, then has `ktstr` do what was asked for. What people
 * type is run_ktstr.sh, which compiles this room, with those of others that need no
 * library, by one command, and becomes the program.
 *
 * What goes wrong is said once, by kenv_wrong() or kenv_missing(), where it is known
 * what to do about it; from there on it is an -errno. What a program of ours ends
 * with is passed on: more than 0.
 */
#ifndef KTSTR_FRONT_H
#define KTSTR_FRONT_H

#include <limits.h>
#include <stdbool.h>

#include "lib/host/kernel/job.h"
#include "lib/host/kernel/kenv.h"

/**
 * enum front_kvm - where kernels can run here
 * @FRONT_KVM_UNKNOWN: nobody has looked
 * @FRONT_KVM_USABLE: on /dev/kvm
 * @FRONT_KVM_EMULATED: on the emulated host, be it that it is still to be fetched
 * @FRONT_KVM_NONE: nowhere
 */
enum front_kvm {
	FRONT_KVM_UNKNOWN,
	FRONT_KVM_USABLE,
	FRONT_KVM_EMULATED,
	FRONT_KVM_NONE,
};

/**
 * struct front_kernel - a kernel, and the tree that the suite is built in
 * @path: its folder, or an image; "" for none yet
 * @vmlinux: "" where there is none beside it
 * @tree: the tree, "" for none yet
 * @id: a name that folders can have for @tree
 */
struct front_kernel {
	char path[PATH_MAX];
	char vmlinux[PATH_MAX];
	char tree[PATH_MAX];
	char id[NAME_MAX];
};

/**
 * struct front - what there is, and what was asked for
 * @k: the cache, what people are told, locks
 * @here: our folder, by its real path
 * @invoked_as: how run_ktstr.sh was called
 * @made: we lie in no cache yet: what we are called there; NULL
 * @no_install: missing tools are only named
 * @use_config: kernels are built from their trees' own .config
 * @out: the output folder
 * @install: the installed suite in there
 * @obj: its objects, once a tree is known
 * @kernel: what tests boot; of several the last
 * @kernels: each that was asked for
 * @run: what `ktstr` is told by its environment, NAME=VALUE
 * @kvm: where kernels can run
 * @kvm_why: and why
 */
struct front {
	struct kenv k;
	const char *here;
	const char *invoked_as;
	const char *made;
	bool no_install;
	bool use_config;
	char out[PATH_MAX - 512];
	char install[PATH_MAX - 256];
	char obj[PATH_MAX];
	struct front_kernel kernel;
	struct arglist kernels;
	struct arglist run;
	enum front_kvm kvm;
	char kvm_why[512];
};

/**
 * front_command() - do what a command line says
 * @f: initialised
 * @argc: of the command line
 * @argv: its words, behind our name
 *
 * Return: exit status.
 */
int front_command(struct front *f, int argc, char **argv);

/**
 * front_set() - what an environment variable says
 * @name: of the variable
 *
 * Return: its value; NULL where it is not set or empty.
 */
const char *front_set(const char *name);

/**
 * front_text_must() - no control characters
 * @f: for what is said
 * @what: goes before the text
 * @text: which line protocols (make's, apt's, the kernel's) and terminals read
 *
 * Return: 0, -EINVAL.
 */
int front_text_must(struct front *f, const char *what, const char *text);

/**
 * front_program() - look for a program in $PATH
 * @name: its name; a path with a '/' is taken as it is
 * @path: PATH_MAX bytes; gets the path; NULL
 *
 * Return: is there one that can be run?
 */
bool front_program(const char *name, char *path);

/**
 * front_make_folders() - mkdir -p
 * @path: an absolute path
 *
 * Return: 0, -errno.
 */
int front_make_folders(const char *path);

#endif /* KTSTR_FRONT_H */
