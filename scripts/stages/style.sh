#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Style: checkpatch, kernel-doc, shellcheck, headers, who includes whom, and tables
# that name what there is. Names of files that are in style, by their hashes, are kept
# in the cache, in check/style.
#
# style.sh --read FILE...: only print which of these CI would read.
# shellcheck disable=SC2154 # of lib.sh
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

# What checkpatch says that does not hold here.
# type | files (regular expression) | why
checkpatch_allowed='
BIT_MACRO		| .		| BIT() is in a header of the kernel, not of programs
CAMELCASE		| .		| names of libelf, zlib and libFuzzer
MINMAX			| .		| programs have no min_t()
STATIC_CONST_CHAR_ARRAY	| .		| local arrays of pointers are argument lists
VOLATILE		| .		| memory shared with a guest or BPF; sig_atomic_t
COMPLEX_MACRO		| ^lib/common/presets.h | a table, for macros that take a row
MACRO_ARG_REUSE		| ^lib/common/presets.h | one for each row
MACRO_ARG_UNUSED	| ^lib/common/presets.c | and each reader wants its part of one
MACRO_ARG_UNUSED	| ^kselftest/presets.c | and each reader wants its part of one
MACRO_ARG_REUSE		| ^kselftest/presets.c | a number
TRAILING_SEMICOLON	| ^kselftest/presets.c | a row becomes a declaration
STRING_FRAGMENTS	| ^kselftest/unit/vmm_acpi_test.c | bytes of tables, a field a string
SPLIT_STRING		| ^kselftest/unit/vmm_acpi_test.c | a field a string
MISSING_SPACE		| ^kselftest/unit/vmm_acpi_test.c | a field a string
AVOID_EXTERNS		| ^kselftest/unit/fuzz_ | libFuzzer has no header for its entry
SPACING			| ^lib/ktstr.h	| FIXTURE_DATA(x) *self is no product
SPACING			| ^kselftest/unit/ | nor is it there
SPACING			| ^bpf/scx_ktstr_counts | nor is task_struct __kptr *p
MACRO_ARG_REUSE		| ^lib/ktstr.h	| the arguments are names, not expressions
MACRO_ARG_REUSE		| ^lib/common/topology.h | the arguments are constants
COMPLEX_MACRO		| ^lib/ktstr.h	| a macro that declares a test ends in its body
COMPLEX_MACRO		| ^kselftest/areas.c | so does one that declares it by that
MACRO_WITH_FLOW_CONTROL	| ^lib/ktstr.h	| ends the test, as in kselftest_harness.h
MACRO_WITH_FLOW_CONTROL	| ^kselftest/unit/vmm_guest_test.c | skips the test, as there
MACRO_ARG_REUSE		| ^kselftest/unit/vmm_guest_test.c | a constant
MACRO_ARG_REUSE		| ^kselftest/unit/cli_verify_test.c | a text
LONG_LINE		| ^kselftest/unit/kernel_job_test.c | a line that a shell is given
EMBEDDED_FUNCTION_NAME	| ^kselftest/unit/kernel_job_test.c | a word, which it is named by
PREFER_DEFINED_ATTRIBUTE_MACRO | .	| compiler_attributes.h is a header of the kernel, too
LONG_LINE_STRING	| .		| a message is not split, so that it can be searched for
LONG_LINE		| ^lib/host/monitor/vmlinux/fields.c | a table: a kernel field a line
LONG_LINE		| ^lib/common/attr/attr_rows.c | and an attribute a row
COMPLEX_MACRO		| ^lib/common/attr/ | a row of it; tables, for macros that take a row
MACRO_ARG_REUSE		| ^lib/common/attr/ | a name, or one for each row
LONG_LINE		| ^lib/common/attr/sched_rows.c | what can be said of a scheduler, a row each
MACRO_ARG_UNUSED	| ^lib/common/attr/sched_rows.c | it has no value where nobody says one
LONG_LINE		| ^lib/common/check/limits.h | and so is a limit
TRAILING_SEMICOLON	| ^lib/common/check/limits.h | a member for each row
COMPLEX_MACRO		| ^lib/common/check/limits.h | a table, for macros that take a row
MACRO_ARG_REUSE		| ^lib/common/check/limits.h | one for each row
MACRO_ARG_UNUSED	| ^lib/common/check/limits.h | a row has more than each of its readers wants
COMPLEX_MACRO		| check/assertion.h | a table, for macros that take a row
MACRO_ARG_REUSE		| check/assertion.h | one for each row
MACRO_ARG_UNUSED	| check/assertion | of which each takes what it needs
COMPLEX_MACRO		| check/assertion.c | a word of it
COMPLEX_MACRO		| ^kselftest/unit/check_assertion | and values of one
MACRO_ARG_UNUSED	| ^kselftest/unit/check_assertion | likewise
COMPLEX_MACRO		| ^lib/common/payload/ | tables of rules and of payloads that are there
MACRO_ARG_REUSE		| ^lib/common/payload/ | one for each row
MACRO_ARG_UNUSED	| ^lib/common/payload/ | of which each takes what it needs
TRAILING_SEMICOLON	| ^lib/common/payload/ | a declaration for each row
COMPLEX_MACRO		| ^lib/guest/scenario/cpuset | a table, for macros that take a row
COMPLEX_MACRO		| ^lib/guest/scenario/limits.c | the name of a member, and where it is
MACRO_ARG_REUSE		| ^lib/guest/scenario/cpuset | one for each row
MACRO_ARG_UNUSED	| ^lib/guest/scenario/cpuset | of which each takes what it needs
COMPLEX_MACRO		| ^lib/guest/work/ | a table, for macros that take a row
MACRO_ARG_REUSE		| ^lib/guest/work/ | one for each row
MACRO_ARG_UNUSED	| ^lib/guest/work/ | of which each takes what it needs
TRAILING_SEMICOLON	| ^lib/guest/work/types.h | a declaration for each row
MACRO_ARG_UNUSED	| ^kselftest/unit/work_types_test.c | one of them
COMPLEX_MACRO		| ^lib/guest/scenario/op | tables of ops and of what they take
MACRO_ARG_REUSE		| ^lib/guest/scenario/op | one for each row
MACRO_ARG_UNUSED	| ^lib/guest/scenario/op | and each reader wants its part of one
TRAILING_SEMICOLON	| ^lib/guest/scenario/op_types.h | a declaration for each row
MACRO_ARG_UNUSED	| ^kselftest/unit/scenario_steps_test.c | one of them
COMPLEX_MACRO		| ^kselftest/scenarios.h | so does one of a table
MACRO_ARG_UNUSED	| ^lib/guest/catalogue/ | a row has more than each of its readers wants
TRAILING_SEMICOLON	| ^lib/guest/catalogue/catalogue.h | a declaration for each row
COMPLEX_MACRO		| ^lib/guest/text/records.c | a table, for macros that take a row
MACRO_ARG_REUSE		| ^lib/guest/text/records.c | the name of a member, and where it is
MACRO_ARG_UNUSED	| ^lib/guest/text/records.c | of which each takes what it needs
COMPLEX_MACRO		| ^lib/host/cli/ | tables of options, of commands, for macros that take a row
MACRO_ARG_REUSE		| ^lib/host/cli/command.h | one for each row
MACRO_ARG_REUSE		| ^lib/host/cli/args.h | one for each row
MACRO_ARG_UNUSED	| ^lib/host/cli/ | and each reader wants its part of one
TRAILING_SEMICOLON	| ^lib/host/cli/command.h | a row becomes a declaration
TRAILING_SEMICOLON	| ^lib/host/cli/.*_args.c | or a statement
COMPLEX_MACRO		| ^lib/host/results/record.h | a table, for macros that take a row
MACRO_ARG_REUSE		| ^lib/host/results/record.h | one for each row
MACRO_ARG_UNUSED	| ^lib/host/results/ | of which each takes what it needs
COMPLEX_MACRO		| ^lib/host/state/ | and values of a thread
MACRO_ARG_REUSE		| ^lib/host/state/state.h | one for each row
MACRO_ARG_UNUSED	| ^lib/host/state/ | of which each takes what it needs
SPLIT_STRING		| ^lib/host/results/index | statements of SQL, a clause a line
LONG_LINE		| ^lib/common/quantities.h | a quantity a row
COMPLEX_MACRO		| ^lib/host/monitor/judge/ | a table, for macros that take a row
MACRO_ARG_REUSE		| ^lib/host/monitor/judge/checks.h | one for each row
MACRO_ARG_UNUSED	| ^lib/host/monitor/judge/ | of which each takes what it needs
TRAILING_SEMICOLON	| ^lib/host/monitor/judge/look.h | a declaration for each row
COMPLEX_MACRO		| ^lib/host/stages/table.c | a macro that is two rows of a table
MACRO_ARG_REUSE		| ^lib/host/stages/table.c | text
COMPLEX_MACRO		| ^lib/test/tables.c | a name for each row
MACRO_ARG_UNUSED	| ^lib/test/tables.c | of which that is all
COMPLEX_MACRO		| ^vmm/x86/devices.c | a table, whose rows are declared and pointed to
MACRO_ARG_REUSE		| ^vmm/x86/devices.c | one for each row
TRAILING_SEMICOLON	| ^vmm/x86/devices.c | a row becomes a declaration
COMPLEX_MACRO		| ^lib/common/ready.h | a table, for macros that take a row
MACRO_ARG_REUSE		| ^lib/common/ready.h | one for each row
MACRO_ARG_UNUSED	| ^lib/common/ready.h | a row has more than each of its readers wants
MACRO_ARG_UNUSED	| ^kselftest/scenarios.h | one of them
MULTISTATEMENT_MACRO_USE_DO_WHILE | ^lib/common/quantity.h | a row is a member of a struct
TRAILING_SEMICOLON	| ^lib/common/quantity.h | which ends in one
COMPLEX_MACRO		| ^kselftest/unit/ | a macro that declares a variant has no value
LEADING_SPACE		| ^kselftest/unit/ | takes the second line of such a macro for a statement
OPEN_ENDED_LINE		| ^init/probe/	| names of generated programs are long
PARENTHESIS_ALIGNMENT	| ^init/probe/	| LIBBPF_OPTS() is an initialiser
ENOSYS			| ^lib/guest/work/place.c | a kernel without NUMA has no such call
ENOSYS			| sandbox	| a filter answers that, or it was asked for what is not here
ENOSYS			| ^vmm/		| vm_create() returns it for a KVM that lacks something
'

