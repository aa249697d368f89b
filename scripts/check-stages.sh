# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The stages of `run_ktstr.sh check`, each a function that prints results by
# result(), attempt() or program() of check.sh. kernel, tree, obj, install and
# make_suite are as in suite.sh; scratch is a folder that goes afterwards.

# Our sources that match, tracked by git where there is git.
our_files()
{
	if git -C "$here" rev-parse -q --git-dir >/dev/null 2>&1; then
		git -c safe.directory='*' -C "$here" ls-files -- "$@"
	else
		(cd "$here" && for pattern in "$@"; do
			find . -path ./out -prune -o -type f \
				-name "${pattern##*/}" -print
		done | sed -e 's,^\./,,')
	fi
}

# ---- unit tests and fuzzing ----

# Of the images that kselftest/unit/data/mon-image.sh knows, one of a kind; the
# others are made by hand. They stay in the cache as long as the kernel does.
images='l4-kaslr l5-nokaslr stall'

stage_images()
{
	local make=$here/kselftest/unit/data/mon-image.sh dir name bpftool=''

	export KTSTR_KERNEL=$kernel OUTPUT=$obj QEMU
	QEMU=$(command -v qemu-system-x86_64 ||
		printf '%s\n' "$cache"/emulated-host/current-*/qemu | tail -n 1)
	dir=$(XDG_CACHE_HOME=${cache%/ktstr} "$make" -d)
	find "$cache/images" -mindepth 1 -maxdepth 1 -mtime +14 \
		-not -path "$dir" -exec rm -rf {} + 2>/dev/null || true
	for name in $images; do
		if [[ -s $dir/$name.core ]]; then
			result 0 "images.$name"
		elif [[ -x $QEMU ]]; then
			[[ -n $bpftool ]] || attempt images.bpftool \
				"${make_suite[@]}" "-j$jobs_of_make" bpftool
			bpftool=1
			attempt "images.$name" env \
				XDG_CACHE_HOME="${cache%/ktstr}" "$make" "$name"
		else
			ktap_result 4 "images.$name" "no qemu-system-x86_64"
		fi
	done
}

stage_unit()
{
	unit_run "$obj"
}

stage_sanitizers()
{
	make_other "$obj-san" SAN=1
	unit_run "$obj-san" SAN=1
}

# Another build of ours with the libraries of the first one.
make_other()
{
	local dir=$1

	shift
	mkdir -p "$dir"
	make_suite=("${make_suite[@]/OUTPUT=*/OUTPUT=$dir}" SCX="$obj/sched_ext"
		"$@")
}

unit_run()
{
	local dir=$1 name

	attempt "unit.build" "${make_suite[@]}" "-j$jobs_of_make" unit || return
	for name in $(our_files 'kselftest/unit/*_test.c' |
		      grep -v '_guest_test\.c$'); do
		name=$(basename "$name" .c)
		program "unit: $name" 300 env KTSTR_KERNEL="$kernel" \
			"$dir/unit/$name"
	done
}

# Unit tests of the VMM that run a few instructions in a guest: *_guest_test.c.
stage_guests()
{
	local in_kvm=() name

	in_kvm_prefix
	attempt guests.build "${make_suite[@]}" "-j$jobs_of_make" all unit ||
		return
	for name in $(our_files 'kselftest/unit/*_guest_test.c'); do
		name=$(basename "$name" .c)
		program "guests: $name" 300 "${in_kvm[@]}" "$obj/unit/$name"
	done
}

# What to put before a command that needs a KVM: leaves in_kvm.
in_kvm_prefix()
{
	kvm_look
	[[ $kvm_state = usable ]] ||
		in_kvm=("$obj/ktstr-emulated-host" -e KTSTR_KERNEL
			-e KTSTR_SCHEDULER_DIR --)
}

stage_clang()
{
	local clang

	clang=$(clang_find 16)
	make_other "$obj-clang" CC="$clang"
	attempt "clang.build" "${make_suite[@]}" "-j$jobs_of_make" all unit
}

fuzz_seconds=10

stage_fuzz()
{
	local name seeds

	attempt fuzz.build "${make_suite[@]}" "-j$jobs_of_make" fuzz || return
	for name in $(our_files 'kselftest/unit/fuzz_*.c'); do
		name=$(basename "$name" .c)
		mkdir -p "$scratch/corpus/$name" "$out/fuzz"
		seeds=("$here/kselftest/unit/data/${name#fuzz_}")
		[[ -d ${seeds[0]} ]] || seeds=()
		attempt "fuzz.$name" "$obj/fuzz/$name" -print_final_stats=0 \
			-max_total_time=$fuzz_seconds -timeout=60 \
			-artifact_prefix="$out/fuzz/$name-" \
			"$scratch/corpus/$name" "${seeds[@]}"
	done
}

# ---- scripts/tests ----

