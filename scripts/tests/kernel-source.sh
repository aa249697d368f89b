#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel source that run_ktstr.sh gets from Debian: the newest that is new
# enough, whole or not at all. The apt in $PATH is ours and offers packages of
# a few files; all else is the real thing.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

# offer VERSION...: what the mirror has, as linux-source-X.Y of X.Y.Z-1.
offer()
{
	local version

	mkdir -p mirror bin
	for version; do
		make_package "linux-source-${version%.*}" "$version-1~bpo13+1"
	done
	cat >bin/apt-get <<'APT'
#!/bin/bash
# apt-get OPTION... update | download PACKAGE
echo "${@: -2}" >>"$MIRROR/../asked"
apt-config dump >"$MIRROR/../config"
if [[ -e $MIRROR/offline ]]; then
	echo "E: Could not resolve 'nowhere'"
	exit 100
fi
[[ ${*: -2:1} = download ]] || exit 0
deb=$(ls "$MIRROR/${*: -1}_"*.deb)
half=$(($(stat -c %s "$deb") / 2))
if [[ -e $MIRROR/slow ]]; then
	head -c "$half" "$deb" >"${deb##*/}"
	touch "$MIRROR/../downloading"
	sleep 300
elif [[ -e $MIRROR/cut ]]; then
	head -c "$half" "$deb" >"${deb##*/}"
elif [[ -e $MIRROR/gone ]]; then
	echo "E: Failed to fetch" >&2
	exit 100
else
	cp "$deb" .
fi
APT
	cat >bin/apt-cache <<'APT'
#!/bin/bash
# apt-cache OPTION... search PATTERN | show PACKAGE
for deb in "$MIRROR"/*.deb; do
	name=${deb##*/}
	case " $* " in
	*" search "*)
		[[ ! ${name%%_*} =~ ${*: -1} ]] ||
			echo "${name%%_*} - Linux kernel source" ;;
	*" show "*)
		[[ ${name%%_*} != "${*: -1}" ]] ||
			dpkg-deb -f "$deb" Package Version ;;
	esac
