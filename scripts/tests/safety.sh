#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What run_ktstr.sh must never do, whoever else uses this machine: run another
# user's programs, remove what is not its own, hand on what it was given.
# KTSTR_TEST_INSTALL names an installed suite, whose programs are started too.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"
install=${KTSTR_TEST_INSTALL:?names an installed suite}/ktstr

# ---- what is started ----

# A build that notes what it was started with.
noting_tree()
{
	fake_tree tree
	cat >tree/parts/hook <<HOOK
grep NoNewPrivs: /proc/self/status >$PWD/noted
echo "umask \$(umask), core \$(ulimit -c) \$(ulimit -H -c)" >>$PWD/noted
for fd in /proc/\$\$/fd/*; do readlink \$fd || true; done >$PWD/descriptors
HOOK
	export KDIR=$PWD/tree
}

jobs_have_no_more_than_they_need()
{
	noting_tree
	umask 000
	front 0 'kernel: ' kernel 7</etc/passwd 8> >(cat)
	cat noted descriptors
	grep -qE 'NoNewPrivs:\s*1$' noted || fail "it may gain privileges"
	grep -qE 'umask 0*022,' noted || fail "others may write what it makes"
	grep -q 'core 0 0$' noted || fail "it leaves core files"
	# It has its script and the notes open; the lock is of what make fills.
	! grep -vE -e '^/dev/null$' -e '/logs/build-' -e '/locks/build-' \
		-e '/parts/hook$' -e '/descriptors$' descriptors || fail "a descriptor too many"
}

# A stricter umask stays.
strict_umask_stays()
{
	noting_tree
	umask 077
	front 0 'kernel: ' kernel
	grep -qE 'umask 0*077,' noted || fail "$(cat noted)"
}

# closed REDIRECTION...: as cron and daemons may start it.
closed()
{
	local status=0

	fake_tree tree
	export KDIR=$PWD/tree
	echo "touch $PWD/built" >tree/parts/hook
	eval "timeout 60 $top/run_ktstr.sh kernel $*" || status=$?
	[[ $status = 0 && -e built ]] || fail "exit status $status"
}

# opens PROGRAM: it has had 0 and 1 closed, and has them open again.
opens()
{
	local i fd

	for ((i = 0; i < 100; i++)); do
		fd=$(readlink /proc/$!/exe /proc/$!/fd/0 /proc/$!/fd/1) || true
		[[ $fd != "$1"$'\n/dev/null\n/dev/null' ]] || return 0
		sleep 0.1
	done
	fail "it has open: $(ls -l /proc/$!/fd)"
}

# program_closed STATUS PROGRAM [ARG]: one that only complains, into a pipe that
# is full, so that it can be looked at. What it opens next cannot be its stdout.
program_closed()
{
	local want=$1 program status=0 fd

	program=$(realpath "$install/$2")
	mkfifo full
	exec {fd}<>full
	dd if=/dev/zero of=full bs=4096 oflag=nonblock 2>/dev/null || true
	"$program" "${@:3}" <&- >&- 2>full {fd}>&- &
	opens "$program"
	timeout 60 cat <full >said {fd}>&- &
	wait_for_file said
	exec {fd}>&-
	wait %1 || status=$?
	wait
	[[ $status = "$want" ]] || fail "exit status $status, not $want"
	grep -qa . said || fail "it has said nothing"
}

# ---- time ----

# The wall clock of a process, three hours later as soon as there is a file.
jumping_clock()
{
	cat >clock.c <<CLOCK
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static long jump(void)
{
	return access("$PWD/jump", F_OK) ? 0 : 3 * 3600;
}
int gettimeofday(struct timeval *tv, void *tz)
{
	int ret = syscall(SYS_gettimeofday, tv, tz);
	if (!ret && tv)
		tv->tv_sec += jump();
	return ret;
}
time_t time(time_t *t)
{
	struct timeval tv;
	gettimeofday(&tv, 0);
	if (t)
		*t = tv.tv_sec;
	return tv.tv_sec;
}
CLOCK
	gcc -shared -fPIC -o clock.so clock.c
}

limits_mind_no_wall_clock()
{
	local i

	fake_tree tree
	jumping_clock
	mkdir -p cache/ktstr/locks
	touch cache/ktstr/.ktstr-cache
	export KDIR=$PWD/tree
	# The lock that the run wants, as ktree.c names the tree.
	exec {lock}>"cache/ktstr/locks/build-tree-$(printf '%s' "$PWD/tree" |
		sha256sum | cut -c 1-8)"
	flock "$lock"
	LD_PRELOAD=$PWD/clock.so "$top/run_ktstr.sh" kernel >stdout 2>stderr \
		</dev/null {lock}>&- &
	front_pid=$!
	for ((i = 0; i < 600; i++)); do
		! grep -q 'waiting for it' stderr || break
		sleep 0.1
	done
	touch jump
	sleep 2
	kill -0 "$front_pid" || fail "the clock ended it: $(cat stderr)"
	exec {lock}>&-
	end_status 0
	builds_are 1
}

# ---- the cache ----

refused()
{
	local before

	before=$(find cache | sort)
	KDIR=$PWD/tree front 1 "$@"
	[[ $(find cache | sort) = "$before" ]] || fail "it was changed"
}

# Somebody's own folder that happens to have the name.
folder_of_the_same_name()
{
	fake_tree tree
	mkdir -p cache/ktstr/src
	echo precious >cache/ktstr/src/file
	refused 'is there, and not a cache of ktstr .it holds src.; name' kernel
	refused 'is there, and not a cache of ktstr .it holds src.; name' \
		clean --cache
}

cache_that_is_a_link()
{
	fake_tree tree
	mkdir other
	ln -s ../other cache/ktstr
	KDIR=$PWD/tree front 0 'kernel: ' kernel
	refused 'is a link, and nothing was removed; .*: ../other' clean --cache
	[[ -e other/.ktstr-cache ]] || fail "what it leads to was removed"
}

cache_is_removed()
{
	mkdir other
	echo precious >other/file
	fake_tree tree
	KDIR=$PWD/tree front 0 'kernel: ' kernel
	ln -s "$PWD/other" cache/ktstr/tmp/link
	front 0 'removed .*/out' clean --cache
	[[ ! -e cache/ktstr && ! -e out && -s other/file ]] ||
		fail "there is $(ls cache)"
	front 0 'removed .*/out' clean --cache
}