# stage_script NAME: it prints KTAP at the top level itself.
stage_script()
{
	local status=0

	export KTSTR_TEST_DIR=$scratch KTSTR_TEST_INSTALL=$install
	export KTSTR_TEST_KERNEL=$kernel KTSTR_TEST_OUT=$out
	export KTSTR_TEST_CACHE=${cache%/ktstr}
	job "$scratch/output" "$1" "$here/scripts/tests/$1.sh" || status=$?
	grep -v -e '^TAP version' -e '^1\.\.' "$scratch/output"
	exit $status
}

# ---- in VMs ----

# stage_suite suite-NAME
stage_suite()
{
	local status=0

	KTSTR_KERNEL=$kernel KTSTR_OWNER_PID=$$ job - "$1" \
		"$install/run_kselftest.sh" \
		-t "ktstr:${1#suite-}" || status=$?
	exit $status
}

# A repro that takes more than 2.2 times as long as its test is too slow.
stage_repro_times()
{
	local log=$scratch/run

	KTSTR_KERNEL=$kernel KTSTR_OWNER_PID=$$ job "$log" "$1" \
		"$install/run_kselftest.sh" -t ktstr:repro || true
	awk '
	/ RUN  / { test = $(NF - 1) }
	/# functions:/ { sub(/.*# functions:/, ""); functions = $0 }
	/# times: repro / {
		sub(/.*# times: /, "")
		split($0, word, /[ ,]+/)
		ratio = word[2] / word[5]
		printf "%sok %d repro-times.%s # repro : primary = %.1f s : %.1f s = %.2f, %d calls; functions:%s\n", \
			ratio > 2.2 ? "not " : "", ++n, test, word[2], word[5],
			ratio, word[9], functions
		failed += ratio > 2.2
	}
	END { print "1.." n + 0; exit failed > 0 || !n }' "$log"
	exit
}

boots=50

# Where an emulated host broke, another one goes on with the next boot; a VM
# that failed is never tried again.
stage_boots()
{
	local in_kvm=() first=1 hosts=1 status n_failed=0 log=$scratch/boots

	in_kvm_prefix
	attempt boots.build "${make_suite[@]}" "-j$jobs_of_make" bench-build || return
	while :; do
		status=0
		job "$log" boots timeout -k 10 2300 env \
			KTSTR_KERNEL="$kernel" KTSTR_OWNER_PID=$$ \
			KTSTR_SCHEDULER_DIR="$obj" "${in_kvm[@]}" \
			"$obj/bench/boot" -n $boots -c 1,2,4 -f $first ||
			status=$?
		sed -e 's/^/# /' "$log"
		first=$((first + $(grep -cE '^(not )?ok ' "$log")))
		n_failed=$((n_failed + $(grep -c '^not ok ' "$log")))
		((status == 125 && first <= boots && hosts < 4)) || break
		hosts=$((hosts + 1))
		echo "# the emulated host broke: number $hosts goes on with boot $first"
	done
	((n_failed == 0 || status != 0)) || status=1
	ktap_result $status "boots: $boots in a row, 1, 2 and 4 CPUs" \
		"$((first - 1)) of $boots were tried, $n_failed failed, $hosts emulated hosts, exit status $status"
}

# Each of 20 stalls is told right, and 20 healthy runs give no alarm.
stage_stalls()
{
	local test i

	export KTSTR_KERNEL=$kernel KTSTR_OWNER_PID=$$
	for test in monitor.stall_is_reported monitor.no_stall_no_alarm; do
		for ((i = 1; i <= 20; i++)); do
			program "stalls: $test, $i of 20" 300 \
				"$install/ktstr/monitor" -r "$test"
		done
	done
}

# Kernels that lack something or are older, as other builds of the same suite
# meet them: what the monitor and the repro need not have.
# name | what its build is told beside its config, scripts/tests/NAME.kconfig
kernel_variants='
lean	|
old	| KTSTR_SOURCE=bookworm-backports/linux-source-6.12
'

stage_kernels()
{
	local name setting

	while IFS='|' read -r name setting; do
		read -r name <<<"$name"
		read -r setting <<<"$setting"
		[[ -z $name ]] || kernel_variant "$name" "$setting"
	done <<<"$kernel_variants"
}

# kernel_variant NAME [SETTING]: build it, run the suites that look inside.
kernel_variant()
{
	local built=$scratch/$1.folder

	# shellcheck disable=SC2016
	attempt "kernels.$1.build" env -u KDIR -C "$here" \
		KTSTR_CONFIG="scripts/tests/$1.kconfig" ${2:+"$2"} \
		bash -c './run_ktstr.sh kernel >"$1"' - "$built" || return
	program "kernels: $1: monitor, repro" 2400 env \
		KTSTR_KERNEL="$(cat "$built")" KTSTR_OWNER_PID=$$ \
		"$install/run_kselftest.sh" -t ktstr:monitor -t ktstr:repro
}
