/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * reading.c - what all commands that read record files share.
 */
#include "cli/reading.h"

#include <stdatomic.h>
#include <stdlib.h>

#include <tfeed/in_order.h>

#include "cli/console.h"
#include "cli/inputs.h"
#include "cli/stop.h"

/* Only one thread may write on the terminal. Set before any other begins, as the next. */
static bool one_at_a_time;
static size_t file_threads = 1;

uint32_t reading_file_threads(void)
{
    return (uint32_t)file_threads;
}

static enum exit_code visit_each(const struct tfeed_file_list *inputs, visit_fn visit, void *state)
{
    enum exit_code code = EXIT_FINE;
    uint64_t bytes_before = 0;

    for (size_t i = 0; i < inputs->n_files && !output_failed(); i++) {
        const char *name = inputs->paths[i];
        stop_reading(name);
        progress_file(name, bytes_before);
        code = exit_code_worst(code, visit(state, name));
        output_flush();
        if (inputs->sizes[i] != TFEED_SIZE_UNKNOWN)
            bytes_before += inputs->sizes[i];
    }
    stop_reading(NULL);
    return code;
}

enum exit_code reading_visit_files(const struct reading *reading, const struct operands *operands,
                                   visit_fn visit, void *state)
{
    struct tfeed_file_list inputs;
    enum exit_code code = inputs_find(&inputs, operands, NULL);

    if (code == EXIT_FINE) {
        progress_start((enum progress_when)reading->progress, inputs_total_bytes(&inputs));
        one_at_a_time = true;
        code = visit_each(&inputs, visit, state);
        progress_end();
    }
    tfeed_file_list_clear(&inputs);
    return code;
}

/* ---------------------------------------------------- several files at once */

/* The files of a command, and what came of each of them. */
struct visit {
    const struct tfeed_file_list *inputs;
    size_t result_bytes;
    reading_work_fn work;
    reading_done_fn done;
    void *state;
    void **results; /* [n_files]; NULL: there was no memory */
    uint64_t bytes_before;
    enum exit_code code;
    atomic_bool stopped; /* nothing more can be printed: no file is begun */
};

bool reading_show_progress(void *user_data, uint64_t n_records, uint64_t n_total, uint64_t n_bytes)
{
    (void)user_data;
    (void)n_records;
    (void)n_total;
    if (one_at_a_time)
        progress_update(n_bytes);
    return true;
}

void reading_one_at_a_time(void)
{
    one_at_a_time = true;
}

static void work_on_file(void *user_data, size_t i)
{
    struct visit *visit = user_data;
    const char *name = visit->inputs->paths[i];

    if (atomic_load(&visit->stopped))
        return;
    stop_reading(name);
    if (one_at_a_time)
        progress_file(name, visit->bytes_before);
    visit->results[i] = calloc(1, visit->result_bytes);
    if (visit->results[i])
        visit->work(visit->state, name, visit->results[i]);
    stop_reading(NULL);
}

static bool file_is_done(void *user_data, size_t i)
{
    struct visit *visit = user_data;
    const char *name = visit->inputs->paths[i];
    enum exit_code code = EXIT_FINE;

    if (visit->results[i]) {
        code = visit->done(visit->state, name, visit->results[i]);
    } else if (!atomic_load(&visit->stopped)) {
        report("%s: no memory", name);
        code = EXIT_IO;
    }
    free(visit->results[i]);
    visit->results[i] = NULL;
    visit->code = exit_code_worst(visit->code, code);
    output_flush();
    if (visit->inputs->sizes[i] != TFEED_SIZE_UNKNOWN)
        visit->bytes_before += visit->inputs->sizes[i];
    progress_file(name, visit->bytes_before);
    progress_update(0);
    atomic_store(&visit->stopped, output_failed());
    return true; /* so that every result is freed */
}

static enum exit_code visit_at_once(struct visit *visit, size_t n_threads)
{
    const size_t n_files = visit->inputs->n_files;
    struct tfeed_error error;

    visit->results = calloc(n_files, sizeof *visit->results);
    if (!visit->results) {
        report("no memory for %zu files", n_files);
        return EXIT_IO;
    }
    one_at_a_time = n_files == 1 || n_threads == 1;
    file_threads = n_files == 1 ? n_threads : 1;
    const tfeed_status status =
        tfeed_in_order(n_files, n_threads, work_on_file, file_is_done, visit, &error);
    free(visit->results);
    return status == TFEED_OK ? visit->code : report_error(&error);
}

enum exit_code reading_visit_at_once(const struct reading *reading, const struct operands *operands,
                                     size_t result_bytes, reading_work_fn work,
                                     reading_done_fn done, void *state)
{
    struct tfeed_file_list inputs;
    struct visit visit = {.inputs = &inputs,
                          .result_bytes = result_bytes,
                          .work = work,
                          .done = done,
                          .state = state};
    enum exit_code code = inputs_find(&inputs, operands, NULL);

    if (code == EXIT_FINE) {
        progress_start((enum progress_when)reading->progress, inputs_total_bytes(&inputs));
        code = visit_at_once(&visit, (size_t)reading->threads);
        progress_end();
    }
    tfeed_file_list_clear(&inputs);
    return code;
}

/* -------------------------------------------------------------------- one */

struct tfeed_record_reader_options reading_reader_options(const struct reading *reading)
{
    struct tfeed_record_reader_options options;

    tfeed_record_reader_options_init(&options);
    options.compression = (enum tfeed_compression)reading->compression;
    return options;
}
