/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * file_set.c - the files of a set: what they are, and where their records begin.
 *
 * Nothing but a walk from header to header tells where records begin: payloads may hold records
 * themselves. What walks have found is kept for each file,
 *
 *    record   0         1024        2048          walked
 *    ├────────┼───────────┼───────────┼── … ─────────┼─ ─ ─ ─ ─ ─ ┤
 *          starts[0]   starts[1]   starts[2]      known up to here
 *
 * so that a file is walked once, whoever asks, and any record before `walked` is at most 1,023
 * headers away. An index beside the file that still fits it answers without a walk; it is opened
 * for each question anew, so that a set of many files does not keep them all open.
 *
 * A walk goes in pieces. Each piece is made under the file's mutex, so that several threads never
 * walk the same part; between pieces others may look up what is known, and a stop is seen.
 *
 * A file "is compressed" here when it can only be read in order from its beginning: one that is
 * inflated, and one without a size (a pipe).
 */
#include <string.h>

#include <tfeed/files.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "io/io_internal.h"
#include "loader/loader_private.h"
#include "records/records_internal.h"

/* How far a walk goes under the mutex: some milliseconds. */
enum { WALK_BYTES = 8 << 20, WALK_INFLATED_BYTES = 1 << 20 };

/* --- what the files are ----------------------------------------------------------------------- */

/* FNV-1a, 64 bits. */
#define HASH_BEGIN UINT64_C(0xcbf29ce484222325)
#define HASH_PRIME UINT64_C(0x100000001b3)

static uint64_t hash_bytes(uint64_t hash, const void *data, size_t len)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * HASH_PRIME;
    return hash;
}

static uint64_t hash_file(uint64_t hash, const struct loader_file *file)
{
    const char *slash = strrchr(file->path, '/');
    const char *name = slash != NULL ? slash + 1 : file->path;
    uint8_t size[sizeof file->size];
    for (size_t i = 0; i < sizeof size; i++)
        size[i] = (uint8_t)(file->size >> (8 * i));
    return hash_bytes(hash_bytes(hash, name, strlen(name) + 1), size, sizeof size);
}

/* The first bytes of an input with a size, TFI_RECORD_HEAD_BYTES or all. */
static tfeed_status read_head(const struct tfeed_file_system *files, void *input, uint8_t *head,
                              size_t *ret_len, struct tfeed_error *reterr)
{
    size_t len = 0, n = 1;
    while (n > 0 && len < TFI_RECORD_HEAD_BYTES) {
        TFI_TRY(files->read(input, len, head + len, TFI_RECORD_HEAD_BYTES - len, &n, reterr));
        len += n;
    }
    *ret_len = len;
    return TFEED_OK;
}

/* Sets size and is_compressed of an input that is open. */
static tfeed_status look_at_input(struct file_set *set, struct loader_file *file, void *input,
                                  struct tfeed_error *reterr)
{
    const struct tfeed_file_system *files = set->reader_options.file_system;
    if (file->size == TFEED_SIZE_UNKNOWN)
        file->size = files->input_size(input);
    if (file->size == TFEED_SIZE_UNKNOWN) {
        file->is_compressed = true;
        return TFEED_OK;
    }
    enum tfeed_compression compression = set->reader_options.compression;
    if (compression == TFEED_COMPRESSION_AUTO) {
        uint8_t head[TFI_RECORD_HEAD_BYTES];
        size_t len;
        TFI_TRY(read_head(files, input, head, &len, reterr));
        compression = tfi_record_detect_compression(head, len);
    }
    file->is_compressed = compression != TFEED_COMPRESSION_NONE;
    return TFEED_OK;
}

/* A pipe is not opened: what it gives is given once. */
static tfeed_status look_at_file(struct file_set *set, struct loader_file *file,
                                 struct tfeed_error *reterr)
{
    const struct tfeed_file_system *files = set->reader_options.file_system;
    if (file->size == TFEED_SIZE_UNKNOWN && files->look != NULL) {
        struct tfeed_file_info info;
        TFI_TRY(files->look(files->user_data, file->path, &info, reterr));
        file->is_compressed = true;
        if (info.size == TFEED_SIZE_UNKNOWN && !info.is_folder)
            return TFEED_OK;
        file->size = info.size;
    }
    void *input = NULL;
    TFI_TRY(files->open_input(files->user_data, file->path, set->allocator, &input, reterr));
    const tfeed_status status = look_at_input(set, file, input, reterr);
    files->close_input(input);
    return status;
}

