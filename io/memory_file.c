/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * memory_file.c - a file system in memory.
 *
 *    files ─▶ entry "a" ─▶ entry "b" ─▶ …          committed: a name and a block, never changed
 *          └▶ output "c" ─▶ …                      open: a name and a growing buffer
 *
 * Committing turns the buffer into a block and replaces the entry's; inputs hold the block that
 * they opened. An output that is written in place does the same at its open and at each flush.
 * Names are few, so both are lists.
 *
 * Threads: the mutex guards both lists and the size of every open output; an output's bytes belong
 *          to its thread.
 */
#include <tfeed/io.h>

#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/error_internal.h"
#include "core/thread_internal.h"

struct memory_entry {
    struct memory_entry *next;
    char *name;
    struct tfeed_bytes content; /* with a reference; block NULL when empty */
};

struct memory_output {
    struct memory_output *next;
    struct tfeed_memory_files *files;
    const struct tfeed_allocator *allocator;
    char *name;
    uint8_t *data;
    size_t len; /* written by the owner under the mutex */
    size_t capacity;
    bool overwrite;
    bool is_in_place; /* its entry is there, and shows what was flushed */
};

struct memory_input {
    const struct tfeed_allocator *allocator;
    struct tfeed_bytes content; /* with a reference */
};

struct tfeed_memory_files {
    const struct tfeed_allocator *allocator;
    struct tfeed_file_system table;
    struct tfi_mutex mutex; /* guards: */
    struct memory_entry *entries TFI_GUARDED_BY(mutex);
    struct memory_output *outputs TFI_GUARDED_BY(mutex); /* the one opened last first */
};

static struct memory_entry *find_entry_locked(const struct tfeed_memory_files *files,
                                              const char *name)
{
    struct memory_entry *entry = files->entries;
    while (entry != NULL && strcmp(entry->name, name) != 0)
        entry = entry->next;
    return entry;
}

static void entry_free(const struct tfeed_memory_files *files, struct memory_entry *entry)
{
    tfeed_block_unref(entry->content.block);
    tfi_free(files->allocator, entry->name);
    tfi_free(files->allocator, entry);
}

/* An entry that is in no list yet; takes over the reference in content on success. */
static struct memory_entry *entry_new(const struct tfeed_memory_files *files, const char *name,
                                      struct tfeed_bytes content)
{
    struct memory_entry *entry = tfi_alloc_zeroed(files->allocator, 1, sizeof *entry);
    if (entry == NULL)
        return NULL;
    entry->name = tfi_strndup(files->allocator, name, strlen(name));
    if (entry->name == NULL) {
        tfi_free(files->allocator, entry);
        return NULL;
    }
    entry->content = content;
    return entry;
}

/* Puts the entry into the list; the one it replaces is given back, to be freed without the lock. */
static struct memory_entry *replace_entry_locked(struct tfeed_memory_files *files,
                                                 struct memory_entry *entry)
{
    struct memory_entry **place = &files->entries;
    while (*place != NULL && strcmp((*place)->name, entry->name) != 0)
        place = &(*place)->next;
    struct memory_entry *old = *place;
    entry->next = old == NULL ? NULL : old->next;
    *place = entry;
    return old;
}

/* A block with a copy of the bytes. */
static tfeed_status copy_content(const struct tfeed_memory_files *files, const void *data,
                                 size_t len, struct tfeed_bytes *ret_content,
                                 struct tfeed_error *reterr)
{
    struct tfeed_bytes content = {.data = (const uint8_t *)"", .len = len};
    if (len > 0) {
        uint8_t *bytes;
        TFI_TRY(tfi_block_alloc(files->allocator, len, &content.block, &bytes, reterr));
        memcpy(bytes, data, len);
        content.data = bytes;
    }
    *ret_content = content;
    return TFEED_OK;
}

/* Makes content appear under name. Without `overwrite`, a name that is taken is ALREADY_EXISTS. */
static tfeed_status publish(struct tfeed_memory_files *files, const char *name, const void *data,
                            size_t len, bool overwrite, struct tfeed_error *reterr)
{
    struct tfeed_bytes content;
    TFI_TRY(copy_content(files, data, len, &content, reterr));
    struct memory_entry *entry = entry_new(files, name, content);
    if (entry == NULL) {
        tfeed_block_unref(content.block);
        return tfi_fail_memory(reterr, "a file in memory");
    }
    struct memory_entry *unused = entry;
    tfi_mutex_lock(&files->mutex);
    const bool allowed = overwrite || find_entry_locked(files, name) == NULL;
    if (allowed)
        unused = replace_entry_locked(files, entry);
    tfi_mutex_unlock(&files->mutex);
    if (unused != NULL)
        entry_free(files, unused);
    return allowed ? TFEED_OK
                   : tfi_fail_at(reterr, TFEED_ALREADY_EXISTS, name, TFEED_NOWHERE, TFEED_NOWHERE,
                                 "exists");
}

