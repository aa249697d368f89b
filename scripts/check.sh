# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# `run_ktstr.sh check`: the project's tests of itself, in stages. A stage is a
# row below and a function that prints KTAP; each runs as a process of its own
# (`check --inside STAGE`) under a deadline, its output in a log file. Sourced
# by run_ktstr.sh; the stages are in check-stages.sh and beside it, what is not
# run twice in check-kept.sh, what CI adds in check-ci.sh.

# stage | tier | needs | seconds, limit | function | paths | what
#
# Tier 1 is `check`, tier 2 what `check all` adds. Needs: vm, a KVM that runs
# kernels; images, that the stage of that name is over; alone, nothing beside
# it. Seconds are what it takes on two cores where nothing is kept, for who
# comes first until it was timed, and for what CI takes on. Paths are those
# whose files it covers: what it passed with is kept until one of them changes.
#
# A script in tests/ is a stage as well, and so is each program of the suite.
stages='
images		| 1 | -		| 420, 2400 | stage_images | kselftest/unit/data kselftest/unit/mon_image.h bpf Makefile | memory images of guests, which unit tests read
unit		| 1 | images	| 250, 1200 | stage_unit | lib vmm init bpf kselftest Makefile | unit tests
sanitizers	| 1 | images	| 350, 1800 | stage_sanitizers | lib vmm init bpf kselftest Makefile | unit tests under ASan and UBSan
style		| 1 | -		| 490, 1800 | stage_style | . | checkpatch, kernel-doc, shellcheck, headers, who includes whom
house		| 1 | -		| 5, 300 | stage_script | scripts bpf init kselftest lib vmm | wrong includes, each of which is refused
guests		| 1 | vm	| 30, 900 | stage_guests | lib/common/util vmm kselftest/unit Makefile | unit tests of the VMM that need a KVM
kselftest	| 1 | vm	| 240, 1800 | stage_kselftest | . | a place in the tree: run_tests and clean
kselftest-forms	| 2 | vm	| 600, 3600 | stage_kselftest_forms | Makefile settings config scripts/check-kselftest.sh | the tree once more: O=, install, gen_tar, links, kselftest-merge
races		| 2 | images	| 120, 1800 | stage_races | lib/common/util lib/host/monitor/judge vmm kselftest/unit | what has threads, under TSan
fuzz		| 2 | -		| 370, 3600 | stage_fuzz | lib vmm kselftest/unit Makefile | each fuzz target, for a minute
clang		| 2 | -		| 210, 1200 | stage_clang | lib vmm init bpf kselftest Makefile | everything builds with clang, too
lto		| 2 | -		| 700, 3600 | stage_lto | lib vmm init Makefile | everything builds, and passes its unit tests, with LTO
images-64	| 2 | images	| 300, 3600 | stage_images_64 | kselftest/unit/data lib/host/monitor | images of 64 CPUs, and the unit tests that read them
boots		| 2 | vm	| 120, 2400 | stage_boots | vmm init | 50 boots in a row
stalls		| 2 | vm	| 200, 7200 | stage_stalls | lib/host/monitor lib/host/report kselftest/monitor.c | 20 stalls, 20 healthy runs
kernels		| 2 | vm	| 1300, 7200 | stage_kernels | lib/host/monitor/vmlinux/fields.c init/probe bpf ktstr.kconfig scripts/kernel.sh scripts/source.sh scripts/tests/lean.kconfig scripts/tests/old.kconfig | monitor and repro on a lean and on an old kernel
repro-times	| 2 | vm,alone	| 350, 1200 | stage_repro_times | lib/host/repro lib/common/scx lib/common/probe lib/guest/probe init/probe bpf/probe.bpf.c | how long a repro takes beside its test
bench		| 2 | images,alone | 320, 1200 | stage_bench | lib/host/monitor lib/guest/work kselftest/bench | what the monitor costs; whether timed work types run what they say
knobs		| 2 | vm	| 300, 3600 | stage_knobs | lib/common/check lib/guest/scenario lib/host/monitor/judge bpf kselftest/knobs.c | each check against a scheduler that is unfair by so much
plants		| 2 | vm,alone	| 250, 7200 | stage_plants | lib/host/monitor lib/host/report lib/host/repro lib/common/scx bpf/scx_ktstr.bpf.c | faults planted under load, ten times each
soak		| 2 | vm,alone	| 250, 14400 | stage_soak | lib/host/run lib/host/monitor vmm | the suite for 200 tests on a quiet machine, 100 under load
'

