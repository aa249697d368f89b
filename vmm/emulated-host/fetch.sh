#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Get what an emulated host is made of into ktstr's cache folder: QEMU >= 10,
# virtiofsd and the libraries of both, and Debian's cloud kernel with its KVM
# modules. Installs nothing: Debian packages are unpacked in the cache, and
# run there with their own C library, so the system's own does not matter.
# Apt gets a configuration of its own; the system's stays as it is.
#
# QEMU is mended on the way: see vmrun_mend() and the C patch beside this file.
#
# Prints the folder on stdout; people read stderr. See
# Documentation/emulated-host.rst.
set -euo pipefail
shopt -s nullglob

# The layout of an entry; emuhost_entry.h has the same number.
layout=2
qemu_oldest=10
suite=${KTSTR_EMUHOST_SUITE:-trixie}
keyring=${KTSTR_DEBIAN_KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}
need_mb=600
lock_limit_s=1800

usage="\
Usage: fetch.sh [OPTION]
Get the emulated host into \${XDG_CACHE_HOME:-~/.cache}/ktstr/emulated-host.

  --check, --no-install  only say what is missing
  --update               look for newer versions even if it is there
  --help                 this text

KTSTR_DEBIAN_MIRROR names a Debian mirror where apt's sources have none,
KTSTR_DEBIAN_KEYRING its keys, KTSTR_EMUHOST_SUITE another suite than trixie.
Exit status: 0 it is there, 4 something is missing, 1 something went wrong.
"

say()
{
	printf '# emulated host: %s\n' "$*" >&2
}

wrong()
{
	say "$@"
	exit 1
}

missing()
{
	say "$@"
	exit 4
}

# ---- what is there ----

cache_find()
{
	local base=${XDG_CACHE_HOME:-}

	[[ -n $base ]] || base=${HOME:+$HOME/.cache}
	[[ -n $base ]] || missing "no cache folder: set HOME or XDG_CACHE_HOME"
	cache=$base/ktstr/emulated-host
	current=$cache/current-$layout
}

# `version` is written last.
entry_ok()
{
	[[ -s $current/version ]]
}

mirror_find()
{
	mirror=${KTSTR_DEBIAN_MIRROR:-}
	[[ -z $mirror ]] || return 0
	mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* \
			2>/dev/null | sed -n \
		-e 's/^URIs: *\([^ ]*\).*/\1/p' \
		-e 's/^deb \(\[[^]]*\] *\)\?\([^ ]*\) .*/\2/p' |
		grep '/debian/\?$' | head -n 1) || true
}

# Each with the package that has it: Debian's, Fedora's.
needed='apt-get apt apt
apt-cache apt apt
dpkg-deb dpkg dpkg
flock util-linux util-linux-core
od coreutils coreutils'

is_debian()
{
	grep -q -E '^ID(_LIKE)?=.*(debian|ubuntu)' /etc/os-release 2>/dev/null
}

