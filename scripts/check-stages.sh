# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The stages of `run_ktstr.sh check`, each a function that prints results by
# result(), attempt() or program() of check.sh. kernel, tree, obj, install and
# make_suite are as in suite.sh; scratch is a folder that goes afterwards.

# Our sources that match: of git's files where there is git, new ones too.
our_files()
{
	if our_git rev-parse -q --git-dir >/dev/null; then
		our_git ls-files -co --exclude-standard -- "$@"
	else
		(cd "$here" && for pattern in "$@"; do
			find . -path ./out -prune -o -type f \
				-name "${pattern##*/}" -print
		done | sed -e 's,^\./,,')
	fi
}

# ---- unit tests and fuzzing ----

# Of the images that kselftest/unit/data/mon-image.sh knows, all but that of 252
# CPUs, which is made by hand. They stay in the cache as long as the kernel does.
images_small='l4-kaslr l5-nokaslr stall l4-nokaslr l5-kaslr eevdf cpus8'
images_64='cpus64 hang64'

stage_images()
{
	images_make "$images_small"
}

# And the unit tests that read them, of which `unit` has skipped those.
stage_images_64()
{
	local name programs=()

	images_make "$images_64"
	attempt images-64.build "${make_suite[@]}" "-j$jobs_of_make" unit || return
	for name in $(our_files 'kselftest/unit/mon_*_test.c'); do
		programs+=("$obj/unit/$(basename "$name" .c)")
	done
	unit_run images-64 env KTSTR_KERNEL="$kernel" \
		"$here/scripts/run-programs.sh" unit 600 "${programs[@]}"
}

# images_make "NAME..."
images_make()
{
	local make=$here/kselftest/unit/data/mon-image.sh dir name bpftool=''

	export KTSTR_KERNEL=$kernel OUTPUT=$obj QEMU
	QEMU=$(command -v qemu-system-x86_64 ||
		printf '%s\n' "$cache"/emulated-host/current-*/qemu | tail -n 1)
	dir=$(XDG_CACHE_HOME=${cache%/ktstr} "$make" -d)
	find "$cache/images" -mindepth 1 -maxdepth 1 -mtime +14 \
		-not -path "$dir" -exec rm -rf {} + 2>/dev/null || true
	for name in $1; do
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
	unit_run unit env KTSTR_KERNEL="$kernel" "${make_suite[@]}" \
		"-j$jobs_of_make" run-unit
}

stage_sanitizers()
{
	make_other "$obj-san" SAN=1
	unit_run sanitizers env KTSTR_KERNEL="$kernel" "${make_suite[@]}" \
		"-j$jobs_of_make" run-unit
}

# What has threads, under TSan, to which a race is an error by itself. A guest that
# writes to memory which is being read is none of these: wire_ring_test has one.
race_tests='mon_live_test suite_test util_writer_test vmm_clone_test vmm_create_test
vmm_threads_test'

