/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * example_parser_private.h - the parser's state, for its two files: filling cells, and saying what
 * is wrong with a record.
 */
#ifndef TFI_EXAMPLE_PARSER_PRIVATE_H
#define TFI_EXAMPLE_PARSER_PRIVATE_H

#include <tfeed/features.h>

#include "features/name_table_private.h"
#include "features/raw_column_private.h"
#include "features/schema_private.h"
#include "features/template_private.h"

/* What is wrong with a cell. */
enum tfi_fault {
    TFI_FAULT_MISSING,
    TFI_FAULT_KIND,
    TFI_FAULT_COUNT,
    TFI_FAULT_LENGTH,
    TFI_FAULT_RANGE
};

struct tfi_fault_detail {
    enum tfi_fault fault;
    enum tfeed_feature_kind kind; /* found */
    size_t n;                     /* values, or bytes, found */
    int64_t value;                /* that does not fit */
};

/* A column while its rows are filled. */
struct tfi_cell {
    struct tfi_template tmpl;
    enum tfi_store store; /* of the column */
    size_t row_bytes;     /* of the column */
    const struct tfi_column *column;
    uint8_t *row;            /* of the current record */
    uint64_t filled_record;  /* serial of the last record that filled it */
    uint64_t faulted_record; /* … or tried to */
    struct tfi_fault_detail fault;
};

struct tfeed_example_parser {
    const struct tfeed_allocator *allocator;
    struct tfeed_schema *schema;
    tfi_scale_bytes_function *scale_bytes;
    int n_cells;
    struct tfi_cell *cells;
    struct tfi_name_table names;
    int *expected; /* column at each position of the last record, or UNWANTED */
    int n_expected;
    int max_expected;
    uint64_t record; /* serial of the current record, from 1 */
    int n_filled;    /* cells that the current record has filled */
    const struct tfeed_bytes *serialized;
};

/* INVALID_ARGUMENT for the current record, with its file and the place of its first byte where
 * known: its bytes are malformed near `at`; or a cell was not filled (the first one, in the
 * schema's order). */
tfeed_status tfi_example_fail_malformed(const struct tfeed_example_parser *parser,
                                        const uint8_t *at, struct tfeed_error *reterr);
tfeed_status tfi_example_fail_unfilled(const struct tfeed_example_parser *parser,
                                       struct tfeed_error *reterr);

#endif
