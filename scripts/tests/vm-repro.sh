#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Auto-repro with less, and with more, than it hopes for: each lack costs one
# line, and the rest of the report stands.
#
# KTSTR_TEST_INSTALL is an installed suite, KTSTR_TEST_KERNEL a folder of the
# kernel cache.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

install=${KTSTR_TEST_INSTALL:?names an installed suite}/ktstr
good=${KTSTR_TEST_KERNEL:?names a folder of the kernel cache}
real_cache=${KTSTR_TEST_CACHE:?names the folder of the cache}

# story TEST [OP]: runs it with its repro; the story has the op that failed.
story()
{
	export XDG_CACHE_HOME=$real_cache KTSTR_REPRO=1
	timeout 900 "$install/repro" -r "$1" >stdout 2>&1 </dev/null || true
	cat stdout
	says '^# reproduced'
	says "^#   ${2:-ktstr_enqueue} "
	says '^# --- probe pipeline ---'
}

says()
{
	grep -Eq "$1" stdout || fail "nothing matches /$1/"
}

# A kernel of links to the good one, whose vmlinux is a copy.
kernel_copy()
{
	mkdir kernel
	ln -s "$good"/{bzImage,config} kernel/
	cp "$good/vmlinux" kernel/
	export KTSTR_KERNEL=$PWD/kernel
}

vmlinux_without_dwarf()
{
	kernel_copy
	objcopy --remove-section '.debug_*' --remove-section '.rela.debug_*' \
		kernel/vmlinux
	story repro.bpf_error
	says '^# .*vmlinux has no DWARF: no source lines'
	says '^#     task_struct \*p'
	says 'scx_ktstr.bpf.c:[0-9]+$'
	! grep -q 'kernel/sched/.*:[0-9]' stdout || fail "lines out of nowhere"
}

# Its DWARF was split off, and lies beside it.
vmlinux_with_split_debug()
{
	kernel_copy
	objcopy --only-keep-debug kernel/vmlinux kernel/vmlinux.debug
	objcopy --remove-section '.debug_*' --remove-section '.rela.debug_*' \
		kernel/vmlinux
	story repro.bpf_error
	says '^#   [a-z_]*enqueue[a-z_]*  *kernel/sched/.*\.c:[0-9]+$'
}

