# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The settings of the environment, looked at before anything is fetched, built
# or run: one that is wrong ends the run with a sentence that names it. Sourced
# by run_ktstr.sh; lib/host/machine/settings.c does the same in a test program.

# variable | kind | of what | again: a failure's command to run it again has it
settings='
KTSTR_SOURCE		| source	| | again
KDIR			| tree		| | again
KTSTR_CONFIG		| file		| | again
KTSTR_OUT		| out		| | again
KTSTR_SIDECAR_DIR	| results
KTSTR_SCHEDULER_DIR	| folder	| | again
KTSTR_ATTR		| text
KTSTR_SCHEDULERS	| text		| | again
KTSTR_JOBS		| number	| 1 9999
KTSTR_HOSTS		| number	| 1 99
KTSTR_CHECK_AGAIN	| switch
KTSTR_CHECK_FULL	| switch
KTSTR_SOAK_TESTS	| number	| 0 100000
KTSTR_SOAK_LOAD_TESTS	| number	| 0 100000
KTSTR_SOAK_LOAD		| number	| 1 64
KTSTR_PLANTS_TIMES	| number	| 1 1000
KTSTR_FUZZ_SECONDS	| number	| 1 86400
KTSTR_STRICT		| switch	| | again
KTSTR_VERBOSE		| switch
KTSTR_CLONE		| switch
KTSTR_SECCOMP		| switch
KTSTR_REPRO		| switch
KTSTR_REPRO_FUNCTIONS	| functions
KTSTR_REPRO_ROUNDS	| number	| 1 99
KTSTR_EMUHOST_BOOT_SECS	| number	| 1 86400	| again
KTSTR_EMUHOST_STALL_SECS | number	| 1 86400	| again
KTSTR_EMUHOST_CLOCK	| word		| auto real virtual | again
KTSTR_EMUHOST_SUITE	| suite
KTSTR_DEBIAN_MIRROR	| mirror
KTSTR_DEBIAN_KEYRING	| file
XDG_CACHE_HOME		| cache		| | again
HOME			| text
KTSTR_KERNEL		| kernel	| | again
CC			| program	| | again
CLANG			| program	| | again
LLVM			| llvm		| | again
'

# settings_must: or name the first that is wrong, and end. Paths are absolute
# afterwards: tests run in other folders than ours.
settings_must()
{
	local name kind of value

	text_must "this folder: " "$here"
	path_for_make "this folder: " "$here" "move it"
	while IFS='|' read -r name kind of _; do
		read -r name <<<"$name"
		read -r kind <<<"$kind"
		[[ -n $name && -n ${!name:-} ]] || continue
		value=${!name}
		text_must "$name=" "$value"
		# shellcheck disable=SC2086 # limits are two words
		"setting_$kind" "$name" "$value" $of
	done <<<"$settings"
	[[ -z ${KDIR:-} || -z ${KTSTR_SOURCE:-} ]] || wrong "KDIR and" \
		"KTSTR_SOURCE both name a source; leave one unset"
}

