#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Front door of ktstr for people without a kernel tree, and for bots: gets
# the tools and a kernel, builds both that and the suite, runs it. What it does
# lies in scripts/; here are only its commands and options.
set -euo pipefail

# Where one of these is closed, the next file that is opened would become it;
# for 2, bash itself has opened this script.
[[ -L /proc/self/fd/0 ]] || exec </dev/null
[[ -L /proc/self/fd/2 && ! /proc/self/fd/2 -ef $0 ]] || exec 2>/dev/null
[[ -L /proc/self/fd/1 ]] || exec >/dev/null

invoked_as=$0
# The slash at its end saves what a path may end in from $().
here=$(readlink -fn -- "$0" && echo /)
here=${here%/*/}

# shellcheck source=scripts/common.sh
. "$here/scripts/common.sh"
# shellcheck source=scripts/settings.sh
. "$here/scripts/settings.sh"
# shellcheck source=scripts/folders.sh
. "$here/scripts/folders.sh"
# shellcheck source=scripts/git.sh
. "$here/scripts/git.sh"
# shellcheck source=scripts/tools.sh
. "$here/scripts/tools.sh"
# shellcheck source=scripts/kernel.sh
. "$here/scripts/kernel.sh"
# shellcheck source=scripts/kvm.sh
. "$here/scripts/kvm.sh"
# shellcheck source=scripts/ktap.sh
. "$here/scripts/ktap.sh"
# shellcheck source=scripts/suite.sh
. "$here/scripts/suite.sh"
# shellcheck source=scripts/door.sh
. "$here/scripts/door.sh"
# shellcheck source=scripts/test.sh
. "$here/scripts/test.sh"
# shellcheck source=scripts/check.sh
. "$here/scripts/check.sh"

# All others are ktstr's to know, by the rows of lib/host/cli/command.h; of these,
# here are those for which more has to be done than it needs.
# command | function | what it does
commands='
test		| cmd_test	| a scheduler through the ready scenarios, one of a source
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

Commands (COMMAND --help says more of those before `kernel`):
  test SCHEDULER [-t TOPOLOGY]... [-s SCENARIO]... [-d SECONDS] [-j N]
                 [--kernel K]... [-- ARGUMENT...]
                 put a scheduler through the ready scenarios: a program, a
                 source of tools/sched_ext's style (X.bpf.c with X.c), a folder
                 with one, a name of tools/sched_ext, or eevdf; on machines as
                 1n2l4c2t
  test --host [-s SCENARIO]... [-d SECONDS]
                 the same for the scheduler that runs on this machine, without
                 a VM, as root
  run [OPTION...] [GLOB...]
                 run these tests (default: all), as `list` names them; side by
                 side, in parts, those that failed; results as KTAP, JUnit,
                 JSON, a page
  gauntlet [--preset GLOB]... [--scheduler S]... [--kernel K]...
                 [--flavour F]... [-s SCENARIO]... [--budget SECONDS] [GLOB...]
                 tests on many machines, under schedulers, kernels and flavours,
                 as far as time goes; a matrix at the end
  verify [--scheduler S]... [--preset GLOB]... [--kernel K]...
                 schedulers through BPF's verifier: what it takes for each
                 program, whether they attach and dispatch, why one is refused
  ab [-s SCENARIO] [-d SECONDS] [-t TOPOLOGY] [--seed N] A B
                 is scheduler B worse than A? by turns in one VM, under one load
  bisect --good COMMIT --bad COMMIT [--test TEST | -s SCENARIO] SOURCE
                 the first bad commit of a scheduler, or, by --kernel-repo
                 FOLDER, of the kernel
  list [OPTION...] [GLOB...]
                 print the names of tests; what workers can do, what is judged
  scenario [--rt-app | --schema] SCENARIO|FILE
                 print a scenario as scenario.json, or as rt-app reads it
  topology list|show TOPOLOGY|capture [FILE]
                 machines by name, one as text, this one as a file
  shell [-t TOPOLOGY] [--scheduler S] [-i PATH]... [--exec COMMAND]
                 a prompt in a VM on this terminal, or one command of it
  export TEST    write one test as a file that runs it on another machine, with
                 the kernel, programs and libraries (Documentation/export.rst)
  bug-report TEST
                 pack what it has left (or RUN, what all of a run have) into one
                 file, without names of this host, its user, and homes
  repro TEST     run one test, then again with probes on its crash path, or on
                 functions that are named, and show the calls
  demo           what a scheduler's death looks like: a test that fails
  html           write a page that shows runs
  perfetto       write the same as a trace for ui.perfetto.dev
  stats [list|metrics|values|show-host|explain [NAME]]
                 runs that are over, in numbers; which there are
  compare A B    is B worse than A? tests in pairs, as in
                 kernel=7.2 kernel=7.3
  host capture [-o FILE] | compare A B
                 what this machine's threads have lived through
  completion bash|zsh
                 print what completes command lines in a shell
  man            print the manual page
  kernel         make sure of the kernel, print its folder
  kernel list|build|fetch|clean [OPTION...] [NAME...]
                 kernels of the cache, and how to have more: a version, a
                 series, a range of them, a package, a commit, a tree
  kvm-check      print usable, emulated or none, and why
  check [-l] [all | STAGE...]
                 the tests of ktstr itself: in stages, or some stages of them;
                 `all` adds what takes long and seldom breaks. -l lists the
                 stages, what they cover and what they took. What has passed
                 here with the same files, kernel and tools is not run again.
                 Ends with "N passed, N failed, N skipped"; what is skipped
                 does not count unless KTSTR_STRICT=1
  clean [--cache]
                 remove the output folder; with --cache also all kernels,
                 sources and tools that were fetched or built

Options:
  --no-install   only name missing tools, install nothing (exit status 4)
  --use-config   build from the kernel tree's own .config and ktstr.kconfig,
                 rather than from ktstr.kconfig alone
  --update       look for a newer kernel source than the one in the cache
  -v, --verbose  show the guests' consoles and the commands that run
  -h, --help     this text, or a command's
  --version      which ktstr this is

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
  KTSTR_ATTR     NAME=VALUE,NAME=VALUE...: attributes that go before what tests
                 say (Documentation/attributes.rst)
  KTSTR_SCHEDULERS  FILE:FILE...: schedulers that are declared there, as
                 --declared FILE says (Documentation/schedulers.rst)
  KTSTR_JOBS     jobs of make (default: the number of CPUs)
  KTSTR_HOSTS    how many emulated hosts, or VMs where KVM is usable, run tests
                 side by side (default: a CPU for each emulated host, four for
                 each VM)
  KTSTR_CHECK_AGAIN  1: check runs again what has passed already; so does
                 CI=true, which has check add stages that cover what the last
                 commit touches (or those since KTSTR_CHECK_SINCE), and others
                 in turn, in a shorter form unless KTSTR_CHECK_FULL=1
  KTSTR_SOAK_TESTS, KTSTR_SOAK_LOAD_TESTS, KTSTR_SOAK_LOAD
                 of the stage soak: tests on a quiet machine (200), tests under
                 load (100), busy loops for each CPU (4); KTSTR_PLANTS_TIMES
                 and KTSTR_FUZZ_SECONDS are the stages plants' (10) and
                 fuzz' (60)
  KTSTR_STRICT   1: a test that is skipped because something is missing fails
  KTSTR_VERBOSE  1: show the guests' consoles
  KTSTR_CLONE    1: tests begin in copies of VMs that have booted, 0: each boots
                 [1 on an emulated host]
  KTSTR_SECCOMP  0: VMs run without seccomp filters (Documentation/security.rst)
  KTSTR_REPRO    1: run each test again with probes, also one that passes;
                 KTSTR_REPRO_FUNCTIONS and KTSTR_REPRO_ROUNDS are --functions
                 and --rounds. `repro` sets them
  NO_COLOR       anything: no colors in reports on a terminal
  XDG_CACHE_HOME the cache is ktstr/ in there (default: ~/.cache, in HOME)
  CC, LLVM       as for the kernel's make
  CLANG          compiles the BPF programs, 16 or newer (default: the first of
                 clang, clang-22, clang-21, ... that will do)
  KTSTR_EMUHOST_CLOCK  whose time an emulated host lives by: real, virtual
                 (stands still while it does not run; slower), or auto, which
                 is virtual where this machine is busy (default: real)
  KTSTR_EMUHOST_BOOT_SECS, KTSTR_EMUHOST_STALL_SECS
                 an emulated host is given up when it has not started, or said
                 nothing, for so long (default: 120, 60)
  KTSTR_EMUHOST_SUITE, KTSTR_DEBIAN_MIRROR, KTSTR_DEBIAN_KEYRING
                 where its parts are fetched: a suite of Debian's (default:
                 trixie), a mirror (default: apt's), the keys to check it with

A setting that is wrong ends the run before anything is fetched.

Exit status: 0 every test passed, 1 something is wrong, 4 something is missing
or was skipped, 5 something could not be judged for what the host took,
130 interrupted. `check` passes with skips, and ends with 4
where they are not allowed (KTSTR_STRICT=1) or no KVM runs kernels here.
USAGE
}

# ---- commands ----

cmd_clean()
{
	case "$*" in
	'') ;;
	--cache) cache_remove ;;
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
	echo cmd_door
}

verbose='' no_install='' use_config='' update=''

version()
{
	local commit

	commit=$("$here/scripts/commit.sh")
	echo "ktstr $(sed -n 's/^#define KTSTR_VERSION "\(.*\)"/\1/p' \
		"$here/lib/common/version.h") (${commit:+commit }${commit:-of no known commit})"
}

# Options of ours may stand anywhere; the rest is the command and its own. What
# comes behind "--" is for others; of what can say more about itself, --help is.
main()
{
	local function='' rest=() help=''

	while (($# > 0)); do
		case $1 in
		--no-install) no_install=1 ;;
		--use-config) use_config=1 ;;
		--update) update=1 ;;
		-v | --verbose) verbose=1; export KTSTR_VERBOSE=1 ;;
		-h | --help) help=1 ;;
		--version) version; exit 0 ;;
		--) rest+=("$@"); break ;;
		*) rest+=("$1") ;;
		esac
		shift
	done
	set -- "${rest[@]:-run}"
	[[ $1 != -* || -n $help ]] || usage_error "$1: no such option"
	function=$(command_function "$1")
	case $help,${rest[0]-},$function in
	,*) ;;
	1,?*,cmd_door | 1,?*,cmd_test | 1,?*,cmd_check | 1,?*,cmd_kernel) set -- "$1" --help ;;
	*) usage; exit 0 ;;
	esac
	settings_must
	[[ $function != cmd_door && $function != cmd_test ]] ||
		set -- "$1" "$@"
	shift
	"$function" "$@"
}

if [[ -n ${KTSTR_GUARD:-} ]]; then
	worker_init
	main "$@"
else
	front_main "$@"
fi