stage_races()
{
	local programs=() name

	make_other "$obj-tsan" SAN=thread
	for name in $race_tests; do
		programs+=("$obj-tsan/unit/$name")
	done
	attempt races.build "${make_suite[@]}" "-j$jobs_of_make" \
		"${programs[@]}" || return
	unit_run races env KTSTR_KERNEL="$kernel" \
		"$here/scripts/run-programs.sh" races 600 "${programs[@]}"
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

# unit_run NAME COMMAND...: one that prints KTAP with the tests of programs one
# level deeper, and whatever it has to say of a build.
unit_run()
{
	local status=0 plan

	job "$scratch/output" "$@" || status=$?
	plan=$(grep -c '^1[.][.][1-9]' "$scratch/output")
	grep -v -e '^TAP version' -e '^1[.][.]' "$scratch/output"
	((plan == 1)) || status=1
	((status == 0)) && return
	ktap_failed=1
	# Where a test failed, that is what was said, and make ends with 2.
	grep -q '^not ok ' "$scratch/output" ||
		ktap_result 1 "$1" "exit status $status, $plan plans"
}

# Unit tests of the VMM that run a few instructions in a guest: *_guest_test.c.
stage_guests()
{
	local in_kvm=()

	in_kvm_prefix
	attempt guests.build "${make_suite[@]}" "-j$jobs_of_make" all unit ||
		return
	unit_run guests "${in_kvm[@]}" "$here/scripts/run-programs.sh" unit 300 \
		"$obj"/unit/*_guest_test
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

# All that the compiler sees at once; the libraries of the tree are as they are.
stage_lto()
{
	make_other "$obj-lto" USERCFLAGS=-flto=auto USERLDFLAGS=-flto=auto
	attempt lto.build "${make_suite[@]}" "-j$jobs_of_make" all || return
	unit_run lto env KTSTR_KERNEL="$kernel" "${make_suite[@]}" \
		"-j$jobs_of_make" run-unit
}

stage_fuzz()
{
	attempt fuzz.build "${make_suite[@]}" "-j$jobs_of_make" fuzz || return
	unit_run fuzz "${make_suite[@]}" run-fuzz FUZZ_DIR="$out/fuzz" \
		FUZZ_SECONDS="${KTSTR_FUZZ_SECONDS:-$(ci_or 60 10)}"
}

# ---- scripts/tests ----

# stage_script NAME: it prints KTAP at the top level itself.
stage_script()
{
	local status=0

	export KTSTR_TEST_DIR=$scratch KTSTR_TEST_INSTALL=$install
	export KTSTR_TEST_KERNEL=$kernel KTSTR_TEST_OUT=$out
	export KTSTR_TEST_CACHE=${cache%/ktstr}
	export KTSTR_TEST_TREE=$tree
	job "$scratch/output" "$1" "$here/scripts/tests/$1.sh" || status=$?
	grep -v -e '^TAP version' -e '^1\.\.' "$scratch/output"
	exit $status
}

# ---- in VMs ----

# stage_suite suite-NAME: what check runs of a program.
stage_suite()
{
	suite_part "${1#suite-}" 0
}

# stage_suite_rest suite-NAME-rest: what check all adds to that.
stage_suite_rest()
{
	local name=${1#suite-}

	suite_part "${name%-rest}" 1
}

# suite_part PROGRAM SLOW: its tests that are slow, or are not, on one host.
suite_part()
{
	local status=0 selected
	# shellcheck disable=SC2034
	local counts tests_failed tests_not_judged log_lost

	selected=$(suite_list --plan "$1" | suite_choose "$2" \
		"$(suite_slow "$1")")
	side_by_side 1 '' "$selected" KTSTR_KERNEL="$kernel" || status=$?
	exit $status
}

# suite_choose 0|1 PATTERNS: of lines "PROGRAM TEST", those that match none or one.
suite_choose()
{
	local program test pattern slow patterns

	mapfile -t patterns <<<"$2"
	while read -r program test; do
		slow=0
		for pattern in "${patterns[@]}"; do
			# shellcheck disable=SC2053 # it is a pattern
			[[ $test != $pattern ]] || slow=1
		done
		((slow != $1)) || echo "$program $test"
	done
}

# Each check at both ends, and a table of it.
stage_knobs()
{
	local status=0 list
	# shellcheck disable=SC2034
	local counts tests_failed tests_not_judged log_lost

	list=$(program_tests knobs | sed -e 's/^/knobs /')
	side_by_side "$(side_jobs)" '' "$list" KTSTR_KERNEL="$kernel" \
		>"$scratch/ktap" || status=$?
	cat "$scratch/ktap"
	knobs_table <"$scratch/ktap"
	exit $status
}

# knobs_table: of "ok 3 favour.by_20.shares # share_error_pct 8.9 %, quiet (9.1 s)"
knobs_table()
{
	awk '
	BEGIN {
		row = "# %-8s %5s  %-16s %12s  %s\n"
		printf row, "knob", "value", "metric", "measured", "verdict"
	}
	/^(not )?ok [0-9]+ [a-z_]+[.]by_[0-9]+[.]/ {
		bad = sub(/^not /, "")
		split($3, part, /[.]/)
		sub(/^[^#]*# */, "")
		sub(/ *[(][0-9.]+ s[)]$/, "")
		metric = bad || /^SKIP/ ? "-" : $1
		measured = "-"
		if (metric != "-") {
			sub(/^[^ ]* /, "")
			measured = substr($0, 1, index($0, ",") - 1)
			sub(/^[^,]*, /, "")
		}
		printf row, part[1], substr(part[2], 4), metric, measured,
			(bad ? "not as it was to be: " : "") $0
	}'
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

