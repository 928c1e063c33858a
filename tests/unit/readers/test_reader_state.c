/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_reader_state.c - a reader's place saved and restored in TensorFlow's bytes.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdlib.h>

#include "tests/unit/readers/kind_fixture.h"

#define ONE_READ "\x08\x01\x10\x01\x18\x01\x22\x01\x41"

static void init_identity(struct kind_fixture *kind)
{
    kind_init_text(kind, "");
    cr_assert_eq(tfeed_identity_reader_new(NULL, &kind->reader, NULL), TFEED_OK);
    kind_enqueue(kind, "A");
    kind_enqueue(kind, "BB");
}

static bool state_is(struct kind_fixture *kind, const void *bytes, size_t len)
{
    struct tfeed_tensor state = {.dtype = TFEED_DTYPE_INVALID};
    cr_assert_eq(tfeed_reader_serialize_state(kind->reader, &state, NULL), TFEED_OK);
    const bool equal = bytes_are(tfeed_tensor_strings(&state), bytes, len);
    tfeed_tensor_clear(&state);
    return equal;
}

static tfeed_status restore(struct kind_fixture *kind, const void *bytes, size_t len)
{
    const struct tfeed_bytes state = {.data = bytes, .len = len};
    return tfeed_reader_restore_state(kind->reader, &state, &kind->error);
}

/* --- good states --------------------------------------------------------------------------- */

Test(reader_state, new_reader_saves_nothing)
{
    struct kind_fixture kind;
    init_identity(&kind);
    cr_assert(state_is(&kind, "", 0));
    kind_clear(&kind);
}

Test(reader_state, state_has_counters_and_the_last_name)
{
    struct kind_fixture kind;
    init_identity(&kind);
    expect_record(&kind, "A", "A");
    cr_assert(state_is(&kind, ONE_READ, 9));
    expect_record(&kind, "BB", "BB");
    cr_assert(state_is(&kind, "\x08\x02\x10\x02\x18\x02\x22\x02\x42\x42", 10));
    tfeed_reader_reset(kind.reader);
    cr_assert(state_is(&kind, "", 0));
    kind_clear(&kind);
}

Test(reader_state, restored_reader_goes_on_from_the_queue)
{
    struct kind_fixture kind;
    init_identity(&kind);
    cr_assert_eq(restore(&kind, ONE_READ, 9), TFEED_OK);
    cr_assert(counters_are(&kind, 1, 1));
    cr_assert_eq(tfeed_queue_size(kind.names), 2, "the queue is not touched");
    cr_assert(state_is(&kind, ONE_READ, 9));
    expect_record(&kind, "A", "A");
    cr_assert(counters_are(&kind, 2, 2));
    kind_clear(&kind);
}

Test(reader_state, nothing_restores_a_new_reader)
{
    struct kind_fixture kind;
    init_identity(&kind);
    expect_record(&kind, "A", "A");
    cr_assert_eq(restore(&kind, NULL, 0), TFEED_OK);
    cr_assert(counters_are(&kind, 0, 0));
    kind_clear(&kind);
}

Test(reader_state, unknown_fields_of_each_type_are_dropped)
{
    static const char state[] = "\x08\x01\x10\x01\x28\xac\x02\x2a\x01X\x31"
                                "12345678\x3d"
                                "1234\x0d"
                                "1234";
    struct kind_fixture kind;
    init_identity(&kind);
    cr_assert_eq(restore(&kind, state, sizeof state - 1), TFEED_OK, "%s", kind.error.message);
    cr_assert(state_is(&kind, "\x08\x01\x10\x01", 4));
    kind_clear(&kind);
}

Test(reader_state, long_name_and_large_numbers_come_back)
{
    enum { NAME_BYTES = 300, HEAD_BYTES = 14 };
    uint8_t state[HEAD_BYTES + NAME_BYTES] =
        "\x18\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x22\xac\x02"; /* INT64_MAX */
    struct kind_fixture kind;
    memset(state + 13, 'n', NAME_BYTES);
    init_identity(&kind);
    cr_assert_eq(restore(&kind, state, 13 + NAME_BYTES), TFEED_OK, "%s", kind.error.message);
    cr_assert_eq(tfeed_reader_n_records_produced(kind.reader), INT64_MAX);
    cr_assert(state_is(&kind, state, 13 + NAME_BYTES));
    kind_clear(&kind);
}

/* A whole file that could not be read is in progress; restoring drops it. */
Test(reader_state, restoring_drops_what_is_in_progress)
{
    struct kind_fixture kind;
    kind_init_text(&kind, "x");
    cr_assert_eq(tfeed_whole_file_reader_new(&kind.options, &kind.reader, NULL), TFEED_OK);
    kind.files.fail_read_at = 0;
    kind_enqueue(&kind, "f");
    kind_enqueue(&kind, "g");
    cr_assert_eq(kind_read(&kind), TFEED_UNKNOWN);
    cr_assert(state_is(&kind, "\x08\x01\x22\x01\x66", 5));
    cr_assert_eq(restore(&kind, ONE_READ, 9), TFEED_OK);
    kind.files.fail_read_at = T_NEVER;
    expect_record(&kind, "g", "x");
    kind_clear(&kind);
}

