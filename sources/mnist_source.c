/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * mnist_source.c - the four idx files of MNIST as examples.
 *
 *   train-images, train-labels ─┬─ the first n_validation ─▶ validation
 *                               └─ the rest ───────────────▶ train
 *   t10k-images,  t10k-labels  ────────────────────────────▶ test
 *
 * Splits, features and their names are those of TensorFlow's convert_to_records.py.
 */
#include "sources/mnist_source_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <tfeed/idx.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"

enum { MAX_LABEL = 9, PATH_BYTES = 4096 };

/* The files, in the order of `opened`. */
enum { IMAGES, LABELS, N_FILES };
enum { TRAIN, TEST, N_SETS };
enum { SPLIT_TRAIN, SPLIT_VALIDATION, SPLIT_TEST, N_SPLITS };

static const char *const set_stems[N_SETS] = {"train", "t10k"};
static const char *const file_stems[N_FILES] = {"images", "labels"};
static const int file_ranks[N_FILES] = {3, 1};

struct mnist_source {
    struct tfeed_source_options options;
    char *paths[N_SETS][N_FILES];
    struct tfeed_source_split splits[N_SPLITS];

    /* the split that is read */
    struct tfeed_idx *opened[N_FILES];
    int set;
    uint64_t n_left;
    bool ends_file;
    int64_t height, width, depth, label; /* what the current example's features point to */
    struct tfeed_bytes image;
};

/* Opens a file of the set under the first of its four names that is there; keeps the path. */
static tfeed_status find_file(struct mnist_source *source, const char *folder, int set, int file,
                              struct tfeed_idx **ret_idx, struct tfeed_error *reterr)
{
    struct tfeed_idx_options options;
    tfeed_idx_options_init(&options);
    options.file_system = source->options.file_system;
    options.allocator = source->options.allocator;
    for (int spelling = 0; spelling < 4; spelling++) {
        char path[PATH_BYTES];
        const int len = snprintf(path, sizeof path, "%s/%s-%s%cidx%d-ubyte%s", folder,
                                 set_stems[set], file_stems[file], spelling % 2 == 0 ? '-' : '.',
                                 file_ranks[file], spelling < 2 ? "" : ".gz");
        if (len < 0 || len >= PATH_BYTES)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "the name of folder %s is too long",
                            folder);
        struct tfeed_error found = TFEED_ERROR_INIT;
        const tfeed_status status = tfeed_idx_open(path, &options, ret_idx, &found);
        if (status == TFEED_NOT_FOUND) /* a spelling that is not there is no failure yet */
            continue;
        found.code = status; /* a foreign file system may not have filled it in */
        if (status != TFEED_OK)
            return tfi_fail_again(reterr, &found);
        source->paths[set][file] = tfi_strndup(source->options.allocator, path, (size_t)len);
        if (source->paths[set][file] != NULL)
            return TFEED_OK;
        tfeed_idx_close(*ret_idx);
        return tfi_fail_memory(reterr, "the name of an idx file");
    }
    return tfi_fail_at(reterr, TFEED_NOT_FOUND, folder, TFEED_NOWHERE, TFEED_NOWHERE,
                       "no file %s-%s-idx%d-ubyte, also not spelled %s-%s.idx%d-ubyte or with .gz",
                       set_stems[set], file_stems[file], file_ranks[file], set_stems[set],
                       file_stems[file], file_ranks[file]);
}

/* Images without a pixel are refused too: a forged header could announce billions of them. */
static tfeed_status check_shape(const struct mnist_source *source, int set, int file,
                                const struct tfeed_idx *idx, struct tfeed_error *reterr)
{
    const struct tfeed_shape shape = tfeed_idx_shape(idx);
    char text[TFEED_SHAPE_TEXT_BYTES];
    if (shape.n_dims == file_ranks[file] && tfeed_idx_item_bytes(idx) > 0)
        return TFEED_OK;
    return tfi_fail_at(reterr, TFEED_INVALID_ARGUMENT, source->paths[set][file], TFEED_NOWHERE, 3,
                       "%s of shape %s, expected %d dimensions with something in them",
                       file_stems[file], tfeed_shape_format(&shape, text), file_ranks[file]);
}

/* Finds the two files of a set and compares them. */
static tfeed_status check_set(struct mnist_source *source, const char *folder, int set,
                              uint64_t *ret_n_examples, struct tfeed_error *reterr)
{
    uint64_t n_items[N_FILES];
    for (int file = 0; file < N_FILES; file++) {
        struct tfeed_idx *idx;
        TFI_TRY(find_file(source, folder, set, file, &idx, reterr));
        const tfeed_status status = check_shape(source, set, file, idx, reterr);
        n_items[file] = tfeed_idx_n_items(idx);
        tfeed_idx_close(idx);
        TFI_TRY(status);
    }
    if (n_items[IMAGES] != n_items[LABELS])
        return tfi_fail_at(reterr, TFEED_INVALID_ARGUMENT, source->paths[set][IMAGES],
                           TFEED_NOWHERE, 4, "%" PRIu64 " images, but %" PRIu64 " labels in %s",
                           n_items[IMAGES], n_items[LABELS], source->paths[set][LABELS]);
    *ret_n_examples = n_items[IMAGES];
    return TFEED_OK;
}

static void close_files(struct mnist_source *source)
{
    for (int file = 0; file < N_FILES; file++) {
        tfeed_idx_close(source->opened[file]);
        source->opened[file] = NULL;
    }
}

static void mnist_close(void *user_data)
{
    struct mnist_source *source = user_data;
    if (source == NULL)
        return;
    close_files(source);
    for (int set = 0; set < N_SETS; set++)
        for (int file = 0; file < N_FILES; file++)
            tfi_free(source->options.allocator, source->paths[set][file]);
    tfi_free(source->options.allocator, source);
}

