# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# `run_ktstr.sh check`: the project's tests of itself, in stages. A stage is a
# row below and a function that prints KTAP; each runs as a process of its own
# (`check --inside STAGE`) under a deadline, its output in a log file. Sourced
# by run_ktstr.sh; the stages are in check-stages.sh.

# stage | phase | deadline in seconds | function | what
#
# Phase 3 is run on demand: it measures the emulated host as much as us. The
# phases follow each other; within one, two stages run at a time, in the
# order of this table: the long ones first. A script in tests/ is a stage as
# well, and so is each program of the suite.
stages='
images		| 1 | 2400 | stage_images	| memory images of guests, which unit tests read
interrupt	| 1 | 900 | stage_script	| Ctrl-C and kill -9 of run_ktstr.sh
fuzz		| 1 | 900 | stage_fuzz	| each fuzz target for some seconds
style		| 1 | 900 | stage_style	| checkpatch, kernel-doc, shellcheck, headers, who includes whom
clang		| 1 | 900 | stage_clang	| everything builds with clang, too
unit		| 1 | 1200 | stage_unit	| unit tests
sanitizers	| 1 | 1200 | stage_sanitizers | unit tests under ASan and UBSan
kselftest	| 2 | 3600 | stage_kselftest | a place in the tree: run_tests, install, gen_tar, O=, links
repro-times	| 3 | 1200 | stage_repro_times | how long a repro takes beside its test; only when it is named
boots		| 3 | 2400 | stage_boots	| 50 boots in a row; only when it is named
stalls		| 3 | 7200 | stage_stalls	| 20 stalls, 20 healthy runs; only when it is named
kernels		| 3 | 7200 | stage_kernels | monitor and repro on a lean and on an old kernel; only when it is named
guests		| 2 | 900 | stage_guests	| unit tests of the VMM that need a KVM
'
workers=2

stage_table()
{
	local file name

	printf '%s' "$stages" | sed -e '/^$/d'
	for file in "$here"/scripts/tests/*.sh; do
		name=$(basename "$file" .sh)
		[[ $name != lib && $stages != *$'\n'"$name"$'\t'* ]] || continue
		echo "$name | $([[ $name = vm-* ]] && echo '2 | 3600' ||
			echo '1 | 900') | stage_script | scripts/tests/$name.sh"
	done
	for name in $(make_variable TEST_GEN_PROGS); do
		echo "suite-$name | 2 | 1800 | stage_suite | $name in VMs"
	done
}

# make_variable NAME: its first literal value in our Makefile.
make_variable()
{
	sed -n "s/^$1 := *//p" "$here/Makefile" | sed -n 1p
}

# stage_field STAGE COLUMN
stage_field()
{
	stage_table | awk -F '[ \t]*[|][ \t]*' -v stage="$1" -v column="$2" \
		'$1 == stage { print $column; exit }'
}

