/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_split.c - `tfeed split`: a set divided into parts by name, or cut into pieces.
 */
#include <stdlib.h>
#include <string.h>

#include <tfeed/datasets.h>

#include "cli/console.h"
#include "cli/cutting.h"
#include "cli/making.h"

enum { MAX_PARTS = 64, NAME_BYTES = 128 };

struct split_values {
    struct making making;
    struct cutting cutting;
    const char *parts;
    uint64_t seed;
    bool random;
};

struct parts {
    struct tfeed_dataset_part all[MAX_PARTS];
    char names[MAX_PARTS][NAME_BYTES];
    size_t n;
};

/* "90", "12.5": digits with one point at most; locale-free. */
static bool read_percent(const char *text, size_t len, double *ret_share)
{
    double number = 0;
    double unit = 1;
    size_t n_digits = 0;
    bool behind_point = false;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '.' && !behind_point) {
            behind_point = true;
        } else if (text[i] >= '0' && text[i] <= '9') {
            number = number * 10 + (text[i] - '0');
            unit *= behind_point ? 10 : 1;
            n_digits++;
        } else {
            return false;
        }
    }
    *ret_share = number / unit / 100;
    return n_digits > 0 && *ret_share <= 1;
}

/* NAME=90%, NAME=1000 or NAME=rest, len bytes of it. */
static bool read_part(struct parts *parts, const char *text, size_t len)
{
    struct tfeed_dataset_part *part = &parts->all[parts->n];
    char *name = parts->names[parts->n];
    const char *equals = memchr(text, '=', len);
    char value[32];

    if (!equals || equals == text || equals - text >= NAME_BYTES || parts->n == MAX_PARTS)
        return false;
    const size_t name_len = (size_t)(equals - text);
    const size_t value_len = len - name_len - 1;
    if (value_len == 0 || value_len >= sizeof value)
        return false;
    memcpy(name, text, name_len);
    name[name_len] = '\0';
    memcpy(value, equals + 1, value_len);
    value[value_len] = '\0';
    *part = (struct tfeed_dataset_part){.name = name, .share = -1};
    parts->n++;
    if (strcmp(value, "rest") == 0) {
        part->n_records = TFEED_DATASET_REST;
        return true;
    }
    if (value[value_len - 1] == '%')
        return read_percent(value, value_len - 1, &part->share);
    return options_parse_number(value, &part->n_records);
}

static bool read_parts(struct parts *parts, const char *list)
{
    for (const char *at = list;; at++) {
        const size_t len = strcspn(at, ",");
        if (!read_part(parts, at, len)) {
            report("--parts '%s': expected NAME=90%%, NAME=1000 or NAME=rest at '%.*s'", list,
                   (int)len, at);
            return false;
        }
        at += len;
        if (*at == '\0')
            return true;
    }
}

static enum exit_code split_by_name(const struct split_values *values,
                                    const struct operands *operands, const struct parts *parts)
{
    struct tfeed_dataset_write_report made = {0};
    struct tfeed_dataset_write_options options;
    struct tfeed_file_list inputs;
    struct tfeed_error error;
    tfeed_status status = TFEED_OK;

    const enum exit_code code = making_begin(&values->making, operands, &inputs, &options);
    if (code == EXIT_FINE)
        status = tfeed_dataset_split((const char *const *)inputs.paths, inputs.n_files,
                                     values->making.out, parts->all, parts->n,
                                     values->random ? TFEED_DRAW_RANDOM : TFEED_DRAW_RANGES,
                                     values->seed, &options, &made, &error);
    return making_end(&values->making, &inputs, &made, code, status, &error);
}

static enum exit_code run_split(const void *user_values, const struct operands *operands)
{
    const struct split_values *values = user_values;
    enum exit_code code = EXIT_USAGE;

    if (!values->parts == !cutting_is_given(&values->cutting)) {
        report("how? take --parts, or one of --shards, --records and --bytes; try 'tfeed help "
               "split'");
        return EXIT_USAGE;
    }
    if (!values->parts)
        return cutting_run(&values->cutting, &values->making, operands);
    struct parts *parts = calloc(1, sizeof *parts);
    if (!parts) {
        report("no memory");
        return EXIT_IO;
    }
    if (read_parts(parts, values->parts))
        code = split_by_name(values, operands, parts);
    free(parts);
    return code;
}

static const struct option_spec split_options[] = {
    {.name = "parts",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct split_values, parts),
     .argument = "LIST",
     .help = "NAME=90%, NAME=1000 (records) or NAME=rest, with commas between"},
    {.name = "random",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct split_values, random),
     .help = "with --parts: which record goes where is drawn (default: ranges in\n"
             "the order of the parts); the order within a part stays"},
    {.name = "seed",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct split_values, seed),
     .argument = "S",
     .help = "of --random (default: 0)",
     .max = INT64_MAX},
    CUTTING_OPTIONS(struct split_values),
    MAKING_OPTIONS(struct split_values, "DIR|FILE",
                   "the folder of the parts, made when it is missing; without --parts\n"
                   "how the pieces are named, as 'tfeed reshard' does"),
    {0}};

static const struct split_values split_defaults = {0};

const struct command command_split = {
    .name = "split",
    .group = "Make",
    .summary = "divide a set into parts",
    .usage = "INPUT... --parts LIST --out DIR [options]",
    .details =
        "Divides the records of all inputs into parts, DIR/NAME.tfrecords each: ranges, or with\n"
        "--random a draw by seed that is the same on every run. Every part gets exactly as many\n"
        "records as its share says, and every record goes to one part. Checksums are verified;\n"
        "records are not parsed. The inputs are read twice, the first time for their lengths "
        "only.\n"
        "The files appear whole at the end, or none of them.\n"
        "\n"
        "  tfeed split all.tfrecords --parts train=90%,validation=5%,test=rest --random --out .\n"
        "  tfeed split all.tfrecords --bytes 1G --out piece.tfrecords",
    .options = split_options,
    .defaults = &split_defaults,
    .values_bytes = sizeof split_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_split,
};