# again_settings: those that a command must have to do the same again, as a
# shell takes them.
again_settings()
{
	local name again

	while IFS='|' read -r name _ _ again; do
		read -r name <<<"$name"
		[[ ${again// /} = again && -n ${!name:-} ]] || continue
		printf '%s=%q ' "$name" "${!name}"
	done <<<"$settings"
}

# again_options: options of ours that it must have.
again_options()
{
	[[ -z ${use_config:-} ]] || printf '%s ' --use-config
}

# text_must WHAT TEXT: no control characters, which line protocols (make's,
# apt's, the kernel's) and terminals would take for something else.
text_must()
{
	local LC_ALL=C

	[[ $2 != *[[:cntrl:]]* && $2 != *$'\xc2'[$'\x80'-$'\x9f']* ]] ||
		wrong "$1$(printf %q "$2"): has a control character in it"
}

# path_for_make WHAT PATH REMEDY: make, the kernel's and kselftest's own, cuts
# names at blanks and colons, and shells read the rest of its recipes.
path_for_make()
{
	local LC_ALL=C bad

	bad=${2//[A-Za-z0-9\/._+@~$'\x80'-$'\xff'-]/}
	[[ -z $bad ]] || wrong "$1$2: make cannot build in a path" \
		"with '${bad:0:1}' in it; $3"
}

# folder_real FOLDER: leaves in $real where it really is, whatever its name
# ends in.
folder_real()
{
	real=$(cd -P -- "$1" && pwd -P && echo /) && real=${real%$'\n'/}
}

# setting_absolute NAME VALUE: as seen from wherever we may go.
setting_absolute()
{
	[[ $2 = /* ]] || value=$PWD/$2
	text_must "$1=" "$value"
	export "$1=$value"
}

# ---- kinds: setting_KIND NAME VALUE [LIMIT...] ----

setting_text()
{
	:
}

setting_number()
{
	[[ $2 =~ ^(0|[1-9][0-9]{0,8})$ && $2 -ge $3 && $2 -le $4 ]] ||
		wrong "$1=$2: is no number from $3 to $4"
}

setting_word()
{
	local name=$1 given=$2

	shift 2
	[[ " $* " = *" $given "* ]] || wrong "$name=$given: is none of: $*"
}

setting_switch()
{
	[[ $2 = [01] ]] || wrong "$1=$2: is neither 0 nor 1"
}

setting_folder()
{
	setting_absolute "$@"
	[[ -d $value && -x $value ]] || wrong "$1=$2: no such folder"
}

setting_file()
{
	setting_absolute "$@"
	[[ -r $value && ! -d $value ]] || wrong "$1=$2: cannot be read"
}

setting_results()
{
	setting_absolute "$@"
	mkdir -p -- "$value" 2>/dev/null || true
	[[ -d $value && -w $value ]] ||
		wrong "$1=$2: cannot be written"
}

setting_out()
{
	setting_absolute "$@"
	path_for_make "$1=" "$value" "name another folder by KTSTR_OUT="
}

setting_tree()
{
	local real

	[[ -f $2/Makefile && -f $2/Kconfig && -d $2/kernel/sched &&
	   -f $2/tools/testing/selftests/lib.mk ]] ||
		wrong "$1=$2: no kernel tree there; name one, or leave KDIR" \
			"unset"
	folder_real "$2"
	text_must "$1=" "$real"
	path_for_make "$1=" "$real" "name another"
	export "$1=$real"
}

setting_source()
{
	[[ $2 =~ ^[a-z0-9-]+/linux-source-[0-9]+\.[0-9]+$ ]] ||
		wrong "$1=$2: is not SUITE/PACKAGE, as in" \
		"bookworm-backports/linux-source-6.12"
}

setting_functions()
{
	[[ $2 =~ ^[A-Za-z_][A-Za-z0-9_.]*(,[A-Za-z_][A-Za-z0-9_.]*)*$ ]] ||
		wrong "$1=$2: are no names of functions, as in" \
		"set_next_task,pick_next_task"
}

setting_suite()
{
	[[ $2 =~ ^[a-z][a-z0-9-]*$ ]] ||
		wrong "$1=$2: is no suite of Debian's, as in trixie"
}

setting_mirror()
{
	[[ $2 =~ ^[a-z0-9+]+:/[^[:space:]]+$ ]] ||
		wrong "$1=$2: is no mirror, as in http://deb.debian.org/debian"
}

setting_cache()
{
	[[ $2 = /* ]] || wrong "$1=$2: is not an absolute path"
}

# A key of the cache is no path.
setting_kernel()
{
	local image

	[[ ! -e $2 ]] || setting_absolute "$@"
	cache_locate
	for image in "$value"/{arch/x86/boot/,}bzImage \
		"$cache/kernels/$value/bzImage" "$value"; do
		[[ ! -f $image ]] || break
	done
	[[ -f $image ]] || wrong "$1=$2: no kernel there; name" \
		"a build folder, an image or a key of $cache/kernels," \
		"or leave it unset"
	# The rest is looked at where it can be, by lib/host/kernel/kimage.c.
	[[ $(od -An -v -j 514 -N 4 -t c "$image") = *H*d*r*S* ]] ||
		wrong "$image: no x86 bzImage; name one, or a build folder"
}

setting_program()
{
	[[ -n $(type -P "${2%% *}") ]] || wrong "$1=$2: no such program"
}

setting_llvm()
{
	[[ -n $(type -P "$(compiler_of_llvm)") ]] ||
		wrong "$1=$2: there is no $(compiler_of_llvm)"
}
