/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_print.h - records on standard output, in the forms that `cat`, `head` and `get` share.
 */
#ifndef CLI_RECORD_PRINT_H
#define CLI_RECORD_PRINT_H

#include <stdbool.h>
#include <stddef.h>

#include <tfeed/inspect.h>
#include <tfeed/records.h>

#include "cli/command.h"
#include "cli/example_text.h"
#include "cli/json_writer.h"
#include "cli/options.h"

/** A member `printing` of the command's values. */
struct printing {
    const char *features; /**< "NAME,NAME", NULL: all */
    bool raw;
    bool utf8;
};

/** Their rows in the option table of a command whose values are `type`. */
#define PRINTING_OPTIONS(type)                                                                     \
    {.name = "features",                                                                           \
     .kind = OPTION_TEXT,                                                                          \
     .offset = offsetof(type, printing.features),                                                  \
     .argument = "NAME,...",                                                                       \
     .help = "only these features, in the record's own order"},                                    \
        {.name = "raw",                                                                            \
         .kind = OPTION_FLAG,                                                                      \
         .offset = offsetof(type, printing.raw),                                                   \
         .help = "the bytes of the records, whatever they hold"},                                  \
    {                                                                                              \
        .name = "utf8", .kind = OPTION_FLAG, .offset = offsetof(type, printing.utf8),              \
        .help = "in JSON: bytes that are UTF-8 text as text"                                       \
    }

enum { PRINTING_MAX_NAMES = 256 };

/** What prints records, and memory that is kept from one to the next. */
struct record_printer {
    const struct printing *how;
    bool json;
    struct example_text text;
    struct json_writer writer;
    uint64_t n_inexact; /**< records whose JSON does not become the same bytes again */
    char inexact_name[TFEED_ERROR_PATH_BYTES]; /**< the first of them: its file, cut if long */
    uint64_t inexact_record;
    size_t n_names;
    struct {
        const char *name; /**< not NUL-terminated */
        size_t len;
        bool was_met;
    } names[PRINTING_MAX_NAMES];
};

/** EXIT_USAGE with a message when the options do not fit together. */
enum exit_code record_printer_init(struct record_printer *printer, const struct printing *how,
                                   bool json);

/** Prints a record of file `name`; a message when it is no Example, or on no memory. */
enum exit_code record_printer_print(struct record_printer *printer, const char *name,
                                    const struct tfeed_record_view *record);

/** Prints the records of a file from where the reader stands, at most n_records of them, with the
 *  text made on n_threads threads (0: one a processor): messages say what is wrong. */
enum exit_code record_printer_rest(struct record_printer *printer, const char *name,
                                   struct tfeed_record_reader *reader, uint64_t n_records,
                                   size_t n_threads, uint64_t *ret_n_printed);

/*
 * The parts of the above, for printers on several threads.
 */

/** A printer that prints as the other does, for another thread. */
void record_printer_fork(const struct record_printer *printer, struct record_printer *ret_fork);

/** Frees it; what it has noticed is the other's. In the order of the records. */
void record_printer_join(struct record_printer *printer, struct record_printer *fork);

/** As record_printer_print, without a message: the error tells, with record and offset. */
TFEED_MUST_USE tfeed_status record_printer_text(struct record_printer *printer, const char *name,
                                                const struct tfeed_record_view *record,
                                                struct tfeed_error *reterr);

/** The message and code for it. */
enum exit_code record_printer_report(const char *name, const struct tfeed_error *error);

struct reading;

/** Opens a file to print records of it by their numbers, with its index where there is one; NULL
 *  with a message when it cannot. */
struct tfeed_record_getter *record_printer_open(const struct reading *reading, const char *name,
                                                enum exit_code *ret_code);

/** Frees it. `code`, or EXIT_DATA with a message where a name of --features was never met. */
enum exit_code record_printer_end(struct record_printer *printer, enum exit_code code);

#endif