/* Inputs. */

static tfeed_status memory_open_input(void *user_data, const char *path,
                                      const struct tfeed_allocator *allocator, void **ret_input,
                                      struct tfeed_error *reterr)
{
    struct tfeed_bytes content;
    TFI_TRY(tfeed_memory_files_get(user_data, path, &content, reterr));
    struct memory_input *input = tfi_alloc(allocator, sizeof *input);
    if (input == NULL) {
        tfeed_block_unref(content.block);
        return tfi_fail_memory(reterr, "an input");
    }
    *input = (struct memory_input){.allocator = allocator, .content = content};
    *ret_input = input;
    return TFEED_OK;
}

static void memory_close_input(void *opaque)
{
    struct memory_input *input = opaque;
    tfeed_block_unref(input->content.block);
    tfi_free(input->allocator, input);
}

static uint64_t memory_input_size(void *opaque)
{
    const struct memory_input *input = opaque;
    return input->content.len;
}

static tfeed_status memory_read(void *opaque, uint64_t offset, void *data, size_t len,
                                size_t *ret_len, struct tfeed_error *reterr)
{
    (void)reterr;
    const struct memory_input *input = opaque;
    const size_t left = offset < input->content.len ? input->content.len - (size_t)offset : 0;
    *ret_len = len < left ? len : left;
    if (*ret_len > 0)
        memcpy(data, input->content.data + offset, *ret_len);
    return TFEED_OK;
}

static void unref_block(void *block)
{
    tfeed_block_unref(block);
}

/* The content's block is everybody's; the map is a block of its own that holds it. */
static tfeed_status memory_map(void *opaque, struct tfeed_bytes *ret_content,
                               struct tfeed_error *reterr)
{
    const struct memory_input *input = opaque;
    struct tfeed_bytes content = input->content;
    TFI_TRY(tfi_block_wrap(input->allocator, content.len, unref_block, input->content.block,
                           &content.block, reterr));
    tfi_block_ref_n(input->content.block, 1);
    *ret_content = content;
    return TFEED_OK;
}

/* Looking. Folders are what slashes in the names say. */

static bool lies_in(const char *name, const char *folder, size_t folder_len)
{
    return strncmp(name, folder, folder_len) == 0 && name[folder_len] != '\0';
}

static tfeed_status memory_look(void *user_data, const char *path, struct tfeed_file_info *ret_info,
                                struct tfeed_error *reterr)
{
    struct tfeed_memory_files *files = user_data;
    const size_t path_len = strlen(path);
    struct tfeed_file_info info = {.size = TFEED_SIZE_UNKNOWN};
    bool is_there = false;
    tfi_mutex_lock(&files->mutex);
    for (const struct memory_entry *entry = files->entries; entry != NULL && !is_there;
         entry = entry->next) {
        if (strcmp(entry->name, path) == 0)
            info.size = entry->content.len;
        else if (lies_in(entry->name, path, path_len) && path_len > 0 &&
                 (path[path_len - 1] == '/' || entry->name[path_len] == '/'))
            info.is_folder = true;
        else
            continue;
        is_there = true;
    }
    tfi_mutex_unlock(&files->mutex);
    if (!is_there)
        return tfi_fail_at(reterr, TFEED_NOT_FOUND, path, TFEED_NOWHERE, TFEED_NOWHERE,
                           "no such file");
    *ret_info = info;
    return TFEED_OK;
}

/* A copy of the first name in the folder, in the order of byte values, that comes after `last`
 * (NULL: of all); NULL in *ret_name behind the last one. */
static tfeed_status name_after(struct tfeed_memory_files *files, const char *folder,
                               const char *last, char **ret_name, struct tfeed_error *reterr)
{
    const size_t folder_len = strlen(folder);
    const char *first = NULL;
    tfi_mutex_lock(&files->mutex);
    for (const struct memory_entry *entry = files->entries; entry != NULL; entry = entry->next) {
        if (!lies_in(entry->name, folder, folder_len))
            continue;
        const char *name = entry->name + folder_len;
        if ((last == NULL || strcmp(name, last) > 0) && (first == NULL || strcmp(name, first) < 0))
            first = name;
    }
    char *copy = first != NULL ? tfi_strndup(files->allocator, first, strlen(first)) : NULL;
    tfi_mutex_unlock(&files->mutex);
    if (first != NULL && copy == NULL)
        return tfi_fail_memory(reterr, "a name");
    *ret_name = copy;
    return TFEED_OK;
}

