/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_mnist.c - MNIST as TensorFlow wrote it: read in any key order, and made again byte for
 * byte.
 *
 * The windows of 100 records need nothing else. The complete files are made from the idx files in
 * the folder TFEED_MNIST, and are skipped without it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/datasets.h>
#include <tfeed/features.h>
#include <tfeed/records.h>
#include <tfeed/sources.h>

#include "tests/golden/replay.h"
#include "tests/support/sha256.h"
#include "tests/support/support.h"

static const char mnist_file[] = "input/mnist/mnist.json";

enum { N_PIXELS = 784, BATCH_ROWS = 128, N_LABELS = 10 };

/* Columns of the schema, in the order of adding. */
enum { DEPTH, HEIGHT, WIDTH, LABEL, IMAGE, N_COLUMNS };

static const char *const int_names[] = {"depth", "height", "width", "label"};

/* Everything of a file of records that is compared. */
struct content {
    size_t n;
    struct tfeed_tensor columns[N_COLUMNS]; /* of the first BATCH_ROWS records */
    uint64_t pixel_sum;
    int64_t label_counts[N_LABELS];
};

static void content_clear(struct content *content)
{
    for (int i = 0; i < N_COLUMNS; i++)
        tfeed_tensor_clear(&content->columns[i]);
}

static struct tfeed_schema *mnist_schema(void)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_schema *schema;
    if (tfeed_schema_new(NULL, &schema, NULL) != TFEED_OK)
        abort();
    for (int i = DEPTH; i <= LABEL; i++)
        if (tfeed_schema_add_fixed(schema, int_names[i], TFEED_INT64, &scalar, NULL) != TFEED_OK)
            abort();
    if (tfeed_schema_add_raw(schema, "image_raw", TFEED_UINT8, N_PIXELS, 1, 0, NULL) != TFEED_OK)
        abort();
    return schema;
}

static void add_row(struct content *content, const struct tfeed_tensor *columns, int64_t row)
{
    const uint8_t *pixels = tfeed_tensor_uint8s(&columns[IMAGE]) + row * N_PIXELS;
    const int64_t label = tfeed_tensor_int64s(&columns[LABEL])[row];
    for (int i = 0; i < N_PIXELS; i++)
        content->pixel_sum += pixels[i];
    if (label >= 0 && label < N_LABELS)
        content->label_counts[label]++;
    content->n++;
}

