#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How `run_ktstr.sh check` ends: what passes, what is only skipped, and what
# cannot run at all; what is kept, and what CI adds. The stages themselves are not
# run here.
# shellcheck disable=SC2034,SC2154,SC2317 # for and of what is sourced
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"
for part in common tools git source kernel kvm suite side-by-side check check-kept \
	    check-ci check-stages check-style check-soak; do
	# shellcheck source=scripts/check.sh
	. "$top/scripts/$part.sh"
done
here=$top invoked_as=$0
unset KTSTR_STRICT CI KTSTR_CHECK_AGAIN KTSTR_CHECK_SINCE KTSTR_HOSTS
exec {guard}>/dev/null {nap_fd}<> <(:)
stages_read

# ends STATUS PASSED FAILED SKIPPED STAGE...: as check_end() says it.
ends()
{
	local want=$1 passed=$2 failed=$3 skipped=$4 status=0
	local out=out infrastructure=${infra:-0} inconclusive=${unsure:-0}
	local bad_stages=(style) bad_tests=() not_judged=(unit)

	shift 4
	(check_end "$@") >stdout 2>stderr || status=$?
	cat stdout stderr
	[[ $status = "$want" ]] || fail "exit status $status, not $want"
	skipped=$((skipped + infrastructure + inconclusive))
	[[ $(tail -n 1 stdout) = "$passed passed, $failed failed, $skipped skipped" ]] ||
		fail "not the closing line"
}

says_no_kvm()
{
	[[ $(cat stderr) = 'ktstr: no KVM here that can run a kernel, so nothing ran in VMs: because' ]] ||
		fail "not one line that says so"
}

a_skip_is_no_failure()
{
	local kvm_state=usable

	ends 0 3 0 0 style guests
	ends 0 3 0 1 style guests
	[[ ! -s stderr ]] || fail "something was said"
}

strict_minds_skips()
{
	local kvm_state=usable

	export KTSTR_STRICT=1
	ends 0 3 0 0 style
	ends 4 3 0 1 style
	KTSTR_STRICT=0 ends 0 3 0 1 style
}

a_failure_is_one_with_skips_too()
{
	local kvm_state=emulated

	ends 1 3 1 0 style
	grep -q '^# failed: style; logs: ' stdout || fail "not named"
	KTSTR_STRICT=1 ends 1 3 1 1 style
}

infrastructure_is_said_apart()
{
	local kvm_state=emulated infra=2

	ends 0 300 0 1 style
	grep -q '(infrastructure): 2 tests of unit$' stdout || fail "not said"
	KTSTR_STRICT=1 ends 4 300 0 0 style
}

inconclusive_is_said_apart()
{
	local kvm_state=usable unsure=2

	ends 0 300 0 1 style
	grep -q '(inconclusive): 2 tests of unit$' stdout || fail "not said"
	! grep -q '(infrastructure)' stdout || fail "the other is blamed"
	KTSTR_STRICT=1 ends 4 300 0 0 style
}

no_kvm_at_all()
{
	local kvm_state=none kvm_why=because

	ends 4 3 0 0 style guests
	says_no_kvm
	ends 4 0 0 0 suite-eevdf
	says_no_kvm
	ends 1 3 1 0 style guests
	says_no_kvm
	ends 0 3 0 0 style unit
	[[ ! -s stderr ]] || fail "KVM was not needed"
}

