/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_record_policies.c - what readers do about damage when they are told beforehand: skip it, up
 * to so many times, or stop the file. Where reading goes on is test_resync.c.
 */
#include <criterion/criterion.h>

#include "tests/unit/records/reader_fixture.h"

struct told {
    struct tfeed_record_loss losses[8];
    struct tfeed_error errors[8];
    size_t n;
};

static void tell(void *user_data, const struct tfeed_record_loss *loss,
                 const struct tfeed_error *error)
{
    struct told *told = user_data;
    cr_assert_lt(told->n, 8);
    told->losses[told->n] = *loss;
    told->errors[told->n++] = *error;
}

/* Six records; the length of number 1 and the payload of number 3 are damaged. */
static void damage_two(struct fixture *fixture, struct told *told)
{
    *told = (struct told){.n = 0};
    fixture_init(fixture);
    for (unsigned i = 0; i < 6; i++)
        t_record_bytes_add_pattern(&fixture->bytes, 20, i);
    t_record_bytes_flip(&fixture->bytes, fixture->bytes.offsets[1] + 2, 0);
    t_record_bytes_flip(&fixture->bytes, fixture->bytes.offsets[3] + 20, 0);
    fixture->options.on_loss = tell;
    fixture->options.loss_data = told;
}

Test(record_policies, skipping_reader_gives_the_rest_and_tells_what_is_lost)
{
    struct fixture fixture;
    struct told told;
    size_t n;
    damage_two(&fixture, &told);
    fixture.options.on_error = TFEED_ON_ERROR_SKIP;
    fixture_open(&fixture);
    cr_assert_eq(read_all(&fixture, &n), TFEED_OUT_OF_RANGE);
    cr_assert_eq(n, 4);
    cr_assert_eq(told.n, 2);
    expect_loss(&told.losses[0], 1, 36, 72);
    expect_loss(&told.losses[1], 3, 108, 144);
    cr_assert_eq(told.errors[0].code, TFEED_DATA_LOSS);
    cr_assert_eq(told.errors[1].offset, 108);
    const struct tfeed_record_losses losses = tfeed_record_reader_losses(fixture.reader);
    cr_assert_eq(losses.n_losses, 2);
    cr_assert_eq(losses.n_bytes, 72);
    fixture_clear(&fixture);
}

Test(record_policies, one_loss_more_than_max_skipped_is_the_error)
{
    struct fixture fixture;
    struct told told;
    size_t n;
    damage_two(&fixture, &told);
    fixture.options.on_error = TFEED_ON_ERROR_SKIP;
    fixture.options.max_skipped = 1;
    fixture_open(&fixture);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(read_all(&fixture, &n), TFEED_DATA_LOSS);
        cr_assert_eq(n, i == 0 ? 2 : 0);
        cr_assert_not_null(strstr(fixture.error.message, "max_skipped = 1"), "%s",
                           fixture.error.message);
        cr_assert_eq(fixture.error.record, 3);
    }
    cr_assert_eq(told.n, 1);
    fixture_clear(&fixture);
}

Test(record_policies, stopping_reader_ends_the_file_at_the_first_damage)
{
    struct fixture fixture;
    struct told told;
    size_t n;
    damage_two(&fixture, &told);
    fixture.options.on_error = TFEED_ON_ERROR_STOP_FILE;
    fixture_open(&fixture);
    cr_assert_eq(read_all(&fixture, &n), TFEED_OUT_OF_RANGE);
    cr_assert_eq(n, 1);
    cr_assert_eq(told.n, 1);
    expect_loss(&told.losses[0], 1, 36, fixture.bytes.len);
    fixture_clear(&fixture);
}

Test(record_policies, record_above_the_limit_is_no_damage_and_not_skipped)
{
    struct fixture fixture;
    struct told told;
    size_t n;
    damage_two(&fixture, &told);
    fixture.options.on_error = TFEED_ON_ERROR_SKIP;
    fixture.options.max_record_bytes = 19;
    fixture_open(&fixture);
    cr_assert_eq(read_all(&fixture, &n), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_eq(told.n, 0);
    fixture_clear(&fixture);
}

Test(record_policies, walk_of_a_skipping_reader_goes_on_behind_bad_lengths)
{
    struct fixture fixture;
    struct told told;
    damage_two(&fixture, &told);
    fixture.options.on_error = TFEED_ON_ERROR_SKIP;
    fixture_open(&fixture);
    const struct tfi_record_walk walk = {.until_offset = UINT64_MAX, .until_record = 5};
    cr_assert_eq(tfi_record_reader_walk(fixture.reader, &walk, NULL), TFEED_OK);
    cr_assert_eq(tfeed_record_reader_offset(fixture.reader), fixture.bytes.offsets[5]);
    cr_assert_eq(told.n, 1, "payloads are not looked at");
    fixture_clear(&fixture);
}
