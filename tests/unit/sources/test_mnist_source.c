/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_mnist_source.c - four idx files as splits of examples, and files that do not go together.
 */
#include <criterion/criterion.h>

#include <string.h>

#include <tfeed/idx.h>
#include <tfeed/sources.h>

#include "tests/support/support.h"
#include "tests/unit/sources/idx_bytes.h"

enum { N_TRAIN = 6, N_TEST = 3, N_VALIDATION = 2, N_PIXELS = 8 };

static const uint32_t train_images[] = {N_TRAIN, 2, 4};
static const uint32_t test_images[] = {N_TEST, 2, 4};
static const uint32_t train_labels[] = {N_TRAIN};
static const uint32_t test_labels[] = {N_TEST};

/* A small set in memory, in the usual spelling. */
static struct tfeed_memory_files *new_set(void)
{
    struct tfeed_memory_files *files;
    cr_assert_eq(tfeed_memory_files_new(NULL, &files, NULL), TFEED_OK);
    const struct idx_bytes all[] = {
        idx_bytes_make(3, train_images, N_TRAIN * N_PIXELS),
        idx_bytes_make(1, train_labels, N_TRAIN),
        idx_bytes_make(3, test_images, N_TEST * N_PIXELS),
        idx_bytes_make(1, test_labels, N_TEST),
    };
    idx_bytes_put(files, "set/train-images-idx3-ubyte", &all[0]);
    idx_bytes_put(files, "set/train-labels-idx1-ubyte", &all[1]);
    idx_bytes_put(files, "set/t10k-images-idx3-ubyte", &all[2]);
    idx_bytes_put(files, "set/t10k-labels-idx1-ubyte", &all[3]);
    return files;
}

static const struct tfeed_source_kind *mnist(void)
{
    const struct tfeed_source_table *table = tfeed_sources();
    for (size_t i = 0; i < table->n_kinds; i++)
        if (strcmp(table->kinds[i]->name, "mnist") == 0)
            return table->kinds[i];
    cr_assert_fail("no kind mnist");
    return NULL;
}

static tfeed_status open_set(struct tfeed_memory_files *files,
                             const struct tfeed_allocator *allocator, void **ret_source,
                             struct tfeed_error *reterr)
{
    const struct tfeed_source_options options = {
        .struct_size = sizeof options,
        .n_validation = N_VALIDATION,
        .file_system = tfeed_memory_files_system(files),
        .allocator = allocator,
    };
    return mnist()->open("set", &options, ret_source, reterr);
}

/* Reads a split; the labels that it has (files count up from 0), or the status that stopped it. */
static tfeed_status read_split(void *source, size_t split, const struct tfeed_allocator *allocator,
                               int *ret_n, int *ret_first, struct tfeed_error *reterr)
{
    struct tfeed_example_builder *builder;
    tfeed_status status = tfeed_example_builder_new(allocator, &builder, reterr);
    if (status != TFEED_OK)
        return status;
    status = mnist()->start(source, split, reterr);
    *ret_n = 0;
    *ret_first = -1;
    while (status == TFEED_OK) {
        const uint8_t *data;
        size_t len;
        tfeed_example_builder_clear(builder);
        status = mnist()->next(source, builder, reterr);
        if (status == TFEED_OK)
            status = tfeed_example_builder_finish(builder, &data, &len, reterr);
        if (status != TFEED_OK)
            break;
        struct tfeed_example_walk walk;
        struct tfeed_feature_view view;
        tfeed_example_walk_init(&walk, data, len);
        while (tfeed_example_walk_next(&walk, &view, NULL) == TFEED_OK) {
            int64_t label;
            if (view.name_len != 5 || memcmp(view.name, "label", 5) != 0)
                continue;
            tfeed_feature_int64s(&view, &label);
            *ret_first = *ret_first < 0 ? (int)label : *ret_first;
        }
        ++*ret_n;
    }
    tfeed_example_builder_free(builder);
    return status;
}

static void expect_set(struct tfeed_memory_files *files)
{
    static const struct {
        const char *name;
        int n;
        int first;
    } expected[] = {{"train", N_TRAIN - N_VALIDATION, N_VALIDATION},
                    {"validation", N_VALIDATION, 0},
                    {"test", N_TEST, 0}};
    void *source;
    struct tfeed_error error;
    size_t n_splits;
    cr_assert_eq(open_set(files, NULL, &source, &error), TFEED_OK, "%s", error.message);
    const struct tfeed_source_split *splits = mnist()->splits(source, &n_splits);
    cr_assert_eq(n_splits, 3);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < n_splits; i++) {
            int n;
            int first;
            cr_assert_str_eq(splits[i].name, expected[i].name);
            cr_assert_eq(splits[i].n_examples, (uint64_t)expected[i].n);
            cr_assert_eq(read_split(source, i, NULL, &n, &first, NULL), TFEED_OUT_OF_RANGE);
            cr_assert_eq(n, expected[i].n);
            cr_assert_eq(first, expected[i].first);
        }
    }
    mnist()->close(source);
    tfeed_memory_files_free(files);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(mnist_source, first_training_images_are_validation)
{
    expect_set(new_set());
}

