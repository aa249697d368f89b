#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# house.sh [FOLDER]: hold the sources there, ours without one, to the tables of
# who may include whom. A line for each include that may not be, and for each file
# of an archive or struct whose name another one has; exit status 1 when there is
# one. `make house` runs it, and so does the stage `style` of check.
set -euo pipefail

# A room is a folder with *.[ch]. It may include its own files, and what stands
# behind it: ROOM, ROOM/ with all below it, or a single FILE. A row for a file
# adds to what its room may.
rooms='
lib/common/util		|
lib/common/wire		| lib/common/util
lib/common/check	| lib/common/util lib/common/wire lib/common/quantity.h
lib/common/payload	| lib/common/util lib/common/quantity.h
lib/common/attr		| lib/common lib/common/util lib/common/check lib/common/payload lib/common/wire
lib/common/scx		| lib/common lib/common/util
lib/common/probe	| lib/common/util lib/common/scx bpf/probe.h
lib/common		| lib/common/util
lib/guest/work		| lib/common/
lib/guest/probe		| lib/common/ bpf/probe.h
lib/guest/bpf		| lib/common/
lib/guest/payload	| lib/common/
lib/guest/scenario	| lib/common/ lib/guest/work lib/guest/bpf lib/guest/payload
lib/guest/text		| lib/common/ lib/guest/work lib/guest/scenario
lib/guest/catalogue	| lib/common/ lib/guest/work lib/guest/scenario
lib/bare		| lib/common/ lib/guest/scenario lib/guest/work
lib/host/machine	| lib/common/ vmm
lib/host/machine/emulated-host-main.c | vmm/emulated-host
lib/host/machine/vms.c	| vmm vmm/emulated-host
lib/host/machine/settings.c | vmm/emulated-host
lib/host/monitor/vmlinux | lib/common/
lib/host/monitor/guest	| lib/common/ lib/host/monitor/vmlinux
lib/host/monitor/guest/x86 | lib/common/ lib/host/monitor/vmlinux lib/host/monitor/guest
lib/host/monitor/read	| lib/common/ lib/host/monitor/vmlinux lib/host/monitor/guest
lib/host/monitor/judge	| lib/common/ lib/host/machine lib/host/monitor/
lib/host/run		| lib/common/ lib/host/machine lib/host/monitor/ vmm
lib/host/report		| lib/common/ lib/host/machine lib/host/monitor/ lib/host/run vmm
lib/host/repro		| lib/common/ lib/host/machine lib/host/monitor/ lib/host/run lib/host/report vmm
lib/host/export		| lib/common/ lib/host/machine lib/host/run vmm
lib/host/suite		| lib/common/
lib/host/kernel		| lib/common/util
lib/host/results	| lib/common/ lib/host/machine lib/host/report
lib/host/state		| lib/common/ lib/host/machine lib/host/report
lib/host/stages		| lib/common/ lib/host/machine
lib/host/gauntlet	| lib/common/
lib/host/bisect		| lib/common/
lib/host/cli		| lib/common/ lib/host/kernel lib/host/machine lib/host/report lib/host/results lib/host/export lib/host/stages lib/host/state lib/host/suite lib/host/gauntlet lib/host/bisect
lib/host/front		| lib/common lib/common/util lib/host/kernel lib/host/cli
lib/test		| lib/common/ lib/guest/ lib/bare lib/host/machine lib/host/monitor/judge lib/host/run lib/host/export lib/host/report lib/host/repro vmm vmm/emulated-host
lib			| lib/common/ lib/guest/ lib/test
vmm			| lib/common/
vmm/vmm.h		| vmm/x86/machine.h vmm/virtio/set.h
vmm/virtio		| lib/common/ vmm
vmm/x86			| lib/common/ vmm vmm/virtio
vmm/emulated-host	| lib/common/ vmm
init			| lib/common/ lib/guest/
init/probe		| lib/common/ lib/guest/ init bpf
bpf			|
kselftest		| lib lib/common/ lib/guest/ bpf
kselftest/ready.c	| lib/bare lib/test
kselftest/ops.c		| lib/bare
kselftest/monitor.c	| lib/host/monitor/ lib/host/run
kselftest/monitor_compare.h | lib/host/monitor/ lib/host/run
kselftest/knobs.c	| lib/host/run
kselftest/places.c	| lib/host/run
kselftest/plants.c	| lib/host/run
kselftest/wakes.c	| lib/host/run
kselftest/repro.c	| lib/host/repro
kselftest/unit		| lib/ vmm/ init bpf kselftest
kselftest/bench		| lib/common/ lib/guest/work lib/host/ vmm kselftest/unit
'

