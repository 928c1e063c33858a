/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * columns_ragged.c - the ragged columns of a batch: ragged.c with the features of a record as
 * values and partitions.
 */
#include "core/error_internal.h"
#include "features/columns_private.h"
#include "features/example_parser_private.h"

/* What a feature has in the row that is not ended. */
static struct tfi_numbers numbers_of(const struct tfeed_columns *columns, int feature)
{
    const struct tfi_list *list = &columns->held[feature].list;
    return (struct tfi_numbers){(const int64_t *)(const void *)list->data +
                                    list->splits[list->n_rows],
                                tfi_list_row_len(list)};
}

tfeed_status tfi_ragged_divide_row(const struct tfeed_columns *columns, int column,
                                   const struct tfeed_example_parser *parser,
                                   struct tfeed_error *reterr)
{
    const struct tfi_column *of = &columns->schema->columns[column];
    struct tfi_numbers numbers[TFI_MAX_PARTS] = {{NULL, 0}};
    struct tfi_ragged_fault fault = {0, 0};
    int64_t empty_rows_left = TFI_RAGGED_EMPTY_ROWS;
    char message[TFEED_ERROR_MESSAGE_BYTES];
    for (int i = 0; i < of->n_parts; i++)
        if (of->parts[i].feature >= 0)
            numbers[i] = numbers_of(columns, of->parts[i].feature);
    switch (tfi_levels_divide(of, columns->made[column].levels,
                              tfi_list_row_len(tfi_columns_list(columns, column)), numbers,
                              &empty_rows_left, &fault)) {
    case TFI_APPEND_OK:
        return TFEED_OK;
    case TFI_APPEND_NO_MEMORY:
        return tfi_fail_memory(reterr, "the row_splits of a batch");
    case TFI_APPEND_MALFORMED:
        break;
    }
    const int feature = of->parts[fault.part].feature;
    tfi_ragged_say(of, of->name, &fault,
                   feature < 0 ? NULL : columns->schema->features[feature].name, message);
    return tfi_example_fail(parser, reterr, message);
}

tfeed_status tfi_ragged_finish(struct tfeed_columns *columns, int column,
                               struct tfeed_error *reterr)
{
    const struct tfi_column *of = &columns->schema->columns[column];
    struct tfi_made *made = &columns->made[column];
    made->values = tfi_ragged_values(of, tfi_columns_list(columns, column));
    return tfi_levels_finish(of, made->levels, columns->n_rows, columns->allocator, reterr);
}
