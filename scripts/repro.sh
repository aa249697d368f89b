# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# One test by its full name, with or without auto-repro. Sourced by
# run_ktstr.sh.

# What programs have a test: TEST_GEN_PROGS, and those that run on demand.
one_test_programs()
{
	suite_programs
	echo repro_demo
}

# one_test_program FIXTURE.[VARIANT.]TEST: who has it.
one_test_program()
{
	local wanted="${1%%.*} ${1##*.}" program lists

	for program in $(one_test_programs); do
		lists=$(program_lists "$program")
		# A fixture's first line has its first test.
		if awk -v wanted="$wanted" '
			$1 != "-" { fixture = $1 }
			fixture " " $2 == wanted { found = 1 }
			END { exit !found }' <<<"$lists"; then
			echo "$program"
			return
		fi
	done
	return 1
}

# one_test NAME: builds what is needed and runs it, output to stdout.
one_test()
{
	local kernel='' vmlinux='' tree='' obj install make_suite program
	local status=0

	cache_init
	out_init
	tools_must "$tools_run"
	kvm_must
	kernel_get
	lock_take "suite-$(printf '%s' "$out" | hash_stdin 8)"
	suite_build
	lock_drop "suite-$(printf '%s' "$out" | hash_stdin 8)"
	program=$(one_test_program "$1") || wrong "$1: no such test; each" \
		"program in $install/ktstr lists its own by -l"
	job_start - env KTSTR_KERNEL="$kernel" KTSTR_OWNER_PID=$$ \
		KTSTR_SIDECAR_DIR="$(results_dir)" \
		KTSTR_COMMIT="$(our_commit)" KTSTR_AGAIN="$(again_settings)" \
		"$install/ktstr/$program" -r "$1"
	job_wait "$job" || status=$?
	exit "$status"
}

cmd_repro()
{
	local name=''

	export KTSTR_REPRO=1
	while (($# > 0)); do
		case $1 in
		--functions)
			[[ -n ${2:-} ]] || usage_error "$1 needs names: a,b,c"
			export KTSTR_REPRO_FUNCTIONS=$2
			shift ;;
		--rounds)
			[[ ${2:-} =~ ^[1-9][0-9]?$ ]] ||
				usage_error "$1 needs a number from 1 to 99"
			export KTSTR_REPRO_ROUNDS=$2
			shift ;;
		-*) usage_error "$1: no such option of repro" ;;
		*)
			[[ -z $name ]] || usage_error "repro takes one test"
			name=$1 ;;
		esac
		shift
	done
	[[ $name = *.* ]] || usage_error "repro needs a test:" \
		"FIXTURE.[VARIANT.]TEST"
	one_test "$name"
}

cmd_demo()
{
	(($# == 0)) || usage_error "demo takes no arguments"
	one_test repro_demo.host_triggered_crash
}
