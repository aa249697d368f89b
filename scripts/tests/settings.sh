#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Settings of the environment that are wrong: exit status 1 and one sentence
# that names them, from run_ktstr.sh before anything is fetched, and from a
# test program that is run by itself. What can be had works: a relative folder,
# one with a blank in its name where no make goes.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

# wrong SETTING SENTENCE [ARG...]: nothing has been made when it is said.
wrong()
{
	local setting=$1 sentence=$2

	shift 2
	fake_tree tree
	env KDIR="$PWD/tree" "$setting" "$top/run_ktstr.sh" "${@:-run}" \
		>stdout 2>stderr </dev/null && fail "it is taken"
	cat stdout stderr
	[[ $(wc -l <stderr) = 1 && ! -s stdout ]] || fail "not one line"
	grep -qE -e "^ktstr: $sentence" stderr || fail "not said"
	[[ -z $(ls -A cache) && ! -e out ]] || fail "something was made"
}

# A copy of this checkout in a folder of that name.
checkout_in()
{
	mkdir -p "$1"
	cp -r "$top"/{run_ktstr.sh,scripts,ktstr.kconfig,vmm,Makefile,lib} "$1"
	top=$PWD/$1
}

checkout()
{
	checkout_in "$1"
	wrong A=b "this folder: .*$2"
}

tree_named()
{
	fake_tree "$1"
	wrong KDIR="$PWD/$1" "KDIR=.*$2"
}

# It may be named by a link, as well.
tree_linked()
{
	fake_tree "a b"
	ln -s "a b" link
	wrong KDIR="$PWD/link" "KDIR=.*/a b: make cannot build in a path with ' '"
}

cache_linked()
{
	fake_tree tree
	mkdir "a b"
	ln -s "$PWD/a b" cache/ktstr
	KDIR=$PWD/tree front 1 "the cache: .*/a b: make cannot" kernel
}

home()
{
	unset XDG_CACHE_HOME
	wrong HOME="$1" "$2"
}

kernel_cut_short()
{
	mkdir -p built
	head -c 4000 /dev/zero >built/bzImage
	wrong KTSTR_KERNEL="$PWD/built" '.*/built/bzImage: no x86 bzImage'
}

two_sources()
{
	wrong KTSTR_SOURCE=trixie/linux-source-6.12 'KDIR and KTSTR_SOURCE both'
}

letters_of_any_language_will_do()
{
	fake_tree 'Bäume'
	XDG_CACHE_HOME=$PWD/'caché~+@' KDIR=$PWD/'Bäume' front 0 'kernel: ' kernel
	[[ -s $(cat stdout)/bzImage ]] || fail "no kernel in $(cat stdout)"
}

# Where no make goes, all but control characters will do.
blanks_where_they_do_no_harm()
{
	# shellcheck disable=SC2016 # it is a name
	local odd='a $(touch harm) b'

	fake_tree tree
	export KDIR=$PWD/tree
	mkdir "$odd"
	echo CONFIG_NEW=y >"$odd/more: kconfig"
	cd "$odd"
	KTSTR_CONFIG='more: kconfig' KTSTR_SIDECAR_DIR='re sults' \
		KTSTR_SCHEDULER_DIR=. front 0 'kernel: ' kernel
	grep -qx CONFIG_NEW=y "$(cat stdout)/config" || fail "not merged"
	[[ -d 're sults' ]] || fail "no folder for results"
	cp -r "$(cat stdout)" 'own kernel'
	unset KDIR
	KTSTR_KERNEL='own kernel' front 0 'kernel: .*/own kernel$' kernel
	cd ..
	[[ ! -e harm && ! -e $odd/harm ]] || fail "it was run"
}

