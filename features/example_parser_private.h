/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * example_parser_private.h - the parser's state, for its files: records, layouts, entries into
 * rows and into lists, and what is wrong with a record.
 */
#ifndef TFI_EXAMPLE_PARSER_PRIVATE_H
#define TFI_EXAMPLE_PARSER_PRIVATE_H

#include <tfeed/features.h>

#include "features/column_table_private.h"
#include "features/decoded_column_private.h"
#include "features/feature_values_private.h"
#include "features/features_internal.h"
#include "features/kept_bytes_private.h"
#include "features/layout_private.h"
#include "features/list_private.h"
#include "features/raw_column_private.h"
#include "features/record_form_private.h"
#include "features/schema_private.h"
#include "features/template_private.h"
#include "features/wire_private.h"

/* What is wrong with a cell. */
enum tfi_fault {
    TFI_FAULT_MISSING,
    TFI_FAULT_KIND,
    TFI_FAULT_COUNT,
    TFI_FAULT_STEPS,
    TFI_FAULT_LENGTH,
    TFI_FAULT_RANGE,
    TFI_FAULT_VALUE /* that cannot be decoded: `chunk`, the n-th */
};

struct tfi_fault_detail {
    enum tfi_fault fault;
    enum tfeed_feature_kind kind; /* found */
    size_t n;                     /* values, or bytes, found */
    int64_t value;                /* that does not fit */
    struct tfi_chunk chunk;
};

/* A feature while its rows are filled. What an ordinary entry needs comes first: it fits a line of
 * the cache. */
struct tfi_cell {
    uint8_t *rows;          /* of the call, row 0 */
    uint64_t filled_record; /* serial of the last record that filled it */
    enum tfi_store store;   /* of the feature */
    struct tfi_template tmpl;
    size_t row_bytes; /* of the feature */
    const struct tfi_feature *feature;
    struct tfi_list *list; /* of the call, for TFI_STORE_LIST; so is list_tmpl */
    struct tfi_template list_tmpl;
    struct tfi_decoder *decoder; /* for TFI_STORE_DECODED */
    uint64_t faulted_record;     /* serial of the last record that tried to fill it and could not */
    struct tfi_fault_detail fault;
};

/* An entry of the last record, in its place. */
struct tfi_step {
    int column;             /* or TFI_UNWANTED */
    struct tfi_front front; /* of one that is unwanted */
};

enum { TFI_UNWANTED = -1 };

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
    tfi_copy_bytes_function *copy_bytes;
    tfi_parse_features_function *parse_features;
    int n_cells;
    struct tfi_cell *cells;
    struct tfi_column_table names;
    struct tfi_step *expected; /* what stood at each position of the last record */
    int n_expected;
    int max_expected;
    const uint8_t **places; /* [1 + column]: the entry of an unordered record; [0]: unwanted */
    bool order_changed;     /* the current record was not in the order of the last */
    int n_changed;          /* records in a row that were not */
    int n_unordered;        /* records to come for which no order is expected */
    uint64_t record;        /* serial of the current record, from 1 */
    size_t row;             /* … and its row in the call */
    int n_filled;           /* cells that the current record has filled */
    bool has_no_memory;     /* to hold a value: the record is not malformed */
    const struct tfeed_bytes *serialized; /* the current record as an Example */
    const struct tfeed_bytes *source;     /* of which that was made; NULL: it is the record */
    struct tfi_record_form *form;         /* NULL: the records are Examples */
    struct tfi_kept_bytes *kept;          /* of the call: for strings that stand in no record */
    struct tfi_kept_bytes kept_for_rows;  /* … where its columns are tensors */

    /* How a record is taken as a whole. */
    bool has_layouts; /* all cells have templates */
    tfi_layout_take_function *take_layouts;
    struct tfi_layout layout;

    /* What is asked for while the current record is parsed; see tfi_ask_ahead. */
    size_t n_spread;               /* bytes of a record that raw columns hold: copying them asks */
    struct tfi_ahead ahead;        /* NULL: nothing is */
    tfi_between_function *between; /* NULL: nothing is done between records */
    void *between_data;
};

