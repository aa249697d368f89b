#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Sidecars of real runs, made into the page and the trace; the page opened in
# a browser without a network, and what it shows held against the sidecars.
#
# KTSTR_TEST_INSTALL is an installed suite, KTSTR_TEST_KERNEL a folder of the
# kernel cache.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

install=${KTSTR_TEST_INSTALL:?names an installed suite}/ktstr
kernel=${KTSTR_TEST_KERNEL:?names a folder of the kernel cache}
real_cache=${KTSTR_TEST_CACHE:?names the folder of the cache}
sidecars=$work/sidecars
pages=("$top/scripts/tests/pages.py")

# Two runs, one with a stall: what all cases look at.
run_tests()
{
	export XDG_CACHE_HOME=$real_cache KTSTR_KERNEL=$kernel
	export KTSTR_SIDECAR_DIR=$sidecars KTSTR_RUN_ID=page-test
	mkdir "$sidecars"
	timeout 300 "$install/monitor" -r monitor.stall_is_reported
	timeout 300 "$install/scx" -r scx.simple.steady
	"${pages[@]}" names "$sidecars" monitor.stall_is_reported \
		scx.simple.steady
}

# browse PAGE: leaves dom, and fails on what the page's script complains of.
browse()
{
	local browser

	browser=$(command -v chromium || command -v chromium-browser) ||
		skip "no chromium here"
	timeout 120 "$browser" --headless=new --no-sandbox --disable-gpu \
		--user-data-dir="$PWD/profile" --window-size=1280,2000 \
		--host-resolver-rules='MAP * ~NOTFOUND' \
		--enable-logging=stderr --virtual-time-budget=5000 \
		--dump-dom "file://$PWD/$1" >dom 2>browser.log || true
	grep -F 'CONSOLE' browser.log && fail "the page's script complains"
	[[ -s dom ]] || { cat browser.log; fail "the browser shows nothing"; }
}

page_shows_what_the_sidecars_say()
{
	"$install/ktstr" html -o page.html "$sidecars"
	grep -E '(src|href)="?(https?:)?//|@import|url\(' page.html &&
		fail "the page asks for something else"
	browse page.html
	"${pages[@]}" page dom "$sidecars" monitor.stall_is_reported
}

only_one_run_of_a_folder()
{
	cp -r "$sidecars" copy
	sed -i 's/"run_id":"page-test"/"run_id":"other"/' \
		copy/scx.simple.steady.ktstr.json
	"$install/ktstr" html -o page.html --run other copy
	browse page.html
	"${pages[@]}" page dom copy scx.simple.steady
	! grep -q stall_is_reported dom || fail "another run is there, too"
}

fits_a_phone()
{
	"$install/ktstr" html -o page.html "$sidecars"
	"${pages[@]}" narrow page.html >narrow.html
	browse narrow.html
	"${pages[@]}" fits dom
}

# Two sides of the same: too few values to tell, and a page that says so.
comparison_fits_a_phone()
{
	local status=0

	cp -r "$sidecars" other
	sed -i 's/"run_id":"page-test"/"run_id":"other"/' other/*.ktstr.json
	"$install/ktstr" compare --html page.html "$sidecars" other || status=$?
	[[ $status = 4 ]] || fail "exit status $status, not 4"
	"${pages[@]}" narrow page.html >narrow.html
	browse narrow.html
	"${pages[@]}" fits dom
}

sidecars_are_as_their_schema_has_them()
{
	"${pages[@]}" schema "$top/Documentation/sidecar.schema.json" \
		"$sidecars"
}

# A task may call itself anything.
text_of_a_guest_stays_text()
{
	mkdir copy
	"${pages[@]}" rename "$sidecars/scx.simple.steady.ktstr.json" \
		'</script><b id=no>' >copy/scx.simple.steady.ktstr.json
	"$install/ktstr" html -o page.html copy
	browse page.html
	grep -q 'data-ready="1"' dom || fail "the page is broken"
	! grep -qi '<b id="\?no' dom || fail "a guest's text became markup"
}

trace_has_what_the_sidecars_say()
{
	"$install/ktstr" perfetto -o trace.json "$sidecars"
	"${pages[@]}" trace trace.json "$sidecars"
}

# As users call it; the pages show this run alone, its first test at the top.
both_by_the_front()
{
	local KTSTR_SIDECAR_DIR=$PWD/results

	export KTSTR_SIDECAR_DIR XDG_CACHE_HOME=$real_cache
	export KTSTR_KERNEL=$kernel KTSTR_OUT=$KTSTR_TEST_OUT
	unset KTSTR_RUN_ID
	cp -r "$sidecars" results
	front 0 'wrote trace.json' run --html page.html --perfetto trace.json \
		-f eevdf_up eevdf
	browse page.html
	"${pages[@]}" page dom results eevdf_up.oversubscribed
	! grep -q scx.simple.steady dom || fail "another run is there, too"
	rm results/{monitor.stall_is_reported,scx.simple.steady}.ktstr.json
	"${pages[@]}" trace trace.json results
}

not_a_sidecar()
{
	echo '{"format": "other"}' >bad.ktstr.json
	if "$install/ktstr" html -o page.html bad.ktstr.json 2>stderr; then
		fail "it was taken"
	fi
	grep -q 'bad.ktstr.json: not a sidecar' stderr || fail "not named"
	[[ ! -e page.html ]] || fail "a page was written"
}

ktap_begin
try vm_page.runs run_tests
try vm_page.shows_what_the_sidecars_say page_shows_what_the_sidecars_say
try vm_page.fits_a_phone fits_a_phone
try vm_page.comparison_fits_a_phone comparison_fits_a_phone
try vm_page.sidecars_are_as_their_schema_has_them \
	sidecars_are_as_their_schema_has_them
try vm_page.only_one_run_of_a_folder only_one_run_of_a_folder
try vm_page.text_of_a_guest_stays_text text_of_a_guest_stays_text
try vm_page.trace_has_what_the_sidecars_say trace_has_what_the_sidecars_say
try vm_page.both_by_the_front both_by_the_front
try vm_page.not_a_sidecar not_a_sidecar
ktap_end