Test(mnist_source, each_spelling_of_the_names_is_found)
{
    static const char *const names[] = {"set/train-images.idx3-ubyte",
                                        "set/train-images-idx3-ubyte.gz",
                                        "set/train-images.idx3-ubyte.gz"};
    for (size_t i = 0; i < 3; i++) {
        struct tfeed_memory_files *all = new_set();
        struct tfeed_memory_files *files;
        static const char *const others[] = {"set/train-labels-idx1-ubyte",
                                             "set/t10k-images-idx3-ubyte",
                                             "set/t10k-labels-idx1-ubyte"};
        cr_assert_eq(tfeed_memory_files_new(NULL, &files, NULL), TFEED_OK);
        for (size_t k = 0; k < 3; k++) {
            struct tfeed_bytes content;
            cr_assert_eq(tfeed_memory_files_get(all, others[k], &content, NULL), TFEED_OK);
            cr_assert_eq(tfeed_memory_files_put(files, others[k], content.data, content.len, NULL),
                         TFEED_OK);
            tfeed_block_unref(content.block);
        }
        const struct idx_bytes images = idx_bytes_make(3, train_images, N_TRAIN * N_PIXELS);
        const struct idx_bytes packed = gzipped(&images);
        idx_bytes_put(files, names[i], i == 0 ? &images : &packed);
        tfeed_memory_files_free(all);
        expect_set(files);
    }
}

