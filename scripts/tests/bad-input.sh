#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Bad input to run_ktstr.sh: one clear line, the right exit status (4 where
# something is missing, 1 where something is wrong), nothing half-written.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

# ---- kernels that will not do ----

# A folder as a build leaves it, of which each case spoils one thing.
built_kernel()
{
	mkdir -p built/arch/x86/boot
	fake_image built/arch/x86/boot/bzImage
	fake_vmlinux built/vmlinux
	cp "$top/ktstr.kconfig" built/.config
	image=$PWD/built/arch/x86/boot/bzImage
	export KTSTR_KERNEL=$PWD/built
}

good_kernel_passes()
{
	built_kernel
	front 0 "kernel: $PWD/built" kernel
}

no_kernel()
{
	KTSTR_KERNEL=$PWD/nowhere front 1 'nowhere: no kernel there; name' kernel
}

no_tree()
{
	KDIR=$PWD front 1 'no kernel tree there; name one' kernel
}

# No suite is built in it, but a kernel for one that is built.
old_tree()
{
	fake_tree tree
	sed -i -e 's/^VERSION = .*/VERSION = 6/' \
		-e 's/^PATCHLEVEL = .*/PATCHLEVEL = 12/' tree/Makefile
	KDIR=$PWD/tree front 1 \
		'tree: Linux 6.12.*, but the suite is built in 7.1 or newer' run
	[[ $(builds) = 0 ]] || fail "built before it looked"
	KDIR=$PWD/tree front 0 'kernel: ' kernel
}

source_of_two()
{
	fake_tree tree
	KDIR=$PWD/tree KTSTR_SOURCE=trixie/linux-source-6.12 \
		front 1 'both name a source; leave one unset' kernel
}

source_misspelt()
{
	KTSTR_SOURCE=linux-source-6.12 \
		front 1 'is not SUITE/PACKAGE, as in' kernel
}

kernel_without_option()
{
	built_kernel
	sed -i "/CONFIG_$1=/d" built/.config
	front 4 'cannot run the tests; merge ktstr.kconfig' kernel
	grep -q "CONFIG_$1 is not set (" stderr || fail "$1 is not named"
}

tree_without_option()
{
	fake_tree tree
	echo 'SCHED_CLASS_EXT' >tree/parts/deny
	KDIR=$PWD/tree front 4 'cannot run the tests' kernel
	grep -q 'CONFIG_SCHED_CLASS_EXT is not set (.*6.12' stderr ||
		fail "no hint"
	[[ $(builds) = 0 ]] || fail "built before it looked"
}

strict_devmem()
{
	built_kernel
	sed -i 's/CONFIG_STRICT_DEVMEM=n/CONFIG_STRICT_DEVMEM=y/' built/.config
	front 4 'cannot run the tests' kernel
	grep -q 'CONFIG_STRICT_DEVMEM is set' stderr || fail "not named"
}

vmlinux_without_btf()
{
	built_kernel
	fake_vmlinux built/vmlinux no-btf
	front 4 'vmlinux: no .BTF section; build with' kernel
}

vmlinux_missing()
{
	built_kernel
	rm built/vmlinux
	front 4 'vmlinux: missing; build it' kernel
}

vmlinux_is_no_elf()
{
	built_kernel
	echo nonsense >built/vmlinux
	front 1 'vmlinux: no ELF file with symbols' kernel
}

built_tree_without_btf()
{
	fake_tree tree
	fake_vmlinux tree/parts/elf no-btf
	KDIR=$PWD/tree front 4 'no .BTF section' kernel
	[[ -z $(ls cache/ktstr/kernels) ]] || fail "it was kept"
}

truncated_image()
{
	built_kernel
	truncate -s "$1" "$image"
	front 1 "$2" kernel
}

arm64_image()
{
	built_kernel
	head -c 65536 /dev/zero >"$image"
	patch_bytes "$image" 56 'ARM\x64'
	front 1 'no x86 bzImage' kernel
}

image_of_32_bit()
{
	built_kernel
	patch_bytes "$image" 566 '\x00\x00'
	front 1 'a 32-bit kernel' kernel
}

image_alone()
{
	built_kernel
	cp "$image" lone
	truncate -s 4000 lone
	KTSTR_KERNEL=$PWD/lone front 1 'lone: no x86 bzImage' kernel
}

# ---- tools ----

# All programs of this machine but those named.
path_without()
{
	local name

	mkdir bin
	(IFS=:; for name in $PATH; do
		find "$name" -maxdepth 1 \( -type f -o -type l \) -perm /111
	done) | xargs -d '\n' ln -s -t bin 2>/dev/null ||
		true	# names that are there twice
	for name in "$@"; do
		rm -f "bin/$name"
	done
	PATH=$PWD/bin
}

