# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For tests of run_ktstr.sh: cases that report in KTAP, and a kernel tree of
# a few files whose "build" takes no time. Sourced by the tests beside it.
#
# KTSTR_TEST_DIR is where they may write.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck source=scripts/ktap.sh
. "$top/scripts/ktap.sh"

work=$(mktemp -d "${KTSTR_TEST_DIR:?names a folder to write to}/test.XXXXXX") || exit
trap 'rm -rf "$work"' EXIT
unset KDIR KTSTR_KERNEL KTSTR_VERBOSE XDG_CACHE_HOME LLVM CC MAKEFLAGS

# What run_ktstr.sh compiles for itself, named after its sources, is compiled once
# for all cases.
keep_compiled()
{
	local real

	real=$(command -v gcc) || return 0
	mkdir -p "$work/gcc" "$work/kept"
	cat >"$work/gcc/gcc" <<GCC
#!/bin/bash
for word; do
	[[ \$last != -o ]] || out=\$word
	last=\$word
done
name=\${out##*/} name=\${name%.*}
[[ \$name = ktstr-front-* ]] || exec $real "\$@"
if [[ ! -x $work/kept/\$name ]]; then
	$real "\$@" || exit
	cp "\$out" $work/kept/\$name.\$\$ 2>/dev/null &&
		mv $work/kept/\$name.\$\$ $work/kept/\$name
	exit 0
fi
exec cp $work/kept/\$name "\$out"
GCC
	chmod +x "$work/gcc/gcc"
	PATH=$work/gcc:$PATH
}
keep_compiled

# try NAME FUNCTION [ARG...]: one case, in a folder of its own.
try()
{
	local name=$1 status

	shift
	rm -rf "$work/case"
	mkdir "$work/case"
	export KTSTR_TEST_MARK=$$-$ktap_number
	export XDG_CACHE_HOME=$work/case/cache KTSTR_OUT=$work/case/out
	(
		set -Eeuo pipefail
		trap 'echo "failed: line $LINENO: $BASH_COMMAND"' ERR
		cd "$work/case"
		mkdir cache
		"$@"
		nothing_left
	) >"$work/log" 2>&1
	status=$?		# not "||": that would switch set -e off
	((status == 0 || status == 4)) ||
		tail -n 40 "$work/log" | sed -e 's/^/# /'
	ktap_result "$status" "$name" "$(sed -n 's/^skip: //p' "$work/log")"
}

skip()
{
	echo "skip: $*"
	exit 4
}

fail()
{
	echo "failed: $*"
	exit 1
}

# front STATUS PATTERN ARG...: run_ktstr.sh exits with that status, and the
# last line that people read matches.
front()
{
	local want=$1 pattern=$2 status=0 last

	shift 2
	"$top/run_ktstr.sh" "$@" >stdout 2>stderr </dev/null || status=$?
	cat stdout stderr
	last=$(tail -n 1 stderr)
	[[ $status = "$want" ]] || fail "exit status $status, not $want"
	[[ $last =~ $pattern ]] || fail "the last line is not /$pattern/"
}

# start ARG...: as a terminal would, in a process group of its own.
start()
{
	setsid env --default-signal=HUP,INT,QUIT,TERM "$top/run_ktstr.sh" "$@" \
		>stdout 2>stderr </dev/null &
	front_pid=$!
}

# end_status STATUS: the run that was started ends so, soon.
end_status()
{
	local i status=0

	for ((i = 0; i < 1200; i++)); do
		kill -0 "$front_pid" 2>/dev/null || break
		sleep 0.1
	done
	kill -0 "$front_pid" 2>/dev/null && fail "still running after 120 s"
	wait "$front_pid" || status=$?
	cat stdout stderr
	[[ $status = "$1" ]] || fail "exit status $status, not $1"
}

wait_for_file()
{
	local i

	for ((i = 0; i < 1200; i++)); do
		[[ ! -e $1 ]] || return 0
		sleep 0.1
	done
	cat stderr
	fail "no $1 after 120 s"
}

# Processes that were started with our mark, as /proc/PID/environ. What we
# start to find them must not have it.
marked()
{
	env -u KTSTR_TEST_MARK grep -lzxF "KTSTR_TEST_MARK=$KTSTR_TEST_MARK" \
		/proc/[0-9]*/environ 2>/dev/null || true
}

# No process, no temporary file, no entry that is not whole.
nothing_left()
{
	local i pids dir

	for ((i = 0; i < 600; i++)); do
		pids=$(marked)
		[[ -n $pids ]] || break
		sleep 0.1
	done
	[[ -z $pids ]] || fail "still running: $(for dir in $pids; do
		tr '\0' ' ' <"${dir%environ}cmdline"; done)"
	for dir in cache/ktstr/tmp/* cache/ktstr/kernels/.new.*; do
		[[ ! -e $dir || $dir = */empty.git ]] || fail "left behind: $dir"
	done
	for dir in cache/ktstr/kernels/*; do
		[[ ! -e $dir || -s $dir/metadata.json ]] ||
			fail "half an entry: $dir"
	done
}

# ---- a kernel tree of a few files ----

# fake_image FILE: the parts of a bzImage's header that are looked at.
fake_image()
{
	head -c 8192 /dev/zero >"$1"
	patch_bytes "$1" 497 '\x01'			# setup_sects
	patch_bytes "$1" 500 '\x80\x01\x00\x00'		# syssize
	patch_bytes "$1" 514 'HdrS'
	patch_bytes "$1" 566 '\x01\x00'			# xloadflags
}

patch_bytes()
{
	printf '%b' "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# fake_vmlinux FILE [no-btf]
fake_vmlinux()
{
	echo 'int main(void) { return 0; }' | gcc -x c - -o "$1"
	echo types >"$1.btf"
	if [[ ${2:-} != no-btf ]]; then
		objcopy --add-section .BTF="$1.btf" "$1"
	fi
	rm "$1.btf"
}

# fake_tree DIR: builds by copying parts/, notes each build in O/builds.
fake_tree()
{
	mkdir -p "$1"/{kernel/sched,tools/testing/selftests,parts,Documentation}
	touch "$1"/{Kconfig,kernel/sched/core.c,Documentation/index.rst} \
		"$1"/tools/testing/selftests/lib.mk
	printf '.*\n*.o\n/vmlinux\n' >"$1/.gitignore"
	fake_image "$1/parts/image"
	fake_vmlinux "$1/parts/elf"
	cat >"$1/Makefile" <<'MAKE'
# SPDX-License-Identifier: GPL-2.0
VERSION = 7
PATCHLEVEL = 3
SUBLEVEL = 0
EXTRAVERSION = -fake
ifneq ($(wildcard .config),)
$(error The source tree is not clean, please run 'make mrproper')
endif
allnoconfig:
	cp $(KCONFIG_ALLCONFIG) $(O)/.config
	-sed -i -e '/$(shell cat parts/deny 2>/dev/null || echo ^$$)/d' $(O)/.config
bzImage:
	echo built >>$(O)/builds
	sh parts/hook $(O)
	mkdir -p $(O)/arch/x86/boot
	cp parts/image $(O)/arch/x86/boot/bzImage
vmlinux: bzImage
	cp parts/elf $(O)/vmlinux
MAKE
	echo : >"$1/parts/hook"
}

# How often the tree was built, over all build folders.
builds()
{
	cat cache/ktstr/build/*/builds 2>/dev/null | wc -l
}

builds_are()
{
	[[ $(builds) = "$1" ]] || fail "built $(builds) times, not $1"
}
