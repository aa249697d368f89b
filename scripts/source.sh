# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Which kernel source is tested, and what state it is in. Sourced by
# run_ktstr.sh. Never writes into a tree that is not ours.
#
# Afterwards: tree is its folder, source_kind debian, git or folder, source_id
# names it for as long as it lives, source_state changes with its content.

# The suite is built in no older tree: the harness is another one there.
tree_oldest=7.1
# The newest package of that suite, unless KTSTR_SOURCE names SUITE/PACKAGE.
debian_suite=trixie-backports
debian_oldest=$tree_oldest
debian_package='linux-source-[0-9]+[.][0-9]+'
debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

is_kernel_tree()
{
	[[ -f $1/Makefile && -f $1/Kconfig && -d $1/kernel/sched &&
	   -f $1/tools/testing/selftests/lib.mk ]]
}

# The tree that this checkout is in, also when it is in there by a link.
tree_around()
{
	local dir

	for dir in "$here" "${PWD}" "${invoked_as%/*}"; do
		[[ $dir = */tools/testing/selftests/ktstr ]] || continue
		dir=${dir%/tools/testing/selftests/ktstr}
		is_kernel_tree "$dir" || continue
		echo "$dir"
		return
	done
	return 1
}

source_find()
{
	if [[ -n ${KTSTR_SOURCE:-} ]]; then
		source_named
		return
	elif [[ -n ${KDIR:-} ]]; then
		tree=$KDIR
	elif tree=$(tree_around); then
		tree_real
	else
		source_from_debian
		return
	fi
	tree_must_be_new
	source_id=$(tree_id)
	if tree_is_git; then
		source_kind=git
	else
		source_kind=folder
	fi
	source_state=$("source_state_$source_kind")
	source_say "$tree"
}

# It may be found several times in a run, and is said once.
source_say()
{
	[[ ${source_said:-} = "$*" ]] || say "kernel source: $*"
	source_said=$*
}

# What make is told.
tree_real()
{
	local real

	folder_real "$tree"
	tree=$real
	text_must "the kernel tree: " "$tree"
	path_for_make "the kernel tree: " "$tree" "move it, or name one by KDIR="
}

tree_version()
{
	sed -n -e '1,8s/^\(VERSION\|PATCHLEVEL\|SUBLEVEL\|EXTRAVERSION\) *= *//p' \
		"$tree/Makefile" | tr '\n' . | sed -e 's/\.*$//' -e 's/\.-/-/'
}

tree_must_be_new()
{
	local version

	version=$(tree_version)
	[[ $(printf '%s\n' "$tree_oldest" "$version" | sort -V |
	     sed -n 1p) = "$tree_oldest" ]] || wrong "$tree: Linux $version," \
		"but the suite is built in $tree_oldest or newer; one that is" \
		"built runs on older kernels:" \
		"KTSTR_KERNEL=FOLDER out/install/run_kselftest.sh"
}

# KTSTR_SOURCE: a package of Debian's other than the newest.
source_named()
{
	debian_suite=${KTSTR_SOURCE%/*}
	debian_package=${KTSTR_SOURCE#*/} debian_oldest=0
	source_from_debian
	tree_must_be_new
}

# A name for the tree that the cache can use.
tree_id()
{
	if [[ $tree = "$cache"/sources/* ]]; then
		basename "$tree"
	else
		printf 'tree-%s\n' "$(printf '%s' "$tree" | hash_stdin 8)"
	fi
}

# ---- state of a tree ----

tree_git()
{
	git_in "$tree" "$@"
}

tree_is_git()
{
	[[ $(tree_git rev-parse --show-toplevel 2>/dev/null) = "$tree" ]] &&
		tree_git rev-parse -q --verify HEAD >/dev/null 2>&1
}

# Neither tests nor documents go into the kernel. Pathspecs for git.
source_pathspec=(. ':!Documentation' ':!tools/testing')

source_state_git()
{
	{
		tree_git ls-tree HEAD ./ tools/ |
			grep -vP '\t(Documentation|tools|tools/testing)$'
		tree_git diff HEAD --binary --no-ext-diff --no-textconv -- \
			"${source_pathspec[@]}"
		tree_git ls-files -z -o --exclude-standard -- \
			"${source_pathspec[@]}" |
			(cd "$tree" && xargs -0r sha256sum --)
	} | hash_stdin
}

source_state_folder()
{
	source_files | (cd "$tree" && xargs -0r stat -c '%n %s %y %f' --) |
		LC_ALL=C sort | hash_stdin
}

# What is source rather than a product of a build in the tree, by NULs.
source_files()
{
	local empty=$cache/tmp/empty.git

	if tree_is_git; then
		tree_git ls-files -z -co --exclude-standard -- \
			"${source_pathspec[@]}"
		return
	fi
	if [[ ! -d $empty ]]; then
		git_quiet "$cache/tmp" init -q --bare --template= \
			"$empty.$BASHPID"
		mv -T "$empty.$BASHPID" "$empty" 2>/dev/null ||
			rm -rf "$empty.$BASHPID"	# someone was faster
	fi
	# Debian's .gitignore names everything at the top: take that back,
	# and leave out what builds put there.
	git_quiet "$tree" -c core.bare=false --git-dir="$empty" \
		--work-tree="$tree" ls-files -z -o --exclude-per-directory=.gitignore \
		-x '!/*' -x '/.*' -x '/vmlinux*' -x '/*.[aos]' -x '/*.order' \
		-x '/System.map' -x '/*.symvers' -x '/modules.builtin*' -- \
		"${source_pathspec[@]}"
}

# ---- Debian's source package ----

# Unpacked ones lie in sources/linux-source-X.Y_VERSION; newest first. One that
# was named is not the newest, however often it is unpacked.
debian_unpacked()
{
	local dir

	for dir in "$cache"/sources/linux-source-*_*; do
		if [[ ${dir##*/} =~ ^${debian_package}_ ]] &&
		   dpkg --compare-versions "${dir##*_}" ge "$debian_oldest" &&
		   is_kernel_tree "$dir"; then
			printf '%s\n' "${dir##*/}"
		fi
	done | sort -t_ -k2,2 -rV
}

