/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * columns_sequence.c - rows of any length, padded to the longest.
 */
#include "core/block_internal.h"
#include "core/error_internal.h"
#include "core/tensor_internal.h"
#include "features/columns_private.h"

/* n times the same element. */
static void fill(uint8_t *to, size_t n, const void *element, size_t element_bytes)
{
    if (n == 0)
        return;
    memcpy(to, element, element_bytes);
    for (size_t done = 1; done < n;) {
        const size_t n_more = done < n - done ? done : n - done;
        memcpy(to + done * element_bytes, to, n_more * element_bytes);
        done += n_more;
    }
}

/* Rows of row_len values each, the rest of each row being the padding. */
static void pad_rows(const struct tfi_list *list, const struct tfeed_tensor *padding,
                     size_t row_len, uint8_t *to)
{
    const size_t element_bytes = tfeed_dtype_size(list->dtype);
    for (size_t i = 0; i < list->n_rows; i++) {
        const size_t first = (size_t)list->splits[i];
        const size_t n = (size_t)list->splits[i + 1] - first;
        if (n > 0)
            memcpy(to, list->data + first * element_bytes, n * element_bytes);
        fill(to + n * element_bytes, row_len - n, padding->data, element_bytes);
        to += row_len * element_bytes;
    }
}

tfeed_status tfi_sequence_finish(struct tfeed_columns *columns, int column,
                                 struct tfeed_error *reterr)
{
    const struct tfi_column *of = &columns->schema->columns[column];
    const struct tfi_feature *feature = &columns->schema->features[of->values];
    const struct tfi_list *list = tfi_columns_list(columns, column);
    struct tfi_made *made = &columns->made[column];
    const int64_t n_rows = (int64_t)list->n_rows;
    const int64_t step_len = (int64_t)feature->n_elements;
    const int64_t longest = tfi_list_longest(list);
    const struct tfeed_shape lengths = tfeed_shape_vector(n_rows);
    TFI_TRY(tfi_tensor_renew(&made->n_steps, TFEED_INT64, &lengths, columns->allocator, reterr));
    for (int64_t i = 0; i < n_rows; i++)
        tfeed_tensor_int64s(&made->n_steps)[i] = (list->splits[i + 1] - list->splits[i]) / step_len;

    const struct tfeed_shape shape =
        tfeed_shape_batch(n_rows, tfeed_shape_batch(longest / step_len, feature->shape));
    if (longest == 0 || list->n / (size_t)longest == list->n_rows) {
        made->values = list->values; /* no row is shorter */
        made->values.shape = shape;
        return TFEED_OK;
    }
    TFI_TRY(tfi_tensor_renew(&made->own, of->dtype, &shape, columns->allocator, reterr));
    pad_rows(list, &of->padding, (size_t)longest, made->own.data);
    if (of->dtype == TFEED_STRING)
        tfi_bytes_ref_n(tfeed_tensor_strings(&made->own), list->n_rows * (size_t)longest);
    made->values = made->own;
    return TFEED_OK;
}