/* Reads and parses a whole file; the first records stay in content->columns. */
static tfeed_status read_content(const char *path, struct content *content,
                                 struct tfeed_error *error)
{
    struct tfeed_schema *schema = mnist_schema();
    struct tfeed_example_parser *parser = NULL;
    struct tfeed_record_reader *reader = NULL;
    struct tfeed_tensor row[N_COLUMNS] = {0};
    *content = (struct content){.n = 0};
    if (tfeed_schema_alloc_columns(schema, BATCH_ROWS, NULL, content->columns, NULL) != TFEED_OK ||
        tfeed_schema_alloc_columns(schema, 1, NULL, row, NULL) != TFEED_OK ||
        tfeed_example_parser_new(schema, NULL, &parser, NULL) != TFEED_OK)
        abort();
    tfeed_status status = tfeed_record_reader_open(path, NULL, &reader, error);
    struct tfeed_record_view view;
    while (status == TFEED_OK &&
           (status = tfeed_record_reader_next(reader, &view, error)) == TFEED_OK) {
        const struct tfeed_bytes bytes = {view.data, view.len, view.block};
        const bool is_kept = content->n < BATCH_ROWS;
        struct tfeed_tensor *columns = is_kept ? content->columns : row;
        const int64_t at = is_kept ? (int64_t)content->n : 0;
        status = tfeed_example_parser_parse(parser, &bytes, 1, columns, at, NULL, error);
        if (status == TFEED_OK)
            add_row(content, columns, at);
    }
    tfeed_record_reader_close(reader);
    tfeed_example_parser_free(parser);
    for (int i = 0; i < N_COLUMNS; i++)
        tfeed_tensor_clear(&row[i]);
    tfeed_schema_unref(schema);
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

/* ----------------------------------------------------------------- windows */

/* Makes the file of sorted keys again from the columns; false when a byte differs. */
static bool rebuild_matches(const struct content *content, const uint8_t *expected, size_t len)
{
    struct tfeed_memory_files *files;
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer;
    struct tfeed_example_builder *builder;
    struct tfeed_bytes made;
    tfeed_record_writer_options_init(&options);
    if (tfeed_memory_files_new(NULL, &files, NULL) != TFEED_OK)
        abort();
    options.file_system = tfeed_memory_files_system(files);
    if (tfeed_record_writer_open("made", &options, &writer, NULL) != TFEED_OK ||
        tfeed_example_builder_new(NULL, &builder, NULL) != TFEED_OK)
        abort();
    for (size_t row = 0; row < content->n; row++) {
        const struct tfeed_bytes image = {
            tfeed_tensor_uint8s(&content->columns[IMAGE]) + row * N_PIXELS, N_PIXELS, NULL};
        const uint8_t *data;
        size_t data_len;
        tfeed_status status = TFEED_OK;
        tfeed_example_builder_clear(builder);
        for (int i = LABEL; status == TFEED_OK && i >= DEPTH; i--)
            status = tfeed_example_builder_add_int64(
                builder, int_names[i], tfeed_tensor_int64s(&content->columns[i]) + row, 1, NULL);
        if (status != TFEED_OK ||
            tfeed_example_builder_add_bytes(builder, "image_raw", &image, 1, NULL) != TFEED_OK ||
            tfeed_example_builder_finish(builder, &data, &data_len, NULL) != TFEED_OK ||
            tfeed_record_writer_write(writer, data, data_len, NULL) != TFEED_OK)
            abort();
    }
    if (tfeed_record_writer_close(writer, NULL) != TFEED_OK ||
        tfeed_memory_files_get(files, "made", &made, NULL) != TFEED_OK)
        abort();
    const bool matches = made.len == len && memcmp(made.data, expected, len) == 0;
    tfeed_block_unref(made.block);
    tfeed_record_writer_free(writer);
    tfeed_example_builder_free(builder);
    tfeed_memory_files_free(files);
    return matches;
}

static bool labels_match(const struct content *content, const json_t *labels)
{
    if (json_array_size(labels) != content->n)
        return false;
    for (size_t i = 0; i < content->n; i++)
        if (tfeed_tensor_int64s(&content->columns[LABEL])[i] !=
            json_integer_value(json_array_get(labels, i)))
            return false;
    return true;
}

static void replay_window(struct replay *replay, const char *split, const char *form,
                          const json_t *facts, struct content *content)
{
    char name[REPLAY_PATH_BYTES];
    char path[REPLAY_PATH_BYTES];
    char key[64];
    char hex[SUPPORT_SHA256_HEX_BYTES];
    struct tfeed_error error = TFEED_ERROR_INIT;
    size_t len = 0;
    (void)snprintf(name, sizeof name, "input/mnist/%s-100.%s.tfrecord", split, form);
    uint8_t *bytes = replay_read(replay, name, &len);
    if (bytes == NULL) {
        *content = (struct content){.n = 0};
        replay_skip(replay, "a window of records is missing from this set");
        return;
    }
    const tfeed_status status = read_content(replay_path(replay, name, path), content, &error);
    (void)snprintf(key, sizeof key, "window_%s_sha256", form);
    const char *digest = json_string_value(json_object_get(facts, key));
    if (status != TFEED_OK)
        replay_fail(replay, name, "parse", "expected OK, got %s %s", tfeed_status_name(status),
                    error.message);
    else if (!labels_match(content, json_object_get(facts, "labels_of_window")))
        replay_fail(replay, name, "labels", "expected those of mnist.json, got others");
    else if (digest == NULL || strcmp(support_sha256_hex(bytes, len, hex), digest) != 0)
        replay_fail(replay, name, "file", "expected %s, got %s", digest, hex);
    else
        replay_pass(replay);
    if (status == TFEED_OK && strcmp(form, "sorted") == 0) {
        if (rebuild_matches(content, bytes, len))
            replay_pass(replay);
        else
            replay_fail(replay, name, "made again", "expected the same bytes, got others");
    }
    free(bytes);
}

/* Both forms of a window hold the same columns. */
static void replay_windows(struct replay *replay, const char *split, const json_t *facts)
{
    struct content sorted;
    struct content written;
    replay_window(replay, split, "sorted", facts, &sorted);
    replay_window(replay, split, "written", facts, &written);
    bool equal = sorted.n == written.n && sorted.pixel_sum == written.pixel_sum;
    for (int i = 0; equal && i < N_COLUMNS && sorted.n > 0; i++) {
        const size_t row_bytes = i == IMAGE ? N_PIXELS : sizeof(int64_t);
        equal = memcmp(sorted.columns[i].data, written.columns[i].data, sorted.n * row_bytes) == 0;
    }
    if (equal)
        replay_pass(replay);
    else
        replay_fail(replay, mnist_file, split, "expected equal columns in both forms, got others");
    content_clear(&sorted);
    content_clear(&written);
}

/* ---------------------------------------------------------- complete files */

/* Size and digest of a file; false when it cannot be read. */
static bool digest_file(const char *path, uint64_t *ret_size, char hex[SUPPORT_SHA256_HEX_BYTES])
{
    static uint8_t buffer[1 << 16];
    uint8_t digest[SUPPORT_SHA256_BYTES];
    struct support_sha256 sha;
    FILE *file = fopen(path, "rbe");
    size_t n;
    if (file == NULL)
        return false;
    *ret_size = 0;
    support_sha256_init(&sha);
    while ((n = fread(buffer, 1, sizeof buffer, file)) > 0) {
        support_sha256_update(&sha, buffer, n);
        *ret_size += n;
    }
    (void)fclose(file); /* only read from */
    support_sha256_final(&sha, digest);
    (void)support_sha256_format(digest, hex);
    return true;
}

static bool counts_match(const struct content *content, const json_t *facts)
{
    const json_t *counts = json_object_get(facts, "label_counts");
    for (size_t i = 0; i < N_LABELS; i++)
        if (content->label_counts[i] != json_integer_value(json_array_get(counts, i)))
            return false;
    return json_array_size(counts) == N_LABELS;
}

static void replay_complete(struct replay *replay, const char *split, const char *path,
                            const json_t *facts)
{
    uint64_t size = 0;
    char hex[SUPPORT_SHA256_HEX_BYTES] = "";
    struct content content;
    struct tfeed_error error = TFEED_ERROR_INIT;
    const uint64_t wanted_size =
        (uint64_t)json_integer_value(json_object_get(facts, "complete_file_size"));
    const char *wanted = json_string_value(json_object_get(facts, "complete_sha256_keys_sorted"));
    if (!digest_file(path, &size, hex) || size != wanted_size || wanted == NULL ||
        strcmp(hex, wanted) != 0)
        replay_fail(replay, mnist_file, split,
                    "expected %" PRIu64 " bytes with SHA-256 %s, got %" PRIu64 " with %s",
                    wanted_size, wanted, size, hex);
    else
        replay_pass(replay);
    const tfeed_status status = read_content(path, &content, &error);
    if (status == TFEED_OK && counts_match(&content, facts) &&
        content.pixel_sum == (uint64_t)json_integer_value(json_object_get(facts, "pixel_sum")))
        replay_pass(replay);
    else
        replay_fail(replay, mnist_file, split,
                    "expected its label counts and pixel sum, got sum %" PRIu64 " %s",
                    content.pixel_sum, error.message);
    content_clear(&content);
}

static void replay_conversion(struct replay *replay, const char *idx_folder, const json_t *splits)
{
    struct t_temp_dir folder;
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_dataset_write_report report;
    t_temp_dir_init(&folder);
    const tfeed_status status = tfeed_dataset_convert(tfeed_sources(), "mnist", idx_folder,
                                                      folder.path, NULL, &report, &error);
    if (status != TFEED_OK)
        replay_fail(replay, mnist_file, "complete files", "expected a conversion, got %s",
                    error.message);
    for (size_t i = 0; i < report.n_outputs; i++) {
        const struct tfeed_dataset_output *output = &report.outputs[i];
        if (status == TFEED_OK)
            replay_complete(replay, output->split, output->path,
                            json_object_get(splits, output->split));
    }
    tfeed_dataset_write_report_clear(&report);
    t_temp_dir_clear(&folder);
}

int main(int argc, char **argv)
{
    struct replay replay;
    if (!replay_start(&replay, argc, argv))
        return REPLAY_USAGE;
    json_t *file = replay_open(&replay, mnist_file);
    json_t *splits = json_object_get(file, "splits");
    const char *split;
    json_t *facts;
    json_object_foreach(splits, split, facts) replay_windows(&replay, split, facts);
    const char *idx_folder = getenv("TFEED_MNIST");
    if (file != NULL && idx_folder != NULL && idx_folder[0] != '\0')
        replay_conversion(&replay, idx_folder, splits);
    else
        replay_skip(&replay, "complete MNIST: TFEED_MNIST does not name a folder of idx files");
    json_decref(file);
    return replay_finish(&replay);
}
