#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How `ktstr check` runs stages and how it ends: what passes, what is only skipped, and
# what cannot run at all; what is kept, and what CI adds; limits and signals. The
# stages themselves are not run here: a table has others, see stubs().
#
# KTSTR_TEST_INSTALL names an installed suite.
# shellcheck disable=SC2030,SC2031,SC2154,SC2317
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"
install=${KTSTR_TEST_INSTALL:?names an installed suite}/ktstr
ktstr=$install/ktstr
unset KTSTR_STRICT CI KTSTR_CHECK_AGAIN KTSTR_CHECK_SINCE KTSTR_CHECK_BEGAN KTSTR_HOSTS \
	KTSTR_JOBS

# What run_ktstr.sh leaves, and a table of three stages. One notes that it began,
# then prints what say.STAGE prints, or a pass and a skip.
stubs()
{
	export KTSTR_OUT=$PWD/out KTSTR_CHECK_HERE=$PWD KTSTR_CHECK_SELF=$ktstr
	export KTSTR_CHECK_CACHE=$PWD/cache/ktstr KTSTR_CHECK_KERNEL=$PWD
	mkdir -p out/{logs,check} cache/ktstr/{check,tmp} src/{one,two} scripts/tests
	cp "$top"/scripts/{git,landing,inputs}.sh scripts
	touch src/one/a src/two/b
	cat >table <<'TABLE'
one	| 1 | -		| 5, 100 | stage.sh one | src/one | the first
two	| 1 | images	| 9, 100 | stage.sh two | src | the second
vms	| 1 | vm	| 7, 100 | stage.sh vms | src | in VMs
TABLE
	cat >stage.sh <<'STAGE'
#!/bin/bash
# stage.sh STAGE
name=$1 status=0
cd "$(dirname "$0")"
echo "$name" >>began
say()
{
	printf '1..2\nok 1 %s.a\nok 2 %s.b # SKIP no\n' "$name" "$name"
}
[[ ! -e say.$name ]] || . "./say.$name"
[[ -e say.$name ]] || say
exit "$status"
STAGE
	chmod +x stage.sh
}

# says STAGE PASSED FAILED SKIPPED [INFRASTRUCTURE INCONCLUSIVE]: its tests.
says()
{
	local n=0 word i words=(ok 'not ok' 'ok' ok ok)
	local ends=('' '' ' # SKIP no' ' # SKIP infrastructure: why' ' # SKIP inconclusive: why')
	local name=$1 numbers=("${@:2}")

	{
		for word in "${!numbers[@]}"; do
			for ((i = 0; i < numbers[word]; i++)); do
				n=$((n + 1))
				echo "echo '${words[word]} $n $name.$n${ends[word]}'"
			done
		done
		echo "echo 1..$n"
	} >"say.$name"
}

# checks STATUS ARGUMENT...: `check` ends so; what began is in file began.
checks()
{
	local want=$1 status=0

	shift
	rm -f began
	touch began
	KTSTR_CHECK_KVM=${kvm:-usable: /dev/kvm} "$ktstr" check --table table \
		"$@" >stdout 2>stderr </dev/null || status=$?
	cat stdout stderr
	[[ $status = "$want" ]] || fail "exit status $status, not $want"
}

# closing TEXT
closing()
{
	[[ $(tail -n 1 stdout) = "$1" ]] || fail "not the closing line"
}

# began STAGE...: these, in any order.
began()
{
	[[ $(sort began | xargs) = "$(printf '%s\n' "$@" | sort | xargs)" ]] ||
		fail "others began: $(tr '\n' ' ' <began)"
}

says_no_kvm()
{
	grep -qx 'ktstr: no KVM here that can run a kernel, so nothing ran in VMs: because' \
		stderr || fail "it is not said"
}

a_skip_is_no_failure()
{
	stubs
	says one 3 0 0
	checks 0 one
	closing '3 passed, 0 failed, 0 skipped'
	says one 3 0 1
	checks 0 one vms
	closing '4 passed, 0 failed, 2 skipped'
	grep -vq 'check took' stderr && fail "something was said"
	return 0
}

