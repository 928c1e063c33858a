/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * index_file.c - a file of records and its index, opened: the header, and whether they belong
 * together.
 *
 *    NAME.tfidx ──▶ packed? ─▶ header ─▶ layout ─▶ as long as it says? ─┐
 *               └─▶ a text? ─▶ builder ─▶ packed, in memory ────────────┤
 *    NAME ─────────────────────────▶ size, first and last record ───────┴─▶ equal?
 *
 * Nothing that an index says is believed before it was compared: its length with its header, its
 * parts with their checksums, and what it says of the file with the file.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "io/io_internal.h"
#include "records/index_private.h"
#include "records/record_frame_internal.h"
#include "records/records_internal.h"

/* Records that are looked at where the time says that the file may have changed. */
enum { N_CHECKED_RECORDS = 16 };

/* --- options and paths ----------------------------------------------------------------------- */

void tfeed_index_options_init(struct tfeed_index_options *options)
{
    *options = (struct tfeed_index_options){
        .struct_size = sizeof *options,
        .max_record_bytes = TFEED_RECORD_DEFAULT_LIMIT_BYTES,
    };
}

static tfeed_status resolve_options(const struct tfeed_index_options *given,
                                    struct tfeed_index_options *ret_options,
                                    struct tfeed_error *reterr)
{
    tfeed_index_options_init(ret_options);
    if (given != NULL) {
        if (given->struct_size < sizeof given->struct_size ||
            given->struct_size > sizeof *ret_options)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "struct_size must be at most %zu, not %zu: use the init function",
                            sizeof *ret_options, given->struct_size);
        memcpy(ret_options, given, given->struct_size);
    }
    return tfi_file_system_resolve(ret_options->file_system, &ret_options->file_system, reterr);
}

/* The length of the file's name where `path` is that of an index beside it; else 0. */
static size_t name_before_suffix(const char *path)
{
    const size_t suffix_len = sizeof TFEED_INDEX_SUFFIX - 1;
    const size_t len = strlen(path);
    return len > suffix_len && strcmp(path + len - suffix_len, TFEED_INDEX_SUFFIX) == 0
               ? len - suffix_len
               : 0;
}

static tfeed_status set_paths(struct tfeed_index *index, const char *path,
                              const struct tfeed_index_options *options, struct tfeed_error *reterr)
{
    const size_t name_len = name_before_suffix(path);
    const bool is_index = name_len > 0 && options->index_path == NULL && options->index_dir == NULL;
    const char *index_path = is_index ? path : options->index_path;
    index->path = tfi_strndup(index->allocator, path, is_index ? name_len : strlen(path));
    if (index->path == NULL)
        return tfi_fail_memory(reterr, "an index");
    if (index_path == NULL)
        return tfi_index_path(path, options->index_dir, index->allocator, &index->index_path,
                              reterr);
    index->index_path = tfi_strndup(index->allocator, index_path, strlen(index_path));
    return index->index_path != NULL ? TFEED_OK : tfi_fail_memory(reterr, "an index");
}

/* --- what is wrong --------------------------------------------------------------------------- */

tfeed_status index_fail_damaged(const struct tfeed_index *index, uint64_t offset, const char *what,
                                struct tfeed_error *reterr)
{
    return tfi_fail_at(reterr, TFEED_DATA_LOSS, index->index_path, TFEED_NOWHERE, offset,
                       "the index is damaged: %s", what);
}

tfeed_status index_fail_stale(const struct tfeed_index *index, const char *what,
                              struct tfeed_error *reterr)
{
    return tfi_fail_at(reterr, TFEED_FAILED_PRECONDITION, index->index_path, TFEED_NOWHERE,
                       TFEED_NOWHERE, "the index is stale: %s", what);
}

/* --- the packed form ------------------------------------------------------------------------- */

