#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How fetch.sh mends QEMU: the one store becomes a NOP, and what is not exactly
# what is known stays as it is. On files made here.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

# What is around the store in Debian's 11.1.3, and the bytes from there on.
before='\x41\x0f\xb6\xf4\x44\x89\xab\x80\x34\x00\x00'
store='\x89\xb3\x50\xc2\xff\xff'
behind='\xc7\x83\x84\x34\x00\x00\x00\x00\x00\x00'
behind+='\x48\xc7\x83\x88\x34\x00\x00\xff\xff\xff\xff'
behind+='\xf6\x05\xdc\x5d\x57\x01\x02\x0f\x85\xc1\x00\x00\x00'
behind+='\xba\x01\x00\x00\x00\x48\x89\xdf\xe8\x79\x7e\x07\x00'
nop='\x66\x0f\x1f\x44\x00\x00'

# mend FILE: by fetch.sh's own functions.
mend()
{
	bash -c '. "$1"; vmrun_mend "$2"' - \
		"$top/vmm/emulated-host/fetch.sh" "$1"
}

# is FILE TEXT: with the escapes of printf.
is()
{
	printf '%b' "$2" | cmp - "$1" || fail "$1 is not what it should be"
}

one_store_becomes_a_nop()
{
	local some='\x90\x0a\x00\xff\xff\xff\xff\xf6\x05\x0a'

	printf '%b' "$some$before$store$behind$some" >qemu
	mend qemu || fail "not mended"
	is qemu "$some$before$nop$behind$some"
	[[ $(<qemu.mended) = "21 89b350c2ffff" ]] ||
		fail "what it was: $(<qemu.mended)"
	! mend qemu || fail "mended twice"
	is qemu "$some$before$nop$behind$some"
}

# A displacement may hold what grep takes for the end of a line.
newlines_in_it_do_not_matter()
{
	local other=${store/\\x50/\\x0a} rest=${behind/\\x57/\\x0a}

	printf '%b' "$before$other$rest" >qemu
	mend qemu || fail "not mended"
	is qemu "$before$nop$rest"
}

# unchanged TEXT: it is not mended, and not a byte of it changes.
unchanged()
{
	printf '%b' "$1" >qemu
	! mend qemu || fail "mended"
	is qemu "$1"
}

what_is_not_found_once_stays()
{
	unchanged ''
	unchanged "$before$behind"
	unchanged "${behind#????????}"
	unchanged "$before$store$behind$before$store$behind"
	# Another register, no constant 1, no call, cut off.
	unchanged "$before${store/\\xb3/\\xb1}$behind"
	unchanged "$before$store${behind/\\xba\\x01/\\xba\\x00}"
	unchanged "$before$store${behind/\\xe8/\\xe9}"
	unchanged "$before$store${behind%\\xe8*}"
}

ktap_begin
try emuhost_mend.one_store_becomes_a_nop one_store_becomes_a_nop
try emuhost_mend.newlines_in_it_do_not_matter newlines_in_it_do_not_matter
try emuhost_mend.what_is_not_found_once_stays what_is_not_found_once_stays
ktap_end
