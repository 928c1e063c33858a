/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_verify_schema.c - records whose bytes are good, checked against a schema.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include <tfeed/datasets.h>
#include <tfeed/schema.h>

#include "tests/support/support.h"
#include "tests/unit/datasets/example_files.h"

/* Files, and {"label": one int64} as the schema. */
struct checked {
    struct example_files made;
    struct tfeed_schema *schema;
    struct tfeed_dataset_verify_options options;
    struct tfeed_dataset_verify_report report;
};

static struct tfeed_schema *schema_of(const char *json)
{
    struct tfeed_schema *schema;
    example_files_must(tfeed_schema_from_json(json, strlen(json), NULL, &schema, NULL));
    return schema;
}

static void checked_init(struct checked *checked)
{
    example_files_init(&checked->made);
    checked->schema = schema_of("{\"tfeed_schema\": 1, \"columns\": [{\"name\": \"label\", "
                                "\"column\": \"fixed\", \"dtype\": \"int64\", \"shape\": []}]}");
    tfeed_dataset_verify_options_init(&checked->options);
    checked->options.file_system = example_files_system(&checked->made);
    checked->options.schema = checked->schema;
}

static void checked_clear(struct checked *checked)
{
    tfeed_schema_unref(checked->schema);
    example_files_clear(&checked->made);
    T_EXPECT_NO_LEAKS(NULL);
}

static void verify(struct checked *checked)
{
    cr_assert_eq(tfeed_dataset_verify("file", &checked->options, &checked->report, NULL), TFEED_OK);
}

/* {"label": [0.5]} */
static void add_misfit(struct example_files *made)
{
    const float value = 0.5F;
    example_files_must(tfeed_example_builder_add_float(made->builder, "label", &value, 1, NULL));
    add_example(made);
}

/* Labels 0 to n - 1; those that `every` divides are floats. */
static void make_mixed(struct example_files *made, int n, int every)
{
    begin_file(made, "file", TFEED_COMPRESSION_NONE);
    for (int i = 0; i < n; i++)
        if (i % every == 0)
            add_misfit(made);
        else
            add_label(made, i);
    end_file(made);
}

Test(verify_schema, file_that_fits_is_ok)
{
    struct checked checked;
    checked_init(&checked);
    for (int compression = TFEED_COMPRESSION_NONE; compression <= TFEED_COMPRESSION_ZLIB;
         compression++) {
        make_labels(&checked.made, "file", 1, 300, (enum tfeed_compression)compression);
        verify(&checked);
        cr_assert(checked.report.is_ok);
        cr_assert_eq(checked.report.n_records, 300);
        cr_assert_eq(checked.report.n_misfits, 0);
        tfeed_dataset_verify_report_clear(&checked.report);
    }
    checked_clear(&checked);
}

Test(verify_schema, misfit_is_a_fault_with_its_place_and_reason)
{
    struct checked checked;
    checked_init(&checked);
    begin_file(&checked.made, "file", TFEED_COMPRESSION_NONE);
    for (int i = 0; i < 200; i++)
        add_label(&checked.made, 1);
    add_misfit(&checked.made);
    add_raw(&checked.made, "\xff", 1);
    add_label(&checked.made, 1);
    end_file(&checked.made);
    verify(&checked);
    const struct tfeed_dataset_verify_report *report = &checked.report;
    cr_assert_not(report->is_ok);
    cr_assert_eq(report->n_records, 201);
    cr_assert(report->n_errors == 2 && report->n_misfits == 2 && report->n_faults == 2);
    cr_assert_null(report->cause, "no byte is damaged");
    cr_assert_eq(report->n_lost_bytes, 0);
    const struct tfeed_dataset_fault *fault = &report->faults[0];
    cr_assert_eq(fault->record, 200);
    cr_assert_eq(fault->offset % 200, 0, "200 records of one length lie before");
    cr_assert_eq(fault->end_offset, fault->offset);
    cr_assert_eq(fault->code, TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(fault->message, "file: record 200 at byte "));
    cr_assert_not_null(strstr(fault->message, "label"));
    cr_assert_not_null(strstr(fault->message, "float but expected type: int64"));
    cr_assert_eq(report->faults[1].record, 201);
    cr_assert_not_null(strstr(report->faults[1].message, "malformed"));
    tfeed_dataset_verify_report_clear(&checked.report);
    checked_clear(&checked);
}