/* Name by name, since `found` is not called under the mutex. */
static tfeed_status memory_list(void *user_data, const char *folder, tfeed_file_found_fn found,
                                void *found_data, struct tfeed_error *reterr)
{
    struct tfeed_memory_files *files = user_data;
    char *name = NULL;
    tfeed_status status = name_after(files, folder, NULL, &name, reterr);
    if (status == TFEED_OK && name == NULL && folder[0] != '\0')
        return tfi_fail_at(reterr, TFEED_NOT_FOUND, folder, TFEED_NOWHERE, TFEED_NOWHERE,
                           "no such folder");
    while (status == TFEED_OK && name != NULL) {
        char *next = NULL;
        status = name_after(files, folder, name, &next, reterr);
        name[strcspn(name, "/")] = '\0'; /* of a file further down: the folder it lies in */
        if (status == TFEED_OK)
            status = found(found_data, name, reterr);
        tfi_free(files->allocator, name);
        name = next;
    }
    tfi_free(files->allocator, name);
    return status;
}

/* Outputs. */

static void output_free(struct memory_output *output)
{
    tfi_mutex_lock(&output->files->mutex);
    struct memory_output **place = &output->files->outputs;
    while (*place != NULL && *place != output)
        place = &(*place)->next;
    if (*place == output)
        *place = output->next;
    tfi_mutex_unlock(&output->files->mutex);
    tfi_free(output->allocator, output->data);
    tfi_free(output->allocator, output->name);
    tfi_free(output->allocator, output);
}

static tfeed_status memory_write(void *opaque, const void *data, size_t len,
                                 struct tfeed_error *reterr)
{
    struct memory_output *output = opaque;
    if (len > output->capacity - output->len) {
        size_t needed;
        if (__builtin_add_overflow(output->len, len, &needed))
            return tfi_fail_memory(reterr, "a file in memory");
        const size_t doubled = output->capacity <= SIZE_MAX / 2 ? 2 * output->capacity : needed;
        const size_t capacity = doubled > needed ? doubled : needed;
        uint8_t *grown = tfi_realloc_array(output->allocator, output->data, capacity, 1);
        if (grown == NULL)
            return tfi_fail_memory(reterr, "a file in memory");
        output->data = grown;
        output->capacity = capacity;
    }
    if (len > 0)
        memcpy(output->data + output->len, data, len);
    tfi_mutex_lock(&output->files->mutex);
    output->len += len;
    tfi_mutex_unlock(&output->files->mutex);
    return TFEED_OK;
}

static tfeed_status show(struct memory_output *output, struct tfeed_error *reterr)
{
    return publish(output->files, output->name, output->data, output->len, output->overwrite,
                   reterr);
}

/* Begins with what the file holds, if it is to go on behind that, and shows itself. */
static tfeed_status begin_in_place(struct memory_output *output, bool appends,
                                   struct tfeed_error *reterr)
{
    struct tfeed_bytes content;
    if (appends &&
        tfeed_memory_files_get(output->files, output->name, &content, NULL) == TFEED_OK) {
        const tfeed_status status = memory_write(output, content.data, content.len, reterr);
        tfeed_block_unref(content.block);
        TFI_TRY(status);
    }
    output->overwrite = output->overwrite || appends;
    TFI_TRY(show(output, reterr));
    output->overwrite = true; /* the file is ours */
    output->is_in_place = true;
    return TFEED_OK;
}

static tfeed_status memory_open_output(void *user_data, const char *path, uint32_t flags,
                                       const struct tfeed_allocator *allocator, void **ret_output,
                                       struct tfeed_error *reterr)
{
    struct tfeed_memory_files *files = user_data;
    struct memory_output *output = tfi_alloc_zeroed(allocator, 1, sizeof *output);
    if (output == NULL)
        return tfi_fail_memory(reterr, "an output");
    output->files = files;
    output->allocator = allocator;
    output->overwrite = (flags & TFEED_OUTPUT_OVERWRITE) != 0;
    output->name = tfi_strndup(allocator, path, strlen(path));
    if (output->name == NULL) {
        tfi_free(allocator, output);
        return tfi_fail_memory(reterr, "an output");
    }
    tfi_mutex_lock(&files->mutex);
    const bool allowed = output->overwrite || (flags & TFEED_OUTPUT_APPEND) != 0 ||
                         find_entry_locked(files, path) == NULL;
    output->next = files->outputs;
    files->outputs = output;
    tfi_mutex_unlock(&files->mutex);
    if (!allowed) {
        output_free(output);
        return tfi_fail_at(reterr, TFEED_ALREADY_EXISTS, path, TFEED_NOWHERE, TFEED_NOWHERE,
                           "exists");
    }
    if ((flags & (TFEED_OUTPUT_IN_PLACE | TFEED_OUTPUT_APPEND)) != 0) {
        const tfeed_status status =
            begin_in_place(output, (flags & TFEED_OUTPUT_APPEND) != 0, reterr);
        if (status != TFEED_OK) {
            output_free(output);
            return status;
        }
    }
    *ret_output = output;
    return TFEED_OK;
}