tool_missing()
{
	path_without pahole
	fake_tree tree
	KDIR=$PWD/tree front 4 'missing: pahole .*install.* pahole' \
		--no-install kernel
}

# As Debian 11 has it: kconfig offers no BTF then.
tool_too_old()
{
	path_without pahole
	printf '#!/bin/sh\necho v1.20\n' >bin/pahole
	chmod +x bin/pahole
	fake_tree tree
	KDIR=$PWD/tree front 4 \
		'missing: pahole >=1.22 .*; 1.20 is here, which is too old.*install' \
		--no-install kernel
}

# The kernel's make needs no gcc then.
llvm_without_gcc()
{
	command -v clang >/dev/null || skip "no clang here"
	fake_tree tree
	path_without gcc cc
	KDIR=$PWD/tree LLVM=1 front 0 'kernel: ' --no-install kernel
}

no_clang()
{
	path_without clang clang-{16,17,18,19,20,21,22}
	fake_tree tree
	KDIR=$PWD/tree CLANG='' front 4 'missing: clang >=16 .*BPF.*: apt-get install clang' \
		--no-install kernel
}

as_nobody()
{
	chmod 755 "$work" "$work/case"
	chown 65534 cache
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

tool_missing_without_root()
{
	((EUID == 0)) || skip "needs root"
	as_nobody test -r "$top/run_ktstr.sh" || skip "others cannot read $top"
	path_without pahole sudo
	as_nobody "$top/run_ktstr.sh" kernel 2>stderr && fail "it went on"
	cat stderr
	tail -n 1 stderr | grep -q 'missing: .*pahole.*as root: apt-get install' ||
		fail "what to install as root is not said"
}

# An apt-get that "installs" pahole, and a dpkg that was interrupted before.
fake_dpkg()
{
	((EUID == 0)) || skip "installs by itself as root only"
	path_without pahole apt-get dpkg
	cat >bin/dpkg <<'DPKG'
#!/bin/sh
echo "dpkg $*" >>calls
case "$*" in
*--audit*) cat audit ;;
*--configure*) exec cat fails ;;
esac
DPKG
	cat >bin/apt-get <<'APT'
#!/bin/sh
echo "apt-get $*" >>calls
case "$*" in *install*) printf '#!/bin/sh\necho v1.25\n' >bin/pahole; chmod +x bin/pahole ;; esac
APT
	chmod +x bin/dpkg bin/apt-get
	fake_tree tree
	touch calls fails
}

dpkg_was_interrupted()
{
	fake_dpkg
	echo 'The following packages are only half configured' >audit
	[[ -z $1 ]] || rm fails
	KDIR=$PWD/tree front 0 'kernel: ' kernel
	grep -q "dpkg was interrupted: finishing what it was at" stderr ||
		fail "it is not said"
	grep -q -e "$1" stderr || fail "/$1/ is not said"
	grep -v -e --audit calls | sed -e 's/ .*\(--configure\|update\|install\).*/ \1/' |
		tr '\n' ' ' | grep -x 'dpkg --configure apt-get update apt-get install ' ||
		fail "not in this order: $(cat calls)"
}

dpkg_was_not_interrupted()
{
	fake_dpkg
	: >audit
	KDIR=$PWD/tree front 0 'kernel: ' kernel
	! grep -e --configure calls || fail "there was nothing to finish"
	grep -q interrupted stderr && fail "it is said all the same"
	true
}

# ---- folders ----

cache_cannot_be_written()
{
	echo file >plain
	XDG_CACHE_HOME=$PWD/plain front 4 'plain/ktstr: cannot be written' kernel
}

no_home()
{
	unset XDG_CACHE_HOME
	HOME='' front 4 'HOME is not set; name a folder' kernel
}

small_cache()
{
	((EUID == 0)) || skip "needs root to mount a small disk"
	mount -t tmpfs -o "size=$1" tmpfs cache 2>/dev/null ||
		skip "cannot mount here"
	trap 'umount -l cache' EXIT
	fake_tree tree
}

disk_is_full_before()
{
	small_cache 20m
	KDIR=$PWD/tree front 4 'needs .* MB in .*, .* MB are free; free some' kernel
	[[ -z $(ls cache/ktstr/kernels) ]] || fail "it was kept"
}

