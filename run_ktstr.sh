#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Front door of ktstr for people without a kernel tree, and for bots: gets
# the tools and a kernel, builds both that and the suite, runs it. What it does
# lies in scripts/; here are only its commands and options.
set -euo pipefail

invoked_as=$0
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd -P)

# shellcheck source=scripts/common.sh
. "$here/scripts/common.sh"
# shellcheck source=scripts/tools.sh
. "$here/scripts/tools.sh"
# shellcheck source=scripts/source.sh
. "$here/scripts/source.sh"
# shellcheck source=scripts/kernel.sh
. "$here/scripts/kernel.sh"
# shellcheck source=scripts/kvm.sh
. "$here/scripts/kvm.sh"
# shellcheck source=scripts/ktap.sh
. "$here/scripts/ktap.sh"
# shellcheck source=scripts/suite.sh
. "$here/scripts/suite.sh"
# shellcheck source=scripts/repro.sh
. "$here/scripts/repro.sh"
# shellcheck source=scripts/check.sh
. "$here/scripts/check.sh"
# shellcheck source=scripts/check-stages.sh
. "$here/scripts/check-stages.sh"
# shellcheck source=scripts/check-style.sh
. "$here/scripts/check-style.sh"
# shellcheck source=scripts/check-kselftest.sh
. "$here/scripts/check-kselftest.sh"

# command | function | what it does
commands='
(none)		| cmd_main	| tools, kernel, suite: get, build, run all
run		| cmd_run	| the same, for some programs or tests
repro		| cmd_repro	| one test, and again with probes
demo		| cmd_demo	| what the death of a scheduler looks like
kernel		| cmd_kernel	| make sure of the kernel, print its folder
kvm-check	| cmd_kvm_check	| can KVM here run a kernel? usable, emulated or none
check		| cmd_check	| the tests of ktstr itself
clean		| cmd_clean	| remove what was built; --cache: the cache too
'

usage()
{
	cat <<'USAGE'
Usage: ./run_ktstr.sh [OPTION...] [COMMAND [ARGUMENT...]]

Tests process schedulers on a Linux kernel, in virtual machines. Without a
command: installs missing tools, finds and builds a kernel, builds the suite,
runs it, prints KTAP.

Commands:
  run [-t TEST] [-f FIXTURE] [--html FILE] [--perfetto FILE] [PROGRAM...]
                 run only these programs (default: all), of these only the
                 tests and fixtures named; -t and -f can be repeated. --html
                 writes a page that shows the run queues over time, --perfetto
                 the same as a trace for ui.perfetto.dev
  repro TEST [--functions A,B,...] [--rounds N]
                 run one test (FIXTURE.[VARIANT.]TEST), then again with probes
                 on its crash path, or on the functions named, and show the
                 calls; N times rather than until it fails in the same way
  demo           what a scheduler's death looks like: a test that fails
  kernel         make sure of the kernel, print its folder
  kvm-check      print usable, emulated or none, and why
  check [-l] [STAGE...]
                 the tests of ktstr itself, or some stages of them; -l lists
                 the stages. Ends with "N passed, N failed, N skipped"; what
                 is skipped does not count unless KTSTR_STRICT=1
  clean [--cache]
                 remove the output folder; with --cache also all kernels,
                 sources and tools that were fetched or built

Options:
  --no-install   only name missing tools, install nothing (exit status 4)
  --use-config   build from the kernel tree's own .config and ktstr.kconfig,
                 rather than from ktstr.kconfig alone
  --update       look for a newer kernel source than the one in the cache
  -v, --verbose  show the guests' consoles and the commands that run
  -h, --help     this text

The kernel source is the first of: KTSTR_SOURCE; KDIR; the tree that this folder
lies in (as tools/testing/selftests/ktstr); the newest Linux >= 7.1 that
Debian's trixie-backports offers. It is never written to.

Environment:
  KDIR           kernel source tree
  KTSTR_SOURCE   a source package of Debian's, SUITE/PACKAGE, for instance
                 bookworm-backports/linux-source-6.12
  KTSTR_CONFIG   a fragment that is merged behind ktstr.kconfig
  KTSTR_KERNEL   a kernel that is built already: a build folder (bzImage,
                 vmlinux), a key of the cache, or an image
  KTSTR_OUT      output folder (default: out, in this folder)
  KTSTR_SIDECAR_DIR  results of tests as JSON, and whole reports, go there
                 (default: results/KERNEL-COMMIT, in the output folder)
  KTSTR_SCHEDULER_DIR  schedulers are looked up there first, then beside the
                 test programs
  KTSTR_JOBS     jobs of make (default: the number of CPUs)
  KTSTR_STRICT   1: a test that is skipped because something is missing fails
  KTSTR_VERBOSE  1: show the guests' consoles
  KTSTR_REPRO    1: run each test again with probes, also one that passes;
                 KTSTR_REPRO_FUNCTIONS and KTSTR_REPRO_ROUNDS are --functions
                 and --rounds. `repro` sets them
  NO_COLOR       anything: no colors in reports on a terminal
  XDG_CACHE_HOME the cache is ktstr/ in there (default: ~/.cache, in HOME)
  CC, LLVM       as for the kernel's make
  CLANG          compiles the BPF programs, 16 or newer (default: the first of
                 clang, clang-22, clang-21, ... that will do)
  KTSTR_EMUHOST_BOOT_SECS, KTSTR_EMUHOST_STALL_SECS
                 an emulated host is given up when it has not started, or said
                 nothing, for so long (default: 120, 60)
  KTSTR_EMUHOST_SUITE, KTSTR_DEBIAN_MIRROR, KTSTR_DEBIAN_KEYRING
                 where its parts are fetched: a suite of Debian's (default:
                 trixie), a mirror (default: apt's), the keys to check it with

Exit status: 0 every test passed, 1 something is wrong, 4 something is missing
or was skipped, 130 interrupted. `check` passes with skips, and ends with 4
where they are not allowed (KTSTR_STRICT=1) or no KVM runs kernels here.
USAGE
}

