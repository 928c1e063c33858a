/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * shuffle.c - all records of a set in a random order; shuffle_private.h has the picture.
 */
#include <tfeed/datasets.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "core/machine_internal.h"
#include "datasets/datasets_private.h"
#include "datasets/shard_names_private.h"
#include "datasets/shuffle_private.h"
#include "io/io_internal.h"
#include "loader/loader_internal.h"

#define DEFAULT_MEMORY_BYTES (UINT64_C(512) << 20)
#define LEAST_MEMORY_BYTES   (UINT64_C(4) << 20)

enum {
    OUTPUT_BUFFER_BYTES = 64 << 10, /* chunks are larger, and written past it */
    TABLES_PART = 4                 /* of the memory; larger tables lie on the disk */
};

void tfeed_dataset_shuffle_options_init(struct tfeed_dataset_shuffle_options *options)
{
    *options = (struct tfeed_dataset_shuffle_options){.struct_size = sizeof *options,
                                                      .memory_bytes = DEFAULT_MEMORY_BYTES};
    tfeed_dataset_write_options_init(&options->write);
    options->write.n_threads = 0;
}

tfeed_status shuffle_progress(struct shuffle *shuffle, uint64_t n_bytes, struct tfeed_error *reterr)
{
    const struct tfeed_dataset_write_options *options = &shuffle->options->write;
    shuffle->n_done_bytes += n_bytes;
    const double done = (double)shuffle->n_done_bytes / (double)shuffle->n_todo_bytes;
    return tfi_dataset_progress(options->progress, options->user_data,
                                (uint64_t)(done * (double)shuffle->n_records), shuffle->n_records,
                                (uint64_t)(done * (double)shuffle->n_bytes), reterr);
}

/* ----------------------------------------------------------------------- order */

/* places[record] = place of the record, in a table of its own, instead of the order. */
static tfeed_status invert_order(struct shuffle *shuffle, struct tfeed_error *reterr)
{
    const uint64_t n_bytes = (uint64_t)shuffle->n_records * sizeof(uint32_t);
    struct tfi_table inverse;
    const tfeed_status status =
        tfi_table_alloc(&inverse, shuffle->n_records, sizeof(uint32_t),
                        n_bytes > shuffle->options->memory_bytes / TABLES_PART, shuffle->folder,
                        shuffle->allocator, reterr);
    if (status == TFEED_OK) {
        const uint32_t *order = shuffle->places.data;
        uint32_t *places = inverse.data;
        for (uint32_t place = 0; place < shuffle->n_records; place++)
            places[order[place]] = place;
    }
    if (status == TFEED_OK) {
        tfi_table_clear(&shuffle->places);
        shuffle->places = inverse;
    } else {
        tfi_table_clear(&inverse);
    }
    return status;
}

static tfeed_status make_order(struct shuffle *shuffle, struct tfeed_error *reterr)
{
    const uint64_t n_bytes = (uint64_t)shuffle->n_records * sizeof(uint32_t);
    const bool needs_buckets = shuffle->offsets == NULL;
    const bool on_disk = needs_buckets && n_bytes > shuffle->options->memory_bytes / TABLES_PART;
    TFI_TRY(tfi_table_alloc(&shuffle->places, shuffle->n_records, sizeof(uint32_t), on_disk,
                            shuffle->folder, shuffle->allocator, reterr));
    tfi_loader_global_order(shuffle->options->seed, 0, shuffle->places.data, shuffle->n_records);
    return needs_buckets ? invert_order(shuffle, reterr) : TFEED_OK;
}

/* --------------------------------------------------------------------- outputs */

static tfeed_status add_set(struct shuffle *shuffle, const char *out, struct tfeed_error *reterr)
{
    struct tfi_shard_names names;
    tfeed_status status = tfi_shard_names_init(&names, out, shuffle->allocator, reterr);
    if (status == TFEED_OK)
        status = tfi_shard_names_set_number(&names, shuffle->n_shards, reterr);
    for (uint32_t i = 0; i < shuffle->n_shards && status == TFEED_OK; i++) {
        char *name = tfi_shard_names_get(&names, i);
        status = name == NULL ? tfi_fail_memory(reterr, "the name of an output")
                              : tfi_outputs_add(&shuffle->outputs, name, "", reterr);
        tfi_free(shuffle->allocator, name);
    }
    tfi_shard_names_clear(&names);
    return status;
}

/* Whether the name says how many files there are: train@8.tfrecords. */
static tfeed_status ask_name(struct shuffle *shuffle, const char *out, struct tfeed_error *reterr)
{
    struct tfi_shard_names names;
    if (strcmp(out, "-") == 0)
        return TFEED_OK;
    const tfeed_status status = tfi_shard_names_init(&names, out, shuffle->allocator, reterr);
    if (status == TFEED_OK)
        shuffle->n_shards = tfi_shard_names_said(&names);
    tfi_shard_names_clear(&names);
    return status;
}

static tfeed_status open_outputs(struct shuffle *shuffle, const char *out,
                                 struct tfeed_error *reterr)
{
    struct tfeed_record_writer_options options;
    shuffle->n_shards = shuffle->options->n_shards;
    if (shuffle->n_shards == 0)
        TFI_TRY(ask_name(shuffle, out, reterr));
    if (shuffle->n_shards > 0)
        TFI_TRY(add_set(shuffle, out, reterr));
    else
        TFI_TRY(tfi_outputs_add(&shuffle->outputs, out, "", reterr));
    tfi_copy_writer_options(&shuffle->options->write, &options);
    options.buffer_bytes = OUTPUT_BUFFER_BYTES;
    return tfi_outputs_open(&shuffle->outputs, &options, reterr);
}

