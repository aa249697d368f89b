# SPDX-License-Identifier: GPL-2.0-only
#
# ktstr: tests for process schedulers, run in VMs. A kselftest suite:
#
#	make -C tools/testing/selftests TARGETS=ktstr [O=dir] [run_tests|install]
#
# From outside of a kernel tree, KSFT_SRC names tools/testing/selftests of one
# (run_ktstr.sh does all of that). Also here:
#
#	make unit	build the unit tests        SAN=1: under ASan and UBSan
#	make fuzz	build the fuzz targets (clang)
#	make bench	build the benchmarks, run those that need no KVM
#	make bpftool	all of it, for memory images of guests
#
# VMLINUX names the kernel whose types the BPF programs are compiled against;
# without one the schedulers are not built, and their tests are skipped.

ARCH ?= $(shell uname -m | sed -e s/i.86/x86/ -e s/x86_64/x86/)

ifneq ($(filter x86 x86_64,$(ARCH)),)
# Suites that run_tests runs.
TEST_GEN_PROGS := eevdf scx monitor repro
# What they need beside them.
TEST_GEN_PROGS_EXTENDED := repro_demo ktstr-init ktstr kvm-check \
	ktstr-emulated-host ktstr-emuhost-agent
TEST_PROGS_EXTENDED := vmm/emulated-host/fetch.sh
endif

# make resolves a linked folder, so "../lib.mk" alone does not find the tree.
LIB_MK := $(firstword $(wildcard ../lib.mk $(PWD)/lib.mk $(KSFT_SRC)/lib.mk))
ifeq ($(LIB_MK),)
$(error no lib.mk: build inside tools/testing/selftests, or name that folder by KSFT_SRC=, or run ./run_ktstr.sh)
endif

# The kernel that was built in this tree, else the one that KTSTR_KERNEL names.
KSFT_DIR := $(realpath $(dir $(LIB_MK)))
VMLINUX ?= $(firstword $(wildcard $(O:%=%/vmlinux) \
	$(KBUILD_OUTPUT:%=%/vmlinux) $(KTSTR_KERNEL:%=%/vmlinux) \
	$(KSFT_DIR)/../../../vmlinux))
# clang 16 is the oldest that can compile and link the schedulers.
BPF_CLANG ?= $(shell for c in $(CLANG) clang clang-22 clang-21 clang-20 \
	clang-19 clang-18 clang-17 clang-16; do \
	v=$$(echo __clang_major__ | $$c -E -P - 2>/dev/null) && \
	[ "$$v" -ge 16 ] 2>/dev/null && echo $$c && break; done)
ifneq ($(VMLINUX),)
ifneq ($(BPF_CLANG),)
ifneq ($(TEST_GEN_PROGS),)
TEST_GEN_PROGS_EXTENDED += scx_simple scx_ktstr ktstr-probe scx_runner
endif
else
$(warning no clang >= 16 (Debian: clang-19, Fedora: clang): the schedulers are not built, their tests will be skipped)
endif
else
$(warning no vmlinux: build the kernel first or name one by VMLINUX=; the schedulers are not built, their tests will be skipped)
endif

# Libraries that the system must have: header, Debian's package, Fedora's.
ifeq ($(filter clean,$(MAKECMDGOALS)),)
# (The digits are a hash sign, which versions of make quote in several ways.)
have = $(shell printf '\043include <%s>\n' '$(1)' | $(CC) -E -x c - >/dev/null 2>&1 && echo y)
need = $(if $(call have,$(1)),,$(error no $(1): install $(2) (Fedora: $(3))))
$(call need,libelf.h,libelf-dev,elfutils-libelf-devel)
$(call need,elfutils/libdw.h,libdw-dev,elfutils-devel)
$(call need,zlib.h,zlib1g-dev,zlib-devel)
$(call need,zstd.h,libzstd-dev,libzstd-devel)
$(call need,json-c/json.h,libjson-c-dev,json-c-devel)
pcre2 := $(shell printf '\043define PCRE2_CODE_UNIT_WIDTH 8\n\043include <%s>\n' \
	pcre2.h | $(CC) -E -x c - >/dev/null 2>&1 && echo y)
$(if $(pcre2),,$(error no pcre2.h: install libpcre2-dev (Fedora: pcre2-devel)))
endif

OVERRIDE_TARGETS := 1
include $(LIB_MK)

