#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# circles.sh NAME OBJECT...: are there files of ours that need each other, or two
# that have a global symbol of one name? By the symbols of their objects. A line
# for each file of a circle, and for each name that there is twice; exit status 1
# when there is one.
set -euo pipefail

name=$1
shift
status=0
symbols=$(nm -A -g -- "$@")
twice=$(awk '
	$(NF - 1) ~ /^[UVWvw]$/ || $NF == "main" { next }
	{
		file = $1
		sub(/:.*/, "", file)
		if ($NF in home)
			print $NF " of " home[$NF] " and " file
		home[$NF] = file
	}' <<<"$symbols")
while IFS= read -r line; do
	[[ -n $line ]] || continue
	echo "$name: two of one name: $line"
	status=1
done <<<"$twice"
pairs=$(awk '
	{
		file = $1
		sub(/:.*/, "", file)
		symbol = $NF
	}
	$(NF - 1) ~ /^[Uwv]$/	{ needs[file, symbol] = 1; next }
				{ home[symbol] = file }
	END {
		for (key in needs) {
			split(key, part, SUBSEP)
			if (part[2] in home)
				print part[1], home[part[2]]
		}
	}' <<<"$symbols")
[[ -n $pairs ]] || { echo "$name: no object needs another"; exit 1; }
circles=$(tsort <<<"$pairs" 2>&1 >/dev/null |
	sed -n -e '/input contains a loop/d' \
		-e "s,^tsort: ,$name: a circle: ,p" | sort -u) || true
[[ -z $circles ]] || { echo "$circles"; status=1; }
exit $status
