#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
#
# PID 1 of the guests whose memory mon-image.sh dumps. Writes to the second
# serial port what the kernel says of itself, before and after the dump.

B=/bin/busybox
$B mount -t devtmpfs dev /dev
$B mount -t proc proc /proc
$B mount -t sysfs sys /sys
$B mount -t tmpfs tmp /tmp
$B mount -t debugfs debug /sys/kernel/debug
$B mount -t cgroup2 cgroup /sys/fs/cgroup
$B stty raw < /dev/ttyS1
exec > /dev/ttyS0 2>&1

# collect FOLDER: first to memory, so that as little as possible happens
# between the readings
collect()
{
	$B mkdir "$1"
	$B cat /proc/schedstat > "$1/schedstat"
	for f in state switch_all root/ops root/events; do
		$B cat "/sys/kernel/sched_ext/$f" \
			> "$1/scx_$($B basename $f)" 2> /dev/null
	done
	$B cat /sys/kernel/debug/sched/debug > "$1/sched_debug"
	# Files of a line each, thousands of them on a large machine
	$B grep -rs "" /sys/kernel/debug/sched/domains |
		$B sed 's/:/ /' > "$1/domains"
	[ -n "$many" ] && return
	for p in /proc/[0-9]*/task/[0-9]*; do
		$B sed -n '/^Name:/h; /^State:/H; /^Pid:/H;
			/^Cpus_allowed:/{H;g;s/\n/ /gp}' "$p/status"
	done > "$1/tasks" 2> /dev/null
	for p in /proc/[0-9]*/task/[0-9]*; do
		echo "stack $($B basename "$p") $($B tr '\n' ' ' < "$p/stack")"
	done > "$1/stacks" 2> /dev/null
	if [ -x /bin/bpftool ]; then
		bpftool -j map show > "$1/maps"
		bpftool -j prog show > "$1/progs"
		for m in $($B grep -o '"id":[0-9]*' "$1/maps" |
			   $B cut -d: -f2 | $B sort -un); do
			echo "map $m $(bpftool -j map dump id "$m" 2> /dev/null)"
		done > "$1/map_dumps"
	fi
	# What bpftool does not tell: verified_insns
	for f in /proc/"$sched_pid"/fdinfo/*; do
		$B grep -q '^prog_id' "$f" &&
			echo "fdinfo $($B sed 's/:[[:space:]]*/=/' "$f" | $B tr '\n' ' ')"
	done > "$1/fdinfo" 2> /dev/null
}

say()
{
	for f in "$1"/*; do
		echo "==== $($B basename "$f")"
		$B cat "$f"
	done > /dev/ttyS1
}

start_scheduler()
{
	read -r sched < /scheduler
	$sched > /dev/ttyS0 2>&1 &
	sched_pid=$!
	while :; do
		[ "$($B cat /sys/kernel/sched_ext/state)" = enabled ] && return
		$B usleep 100000
	done
}

# Busy loops and sleepers on all CPUs, so that there is something to count
make_history()
{
	n=$($B nproc)
	while [ $((n = n > 16 ? 15 : n - 1)) -ge 0 ]; do
		( j=0; while [ $j -lt 3000 ]; do j=$((j + 1)); done
		  for j in 1 2 3 4 5; do $B usleep 20000; done ) &
		pids="$pids $!"
	done
	# shellcheck disable=SC2086
	wait $pids
}

# Maps of the kinds that the scheduler has none of
make_maps()
{
	[ -x /bin/bpftool ] || return
	$B mount -t bpf bpf /sys/fs/bpf
	for t in hash lru_hash percpu_hash percpu_array; do
		key="key 8" keys="1 2 3 4 5 6 7"
		[ "$t" = percpu_array ] && key="key 4" keys="0 1 2 3"
		# shellcheck disable=SC2086 # a list of bytes
		bpftool map create "/sys/fs/bpf/$t" type "$t" $key value 16 \
			entries 64 name "kt_$t"
		for k in $keys; do
			kb="$k 0 0 0"
			[ "$t" = percpu_array ] || kb="$kb 0 0 0 $k"
			# shellcheck disable=SC2086
			bpftool map update pinned "/sys/fs/bpf/$t" key $kb \
				value "$k" 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
		done
	done
}

# Everything that still happens is to happen on CPU 0.
be_quiet()
{
	[ -n "$many" ] && { $B sleep 1; return; }
	for t in /proc/[0-9]*/task/[0-9]*; do
		$B taskset -p 1 "$($B basename "$t")"
	done > /dev/null 2>&1
	$B sleep 1
}

# Sleep without a process, which might never run; a child's end wakes us early
doze()
{
	IFS=. read -r now _ < /proc/uptime
	end=$((now + $1))
	while [ "$now" -lt "$end" ]; do
		# shellcheck disable=SC3045
		read -r -t 1 _ <> /tmp/fifo
		IFS=. read -r now _ < /proc/uptime
	done
}

# The scheduler is about to let all tasks starve but PID 1: from here on only
# what the shell can do on its own. The kernel's own dump goes to the trace.
stall()
{
	$B mkfifo /tmp/fifo
	$B mount -t tracefs tracing /sys/kernel/tracing
	echo 1 > /sys/kernel/tracing/events/sched_ext/sched_ext_dump/enable
	/bin/victim > /dev/null &
	$B taskset 2 /bin/victim > /dev/null &
	$B taskset c /bin/victim > /dev/null &
	# No child starves in place of this one, so it has a stack in any case.
	$B tail -f -s 1 /init > /dev/null &
	echo VICTIMS > /dev/ttyS1
	doze 12
	echo D > /proc/sysrq-trigger
	echo "==== stat" > /dev/ttyS1
	for t in /proc/[0-9]*/task/[0-9]*; do
		read -r line < "$t/stat" && echo "$line" > /dev/ttyS1
	done
	echo READY > /dev/ttyS1
	doze 4
	while IFS= read -r line; do
		echo "$line"
	done < /sys/kernel/tracing/trace > /dev/ttyS1
	echo DONE > /dev/ttyS1
	doze 1000
}

# The scheduler is about to hang a CPU: talk until nothing goes on.
hang()
{
	echo READY > /dev/ttyS1
	while :; do
		$B usleep 100000
		echo tick > /dev/ttyS1
	done
}

# CPUs that maxcpus= has left out, now that those without work have no ticks
for c in /sys/devices/system/cpu/cpu[0-9]*/online; do
	read -r online < "$c"
	[ "$online" = 1 ] || { echo 1 > "$c"; late=1; }
done
# Each CPU builds the domains anew, and would tell of them.
[ -n "$late" ] && echo Y > /sys/kernel/debug/sched/verbose

# A machine so large is emulated too slowly for a look at each task.
[ "$($B nproc)" -gt 64 ] && many=1
[ -f /scheduler ] && start_scheduler
[ -f /stall ] && stall
[ -f /hang ] && hang
make_maps
make_history
be_quiet
collect /tmp/before
say /tmp/before
# The host dumps our memory while we sleep.
echo READY > /dev/ttyS1
$B sleep 5
collect /tmp/after
say /tmp/after
echo DONE > /dev/ttyS1
$B sleep 1000
