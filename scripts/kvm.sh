# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Where a kernel can run here: on /dev/kvm, or on the emulated host. Sourced
# by run_ktstr.sh. The suite finds that out by itself when it runs; this says
# it early, before a kernel is built for nothing, and gets what the emulated
# host needs.

tools_kvm='
cc gcc		| gcc		| gcc		| the KVM check
hdr stdio.h	| libc6-dev	| glibc-devel	| the KVM check
'

# kvm_look: leaves kvm_state (usable, emulated, none) and kvm_why.
kvm_look()
{
	local dir=$cache/kvm-check answer

	[[ $(uname -m) = x86_64 ]] || {
		kvm_state=none kvm_why="this is $(uname -m), not x86-64"
		return
	}
	kvm_check_build "$dir"
	answer=$(timeout 60 "$dir/kvm-check" 2>&1) || true
	if [[ $answer = usable ]]; then
		kvm_state=usable kvm_why="/dev/kvm runs kernels"
		return
	fi
	kvm_why=${answer#unusable: }
	kvm_why=${kvm_why:-"the check said nothing within a minute"}
	if emuhost_is_there; then
		kvm_state=emulated
		kvm_why+="; the emulated host is in the cache"
	elif [[ $(os_family) = debian ]]; then
		kvm_state=emulated
		kvm_why+="; the emulated host will be fetched"
	else
		kvm_state=none
		kvm_why+=" and the emulated host can only be fetched on Debian"
	fi
}

# Anew when its source changed; two runs at once do not see half of it.
kvm_check_build()
{
	local dir=$1 vmm=$here/vmm log=$cache/logs/kvm-check.log cc

	if [[ $dir/kvm-check -nt $vmm/kvm-check.c &&
	      $dir/kvm-check -nt $vmm/x86/kvm_check.c &&
	      $dir/kvm-check -nt $vmm/kvm_check.h &&
	      $dir/kvm-check -nt $here/lib/common/util/process.c ]]; then
		return
	fi
	mkdir -p "$dir"
	: >"$log"
	read -ra cc <<<"$(compiler)"
	job_must "$log" "building the KVM check" "${cc[@]}" -std=gnu11 -O2 \
		-D_GNU_SOURCE= -I"$here" -o "$dir/kvm-check.$$" \
		"$vmm/kvm-check.c" "$vmm/x86/kvm_check.c" \
		"$here/lib/common/util/process.c"
	mv "$dir/kvm-check.$$" "$dir/kvm-check"
}

emuhost_is_there()
{
	"$here/vmm/emulated-host/fetch.sh" --check >/dev/null 2>&1
}

# fetch.sh looks after its own lock, space and interruptions.
emuhost_fetch()
{
	local log=$cache/logs/emulated-host.log status=0

	: >"$log"
	job "$log" "fetching the emulated host" \
		"$here/vmm/emulated-host/fetch.sh" || status=$?
	case $status in
	0) ;;
	4) missing "the emulated host: $(tail -n 1 "$log")" ;;
	*) wrong "the emulated host: $(tail -n 1 "$log"); see $log" ;;
	esac
}

# kvm_ready: what can be had is there afterwards.
kvm_ready()
{
	tools_must "$tools_kvm"
	kvm_look
	[[ $kvm_state != usable ]] || return 0
	[[ $kvm_state = emulated ]] || return 0
	say "KVM: $kvm_why"
	emuhost_is_there && return
	tools_must "$tools_run" "$tools_fetch"
	emuhost_fetch
}

# emuhost_judged: does the entry have a QEMU that is known to be fit? Usually:
# it was mended. Else one that has no verdict yet is judged: see emuhost_judge.h.
emuhost_judged()
{
	local entry

	entry=$("$here/vmm/emulated-host/fetch.sh" --check 2>/dev/null) ||
		return 0
	grep -q -s -e '^mended' -e '^stands' "$entry/verdict" && return
	[[ -s $entry/verdict ]] || return
	[[ ! -d $entry/second || -s $entry/second/verdict ]]
}

# emuhost_judge: once the suite is built. Uses $kernel, $obj, $make_suite.
emuhost_judge()
{
	local log=$cache/logs/emulated-host.log

	[[ $kvm_state = emulated ]] || return 0
	! emuhost_judged || return 0
	job_must "$log" "building what judges the emulated host" \
		"${make_suite[@]}" "-j$jobs_of_make" bench-build
	# A verdict against it is the launcher's to tell, which has the other.
	job "$log" "judging the emulated host's QEMU" env \
		KTSTR_KERNEL="$kernel" KTSTR_SCHEDULER_DIR="$obj" \
		"$obj/ktstr-emulated-host" -j -S 1000000 -t 600 -- \
		"$obj/bench/boot" -n 3 -c 1,2,4 || true
	say "$(grep -h 'QEMU .* stand' "$log" | tail -n 1)"
}

kvm_must()
{
	kvm_ready
	[[ $kvm_state != none ]] || missing "no KVM here that can run a kernel:" \
		"$kvm_why"
}

cmd_kvm_check()
{
	(($# == 0)) || usage_error "kvm-check takes no arguments"
	cache_init
	tools_must "$tools_kvm"
	kvm_look
	printf '%s: %s\n' "$kvm_state" "$kvm_why"
	[[ $kvm_state != none ]] || exit "$EXIT_MISSING"
}
