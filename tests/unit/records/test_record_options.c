/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_record_options.c - defaults, ranges, and structs of older programs.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stddef.h>

#include <tfeed/records.h>

#include "records/records_internal.h"
#include "tests/support/scripted_files.h"
#include "tests/support/support.h"

Test(record_options, defaults_are_the_documented_ones)
{
    struct tfeed_record_reader_options reader;
    struct tfeed_record_writer_options writer;
    tfeed_record_reader_options_init(&reader);
    cr_assert_eq(reader.struct_size, sizeof reader);
    cr_assert_eq(reader.compression, TFEED_COMPRESSION_AUTO);
    cr_assert_eq(reader.tail, TFEED_TAIL_STRICT);
    cr_assert_eq(reader.map, TFEED_MAP_AUTO);
    cr_assert_not(reader.skip_checksums);
    cr_assert_eq(reader.max_record_bytes, (uint64_t)256 << 20);
    tfeed_record_writer_options_init(&writer);
    cr_assert_eq(writer.struct_size, sizeof writer);
    cr_assert_eq(writer.compression, TFEED_COMPRESSION_NONE);
    cr_assert_eq(writer.compression_level, -1);
    cr_assert_eq(writer.mem_level, 9);
    cr_assert_not(writer.overwrite);
}

Test(record_options, null_stands_for_the_defaults)
{
    struct tfeed_record_reader_options reader;
    struct tfeed_record_writer_options writer;
    cr_assert_eq(tfi_record_reader_options_resolve(NULL, &reader, NULL), TFEED_OK);
    cr_assert_eq(reader.file_system, tfeed_local_files());
    cr_assert_eq(tfi_record_writer_options_resolve(NULL, &writer, NULL), TFEED_OK);
    cr_assert_eq(writer.file_system, tfeed_local_files());
}

Test(record_options, shorter_struct_of_an_older_program_keeps_later_defaults)
{
    struct tfeed_record_reader_options given;
    struct tfeed_record_reader_options resolved;
    tfeed_record_reader_options_init(&given);
    given.struct_size = offsetof(struct tfeed_record_reader_options, max_record_bytes);
    given.tail = TFEED_TAIL_TENSORFLOW;
    given.max_record_bytes = 1; /* not part of what the program knew */
    cr_assert_eq(tfi_record_reader_options_resolve(&given, &resolved, NULL), TFEED_OK);
    cr_assert_eq(resolved.tail, TFEED_TAIL_TENSORFLOW);
    cr_assert_eq(resolved.max_record_bytes, TFEED_RECORD_DEFAULT_LIMIT_BYTES);
}

Test(record_options, struct_size_that_cannot_be_is_refused)
{
    struct tfeed_record_reader_options given = {.struct_size = 0};
    struct tfeed_record_reader_options resolved;
    struct tfeed_error error;
    cr_assert_eq(tfi_record_reader_options_resolve(&given, &resolved, &error),
                 TFEED_INVALID_ARGUMENT);
    given.struct_size = sizeof given + 1;
    cr_assert_eq(tfi_record_reader_options_resolve(&given, &resolved, &error),
                 TFEED_INVALID_ARGUMENT);
}

Test(record_options, reader_values_outside_their_enums_are_refused)
{
    struct tfeed_record_reader_options given;
    struct tfeed_record_reader_options resolved;
    tfeed_record_reader_options_init(&given);
    given.compression = (enum tfeed_compression)9;
    cr_assert_eq(tfi_record_reader_options_resolve(&given, &resolved, NULL),
                 TFEED_INVALID_ARGUMENT);
    tfeed_record_reader_options_init(&given);
    given.tail = (enum tfeed_tail)2;
    cr_assert_eq(tfi_record_reader_options_resolve(&given, &resolved, NULL),
                 TFEED_INVALID_ARGUMENT);
    tfeed_record_reader_options_init(&given);
    given.map = (enum tfeed_map)2;
    cr_assert_eq(tfi_record_reader_options_resolve(&given, &resolved, NULL),
                 TFEED_INVALID_ARGUMENT);
}

Test(record_options, incomplete_file_system_is_refused)
{
    struct t_scripted_files files;
    struct tfeed_record_reader_options given;
    struct tfeed_record_reader_options resolved;
    t_scripted_files_init(&files, NULL, 0);
    files.table.read = NULL;
    tfeed_record_reader_options_init(&given);
    given.file_system = &files.table;
    cr_assert_eq(tfi_record_reader_options_resolve(&given, &resolved, NULL),
                 TFEED_INVALID_ARGUMENT);
}

/* Options that zlib does not take; open says so, and makes no file. */
struct refusal {
    int level;
    int mem_level;
    int strategy;
    int window_bits;
    int flush_mode;
};

