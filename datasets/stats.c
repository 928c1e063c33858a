/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stats.c - what the features of many records are: how often they come, with how many values, and
 * what those are.
 *
 * All sums are exact, so that the parts of a file can be counted by themselves, on several threads,
 * and added up: the result is the same to the last bit.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "core/machine_internal.h"
#include "datasets/datasets_private.h"
#include "datasets/inspect_private.h"
#include "datasets/stats_private.h"
#include "records/records_internal.h"

enum { FIRST_FOUND = 16 };

void tfeed_inspect_options_init(struct tfeed_inspect_options *options)
{
    *options = (struct tfeed_inspect_options){.struct_size = sizeof *options};
    tfeed_record_reader_options_init(&options->reader);
}

void tfeed_dataset_stats_options_init(struct tfeed_dataset_stats_options *options)
{
    *options = (struct tfeed_dataset_stats_options){
        .struct_size = sizeof *options, .max_records = UINT64_MAX, .n_threads = 1};
    tfeed_inspect_options_init(&options->inspect);
}

tfeed_status tfeed_dataset_stats_new(const struct tfeed_dataset_stats_options *options,
                                     struct tfeed_dataset_stats **ret_stats,
                                     struct tfeed_error *reterr)
{
    struct tfeed_dataset_stats_options defaults;
    tfeed_dataset_stats_options_init(&defaults);
    if (options == NULL)
        options = &defaults;
    const struct tfeed_allocator *allocator = options->inspect.reader.allocator;
    struct tfeed_dataset_stats *stats = tfi_alloc_zeroed(allocator, 1, sizeof *stats);
    if (stats == NULL)
        return tfi_fail_memory(reterr, "statistics");
    stats->options = *options;
    stats->allocator = allocator;
    stats->totals.is_whole = true;
    *ret_stats = stats;
    return TFEED_OK;
}

void tfeed_dataset_stats_free(struct tfeed_dataset_stats *stats)
{
    if (stats == NULL)
        return;
    for (size_t i = 0; i < stats->n_entries; i++)
        tfi_free(stats->allocator, stats->entries[i].name);
    tfi_free(stats->allocator, stats->entries);
    tfi_free(stats->allocator, stats->slots);
    tfi_free(stats->allocator, stats->found);
    tfi_free(stats->allocator, stats->values);
    tfi_free(stats->allocator, stats);
}

/* ------------------------------------------------------------------ records */

/* Room for one more feature or list of the record at hand. */
static tfeed_status reserve_found(struct tfeed_dataset_stats *stats, struct tfeed_error *reterr)
{
    const size_t n = stats->n_found;
    if (n < stats->n_found_places)
        return TFEED_OK;
    const size_t n_places = n > 0 ? 2 * n : FIRST_FOUND;
    struct tfi_stats_found *found =
        tfi_realloc_array(stats->allocator, stats->found, n_places, sizeof *found);
    if (found == NULL)
        return tfi_fail_memory(reterr, "the features of a record");
    stats->found = found;
    stats->n_found_places = n_places;
    return TFEED_OK;
}

/* Notes what was found, and whether it counts in place of one before it: of features the last one
 * that has a kind does, of lists the last one. */
static tfeed_status note(struct tfeed_dataset_stats *stats, const struct tfi_stats_found *found,
                         struct tfeed_error *reterr)
{
    const struct tfeed_feature_view *view = &found->view;
    const struct tfi_stats_key key = {view->name, view->name_len, found->is_list, view->kind};
    const size_t n = stats->n_found;
    size_t owner;
    TFI_TRY(reserve_found(stats, reterr));
    TFI_TRY(tfi_stats_find_name(stats, &key, &owner, reterr));
    struct tfi_stats_entry *entry = &stats->entries[owner];
    if (entry->record != stats->n_examples) {
        entry->record = stats->n_examples;
        entry->counting = n;
    } else {
        stats->totals.n_duplicates++;
        if (found->is_list || view->kind != TFEED_FEATURE_NONE ||
            stats->found[entry->counting].view.kind == TFEED_FEATURE_NONE)
            entry->counting = n;
    }
    stats->found[n] = *found;
    stats->found[n].owner = owner;
    stats->n_found++;
    return TFEED_OK;
}