cmd_check()
{
	local wanted=() name known

	case ${1:-} in
	--inside) shift; check_inside "$@"; return ;;
	-l) stage_table | awk -F '[ \t]*[|][ \t]*' \
		'{ printf "%-20s %s\n", $1, $5 }'; return ;;
	-*) usage_error "$1: no such option of check" ;;
	esac
	known=$(stage_table | awk '{ print $1 }')
	for name in "$@"; do
		grep -qxF "$name" <<<"$known" || usage_error "$name: no such" \
			"stage; check -l lists them"
		wanted+=("$name")
	done
	[[ ${#wanted[@]} -gt 0 ]] || mapfile -t wanted < <(stage_table |
		awk -F '[ \t]*[|][ \t]*' '$2 != 3 { print $1 }')
	check_run "${wanted[@]}"
}

# ---- the outer process: runs stages, counts, says the closing line ----

check_run()
{
	local passed=0 failed=0 skipped=0 number=0 begin=$SECONDS
	local kernel='' vmlinux='' tree='' obj install make_suite phase

	cache_init
	out_init
	ktap_begin
	tools_must "$tools_run" "$tools_check"
	kvm_ready
	kernel_get
	suite_build
	# All that stages would build in the same folder at the same time.
	job_must "$out/logs/suite.log" "building the tests" \
		"${make_suite[@]}" "-j$jobs_of_make" unit bench-build
	export KTSTR_CHECK_KERNEL=$kernel KTSTR_CHECK_VMLINUX=$vmlinux
	export KTSTR_CHECK_TREE=$tree KTSTR_CHECK_ID=$source_id
	check_phase 1 "$@"
	for phase in 2 3; do
		[[ $kvm_state = none ]] || check_phase $phase "$@"
	done
	echo "1..$number"
	say "check took $((SECONDS - begin)) s; logs: $out/logs"
	check_end "$@"
}

# check_end STAGE...: the closing lines, and the exit status. Some tests may be
# skipped where something is missing, but not all that a VM would have run.
check_end()
{
	local name status=0

	((skipped == 0)) || [[ ${KTSTR_STRICT:-0} != 1 ]] ||
		status=$EXIT_MISSING
	for name in "$@"; do
		[[ $kvm_state = none && $(stage_field "$name" 2) != 1 ]] ||
			continue
		say "no KVM here that can run a kernel, so nothing ran in" \
			"VMs: $kvm_why"
		status=$EXIT_MISSING
		break
	done
	((failed == 0)) || status=$EXIT_WRONG
	echo "$passed passed, $failed failed, $skipped skipped"
	exit "$status"
}

# check_phase DIGIT STAGE...: those of this phase, some at a time.
check_phase()
{
	local phase=$1 name worker busy
	local queue=() running=() began=()

	shift
	for name in "$@"; do
		[[ $(stage_field "$name" 2) != "$phase" ]] || queue+=("$name")
	done
	while :; do
		busy=
		for ((worker = 0; worker < workers; worker++)); do
			worker_step
			busy+=${running[worker]:+ ${running[worker]%:*}}
		done
		[[ -n $busy ]] || break
		progress "check, $((SECONDS - begin)) s:$busy"
		nap
	done
	progress_clear
}

# Looks after the stage that $worker runs, or gives it the next one.
worker_step()
{
	local name pid log

	if [[ -z ${running[worker]:-} ]]; then
		running[worker]=
		((${#queue[@]} > 0)) || return 0
		name=${queue[0]}
		queue=("${queue[@]:1}")
		log=$out/logs/check-$name.log
		: >"$log"
		job_start "$log" "$here/run_ktstr.sh" ${verbose:+-v} \
			check --inside "$name"
		running[worker]=$name:$job
		began[worker]=$SECONDS
		return
	fi
	name=${running[worker]%:*} pid=${running[worker]#*:}
	if job_running "$pid"; then
		((SECONDS - began[worker] >= $(stage_field "$name" 3))) ||
			return 0
		echo "not ok 999 $name # not done after" \
			"$(stage_field "$name" 3) s" >>"$out/logs/check-$name.log"
		session_end "$pid"
	fi
	stage_ended "$name" "$pid" $((SECONDS - began[worker]))
	running[worker]=
}

# stage_ended NAME PID SECONDS: count its tests, print its line.
stage_ended()
{
	local name=$1 log=$out/logs/check-$1.log status=0 word='ok' p f s

	job_wait "$2" || status=$?
	read -r p f s <<<"$(ktap_count "$log")"
	if ((f == 0 && (status != 0 && status != 4 || p + s == 0))); then
		f=1		# it died, or said nothing
	fi
	((f == 0)) || word='not ok'
	number=$((number + 1))
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	progress_clear
	echo "$word $number $name # $p passed, $f failed, $s skipped, $3 s"
	[[ $f != 0 ]] || return 0
	echo "# exit status $status; the end of $log:"
	grep -n '^\(# \)*not ok' "$log" | head -n 20 | sed -e 's/^/#   /'
	tail -n 25 "$log" | sed -e 's/^/# | /'
}

# ---- the inner process: one stage ----

check_inside()
{
	local kernel=$KTSTR_CHECK_KERNEL vmlinux=$KTSTR_CHECK_VMLINUX
	local tree=$KTSTR_CHECK_TREE source_id=$KTSTR_CHECK_ID
	local obj install make_suite function

	cache_init
	out_init
	suite_paths
	function=$(stage_field "$1" 4)
	scratch=$out/check/$1
	rm -rf "$scratch"
	mkdir -p "$scratch"
	remove_at_end "$scratch"
	set +e
	ktap_begin
	"$function" "$1"
	ktap_end
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