# What is needed to get that far, and a table of three stages.
stubs()
{
	here=$PWD
	mkdir -p logs cache/check/kept
	stages='
one	| 1 | -	| 5, 100 | stage_one | src/one | the first
two	| 1 | one,images | 9, 100 | stage_two | src | the second
vms	| 1 | vm | 7, 100 | stage_vms | src | in VMs
'
	stage_table() { printf '%s' "$stages" | sed -e '/^$/d'; }
	cache_init() { cache=$PWD/cache; }
	out_init() { out=$PWD; }
	tools_must() { :; }
	kvm_ready() { :; }
	kernel_get() { kernel=$PWD; }
	suite_build() { source_id=x make_suite=(make); }
	job_must() { :; }
	our_files() { find src -type f; }
	mkdir -p src/one src/two scripts/tests
	touch src/one/a src/two/b
	cat >run_ktstr.sh <<'STAGE'
#!/bin/bash
# check --inside STAGE
name=${!#}
echo "$name" >>began
. ./say.$name 2>/dev/null || printf '1..2\nok 1 %s.a\nok 2 %s.b # SKIP no\n' "$name" "$name"
exit "${status:-0}"
STAGE
	chmod +x run_ktstr.sh
}

# checks STATUS ARGUMENT...: `check` ends so; what began is in file began.
checks()
{
	local want=$1 status=0

	shift
	rm -f began
	touch began
	(cmd_check "$@") >stdout 2>stderr || status=$?
	cat stdout stderr
	[[ $status = "$want" ]] || fail "exit status $status, not $want"
}

# began STAGE...: these, in any order.
began()
{
	[[ $(sort began | xargs) = "$(printf '%s\n' "$@" | sort | xargs)" ]] ||
		fail "others began: $(tr '\n' ' ' <began)"
}

vms_without_kvm()
{
	local kvm_state=none kvm_why=because

	stubs
	checks 4
	began one two
}

vms_with_kvm()
{
	local kvm_state=usable kvm_why=because

	stubs
	checks 0
	began one two vms
	[[ $(tail -n 1 stdout) = '3 passed, 0 failed, 3 skipped' ]] || fail "counts"
}

# The same result is not computed twice, and never taken for another one.
a_pass_is_kept()
{
	local kvm_state=usable kvm_why=because

	stubs
	checks 0
	checks 0
	began
	[[ $(grep -c ' kept from 0 min ago' stdout) = 3 ]] || fail "not said"
	[[ $(tail -n 1 stdout) = '3 passed, 0 failed, 3 skipped' ]] || fail "counts"
	echo x >src/two/b
	checks 0
	began two vms
	touch src/one/new
	checks 0
	began one two vms
	checks 0 one
	began one
	kvm_state=emulated checks 0
	began one two vms
	KTSTR_CHECK_AGAIN=1 checks 0
	began one two vms
	ci_add() { ci_says=x; }
	CI=true checks 0
	began one two vms
}

a_failure_is_not_kept()
{
	local kvm_state=usable kvm_why=because

	stubs
	echo 'echo 1..1; echo "# not ok 1 one.a # why"; status=1' >say.one
	echo 'exit 0' >say.two
	checks 1
	grep -q '^not ok [123] two ' stdout || fail "one that says nothing passes"
	grep -q '^# failed: .*one' stdout || fail "not named"
	# At the end once more: it may be all that is read of a long run.
	tail -n 4 stdout | grep -q '^# not ok, one: 1 one.a # why$' ||
		fail "the test is not named"
	checks 1
	began one two
}

# One of fifty that the infrastructure kept from being judged is an accident.
infrastructure_of_a_stage()
{
	local kvm_state=usable kvm_why=because i

	stubs
	# shellcheck disable=SC2016
	echo 'echo 1..50; echo "ok 1 vms.x # SKIP infrastructure: why"
		for i in {2..50}; do echo "ok $i vms.$i"; done' >say.vms
	checks 0
	grep -q 'SKIP infrastructure: why' stdout || fail "the cause is not said"
	checks 0
	began vms
	echo 'echo 1..2; echo "ok 1 vms.x # SKIP inconclusive: why"; echo "ok 2 vms.y"' >say.vms
	checks 0
	echo 'echo 1..1; echo "ok 1 vms.x # SKIP infrastructure: why"' >say.vms
	checks 1
	echo 'echo 1..3; echo "ok 1 vms.x # SKIP infrastructure: why"
		echo "ok 2 vms.y # SKIP inconclusive: why"; echo "ok 3 vms.z"' >say.vms
	checks 1
}

# As little as one in fifty of each stage, but that of each.
infrastructure_of_all_stages()
{
	local kvm_state=usable infra=1 unsure=1 out=out infrastructure=2
	local inconclusive=1 passed=197 failed=0 skipped=0 bad_stages=() bad_tests=()
	local not_judged=(unit)

	ends 0 198 0 0 style guests
	! (check_end style) >stdout || fail "more than one in a hundred"
	grep -q '^197 passed, 1 failed, 3 skipped$' stdout || fail "not so"
}

longest_first()
{
	local kvm_state=usable kvm_why=because

	stubs
	KTSTR_HOSTS=1
	workers=1
	echo 'one 50' >cache/check/times
	checks 0
	began one two vms
	grep -q '^one [0-9]' cache/check/times || fail "no time was kept"
}

# ---- CI ----

# On a machine that is late already, nothing is begun that would not end.
no_time_is_left()
{
	local CI=true ci_says=something begin=100 now=500

	stage_tier[late]=2 stage_cost[late]=1000
	ci_has_time late || fail "there was time"
	now=2000
	! ci_has_time late || fail "there was none"
	stage_tier[late]=1
	ci_has_time late || fail "tier 1 is always run"
	stage_tier[late]=2
	CI='' ci_has_time late || fail "whoever is no CI has time"
	ci_says='' ci_has_time late || fail "what was named is run"
}

ci_repository()
{
	local i

	stubs
	git init -q .
	git config user.email a@b
	git config user.name a
	stages=''
	for i in {0..9}; do
		stages+="late$i	| 2 | - | 300, 900 | stage_x | src/$i | x"$'\n'
	done
	stages+="huge	| 2 | - | 9999, 900 | stage_x | src/huge | x"$'\n'
	stages_read
	here=$PWD
	land src/one/a
}

# land FILE: a landing of one commit.
land()
{
	mkdir -p "$(dirname "$1")"
	echo x >>"$1"
	git add "$1"
	git commit -qm "$1"
}

# ci: leaves wanted, a word for each stage that CI adds.
ci()
{
	wanted=()
	ci_add
	echo "$ci_says"
}

# Each stage comes in ten landings, whatever they touch.
each_stage_in_ten_landings()
{
	local i all=' ' wanted ci_says

	ci_repository
	for i in {1..10}; do
		land README
		ci
		all+="${wanted[*]} "
		[[ ${#wanted[@]} -ge 2 && ${#wanted[@]} -le 5 ]] ||
			fail "${#wanted[@]} of 11 in one run"
	done
	for i in late{0..9} huge; do
		[[ $all = *" $i "* ]] || fail "$i never ran"
	done
}

# What is touched need not wait for its turn; what does not fit is said.
touched_paths_run()
{
	local wanted ci_says before i

	ci_repository
	stages=${stages/9999/300}
	stages_read
	for i in {1..5}; do
		land src/3/file
		ci
		[[ " ${wanted[*]} " = *' late3 '* ]] || fail "${wanted[*]}"
	done
	before=$(git rev-parse HEAD)
	land src/7/file
	land src/70/file
	KTSTR_CHECK_SINCE=$before ci
	[[ " ${wanted[*]} " = *' late7 '* ]] || fail "${wanted[*]}"
	ci_seconds=600
	KTSTR_CHECK_SINCE=$before ci
	[[ $ci_says = *' no time for: '* && ${#wanted[@]} -le 3 ]] ||
		fail "what did not fit is not said"
}

# What a landing has changed is in style; the others are looked at in turn.
style_of_what_changed()
{
	local commits i seen

	ci_repository
	for i in {1..60}; do
		land "src/$i/file"
	done
	CI=true style_ci_files src/{1..60}/file >files
	for i in {12..60}; do
		grep -qx "src/$i/file" files || fail "src/$i/file was not read"
	done
	(($(wc -l <files) < 60)) || fail "all were read"
	for i in {1..5}; do
		land other
		CI=true style_ci_files src/{1..5}/file
	done | sort -u >files
	[[ $(<files) = "$(printf '%s\n' src/{1..5}/file)" ]] ||
		fail "one is never read"
}

no_git_no_ci()
{
	local wanted ci_says

	ci_repository
	rm -rf .git
	ci
	[[ ${#wanted[@]} = 0 && $ci_says = *'was touched: none;'* ]] || fail "$ci_says"
}

# Each test of a program is in one of its two stages.
two_stages_are_all_tests()
{
	local all='eevdf a.one.x
eevdf a.two.x
eevdf b.y'

	[[ $(suite_choose 1 'a.*.x' <<<"$all") = $(sed -n 1,2p <<<"$all") ]]
	[[ $(suite_choose 0 'a.*.x' <<<"$all") = 'eevdf b.y' ]]
	[[ $(suite_choose 0 $'b.y\na.o*' <<<"$all") = 'eevdf a.two.x' ]]
	[[ $(suite_choose 0 '' <<<"$all") = "$all" ]]
	[[ -z $(suite_choose 1 '' <<<"$all") ]]
}

# And a stage for the rest is there where there is a rest.
rest_has_a_stage()
{
	suite_rest=$'one\t| a.*\n'
	[[ $(suite_rows one | wc -l) = 2 && $(suite_rows two | wc -l) = 1 ]]
	[[ $(suite_slow one) = 'a.*' && -z $(suite_slow two) ]]
}

ktap_begin
try check_end.two_stages_are_all_tests two_stages_are_all_tests
try check_end.rest_has_a_stage rest_has_a_stage
try check_end.a_skip_is_no_failure a_skip_is_no_failure
try check_end.strict_minds_skips strict_minds_skips
try check_end.a_failure_is_one_with_skips_too a_failure_is_one_with_skips_too
try check_end.infrastructure_is_said_apart infrastructure_is_said_apart
try check_end.inconclusive_is_said_apart inconclusive_is_said_apart
try check_end.no_kvm_at_all no_kvm_at_all
try check_end.no_vms_without_kvm vms_without_kvm
try check_end.vms_with_kvm vms_with_kvm
try check_end.a_pass_is_kept a_pass_is_kept
try check_end.a_failure_is_not_kept a_failure_is_not_kept
try check_end.infrastructure_of_a_stage infrastructure_of_a_stage
try check_end.infrastructure_of_all_stages infrastructure_of_all_stages
try check_end.longest_first longest_first
try check_end.no_time_is_left no_time_is_left
try check_end.each_stage_in_ten_landings each_stage_in_ten_landings
try check_end.touched_paths_run touched_paths_run
try check_end.style_of_what_changed style_of_what_changed
try check_end.no_git_no_ci no_git_no_ci
ktap_end
