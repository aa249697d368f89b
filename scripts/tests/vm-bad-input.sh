#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Bad input to a program of the suite, run as anyone may run it: one result
# line that names it, and the right exit status.
#
# KTSTR_TEST_INSTALL is an installed suite, KTSTR_TEST_KERNEL a folder of the
# kernel cache.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

install=${KTSTR_TEST_INSTALL:?names an installed suite}/ktstr
good=${KTSTR_TEST_KERNEL:?names a folder of the kernel cache}
real_cache=${KTSTR_TEST_CACHE:?names the folder of the cache}

# suite STATUS PATTERN PROGRAM ARG...: exits with that status, and a result
# line matches.
suite()
{
	local want=$1 pattern=$2 program=$3 status=0

	shift 3
	export XDG_CACHE_HOME=$real_cache
	timeout 300 "$install/$program" "$@" >stdout 2>&1 </dev/null ||
		status=$?
	cat stdout
	[[ $status = "$want" ]] || fail "exit status $status, not $want"
	grep -Eq "^(not )?ok [0-9]+ .*$pattern" stdout ||
		fail "no result line matches /$pattern/"
}

# A kernel of links to the good one, of which each case replaces something.
links()
{
	mkdir kernel
	ln -s "$good"/{bzImage,vmlinux,config} kernel/
	export KTSTR_KERNEL=$PWD/kernel
}

# wrong_setting SETTING SENTENCE: no test is skipped for it.
wrong_setting()
{
	local status=0

	timeout 60 env "$1" "$install/eevdf" -t steady >stdout 2>&1 </dev/null ||
		status=$?
	cat stdout
	[[ $status = 1 ]] || fail "exit status $status, not 1"
	grep -qF -e "$2" stdout || fail "it is not named"
	! grep -E '^(not )?ok ' stdout || fail "a test has a result"
}

no_kernel()
{
	wrong_setting KTSTR_KERNEL="$PWD/nowhere" \
		"KTSTR_KERNEL=$PWD/nowhere: neither a build folder"
}

no_folders()
{
	wrong_setting KTSTR_SIDECAR_DIR="$PWD/nowhere" \
		"KTSTR_SIDECAR_DIR=$PWD/nowhere: no such folder"
	wrong_setting KTSTR_SIDECAR_DIR=results \
		'KTSTR_SIDECAR_DIR=results: is not an absolute path'
	wrong_setting KTSTR_SCHEDULER_DIR="$PWD/nowhere" \
		"KTSTR_SCHEDULER_DIR=$PWD/nowhere: no such folder"
	wrong_setting KTSTR_STRICT=yes 'KTSTR_STRICT=yes: is neither 0 nor 1'
}

truncated_image()
{
	links
	rm kernel/bzImage
	head -c "$1" "$good/bzImage" >kernel/bzImage
	suite 1 'bzImage' eevdf -t steady
	grep -q '^not ok' stdout || fail "it is not a failure"
}

arm64_image()
{
	links
	rm kernel/bzImage
	head -c 1M /dev/zero >kernel/bzImage
	patch_bytes kernel/bzImage 56 'ARM\x64'
	suite 1 'bzImage' eevdf -t steady
}

kernel_without_option()
{
	links
	rm kernel/config
	grep -v "CONFIG_$1=" "$good/config" >kernel/config
	suite 4 "SKIP.*$1" scx -t steady
}

strict_makes_a_skip_a_failure()
{
	links
	rm kernel/config
	grep -v CONFIG_SCHED_CLASS_EXT= "$good/config" >kernel/config
	KTSTR_STRICT=1 suite 1 'infrastructure:.*SCHED_CLASS_EXT' scx -t steady
}

# The suite elsewhere, to spoil its parts.
copy_of_suite()
{
	cp -r "$install" suite
	install=$PWD/suite
	export KTSTR_KERNEL=$good
}

scheduler_missing()
{
	copy_of_suite
	rm suite/scx_simple
	suite 4 'SKIP.*no scheduler program scx_simple' scx -v simple
}

scheduler_is_no_program()
{
	copy_of_suite
	chmod 644 suite/scx_simple
	suite 1 'scheduler program .*scx_simple: Permission denied' \
		scx -r scx.simple.steady
}

scheduler_cannot_load()
{
	copy_of_suite
	cp /bin/false suite/scx_simple
	suite 1 'scheduler' scx -r scx.simple.steady
	grep -q 'infrastructure' stdout && fail "blamed on the infrastructure"
	true
}

no_test_matches()
{
	local status=0

	KTSTR_KERNEL=$good "$install/eevdf" -t nonsense >stdout 2>&1 || status=$?
	cat stdout
	[[ $status = 1 ]] || fail "exit status $status, not 1"
	grep -q 'no test matches' stdout || fail "no message"
}

# As someone who may not open /dev/kvm, and has no emulated host.
no_permission_on_kvm()
{
	((EUID == 0)) || skip "needs root to become someone else"
	[[ -e /dev/kvm ]] || skip "no /dev/kvm here"
	[[ $(stat -c %a /dev/kvm) != *[67] ]] || skip "anyone may open it"
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		test -x "$install/eevdf" || skip "others cannot read $install"
	cp -r -L "$good" kernel
	chmod 755 "$work" "$PWD" kernel
	mkdir -m 777 empty
	KTSTR_KERNEL=$PWD/kernel XDG_CACHE_HOME=$PWD/empty \
		setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$install/eevdf" -t steady >stdout 2>&1 || status=$?
	cat stdout
	[[ ${status:-0} = 4 ]] || fail "exit status ${status:-0}, not 4"
	grep -q 'SKIP.*no permission on /dev/kvm' stdout ||
		fail "the permission is not named"
}

ktap_begin
try vm_bad_input.no_kernel no_kernel
try vm_bad_input.no_folders no_folders
try vm_bad_input.image_empty truncated_image 0
try vm_bad_input.image_truncated truncated_image 1000000
try vm_bad_input.arm64_image arm64_image
try vm_bad_input.no_SCHED_CLASS_EXT kernel_without_option SCHED_CLASS_EXT
try vm_bad_input.no_BTF kernel_without_option DEBUG_INFO_BTF
try vm_bad_input.strict_makes_a_skip_a_failure strict_makes_a_skip_a_failure
try vm_bad_input.scheduler_missing scheduler_missing
try vm_bad_input.scheduler_is_no_program scheduler_is_no_program
try vm_bad_input.scheduler_cannot_load scheduler_cannot_load
try vm_bad_input.no_test_matches no_test_matches
try vm_bad_input.no_permission_on_kvm no_permission_on_kvm
ktap_end
