#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Wrong includes, each put into a copy of our sources: scripts/house.sh names the
# file, and what it may not include. That copy without any passes. And objects
# that need each other, or have a name in common, for scripts/circles.sh.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

copy()
{
	(cd "$top" && find bpf init kselftest lib vmm -type f -name '*.[ch]' \
		-print0 | tar -cf - --null -T -) | tar -xf -
}

passes()
{
	copy
	"$top/scripts/house.sh" . || fail "not as it is"
}

# refused FILE LINE SENTENCE: with that line in it, there is one complaint.
refused()
{
	local file=$1 line=$2 sentence=$3

	copy
	[[ -f $file ]] || fail "$file is not there"
	printf '%s\n' "$line" >>"$file"
	"$top/scripts/house.sh" . >output && fail "it passes"
	cat output
	[[ $(wc -l <output) = 1 ]] || fail "not one line"
	grep -qxF -e "$file$sentence" output || fail "not said"
}

file_refused()
{
	copy
	echo >lib/host/run/json.c
	"$top/scripts/house.sh" . >output && fail "it passes"
	grep -qxF "lib/host/run/json.c has the name of lib/host/report/json.c" \
		output || fail "not said"
}

# A folder that no row is for
folder_refused()
{
	copy
	mkdir lib/host/lounge
	echo >lib/host/lounge/sofa.c
	"$top/scripts/house.sh" . >output && fail "it passes"
	grep -qxF "lib/host/lounge: no row in the table of rooms" output ||
		fail "not said"
}

# A row for a folder that went
row_refused()
{
	copy
	rm -r lib/host/suite
	"$top/scripts/house.sh" . >output && fail "it passes"
	grep -qxF "the table of rooms: no lib/host/suite" output ||
		fail "not said"
}

nothing_refused()
{
	"$top/scripts/house.sh" . >output && fail "it passes"
	grep -q "there are no sources" output || fail "not said"
}

# object NAME [NEEDS]: it defines NAME, and calls what it needs.
object()
{
	echo "void ${2:-nothing}(void); void $1(void);
	void $1(void) { ${2:+$2();} }" | gcc -x c -c -o "$1.o" - ||
		fail "$1 does not compile"
}

circle_refused()
{
	object above one
	object one two
	object two three
	object three one
	object other nothing
	"$top/scripts/circles.sh" these ./*.o >output && fail "it passes"
	cat output
	[[ $(sort output | tr -d '\n') = $(printf 'these: a circle: ./%s.o' \
		one three two) ]] || fail "not said"
}

no_circle()
{
	object above one
	object one two
	object two
	"$top/scripts/circles.sh" these ./*.o || fail "there is none"
}

# Two programs may link with either.
twice_refused()
{
	object one two
	object two
	cp two.o again.o
	"$top/scripts/circles.sh" these ./*.o >output && fail "it passes"
	cat output
	[[ $(<output) = 'these: two of one name: two of ./again.o and ./two.o' ]] ||
		fail "not said"
}

# name | file | line | what is said behind the file
cases='
common_host | lib/common/util/log.c | #include "lib/host/run/run.h" | includes lib/host/run/run.h, which is not for lib/common/util
angle_brackets | lib/guest/work/work.c | #include <lib/guest/scenario/say.h> | includes lib/guest/scenario/say.h: is to be written as "lib/guest/scenario/say.h"
host_guest | lib/host/run/run.c | #include "lib/guest/work/work.h" | includes lib/guest/work/work.h, which is not for lib/host/run
blanks | vmm/x86/cpuid.c | #  include "lib/host/machine/paths.h" | : not as an include is written here: #  include "lib/host/machine/paths.h"
kselftest | kselftest/eevdf.c | #include "vmm/vm.h" | includes vmm/vm.h, which is not for kselftest
probe | init/probe/send.c | #include "lib/host/report/json.h" | includes lib/host/report/json.h, which is not for init/probe
bpf | bpf/scx_ktstr.bpf.c | #include "lib/common/wire/wire.h" | includes lib/common/wire/wire.h, which is not for bpf
test | lib/test/attr.c | #include "lib/host/cli/cli.h" | includes lib/host/cli/cli.h, which is not for lib/test
header | lib/host/monitor/read/dsq.h | #include "lib/host/monitor/judge/live.h" | includes lib/host/monitor/judge/live.h, which is not for lib/host/monitor/read
relative | lib/guest/scenario/say.c | #include "../work/work.h" | includes ../work/work.h: is to be written as "lib/guest/work/work.h"
second_path | init/loop.c | #include "common/util/log.h" | includes common/util/log.h: is to be written as "lib/common/util/log.h"
macro | vmm/vm.c | #include HEADER | : not as an include is written here: #include HEADER
kvm | lib/host/run/run.c | #include <linux/kvm.h> | includes linux/kvm.h, which is not for lib/host/run
source | lib/ktstr.h | #include "lib/host/run/verdict.h" | includes lib/host/run/verdict.h, which is not for lib
struct | vmm/x86/vcpu_state.c | struct machine { | : struct machine is one of vmm/x86/machine.h
not_there | init/setup.c | #include "init/files.h" | includes "init/files.h", which is not there
'

ktap_begin
try house.passes passes
while IFS='|' read -r name file line sentence; do
	[[ -n $name ]] || continue
	line=${line# } line=${line% } sentence=${sentence% }
	read -r file <<<"$file"
	[[ $sentence != ' :'* ]] || sentence=${sentence# }
	try "house.${name% }" refused "$file" "$line" "$sentence"
done <<<"$cases"
try house.file file_refused
try house.folder folder_refused
try house.row row_refused
try house.nothing nothing_refused
try house.circle circle_refused
try house.no_circle no_circle
try house.twice twice_refused
ktap_end
