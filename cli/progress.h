/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * progress.h - how far a command has come, on standard error, for somebody who watches.
 *
 * One line that is written over, from one second after the start, ten times a second: what is being
 * done, bytes, rate and the time left. It never says 100 % before the end, when it goes away.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/** The words of --progress (options.h) in their order. */
enum progress_when { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

/** Starts; AUTO shows the line when standard error is a terminal. total_bytes 0: not known. */
void progress_start(enum progress_when when, uint64_t total_bytes);

/** The file that comes next (name borrowed until the one after), and what was done before it. */
void progress_file(const char *name, uint64_t bytes_before);

/** Says how many bytes there are to do, where that shows on the way. */
void progress_total(uint64_t total_bytes);

/** Says how much of the file is done. Cheap: made for once a run of records. */
void progress_update(uint64_t done_bytes);

/** The same as the library asks it (tfeed_dataset_progress); false: the operation is to end, since
 *  a signal has come. */
bool progress_go_on(void *user_data, uint64_t n_records, uint64_t n_total, uint64_t n_bytes);

/** Takes the line away, so that something else can be printed. */
void progress_clear(void);

/** Ends: the line is taken away. */
void progress_end(void);

#endif
