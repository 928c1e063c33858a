/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * resume.c - a training that is killed goes on with the very next row.
 *
 * Beside the model a program saves the loader's state: a short text that says which rows have been
 * handed out. Batches that came after the last save are lost with the model's steps on them: both
 * begin again at the same place. The rows are then those of a run that nobody disturbed, with any
 * number of workers. TensorFlow's queues have no such thing, they begin the epoch anew.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/loader.h>

#include "examples/numbers.h"

enum { N_FILES = 3, N_PER_FILE = 8, N_RECORDS = N_FILES * N_PER_FILE, N_EPOCHS = 2 };
enum { BATCH_SIZE = 4, MAX_ROWS = N_RECORDS * N_EPOCHS, STATE_BYTES = 65536 };
enum { SAVE_AFTER = 4, KILL_AFTER = 6 }; /* batches */

struct rows {
    int n;
    int64_t numbers[MAX_ROWS];
};

/* ------------------------------------------------------------------------ the state's file */

static tfeed_status fail(struct tfeed_error *error, const char *what, const char *path)
{
    snprintf(error->message, sizeof error->message, "%s %.200s: %s", what, path, strerror(errno));
    return TFEED_UNKNOWN;
}

/* The old state stays until the new one is whole: a kill in between does no harm. */
static tfeed_status save(struct tfeed_loader *loader, const char *path, struct tfeed_error *error)
{
    char new_path[NUMBERS_PATH_BYTES + 16];
    snprintf(new_path, sizeof new_path, "%s.new", path);
    struct tfeed_bytes state;
    tfeed_status status = tfeed_loader_save_state(loader, &state, error);
    if (status != TFEED_OK)
        return status;
    FILE *file = fopen(new_path, "wb");
    bool is_written = file != NULL && fwrite(state.data, 1, state.len, file) == state.len;
    if (file != NULL && fclose(file) != 0)
        is_written = false;
    tfeed_block_unref(state.block);
    return is_written && rename(new_path, path) == 0 ? TFEED_OK : fail(error, "write", path);
}

static tfeed_status read_state(const char *path, char text[STATE_BYTES], struct tfeed_error *error)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return fail(error, "read", path);
    size_t len = fread(text, 1, STATE_BYTES - 1, file);
    text[len] = '\0';
    bool is_read = feof(file) && !ferror(file);
    fclose(file);
    return is_read ? TFEED_OK : fail(error, "read", path);
}

/* ----------------------------------------------------------------------------- the training */

static tfeed_status open_loader(const char *pattern, const char *state,
                                struct tfeed_loader **ret_loader, struct tfeed_error *error)
{
    struct tfeed_loader_options options;
    tfeed_loader_options_init(&options);
    options.batch_size = BATCH_SIZE;
    options.n_epochs = N_EPOCHS;
    options.shuffle_records = N_RECORDS;
    options.state = state;
    struct tfeed_schema *schema = NULL;
    tfeed_status status = numbers_schema(&schema, error);
    if (status == TFEED_OK)
        status = tfeed_loader_open(pattern, schema, &options, ret_loader, error);
    tfeed_schema_unref(schema);
    return status;
}

static void add_rows(struct rows *rows, const struct tfeed_batch *batch)
{
    for (int64_t i = 0; i < tfeed_batch_n_rows(batch) && rows->n < MAX_ROWS; i++)
        rows->numbers[rows->n++] = tfeed_batch_int64s(batch, 0)[i];
}

/* Trains from `state` on (NULL: from the beginning) to the end. With save_to it saves in the
 * middle, and is killed soon after. */
static tfeed_status train(const char *pattern, const char *state, const char *save_to,
                          struct rows *rows, struct tfeed_error *error)
{
    struct tfeed_loader *loader = NULL;
    tfeed_status status = open_loader(pattern, state, &loader, error);
    for (int n = 0; status == TFEED_OK && (save_to == NULL || n < KILL_AFTER); n++) {
        struct tfeed_batch *batch = NULL;
        if (save_to != NULL && n == SAVE_AFTER)
            status = save(loader, save_to, error);
        if (status == TFEED_OK)
            status = tfeed_loader_next(loader, &batch, error);
        if (status == TFEED_OK)
            add_rows(rows, batch);
        tfeed_batch_unref(batch);
    }
    tfeed_loader_close(loader);
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

static void print_rows(const char *name, const struct rows *rows)
{
    printf("%s:", name);
    for (int i = 0; i < rows->n; i++)
        printf(" %" PRId64, rows->numbers[i]);
    putchar('\n');
}

static tfeed_status run(const struct numbers *files, struct tfeed_error *error)
{
    char path[NUMBERS_PATH_BYTES + 8];
    char state[STATE_BYTES];
    struct rows undisturbed = {0};
    struct rows resumed = {0};
    snprintf(path, sizeof path, "%s/state", files->folder);
    tfeed_status status = train(files->pattern, NULL, NULL, &undisturbed, error);
    if (status == TFEED_OK)
        status = train(files->pattern, NULL, path, &resumed, error);
    if (status == TFEED_OK)
        status = read_state(path, state, error);
    if (status != TFEED_OK)
        return status;

    print_rows("until the kill", &resumed);
    resumed.n = SAVE_AFTER * BATCH_SIZE; /* what the saved model has been trained on */
    status = train(files->pattern, state, NULL, &resumed, error);
    if (status != TFEED_OK)
        return status;

    print_rows("save, then resumed", &resumed);
    print_rows("undisturbed", &undisturbed);
    const size_t n_bytes = sizeof undisturbed.numbers[0] * (size_t)undisturbed.n;
    bool is_same =
        resumed.n == undisturbed.n && memcmp(resumed.numbers, undisturbed.numbers, n_bytes) == 0;
    printf("the same rows: %s\n", is_same ? "yes" : "no");
    return TFEED_OK;
}

int main(void)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct numbers files = {.folder = ""};
    tfeed_status status = numbers_write(&files, N_FILES, N_PER_FILE, &error);
    if (status == TFEED_OK)
        status = run(&files, &error);
    numbers_remove(&files);
    if (status == TFEED_OK)
        return EXIT_SUCCESS;
    fprintf(stderr, "resume: %s\n", error.message);
    return EXIT_FAILURE;
}
