# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The kernel under test: configured, built and kept in the cache. Sourced by
# run_ktstr.sh after source.sh, whose tree, source_id and source_state it uses.
#
#	kernels/KEY/	bzImage vmlinux config metadata.json; made elsewhere
#			and renamed into place, never changed afterwards
#	build/ID/	objects of one tree, kept so that a change of it rebuilds
#			quickly; never read but by make, so an interrupted
#			build leaves nothing that anyone could take for whole
#	sources/copy-ID/ of a tree that was configured in place, its source
#
# KEY has the state of the source, of the configuration and of the toolchain:
# a change of any builds anew, and nothing else does.

kernels_kept=6

# option | value | what for, and what to do about it; "want" is said, no more
kernel_needs='
64BIT			| y | the VM is an x86-64 machine
SMP			| y | the VM has several CPUs
X86_MPPARSE		| y | a VM of one node names its CPUs in an MP table
BLK_DEV_INITRD		| y | the root is an initramfs
DEVTMPFS		| y | /dev of the VM
TMPFS			| y | /tmp of the VM
PROC_FS			| y | /proc of the VM
SIGNALFD		| y | init hears of its children by it
FUTEX			| y | workers wait for each other by it
SYSFS			| y | /sys of the VM
SERIAL_8250_CONSOLE	| y | the console
DEVMEM			| y | the result ring is mapped through /dev/mem
STRICT_DEVMEM		| n | the result ring lies above RAM
CGROUPS			| y | scenarios run in cgroups
CPUSETS			| y | scenarios use cpusets
CGROUP_SCHED		| y | scenarios use the cpu controller
FAIR_GROUP_SCHED	| y | scenarios use the cpu controller
BPF_SYSCALL		| y | sched_ext schedulers are BPF programs
BPF_JIT			| y | sched_ext needs it
SCHED_CLASS_EXT		| y | the subject: needs Linux 6.12 or newer, and DEBUG_INFO_BTF
DEBUG_INFO_BTF		| y | types for schedulers and monitor: needs pahole (package pahole or dwarves)
KALLSYMS_ALL		| y | the monitor looks up data symbols
FTRACE			| want | the crash probes
DYNAMIC_FTRACE		| want | the crash probes
KPROBE_EVENTS		| want | the crash probes
BPF_EVENTS		| want | the crash probes
'

# kernel_config_check FILE [want]: one line for each option that is not as
# needed, or as wanted.
kernel_config_check()
{
	local must=${2:-y} option value why

	while IFS='|' read -r option value why; do
		read -r option <<<"$option"
		read -r value <<<"$value"
		read -r why <<<"$why"
		[[ -n $option ]] || continue
		if grep -q "^CONFIG_$option=y" "$1"; then
			[[ $value = n && $must = y ]] || continue
			echo "CONFIG_$option is set ($why)"
		elif [[ $value = "$must" ]]; then
			echo "CONFIG_$option is not set ($why)"
		fi
	done <<<"$kernel_needs"
}

# kernel_config_must FILE: or name all that is missing, and end.
kernel_config_must()
{
	local missing line

	while read -r line; do
		say "$1: $line: without it there is less to tell"
	done < <(kernel_config_check "$1" want)
	missing=$(kernel_config_check "$1")
	[[ -n $missing ]] || return 0
	while read -r line; do
		say "$1: $line"
	done <<<"$missing"
	missing "$1: this kernel cannot run the tests;" \
		"merge ktstr.kconfig into its configuration and build it again"
}

# kernel_config_dropped FRAGMENT CONFIG: a line for each option that the one asks
# for and the other, which came of it, has not.
kernel_config_dropped()
{
	awk '
	/^CONFIG_[A-Za-z0-9_]+=/ {
		name = substr($0, 1, index($0, "=") - 1)
		value = substr($0, index($0, "=") + 1)
	}
	/^# CONFIG_[A-Za-z0-9_]+ is not set/ { name = $2; value = "n" }
	name == "" { next }
	FILENAME == ARGV[1] {
		if (!(name in want))
			order[++n] = name
		want[name] = value
	}
	FILENAME != ARGV[1] { has[name] = value }
	{ name = "" }
	END {
		for (i = 1; i <= n; i++) {
			name = order[i]
			got = name in has ? has[name] : "n"
			if (got != want[name])
				print name "=" want[name] " became " got
		}
	}' "$1" "$2"
}