Test(verify_schema, without_a_schema_nothing_is_checked)
{
    struct checked checked;
    checked_init(&checked);
    make_mixed(&checked.made, 10, 2);
    checked.options.schema = NULL;
    verify(&checked);
    cr_assert(checked.report.is_ok);
    cr_assert_eq(checked.report.n_records, 10);
    tfeed_dataset_verify_report_clear(&checked.report);
    checked_clear(&checked);
}

Test(verify_schema, list_is_bounded_and_all_are_counted)
{
    struct checked checked;
    checked_init(&checked);
    make_mixed(&checked.made, 1000, 2);
    for (size_t most = 0; most < 4; most++) {
        checked.options.max_errors = most;
        verify(&checked);
        cr_assert_eq(checked.report.n_faults, most);
        cr_assert_eq(checked.report.n_errors, 500);
        cr_assert_eq(checked.report.n_misfits, 500);
        cr_assert_eq(checked.report.n_records, 500);
        for (size_t i = 0; i < most; i++)
            cr_assert_eq(checked.report.faults[i].record, 2 * i);
        tfeed_dataset_verify_report_clear(&checked.report);
    }
    checked_clear(&checked);
}

Test(verify_schema, cause_and_hint_are_those_of_the_damage_behind_it)
{
    struct checked checked;
    struct tfeed_bytes content;
    checked_init(&checked);
    make_mixed(&checked.made, 10, 5);
    cr_assert_eq(tfeed_memory_files_get(checked.made.files, "file", &content, NULL), TFEED_OK);
    uint8_t *zeros = calloc(1, content.len + 100);
    memcpy(zeros, content.data, content.len);
    cr_assert_eq(tfeed_memory_files_put(checked.made.files, "file", zeros, content.len + 100, NULL),
                 TFEED_OK);
    free(zeros);
    tfeed_block_unref(content.block);
    verify(&checked);
    cr_assert_eq(checked.report.n_errors, 3);
    cr_assert_eq(checked.report.n_misfits, 2);
    cr_assert_eq(checked.report.n_records, 8);
    cr_assert_str_eq(checked.report.cause, "trailing_bytes");
    cr_assert_not_null(strstr(checked.report.hint, "zeros"));
    cr_assert_eq(checked.report.faults[2].code, TFEED_DATA_LOSS);
    tfeed_dataset_verify_report_clear(&checked.report);
    checked_clear(&checked);
}

Test(verify_schema, file_that_does_not_fit_gets_no_index)
{
    struct checked checked;
    struct tfeed_dataset_index_options index;
    struct tfeed_bytes content;
    checked_init(&checked);
    tfeed_dataset_index_options_init(&index);
    checked.options.index = &index;
    make_mixed(&checked.made, 1000, 999);
    verify(&checked);
    cr_assert_eq(checked.report.n_misfits, 2);
    cr_assert_not(checked.report.has_index);
    tfeed_dataset_verify_report_clear(&checked.report);
    cr_assert_eq(tfeed_memory_files_get(checked.made.files, "file.tfidx", &content, NULL),
                 TFEED_NOT_FOUND);
    make_labels(&checked.made, "file", 1, 300, TFEED_COMPRESSION_NONE);
    verify(&checked);
    cr_assert(checked.report.has_index);
    tfeed_dataset_verify_report_clear(&checked.report);
    checked_clear(&checked);
}

