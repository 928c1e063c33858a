/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * measure_idle.c - what an idle loader does: nothing.
 *
 * Opens a loader with workers, takes a batch, and lets the workers fill what they may: windows, and
 * the ring. Then it waits between two marks on standard error, so that a trace shows what the
 * workers do meanwhile:
 *
 *     strace -f -o trace ./measure_idle 'train-*.tfrecords'
 *     sed -n '/IDLE BEGINS/,/IDLE ENDS/p' trace
 *
 * Between the marks stands this program's own poll, and no other system call.
 */
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include <tfeed/loader.h>

static void pass_seconds(int seconds)
{
    (void)poll(NULL, 0, seconds * 1000);
}

static void mark(const char *text, size_t len)
{
    if (write(STDERR_FILENO, text, len) < 0)
        perror("measure_idle");
}

int main(int argc, char **argv)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_loader_options options;
    struct tfeed_loader *loader;
    struct tfeed_batch *batch;
    if (argc != 2) {
        fprintf(stderr, "usage: measure_idle PATTERN\n");
        return 2;
    }
    tfeed_loader_options_init(&options);
    options.shuffle_records = 10000;
    options.n_workers = 2;
    if (tfeed_loader_open(argv[1], NULL, &options, &loader, &error) != TFEED_OK ||
        tfeed_loader_next(loader, &batch, &error) != TFEED_OK) {
        fprintf(stderr, "measure_idle: %s\n", error.message);
        return 1;
    }
    pass_seconds(1);
    mark("IDLE BEGINS\n", 12);
    pass_seconds(3);
    mark("IDLE ENDS\n", 10);
    tfeed_batch_unref(batch);
    tfeed_loader_close(loader);
    return 0;
}