static tfeed_status set_reader_options(struct file_set *set,
                                       const struct tfeed_loader_options *options,
                                       struct tfeed_error *reterr)
{
    struct tfeed_record_reader_options given;
    tfeed_record_reader_options_init(&given);
    given.compression = options->compression;
    given.tail = TFEED_TAIL_STRICT;
    given.map = options->map;
    given.skip_checksums = options->skip_checksums;
    given.max_record_bytes = options->max_record_bytes;
    given.file_system = options->file_system;
    given.allocator = options->allocator;
    return tfi_record_reader_options_resolve(&given, &set->reader_options, reterr);
}

/* Takes the paths out of the list. */
static tfeed_status take_files(struct file_set *set, struct tfeed_file_list *list,
                               struct tfeed_error *reterr)
{
    if (list->n_files > UINT32_MAX)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%zu files are too many", list->n_files);
    set->files = tfi_alloc_zeroed(set->allocator, list->n_files, sizeof *set->files);
    if (set->files == NULL)
        return tfi_fail_memory(reterr, "a list of files");
    for (size_t i = 0; i < list->n_files; i++) {
        set->files[i].path = list->paths[i];
        set->files[i].size = list->sizes[i];
        set->files[i].walked.file = (uint32_t)i;
        list->paths[i] = NULL;
        tfi_mutex_init(&set->files[i].mutex);
        tfi_kept_map_init(&set->files[i].map);
    }
    set->n_files = list->n_files;
    return TFEED_OK;
}

tfeed_status file_set_init(struct file_set *set, const char *const *patterns, size_t n_patterns,
                           const struct tfeed_loader_options *options, struct tfeed_error *reterr)
{
    *set = (struct file_set){
        .allocator = options->allocator, .on_error = options->on_error, .hash = HASH_BEGIN};
    TFI_TRY(set_reader_options(set, options, reterr));
    struct tfeed_files_options files_options;
    tfeed_files_options_init(&files_options);
    files_options.file_system = options->file_system;
    files_options.allocator = options->allocator;
    struct tfeed_file_list list;
    TFI_TRY(tfeed_files_match(patterns, n_patterns, &files_options, &list, reterr));

    tfeed_status status = take_files(set, &list, reterr);
    for (size_t i = 0; i < set->n_files && status == TFEED_OK; i++) {
        struct loader_file *file = &set->files[i];
        status = look_at_file(set, file, reterr);
        set->n_bytes += file->size != TFEED_SIZE_UNKNOWN ? file->size : 0;
        set->hash = hash_file(set->hash, file);
    }
    tfeed_file_list_clear(&list);
    if (status != TFEED_OK)
        file_set_clear(set);
    return status;
}

void file_set_clear(struct file_set *set)
{
    for (size_t i = 0; i < set->n_files; i++) {
        struct loader_file *file = &set->files[i];
        tfi_mutex_clear(&file->mutex);
        tfi_kept_map_clear(&file->map);
        tfi_free(set->allocator, file->starts);
        tfi_free(set->allocator, file->path);
    }
    tfi_free(set->allocator, set->files);
    *set = (struct file_set){.allocator = set->allocator};
}

/* A process has room for some 65,000 maps; those of more files come and go. */
enum { MAX_KEPT_MAPS = 4096 };

tfeed_status file_set_open_reader(struct file_set *set, uint32_t file,
                                  struct tfeed_record_reader **ret_reader,
                                  struct tfeed_error *reterr)
{
    struct loader_file *opened = &set->files[file];
    TFI_TRY(tfi_record_reader_open_kept(opened->path, &set->reader_options,
                                        file < MAX_KEPT_MAPS ? &opened->map : NULL, ret_reader,
                                        reterr));
    tfi_record_reader_stop_by(*ret_reader, set->stop);
    return TFEED_OK;
}

/* --- indexes ---------------------------------------------------------------------------------- */

static bool has_no_index(struct loader_file *file)
{
    tfi_mutex_lock(&file->mutex);
    const bool has_none = file->has_no_index;
    tfi_mutex_unlock(&file->mutex);
    return has_none;
}

void file_set_drop_index(struct file_set *set, uint32_t index)
{
    struct loader_file *file = &set->files[index];
    tfi_mutex_lock(&file->mutex);
    file->has_no_index = true;
    tfi_mutex_unlock(&file->mutex);
}

