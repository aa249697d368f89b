#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How often `ktstr ab` finds a scheduler that is 5 % slower, and how often one that is
# not: 20 rounds of each, in CI 2 of each, and a table of them.
#
#	KTSTR_AB_ROUNDS		rounds of each (20)
#	KTSTR_AB_SECONDS	of each round (60)
#
# One that the host took too much of says nothing, and is no error; more than half of
# them are. On an emulated host five pairs fit into a minute, and scatter by half: there
# is one round of each, which is to come to its end, and no verdict, unless the seconds
# are given.
# shellcheck disable=SC2154 # of lib.sh
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

ab_head()
{
	printf '# %-4s %5s %5s %6s %8s %8s %8s %7s  %s\n' what round pairs \
		stolen change from to steal verdict
}

# ab_row NAME ROUND STATUS: of the JSON in $scratch/json
ab_row()
{
	python3 - "$@" "$scratch/json" <<'PYTHON'
import json, sys
name, number, status, path = sys.argv[1:]
verdict = {"0": "not worse", "1": "worse", "4": "too few",
           "5": "inconclusive"}.get(status, "status " + status)
try:
    d = json.load(open(path))
except ValueError:
    print(f"# {name:<4} {number:>5} no result, {verdict}")
    sys.exit()
if d["result"] != "pass":
    verdict = d["reason"]
pct = lambda m, key: "-" if not m or m[key] is None else f"{m[key]:+.1f}%"
work = next((m for m in d["metrics"] if m["name"] == "work_per_s"), None)
worse = [m["name"] for m in d["metrics"] if m["verdict"] == "worse"]
print(f"# {name:<4} {number:>5} {d['pairs']:>5} {d['pairs_stolen']:>6}"
      f" {pct(work, 'change_pct'):>8} {pct(work, 'low_pct'):>8}"
      f" {pct(work, 'high_pct'):>8} {d['steal_pct']:>6.1f}%  {verdict}"
      + (": " + ", ".join(worse) if worse else ""))
PYTHON
}

# ab_round NAME SEED LEVEL: counts in found, quiet, open or wrong
ab_round()
{
	local status=0

	KTSTR_KERNEL=$kernel KTSTR_SIDECAR_DIR=$scratch/results \
		KTSTR_OUT=$scratch/out timeout 900 "$install/ktstr/ktstr" ab \
		scx_ktstr "scx_ktstr -f slow -l $3" --seed "$2" \
		-d "${KTSTR_AB_SECONDS:-60}" --json >"$scratch/json" \
		2>>"$scratch/log" </dev/null || status=$?
	ab_row "$1" "$2" $status
	case $status in
	0) quiet=$((quiet + 1)) ;;
	1)
		if grep -q '"result": *"pass"' "$scratch/json"; then
			found=$((found + 1))
		else
			wrong=$((wrong + 1))
		fi ;;
	4 | 5) open=$((open + 1)) ;;
	*) wrong=$((wrong + 1)) ;;
	esac
}

# ab_judge NAME BAD: of $rounds at most one is BAD, and half could be judged.
ab_judge()
{
	local status=0 may=$(((rounds + 19) / 20))

	if [[ -n $emulated ]]; then
		status=4
		((wrong == 0)) || status=1
		ktap_result $status "ab.$1" \
			"no KVM that runs kernels: $quiet not worse, $found worse, $open not judged, $wrong wrong of $rounds"
		return
	fi
	((rounds > 2)) || may=0
	(($2 <= may && wrong == 0 && open * 2 <= rounds)) || status=1
	((status == 0 || $2 > may || wrong > 0)) || status=4
	ktap_result $status "ab.$1" \
		"$found worse, $quiet not worse, $open not judged, $wrong wrong"
}

stage_begin ab
rounds=${KTSTR_AB_ROUNDS:-$(ci_or 20 2)}
emulated=''
[[ ${KTSTR_CHECK_KVM:-} = usable* || -n ${KTSTR_AB_SECONDS:-} ]] ||
	emulated=1 rounds=1
mkdir -p "$scratch/results" "$scratch/out"
for name in a/b a/a; do
	found=0 quiet=0 open=0 wrong=0
	ab_head
	for ((i = 1; i <= rounds; i++)); do
		ab_round "$name" "$i" "$([[ $name = a/b ]] && echo 5 || echo 0)"
	done
	if [[ $name = a/b ]]; then
		ab_judge five_percent "$quiet"
	else
		ab_judge nothing "$found"
	fi
done
ktap_end
