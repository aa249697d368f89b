# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The kernel under test: what it is, fetches it, builds it and keeps it is
# lib/host/kernel, and `ktstr kernel` has it. Here that is compiled by one command,
# as there is nothing else of ours yet, and asked. Sourced by run_ktstr.sh.

# All of these and no others: they need no library but libc.
kernel_sources()
{
	(cd "$here" && printf '%s\n' lib/host/kernel/*.c lib/host/machine/paths.c \
		lib/host/cli/{kernel-main,kernel_args,kernel_verbs,option}.c \
		lib/common/util/{file,near,process,strbuf,text,trust}.c)
}

# kernel_tool_build: leaves its path in $kernel_tool. One for each state of its
# sources, as several checkouts may have one cache.
kernel_tool_build()
{
	local log=$cache/logs/kernel-tool.log cc sources state

	tools_must "$tools_kvm"
	mapfile -t sources < <(kernel_sources)
	state=$(cd "$here" && cat "${sources[@]}" lib/host/kernel/*.h \
		lib/host/cli/{args,command,option,kernel_verbs}.h \
		lib/host/suite/names.h lib/host/machine/paths.h \
		lib/common/util/*.h | hash_stdin)
	kernel_tool=$cache/kvm-check/ktstr-kernel-$state
	[[ ! -x $kernel_tool ]] || return 0
	mkdir -p "${kernel_tool%/*}"
	find "${kernel_tool%/*}" -name 'ktstr-kernel-*' -mtime +7 -delete
	read -ra cc <<<"$(compiler)"
	: >"$log"
	job_start "$log" "${cc[@]}" -std=gnu11 -fms-extensions -D_GNU_SOURCE= -I"$here" \
		-o "$kernel_tool.$$" "${sources[@]/#/$here/}"
	job_wait "$job" || wrong "what fetches and builds kernels does not" \
		"build; see $log"
	mv "$kernel_tool.$$" "$kernel_tool"
}

# kernel_run ARGUMENT...: of `ktstr kernel`, with what it cannot know.
kernel_run()
{
	local kernel_tool status=0

	kernel_tool_build
	job_start both "$kernel_tool" --fragment "$here/ktstr.kconfig" \
		--near "$here" --near "$PWD" --near "${invoked_as%/*}" \
		${source_id:+--told "$source_id"} "$@"
	job_wait "$job" || status=$?
	return $status
}

# kernel_ask VERB [ARGUMENT...]: what it answers is in the variables of the caller:
# kernel, vmlinux, tree, source_id; and kernels, all of them. Ends us where there
# is none.
kernel_ask()
{
	local file=$cache/tmp/answers.$BASHPID key value status=0

	remove_at_end "$file"
	kernel_run --answers ${update:+--update} "$@" >"$file" || status=$?
	kernels=()
	while read -r key value; do
		case $key in
		kernel) kernel=$value kernels+=("$value") vmlinux='' ;;
		vmlinux) vmlinux=$value ;;
		tree) tree=$value ;;
		id) source_id=$value ;;
		esac
	done <"$file"
	rm -f "$file"
	((status == 0)) || exit "$status"
}

# kernel_tools: what is missing to make one.
kernel_tools()
{
	local need=("$tools_run") fetched=("$cache"/sources/linux-source-*_*)

	[[ -z ${use_config:-} ]] || need+=("$tools_config")
	[[ -n ${KDIR:-} || ( -d ${fetched[0]} && -z ${update:-} ) ]] ||
		need+=("$tools_fetch")
	tools_must "${need[@]}"
}

# kernel_must K...: said before anything is built.
kernel_must()
{
	kernel_run check --as '--kernel ' -- "$@" || exit
}

# kernel_get [K...]: each of these, else the one that was named or the one in whose
# source the suite is built.
kernel_get()
{
	local one what=(--suite)

	[[ $# = 0 && -n ${KTSTR_KERNEL:-} ]] || kernel_tools
	(($# == 0)) || what=(--as '--kernel ')
	kernel_ask build "${what[@]}" ${use_config:+--use-config} -- "$@"
	for one in "${kernels[@]}"; do
		kernel_hold "$one"
	done
}

# kernel_hold KERNEL: keep those who remove the oldest off it while we run.
kernel_hold()
{
	local fd

	[[ $1 = "$cache"/kernels/* ]] || return 0
	exec {fd}>"$cache/locks/use-${1##*/}"
	flock -s "$fd"
	[[ -d $1 ]] || wrong "$1: was removed just now; run this again"
}

# cmd_kernel [VERB [ARGUMENT...]]: as `ktstr kernel` has it, but that it is one
# that we make that is meant by none.
cmd_kernel()
{
	local status=0

	cache_init
	(($# > 0)) || set -- build
	case $1 in
	build)
		[[ $# = 1 && -n ${KTSTR_KERNEL:-} ]] || kernel_tools
		set -- ${use_config:+--use-config} ${update:+--update} "$@" ;;
	fetch)
		tools_must "$tools_fetch"
		set -- ${update:+--update} "$@" ;;
	esac
	kernel_run "$@" || status=$?
	exit "$status"
}
