// SPDX-License-Identifier: GPL-2.0-only
/*
 * Disks and network interfaces of a VM, used by a guest's own drivers: a file
 * system that is made, filled, checked and read back; TCP from one interface to
 * another.
 */
#include "ktstr.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common/payload/payload.h"
#include "lib/common/util/util.h"

#define PIECE		(1U << 20)
#define MNT		"/tmp/mnt"

/* Not to be run by the harness: so they are there. */
static const struct payload e2fsprogs = {
	.name = "mkfs",
	.program = "mkfs.ext4",
	.files = { "e2fsck" },
};

KTSTR_FIXTURE(devices, .topology = TOPOLOGY(1, 1, 2, 1));

/* ---- programs and files of the guest ---- */

/* Returns its status as a shell has it. */
static int run_tool(char *const *argv)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

#define RUN_TOOL(...)	run_tool((char *[]){ __VA_ARGS__, NULL })

static int mount_disk(const char *disk)
{
	mkdir("/tmp", 01777);
	mkdir(MNT, 0755);
	return mount(disk, MNT, "ext4", 0, NULL) ? -errno : 0;
}

/* What the @i-th piece of a file holds: another one in each place. */
static void fill_piece(uint64_t *piece, unsigned int i)
{
	size_t w;

	for (w = 0; w < PIECE / sizeof(*piece); w++)
		piece[w] = (i * 0x10001ULL + w) * 0x9e3779b97f4a7c15ULL;
}

/* Write or compare a file of @n pieces. Returns the first that failed, or @n. */
static unsigned int each_piece(const char *path, unsigned int n, bool write_it)
{
	uint64_t *want = malloc(PIECE), *got = malloc(PIECE);
	int fd = open(path, write_it ? O_CREAT | O_WRONLY : O_RDONLY, 0644);
	unsigned int i;

	for (i = 0; want && got && fd >= 0 && i < n; i++) {
		fill_piece(want, i);
		if (write_it && write(fd, want, PIECE) != PIECE)
			break;
		if (!write_it && (read(fd, got, PIECE) != PIECE ||
				  memcmp(want, got, PIECE)))
			break;
	}
	if (fd >= 0 && (close(fd) || !i))
		i = 0;
	free(want);
	free(got);
	return i;
}

static unsigned long long disk_bytes(const char *name)
{
	char path[64];
	unsigned long long sectors = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/block/%s/size", name);
	f = fopen(path, "re");
	if (f && fscanf(f, "%llu", &sectors) != 1)
		sectors = 0;
	if (f)
		fclose(f);
	return sectors * 512;
}

/* ---- disks ---- */

KTSTR_TEST_F(devices, file_system_is_made_filled_checked_and_read_back,
	     .disks = { { .size_mb = 64 } }, .payloads = { &e2fsprogs })
{
	ASSERT_EQ(64ULL << 20, disk_bytes("vda"));
	ASSERT_EQ(0, RUN_TOOL("mkfs.ext4", "-q", "/dev/vda"));
	ASSERT_EQ(0, mount_disk("/dev/vda"));
	ASSERT_EQ(40U, each_piece(MNT "/file", 40, true));
	ASSERT_EQ(0, umount(MNT));
	EXPECT_EQ(0, RUN_TOOL("e2fsck", "-fn", "/dev/vda"));
	ASSERT_EQ(0, mount_disk("/dev/vda"));
	EXPECT_EQ(40U, each_piece(MNT "/file", 40, false));
	EXPECT_EQ(0, umount(MNT));
}

KTSTR_TEST_F(devices, disk_has_a_file_system_on_it,
	     .disks = { { .size_mb = 32, .format = "ext4" } })
{
	struct stat st;

	ASSERT_EQ(0, mount_disk("/dev/vda"));
	/* Whoever had it before has written to a copy. */
	EXPECT_NE(0, stat(MNT "/file", &st));
	EXPECT_EQ(8U, each_piece(MNT "/file", 8, true));
	sync();
	EXPECT_EQ(8U, each_piece(MNT "/file", 8, false));
	EXPECT_EQ(0, umount(MNT));
}

KTSTR_TEST_F(devices, disks_come_in_their_order,
	     .disks = { { .size_mb = 8 }, { .size_mb = 5 },
			{ .size_mb = 16, .format = "ext4", .read_only = true },
			{ .size_mb = 3 } })
{
	int fd;

	EXPECT_EQ(8ULL << 20, disk_bytes("vda"));
	EXPECT_EQ(5ULL << 20, disk_bytes("vdb"));
	EXPECT_EQ(16ULL << 20, disk_bytes("vdc"));
	EXPECT_EQ(3ULL << 20, disk_bytes("vdd"));
	fd = open("/dev/vdc", O_WRONLY | O_CLOEXEC);
	EXPECT_TRUE(fd < 0 || write(fd, "x", 1) < 0);
	if (fd >= 0)
		close(fd);
	mkdir("/tmp", 01777);
	mkdir(MNT, 0755);
	EXPECT_EQ(0, mount("/dev/vdc", MNT, "ext4", MS_RDONLY, NULL));
	EXPECT_EQ(0, umount(MNT));
}