# What test authors include.
public_headers='lib/ktstr.h lib/test/test.h lib/common/attr/attr.h
lib/common/attr/parts.h lib/common/check/check.h
lib/guest/scenario/scenario.h lib/guest/work/work.h lib/common/topology.h'

stage_style()
{
	local files scripts

	mapfile -t files < <(our_files '*.c' '*.h')
	mapfile -t scripts < <(our_files 'scripts/tests/*.sh' 'scripts/stages/*.sh' \
		'vmm/*.sh' 'lib/*.sh' scripts/{house,circles,landing,inputs}.sh)
	((${#files[@]} > 0)) || ktap_result 1 style "there are no sources"
	[[ $(ci_or all some) = all ]] ||
		mapfile -t files < <(style_ci_files "${files[@]}")
	style_checkpatch "${files[@]}"
	style_kernel_doc
	attempt style.shellcheck env -C "$here" shellcheck -x -a run_ktstr.sh .ci/run \
		"${scripts[@]}"
	style_spdx
	style_headers
	attempt style.house suite_make house
	style_test_names
	style_rest_names
	style_stages
	style_maintainers
}

# style_names RULES FILE...: "NAME FILE" a line, of what is kept for a file that
# keeps these rules.
style_names()
{
	local rules=$1

	shift
	(cd "$here" && sha256sum -- "$@") | awk -v rules="$rules" '{
		name = $2
		gsub("/", ",", name)
		print rules "." substr($1, 1, 32) "." name, $2
	}'
}

# style_ci_files FILE...: those that CI reads: what the last 50 commits have changed,
# as a landing may be so many, and of the others a fifth in turn. On a machine that
# has none of what was kept, all of them take eight minutes.
style_ci_files()
{
	printf '%s\n' "$@" | awk -v turn=0 '
		NR == FNR {
			if (/^commit / && !seen++)
				turn = $3 % 5
			if (sub(/^touched /, ""))
				touched[$0]
			next
		}
		$0 in touched || n++ % 5 == turn' \
		<("$here/scripts/landing.sh" 50; echo) -
}

# A file that has not changed since it kept the same rules is not read again.
style_checkpatch()
{
	local rules name file i batch=16 kept=$cache/check/style
	local files=() names=()

	rules=$({
		cat "$tree"/scripts/{checkpatch.pl,spelling.txt} \
			"$tree/scripts/const_structs.checkpatch"
		echo "$checkpatch_allowed"
	} 2>&1 | sha256sum | cut -c 1-12)
	mkdir -p "$kept"
	find "$kept" -type f -mtime +30 -delete
	while read -r name file; do
		[[ ${CI:-} = true || ! -e $kept/$name ]] || continue
		files+=("$file") names+=("$name")
	done < <(style_names "$rules" "$@")
	: >"$scratch/style"
	# In batches, so that a fault in one has only its own read again.
	for ((i = 0; i < ${#files[@]}; i += batch)); do
		style_checkpatch_files "${files[@]:i:batch}"
		if [[ -s $scratch/output ]]; then
			cat "$scratch/output" >>"$scratch/style"
			continue
		fi
		for name in "${names[@]:i:batch}"; do
			: >"$kept/$name"
		done
	done
	mv "$scratch/style" "$scratch/output"
	echo "# checkpatch: ${#files[@]} files," \
		"$(($# - ${#files[@]})) were in style already"
	result "$([[ ! -s $scratch/output ]]; echo $?)" style.checkpatch
}

# As the maintainer of the tree runs it: from its top, on paths in there.
style_checkpatch_files()
{
	local suite=tools/testing/selftests/ktstr

	mkdir -p "$scratch/${suite%/*}"
	ln -sfn "$here" "$scratch/$suite"
	: >"$scratch/checkpatch"
	run "$scratch/checkpatch" env -C "$scratch" \
		"$tree/scripts/checkpatch.pl" --root="$tree" --strict --terse \
		--quiet --no-summary --show-types -f "${@/#/$suite/}" || true
	checkpatch_rest <"$scratch/checkpatch" >"$scratch/output"
	# It says nothing where all is well; so does one that does not run.
	"$tree/scripts/checkpatch.pl" --version >/dev/null ||
		echo "checkpatch.pl does not run" >>"$scratch/output"
}

# What of its output is not allowed above.
checkpatch_rest()
{
	awk -F '[ \t]*[|][ \t]*' -v suite=tools/testing/selftests/ktstr/ '
	NR == FNR {
		if ($1 in files)
			files[$1] = files[$1] "|" $2
		else if (NF > 1)
			files[$1] = $2
		next
	}
	{
		path = $0
		sub(/:.*/, "", path)
		path = substr(path, length(suite) + 1)
		type = $0
		sub(/^[^ ]* [A-Z]*:/, "", type)
		sub(/:.*/, "", type)
		if (!(type in files) || path !~ files[type])
			print substr($0, length(suite) + 1)
	}' <(printf '%s' "$checkpatch_allowed") -
}

# Each parameter is described where test authors look; elsewhere what speaks for
# itself need not be, but what is said must be true: no names that are gone.
style_kernel_doc()
{
	local headers status=0

	mapfile -t headers < <(our_files '*.h' | grep -v '^bpf/')
	env -C "$here" "$tree/scripts/kernel-doc" -none -Wall \
		"${headers[@]}" >"$scratch/kernel-doc" 2>&1 || true
	awk -v public="^(${public_headers//[[:space:]]/|}):" '
		$2 ~ public || !/ not described in |No description found/
		' "$scratch/kernel-doc" >"$scratch/output" || status=1
	[[ ! -s $scratch/output ]] || status=1
	result $status style.kernel_doc
}

style_spdx()
{
	local file status=0

	for file in $(our_files '*.c' '*.h' '*.sh'); do
		sed -n 1,2p "$here/$file" | grep -q SPDX-License-Identifier ||
			{ echo "$file"; status=1; }
	done >"$scratch/output"
	result $status style.spdx
}

# Each header compiles alone.
style_headers()
{
	local header status=0

	for header in $(our_files '*.h' | grep -v '^bpf/'); do
		echo "#include \"$header\"" |
			gcc -std=gnu11 -fms-extensions -fsyntax-only -Wall -Werror -D_GNU_SOURCE= \
				-Wno-unused-function -x c -I"$here" \
				-I"$here/lib" -isystem \
				"$tree/tools/testing/selftests" -isystem \
				"$obj/sched_ext/build/include" - \
			|| status=1
	done >"$scratch/output" 2>&1
	[[ -n ${header:-} ]] || { echo "no header" >"$scratch/output"; status=1; }
	result $status style.headers_alone
}

# Reports, sidecars and `run` go by names: a fixture belongs to one program.
style_test_names()
{
	local status=0

	[[ -n $(suite_programs) ]] || {
		ktap_result 1 style.test_names "the suite has no program"
		return
	}
	(suite_list --plan; suite_list --plan repro_demo plants scale areas knobs presets) |
		sed -e 's/\..*//' | sort -u | cut -d' ' -f2 >"$scratch/fixtures"
	sort "$scratch/fixtures" | uniq -d |
		sed -e 's/$/: a fixture of two programs/' >"$scratch/output"
	[[ -s $scratch/fixtures ]] || echo "no program has a fixture" \
		>>"$scratch/output"
	[[ ! -s $scratch/output ]] || status=1
	result $status style.test_names
}

# What check leaves to check all is there, and does not stand for nothing: ktstr has
# an error for a pattern that does.
style_rest_names()
{
	local name words status=0

	stages_alone | while read -r name words; do
		[[ $words = './run_ktstr.sh run '* ]] || continue
		echo "$name"
		eval "words=(${words#./run_ktstr.sh })"
		# shellcheck disable=SC2128 # it is an array by then
		"$install/ktstr/ktstr" run --dry-run "${words[@]:1}" \
			>/dev/null 2>"$scratch/wrong" ||
			sed -e "s/^/$name: /" "$scratch/wrong" >>"$scratch/output"
	done >"$scratch/named"
	[[ -s $scratch/named ]] || echo "no stage is of the suite" >>"$scratch/output"
	[[ ! -s $scratch/output ]] || status=1
	result $status style.rest_names
}

# stages_alone: "STAGE COMMAND" a line, as check -l has them.
stages_alone()
{
	"$install/ktstr/ktstr" check -l | awk '
		/^ +alone: / { sub(/^ +alone: /, ""); print name, $0 }
		/^[a-z]/ { name = $1 }'
}

# Each script and each program of the suite is a stage, and each stage has what it
# runs.
style_stages()
{
	local name words status=0

	stages_alone >"$scratch/stages"
	while read -r name words; do
		[[ $words = ./run_ktstr.sh* || -x $here/${words%% *} ]] ||
			echo "$name: there is no $words"
	done <"$scratch/stages" >"$scratch/output"
	for name in $(cd "$here" && our_files 'scripts/tests/*.sh' \
		'scripts/stages/*.sh'); do
		[[ $name = */lib.sh || $name = */load.sh ]] ||
			grep -qE " $name( |\$)" "$scratch/stages" ||
			echo "$name: no stage runs it"
	done >>"$scratch/output"
	for name in $(suite_programs); do
		grep -q "^suite-$name " "$scratch/stages" ||
			echo "$name: no stage runs it"
	done >>"$scratch/output"
	[[ -s $scratch/stages && ! -s $scratch/output ]] || status=1
	result $status style.stages
}

# The entry for the tree's MAINTAINERS: as the tree's own programs want it, and
# found by it.
style_maintainers()
{
	local entry=$here/Documentation/MAINTAINERS dir=$scratch/maintainers
	local suite=tools/testing/selftests/ktstr status=0

	mkdir -p "$dir/$suite"
	touch "$dir/$suite/Makefile"
	printf '%s\n' '' "$(<"$entry")" >"$dir/MAINTAINERS"
	diff -u --label a/MAINTAINERS --label b/MAINTAINERS /dev/null \
		"$dir/MAINTAINERS" >"$dir/patch" || true
	(
		cd "$dir" &&
		"$tree/scripts/checkpatch.pl" --root="$tree" --no-signoff --terse \
			--quiet --no-summary --types MAINTAINERS_STYLE patch &&
		"$tree/scripts/parse-maintainers.pl" --order --input="$entry" \
			--output=ordered && diff "$entry" ordered &&
		"$tree/scripts/get_maintainer.pl" --no-tree --no-git \
			--no-git-fallback --sections -f "$suite/Makefile" >found &&
		grep -xF "$(head -n 1 "$entry")" found
	) >"$scratch/output" 2>&1 || status=1
	result $status style.maintainers
}

if [[ ${1:-} = --read ]]; then
	shift
	style_ci_files "$@"
	exit
fi
stage_begin style
stage_style
ktap_end
