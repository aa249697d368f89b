# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The little KTAP that scripts of ours print. `ktstr check --count FILE` reads it.

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
	return "$ktap_failed"
}
