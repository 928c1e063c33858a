/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_fifo_storage.c - the ring: wrapping, growing while wrapped, rows put back before the head.
 */
#include "tests/unit/queues/queue_fixture.h"

#include "queues/queue_storage_private.h"

enum { N_ROWS = 40 };

/* A ring of int64 rows with the values that are moved in and out. */
struct ring {
    struct queue_storage storage;
    int64_t values[N_ROWS];
    uint8_t *column;
    struct queue_rows rows;
};

static void ring_init(struct ring *ring, size_t n_slots)
{
    ring->storage = (struct queue_storage){.policy = &tfi_queue_fifo_policy};
    cr_assert_eq(
        tfi_queue_columns_init(&ring->storage.columns, NULL, &int64_dtype, &scalar_shape, 1, NULL),
        TFEED_OK);
    cr_assert(tfi_queue_storage_reserve(&ring->storage, n_slots, n_slots));
    ring->column = (uint8_t *)ring->values;
    ring->rows.columns = &ring->column;
}

static void put(struct ring *ring, int64_t first, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ring->values[i] = first + (int64_t)i;
    cr_assert(tfi_queue_storage_reserve(&ring->storage, n, N_ROWS));
    tfi_queue_fifo_policy.put(&ring->storage, &ring->rows, 0, n);
}

static void expect_taken(struct ring *ring, int64_t first, size_t n)
{
    memset(ring->values, 0xff, sizeof ring->values);
    tfi_queue_fifo_policy.take(&ring->storage, &ring->rows, 0, n);
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(ring->values[i], first + (int64_t)i);
}

Test(fifo_storage, rows_keep_their_order_wherever_the_ring_wraps)
{
    struct ring ring;
    ring_init(&ring, 7);
    int64_t next_in = 0, next_out = 0;
    for (size_t i = 0; i < 100; i++) {
        const size_t n = 1 + i % 7;
        put(&ring, next_in, n);
        expect_taken(&ring, next_out, n);
        next_in += (int64_t)n;
        next_out += (int64_t)n;
    }
    cr_assert_eq(ring.storage.columns.n_slots, 7);
    tfi_queue_storage_clear(&ring.storage);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(fifo_storage, full_ring_that_has_wrapped_grows_in_order)
{
    for (size_t head = 0; head < 5; head++) {
        struct ring ring;
        ring_init(&ring, 5);
        put(&ring, 0, head);
        expect_taken(&ring, 0, head);
        put(&ring, 100, 5);
        put(&ring, 105, 4);
        cr_assert_geq(ring.storage.columns.n_slots, 9);
        expect_taken(&ring, 100, 9);
        tfi_queue_storage_clear(&ring.storage);
    }
}

Test(fifo_storage, rows_put_back_come_first_wherever_the_head_is)
{
    for (size_t head = 0; head < 6; head++) {
        struct ring ring;
        ring_init(&ring, 6);
        put(&ring, 0, head);
        expect_taken(&ring, 0, head);
        put(&ring, 100, 5);
        expect_taken(&ring, 100, 3);
        tfi_queue_fifo_policy.put_back(&ring.storage, &ring.rows, 3);
        expect_taken(&ring, 100, 5);
        tfi_queue_storage_clear(&ring.storage);
    }
}

Test(fifo_storage, reserving_leaves_room_for_held_rows)
{
    struct ring ring;
    ring_init(&ring, 4);
    put(&ring, 0, 4);
    expect_taken(&ring, 0, 4);
    ring.storage.n_held = 4;
    cr_assert(tfi_queue_storage_reserve(&ring.storage, 3, 4));
    cr_assert_geq(ring.storage.columns.n_slots, 7);
    ring.storage.n_held = 0;
    tfi_queue_storage_clear(&ring.storage);
}

Test(fifo_storage, slots_double_but_not_beyond_the_capacity)
{
    struct ring ring;
    ring_init(&ring, 4);
    cr_assert(tfi_queue_storage_reserve(&ring.storage, 5, 100));
    cr_assert_eq(ring.storage.columns.n_slots, 8);
    cr_assert(tfi_queue_storage_reserve(&ring.storage, 9, 10));
    cr_assert_eq(ring.storage.columns.n_slots, 10);
    cr_assert(tfi_queue_storage_reserve(&ring.storage, 30, 10));
    cr_assert_eq(ring.storage.columns.n_slots, 30);
    tfi_queue_storage_clear(&ring.storage);
}

Test(fifo_storage, more_rows_than_can_be_listed_are_refused)
{
    struct ring ring;
    ring_init(&ring, 4);
    cr_assert_not(tfi_queue_storage_reserve(&ring.storage, (size_t)UINT32_MAX + 1, 10));
    cr_assert_eq(ring.storage.columns.n_slots, 4);
    tfi_queue_storage_clear(&ring.storage);
}
