#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Counting tests in KTAP: what passes silently here passes silently everywhere.
# KTSTR_TEST_INSTALL names an installed suite, whose `ktstr` counts.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"
ktstr=${KTSTR_TEST_INSTALL:?names an installed suite}/ktstr/ktstr

# counts "PASSED FAILED SKIPPED INFRASTRUCTURE INCONCLUSIVE RETRIED" of stdin
counts()
{
	local seen

	cat >file
	seen=$("$ktstr" check --count file)
	[[ $seen = "$1" ]] || fail "counted '$seen', not '$1' in: $(cat file)"
}

flat()
{
	counts '2 1 1 0 0 0' <<'EOF'
TAP version 13
1..4
ok 1 a
not ok 2 b
ok 3 c # SKIP no such CPU
ok 4 d # XFAIL known
EOF
}

program_with_tests()
{
	counts '2 0 0 0 0 0' <<'EOF'
TAP version 13
1..1
# selftests: ktstr: eevdf
# TAP version 13
# 1..2
# ok 1 eevdf.steady
# ok 2 eevdf.two
# # Totals: pass:2 fail:0 xfail:0 xpass:0 skip:0 error:0
ok 1 selftests: ktstr: eevdf
EOF
}

test_and_program_fail()
{
	counts '1 1 0 0 0 0' <<'EOF'
1..1
# 1..2
# ok 1 eevdf.steady
# not ok 2 eevdf.two
not ok 1 selftests: ktstr: eevdf # exit=1
EOF
}

program_dies_between_tests()
{
	counts '1 1 0 0 0 0' <<'EOF'
1..1
# 1..2
# ok 1 eevdf.steady
not ok 1 selftests: ktstr: eevdf # exit=139
EOF
}

program_hides_that_it_died()
{
	counts '1 1 0 0 0 0' <<'EOF'
1..1
# 1..2
# ok 1 eevdf.steady
ok 1 selftests: ktstr: eevdf
EOF
}

program_times_out_after_its_tests()
{
	counts '1 1 0 0 0 0' <<'EOF'
1..1
# 1..1
# ok 1 eevdf.steady
not ok 1 selftests: ktstr: eevdf # TIMEOUT 1800 seconds
EOF
}

not_ok_is_no_skip()
{
	counts '0 3 1 0 0 0' <<'EOF'
1..1
# 1..4
# not ok 1 eevdf.steady # SKIP this is what the guest said
# not ok 2 eevdf.two # a # SKIP b
# not ok 3 eevdf.three # skip
# ok 4 eevdf.four # SKIP no such CPU
not ok 1 selftests: ktstr: eevdf # exit=1
EOF
}

program_without_tests()
{
	counts '0 1 1 0 0 0' <<'EOF'
1..2
not ok 1 selftests: ktstr: eevdf # exit=127
ok 2 selftests: ktstr: scx # SKIP
EOF
}

runner_dies()
{
	counts '1 1 0 0 0 0' <<'EOF'
1..2
# 1..1
# ok 1 eevdf.steady
ok 1 selftests: ktstr: eevdf
EOF
}

guests_talk_counts_for_nothing()
{
	counts '1 0 0 0 0 0' <<'EOF'
1..1
# 1..1
# # not ok 7 this is what the guest said
# # ok 8 so is this
# ok 1 eevdf.steady
ok 1 selftests: ktstr: eevdf
EOF
}

two_programs()
{
	counts '3 1 1 0 0 0' <<'EOF'
1..2
# 1..2
# ok 1 eevdf.steady
# ok 2 eevdf.two # SKIP no
ok 1 selftests: ktstr: eevdf
# 1..3
# ok 1 scx.a
# not ok 2 scx.b
# ok 3 scx.c
not ok 2 selftests: ktstr: scx # exit=1
EOF
}

infrastructure_is_none_of_the_others()
{
	counts '1 1 1 1 0 0' <<'EOF'
1..1
# 1..4
# ok 1 eevdf.steady
# ok 2 eevdf.two # SKIP infrastructure: the emulated host died
# ok 3 eevdf.three # SKIP no such CPU
# not ok 4 eevdf.four # infrastructure: only KTSTR_STRICT=1 has it so
not ok 1 selftests: ktstr: eevdf # exit=1
EOF
}

inconclusive_is_none_of_the_others()
{
	counts '1 1 1 0 1 0' <<'EOF'
1..1
# 1..4
# ok 1 eevdf.steady
# ok 2 eevdf.two # SKIP inconclusive: the host took 61 % of a CPU's time
# ok 3 eevdf.three # SKIP no such CPU
# not ok 4 eevdf.four # inconclusive: only KTSTR_STRICT=1 has it so
not ok 1 selftests: ktstr: eevdf # exit=1
EOF
}

who_was_run_again_is_counted()
{
	counts '3 0 0 0 0 2' <<'EOF'
1..1
# 1..3
# # retried: the VM stood still before init
# ok 1 eevdf.steady #  retried: the VM stood still before init
# # # retried: this is what the guest said
# ok 2 eevdf.two
# # retried: the emulated host died
# ok 3 eevdf.three
ok 1 selftests: ktstr: eevdf
EOF
}

nothing()
{
	counts '0 0 0 0 0 0' </dev/null
}

ktap_begin
for name in flat program_with_tests test_and_program_fail \
	    program_dies_between_tests program_hides_that_it_died \
	    program_times_out_after_its_tests program_without_tests \
	    not_ok_is_no_skip \
	    runner_dies guests_talk_counts_for_nothing two_programs \
	    infrastructure_is_none_of_the_others \
	    inconclusive_is_none_of_the_others who_was_run_again_is_counted \
	    nothing; do
	try ktap.$name $name
done
ktap_end
