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
#							SAN=thread: under TSan
#	make run-unit	run them too, but for those that need a KVM, and those
#			that boot an emulated host unless SAN=1
#	make fuzz	build the fuzz targets (clang)
#	make run-fuzz	run each for FUZZ_SECONDS=60; findings in FUZZ_DIR=
#	make clang-build
#			all and unit, compiled by the clang of the BPF programs
#	make bench	build the benchmarks, run those that need no KVM
#	make bpftool	all of it, for memory images of guests
#	make scheduler SCHED=FOLDER/X SCHED_OUT=FOLDER
#			build X.bpf.c and X.c as tools/sched_ext builds its own
#	make schemas	write those of Documentation anew that tables are in
#	make house	who includes whom, held to the tables of scripts/house.sh;
#			no circles; libraries of common and guest link alone
#
# VMLINUX names the kernel whose types the BPF programs are compiled against;
# without one the schedulers are not built, and their tests are skipped.

ARCH ?= $(shell uname -m | sed -e s/i.86/x86/ -e s/x86_64/x86/)

ifneq ($(filter x86 x86_64,$(ARCH)),)
# Suites that run_tests runs.
TEST_GEN_PROGS := eevdf scx work places topology ops payload devices wakes monitor repro
# Those that are run only where they are named, and what all need beside them.
ON_DEMAND := repro_demo plants scale areas knobs presets
TEST_GEN_PROGS_EXTENDED := ready $(ON_DEMAND) ktstr-init ktstr kvm-check \
	ktstr-emulated-host ktstr-emuhost-agent
TEST_PROGS_EXTENDED := vmm/emulated-host/fetch.sh
TEST_GEN_FILES := ktstr-programs ktstr-make
# What `ktstr kernel build` configures kernels by.
TEST_FILES := ktstr.kconfig
endif

# make cuts names at blanks and colons, the shells of its recipes at more.
hash := \#
odd_chars := : ; % $$ $(hash) \ ' " ` & | < > ( ) * ? [ ] { } ! , =
odd_in = $(if $(filter-out 0 1,$(words $(1))),a blank,$(firstword \
	$(foreach c,$(odd_chars),$(findstring $(c),$(1)))))
path_must = $(if $(call odd_in,$(2)),$(error $(1)$(2): make cannot build in a \
	path with $(call odd_in,$(2)) in it))
$(call path_must,this folder: ,$(CURDIR))
$(call path_must,OUTPUT=,$(OUTPUT))
$(call path_must,KSFT_SRC=,$(KSFT_SRC))
$(call path_must,VMLINUX=,$(VMLINUX))

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
# Trees before 7.3 know no cids, without which there are no sub-schedulers.
HAS_SUB_SCHEDS := $(wildcard $(KSFT_DIR)/../../sched_ext/include/scx/cid.bpf.h)
# clang 16 is the oldest that can compile and link the schedulers.
BPF_CLANG ?= $(shell for c in $(CLANG) clang clang-22 clang-21 clang-20 \
	clang-19 clang-18 clang-17 clang-16; do \
	v=$$(echo __clang_major__ | $$c -E -P - 2>/dev/null) && \
	[ "$$v" -ge 16 ] 2>/dev/null && echo $$c && break; done)
ifneq ($(VMLINUX),)
ifneq ($(BPF_CLANG),)
ifneq ($(TEST_GEN_PROGS),)
TEST_GEN_PROGS_EXTENDED += scx_simple scx_ktstr ktstr-probe scx_runner \
	$(if $(HAS_SUB_SCHEDS),scx_ktstr_sub)
endif
else
$(warning no clang >= 16 (Debian: clang-19, Fedora: clang): the schedulers are not built, their tests will be skipped)
endif
else
$(warning no vmlinux: build the kernel first or name one by VMLINUX=; the schedulers are not built, their tests will be skipped)
endif

OVERRIDE_TARGETS := 1
include $(LIB_MK)

