#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What people meet first: names of tests, as `list` prints and `run` takes them,
# and what is said of a wrong one before anything is fetched, built or booted.
# KTSTR_TEST_INSTALL names an installed suite, whose programs are asked.
# shellcheck disable=SC2034,SC2154,SC2317 # for what is sourced
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"
suite=${KTSTR_TEST_INSTALL:?names an installed suite}

# An output folder with programs that are as new as their source.
built()
{
	mkdir -p out/install
	touch out/.ktstr-out
	cp -r "$suite"/{ktstr,kselftest-list.txt} out/install/
	touch out/install/.built
	# Whoever wants more than that takes longer, and says so.
	export KTSTR_SOURCE=nowhere/linux-source-9.9 KTSTR_DEBIAN_MIRROR=file:/nowhere
}

# unknown STATUS SENTENCE ARG...: one line, and no kernel was looked for.
unknown()
{
	built
	front 1 "$@"
	[[ $(wc -l <stderr) = 1 && ! -s stdout ]] || fail "not one line"
	[[ -z $(find cache/ktstr/{kernels,build} -mindepth 1) ]] ||
		fail "something was built"
}

names_are_listed()
{
	built
	front 0 '' list
	grep -qx scx.simple.steady stdout || fail "scx.simple.steady is not listed"
	[[ $(wc -l <stdout) -gt 40 ]] || fail "$(wc -l <stdout) names"
	cp stdout all
	# Each of them is taken as it is printed.
	mapfile -t names <all
	front 0 '' run --dry-run "${names[@]}"
	diff all stdout || fail "they are not taken"
	front 0 '' list '*.oversubscribed'
	[[ $(grep -vc '[.]oversubscribed$' stdout) = 0 && -s stdout ]] ||
		fail "others are listed"
}

json_is_listed()
{
	built
	front 0 '' list --json scx.simple.steady
	python3 - <<'PYTHON' || fail "not as JSON should be"
import json
(test,) = json.load(open("stdout"))
assert test == {"program": "scx", "test": "scx.simple.steady", "on_demand": False}
PYTHON
}

# A line for each row of the tables in the code, and as JSON the same.
tables_are_listed()
{
	built
	front 0 '' list --work-types
	sed -n -e '/define WORK_TYPES/,/[^\]$/!d' \
		-e 's/^\trow(\([A-Z_]*\), [a-z_]*).*/\1/p' \
		"$top/lib/guest/work/work.h" >rows
	(($(wc -l <rows) > 20)) || fail "no table"
	cut -d ' ' -f 1 stdout | diff rows - || fail "other work types"
	grep -qE '^BURSTY +Bursty +burst_ms=[0-9]+,sleep_ms=[0-9]+ +computes for' \
		stdout || fail "no defaults"
	front 0 '' list --ops
	sed -n 's/^\trow(\([A-Z_]*\), [a-z_]*).*/\1/p' \
		"$top/lib/guest/scenario/ops.h" >rows
	(($(wc -l <rows) > 10)) || fail "no table of ops"
	cut -d ' ' -f 1 stdout | diff rows - || fail "other ops"
	front 0 '' list --scenarios
	sed -n 's/^\trow(arg, \([a-z0-9_]*\), .*/\1/p' \
		"$top/lib/common/ready.h" >rows
	(($(wc -l <rows) > 80)) || fail "no table of scenarios"
	cut -d ' ' -f 1 stdout | diff rows - || fail "other scenarios"
	grep -qE '^oversubscribed +sixteen' stdout || fail "no scenario"
	front 0 '' list --payloads
	for word in 'stress-ng +stress-ng' 'hackbench +perf' 'schbench +schb'; do
		grep -qE "^$word" stdout || fail "no $word"
	done
	front 0 '' list --checks
	cp stdout checks
	for word in 'workers +max_gap_ms +limits.max_gap_ms +2000 ' \
		'monitor +imbalance +limits.max_imbalance_pct +400 '; do
		grep -qE "^$word" checks || fail "no $word"
	done
	front 0 '' list --checks --json
	python3 - <<'PYTHON' || fail "JSON differs"
import json
rows = json.load(open("stdout"))
lines = open("checks").read().splitlines()
assert len(rows) == len(lines) > 8
for row, line in zip(rows, lines):
    assert list(row) == ["of", "name", "limit", "default", "what"]
    assert " ".join(line.split()) == " ".join(row.values())
PYTHON
	front 1 'scx: --checks takes no names' list --checks scx
}