# Scripts that are no stage of tier 1: their seconds. vm-* are none either.
slow_scripts='
interrupt	220
bad-input	180
kernel-cache	260
vm-bad-input	170
vm-kill		210
vm-page		140
vm-repro	670
'

# What check all adds to the programs of the suite: those whose like is among
# what check runs, or which take long.
# program | patterns of tests, as `ktstr list` has them
suite_rest='
eevdf	| eevdf.1n2l2c1t.*
eevdf	| eevdf_fewer.*
eevdf	| eevdf_up.oversubscribed
eevdf	| checks.gap_of_a_sleeper
eevdf	| checks.gap_of_a_partner
eevdf	| body.takes_init_along
scx	| scx.ktstr.*
scx	| scx.simple.disjoint_cpusets
scx	| scx.simple.futex_ping_pong
scx	| scx_dies.missing_dsq
scx	| scx_dies.process_crashes
work	| work_types.simple.*
work	| work_numa.eevdf.memory_*
ops	| ops.simple.*
ops	| ops.eevdf.cgroups_come_and_go
ops	| ops.eevdf.quota_and_weight_*
ops	| ops.eevdf.tasks_are_moved_*
ops	| ops_sched.schedulers_come_and_go
payload	| payload.those_that_do_not_behave_*
monitor	| monitor.map_write_bad_dsq
monitor	| monitor.watchdog_spares_*
monitor	| monitor.cpu_that_is_idle_*
monitor	| monitor.dump_agrees_*
monitor	| monitor_reads.1n2l2c2t.*
repro	| repro.host_triggered_crash
repro	| repro.missing_*
repro	| repro.wrong_task
repro	| repro.init_fails
repro	| repro.process_*
repro	| repro_tree.d*
repro	| repro_tree.enq_*
'

stage_table()
{
	local file name seconds needs paths

	printf '%s' "$stages" | sed -e '/^$/d'
	for file in "$here"/scripts/tests/*.sh; do
		name=$(basename "$file" .sh)
		[[ $name != lib && $stages != *$'\n'"$name"$'\t'* ]] || continue
		seconds=$(awk -v n="$name" '$1 == n { print $2 }' \
			<<<"$slow_scripts")
		needs=- paths='scripts run_ktstr.sh vmm/emulated-host/fetch.sh'
		case $name in
		run-fuzz) paths+=' Makefile' ;;
		safety) paths+=' lib/common/util lib/host/cli/main.c lib/host/machine vmm/kvm-check.c' ;;
		door | side-by-side | test-host) paths+=' lib kselftest Makefile' ;;
		esac
		[[ $name != vm-* ]] || { needs=vm paths=. seconds=${seconds:-200}; }
		echo "$name | $((seconds ? 2 : 1)) | $needs | ${seconds:-30}," \
			"$([[ $needs = vm ]] && echo 3600 || echo 900) |" \
			"stage_script | $paths | scripts/tests/$name.sh"
	done
	for name in $(make_variable TEST_GEN_PROGS); do
		suite_rows "$name"
	done
}

# suite_rows PROGRAM: what check runs of it, and what check all adds.
suite_rows()
{
	local paths='lib vmm init bpf kselftest Makefile'

	echo "suite-$1 | 1 | vm | 150, 1800 | stage_suite | $paths |" \
		"$1 in VMs"
	[[ -z $(suite_slow "$1") ]] ||
		echo "suite-$1-rest | 2 | vm | 200, 3600 | stage_suite_rest |" \
			". | what else $1 has"
}

# suite_slow PROGRAM: of its tests, patterns of those that check leaves out.
suite_slow()
{
	awk -F ' *[|][ \t]*' -v name="$1" '{ sub(/[ \t]+$/, "", $1) }
		$1 == name { print $2 }' <<<"$suite_rest"
}

# make_variable NAME: its first literal value in our Makefile.
make_variable()
{
	sed -n "s/^$1 := *//p" "$here/Makefile" | sed -n 1p
}

# stages_read: the table, once: arrays by stage, and the list of their names.
declare -A stage_tier stage_needs stage_cost stage_limit stage_function \
	stage_paths stage_what