# What asks how much room there is hears a lie, so that the disk fills up later.
lying_disk()
{
	cat >lie.c <<'LIE'
#include <string.h>
#include <sys/statvfs.h>
int statvfs(const char *path, struct statvfs *fs)
{
	(void)path;
	memset(fs, 0, sizeof(*fs));
	fs->f_frsize = 4096;
	fs->f_bavail = 1 << 30;
	return 0;
}
LIE
	gcc -shared -fPIC -o lie.so lie.c
	export LD_PRELOAD=$PWD/lie.so
}

disk_fills_while_building()
{
	small_cache 20m
	lying_disk
	echo "dd if=/dev/zero of=\$1/big bs=1M" >tree/parts/hook
	KDIR=$PWD/tree front 4 'the disk is full; free space in' kernel
	[[ -z $(ls cache/ktstr/kernels) ]] || fail "it was kept"
}

disk_fills_while_storing()
{
	small_cache 20m
	lying_disk
	head -c 12M /dev/urandom >>tree/parts/image
	KDIR=$PWD/tree front 4 'the disk is full; free space in' kernel
	nothing_left
	[[ -z $(ls cache/ktstr/kernels) ]] || fail "it was kept"
}

out_is_not_ours()
{
	mkdir out
	echo precious >out/file
	front 1 'out: is there, and not an output folder' clean
	[[ -s out/file ]] || fail "it was removed"
}

# ---- what a test says ----

# topology "N, L, C, T": compile a test that asks for it.
topology()
{
	echo "#include \"lib/common/topology.h\"
	const struct topology t = TOPOLOGY($1);" |
		gcc -std=gnu11 -fsyntax-only -I"$top" -x c - 2>stderr
}

topology_of_nothing()
{
	topology '1, 2, 2, 1' || fail "a machine is refused: $(cat stderr)"
	topology '0, 0, 0, 0' && fail "it is taken"
	grep 'TOPOLOGY(0, 0, 0, 0) is no machine' stderr
}

# ---- make, as in a tree ----

# making SENTENCE FOLDER [SETTING...]: make in there ends with one line.
making()
{
	local sentence=$1 dir=$2

	shift 2
	fake_tree tree
	mkdir -p "$dir"
	cp "$top/Makefile" "$dir"
	make -C "$dir" KSFT_SRC="$PWD/tree/tools/testing/selftests" \
		VMLINUX= OUTPUT="$PWD/o" "$@" >stdout 2>stderr && fail "it builds"
	cat stderr
	[[ $(grep -c . stderr) = 1 ]] ||
		[[ $(grep -vc '^Makefile:.*no vmlinux' stderr) = 1 ]] ||
		fail "not one line"
	grep -qF "$sentence" stderr || fail "not said"
}

# ---- arguments ----

usage()
{
	front 1 "$1.*--help" "${@:2}"
}

# Read, but not for people: what our parts tell each other.
inner_variables='
KTSTR_CHECK_BEGAN KTSTR_CHECK_CACHE KTSTR_CHECK_HERE KTSTR_CHECK_ID KTSTR_CHECK_KERNEL
KTSTR_CHECK_KVM KTSTR_CHECK_SELF KTSTR_CHECK_TMP KTSTR_CHECK_TREE KTSTR_CHECK_VMLINUX
KTSTR_TEST_CACHE KTSTR_TEST_DIR KTSTR_TEST_INSTALL KTSTR_TEST_KERNEL KTSTR_TEST_OUT KTSTR_TEST_TREE
KTSTR_AGAIN KTSTR_AGAIN_OPTIONS KTSTR_COMMIT KTSTR_OWNER_PID KTSTR_RESUME KTSTR_RUN_ID
KTSTR_COLOR KTSTR_EMULATED_HOST
KTSTR_AGAIN_ARGS KTSTR_AGAIN_TEST KTSTR_AGAIN_WHOLE KTSTR_BUILT_SCHEDULERS
KTSTR_READY_FILES KTSTR_READY_MACHINES KTSTR_RUN_KERNELS
KTSTR_CGROUP KTSTR_DURATION_MS KTSTR_GUEST KTSTR_PROBE_PID KTSTR_SCHED_PID
KTSTR_TOPOLOGY KTSTR_WIRE_FD
'

