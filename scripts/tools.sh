# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What must be installed, and who to ask for it. Sourced by run_ktstr.sh.

# probe | Debian package | Fedora package | what for
tools_run='
cmd make	| make		| make		| building
cc gcc		| gcc		| gcc		| building
cmd git		| git		| git		| the state of a kernel tree
cmd flock	| util-linux	| util-linux	| sharing the cache
cmd bc		| bc		| bc		| the kernel
cmd bison	| bison		| bison		| the kernel
cmd flex	| flex		| flex		| the kernel
cmd perl	| perl		| perl		| the kernel
cmd python3	| python3	| python3	| the kernel
cmd lz4		| lz4		| lz4		| the kernel image
pahole >=1.22	| pahole	| dwarves	| the kernel type information (BTF)
cmd readelf	| binutils	| binutils	| a look at vmlinux
cmd rsync	| rsync		| rsync		| install
hdr libelf.h	| libelf-dev	| elfutils-libelf-devel	| libbpf, symbols
hdr elfutils/libdw.h | libdw-dev | elfutils-devel	| source lines
hdr zlib.h	| zlib1g-dev	| zlib-devel	| libelf
hdr zstd.h	| libzstd-dev	| libzstd-devel	| libelf
hdr openssl/opensslv.h | libssl-dev | openssl-devel | bpftool
lib libpcre2-8.so | libpcre2-dev | pcre2-devel	| patterns of expected errors
hdr json-c/json.h | libjson-c-dev	| json-c-devel	| sidecars
hdr sqlite3.h	| libsqlite3-dev | sqlite-devel	| the index of sidecars
lib libc.a	| libc6-dev	| glibc-static	| the agent of the emulated host
clang >=16	| clang-19	| clang		| BPF programs
cmd llvm-strip	| llvm		| llvm		| BPF programs
'
tools_fetch='
cmd apt-get	| apt		| -		| the kernel source
cmd dpkg-deb	| dpkg		| -		| the kernel source
cmd xz		| xz-utils	| xz		| the kernel source
'
tools_config='
hdr openssl/bio.h | libssl-dev	| openssl-devel	| certificates in a kernel of your .config
'
tools_check='
cmd shellcheck	| shellcheck	| ShellCheck	| the style of shell parts
cmd chromium	| chromium	| chromium	| opening pages
cmd bzip2	| bzip2		| bzip2		| gen_tar
cmd busybox	| busybox-static | busybox	| the guests of memory images
cmd cpio	| cpio		| cpio		| the guests of memory images
cmd xmllint	| libxml2-utils	| libxml2	| results as JUnit has them
cmd jsonschema	| python3-jsonschema | python3-jsonschema | results as JSON
cmd groff	| groff		| groff		| the manual page
rt fuzzer	| libclang-rt-19-dev | compiler-rt | fuzzing
'

# The compiler that LLVM= makes the kernel's make take.
compiler_of_llvm()
{
	case $LLVM in
	*/) echo "${LLVM}clang" ;;
	-*) echo "clang$LLVM" ;;
	*) echo clang ;;
	esac
}

# The compiler that the kernel's make takes, perhaps with arguments.
compiler()
{
	if [[ -n ${CC:-} ]]; then
		echo "$CC"
	elif [[ -n ${LLVM:-} ]]; then
		compiler_of_llvm
	else
		echo gcc
	fi
}