# One from before the mark, or that a test program made.
cache_without_a_mark()
{
	fake_tree tree
	mkdir -p cache/ktstr/{results,emulated-host}
	KDIR=$PWD/tree front 0 'kernel: ' kernel
	[[ -e cache/ktstr/.ktstr-cache ]] || fail "it has no mark"
	rm cache/ktstr/.ktstr-cache
	mkdir cache/ktstr/later
	KDIR=$PWD/tree front 0 'kernel: ' kernel
	[[ -e cache/ktstr/.ktstr-cache ]] || fail "it has no mark"
}

# planted WHAT COMMAND...: by another user, or where one could.
planted()
{
	local what=$1

	((EUID == 0)) || [[ $2 != chown ]] || skip "needs root"
	shift
	fake_tree tree
	mkdir -p cache/ktstr/{kvm-check,emulated-host/entry}
	touch cache/ktstr/.ktstr-cache
	printf '#!/bin/sh\ntouch %s\necho usable\n' "$PWD/planted" \
		>cache/ktstr/kvm-check/kvm-check
	chmod 755 cache/ktstr/kvm-check/kvm-check
	"$@" cache/ktstr/"$what"
	refused "$PWD/cache/ktstr/?$what: (belongs to|others may write)" kvm-check
	[[ ! -e planted ]] || fail "it was run"
}

# Others could rename the whole cache.
cache_in_a_folder_of_all()
{
	fake_tree tree
	chmod 777 cache
	mkdir cache/ktstr
	refused 'anybody can put another folder in the place of ktstr' kernel
	chmod 1777 cache
	KDIR=$PWD/tree front 0 'kernel: ' kernel
}

out_of_others()
{
	fake_tree tree
	mkdir -p out/install
	touch out/.ktstr-out
	chmod 777 out/install
	front 1 'out/install: others may write to it' clean
	[[ -d out/install ]] || fail "it was removed"
}

# ---- git ----

# repository DIR: with a commit of what is there, and a configuration that runs
# a program at each turn.
repository()
{
	local git=(git -C "$1" -c user.name=t -c user.email=t@t) name

	# shellcheck disable=SC2016 # for that program to expand
	printf '#!/bin/sh\necho "$0 $*" >>%s\ncat\n' "$PWD/run" >program
	chmod 755 program
	"${git[@]}" init -q
	printf '* filter=f diff=d\n' >"$1/.gitattributes"
	"${git[@]}" add -fA
	"${git[@]}" commit -qm one
	for name in core.fsmonitor core.sshCommand core.pager diff.external \
		diff.d.textconv diff.d.command filter.f.clean filter.f.smudge \
		filter.f.process; do
		"${git[@]}" config "$name" "$PWD/program"
	done
	"${git[@]}" config filter.f.required true
	mkdir -p "$1/.git/hooks"
	cp program "$1/.git/hooks/post-index-change"
	# The same content at another time: git reads the files again.
	find "$1" -name .git -prune -o -type f -exec touch -d 'last week' {} +
}

