/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * cpu_internal.h - which instructions the faster variants may use.
 *
 * Code that has variants asks once for the level, takes the best variant at or below it and keeps
 * it behind an atomic pointer (crc32c.c shows the pattern). TFEED_CPU=baseline|sse42|avx2|avx512
 * in the environment lowers the level, so that every variant can be tested on one machine.
 */
#ifndef TFI_CPU_INTERNAL_H
#define TFI_CPU_INTERNAL_H

#include <stdint.h>

#include <tfeed/status.h>

/* Each level contains those before it. */
enum tfi_cpu_level {
    TFI_CPU_BASELINE, /* what the compiler was told: SSE2 on x86-64 */
    TFI_CPU_SSE42,    /* SSE4.2 (crc32), PCLMULQDQ */
    TFI_CPU_AVX2,     /* AVX2, BMI2 */
    TFI_CPU_AVX512,   /* AVX-512 F, BW and VL, VPCLMULQDQ */
};

/* The level to use: what the machine can run, or less when TFEED_CPU asks for it. Where TFEED_CPU
 * asks for more than that, or is no level's name, it is passed over: a library does not refuse to
 * work, a command does (tfeed_cpu_check). Read once; the answer never changes.
 * Thread safety: fully concurrent.   Blocks: no. */
enum tfi_cpu_level tfi_cpu_level(void);

/* "baseline", "sse42", "avx2", "avx512". Static. */
const char *tfi_cpu_level_name(enum tfi_cpu_level level);

/* The parts of the above, for tests: a feature is a bit in the order of the list in cpu.c. */
uint32_t tfi_cpu_features(void);
enum tfi_cpu_level tfi_cpu_level_of(uint32_t features);
/* The level for a value of TFEED_CPU (NULL or empty: the best) on a machine with these features. */
tfeed_status tfi_cpu_choose(const char *word, uint32_t features, enum tfi_cpu_level *ret_level,
                            struct tfeed_error *reterr);

#endif
