#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Makes memory images of real guests for the monitor's unit tests: boots a
# kernel under QEMU's TCG, lets the guest write down what it says about itself,
# dumps its memory, and lets it write all that down again. Whatever did not
# change in between must be what the monitor reads from the image.
#
#   mon-image.sh NAME...	make these images (mon-image.sh -l lists them)
#   mon-image.sh -d		print the folder that they go to
#
# Environment:
#   KTSTR_KERNEL	kernel folder: vmlinux, and the bzImage beside it (as in
#			the cache) or in arch/x86/boot (as in a build)
#   KTSTR_MON_BIN	folder with scx_simple, bpftool and, for "stall",
#			scx_ktstr; default: the build's output folder
#   QEMU		command; default qemu-system-x86_64. The qemu in the cache's
#			emulated-host/current-* does as well
#
# Each image is NAME.core (ELF, with the registers of the CPUs), NAME.before and
# NAME.after (text, a "==== file" line before each part), NAME.console.
set -euo pipefail

# name: CPUs, memory, -cpu, kernel command line with commas for blanks,
# scheduler and its arguments.
# The guest of an image "stall*" is dumped while the scheduler starves it, that
# of "hang*" once it has not said a word for a while. With maxcpus= the guest
# brings up the other CPUs itself: while a kernel boots, each CPU has its ticks,
# and 252 of them leave an emulated machine no time for anything else. Without
# MTRRs and PAT the kernel does not stop all CPUs for each new one, and without
# HPET they do not all wait for one clock.
images='
l4-nokaslr	sockets=1,cores=2,threads=2	512	max,la57=off	nokaslr		scx_simple
l4-kaslr	sockets=1,cores=2,threads=2	512	max,la57=off	-		scx_simple
l5-kaslr	sockets=1,cores=2,threads=2	512	max,la57=on	-		scx_simple
l5-nokaslr	sockets=1,cores=1,threads=2	512	max,la57=on	nokaslr		scx_simple
eevdf		sockets=2,cores=2,threads=1	512	max,la57=off	-		-
stall		sockets=1,cores=4,threads=1	512	max,la57=off	-		scx_ktstr -f stall -a 8000 -t 30000
cpus8		sockets=1,cores=4,threads=2	512	max,la57=off	-		scx_simple
cpus64		sockets=2,cores=16,threads=2	1536	max,la57=off	-		scx_simple
hang64		sockets=2,cores=16,threads=2	1536	max,la57=off	-		scx_ktstr -f hang -a 60000
cpus252		sockets=2,cores=63,threads=2	4096	max,la57=off,mtrr=off,pat=off	maxcpus=4,hpet=disable,tsc=reliable,lpj=4000000,nowatchdog	scx_simple
'

die()
{
	echo "mon-image.sh: $*" >&2
	exit 1
}

: "${KTSTR_KERNEL:?name the folder of a kernel build (vmlinux, bzImage)}"
: "${QEMU:=qemu-system-x86_64}"
[ -f "$KTSTR_KERNEL/vmlinux" ] || die "$KTSTR_KERNEL: no vmlinux there"
bzimage=$KTSTR_KERNEL/arch/x86/boot/bzImage
[ -f "$bzimage" ] || bzimage=$KTSTR_KERNEL/bzImage
[ -f "$bzimage" ] ||
	die "$KTSTR_KERNEL: no bzImage there, nor in arch/x86/boot; build the kernel first"
id=$(readelf -n "$KTSTR_KERNEL/vmlinux" 2>/dev/null |
	sed -n 's/.*Build ID: //p' | head -1)
[ -n "$id" ] || die "$KTSTR_KERNEL/vmlinux: has no build id"
# The version changes with what these scripts make; mon_image.h has it, too.
dir=${XDG_CACHE_HOME:-$HOME/.cache}/ktstr/images/$id.2

