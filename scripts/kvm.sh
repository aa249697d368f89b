# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Whether a kernel can run here: on /dev/kvm, or on the emulated host. Sourced
# by run_ktstr.sh. The suite decides for itself again; this says so early, and
# gets what the emulated host needs.