strict_minds_skips()
{
	stubs
	export KTSTR_STRICT=1
	says one 3 0 0
	checks 0 one
	says one 3 0 1
	checks 4 one
	KTSTR_STRICT=0 checks 0 one
}

a_failure_is_one_with_skips_too()
{
	stubs
	says one 3 1 0
	checks 1 one
	closing '3 passed, 1 failed, 0 skipped'
	grep -q '^# failed: one; logs: ' stdout || fail "not named"
	says one 3 1 1
	KTSTR_STRICT=1 checks 1 one
	closing '3 passed, 1 failed, 1 skipped'
}

infrastructure_is_said_apart()
{
	stubs
	says one 300 0 1 2
	checks 0 one
	closing '300 passed, 0 failed, 3 skipped'
	grep -q '(infrastructure): 2 tests of one$' stdout || fail "not said"
	! grep -q '(inconclusive)' stdout || fail "the other is blamed"
	says one 300 0 0 2
	KTSTR_STRICT=1 checks 4 one
}

inconclusive_is_said_apart()
{
	stubs
	says one 300 0 1 0 2
	# As `ktstr run` ends.
	echo status=5 >>say.one
	checks 0 one
	closing '300 passed, 0 failed, 3 skipped'
	grep -q '(inconclusive): 2 tests of one$' stdout || fail "not said"
	! grep -q '(infrastructure)' stdout || fail "the other is blamed"
	says one 300 0 0 0 2
	KTSTR_STRICT=1 checks 4 one
	says one 300 0 0
	echo status=5 >>say.one
	checks 1 one
}

no_kvm_at_all()
{
	local kvm='none: because'

	stubs
	says one 3 0 0
	checks 4 one vms
	says_no_kvm
	closing '3 passed, 0 failed, 0 skipped'
	checks 4 vms
	says_no_kvm
	closing '0 passed, 0 failed, 0 skipped'
	says one 3 1 0
	checks 1 one vms
	says_no_kvm
	says one 3 0 0
	checks 0 one two
	! grep -q 'no KVM' stderr || fail "KVM was not needed"
}

vms_without_kvm()
{
	local kvm='none: because'

	stubs
	checks 4
	began one two
}

vms_with_kvm()
{
	stubs
	checks 0
	began one two vms
	closing '3 passed, 0 failed, 3 skipped'
	[[ $(head -n 1 stdout) = 'TAP version 13' ]] || fail "no KTAP"
	grep -qx '1\.\.3' stdout || fail "no plan"
}

# ---- what is kept ----

# The same result is not computed twice, and never taken for another one.
a_pass_is_kept()
{
	stubs
	checks 0
	checks 0
	began
	[[ $(grep -c ' kept from 0 min ago' stdout) = 3 ]] || fail "not said"
	closing '3 passed, 0 failed, 3 skipped'
	echo x >src/two/b
	checks 0
	began two vms
	touch src/one/new
	checks 0
	began one two vms
	echo '# other' >>stage.sh
	checks 0
	began one two vms
	checks 0 one
	began one
	kvm='emulated: no' checks 0
	began one two vms
	KTSTR_CHECK_AGAIN=1 checks 0
	began one two vms
	CI=true checks 0
	began one two vms
}

