/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_crc32c.c - published values, and every variant against the definition.
 *
 * Tests that take a variant run once for each of the build; what this machine cannot run is
 * skipped, with what it lacks.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/byte_order_internal.h"
#include "core/crc32c_internal.h"

enum { MAX_LEN = 4096, N_ALIGNMENTS = 64 };

/* Bytes without a pattern, the same on every run: Knuth's linear congruential generator. */
static void fill_noise(uint8_t *data, size_t len)
{
    uint64_t state = 1;
    for (size_t i = 0; i < len; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        data[i] = (uint8_t)(state >> 56);
    }
}

static struct criterion_test_params each_variant(void)
{
    size_t *places = cr_malloc(tfi_crc32c_n_variants * sizeof *places);
    for (size_t i = 0; i < tfi_crc32c_n_variants; i++)
        places[i] = i;
    return cr_make_param_array(size_t, places, tfi_crc32c_n_variants);
}

/* The variant, or the end of the test. */
static const struct tfi_crc32c_variant *runnable(const size_t *place)
{
    const struct tfi_crc32c_variant *variant = tfi_crc32c_variants[*place];
    struct tfeed_error error = TFEED_ERROR_INIT;
    enum tfi_cpu_level level;
    if (tfi_cpu_choose(tfi_cpu_level_name(variant->level), tfi_cpu_features(), &level, &error) !=
        TFEED_OK)
        cr_skip_test("variant %s not tested: %s", variant->name, error.message);
    return variant;
}

#define VARIANT_TEST(name)                                                                         \
    ParameterizedTestParameters(crc32c, name)                                                      \
    {                                                                                              \
        return each_variant();                                                                     \
    }                                                                                              \
    ParameterizedTest(const size_t *place, crc32c, name)

/* The definition. */

Test(crc32c, definition_gives_the_values_of_rfc_3720)
{
    uint8_t data[32];
    cr_assert_eq(tfi_crc32c_bitwise(0, (const uint8_t *)"123456789", 9), 0xe3069283);
    memset(data, 0, sizeof data);
    cr_assert_eq(tfi_crc32c_bitwise(0, data, sizeof data), 0x8a9136aa);
    memset(data, 0xff, sizeof data);
    cr_assert_eq(tfi_crc32c_bitwise(0, data, sizeof data), 0x62a8ab43);
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)i;
    cr_assert_eq(tfi_crc32c_bitwise(0, data, sizeof data), 0x46dd794e);
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(sizeof data - 1 - i);
    cr_assert_eq(tfi_crc32c_bitwise(0, data, sizeof data), 0x113fdb5c);
}

/* Every variant. */

/* All lengths at all alignments. The definition is extended by a byte at a time, so that each
 * expected value costs one step. */
VARIANT_TEST(every_length_at_every_alignment_equals_the_definition)
{
    const struct tfi_crc32c_variant *variant = runnable(place);
    static uint8_t buffer[N_ALIGNMENTS + MAX_LEN] __attribute__((aligned(N_ALIGNMENTS)));
    fill_noise(buffer, sizeof buffer);
    for (size_t alignment = 0; alignment < N_ALIGNMENTS; alignment++) {
        const uint8_t *data = buffer + alignment;
        uint32_t expected = 0;
        for (size_t len = 0; len <= MAX_LEN; len++) {
            const uint32_t got = variant->extend(0, data, len);
            cr_assert_eq(got, expected, "%zu bytes at alignment %zu", len, alignment);
            expected = tfi_crc32c_bitwise(expected, data + len, 1);
        }
    }
}

VARIANT_TEST(any_start_value_equals_the_definition)
{
    const struct tfi_crc32c_variant *variant = runnable(place);
    static const uint32_t starts[] = {1, 0x80000000, 0xffffffff, 0xdeadbeef, 0x00ff00ff};
    uint8_t data[1100];
    fill_noise(data, sizeof data);
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        uint32_t expected = starts[i];
        for (size_t len = 0; len < sizeof data; len++) {
            cr_assert_eq(variant->extend(starts[i], data, len), expected, "start 0x%08x, %zu bytes",
                         starts[i], len);
            expected = tfi_crc32c_bitwise(expected, data + len, 1);
        }
    }
}

VARIANT_TEST(two_pieces_give_the_checksum_of_the_whole)
{
    const struct tfi_crc32c_variant *variant = runnable(place);
    uint8_t data[1500];
    fill_noise(data, sizeof data);
    const uint32_t expected = tfi_crc32c_bitwise(0, data, sizeof data);
    for (size_t cut = 0; cut <= sizeof data; cut++) {
        const uint32_t first = variant->extend(0, data, cut);
        cr_assert_eq(variant->extend(first, data + cut, sizeof data - cut), expected, "cut at %zu",
                     cut);
    }
}

