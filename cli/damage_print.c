/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * damage_print.c - what was found in a file that was read to its end.
 */
#include "cli/damage_print.h"

#include <inttypes.h>

#include "cli/console.h"
#include "cli/json_writer.h"

static void print_number(struct json_writer *json, const char *key, uint64_t value)
{
    json_key(json, key);
    if (value == TFEED_NOWHERE)
        json_null(json);
    else
        json_uint(json, value);
}

static void print_text(struct json_writer *json, const char *key, const char *text)
{
    json_key(json, key);
    if (text)
        json_string(json, text);
    else
        json_null(json);
}

static void print_fault(struct json_writer *json, const struct tfeed_dataset_fault *fault)
{
    json_begin_object(json);
    print_number(json, "record", fault->record);
    print_number(json, "offset", fault->offset);
    print_number(json, "end", fault->end_offset);
    print_text(json, "code", tfeed_status_name(fault->code));
    print_text(json, "message", fault->message);
    json_end_object(json);
}

static void print_stopped(struct json_writer *json, const struct tfeed_error *stopped)
{
    json_begin_object(json);
    print_number(json, "record", stopped->record);
    print_number(json, "offset", stopped->offset);
    print_text(json, "code", tfeed_status_name(stopped->code));
    print_text(json, "message", stopped->message);
    json_end_object(json);
}

void damage_print_json(const char *name, const char *out, bool with_index, bool with_schema,
                       const struct tfeed_dataset_verify_report *found,
                       const struct tfeed_error *stopped)
{
    struct json_writer json = {0};

    json_begin_object(&json);
    print_text(&json, "file", name);
    if (out)
        print_text(&json, "out", out);
    print_number(&json, "records", found->n_records);
    print_number(&json, "bytes", found->n_bytes);
    json_key(&json, "ok");
    json_bool(&json, found->is_ok);
    print_text(&json, "cause", found->cause);
    if (found->hint)
        print_text(&json, "hint", found->hint);
    if (found->n_errors > 0)
        print_number(&json, "lost_bytes", found->n_lost_bytes);
    print_number(&json, "errors_total", found->n_errors + (stopped ? 1 : 0));
    if (with_schema)
        print_number(&json, "misfits_total", found->n_misfits);
    json_key(&json, "errors");
    json_begin_array(&json);
    for (size_t i = 0; i < found->n_faults; i++)
        print_fault(&json, &found->faults[i]);
    if (stopped)
        print_stopped(&json, stopped);
    json_end_array(&json);
    if (with_index) {
        json_key(&json, "index");
        json_bool(&json, found->has_index);
    }
    json_end_object(&json);
    json_end_line(&json);
}

void damage_report_fault(const char *message, uint64_t offset, uint64_t end_offset)
{
    if (end_offset == TFEED_NOWHERE || end_offset == offset)
        report("%s", message);
    else
        report("%s (lost: bytes %" PRIu64 " to %" PRIu64 ")", message, offset, end_offset);
}

void damage_report_faults(const char *name, const struct tfeed_dataset_verify_report *found)
{
    if (found->hint)
        report("%s: %s", name, found->hint);
    for (size_t i = 0; i < found->n_faults; i++) {
        const struct tfeed_dataset_fault *fault = &found->faults[i];
        damage_report_fault(fault->message, fault->offset, fault->end_offset);
    }
    if (found->n_errors > found->n_faults)
        report("%s: errors that are not listed: %" PRIu64, name, found->n_errors - found->n_faults);
}
