# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Where a kernel can run here: on /dev/kvm, or on the emulated host. Sourced
# by run_ktstr.sh. The suite finds that out by itself when it runs; this says
# it early, before a kernel is built for nothing, and gets what the emulated
# host needs.

tools_kvm='
cmd gcc		| gcc		| gcc		| the probe
hdr stdio.h	| libc6-dev	| glibc-devel	| the probe
'

# kvm_look: leaves kvm_state (usable, emulated, none) and kvm_why.
kvm_look()
{
	local dir=$cache/kvm-check answer

	[[ $(uname -m) = x86_64 ]] || {
		kvm_state=none kvm_why="this is $(uname -m), not x86-64"
		return
	}
	kvm_probe_build "$dir"
	answer=$(timeout 60 "$dir/kvm-check" 2>&1) || true
	if [[ $answer = usable ]]; then
		kvm_state=usable kvm_why="/dev/kvm runs kernels"
		return
	fi
	kvm_why=${answer#unusable: }
	kvm_why=${kvm_why:-"the probe said nothing within a minute"}
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
kvm_probe_build()
{
	local dir=$1 vmm=$here/vmm log=$cache/logs/kvm-check.log

	if [[ $dir/kvm-check -nt $vmm/kvm-check.c &&
	      $dir/kvm-check -nt $vmm/x86/probe.c &&
	      $dir/kvm-check -nt $vmm/probe.h ]]; then
		return
	fi
	mkdir -p "$dir"
	: >"$log"
	job_must "$log" "building the KVM probe" gcc -std=gnu11 -O2 \
		-D_GNU_SOURCE= -I"$here" -o "$dir/kvm-check.$$" \
		"$vmm/kvm-check.c" "$vmm/x86/probe.c"
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

# kvm_ready: what can be had is there afterwards; sets kvm_text for people.
kvm_ready()
{
	tools_must "$tools_kvm"
	kvm_look
	kvm_text=/dev/kvm
	[[ $kvm_state != usable ]] || return 0
	kvm_text="no KVM"
	[[ $kvm_state = emulated ]] || return 0
	say "KVM: $kvm_why"
	kvm_text="the emulated host"
	emuhost_is_there && return
	tools_must "$tools_run" "$tools_fetch"
	emuhost_fetch
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