# tools_look: leaves in `absent` what cannot be done without.
tools_look()
{
	local cmd debian fedora packages=

	absent=
	while read -r cmd debian fedora; do
		command -v "$cmd" >/dev/null && continue
		absent+=" $cmd"
		is_debian && packages+=" $debian" || packages+=" $fedora"
	done <<<"$needed"
	if [[ ! -r $keyring ]]; then
		absent+=" $keyring"
		is_debian && packages+=" debian-archive-keyring" ||
			packages+=" debian-keyring"
	fi
	if [[ -n $packages ]]; then
		packages=$(tr ' ' '\n' <<<"$packages" | sort -u | tr '\n' ' ')
		packages=${packages# }
		packages=${packages% }
		is_debian && absent+=" (apt-get install $packages)" ||
			absent+=" (Fedora: dnf install $packages)"
	fi
	mirror_find
	[[ -n $mirror ]] ||
		absent+=" a Debian mirror (name one by KTSTR_DEBIAN_MIRROR=)"
	absent=${absent# }
}

check()
{
	if entry_ok; then
		realpath "$current"
		return
	fi
	tools_look
	missing "not in $cache: fetch.sh gets it" \
		"${absent:+once this is there: $absent}"
}

# ---- Debian's packages ----

# What is run dies with us, by kill -9 too.
tie=()
job=

apt_init()
{
	local tmp=$1 s

	apt=$tmp/apt
	mkdir -p "$apt"/{lists/partial,cache/archives/partial,conf.d}
	: >"$apt/status"
	for s in "$suite" "$suite-backports"; do
		echo "deb [arch=amd64 signed-by=$keyring] $mirror $s main"
	done >"$apt/sources.list"
	# Proxies and certificates hold here too, hooks and pins do not.
	apt-config dump | grep -i -E \
		'^Acquire::[^ ]*(proxy|CaInfo|CaPath|Verify|SslCert|SslKey)' \
		>"$apt/conf.d/acquire" || true
	# As options they would come when the system's have been read.
	printf 'Dir::Etc::Main "/dev/null";\nDir::Etc::Parts "%s";\n' \
		"$apt/conf.d" >"$apt/apt.conf"
	export APT_CONFIG=$apt/apt.conf
	apt_options=(
		-o Dir::Etc::SourceList="$apt/sources.list"
		-o Dir::Etc::SourceParts=/dev/null
		-o Dir::Etc::Preferences=/dev/null
		-o Dir::Etc::PreferencesParts=/dev/null
		-o Dir::State::Lists="$apt/lists"
		-o Dir::State::Status="$apt/status"
		-o Dir::State::Extended_States="$apt/extended_states"
		-o Dir::Cache="$apt/cache" -o Dir::Log=/dev/null
		-o APT::Architecture=amd64 -o APT::Architectures=amd64
		-o APT::Sandbox::User=root -o Debug::NoLocking=1
		-o APT::Update::Error-Mode=any -o Acquire::Languages=none -o Acquire::Retries=2
		-o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30
	)
}

# apt_do DOING PROGRAM ARG...: one line when it fails; its output is kept.
apt_do()
{
	local doing=$1 program=$2 why

	shift 2
	# In the background: a trap waits for what is in the foreground.
	"${tie[@]}" "$program" "${apt_options[@]}" -qq "$@" \
		>"$apt/out" 2>"$apt/err" </dev/null &
	job=$!
	wait "$job" && job= && return
	job=
	why=$(grep -h -m 1 '^E:' "$apt/err") ||
		why=$(tail -n 1 "$apt/err") || true
	space_look
	wrong "$doing: ${why:-$program failed}"
}

# A disk that filled up has many ways to show.
space_look()
{
	local free_kb

	free_kb=$(df -Pk "$cache" | awk 'NR == 2 { print $4 }')
	((free_kb > 4096)) ||
		missing "no space left in $cache: about $need_mb MB are needed"
}

# kernel_packages: the newest cloud kernel; image, modules if apart.
kernel_packages()
{
	local names image

	apt_do "looking for a kernel" apt-cache search --names-only \
		'^linux-(image|binary|modules)-.*-cloud-amd64'
	names=$(awk '{ print $1 }' "$apt/out")
	image=$(grep -E '^linux-(image|binary)(-unsigned)?-[0-9].*-cloud-amd64(-unsigned)?$' \
		<<<"$names" | sed -E 's/^linux-(image|binary)(-unsigned)?-//
			s/-unsigned$//' | sort -V | tail -n 1) || true
	[[ -n $image ]] || wrong "no cloud kernel in $mirror $suite"
	kernel=$image
	grep -E -m 1 "^linux-(image|binary)(-unsigned)?-${image//+/\\+}(-unsigned)?$" \
		<<<"$names"
	grep -F -x "linux-modules-$image" <<<"$names" || true
}

# packages_get RELEASE PACKAGE...: they and what they need, where there is a
# choice from this release.
packages_get()
{
	local release=$1 size

	shift
	apt_do "packages" apt-get install -t "$release" --print-uris -y \
		--no-install-recommends "$@"
	size=$(awk '{ s += $3 } END { print int(s / 1e6) }' "$apt/out")
	say "fetching $* and their libraries from $release ($size MB)"
	apt_do "fetching $*" apt-get install -t "$release" --download-only -y \
		--no-install-recommends "$@"
}

kernel_get()
{
	local packages

	kernel_packages >"$apt/kernel-packages"
	say "fetching Linux $kernel"
	mapfile -t packages <"$apt/kernel-packages"
	# In there, because `download` writes to the current folder.
	cd "$apt/cache/archives"
	apt_do "fetching ${packages[*]}" apt-get download "${packages[@]}"
	cd /
}

# packages_unpack ROOT: each archive goes as soon as it is unpacked: the disk
# may be small.
packages_unpack()
{
	local root=$1 deb

	say "unpacking"
	mkdir "$root"
	for deb in "$apt"/cache/archives/*.deb; do
		"${tie[@]}" dpkg-deb --fsys-tarfile "$deb" 2>"$apt/err" |
			"${tie[@]}" tar -x -C "$root" --no-same-owner \
				--exclude='./usr/share/doc' \
				--exclude='./usr/share/man' \
				--exclude='./usr/share/locale' \
				--exclude='./usr/share/trace-events-all' \
				2>>"$apt/err" || {
			space_look
			wrong "unpacking ${deb##*/}: $(tail -n 1 "$apt/err")"
		}
		rm "$deb"
	done
	[[ ! -d $root/lib ]] || cp -a "$root/lib" "$root/usr/"
}

# ---- QEMU ----
#
# Of two: the one of the backports, as soon as it is mended. One in which there
# is nothing to mend is either right by now or wrong in another way, which only
# a run can tell: it stays without a verdict and is judged once the suite is
# built (emuhost_judge.h). The suite's own is kept beside it, for the case that
# it fails.

# Where the packages are unpacked, and where the entry is made.
tmp=
entry=
root=

# What VMRUN does with an interrupt that the hypervisor injects (helper_vmrun()
# in QEMU's target/i386/tcg/system/svm_helper.c), as GCC compiles it:
#
#	89 b3 D			mov  %esi,D(%rbx)   cs->exception_index = vector
#	c7 83 D 00000000	movl $0,D(%rbx)     env->exception_is_int = 0
#	48 c7 83 D ffffffff	movq $-1,D(%rbx)    env->exception_next_eip = -1
#	f6 05 D 02 0f 85 D	testb, jne          is this logged?
#	ba 01000000		mov  $1,%edx        is_hw
#	48 89 df e8		mov, call           do_interrupt_x86_hardirq()
#
# The first of them is one too many: the call delivers the interrupt, and the
# main loop finds the vector there and delivers it once more as soon as
# something asks it to leave the guest. D is any 4 bytes.
d='[0-9a-f]{8}'
vmrun_store="^89b3${d}c783${d}0{8}48c783${d}f{8}f605${d}020f85${d}ba010{6}4889dfe8"

# vmrun_stores FILE: the offset of each such store. What grep looks for, which
# is the end of the third line and what follows it, is 23 bytes behind that.
vmrun_stores()
{
	local at bytes

	LC_ALL=C grep -obUaF $'\xff\xff\xff\xff\xf6\x05' "$1" |
		while IFS=: read -r at _; do
			((at >= 23)) || continue
			bytes=$(od -A n -v -t x1 -j $((at - 23)) -N 50 "$1" |
				tr -d ' \n')
			[[ ! $bytes =~ $vmrun_store ]] || echo $((at - 23))
		done
}

# vmrun_mend FILE: the store becomes a NOP of 6 bytes, and FILE.mended says where
# it was and what. Return: 1, and nothing is changed, where it is not found or
# found more than once.
vmrun_mend()
{
	local at

	at=$(vmrun_stores "$1") || true
	[[ $at =~ ^[0-9]+$ ]] || return
	echo "$at $(od -A n -v -t x1 -j "$at" -N 6 "$1" | tr -d ' \n')" \
		>"$1.mended"
	printf '\x66\x0f\x1f\x44\x00\x00' |
		dd of="$1" bs=1 seek="$at" conv=notrunc status=none
	say "QEMU: mended at $at"
}

# qemu_look ROOT: leaves qemu_version, qemu_verdict ("mended", or nothing when
# it is still to be judged) and, when this one cannot be used, qemu_why.
qemu_look()
{
	local root=$1 program=usr/bin/qemu-system-x86_64

	qemu_verdict='' qemu_why=''
	qemu_version=$(debian "$program" --version 2>/dev/null |
		sed -n 's/^QEMU emulator version \([0-9.]*\).*/\1/p') || true
	if [[ ! $qemu_version =~ ^[0-9]+ ]]; then
		qemu_version='?' qemu_why="does not start"
	elif ((BASH_REMATCH[0] < qemu_oldest)); then
		qemu_why="is older than $qemu_oldest"
	elif vmrun_mend "$root/$program"; then
		qemu_verdict=mended
	fi
}

# qemus_choose: leaves `qemus`, a line each, the first is the first choice:
# ROOT VERSION [VERDICT].
qemus_choose()
{
	local first='' why

	qemus=
	qemu_look "$tmp/root"
	if [[ -z $qemu_why ]]; then
		qemus="$tmp/root $qemu_version $qemu_verdict"
		[[ -z $qemu_verdict ]] || return 0
		first=$qemu_version
		qemu_why="has nothing to mend and is still to be judged"
	fi
	why="QEMU $qemu_version $qemu_why"
	say "$why: taking that of $suite as well"
	packages_get "$suite" qemu-system-x86
	packages_unpack "$tmp/root2"
	qemu_look "$tmp/root2"
	[[ $qemu_version != "$first" ]] || return 0
	if [[ -z $qemu_why ]]; then
		qemus+=${qemus:+$'\n'}"$tmp/root2 $qemu_version $qemu_verdict"
	elif [[ -z $qemus ]]; then
		wrong "no QEMU that would do: $why, QEMU $qemu_version" \
			"$qemu_why"
	fi
}

# ---- an entry ----

# debian PROGRAM ARG...: a program out of the packages, with their libraries.
debian()
{
	local program=$1 libs=$root/usr/lib/x86_64-linux-gnu

	shift
	"$libs/ld-linux-x86-64.so.2" --library-path "$libs" "$root/$program" \
		"$@"
}

# add_program DIR PATH: it and the libraries that its loader finds.
add_program()
{
	local dir=$1 libs

	shift
	mkdir -p "$dir/bin" "$dir/lib"
	cp "$root/$1" "$dir/bin/"
	libs=$("$root/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" \
		--library-path "$root/usr/lib/x86_64-linux-gnu" \
		--list "$root/$1") || wrong "${1##*/}: libraries are missing"
	grep -q 'not found' <<<"$libs" &&
		wrong "${1##*/}: libraries are missing: $(grep 'not found' \
			<<<"$libs" | xargs)"
	sed -n -e 's/.*=> \(\/[^ ]*\) .*/\1/p' <<<"$libs" |
		while read -r lib; do
			cp -L "$lib" "$dir/lib/"
		done
	cp -L "$root/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" \
		"$dir/lib/"
}

# add_wrapper FILE PROGRAM [ARG...]: how to start it, wherever the cache is.
add_wrapper()
{
	local file=$1 program=$2

	shift 2
	cat >"$file" <<-EOF
	#!/bin/sh
	# Debian's $program with the libraries that came with it.
	d=\${0%/*}
	unset LD_PRELOAD LD_LIBRARY_PATH
	exec "\$d/lib/ld-linux-x86-64.so.2" --library-path "\$d/lib" \\
		"\$d/bin/$program" $* "\$@"
	EOF
	chmod +x "$file"
}

# add_qemu ROOT DIR VERSION [VERDICT]
add_qemu()
{
	local root=$1 dir=$2 version=$3 verdict=${4:-} rom

	mkdir -p "$dir/share"
	add_program "$dir" usr/bin/qemu-system-x86_64
	# shellcheck disable=SC2016 # for the wrapper to expand
	add_wrapper "$dir/qemu" qemu-system-x86_64 -L '"$d/share"'
	for rom in qemu/{kvmvapic,linuxboot_dma,pvh}.bin \
		seabios/bios-256k.bin; do
		cp -L "$root/usr/share/$rom" "$dir/share/"
	done
	# Debian's QEMU 11 no longer has this one, and does not miss it.
	rom=$root/usr/share/qemu/linuxboot.bin
	[[ ! -e $rom ]] || cp -L "$rom" "$dir/share/"
	"$dir/qemu" --version >/dev/null
	[[ -z $verdict ]] || {
		echo "$verdict"
		cat "$root/usr/bin/qemu-system-x86_64.mended"
	} >"$dir/verdict"
	echo "$version" >"$dir/version"
}

# The first choice lies in the entry itself, the other one in second/.
add_qemus()
{
	local from version verdict dir=$entry

	while read -r from version verdict; do
		add_qemu "$from" "$dir" "$version" "$verdict"
		dir=$entry/second
	done <<<"$qemus"
}

add_virtiofsd()
{
	add_program "$entry" usr/libexec/virtiofsd
	add_wrapper "$entry/virtiofsd" virtiofsd
	"$entry/virtiofsd" --version >/dev/null
}

# number FILE OFFSET SIZE: little endian
number()
{
	od -A n -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

# The kernel as ELF, which QEMU starts by PVH: a bzImage would take a second
# to unpack itself under emulation.
add_kernel()
{
	local image payload=$1/payload start size unpack=()

	image=$(echo "$root"/boot/vmlinuz* "$root"/usr/lib/modules/*/vmlinuz*)
	image=${image%% *}
	[[ -s $image ]] || wrong "no kernel in the package of Linux $kernel"
	start=$((($(number "$image" 0x1f1 1) + 1) * 512 +
		$(number "$image" 0x248 4)))
	# The last 4 bytes are the unpacked size.
	size=$(($(number "$image" 0x24c 4) - 4))
	dd if="$image" of="$payload" bs=64K iflag=skip_bytes,count_bytes \
		skip="$start" count="$size" status=none
	case $(od -A n -t x1 -N 4 "$payload" | tr -d ' ') in
	28b52ffd) unpack=(debian usr/bin/zstd -q -d -c) ;;
	fd377a58) unpack=(debian usr/bin/xz -d -c) ;;
	1f8b*) unpack=(gzip -d -c) ;;
	esac
	if [[ ${#unpack[@]} = 0 ]] ||
	   ! "${unpack[@]}" <"$payload" >"$entry/kernel" ||
	   [[ $(head -c 4 "$entry/kernel") != $'\x7fELF' ]]; then
		cp "$image" "$entry/kernel"
	fi
	rm "$payload"
}

add_modules()
{
	local name path

	mkdir "$entry/modules"
	for name in irqbypass kvm kvm-amd; do
		path=$(find "$root/usr/lib/modules" -name "$name.ko*" | head -n 1)
		case $path in
		*.ko.xz) debian usr/bin/xz -d -c <"$path" ;;
		*.ko.zst) debian usr/bin/zstd -q -d -c <"$path" ;;
		*.ko) cat "$path" ;;
		*) wrong "Linux $kernel has no module $name" ;;
		esac >"$entry/modules/$name.ko"
	done
}

