/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_print.c - records on standard output.
 */
#include "cli/record_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/console.h"
#include "cli/reading.h"

static enum exit_code take_names(struct record_printer *printer, const char *list)
{
    for (const char *at = list;; at++) {
        const size_t len = strcspn(at, ",");
        if (len == 0) {
            report("--features '%s': a name is empty", list);
            return EXIT_USAGE;
        }
        if (printer->n_names == PRINTING_MAX_NAMES) {
            report("--features: more than %d names", PRINTING_MAX_NAMES);
            return EXIT_USAGE;
        }
        printer->names[printer->n_names].name = at;
        printer->names[printer->n_names++].len = len;
        at += len;
        if (*at == '\0')
            return EXIT_FINE;
    }
}

enum exit_code record_printer_init(struct record_printer *printer, const struct printing *how,
                                   bool json)
{
    *printer = (struct record_printer){.how = how, .json = json};
    if (how->raw && how->features) {
        report("--raw prints whole records, --features a part of them: take one of them");
        return EXIT_USAGE;
    }
    return how->features ? take_names(printer, how->features) : EXIT_FINE;
}

static bool is_wanted(struct record_printer *printer, const char *name, size_t len)
{
    for (size_t i = 0; i < printer->n_names; i++) {
        if (printer->names[i].len == len && memcmp(printer->names[i].name, name, len) == 0) {
            printer->names[i].was_met = true;
            return true;
        }
    }
    return false;
}

static void drop_unwanted(struct record_printer *printer)
{
    struct example_text *text = &printer->text;
    size_t n = 0;

    if (printer->n_names == 0)
        return;
    for (size_t i = 0; i < text->n_features; i++)
        if (is_wanted(printer, text->features[i].name, text->features[i].name_len))
            text->features[n++] = text->features[i];
    text->n_features = n;
    n = 0;
    for (size_t i = 0; i < text->n_lists; i++)
        if (is_wanted(printer, text->lists[i].name, text->lists[i].name_len))
            text->lists[n++] = text->lists[i];
    text->n_lists = n;
}

static void print_raw_json(struct record_printer *printer, const struct tfeed_record_view *record)
{
    struct json_writer *json = &printer->writer;

    json_begin_object(json);
    json_key(json, "raw");
    if (printer->how->utf8 && json_is_text(record->data, record->len))
        json_string_bytes(json, record->data, record->len);
    else
        json_base64(json, record->data, record->len);
    json_end_object(json);
    json_end_line(json);
}

static void print_heading(const char *name, const struct tfeed_record_view *record)
{
    output_name(name);
    output_format(": record %" PRIu64 " at byte %" PRIu64 ", %zu byte%s\n", record->record,
                  record->offset, record->len, plural(record->len));
}

/* Remembers a record that is not what its JSON is turned back into. */
static void note_exactness(struct record_printer *printer, const char *name,
                           const struct tfeed_record_view *record)
{
    if (printer->how->utf8 || printer->how->features || example_text_is_exact(&printer->text))
        return;
    if (printer->n_inexact++ > 0)
        return;
    snprintf(printer->inexact_name, sizeof printer->inexact_name, "%s", name);
    printer->inexact_record = record->record;
}

static void warn_of_inexact(const struct record_printer *printer)
{
    if (printer->n_inexact > 0)
        report("warning: %s: record %" PRIu64 "%s: its JSON becomes a record of equal content, "
               "but not the same bytes (a name twice, unpacked numbers, unknown fields, ...)",
               printer->inexact_name, printer->inexact_record,
               printer->n_inexact > 1 ? " and others" : "");
}

tfeed_status record_printer_text(struct record_printer *printer, const char *name,
                                 const struct tfeed_record_view *record, struct tfeed_error *reterr)
{
    if (printer->how->raw) {
        if (printer->json)
            print_raw_json(printer, record);
        else
            output_bytes(record->data, record->len);
        return TFEED_OK;
    }
    tfeed_status status = example_text_read(&printer->text, record->data, record->len, reterr);
    if (status == TFEED_OK && printer->json)
        note_exactness(printer, name, record);
    drop_unwanted(printer);
    if (status == TFEED_OK && printer->json) {
        status =
            example_text_print_json(&printer->text, &printer->writer, printer->how->utf8, reterr);
    } else if (status == TFEED_OK) {
        print_heading(name, record);
        example_text_print(&printer->text, 2);
    }
    if (status != TFEED_OK) {
        reterr->record = record->record;
        reterr->offset = record->offset;
    }
    return status;
}

enum exit_code record_printer_report(const char *name, const struct tfeed_error *error)
{
    if (error->code != TFEED_INVALID_ARGUMENT)
        return report_error(error);
    report("%s: record %" PRIu64 " at byte %" PRIu64 ": %s; --raw prints what is no Example", name,
           error->record, error->offset, error->message);
    return EXIT_DATA;
}

enum exit_code record_printer_print(struct record_printer *printer, const char *name,
                                    const struct tfeed_record_view *record)
{
    struct tfeed_error error;

    return record_printer_text(printer, name, record, &error) == TFEED_OK
               ? EXIT_FINE
               : record_printer_report(name, &error);
}

void record_printer_fork(const struct record_printer *printer, struct record_printer *ret_fork)
{
    *ret_fork = *printer;
    ret_fork->text = (struct example_text){0};
    ret_fork->writer = (struct json_writer){0};
    ret_fork->n_inexact = 0;
}

void record_printer_join(struct record_printer *printer, struct record_printer *fork)
{
    for (size_t i = 0; i < printer->n_names; i++)
        printer->names[i].was_met = printer->names[i].was_met || fork->names[i].was_met;
    if (printer->n_inexact == 0 && fork->n_inexact > 0) {
        memcpy(printer->inexact_name, fork->inexact_name, sizeof printer->inexact_name);
        printer->inexact_record = fork->inexact_record;
    }
    printer->n_inexact += fork->n_inexact;
    example_text_clear(&fork->text);
}

static void warn_of_index(const struct tfeed_record_getter *getter)
{
    const struct tfeed_error *why = tfeed_record_getter_index_error(getter);

    if (why)
        report("%s; it is left aside", why->message);
}

struct tfeed_record_getter *record_printer_open(const struct reading *reading, const char *name,
                                                enum exit_code *ret_code)
{
    struct tfeed_inspect_options options;
    struct tfeed_record_getter *getter;
    struct tfeed_error error;

    tfeed_inspect_options_init(&options);
    options.reader = reading_reader_options(reading);
    options.progress = reading_show_progress;
    if (tfeed_record_getter_open(name, &options, &getter, &error) != TFEED_OK) {
        *ret_code = report_error(&error);
        return NULL;
    }
    warn_of_index(getter);
    *ret_code = EXIT_FINE;
    return getter;
}

enum exit_code record_printer_end(struct record_printer *printer, enum exit_code code)
{
    /* Where something went wrong, records are missing that may have had it. */
    for (size_t i = 0; i < printer->n_names && code == EXIT_FINE && !output_failed(); i++) {
        if (printer->names[i].was_met)
            continue;
        report("no record that was read has a feature '%.*s'", (int)printer->names[i].len,
               printer->names[i].name);
        code = EXIT_DATA;
    }
    warn_of_inexact(printer);
    example_text_clear(&printer->text);
    return code;
}