# Headers that are not ours, by how their name begins or ends, and the rooms that
# know what is behind them. The C library's, and others that no row is for,
# belong to all.
headers='
kselftest_harness.h	| lib kselftest/unit
vmlinux.h		| bpf
*.skel.h		| bpf init/probe
scx/			| bpf
linux/kvm.h		| vmm vmm/virtio vmm/x86 lib/guest/work kselftest/unit
bpf/			| lib/common lib/common/scx lib/guest/probe lib/guest/bpf bpf init/probe lib/host/monitor/ lib/host/repro kselftest kselftest/unit
libelf.h		| lib/host/monitor/vmlinux
gelf.h			| lib/host/monitor/vmlinux lib/host/repro kselftest/unit
elfutils/		| lib/host/repro
dwarf.h			| lib/host/repro
json-c/			| lib/guest/payload lib/guest/text lib/host/report lib/host/results lib/host/state lib/host/cli kselftest/unit
sqlite3.h		| lib/host/results kselftest/unit
pcre2.h			| lib/common/check
zlib.h			| lib/host/monitor/vmlinux lib/host/export kselftest/unit
zstd.h			|
'

cd "${1:-$(dirname "$0")/..}"
# What a build may have left beside them is not ours.
mapfile -t files < <(find . \( -path ./out -o -path ./obj -o -path ./sched_ext \
	-o -path ./unit -o -path ./fuzz -o -path ./bench -o -path ./.git \) -prune \
	-o -type f -name '*.[ch]' -print | sed -e 's,^\./,,' | sort)