clean()
{
	if [[ -n $job ]]; then
		kill "$job" 2>/dev/null || true
		wait "$job" 2>/dev/null || true
	fi
	rm -rf "$tmp"
}

# fetch: leaves a new entry, or nothing.
fetch()
{
	local free_mb version verdict key

	mkdir -p "$cache" 2>/dev/null || missing "cannot make $cache"
	[[ -w $cache ]] || missing "cannot write to $cache"
	exec 9>"$cache/lock"
	flock -n 9 || {
		say "waiting for another one that is being fetched"
		flock -w "$lock_limit_s" 9 ||
			wrong "still being fetched after $lock_limit_s s:" \
				"see who holds $cache/lock"
	}
	# The other may have brought what we want.
	if [[ $1 != update ]] && entry_ok; then
		return
	fi
	rm -rf "$cache"/tmp.*
	free_mb=$(df -Pm "$cache" | awk 'NR == 2 { print $4 }')
	((free_mb >= need_mb)) || missing "no space in $cache:" \
		"$need_mb MB are needed, $free_mb MB are free"
	tmp=$(mktemp -d "$cache/tmp.XXXXXX")
	trap clean EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP

	apt_init "$tmp"
	apt_do "reading the package lists of $mirror" apt-get update
	packages_get "$suite-backports" zstd xz-utils qemu-system-x86 virtiofsd
	kernel_get
	packages_unpack "$tmp/root"
	qemus_choose
	entry=$tmp/entry
	# Not `entry_make || ...`: that would switch `set -e` off in there.
	entry_make "$tmp" 2>"$tmp/err" &
	job=$!
	wait "$job" || {
		space_look
		wrong "$(sed -n -e 's/^# emulated host: //' -e '$p' "$tmp/err")"
	}
	job=
	read -r _ version verdict <<<"$qemus"
	key=qemu-$version-${verdict:-unjudged}-linux-$kernel-$layout
	sync -f "$entry"
	# One that is whole may be in use.
	if [[ ! -s $cache/$key/version ]]; then
		rm -rf "${cache:?}/$key"
		mv "$entry" "$cache/$key"
	fi
	ln -s "$key" "$tmp/current"
	mv -T "$tmp/current" "$current"
	say "QEMU $version (${verdict:-still to be judged})" \
		"and Linux $kernel are ready"
}

entry_make()
{
	root=$1/root
	mkdir "$entry"
	add_virtiofsd
	add_kernel "$1"
	add_modules
	add_qemus
}

main()
{
	local mode=

	case ${1:-} in
	--check | --no-install) mode=check ;;
	--update) mode=update ;;
	--help | -h)
		printf '%s' "$usage"
		return
		;;
	'') ;;
	*) wrong "$1: no such option; try --help" ;;
	esac

	[[ $(uname -m) = x86_64 ]] || missing "only on x86-64"
	cache_find
	if [[ $mode = check ]]; then
		check
		return
	fi
	if [[ $mode = update ]] || ! entry_ok; then
		tools_look
		[[ -z $absent ]] || missing "missing: $absent"
		setpriv --pdeathsig KILL true 2>/dev/null &&
			tie=(setpriv --pdeathsig KILL)
		fetch "$mode"
	fi
	realpath "$current"
}

# Sourced, it is a folder of functions for a test.
[[ ${BASH_SOURCE[0]} != "$0" ]] || main "$@"
