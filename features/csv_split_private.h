/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * csv_split_private.h - one record of CSV taken apart into fields.
 */
#ifndef TFI_CSV_SPLIT_PRIVATE_H
#define TFI_CSV_SPLIT_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/decode.h>

/* How records are taken apart. */
struct tfi_csv_rules {
    uint8_t delimiter;
    bool has_quotes;
    bool ends_bare[UINT8_MAX + 1]; /* the bytes that no bare field holds */
    const int64_t *select;         /* [n_select] */
    size_t n_select;               /* 0: all fields */
};

/* What stands between delimiters or quotes. */
struct tfi_csv_field {
    const uint8_t *data;
    size_t len;
    bool has_doubled_quotes; /* each pair is one quote */
};

/* For the number of a record: it has none. */
enum { TFI_CSV_NO_NUMBER = -1 };

void tfi_csv_rules_init(struct tfi_csv_rules *rules, char delimiter, bool has_quotes);

/* Finds the fields of a record, or those selected: the first `room` of them go to fields, *ret_n
 * counts all. INVALID_ARGUMENT: quotes or ends of lines where none may be; record_number is for the
 * message, or TFI_CSV_NO_NUMBER. */
tfeed_status tfi_csv_split(const struct tfi_csv_rules *rules, const struct tfeed_bytes *record,
                           int64_t record_number, struct tfi_csv_field *fields, size_t room,
                           size_t *ret_n, struct tfeed_error *reterr);

/* Copies a field with each doubled quote as one; `to` has room for len bytes. Returns the length of
 * the copy. */
size_t tfi_csv_undouble(const struct tfi_csv_field *field, uint8_t *to);

#endif
