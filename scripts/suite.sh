# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The suite: built from this checkout against a kernel tree, installed into
# the output folder as kselftest does it, and run. Sourced by run_ktstr.sh.
#
#	out/build/ID/	objects, by kernel tree
#	out/install/	what `make install` of tools/testing/selftests gives
#	out/results/KERNEL-COMMIT/	sidecars and whole reports
#	out/logs/

runs_kept=10

out_init()
{
	out=${KTSTR_OUT:-$here/out}
	[[ $out = /* ]] || out=$PWD/$out
	if [[ -e $out && ! -e $out/.ktstr-out ]] &&
	   [[ -n $(ls -A "$out" 2>/dev/null) ]]; then
		wrong "$out: is there, and not an output folder of" \
			"ktstr; name another by KTSTR_OUT="
	fi
	{
		mkdir -p "$out/logs" "$out/build"
		: >"$out/.ktstr-out"
	} 2>/dev/null || missing "$out: cannot be written; name another" \
		"folder by KTSTR_OUT="
}

# A tree to build the suite against when the kernel was built elsewhere.
suite_tree()
{
	local dir

	[[ -z ${tree:-} ]] || return 0
	if [[ -z ${KDIR:-} ]]; then
		for dir in "$kernel" "$kernel/source" "$(sed -n \
			's/^ *"tree": "\(.*\)",$/\1/p' \
			"$kernel/metadata.json" 2>/dev/null)"; do
			is_kernel_tree "$dir" || continue
			tree=$(cd "$dir" && pwd -P)
			tree_must_be_new
			source_id=$(tree_id)
			return
		done
	fi
	source_find
}

# What the suite takes from the tree: other content, other objects.
suite_tools_state()
{
	(cd "$tree/tools" && find lib build include scripts bpf sched_ext \
		testing/selftests/{lib.mk,run_kselftest.sh,kselftest,kselftest_harness.h,kselftest.h} \
		-type f \( -name '*.[chS]' -o -name 'Makefile*' -o -name '*.mk' \
		-o -name '*.sh' \) -printf '%p %s %T@\n' 2>/dev/null) |
		LC_ALL=C sort | hash_stdin
}

# Leaves obj, install and make_suite.
suite_paths()
{
	obj=$out/build/$source_id
	install=$out/install
	make_suite=(env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u O
		-u KBUILD_OUTPUT make -L -C "$here"
		KSFT_SRC="$tree/tools/testing/selftests" OUTPUT="$obj"
		VMLINUX="${vmlinux:+$obj/vmlinux}")
}

suite_build()
{
	local log=$out/logs/suite.log state text="building the suite"

	suite_tree
	suite_paths
	mkdir -p "$obj"
	state="$tree $(suite_tools_state)"
	if [[ $(cat "$obj/.tools" 2>/dev/null) != "$state" ]]; then
		rm -rf "$obj"
		mkdir -p "$obj"
		printf '%s\n' "$state" >"$obj/.tools"
	fi
	# make -L minds the link's own age: another kernel, other BPF programs.
	if [[ -n ${vmlinux:-} &&
	      $(readlink "$obj/vmlinux") != "$vmlinux" ]]; then
		ln -sfn "$vmlinux" "$obj/vmlinux"
	fi
	: >"$log"
	job_must "$log" "$text" "${make_suite[@]}" \
		"-j$jobs_of_make" all
	suite_install "$log"
}

# The folder that `make -C tools/testing/selftests install` would give. Another
# run may be at work in it: what has not changed is not touched.
suite_install()
{
	local from=$tree/tools/testing/selftests name list

	mkdir -p "$install/kselftest"
	job_must "$1" "installing the suite" "${make_suite[@]}" \
		INSTALL_PATH="$install/ktstr" install
	for name in module.sh runner.sh prefix.pl ktap_helpers.sh ksft.py; do
		install -C -m 755 "$from/kselftest/$name" "$install/kselftest/"
	done
	install -C -m 755 "$from/run_kselftest.sh" "$install/"
	list=$("${make_suite[@]}" -s --no-print-directory COLLECTION=ktstr \
		emit_tests 2>>"$1")
	[[ -n $list ]] || wrong "the suite has no tests; see $1"
	printf '%s\n' "$list" >"$install/kselftest-list.new"
	mv "$install/kselftest-list.new" "$install/kselftest-list.txt"
}

suite_programs()
{
	sed -n 's/^ktstr://p' "$install/kselftest-list.txt"
}

# ---- run ----

# program_lists PROGRAM: "FIXTURE TEST" a line; either is "-" where -l shows
# none. Its columns begin at 1, 22 and 48.
program_lists()
{
	{ "$install/ktstr/$1" -l 2>&1 || true; } | awk '
	{
		first = substr($0, 1, 1)
		fixture = first == " " ? "-" : $1
		test = length($0) > 47 ? $NF : "-"
	}
	first != "#" && $0 !~ /^---/ { print fixture, test }'
}

# Which programs to run with which arguments. Uses $tests, $fixtures, $programs.
run_select()
{
	local program known arguments name all lists

	all=$(suite_programs)
	for program in "${programs[@]}"; do
		grep -qxF "$program" <<<"$all" || wrong "$program:" \
			"no such program; there are: ${all//$'\n'/ }"
	done
	known=${programs[*]:-$all}
	selected=()
	for program in $known; do
		arguments='' lists=$'\n'$(program_lists "$program")$'\n'
		for name in "${tests[@]}"; do
			[[ $lists != *" $name"$'\n'* ]] ||
				arguments+=" -t $name"
		done
		for name in "${fixtures[@]}"; do
			[[ $lists != *$'\n'"$name "* ]] ||
				arguments+=" -f $name"
		done
		[[ -n $arguments ]] || ((${#tests[@]} + ${#fixtures[@]} == 0)) ||
			continue
		selected+=(-t "ktstr:$program")
		name=${program//[^A-Za-z0-9_]/_}
		export "KSELFTEST_${name^^}_ARGS=$arguments"
	done
	((${#selected[@]} > 0)) || wrong "no such test:" \
		"${tests[*]} ${fixtures[*]}; each program lists its own:" \
		"$install/ktstr/${all%%$'\n'*} -l"
}

run_options()
{
	tests=() fixtures=() programs=() html='' perfetto=''
	while (($# > 0)); do
		case $1 in
		--html | --perfetto)
			[[ -n ${2:-} ]] || usage_error "$1 needs a file"
			page_writable "$2"
			if [[ $1 = --html ]]; then
				html=$2
			else
				perfetto=$2
			fi
			shift ;;
		-t | -f)
			[[ -n ${2:-} ]] || usage_error "$1 needs a name"
			if [[ $1 = -t ]]; then
				tests+=("$2")
			else
				fixtures+=("$2")
			fi
			shift ;;
		-*) usage_error "$1: no such option of run" ;;
		*) programs+=("$1") ;;
		esac
		shift
	done
}

# Better said before the run than after it.
page_writable()
{
	local dir

	dir=$(dirname "$1")
	[[ -d $dir && -w $dir && ! -d $1 ]] ||
		wrong "$1: cannot be written"
}

cmd_run()
{
	local tests fixtures programs selected begin=$SECONDS log status=0
	local html perfetto results run_id
	local kernel='' vmlinux='' tree='' obj install make_suite

	run_options "$@"
	cache_init
	out_init
	tools_must "$tools_run"
	kvm_must
	kernel_get
	lock_take "suite-$(printf '%s' "$out" | hash_stdin 8)"
	suite_build
	run_select
	lock_drop "suite-$(printf '%s' "$out" | hash_stdin 8)"

	run_id=$(date +%Y%m%d-%H%M%S)-$$
	log=$out/logs/run-$run_id.log
	results=$(results_dir)
	find "$out/logs" -name 'run-*.log' -printf '%T@ %p\n' | sort -rn |
		tail -n "+$runs_kept" | cut -d' ' -f2- | xargs -rd '\n' rm -f
	# shellcheck disable=SC2016
	job_start - env KTSTR_KERNEL="$kernel" KTSTR_OWNER_PID=$$ \
		KTSTR_SIDECAR_DIR="$results" KTSTR_RUN_ID="$run_id" \
		KTSTR_AGAIN="$(again_settings)" \
		KTSTR_COMMIT="$(our_commit)" bash -o pipefail -c \
		'log=$1; shift; "$@" 2>&1 | tee "$log"' - "$log" \
		"$install/run_kselftest.sh" "${selected[@]}"
	job_wait "$job" || status=$?
	run_pages
	run_verdict "$log" "$status" "$((SECONDS - begin))"
}

# Where whole reports and sidecars go, unless the user has said so.
results_dir()
{
	local dir=${KTSTR_SIDECAR_DIR:-} commit

	if [[ -z $dir ]]; then
		commit=$(our_commit)
		dir=$out/results/${kernel##*/}-${commit:-unknown}
	fi
	mkdir -p "$dir"
	printf '%s\n' "$dir"
}

# The settings that a command must have to do the same again, for reports.
again_settings()
{
	local name

	for name in KDIR KTSTR_SOURCE KTSTR_CONFIG KTSTR_KERNEL \
		KTSTR_SCHEDULER_DIR; do
		[[ -z ${!name:-} ]] || printf '%s=%q ' "$name" "${!name}"
	done
}

# Seven digits, and -dirty; nothing where there is no git.
our_commit()
{
	git -c safe.directory='*' -C "$here" describe --always --abbrev=7 \
		--dirty --exclude='*' 2>/dev/null || true
}

# The pages that were asked for, of this run's sidecars.
run_pages()
{
	[[ -z $html ]] || run_page html "$html"
	[[ -z $perfetto ]] || run_page perfetto "$perfetto"
}

# run_page KIND FILE
run_page()
{
	if "$install/ktstr/ktstr" "$1" -o "$2" --run "$run_id" "$results"; then
		say "wrote $2"
	else
		status=$EXIT_WRONG
	fi
}

# run_verdict LOG STATUS SECONDS: the closing line, and the exit status.
run_verdict()
{
	local passed failed skipped word=FAIL status=$EXIT_WRONG

	read -r passed failed skipped <<<"$(ktap_count "$1")"
	if (($2 == 0 && failed == 0)); then
		if ((passed > 0 && skipped == 0)); then
			word=PASS status=0
		elif ((passed + skipped > 0)); then
			word=SKIP status=$EXIT_MISSING
		fi
	fi
	echo "# ktstr: $word: $passed passed, $failed failed, $skipped skipped" \
		"in $3 s on $kvm_text, kernel ${kernel##*/}, log $1"
	exit "$status"
}
