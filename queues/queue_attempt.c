/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * queue_attempt.c - what an attempt needs before it joins a line and after it has left it.
 *
 * All memory and all counting of references is done here, by the run and outside the queue's lock,
 * so that serving an attempt is moving rows and nothing else:
 *
 *    enqueue   begin takes a reference for every row that is to go in; each row that moves carries
 *              its own into the queue; end gives back those of the rows that did not move.
 *    dequeue   begin makes the tensors; rows that move bring their references; end clears the
 *              tensors of an attempt that failed.
 */
#include "queues/queue_private.h"

#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/error_internal.h"
#include "core/tensor_internal.h"

/* --- components that cannot be kept as they are --------------------------------------------- */

/* Also counts the bytes of all its strings. */
static bool has_borrowed_strings(const struct tfeed_tensor *tensor, uint64_t *n_bytes)
{
    if (tensor->dtype != TFEED_STRING)
        return false;
    const struct tfeed_bytes *strings = tfeed_tensor_strings(tensor);
    const int64_t n = tfeed_tensor_n_elements(tensor);
    uint64_t sum = 0;
    int64_t n_blockless = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += strings[i].len;
        n_blockless += strings[i].block == NULL;
    }
    *n_bytes += sum;
    bool has_borrowed = false;
    for (int64_t i = 0; n_blockless > 0 && !has_borrowed && i < n; i++)
        has_borrowed = strings[i].block == NULL && strings[i].len > 0;
    return has_borrowed;
}

static bool holds_tensors(const struct tfeed_queue *queue, size_t component)
{
    return queue->storage.columns.columns[component].kind == QUEUE_COLUMN_TENSORS;
}

/* Whether the components cannot be kept as they are; counts the bytes of those that are no plain
 * numbers. Rows of a known shape are copied, but for the bytes of strings. Whole tensors are kept:
 * their elements must not be the caller's, and a row of an enqueue_many must be a tensor of its
 * own. */
static bool needs_copies(const struct tfeed_queue *queue, struct tfeed_attempt *attempt)
{
    const bool is_many = attempt->operation == TFEED_QUEUE_ENQUEUE_MANY;
    uint64_t n_bytes = 0;
    bool needs = false;
    for (size_t i = 0; i < queue->n_components; i++) {
        const struct tfeed_tensor *component = &attempt->components[i];
        needs |= has_borrowed_strings(component, &n_bytes);
        if (!holds_tensors(queue, i))
            continue;
        needs |= is_many || component->buffer == NULL;
        if (component->dtype != TFEED_STRING)
            n_bytes +=
                (uint64_t)tfeed_tensor_n_elements(component) * tfeed_dtype_size(component->dtype);
    }
    attempt->state.n_bytes = n_bytes;
    return needs;
}

tfeed_status tfi_queue_copy_strings(const struct tfeed_allocator *allocator,
                                    const struct tfeed_bytes *strings, size_t n,
                                    struct tfeed_bytes *copies, struct tfeed_error *reterr)
{
    struct tfeed_block *block = NULL;
    uint8_t *bytes = NULL;
    size_t n_borrowed = 0, len = 0;
    for (size_t i = 0; i < n; i++) {
        if (strings[i].block == NULL && strings[i].len > 0) {
            n_borrowed++;
            len += strings[i].len;
        }
    }
    if (n_borrowed > 0)
        TFI_TRY(tfi_block_alloc(allocator, len, &block, &bytes, reterr));
    tfi_bytes_ref_n(strings, n);
    for (size_t i = 0; i < n; i++) {
        copies[i] = strings[i];
        if (strings[i].block == NULL && strings[i].len > 0) {
            memcpy(bytes, strings[i].data, strings[i].len);
            copies[i].data = bytes;
            copies[i].block = block;
            bytes += strings[i].len;
        }
    }
    tfi_block_ref_n(block, n_borrowed);
    tfeed_block_unref(block); /* the reference that it was made with */
    return TFEED_OK;
}