# ---- commands ----

cmd_main()
{
	cmd_run "$@"
}

cmd_kernel()
{
	(($# == 0)) || usage_error "kernel takes no arguments"
	tree_oldest=0
	cache_init
	kernel_get
	printf '%s\n' "$kernel"
}

# The kernel that was named, else one that we build.
kernel_get()
{
	if [[ -n ${KTSTR_KERNEL:-} ]]; then
		kernel_named "$KTSTR_KERNEL"
	else
		tools_must "$tools_run"
		kernel_ensure
	fi
}

cmd_clean()
{
	case "$*" in
	'') ;;
	--cache)
		cache_init
		rm -rf "${cache:?}"
		say "removed $cache" ;;
	*) usage_error "clean takes only --cache" ;;
	esac
	out_init
	rm -rf "${out:?}"
	say "removed $out"
}

# ---- options ----

usage_error()
{
	wrong "$*; see ./run_ktstr.sh --help"
}

command_function()
{
	local name function

	while IFS='|' read -r name function _; do
		read -r name <<<"$name"
		[[ -n $name && $name = "$1" ]] || continue
		read -r function <<<"$function"
		echo "$function"
		return
	done <<<"$commands"
	return 1
}

verbose='' no_install='' use_config='' update=''

# Options of ours may stand anywhere; the rest is the command and its own.
main()
{
	local function rest=()

	while (($# > 0)); do
		case $1 in
		--no-install) no_install=1 ;;
		--use-config) use_config=1 ;;
		--update) update=1 ;;
		-v | --verbose) verbose=1; export KTSTR_VERBOSE=1 ;;
		-h | --help) usage; exit 0 ;;
		*) rest+=("$1") ;;
		esac
		shift
	done
	set -- "${rest[@]:-(none)}"
	[[ $1 != -* ]] || usage_error "$1: no such option"
	function=$(command_function "$1") || usage_error "$1: no such command"
	shift
	"$function" "$@"
}

if [[ -n ${KTSTR_GUARD:-} ]]; then
	worker_init
	main "$@"
else
	front_main "$@"
fi
