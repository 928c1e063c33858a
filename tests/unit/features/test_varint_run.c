/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_varint_run.c - packed int64 in every variant, against one varint after the other.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "features/varint_run_private.h"
#include "features/wire_private.h"
#include "tests/support/support.h"

enum { MAX_BYTES = 600 };

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Decodes bytes that end at a guard page in every variant, and one after the other. */
static void expect_same(const uint8_t *bytes, size_t len)
{
    int64_t expected[MAX_BYTES];
    int64_t got[MAX_BYTES + TFI_VARINT_RUN_SLACK];
    size_t n_expected = 0;
    bool is_good = true;
    for (const uint8_t *at = bytes; is_good && at < bytes + len;) {
        uint64_t value;
        at = tfi_wire_varint(at, bytes + len, &value);
        is_good = at != NULL;
        if (is_good)
            expected[n_expected++] = (int64_t)value;
    }
    struct t_guarded guarded;
    t_guarded_init_copy(&guarded, bytes, len);
    for (int level = TFI_CPU_BASELINE; level <= (int)tfi_cpu_level(); level++) {
        size_t n = 0;
        const bool accepts = tfi_varint_run_variant((enum tfi_cpu_level)level)(
            guarded.data, guarded.data + len, got, &n);
        cr_assert_eq(accepts, is_good, "level %d, %zu bytes", level, len);
        if (!is_good)
            continue;
        cr_assert_eq(n, n_expected, "level %d: %zu values, expected %zu", level, n, n_expected);
        for (size_t i = 0; i < n; i++)
            cr_assert_eq(got[i], expected[i], "level %d, value %zu of %zu", level, i, n);
    }
    t_guarded_clear(&guarded);
}

/* Varints whose lengths are drawn up to max_len, as many as fit. */
static size_t fill_random(uint8_t *bytes, size_t n_bytes, unsigned max_len, uint32_t *state)
{
    size_t n = 0;
    for (;;) {
        const unsigned len = 1 + next_random(state) % max_len;
        if (n + len > n_bytes)
            return n;
        for (unsigned i = 0; i < len; i++)
            bytes[n++] = (uint8_t)((next_random(state) & 0x7f) | (i + 1 < len ? 0x80 : 0));
    }
}

Test(varint_run, no_bytes_hold_no_values)
{
    expect_same(NULL, 0);
}

Test(varint_run, lengths_up_to_ten_bytes_are_decoded_alike)
{
    uint32_t state = 1;
    uint8_t bytes[MAX_BYTES];
    for (unsigned max_len = 1; max_len <= TFI_VARINT_MAX_BYTES; max_len++)
        for (size_t n_bytes = 1; n_bytes < MAX_BYTES; n_bytes += n_bytes < 140 ? 1 : 37)
            expect_same(bytes, fill_random(bytes, n_bytes, max_len, &state));
}

Test(varint_run, one_length_throughout_is_decoded_alike)
{
    uint8_t bytes[MAX_BYTES];
    for (unsigned len = 1; len <= TFI_VARINT_MAX_BYTES; len++) {
        for (size_t i = 0; i < MAX_BYTES; i++)
            bytes[i] = (uint8_t)((i * 37 & 0x7f) | (i % len + 1 < len ? 0x80 : 0));
        for (size_t n = 0; n < 50; n++)
            expect_same(bytes, n * len);
    }
}

Test(varint_run, cut_anywhere_is_refused_alike)
{
    uint32_t state = 2;
    uint8_t bytes[MAX_BYTES];
    for (unsigned max_len = 1; max_len <= TFI_VARINT_MAX_BYTES; max_len++) {
        const size_t len = fill_random(bytes, 200, max_len, &state);
        for (size_t cut = 0; cut < len; cut++)
            expect_same(bytes, cut);
    }
}

Test(varint_run, varint_of_eleven_bytes_is_refused_wherever_it_stands)
{
    uint32_t state = 3;
    uint8_t bytes[MAX_BYTES];
    for (size_t before = 0; before < 140; before++) {
        memset(bytes, 1, sizeof bytes);
        memset(bytes + before, 0x80, 10);
        expect_same(bytes, before + 11);
        expect_same(bytes, before + 200);
    }
    for (int i = 0; i < 2000; i++) {
        for (size_t k = 0; k < 150; k++)
            bytes[k] = (uint8_t)next_random(&state);
        expect_same(bytes, 150);
    }
}