VARIANT_TEST(lengths_around_whole_blocks_equal_the_definition)
{
    const struct tfi_crc32c_variant *variant = runnable(place);
    enum { LARGEST = 1 << 20, AROUND = 5 };
    uint8_t *data = malloc(LARGEST + AROUND);
    cr_assert_not_null(data);
    fill_noise(data, LARGEST + AROUND);
    uint32_t expected = 0;
    size_t done = 0;
    for (size_t block = 8192; block <= LARGEST; block *= 2)
        for (size_t len = block - AROUND; len <= block + AROUND; len++) {
            expected = tfi_crc32c_bitwise(expected, data + done, len - done);
            done = len;
            cr_assert_eq(variant->extend(0, data, len), expected, "%zu bytes", len);
        }
    free(data);
}

/* Pages that must not be touched directly before and directly behind the data. */
VARIANT_TEST(bytes_outside_the_data_are_not_touched)
{
    const struct tfi_crc32c_variant *variant = runnable(place);
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *mapping =
        mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(mapping, MAP_FAILED);
    uint8_t *start = mapping + page;
    fill_noise(start, page);
    cr_assert_eq(mprotect(mapping, page, PROT_NONE), 0);
    cr_assert_eq(mprotect(start + page, page, PROT_NONE), 0);
    uint32_t expected = 0;
    for (size_t len = 0; len <= page; len++) {
        cr_assert_eq(variant->extend(0, start, len), expected, "%zu bytes behind a page", len);
        const uint8_t *before_end = start + page - len;
        (void)variant->extend(0, before_end,
                              len); /* the value is another test's; this must not die */
        expected = tfi_crc32c_bitwise(expected, start + (len < page ? len : 0), 1);
    }
    cr_assert_eq(munmap(mapping, 3 * page), 0);
}

VARIANT_TEST(eight_bytes_as_a_number_equal_the_definition)
{
    const struct tfi_crc32c_variant *variant = runnable(place);
    uint8_t bytes[8 * 200];
    fill_noise(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i += 8)
        cr_assert_eq(variant->of_uint64(tfi_load_le64(bytes + i)),
                     tfi_crc32c_bitwise(0, bytes + i, 8));
}

/* The public functions. */

Test(crc32c, check_string_has_the_published_checksum)
{
    cr_assert_eq(tfeed_crc32c(0, "123456789", 9), 0xe3069283);
}

Test(crc32c, no_bytes_leave_the_checksum_alone)
{
    cr_assert_eq(tfeed_crc32c(0, NULL, 0), 0);
    cr_assert_eq(tfeed_crc32c(0x12345678, NULL, 0), 0x12345678);
}

Test(crc32c, mask_has_the_published_value)
{
    cr_assert_eq(tfeed_crc32c_mask(0xe3069283), 0xc78ab0e5);
    cr_assert_eq(tfeed_crc32c_mask(0), 0xa282ead8);
}

Test(crc32c, unmask_undoes_mask)
{
    static const uint32_t values[] = {0, 1, 0x7fff, 0x8000, 0xe3069283, 0x5d7d1527, 0xffffffff};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        cr_assert_eq(tfeed_crc32c_unmask(tfeed_crc32c_mask(values[i])), values[i]);
        cr_assert_eq(tfeed_crc32c_mask(tfeed_crc32c_unmask(values[i])), values[i]);
    }
}

Test(crc32c, framing_helpers_give_masked_checksums)
{
    const uint8_t length[8] = {9};
    cr_assert_eq(tfi_crc32c_masked((const uint8_t *)"123456789", 9), 0xc78ab0e5);
    cr_assert_eq(tfi_crc32c_masked_uint64(9), tfeed_crc32c_mask(tfeed_crc32c(0, length, 8)));
}

/* The choice. Each test is a process of its own, so the choice has not been made before. */

Test(crc32c, variant_is_the_best_for_the_level)
{
    cr_assert_eq(unsetenv("TFEED_CPU"), 0);
    static const char *const names[] = {"table", "sse42", "sse42", "avx512"};
    cr_assert_str_eq(tfeed_crc32c_variant(), names[tfi_cpu_level()]);
}

Test(crc32c, first_use_makes_the_choice)
{
    cr_assert_eq(setenv("TFEED_CPU", "baseline", 1), 0);
    cr_assert_eq(tfeed_crc32c(0, "123456789", 9), 0xe3069283);
    cr_assert_str_eq(tfi_crc32c_in_use()->name, "table");
    cr_assert_str_eq(tfeed_crc32c_variant(), "table");
}
