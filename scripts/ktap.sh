# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Reading KTAP, and writing the little of it that our own checks print.

# ktap_count FILE: "PASSED FAILED SKIPPED INFRASTRUCTURE INCONCLUSIVE RETRIED".
#
# What the infrastructure kept from being judged ("# SKIP infrastructure: ...")
# is none of the others, nor is what a host that took too much time did
# ("# SKIP inconclusive: ..."); a test that was run again is also what came out of it.
#
# Individual tests count: the results that a program printed ("# ok ..." below
# "ok 1 selftests: ktstr: PROGRAM"), not the program's own, unless it printed
# none or failed although none of them did. Deeper lines are the tests' talk.
# A plan that was not kept counts as one failure.
ktap_count()
{
	awk '
	function leave(depth) {
		if (planned[depth] > seen[depth] && !bad[depth]) {
			fail++
			bad[depth]++
		}
		planned[depth] = seen[depth] = bad[depth] = 0
	}
	{
		depth = 0
		while (depth < 1 && substr($0, 1, 2) == "# ") {
			depth++
			$0 = substr($0, 3)
		}
	}
	/^1\.\.[0-9]+/ { planned[depth] = substr($0, 4) + 0 }
	/^# retried: / { again = 1 }
	/^(not )?ok [0-9]+/ {
		is_bad = /^not /
		inner = 0
		if (depth == 0) {
			inner = seen[1] + planned[1]
			if (inner)
				leave(1)
			inner_bad = fail - fail_before
		}
		if (inner == 0 || (is_bad && !inner_bad)) {
			# What comes behind "not ok" may be from a guest.
			if (is_bad)
				fail++
			else if (/# *SKIP infrastructure:/)
				infra++
			else if (/# *SKIP inconclusive:/)
				open++
			else if (/# *(SKIP|skip)/)
				skip++
			else
				pass++
			if (again || / # .*retried: /)
				retried++
			again = 0
		}
		seen[depth]++
		bad[depth] += is_bad
		if (depth == 0)
			fail_before = fail
	}
	END {
		leave(1)
		leave(0)
		print pass + 0, fail + 0, skip + 0, infra + 0, open + 0, \
			retried + 0
	}' "$1"
}

# ---- writing ----

ktap_number=0
ktap_failed=0

ktap_begin()
{
	echo "TAP version 13"
}

# ktap_result STATUS NAME [SKIP-REASON]: 0 ok, 4 skip, else not ok.
ktap_result()
{
	ktap_number=$((ktap_number + 1))
	case $1 in
	0) echo "ok $ktap_number $2" ;;
	4) echo "ok $ktap_number $2 # SKIP${3:+ $3}" ;;
	*)
		echo "not ok $ktap_number $2${3:+ # $3}"
		ktap_failed=1 ;;
	esac
}

# ktap_end: the plan, behind the results as KTAP allows; true when all is well.
ktap_end()
{
	echo "1..$ktap_number"
	return $ktap_failed
}