# As text each is as the schema has it, and one that is not is not.
scenarios_are_text()
{
	local name ktstr=$suite/ktstr/ktstr

	built
	front 0 '' scenario two_cgroups
	mkdir texts
	front 0 '' list --scenarios
	while read -r name _; do
		"$ktstr" scenario "$name" >"texts/$name" ||
			fail "$name is no text"
		"$ktstr" scenario --rt-app "$name" >rt_app 2>left_out ||
			fail "$name cannot be written for rt-app"
	done <stdout
	"$ktstr" scenario --schema |
		diff "$top/Documentation/scenario.schema.json" - ||
		fail "another schema"
	python3 - "$top/Documentation/scenario.schema.json" <<'PYTHON' || fail "not as the schema has it"
import json, os, sys
try:
    import jsonschema
except ImportError:
    sys.exit(0)
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
check = jsonschema.Draft202012Validator(schema)
names = os.listdir("texts")
assert len(names) > 80
for name in names:
    check.validate(json.load(open("texts/" + name)))
for wrong in ({"cgroups": [{}]}, {"what": 1}, {"steps": [{"op": 1}]},
              {"cgroups": [{"name": "a", "work": {"type": "Nap"}}]}):
    assert not check.is_valid(wrong), wrong
PYTHON
}

# wrong_file TEXT SENTENCE: before anything boots, with its line.
wrong_file()
{
	built
	printf '%s' "$1" >mine.json
	front 1 "$2" scenario mine.json
	[[ $(wc -l <stderr) = 1 && ! -s stdout ]] || fail "not one line"
}

shards()
{
	built
	for i in 1 2 3; do
		front 0 '' run --dry-run --shard $i/3
		cat stdout >>parts
	done
	front 0 '' run --dry-run
	cmp <(sort stdout) <(sort parts) || fail "the parts are not the whole"
}

failed_ones()
{
	built
	front 4 'none of these tests failed in the last run' run --rerun-failed \
		--dry-run
	echo 'scx scx.simple.steady' >out/failed-tests
	front 0 '' run --rerun-failed --dry-run
	[[ $(cat stdout) = scx.simple.steady ]] || fail "$(cat stdout)"
}

# A source that is newer may have it: it is built first.
stale_programs_are_built()
{
	built
	touch -d '1 hour ago' out/install/.built
	cp -r "$top"/{run_ktstr.sh,scripts,ktstr.kconfig,vmm,Makefile,lib,kselftest,init,bpf} .
	touch kselftest/eevdf.c
	unset KTSTR_SOURCE
	fake_tree tree
	echo 'exit 1' >tree/parts/hook
	! KDIR=$PWD/tree ./run_ktstr.sh run --dry-run no.such.test >stdout 2>stderr ||
		fail "it passes"
	cat stderr
	! grep -q 'no test has that name' stderr || fail "it was not built"
	builds_are 1
}

# ---- what the documents say ----

# Commands of README.md and Documentation, without settings and comments.
documented()
{
	sed -nE 's/^(    |\t)(\.\/run_ktstr\.sh [^#]*).*/\2/p' "$top/README.md" \
		"$top"/Documentation/*.rst
}

# documented_command WORD...: does the door know it, and each name in it?
documented_command()
{
	case $1 in
	run) front 0 '' "$@" --dry-run ;;
	repro) front 0 '' list "$2" ;;
	check)
		"$top/run_ktstr.sh" check -l >stages
		for name in "${@:2}"; do
			[[ $name = -* ]] || grep -qE "^ *$name " stages ||
				[[ $name = all ]] || fail "no stage $name"
		done ;;
	*) grep -q "^  $1\( \|\$\)" <<<"$("$top/run_ktstr.sh" --help)" ||
		fail "no command $1" ;;
	esac
}

documents_name_what_there_is()
{
	local line n=0
	local lines words

	built
	echo 'scx scx.simple.steady' >out/failed-tests
	mapfile -t lines < <(documented)
	set -f		# patterns are for the door
	for line in "${lines[@]}"; do
		eval "words=($line)"
		words=("${words[@]:1}")
		[[ ${words[0]:-} != -v ]] || words=("${words[@]:1}")
		[[ ${words[0]:---} != -* && ${words[0]} != NAME ]] || continue
		echo "documented: $line"
		documented_command "${words[@]}"
		n=$((n + 1))
	done
	((n >= 12)) || fail "only $n commands were found"
}

# The table of suites.
documents_list_the_suites()
{
	local page=$top/Documentation/quick-start.rst

	sed -nE 's/^\W\W([a-z_]+)\W\W +(always|on demand) .*/\1 \2/p' \
		"$page" >table
	sed -E 's/^([a-z_]+)$/\1 always/; s/on-demand/on demand/' \
		"$suite/ktstr/ktstr-programs" | diff - table || fail "other suites"
}

