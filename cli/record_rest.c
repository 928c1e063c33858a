/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_rest.c - all records of a file on standard output, made into text by several threads.
 *
 *      reader ──▶ run run run run … ──▶ text text text text … ──▶ standard output
 *      this thread, checksums too       any thread                this thread, in order
 *
 * To read and check a record costs little, to write it as text much. A batch of runs is read, then
 * made into text and printed; their blocks are held meanwhile, so it is bounded by bytes too.
 */
#include "cli/record_print.h"

#include <stdlib.h>
#include <string.h>

#include <tfeed/in_order.h>

#include "cli/console.h"
#include "cli/progress.h"
#include "cli/stop.h"

enum { RUN_RECORDS = 128, BATCH_RUNS = 64, BATCH_BYTES = 16 << 20 };

struct run {
    struct tfeed_record_view views[RUN_RECORDS];
    size_t n_views;
    struct record_printer printer;
    struct output_capture text;
    struct tfeed_error error; /* code OK: all of it is text. Others mean something then only */
    uint64_t n_printed;
};

struct rest {
    struct record_printer *printer;
    const char *name;
    struct tfeed_record_reader *reader;
    uint64_t n_left;
    uint64_t n_printed;
    size_t max_runs; /* of a batch */
    struct run *runs;
    size_t n_runs;
    enum exit_code code;
};

static void make_text(void *user_data, size_t i)
{
    struct rest *rest = user_data;
    struct run *run = &rest->runs[i];

    stop_reading(rest->name);
    output_redirect(&run->text);
    tfeed_status status = TFEED_OK;
    for (size_t k = 0; k < run->n_views && status == TFEED_OK; k++) {
        status = record_printer_text(&run->printer, rest->name, &run->views[k], &run->error);
        run->n_printed += status == TFEED_OK;
    }
    run->error.code = status;
    output_redirect(NULL);
    if (run->text.has_failed)
        run->error = (struct tfeed_error){.code = TFEED_RESOURCE_EXHAUSTED,
                                          .message = "no memory to print records"};
}

static bool print_text(void *user_data, size_t i)
{
    struct rest *rest = user_data;
    struct run *run = &rest->runs[i];

    progress_update(run->views[0].offset);
    if (!run->text.has_failed)
        output_bytes(run->text.data, run->text.len);
    rest->n_printed += run->n_printed;
    if (run->error.code != TFEED_OK)
        rest->code = record_printer_report(rest->name, &run->error);
    else if (stop_requested())
        rest->code = EXIT_INTERRUPTED;
    record_printer_join(rest->printer, &run->printer);
    output_capture_clear(&run->text);
    return rest->code == EXIT_FINE && !output_failed();
}

/* Reads the runs of a batch, and holds their blocks. What the reader says last. */
static tfeed_status read_batch(struct rest *rest, struct tfeed_error *reterr)
{
    size_t n_bytes = 0;
    tfeed_status status = TFEED_OK;

    rest->n_runs = 0;
    while (rest->n_runs < rest->max_runs && n_bytes < BATCH_BYTES && rest->n_left > 0) {
        struct run *run = &rest->runs[rest->n_runs];
        const size_t most = rest->n_left < RUN_RECORDS ? (size_t)rest->n_left : (size_t)RUN_RECORDS;
        status =
            tfeed_record_reader_next_run(rest->reader, run->views, most, &run->n_views, reterr);
        if (status != TFEED_OK)
            break;
        for (size_t i = 0; i < run->n_views; i++) {
            tfeed_block_ref(run->views[i].block);
            n_bytes += run->views[i].len;
        }
        record_printer_fork(rest->printer, &run->printer);
        run->n_printed = 0;
        run->error.code = TFEED_OK;
        rest->n_left -= run->n_views;
        rest->n_runs++;
    }
    return status;
}

static void end_batch(struct rest *rest)
{
    for (size_t i = 0; i < rest->n_runs; i++) {
        struct run *run = &rest->runs[i];
        for (size_t k = 0; k < run->n_views; k++)
            tfeed_block_unref(run->views[k].block);
        example_text_clear(&run->printer.text); /* of those that were not printed */
        output_capture_clear(&run->text);
    }
}

static enum exit_code print_all(struct rest *rest, size_t n_threads)
{
    struct tfeed_error read_error;
    struct tfeed_error error;
    tfeed_status status = TFEED_OK;

    while (status == TFEED_OK && rest->n_left > 0) {
        status = read_batch(rest, &read_error);
        if (tfeed_in_order(rest->n_runs, n_threads, make_text, print_text, rest, &error) !=
            TFEED_OK)
            rest->code = report_error(&error);
        end_batch(rest);
        if (rest->code != EXIT_FINE || output_failed())
            return rest->code;
    }
    return status == TFEED_OK || status == TFEED_OUT_OF_RANGE ? EXIT_FINE
                                                              : report_error(&read_error);
}

enum exit_code record_printer_rest(struct record_printer *printer, const char *name,
                                   struct tfeed_record_reader *reader, uint64_t n_records,
                                   size_t n_threads, uint64_t *ret_n_printed)
{
    /* What comes through a pipe is printed as it comes. */
    const bool is_alone = n_threads == 1 || strcmp(name, "-") == 0;
    struct rest rest = {.printer = printer,
                        .name = name,
                        .reader = reader,
                        .n_left = n_records,
                        .max_runs = is_alone ? 1 : BATCH_RUNS,
                        .code = EXIT_FINE};

    *ret_n_printed = 0;
    rest.runs = calloc(rest.max_runs, sizeof *rest.runs);
    if (!rest.runs) {
        report("no memory to print records");
        return EXIT_IO;
    }
    const enum exit_code code = print_all(&rest, n_threads);
    *ret_n_printed = rest.n_printed;
    free(rest.runs);
    return code;
}