# The first byte of its build id is another one.
vmlinux_of_another_kernel()
{
	local id at new notes before

	kernel_copy
	id=$(readelf -n kernel/vmlinux | sed -n 's/.*Build ID: //p' | head -n 1)
	at=$(readelf -SW kernel/vmlinux | sed -n \
		's/.* \.notes *NOTE *[0-9a-f]* \([0-9a-f]*\) \([0-9a-f]*\) .*/0x\1 0x\2/p')
	# shellcheck disable=SC2086 # two numbers
	set -- $at
	# In digits: a build id may have any byte, the end of a line, too.
	notes=$(od -An -v -tx1 -j $(($1)) -N $(($2)) kernel/vmlinux |
		tr -d ' \n')
	before=${notes%%"$id"*}
	[[ $before != "$notes" ]] || fail "the build id is not in .notes"
	new=$(printf '%02x' $((0x${id:0:2} ^ 0xff)))${id:2}
	patch_bytes kernel/vmlinux $(($1 + ${#before} / 2)) "\\x${new:0:2}"
	# (The host cannot make a scheduler fail whose kernel it does not know.)
	story repro_tree.ddsp_bogus_dsq_fail ddsp_bogus_dsq_fail_select_cpu
	says "another kernel: build id $id .* has build id $new"
	says '^#     task_struct \*p'
	says 'ddsp_bogus_dsq_fail.bpf.c:[0-9]+$'
	! grep -q 'kernel/sched/.*:[0-9]' stdout || fail "another kernel's lines"
}

# Source places, by other tools than ours: binutils for the kernel, the text of
# the source for the scheduler.
source_places_are_true()
{
	local func place address known n=0

	export KTSTR_KERNEL=$good
	story repro.bpf_error
	while read -r func place; do
		case $place in
		scx_ktstr.bpf.c:*)
			known=$(sed -n "1,${place##*:}s/.*BPF_STRUCT_OPS[A-Z_]*(\([a-z_]*\),.*/\1/p" \
				"$top/bpf/scx_ktstr.bpf.c" | tail -n 1)
			[[ $known = "$func" ]] ||
				fail "$func is said to lie in $place, there lies $known" ;;
		*)
			address=$(nm "$good/vmlinux" | awk -v f="$func" \
				'$3 == f && !n++ { print $1 }')
			known=$(addr2line -e "$good/vmlinux" "0x$address")
			known=${known%% *}
			[[ $known = *"$place" ]] ||
				fail "$func: $place, addr2line says $known" ;;
		esac
		n=$((n + 1))
	done < <(sed -n 's/^#   \([a-z_0-9]*\)  *\([a-z_./]*\.c:[0-9]*\)$/\1 \2/p' \
		stdout | sort -u)
	((n >= 3)) || fail "only $n places"
	grep -q 'scx_ktstr.bpf.c:' stdout || fail "no place in the scheduler"
}

# demo: a test that fails on purpose, and its repro.
demo()
{
	local status=0

	timeout 900 "$install/repro_demo" -r "$1" >stdout 2>&1 </dev/null ||
		status=$?
	cat stdout
	[[ $status = 1 ]] || fail "exit status $status, not 1"
}

# There is no story of it, but what the kernel said, and the way to it again,
# which is gone here.
kernel_panic()
{
	local again

	export XDG_CACHE_HOME=$real_cache KTSTR_KERNEL=$good
	demo repro_demo.kernel_panic
	says 'the guest kernel panicked \(last stage: workload\): Kernel panic'
	says '^#   culprit: .*sysrq_handle_crash'
	says '^# .*Kernel panic - not syncing: sysrq triggered crash'
	says '^# reproduced \(the guest kernel died: panic, Kernel panic'
	again=$(sed -n 's/^#   again: //p' stdout | tail -n 1)
	[[ $again = "$(printf 'XDG_CACHE_HOME=%q KTSTR_REPRO=1 KTSTR_KERNEL=%q %q -r %s' \
		"$XDG_CACHE_HOME" "$good/bzImage" "$install/repro_demo" \
		repro_demo.kernel_panic)" ]] || fail "again: $again"
	unset KTSTR_KERNEL XDG_CACHE_HOME
	(cd / && eval "$again") >stdout 2>&1 </dev/null || true
	cat stdout
	says '^# reproduced \(the guest kernel died: panic, Kernel panic'
}

# The demo of the documentation, as users call it: a short block, then as many
# rounds as were asked for, and all of it in the file that is named.
demo_by_the_front()
{
	local status=0 name=repro_demo.host_triggered_crash lines whole again

	mkdir results
	export XDG_CACHE_HOME=$real_cache KTSTR_KERNEL=$good
	export KTSTR_OUT=$KTSTR_TEST_OUT KTSTR_SIDECAR_DIR=$PWD/results
	timeout 900 "$top/run_ktstr.sh" repro --rounds 2 $name >stdout \
		2>stderr </dev/null || status=$?
	cat stdout stderr
	[[ $status = 1 ]] || fail "exit status $status, not 1"
	# Where an emulated host broke, another one has begun the test anew.
	lines=$(awk -v head="# ktstr '$name" '
		index($0, head) == 1 { n = 0 }
		{ n++ }
		/^# --- auto-repro/ { print n; exit }' stdout)
	((lines > 5 && lines <= 26)) ||
		fail "$((lines - 1)) lines of failure before the story"
	says '^# reproduced.*, [12] of 2 rounds'
	again=$(sed -n 's/^#   again: //p' stdout | tail -n 1)
	[[ $again = "$(printf 'KTSTR_OUT=%q XDG_CACHE_HOME=%q KTSTR_KERNEL=%q ./run_ktstr.sh repro %s' \
		"$KTSTR_OUT" "$XDG_CACHE_HOME" "$good" $name)" ]] ||
		fail "again: $again"
	whole=$(sed -n 's/^#   whole report: //p' stdout | tail -n 1)
	grep -q '^# --- auto-repro ---' "$whole" ||
		fail "the whole report has no story"
	grep -q '^# repro VM duration: .* in 2 rounds' "$whole" ||
		fail "the story tells nothing of two rounds"
}

many_functions()
{
	local names

	export KTSTR_KERNEL=$good
	names=$(nm "$good/vmlinux" | awk '
		$2 ~ /[tT]/ && $3 ~ /^(scx|sched|task|rq|ttwu|enqueue|dequeue|pick|put_prev|set_|update_)[a-z_]*$/ && ++n <= 200 { print $3 }' |
		paste -sd,)
	[[ $(tr , '\n' <<<"$names" | wc -l) = 200 ]] ||
		skip "this kernel has no 200 functions of these names"
	export KTSTR_REPRO_FUNCTIONS=$names
	story repro.bpf_error
	says '^#   functions: 200 named'
}

# A test that passes, with functions named as Documentation/auto-repro.rst has
# it, and a BPF program: their calls, of whatever task, and no others.
named_functions()
{
	local status=0 names

	export XDG_CACHE_HOME=$real_cache KTSTR_KERNEL=$good KTSTR_REPRO=1
	export KTSTR_REPRO_FUNCTIONS=try_to_wake_up,scx_do_enqueue_task
	KTSTR_REPRO_FUNCTIONS+=,ktstr_enqueue,no_such_function
	timeout 900 "$install/scx" -r scx.ktstr.steady >stdout 2>&1 \
		</dev/null || status=$?
	cat stdout
	[[ $status = 0 ]] || fail "exit status $status"
	names=$(sed -n 's/^#   \([a-z_0-9]*\)  *[a-z_./]*\.[ch]:[0-9]*$/\1/p' \
		stdout | sort -u | paste -sd' ')
	[[ $names = "ktstr_enqueue scx_do_enqueue_task try_to_wake_up" ]] ||
		fail "calls of: $names"
	(($(sed -n 's/^#     .* for .*\[\([0-9]*\)\], CPU .*/\1/p' stdout |
		sort -u | wc -l) >= 2)) || fail "calls of one task only"
	! grep -q '^# task: ' stdout || fail "nobody is the culprit"
	says '^#   1 name is of no function .*: no_such_function'
}

ktap_begin
try vm_repro.named_functions named_functions
try vm_repro.vmlinux_without_dwarf vmlinux_without_dwarf
try vm_repro.vmlinux_with_split_debug vmlinux_with_split_debug
try vm_repro.vmlinux_of_another_kernel vmlinux_of_another_kernel
try vm_repro.many_functions many_functions
try vm_repro.source_places_are_true source_places_are_true
try vm_repro.kernel_panic kernel_panic
try vm_repro.demo_by_the_front demo_by_the_front
ktap_end