# Where an emulated host broke, another one goes on with the next boot; a VM
# that failed is never tried again.
stage_boots()
{
	local in_kvm=() first=1 hosts=1 status n_failed=0 log=$scratch/boots
	local boots

	boots=$(ci_or 50 10)

	in_kvm_prefix
	attempt boots.build "${make_suite[@]}" "-j$jobs_of_make" bench-build || return
	while :; do
		status=0
		job "$log" boots timeout -k 10 2300 env \
			KTSTR_KERNEL="$kernel" KTSTR_OWNER_PID=$$ \
			KTSTR_SCHEDULER_DIR="$obj" "${in_kvm[@]}" \
			"$obj/bench/boot" -n "$boots" -c 1,2,4 -f $first ||
			status=$?
		sed -e 's/^/# /' "$log"
		first=$((first + $(grep -cE '^(not )?ok ' "$log")))
		n_failed=$((n_failed + $(grep -c '^not ok ' "$log")))
		((status == 125 && first <= boots && hosts < 4)) || break
		hosts=$((hosts + 1))
		echo "# the emulated host broke: number $hosts goes on with boot $first"
	done
	((n_failed == 0 && first > boots || status != 0)) || status=1
	ktap_result $status "boots: $boots in a row, 1, 2 and 4 CPUs" \
		"$((first - 1)) of $boots were tried, $n_failed failed, $hosts emulated hosts, exit status $status"
}

# Each of 20 stalls is told right, and 20 healthy runs give no alarm.
stage_stalls()
{
	local test i n

	n=$(ci_or 20 3)
	export KTSTR_KERNEL=$kernel KTSTR_OWNER_PID=$$
	for test in monitor.stall_is_reported monitor.no_stall_no_alarm; do
		for ((i = 1; i <= n; i++)); do
			program "stalls: $test, $i of $n" 300 \
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
		[[ -n $name ]] || continue
		if [[ -n $(ci_or '' only) && $name != "$(kernel_in_turn)" ]]; then
			ktap_result 4 "kernels.$name" "CI takes one in turn"
			continue
		fi
		kernel_variant "$name" "$setting"
	done <<<"$kernel_variants"
}

# By the day: which landing it is moves in steps that two may divide.
kernel_in_turn()
{
	(($(date +%s) / 86400 % 2)) && echo lean || echo old
}

# kernel_variant NAME [SETTING]: build it, run the suites that look inside.
kernel_variant()
{
	local built=$scratch/$1.folder

	# shellcheck disable=SC2016
	attempt "kernels.$1.build" env -u KDIR -C "$here" \
		KTSTR_CONFIG="scripts/tests/$1.kconfig" ${2:+"$2"} \
		bash -c './run_ktstr.sh kernel >"$1"' - "$built" || return
	kernel_suites "$1" "$(cat "$built")"
}

# kernel_suites NAME KERNEL
kernel_suites()
{
	local selected status=0
	# shellcheck disable=SC2034
	local counts tests_failed tests_not_judged log_lost

	selected=$(suite_list --plan monitor repro)
	side_by_side 1 '' "$selected" KTSTR_KERNEL="$2" \
		>"$scratch/output" || status=$?
	grep -v -e '^TAP version' -e '^1[.][.]' "$scratch/output"
	: >"$scratch/output"
	ktap_number=$((ktap_number + 2))
	((status == 0)) || ktap_failed=1
}

# What the monitor costs, measured on the images; it fails where it reads wrong.
stage_bench()
{
	attempt bench env KTSTR_KERNEL="$kernel" "${make_suite[@]}" bench
}