# Files of ours that texts name are there.
documents_name_files_that_are_there()
{
	local name n=0

	cd "$top"
	while read -r name; do
		n=$((n + 1))
		[[ -e $name ]] || fail "$name is named, and not there"
	done < <(
		grep -hoE '(Documentation|scripts|lib|vmm|init|bpf|kselftest)/[A-Za-z0-9_/-]+[.](rst|sh|[ch]|html)\>' \
			README.md Documentation/*.rst
		grep -rhoE --include='*.[ch]' 'Documentation/[a-z-]+[.]rst' \
			lib vmm init bpf kselftest)
	((n > 20)) || fail "only $n names were found"
}

# file:line of the demo's report, as auto-repro.rst shows it.
demo_shows_the_right_lines()
{
	local doc=$top/Documentation/auto-repro.rst
	local bpf=$top/bpf/scx_ktstr.bpf.c line

	line=$(grep -n 'host-triggered crash' "$bpf" | cut -d: -f1)
	grep -q "scx_bpf_error (bpf/scx_ktstr.bpf.c:$line: ktstr: host" "$doc" ||
		fail "the error is at $line"
	line=$(grep -nE 'BPF_STRUCT_OPS\(ktstr_enqueue,' "$bpf" | cut -d: -f1)
	grep -qE "^	#   ktstr_enqueue +scx_ktstr.bpf.c:$line\$" "$doc" ||
		fail "ktstr_enqueue is at $line"
}

# ---- help, completion, manual: each from the same table ----

door_commands()
{
	"$suite/ktstr/ktstr" --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p'
}

# Options of a command, as its help has them.
help_options()
{
	"$suite/ktstr/ktstr" "$1" --help | sed -n '/^Options:/,/^$/p' |
		grep -oE '^ +(-[a-z], )?--[a-z-]+' | grep -oE -e '--?[a-z-]+' |
		sort
}

each_command_has_help()
{
	local name

	built
	door_commands >names
	[[ $(wc -l <names) -ge 11 ]] || fail "$(wc -l <names) commands"
	while read -r name; do
		case $name in
		kernel | kvm-check) continue ;;	# run_ktstr.sh has its own
		esac
		front 0 '' "$name" --help
		grep -q "^Usage: ./run_ktstr.sh $name" stdout || fail "no usage"
		"$suite/ktstr/ktstr" "$name" --help | tail -n +2 >help
		tail -n +2 stdout | diff - help || fail "$name: two helps"
		front 1 "^ktstr: --frob: no such option of $name" "$name" --frob
	done <names
	front 1 'ktstr: rnu: no such command' rnu
}

# complete WORD...: what bash offers for the last of them.
complete_line()
{
	COMP_WORDS=(ktstr "$@") COMP_CWORD=$# COMPREPLY=()
	_ktstr "$suite/ktstr/ktstr" "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
	printf '%s\n' "${COMPREPLY[@]}" | sort
}

bash_completes()
{
	local name

	"$suite/ktstr/ktstr" completion bash >completed
	# shellcheck disable=SC1091
	. ./completed
	door_commands >names
	(cat names; echo --help; echo --version) | sort >all
	(complete_line ''; complete_line -) | grep . | sort -u | diff all - ||
		fail "other commands"
	while read -r name; do
		help_options "$name" >options
		complete_line "$name" - | diff options - ||
			fail "$name: other options than its help has"
	done <names
	[[ $(complete_line run scx.simple.st) = scx.simple.steady ]] ||
		fail "no names of tests: $(complete_line run scx.simple.st)"
	[[ $(complete_line test -s ste) = steady ]] || fail "no scenarios"
	[[ $(complete_line check suite-wa) = suite-wakes ]] || fail "no stages"
	touch some.file
	complete_line html -o some.f | grep -qx some.file || fail "no files"
}

zsh_completes()
{
	[[ -n $(type -P zsh) ]] || skip "no zsh"
	"$suite/ktstr/ktstr" completion zsh >_ktstr
	zsh -fc 'autoload -U compinit; compinit -u; . ./_ktstr' || fail "not zsh"
}

manual_has_each_option()
{
	local name option

	"$suite/ktstr/ktstr" man >ktstr.1
	if [[ -n $(type -P groff) ]]; then
		groff -man -ww -z ktstr.1 2>warnings
		[[ ! -s warnings ]] || fail "$(cat warnings)"
	fi
	while read -r name; do
		grep -q "^.SS ktstr ${name//-/\\\\-} " ktstr.1 ||
			fail "no $name"
		sed -n "/^.SS ktstr ${name//-/\\\\-} /,/^.S[SH] [^k]/p" ktstr.1 >section
		for option in $(help_options "$name"); do
			[[ $option != -h && $option != --help ]] || continue
			grep -qF -e "${option//-/\\-}" section ||
				fail "$name: no $option"
		done
	done < <(door_commands)
}

version_is_said()
{
	front 0 '' --version
	grep -qE '^ktstr [0-9.]+ \(.+\)$' stdout || fail "$(cat stdout)"
	# What is installed may be of another commit than what lies here by now.
	"$suite/ktstr/ktstr" --version | sed 's/ (.*//' |
		diff <(sed 's/ (.*//' stdout) - || fail "two versions"
}

# ---- a test program by itself ----

# program STATUS SENTENCE ARG...: as one line, and no host was booted.
program()
{
	local want=$1 sentence=$2 status=0

	shift 2
	"$suite/ktstr/eevdf" "$@" >stdout 2>stderr </dev/null || status=$?
	cat stdout stderr
	[[ $status = "$want" ]] || fail "exit status $status, not $want"
	grep -qE -e "$sentence" stdout stderr || fail "not said"
	! grep -q -e 'no usable KVM' -e 'TAP version' stdout stderr ||
		fail "it has begun"
	[[ $want = 0 || $(wc -l <stderr) = 1 ]] || fail "not one line"
}

# A make that makes nothing but what is looked at, and a kernel that is built.
nothing_is_compiled()
{
	local selftests=tree/tools/testing/selftests name

	fake_tree tree
	mkdir -p tree/tools/lib "$selftests/kselftest" bin built/arch/x86/boot
	for name in kselftest/{module.sh,runner.sh,prefix.pl,ktap_helpers.sh,ksft.py} \
		run_kselftest.sh; do
		echo "$name" >"$selftests/$name"
	done
	fake_image built/arch/x86/boot/bzImage
	fake_vmlinux built/vmlinux
	cp "$top/ktstr.kconfig" built/.config
	cat >bin/make <<MAKE
#!/bin/bash
for word; do
	case \$word in
	OUTPUT=*) touch "\${word#*=}/an-object" ;;
	INSTALL_PATH=*)
		mkdir -p "\${word#*=}"
		ln -sf "$suite/ktstr/ktstr" "$suite/ktstr/ktstr-programs" \
			"\${word#*=}" ;;
	emit_tests) echo ktstr:eevdf ;;
	esac