Test(mnist_source, example_has_the_five_features)
{
    static const uint8_t expected[] =
        "\x0a\x63"
        "\x0a\x0e\x0a\x05"
        "depth\x12\x05\x1a\x03\x0a\x01\x01"
        "\x0a\x0f\x0a\x06"
        "height\x12\x05\x1a\x03\x0a\x01\x02"
        "\x0a\x19\x0a\x09"
        "image_raw\x12\x0c\x0a\x0a\x0a\x08\x00\x01\x02\x03\x04\x05\x06\x07"
        "\x0a\x0e\x0a\x05"
        "label\x12\x05\x1a\x03\x0a\x01\x00"
        "\x0a\x0e\x0a\x05"
        "width\x12\x05\x1a\x03\x0a\x01\x04";
    struct tfeed_memory_files *files = new_set();
    struct tfeed_example_builder *builder;
    void *source;
    const uint8_t *data;
    size_t len;
    cr_assert_eq(open_set(files, NULL, &source, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_new(NULL, &builder, NULL), TFEED_OK);
    cr_assert_eq(mnist()->start(source, 2, NULL), TFEED_OK);
    cr_assert_eq(mnist()->next(source, builder, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_finish(builder, &data, &len, NULL), TFEED_OK);
    cr_assert_eq(len, sizeof expected - 1);
    cr_assert_eq(memcmp(data + 2, expected + 2, len - 2), 0);
    tfeed_example_builder_free(builder);
    mnist()->close(source);
    tfeed_memory_files_free(files);
}

/* --- sets that are refused when they are opened --------------------------------------------- */

static void expect_refused(struct tfeed_memory_files *files, tfeed_status expected,
                           const char *phrase)
{
    void *source;
    struct tfeed_error error;
    cr_assert_eq(open_set(files, NULL, &source, &error), expected);
    cr_assert_not_null(strstr(error.message, phrase), "%s", error.message);
    tfeed_memory_files_free(files);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(mnist_source, missing_file_is_named)
{
    struct tfeed_memory_files *files;
    cr_assert_eq(tfeed_memory_files_new(NULL, &files, NULL), TFEED_OK);
    expect_refused(files, TFEED_NOT_FOUND, "no file train-images-idx3-ubyte");
}

static tfeed_status deny_input(void *user_data, const char *path,
                               const struct tfeed_allocator *allocator, void **ret_input,
                               struct tfeed_error *reterr)
{
    (void)user_data, (void)path, (void)allocator, (void)ret_input, (void)reterr;
    return TFEED_PERMISSION_DENIED;
}

Test(mnist_source, failure_of_a_file_system_that_leaves_the_error_unfilled_is_passed_on)
{
    struct tfeed_memory_files *files = new_set();
    struct tfeed_file_system denying = *tfeed_memory_files_system(files);
    const struct tfeed_source_options options = {.struct_size = sizeof options,
                                                 .file_system = &denying};
    struct tfeed_error error;
    void *source;
    denying.open_input = deny_input;
    cr_assert_eq(mnist()->open("set", &options, &source, &error), TFEED_PERMISSION_DENIED);
    cr_assert_eq(error.code, TFEED_PERMISSION_DENIED);
    tfeed_memory_files_free(files);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(mnist_source, counts_that_disagree_are_refused)
{
    struct tfeed_memory_files *files = new_set();
    const uint32_t extents[] = {N_TRAIN - 1};
    const struct idx_bytes labels = idx_bytes_make(1, extents, N_TRAIN - 1);
    idx_bytes_put(files, "set/train-labels-idx1-ubyte", &labels);
    expect_refused(files, TFEED_INVALID_ARGUMENT, "6 images, but 5 labels");
}

Test(mnist_source, images_in_place_of_labels_are_refused)
{
    struct tfeed_memory_files *files = new_set();
    const struct idx_bytes images = idx_bytes_make(3, train_images, N_TRAIN * N_PIXELS);
    idx_bytes_put(files, "set/train-labels-idx1-ubyte", &images);
    expect_refused(files, TFEED_INVALID_ARGUMENT, "labels of shape [6,2,4]");
}

Test(mnist_source, images_without_pixels_are_refused)
{
    struct tfeed_memory_files *files = new_set();
    const uint32_t extents[] = {N_TRAIN, 0, 4};
    const struct idx_bytes images = idx_bytes_make(3, extents, 0);
    idx_bytes_put(files, "set/train-images-idx3-ubyte", &images);
    expect_refused(files, TFEED_INVALID_ARGUMENT, "images of shape [6,0,4]");
}

Test(mnist_source, empty_file_is_refused)
{
    struct tfeed_memory_files *files = new_set();
    cr_assert_eq(tfeed_memory_files_put(files, "set/t10k-images-idx3-ubyte", "", 0, NULL),
                 TFEED_OK);
    expect_refused(files, TFEED_DATA_LOSS, "the file ends here");
}

Test(mnist_source, more_validation_than_there_is_is_refused)
{
    struct tfeed_memory_files *files = new_set();
    const uint32_t extents[] = {1, 2, 4};
    const struct idx_bytes images = idx_bytes_make(3, extents, N_PIXELS);
    const struct idx_bytes labels = idx_bytes_make(1, extents, 1);
    idx_bytes_put(files, "set/train-images-idx3-ubyte", &images);
    idx_bytes_put(files, "set/train-labels-idx1-ubyte", &labels);
    expect_refused(files, TFEED_INVALID_ARGUMENT, "expected 2 examples at least");
}

/* --- damage that shows while reading -------------------------------------------------------- */

Test(mnist_source, label_over_nine_is_located)
{
    struct tfeed_memory_files *files = new_set();
    struct idx_bytes labels = idx_bytes_make(1, train_labels, N_TRAIN);
    void *source;
    struct tfeed_error error;
    int n;
    int first;
    labels.data[8 + 4] = 12;
    idx_bytes_put(files, "set/train-labels-idx1-ubyte", &labels);
    cr_assert_eq(open_set(files, NULL, &source, NULL), TFEED_OK);
    cr_assert_eq(read_split(source, 0, NULL, &n, &first, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(n, 2, "images 2 and 3 are good");
    cr_assert_eq(error.offset, 12);
    cr_assert_not_null(strstr(error.message, "train-labels-idx1-ubyte"));
    cr_assert_not_null(strstr(error.message, "label 12, expected 0 to 9"));
    mnist()->close(source);
    tfeed_memory_files_free(files);
}

Test(mnist_source, bytes_behind_the_images_are_data_loss)
{
    struct tfeed_memory_files *files = new_set();
    const struct idx_bytes images = idx_bytes_make(3, test_images, N_TEST * N_PIXELS + 1);
    void *source;
    int n;
    int first;
    idx_bytes_put(files, "set/t10k-images-idx3-ubyte", &images);
    cr_assert_eq(open_set(files, NULL, &source, NULL), TFEED_OK);
    cr_assert_eq(read_split(source, 2, NULL, &n, &first, NULL), TFEED_DATA_LOSS);
    mnist()->close(source);
    tfeed_memory_files_free(files);
}

Test(mnist_source, failed_allocation_leaves_nothing_behind)
{
    struct tfeed_memory_files *files = new_set();
    T_FAIL_EACH_ALLOC(allocator, {
        void *source = NULL;
        int n = 0;
        int first = 0;
        tfeed_status status = open_set(files, allocator, &source, NULL);
        if (status == TFEED_OK)
            status = read_split(source, 0, allocator, &n, &first, NULL);
        T_EXPECT_ALLOC_STATUS(status == TFEED_OUT_OF_RANGE ? TFEED_OK : status);
        mnist()->close(source);
    });
    tfeed_memory_files_free(files);
}
