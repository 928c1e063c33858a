/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * example_parser_private.h - the parser's state, for its three files: records, their entries, and
 * what is wrong with a record.
 */
#ifndef TFI_EXAMPLE_PARSER_PRIVATE_H
#define TFI_EXAMPLE_PARSER_PRIVATE_H

#include <tfeed/features.h>

#include "features/column_table_private.h"
#include "features/raw_column_private.h"
#include "features/schema_private.h"
#include "features/template_private.h"
#include "features/wire_private.h"

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

/* A column while its rows are filled. What an ordinary entry needs comes first: it fits a line of
 * the cache. */
struct tfi_cell {
    uint8_t *rows;          /* of the call, row 0 */
    uint64_t filled_record; /* serial of the last record that filled it */
    enum tfi_store store;   /* of the column */
    struct tfi_template tmpl;
    size_t row_bytes; /* of the column */
    const struct tfi_column *column;
    uint64_t faulted_record; /* serial of the last record that tried to fill it and could not */
    struct tfi_fault_detail fault;
};

struct tfeed_example_parser;

/* Fills cells from a message of Features. False when it is malformed; features->at then stands near
 * the place. */
typedef bool tfi_parse_features_function(struct tfeed_example_parser *parser,
                                         struct tfi_wire *features, int *position);

/* … with the instructions of a level. */
tfi_parse_features_function *tfi_parse_features_variant(enum tfi_cpu_level level);

struct tfeed_example_parser {
    const struct tfeed_allocator *allocator;
    struct tfeed_schema *schema;
    tfi_scale_bytes_function *scale_bytes;
    tfi_parse_features_function *parse_features;
    int n_cells;
    struct tfi_cell *cells;
    struct tfi_column_table names;
    int *expected;            /* column at each position of the last record, or UNWANTED */
    struct tfi_front *fronts; /* of what stood at each position that is unwanted */
    int n_expected;
    int max_expected;
    const uint8_t **places; /* [1 + column]: the entry of an unordered record; [0]: unwanted */
    bool order_changed;     /* the current record was not in the order of the last */
    int n_changed;          /* records in a row that were not */
    int n_unordered;        /* records to come for which no order is expected */
    uint64_t record;        /* serial of the current record, from 1 */
    size_t row;             /* … and its row in the call */
    int n_filled;           /* cells that the current record has filled */
    const struct tfeed_bytes *serialized;

    /* What is asked for while the current record is parsed; see example_parser.c. */
    size_t n_spread;        /* bytes of a record that raw columns hold: copying them asks */
    struct tfi_ahead ahead; /* NULL: nothing is */
    const uint8_t *stream;  /* not yet asked for */
    const uint8_t *stream_end;
};

/* INVALID_ARGUMENT for the current record, with its file and the place of its first byte where
 * known: its bytes are malformed near `at`; or a cell was not filled (the first one, in the
 * schema's order). */
tfeed_status tfi_example_fail_malformed(const struct tfeed_example_parser *parser,
                                        const uint8_t *at, struct tfeed_error *reterr);
tfeed_status tfi_example_fail_unfilled(const struct tfeed_example_parser *parser,
                                       struct tfeed_error *reterr);

#endif
