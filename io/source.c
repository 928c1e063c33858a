/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * source.c - a file's own bytes through a window: mapped where that works, else read.
 */
#include "core/block_internal.h"
#include "core/error_internal.h"
#include "io/stream_private.h"

void tfi_kept_map_init(struct tfi_kept_map *kept)
{
    tfi_mutex_init(&kept->mutex);
    kept->content = (struct tfeed_bytes){.data = NULL};
}

void tfi_kept_map_clear(struct tfi_kept_map *kept)
{
    tfeed_block_unref(kept->content.block);
    tfi_mutex_clear(&kept->mutex);
}

static tfeed_status map_anew(struct tfi_source *source, struct tfeed_bytes *ret_content,
                             struct tfeed_error *reterr)
{
    struct tfeed_bytes content;
    TFI_TRY(source->files->map(source->input, &content, reterr));
    const tfeed_status status =
        tfi_block_set_origin(content.block, content.data, source->window.path, 0, reterr);
    if (status != TFEED_OK) {
        tfeed_block_unref(content.block);
        return status;
    }
    *ret_content = content;
    return TFEED_OK;
}

/* The map that others have made, or one that they will find. What has been cut short since is
 * mapped anew: behind its end the old map would fault. */
static tfeed_status share_map(struct tfi_source *source, struct tfi_kept_map *kept,
                              struct tfeed_bytes *ret_content, struct tfeed_error *reterr)
{
    tfeed_status status = TFEED_OK;
    tfi_mutex_lock(&kept->mutex);
    if (kept->content.block == NULL)
        status = map_anew(source, &kept->content, reterr);
    const struct tfeed_bytes content = kept->content;
    if (status == TFEED_OK)
        tfeed_block_ref(content.block);
    tfi_mutex_unlock(&kept->mutex);
    TFI_TRY(status);
    const uint64_t size = source->files->input_size(source->input);
    if (size == TFEED_SIZE_UNKNOWN || size < content.len) {
        tfeed_block_unref(content.block);
        return map_anew(source, ret_content, reterr);
    }
    *ret_content = content;
    return TFEED_OK;
}

static tfeed_status map_source(struct tfi_source *source, struct tfi_kept_map *kept,
                               struct tfeed_error *reterr)
{
    struct tfeed_bytes content;
    const tfeed_status status = kept != NULL ? share_map(source, kept, &content, reterr)
                                             : map_anew(source, &content, reterr);
    if (status == TFEED_UNIMPLEMENTED)
        return TFEED_OK; /* it will be read */
    TFI_TRY(status);
    source->is_mapped = true;
    source->window.block = content.block;
    source->window.data = content.data;
    source->window.len = content.len;
    return TFEED_OK;
}

tfeed_status tfi_source_open(struct tfi_source *source, const char *path,
                             const struct tfi_stream_options *options, struct tfeed_error *reterr)
{
    const struct tfeed_file_system *files = options->file_system;
    source->files = files;
    source->window.allocator = options->allocator;
    source->window.path = path;
    TFI_TRY(files->open_input(files->user_data, path, options->allocator, &source->input, reterr));
    return options->may_map && files->map != NULL ? map_source(source, options->kept, reterr)
                                                  : TFEED_OK;
}

void tfi_source_clear(struct tfi_source *source)
{
    if (source->input != NULL)
        source->files->close_input(source->input);
    tfi_window_clear(&source->window);
    source->input = NULL;
}

static tfeed_status read_source(void *user_data, uint8_t *into, size_t room, size_t *ret_n,
                                struct tfeed_error *reterr)
{
    struct tfi_source *source = user_data;
    if (source->ended) {
        *ret_n = 0;
        return TFEED_OK;
    }
    const uint64_t offset = source->window.offset + source->window.len;
    TFI_TRY(source->files->read(source->input, offset, into, room, ret_n, reterr));
    source->ended = *ret_n == 0;
    return TFEED_OK;
}

/* A mapped file is all in the window, or before it. */
bool tfi_source_seek(struct tfi_source *source, uint64_t offset)
{
    struct tfi_window *window = &source->window;
    const uint64_t end = window->offset + window->len;
    if (offset > end || (offset < window->offset && !source->is_mapped)) {
        const uint64_t size = source->files->input_size(source->input);
        if (source->is_mapped || size == TFEED_SIZE_UNKNOWN || offset > size)
            return false;
        tfi_window_jump(window, offset);
        source->ended = false;
    } else if (offset < window->offset) {
        window->data -= window->offset - offset;
        window->len = (size_t)(end - offset);
        window->offset = offset;
    } else {
        tfi_window_slide(window, (size_t)(offset - window->offset));
    }
    return true;
}

tfeed_status tfi_source_fill(struct tfi_source *source, size_t n_used, size_t n_need,
                             struct tfeed_error *reterr)
{
    if (source->is_mapped) {
        tfi_window_slide(&source->window, n_used);
        return source->window.len >= n_need ? TFEED_OK : TFEED_OUT_OF_RANGE;
    }
    const bool is_sized = source->files->input_size(source->input) != TFEED_SIZE_UNKNOWN;
    return tfi_window_fill(&source->window, n_used, n_need, is_sized, read_source, source, reterr);
}