static tfeed_status memory_flush(void *opaque, struct tfeed_error *reterr)
{
    struct memory_output *output = opaque;
    return output->is_in_place ? show(output, reterr) : TFEED_OK;
}

static tfeed_status memory_commit(void *opaque, struct tfeed_error *reterr)
{
    struct memory_output *output = opaque;
    const tfeed_status status = show(output, reterr);
    output_free(output);
    return status;
}

/* What was written in place stays, as far as there is memory for it. */
static void memory_discard(void *opaque)
{
    struct memory_output *output = opaque;
    if (output->is_in_place)
        (void)show(output, NULL);
    output_free(output);
}

static tfeed_status memory_cut(void *opaque, uint64_t size, struct tfeed_error *reterr)
{
    struct memory_output *output = opaque;
    tfi_mutex_lock(&output->files->mutex);
    output->len = (size_t)size;
    tfi_mutex_unlock(&output->files->mutex);
    return show(output, reterr);
}

/* The object. */

tfeed_status tfeed_memory_files_new(const struct tfeed_allocator *allocator,
                                    struct tfeed_memory_files **ret_files,
                                    struct tfeed_error *reterr)
{
    struct tfeed_memory_files *files = tfi_alloc_zeroed(allocator, 1, sizeof *files);
    if (files == NULL)
        return tfi_fail_memory(reterr, "files in memory");
    files->allocator = allocator;
    files->table = (struct tfeed_file_system){
        .struct_size = sizeof files->table,
        .name = "memory",
        .user_data = files,
        .open_input = memory_open_input,
        .close_input = memory_close_input,
        .input_size = memory_input_size,
        .read = memory_read,
        .map = memory_map,
        .open_output = memory_open_output,
        .write = memory_write,
        .flush = memory_flush,
        .commit = memory_commit,
        .discard = memory_discard,
        .look = memory_look,
        .list = memory_list,
        .cut = memory_cut,
    };
    tfi_mutex_init(&files->mutex);
    *ret_files = files;
    return TFEED_OK;
}

void tfeed_memory_files_free(struct tfeed_memory_files *files)
{
    if (files == NULL)
        return;
    while (files->entries != NULL) {
        struct memory_entry *entry = files->entries;
        files->entries = entry->next;
        entry_free(files, entry);
    }
    tfi_mutex_clear(&files->mutex);
    tfi_free(files->allocator, files);
}

const struct tfeed_file_system *tfeed_memory_files_system(const struct tfeed_memory_files *files)
{
    return &files->table;
}

tfeed_status tfeed_memory_files_put(struct tfeed_memory_files *files, const char *name,
                                    const void *data, size_t len, struct tfeed_error *reterr)
{
    return publish(files, name, data, len, true, reterr);
}

tfeed_status tfeed_memory_files_get(struct tfeed_memory_files *files, const char *name,
                                    struct tfeed_bytes *ret_content, struct tfeed_error *reterr)
{
    tfi_mutex_lock(&files->mutex);
    const struct memory_entry *entry = find_entry_locked(files, name);
    if (entry != NULL) {
        *ret_content = entry->content;
        tfi_block_ref_n(entry->content.block, 1);
    }
    tfi_mutex_unlock(&files->mutex);
    return entry != NULL ? TFEED_OK
                         : tfi_fail_at(reterr, TFEED_NOT_FOUND, name, TFEED_NOWHERE, TFEED_NOWHERE,
                                       "no such file");
}

uint64_t tfeed_memory_files_n_pending(struct tfeed_memory_files *files, const char *name)
{
    uint64_t n_bytes = 0;
    tfi_mutex_lock(&files->mutex);
    for (const struct memory_output *output = files->outputs; output != NULL;
         output = output->next) {
        if (strcmp(output->name, name) == 0) {
            n_bytes = output->len;
            break;
        }
    }
    tfi_mutex_unlock(&files->mutex);
    return n_bytes;
}
