/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * ragged_private.h - values that partitions divide into rows, and these into rows again: of the
 * records of a batch, or of the steps of SequenceExamples, called rows here.
 *
 *   values       a b c d e                      feature v
 *   level 2      0 2 2 5        over values     innermost partition, of each row
 *   level 1      0 3            over level 2    …
 *   level 0      0 1            over level 1    the rows of the batch
 *
 * A struct tfi_column describes the partitions; of it only the RAGGED part is used.
 */
#ifndef TFI_RAGGED_PRIVATE_H
#define TFI_RAGGED_PRIVATE_H

#include <tfeed/status.h>

#include "features/list_private.h"
#include "features/schema_private.h"

/* The row_splits of one level. The list's values are the splits: its first row is the 0 that they
 * begin with, and row 1 + i what row i added. */
struct tfi_level {
    struct tfi_list list;
    struct tfeed_tensor narrow; /* as int32 */
    struct tfeed_tensor splits; /* borrowed: one of the two */
};

/* What a partition says of a row. */
struct tfi_numbers {
    const int64_t *at;
    size_t n;
};

/* A partition that does not divide what is below it. */
struct tfi_ragged_fault {
    int part;
    int64_t n_below;
};

/* Makes the description. The keys of the partitions that have one go to ret_keys[n_partitions];
 * parts[i].feature is 1 + the place of its key there. */
tfeed_status tfi_ragged_describe(const char *name, enum tfeed_dtype dtype,
                                 const struct tfeed_partition *partitions, int n_partitions,
                                 enum tfeed_dtype row_splits_dtype, struct tfi_column *ret_column,
                                 const char **ret_keys, int *ret_n_keys,
                                 struct tfeed_error *reterr);

/* The levels of a batch; NULL: no memory. */
struct tfi_level *tfi_levels_new(const struct tfi_column *of,
                                 const struct tfeed_allocator *allocator);
void tfi_levels_free(const struct tfi_column *of, struct tfi_level *levels,
                     const struct tfeed_allocator *allocator);

/* Empties them, with room for n_rows. False: no memory. */
bool tfi_levels_start(const struct tfi_column *of, struct tfi_level *levels, size_t n_rows);

/* Row ids may leave out rows: so many in one record, whatever the ids say, so that no few bytes ask
 * for much memory. */
enum { TFI_RAGGED_EMPTY_ROWS = 65536 };

/* Divides the n_values of a row by numbers[n_parts]; it is then to be ended, or dropped. Rows that
 * row ids leave out are taken from *empty_rows_left. MALFORMED sets ret_fault. */
enum tfi_append tfi_levels_divide(const struct tfi_column *of, struct tfi_level *levels,
                                  size_t n_values, const struct tfi_numbers *numbers,
                                  int64_t *empty_rows_left, struct tfi_ragged_fault *ret_fault);
void tfi_levels_end_row(const struct tfi_column *of, struct tfi_level *levels);
void tfi_levels_drop_row(const struct tfi_column *of, struct tfi_level *levels);

/* What was wrong; the key of the partition, NULL where it has none. */
void tfi_ragged_say(const struct tfi_column *of, const char *name,
                    const struct tfi_ragged_fault *fault, const char *key,
                    char message[TFEED_ERROR_MESSAGE_BYTES]);

/* Makes tensors of the levels of n_rows rows that were ended. */
tfeed_status tfi_levels_finish(const struct tfi_column *of, struct tfi_level *levels, size_t n_rows,
                               const struct tfeed_allocator *allocator, struct tfeed_error *reterr);

/* The values of a finished list with their uniform dimensions; borrowed. */
struct tfeed_tensor tfi_ragged_values(const struct tfi_column *of, const struct tfi_list *list);

#endif