ParameterizedTestParameters(record_options, writer_values_outside_zlibs_ranges_are_refused)
{
    static struct refusal refusals[] = {
        {10, 9, 0, 0, 0}, {-2, 9, 0, 0, 0},  {6, 0, 0, 0, 0},  {6, 10, 0, 0, 0},
        {6, 9, 5, 0, 0},  {6, 9, -1, 0, 0},  {6, 9, 0, 7, 0},  {6, 9, 0, 16, 0},
        {6, 9, 0, 32, 0}, {6, 9, 0, -16, 0}, {6, 9, 0, 0, -1}, {6, 9, 0, 0, 6},
    };
    return cr_make_param_array(struct refusal, refusals, sizeof refusals / sizeof refusals[0]);
}

ParameterizedTest(struct refusal *refusal, record_options,
                  writer_values_outside_zlibs_ranges_are_refused)
{
    struct t_scripted_files files;
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer = NULL;
    struct tfeed_error error;
    t_scripted_files_init(&files, NULL, 0);
    tfeed_record_writer_options_init(&options);
    options.file_system = &files.table;
    options.compression = TFEED_COMPRESSION_ZLIB;
    options.compression_level = refusal->level;
    options.mem_level = refusal->mem_level;
    options.compression_strategy = refusal->strategy;
    options.window_bits = refusal->window_bits;
    options.flush_mode = refusal->flush_mode;
    cr_assert_eq(tfeed_record_writer_open("f", &options, &writer, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_null(writer);
    cr_assert_eq(files.n_open_outputs + files.n_discarded, 0);
    options.compression = TFEED_COMPRESSION_NONE; /* where they mean nothing */
    cr_assert_eq(tfeed_record_writer_open("f", &options, &writer, &error), TFEED_OK);
    tfeed_record_writer_free(writer);
    t_scripted_files_clear(&files);
    cr_assert_not(t_has_leaks());
}

Test(record_options, files_cannot_be_written_by_content)
{
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer = NULL;
    struct tfeed_error error;
    tfeed_record_writer_options_init(&options);
    options.compression = TFEED_COMPRESSION_AUTO;
    cr_assert_eq(tfeed_record_writer_open("/nowhere/f", &options, &writer, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.message,
                     "a file is written with compression none, gzip, zlib or snappy, not auto");
}

/* What cannot be combined; open says so, and makes no file. */
struct combination {
    enum tfeed_compression compression;
    int mode;
    unsigned n_threads;
    int window_bits;
    int flush_mode;
    tfeed_status status;
};

ParameterizedTestParameters(record_options, writer_modes_and_threads_have_their_limits)
{
    static struct combination combinations[] = {
        {TFEED_COMPRESSION_NONE, 3, 0, 0, 0, TFEED_INVALID_ARGUMENT},
        {TFEED_COMPRESSION_ZLIB, TFEED_WRITE_APPEND, 0, 0, 0, TFEED_INVALID_ARGUMENT},
        {TFEED_COMPRESSION_NONE, TFEED_WRITE_APPEND, 0, 0, 0, TFEED_UNIMPLEMENTED},
        {TFEED_COMPRESSION_NONE, TFEED_WRITE_IN_PLACE, 0, 0, 0, TFEED_UNIMPLEMENTED},
        {TFEED_COMPRESSION_GZIP, TFEED_WRITE_WHOLE, 257, 0, 0, TFEED_INVALID_ARGUMENT},
        {TFEED_COMPRESSION_GZIP, TFEED_WRITE_WHOLE, 1, 31, 0, TFEED_INVALID_ARGUMENT},
        {TFEED_COMPRESSION_ZLIB, TFEED_WRITE_WHOLE, 1, 0, 2, TFEED_INVALID_ARGUMENT},
        {TFEED_COMPRESSION_NONE, TFEED_WRITE_WHOLE, 1, 31, 2, TFEED_OK},
        {TFEED_COMPRESSION_SNAPPY, TFEED_WRITE_WHOLE, 2, 31, 2, TFEED_OK},
    };
    return cr_make_param_array(struct combination, combinations,
                               sizeof combinations / sizeof combinations[0]);
}

ParameterizedTest(struct combination *combination, record_options,
                  writer_modes_and_threads_have_their_limits)
{
    struct t_scripted_files files; /* which cannot write in place */
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer = NULL;
    t_scripted_files_init(&files, NULL, 0);
    tfeed_record_writer_options_init(&options);
    options.file_system = &files.table;
    options.compression = combination->compression;
    options.mode = (enum tfeed_write_mode)combination->mode;
    options.n_threads = combination->n_threads;
    options.window_bits = combination->window_bits;
    options.flush_mode = combination->flush_mode;
    cr_assert_eq(tfeed_record_writer_open("f", &options, &writer, NULL), combination->status);
    tfeed_record_writer_free(writer);
    cr_assert_eq(files.n_open_outputs, 0);
    t_scripted_files_clear(&files);
    cr_assert_not(t_has_leaks());
}