done
MAKE
	chmod +x bin/make
}

# The build itself is left out: what is before it and after it is not. The folder
# of objects may be new, be one of other tools, or be as it was left.
objects_of_any_age()
{
	local age

	nothing_is_compiled
	export KDIR=$PWD/tree KTSTR_KERNEL=$PWD/built
	for age in new other same; do
		[[ $age != other ]] || echo >tree/tools/lib/other.c
		PATH=$PWD/bin:$PATH front 0 '' completion bash
		[[ -e out/install/.built ]] || fail "$age: not built"
		rm out/install/.built
		[[ $age != other || ! -e $(echo out/build/*/old) ]] ||
			fail "objects of other tools stay"
		[[ $age != same || -e $(echo out/build/*/old) ]] ||
			fail "objects went that were fit"
		touch "$(echo out/build/*)/old"
	done
	[[ $(cat out/install/kselftest-list.txt) = ktstr:eevdf &&
	   -x out/install/kselftest/runner.sh ]] || fail "not installed"
}

ktap_begin
try door.objects_of_any_age objects_of_any_age
try door.names_are_listed names_are_listed
try door.json_is_listed json_is_listed
try door.tables_are_listed tables_are_listed
try door.scenarios_are_text scenarios_are_text
try door.wrong_json wrong_file '{ "cgroups": [ }' \
	'mine.json:1: is no JSON: '
