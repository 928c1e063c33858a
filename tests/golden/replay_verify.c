/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_verify.c - the reports of verify, repair and count on TensorFlow's whole and damaged
 * files.
 *
 * Told the same compression, verify reports damage wherever TensorFlow's iterator does, at the same
 * record. In a compressed file TensorFlow may stop earlier, by what its read-ahead had decoded.
 * What repair saves of a damaged file is a good file.
 */
#include <inttypes.h>
#include <string.h>

#include <tfeed/datasets.h>

#include "tests/golden/replay.h"
#include "tests/support/support.h"

static const char records_file[] = "input/records/records.json";

/* What one way of reading a file gave. */
struct trial {
    const char *name;
    enum tfeed_compression compression;
    uint64_t n_good;
    bool is_damaged;
};

static tfeed_status verify(const struct replay *replay, const struct trial *trial,
                           enum tfeed_tail tail, struct tfeed_dataset_verify_report *ret_report)
{
    char name[REPLAY_PATH_BYTES];
    char path[REPLAY_PATH_BYTES];
    struct tfeed_dataset_verify_options options;
    tfeed_dataset_verify_options_init(&options);
    options.compression = trial->compression;
    options.tail = tail;
    (void)snprintf(name, sizeof name, "input/records/%s", trial->name);
    return tfeed_dataset_verify(replay_path(replay, name, path), &options, ret_report, NULL);
}

static bool is_right(const struct trial *trial, enum tfeed_tail tail,
                     const struct tfeed_dataset_verify_report *report)
{
    const bool is_exact = trial->compression == TFEED_COMPRESSION_NONE;
    if (!trial->is_damaged) /* STRICT sees more than TensorFlow: stray bytes, a missing end */
        return tail == TFEED_TAIL_STRICT ||
               (report->is_ok && (is_exact ? report->n_records == trial->n_good
                                           : report->n_records >= trial->n_good));
    if (report->is_ok || report->n_faults == 0 || report->faults[0].code != TFEED_DATA_LOSS ||
        report->cause == NULL)
        return false;
    return is_exact ? report->faults[0].record == trial->n_good
                    : report->faults[0].record >= trial->n_good;
}

static void replay_trial(struct replay *replay, const struct trial *trial)
{
    for (int tail = TFEED_TAIL_STRICT; tail <= TFEED_TAIL_TENSORFLOW; tail++) {
        struct tfeed_dataset_verify_report report;
        const tfeed_status status = verify(replay, trial, (enum tfeed_tail)tail, &report);
        if (status == TFEED_NOT_FOUND)
            replay_skip(replay, "a file of records is missing from this set");
        else if (status == TFEED_OK && is_right(trial, (enum tfeed_tail)tail, &report))
            replay_pass(replay);
        else
            replay_fail(replay, records_file, trial->name,
                        "%s tail: expected %s after %" PRIu64 " records, got %s after %" PRIu64,
                        tail == TFEED_TAIL_STRICT ? "strict" : "TensorFlow's",
                        trial->is_damaged ? "damage" : "a clean end", trial->n_good,
                        report.is_ok ? "a clean end" : report.cause,
                        report.n_faults > 0 ? report.faults[0].record : report.n_records);
        tfeed_dataset_verify_report_clear(&report);
    }
}

/* What repair makes of a damaged file is whole, and holds at least what TensorFlow reads of it. */
static void replay_repair(struct replay *replay, const struct trial *trial)
{
    char name[REPLAY_PATH_BYTES];
    char path[REPLAY_PATH_BYTES];
    char good[T_PATH_BYTES];
    struct t_temp_dir dir;
    struct tfeed_dataset_repair_options options;
    struct tfeed_dataset_verify_report report;
    struct tfeed_dataset_verify_report made = {0};
    tfeed_dataset_repair_options_init(&options);
    options.read.compression = trial->compression;
    (void)snprintf(name, sizeof name, "input/records/%s", trial->name);
    t_temp_dir_init(&dir);
    t_temp_path(&dir, "good", good);
    const tfeed_status status =
        tfeed_dataset_repair(replay_path(replay, name, path), good, &options, &report, NULL);
    const bool is_made =
        status == TFEED_OK && tfeed_dataset_verify(good, NULL, &made, NULL) == TFEED_OK;
    if (status == TFEED_NOT_FOUND)
        replay_skip(replay, "a file of records is missing from this set");
    else if (is_made ? made.is_ok && made.n_records == report.n_records &&
                           report.n_records >= trial->n_good
                     : status == TFEED_DATA_LOSS && trial->n_good == 0)
        replay_pass(replay);
    else
        replay_fail(replay, records_file, trial->name,
                    "repair: expected a good file of %" PRIu64 " records or more, got %s with "
                    "%" PRIu64,
                    trial->n_good, made.is_ok ? "one" : "none", made.n_records);
    tfeed_dataset_verify_report_clear(&report);
    tfeed_dataset_verify_report_clear(&made);
    t_temp_dir_clear(&dir);
}

static void replay_damaged(struct replay *replay, const json_t *row)
{
    const json_t *iterator = json_object_get(row, "iterator");
    const char *read_as = json_string_value(json_object_get(row, "read_as"));
    struct trial trial = {
        .name = json_string_value(json_object_get(row, "file")),
        .n_good = (uint64_t)json_integer_value(json_object_get(iterator, "good")),
        .is_damaged = json_is_string(json_object_get(iterator, "error")),
    };
    if (read_as == NULL || tfeed_compression_parse(read_as, &trial.compression, NULL) != TFEED_OK) {
        replay_skip(replay, "a compression that is not built yet");
        return;
    }
    replay_trial(replay, &trial);
    replay_repair(replay, &trial);
}

/* A whole file: recognised by content, nothing wrong, and counted. */
static void replay_whole(struct replay *replay, const json_t *row)
{
    const char *name = json_string_value(json_object_get(row, "file"));
    const struct trial trial = {.name = name, .compression = TFEED_COMPRESSION_AUTO};
    const uint64_t n_records = (uint64_t)json_integer_value(json_object_get(row, "records"));
    char path[REPLAY_PATH_BYTES];
    char full_name[REPLAY_PATH_BYTES];
    struct tfeed_dataset_verify_report report;
    struct tfeed_dataset_count_report count;
    const tfeed_status status = verify(replay, &trial, TFEED_TAIL_STRICT, &report);
    (void)snprintf(full_name, sizeof full_name, "input/records/%s", name);
    if (status == TFEED_NOT_FOUND) {
        replay_skip(replay, "a file of records is missing from this set");
        return;
    }
    const tfeed_status count_status =
        tfeed_dataset_count(replay_path(replay, full_name, path), NULL, &count, NULL);
    if (status == TFEED_OK && report.is_ok && report.n_records == n_records &&
        count_status == TFEED_OK && count.n_records == n_records && count.n_bytes == report.n_bytes)
        replay_pass(replay);
    else
        replay_fail(replay, records_file, name,
                    "expected %" PRIu64 " good records, got %" PRIu64 " and a count of %" PRIu64,
                    n_records, report.n_records, count.n_records);
    tfeed_dataset_verify_report_clear(&report);
}

int main(int argc, char **argv)
{
    struct replay replay;
    if (!replay_start(&replay, argc, argv))
        return REPLAY_USAGE;
    json_t *file = replay_open(&replay, records_file);
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(file, "files"), i, row) replay_whole(&replay, row);
    json_array_foreach(json_object_get(file, "damaged"), i, row) replay_damaged(&replay, row);
    json_decref(file);
    return replay_finish(&replay);
}