((${#files[@]} > 0)) || { echo "$PWD: there are no sources"; exit 1; }

exec awk -v rooms="$rooms" -v headers="$headers" '
function wrong(text)
{
	print text
	status = 1
}

function folder(path)
{
	return path ~ /\// ? substr(path, 1, match(path, /\/[^\/]*$/) - 1) : "."
}

# A path without "." and ".."
function plain(path,	n, parts, i, out)
{
	n = split(path, parts, "/")
	out = ""
	for (i = 1; i <= n; i++) {
		if (parts[i] == "." || parts[i] == "")
			continue
		if (parts[i] == "..")
			out = out ~ /\// ? folder(out) : ""
		else
			out = out (out == "" ? "" : "/") parts[i]
	}
	return out
}

function names(list, room, file,	n, words, i)
{
	n = split(list, words, " ")
	for (i = 1; i <= n; i++)
		if (words[i] == room || words[i] == file ||
		    (words[i] ~ /\/$/ && index(room "/", words[i]) == 1))
			return 1
	return 0
}

function table(text, may, order,	n, rows, i, at, key)
{
	n = split(text, rows, "\n")
	for (i = 1; i <= n; i++) {
		at = index(rows[i], "|")
		if (!at)
			continue
		key = substr(rows[i], 1, at - 1)
		gsub(/[ \t]/, "", key)
		may[key] = substr(rows[i], at + 1)
		order[++order[0]] = key
	}
}

# Each word of the table names something that is there.
function table_is_true(	i, j, n, words, word)
{
	for (i = 1; i <= order[0]; i++) {
		n = split(order[i] " " may[order[i]], words, " ")
		for (j = 1; j <= n; j++) {
			word = words[j]
			if (!(word in ours) && !(word in is_room) &&
			    !(word ~ /\/$/ && below[word]))
				wrong("the table of rooms: no " word)
		}
	}
	for (word in is_room)
		if (!(word in may))
			wrong(word ": no row in the table of rooms")
}

# Which of our files is it? The compiler looks beside the file, then from the top,
# then in lib.
function find(name, quoted,	path)
{
	path = plain(folder(FILENAME) "/" name)
	if (quoted && path in ours)
		return path
	path = plain(name)
	if (path in ours)
		return path
	path = plain("lib/" name)
	return path in ours ? path : ""
}

function judge_ours(name, quoted, path,	room)
{
	room = folder(FILENAME)
	if (!quoted || (path != name && name ~ /\//))
		wrong(FILENAME " includes " name ": is to be written as \"" \
		      path "\"")
	else if (folder(path) != room &&
	    !names(may[room] " " may[FILENAME], folder(path), path))
		wrong(FILENAME " includes " path ", which is not for " \
		      (room in may ? room : FILENAME))
}

function judge_other(name, quoted,	i, row, len, known)
{
	for (i = 1; i <= header_order[0]; i++) {
		row = header_order[i]
		if (row ~ /^\*/) {
			len = length(row) - 1
			if (substr(name, length(name) - len + 1) != \
			    substr(row, 2))
				continue
		} else if (index(name, row) != 1) {
			continue
		}
		known = 1
		if (!names(header_may[row], folder(FILENAME), FILENAME))
			wrong(FILENAME " includes " name \
			      ", which is not for " folder(FILENAME))
	}
	if (quoted && !known)
		wrong(FILENAME " includes \"" name "\", which is not there")
}

BEGIN {
	table(rooms, may, order)
	table(headers, header_may, header_order)
	for (i = 1; i < ARGC; i++) {
		ours[ARGV[i]] = 1
		for (room = folder(ARGV[i]); ; room = folder(room)) {
			below[room "/"] = 1
			if (room !~ /\//)
				break
		}
		is_room[folder(ARGV[i])] = 1
	}
	table_is_true()
}

/^[ \t]*(#|%:)[ \t]*(include|import)/ {
	if ($0 !~ /^#include ("[^"<>]+"|<[^"<>]+>)[ \t]*(\/[\/*].*)?$/) {
		wrong(FILENAME ": not as an include is written here: " $0)
		next
	}
	quoted = $0 ~ /^#include "/
	name = $0
	sub(/^#include ["<]/, "", name)
	sub(/[">].*/, "", name)
	path = find(name, quoted)
	if (path != "")
		judge_ours(name, quoted, path)
	else
		judge_other(name, quoted)
}

# Not those of tests, each of which is a program of its own.
/^[ \t]*(static )?(const )?struct [a-z0-9_]+ \{$/ && FILENAME !~ /^kselftest/ {
	name = $0
	sub(/ \{$/, "", name)
	sub(/.*struct /, "", name)
	if (name in struct_of)
		wrong(FILENAME ": struct " name " is one of " struct_of[name])
	struct_of[name] = FILENAME
}

/^int main\(/ { is_program[FILENAME] = 1 }

# Objects of one archive must not have one name.
function archive(path)
{
	if (path in is_program || path !~ /^(lib|vmm)\/.*\.c$/)
		return ""
	return path ~ /^lib\/(common|guest)\// ? substr(path, 1, 10) : "host"
}

function names_differ(	i, path, name)
{
	for (i = 1; i < ARGC; i++) {
		path = ARGV[i]
		if (archive(path) == "")
			continue
		name = path
		sub(/.*\//, "", name)
		name = archive(path) " " name
		if (name in file_of)
			wrong(path " has the name of " file_of[name])
		file_of[name] = path
	}
}

END {
	names_differ()
	exit status
}
' "${files[@]}"
