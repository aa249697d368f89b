#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# `ktstr export`: the file runs its test as another user, in an empty folder, with
# nothing of this machine's but its kernel's KVM; a machine without one is told so.
#
# KTSTR_TEST_INSTALL is an installed suite, KTSTR_TEST_KERNEL a folder of the kernel
# cache.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

install=${KTSTR_TEST_INSTALL:?names an installed suite}/ktstr
kernel=${KTSTR_TEST_KERNEL:?names a folder of the kernel cache}
real_cache=${KTSTR_TEST_CACHE:?names the folder of the cache}
test=eevdf.1n1l2c1t.steady

export_it()
{
	KTSTR_KERNEL=$kernel KTSTR_SIDECAR_DIR=$PWD "$install/ktstr" export "$@"
}

# As whoever has got it: nobody, with no home, and no variable of ours.
as_nobody()
{
	cat >as-nobody.sh <<-'SH'
		install -D -m 755 "$1" /tmp/given/test.run
		mkdir /tmp/empty && chown 65534:65534 /tmp/empty && cd /tmp/empty || exit 9
		status=0
		setpriv --reuid=65534 --regid=65534 --clear-groups \
			env -i PATH=/usr/bin:/bin HOME=/nonexistent /tmp/given/test.run || status=$?
		echo "status $status; files:" *; echo "left:" /tmp/*
	SH
	# Where KVM here is usable, there is no need of another machine.
	if [[ $(XDG_CACHE_HOME=$real_cache "$install/kvm-check") = usable ]]; then
		unshare -m sh -c 'mount -t tmpfs tmpfs /tmp && exec sh "$@"' - \
			as-nobody.sh "$1"
	else
		XDG_CACHE_HOME=$real_cache "$install/ktstr-emulated-host" -r "$PWD" \
			-- sh as-nobody.sh "$1"
	fi
}

another_user_runs_it()
{
	export_it -o here.run $test >said
	grep -q "^ok 1 $test .*exported to here.run, " said || fail "$(cat said)"
	as_nobody here.run >stdout 2>&1 </dev/null
	cat stdout
	grep -q "^ok 1 $test" stdout || fail "it has not passed"
	grep -q "^status 0; files: $test.ktstr.json$" stdout ||
		fail "it leaves something else"
	grep -q '^left: /tmp/empty /tmp/given$' stdout || fail "it leaves something in /tmp"
}

machine_without_kvm_is_told_so()
{
	local status=0

	[[ $("$install/kvm-check") != usable ]] || {
		echo "KVM is usable here"
		return
	}
	export_it -o here.run $test >said
	TMPDIR=$PWD ./here.run >stdout 2>stderr </dev/null || status=$?
	((status == 4)) || fail "exit status $status, not 4"
	[[ ! -s stdout && $(wc -l <stderr) = 1 ]] || fail "$(cat stdout stderr)"
	grep -qE '^here.run: (KVM on this machine cannot run a kernel|there is no /dev/kvm|/dev/kvm is not)' stderr ||
		fail "$(cat stderr)"
	[[ -z $(find . -name 'ktstr-export.*') ]] || fail "it leaves a folder"
}

ktap_begin
try vm_export.another_user_runs_it another_user_runs_it
try vm_export.machine_without_kvm_is_told_so machine_without_kvm_is_told_so
ktap_end
