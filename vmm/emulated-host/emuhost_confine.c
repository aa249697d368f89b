// SPDX-License-Identifier: GPL-2.0-only
/*
 * What QEMU and virtiofsd may not do. See emuhost_confine.h.
 */
#include "vmm/emulated-host/emuhost_confine.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/common/util/util.h"

int confine_all(const int *keep)
{
	static const struct rlimit none;

	if (syscall(SYS_close_range, STDERR_FILENO + 1, UINT_MAX,
		    CLOSE_RANGE_CLOEXEC))
		return -errno;
	for (; *keep >= 0; keep++)
		if (fcntl(*keep, F_SETFD, 0))
			return -errno;
	if (setrlimit(RLIMIT_CORE, &none) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return 0;
}

int confine_capabilities(unsigned long long caps)
{
	int cap;

	/* Beyond the last one that this kernel knows: EINVAL. */
	for (cap = 0; cap < 64; cap++)
		if (caps >> cap & 1 && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) &&
		    errno == EINVAL)
			break;
	/* EPERM: who may not drop any has none to lose. */
	return 0;
}

#define LOAD(field)							\
	((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,		\
				      offsetof(struct seccomp_data, field)))
#define END(what)							\
	((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, (what)))
/* Go on with the next instruction if so, else leave @skip out. */
#define IF(op, value, skip)						\
	((struct sock_filter)BPF_JUMP(BPF_JMP | (op) | BPF_K, (value), 0, skip))

/* Of O_TMPFILE, what is no O_DIRECTORY. */
#define O_TMPFILE_BIT	(O_TMPFILE & ~O_DIRECTORY)

/*
 * openat2() has its mode in memory, where no filter can look; virtiofsd does
 * not create files by it. Where no file is made, the kernel takes no
 * mode, and callers may leave rubbish there.
 */
int confine_modes(void)
{
	static const struct {
		unsigned int call, arg;
	} modes[] = {
		{ SYS_chmod, 1 }, { SYS_fchmod, 1 }, { SYS_fchmodat, 2 },
		{ 452 /* fchmodat2 */, 2 }, { SYS_creat, 1 },
		{ SYS_mkdir, 1 }, { SYS_mkdirat, 2 },
		{ SYS_mknod, 1 }, { SYS_mknodat, 2 },
		{ SYS_open, 2 }, { SYS_openat, 3 },
	};
	struct sock_filter code[4 + 7 * ARRAY_SIZE(modes) + 1];
	struct sock_fprog program = { .filter = code };
	unsigned int n = 0;
	bool opens;
	size_t i;

	code[n++] = LOAD(arch);
	code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
						 AUDIT_ARCH_X86_64, 1, 0);
	code[n++] = END(SECCOMP_RET_KILL_PROCESS);
	code[n++] = LOAD(nr);
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		opens = modes[i].call == SYS_open || modes[i].call == SYS_openat;
		code[n++] = IF(BPF_JEQ, modes[i].call, opens ? 6 : 4);
		if (opens) {
			code[n] = LOAD(args[0]);
			code[n++].k += 8 * (modes[i].arg - 1);
			code[n++] = IF(BPF_JSET, O_CREAT | O_TMPFILE_BIT, 3);
		}
		code[n] = LOAD(args[0]);
		code[n++].k += 8 * modes[i].arg;
		code[n++] = IF(BPF_JSET, S_ISUID | S_ISGID, 1);
		code[n++] = END(SECCOMP_RET_ERRNO | EPERM);
		code[n++] = END(SECCOMP_RET_ALLOW);
	}
	code[n++] = END(SECCOMP_RET_ALLOW);
	program.len = n;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) ? -errno : 0;
}