# A failure's command to run it again has all that made a difference. A suite that is
# there says what it was told.
again()
{
	local program

	mkdir -p bin out/install/ktstr 'a b'
	for program in clang-19 ccache; do
		printf '#!/bin/sh\nexec "$@"\n' >bin/$program
	done
	# shellcheck disable=SC2016 # for that shell
	printf '#!/bin/sh\necho "$KTSTR_AGAIN./run_ktstr.sh ${KTSTR_AGAIN_OPTIONS}repro x.y"\n' \
		>out/install/ktstr/ktstr
	chmod +x bin/* out/install/ktstr/ktstr
	touch out/.ktstr-out out/install/.built
	unset CLANG
	PATH=$PWD/bin:$PATH KTSTR_SCHEDULER_DIR='a b' LLVM=-19 CC='ccache gcc' \
		KTSTR_JOBS=2 front 0 '' --use-config list
	[[ $(cat stdout) = "KTSTR_OUT=$PWD/out KTSTR_SCHEDULER_DIR=$PWD/a\\ b XDG_CACHE_HOME=$PWD/cache CC=ccache\\ gcc LLVM=-19 ./run_ktstr.sh --use-config repro x.y" ]] ||
		fail "$(cat stdout)"
}

ktap_begin
for what in 'blank: ' 'colon::' 'dollar:$' 'percent:%' "quote:'" 'hash:#' \
	'comma:,' 'newline:
' "control:"$'\x01'; do
	char=${what#*:} what=${what%%:*}
	say="make cannot build in a path with '[$char]' in it; "
	[[ $char != [[:cntrl:]] ]] || say='has a control character in it'
	try "settings.checkout_with_$what" checkout "check${char}out" "$say"
	try "settings.out_with_$what" wrong "KTSTR_OUT=o${char}ut" "KTSTR_OUT=.*$say"
	try "settings.cache_with_$what" wrong "XDG_CACHE_HOME=/tmp/a${char}b" \
		"(XDG_CACHE_HOME=|the cache: ).*$say"
	try "settings.tree_with_$what" tree_named "tr${char}ee" "$say"
	try "settings.home_with_$what" home "/tmp/me${char}me" \
		"(HOME=|the cache: ).*$say"
done
try settings.c1_control_character wrong KTSTR_OUT=$'o\xc2\x9but' 'KTSTR_OUT=.*has a control'
try settings.newline_at_the_end wrong KDIR=$'/tmp\n' 'KDIR=.*has a control'
try settings.tree_linked tree_linked
try settings.cache_linked cache_linked
try settings.home_relative home me 'HOME=me: is not an absolute path'
try settings.cache_relative wrong XDG_CACHE_HOME=c 'XDG_CACHE_HOME=c: is not an absolute path'
try settings.letters_of_any_language_will_do letters_of_any_language_will_do
try settings.blanks_where_they_do_no_harm blanks_where_they_do_no_harm
try settings.again again
try settings.kernel_nowhere wrong KTSTR_KERNEL=/nowhere 'KTSTR_KERNEL=/nowhere: no kernel there; name'
try settings.kernel_is_no_key wrong KTSTR_KERNEL=7.3-x 'KTSTR_KERNEL=7.3-x: no kernel there; name'
try settings.kernel_cut_short kernel_cut_short
try settings.tree_nowhere wrong KDIR=/nowhere 'KDIR=/nowhere: no kernel tree there'
try settings.source_misspelt wrong KTSTR_SOURCE=linux-source-6.12 'KTSTR_SOURCE=.*: is not SUITE/PACKAGE'
try settings.two_sources two_sources
try settings.config_nowhere wrong KTSTR_CONFIG=none 'KTSTR_CONFIG=none: cannot be read'
try settings.config_is_a_folder wrong KTSTR_CONFIG=/ 'KTSTR_CONFIG=/: cannot be read'
try settings.results_cannot_be wrong KTSTR_SIDECAR_DIR=/dev/null/x 'KTSTR_SIDECAR_DIR=/dev/null/x: cannot be written'
try settings.schedulers_nowhere wrong KTSTR_SCHEDULER_DIR=none 'KTSTR_SCHEDULER_DIR=none: no such folder'
try settings.schedulers_in_a_file wrong KTSTR_SCHEDULER_DIR=/dev/null 'KTSTR_SCHEDULER_DIR=/dev/null: no such folder'
for value in 0 -1 x 08 1.5 99999 4x 99999999999999999999; do
	try "settings.jobs_$value" wrong "KTSTR_JOBS=$value" "KTSTR_JOBS=$value: is no number from 1 to 9999"
done
try settings.strict wrong KTSTR_STRICT=yes 'KTSTR_STRICT=yes: is neither 0 nor 1'
try settings.verbose wrong KTSTR_VERBOSE=2 'KTSTR_VERBOSE=2: is neither 0 nor 1'
try settings.repro wrong KTSTR_REPRO=y 'KTSTR_REPRO=y: is neither 0 nor 1'
try settings.functions wrong KTSTR_REPRO_FUNCTIONS='a b' 'KTSTR_REPRO_FUNCTIONS=a b: are no names'
try settings.rounds wrong KTSTR_REPRO_ROUNDS=100 'KTSTR_REPRO_ROUNDS=100: is no number from 1 to 99'
try settings.boot_secs wrong KTSTR_EMUHOST_BOOT_SECS=5m 'KTSTR_EMUHOST_BOOT_SECS=5m: is no number'
try settings.stall_secs wrong KTSTR_EMUHOST_STALL_SECS=0 'KTSTR_EMUHOST_STALL_SECS=0: is no number'
try settings.suite wrong KTSTR_EMUHOST_SUITE='trixie main' 'KTSTR_EMUHOST_SUITE=.*: is no suite'
try settings.mirror wrong KTSTR_DEBIAN_MIRROR=deb.debian.org 'KTSTR_DEBIAN_MIRROR=.*: is no mirror'
try settings.keyring wrong KTSTR_DEBIAN_KEYRING=/none 'KTSTR_DEBIAN_KEYRING=/none: cannot be read'
try settings.compiler wrong CC=nosuch 'CC=nosuch: no such program'
try settings.clang wrong CLANG=/nosuch/clang 'CLANG=/nosuch/clang: no such program'
try settings.llvm wrong LLVM=-1 'LLVM=-1: there is no clang-1'
ktap_end
