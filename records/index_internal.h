/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * index_internal.h - making an index while records pass, and what modules above records ask one.
 *
 *     walk, verify, writer ──▶ tfi_index_builder_add ──▶ tfi_index_builder_write ──▶ FILE.tfidx
 */
#ifndef TFI_INDEX_INTERNAL_H
#define TFI_INDEX_INTERNAL_H

#include <tfeed/index.h>

/* --- making one ------------------------------------------------------------------------------ */

/* The index of a file, while its records pass by. Some 2 bytes for each, 16 for each key.
 * Thread safety: externally locked. */
struct tfi_index_builder;

tfeed_status tfi_index_builder_new(const struct tfeed_allocator *allocator,
                                   struct tfi_index_builder **ret_builder,
                                   struct tfeed_error *reterr);
/* NULL does nothing. */
void tfi_index_builder_free(struct tfi_index_builder *builder);

/* The next record: its frame begins at `offset` of the uncompressed stream, its payload has `len`
 * bytes. The first begins at 0, each further one where the one before ends: INVALID_ARGUMENT for
 * another place, RESOURCE_EXHAUSTED without memory; the builder stays as it was. */
tfeed_status tfi_index_builder_add(struct tfi_index_builder *builder, uint64_t offset, uint64_t len,
                                   struct tfeed_error *reterr);

/* The same for a run, as readers give it. */
tfeed_status tfi_index_builder_add_run(struct tfi_index_builder *builder,
                                       const struct tfeed_record_view *views, size_t n,
                                       struct tfeed_error *reterr);

uint64_t tfi_index_builder_n_records(const struct tfi_index_builder *builder);

/* The index gets a key: the value of this feature (the name is copied, 1 to 65,536 bytes). */
tfeed_status tfi_index_builder_set_key(struct tfi_index_builder *builder, const char *feature,
                                       struct tfeed_error *reterr);

/* What a key's value is, as its hash takes it in. */
enum tfi_index_key_kind { TFI_INDEX_KEY_BYTES = 1, TFI_INDEX_KEY_INT64 = 3 };

/* The hash of a value: of a string its bytes, of an int64 its 8 bytes, little-endian. */
uint64_t tfi_index_hash(enum tfi_index_key_kind kind, const uint8_t *value, size_t len);

/* Record number `record` has a value with this hash; at most one for each record, in any order. */
tfeed_status tfi_index_builder_add_key(struct tfi_index_builder *builder, uint64_t record,
                                       uint64_t hash, struct tfeed_error *reterr);

/* Where an index goes. */
struct tfi_index_target {
    const char *path;                   /* the file of records, which is there, whole */
    const char *index_path;             /* see tfi_index_path */
    enum tfeed_compression compression; /* of the file; not AUTO */
    enum tfeed_index_form form;
    bool overwrite; /* false: an index that is there is ALREADY_EXISTS */
    const struct tfeed_file_system *file_system; /* resolved */
};

/* Looks at the file's size and ends, and writes the index of all records that were added; it
 * appears whole or not at all. The builder may be used for another form then.
 * FAILED_PRECONDITION: the file is not the one whose records were added (it has another size, or
 * they do not end where it ends), or has no size. Otherwise what reading and writing say. */
tfeed_status tfi_index_builder_write(struct tfi_index_builder *builder,
                                     const struct tfi_index_target *target,
                                     struct tfeed_error *reterr);

/* The path of a file's index: beside it, or in `index_dir` where that is not NULL.
 * RESOURCE_EXHAUSTED: no memory. End it with tfi_free. */
tfeed_status tfi_index_path(const char *path, const char *index_dir,
                            const struct tfeed_allocator *allocator, char **ret_index_path,
                            struct tfeed_error *reterr);

/* --- asking one ------------------------------------------------------------------------------ */

/* The offsets of n records from `first` on; first + n is at most their number. As
 * tfeed_index_place. */
tfeed_status tfi_index_offsets(struct tfeed_index *index, uint64_t first, uint64_t n,
                               uint64_t *offsets, struct tfeed_error *reterr);

/* The records whose key has a hash, in rising order. Whether the key is the one that is looked for
 * shows when the record is read: other values may have the same hash.
 *
 *     struct tfi_index_match match = {.hash = hash};
 *     while ((status = tfi_index_match_next(index, &match, &record, reterr)) == TFEED_OK)
 *         …
 */
struct tfi_index_match {
    uint64_t hash;
    bool has_begun;
    uint64_t pair; /* the next one to look at */
};

/* OUT_OF_RANGE: no more (with nothing in reterr). FAILED_PRECONDITION: the index has no key.
 * Otherwise as tfeed_index_place. */
tfeed_status tfi_index_match_next(struct tfeed_index *index, struct tfi_index_match *match,
                                  uint64_t *ret_record, struct tfeed_error *reterr);

#endif
