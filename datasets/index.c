/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * index.c - making the index of a file, and records by the value of a feature.
 *
 * A key is what a record has exactly one value of: a string, or an int64. The index holds hashes;
 * a record that one of them names is read, and its value compared.
 */
#include <tfeed/datasets.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <tfeed/features.h>

#include "core/allocator_internal.h"
#include "core/byte_order_internal.h"
#include "core/error_internal.h"
#include "datasets/datasets_private.h"
#include "datasets/index_place_private.h"
#include "io/io_internal.h"
#include "records/records_internal.h"

void tfeed_dataset_index_options_init(struct tfeed_dataset_index_options *options)
{
    *options = (struct tfeed_dataset_index_options){
        .struct_size = sizeof *options, .max_record_bytes = TFEED_RECORD_DEFAULT_LIMIT_BYTES};
}

/* --- keys ------------------------------------------------------------------------------------ */

/* The value that a record is looked up by. */
struct key {
    enum tfi_index_key_kind kind;
    const uint8_t *data; /* in the record, or in `number` */
    size_t len;
    uint8_t number[sizeof(uint64_t)];
};

static void set_number(struct key *key, int64_t number)
{
    key->kind = TFI_INDEX_KEY_INT64;
    key->data = key->number;
    key->len = sizeof key->number;
    tfi_store_le64(key->number, (uint64_t)number);
}

/* False where the feature is not one string or one int64. */
static bool key_of_feature(const struct tfeed_feature_view *feature, struct key *ret_key)
{
    if (feature->n_values != 1)
        return false;
    if (feature->kind == TFEED_FEATURE_INT64) {
        int64_t number;
        tfeed_feature_int64s(feature, &number);
        set_number(ret_key, number);
        return true;
    }
    if (feature->kind != TFEED_FEATURE_BYTES)
        return false;
    struct tfeed_bytes value;
    tfeed_feature_bytes(feature, &value);
    ret_key->kind = TFI_INDEX_KEY_BYTES;
    ret_key->data = value.data;
    ret_key->len = value.len;
    return true;
}

/* The key of a record; *ret_has_key false: it has none. INVALID_ARGUMENT: it is not an Example. */
static tfeed_status find_key(const char *path, const struct tfeed_record_view *view,
                             const char *name, struct key *ret_key, bool *ret_has_key,
                             struct tfeed_error *reterr)
{
    const size_t name_len = strlen(name);
    struct tfeed_example_walk walk;
    struct tfeed_feature_view feature;
    struct tfeed_error error;
    tfeed_status status;
    *ret_has_key = false;
    tfeed_example_walk_init(&walk, view->data, view->len);
    while ((status = tfeed_example_walk_next(&walk, &feature, &error)) == TFEED_OK)
        if (feature.kind != TFEED_FEATURE_NONE && feature.name_len == name_len &&
            memcmp(feature.name, name, name_len) == 0)
            *ret_has_key = key_of_feature(&feature, ret_key);
    if (status == TFEED_OUT_OF_RANGE)
        return TFEED_OK;
    return tfi_fail_at(reterr, status, path, view->record, view->offset, "%s", error.message);
}

