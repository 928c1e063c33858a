/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stats.c - what the features of many records are: how often they come, with how many values, and
 * what those are.
 *
 * A table of entries in the order in which they were first met, one a name and kind, and an open
 * hash over it. Records of one set have their features mostly in one order: the entry behind the
 * last one found is tried first.
 *
 * Integers are summed exactly, floats in the order of the records; nothing but the order of merging
 * changes a bit of the result.
 */
#include "datasets/inspect_private.h"

#include <math.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "datasets/datasets_private.h"

enum {
    MAX_FEATURES = 10000,
    FIRST_ENTRIES = 16,
    /* No bin is narrower: what tells two floats of the least exponent apart; integers. */
    FLOAT_EXPONENT = -149,
    INTEGER_EXPONENT = 0
};

__extension__ typedef __int128 wide;

struct entry {
    struct tfeed_dataset_feature feature; /* name and mean are set when it is asked for */
    char *name;
    uint64_t hash;
    wide integer_sum;
    double float_sum;
    /* Of the first entry of a name, for all kinds: which feature of the record at hand counts. */
    bool is_first;
    uint64_t record; /* from 1; another: the name has not come yet */
    size_t counting;
};

/* A feature of the record at hand, and the first entry of its name. */
struct found {
    struct tfeed_feature_view view;
    size_t owner;
};

struct tfeed_dataset_stats {
    struct tfeed_dataset_stats_options options;
    const struct tfeed_allocator *allocator;
    struct tfeed_dataset_totals totals;
    uint64_t n_examples; /* that were begun */
    struct entry *entries;
    size_t n_entries;
    size_t n_places;
    uint32_t *slots; /* index of an entry + 1, or 0; [2 * n_places] */
    size_t expected; /* where the next entry is looked for first */
    /* Of the record at hand. */
    struct found *found;
    size_t n_found;
    size_t n_found_places;
    void *values;
    size_t values_bytes;
};

void tfeed_inspect_options_init(struct tfeed_inspect_options *options)
{
    *options = (struct tfeed_inspect_options){.struct_size = sizeof *options};
    tfeed_record_reader_options_init(&options->reader);
}

void tfeed_dataset_stats_options_init(struct tfeed_dataset_stats_options *options)
{
    *options = (struct tfeed_dataset_stats_options){.struct_size = sizeof *options,
                                                    .max_records = UINT64_MAX};
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

/* ------------------------------------------------------------------- table */

/* FNV-1a. Entries of one name have one hash, and stand in the order in which they were added. */
static uint64_t hash_of(const char *name, size_t len)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (uint8_t)name[i]) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 32;
}

static bool has_name(const struct entry *entry, const char *name, size_t len)
{
    return entry->feature.name_len == len && memcmp(entry->name, name, len) == 0;
}

static void put_in_slot(struct tfeed_dataset_stats *stats, size_t i)
{
    const size_t mask = 2 * stats->n_places - 1;
    size_t slot = (size_t)stats->entries[i].hash & mask;
    while (stats->slots[slot] != 0)
        slot = (slot + 1) & mask;
    stats->slots[slot] = (uint32_t)i + 1;
}

static tfeed_status grow(struct tfeed_dataset_stats *stats, struct tfeed_error *reterr)
{
    const size_t n_places = stats->n_places > 0 ? 2 * stats->n_places : FIRST_ENTRIES;
    uint32_t *slots = tfi_alloc_zeroed(stats->allocator, 2 * n_places, sizeof *slots);
    struct entry *entries = slots != NULL ? tfi_realloc_array(stats->allocator, stats->entries,
                                                              n_places, sizeof *entries)
                                          : NULL;
    if (entries == NULL) {
        tfi_free(stats->allocator, slots);
        return tfi_fail_memory(reterr, "a table of features");
    }
    tfi_free(stats->allocator, stats->slots);
    stats->entries = entries;
    stats->slots = slots;
    stats->n_places = n_places;
    for (size_t i = 0; i < stats->n_entries; i++)
        put_in_slot(stats, i);
    return TFEED_OK;
}

