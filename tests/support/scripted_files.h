/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * scripted_files.h - a file system that does as it is told: short reads, a read that fails at byte
 * n, a disk that is full at byte n, a flush or commit that fails.
 *
 * Every path names the same content. Whatever is written is kept for the test to look at, also
 * after a discard.
 */
#ifndef T_SCRIPTED_FILES_H
#define T_SCRIPTED_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/io.h>

#define T_NEVER UINT64_MAX

struct t_scripted_files {
    struct tfeed_file_system table;

    /* reading */
    const uint8_t *data; /* borrowed */
    size_t len;
    size_t max_read;       /* bytes given at once; 0: as many as are asked for */
    uint64_t fail_read_at; /* a read that begins there fails with EIO; one before stops there */
    bool hide_size;        /* as a pipe */
    int n_open_inputs;
    int n_reads;
    void (*on_read)(void *user_data, int n_reads); /* told of each; NULL: nobody */
    void *user_data;

    /* writing */
    uint64_t full_at; /* bytes that fit; the write that goes beyond fails with ENOSPC */
    bool fail_flush;
    bool fail_commit;
    uint8_t *written;
    size_t n_written;
    size_t largest_write;
    int n_writes;
    int n_flushes;
    int n_open_outputs;
    int n_committed;
    int n_discarded;
};

void t_scripted_files_init(struct t_scripted_files *files, const void *data, size_t len);
void t_scripted_files_clear(struct t_scripted_files *files);

#endif