static bool is_same(const struct key *a, const struct key *b)
{
    return a->kind == b->kind && a->len == b->len &&
           (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* --- making ---------------------------------------------------------------------------------- */

/* One file on its way into an index. */
struct work {
    const char *path;
    const struct tfeed_dataset_index_options *options;
    struct tfeed_dataset_index_report *report;
    struct tfeed_record_reader *reader;
    struct tfi_index_builder *builder;
    struct tfi_index_place place;
    bool reads_payloads;
};

static tfeed_status add_keys(struct work *work, const struct tfeed_record_view *views, size_t n,
                             struct tfeed_error *reterr)
{
    for (size_t i = 0; i < n; i++) {
        struct key key;
        bool has_key;
        TFI_TRY(
            find_key(work->path, &views[i], work->options->key_feature, &key, &has_key, reterr));
        if (!has_key) {
            work->report->n_without_key++;
            continue;
        }
        TFI_TRY(tfi_index_builder_add_key(work->builder, views[i].record,
                                          tfi_index_hash(key.kind, key.data, key.len), reterr));
        work->report->n_keys++;
    }
    return TFEED_OK;
}

static tfeed_status next_run(struct work *work, struct tfeed_record_view *views, size_t *ret_n,
                             struct tfeed_error *reterr)
{
    return work->reads_payloads
               ? tfeed_record_reader_next_run(work->reader, views, TFI_DATASET_RUN_RECORDS, ret_n,
                                              reterr)
               : tfi_record_reader_next_headers(work->reader, SIZE_MAX, views,
                                                TFI_DATASET_RUN_RECORDS, ret_n, reterr);
}

static tfeed_status add_all(struct work *work, struct tfeed_error *reterr)
{
    const struct tfeed_dataset_index_options *options = work->options;
    struct tfeed_dataset_index_report *report = work->report;
    struct tfeed_record_view views[TFI_DATASET_RUN_RECORDS];
    for (;;) {
        size_t n;
        const tfeed_status status = next_run(work, views, &n, reterr);
        report->n_bytes = tfeed_record_reader_offset(work->reader);
        report->compression = tfeed_record_reader_compression(work->reader);
        if (status == TFEED_OUT_OF_RANGE)
            return TFEED_OK;
        TFI_TRY(status);
        TFI_TRY(tfi_index_builder_add_run(work->builder, views, n, reterr));
        if (options->key_feature != NULL)
            TFI_TRY(add_keys(work, views, n, reterr));
        report->n_records += n;
        TFI_TRY(tfi_dataset_progress(options->progress, options->user_data, report->n_records,
                                     UINT64_MAX, report->n_bytes, reterr));
    }
}

tfeed_status tfi_index_place_find(struct tfi_index_place *place, const char *path,
                                  const struct tfeed_dataset_index_options *options,
                                  struct tfeed_error *reterr)
{
    struct tfi_index_target *target = &place->target;
    struct tfeed_file_info info;
    place->allocator = options->allocator;
    *target = (struct tfi_index_target){.path = path,
                                        .index_path = options->index_path,
                                        .form = options->form,
                                        .overwrite = options->overwrite};
    if (strcmp(path, "-") == 0)
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                        "standard input has no name for an index to stand beside");
    TFI_TRY(tfi_file_system_resolve(options->file_system, &target->file_system, reterr));
    if (target->index_path == NULL) {
        TFI_TRY(tfi_index_path(path, options->index_dir, options->allocator, &place->index_path,
                               reterr));
        target->index_path = place->index_path;
    }
    if (strcmp(target->index_path, path) == 0)
        return tfi_fail_at(reterr, TFEED_INVALID_ARGUMENT, path, TFEED_NOWHERE, TFEED_NOWHERE,
                           "an index cannot take the place of its file");
    const struct tfeed_file_system *files = target->file_system;
    if (options->overwrite || files->look == NULL ||
        files->look(files->user_data, target->index_path, &info, NULL) != TFEED_OK ||
        info.size == TFEED_SIZE_UNKNOWN) /* a device, which is written through */
        return TFEED_OK;
    return tfi_fail_at(reterr, TFEED_ALREADY_EXISTS, target->index_path, TFEED_NOWHERE,
                       TFEED_NOWHERE, "exists");
}

void tfi_index_place_clear(struct tfi_index_place *place)
{
    tfi_free(place->allocator, place->index_path);
    place->index_path = NULL;
}

static tfeed_status make_index(struct work *work, struct tfeed_error *reterr)
{
    const struct tfeed_dataset_index_options *options = work->options;
    struct tfeed_record_reader_options reader_options;
    tfeed_record_reader_options_init(&reader_options);
    reader_options.compression = options->compression;
    reader_options.map = options->map;
    reader_options.max_record_bytes = options->max_record_bytes;
    reader_options.file_system = options->file_system;
    reader_options.allocator = options->allocator;
    TFI_TRY(tfi_index_place_find(&work->place, work->path, options, reterr));
    TFI_TRY(tfi_index_builder_new(options->allocator, &work->builder, reterr));
    if (options->key_feature != NULL)
        TFI_TRY(tfi_index_builder_set_key(work->builder, options->key_feature, reterr));
    TFI_TRY(tfeed_record_reader_open(work->path, &reader_options, &work->reader, reterr));
    TFI_TRY(add_all(work, reterr));
    work->place.target.compression = work->report->compression;
    return tfi_index_builder_write(work->builder, &work->place.target, reterr);
}

tfeed_status tfeed_dataset_index(const char *path,
                                 const struct tfeed_dataset_index_options *options,
                                 struct tfeed_dataset_index_report *ret_report,
                                 struct tfeed_error *reterr)
{
    struct tfeed_dataset_index_options defaults;
    tfeed_dataset_index_options_init(&defaults);
    if (options == NULL)
        options = &defaults;
    *ret_report = (struct tfeed_dataset_index_report){0};
    if (options->key_feature != NULL && options->form != TFEED_INDEX_PACKED)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "an index in the text form has no place for a key");
    struct work work = {.path = path,
                        .options = options,
                        .report = ret_report,
                        .reads_payloads = options->verify || options->key_feature != NULL};
    const tfeed_status status = make_index(&work, reterr);
    tfeed_record_reader_close(work.reader);
    tfi_index_builder_free(work.builder);
    tfi_index_place_clear(&work.place);
    return status;
}