static void set_kind(struct entry *entry, enum tfeed_feature_kind kind)
{
    entry->feature.kind = kind;
    tfi_histogram_init(&entry->feature.histogram,
                       kind == TFEED_FEATURE_FLOAT ? FLOAT_EXPONENT : INTEGER_EXPONENT);
}

static tfeed_status add_entry(struct tfeed_dataset_stats *stats, const char *name, size_t len,
                              enum tfeed_feature_kind kind, bool is_first, size_t *ret_entry,
                              struct tfeed_error *reterr)
{
    if (stats->n_entries == MAX_FEATURES)
        return tfi_fail(reterr, TFEED_RESOURCE_EXHAUSTED,
                        "more than %d different features: their names are data", MAX_FEATURES);
    if (stats->n_entries == stats->n_places)
        TFI_TRY(grow(stats, reterr));
    struct entry *entry = &stats->entries[stats->n_entries];
    *entry = (struct entry){.name = tfi_strndup(stats->allocator, name, len),
                            .hash = hash_of(name, len),
                            .is_first = is_first};
    if (entry->name == NULL)
        return tfi_fail_memory(reterr, "the name of a feature");
    entry->feature.name_len = len;
    set_kind(entry, kind);
    *ret_entry = stats->n_entries++;
    put_in_slot(stats, *ret_entry);
    return TFEED_OK;
}

/* The first entry of a name; made, for that kind, when there is none. */
static tfeed_status find_name(struct tfeed_dataset_stats *stats, const char *name, size_t len,
                              enum tfeed_feature_kind kind, size_t *ret_entry,
                              struct tfeed_error *reterr)
{
    size_t i = stats->expected;
    if (i >= stats->n_entries || !stats->entries[i].is_first ||
        !has_name(&stats->entries[i], name, len)) {
        const size_t mask = 2 * stats->n_places - 1;
        size_t slot = stats->n_places > 0 ? (size_t)hash_of(name, len) & mask : 0;
        while (stats->n_places > 0 && stats->slots[slot] != 0 &&
               !has_name(&stats->entries[stats->slots[slot] - 1], name, len))
            slot = (slot + 1) & mask;
        if (stats->n_places == 0 || stats->slots[slot] == 0)
            return add_entry(stats, name, len, kind, true, ret_entry, reterr);
        i = stats->slots[slot] - 1;
    }
    stats->expected = i + 1;
    *ret_entry = i;
    return TFEED_OK;
}

/* The entry of a kind, where the first one of the name is known. */
static tfeed_status find_kind(struct tfeed_dataset_stats *stats, size_t first, const char *name,
                              size_t len, enum tfeed_feature_kind kind, size_t *ret_entry,
                              struct tfeed_error *reterr)
{
    struct entry *owner = &stats->entries[first];
    if (owner->feature.n_records == 0) /* made for what another in its record replaced */
        set_kind(owner, kind);
    if (owner->feature.kind == kind) {
        *ret_entry = first;
        return TFEED_OK;
    }
    const size_t mask = 2 * stats->n_places - 1;
    for (size_t slot = (size_t)owner->hash & mask; stats->slots[slot] != 0;
         slot = (slot + 1) & mask) {
        const size_t i = stats->slots[slot] - 1;
        if (stats->entries[i].feature.kind == kind && has_name(&stats->entries[i], name, len)) {
            *ret_entry = i;
            return TFEED_OK;
        }
    }
    return add_entry(stats, name, len, kind, false, ret_entry, reterr);
}

/* ------------------------------------------------------------------ values */

static void count_integer(struct entry *entry, int64_t value)
{
    struct tfeed_dataset_feature *feature = &entry->feature;
    if (feature->n_finite == 0 || value < feature->min_int64)
        feature->min_int64 = value;
    if (feature->n_finite == 0 || value > feature->max_int64)
        feature->max_int64 = value;
    feature->n_finite++;
    entry->integer_sum += value;
    tfi_histogram_add(&feature->histogram, (double)value);
}