/* The same file, and read in the same way. */
static bool index_fits(const struct loader_file *file, const struct tfeed_index *index)
{
    const struct tfeed_index_info *info = tfeed_index_info_get(index);
    return info->file_bytes == file->size &&
           (info->compression != TFEED_COMPRESSION_NONE) == file->is_compressed;
}

tfeed_status file_set_open_index(struct file_set *set, uint32_t file_index,
                                 struct tfeed_index **ret_index, struct tfeed_error *reterr)
{
    struct loader_file *file = &set->files[file_index];
    *ret_index = NULL;
    if (file->size == TFEED_SIZE_UNKNOWN || has_no_index(file))
        return TFEED_OK;
    struct tfeed_index_options options;
    tfeed_index_options_init(&options);
    options.file_system = set->reader_options.file_system;
    options.allocator = set->allocator;
    struct tfeed_index *index = NULL;
    struct tfeed_error error;
    const tfeed_status status = tfeed_index_open(file->path, &options, &index, &error);
    if (status == TFEED_RESOURCE_EXHAUSTED)
        return tfi_fail_again(reterr, &error);
    if (status == TFEED_OK && index_fits(file, index)) {
        *ret_index = index;
        return TFEED_OK;
    }
    tfeed_index_close(index);
    file_set_drop_index(set, file_index);
    return TFEED_OK;
}

/* --- walking ---------------------------------------------------------------------------------- */

/* Whom a piece of a walk tells of starts. */
struct marker {
    const struct tfeed_allocator *allocator;
    struct loader_file *file;
    bool is_out_of_memory;
};