/* 6 MiB at 2 MiB a second, past the page cache. */
KTSTR_TEST_F(devices, disk_is_as_slow_as_it_is_asked_to_be,
	     .disks = { { .size_mb = 8, .kb_s = 2048 } })
{
	int fd = open("/dev/vda", O_RDONLY | O_DIRECT | O_CLOEXEC);
	uint64_t begin_ns = clock_now_ns();
	void *buf = aligned_alloc(4096, PIECE);
	unsigned int i;

	ASSERT_LE(0, fd);
	ASSERT_TRUE(!!buf);
	for (i = 0; i < 6; i++)
		EXPECT_EQ(PIECE, read(fd, buf, PIECE));
	/* The last one is paid for by nobody. */
	EXPECT_LE(2400 * NSEC_PER_MSEC, clock_now_ns() - begin_ns);
	free(buf);
	close(fd);
}

/* ---- network interfaces ---- */

#define TCP_BYTES	(100U << 20)
#define PORT		5001

static int set_flag(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, value, strlen(value)) > 0;

	if (fd >= 0)
		close(fd);
	return ok ? 0 : -errno;
}

static void address(struct sockaddr_in *in, const char *ip, unsigned int port)
{
	*in = (struct sockaddr_in) {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = inet_addr(ip),
	};
}

/* An address of 24 bits' net, and up. */
static int bring_up(const char *name, const char *ip)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret = 0;
	struct ifreq req = { };

	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", name);
	address((struct sockaddr_in *)&req.ifr_addr, ip, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFADDR, &req))
		ret = -errno;
	address((struct sockaddr_in *)&req.ifr_netmask, "255.255.255.0", 0);
	if (!ret && ioctl(fd, SIOCSIFNETMASK, &req))
		ret = -errno;
	req.ifr_flags = IFF_UP | IFF_RUNNING;
	if (!ret && ioctl(fd, SIOCSIFFLAGS, &req))
		ret = -errno;
	if (fd >= 0)
		close(fd);
	return ret;
}

/* By that interface alone: an address of this machine needs none otherwise. */
static int tcp_socket(const char *name, const char *ip, unsigned int port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in in;

	address(&in, ip, port);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, strlen(name)) ||
	    bind(fd, (struct sockaddr *)&in, sizeof(in)))
		return -errno;
	return fd;
}

/*
 * struct transfer - what goes from one interface to another
 * @listening: the receiver's socket
 * @got: bytes of it, until one was not as it was sent
 */
struct transfer {
	int listening;
	uint64_t got;
};

static void *receive_all(void *arg)
{
	struct transfer *t = arg;
	uint8_t *want = malloc(PIECE), *got = malloc(PIECE);
	int fd = accept4(t->listening, NULL, NULL, SOCK_CLOEXEC);
	ssize_t n = 1;

	while (want && got && fd >= 0 && n > 0) {
		size_t at = t->got % PIECE;

		if (!at)
			fill_piece((uint64_t *)want, t->got / PIECE);
		n = recv(fd, got, PIECE - at, 0);
		if (n > 0 && memcmp(got, want + at, n))
			break;
		t->got += n > 0 ? n : 0;
	}
	if (fd >= 0)
		close(fd);
	free(want);
	free(got);
	return NULL;
}

static uint64_t send_all(int fd)
{
	uint8_t *piece = malloc(PIECE);
	uint64_t sent = 0;
	ssize_t n = 1;

	while (piece && n > 0 && sent < TCP_BYTES) {
		if (!(sent % PIECE))
			fill_piece((uint64_t *)piece, sent / PIECE);
		n = send(fd, piece + sent % PIECE, PIECE - sent % PIECE,
			 MSG_NOSIGNAL);
		sent += n > 0 ? n : 0;
	}
	free(piece);
	return sent;
}

static uint64_t counter(const char *name, const char *what)
{
	unsigned long long value = 0;
	char path[96];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/%s", name,
		 what);
	f = fopen(path, "re");
	if (f && fscanf(f, "%llu", &value) != 1)
		value = 0;
	if (f)
		fclose(f);
	return value;
}

static int send_from(const char *name, const char *from, const char *to,
		     uint64_t *sent)
{
	int fd = tcp_socket(name, from, 0);
	struct sockaddr_in in;
	int ret = 0;

	*sent = 0;
	address(&in, to, PORT);
	if (fd < 0 || connect(fd, (struct sockaddr *)&in, sizeof(in)))
		ret = -errno;
	else
		*sent = send_all(fd);
	if (fd >= 0)
		close(fd);
	return ret;
}

static void say_speed(const char *what, uint64_t begin_ns)
{
	double s = (clock_now_ns() - begin_ns) / 1e9;

	printf("# devices: %s: %u MiB by TCP in %.1f s, %.1f MiB/s\n", what,
	       TCP_BYTES >> 20, s, (TCP_BYTES >> 20) / s);
}

