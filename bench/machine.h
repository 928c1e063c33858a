/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * machine.h - where a figure comes from: processor, compiler, build.
 */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

struct bench_machine {
    char processor[128];   /**< as the kernel names it */
    unsigned n_processors; /**< that this process may use */
    const char *compiler;
    const char *build;    /**< "optimised", "not optimised", with sanitizers if there are any */
    const char *checksum; /**< the code that computes checksums here */
};

void bench_machine_describe(struct bench_machine *ret_machine);

#endif