# Libraries that the system must have, as the compiler of lib.mk sees them: header,
# Debian's package, Fedora's.
ifeq ($(filter clean,$(MAKECMDGOALS)),)
# (The digits are a hash sign, which versions of make quote in several ways.)
have = $(shell printf '\043include <%s>\n' '$(1)' | $(CC) -E -x c - >/dev/null 2>&1 && echo y)
need = $(if $(call have,$(1)),,$(error no $(1): install $(2) (Fedora: $(3))))
$(if $(call have,stdio.h),,$(error $(CC) does not compile: install gcc, or name a compiler by CC= or LLVM=))
$(call need,libelf.h,libelf-dev,elfutils-libelf-devel)
$(call need,elfutils/libdw.h,libdw-dev,elfutils-devel)
$(call need,zlib.h,zlib1g-dev,zlib-devel)
$(call need,zstd.h,libzstd-dev,libzstd-devel)
$(call need,json-c/json.h,libjson-c-dev,json-c-devel)
$(call need,sqlite3.h,libsqlite3-dev,sqlite-devel)
pcre2 := $(shell printf '\043define PCRE2_CODE_UNIT_WIDTH 8\n\043include <%s>\n' \
	pcre2.h | $(CC) -E -x c - >/dev/null 2>&1 && echo y)
$(if $(pcre2),,$(error no pcre2.h: install libpcre2-dev (Fedora: pcre2-devel)))
endif

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

# Programs with a main() of their own; all else goes into the libraries: what both
# sides use, what the guest does, and what only a host or a test program has.
PROG_SRCS := vmm/kvm-check.c lib/host/machine/emulated-host-main.c \
	vmm/emulated-host/agent.c lib/host/cli/main.c \
	lib/host/front/front-main.c
