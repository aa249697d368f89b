#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What kvm-check says: usable, emulated or none, and why. The probe itself is
# one that answers as each case has it.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

# probe_says TEXT STATUS: newer than its source, so it is not built.
probe_says()
{
	mkdir -p cache/ktstr/kvm-check
	touch cache/ktstr/.ktstr-cache
	printf '#!/bin/sh\necho "%s"\nexit %s\n' "$1" "$2" \
		>cache/ktstr/kvm-check/kvm-check
	chmod +x cache/ktstr/kvm-check/kvm-check
}

# kvm_check STATUS TEXT: its one line on stdout.
kvm_check()
{
	local status=0

	"$top/run_ktstr.sh" kvm-check >stdout 2>stderr </dev/null || status=$?
	cat stdout stderr
	[[ $status = "$1" ]] || fail "exit status $status, not $1"
	[[ $(cat stdout) = "$2" ]] || fail "not '$2'"
}

usable()
{
	probe_says usable 0
	kvm_check 0 'usable: /dev/kvm runs kernels'
}

emulated_will_be_fetched()
{
	command -v apt-get >/dev/null || skip "this is not Debian"
	probe_says 'unusable: no permission on /dev/kvm' 1
	kvm_check 0 'emulated: no permission on /dev/kvm; the emulated host will be fetched'
}

emulated_is_there()
{
	probe_says 'unusable: no /dev/kvm: gone' 1
	layout=$(sed -n 's/^layout=//p' "$top/vmm/emulated-host/fetch.sh")
	mkdir -p "cache/ktstr/emulated-host/current-$layout"
	echo 10.0 >"cache/ktstr/emulated-host/current-$layout/version"
	kvm_check 0 'emulated: no /dev/kvm: gone; the emulated host is in the cache'
}

# A machine as Fedora is: no apt-get.
none()
{
	mkdir bin
	find /usr/bin /bin -maxdepth 1 -not -name apt-get \
		\( -type f -o -type l \) -print0 |
		xargs -0 ln -s -t bin 2>/dev/null || true # there twice
	probe_says 'unusable: no /dev/kvm: gone' 1
	PATH=$PWD/bin kvm_check 4 \
		'none: no /dev/kvm: gone and the emulated host can only be fetched on Debian'
}

probe_that_hangs_or_dies()
{
	command -v apt-get >/dev/null || skip "this is not Debian"
	probe_says '' 139
	kvm_check 0 'emulated: the check said nothing within a minute; the emulated host will be fetched'
}

ktap_begin
try kvm_check.usable usable
try kvm_check.emulated_will_be_fetched emulated_will_be_fetched
try kvm_check.emulated_is_there emulated_is_there
try kvm_check.none none
try kvm_check.probe_that_hangs_or_dies probe_that_hangs_or_dies
ktap_end