static void count_float(struct entry *entry, float value)
{
    struct tfeed_dataset_feature *feature = &entry->feature;
    if (isnan(value)) {
        feature->n_nan++;
    } else if (isinf(value)) {
        feature->n_infinite++;
    } else {
        if (feature->n_finite == 0 || (double)value < feature->min)
            feature->min = (double)value;
        if (feature->n_finite == 0 || (double)value > feature->max)
            feature->max = (double)value;
        feature->n_finite++;
        entry->float_sum += (double)value;
        tfi_histogram_add(&feature->histogram, (double)value);
    }
}

static size_t value_bytes(enum tfeed_feature_kind kind)
{
    switch (kind) {
    case TFEED_FEATURE_BYTES:
        return sizeof(struct tfeed_bytes);
    case TFEED_FEATURE_FLOAT:
        return sizeof(float);
    case TFEED_FEATURE_INT64:
        return sizeof(int64_t);
    case TFEED_FEATURE_NONE:
        break;
    }
    return 0;
}

static tfeed_status reserve_values(struct tfeed_dataset_stats *stats,
                                   const struct tfeed_feature_view *view,
                                   struct tfeed_error *reterr)
{
    const size_t size = value_bytes(view->kind);
    if (view->n_values <= stats->values_bytes / (size > 0 ? size : 1))
        return TFEED_OK;
    void *values = tfi_realloc_array(stats->allocator, stats->values, view->n_values, size);
    if (values == NULL)
        return tfi_fail_memory(reterr, "the values of a feature");
    stats->values = values;
    stats->values_bytes = view->n_values * size;
    return TFEED_OK;
}

static tfeed_status count_values(struct tfeed_dataset_stats *stats, struct entry *entry,
                                 const struct tfeed_feature_view *view, struct tfeed_error *reterr)
{
    TFI_TRY(reserve_values(stats, view, reterr));
    switch (view->kind) {
    case TFEED_FEATURE_BYTES: {
        const struct tfeed_bytes *strings = stats->values;
        tfeed_feature_bytes(view, stats->values);
        for (size_t i = 0; i < view->n_values; i++) {
            count_integer(entry, (int64_t)strings[i].len);
            entry->feature.n_text += tfi_is_text(strings[i].data, strings[i].len);
        }
        break;
    }
    case TFEED_FEATURE_FLOAT:
        tfeed_feature_floats(view, stats->values);
        for (size_t i = 0; i < view->n_values; i++)
            count_float(entry, ((const float *)stats->values)[i]);
        break;
    case TFEED_FEATURE_INT64:
        tfeed_feature_int64s(view, stats->values);
        for (size_t i = 0; i < view->n_values; i++)
            count_integer(entry, ((const int64_t *)stats->values)[i]);
        break;
    case TFEED_FEATURE_NONE:
        break;
    }
    return TFEED_OK;
}

static tfeed_status count_feature(struct tfeed_dataset_stats *stats, struct entry *entry,
                                  const struct tfeed_feature_view *view, struct tfeed_error *reterr)
{
    struct tfeed_dataset_feature *feature = &entry->feature;
    if (feature->n_records == 0 || view->n_values < feature->min_values)
        feature->min_values = view->n_values;
    if (view->n_values > feature->max_values)
        feature->max_values = view->n_values;
    feature->n_records++;
    feature->n_values += view->n_values;
    /* A schema needs to know the lengths of strings, and nothing else. */
    if (stats->options.skip_values && view->kind != TFEED_FEATURE_BYTES)
        return TFEED_OK;
    return count_values(stats, entry, view, reterr);
}

/* ------------------------------------------------------------------ records */

