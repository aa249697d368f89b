# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# shellcheck disable=SC2154 # what the lines before this assign
# shellcheck disable=SC2317 # traps call it
#
# What a file of `ktstr export` does. The lines before this say which test it is:
# $test, $program, $attr, $libs, $need_mb, $skip. Behind it there is an archive.
set -u
me=${0##*/}

usage()
{
	cat <<END
Usage: $0 [--check | --unpack FOLDER | --help]
Runs the test $test of ktstr in a VM, with the kernel, the
programs and the libraries of the machine that it was exported from. Report and
sidecar are left in the current folder, or in \$KTSTR_SIDECAR_DIR.

  --check          only say whether it can run here
  --unpack FOLDER  only unpack what is in here
  --help           this text

Exit status: 0 passed, 1 failed, 4 not run, with the reason.
END
}

# not_here WHY: it cannot be run on this machine.
not_here()
{
	echo "$me: $*" >&2
	exit 4
}

bad()
{
	echo "$me: $*" >&2
	exit 1
}

free_mb()
{
	sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo
}

check_host()
{
	os="$(uname -s) $(uname -m)"
	[ "$os" = "Linux x86_64" ] ||
		not_here "this is $os, and the test is for Linux x86_64"
	for tool in gzip mktemp sed tail tar; do
		command -v "$tool" >/dev/null ||
			not_here "there is no $tool on this machine"
	done
	mb=$(($(free_mb) / 1024))
	[ "$mb" -ge "$need_mb" ] ||
		not_here "it needs $need_mb MiB of memory, and $mb are available"
	[ -e /dev/kvm ] ||
		not_here "there is no /dev/kvm: no KVM, or it is switched off in the firmware"
	{ [ -r /dev/kvm ] && [ -w /dev/kvm ]; } ||
		not_here "/dev/kvm is not for this user: join its group, often kvm"
}

unpack()
{
	tail -c +$((skip + 1)) "$0" | gzip -dc | tar -xf - -C "$1" ||
		bad "cannot unpack it into $1"
}

# run PROGRAM [ARGUMENT...]: one of those in here, by its own loader
run()
{
	name=$1
	shift
	"$dir/lib64/ld-linux-x86-64.so.2" --library-path "$path" \
		"$dir/ktstr/bin/$name" "$@"
}

remove()
{
	[ -z "$dir" ] || rm -rf "$dir"
	dir=
}

# What is unpacked goes with us; the program does so too, should we be killed.
place()
{
	dir=
	trap remove EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	dir=$(mktemp -d "${TMPDIR:-/tmp}/ktstr-export.XXXXXX") ||
		bad "cannot make a folder in ${TMPDIR:-/tmp}"
	unpack "$dir"
	path=
	old_ifs=$IFS
	IFS=:
	for lib in $libs; do
		path=$path${path:+:}$dir/$lib
	done
	IFS=$old_ifs
}

check_kvm()
{
	said=$(run kvm-check) ||
		not_here "KVM on this machine cannot run a kernel: ${said#unusable: }"
}

# Its results are no use in a folder that is removed.
environment()
{
	unset LD_LIBRARY_PATH LD_PRELOAD KTSTR_SCHEDULER_DIR KTSTR_EXPORT
	export KTSTR_EXPORTED_ROOT="$dir" KTSTR_KERNEL="$dir/kernel"
	export KTSTR_OWNER_PID=$$ KTSTR_ATTR="$attr"
	export KTSTR_SIDECAR_DIR="${KTSTR_SIDECAR_DIR:-$PWD}"
	[ -w "$KTSTR_SIDECAR_DIR" ] ||
		not_here "its report is left in $KTSTR_SIDECAR_DIR, which cannot be written"
	[ -w "${HOME:-/nonexistent}" ] || export XDG_CACHE_HOME="$dir/cache"
}

case ${1:-} in
--help) usage; exit 0 ;;
--check | "") ;;
--unpack)
	[ -d "${2:-}" ] || bad "--unpack needs a folder that is there"
	unpack "$2"
	exit 0 ;;
*) bad "$1: no such option, see --help" ;;
esac
check_host
place
check_kvm
if [ "${1:-}" = --check ]; then
	echo "$me: can run here"
	exit 0
fi
environment
run "$program" -r "$test" &
wait $!
exit
