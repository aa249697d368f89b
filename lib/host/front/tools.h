/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What must be installed, and who to ask for it.
 */
#ifndef KTSTR_FRONT_TOOLS_H
#define KTSTR_FRONT_TOOLS_H

#include <stdbool.h>

struct arglist;
struct front;

/* What it is for, as a set of these. */
#define TOOLS_RUN	(1U << 0)	/* a kernel and the suite */
#define TOOLS_FETCH	(1U << 1)	/* a kernel's source */
#define TOOLS_CONFIG	(1U << 2)	/* a kernel of somebody's .config */
#define TOOLS_CHECK	(1U << 3)	/* the tests of ktstr itself */
#define TOOLS_KVM	(1U << 4)	/* the KVM check */

/**
 * enum tool_kind - how it is looked for
 * @TOOL_COMMAND: a program
 * @TOOL_COMPILER: the one that the kernel's make takes, whatever it is called
 * @TOOL_HEADER: as that compiler sees it
 * @TOOL_LIBRARY: likewise
 * @TOOL_CLANG: one that is new enough
 * @TOOL_PAHOLE: likewise
 * @TOOL_RUNTIME: a library of clang's own
 */
enum tool_kind {
	TOOL_COMMAND,
	TOOL_COMPILER,
	TOOL_HEADER,
	TOOL_LIBRARY,
	TOOL_CLANG,
	TOOL_PAHOLE,
	TOOL_RUNTIME,
};

/**
 * struct tool - a row
 * @sets: those that it belongs to
 * @kind: how it is looked for
 * @what: its name; the oldest version of @TOOL_CLANG and @TOOL_PAHOLE
 * @debian: the package that has it
 * @fedora: likewise
 * @purpose: what for
 */
struct tool {
	unsigned int sets;
	enum tool_kind kind;
	const char *what;
	const char *debian;
	const char *fedora;
	const char *purpose;
};

/**
 * tools_must() - have all of them
 * @f: with a cache
 * @sets: of which
 *
 * What is missing is installed where that can be done unasked.
 *
 * Return: 0; -ENOENT after saying what is to be installed; -errno.
 */
int tools_must(struct front *f, unsigned int sets);

/**
 * tools_are_debian() - is this a system whose packages we can have?
 */
bool tools_are_debian(void);

/**
 * tool_is_there() - look for one
 * @f: for what is run
 * @tool: the row
 */
bool tool_is_there(struct front *f, const struct tool *tool);

/**
 * tool_here() - what is here of one that has to have a version
 * @f: for what is run
 * @tool: the row
 * @text: 64 bytes; gets "; 1.20 is here, which is too old", or ""
 *
 * Return: @text.
 */
const char *tool_here(struct front *f, const struct tool *tool, char *text);

/**
 * tools_install() - by apt-get
 * @f: with a cache
 * @packages: Debian's
 * @sudo: words to put before a command of root's; none for root
 *
 * Return: 0, -errno.
 */
int tools_install(struct front *f, const struct arglist *packages,
		  const struct arglist *sudo);

#endif /* KTSTR_FRONT_TOOLS_H */