/* Notes a feature of the record at hand, and whether it counts in place of one before it. */
static tfeed_status note_feature(struct tfeed_dataset_stats *stats,
                                 const struct tfeed_feature_view *view, struct tfeed_error *reterr)
{
    const size_t n = stats->n_found;
    size_t owner;
    if (n == stats->n_found_places) {
        const size_t n_places = n > 0 ? 2 * n : FIRST_ENTRIES;
        struct found *found =
            tfi_realloc_array(stats->allocator, stats->found, n_places, sizeof *found);
        if (found == NULL)
            return tfi_fail_memory(reterr, "the features of a record");
        stats->found = found;
        stats->n_found_places = n_places;
    }
    TFI_TRY(find_name(stats, view->name, view->name_len, view->kind, &owner, reterr));
    struct entry *entry = &stats->entries[owner];
    if (entry->record != stats->n_examples) {
        entry->record = stats->n_examples;
        entry->counting = n;
    } else {
        stats->totals.n_duplicates++;
        if (view->kind != TFEED_FEATURE_NONE ||
            stats->found[entry->counting].view.kind == TFEED_FEATURE_NONE)
            entry->counting = n;
    }
    stats->found[stats->n_found++] = (struct found){*view, owner};
    return TFEED_OK;
}

/* Takes the record apart before anything of it is counted: half an Example is none. */
static tfeed_status read_features(struct tfeed_dataset_stats *stats, const void *data, size_t len,
                                  struct tfeed_error *reterr)
{
    struct tfeed_example_walk walk;
    struct tfeed_feature_view view;
    tfeed_status status;
    stats->n_found = 0;
    stats->expected = 0;
    stats->n_examples++;
    tfeed_example_walk_init(&walk, data, len);
    while ((status = tfeed_example_walk_next(&walk, &view, reterr)) == TFEED_OK)
        TFI_TRY(note_feature(stats, &view, reterr));
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

static tfeed_status count_features(struct tfeed_dataset_stats *stats, struct tfeed_error *reterr)
{
    for (size_t i = 0; i < stats->n_found; i++) {
        const struct found *found = &stats->found[i];
        const struct tfeed_feature_view *view = &found->view;
        size_t entry;
        if (stats->entries[found->owner].counting != i)
            continue;
        TFI_TRY(
            find_kind(stats, found->owner, view->name, view->name_len, view->kind, &entry, reterr));
        TFI_TRY(count_feature(stats, &stats->entries[entry], view, reterr));
    }
    return TFEED_OK;
}

tfeed_status tfeed_dataset_stats_add(struct tfeed_dataset_stats *stats, const void *data,
                                     size_t len, struct tfeed_error *reterr)
{
    struct tfeed_dataset_totals *totals = &stats->totals;
    const tfeed_status status = read_features(stats, data, len, reterr);
    if (status != TFEED_OK && status != TFEED_INVALID_ARGUMENT)
        return status;
    if (totals->n_records == 0 || len < totals->min_payload_bytes)
        totals->min_payload_bytes = len;
    if (len > totals->max_payload_bytes)
        totals->max_payload_bytes = len;
    totals->n_records++;
    totals->n_payload_bytes += len;
    totals->n_not_examples += status == TFEED_INVALID_ARGUMENT;
    return status == TFEED_OK ? count_features(stats, reterr) : status;
}

/* ------------------------------------------------------------------- files */

/* A record that is no Example is told with its place; the first one is kept. */
static void keep_first(const char *path, const struct tfeed_record_view *view,
                       const struct tfeed_error *why, struct tfeed_error *first)
{
    if (first->code == TFEED_OK)
        (void)tfi_fail_at(first, TFEED_INVALID_ARGUMENT, path, view->record, view->offset, "%s",
                          why->message);
}

static tfeed_status add_records(struct tfeed_dataset_stats *stats, const char *path,
                                struct tfeed_record_reader *reader, struct tfeed_error *first,
                                struct tfeed_error *reterr)
{
    const struct tfeed_inspect_options *inspect = &stats->options.inspect;
    const uint64_t max_records = stats->options.max_records;
    struct tfeed_record_view views[TFI_DATASET_RUN_RECORDS];
    size_t n;
    for (uint64_t n_read = 0; n_read < max_records; n_read += n) {
        const uint64_t left = max_records - n_read;
        TFI_TRY(tfeed_record_reader_next_run(
            reader, views,
            left < TFI_DATASET_RUN_RECORDS ? (size_t)left : (size_t)TFI_DATASET_RUN_RECORDS, &n,
            reterr));
        for (size_t i = 0; i < n; i++) {
            struct tfeed_error why = TFEED_ERROR_INIT;
            const tfeed_status status =
                tfeed_dataset_stats_add(stats, views[i].data, views[i].len, &why);
            if (status == TFEED_INVALID_ARGUMENT)
                keep_first(path, &views[i], &why, first);
            else if (status != TFEED_OK)
                return tfi_fail_at(reterr, status, path, views[i].record, views[i].offset, "%s",
                                   why.message);
        }
        TFI_TRY(tfi_dataset_progress(inspect->progress, inspect->user_data, n_read + n, UINT64_MAX,
                                     tfeed_record_reader_offset(reader), reterr));
    }
    return TFEED_OUT_OF_RANGE;
}

tfeed_status tfeed_dataset_stats_add_file(struct tfeed_dataset_stats *stats, const char *path,
                                          struct tfeed_error *reterr)
{
    const uint64_t n_before = stats->totals.n_records;
    const uint64_t n_not_before = stats->totals.n_not_examples;
    struct tfeed_error first = TFEED_ERROR_INIT;
    struct tfeed_record_reader *reader;
    tfeed_status status =
        tfeed_record_reader_open(path, &stats->options.inspect.reader, &reader, reterr);
    if (status != TFEED_OK) {
        stats->totals.is_whole = false;
        return status;
    }
    status = add_records(stats, path, reader, &first, reterr);
    stats->totals.n_stream_bytes += tfeed_record_reader_offset(reader);
    stats->totals.n_files++;
    tfeed_record_reader_close(reader);
    if (status != TFEED_OUT_OF_RANGE) {
        stats->totals.is_whole = false;
        return status;
    }
    /* A file of other things is no mistake; one of both is. */
    if (stats->totals.n_not_examples - n_not_before == stats->totals.n_records - n_before)
        return TFEED_OK;
    return first.code == TFEED_OK ? TFEED_OK : tfi_fail_again(reterr, &first);
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

static void merge_entry(struct entry *entry, const struct entry *added)
{
    struct tfeed_dataset_feature *feature = &entry->feature;
    const struct tfeed_dataset_feature *other = &added->feature;
    if (feature->n_records == 0 || other->min_values < feature->min_values)
        feature->min_values = other->min_values;
    if (other->max_values > feature->max_values)
        feature->max_values = other->max_values;
    feature->n_records += other->n_records;
    feature->n_values += other->n_values;
    merge_numbers(feature, other);
    entry->integer_sum += added->integer_sum;
    entry->float_sum += added->float_sum;
}

tfeed_status tfeed_dataset_stats_merge(struct tfeed_dataset_stats *stats,
                                       const struct tfeed_dataset_stats *others,
                                       struct tfeed_error *reterr)
{
    merge_totals(&stats->totals, &others->totals);
    stats->expected = 0;
    for (size_t i = 0; i < others->n_entries; i++) {
        const struct entry *added = &others->entries[i];
        const struct tfeed_dataset_feature *feature = &added->feature;
        size_t entry;
        if (feature->n_records == 0)
            continue;
        TFI_TRY(find_name(stats, added->name, feature->name_len, feature->kind, &entry, reterr));
        TFI_TRY(
            find_kind(stats, entry, added->name, feature->name_len, feature->kind, &entry, reterr));
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

struct tfeed_dataset_feature tfeed_dataset_stats_feature(const struct tfeed_dataset_stats *stats,
                                                         size_t i)
{
    const struct entry *entry = &stats->entries[i];
    struct tfeed_dataset_feature feature = entry->feature;
    feature.name = entry->name;
    if (feature.n_finite == 0)
        return feature;
    if (feature.kind == TFEED_FEATURE_FLOAT) {
        feature.mean = entry->float_sum / (double)feature.n_finite;
    } else {
        feature.min = (double)feature.min_int64;
        feature.max = (double)feature.max_int64;
        feature.mean = (double)entry->integer_sum / (double)feature.n_finite;
    }
    return feature;
}