done
APT
	chmod +x bin/*
	export MIRROR=$PWD/mirror PATH=$PWD/bin:$PATH
}

# make_package NAME VERSION: its tree lies in a tar in the package, as Debian
# has it.
make_package()
{
	local root=package/$1

	fake_tree "package/tree/$1"
	mkdir -p "$root/usr/src" "$root/DEBIAN"
	tar -C package/tree -cJf "$root/usr/src/$1.tar.xz" "$1"
	printf '%s\n' "Package: $1" "Version: $2" 'Architecture: all' \
		'Maintainer: ktstr' 'Description: a test' >"$root/DEBIAN/control"
	dpkg-deb -b "$root" "mirror/$1_${2}_all.deb" >/dev/null
}

sources()
{
	ls cache/ktstr/sources 2>/dev/null || true
}

# sources_are NAME...: in the cache, no more and no less.
sources_are()
{
	[[ $(sources | xargs) = "$*" ]] ||
		fail "the cache holds $(sources | xargs), not $*"
}

newest_is_taken()
{
	offer 6.12.95 7.3.4 7.10.1 7.1.9
	front 0 'kernel: ' kernel
	sources_are 'linux-source-7.10_7.10.1-1~bpo13+1'
	[[ -s $(cat stdout)/bzImage ]] || fail "no kernel in $(cat stdout)"
}

second_run_asks_nobody()
{
	offer 7.3.4
	front 0 'kernel: ' kernel
	rm asked
	front 0 'kernel: ' kernel
	[[ ! -e asked ]] || fail "apt was asked: $(cat asked)"
	builds_are 1
}

update_gets_a_newer_one()
{
	offer 7.3.4
	front 0 'kernel: ' kernel
	offer 7.3.4 7.4.1
	front 0 'kernel: ' --update kernel
	sources_are 'linux-source-7.3_7.3.4-1~bpo13+1' \
		'linux-source-7.4_7.4.1-1~bpo13+1'
	builds_are 2
}

named_package_is_taken()
{
	offer 6.12.95 7.3.4
	export KTSTR_SOURCE=bookworm-backports/linux-source-6.12
	front 0 'kernel: ' kernel
	sources_are 'linux-source-6.12_6.12.95-1~bpo13+1'
}

too_old_is_refused()
{
	offer 6.12.95 7.0.12
	front 4 'of a Linux >= 7[.]1' kernel
	sources_are
}

# The package is not what it should be, or does not come.
bad_download()
{
	offer 7.3.4
	touch "mirror/$1"
	front 1 '  \| ' kernel
	sources_are
	rm "mirror/$1"
	front 0 'kernel: ' kernel
	sources_are 'linux-source-7.3_7.3.4-1~bpo13+1'
}

# Neither its hooks nor what the caller has for his own apt; but his proxy.
system_configuration_is_not_read()
{
	offer 7.3.4
	printf '%s\n' 'APT::Update::Pre-Invoke { "touch hooked"; };' \
		'Acquire::http::Proxy "http://proxy:3128";' >apt.conf
	APT_CONFIG=$PWD/apt.conf front 0 'kernel: ' kernel
	! grep -E 'hooked|^DPkg::(Pre|Post)-' config || fail "it is read"
	grep -F 'http://proxy:3128' config || fail "the proxy is not"
}

offline()
{
	offer 7.3.4
	touch mirror/offline
	front 4 "cannot be read from .* .E: Could not resolve 'nowhere'.; name a tree" kernel
	sources_are
}

# killed_download SIGNAL STATUS
killed_download()
{
	offer 7.3.4
	touch mirror/slow
	start kernel
	wait_for_file downloading
	kill "-$1" "$front_pid"
	end_status "$2"
	nothing_left
	sources_are
	rm mirror/slow
	front 0 'kernel: ' kernel
	sources_are 'linux-source-7.3_7.3.4-1~bpo13+1'
}

# ---- by what they are called ----

# A version, a series: the newest of it that there is, as it is built already.
version_is_taken()
{
	offer 6.12.95 7.3.4 7.10.1
	front 0 'kernel: ' kernel build 6.12
	sources_are 'linux-source-6.12_6.12.95-1~bpo13+1'
	[[ -s $(cat stdout)/bzImage ]] || fail "no kernel in $(cat stdout)"
	rm asked
	front 0 'kernel: ' kernel build 7.3.0
	[[ ! -e asked ]] || fail "apt was asked for one that is built"
	builds_are 1
	front 4 'offers no source of Linux 7[.]9; name' kernel build 7.9
	front 4 'offers no source of Linux 7[.]3[.]9; name' kernel build 7.3.9
}

# The source of the fake trees says 7.3.0, whatever the package is called.
series_of()
{
	sed -i -e "s/^VERSION = .*/VERSION = ${2%.*}/" \
		-e "s/^PATCHLEVEL = .*/PATCHLEVEL = ${2#*.}/" "$1/Makefile"
}

range_is_taken()
{
	local version

	offer 6.12.95 7.1.9 7.3.4
	for version in 6.12 7.1 7.3; do
		front 0 'kernel: ' kernel build "$version"
		rm -r cache/ktstr/kernels/*
		series_of "cache/ktstr/sources/linux-source-$version"_* "$version"
	done
	front 0 'kernel: ' kernel build 6.12..7.1
	[[ $(wc -l <stdout) = 2 ]] || fail "not two: $(cat stdout)"
	[[ $(sed -n 1p stdout) = *6.12.95* && $(sed -n 2p stdout) = *7.1.9* ]] ||
		fail "not in order: $(cat stdout)"
	builds_are 5
	# Offline the cache is what there is.
	touch mirror/offline
	front 0 'kernel: ' kernel build 6.12..7.3
	[[ $(wc -l <stdout) = 2 ]] || fail "not two: $(cat stdout)"
	grep -q 'so 6.12..7.3 are those that the cache has' stderr ||
		fail "it is not said"
	builds_are 5
}

source_only()
{
	offer 6.12.95 7.3.4
	front 0 'kernel source: ' kernel fetch 6.12
	[[ $(cat stdout) = */sources/linux-source-6.12_6.12.95-1~bpo13+1 ]] ||
		fail "$(cat stdout)"
	builds_are 0
}