SRC := $(CURDIR)
OBJ := $(OUTPUT)/obj
SCX := $(OUTPUT)/sched_ext
LIBBPF := $(SCX)/build/obj/libbpf/libbpf.a
BPFTOOL := $(SCX)/build/obj/bpftool/bootstrap/bpftool
SCX_INC := $(SCX)/build/include
NPROC := $(shell nproc)

# The tree's own tool builds mind O=, OUTPUT= and the like of ours.
SUBMAKE = +$(Q)env -u MAKEFLAGS -u MFLAGS -u MAKEOVERRIDES -u MAKELEVEL -u O \
	-u OUTPUT -u KBUILD_OUTPUT -u CC -u CFLAGS -u LDFLAGS -u V \
	$(MAKE) -s -j$(NPROC)

# Programs with a main() of their own; all else goes into the library.
PROG_SRCS := vmm/kvm-check.c vmm/emulated-host/emulated-host-main.c \
	vmm/emulated-host/agent.c lib/cli/main.c
LIB_SRCS := $(filter-out $(PROG_SRCS),$(wildcard vmm/*.c vmm/x86/*.c \
	vmm/emulated-host/*.c lib/*/*.c))
INIT_SRCS := $(wildcard init/*.c)
PROBE_SRCS := $(wildcard init/probe/*.c)
UNIT_SRCS := $(wildcard kselftest/unit/*_test.c)
FUZZ_SRCS := $(wildcard kselftest/unit/fuzz_*.c)
BENCH_SRCS := $(wildcard kselftest/bench/*.c)

LIBKTSTR := $(OUTPUT)/libktstr.a
UNIT_PROGS := $(UNIT_SRCS:kselftest/unit/%.c=$(OUTPUT)/unit/%)
FUZZ_PROGS := $(FUZZ_SRCS:kselftest/unit/%.c=$(OUTPUT)/fuzz/%)
BENCH_PROGS := $(BENCH_SRCS:kselftest/bench/%.c=$(OUTPUT)/bench/%)

WARN := -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes
KTSTR_CFLAGS := -std=gnu11 -O2 -g $(WARN) -MMD -MP -ffunction-sections \
	-D_GNU_SOURCE= -I$(SRC) -I$(SRC)/lib -isystem $(KSFT_DIR) \
	-isystem $(SCX_INC) $(USERCFLAGS)
KTSTR_LDFLAGS := -Wl,--as-needed -Wl,--gc-sections -pthread $(USERLDFLAGS)
KTSTR_SYSLIBS := -lelf -ldw -lz -lzstd -lpcre2-8 -ljson-c
KTSTR_LDLIBS := $(LIBBPF) $(KTSTR_SYSLIBS)
ifeq ($(SAN),1)
KTSTR_CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
endif

# What lib.mk's clean does not know of.
EXTRA_CLEAN := $(OBJ) $(SCX) $(LIBKTSTR) $(OUTPUT)/unit $(OUTPUT)/fuzz \
	$(OUTPUT)/bench

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: unit fuzz bench bench-build bpftool

unit: $(UNIT_PROGS)
fuzz: $(FUZZ_PROGS)
bench-build: $(BENCH_PROGS) $(OUTPUT)/bench/drgn-reads.py \
	$(TEST_GEN_PROGS_EXTENDED)
bench: bench-build
	$(Q)KTSTR_KERNEL=$${KTSTR_KERNEL:-$(abspath $(dir $(VMLINUX)))} \
		$(OUTPUT)/bench/monitor

# ---- objects and the library ----

$(OBJ)/%.o: $(SRC)/%.c | $(LIBBPF)
	$(call msg,CC,,$(subst $(OBJ)/,,$@))
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(KTSTR_CFLAGS) -c $< -o $@

# A page as it is; the linker names its symbols after the file.
$(OBJ)/lib/cli/page.o: $(SRC)/lib/cli/page.html
	$(call msg,OBJ,,$(subst $(OBJ)/,,$@))
	$(Q)mkdir -p $(@D)
	$(Q)cd $(<D) && $(LD) -r -b binary -z noexecstack $(<F) -o $(abspath $@)

$(LIBKTSTR): $(LIB_SRCS:%.c=$(OBJ)/%.o) $(OBJ)/lib/cli/page.o
	$(call msg,AR,,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

define link
	$(call msg,LINK,,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(KTSTR_CFLAGS) $(KTSTR_LDFLAGS) $(filter %.o,$^) \
		$(filter %.a,$^) $(1) -o $@
endef

$(OUTPUT)/%: $(OBJ)/kselftest/%.o $(LIBKTSTR)
	$(call link,$(KTSTR_LDLIBS))

$(OUTPUT)/unit/%: $(OBJ)/kselftest/unit/%.o $(LIBKTSTR)
	$(call link,$(KTSTR_LDLIBS))

$(OUTPUT)/bench/drgn-reads.py: kselftest/bench/drgn-reads.py
	$(Q)mkdir -p $(@D) && cp $< $@

$(OUTPUT)/bench/%: $(OBJ)/kselftest/bench/%.o $(LIBKTSTR)
	$(call link,$(KTSTR_LDLIBS))

# ---- programs with rules of their own ----

$(OUTPUT)/ktstr-init: $(INIT_SRCS:%.c=$(OBJ)/%.o) $(LIBKTSTR)
	$(call link,)

$(OUTPUT)/ktstr: $(OBJ)/lib/cli/main.o $(LIBKTSTR)
	$(call link,$(KTSTR_LDLIBS))

$(OUTPUT)/kvm-check: $(OBJ)/vmm/kvm-check.o $(LIBKTSTR)
	$(call link,)

$(OUTPUT)/ktstr-emulated-host: $(OBJ)/vmm/emulated-host/emulated-host-main.o \
		$(LIBKTSTR)
	$(call link,)

# Runs on a machine that has no libraries yet.
$(OUTPUT)/ktstr-emuhost-agent: vmm/emulated-host/agent.c
	$(call msg,LINK,static,$@)
	$(Q)$(CC) $(filter-out -fsanitize% -fno-sanitize%,$(KTSTR_CFLAGS)) \
		-MF $(OBJ)/agent.d -static $< -o $@

# ---- libbpf, bpftool, vmlinux.h and scx_simple from the tree ----
#
# Each is built once, whoever of the tree's Makefiles asks for it: libbpf as an
# archive only, bpftool as what its own build generates code with.

$(LIBBPF):
	$(call msg,MAKE,libbpf,$@)
	$(Q)mkdir -p $(@D) $(OBJ)
	$(SUBMAKE) -C $(KSFT_DIR)/../../lib/bpf OUTPUT=$(@D)/ \
		EXTRA_CFLAGS='-g -O2 -fPIC' DESTDIR=$(SCX)/build prefix= \
		$(abspath $@) install_headers

MAKE_BPFTOOL = $(SUBMAKE) SKIP_LLVM=1 SKIP_LIBBFD=1 SKIP_CRYPTO=1 \
	-C $(KSFT_DIR)/../../bpf/bpftool OUTPUT=$(SCX)/build/obj/bpftool/ \
	LIBBPF_BOOTSTRAP_OUTPUT=$(dir $(LIBBPF)) \
	LIBBPF_BOOTSTRAP_DESTDIR=$(SCX)/build/

$(BPFTOOL): | $(LIBBPF)
	$(call msg,MAKE,bpftool,$@)
	$(Q)mkdir -p $(@D)
	$(MAKE_BPFTOOL) bootstrap

# All of it, which mon-image.sh has the guests of its images run.
bpftool: $(SCX)/build/sbin/bpftool
$(SCX)/build/sbin/bpftool: | $(BPFTOOL)
	$(call msg,MAKE,bpftool,$@)
	$(MAKE_BPFTOOL) prefix= DESTDIR=$(SCX)/build install-bin

# What the Makefiles of schedulers need not build themselves.
SCX_TOOLS = CLANG=$(BPF_CLANG) BPFTOOL=$(abspath $(BPFTOOL)) \
	VMLINUX_BTF=$(abspath $(VMLINUX))

$(SCX)/build/bin/scx_simple: $(VMLINUX) | $(LIBBPF) $(BPFTOOL)
	$(call msg,MAKE,sched_ext,$@)
	$(SUBMAKE) -C $(KSFT_DIR)/../../sched_ext O=$(SCX) $(SCX_TOOLS) \
		scx_simple >/dev/null
	$(Q)touch $@

$(OUTPUT)/scx_simple: $(SCX)/build/bin/scx_simple
	$(Q)cp $< $@

# The tree's own sched_ext tests: schedulers that the kernel throws out.
$(OUTPUT)/scx_runner: $(SCX)/build/bin/scx_simple \
		$(wildcard $(KSFT_DIR)/sched_ext/*.[ch])
	$(call msg,MAKE,selftests/sched_ext,$@)
	$(Q)mkdir -p $(SCX)/selftests/build/include
	$(Q)ln -sfn $(abspath $(SCX_INC))/bpf $(SCX)/selftests/build/include/bpf
	$(SUBMAKE) -C $(KSFT_DIR)/sched_ext OUTPUT=$(SCX)/selftests \
		$(SCX_TOOLS) BPFOBJ=$(abspath $(LIBBPF)) \
		VMLINUX_H=$(abspath $(SCX_INC))/vmlinux.h \
		$(SCX)/selftests/runner >/dev/null
	$(Q)cp $(SCX)/selftests/runner $@

# ---- our own BPF programs; vmlinux.h comes with scx_simple ----

BPF_CFLAGS := -g -O2 -ffile-prefix-map=$(SRC)/= -mcpu=v3 -target bpf -D__TARGET_ARCH_x86 -mlittle-endian \
	-I$(KSFT_DIR)/../../sched_ext/include \
	-I$(KSFT_DIR)/../../sched_ext/include/bpf-compat \
	-I$(SCX_INC) -I$(KSFT_DIR)/../../include/uapi -I$(SRC) \
	-Wall -Wno-compare-distinct-pointer-types -Wno-microsoft-anon-tag \
	-fms-extensions

$(OBJ)/bpf/%.bpf.o: $(SRC)/bpf/%.bpf.c $(wildcard $(SRC)/bpf/*.h) \
		$(SCX)/build/bin/scx_simple
	$(call msg,CLANG,bpf,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(BPF_CLANG) $(BPF_CFLAGS) -c $< -o $@

$(OBJ)/bpf/%.skel.h: $(OBJ)/bpf/%.bpf.o
	$(call msg,SKEL,,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name $(*F) > $@

$(OUTPUT)/scx_ktstr: bpf/scx_ktstr.c $(OBJ)/bpf/scx_ktstr.skel.h $(LIBBPF)
	$(call msg,LINK,,$@)
	$(Q)$(CC) $(filter-out -fsanitize% -fno-sanitize% -Wmissing-prototypes \
		-Wextra,$(KTSTR_CFLAGS)) -I$(OBJ)/bpf \
		-isystem $(KSFT_DIR)/../../sched_ext/include \
		-MF $(OBJ)/bpf/scx_ktstr.d $< $(LIBBPF) -lelf -lz -o $@

PROBE_OBJS := $(PROBE_SRCS:%.c=$(OBJ)/%.o)
$(PROBE_OBJS): KTSTR_CFLAGS += -isystem $(OBJ)/bpf \
	-isystem $(KSFT_DIR)/../../include/uapi
$(PROBE_OBJS): $(OBJ)/bpf/probe.skel.h $(OBJ)/bpf/fentry.skel.h

$(OUTPUT)/ktstr-probe: $(PROBE_OBJS) $(LIBKTSTR)
	$(call link,$(LIBBPF) -lelf -lz)

# ---- fuzz targets: everything they touch is instrumented ----

FUZZ_OBJ := $(OUTPUT)/fuzz/obj
FUZZ_CFLAGS = $(filter-out -ffunction-sections -MMD -MP,$(KTSTR_CFLAGS)) \
	-fsanitize=fuzzer-no-link,address,undefined

$(FUZZ_OBJ)/%.o: $(SRC)/%.c | $(LIBBPF)
	$(Q)mkdir -p $(@D)
	$(Q)$(BPF_CLANG) $(FUZZ_CFLAGS) -MMD -MP -c $< -o $@

$(FUZZ_OBJ)/libktstr.a: $(LIB_SRCS:%.c=$(FUZZ_OBJ)/%.o)
	$(call msg,AR,fuzz,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(OUTPUT)/fuzz/%: $(FUZZ_OBJ)/kselftest/unit/%.o $(FUZZ_OBJ)/libktstr.a
	$(call msg,LINK,fuzz,$@)
	$(Q)$(BPF_CLANG) -fsanitize=fuzzer,address,undefined -pthread $^ \
		$(LIBBPF) -Wl,--as-needed $(KTSTR_SYSLIBS) -o $@

-include $(shell find $(OBJ) $(FUZZ_OBJ) -name '*.d' 2>/dev/null)
