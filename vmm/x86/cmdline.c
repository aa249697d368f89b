// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's command line: each word with its reason.
 */
#include "vmm/x86/cmdline.h"

#include <errno.h>
#include <inttypes.h>

#include "lib/common/util/util.h"
#include "lib/common/wire/plan.h"

static const char * const words_always[] = {
	"console=ttyS0",
	/* We have these two; do not look for others. */
	"8250.nr_uarts=2",
	/* PID 1, from an archive that may use nearly all memory. */
	"rdinit=/init",
	"initramfs_options=size=90%",
	/* A kernel that dies resets at once, by the port that we watch. */
	"panic=-1",
	"oops=panic",
	"reboot=k",
	/* There is no PCI, no PIT and no tablet; do not probe for them. */
	"pci=off",
	"no_timer_check",
	"i8042.noaux",
	"i8042.nomux",
	"i8042.nopnp",
	"i8042.dumbkbd",
	/* The clock that is steady whatever the host does; do not watch it. */
	"clocksource=kvm-clock",
	"tsc=reliable",
	/* Boot fast, measure the scheduler and not the mitigations. */
	"mitigations=off",
	"random.trust_cpu=on",
	"swiotlb=noforce",
	/* init reaches the ring through /dev/mem. */
	"iomem=relaxed",
};

/* Addresses in a console are those of vmlinux, and the same in each run. */
static const char * const words_same_place[] = {
	"nokaslr",
};

/* Only ACPI can tell of nodes and of large ids; else its cost is saved. */
static const char * const words_no_acpi[] = {
	"acpi=off",
};

/* Where memory has no CPU beside it, what is used most should move to them. */
static const char * const words_tiers[] = {
	"numa_balancing=enable",
};

/* CPUs that start together spin for each other; here they would take turns. */
static const char * const words_crowded[] = {
	"cpuhp.parallel=0",
};

/* Printing is slow: two exits a character. Errors still appear. */
static const char * const words_quiet[] = {
	"quiet",
};

static const char * const words_verbose[] = {
	"earlyprintk=serial,ttyS0,115200",
	"loglevel=7",
};

static void add_words(struct strbuf *sb, const char * const *words, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		strbuf_addf(sb, "%s%s", sb->len ? " " : "", words[i]);
}

int cmdline_build(const struct cmdline_config *config, struct strbuf *sb,
		  const struct vm_error *err)
{
	add_words(sb, words_always, ARRAY_SIZE(words_always));
	if (!config->kaslr)
		add_words(sb, words_same_place, ARRAY_SIZE(words_same_place));
	if (!config->acpi)
		add_words(sb, words_no_acpi, ARRAY_SIZE(words_no_acpi));
	if (config->tiers)
		add_words(sb, words_tiers, ARRAY_SIZE(words_tiers));
	if (config->crowded)
		add_words(sb, words_crowded, ARRAY_SIZE(words_crowded));
	if (config->verbose)
		add_words(sb, words_verbose, ARRAY_SIZE(words_verbose));
	else
		add_words(sb, words_quiet, ARRAY_SIZE(words_quiet));
	strbuf_addf(sb, " " PLAN_RING_PARAM "0x%" PRIx64 ",%" PRIu64,
		    config->ring_gpa, config->ring_size);
	if (config->devices)
		strbuf_addf(sb, "%s", config->devices);
	if (config->extra && *config->extra)
		strbuf_addf(sb, " %s", config->extra);

	if (sb->dropped)
		return vm_fail(err, -ENOMEM, "no memory for a command line");
	if (sb->len > config->max)
		return vm_fail(err, -EINVAL,
			       "the kernel command line has %zu characters, but this kernel takes %u: pass fewer words",
			       sb->len, config->max);
	return 0;
}