# What our scripts and programs read of the environment.
variables_read()
{
	{
		grep -rhoE '\$\{?(KTSTR_[A-Z_]+|KDIR|CLANG|CC|LLVM|XDG_CACHE_HOME)' \
			"$top"/run_ktstr.sh "$top"/scripts/*.sh \
			"$top"/vmm/emulated-host/*.sh
		grep -rhoE '(getenv\(|define ENV_[A-Z_]+\s+|[ (])"KTSTR_[A-Z_]+"' \
			--include='*.[ch]' "$top"/{lib,init,vmm}
	} | grep -oE '[A-Z_]{2,}"?$' | tr -d '"' | sort -u |
		grep -vxF -e "$(xargs -n 1 <<<"$inner_variables")"
}

# An option is a row: { "--verbose", "-v", take_verbose }.
options_taken()
{
	sed -nE 's/^\t\{ "(--[a-z-]+)", (NULL|"(-[a-z])"), take_.*/\1\n\3/p' \
		"$top/lib/host/front/front_command.c" | grep .
}

commands_taken()
{
	sed -n 's/^\t{ "\([a-z-]*\)", command_.*/\1/p' \
		"$top/lib/host/front/front_command.c"
	sed -n 's/^\trow([a-z_]*, "\([a-z-]*\)",.*/\1/p' \
		"$top/lib/host/cli/command.h" | grep -vx suite
}

help_is_complete()
{
	local kind word n

	"$top/run_ktstr.sh" --help >stdout
	for kind in commands_taken options_taken variables_read; do
		n=0
		for word in $($kind); do
			n=$((n + 1))
			grep -qE -e "^ (.*[^A-Za-z_-])?$word([^A-Za-z_-]|\$)" \
				stdout || fail "$word is not in --help"
		done
		((n >= 6)) || fail "only $n by $kind"
	done
}

ktap_begin
try bad_input.good_kernel_passes good_kernel_passes
try bad_input.no_kernel no_kernel
try bad_input.no_tree no_tree
for option in SCHED_CLASS_EXT DEBUG_INFO_BTF CPUSETS SERIAL_8250_CONSOLE \
	X86_MPPARSE SIGNALFD; do
	try "bad_input.kernel_without_$option" kernel_without_option $option
done
try bad_input.old_tree old_tree
try bad_input.source_of_two source_of_two
try bad_input.source_misspelt source_misspelt
try bad_input.tree_without_option tree_without_option
try bad_input.strict_devmem strict_devmem
try bad_input.vmlinux_without_btf vmlinux_without_btf
try bad_input.vmlinux_missing vmlinux_missing
try bad_input.vmlinux_is_no_elf vmlinux_is_no_elf
try bad_input.built_tree_without_btf built_tree_without_btf
try bad_input.image_empty truncated_image 0 'no x86 bzImage'
try bad_input.image_truncated truncated_image 6000 'cut short, 6000 of 7168'
try bad_input.arm64_image arm64_image
try bad_input.image_of_32_bit image_of_32_bit
try bad_input.image_alone image_alone
try bad_input.tool_missing tool_missing
try bad_input.tool_too_old tool_too_old
try bad_input.llvm_without_gcc llvm_without_gcc
try bad_input.no_clang no_clang
try bad_input.tool_missing_without_root tool_missing_without_root
try bad_input.dpkg_was_interrupted dpkg_was_interrupted ''
try bad_input.dpkg_cannot_be_helped dpkg_was_interrupted 'configure -a failed'
try bad_input.dpkg_was_not_interrupted dpkg_was_not_interrupted
try bad_input.cache_cannot_be_written cache_cannot_be_written
try bad_input.no_home no_home
try bad_input.disk_is_full_before disk_is_full_before
try bad_input.disk_fills_while_building disk_fills_while_building
try bad_input.disk_fills_while_storing disk_fills_while_storing
try bad_input.out_is_not_ours out_is_not_ours
try bad_input.topology_of_nothing topology_of_nothing
for what in 'blank: ' 'colon::' 'percent:%' 'quote:'"'"; do
	char=${what#*:} what=${what%%:*}
	say="make cannot build in a path with $char in it"
	[[ $what != blank ]] || say=${say/with  /with a blank}
	try "bad_input.make_in_folder_with_$what" making "$say" "a${char}b"
	try "bad_input.make_output_with_$what" making "$say" plain \
		OUTPUT="/tmp/a${char}b"
done
try bad_input.make_without_compiler making \
	'nosuch does not compile: install gcc, or name' plain CC=nosuch
try bad_input.command_unknown front 1 'frob: no such command' frob
try bad_input.option_unknown usage '--frob: no such option' --frob
try bad_input.kernel_argument usage 'kernel x: is nothing that kernel can do' kernel x
try bad_input.run_option_unknown front 1 '-x: no such option of run' run -x
try bad_input.run_without_name front 1 '-t needs a value: TEST' run -t
try bad_input.help_is_complete help_is_complete
ktap_end