/* Starts are kept without gaps; those that an earlier walk has found come again. */
static void keep_start(void *user_data, uint64_t record, uint64_t offset)
{
    struct marker *marker = user_data;
    struct loader_file *file = marker->file;
    if (record != (uint64_t)file->n_starts * TFI_RECORD_MARK_EVERY)
        return;
    if (file->n_starts == file->n_start_slots) {
        const size_t n = file->n_start_slots == 0 ? 64 : 2 * file->n_start_slots;
        struct place *starts =
            tfi_realloc_array(marker->allocator, file->starts, n, sizeof *starts);
        if (starts == NULL) {
            marker->is_out_of_memory = true;
            return;
        }
        file->starts = starts;
        file->n_start_slots = n;
    }
    file->starts[file->n_starts++] =
        (struct place){.offset = offset, .record = record, .file = file->walked.file};
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static bool is_stopped(const _Atomic bool *stop)
{
    return stop != NULL && atomic_load_explicit(stop, memory_order_relaxed);
}

/* One piece of a walk, at most up to the target; the reader goes on where it stands, and that is
 * then known. */
static tfeed_status walk_piece_locked(struct file_set *set, struct loader_file *file,
                                      struct tfeed_record_reader *reader,
                                      const struct place *target, struct tfeed_error *reterr)
    TFI_REQUIRES(&file->mutex);

static tfeed_status walk_piece_locked(struct file_set *set, struct loader_file *file,
                                      struct tfeed_record_reader *reader,
                                      const struct place *target, struct tfeed_error *reterr)
{
    struct marker marker = {.allocator = set->allocator, .file = file};
    const uint64_t piece_bytes = file->is_compressed ? WALK_INFLATED_BYTES : WALK_BYTES;
    const struct tfi_record_walk walk = {
        .until_offset = min_u64(target->offset, tfeed_record_reader_offset(reader) + piece_bytes),
        .until_record = target->record,
        .passes_damage = set->on_error == TFEED_ON_ERROR_SKIP,
        .mark = keep_start,
        .user_data = &marker,
    };
    struct tfeed_error error;
    const tfeed_status status = tfi_record_reader_walk(reader, &walk, &error);
    if (marker.is_out_of_memory)
        return tfi_fail_memory(reterr, "the starts of records");
    file->walked.offset = tfeed_record_reader_offset(reader);
    file->walked.record = tfi_record_reader_record(reader);
    if (status == TFEED_OUT_OF_RANGE) {
        file->walked_to_end = true;
        file->is_counted = true;
        file->n_records = file->walked.record;
        return TFEED_OK;
    }
    if (status == TFEED_DATA_LOSS) {
        file->walk_status = status;
        file->walk_error = error;
    }
    return status == TFEED_OK ? TFEED_OK : tfi_fail_again(reterr, &error);
}

static bool is_walked(const struct loader_file *file, const struct place *target)
{
    return file->walked_to_end || file->walked.offset >= target->offset ||
           file->walked.record >= target->record;
}

/* Brings an uncompressed file's `walked` to the target, or to the end. */
static tfeed_status walk_to(struct file_set *set, struct loader_file *file,
                            struct tfeed_record_reader *reader, const struct place *target,
                            const _Atomic bool *stop, struct tfeed_error *reterr)
{
    tfeed_status status = TFEED_OK;
    bool is_there = false;
    while (status == TFEED_OK && !is_there) {
        if (is_stopped(stop))
            return tfi_fail(reterr, TFEED_CANCELLED, "the loader was stopped");
        tfi_mutex_lock(&file->mutex);
        is_there = is_walked(file, target);
        if (!is_there && file->walk_status != TFEED_OK)
            status = tfi_fail_again(reterr, &file->walk_error);
        else if (!is_there)
            status =
                tfi_record_reader_seek(reader, file->walked.offset, file->walked.record, reterr);
        if (status == TFEED_OK && !is_there)
            status = walk_piece_locked(set, file, reader, target, reterr);
        tfi_mutex_unlock(&file->mutex);
    }
    return status;
}

/* The last place that is known not to lie behind the target. */
static struct place nearest_start(struct loader_file *file, const struct place *target)
{
    tfi_mutex_lock(&file->mutex);
    struct place nearest = {.file = file->walked.file};
    if (file->walked.offset <= target->offset && file->walked.record <= target->record) {
        nearest = file->walked;
    } else {
        size_t low = 0, high = file->n_starts;
        while (low < high) {
            const size_t middle = low + (high - low) / 2;
            const struct place *start = &file->starts[middle];
            if (start->offset <= target->offset && start->record <= target->record)
                low = middle + 1;
            else
                high = middle;
        }
        if (low > 0)
            nearest = file->starts[low - 1];
    }
    tfi_mutex_unlock(&file->mutex);
    return nearest;
}

/* Offset or record number of the target is UINT64_MAX: only the other one counts. */
static tfeed_status find_by_walk(struct file_set *set, uint32_t index, const struct place *target,
                                 const _Atomic bool *stop, struct place *ret_place,
                                 struct tfeed_error *reterr)
{
    struct loader_file *file = &set->files[index];
    struct tfeed_record_reader *reader = NULL;
    TFI_TRY(file_set_open_reader(set, index, &reader, reterr));
    tfeed_status status = walk_to(set, file, reader, target, stop, reterr);
    if (status == TFEED_OK) {
        const struct place nearest = nearest_start(file, target);
        status = tfi_record_reader_seek(reader, nearest.offset, nearest.record, reterr);
    }
    if (status == TFEED_OK) {
        const struct tfi_record_walk walk = {.until_offset = target->offset,
                                             .until_record = target->record,
                                             .passes_damage = set->on_error == TFEED_ON_ERROR_SKIP};
        status = tfi_record_reader_walk(reader, &walk, reterr);
        *ret_place = (struct place){
            .offset = status == TFEED_OK ? tfeed_record_reader_offset(reader) : file->size,
            .record = tfi_record_reader_record(reader),
            .file = index,
        };
    }
    tfeed_record_reader_close(reader);
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status; /* there is none: the file's size */
}

static tfeed_status find_by_index(struct tfeed_index *index, const struct place *target,
                                  struct place *ret_place, struct tfeed_error *reterr)
{
    const struct tfeed_index_info *info = tfeed_index_info_get(index);
    struct tfeed_record_place place = {.record = target->record};
    if (target->record == UINT64_MAX)
        TFI_TRY(tfeed_index_find(index, target->offset, &place.record, reterr));
    if (place.record >= info->n_records) {
        place.record = info->n_records;
        place.offset = info->file_bytes;
    } else {
        TFI_TRY(tfeed_index_place(index, place.record, &place, reterr));
    }
    ret_place->offset = place.offset;
    ret_place->record = place.record;
    return TFEED_OK;
}

static tfeed_status find(struct file_set *set, uint32_t index, const struct place *target,
                         const _Atomic bool *stop, struct place *ret_place,
                         struct tfeed_error *reterr)
{
    struct tfeed_index *opened;
    struct tfeed_error error;
    *ret_place = (struct place){.file = index};
    if (target->offset == 0 || target->record == 0)
        return TFEED_OK;
    TFI_TRY(file_set_open_index(set, index, &opened, reterr));
    if (opened != NULL) {
        const tfeed_status status = find_by_index(opened, target, ret_place, &error);
        tfeed_index_close(opened);
        if (status == TFEED_OK)
            return TFEED_OK;
        if (status == TFEED_RESOURCE_EXHAUSTED)
            return tfi_fail_again(reterr, &error);
        file_set_drop_index(set, index);
    }
    return find_by_walk(set, index, target, stop, ret_place, reterr);
}

tfeed_status file_set_find(struct file_set *set, uint32_t file, uint64_t offset,
                           const _Atomic bool *stop, struct place *ret_place,
                           struct tfeed_error *reterr)
{
    const struct place target = {.offset = offset, .record = UINT64_MAX};
    return find(set, file, &target, stop, ret_place, reterr);
}

tfeed_status file_set_find_record(struct file_set *set, uint32_t file, uint64_t record,
                                  const _Atomic bool *stop, struct place *ret_place,
                                  struct tfeed_error *reterr)
{
    const struct place target = {.offset = UINT64_MAX, .record = record};
    return find(set, file, &target, stop, ret_place, reterr);
}

/* --- counting --------------------------------------------------------------------------------- */

static const struct place at_end = {.offset = UINT64_MAX, .record = UINT64_MAX};

/* From the beginning, the mutex held throughout: whoever else wants the number needs all of it. */
static tfeed_status count_in_order(struct file_set *set, struct loader_file *file,
                                   struct tfeed_record_reader *reader, const _Atomic bool *stop,
                                   struct tfeed_error *reterr)
{
    tfeed_status status = TFEED_OK;
    tfi_mutex_lock(&file->mutex);
    while (status == TFEED_OK && !file->walked_to_end) {
        if (file->walk_status != TFEED_OK)
            status = tfi_fail_again(reterr, &file->walk_error);
        else if (is_stopped(stop))
            status = tfi_fail(reterr, TFEED_CANCELLED, "the loader was stopped");
        else
            status = walk_piece_locked(set, file, reader, &at_end, reterr);
    }
    tfi_mutex_unlock(&file->mutex);
    return status;
}

static bool known_count(struct loader_file *file, uint64_t *ret_n_records)
{
    tfi_mutex_lock(&file->mutex);
    const bool is_known = file->is_counted;
    *ret_n_records = file->n_records;
    tfi_mutex_unlock(&file->mutex);
    return is_known;
}

/* Takes the number from the file's index; *ret_is_known false where there is none. */
static tfeed_status count_by_index(struct file_set *set, uint32_t index, bool *ret_is_known,
                                   struct tfeed_error *reterr)
{
    struct loader_file *file = &set->files[index];
    struct tfeed_index *opened;
    TFI_TRY(file_set_open_index(set, index, &opened, reterr));
    *ret_is_known = opened != NULL;
    if (opened == NULL)
        return TFEED_OK;
    tfi_mutex_lock(&file->mutex);
    file->is_counted = true;
    file->n_records = tfeed_index_count(opened);
    tfi_mutex_unlock(&file->mutex);
    tfeed_index_close(opened);
    return TFEED_OK;
}

tfeed_status file_set_count(struct file_set *set, uint32_t index, const _Atomic bool *stop,
                            uint64_t *ret_n_records, struct tfeed_error *reterr)
{
    struct loader_file *file = &set->files[index];
    if (known_count(file, ret_n_records))
        return TFEED_OK;
    if (file->size == TFEED_SIZE_UNKNOWN)
        return tfi_fail_at(reterr, TFEED_FAILED_PRECONDITION, file->path, TFEED_NOWHERE,
                           TFEED_NOWHERE,
                           "the records of a pipe cannot be counted before it is "
                           "read");
    bool is_known;
    TFI_TRY(count_by_index(set, index, &is_known, reterr));
    if (is_known && known_count(file, ret_n_records))
        return TFEED_OK;
    struct tfeed_record_reader *reader = NULL;
    TFI_TRY(file_set_open_reader(set, index, &reader, reterr));
    const tfeed_status status = file->is_compressed
                                    ? count_in_order(set, file, reader, stop, reterr)
                                    : walk_to(set, file, reader, &at_end, stop, reterr);
    tfeed_record_reader_close(reader);
    TFI_TRY(status);
    (void)known_count(file, ret_n_records);
    return TFEED_OK;
}
