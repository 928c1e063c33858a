/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * reading.h - what all commands that read record files share: options, the list of files, progress.
 *
 * A command that makes something of each file by itself does so on several threads: what is printed
 * is the same, and in the order of the files.
 */
#ifndef CLI_READING_H
#define CLI_READING_H

#include <stdbool.h>

#include <tfeed/records.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/progress.h"

/** A member `reading` of the command's values. */
struct reading {
    int compression;  /**< enum tfeed_compression */
    int progress;     /**< enum progress_when */
    uint64_t threads; /**< that read files at the same time; 0: one a processor */
    bool json;
};

/** Their rows in the option table of a command whose values are `type`, of which threads are no
 *  help. */
#define READING_OPTIONS_ALONE(type)                                                                \
    OPTION_JSON(type, reading.json, "JSON Lines: one object a line"),                              \
        OPTION_INPUT_COMPRESSION(type, reading.compression, "compression"),                        \
        OPTION_PROGRESS(type, reading.progress)

/** The same for all others. */
#define READING_OPTIONS(type)                                                                      \
    READING_OPTIONS_ALONE(type), OPTION_THREADS(type, reading.threads, "that work at the same time")

/** Works on one file; has printed its messages. */
typedef enum exit_code (*visit_fn)(void *state, const char *name);

/** Finds the files and visits each; the worst code. Ends early when nothing can be printed. */
enum exit_code reading_visit_files(const struct reading *reading, const struct operands *operands,
                                   visit_fn visit, void *state);

/** Works on one file, on any thread, and prints nothing. `result` is zeroed; errors go there. */
typedef void (*reading_work_fn)(const void *state, const char *name, void *result);

/** Prints what came of it, on the main thread, and frees what the result holds. */
typedef enum exit_code (*reading_done_fn)(void *state, const char *name, void *result);

/** As reading_visit_files, on reading->threads threads. */
enum exit_code reading_visit_at_once(const struct reading *reading, const struct operands *operands,
                                     size_t result_bytes, reading_work_fn work,
                                     reading_done_fn done, void *state);

/** For a reading_work_fn: threads that may share in the file at hand, 0: one a processor. Several
 *  files are read side by side, one file by several threads. */
uint32_t reading_file_threads(void);

/** For the progress of whole operations: shows it where one file is read at a time. */
bool reading_show_progress(void *user_data, uint64_t n_records, uint64_t n_total, uint64_t n_bytes);

/** Says that the whole operation that comes next reads on this thread, for the above. */
void reading_one_at_a_time(void);

/** The library's options for the command's. */
struct tfeed_record_reader_options reading_reader_options(const struct reading *reading);

#endif
