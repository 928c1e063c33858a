/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_form_private.h - records that are no serialized Examples on their way into rows.
 */
#ifndef TFI_RECORD_FORM_PRIVATE_H
#define TFI_RECORD_FORM_PRIVATE_H

#include <stddef.h>

#include <tfeed/features.h>

/* What a parser needs for them. */
struct tfi_record_form;

/* *ret_form is NULL where the records of the schema are Examples. INVALID_ARGUMENT: they cannot
 * have its columns. RESOURCE_EXHAUSTED: no memory. */
tfeed_status tfi_record_form_new(const struct tfeed_schema *schema,
                                 const struct tfeed_allocator *allocator,
                                 struct tfi_record_form **ret_form, struct tfeed_error *reterr);

/* NULL does nothing. */
void tfi_record_form_free(struct tfi_record_form *form);

/* Parses records into the rows and lists that the parser's cells name, up to the first bad one.
 * Strings are views without a reference, also of bytes that parser->kept keeps. */
tfeed_status tfi_record_form_parse(struct tfeed_example_parser *parser,
                                   const struct tfeed_bytes *serialized, size_t n,
                                   struct tfeed_columns *columns, size_t *ret_n_done,
                                   struct tfeed_error *reterr);

/* The record that was parsed last as a serialized Example; NULL where it never was one. */
const struct tfeed_bytes *tfi_record_form_example(const struct tfi_record_form *form);

#endif