nothing_was_run()
{
	[[ ! -e run ]] || fail "git ran: $(cat run)"
}

# commit_is PATTERN: what is said of the commit of $top, by both who say it.
commit_is()
{
	local said

	said=$("$top/scripts/commit.sh")
	[[ $said =~ ^$1$ ]] || fail "commit '$said'"
	front 0 '' --version
	said=${said:+commit $said}
	grep -qF " (${said:-of no known commit})" stdout || fail "another commit"
}

# our_files_of_top PATTERN: as stages find them.
our_files_of_top()
{
	# shellcheck disable=SC2016 # for the other shell
	bash -euc 'here=$1; . "$here/scripts/git.sh"; our_files "$2"' - \
		"$top" "$1"
}

# repository_around WHOSE: a checkout without one, in a folder where somebody has
# put one. Our own says as little of what lies in there, which it may leave out.
repository_around()
{
	mkdir above
	rsync -a --exclude=/out --exclude=/.git "$top/" above/ktstr/
	repository above
	((EUID != 0)) || [[ $1 = ours ]] || chown -R 65534 above/.git
	top=$PWD/above/ktstr
	commit_is ''
	our_files_of_top '*.kconfig' | grep -q ktstr.kconfig ||
		fail "our files are not found"
	fake_tree above/tree
	KDIR=$PWD/above/tree front 0 'kernel: ' kernel
	grep -q '"source": "folder"' "$(cat stdout)/metadata.json" ||
		fail "the tree has no repository"
	nothing_was_run
}

# A repository of another user's, whose configuration is theirs.
repository_of_another()
{
	fake_tree tree
	repository tree
	((EUID != 0)) || chown -R 65534 tree
	KDIR=$PWD/tree front 0 'kernel: ' kernel
	grep -q '"source": "git"' "$(cat stdout)/metadata.json" ||
		fail "it is not asked"
	echo '/* new */' >>tree/kernel/sched/core.c
	KDIR=$PWD/tree front 0 'kernel: ' kernel
	builds_are 2
	mkdir copy
	cp -r "$top"/{run_ktstr.sh,scripts,lib} copy
	repository copy
	((EUID != 0)) || chown -R 65534 copy
	top=$PWD/copy
	commit_is '[0-9a-f]{7}'
	nothing_was_run
}

# From a hook of git's, say.
variables_of_another_repository()
{
	fake_tree tree
	git -C tree init -q
	git -C tree add -fA
	git -C tree -c user.name=t -c user.email=t@t commit -qm one
	git init -q other
	KDIR=$PWD/tree GIT_DIR=$PWD/other/.git GIT_INDEX_FILE=$PWD/other/.git/index \
		GIT_WORK_TREE=$PWD/other front 0 'kernel: ' kernel
	grep -q '"source": "git"' "$(cat stdout)/metadata.json" ||
		fail "it is not asked"
}

ktap_begin
try safety.jobs_have_no_more_than_they_need jobs_have_no_more_than_they_need
try safety.strict_umask_stays strict_umask_stays
try safety.stdout_closed closed '>&-'
try safety.stderr_closed closed '2>&-'
try safety.all_closed closed '<&- >&- 2>&-'
try safety.ktstr_closed program_closed 1 ktstr
try safety.emulated_host_closed program_closed 1 ktstr-emulated-host
try safety.kvm_check_closed program_closed 2 kvm-check -x
try safety.limits_mind_no_wall_clock limits_mind_no_wall_clock
try safety.folder_of_the_same_name folder_of_the_same_name
try safety.cache_that_is_a_link cache_that_is_a_link
try safety.cache_is_removed cache_is_removed
try safety.cache_without_a_mark cache_without_a_mark
try safety.cache_of_another planted '' chown 65534
try safety.program_of_another planted kvm-check/kvm-check chown 65534
try safety.entry_of_another planted emulated-host/entry chown 65534
try safety.cache_open_to_others planted '' chmod 777
try safety.entry_open_to_others planted emulated-host/entry chmod 757
try safety.program_open_to_others planted kvm-check/kvm-check chmod 757
try safety.cache_in_a_folder_of_all cache_in_a_folder_of_all
try safety.out_of_others out_of_others
try safety.repository_around repository_around theirs
try safety.repository_around_of_ours repository_around ours
try safety.repository_of_another repository_of_another
try safety.variables_of_another_repository variables_of_another_repository
ktap_end
