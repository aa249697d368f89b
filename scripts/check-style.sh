# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The stage `style` of `run_ktstr.sh check`. Sourced by run_ktstr.sh.

# What checkpatch says that does not hold here.
# type | files (regular expression) | why
checkpatch_allowed='
BIT_MACRO		| .		| BIT() is in a header of the kernel, not of programs
CAMELCASE		| .		| names of libelf, zlib and libFuzzer
MINMAX			| .		| programs have no min_t()
STATIC_CONST_CHAR_ARRAY	| .		| local arrays of pointers are argument lists
VOLATILE		| .		| memory shared with a guest or BPF; sig_atomic_t
AVOID_EXTERNS		| ^kselftest/unit/fuzz_ | libFuzzer has no header for its entry
SPACING			| ^lib/ktstr.h	| FIXTURE_DATA(x) *self is no product
SPACING			| ^kselftest/unit/ | nor is it there
MACRO_ARG_REUSE		| ^lib/ktstr.h	| the arguments are names, not expressions
MACRO_ARG_REUSE		| ^vmm/topology.h | the arguments are constants
COMPLEX_MACRO		| ^lib/ktstr.h	| a macro that declares a test ends in its body
MACRO_WITH_FLOW_CONTROL	| ^lib/ktstr.h	| ends the test, as in kselftest_harness.h
PREFER_DEFINED_ATTRIBUTE_MACRO | .	| compiler_attributes.h is a header of the kernel, too
LONG_LINE_STRING	| .		| a message is not split, so that it can be searched for
LONG_LINE		| ^lib/monitor/fields.c | a table: a kernel field a line
COMPLEX_MACRO		| ^kselftest/unit/ | a macro that declares a variant has no value
LEADING_SPACE		| ^kselftest/unit/ | takes the second line of such a macro for a statement
OPEN_ENDED_LINE		| ^init/probe/	| names of generated programs are long
PARENTHESIS_ALIGNMENT	| ^init/probe/	| LIBBPF_OPTS() is an initialiser
ENOSYS			| ^vmm/		| vm_create() returns it for a KVM that lacks something
'

# What a room may include, beside itself.
rooms='
lib/util	|
lib/wire	| lib/util
lib/check	| lib/util lib/wire
vmm		| lib/util lib/wire
vmm/x86		| lib/util lib/wire vmm
vmm/emulated-host | lib/util lib/wire vmm
init		| lib/util lib/wire
lib/host	| lib/util
lib/work	| lib/util lib/wire lib/check
lib/scenario	| lib/util lib/wire lib/check lib/work vmm/topology.h
lib/monitor	| lib/util lib/wire lib/check lib/host vmm
lib/run		| lib/util lib/wire lib/check lib/host lib/monitor vmm
lib/report	| lib/util lib/wire lib/check lib/host lib/monitor lib/run vmm
lib/repro	| lib/util lib/wire lib/check lib/host lib/monitor lib/run lib/report vmm bpf/probe.h
lib/cli		| lib/util lib/report
'

# Files that stand above their room: a program, or the one door to another.
room_exceptions='
vmm/emulated-host/emulated-host-main.c	| lib/host
vmm/vmm.h				| vmm/x86/machine.h
'

# What test authors include.
public_headers='lib/ktstr.h lib/test/test.h lib/check/check.h
lib/scenario/scenario.h lib/work/work.h vmm/topology.h'

stage_style()
{
	local files scripts

	mapfile -t files < <(our_files '*.c' '*.h')
	mapfile -t scripts < <(our_files 'scripts/tests/*.sh' 'vmm/*.sh')
	style_checkpatch "${files[@]}"
	style_kernel_doc
	attempt style.shellcheck env -C "$here" shellcheck -x -a run_ktstr.sh .ci/run \
		"${scripts[@]}"
	style_spdx
	style_headers
	style_rooms
	style_test_names
}

# As the maintainer of the tree runs it: from its top, on paths in there.
style_checkpatch()
{
	local suite=tools/testing/selftests/ktstr status=0

	mkdir -p "$scratch/${suite%/*}"
	ln -s "$here" "$scratch/$suite"
	job "$scratch/checkpatch" checkpatch env -C "$scratch" \
		"$tree/scripts/checkpatch.pl" --root="$tree" --strict --terse \
		--quiet --no-summary --show-types -f "${@/#/$suite/}" || true
	checkpatch_rest <"$scratch/checkpatch" >"$scratch/output" || status=1
	[[ ! -s $scratch/output ]] || status=1
	result $status style.checkpatch
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
			gcc -std=gnu11 -fsyntax-only -Wall -Werror -D_GNU_SOURCE= \
				-Wno-unused-function -x c -I"$here" \
				-I"$here/lib" -isystem \
				"$tree/tools/testing/selftests" -isystem \
				"$obj/sched_ext/build/include" - \
			|| status=1
	done >"$scratch/output" 2>&1
	result $status style.headers_alone
}

style_rooms()
{
	local room allowed status=0

	while IFS='|' read -r room allowed; do
		read -r room <<<"$room"
		[[ -z $room ]] || room_is_clean "$room" "$allowed" || status=1
	done <<<"$rooms" >"$scratch/output"
	result $status style.rooms
}

# room_is_clean ROOM "ALLOWED...": names each include that is not.
room_is_clean()
{
	local room=$1 may file included more status=0

	while IFS=: read -r file included; do
		more=$(sed -n "s,^${file}[[:space:]]*|,,p" <<<"$room_exceptions")
		may=" $room $2 $more "
		[[ $may = *" ${included%/*} "* || $may = *" $included "* ]] || {
			echo "$file includes $included"
			status=1
		}
	done < <(cd "$here" && grep -oHE '^#include "[^"]*/[^"]*"' \
		"$room"/*.[ch] 2>/dev/null |
		sed -e 's/#include "//' -e 's/"$//')
	return $status
}

# Reports, sidecars and `run -t` go by names: a fixture belongs to one program.
style_test_names()
{
	local program status=0

	for program in $(suite_programs) repro_demo; do
		program_lists "$program" |
			awk '$1 != "-" && $1 != "global" { print $1 }' |
			sort -u
	done >"$scratch/fixtures"
	sort "$scratch/fixtures" | uniq -d |
		sed -e 's/$/: a fixture of two programs/' >"$scratch/output"
	[[ -s $scratch/fixtures ]] || echo "no program has a fixture" \
		>>"$scratch/output"
	[[ ! -s $scratch/output ]] || status=1
	result $status style.test_names
}