# Each with a repository of its own, whose filters and hooks are not run.
repository()
{
	local git=(git -C linux -c user.name=t -c user.email=t@t)

	fake_tree linux
	"${git[@]}" init -q -b main
	"${git[@]}" add -fA
	"${git[@]}" commit -qm one
	"${git[@]}" tag v1
	series_of linux 7.4
	echo '* filter=f' >linux/.gitattributes
	"${git[@]}" add -fA
	"${git[@]}" commit -qm two
	"${git[@]}" config filter.f.smudge "touch $PWD/run; cat"
	"${git[@]}" config core.fsmonitor "touch $PWD/run"
	commit=$("${git[@]}" rev-parse HEAD)
}

commit_is_taken()
{
	local commit tag

	repository
	front 0 'kernel: ' kernel build "git+linux#v1"
	[[ $(cat stdout) = */7.3.0-fake-* ]] || fail "not the tag: $(cat stdout)"
	front 0 'kernel: ' kernel build "git+linux#main"
	[[ $(cat stdout) = */7.4.0-fake-* ]] || fail "not the branch: $(cat stdout)"
	grep -q "\"commit\": \"$commit\"" "$(cat stdout)/metadata.json" ||
		fail "the commit is not kept"
	tag=$(git -C linux rev-parse 'v1^{commit}')
	# shellcheck disable=SC2046 # two words
	sources_are $(printf '%s\n' "git-${commit:0:12}" "git-${tag:0:12}" | sort)
	builds_are 2
	rm -rf linux
	[[ ! -e run ]] || fail "the repository's programs were run"
}

# Of another machine, as far as git is concerned.
commit_of_a_remote()
{
	local commit

	repository
	front 0 'kernel: ' kernel build "git+file://$PWD/linux#$commit"
	[[ $(cat stdout) = */7.4.0-fake-* ]] || fail "$(cat stdout)"
	sources_are "git-${commit:0:12}"
	rm -rf linux
	front 0 'from the cache' kernel build "git+file:///nowhere#$commit"
	front 1 '  \| ' kernel build "git+file:///nowhere#main"
	front 1 'neither a repository nor a ref' kernel build \
		"git+--upload-pack=touch run#main"
	front 1 '  \| ' kernel build "git+ext::touch run#main"
	[[ ! -e run ]] || fail "it was run"
}

no_commit()
{
	local commit

	repository
	front 4 'linux#v9: git finds no such commit there' \
		kernel build "git+linux#v9"
	sources_are
	git -C linux rm -qr --cached kernel
	git -C linux -c user.name=t -c user.email=t@t commit -qm three
	front 1 'there is no kernel tree in it' kernel build "git+linux#main"
	sources_are
}

# The first is not built for the sake of the second.
wrong_name()
{
	fake_tree tree
	front 1 'nowhere: no kernel there; name' kernel build tree nowhere
	front 1 'is no range of versions' kernel build tree 7.3..
	front 1 'nowhere: is no source|nowhere: no kernel tree' \
		kernel fetch nowhere
	builds_are 0
	front 0 'kernel: ' kernel build tree
	builds_are 1
	front 0 'kernel: ' kernel build "$(basename "$(cat stdout)")"
	builds_are 1
}

ktap_begin
try kernel_source.newest_is_taken newest_is_taken
try kernel_source.second_run_asks_nobody second_run_asks_nobody
try kernel_source.update_gets_a_newer_one update_gets_a_newer_one
try kernel_source.named_package_is_taken named_package_is_taken
try kernel_source.too_old_is_refused too_old_is_refused
try kernel_source.cut_download_is_not_kept bad_download cut
try kernel_source.failed_download_is_told bad_download gone
try kernel_source.interrupted_download killed_download INT 130
try kernel_source.killed_download killed_download KILL 137
try kernel_source.system_configuration_is_not_read system_configuration_is_not_read
try kernel_source.offline_is_told offline
try kernel_source.version_is_taken version_is_taken
try kernel_source.range_is_taken range_is_taken
try kernel_source.source_only source_only
try kernel_source.commit_is_taken commit_is_taken
try kernel_source.commit_of_a_remote commit_of_a_remote
try kernel_source.no_commit no_commit
try kernel_source.wrong_name wrong_name
ktap_end