source_from_debian()
{
	local name

	name=$(debian_unpacked | head -n 1)
	if [[ -z $name || -n ${update:-} ]]; then
		tools_must "$tools_run" "$tools_fetch"
		lock_take source
		debian_fetch
		lock_drop source
		name=$(debian_unpacked | head -n 1)
	fi
	tree=$cache/sources/$name
	source_kind=debian source_id=$name source_state=${name#*_}
	source_say "$name (Debian $debian_suite)"
}

# All that this system uses, a line each.
debian_mirrors()
{
	{
		cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null ||
			true
	} | sed -n -e 's/^URIs: *\([^ ]*\).*/\1/p' \
		-e 's/^deb \(\[[^]]*\] \)\?\([^ ]*\) .*/\2/p' |
		grep '/debian/\?$'
}

# An apt of our own: of the system's its mirror, keys, proxies and certificates
# are read, no hooks and pins; nothing is written. Leaves mirror, and APT_CONFIG
# for as long as its caller has it: options on the command line come too late
# to keep apt from reading the rest.
debian_apt_init()
{
	local dir=$1

	mirror=$(debian_mirrors) || missing "no kernel tree, and no" \
		"Debian mirror in /etc/apt to get one from; name a tree by KDIR="
	[[ -r $debian_keyring ]] || missing "no kernel tree, and no" \
		"$debian_keyring to check a download; name a tree by KDIR="
	mirror=${mirror%%$'\n'*}
	mkdir -p "$dir"/{lists/partial,cache/archives/partial,conf.d}
	{
		printf 'Dir::Etc::Main "/dev/null";\nDir::Etc::Parts "%s";\n' \
			"$dir/conf.d"
		apt-config dump | grep -i -E '^Acquire::[^ ]*(proxy|CaInfo|CaPath|Verify|SslCert|SslKey)' ||
			true
	} >"$dir/apt.conf"
	APT_CONFIG=$dir/apt.conf
	: >"$dir/status"
	echo "deb [signed-by=$debian_keyring] $mirror $debian_suite main" \
		>"$dir/sources.list"
	apt_options=(-q
		-o Dir::Etc::SourceList="$dir/sources.list"
		-o Dir::Etc::SourceParts=/dev/null
		-o Dir::Etc::Preferences=/dev/null
		-o Dir::Etc::PreferencesParts=/dev/null
		-o Dir::State::Lists="$dir/lists"
		-o Dir::State::status="$dir/status"
		-o Dir::Cache="$dir/cache"
		-o APT::Sandbox::User=root
		-o APT::Update::Error-Mode=any
		-o Acquire::Retries=3)
}

# "linux-source-7.3 7.3.4-1~bpo13+1" of the newest that is new enough.
debian_newest()
{
	local package version

	apt-cache "${apt_options[@]}" search --names-only \
		"^$debian_package\$" | cut -d' ' -f1 |
	while read -r package; do
		version=$(apt-cache "${apt_options[@]}" show --no-all-versions \
			"$package" | sed -n 's/^Version: //p')
		printf '%s %s\n' "$package" "$version"
	done | sort -k2,2 -rV | while read -r package version; do
		if dpkg --compare-versions "$version" ge "$debian_oldest"; then
			printf '%s %s\n' "$package" "$version"
		fi
	done
}

debian_fetch()
{
	local work log=$cache/logs/source.log package version mirror
	local -x APT_CONFIG=${APT_CONFIG:-}

	rm -rf "$cache"/tmp/source.*	# of runs that were killed: we have the lock
	work=$cache/tmp/source.$BASHPID
	remove_at_end "$work"		# first: we may be gone at any moment
	mkdir "$work"
	debian_apt_init "$work/apt"
	: >"$log"
	job "$log" "reading the package list of Debian $debian_suite" \
		apt-get "${apt_options[@]}" update ||
		missing "the package list of Debian $debian_suite cannot be" \
		"read from $mirror ($(grep -m 1 '^[EW]:' "$log" ||
			tail -n 1 "$log")); name a tree by KDIR="
	read -r package version <<<"$(debian_newest)"	# the first line
	[[ -n $version ]] || missing "Debian $debian_suite offers" \
		"no $debian_package of a Linux >= $debian_oldest; name a" \
		"tree by KDIR="
	if is_kernel_tree "$cache/sources/${package}_$version"; then
		say "$package $version is the newest"
		return
	fi

	need_space "$cache" 6000 "a kernel's source and build"
	mkdir "$work/deb" "$work/tree"
	# shellcheck disable=SC2016
	job_must "$log" "downloading $package $version" \
		bash -c 'cd "$1" && shift && exec "$@"' - "$work/deb" \
		apt-get "${apt_options[@]}" download "$package"
	# shellcheck disable=SC2016
	job_must "$log" "unpacking $package" bash -o pipefail -c '
		dpkg-deb --fsys-tarfile "$1"/*.deb |
		tar -xO --wildcards "./usr/src/linux-source-*.tar.xz" |
		tar -xJ --strip-components=1 -C "$2"' - "$work/deb" "$work/tree"
	is_kernel_tree "$work/tree" || wrong "$package $version:" \
		"no kernel tree in it; see $log"
	mv -T "$work/tree" "$cache/sources/${package}_$version"
	rm -rf "$work"
}