/* Large enough to be cut into parts: 24 MB. */
Test(verify_schema, several_threads_report_what_one_does)
{
    enum { N_LARGE = 24000, BLOB_BYTES = 1000, MOST = 50 };
    static const uint8_t blob[BLOB_BYTES];
    struct tfeed_bytes bytes = {.data = blob, .len = sizeof blob};
    struct tfeed_dataset_verify_report first = {0};
    struct checked checked;
    checked_init(&checked);
    checked.options.max_errors = MOST;
    begin_file(&checked.made, "file", TFEED_COMPRESSION_NONE);
    for (int i = 0; i < N_LARGE; i++) {
        struct tfeed_example_builder *builder = checked.made.builder;
        example_files_must(tfeed_example_builder_add_bytes(builder, "blob", &bytes, 1, NULL));
        if (i % 1001 == 1000)
            add_misfit(&checked.made);
        else
            add_label(&checked.made, i);
    }
    end_file(&checked.made);
    damage_file(&checked.made, "file", 9000000);
    damage_file(&checked.made, "file", 17000000);
    for (uint32_t n_threads = 1; n_threads <= 4; n_threads++) {
        checked.options.n_threads = n_threads;
        verify(&checked);
        if (n_threads == 1) {
            first = checked.report;
            cr_assert_eq(first.n_misfits, N_LARGE / 1001);
            cr_assert_eq(first.n_errors, first.n_misfits + 2);
            continue;
        }
        cr_assert_eq(checked.report.n_records, first.n_records);
        cr_assert_eq(checked.report.n_misfits, first.n_misfits);
        cr_assert_eq(checked.report.n_errors, first.n_errors);
        cr_assert_eq(checked.report.n_faults, first.n_faults);
        for (size_t i = 0; i < first.n_faults; i++)
            cr_assert_str_eq(checked.report.faults[i].message, first.faults[i].message);
        tfeed_dataset_verify_report_clear(&checked.report);
    }
    tfeed_dataset_verify_report_clear(&first);
    checked_clear(&checked);
}

/* ------------------------------------------------------- SequenceExamples */

/* {"pos": lists of one float} is what is wanted. */
static struct tfeed_sequence_schema *sequence_schema(void)
{
    static const char json[] = "{\"tfeed_schema\": 1, \"columns\": [], \"lists\": [{\"name\": "
                               "\"pos\", \"list\": \"fixed\", \"dtype\": \"float32\", \"shape\": "
                               "[]}]}";
    struct tfeed_sequence_schema *schema;
    example_files_must(tfeed_sequence_schema_from_json(json, sizeof json - 1, NULL, &schema, NULL));
    return schema;
}

/* A record for each: the step of "pos" has so many floats, or is one value of so many bytes. */
static void make_records(struct example_files *made, const size_t *lengths, size_t n, bool is_bytes)
{
    static const float values[] = {1, 2, 3};
    struct tfeed_sequence_builder *builder;
    example_files_must(tfeed_sequence_builder_new(NULL, &builder, NULL));
    begin_file(made, "file", TFEED_COMPRESSION_NONE);
    for (size_t i = 0; i < n; i++) {
        const struct tfeed_bytes frame = {(const uint8_t *)"frame", lengths[i], NULL};
        const uint8_t *data;
        size_t len;
        example_files_must(tfeed_sequence_builder_begin_list(builder, "pos", NULL));
        if (is_bytes)
            example_files_must(tfeed_sequence_builder_step_bytes(builder, &frame, 1, NULL));
        else
            example_files_must(
                tfeed_sequence_builder_step_float(builder, values, lengths[i], NULL));
        example_files_must(tfeed_sequence_builder_end_list(builder, NULL));
        example_files_must(tfeed_sequence_builder_finish(builder, &data, &len, NULL));
        add_raw(made, data, len);
        tfeed_sequence_builder_clear(builder);
    }
    end_file(made);
    tfeed_sequence_builder_free(builder);
}

static void make_steps(struct example_files *made, const size_t *n_values, size_t n)
{
    make_records(made, n_values, n, false);
}

static void make_frames(struct example_files *made, const size_t *n_bytes, size_t n)
{
    make_records(made, n_bytes, n, true);
}

Test(verify_schema, steps_of_sequences_are_checked)
{
    static const size_t n_values[] = {1, 1, 2, 1, 0};
    struct checked checked;
    checked_init(&checked);
    struct tfeed_sequence_schema *schema = sequence_schema();
    checked.options.schema = NULL;
    checked.options.sequence_schema = schema;
    make_steps(&checked.made, n_values, 5);
    verify(&checked);
    cr_assert_eq(checked.report.n_records, 3);
    cr_assert_eq(checked.report.n_misfits, 2);
    cr_assert_eq(checked.report.faults[0].record, 2);
    cr_assert_eq(checked.report.faults[1].record, 4);
    cr_assert_not_null(strstr(checked.report.faults[0].message, "pos, Index: 0"));
    tfeed_dataset_verify_report_clear(&checked.report);
    tfeed_sequence_schema_unref(schema);
    checked_clear(&checked);
}