# What the user has asked for must not vanish without a word.
kernel_config_asked()
{
	local line

	[[ -n ${KTSTR_CONFIG:-} ]] || return 0
	while read -r line; do
		say "KTSTR_CONFIG=$KTSTR_CONFIG: $line: kconfig has dropped it;" \
			"what it depends on may be missing in the fragment," \
			"the compiler or pahole"
	done < <(kernel_config_dropped "$KTSTR_CONFIG" "$1")
}

# vmlinux_must FILE: types and symbols, not just a name.
vmlinux_must()
{
	local sections

	sections=$(readelf -SW "$1" 2>/dev/null) || sections=
	[[ $sections = *' .symtab '* ]] || wrong "$1: no ELF file" \
		"with symbols; build the kernel again"
	[[ $sections = *' .BTF '* ]] || missing "$1: no .BTF section;" \
		"build with CONFIG_DEBUG_INFO_BTF=y and pahole installed"
}

# bytes_at FILE OFFSET LENGTH: as one little-endian number.
bytes_at()
{
	od -An -v -j "$2" -N "$3" -t "u$3" --endian=little "$1" | tr -d ' '
}

# image_must FILE: whole, and for this machine.
image_must()
{
	local size need

	size=$(stat -L -c %s "$1")
	if ((size < 4096)) || [[ $(bytes_at "$1" 0x202 4) != 1400005704 ]]; then
		wrong "$1: no x86 bzImage; name one, or a build folder"
	fi
	((($(bytes_at "$1" 0x236 2) & 1) == 1)) ||
		wrong "$1: a 32-bit kernel; build one with CONFIG_64BIT=y"
	need=$((($(bytes_at "$1" 0x1f1 1) + 1) * 512 +
		$(bytes_at "$1" 0x1f4 4) * 16))
	((size >= need)) || wrong "$1: cut short, $size of $need" \
		"bytes; build or copy it again"
}

# ---- a kernel that the user named ----

# kernel_find NAME: a build folder, a folder of the cache, its key, an image.
kernel_find()
{
	local name=$1 dir

	for dir in "$name" "$cache/kernels/$name"; do
		if [[ -f $dir/arch/x86/boot/bzImage ]]; then
			kernel_image=$dir/arch/x86/boot/bzImage
			kernel_config=$dir/.config
		elif [[ -f $dir/bzImage ]]; then
			kernel_image=$dir/bzImage
			kernel_config=$dir/config
		else
			continue
		fi
		kernel=$(cd "$dir" && pwd -P)
		vmlinux=$dir/vmlinux
		break
	done
	if [[ -z ${kernel:-} && -f $name ]]; then
		kernel=$(realpath "$name")
		kernel_image=$kernel vmlinux='' kernel_config=''
	fi
	[[ -n ${kernel:-} ]]
}

# kernel_named NAME: it is there, and good for tests.
kernel_named()
{
	kernel_find "$1" || wrong "KTSTR_KERNEL=$1: no kernel there"
	image_must "$kernel_image"
	if [[ -f $kernel_config ]]; then
		kernel_config_must "$kernel_config"
	fi
	if [[ -n $vmlinux ]]; then
		[[ -f $vmlinux ]] || missing "$vmlinux: missing;" \
			"build it beside the image: make vmlinux"
		vmlinux_must "$vmlinux"
	fi
	say "kernel: $kernel"
}

# ---- keys ----

toolchain()
{
	local tool

	for tool in "${CC:-gcc}" ld pahole; do
		# shellcheck disable=SC2086 # "ccache gcc" are two words
		$tool --version 2>/dev/null | sed -n 1p || true
	done
	[[ -z ${LLVM:-} ]] || { echo "LLVM=$LLVM"; clang --version; }
}

# Our fragment, and behind it the user's, which has the last word.
config_fragment()
{
	cat "$here/ktstr.kconfig"
	[[ -z ${KTSTR_CONFIG:-} ]] || cat "$KTSTR_CONFIG"
}

# What goes into .config, before kconfig looks at it.
config_input()
{
	config_fragment
	[[ -z ${use_config:-} ]] || cat "$tree/.config"
}

# O= is refused for such a tree.
tree_is_configured()
{
	[[ -f $tree/.config || -d $tree/include/config ||
	   -d $tree/arch/x86/include/generated ]]
}