static tfeed_status open_packed(struct tfeed_index *index, struct tfeed_error *reterr)
{
    uint8_t bytes[TFI_INDEX_HEADER_BYTES];
    bool is_newer = false;
    if (index->input.n_bytes < sizeof bytes)
        return index_fail_damaged(index, index->input.n_bytes, "it ends inside its header", reterr);
    TFI_TRY(index_input_read(&index->input, 0, bytes, sizeof bytes, reterr));
    const char *wrong = tfi_index_header_load(bytes, &index->header, &index->layout, &is_newer);
    if (is_newer)
        return tfi_fail_at(reterr, TFEED_UNIMPLEMENTED, index->index_path, TFEED_NOWHERE,
                           TFEED_NOWHERE, "the index cannot be read: %s", wrong);
    if (wrong != NULL)
        return index_fail_damaged(index, 0, wrong, reterr);
    if (index->layout.index_bytes == index->input.n_bytes)
        return TFEED_OK;
    return tfi_fail_at(reterr, TFEED_DATA_LOSS, index->index_path, TFEED_NOWHERE, TFEED_NOWHERE,
                       "the index is damaged: %" PRIu64 " bytes were expected, it has %" PRIu64,
                       index->layout.index_bytes, index->input.n_bytes);
}

/* --- the text form --------------------------------------------------------------------------- */

/* Appends to a window that has room for all. */
static tfeed_status put_into_window(void *sink_data, const void *data, size_t len,
                                    struct tfeed_error *reterr)
{
    (void)reterr;
    struct tfeed_index *index = sink_data;
    memcpy(index->window + index->window_len, data, len);
    index->window_len += len;
    return TFEED_OK;
}

static tfeed_status detect_compression(struct tfeed_index *index,
                                       enum tfeed_compression *ret_compression,
                                       struct tfeed_error *reterr)
{
    uint8_t head[TFI_RECORD_HEAD_BYTES];
    const size_t len =
        index->file.n_bytes < sizeof head ? (size_t)index->file.n_bytes : sizeof head;
    TFI_TRY(index_input_read(&index->file, 0, head, len, reterr));
    *ret_compression = tfi_record_detect_compression(head, len);
    return TFEED_OK;
}

/* A text is packed at once: what comes after knows one form only. */
static tfeed_status pack_text(struct tfeed_index *index, struct tfi_index_builder *builder,
                              struct tfeed_error *reterr)
{
    enum tfeed_compression compression;
    TFI_TRY(index_text_read(&index->input, builder, reterr));
    TFI_TRY(detect_compression(index, &compression, reterr));
    TFI_TRY(index_pack_header(builder, &index->file, compression, &index->header, &index->layout,
                              reterr));
    const size_t n_bytes = (size_t)index->layout.index_bytes;
    index->window = tfi_alloc(index->allocator, n_bytes + INDEX_SLACK_BYTES);
    if (index->window == NULL)
        return tfi_fail_memory(reterr, "an index");
    index->window_capacity = n_bytes;
    return index_pack(builder, &index->header, &index->layout, put_into_window, index, reterr);
}

static tfeed_status open_text(struct tfeed_index *index, struct tfeed_error *reterr)
{
    struct tfi_index_builder *builder;
    TFI_TRY(tfi_index_builder_new(index->allocator, &builder, reterr));
    const tfeed_status status = pack_text(index, builder, reterr);
    tfi_index_builder_free(builder);
    index_input_close(&index->input);
    index->info.is_text = true;
    return status;
}

/* --- whether they belong together ------------------------------------------------------------ */

static tfeed_status check_identity(struct tfeed_index *index, struct tfeed_error *reterr)
{
    const struct tfi_index_header *header = &index->header;
    struct index_identity identity;
    if (header->file_bytes != index->file.n_bytes)
        return tfi_fail_at(reterr, TFEED_FAILED_PRECONDITION, index->index_path, TFEED_NOWHERE,
                           TFEED_NOWHERE,
                           "the index is stale: it is of a file of %" PRIu64 " bytes, %s has "
                           "%" PRIu64,
                           header->file_bytes, index->path, index->file.n_bytes);
    TFI_TRY(index_identify(&index->file, header, &identity, reterr));
    if (identity.first != header->first)
        return index_fail_stale(index, "the first record is another one", reterr);
    const bool ends = header->compression != TFEED_COMPRESSION_NONE || header->n_records == 0 ||
                      identity.last_end == header->stream_bytes;
    if (identity.last != header->last || !ends)
        return index_fail_stale(index, "the last record is another one", reterr);
    return TFEED_OK;
}

