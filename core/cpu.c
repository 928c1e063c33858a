/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * cpu.c - which instructions the faster variants may use.
 */
#include "core/cpu_internal.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/version.h>

#include "core/error_internal.h"

enum { N_LEVELS = TFI_CPU_AVX512 + 1 };

static const char *const level_names[N_LEVELS] = {"baseline", "sse42", "avx2", "avx512"};

/* The features a level needs beyond those of the level before it. The names are those that the
 * compilers' __builtin_cpu_supports takes; it also asks whether the operating system keeps the wide
 * registers. X(name, level) */
#define CPU_FEATURE_LIST(X)                                                                        \
    X("sse4.2", TFI_CPU_SSE42)                                                                     \
    X("pclmul", TFI_CPU_SSE42)                                                                     \
    X("avx2", TFI_CPU_AVX2)                                                                        \
    X("bmi2", TFI_CPU_AVX2)                                                                        \
    X("avx512f", TFI_CPU_AVX512)                                                                   \
    X("avx512bw", TFI_CPU_AVX512)                                                                  \
    X("avx512vl", TFI_CPU_AVX512)                                                                  \
    X("vpclmulqdq", TFI_CPU_AVX512)

static const struct {
    const char *name;
    enum tfi_cpu_level level;
} features_needed[] = {
#define FEATURE_ENTRY(name, level) {name, level},
    CPU_FEATURE_LIST(FEATURE_ENTRY)
#undef FEATURE_ENTRY
};

enum { N_FEATURES = sizeof features_needed / sizeof features_needed[0] };

uint32_t tfi_cpu_features(void)
{
    uint32_t features = 0;
#if defined(__x86_64__)
    uint32_t bit = 1;
    __builtin_cpu_init();
#define PROBE_FEATURE(name, level)                                                                 \
    if (__builtin_cpu_supports(name))                                                              \
        features |= bit;                                                                           \
    bit <<= 1;
    CPU_FEATURE_LIST(PROBE_FEATURE)
#undef PROBE_FEATURE
#endif
    return features;
}

/* The features that are missing for a level. */
static uint32_t missing_for(enum tfi_cpu_level level, uint32_t features)
{
    uint32_t needed = 0;
    for (int i = 0; i < N_FEATURES; i++)
        if (features_needed[i].level <= level)
            needed |= UINT32_C(1) << i;
    return needed & ~features;
}

enum tfi_cpu_level tfi_cpu_level_of(uint32_t features)
{
    int level = TFI_CPU_AVX512;
    while (missing_for((enum tfi_cpu_level)level, features) != 0)
        level--;
    return (enum tfi_cpu_level)level;
}

/* "sse4.2, pclmul" */
static void list_features(uint32_t features, char *text, size_t text_bytes)
{
    size_t len = 0;
    text[0] = '\0';
    for (int i = 0; i < N_FEATURES && len < text_bytes; i++)
        if ((features >> i & 1) != 0)
            len += (size_t)snprintf(text + len, text_bytes - len, "%s%s", len > 0 ? ", " : "",
                                    features_needed[i].name);
}

tfeed_status tfi_cpu_choose(const char *word, uint32_t features, enum tfi_cpu_level *ret_level,
                            struct tfeed_error *reterr)
{
    if (word == NULL || word[0] == '\0') {
        *ret_level = tfi_cpu_level_of(features);
        return TFEED_OK;
    }
    int level = 0;
    while (level < N_LEVELS && strcmp(word, level_names[level]) != 0)
        level++;
    if (level == N_LEVELS)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "TFEED_CPU: expected baseline, sse42, avx2 or avx512, found '%s'", word);
    const uint32_t missing = missing_for((enum tfi_cpu_level)level, features);
    if (missing != 0) {
        char text[128];
        list_features(missing, text, sizeof text);
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                        "TFEED_CPU=%s: this machine can run %s, it lacks %s", word,
                        level_names[tfi_cpu_level_of(features)], text);
    }
    *ret_level = (enum tfi_cpu_level)level;
    return TFEED_OK;
}

tfeed_status tfeed_cpu_check(struct tfeed_error *reterr)
{
    enum tfi_cpu_level level;
    return tfi_cpu_choose(getenv("TFEED_CPU"), tfi_cpu_features(), &level, reterr);
}

enum tfi_cpu_level tfi_cpu_level(void)
{
    /* Level + 1; 0 before the first call. Threads that come together find the same answer, and the
     * value stands for nothing but itself: relaxed is enough. */
    static _Atomic int known;
    const int before = atomic_load_explicit(&known, memory_order_relaxed);
    if (before != 0)
        return (enum tfi_cpu_level)(before - 1);
    const uint32_t features = tfi_cpu_features();
    enum tfi_cpu_level level;
    if (tfi_cpu_choose(getenv("TFEED_CPU"), features, &level, NULL) != TFEED_OK)
        level = tfi_cpu_level_of(features);
    atomic_store_explicit(&known, (int)level + 1, memory_order_relaxed);
    return level;
}

const char *tfi_cpu_level_name(enum tfi_cpu_level level)
{
    return level_names[level];
}