case ${1:-} in
-l)	awk 'NF { print $1 }' <<< "$images"; exit ;;
-d)	echo "$dir"; exit ;;
"")	die "which image? -l lists them" ;;
esac
command -v "${QEMU%% *}" > /dev/null || die "$QEMU: not found; install qemu-system-x86"
[ -x /bin/busybox ] || die "no /bin/busybox; install busybox-static"
mkdir -p "$dir"
work=$(mktemp -d "$dir/.work.XXXXXX")
qemu_pid=
cleanup()
{
	[ -z "$qemu_pid" ] || kill -9 "$qemu_pid" 2> /dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

# A program, and what it is linked to.
add_program()
{
	local from=$1 root=$2 lib

	cp -L "$from" "$root/bin/"
	ldd "$from" 2> /dev/null | grep -o '/[^ ]*' | while read -r lib; do
		mkdir -p "$root$(dirname "$lib")"
		cp -Ln "$lib" "$root$lib" || true
	done
}

find_program()
{
	local d

	for d in ${KTSTR_MON_BIN:+"$KTSTR_MON_BIN"} \
		${OUTPUT:+"$OUTPUT" "$OUTPUT/sched_ext/build/sbin"}; do
		[ ! -x "$d/$1" ] || { echo "$d/$1"; return; }
	done
	command -v "$1"
}

make_initramfs()
{
	local root=$work/root sched=$1 p

	rm -rf "$root"
	mkdir -p "$root"/{bin,proc,sys,dev,tmp}
	cp /bin/busybox "$root/bin/"
	p=$(find_program bpftool) || p=
	# (-q would end ldd by SIGPIPE, which pipefail takes for an answer.)
	if [ -z "$p" ] || ldd "$p" | grep libLLVM > /dev/null; then
		echo "mon-image.sh: no bpftool that was built with SKIP_LLVM=1: BPF maps will not be compared" >&2
	else
		add_program "$p" "$root"
	fi
	if [ "$sched" != - ]; then
		p=$(find_program "${sched%% *}") ||
			die "${sched%% *}: not found; name its folder by KTSTR_MON_BIN"
		add_program "$p" "$root"
	fi
	cp "$(dirname "$0")/mon-image-init.sh" "$root/init"
	chmod +x "$root/init"
	[ "$sched" = - ] || echo "$sched" > "$root/scheduler"
	[ "$2" != hang ] || : > "$root/hang"
	if [ "$2" = stall ]; then
		: > "$root/stall"
		# Its children starve under its name before they can run sleep.
		printf '#!/bin/busybox sh\nwhile :; do /bin/busybox usleep 50000; done\n' \
			> "$root/bin/victim"
		chmod +x "$root/bin/victim"
	fi
	(cd "$root" && find . | cpio -o -H newc 2> /dev/null) > "$work/initrd"
}

# wait_for FILE PATTERN SECONDS
wait_for()
{
	local i

	for ((i = 0; i < $3 * 10; i++)); do
		! grep -qs "$2" "$1" || return 0
		kill -0 "$qemu_pid" 2> /dev/null || return 1
		sleep 0.1
	done
	return 1
}

# wait_for_silence FILE SECONDS LIMIT: nothing was added for so long
wait_for_silence()
{
	local i size=-1 new since=0

	for ((i = 0; i < $3; i++)); do
		new=$(stat -c %s "$1")
		[ "$new" = "$size" ] || since=$i
		size=$new
		[ $((i - since)) -lt "$2" ] || return 0
		sleep 1
	done
	return 1
}

# Many vCPUs on few CPUs, each a thread of QEMU's, wait for each other's locks
# longer than they work: 64 got ready in 250 s by turns, by threads not in 700.
tcg_threads()
{
	local sockets cores threads

	[[ $1 =~ ^sockets=([0-9]+),cores=([0-9]+),threads=([0-9]+)$ ]] ||
		die "$1: not what -smp is here"
	sockets=${BASH_REMATCH[1]} cores=${BASH_REMATCH[2]}
	threads=${BASH_REMATCH[3]}
	((sockets * cores * threads > 16)) && echo single || echo multi
}

make_image()
{
	local name=$1 smp=$2 mem=$3 cpu=$4 cmdline=$5 sched=$6
	local said=$work/said console=$work/console limit=${LIMIT:-700}

	[ "$cmdline" != - ] || cmdline=
	cmdline=${cmdline//,/ }
	[[ $cmdline = *maxcpus=* ]] || cmdline="sched_verbose $cmdline"
	make_initramfs "$sched" "${name%%[0-9]*}"
	rm -f "$said" "$work/monitor"
	mkfifo "$work/monitor"
	$QEMU -accel "tcg,thread=$(tcg_threads "$smp")" -cpu "$cpu" -smp "$smp" -m "$mem" \
		-nodefaults -display none -no-reboot \
		-serial "file:$console" -serial "file:$said" -monitor stdio \
		-kernel "$bzimage" -initrd "$work/initrd" \
		-append "console=ttyS0 quiet panic=-1 cpuhp.parallel=0 schedstats=enable $cmdline" \
		< "$work/monitor" > "$work/qemu.log" 2>&1 &
	qemu_pid=$!
	exec 3> "$work/monitor"
	wait_for "$said" '^READY' "$limit" ||
		die "$name: the guest did not get ready: $(tail -3 "$console")"
	if [ "${name%%[0-9]*}" = hang ]; then
		wait_for "$said" '^tick' "$limit" &&
			wait_for_silence "$said" 30 "$limit" ||
			die "$name: the guest does not hang"
		echo DONE >> "$said"
	else
		# Who has said so is still on its way to where it sleeps.
		sleep 1
	fi
	# These are obeyed one after the other; the guest's clock stands still.
	printf 'stop\ndump-guest-memory %s\ncont\n' "$work/core" >&3
	wait_for "$said" '^DONE' "$limit" ||
		die "$name: the guest did not finish: $(tail -3 "$console")"
	echo quit >&3
	exec 3>&-
	wait "$qemu_pid" || true
	qemu_pid=
	[ -s "$work/core" ] || die "$name: no dump: $(tail -2 "$work/qemu.log")"
	fallocate -d "$work/core" 2> /dev/null || true
	tr -d '\r' < "$said" > "$work/text"
	sed '/^READY/,$d' "$work/text" > "$dir/$name.before"
	sed '1,/^READY/d; /^DONE/,$d' "$work/text" > "$dir/$name.after"
	mv "$console" "$dir/$name.console"
	mv "$work/core" "$dir/$name.core"
	echo "$dir/$name.core"
}

for want; do
	found=
	while read -r name smp mem cpu cmdline sched; do
		[ "$name" = "$want" ] || continue
		found=1
		make_image "$name" "$smp" "$mem" "$cpu" "$cmdline" "$sched" < /dev/null
	done <<< "$images"
	[ -n "$found" ] || die "$want: no such image; -l lists them"
done
