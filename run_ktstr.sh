#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Front door of ktstr for people without a kernel tree, and for bots: gets the
# tools and a kernel, builds both that and the suite, runs it. All of that is a C
# program, lib/host/front; here it is compiled, by one command and with nothing but
# libc, and becomes what was called.
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

say()
{
	printf 'ktstr: %s\n' "$*" >&2
}

end()
{
	local status=$1

	shift
	say "$@"
	exit "$status"
}

# ---- what it is compiled of ----

# All of these and no others: they need no library but libc.
sources()
{
	printf '%s\n' lib/host/{front,kernel}/*.c lib/host/cli/*_args.c \
		lib/host/cli/{command,kernel_verbs,option,sched_find}.c \
		lib/host/machine/paths.c lib/host/stages/{table,times}.c \
		lib/common/attr/*.c lib/common/check/{assertion,watch}.c \
		lib/common/payload/payload.c \
		lib/common/util/{children,crc32,file,near,process,strbuf,text,trust}.c \
		lib/common/{machines,presets,topology{,_place,_text,_write}}.c
}

# Whatever they may include.
headers()
{
	printf '%s\n' lib/common/*.h lib/common/*/*.h lib/host/*/*.h
}

# ---- the one in the cache ----

# Nobody else can have put it there; the program itself looks at all of the cache.
trusted()
{
	local owner group=(-perm -020)

	owner=$(stat -c %u "$here/run_ktstr.sh")
	[[ $(id -gn 2>/dev/null) != "$(id -un 2>/dev/null)" ]] ||
		group+=(! -gid "$(id -g)")
	[[ -x $1 && -z $(find -H "$cache" "$cache/kvm-check" "$1" -maxdepth 0 \
		\( ! \( -uid "$EUID" -o -uid 0 -o -uid "$owner" \) -o \
		-perm -002 -o "${group[@]}" \) 2>&1) &&
	   -z $(find -H "${cache%/*}/" -maxdepth 0 -perm -002 ! -perm -1000 2>&1) ]]
}

# ---- a compiler ----

# compiles COMMAND...: is it one, with a C library?
compiles()
{
	[[ -n ${1:-} ]] && type -P "$1" >/dev/null &&
		"$@" -E -x c - -o /dev/null <<<'#include <stdio.h>' 2>/dev/null
}

# The one that the kernel's make takes, perhaps with arguments, else any: settings
# that are wrong are the program's to name. Leaves it in $cc.
compiler_find()
{
	local name

	read -ra cc <<<"${CC:-}" || true
	compiles "${cc[@]}" && return
	case ${LLVM:-} in
	'') ;;
	*/) cc=("${LLVM}clang") ;;
	-*) cc=("clang$LLVM") ;;
	*) cc=(clang) ;;
	esac
	[[ -n ${LLVM:-} ]] && compiles "${cc[@]}" && return
	for name in gcc cc clang clang-{22,21,20,19,18,17,16}; do
		cc=("$name")
		compiles "${cc[@]}" && return
	done
	return 1
}

# asked_for OPTION...: is one of them on our command line?
asked_for()
{
	local word

	for word in "${words[@]}"; do
		[[ $word != -- ]] || return 1
		[[ " $* " != *" $word "* ]] || return 0
	done
	return 1
}

compiler_install()
{
	local log=$dir/log apt missing sudo=() packages=(gcc libc6-dev)

	missing="missing: gcc (for the KVM check), stdio.h (for the KVM check)"
	if ! type -P apt-get >/dev/null || [[ ! -e /etc/debian_version ]]; then
		end 4 "$missing; install them" \
			"(Fedora: dnf install gcc glibc-devel)"
	fi
	! asked_for --no-install ||
		end 4 "$missing; install them: apt-get install ${packages[*]}"
	if ((EUID != 0)); then
		sudo -n true 2>/dev/null || end 4 "$missing; as root:" \
			"apt-get install ${packages[*]}"
		sudo=(sudo -n)
	fi
	apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y
		-o DPkg::Lock::Timeout=300)
	if [[ -n $(dpkg --audit 2>/dev/null) ]]; then
		say "dpkg was interrupted: finishing what it was at" \
			"(dpkg --configure -a)"
		"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
			dpkg --force-confdef --force-confold --configure -a \
			>>"$log" 2>&1 </dev/null || true
	fi
	say "installing by apt-get: ${packages[*]}"
	"${apt[@]}" update >>"$log" 2>&1 </dev/null || true
	"${apt[@]}" install --no-install-recommends "${packages[@]}" \
		>>"$log" 2>&1 </dev/null || failed "apt-get install" "$log"
	compiler_find || end 4 "still missing after the installation: gcc"
}

# failed WHAT LOG
failed()
{
	say "$1 failed; the end of what was said:"
	tail -n 15 "$2" | sed -e 's/^/  | /' >&2
	exit 1
}

# ---- compiling it ----

# program_build NAME: leaves it in $program, which lies in $dir and no cache: whether
# there may be one, and where, is not known yet.
program_build()
{
	local files place

	# Of runs that were killed.
	find "${TMPDIR:-/tmp}/" -maxdepth 1 -name 'ktstr-front.*' -user "$EUID" \
		-mmin +600 -exec rm -rf {} + 2>/dev/null || true
	trap 'rm -rf "$dir"' EXIT
	trap 'end 130 interrupted' INT
	trap 'end 143 interrupted' TERM
	trap 'end 129 interrupted' HUP
	for place in "${TMPDIR:-/tmp}" /dev/shm /var/tmp; do
		dir=$(mktemp -d "$place/ktstr-front.XXXXXX" 2>/dev/null) || continue
		# Not where no programs may be run.
		printf '#!/bin/sh\n' >"$dir/log"
		chmod 700 "$dir/log"
		! "$dir/log" 2>/dev/null || break
		rm -rf "$dir"
		dir=''
	done
	[[ -n $dir ]] || end 4 "no temporary folder; name one by TMPDIR="
	[[ $dir = /* ]] || dir=$PWD/$dir
	compiler_find || {
		! asked_for --help -h || { cat "$here/lib/host/front/usage.txt"; exit; }
		compiler_install
	}
	mapfile -t files < <(cd -- "$here" && sources)
	program=$dir/$1
	(cd -- "$here" && exec "${cc[@]}" -std=gnu11 -fms-extensions \
		-D_GNU_SOURCE= -I. -o "$program" "${files[@]}") \
		>"$dir/log" 2>&1 ||
		failed "compiling what run_ktstr.sh becomes" "$dir/log"
	trap - INT TERM HUP
}

words=("$@")
dir='' program=''
cache=${XDG_CACHE_HOME:-${HOME:-}/.cache}/ktstr
name=ktstr-front-$(cd -- "$here" && { sources; headers; } |
	xargs -d '\n' cat | sha256sum | cut -c 1-12)
program=$cache/kvm-check/$name
trusted "$program" || program_build "$name"
exec "$program" "$here" "$invoked_as" "$dir" "$@"
