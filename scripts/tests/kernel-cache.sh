#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel cache of run_ktstr.sh: builds when something changed, and only
# then; never keeps what is not whole; never writes into the tree.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

kernel()
{
	KDIR=$PWD/tree front 0 'kernel: ' kernel
	[[ -s $(cat stdout)/bzImage ]] || fail "no kernel in $(cat stdout)"
}

second_run_builds_nothing()
{
	fake_tree tree
	kernel
	kernel
	builds_are 1
}

tree_is_not_written()
{
	local before

	fake_tree tree
	before=$(find tree -printf '%p %T@ %s\n' | sort)
	kernel
	[[ $(find tree -printf '%p %T@ %s\n' | sort) = "$before" ]] ||
		fail "the tree was written to"
}

source_change_builds()
{
	fake_tree tree
	kernel
	echo '/* new */' >>tree/kernel/sched/core.c
	kernel
	builds_are 2
}

test_change_builds_nothing()
{
	fake_tree tree
	kernel
	echo new >>tree/Documentation/index.rst
	echo '# new' >>tree/tools/testing/selftests/lib.mk
	kernel
	builds_are 1
}

git_tree()
{
	fake_tree tree
	git -C tree init -q
	git -C tree add -fA
	git -C tree -c user.name=t -c user.email=t@t commit -qm one
}

git_back_and_forth_builds_twice()
{
	git_tree
	kernel
	echo '/* new */' >>tree/kernel/sched/core.c
	kernel
	builds_are 2
	git -C tree checkout -q kernel/sched/core.c
	kernel
	builds_are 2
	git -C tree -c user.name=t -c user.email=t@t commit \
		--allow-empty -qm two
	kernel
	builds_are 2
}

git_new_file_builds()
{
	git_tree
	kernel
	touch tree/kernel/sched/new.c
	kernel
	builds_are 2
}

toolchain_change_builds()
{
	fake_tree tree
	kernel
	mkdir bin
	printf '#!/bin/sh\necho v9.99\n' >bin/pahole
	chmod +x bin/pahole
	PATH=$PWD/bin:$PATH kernel
	builds_are 2
}

fragment_change_builds()
{
	fake_tree tree
	kernel
	mkdir copy
	cp -r "$top"/{run_ktstr.sh,scripts,ktstr.kconfig,vmm,Makefile,lib} copy
	echo CONFIG_NEW=y >>copy/ktstr.kconfig
	top=$PWD/copy kernel
	builds_are 2
}

named_fragment_builds()
{
	fake_tree tree
	kernel
	echo CONFIG_NEW=y >more.kconfig
	KTSTR_CONFIG=more.kconfig kernel
	grep -qx CONFIG_NEW=y "$(cat stdout)/config" ||
		fail "the fragment is not in the configuration"
	KTSTR_CONFIG=more.kconfig kernel
	kernel
	builds_are 2
	KTSTR_CONFIG=none KDIR=$PWD/tree front 1 'none: cannot be read' kernel
}

# What is only wanted is said, and no more.
wanted_option_is_named()
{
	fake_tree tree
	echo CONFIG_DYNAMIC_FTRACE=y >tree/parts/deny
	kernel
	grep -q 'CONFIG_DYNAMIC_FTRACE is not set' stderr ||
		fail "what is missing is not said"
}

parallel_runs_share()
{
	local first

	fake_tree tree
	echo 'sleep 2' >tree/parts/hook
	mkdir other
	(cd other && ln -s ../tree ../cache . && kernel) >other.log &
	first=$!
	kernel
	wait $first || fail "the other run: $(cat other.log)"
	builds_are 1
}

failed_build_is_tried_again()
{
	fake_tree tree
	echo 'exit 1' >tree/parts/hook
	KDIR=$PWD/tree front 1 '  \| ' kernel
	grep -q 'building Linux 7.3.0-fake: failed' stderr ||
		fail "the failure is not named"
	echo : >tree/parts/hook
	kernel
	builds_are 2
}

damaged_entry_is_built_again()
{
	fake_tree tree
	kernel
	truncate -s 100 "$(cat stdout)/vmlinux"
	kernel
	builds_are 2
}

