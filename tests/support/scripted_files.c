/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * scripted_files.c - a file system for tests, see scripted_files.h.
 */
#include "tests/support/scripted_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error_internal.h"

static const char *const scripted_path = "scripted";

static tfeed_status scripted_open_input(void *user_data, const char *path,
                                        const struct tfeed_allocator *allocator, void **ret_input,
                                        struct tfeed_error *reterr)
{
    (void)path;
    (void)allocator;
    (void)reterr;
    struct t_scripted_files *files = user_data;
    files->n_open_inputs++;
    *ret_input = files;
    return TFEED_OK;
}

static void scripted_close_input(void *input)
{
    struct t_scripted_files *files = input;
    files->n_open_inputs--;
}

static uint64_t scripted_input_size(void *input)
{
    const struct t_scripted_files *files = input;
    return files->hide_size ? TFEED_SIZE_UNKNOWN : files->len;
}

static tfeed_status scripted_read(void *input, uint64_t offset, void *data, size_t len,
                                  size_t *ret_len, struct tfeed_error *reterr)
{
    struct t_scripted_files *files = input;
    files->n_reads++;
    if (files->on_read != NULL)
        files->on_read(files->user_data, files->n_reads);
    if (offset == files->fail_read_at)
        return tfi_fail_errno(reterr, EIO, scripted_path, "read");
    uint64_t left = offset < files->len ? files->len - offset : 0;
    if (files->fail_read_at > offset && left > files->fail_read_at - offset)
        left = files->fail_read_at - offset;
    if (files->max_read != 0 && len > files->max_read)
        len = files->max_read;
    *ret_len = len < left ? len : (size_t)left;
    if (*ret_len > 0)
        memcpy(data, files->data + offset, *ret_len);
    return TFEED_OK;
}

static tfeed_status scripted_open_output(void *user_data, const char *path, uint32_t flags,
                                         const struct tfeed_allocator *allocator, void **ret_output,
                                         struct tfeed_error *reterr)
{
    (void)path;
    (void)flags;
    (void)allocator;
    (void)reterr;
    struct t_scripted_files *files = user_data;
    files->n_open_outputs++;
    files->n_written = 0;
    *ret_output = files;
    return TFEED_OK;
}

static tfeed_status scripted_write(void *output, const void *data, size_t len,
                                   struct tfeed_error *reterr)
{
    struct t_scripted_files *files = output;
    files->n_writes++;
    if (len > files->largest_write)
        files->largest_write = len;
    if (len > files->full_at || files->n_written > files->full_at - len)
        return tfi_fail_errno(reterr, ENOSPC, scripted_path, "write");
    uint8_t *grown = realloc(files->written, files->n_written + len + 1);
    if (grown == NULL) {
        perror("scripted_write");
        abort();
    }
    files->written = grown;
    memcpy(grown + files->n_written, data, len);
    files->n_written += len;
    return TFEED_OK;
}

static tfeed_status scripted_flush(void *output, struct tfeed_error *reterr)
{
    struct t_scripted_files *files = output;
    files->n_flushes++;
    return files->fail_flush ? tfi_fail_errno(reterr, EIO, scripted_path, "flush") : TFEED_OK;
}

static tfeed_status scripted_commit(void *output, struct tfeed_error *reterr)
{
    struct t_scripted_files *files = output;
    files->n_open_outputs--;
    if (files->fail_commit)
        return tfi_fail_errno(reterr, EDQUOT, scripted_path, "close");
    files->n_committed++;
    return TFEED_OK;
}

static void scripted_discard(void *output)
{
    struct t_scripted_files *files = output;
    files->n_open_outputs--;
    files->n_discarded++;
}

void t_scripted_files_init(struct t_scripted_files *files, const void *data, size_t len)
{
    *files = (struct t_scripted_files){
        .table =
            {
                .struct_size = sizeof files->table,
                .name = "scripted",
                .user_data = files,
                .open_input = scripted_open_input,
                .close_input = scripted_close_input,
                .input_size = scripted_input_size,
                .read = scripted_read,
                .open_output = scripted_open_output,
                .write = scripted_write,
                .flush = scripted_flush,
                .commit = scripted_commit,
                .discard = scripted_discard,
            },
        .data = data,
        .len = len,
        .fail_read_at = T_NEVER,
        .full_at = T_NEVER,
    };
}

void t_scripted_files_clear(struct t_scripted_files *files)
{
    free(files->written);
    files->written = NULL;
}