Test(verify_schema, steps_that_are_decoded_are_checked)
{
    static const char json[] = "{\"tfeed_schema\": 1, \"columns\": [], \"lists\": [{\"name\": "
                               "\"pos\", \"list\": \"decoded\", \"dtype\": \"int16\", \"shape\": "
                               "[2], \"decoding\": \"raw\"}]}";
    static const size_t n_bytes[] = {4, 4, 3, 4};
    struct checked checked;
    struct tfeed_sequence_schema *schema;
    checked_init(&checked);
    example_files_must(tfeed_sequence_schema_from_json(json, sizeof json - 1, NULL, &schema, NULL));
    checked.options.schema = NULL;
    checked.options.sequence_schema = schema;
    make_frames(&checked.made, n_bytes, 4);
    verify(&checked);
    cr_assert_eq(checked.report.n_records, 3);
    cr_assert_eq(checked.report.n_misfits, 1);
    cr_assert_eq(checked.report.faults[0].record, 2);
    cr_assert_not_null(strstr(checked.report.faults[0].message,
                              "Key: pos, Index: 0.  Raw value of 3 bytes, expected 4."));
    tfeed_dataset_verify_report_clear(&checked.report);
    tfeed_sequence_schema_unref(schema);
    checked_clear(&checked);
}

/* ------------------------------------------------------------------ faults */

Test(verify_schema, options_that_do_not_go_together_are_refused)
{
    struct checked checked;
    checked_init(&checked);
    struct tfeed_sequence_schema *sequences = sequence_schema();
    struct tfeed_schema *empty = schema_of("{\"tfeed_schema\": 1, \"columns\": []}");
    struct tfeed_dataset_verify_options *options = &checked.options;
    make_labels(&checked.made, "file", 1, 3, TFEED_COMPRESSION_NONE);
    options->headers_only = true;
    cr_assert_eq(tfeed_dataset_verify("file", options, &checked.report, NULL),
                 TFEED_INVALID_ARGUMENT);
    options->headers_only = false;
    options->sequence_schema = sequences;
    cr_assert_eq(tfeed_dataset_verify("file", options, &checked.report, NULL),
                 TFEED_INVALID_ARGUMENT);
    options->sequence_schema = NULL;
    options->schema = empty;
    cr_assert_eq(tfeed_dataset_verify("file", options, &checked.report, NULL),
                 TFEED_INVALID_ARGUMENT);
    tfeed_schema_unref(empty);
    tfeed_sequence_schema_unref(sequences);
    checked_clear(&checked);
}

Test(verify_schema, repair_does_not_look_at_it)
{
    struct checked checked;
    struct tfeed_dataset_repair_options options;
    checked_init(&checked);
    make_mixed(&checked.made, 10, 2);
    tfeed_dataset_repair_options_init(&options);
    options.read = checked.options;
    cr_assert_eq(tfeed_dataset_repair("file", "out", &options, &checked.report, NULL), TFEED_OK);
    cr_assert_eq(checked.report.n_records, 10);
    cr_assert(checked.report.is_ok);
    tfeed_dataset_verify_report_clear(&checked.report);
    checked_clear(&checked);
}

Test(verify_schema, failed_allocation_leaves_nothing_behind)
{
    struct checked checked;
    checked_init(&checked);
    struct tfeed_sequence_schema *sequences = sequence_schema();
    make_mixed(&checked.made, 300, 7);
    for (int i = 0; i < 2; i++)
        T_FAIL_EACH_ALLOC(allocator, {
            checked.options.schema = i == 0 ? checked.schema : NULL;
            checked.options.sequence_schema = i == 0 ? NULL : sequences;
            checked.options.allocator = allocator;
            T_EXPECT_ALLOC_STATUS(
                tfeed_dataset_verify("file", &checked.options, &checked.report, NULL));
            tfeed_dataset_verify_report_clear(&checked.report);
        });
    tfeed_sequence_schema_unref(sequences);
    checked_clear(&checked);
}