static tfeed_status find_splits(struct mnist_source *source, const char *folder,
                                struct tfeed_error *reterr)
{
    uint64_t n_examples[N_SETS];
    const uint64_t n_validation = source->options.n_validation;
    for (int set = 0; set < N_SETS; set++)
        TFI_TRY(check_set(source, folder, set, &n_examples[set], reterr));
    if (n_validation > n_examples[TRAIN])
        return tfi_fail_at(reterr, TFEED_INVALID_ARGUMENT, source->paths[TRAIN][IMAGES],
                           TFEED_NOWHERE, TFEED_NOWHERE,
                           "expected %" PRIu64 " examples at least, to be split off for "
                           "validation, found %" PRIu64,
                           n_validation, n_examples[TRAIN]);
    source->splits[SPLIT_TRAIN] =
        (struct tfeed_source_split){"train", n_examples[TRAIN] - n_validation};
    source->splits[SPLIT_VALIDATION] = (struct tfeed_source_split){"validation", n_validation};
    source->splits[SPLIT_TEST] = (struct tfeed_source_split){"test", n_examples[TEST]};
    return TFEED_OK;
}

static tfeed_status mnist_open(const char *input, const struct tfeed_source_options *options,
                               void **ret_source, struct tfeed_error *reterr)
{
    struct mnist_source *source = tfi_alloc_zeroed(options->allocator, 1, sizeof *source);
    if (source == NULL)
        return tfi_fail_memory(reterr, "a source");
    source->options = *options;
    const tfeed_status status = find_splits(source, input, reterr);
    if (status != TFEED_OK) {
        mnist_close(source);
        return status;
    }
    *ret_source = source;
    return TFEED_OK;
}

static const struct tfeed_source_split *mnist_splits(const void *user_data, size_t *ret_n_splits)
{
    const struct mnist_source *source = user_data;
    *ret_n_splits = N_SPLITS;
    return source->splits;
}

static tfeed_status mnist_start(void *user_data, size_t split, struct tfeed_error *reterr)
{
    struct mnist_source *source = user_data;
    if (split >= N_SPLITS)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "no split %zu", split);
    close_files(source);
    source->set = split == SPLIT_TEST ? TEST : TRAIN;
    source->n_left = source->splits[split].n_examples;
    source->ends_file = split != SPLIT_VALIDATION;

    struct tfeed_idx_options options;
    tfeed_idx_options_init(&options);
    options.file_system = source->options.file_system;
    options.allocator = source->options.allocator;
    const uint64_t n_skipped =
        split == SPLIT_TRAIN ? source->splits[SPLIT_VALIDATION].n_examples : 0;
    for (int file = 0; file < N_FILES; file++) {
        TFI_TRY(tfeed_idx_open(source->paths[source->set][file], &options, &source->opened[file],
                               reterr));
        TFI_TRY(tfeed_idx_skip(source->opened[file], n_skipped, reterr));
    }
    const struct tfeed_shape images = tfeed_idx_shape(source->opened[IMAGES]);
    source->height = images.dims[1];
    source->width = images.dims[2];
    source->depth = 1;
    return TFEED_OK;
}

/* OUT_OF_RANGE; where the split ends its files, only if they end there too. */
static tfeed_status end_split(struct mnist_source *source, struct tfeed_error *reterr)
{
    const uint8_t *item;
    for (int file = 0; source->ends_file && file < N_FILES; file++) {
        const tfeed_status status = tfeed_idx_next(source->opened[file], &item, NULL, reterr);
        if (status != TFEED_OUT_OF_RANGE)
            return status == TFEED_OK ? tfi_fail(reterr, TFEED_DATA_LOSS, "%s changed while read",
                                                 source->paths[source->set][file])
                                      : status;
    }
    return tfi_fail(reterr, TFEED_OUT_OF_RANGE, "no more examples");
}

static tfeed_status mnist_next(void *user_data, struct tfeed_example_builder *builder,
                               struct tfeed_error *reterr)
{
    struct mnist_source *source = user_data;
    if (source->n_left == 0)
        return end_split(source, reterr);
    const uint8_t *label;
    uint64_t label_offset;
    TFI_TRY(tfeed_idx_next(source->opened[LABELS], &label, &label_offset, reterr));
    TFI_TRY(tfeed_idx_next(source->opened[IMAGES], &source->image.data, NULL, reterr));
    if (*label > MAX_LABEL)
        return tfi_fail_at(reterr, TFEED_INVALID_ARGUMENT, source->paths[source->set][LABELS],
                           TFEED_NOWHERE, label_offset, "label %u, expected 0 to %d", *label,
                           MAX_LABEL);
    source->n_left--;
    source->label = *label;
    source->image.len = tfeed_idx_item_bytes(source->opened[IMAGES]);
    TFI_TRY(tfeed_example_builder_add_int64(builder, "depth", &source->depth, 1, reterr));
    TFI_TRY(tfeed_example_builder_add_int64(builder, "height", &source->height, 1, reterr));
    TFI_TRY(tfeed_example_builder_add_bytes(builder, "image_raw", &source->image, 1, reterr));
    TFI_TRY(tfeed_example_builder_add_int64(builder, "label", &source->label, 1, reterr));
    return tfeed_example_builder_add_int64(builder, "width", &source->width, 1, reterr);
}

const struct tfeed_source_kind tfi_mnist_source = {
    .struct_size = sizeof(struct tfeed_source_kind),
    .name = "mnist",
    .summary = "a folder with the four idx files of MNIST or a relative, plain or .gz",
    .open = mnist_open,
    .close = mnist_close,
    .splits = mnist_splits,
    .start = mnist_start,
    .next = mnist_next,
};
