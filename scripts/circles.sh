#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# circles.sh NAME OBJECT...: are there files of ours that need each other? By the
# symbols of their objects, which one program or library of that name is made of.
# A line for each file of a circle; exit status 1 when there is one.
set -euo pipefail

name=$1
shift
pairs=$(nm -A -g -- "$@" | awk '
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
	}')
[[ -n $pairs ]] || { echo "$name: no object needs another"; exit 1; }
circles=$(tsort <<<"$pairs" 2>&1 >/dev/null |
	sed -n -e '/input contains a loop/d' \
		-e "s,^tsort: ,$name: a circle: ,p" | sort -u) || true
[[ -n $circles ]] || exit 0
echo "$circles"
exit 1