try door.wrong_work wrong_file '{ "cgroups": [ { "name": "a",
	"work": { "type": "Busrty" } } ] }' \
	'mine.json:2: type: Busrty: there is no such one; near: Bursty'
try door.wrong_scenario wrong_file '{ "cgroups": [ { "name": "a" }, { "name": "a" } ] }' \
	"mine.json: cgroup 'a': there is one already"
try door.shards shards
try door.failed_ones failed_ones
try door.stale_programs_are_built stale_programs_are_built
try door.near unknown 'scx.simple.staedy: no test has that name; near: scx.simple.steady' \
	run scx.simple.staedy
try door.one_of_two unknown 'typo: no test has that name' run eevdf typo
try door.option_of_two unknown '-t typo: no test has that name' \
	run -t crashes -t typo eevdf
try door.option_elsewhere unknown '-t crashes: no test has that name' \
	run -t crashes scx
try door.excluded unknown '--exclude typo: no test has that name' \
	run --exclude typo
try door.shard unknown '--shard 9/9: has no test, of 1' \
	run --shard 9/9 scx.simple.steady
try door.path unknown '[.]/scx_flatcg: no test has that name' run ./scx_flatcg
try door.repro unknown 'scx.nope.steady: no test has that name; near: .*scx.simple.steady' \
	repro scx.nope.steady
try door.repro_functions unknown '--functions a,,b: are no names of functions' \
	repro a.b --functions a,,b
try door.repro_of_two unknown 'scx[.]\*: several tests: scx.simple.steady .*; name one' \
	repro 'scx.*'
try door.export unknown 'scx.nope.steady: no test has that name; near: .*scx.simple.steady' \
	export scx.nope.steady
try door.export_option unknown '--outptu: no such option of export; near: --output' \
	export --outptu f scx.simple.steady
try door.export_help front 0 '' export --help
try door.bug_report unknown 'bug-report takes one test, or one run' bug-report a.b c.d
try door.bug_report_option unknown '--kepe: no such option of bug-report; near: --keep' \
	bug-report --kepe a.b
try door.bug_report_help front 0 '' bug-report --help
try door.attribute unknown '--attr kalsr=on: no such attribute; near: kaslr' \
	run --attr kalsr=on scx.simple.steady
try door.attribute_value unknown '--attr workers=two: is no number from 1 on' \
	test eevdf --attr=workers=two
KTSTR_ATTR=kaslr=1 try door.attribute_setting unknown \
	'KTSTR_ATTR: kaslr=1: is neither on nor off' list
try door.list unknown 'typo: no test has that name' list typo
try door.documents_name_what_there_is documents_name_what_there_is
try door.documents_list_the_suites documents_list_the_suites
try door.documents_name_files_that_are_there documents_name_files_that_are_there
try door.demo_shows_the_right_lines demo_shows_the_right_lines
try door.each_command_has_help each_command_has_help
try door.bash_completes bash_completes
try door.zsh_completes zsh_completes
try door.manual_has_each_option manual_has_each_option
try door.version_is_said version_is_said
try door.program_help program 0 'Usage: .*eevdf' --help
try door.program_h program 0 'Usage: .*eevdf' -h
try door.program_option program 1 '--frob: no such option; see .*--help' --frob
try door.program_letter program 1 '-x: no such option' -x
try door.program_without_name program 1 '-t: needs a name' -t
try door.program_argument program 1 'steady: no option; tests are named by -r' steady
try door.program_attributes program 0 '^duration_s=N \[2\]' --attr help
try door.program_attribute program 1 'kalsr=on: no such attribute; near: kaslr' \
	--attr kalsr=on
try door.program_attribute_value program 1 '[.]limit_s = 500: at most 200 can be' \
	--attr=limit_s=500 -l
try door.program_without_attribute program 1 '--attr: needs NAME=VALUE' --attr
try door.program_test program 1 'no test matches these options; .* -l lists' -r eevdf.nope
ktap_end