a_failure_is_not_kept()
{
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

# What stops in the midst of it has not passed.
no_plan_is_no_pass()
{
	stubs
	echo 'echo "ok 1 one.a"' >say.one
	checks 1 one
	closing '1 passed, 1 failed, 0 skipped'
}

# One of fifty that the infrastructure kept from being judged is an accident.
infrastructure_of_a_stage()
{
	stubs
	says vms 49 0 0 1
	checks 0
	grep -q 'SKIP infrastructure: why' stdout || fail "the cause is not said"
	checks 0
	began vms
	says vms 1 0 0 0 1
	checks 0
	says vms 0 0 0 1
	checks 1
	says vms 1 0 0 1 1
	checks 1
}

# As little as one in fifty of each stage, but that of each.
infrastructure_of_all_stages()
{
	stubs
	says one 198 0 0 1 1
	checks 0 one
	closing '198 passed, 0 failed, 2 skipped'
	says one 97 0 0 1
	says two 100 0 0 1 1
	checks 1 one two
	closing '197 passed, 1 failed, 3 skipped'
	grep -q '^# failed: infrastructure; ' stdout || fail "not named"
}

# ---- who runs when ----

longest_first()
{
	stubs
	mkdir -p cache/ktstr/check
	echo 'one 50' >cache/ktstr/check/times
	# However slow the machine is, two are on their way before one has ended.
	echo 'until grep -q two began; do sleep 0.1; done; say' >say.one
	echo 'until grep -q one began; do sleep 0.1; done; say' >say.two
	checks 0
	began one two vms
	[[ $(tail -n 1 began) = vms ]] || fail "the shortest came before"
	grep -q '^one [0-9]$' cache/ktstr/check/times || fail "no time was kept"
}

# The images come first, then those that read them; whoever is alone is last, and is
# alone; all others have a share of the CPUs.
who_waits_for_whom()
{
	stubs
	cat >table <<'TABLE'
reader	| 1 | images		| 90, 100 | stage.sh reader | src | reads
lonely	| 1 | vm,alone		| 99, 100 | stage.sh lonely | src | alone
images	| 1 | -			| 1, 100  | stage.sh images | src | makes
other	| 1 | -			| 80, 100 | stage.sh other | src | any
more	| 1 | -			| 85, 100 | stage.sh more | src | any
TABLE
	echo 'sleep 0.5; echo made >>began; say' >say.images
	# However slow the machine is, it runs until the reader has begun.
	echo 'until [[ -e alone ]] || grep -q reader began; do sleep 0.1; done
		echo over >>began; say' >say.other
	# shellcheck disable=SC2016
	for name in lonely other; do
		echo 'echo "$KTSTR_HOSTS $KTSTR_JOBS" >"share.'$name'"; say' >>"say.$name"
	done
	KTSTR_HOSTS=4 checks 0
	[[ $(sed -n '/made/,$p' began | xargs) = 'made reader over lonely' ]] ||
		fail "$(xargs <began)"
	[[ $(<share.lonely) = '4 ' ]] || fail "alone: $(<share.lonely)"
	[[ $(<share.other) = "1 $((($(nproc) + 3) / 4))" ]] ||
		fail "a share: $(<share.other)"
	# Two at a time: before those that take longer, as the longest waits for them.
	KTSTR_CHECK_AGAIN=1 KTSTR_HOSTS=1 checks 0
	[[ $(head -n 2 began) = *images* ]] ||
		fail "they were not among the first: $(xargs <began)"
	touch alone
	KTSTR_JOBS=7 checks 0 other
	[[ $(<share.other) = '1 7' ]] || fail "jobs that were asked for"
}

# ---- limits, and who ends us ----

# A stage whose processes would stay: one of another session, one that minds no
# SIGTERM.
stubborn()
{
	stubs
	cat >say.one <<'SAY'
setsid -f bash -c 'echo $$ >left; exec sleep 300'
(trap '' TERM; while :; do sleep 300; done) &
echo 'ok 1 one.a'
touch up
SAY
	"${@:-echo}" 'sleep 300' >>say.one
}

takes_too_long()
{
	stubborn
	sed -i 's/5, 100/5, 1/' table
	checks 1 one
	nothing_left
	grep -q '^#   [0-9]*:not ok 999 one # not done after 1 s$' stdout ||
		fail "not said"
	closing '1 passed, 1 failed, 0 skipped'
	[[ ! -e out/check/one ]] || fail "its folder stays"
}

# Nothing that a stage leaves outlives it: the next one does not see it.
what_a_stage_leaves_ends()
{
	stubborn true
	echo 'until [[ -s left ]]; do sleep 0.1; done; echo 1..1' >>say.one
	sed -i 's/^vms.* vm\t/vms | 1 | alone /' table
	# shellcheck disable=SC2016
	echo 'echo 1..1; [[ -s left && ! -e /proc/$(<left) ]] || echo -n "not "; echo "ok 1 gone"' \
		>say.vms
	checks 0 one vms
	nothing_left
}

# ended SIGNAL STATUS: whoever reads us learns of it, and no number is printed.
ended()
{
	local status=0

	stubborn
	KTSTR_CHECK_KVM='usable: yes' setsid env --default-signal=INT,QUIT,TERM \
		"$ktstr" check --table table one >stdout 2>stderr </dev/null &
	wait_for_file up
	kill -s "$1" $!
	wait $! || status=$?
	cat stdout stderr
	[[ $status = "$2" ]] || fail "exit status $status"
	nothing_left
	[[ ! -e out/check/one ]] || fail "its folder stays"
	! grep -q 'passed' stdout || fail "a closing line"
	[[ $1 = KILL ]] || grep -qx 'ktstr: check was told to end: one' stderr ||
		fail "not said"
}

# Were the process killed that looks after a stage, what it leaves is the runner's.
keeper_is_killed()
{
	local status=0 keeper

	stubborn
	KTSTR_CHECK_KVM='usable: yes' "$ktstr" check --table table one \
		>stdout 2>stderr </dev/null &
	wait_for_file up
	keeper=$(cut -d ' ' -f 1 "/proc/$!/task/$!/children")
	kill -KILL "$keeper"
	wait $! || status=$?
	cat stdout stderr
	[[ $status = 1 ]] || fail "exit status $status"
	nothing_left
	grep -q '^# exit status 137; ' stdout || fail "not said"
}

# What cannot be built is no pass for whoever reads the last line.
no_build_no_pass()
{
	local status=0

	export KTSTR_SOURCE=nowhere/linux-source-9.9 KTSTR_DEBIAN_MIRROR=file:/nowhere
	"$top/run_ktstr.sh" check house >stdout 2>stderr </dev/null || status=$?
	cat stdout stderr
	[[ $status = 1 || $status = 4 ]] || fail "exit status $status"
	closing '0 passed, 1 failed, 0 skipped'
}

# Nor is what cannot be begun.
no_log_no_pass()
{
	stubs
	rmdir out/logs
	touch out/logs
	checks 1 one
	closing '0 passed, 1 failed, 0 skipped'
	grep -q '^not ok 1 runner # a stage could not be started: Not a directory$' \
		stdout || fail "not said"
	grep -q '^# failed: runner; ' stdout || fail "not named"
}

# ---- CI ----

# On a machine that is late already, nothing is begun that would not end.
no_time_is_left()
{
	local up

	ci_repository
	sed -i 's/300, 900/1000, 900/' table
	read -r up _ </proc/uptime
	up=${up%.*}
	CI=true KTSTR_CHECK_BEGAN=$((up - 400)) checks 0
	grep -q late began || fail "there was time"
	CI=true KTSTR_CHECK_BEGAN=$((up - 2000)) checks 0
	began one two vms
	grep -q '^# of these not begun, as CI.s time .*: late' stdout || fail "not said"
	KTSTR_CHECK_BEGAN=$((up - 2000)) checks 0 late1
	CI=true KTSTR_CHECK_BEGAN=$((up - 2000)) checks 0 late1
	began late1
}

ci_repository()
{
	local i

	stubs
	git init -q .
	git config user.email a@b
	git config user.name a
	for i in {0..9}; do
		echo "late$i | 2 | - | 300, 900 | stage.sh late$i | src/$i | x"
	done >>table
	echo "huge | 2 | - | 9999, 900 | stage.sh huge | src/huge | x" >>table
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

# ci: leaves in file began what CI adds, as it says, and in ci_says why.
ci()
{
	local chosen

	CI=true checks 0
	ci_says=$(grep '^# of check all, in turn' stdout) || fail "not said"
	grep '^late' began | sort >really || true
	chosen=${ci_says%% not now: *}
	chosen=${chosen%% no time for: *}
	grep -oE 'late[0-9]|huge' <<<"$chosen" | sort >began || true
	diff <(grep -v huge began) really || fail "others began"
}

# Each stage comes in ten landings, whatever they touch.
each_stage_in_ten_landings()
{
	local i ci_says

	ci_repository
	for i in {1..10}; do
		land README
		ci
		cat began >>all
		[[ $(wc -l <began) -ge 2 && $(wc -l <began) -le 5 ]] ||
			fail "$(wc -l <began) of 11 in one run"
	done
	for i in late{0..9} huge; do
		grep -qx "$i" all || fail "$i never ran"
	done
}

# What is touched need not wait for its turn; what does not fit is said.
touched_paths_run()
{
	local ci_says before i

	ci_repository
	sed -i 's/9999/300/' table
	for i in {1..5}; do
		land src/3/file
		ci
		grep -qx late3 began || fail "$(xargs <began)"
	done
	before=$(git rev-parse HEAD)
	land src/7/file
	land src/70/file
	KTSTR_CHECK_SINCE=$before ci
	grep -qx late7 began || fail "$(xargs <began)"
	sed -i 's/300, 900/1100, 900/' table
	export KTSTR_CHECK_SINCE=$before
	ci
	[[ $ci_says = *' no time for: '* && $(wc -l <began) -le 3 ]] ||
		fail "what did not fit is not said"
}

# What a landing has changed is in style; the others are looked at in turn.
style_of_what_changed()
{
	local i

	ci_repository
	cp -r "$top"/scripts/ktap.sh "$top/scripts/stages" scripts
	for i in {1..60}; do
		land "src/$i/file"
	done
	scripts/stages/style.sh --read src/{1..60}/file >files
	for i in {12..60}; do
		grep -qx "src/$i/file" files || fail "src/$i/file was not read"
	done
	(($(wc -l <files) < 60)) || fail "all were read"
	for i in {1..5}; do
		land other
		scripts/stages/style.sh --read src/{1..5}/file
	done | sort -u >files
	[[ $(<files) = "$(printf '%s\n' src/{1..5}/file)" ]] ||
		fail "one is never read"
}

no_git_no_ci()
{
	local ci_says

	ci_repository
	rm -rf .git
	ci
	began
	[[ $ci_says = *'was touched: none;'* ]] || fail "$ci_says"
}

# ---- the table ----

# How a stage of the suite is run without us, as check -l has it.
alone()
{
	"$ktstr" check -l | sed -n "/^$1 /,/ alone: /"'s/^ *alone: .\/run_ktstr.sh run //p'
}

# tests STAGE: the names of its tests.
tests()
{
	local words

	eval "words=($(alone "$1"))"
	"$ktstr" run --dry-run "${words[@]}"
}

# Each test of a program is in one of its two stages.
two_stages_are_all_tests()
{
	local program n=0

	while read -r program _; do
		tests "suite-$program" >some
		[[ -z $(alone "suite-$program-rest") ]] ||
			tests "suite-$program-rest" >>some
		diff <("$ktstr" list -- "$program" | sort) <(sort some) ||
			fail "$program"
		n=$((n + 1))
	done < <(grep -v on-demand "$install/ktstr-programs")
	((n > 5)) || fail "$n programs"
}

# And a stage for the rest is there where there is a rest.
rest_has_a_stage()
{
	local name

	for name in $("$ktstr" check -l | sed -n 's/^suite-\([a-z]*\) .*/\1/p'); do
		if [[ $(alone "suite-$name") = *--exclude* ]]; then
			[[ -n $(alone "suite-$name-rest") ]] ||
				fail "$name has no stage for the rest"
		else
			[[ -z $(alone "suite-$name-rest") ]] ||
				fail "$name has no rest"
		fi
		echo "$name" >>names
	done
	[[ $(wc -l <names) -gt 5 ]] || fail "no stages"
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
try check_end.no_plan_is_no_pass no_plan_is_no_pass
try check_end.infrastructure_of_a_stage infrastructure_of_a_stage
try check_end.infrastructure_of_all_stages infrastructure_of_all_stages
try check_end.longest_first longest_first
try check_end.who_waits_for_whom who_waits_for_whom
try check_end.takes_too_long takes_too_long
try check_end.what_a_stage_leaves_ends what_a_stage_leaves_ends
try check_end.sigint ended INT 130
try check_end.sigterm ended TERM 143
try check_end.kill_9 ended KILL 137
try check_end.keeper_is_killed keeper_is_killed
try check_end.no_log_no_pass no_log_no_pass
try check_end.no_build_no_pass no_build_no_pass
try check_end.no_time_is_left no_time_is_left
try check_end.each_stage_in_ten_landings each_stage_in_ten_landings
try check_end.touched_paths_run touched_paths_run
try check_end.style_of_what_changed style_of_what_changed
try check_end.no_git_no_ci no_git_no_ci
ktap_end