edited_while_building()
{
	fake_tree tree
	echo "echo '/* late */' >>$PWD/tree/kernel/sched/core.c" >tree/parts/hook
	KDIR=$PWD/tree front 1 'changed while it was built' kernel
	[[ -z $(ls cache/ktstr/kernels) ]] || fail "it was kept"
}

# A tree configured in place, whose own build is older than its source.
configured_tree_is_copied()
{
	fake_tree tree
	touch tree/.config tree/kernel/sched/core.o
	kernel
	builds_are 1
	[[ ! -e $(echo cache/ktstr/sources/copy-*)/kernel/sched/core.o ]] ||
		fail "a product was copied"
	touch tree/kernel/sched/second.c
	kernel
	rm tree/kernel/sched/second.c
	touch tree/kernel/sched/third.c
	kernel
	builds_are 3
	[[ ! -e $(echo cache/ktstr/sources/copy-*)/kernel/sched/second.c ]] ||
		fail "a file that is gone from the tree stays in the copy"
}

configured_tree_is_used()
{
	fake_tree tree
	sleep 1.1
	cp "$top/ktstr.kconfig" tree/.config
	cp tree/parts/elf tree/vmlinux
	mkdir -p tree/arch/x86/boot
	cp tree/parts/image tree/arch/x86/boot/bzImage
	kernel
	builds_are 0
	cmp tree/vmlinux "$(cat stdout)/vmlinux"
	echo '/* new */' >>tree/kernel/sched/core.c
	touch -d 'next minute' tree/kernel/sched/core.c
	kernel
	builds_are 1
}

use_config_wants_one()
{
	fake_tree tree
	KDIR=$PWD/tree front 4 'tree/.config: missing' --use-config kernel
}

old_entries_go()
{
	local i

	fake_tree tree
	for i in 1 2 3 4 5 6 7 8; do
		echo "/* $i */" >>tree/kernel/sched/core.c
		kernel
	done
	[[ $(find cache/ktstr/kernels -mindepth 1 -maxdepth 1 | wc -l) = 6 ]] ||
		fail "not six: $(ls cache/ktstr/kernels)"
	kernel
	builds_are 8
}

# kconfig drops what it cannot have; parts/deny does so in this tree.
what_is_dropped_is_said()
{
	fake_tree tree
	echo CONFIG_GONE >tree/parts/deny
	printf '%s\n' CONFIG_NEW=y CONFIG_GONE=y '# CONFIG_SMP_OLD is not set' \
		CONFIG_HZ=250 CONFIG_HZ=1000 CONFIG_OFF=n >more.kconfig
	export KTSTR_CONFIG=more.kconfig
	kernel
	grep -c 'kconfig has dropped it' stderr | grep -qx 1 ||
		fail "not one line of it"
	grep -q 'more.kconfig: CONFIG_GONE=y became n: kconfig' stderr ||
		fail "it is not named"
	# From the cache it is no other kernel.
	kernel
	builds_are 1
	grep -q 'CONFIG_GONE=y became n' stderr || fail "said once only"
}

ktap_begin
try kernel_cache.second_run_builds_nothing second_run_builds_nothing
try kernel_cache.what_is_dropped_is_said what_is_dropped_is_said
try kernel_cache.tree_is_not_written tree_is_not_written
try kernel_cache.source_change_builds source_change_builds
try kernel_cache.test_change_builds_nothing test_change_builds_nothing
try kernel_cache.git_back_and_forth_builds_twice git_back_and_forth_builds_twice
try kernel_cache.git_new_file_builds git_new_file_builds
try kernel_cache.toolchain_change_builds toolchain_change_builds
try kernel_cache.fragment_change_builds fragment_change_builds
try kernel_cache.named_fragment_builds named_fragment_builds
try kernel_cache.wanted_option_is_named wanted_option_is_named
try kernel_cache.parallel_runs_share parallel_runs_share
try kernel_cache.failed_build_is_tried_again failed_build_is_tried_again
try kernel_cache.damaged_entry_is_built_again damaged_entry_is_built_again
try kernel_cache.edited_while_building edited_while_building
try kernel_cache.configured_tree_is_copied configured_tree_is_copied
try kernel_cache.configured_tree_is_used configured_tree_is_used
try kernel_cache.use_config_wants_one use_config_wants_one
try kernel_cache.old_entries_go old_entries_go
ktap_end