/* Both in one namespace: by their sockets they know of one interface each. */
KTSTR_TEST_F(devices, tcp_from_one_interface_to_another, .nics = 2,
	     .limit_s = 150)
{
	static const char conf[] = "/proc/sys/net/ipv4/conf/all/";
	uint64_t sent, begin_ns = clock_now_ns();
	struct transfer t = { };
	char path[96];
	pthread_t thread;

	snprintf(path, sizeof(path), "%saccept_local", conf);
	ASSERT_EQ(0, set_flag(path, "1"));
	ASSERT_EQ(0, bring_up("eth0", "10.9.0.1"));
	ASSERT_EQ(0, bring_up("eth1", "10.9.0.2"));
	t.listening = tcp_socket("eth1", "10.9.0.2", PORT);
	ASSERT_LE(0, t.listening);
	ASSERT_EQ(0, listen(t.listening, 1));
	ASSERT_EQ(0, pthread_create(&thread, NULL, receive_all, &t));
	EXPECT_EQ(0, send_from("eth0", "10.9.0.1", "10.9.0.2", &sent));
	EXPECT_EQ(TCP_BYTES, sent);
	if (sent != TCP_BYTES)
		shutdown(t.listening, SHUT_RDWR);
	pthread_join(thread, NULL);
	close(t.listening);
	EXPECT_EQ(TCP_BYTES, t.got);
	say_speed("one namespace", begin_ns);
	/* It went by the switch, and not by the loopback. */
	EXPECT_LE(TCP_BYTES, counter("eth0", "tx_bytes"));
	EXPECT_LE(TCP_BYTES, counter("eth1", "rx_bytes"));
	EXPECT_GT(TCP_BYTES / 10, counter("lo", "tx_bytes"));
}

/* Move an interface to the namespace of a process. */
static int move_interface(const char *name, pid_t pid)
{
	struct {
		struct nlmsghdr head;
		struct ifinfomsg info;
		struct rtattr attr;
		uint32_t pid;
	} msg = {
		.head = {
			.nlmsg_len = sizeof(msg),
			.nlmsg_type = RTM_NEWLINK,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		},
		.info = {
			.ifi_family = AF_UNSPEC,
			.ifi_index = if_nametoindex(name),
		},
		.attr = {
			.rta_len = RTA_LENGTH(sizeof(uint32_t)),
			.rta_type = IFLA_NET_NS_PID,
		},
		.pid = pid,
	};
	struct {
		struct nlmsghdr head;
		struct nlmsgerr err;
		char more[256];
	} answer = { };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int ret = 0;

	if (fd < 0 || send(fd, &msg, sizeof(msg), 0) != sizeof(msg) ||
	    recv(fd, &answer, sizeof(answer), 0) < 0)
		ret = -errno;
	if (fd >= 0)
		close(fd);
	return ret ? ret : answer.err.error;
}

/* In a namespace of its own: says when, waits for its interface, receives. */
static int other_namespace(int to, int from)
{
	struct transfer t = { };
	char byte;

	if (unshare(CLONE_NEWNET) || write(to, "n", 1) != 1 ||
	    read(from, &byte, 1) != 1 || bring_up("eth1", "10.9.0.2"))
		return 1;
	t.listening = tcp_socket("eth1", "10.9.0.2", PORT);
	if (t.listening < 0 || listen(t.listening, 1) || write(to, "l", 1) != 1)
		return 2;
	receive_all(&t);
	return t.got == TCP_BYTES ? 0 : 3;
}

KTSTR_TEST_F(devices, tcp_between_two_namespaces, .nics = 2, .limit_s = 150)
{
	uint64_t sent, begin_ns = clock_now_ns();
	int to[2], from[2], status = -1;
	struct stat st;
	char byte;
	pid_t pid;

	if (stat("/proc/self/ns/net", &st))
		SKIP(return, "the guest's kernel has no CONFIG_NET_NS");
	ASSERT_EQ(0, pipe(to) | pipe(from));
	pid = fork();
	if (!pid)
		_exit(other_namespace(to[1], from[0]));
	close(to[1]);
	ASSERT_EQ(1, read(to[0], &byte, 1));
	ASSERT_EQ(0, move_interface("eth1", pid));
	ASSERT_EQ(1, write(from[1], "m", 1));
	ASSERT_EQ(0, bring_up("eth0", "10.9.0.1"));
	ASSERT_EQ(1, read(to[0], &byte, 1));
	EXPECT_EQ(0, send_from("eth0", "10.9.0.1", "10.9.0.2", &sent));
	EXPECT_EQ(TCP_BYTES, sent);
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	say_speed("two namespaces", begin_ns);
	EXPECT_LE(TCP_BYTES, counter("eth0", "tx_bytes"));
}

KTSTR_HARNESS_MAIN