LIB_SRCS := $(filter-out $(PROG_SRCS),$(sort $(shell find lib vmm -name '*.c')))
COMMON_SRCS := $(filter lib/common/%,$(LIB_SRCS))
GUEST_SRCS := $(filter lib/guest/%,$(LIB_SRCS))
PAGES := $(sort $(shell find lib -name '*.html'))
SHELLS := $(sort $(shell find lib -name '*.sh'))
HOST_SRCS := $(filter-out $(COMMON_SRCS) $(GUEST_SRCS),$(LIB_SRCS))
INIT_SRCS := $(wildcard init/*.c)
INIT_OBJS := $(INIT_SRCS:%.c=$(OBJ)/%.o)
PROBE_SRCS := $(wildcard init/probe/*.c)
PROBE_OBJS := $(PROBE_SRCS:%.c=$(OBJ)/%.o)
UNIT_SRCS := $(wildcard kselftest/unit/*_test.c)
FUZZ_SRCS := $(wildcard kselftest/unit/fuzz_*.c)
BENCH_SRCS := $(wildcard kselftest/bench/*.c)

LIBCOMMON := $(OUTPUT)/libktstr-common.a
LIBGUEST := $(OUTPUT)/libktstr-guest.a $(LIBCOMMON)
LIBKTSTR := $(OUTPUT)/libktstr.a $(LIBGUEST)
UNIT_PROGS := $(UNIT_SRCS:kselftest/unit/%.c=$(OUTPUT)/unit/%)
FUZZ_PROGS := $(FUZZ_SRCS:kselftest/unit/%.c=$(OUTPUT)/fuzz/%)
BENCH_PROGS := $(BENCH_SRCS:kselftest/bench/%.c=$(OUTPUT)/bench/%)

# A struct may have the members of another as its own, as in the kernel.
clang_dialect := -Wno-microsoft-anon-tag
WARN := -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes \
	$(if $(findstring clang,$(CC)),$(clang_dialect))
KTSTR_CFLAGS := -std=gnu11 -fms-extensions -O2 -g $(WARN) -MMD -MP -ffunction-sections \
	-D_GNU_SOURCE= -I$(SRC) -I$(SRC)/lib -isystem $(KSFT_DIR) \
	-isystem $(SCX_INC) $(USERCFLAGS)
KTSTR_LDFLAGS := -Wl,--as-needed -Wl,--gc-sections -pthread $(USERLDFLAGS)
KTSTR_SYSLIBS := -lelf -ldw -lz -lzstd -lpcre2-8 -ljson-c -lsqlite3 -lm
KTSTR_LDLIBS := $(LIBBPF) $(KTSTR_SYSLIBS)
ifeq ($(SAN),1)
# Half of the time that -O2 -g takes; a report needs lines and no variables.
KTSTR_CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer -O1 -g1
else ifeq ($(SAN),thread)
KTSTR_CFLAGS += -fsanitize=thread -fno-omit-frame-pointer -O1 -g1
endif

# What lib.mk's clean does not know of.
EXTRA_CLEAN := $(OBJ) $(SCX) $(LIBKTSTR) $(OUTPUT)/schedulers $(OUTPUT)/unit $(OUTPUT)/fuzz \
	$(OUTPUT)/bench

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: FORCE unit run-unit clang-build fuzz run-fuzz bench bench-build bpftool
.PHONY: scheduler house schemas

unit: $(UNIT_PROGS)
run-unit: unit
	$(Q)scripts/run-programs.sh unit 300 \
		$(filter-out %_guest_test $(if $(filter 1,$(SAN)),,%_boot_test),\
			$(UNIT_PROGS))
clang-build:
	+$(Q)$(MAKE) CC=$(BPF_CLANG) all unit
fuzz: $(FUZZ_PROGS)
run-fuzz: FUZZ_SECONDS ?= 60
run-fuzz: FUZZ_DIR ?= $(OUTPUT)/fuzz/found
run-fuzz: fuzz
	$(Q)scripts/run-fuzz.sh $(FUZZ_SECONDS) $(FUZZ_DIR) $(FUZZ_PROGS)
bench-build: $(BENCH_PROGS) $(OUTPUT)/bench/drgn-reads.py \
	$(TEST_GEN_PROGS_EXTENDED)
bench: bench-build
	$(Q)status=0; \
	KTSTR_KERNEL=$${KTSTR_KERNEL:-$(abspath $(dir $(VMLINUX)))} \
		$(OUTPUT)/bench/monitor || status=1; \
	$(OUTPUT)/bench/duty || status=1; \
	$(OUTPUT)/bench/results || status=1; \
	exit $$status

schemas: $(OUTPUT)/ktstr $(OUTPUT)/ready
	$(Q)$< scenario --schema >$(OBJ)/schema
	$(Q)mv $(OBJ)/schema Documentation/scenario.schema.json
	$(Q)$< list --schedulers --schema >$(OBJ)/schema
	$(Q)mv $(OBJ)/schema Documentation/schedulers.schema.json
house: $(OBJ)/alone-common $(OBJ)/alone-guest $(LIBKTSTR) $(INIT_OBJS) \
		$(if $(filter %/ktstr-probe,$(TEST_GEN_PROGS_EXTENDED)),$(PROBE_OBJS))
	$(Q)scripts/house.sh
	$(Q)scripts/circles.sh house $(LIB_SRCS:%.c=$(OBJ)/%.o) $(INIT_OBJS) \
		$(filter $(PROBE_OBJS),$^)

# All of a library links with nothing but those below it.
$(OBJ)/alone-common: $(LIBCOMMON)
$(OBJ)/alone-guest: $(LIBGUEST)
$(OBJ)/alone-%:
	$(call msg,LINK,alone,$@)
	$(Q)echo 'int main(void) { return 0; }' | $(CC) -pthread \
		$(filter -fsanitize%,$(KTSTR_CFLAGS)) $(USERCFLAGS) -x c - \
		-x none -Wl,--whole-archive $^ -Wl,--no-whole-archive \
		$(LIBBPF) -lelf -lz -lpcre2-8 -ljson-c $(USERLDFLAGS) -o $@

# ---- objects and the library ----

# Nobody waits for what a unit test itself computes.
$(OBJ)/kselftest/unit/%.o: KTSTR_CFLAGS += -O1
$(OBJ)/%.o: $(SRC)/%.c | $(LIBBPF)
	$(call msg,CC,,$(subst $(OBJ)/,,$@))
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(KTSTR_CFLAGS) -c $< -o $@

# A file as it is; the linker names its symbols after it.
define embed
	$(call msg,OBJ,,$(subst $(OBJ)/,,$@))
	$(Q)mkdir -p $(@D)
	$(Q)cd $(<D) && $(LD) -r -b binary -z noexecstack $(<F) -o $(abspath $@)
endef

$(PAGES:%.html=$(OBJ)/%.o): $(OBJ)/%.o: $(SRC)/%.html
	$(embed)
$(SHELLS:%.sh=$(OBJ)/%.o): $(OBJ)/%.o: $(SRC)/%.sh
	$(embed)

$(OUTPUT)/libktstr.a: $(HOST_SRCS:%.c=$(OBJ)/%.o) $(PAGES:%.html=$(OBJ)/%.o) \
	$(SHELLS:%.sh=$(OBJ)/%.o)
$(OUTPUT)/libktstr-guest.a: $(GUEST_SRCS:%.c=$(OBJ)/%.o)
$(OUTPUT)/libktstr-common.a: $(COMMON_SRCS:%.c=$(OBJ)/%.o)
$(LIBKTSTR):
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

$(OUTPUT)/ktstr-init: $(INIT_OBJS) $(LIBGUEST)
	$(call link,)

$(OUTPUT)/ktstr: $(OBJ)/lib/host/cli/main.o $(LIBKTSTR)
	$(call link,$(KTSTR_LDLIBS))

# Built anew where the commit is another one. Stages of check make in one folder at the
# same time: each has a file of its own until it is whole.
$(OBJ)/commit.h: FORCE
	$(Q)mkdir -p $(@D) && c=$$(scripts/commit.sh) && \
		printf '%s\n' "$${c:+#define KTSTR_COMMIT \"commit $$c\"}" \
		>$@.$$$$ && if cmp -s $@.$$$$ $@; then rm $@.$$$$; else \
		mv $@.$$$$ $@; fi
$(OBJ)/lib/host/cli/version.o: $(OBJ)/commit.h
$(OBJ)/lib/host/cli/version.o: KTSTR_CFLAGS += -include $(OBJ)/commit.h

# "[0] = "read"," and so on, of the numbers that this compiler's headers have.
$(OBJ)/syscall_names.h: Makefile
	$(Q)mkdir -p $(@D) && printf '\043include <sys/syscall.h>\n' | \
		$(CC) -E -dM -x c - | sed -n \
		's/^.define __NR_\([a-z0-9_]*\) \([0-9][0-9]*\)$$/[\2] = "\1",/p' >$@
$(OBJ)/lib/common/util/syscall_name.o: $(OBJ)/syscall_names.h
$(OBJ)/lib/common/util/syscall_name.o: KTSTR_CFLAGS += -I$(OBJ)

# The programs that `ktstr run` and `list` know.
$(OUTPUT)/ktstr-programs: Makefile
	$(Q)mkdir -p $(@D) && printf '%s\n' $(notdir $(TEST_GEN_PROGS)) \
		$(ON_DEMAND:%='% on-demand') >$@

# By what `ktstr ab` and `bisect` build schedulers as the suite was built.
$(OUTPUT)/ktstr-make: FORCE
	$(Q)mkdir -p $(@D) && printf '%s\n' '$(SRC)' '$(KSFT_DIR)' \
		'$(OUTPUT)' '$(VMLINUX)' >$@.$$$$ && \
		{ cmp -s $@.$$$$ $@ && rm $@.$$$$ || mv $@.$$$$ $@; }

$(OUTPUT)/kvm-check: $(OBJ)/vmm/kvm-check.o $(LIBKTSTR)
	$(call link,)

$(OUTPUT)/ktstr-emulated-host: $(OBJ)/lib/host/machine/emulated-host-main.o \
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

# The tree's own sched_ext tests: schedulers that the kernel throws out. All of
# them take a minute to compile, so only those that kselftest/repro.c runs.
SCX_TESTS := $(foreach t,exit ddsp_bogus_dsq_fail enq_last_no_enq_fails,$(if \
	$(wildcard $(KSFT_DIR)/sched_ext/$(t).bpf.c),$(t)))
SCX_ONLY = auto-test-targets="$(SCX_TESTS)" \
	all_test_bpfprogs='$$(addprefix $$(INCLUDE_DIR)/,$(SCX_TESTS:%=%.bpf.skel.h))'

$(OUTPUT)/scx_runner: $(SCX)/build/bin/scx_simple \
		$(wildcard $(KSFT_DIR)/sched_ext/*.[ch])
	$(call msg,MAKE,selftests/sched_ext,$@)
	$(Q)mkdir -p $(SCX)/selftests/build/include
	$(Q)ln -sfn $(abspath $(SCX_INC))/bpf $(SCX)/selftests/build/include/bpf
	$(SUBMAKE) -C $(KSFT_DIR)/sched_ext OUTPUT=$(SCX)/selftests \
		$(SCX_TOOLS) BPFOBJ=$(abspath $(LIBBPF)) \
		VMLINUX_H=$(abspath $(SCX_INC))/vmlinux.h $(SCX_ONLY) \
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

OUR_SCHEDS := $(OUTPUT)/scx_ktstr $(OUTPUT)/scx_ktstr_sub
$(OUR_SCHEDS): $(OUTPUT)/%: bpf/%.c $(OBJ)/bpf/%.skel.h $(LIBBPF)
	$(call msg,LINK,,$@)
	$(Q)$(CC) $(filter-out -fsanitize% -fno-sanitize% -Wmissing-prototypes \
		-Wextra,$(KTSTR_CFLAGS)) -I$(OBJ)/bpf \
		-isystem $(KSFT_DIR)/../../sched_ext/include \
		-MF $(OBJ)/bpf/$*.d $< $(LIBBPF) -lelf -lz -o $@

# ---- a scheduler of somebody's, for `run_ktstr.sh test` ----

ifneq ($(SCHED),)
$(call path_must,SCHED=,$(SCHED))
SCHED_NAME := $(notdir $(SCHED))
SCHED_PROG := $(SCHED_OUT)/$(SCHED_NAME)
SCHED_TREE := $(KSFT_DIR)/../..
# Behind all others: what asm/ of this machine has is not seen by -target bpf.
SCHED_SYS_INC = $(shell $(BPF_CLANG) -v -E - </dev/null 2>&1 | sed -n \
	'/<...> search starts here:/,/End of search list./{ s| \(/.*\)|-idirafter \1|p }')

scheduler: $(SCHED_PROG)

$(SCHED_PROG).bpf.o: $(SCHED).bpf.c $(SCX)/build/bin/scx_simple
	$(call msg,CLANG,bpf,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(BPF_CLANG) $(BPF_CFLAGS) -I$(SCHED_TREE)/../include \
		$(SCHED_SYS_INC) -MMD -MP -MF $@.d -c $< -o $@

# Linked first, as there: several objects of one source are one by then.
$(SCHED_PROG).bpf.skel.h: $(SCHED_PROG).bpf.o
	$(call msg,SKEL,,$@)
	$(Q)$(BPFTOOL) gen object $(<:.o=.linked.o) $<
	$(Q)$(BPFTOOL) gen skeleton $(<:.o=.linked.o) name $(SCHED_NAME) > $@

$(SCHED_PROG): $(SCHED).c $(SCHED_PROG).bpf.skel.h $(LIBBPF)
	$(call msg,LINK,,$@)
	$(Q)$(CC) -g -O2 -rdynamic -pthread -Wall -MMD -MP -MF $@.d -MT $@ \
		-I$(SCHED_OUT) -I$(SCX_INC) -I$(SCHED_TREE)/lib \
		-I$(SCHED_TREE)/include -I$(SCHED_TREE)/include/uapi \
		-I$(SCHED_TREE)/sched_ext/include $< $(LIBBPF) -lelf -lz -o $@

-include $(wildcard $(SCHED_PROG).d $(SCHED_PROG).bpf.o.d)
endif

$(PROBE_OBJS): KTSTR_CFLAGS += -isystem $(OBJ)/bpf \
	-isystem $(KSFT_DIR)/../../include/uapi
$(PROBE_OBJS): $(OBJ)/bpf/probe.skel.h $(OBJ)/bpf/fentry.skel.h

$(OUTPUT)/ktstr-probe: $(PROBE_OBJS) $(LIBGUEST)
	$(call link,$(LIBBPF) -lelf -lz)

# ---- fuzz targets: everything they touch is instrumented, and each finding
# ends them: what UBSan only prints would leave the status at 0

FUZZ_OBJ := $(OUTPUT)/fuzz/obj
FUZZ_CFLAGS = $(filter-out -ffunction-sections -MMD -MP,$(KTSTR_CFLAGS)) \
	$(clang_dialect) \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all

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