/* A tensor of its own out of the elements from `first` on. */
static tfeed_status copy_elements(const struct tfeed_allocator *allocator,
                                  const struct tfeed_tensor *from, size_t first,
                                  const struct tfeed_shape *shape, struct tfeed_tensor *ret_copy,
                                  struct tfeed_error *reterr)
{
    TFI_TRY(tfeed_tensor_alloc(from->dtype, shape, allocator, ret_copy, reterr));
    const size_t n = (size_t)tfeed_tensor_n_elements(ret_copy);
    const size_t element_bytes = tfeed_dtype_size(from->dtype);
    if (from->dtype == TFEED_STRING)
        return tfi_queue_copy_strings(allocator, tfeed_tensor_strings(from) + first, n,
                                      tfeed_tensor_strings(ret_copy), reterr);
    if (n > 0)
        memcpy(ret_copy->data, (const uint8_t *)from->data + first * element_bytes,
               n * element_bytes);
    return TFEED_OK;
}

tfeed_status tfi_queue_copy_row(const struct tfeed_allocator *allocator,
                                const struct tfeed_tensor *batch, size_t row, size_t n_rows,
                                struct tfeed_tensor *ret_row, struct tfeed_error *reterr)
{
    const size_t n_per_row = (size_t)tfeed_tensor_n_elements(batch) / n_rows;
    struct tfeed_shape shape = batch->shape;
    shape.n_dims--;
    memmove(shape.dims, shape.dims + 1, (size_t)shape.n_dims * sizeof shape.dims[0]);
    return copy_elements(allocator, batch, row * n_per_row, &shape, ret_row, reterr);
}

/* state.copies holds n_rows tensors for a component that is kept as whole tensors, one for any
 * other. Those of component i begin at copies_at. */
static size_t copies_at(const struct tfeed_queue *queue, const struct tfeed_attempt *attempt,
                        size_t i)
{
    const size_t n_whole = queue->storage.columns.columns[i].n_tensors_before;
    return i - n_whole + n_whole * (size_t)attempt->state.n_rows;
}

static size_t n_copies_of(const struct tfeed_queue *queue, const struct tfeed_attempt *attempt)
{
    const size_t n_whole = queue->storage.columns.n_tensor_columns;
    return queue->n_components - n_whole + n_whole * (size_t)attempt->state.n_rows;
}

/* Leaves the copy of a component empty that can be read where it is. */
static tfeed_status copy_component(const struct tfeed_queue *queue, struct tfeed_attempt *attempt,
                                   size_t i)
{
    const struct tfeed_tensor *component = &attempt->components[i];
    struct tfeed_tensor *copies = &attempt->state.copies[copies_at(queue, attempt, i)];
    const bool is_many = attempt->operation == TFEED_QUEUE_ENQUEUE_MANY;
    uint64_t counted_before = 0;
    const bool has_borrowed = has_borrowed_strings(component, &counted_before);
    if (!holds_tensors(queue, i))
        return has_borrowed ? copy_elements(queue->allocator, component, 0, &component->shape,
                                            copies, &attempt->error)
                            : TFEED_OK;
    if (!is_many && !has_borrowed && component->buffer != NULL) {
        *copies = tfeed_tensor_ref(component);
        return TFEED_OK;
    }

    if (!is_many)
        return copy_elements(queue->allocator, component, 0, &component->shape, copies,
                             &attempt->error);
    const size_t n_rows = (size_t)attempt->state.n_rows;
    for (size_t row = 0; row < n_rows; row++)
        TFI_TRY(tfi_queue_copy_row(queue->allocator, component, row, n_rows, &copies[row],
                                   &attempt->error));
    return TFEED_OK;
}

static void clear_copies(const struct tfeed_queue *queue, struct tfeed_attempt *attempt)
{
    struct tfeed_tensor *copies = attempt->state.copies;
    if (copies == NULL)
        return;
    for (size_t i = n_copies_of(queue, attempt); i > 0; i--)
        tfeed_tensor_clear(&copies[i - 1]);
    tfi_free(queue->allocator, copies);
    attempt->state.copies = NULL;
}