/* --- looking up ------------------------------------------------------------------------------ */

/* The first record from `from` on that has the key, read. OUT_OF_RANGE: none. */
static tfeed_status read_match(struct tfeed_index *index, const struct key *key, uint64_t from,
                               struct tfeed_record_view *ret_view, struct tfeed_error *reterr)
{
    const struct tfeed_index_info *info = tfeed_index_info_get(index);
    struct tfi_index_match match = {.hash = tfi_index_hash(key->kind, key->data, key->len)};
    for (;;) {
        uint64_t record;
        struct key found;
        bool has_key;
        TFI_TRY(tfi_index_match_next(index, &match, &record, reterr));
        if (record < from)
            continue;
        TFI_TRY(tfeed_index_read(index, record, ret_view, reterr));
        TFI_TRY(find_key(info->path, ret_view, info->key_feature, &found, &has_key, reterr));
        if (has_key && is_same(&found, key))
            return TFEED_OK;
    }
}

/* True where the text is how an int64 is written in decimal. */
static bool parse_number(const char *text, size_t len, int64_t *ret_number)
{
    const bool is_negative = len > 0 && text[0] == '-';
    uint64_t value = 0;
    const size_t n_digits = is_negative ? len - 1 : len;
    const char *digits = text + (len - n_digits);
    if (n_digits == 0 || (digits[0] == '0' && (n_digits > 1 || is_negative)))
        return false;
    for (size_t i = 0; i < n_digits; i++)
        if (digits[i] < '0' || digits[i] > '9' ||
            __builtin_mul_overflow(value, UINT64_C(10), &value) ||
            __builtin_add_overflow(value, (uint64_t)(digits[i] - '0'), &value))
            return false;
    if (value > (uint64_t)INT64_MAX + (is_negative ? 1 : 0))
        return false;
    *ret_number = is_negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

static tfeed_status fail_not_found(const struct tfeed_index *index, const char *key, size_t len,
                                   struct tfeed_error *reterr)
{
    enum { SHOWN_BYTES = 64 };
    return tfi_fail_at(reterr, TFEED_NOT_FOUND, tfeed_index_info_get(index)->path, TFEED_NOWHERE,
                       TFEED_NOWHERE, "no record has the key \"%.*s\"",
                       len < SHOWN_BYTES ? (int)len : (int)SHOWN_BYTES, key);
}

tfeed_status tfeed_index_read_key(struct tfeed_index *index, const void *key, size_t len,
                                  uint64_t from, struct tfeed_record_view *ret_view,
                                  struct tfeed_error *reterr)
{
    struct key wanted = {.kind = TFI_INDEX_KEY_BYTES, .data = key, .len = len};
    struct tfeed_record_view string, number;
    int64_t value;
    const tfeed_status status = read_match(index, &wanted, from, &string, reterr);
    if (status != TFEED_OK && status != TFEED_OUT_OF_RANGE)
        return status;
    if (!parse_number(key, len, &value)) {
        if (status == TFEED_OUT_OF_RANGE)
            return fail_not_found(index, key, len, reterr);
        *ret_view = string;
        return TFEED_OK;
    }
    set_number(&wanted, value);
    const tfeed_status number_status = read_match(index, &wanted, from, &number, reterr);
    if (number_status != TFEED_OK && number_status != TFEED_OUT_OF_RANGE)
        return number_status;
    if (number_status == TFEED_OK && (status != TFEED_OK || number.record < string.record)) {
        *ret_view = number;
        return TFEED_OK;
    }
    return status == TFEED_OK /* its view went with the second search */
               ? tfeed_index_read(index, string.record, ret_view, reterr)
               : fail_not_found(index, key, len, reterr);
}
