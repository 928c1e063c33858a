/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * csv_line_private.h - one line of CSV as so many fields, each with its value: what tensors of
 * lines and lines as records of a schema have in common.
 */
#ifndef TFI_CSV_LINE_PRIVATE_H
#define TFI_CSV_LINE_PRIVATE_H

#include "features/csv_split_private.h"
#include "features/kept_bytes_private.h"

/* How lines are read, and the fields of the current one. */
struct tfi_csv_line {
    struct tfi_csv_rules rules;
    const uint8_t *na_value;
    size_t na_len;
    struct tfi_csv_field *fields; /* [n_fields] */
    size_t n_fields;
    const struct tfeed_allocator *allocator;
};

/* What stands in a field. */
struct tfi_csv_value {
    struct tfeed_bytes bytes; /* a view that has no reference */
    bool is_kept;             /* of kept bytes, not of the record */
    bool is_missing;
    const uint8_t *at; /* in the record, for messages */
};

/* INVALID_ARGUMENT: a delimiter or a selection that there cannot be. */
tfeed_status tfi_csv_check_options(const struct tfeed_csv_options *options,
                                   struct tfeed_error *reterr);

/* Prepares for lines of n_fields. Borrows what the options, which are good, point to. */
tfeed_status tfi_csv_line_init(struct tfi_csv_line *line, const struct tfeed_csv_options *options,
                               size_t n_fields, const struct tfeed_allocator *allocator,
                               struct tfeed_error *reterr);

/* Frees what a line holds; zeroed it holds nothing. */
void tfi_csv_line_clear(struct tfi_csv_line *line);

/* Takes a record apart. INVALID_ARGUMENT: it is no line of n_fields. The number of the record is
 * for messages; TFI_CSV_NO_NUMBER: it has none. */
tfeed_status tfi_csv_line_take(struct tfi_csv_line *line, const struct tfeed_bytes *record,
                               int64_t number, struct tfeed_error *reterr);

/* The value of field i of the record that was taken; with doubled quotes it is written into kept
 * bytes. RESOURCE_EXHAUSTED: no memory for that. */
tfeed_status tfi_csv_line_value(const struct tfi_csv_line *line, const struct tfeed_bytes *record,
                                size_t i, struct tfi_kept_bytes *kept,
                                struct tfi_csv_value *ret_value, struct tfeed_error *reterr);

#endif
