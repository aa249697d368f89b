# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The folders that we write to, the cache and the output folder: ours by a mark
# in them, as both are removed whole; nobody else's, as what lies in there is
# run. Sourced by run_ktstr.sh.

# What a test program or fetch.sh makes where there was no cache; one from
# before the mark has at least the folders of a run.
cache_names=' emulated-host results '
cache_folders=(sources kernels build locks logs tmp)

# cache_locate: leaves its path in $cache.
cache_locate()
{
	local base=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}

	[[ -n $base ]] || missing "no place for the cache:" \
		"HOME is not set; name a folder by XDG_CACHE_HOME="
	[[ $base = /* ]] || wrong "HOME=$HOME: is not an absolute path"
	cache=$base/ktstr
}

# cache_claim: what is there is a cache of ours, or empty.
cache_claim()
{
	local path

	[[ -f $cache/.ktstr-cache && ! -L $cache/.ktstr-cache ]] && return
	cache_has_folders && return
	for path in "$cache"/* "$cache"/.[!.]* "$cache"/..?*; do
		[[ -e $path || -L $path ]] || continue
		[[ $cache_names = *" ${path##*/} "* ]] ||
			wrong "$cache: is there, and not a cache of ktstr" \
			"(it holds ${path##*/}); name another folder by" \
			"XDG_CACHE_HOME="
	done
}

cache_has_folders()
{
	local name

	for name in "${cache_folders[@]}"; do
		[[ -d $cache/$name && ! -L $cache/$name ]] || return
	done
}

cache_init()
{
	local real remedy="name another folder by XDG_CACHE_HOME="

	cache_locate
	path_for_make "the cache: " "$cache" "$remedy"
	mkdir -p "$cache" 2>/dev/null ||
		missing "$cache: cannot be written; $remedy"
	folder_real "$cache"
	text_must "the cache: " "$real"
	path_for_make "the cache: " "$real" "$remedy"
	cache=$real
	cache_claim
	others_cannot_rename "$cache" "$remedy"
	nobody_elses "$remedy" "$cache" -maxdepth 2
	nobody_elses "$remedy" "$cache/emulated-host" "$cache/kvm-check"
	{
		: >>"$cache/.ktstr-cache"	# first: we may be gone
		mkdir -p "${cache_folders[@]/#/$cache/}"
	} 2>/dev/null || missing "$cache: cannot be written; $remedy"
}

# cache_remove: not what a link leads to: it may be anything.
cache_remove()
{
	local cache

	cache_locate
	[[ ! -L $cache ]] || wrong "$cache: is a link, and nothing was" \
		"removed; remove what it leads to yourself: $(readlink "$cache")"
	if [[ -e $cache ]]; then
		cache_claim
		nobody_elses "it is not removed" "$cache" -maxdepth 0
		rm -rf "${cache:?}"
	fi
	say "removed $cache"
}

out_init()
{
	local remedy="name another folder by KTSTR_OUT="

	out=${KTSTR_OUT:-$here/out}
	if [[ -e $out && ! -e $out/.ktstr-out ]] &&
	   [[ -n $(ls -A "$out" 2>/dev/null) ]]; then
		wrong "$out: is there, and not an output folder of" \
			"ktstr; $remedy"
	fi
	{
		mkdir -p "$out/logs" "$out/build"
		: >"$out/.ktstr-out"
	} 2>/dev/null || missing "$out: cannot be written; $remedy"
	nobody_elses "$remedy" "$out" -maxdepth 2
}

# nobody_elses REMEDY FOLDER... [FIND-OPTION...]: what lies in there belongs to
# us, to root, or to whose script we run, and others may not write to it. A
# group that is ours alone, by its name, is no other.
nobody_elses()
{
	local remedy=$1 found owner group=(-perm -020)

	shift
	owner=$(stat -c %u "$here/run_ktstr.sh")
	[[ $(id -gn 2>/dev/null) != "$(id -un 2>/dev/null)" ]] ||
		group+=(! -gid "$(id -g)")
	found=$(find "$@" ! -type l \( ! \( -uid "$EUID" -o -uid 0 -o \
		-uid "$owner" \) -printf '%p: belongs to %u\n' -o \
		\( -perm -002 -o "${group[@]}" \) \
		-printf '%p: others may write to it\n' \) 2>/dev/null |
		sed -n 1p) || true
	[[ -z $found ]] || wrong "$found, and what lies there is run;" \
		"chown and chmod -R go-w it if you trust it, or $remedy"
}

# others_cannot_rename FOLDER REMEDY: and put their own in its place.
others_cannot_rename()
{
	local above=${1%/*}

	[[ -z $(find "${above:-/}" -maxdepth 0 -perm -002 ! -perm -1000) ]] ||
		wrong "$above: anybody can put another folder in the place" \
		"of ${1##*/} there; chmod o-w it, or $2"
}