tool_is_there()
{
	local kind=$1 what=$2 cc

	read -ra cc <<<"$(compiler)"
	case $kind in
	cmd) command -v "$what" >/dev/null ;;
	cc) command -v "${cc[0]}" >/dev/null ;;
	hdr) echo "#include <$what>" |
		"${cc[@]}" -E -x c - -o /dev/null 2>/dev/null ;;
	lib) [[ $("${cc[@]}" -print-file-name="$what" 2>/dev/null) = /* ]] ;;
	clang) clang_find "${what#>=}" >/dev/null ;;
	pahole) pahole_is "${what#>=}" ;;
	rt) clang_runtime "$what" ;;
	esac
}

# clang_find OLDEST: prints the one that the Makefile takes as well.
clang_find()
{
	local clang version

	for clang in ${CLANG:-} clang clang-{22,21,20,19,18,17,16}; do
		version=$(echo __clang_major__ | "$clang" -E -P - 2>/dev/null) ||
			continue
		if [[ $version =~ ^[0-9]+$ ]] && ((version >= $1)); then
			echo "$clang"
			return
		fi
	done
	return 1
}

# pahole_version: "1.24", or nothing.
pahole_version()
{
	pahole --version 2>/dev/null | sed -n 's/^v\?\([0-9.]*\).*/\1/p'
}

# pahole_is OLDEST: with an older one kconfig has no DEBUG_INFO_BTF.
pahole_is()
{
	local version

	version=$(pahole_version)
	[[ -n $version && $(printf '%s\n' "$1" "$version" | sort -V |
		sed -n 1p) = "$1" ]]
}

# What is here of a tool that must have a version, for people.
tool_here()
{
	local version=''

	[[ $1 != pahole ]] || version=$(pahole_version)
	[[ -z $version ]] || printf '; %s is here, which is too old' "$version"
}

# clang_runtime NAME: has our clang this library of its own?
clang_runtime()
{
	local clang dir

	clang=$(clang_find 16) || return
	dir=$("$clang" -print-resource-dir) || return
	[[ -n $(find "$dir/" -name "libclang_rt.$1*.a" -print -quit) ]]
}

os_family()
{
	if command -v apt-get >/dev/null && [[ -e /etc/debian_version ]]; then
		echo debian
	else
		echo other
	fi
}

# tools_missing TABLE...: fills missing_debian, missing_fedora, missing_text.
tools_missing()
{
	local probe debian fedora purpose kind what

	missing_debian=() missing_fedora=() missing_text=
	while IFS='|' read -r probe debian fedora purpose; do
		[[ -n $probe ]] || continue
		read -r kind what <<<"$probe"
		tool_is_there "$kind" "$what" && continue
		read -r debian <<<"$debian"
		read -r fedora <<<"$fedora"
		read -r purpose <<<"$purpose"
		missing_debian+=("$debian")
		missing_fedora+=("$fedora")
		[[ $what != '>='* ]] || what="$kind $what"
		missing_text+="${missing_text:+, }$what (for $purpose$(tool_here "$kind"))"
	done <<<"$(printf '%s' "$@")"
	((${#missing_debian[@]} == 0))
}

# tools_must TABLE...: there afterwards, or we end and say what to install.
tools_must()
{
	local missing_debian missing_fedora missing_text sudo=()

	tools_missing "$@" && return
	if [[ $(os_family) != debian ]]; then
		missing "missing: $missing_text; install them" \
			"(Fedora: dnf install ${missing_fedora[*]})"
	fi
	if [[ -n ${no_install:-} ]]; then
		missing "missing: $missing_text; install them:" \
			"apt-get install ${missing_debian[*]}"
	fi
	if ((EUID != 0)); then
		sudo -n true 2>/dev/null ||
			missing "missing: $missing_text; as root:" \
				"apt-get install ${missing_debian[*]}"
		sudo=(sudo -n)
	fi
	tools_install "${missing_debian[@]}"
	tools_missing "$@" || missing "still missing after the" \
		"installation: $missing_text"
}

# An installation that was interrupted, ours or not, is in the way of the next.
# Uses $sudo and $log of the caller.
dpkg_finish()
{
	[[ -n $(dpkg --audit 2>/dev/null) ]] || return 0
	say "dpkg was interrupted: finishing what it was at" \
		"(dpkg --configure -a)"
	job "$log" "dpkg --configure -a" "${sudo[@]}" \
		env DEBIAN_FRONTEND=noninteractive dpkg --force-confdef \
		--force-confold --configure -a ||
		say "dpkg --configure -a failed ($log), going on all the same"
}

# Uses $sudo of the caller.
tools_install()
{
	local log=$cache/logs/apt.log may_gain_privileges=1
	local apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y
		-o DPkg::Lock::Timeout=300)

	: >"$log"
	dpkg_finish
	say "installing by apt-get: $*"
	job "$log" "apt-get update" "${apt[@]}" update ||
		say "apt-get update failed ($log), trying with what is known"
	job_must "$log" "apt-get install" "${apt[@]}" install \
		--no-install-recommends "$@"
}