static tfeed_status read_features(struct tfeed_dataset_stats *stats, const void *data, size_t len,
                                  struct tfeed_error *reterr)
{
    struct tfeed_example_walk walk;
    struct tfi_stats_found found = {.is_list = false};
    tfeed_status status;
    tfeed_example_walk_init(&walk, data, len);
    while ((status = tfeed_example_walk_next(&walk, &found.view, reterr)) == TFEED_OK)
        TFI_TRY(note(stats, &found, reterr));
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

static tfeed_status read_lists(struct tfeed_dataset_stats *stats, const void *data, size_t len,
                               struct tfeed_error *reterr)
{
    struct tfeed_example_walk walk;
    struct tfi_stats_found found = {.is_list = true};
    tfeed_status status;
    tfeed_example_walk_init(&walk, data, len);
    while ((status = tfeed_example_walk_next_list(&walk, &found.list, reterr)) == TFEED_OK) {
        found.view =
            (struct tfeed_feature_view){.name = found.list.name, .name_len = found.list.name_len};
        TFI_TRY(note(stats, &found, reterr));
    }
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

/* Takes the record apart before anything of it is counted: half an Example is none. */
static tfeed_status read_record(struct tfeed_dataset_stats *stats, const void *data, size_t len,
                                struct tfeed_error *reterr)
{
    stats->n_found = 0;
    stats->expected = 0;
    stats->n_examples++;
    stats->has_lists = tfeed_sequence_has_lists(data, len);
    TFI_TRY(read_features(stats, data, len, reterr));
    return stats->has_lists ? read_lists(stats, data, len, reterr) : TFEED_OK;
}

tfeed_status tfeed_dataset_stats_add(struct tfeed_dataset_stats *stats, const void *data,
                                     size_t len, struct tfeed_error *reterr)
{
    struct tfeed_dataset_totals *totals = &stats->totals;
    const tfeed_status status = read_record(stats, data, len, reterr);
    if (status != TFEED_OK && status != TFEED_INVALID_ARGUMENT)
        return status;
    if (totals->n_records == 0 || len < totals->min_payload_bytes)
        totals->min_payload_bytes = len;
    if (len > totals->max_payload_bytes)
        totals->max_payload_bytes = len;
    totals->n_records++;
    totals->n_payload_bytes += len;
    totals->n_not_examples += status == TFEED_INVALID_ARGUMENT;
    if (status != TFEED_OK)
        return status;
    totals->n_sequences += stats->has_lists;
    return tfi_stats_count_found(stats, reterr);
}

/* ------------------------------------------------------------------- files */

/* The first record of a part of a file that is no Example; code OK: there is none. */
struct bad_record {
    struct tfeed_error why;
    uint64_t record;
    uint64_t offset;
};

static tfeed_status add_views(struct tfeed_dataset_stats *stats, const char *path,
                              const struct tfeed_record_view *views, size_t n,
                              struct bad_record *bad, struct tfeed_error *reterr)
{
    for (size_t i = 0; i < n; i++) {
        struct tfeed_error why = TFEED_ERROR_INIT;
        const tfeed_status status =
            tfeed_dataset_stats_add(stats, views[i].data, views[i].len, &why);
        if (status == TFEED_INVALID_ARGUMENT && bad->why.code == TFEED_OK)
            *bad = (struct bad_record){why, views[i].record, views[i].offset};
        if (status != TFEED_OK && status != TFEED_INVALID_ARGUMENT)
            return tfi_fail_at(reterr, status, path, views[i].record, views[i].offset, "%s",
                               why.message);
    }
    return TFEED_OK;
}

/* A file that is being counted. */
struct counting {
    struct tfeed_dataset_stats *stats;
    const char *path;
    struct bad_record bad;
    uint64_t n_bytes;
};

static tfeed_status tell_progress(const struct counting *counting, uint64_t n_records,
                                  uint64_t n_bytes, struct tfeed_error *reterr)
{
    const struct tfeed_inspect_options *inspect = &counting->stats->options.inspect;
    return tfi_dataset_progress(inspect->progress, inspect->user_data, n_records, UINT64_MAX,
                                n_bytes, reterr);
}

/* On this thread, up to a number of records. */
static tfeed_status count_here(struct counting *counting, struct tfeed_error *reterr)
{
    const uint64_t max_records = counting->stats->options.max_records;
    struct tfeed_record_view views[TFI_DATASET_RUN_RECORDS];
    struct tfeed_record_reader *reader;
    size_t n;
    TFI_TRY(tfeed_record_reader_open(counting->path, &counting->stats->options.inspect.reader,
                                     &reader, reterr));
    counting->stats->totals.n_files++;
    tfeed_status status = TFEED_OK;
    for (uint64_t n_read = 0; n_read < max_records && status == TFEED_OK; n_read += n) {
        const uint64_t left = max_records - n_read;
        n = left < TFI_DATASET_RUN_RECORDS ? (size_t)left : (size_t)TFI_DATASET_RUN_RECORDS;
        status = tfeed_record_reader_next_run(reader, views, n, &n, reterr);
        if (status == TFEED_OK)
            status = add_views(counting->stats, counting->path, views, n, &counting->bad, reterr);
        if (status == TFEED_OK)
            status =
                tell_progress(counting, n_read + n, tfeed_record_reader_offset(reader), reterr);
    }
    counting->n_bytes = tfeed_record_reader_offset(reader);
    tfeed_record_reader_close(reader);
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

/* ------------------------------------------------------------ parts of a file */

/* Statistics of its own for each part; they are added up in the order of the parts. */
struct part {
    struct tfeed_dataset_stats *stats;
    uint64_t n_records;
    struct bad_record bad; /* its number counts from the part's first record */
};

static tfeed_status take_run(void *user_data, void *state, const struct tfeed_record_view *views,
                             size_t n, struct tfeed_error *reterr)
{
    const struct counting *counting = user_data;
    struct part *part = state;
    if (part->stats == NULL)
        TFI_TRY(tfeed_dataset_stats_new(&counting->stats->options, &part->stats, reterr));
    const uint64_t n_before = part->n_records;
    const bool is_good = part->bad.why.code == TFEED_OK;
    TFI_TRY(add_views(part->stats, counting->path, views, n, &part->bad, reterr));
    if (is_good && part->bad.why.code != TFEED_OK)
        part->bad.record = n_before + (part->bad.record - views[0].record);
    part->n_records += n;
    return TFEED_OK;
}

static tfeed_status merge_part(void *user_data, void *state, uint64_t record, uint64_t end_offset,
                               struct tfeed_error *reterr)
{
    struct counting *counting = user_data;
    const struct part *part = state;
    if (part->stats != NULL)
        TFI_TRY(tfeed_dataset_stats_merge(counting->stats, part->stats, reterr));
    if (counting->bad.why.code == TFEED_OK && part->bad.why.code != TFEED_OK) {
        counting->bad = part->bad;
        counting->bad.record += record;
    }
    return tell_progress(counting, record + part->n_records, end_offset, reterr);
}

static void clear_part(void *user_data, void *state)
{
    struct part *part = state;
    (void)user_data;
    tfeed_dataset_stats_free(part->stats);
}

static tfeed_status stop_at_damage(void *user_data, struct tfeed_record_reader *reader,
                                   const struct tfeed_error *error, struct tfeed_error *reterr)
{
    (void)user_data;
    (void)reader;
    return tfi_fail_again(reterr, error);
}

/* On several threads, to the end. */
static tfeed_status count_in_parts(struct counting *counting, size_t n_threads,
                                   struct tfeed_error *reterr)
{
    struct tfeed_record_reader *reader;
    const struct tfi_record_scan scan = {
        .path = counting->path,
        .options = &counting->stats->options.inspect.reader,
        .n_threads = n_threads,
        .state_bytes = sizeof(struct part),
        .user_data = counting,
        .take = take_run,
        .merge = merge_part,
        .clear = clear_part,
        .damaged = stop_at_damage,
    };
    const tfeed_status status = tfi_record_scan_file(&scan, &reader, reterr);
    if (reader != NULL) {
        counting->stats->totals.n_files++;
        counting->n_bytes = tfeed_record_reader_offset(reader);
    }
    tfeed_record_reader_close(reader);
    return status;
}

tfeed_status tfeed_dataset_stats_add_file(struct tfeed_dataset_stats *stats, const char *path,
                                          struct tfeed_error *reterr)
{
    const struct tfeed_dataset_totals before = stats->totals;
    const size_t n_threads =
        stats->options.n_threads > 0 ? stats->options.n_threads : (size_t)tfi_n_processors();
    struct counting counting = {.stats = stats, .path = path};
    const bool stops_early = stats->options.max_records != UINT64_MAX;
    const bool skips = stats->options.inspect.reader.on_error != TFEED_ON_ERROR_FAIL;
    const tfeed_status status = n_threads > 1 && !stops_early && !skips
                                    ? count_in_parts(&counting, n_threads, reterr)
                                    : count_here(&counting, reterr);
    stats->totals.n_stream_bytes += counting.n_bytes;
    if (status != TFEED_OK) {
        stats->totals.is_whole = false;
        return status;
    }
    /* A file of other things is no mistake; one of both is. */
    if (stats->totals.n_not_examples - before.n_not_examples ==
            stats->totals.n_records - before.n_records ||
        counting.bad.why.code == TFEED_OK)
        return TFEED_OK;
    return tfi_fail_at(reterr, TFEED_INVALID_ARGUMENT, path, counting.bad.record,
                       counting.bad.offset, "%s", counting.bad.why.message);
}

/* ------------------------------------------------------------------- merge */

static void merge_totals(struct tfeed_dataset_totals *totals,
                         const struct tfeed_dataset_totals *others)
{
    if (others->n_records > 0 &&
        (totals->n_records == 0 || others->min_payload_bytes < totals->min_payload_bytes))
        totals->min_payload_bytes = others->min_payload_bytes;
    if (others->max_payload_bytes > totals->max_payload_bytes)
        totals->max_payload_bytes = others->max_payload_bytes;
    totals->n_files += others->n_files;
    totals->n_records += others->n_records;
    totals->n_not_examples += others->n_not_examples;
    totals->n_sequences += others->n_sequences;
    totals->n_stream_bytes += others->n_stream_bytes;
    totals->n_payload_bytes += others->n_payload_bytes;
    totals->n_duplicates += others->n_duplicates;
    totals->is_whole = totals->is_whole && others->is_whole;
}

static void merge_numbers(struct tfeed_dataset_feature *feature,
                          const struct tfeed_dataset_feature *other)
{
    if (other->n_finite > 0) {
        const bool is_first = feature->n_finite == 0;
        if (is_first || other->min < feature->min)
            feature->min = other->min;
        if (is_first || other->max > feature->max)
            feature->max = other->max;
        if (is_first || other->min_int64 < feature->min_int64)
            feature->min_int64 = other->min_int64;
        if (is_first || other->max_int64 > feature->max_int64)
            feature->max_int64 = other->max_int64;
    }
    feature->n_finite += other->n_finite;
    feature->n_nan += other->n_nan;
    feature->n_infinite += other->n_infinite;
    feature->n_text += other->n_text;
    tfi_histogram_merge(&feature->histogram, &other->histogram);
}

static void merge_entry(struct tfi_stats_entry *entry, const struct tfi_stats_entry *added)
{
    struct tfeed_dataset_feature *feature = &entry->feature;
    const struct tfeed_dataset_feature *other = &added->feature;
    /* of a list without steps there is no least number of values */
    const bool has_values = feature->is_list ? feature->n_steps > 0 : feature->n_records > 0;
    const bool adds_values = feature->is_list ? other->n_steps > 0 : true;
    if (adds_values && (!has_values || other->min_values < feature->min_values))
        feature->min_values = other->min_values;
    if (other->max_values > feature->max_values)
        feature->max_values = other->max_values;
    if (feature->n_records == 0 || other->min_steps < feature->min_steps)
        feature->min_steps = other->min_steps;
    if (other->max_steps > feature->max_steps)
        feature->max_steps = other->max_steps;
    feature->n_records += other->n_records;
    feature->n_steps += other->n_steps;
    feature->n_values += other->n_values;
    merge_numbers(feature, other);
    entry->integer_sum += added->integer_sum;
    tfi_float_sum_merge(&entry->float_sum, &added->float_sum);
}

tfeed_status tfeed_dataset_stats_merge(struct tfeed_dataset_stats *stats,
                                       const struct tfeed_dataset_stats *others,
                                       struct tfeed_error *reterr)
{
    merge_totals(&stats->totals, &others->totals);
    stats->expected = 0;
    for (size_t i = 0; i < others->n_entries; i++) {
        const struct tfi_stats_entry *added = &others->entries[i];
        const struct tfeed_dataset_feature *feature = &added->feature;
        const struct tfi_stats_key key = {added->name, feature->name_len, feature->is_list,
                                          feature->kind};
        size_t entry;
        if (feature->n_records == 0)
            continue;
        TFI_TRY(tfi_stats_find_name(stats, &key, &entry, reterr));
        TFI_TRY(tfi_stats_find_kind(stats, entry, &key, &entry, reterr));
        merge_entry(&stats->entries[entry], added);
    }
    return TFEED_OK;
}

/* ------------------------------------------------------------------ results */

struct tfeed_dataset_totals tfeed_dataset_stats_totals(const struct tfeed_dataset_stats *stats)
{
    return stats->totals;
}

size_t tfeed_dataset_stats_n_features(const struct tfeed_dataset_stats *stats)
{
    return stats->n_entries;
}

/* Records in which a list has no values are records of the one kind that it has elsewhere. */
static void add_empty_lists(const struct tfeed_dataset_stats *stats,
                            struct tfeed_dataset_feature *feature)
{
    struct tfi_stats_key key = {feature->name, feature->name_len, true, TFEED_FEATURE_NONE};
    const struct tfi_stats_entry *empties = tfi_stats_look_up(stats, &key);
    int n_kinds = 0;
    for (key.kind = TFEED_FEATURE_BYTES; key.kind <= TFEED_FEATURE_INT64; key.kind++)
        n_kinds += tfi_stats_look_up(stats, &key) != NULL;
    if (n_kinds != 1 || empties == NULL)
        return;
    if (feature->kind == TFEED_FEATURE_NONE) {
        feature->n_records = 0; /* told by the other entry */
        return;
    }
    const struct tfeed_dataset_feature *none = &empties->feature;
    feature->n_records += none->n_records;
    feature->n_steps += none->n_steps;
    if (none->min_steps < feature->min_steps)
        feature->min_steps = none->min_steps;
    if (none->max_steps > feature->max_steps)
        feature->max_steps = none->max_steps;
    if (none->n_steps > 0)
        feature->min_values = 0;
}

struct tfeed_dataset_feature tfeed_dataset_stats_feature(const struct tfeed_dataset_stats *stats,
                                                         size_t i)
{
    const struct tfi_stats_entry *entry = &stats->entries[i];
    struct tfeed_dataset_feature feature = entry->feature;
    feature.name = entry->name;
    if (feature.is_list && feature.n_records > 0)
        add_empty_lists(stats, &feature);
    if (feature.n_finite == 0)
        return feature;
    if (feature.kind == TFEED_FEATURE_FLOAT) {
        feature.mean = tfi_float_sum_value(&entry->float_sum) / (double)feature.n_finite;
    } else {
        feature.min = (double)feature.min_int64;
        feature.max = (double)feature.max_int64;
        feature.mean = (double)entry->integer_sum / (double)feature.n_finite;
    }
    return feature;
}
