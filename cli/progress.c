/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * progress.c - how far a command has come.
 */
#include "cli/progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/stop.h"

enum { NAME_BYTES = 40, SEPARATION_MS = 100, DELAY_MS = 1000, MS_A_SECOND = 1000 };

static struct {
    bool wanted;
    bool shown;
    const char *name;
    uint64_t bytes_before;
    uint64_t total_bytes;
    int64_t start_ms;
    int64_t next_ms;
} line;

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * MS_A_SECOND + now.tv_nsec / 1000000;
}

void progress_start(enum progress_when when, uint64_t total_bytes)
{
    line.wanted = when == PROGRESS_ALWAYS || (when == PROGRESS_AUTO && isatty(STDERR_FILENO));
    line.total_bytes = total_bytes;
    line.start_ms = now_ms();
    line.next_ms = line.start_ms + DELAY_MS;
}

void progress_total(uint64_t total_bytes)
{
    line.total_bytes = total_bytes;
}

/* The end of a long path says more than its beginning. */
static const char *name_tail(const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *base = slash && slash[1] ? slash + 1 : name;
    const size_t len = strlen(base);

    return len > NAME_BYTES ? base + len - NAME_BYTES : base;
}

void progress_file(const char *name, uint64_t bytes_before)
{
    line.name = name;
    line.bytes_before = bytes_before;
}

static void print_line(uint64_t done_bytes, double seconds)
{
    const double rate = (double)done_bytes / seconds;
    char masked[NAME_BYTES + 1];

    snprintf(masked, sizeof masked, "%s", name_tail(line.name));
    for (char *at = masked; *at; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = '?';
    fprintf(stderr, "\r%s  %.1f MB  %.1f MB/s", masked, (double)done_bytes / 1e6, rate / 1e6);
    if (line.total_bytes > 0 && done_bytes <= line.total_bytes) {
        const uint64_t percent = done_bytes * 100 / line.total_bytes;
        const uint64_t left = (uint64_t)((double)(line.total_bytes - done_bytes) / (rate + 1));
        fprintf(stderr, "  %u %%  %llu:%02u left", (unsigned)(percent > 99 ? 99 : percent),
                (unsigned long long)(left / 60), (unsigned)(left % 60));
    }
    fputs("\033[K", stderr);
    fflush(stderr);
    line.shown = true;
}

void progress_update(uint64_t done_bytes)
{
    if (!line.wanted || !line.name)
        return;
    const int64_t now = now_ms();
    if (now < line.next_ms)
        return;
    line.next_ms = now + SEPARATION_MS;
    print_line(line.bytes_before + done_bytes, (double)(now - line.start_ms) / MS_A_SECOND);
}

bool progress_go_on(void *user_data, uint64_t n_records, uint64_t n_total, uint64_t n_bytes)
{
    (void)user_data;
    (void)n_records;
    (void)n_total;
    progress_update(n_bytes);
    return !stop_requested();
}

void progress_clear(void)
{
    if (!line.shown)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    line.shown = false;
}

void progress_end(void)
{
    progress_clear();
    line.wanted = false;
}