stage_names=()
stages_read()
{
	local name tier needs seconds function paths what

	stage_names=()
	while IFS='|' read -r name tier needs seconds function paths what; do
		read -r name <<<"$name"
		stage_names+=("$name")
		stage_tier[$name]=${tier// /}
		needs=${needs//[[:space:]]/}
		stage_needs[$name]=,$needs,
		seconds=${seconds// /}
		stage_cost[$name]=${seconds%,*} stage_limit[$name]=${seconds#*,}
		stage_function[$name]=${function// /}
		read -r stage_paths["$name"] <<<"$paths"
		read -r stage_what["$name"] <<<"$what"
	done < <(stage_table)
}

# stage_is NAME NEED
stage_is()
{
	[[ ${stage_needs[$1]} = *",$2,"* ]]
}

cmd_check()
{
	local wanted=() name named='' ci_says=''

	[[ ${1:-} != --inside ]] || { shift; check_inside "$@"; return; }
	stages_read
	case ${1:-} in
	-l) (($# == 1)) || usage_error "check -l takes nothing more"
	    check_list; return ;;
	-*) usage_error "$1: no such option of check" ;;
	esac
	for name in "$@"; do
		if [[ $name = all ]]; then
			wanted+=("${stage_names[@]}")
			continue
		fi
		[[ -n ${stage_tier[$name]:-} ]] || usage_error "$name: no such" \
			"stage; check -l lists them"
		wanted+=("$name")
		named+=" $name "
	done
	if ((${#wanted[@]} == 0)); then
		for name in "${stage_names[@]}"; do
			[[ ${stage_tier[$name]} != 1 ]] || wanted+=("$name")
		done
		[[ ${CI:-} != true ]] || ci_add
	fi
	check_run "${wanted[@]}"
}

# What there is, what it covers, what it took the last time on this machine.
check_list()
{
	local name tier

	cache_init
	printf '%-18s %6s  %s\n' STAGE LAST WHAT
	for tier in 1 2; do
		((tier == 1)) && echo "# check:" || echo "# check all, beside that:"
		for name in "${stage_names[@]}"; do
			[[ ${stage_tier[$name]} = "$tier" ]] || continue
			printf '%-18s %6s  %s\n%-27s covers: %s\n' "$name" \
				"$(times_last "$name")" "${stage_what[$name]}" \
				'' "${stage_paths[$name]}"
		done
	done
}

# ---- the outer process: runs stages, counts, says the closing line ----

check_run()
{
	local passed=0 failed=0 skipped=0 infrastructure=0 inconclusive=0
	local number=0 now begin
	local kernel='' vmlinux='' tree='' obj install make_suite
	local bad_stages=() bad_tests=() not_judged=() ci_late=()

	clock
	begin=$now
	ktap_begin
	check_prepare
	export KTSTR_CHECK_KERNEL=$kernel KTSTR_CHECK_VMLINUX=$vmlinux
	export KTSTR_CHECK_TREE=$tree KTSTR_CHECK_ID=$source_id
	# A host for each stage that needs one, unless it has the machine alone.
	export check_hosts
	check_hosts=$(side_jobs)
	kept_init
	check_stages "$@"
	echo "1..$number"
	clock
	say "check took $((now - begin)) s; logs: $out/logs"
	check_end "$@"
}

# What each stage finds done.
check_prepare()
{
	cache_init
	out_init
	tools_must "$tools_run" "$tools_check"
	kvm_ready
	kernel_get
	suite_build
	# All that stages would build in the same folder at the same time.
	job_must "$out/logs/suite.log" "building the tests" \
		"${make_suite[@]}" "-j$jobs_of_make" unit bench-build
}

# check_end STAGE...: the closing lines, and the exit status. Some tests may be
# skipped where something is missing, but not all that a VM would have run.
check_end()
{
	local name open status=0

	skipped=$((skipped + infrastructure + inconclusive))
	((skipped == 0)) || [[ ${KTSTR_STRICT:-0} != 1 ]] ||
		status=$EXIT_MISSING
	for name in "$@"; do
		[[ $kvm_state = none ]] || continue
		stage_is "$name" vm || continue
		say "no KVM here that can run a kernel, so nothing ran in" \
			"VMs: $kvm_why"
		status=$EXIT_MISSING
		break
	done
	[[ -z ${ci_says:-} ]] || echo "# $ci_says"
	[[ -z ${ci_late[*]-} ]] || echo "# of these not begun, as CI's time" \
		"would not have been enough: ${ci_late[*]}"
	((infrastructure == 0)) || echo "# not judged, for want of a host that" \
		"works (infrastructure): $infrastructure tests of" \
		"${not_judged[*]}"
	((inconclusive == 0)) || echo "# not judged, as the host took too much" \
		"(inconclusive): $inconclusive tests of ${not_judged[*]}"
	# What is so often not judged proves nothing.
	open=$((infrastructure + inconclusive))
	if ((open > 1 && failed == 0 && open * 100 > passed + skipped)); then
		failed=1
		bad_stages+=("infrastructure")
	fi
	((failed == 0)) || {
		((${#bad_tests[@]} == 0)) ||
			printf '# not ok, %s\n' "${bad_tests[@]}"
		echo "# failed: ${bad_stages[*]}; logs: $out/logs/check-STAGE.log"
		status=$EXIT_WRONG
	}
	echo "$passed passed, $failed failed, $skipped skipped"
	exit "$status"
}

# ---- who runs when ----

# check_stages STAGE...: as many at a time as there are CPUs, two at least; tier 1
# before tier 2, the longest first, so that none is left over at the end. Then,
# one by one, those that want to be alone.
check_stages()
{
	local name workers=$check_hosts
	local queue=() alone=()
	local -A seen=()

	((workers > 1)) || workers=2
	for name in "$@"; do
		[[ -z ${seen[$name]:-} ]] || continue
		seen[$name]=1
		if [[ $kvm_state = none ]] && stage_is "$name" vm; then
			continue
		fi
		check_is_kept "$name" && continue
		if stage_is "$name" alone; then
			alone+=("$name")
		else
			queue+=("$name")
		fi
	done
	mapfile -t queue < <(for name in "${queue[@]}"; do
		echo "${stage_tier[$name]}" \
			"$(times_last "$name" "${stage_cost[$name]}") $name"
	done | sort -s -k1,1n -k2,2nr | cut -d' ' -f3)
	check_some "$workers" "${queue[@]}"
	check_some 1 "${alone[@]}"
}

# check_some WORKERS STAGE...
check_some()
{
	local workers=$1 worker busy
	local queue=("${@:2}") running=() began=()

	while :; do
		busy=''
		for ((worker = 0; worker < workers; worker++)); do
			worker_step
			busy+=${running[worker]:+ ${running[worker]%:*}}
		done
		[[ -n $busy || ${#queue[@]} != 0 ]] || break
		clock
		progress "check, $((now - begin)) s:$busy"
		nap
	done
	progress_clear
}

# The first in the queue that needs not wait for another: leaves name.
worker_next()
{
	local i waits

	waits=" ${queue[*]} ${running[*]%:*} "
	for i in "${!queue[@]}"; do
		name=${queue[i]}
		stage_is "$name" images && [[ $waits = *' images '* ]] && continue
		queue=("${queue[@]:0:i}" "${queue[@]:i+1}")
		ci_has_time "$name" || {
			ci_late+=("$name")
			worker_next
		}
		return
	done
	return 1
}

# Looks after the stage that $worker runs, or gives it the next one.
worker_step()
{
	local name pid log limit_s

	clock
	if [[ -z ${running[worker]:-} ]]; then
		running[worker]=''
		worker_next || return 0
		log=$out/logs/check-$name.log
		: >"$log"
		job_start "$log" "$here/run_ktstr.sh" ${verbose:+-v} \
			check --inside "$name"
		running[worker]=$name:$job
		began[worker]=$now
		return
	fi
	name=${running[worker]%:*} pid=${running[worker]#*:}
	limit_s=${stage_limit[$name]}
	if job_running "$pid"; then
		((now - began[worker] >= limit_s)) || return 0
		echo "not ok 999 $name # not done after $limit_s s" \
			>>"$out/logs/check-$name.log"
		session_end "$pid"
	fi
	stage_ended "$name" "$pid" $((now - began[worker]))
	running[worker]=''
}

# stage_ended NAME PID SECONDS: count its tests, print its line.
stage_ended()
{
	local name=$1 log=$out/logs/check-$1.log status=0 word='ok' p f s infra
	local retried unsure open

	job_wait "$2" || status=$?
	read -r p f s infra unsure retried <<<"$(ktap_count "$log")"
	open=$((infra + unsure))
	if ((f == 0 && (status != 0 && status != 4 || p + s + open == 0))); then
		f=1		# it died, or said nothing
	fi
	if ((open > 0)); then
		not_judged+=("$name")
		echo "# $open tests of $name were not judged:"
		grep -hE '# SKIP (infrastructure|inconclusive):' "$log" |
			sed -e 's/^/#   /'
		# One may be an accident of one host, in a stage of any size.
		((f > 0 || (open == 1 && p > 0) ||
		  open * 50 <= p + s + open)) || f=1
	fi
	((f == 0)) || { word='not ok'; bad_stages+=("$name"); }
	number=$((number + 1))
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	infrastructure=$((infrastructure + infra))
	inconclusive=$((inconclusive + unsure))
	progress_clear
	echo "$word $number $name # $p passed, $f failed, $s skipped," \
		"$((infra)) infrastructure, $((unsure)) inconclusive," \
		"$((retried)) retried, $3 s"
	times_save "$name" "$3"
	((f + open > 0)) || kept_save "$name" "$p" "$s" "$3"
	[[ $f != 0 ]] || return 0
	! disk_is_full "$log" ||
		echo "# the disk is full: $log is not whole, nor is its count"
	# Said again at the very end, which may be all that is read.
	mapfile -t -O "${#bad_tests[@]}" bad_tests < <(
		grep -h '^\(# \)*not ok' "$log" | head -n 20 |
			sed -e "s/^[# ]*not ok/$name:/" | cut -c 1-300)
	echo "# exit status $status; the end of $log:"
	grep -n '^\(# \)*not ok' "$log" | head -n 20 | sed -e 's/^/#   /'
	tail -n 25 "$log" | sed -e 's/^/# | /'
}

# ---- the inner process: one stage ----

# check_inside STAGE: also by hand, to have one stage's KTAP without the runner.
check_inside()
{
	local kernel=${KTSTR_CHECK_KERNEL:-} vmlinux=${KTSTR_CHECK_VMLINUX:-}
	local tree=${KTSTR_CHECK_TREE:-} source_id=${KTSTR_CHECK_ID:-}
	local obj install make_suite

	if [[ -n $kernel ]]; then
		cache_init
		out_init
	else
		check_prepare
	fi
	suite_paths
	stages_read
	[[ -n ${stage_tier[${1:-}]:-} ]] || usage_error "${1:-}: no such stage"
	kvm_look
	stage_is "$1" alone || check_share
	scratch=$out/check/$1
	rm -rf "$scratch"
	mkdir -p "$scratch"
	remove_at_end "$scratch"
	set +e
	ktap_begin
	"${stage_function[$1]}" "$1"
	ktap_end
}

# Others have the other CPUs: what takes theirs is time that VMs do not get, which
# then cannot be judged.
check_share()
{
	local workers=$((${check_hosts:-1} > 1 ? check_hosts : 2))

	export KTSTR_HOSTS=1
	[[ -n ${KTSTR_JOBS:-} || -z ${check_hosts:-} ]] ||
		jobs_of_make=$(((jobs_of_make + workers - 1) / workers))
}

# result STATUS NAME: one line, and on failure what lies in $scratch/output.
result()
{
	(($1 == 0 || $1 == 4)) || sed -e 's/^/# /' "$scratch/output"
	: >"$scratch/output"
	ktap_result "$@"
}

# attempt NAME COMMAND...: passes when the command does.
attempt()
{
	local name=$1 status=0

	shift
	job "$scratch/output" "$name" "$@" || status=$?
	result $status "$name"
	return $status
}

# program NAME SECONDS COMMAND...: a program that prints KTAP itself; its
# lines come one level deeper, as run_kselftest.sh has it.
program()
{
	local name=$1 limit_s=$2 status=0

	shift 2
	job "$scratch/output" "$name" timeout -k 10 "$limit_s" "$@" || status=$?
	sed -e 's/^/# /' "$scratch/output"
	: >"$scratch/output"
	case $status in
	124) ktap_result 1 "$name" "not done after $limit_s s" ;;
	*) ktap_result $status "$name" "exit status $status" ;;
	esac
}