/* ------------------------------------------------------------------------- run */

/* Reads the inputs from front to back, so far as they are not in memory: what is fetched at random
 * afterwards then is. */
static tfeed_status bring_in(const struct shuffle *shuffle, struct tfeed_error *reterr)
{
    const struct tfeed_dataset_write_options *options = &shuffle->options->write;
    const uint64_t step = UINT64_C(32) << 20;
    for (size_t i = 0; i < shuffle->n_inputs; i++) {
        const struct shuffle_input *input = &shuffle->inputs[i];
        for (uint64_t at = 0; at < input->end; at += step) {
            const uint64_t left = input->end - at;
            tfi_pages_populate(input->base + at, (size_t)(left < step ? left : step));
            TFI_TRY(tfi_dataset_progress(options->progress, options->user_data, 0,
                                         shuffle->n_records, 0, reterr));
        }
    }
    return TFEED_OK;
}

static tfeed_status gather_all(struct shuffle *shuffle, struct tfeed_error *reterr)
{
    const struct shuffle_source inputs = {.spill = NULL};
    struct shuffle_gather gather = {.shuffle = shuffle};
    TFI_TRY(bring_in(shuffle, reterr));
    tfeed_status status = shuffle_gather_begin(&gather, shuffle, reterr);
    if (status == TFEED_OK)
        status = shuffle_gather_places(&gather, &inputs, 0, shuffle->n_records, reterr);
    return shuffle_gather_end(&gather, status, reterr);
}

static tfeed_status run(struct shuffle *shuffle, const char *out, struct tfeed_error *reterr)
{
    TFI_TRY(tfi_inputs_check(&shuffle->given, true, reterr));
    TFI_TRY(open_outputs(shuffle, out, reterr));
    TFI_TRY(shuffle_read_inputs(shuffle, reterr));
    TFI_TRY(tfi_dataset_progress(shuffle->options->write.progress,
                                 shuffle->options->write.user_data, 0, shuffle->n_records, 0,
                                 reterr));
    if (shuffle->n_records > 0) {
        TFI_TRY(make_order(shuffle, reterr));
        shuffle->n_todo_bytes = (shuffle->offsets == NULL ? 2 : 1) * shuffle->n_bytes;
        TFI_TRY(shuffle->offsets == NULL ? shuffle_by_buckets(shuffle, reterr)
                                         : gather_all(shuffle, reterr));
    }
    return tfi_outputs_commit(&shuffle->outputs, reterr);
}

static void clean_up(struct shuffle *shuffle)
{
    tfi_outputs_clear(&shuffle->outputs);
    tfi_table_clear(&shuffle->places);
    shuffle_clear_inputs(shuffle);
}

/* What is 0 becomes what it stands for. */
static tfeed_status resolve(const struct tfeed_dataset_shuffle_options *given,
                            struct tfeed_dataset_shuffle_options *options,
                            struct tfeed_error *reterr)
{
    struct tfi_machine machine;
    if (given != NULL)
        *options = *given;
    else
        tfeed_dataset_shuffle_options_init(options);
    if (options->memory_bytes < LEAST_MEMORY_BYTES)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a shuffle needs at least %llu bytes of memory, not %llu",
                        (unsigned long long)LEAST_MEMORY_BYTES,
                        (unsigned long long)options->memory_bytes);
    tfi_machine_look("", &machine);
    if (options->cache_bytes == 0)
        options->cache_bytes = machine.memory_bytes / 2;
    options->write.n_threads = tfi_dataset_threads(options->write.n_threads);
    return TFEED_OK;
}

/* The folder of an output, in `path`; where it has none of its own, TMPDIR. */
static tfeed_status find_folder(const struct tfeed_dataset_shuffle_options *options,
                                const char *out, char path[PATH_MAX], struct tfeed_error *reterr)
{
    const char *slash = strrchr(out, '/');
    const char *folder = options->temporary_folder;
    size_t len = 0;
    if (folder == NULL && (options->write.file_system != NULL || strcmp(out, "-") == 0)) {
        folder = getenv("TMPDIR");
        if (folder == NULL || folder[0] == '\0')
            folder = "/tmp";
    }
    if (folder != NULL) {
        len = strlen(folder);
    } else {
        folder = slash == NULL ? "." : out;
        len = slash == NULL ? 1 : (size_t)(slash - out) + 1; /* "/" stays what it is */
    }
    if (len >= PATH_MAX)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "the name of the output is too long");
    memcpy(path, folder, len);
    path[len] = '\0';
    return TFEED_OK;
}

tfeed_status tfeed_dataset_shuffle(const char *const *inputs, size_t n_inputs, const char *out,
                                   const struct tfeed_dataset_shuffle_options *options,
                                   struct tfeed_dataset_write_report *ret_report,
                                   struct tfeed_error *reterr)
{
    struct tfeed_dataset_shuffle_options resolved;
    char folder[PATH_MAX];
    *ret_report = (struct tfeed_dataset_write_report){
        .allocator = options == NULL ? NULL : options->write.allocator};
    TFI_TRY(resolve(options, &resolved, reterr));
    TFI_TRY(find_folder(&resolved, out, folder, reterr));
    struct shuffle shuffle = {
        .options = &resolved,
        .allocator = resolved.write.allocator,
        .folder = folder,
        .given = {.paths = inputs, .n = n_inputs, .options = &resolved.write},
        .outputs = {.report = ret_report, .in_turn = true},
    };
    const tfeed_status status =
        out[0] == '\0' ? tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "the name of the output is empty")
                       : run(&shuffle, out, reterr);
    clean_up(&shuffle);
    return status;
}