/* --- states that cannot be ----------------------------------------------------------------- */

struct bad_state {
    char bytes[24];
    size_t len;
    char said[40];
};

ParameterizedTestParameters(reader_state, bad_state_is_refused_and_leaves_the_reader_reset)
{
    static struct bad_state states[] = {
        {"\x08", 1, "Could not parse state"},                        /* cut */
        {ONE_READ "\0", 10, "Could not parse state"},                /* junk behind */
        {"\0" ONE_READ, 10, "Could not parse state"},                /* and before */
        {"\xff\xff", 2, "Could not parse state"},                    /* no tag */
        {"\x22\x05\x41", 3, "Could not parse state"},                /* a length beyond the end */
        {"\x31\x01", 2, "Could not parse state"},                    /* cut fixed64 */
        {"\x3d\x01", 2, "Could not parse state"},                    /* cut fixed32 */
        {"\x2b\x2c", 2, "Could not parse state"},                    /* a group */
        {"\x08\x02\x10\x01", 4, "Inconsistent work started"},        /* still in progress */
        {"\x08\x01", 2, "Inconsistent work started"},                /* likewise */
        {"\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11,         /* -1 */
         "Unexpected negative value"},                               /* … */
        {"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 13, /* a varint of 12 bytes */
         "Could not parse state"},
    };
    return cr_make_param_array(struct bad_state, states, sizeof states / sizeof states[0]);
}

ParameterizedTest(struct bad_state *bad, reader_state,
                  bad_state_is_refused_and_leaves_the_reader_reset)
{
    struct kind_fixture kind;
    init_identity(&kind);
    expect_record(&kind, "A", "A");
    cr_assert_eq(restore(&kind, bad->bytes, bad->len), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(kind.error.message, bad->said), "%s", kind.error.message);
    cr_assert_not_null(strstr(kind.error.message, "IdentityReader"));
    cr_assert(counters_are(&kind, 0, 0));
    cr_assert(state_is(&kind, "", 0));
    expect_record(&kind, "BB", "BB");
    kind_clear(&kind);
}

Test(reader_state, message_shows_the_bytes_escaped)
{
    struct kind_fixture kind;
    init_identity(&kind);
    cr_assert_eq(restore(&kind, "\xff\n\"'\\\t\rx", 8), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(kind.error.message, ": \\377\\n\\\"\\'\\\\\\t\\rx"), "%s",
                       kind.error.message);
    kind_clear(&kind);
}

/* Any bytes end in OK or INVALID_ARGUMENT, and what is taken is saved again and taken again. */
Test(reader_state, random_bytes_never_harm)
{
    struct kind_fixture kind;
    uint32_t random = 1;
    int n_taken = 0;
    init_identity(&kind);
    for (int round = 0; round < 20000; round++) {
        uint8_t bytes[12];
        const size_t len = next_random(&random) % sizeof bytes;
        uint8_t *exact = malloc(len + 1); /* reading beyond it is seen by AddressSanitizer */
        cr_assert_not_null(exact);
        for (size_t i = 0; i < len; i++)
            bytes[i] = (uint8_t)(next_random(&random) % (round % 2 == 0 ? 48 : 256));
        memcpy(exact, bytes, len);
        const tfeed_status status = restore(&kind, exact, len);
        cr_assert(status == TFEED_OK || status == TFEED_INVALID_ARGUMENT);
        if (status == TFEED_OK) {
            struct tfeed_tensor state = {.dtype = TFEED_DTYPE_INVALID};
            cr_assert_eq(tfeed_reader_serialize_state(kind.reader, &state, NULL), TFEED_OK);
            cr_assert_eq(
                tfeed_reader_restore_state(kind.reader, tfeed_tensor_strings(&state), NULL),
                TFEED_OK);
            tfeed_tensor_clear(&state);
            n_taken++;
        }
        free(exact);
    }
    cr_assert_gt(n_taken, 100);
    kind_clear(&kind);
}

Test(reader_state, no_memory_is_reported)
{
    struct kind_fixture kind;
    kind_init_text(&kind, "");
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_tensor state = {.dtype = TFEED_DTYPE_INVALID};
        kind.reader = NULL;
        tfeed_status status = tfeed_identity_reader_new(allocator, &kind.reader, NULL);
        if (status == TFEED_OK)
            status = restore(&kind, ONE_READ, 9);
        if (status == TFEED_OK)
            status = tfeed_reader_serialize_state(kind.reader, &state, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_tensor_clear(&state);
        tfeed_reader_unref(kind.reader);
    });
    kind.reader = NULL;
    kind_clear(&kind);
}