/* The list of copies, all of them empty. */
static tfeed_status make_list(const struct tfeed_queue *queue, struct tfeed_attempt *attempt,
                              const char *what)
{
    if ((size_t)attempt->state.n_rows <= SIZE_MAX / queue->n_components - 1)
        attempt->state.copies = tfi_alloc_zeroed(queue->allocator, n_copies_of(queue, attempt),
                                                 sizeof *attempt->state.copies);
    return attempt->state.copies != NULL ? TFEED_OK : tfi_fail_memory(&attempt->error, what);
}

static tfeed_status make_copies(const struct tfeed_queue *queue, struct tfeed_attempt *attempt)
{
    TFI_TRY(make_list(queue, attempt, "an enqueue"));
    for (size_t i = 0; i < queue->n_components; i++) {
        tfeed_status status = copy_component(queue, attempt, i);
        if (status != TFEED_OK) {
            clear_copies(queue, attempt);
            return status;
        }
    }
    return TFEED_OK;
}

uint8_t *tfi_queue_attempt_rows(const struct tfeed_queue *queue,
                                const struct tfeed_attempt *attempt, size_t component)
{
    static uint8_t nothing[1]; /* an empty tensor may have no data, memcpy wants an address */
    struct tfeed_tensor *tensor = &attempt->components[component];
    if (attempt->state.copies != NULL) {
        struct tfeed_tensor *copy = &attempt->state.copies[copies_at(queue, attempt, component)];
        if (holds_tensors(queue, component) || copy->data != NULL)
            tensor = copy;
    }
    if (holds_tensors(queue, component))
        return (uint8_t *)tensor;
    return tensor->data != NULL ? tensor->data : nothing;
}

/* --- begin --------------------------------------------------------------------------------- */

static tfeed_status begin_enqueue(struct tfeed_queue *queue, struct tfeed_attempt *attempt)
{
    int64_t n_rows = 1;
    if (attempt->operation == TFEED_QUEUE_ENQUEUE)
        TFI_TRY(tfi_queue_check_enqueue(queue, attempt->components, &attempt->error));
    else
        TFI_TRY(tfi_queue_check_enqueue_many(queue, attempt->components, &n_rows, &attempt->error));
    attempt->state.n_rows = n_rows;
    if (n_rows == 0)
        return TFEED_OK;
    if (needs_copies(queue, attempt)) {
        tfeed_status status = make_copies(queue, attempt);
        if (status != TFEED_OK) {
            attempt->state.n_rows = 0; /* no references taken */
            return status;
        }
    }
    for (size_t i = 0; i < queue->n_components; i++)
        tfi_queue_column_ref(&queue->storage.columns.columns[i],
                             tfi_queue_attempt_rows(queue, attempt, i), (size_t)n_rows);
    return TFEED_OK;
}

/* On a closed queue a dequeue_up_to cannot get more than there is, however much it asks for. */
static int64_t n_rows_for_up_to(struct tfeed_queue *queue, int64_t n)
{
    tfi_mutex_lock(&queue->mutex);
    const int64_t n_left = (int64_t)queue->storage.n_rows;
    const bool is_ending = queue->is_closed || queue->is_ending;
    tfi_mutex_unlock(&queue->mutex);
    if (!is_ending || n_left >= n)
        return n;
    return n_left > 0 ? n_left : 1; /* one is asked for in vain */
}

/* How large they get is known only when the rows are there. */
static void empty_unknown_dims(struct tfeed_shape *shape)
{
    if (shape->n_dims == TFEED_RANK_UNKNOWN)
        *shape = tfeed_shape_vector(0);
    for (int32_t i = 0; i < shape->n_dims; i++)
        if (shape->dims[i] == TFEED_DIM_UNKNOWN)
            shape->dims[i] = 0;
}