/* A text says nothing of its file, and a file that is younger than its index may be another one. */
static bool is_doubtful(const struct tfeed_index *index)
{
    return index->info.is_text || index->file.modified_ns == 0 ||
           index->file.modified_ns > index->input.modified_ns;
}

static void set_info(struct tfeed_index *index)
{
    struct tfeed_index_info *info = &index->info;
    info->n_records = index->header.n_records;
    info->n_bytes = index->header.stream_bytes;
    info->file_bytes = index->header.file_bytes;
    info->compression = (enum tfeed_compression)index->header.compression;
    info->path = index->path;
    info->index_path = index->index_path;
    info->key_feature = index->key;
    info->n_keys = index->header.n_keys;
}

/* --- opening and closing --------------------------------------------------------------------- */

/* Opens the index in whichever form it is. */
static tfeed_status open_form(struct tfeed_index *index, struct tfeed_error *reterr)
{
    uint8_t magic[TFI_INDEX_MAGIC_BYTES];
    const uint64_t n_bytes = index->input.n_bytes;
    const size_t len = n_bytes < sizeof magic ? (size_t)n_bytes : sizeof magic;
    TFI_TRY(index_input_read(&index->input, 0, magic, len, reterr));
    if (len == sizeof magic && memcmp(magic, TFI_INDEX_MAGIC, sizeof magic) == 0)
        return open_packed(index, reterr);
    if (len == 0 || (magic[0] >= '0' && magic[0] <= '9'))
        return open_text(index, reterr);
    return tfi_fail_at(reterr, TFEED_INVALID_ARGUMENT, index->index_path, TFEED_NOWHERE,
                       TFEED_NOWHERE,
                       "is no index: it begins neither as one nor with a line \"offset size\"");
}

static tfeed_status open_index(struct tfeed_index *index, const char *path,
                               const struct tfeed_index_options *options,
                               struct tfeed_error *reterr)
{
    const struct tfeed_file_system *files = options->file_system;
    TFI_TRY(set_paths(index, path, options, reterr));
    TFI_TRY(index_input_open(&index->input, files, index->index_path, index->allocator, reterr));
    TFI_TRY(index_input_open(&index->file, files, index->path, index->allocator, reterr));
    TFI_TRY(open_form(index, reterr));
    TFI_TRY(check_identity(index, reterr));
    TFI_TRY(index_keys_open(index, reterr));
    set_info(index);
    return is_doubtful(index) ? index_check_records(index, N_CHECKED_RECORDS, reterr) : TFEED_OK;
}

tfeed_status tfeed_index_open(const char *path, const struct tfeed_index_options *options,
                              struct tfeed_index **ret_index, struct tfeed_error *reterr)
{
    struct tfeed_index_options resolved;
    TFI_TRY(resolve_options(options, &resolved, reterr));
    struct tfeed_index *index = tfi_alloc_zeroed(resolved.allocator, 1, sizeof *index);
    if (index == NULL)
        return tfi_fail_memory(reterr, "an index");
    index->allocator = resolved.allocator;
    index->max_record_bytes = resolved.max_record_bytes;
    index->skip_checksums = resolved.skip_checksums;
    index->block = UINT64_MAX;
    const tfeed_status status = open_index(index, path, &resolved, reterr);
    if (status != TFEED_OK) {
        tfeed_index_close(index);
        return status;
    }
    *ret_index = index;
    return TFEED_OK;
}

void tfeed_index_close(struct tfeed_index *index)
{
    if (index == NULL)
        return;
    const int kept_errno = errno;
    for (size_t i = 0; i < index->n_spans; i++)
        tfeed_block_unref(index->spans[i].block);
    index_input_close(&index->input);
    index_input_close(&index->file);
    tfi_free(index->allocator, index->spans);
    tfi_free(index->allocator, index->first_hashes);
    tfi_free(index->allocator, index->key);
    tfi_free(index->allocator, index->window);
    tfi_free(index->allocator, index->index_path);
    tfi_free(index->allocator, index->path);
    tfi_free(index->allocator, index);
    errno = kept_errno;
}

const struct tfeed_index_info *tfeed_index_info_get(const struct tfeed_index *index)
{
    return &index->info;
}

uint64_t tfeed_index_count(const struct tfeed_index *index)
{
    return index->header.n_records;
}