# What was built in the tree itself will do: as we want it, and up to date.
tree_build_is_fit()
{
	local image=$tree/arch/x86/boot/bzImage newest built

	[[ -f $tree/.config && -f $image && -f $tree/vmlinux &&
	   ! $tree/.config -nt $tree/vmlinux &&
	   ! $tree/vmlinux -nt $image ]] || return 1
	[[ -z $(kernel_config_check "$tree/.config") ]] || return 1
	newest=$(source_files | (cd "$tree" && xargs -0r stat -c %Y -- \
		2>/dev/null) | sort -n | tail -n 1)
	built=$(stat -c %Y "$tree/vmlinux")
	((newest <= built))
}

kernel_key()
{
	local version state

	version=$(tree_version)-
	state=${source_state//[^A-Za-z0-9.+~-]/_}
	version=${version#"${state%%-*}-"}	# Debian's state begins with it
	if [[ -n $own_build ]]; then
		printf '%s%s-own-k%s\n' "$version" "$state" \
			"$(hash_stdin 8 <"$tree/.config")"
		return
	fi
	printf '%s%s-k%s-t%s\n' "$version" "$state" \
		"$(config_input | hash_stdin 8)" "$(toolchain | hash_stdin 8)"
}

# ---- the cache ----

entry_is_whole()
{
	local name bytes

	[[ -f $1/config && -f $1/metadata.json ]] || return 1
	for name in bzImage vmlinux; do
		bytes=$(sed -n "s/^.*\"${name}_bytes\": \([0-9]*\).*/\1/p" \
			"$1/metadata.json")
		[[ $(stat -c %s "$1/$name" 2>/dev/null) = "$bytes" ]] || return 1
	done
}

json()
{
	local text=${2//\\/\\\\}

	printf '  "%s": "%s",\n' "$1" "${text//\"/\\\"}"
}

entry_metadata()
{
	echo '{'
	json key "$key"
	json version "$(tree_version)"
	json source "$source_kind"
	json tree "$tree"
	json state "$source_state"
	if [[ $source_kind = git ]]; then
		json commit "$(tree_git rev-parse HEAD)"
	fi
	# shellcheck disable=SC2046 # "ccache gcc" are two words
	json compiler "$($(compiler) --version | sed -n 1p)"
	json linker "$(ld --version | sed -n 1p)"
	json pahole "$(pahole --version)"
	json built "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
	printf '  "build_s": %d,\n' "$1"
	printf '  "bzImage_bytes": %d,\n' "$(stat -c %s "$2/bzImage")"
	printf '  "vmlinux_bytes": %d\n}\n' "$(stat -c %s "$2/vmlinux")"
}

# entry_store BUILD SECONDS: from a finished build folder into the cache.
entry_store()
{
	local build=$1 new log=$cache/logs/store.log

	rm -rf "$cache"/kernels/.new.*	# of killed runs: we have the lock
	new=$cache/kernels/.new.$BASHPID
	remove_at_end "$new"		# first: we may be gone at any moment
	mkdir "$new"
	: >"$log"
	job_must "$log" "keeping the kernel" cp --reflink=auto \
		"$build/arch/x86/boot/bzImage" "$build/vmlinux" "$new/"
	job_must "$log" "keeping the kernel" cp "$build/.config" "$new/config"
	entry_metadata "$2" "$new" >"$new/metadata.json" ||
		missing "$new/metadata.json: cannot be written; is the disk full?"
	rm -rf "$kernel"		# one that was not whole
	mv -T "$new" "$kernel"
}

# The oldest entries go, but for those that a run holds.
kernels_prune()
{
	local dir fd

	for dir in $(cd "$cache/kernels" &&
		     find . -mindepth 1 -maxdepth 1 -type d -not -name '.*' \
			-printf '%T@ %f\n' | sort -rn |
		     tail -n +$((kernels_kept + 1)) | cut -d' ' -f2); do
		exec {fd}>"$cache/locks/use-$dir"
		if flock -n "$fd"; then
			rm -rf "${cache:?}/kernels/$dir" "$cache/locks/use-$dir"
		fi
		exec {fd}>&-
	done
}

# ---- building ----

# Where to build from: the tree, or a copy of its source where O= is refused.
build_source_prepare()
{
	local copy=$cache/sources/copy-$source_id list

	build_source=$tree
	tree_is_configured || return 0
	say "$tree was configured in place: building from a copy of its source"
	need_space "$cache" 5000 "a copy of $tree and its build"
	build_source=$copy
	mkdir -p "$copy"
	list=$copy.files
	source_files >"$list"
	: >"$build_log"
	job_must "$build_log" "copying the source" rsync -a --from0 \
		--files-from="$list" --ignore-missing-args "$tree/" "$copy/"
	# What the tree no longer has goes.
	{
		cd "$tree"
		xargs -0r stat --printf='%n\0' -- <"$list" 2>/dev/null || true
	} | LC_ALL=C sort -z >"$list.now"
	(cd "$copy" && find . -not -type d -printf '%P\0') | LC_ALL=C sort -z |
		LC_ALL=C comm -z -23 - "$list.now" |
		(cd "$copy" && xargs -0r rm -f --)
}

kernel_configure()
{
	local fragment=$build/ktstr.kconfig

	config_fragment >"$fragment"
	if [[ -n $use_config ]]; then
		[[ -f $tree/.config ]] || missing "$tree/.config:" \
			"missing, and --use-config asks for it"
		tools_must "$tools_config"
		job_must "$build_log" "merging the configuration" \
			"$build_source/scripts/kconfig/merge_config.sh" -m \
			-O "$build" "$tree/.config" "$fragment"
		job_must "$build_log" "configuring" "${make_kernel[@]}" olddefconfig
	else
		job_must "$build_log" "configuring" "${make_kernel[@]}" \
			KCONFIG_ALLCONFIG="$fragment" allnoconfig
	fi
	kernel_config_must "$build/.config"
}

kernel_build()
{
	local text now begin

	clock
	begin=$now
	build=$cache/build/$source_id${use_config:+-config}
	[[ -z ${KTSTR_CONFIG:-} ]] ||
		build+=-$(hash_stdin 8 <"$KTSTR_CONFIG")
	build_log=$cache/logs/build-$source_id.log
	: >"$build_log"
	build_source_prepare
	[[ -d $build ]] || need_space "$cache" 3000 "a kernel build"
	mkdir -p "$build"
	make_kernel=(env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u O -u OUTPUT
		-u V -u KBUILD_OUTPUT -u KBUILD_EXTMOD -u INSTALL_PATH
		make -C "$build_source" O="$build" ARCH=x86_64
		${LLVM:+LLVM="$LLVM"} ${CC:+CC="$CC"})
	kernel_configure
	text="building Linux $(tree_version)"
	say "$text, 6 to 40 minutes of CPU time; log: $build_log"
	job_must "$build_log" "$text" "${make_kernel[@]}" \
		"-j$jobs_of_make" bzImage vmlinux
	image_must "$build/arch/x86/boot/bzImage"
	vmlinux_must "$build/vmlinux"
	clock
	build_seconds=$((now - begin))
	say "$text took $build_seconds s"
}

# Leaves kernel, vmlinux. Needs no network and no compiler on a cache hit.
kernel_ensure()
{
	local key own_build='' build build_log build_source build_seconds=0
	local make_kernel

	source_find
	if [[ -z ${use_config}${KTSTR_CONFIG:-} ]] && tree_is_configured && tree_build_is_fit; then
		own_build=1
	fi
	key=$(kernel_key)
	kernel=$cache/kernels/$key
	vmlinux=$kernel/vmlinux
	if entry_is_whole "$kernel"; then
		kernel_hold "$key"
		kernel_config_asked "$kernel/config"
		say "kernel: $key, from the cache"
		return
	fi
	lock_take "build-$source_id"
	if ! entry_is_whole "$kernel"; then	# nobody made it while we waited
		if [[ -n $own_build ]]; then
			build=$tree
			image_must "$tree/arch/x86/boot/bzImage"
			vmlinux_must "$tree/vmlinux"
		else
			kernel_build
		fi
		kernel_state_must_be "$key"
		lock_take store
		entry_store "$build" "$build_seconds"
		kernels_prune
		lock_drop store
	fi
	kernel_hold "$key"
	lock_drop "build-$source_id"
	kernel_config_asked "$kernel/config"
	say "kernel: $key"
}

# A tree that was edited during the build is not what its key says.
kernel_state_must_be()
{
	[[ $source_kind != debian ]] || return 0
	source_state=$("source_state_$source_kind")
	[[ $(kernel_key) = "$1" ]] || wrong "$tree: changed while it" \
		"was built; run this again"
}

# Keep kernels_prune of others off it while we run.
kernel_hold()
{
	exec {use_fd}>"$cache/locks/use-$1"
	flock -s "$use_fd"
	touch -c "$cache/kernels/$1"
}