static tfeed_status begin_dequeue(struct tfeed_queue *queue, struct tfeed_attempt *attempt)
{
    const bool is_single = attempt->operation == TFEED_QUEUE_DEQUEUE;
    int64_t n_rows = is_single ? 1 : attempt->n;
    if (!is_single)
        TFI_TRY(tfi_queue_check_dequeue(queue, attempt, &attempt->error));
    if (attempt->operation == TFEED_QUEUE_DEQUEUE_UP_TO && n_rows > 0)
        n_rows = n_rows_for_up_to(queue, n_rows);
    attempt->state.n_rows = n_rows;
    for (size_t i = 0; i < queue->n_components; i++) {
        struct tfeed_tensor *component = &attempt->components[i];
        if (is_single && holds_tensors(queue, i)) {
            tfeed_tensor_clear(component); /* comes whole */
            continue;
        }
        struct tfeed_shape shape = queue->shapes[i];
        if (holds_tensors(queue, i))
            empty_unknown_dims(&shape);
        if (!is_single)
            shape = tfeed_shape_batch(n_rows, shape);
        TFI_TRY(tfi_tensor_renew(component, queue->dtypes[i], &shape, queue->allocator,
                                 &attempt->error));
    }
    if (!is_single && n_rows > 0 && queue->storage.columns.n_tensor_columns > 0)
        TFI_TRY(make_list(queue, attempt, "a dequeue"));
    return TFEED_OK;
}

bool tfi_queue_attempt_begin(struct tfeed_queue *queue, struct tfeed_attempt *attempt)
{
    attempt->error.code = TFEED_OK;
    attempt->error.message[0] = '\0';
    attempt->state.copies = NULL;
    attempt->state.n_rows = 0;
    attempt->state.n_done = 0;
    switch (attempt->operation) {
    case TFEED_QUEUE_ENQUEUE:
    case TFEED_QUEUE_ENQUEUE_MANY:
        attempt->status = begin_enqueue(queue, attempt);
        break;
    case TFEED_QUEUE_DEQUEUE:
    case TFEED_QUEUE_DEQUEUE_MANY:
    case TFEED_QUEUE_DEQUEUE_UP_TO:
        attempt->status = begin_dequeue(queue, attempt);
        break;
    case TFEED_QUEUE_CLOSE:
    case TFEED_QUEUE_CLOSE_CANCEL:
        attempt->status = TFEED_OK;
        return true;
    }
    return attempt->status == TFEED_OK && attempt->state.n_rows > 0;
}

/* --- end ----------------------------------------------------------------------------------- */

static void end_enqueue(struct tfeed_queue *queue, struct tfeed_attempt *attempt)
{
    const size_t n_done = (size_t)attempt->state.n_done;
    const size_t n_left = (size_t)attempt->state.n_rows - n_done;
    for (size_t i = 0; n_left > 0 && i < queue->n_components; i++) {
        const struct queue_column *column = &queue->storage.columns.columns[i];
        tfi_queue_column_unref(
            column, tfi_queue_attempt_rows(queue, attempt, i) + n_done * column->row_bytes, n_left);
    }
    clear_copies(queue, attempt);
}

tfeed_status tfi_queue_attempt_widen(struct tfeed_queue *queue, struct tfeed_attempt *attempt)
{
    const size_t n_rows = (size_t)attempt->state.n_done;
    for (size_t i = 0; i < queue->n_components; i++)
        if (holds_tensors(queue, i))
            TFI_TRY(tfi_queue_pad_renew(&attempt->components[i], &queue->shapes[i],
                                        &attempt->state.copies[copies_at(queue, attempt, i)],
                                        n_rows, queue->dtypes[i], queue->allocator,
                                        &attempt->error));
    return TFEED_OK;
}

static void end_dequeue(struct tfeed_queue *queue, struct tfeed_attempt *attempt)
{
    const bool is_good = attempt->status == TFEED_OK;
    for (size_t i = 0; i < queue->n_components; i++) {
        struct tfeed_tensor *component = &attempt->components[i];
        if (!is_good)
            tfeed_tensor_clear(component);
        else if (attempt->state.copies != NULL && holds_tensors(queue, i))
            tfi_queue_pad_copy(component, &attempt->state.copies[copies_at(queue, attempt, i)],
                               (size_t)attempt->state.n_done);
        if (is_good && attempt->operation == TFEED_QUEUE_DEQUEUE_UP_TO)
            component->shape.dims[0] = attempt->state.n_done;
    }
    clear_copies(queue, attempt);
}

void tfi_queue_attempt_end(struct tfeed_queue *queue, struct tfeed_attempt *attempt)
{
    if (attempt_dequeues(attempt))
        end_dequeue(queue, attempt);
    else if (attempt->state.n_rows > 0)
        end_enqueue(queue, attempt);
}