static inline uint8_t *tfi_row_of(const struct tfeed_example_parser *parser,
                                  const struct tfi_cell *cell)
{
    return cell->rows + parser->row * cell->row_bytes;
}

/* A value of a raw column, which stands `at` bytes into its record, into a row; asks meanwhile for
 * what stands there in what is wanted soon. */
static inline __attribute__((always_inline)) void tfi_copy_raw(
    const struct tfeed_example_parser *parser, const struct tfi_cell *cell, const uint8_t *bytes,
    size_t at, uint8_t *row)
{
    const struct tfi_feature *feature = cell->feature;
    const struct tfi_ahead ahead = {
        .record = parser->ahead.record != NULL ? parser->ahead.record + at : bytes,
        .stream = parser->ahead.stream != NULL ? parser->ahead.stream + at : bytes,
    };
    if (cell->store == TFI_STORE_RAW_FLOAT)
        parser->scale_bytes(bytes, feature->n_elements, feature->scale, feature->offset, &ahead,
                            (float *)(void *)row);
    else
        parser->copy_bytes(bytes, feature->value_bytes, &ahead, row);
}

/* … into the row of the current record. */
static inline void tfi_copy_raw_entry(const struct tfeed_example_parser *parser,
                                      const struct tfi_cell *cell, const uint8_t *bytes)
{
    tfi_copy_raw(parser, cell, bytes, (size_t)(bytes - parser->serialized->data),
                 tfi_row_of(parser, cell));
}

/* Says that the current record has filled a cell, or has tried to and could not. */
static inline void tfi_mark_filled(struct tfeed_example_parser *parser, struct tfi_cell *cell)
{
    parser->n_filled += cell->filled_record != parser->record;
    cell->filled_record = parser->record;
}

static inline void tfi_mark_fault(struct tfeed_example_parser *parser, struct tfi_cell *cell,
                                  struct tfi_fault_detail fault)
{
    parser->n_filled -= cell->filled_record == parser->record;
    cell->filled_record = 0;
    cell->faulted_record = parser->record;
    cell->fault = fault;
}

/* Parses parser->serialized into row parser->row of what the cells name. INVALID_ARGUMENT: it is
 * bad. RESOURCE_EXHAUSTED: no memory. */
tfeed_status tfi_example_parser_take(struct tfeed_example_parser *parser,
                                     struct tfeed_error *reterr);

/* The record that was parsed last as a serialized Example; NULL where it never was one. */
const struct tfeed_bytes *tfi_example_parser_last(const struct tfeed_example_parser *parser,
                                                  const struct tfeed_bytes *record);

/* The row of a list from any Feature that has its kind. False when it is malformed, or there was no
 * memory, be it before that it was tried as an ordinary one. */
bool tfi_list_fill(struct tfeed_example_parser *parser, struct tfi_cell *cell,
                   struct tfi_feature_values *values);

/* … from a list message; false when it has no ordinary form, or is not good. */
bool tfi_list_fill_ordinary(struct tfeed_example_parser *parser, struct tfi_cell *cell,
                            struct tfi_chunk message);

/* … from an entry at `at` that looks as its template says, without marking the cell. The bytes it
 * took, or 0 when it is anything else, or the cell is no list. */
size_t tfi_list_fill_by_template(struct tfeed_example_parser *parser, const struct tfi_cell *cell,
                                 const uint8_t *at, size_t n_left);

/* INVALID_ARGUMENT for the current record, with its file and the place of its first byte where
 * known: its bytes are malformed near `at`; a cell was not filled; or what a message says. */
tfeed_status tfi_example_fail_malformed(const struct tfeed_example_parser *parser,
                                        const uint8_t *at, struct tfeed_error *reterr);
tfeed_status tfi_example_fail_unfilled(const struct tfeed_example_parser *parser,
                                       const struct tfi_cell *cell, struct tfeed_error *reterr);
tfeed_status tfi_example_fail(const struct tfeed_example_parser *parser, struct tfeed_error *reterr,
                              const char *message);

#endif
