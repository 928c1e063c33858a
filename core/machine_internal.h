/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * machine_internal.h - how much of the machine this process may use.
 *
 * A container shows the whole machine's processors and memory; what counts is the smallest of
 *
 *    processors    the affinity mask, the CPU quota of each control group above us (rounded up)
 *    memory        MemAvailable, and of each control group above us its limit less what it uses
 */
#ifndef TFI_MACHINE_INTERNAL_H
#define TFI_MACHINE_INTERNAL_H

#include <stdint.h>

#define TFI_MEMORY_UNKNOWN UINT64_MAX

struct tfi_machine {
    int n_processors;      /* at least 1 */
    uint64_t memory_bytes; /* that may still be taken, or TFI_MEMORY_UNKNOWN */
};

/* Looks now: reads some small files of /proc and /sys, of both versions of control groups. `root`
 * stands before their paths: "" but in tests. What cannot be read sets no limit. */
void tfi_machine_look(const char *root, struct tfi_machine *ret_machine);

/* Processors this process may use, as tfi_machine_look finds them. */
int tfi_n_processors(void);

#endif
