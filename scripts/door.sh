# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The commands that `ktstr` knows: what a command line of theirs means is in
# lib/host/cli alone. It is asked before anything is fetched or built: a program
# of a few files does it, as the KVM check is one. What the command needs is
# seen to, then `ktstr` runs it. Sourced by run_ktstr.sh.

# All of these names and no others: they need no library.
door_sources()
{
	(cd "$here" && printf '%s\n' lib/host/cli/{door,command,option,sched_find}.c \
		lib/host/cli/*_args.c lib/host/kernel/kver.c \
		lib/host/machine/paths.c lib/host/stages/{table,times}.c \
		lib/common/attr/*.c lib/common/check/{assertion,watch}.c \
		lib/common/payload/payload.c \
		lib/common/util/{crc32,near,strbuf,text}.c \
		lib/common/{machines,presets,topology{,_place,_text,_write}}.c)
}

# door_build: leaves its path in $door. One for each state of its sources, as
# several checkouts may have one cache.
door_build()
{
	local log=$cache/logs/door.log cc file files=() sources state

	mapfile -t sources < <(door_sources)
	state=$(cd "$here" && cat "${sources[@]}" lib/host/cli/*.h \
		lib/host/kernel/kver.h lib/host/machine/paths.h \
		lib/host/stages/stages.h lib/host/bisect/bisect.h \
		lib/host/{suite/names,results/record,state/state}.h \
		lib/common/{machines,presets,ready,shell,topology,topology_text}.h \
		lib/common/{quantity,quantities}.h \
		lib/common/attr/*.h lib/common/check/{assertion,limits,watch}.h \
		lib/common/wire/{map_write,plant}.h \
		lib/common/util/{crc32,near,util,compiler,strbuf,text}.h | hash_stdin)
	door=$cache/kvm-check/ktstr-door-$state
	[[ ! -x $door ]] || return 0
	mkdir -p "${door%/*}"
	find "${door%/*}" -name 'ktstr-door-*' -mtime +7 -delete
	for file in "${sources[@]}"; do
		files+=("$here/$file")
	done
	read -ra cc <<<"$(compiler)"
	: >"$log"
	job_start "$log" "${cc[@]}" -std=gnu11 -fms-extensions -O1 -D_GNU_SOURCE= -I"$here" \
		-o "$door.$$" "${files[@]}"
	job_wait "$job" || wrong "what reads the arguments does not build;" \
		"see $log"
	mv "$door.$$" "$door"
}

# door_ask COMMAND ARGUMENT...: leaves needs, has_sources, sched_kind, sched_path
# and test_kernels, or ends us.
door_ask()
{
	local answers status=0 key value

	answers=$("$door" "$@") || status=$?
	case $status in
	0) ;;
	4) printf '%s\n' "$answers"; exit 0 ;;
	*) exit "$EXIT_WRONG" ;;
	esac
	test_kernels=()
	has_sources=''
	while read -r key value; do
		case $key in
		needs) needs=$value ;;
		sources) has_sources=1 ;;
		scheduler) read -r sched_kind sched_path <<<"$value" ;;
		kernel) test_kernels+=("$value") ;;
		esac
	done <<<"$answers"
}

# door_can_say COMMAND ARGUMENT...: where the programs are as they would be
# built, names that nobody has are said before that.
door_can_say()
{
	suite_is_fresh || return 0
	case $1 in
	run | repro | export) ktstr_run "$1" --dry-run "${@:2}" >/dev/null || exit ;;
	esac
}

# ktstr_run ARGUMENT...: ktstr, with what it and the tests learn from us.
ktstr_run()
{
	local status=0

	job_start both env KTSTR_OUT="$out" KTSTR_OWNER_PID=$$ \
		KTSTR_AGAIN="$(again_settings)" \
		KTSTR_AGAIN_OPTIONS="$(again_options)" \
		${kernel:+KTSTR_KERNEL="$kernel"} "${ktstr_settings[@]}" \
		"$install/ktstr/ktstr" "$@"
	job_wait "$job" || status=$?
	return $status
}

# ktstr_results [KERNEL...]: what the sidecars of a run are told by; the kernels
# are those that were named.
ktstr_results()
{
	local dir kernel=$kernel

	(($# < 2)) || kernel=several

	dir=$(results_dir) || exit
	ktstr_settings=(KTSTR_SIDECAR_DIR="$dir"
		KTSTR_RUN_ID="$(date +%Y%m%d-%H%M%S)-$$"
		KTSTR_COMMIT="$(our_commit)"
		${1:+KTSTR_RUN_KERNELS="$(printf '%s\n' "$@")"})
}

# ktstr_sources COMMAND ARGUMENT...: schedulers that are declared with a source become
# programs, against the first kernel. One that does not build is left out, and said.
ktstr_sources()
{
	local built=$obj/schedulers/declared name source log lock

	lock=suite-$(printf '%s' "$out" | hash_stdin 8)
	lock_take "$lock"
	while read -r name source; do
		[[ $source != tree:* ]] || source=$tree/${source#tree:}
		log=$out/logs/scheduler-$name.log
		if [[ -z $vmlinux ]]; then
			say "$name: there is no vmlinux beside this kernel to build it against"
			continue
		fi
		: >"$log"
		job_start "$log" "${make_suite[@]}" -s --no-print-directory \
			SCHED="${source%.bpf.c}" SCHED_OUT="$built/$name" scheduler
		job_wait "$job" || say "$name: does not build; see $log"
	done < <("$install/ktstr/ktstr" "$@" --sources)
	lock_drop "$lock"
	ktstr_settings+=(KTSTR_BUILT_SCHEDULERS="$built")
}

# cmd_door COMMAND ARGUMENT...
cmd_door()
{
	local door needs has_sources sched_kind sched_path test_kernels ktstr_settings=()
	local kernel='' vmlinux='' tree='' obj install make_suite kvm_state=''
	local kernels source_id='' status=0

	cache_init
	tools_must "$tools_kvm"
	door_build
	door_ask "$@"
	((${#test_kernels[@]} == 0)) || kernel_must "${test_kernels[@]}"
	out_init
	install=$out/install
	if [[ $needs = vms ]]; then
		door_can_say "$@"
		tools_must "$tools_run"
		kvm_must
		suite_get "${test_kernels[@]}"
		ktstr_results ${test_kernels[0]:+"${kernels[@]}"}
		[[ -z $has_sources ]] || ktstr_sources "$@"
	elif ! suite_is_fresh; then
		tools_must "$tools_run"
		suite_get
	fi
	ktstr_run "$@" || status=$?
	exit "$status"
}

# suite_get [K...]: a kernel, and the suite that is built against it; of several
# the last one, whose types the BPF programs are compiled for.
suite_get()
{
	local lock

	lock=suite-$(printf '%s' "$out" | hash_stdin 8)
	kernel_get "$@"
	(($# == 0)) || tree=''
	lock_take "$lock"
	suite_build
	lock_drop "$lock"
}
