/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_identity_work.c - names as records, and readers that wait for them.
 */
#include <criterion/criterion.h>

#include "core/thread_internal.h"
#include "tests/unit/readers/kind_fixture.h"

static void init_identity(struct kind_fixture *kind)
{
    kind_init_text(kind, "");
    cr_assert_eq(tfeed_identity_reader_new(NULL, &kind->reader, NULL), TFEED_OK);
}

Test(identity_work, names_are_keys_and_values)
{
    struct kind_fixture kind;
    init_identity(&kind);
    kind_enqueue(&kind, "A");
    kind_enqueue(&kind, "");
    kind_enqueue(&kind, "C");
    kind_close_names(&kind);
    cr_assert(counters_are(&kind, 0, 0));
    expect_record(&kind, "A", "A");
    cr_assert(counters_are(&kind, 1, 1));
    cr_assert_eq(tfeed_queue_size(kind.names), 2);
    expect_record(&kind, "", "");
    expect_record(&kind, "C", "C");
    cr_assert_eq(kind_read(&kind), TFEED_OUT_OF_RANGE);
    cr_assert_not_null(strstr(kind.error.message, "(requested 1, current size 0)"));
    cr_assert(counters_are(&kind, 3, 3));
    kind_clear(&kind);
}

Test(identity_work, names_may_hold_any_bytes)
{
    struct kind_fixture kind;
    struct tfeed_tensor element = {.dtype = TFEED_DTYPE_INVALID};
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    init_identity(&kind);
    cr_assert_eq(tfeed_tensor_alloc(TFEED_STRING, &scalar, NULL, &element, NULL), TFEED_OK);
    cr_assert_eq(tfeed_tensor_set_string(&element, 0, "a\0b", 3, NULL), TFEED_OK);
    cr_assert_eq(tfeed_queue_enqueue(kind.names, &element, NULL), TFEED_OK);
    tfeed_tensor_clear(&element);
    cr_assert_eq(kind_read(&kind), TFEED_OK);
    cr_assert(bytes_are(tfeed_tensor_strings(&kind.key), "a\0b", 3));
    cr_assert(bytes_are(tfeed_tensor_strings(&kind.value), "a\0b", 3));
    kind_clear(&kind);
}

Test(identity_work, reset_does_not_rewind_the_queue)
{
    struct kind_fixture kind;
    init_identity(&kind);
    kind_enqueue(&kind, "A");
    kind_enqueue(&kind, "B");
    expect_record(&kind, "A", "A");
    tfeed_reader_reset(kind.reader);
    cr_assert(counters_are(&kind, 0, 0));
    cr_assert_eq(tfeed_queue_size(kind.names), 1);
    expect_record(&kind, "B", "B");
    cr_assert(counters_are(&kind, 1, 1));
    kind_clear(&kind);
}

Test(identity_work, two_readers_share_one_queue)
{
    struct kind_fixture kind;
    struct tfeed_reader *other = NULL;
    struct tfeed_tensor value = {.dtype = TFEED_DTYPE_INVALID};
    init_identity(&kind);
    cr_assert_eq(tfeed_identity_reader_new(NULL, &other, NULL), TFEED_OK);
    kind_enqueue(&kind, "A");
    kind_enqueue(&kind, "B");
    kind_enqueue(&kind, "C");
    expect_record(&kind, "A", "A");
    cr_assert_eq(tfeed_reader_read(other, kind.names, NULL, &value, NULL), TFEED_OK);
    cr_assert(text_is(&value, "B"));
    expect_record(&kind, "C", "C");
    cr_assert_eq(tfeed_reader_n_records_produced(other), 1);
    tfeed_tensor_clear(&value);
    tfeed_reader_unref(other);
    kind_clear(&kind);
}

/* --- waiting ------------------------------------------------------------------------------- */

enum { N_WAITING = 3 };

struct waiting {
    struct kind_fixture kind;
    struct tfi_thread thread;
    tfeed_status status;
};

static void wait_for_name(void *object)
{
    struct waiting *waiting = object;
    waiting->status = kind_read(&waiting->kind);
}

/* As TensorFlow's AsyncReaderTest: readers that wait do not keep others from reading, and end in
 * the order in which their names come. */
Test(identity_work, waiting_readers_block_nobody_else)
{
    static struct waiting all[N_WAITING];
    struct kind_fixture other;
    init_identity(&other);
    for (int i = 0; i < N_WAITING; i++) {
        init_identity(&all[i].kind);
        cr_assert_eq(tfi_thread_start(&all[i].thread, "waits", wait_for_name, &all[i], NULL),
                     TFEED_OK);
    }
    kind_enqueue(&other, "free");
    expect_record(&other, "free", "free");
    for (int i = N_WAITING - 1; i >= 0; i--) {
        kind_enqueue(&all[i].kind, "came");
        tfi_thread_join(&all[i].thread);
        cr_assert_eq(all[i].status, TFEED_OK);
        cr_assert(text_is(&all[i].kind.value, "came"));
        kind_clear(&all[i].kind);
    }
    kind_clear(&other);
}

Test(identity_work, closing_the_queue_ends_a_wait)
{
    static struct waiting waiting;
    init_identity(&waiting.kind);
    cr_assert_eq(tfi_thread_start(&waiting.thread, "waits", wait_for_name, &waiting, NULL),
                 TFEED_OK);
    kind_close_names(&waiting.kind);
    tfi_thread_join(&waiting.thread);
    cr_assert_eq(waiting.status, TFEED_OUT_OF_RANGE);
    kind_clear(&waiting.kind);
}

Test(identity_work, no_memory_is_reported)
{
    struct kind_fixture kind;
    kind_init_text(&kind, "");
    T_FAIL_EACH_ALLOC(allocator, {
        kind.reader = NULL;
        tfeed_status status = tfeed_identity_reader_new(allocator, &kind.reader, NULL);
        kind_enqueue(&kind, "A");
        if (status == TFEED_OK)
            status = kind_read(&kind);
        T_EXPECT_ALLOC_STATUS(status);
        kind_clear_records(&kind);
        tfeed_reader_unref(kind.reader);
    });
    kind.reader = NULL;
    kind_clear(&kind);
}
