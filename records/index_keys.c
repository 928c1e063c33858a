/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * index_keys.c - records by the hash of a value.
 *
 *    first hashes     ┌ h0 ┬ h1 ┬ h2 ┬ h3 ┐       in memory, 8 bytes for 1,024 keys
 *    key blocks       ┌────┬────┬──●─┬────┐       the one that can hold the hash is read
 *                     pairs (hash, record), sorted
 *
 * A hash says where to look and no more: that the record has the value is seen when it is read.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "records/index_private.h"

/* FNV-1a, 64 bits; the kind goes first, so that 1 and "1" are two values. */
uint64_t tfi_index_hash(enum tfi_index_key_kind kind, const uint8_t *value, size_t len)
{
    const uint64_t begin = UINT64_C(0xcbf29ce484222325), prime = UINT64_C(0x100000001b3);
    uint64_t hash = (begin ^ (uint64_t)kind) * prime;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ value[i]) * prime;
    return hash;
}

/* --- the head -------------------------------------------------------------------------------- */

/* The name has no NUL, and hashes rise. */
static bool take_head(struct tfeed_index *index, const uint8_t *head)
{
    const size_t name_bytes = index->header.key_name_bytes;
    const uint8_t *hashes = head + TFI_INDEX_CRC_BYTES + name_bytes;
    memcpy(index->key, head + TFI_INDEX_CRC_BYTES, name_bytes);
    index->key[name_bytes] = '\0';
    for (uint64_t i = 0; i < index->layout.n_key_blocks; i++) {
        index->first_hashes[i] = tfi_load_le64(hashes + i * TFI_INDEX_HASH_BYTES);
        if (i > 0 && index->first_hashes[i] < index->first_hashes[i - 1])
            return false;
    }
    return strlen(index->key) == name_bytes;
}

tfeed_status index_keys_open(struct tfeed_index *index, struct tfeed_error *reterr)
{
    const struct tfi_index_layout *layout = &index->layout;
    if (index->header.key_name_bytes == 0)
        return TFEED_OK;
    const uint8_t *head;
    TFI_TRY(index_fetch_part(index, layout->keys_offset, (size_t)layout->key_head_bytes, 0, &head,
                             reterr));
    index->key = tfi_alloc(index->allocator, (size_t)index->header.key_name_bytes + 1);
    index->first_hashes = tfi_alloc_array(index->allocator, (size_t)layout->n_key_blocks,
                                          sizeof *index->first_hashes);
    if (index->key == NULL || index->first_hashes == NULL)
        return tfi_fail_memory(reterr, "the keys of an index");
    if (!take_head(index, head))
        return index_fail_damaged(index, layout->keys_offset, "its keys are not sorted", reterr);
    return TFEED_OK;
}

/* --- pairs ----------------------------------------------------------------------------------- */

static size_t pair_bytes(const struct tfeed_index *index)
{
    return TFI_INDEX_HASH_BYTES + (size_t)index->header.record_bytes;
}

static size_t n_pairs_in_block(const struct tfeed_index *index, uint64_t block)
{
    const uint64_t left = index->header.n_keys - block * TFI_INDEX_BLOCK_RECORDS;
    return left < TFI_INDEX_BLOCK_RECORDS ? (size_t)left : TFI_INDEX_BLOCK_RECORDS;
}

/* The pairs of a block, behind its checksum. */
static tfeed_status fetch_pairs(struct tfeed_index *index, uint64_t block,
                                const uint8_t **ret_pairs, struct tfeed_error *reterr)
{
    const struct tfi_index_layout *layout = &index->layout;
    const uint64_t offset =
        layout->keys_offset + layout->key_head_bytes + block * layout->key_block_bytes;
    const size_t len = TFI_INDEX_CRC_BYTES + n_pairs_in_block(index, block) * pair_bytes(index);
    const uint8_t *part;
    TFI_TRY(index_fetch_part(index, offset, len, 0, &part, reterr));
    *ret_pairs = part + TFI_INDEX_CRC_BYTES;
    return TFEED_OK;
}

/* The first block that may hold the hash: the last one whose first hash is below it. */
static uint64_t first_block_of(const struct tfeed_index *index, uint64_t hash)
{
    uint64_t low = 0, high = index->layout.n_key_blocks;
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (index->first_hashes[middle] < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? low - 1 : 0;
}

/* The first pair of a block whose hash is not below; their number when there is none. */
static size_t lower_bound(const uint8_t *pairs, size_t n, size_t each, uint64_t hash)
{
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (tfi_load_le64(pairs + middle * each) < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static tfeed_status begin_match(struct tfeed_index *index, struct tfi_index_match *match,
                                struct tfeed_error *reterr)
{
    const uint64_t block = first_block_of(index, match->hash);
    const uint8_t *pairs;
    TFI_TRY(fetch_pairs(index, block, &pairs, reterr));
    match->pair =
        block * TFI_INDEX_BLOCK_RECORDS +
        lower_bound(pairs, n_pairs_in_block(index, block), pair_bytes(index), match->hash);
    match->has_begun = true;
    return TFEED_OK;
}

tfeed_status tfi_index_match_next(struct tfeed_index *index, struct tfi_index_match *match,
                                  uint64_t *ret_record, struct tfeed_error *reterr)
{
    const struct tfi_index_header *header = &index->header;
    const uint8_t *pairs;
    if (header->key_name_bytes == 0)
        return tfi_fail_at(reterr, TFEED_FAILED_PRECONDITION, index->index_path, TFEED_NOWHERE,
                           TFEED_NOWHERE, "the index has no key: make it with one");
    if (header->n_keys == 0)
        return TFEED_OUT_OF_RANGE;
    if (!match->has_begun)
        TFI_TRY(begin_match(index, match, reterr));
    if (match->pair >= header->n_keys)
        return TFEED_OUT_OF_RANGE;
    TFI_TRY(fetch_pairs(index, match->pair / TFI_INDEX_BLOCK_RECORDS, &pairs, reterr));
    const uint8_t *pair = pairs + match->pair % TFI_INDEX_BLOCK_RECORDS * pair_bytes(index);
    if (tfi_load_le64(pair) != match->hash)
        return TFEED_OUT_OF_RANGE;
    const uint64_t record = tfi_index_load(pair + TFI_INDEX_HASH_BYTES, header->record_bytes);
    if (record >= header->n_records)
        return index_fail_damaged(index, TFEED_NOWHERE, "a key names a record that is not there",
                                  reterr);
    match->pair++;
    *ret_record = record;
    return TFEED_OK;
}
