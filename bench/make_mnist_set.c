/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * make_mnist_set.c - makes the set that `tfeed bench` is measured on: "set M".
 *
 * The 60,000 training images, 20 times in a row, as Examples with sorted keys in eight files:
 * DIR/mnist/part-00000 … part-00007, 1.07 GB. Without idx files the images are random (and always
 * the same), so that anybody has a set of that size. Files are written in pieces of 4 MiB: the page
 * cache then holds them in large folios, and mapping them is fast.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <tfeed/records.h>

#include "bench/harness.h"
#include "bench/images.h"

enum { N_FILES = 8, N_IMAGES = 60000, N_COPIES = 20, MAX_COPIES = 1000, PATH_BYTES = 4096 };

static const size_t write_bytes = (size_t)4 << 20;

static const char usage[] = "usage: make_mnist_set [--idx DIR] [--copies N] DIR\n"
                            "Makes DIR/mnist/part-00000 to part-00007 of the training images in "
                            "--idx DIR (idx files, plain\n"
                            "or .gz; without it: random images), N times in a row (default 20).\n";

/* Writes examples first … end - 1 of the endless row of images. */
static tfeed_status write_examples(struct tfeed_record_writer *writer,
                                   const struct bench_images *images, size_t first, size_t end,
                                   struct tfeed_error *reterr)
{
    struct tfeed_example_builder *builder;
    tfeed_status status = tfeed_example_builder_new(NULL, &builder, reterr);
    const uint8_t *data;
    size_t len;

    if (status != TFEED_OK)
        return status;
    for (size_t i = first; i < end && status == TFEED_OK; i++) {
        status = bench_images_example(images, i % images->n, builder, &data, &len, reterr);
        if (status == TFEED_OK)
            status = tfeed_record_writer_write(writer, data, len, reterr);
    }
    tfeed_example_builder_free(builder);
    return status;
}

static tfeed_status write_part(const char *folder, int part, const struct bench_images *images,
                               size_t n_copies, struct tfeed_error *reterr)
{
    const size_t n_examples = images->n * n_copies;
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer;
    char path[PATH_BYTES];

    snprintf(path, sizeof path, "%s/mnist/part-%05d", folder, part);
    tfeed_record_writer_options_init(&options);
    options.buffer_bytes = write_bytes;
    options.overwrite = true;
    tfeed_status status = tfeed_record_writer_open(path, &options, &writer, reterr);
    if (status != TFEED_OK)
        return status;
    status = write_examples(writer, images, n_examples * (size_t)part / N_FILES,
                            n_examples * (size_t)(part + 1) / N_FILES, reterr);
    if (status == TFEED_OK)
        status = tfeed_record_writer_close(writer, reterr);
    tfeed_record_writer_free(writer);
    return status;
}

static tfeed_status make_set(const char *folder, const char *idx_folder, size_t n_copies,
                             struct tfeed_error *reterr)
{
    struct bench_images images;
    char path[PATH_BYTES];

    snprintf(path, sizeof path, "%s/mnist", folder);
    if ((mkdir(folder, 0777) != 0 && errno != EEXIST) ||
        (mkdir(path, 0777) != 0 && errno != EEXIST))
        return bench_fail(reterr, TFEED_PERMISSION_DENIED, "%s: %s", path, strerror(errno));
    tfeed_status status = bench_images_load(idx_folder, N_IMAGES, &images, reterr);
    if (status != TFEED_OK)
        return status;
    for (int part = 0; part < N_FILES && status == TFEED_OK; part++)
        status = write_part(folder, part, &images, n_copies, reterr);
    bench_images_clear(&images);
    return status;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"idx", required_argument, NULL, 'i'},
                                            {"copies", required_argument, NULL, 'c'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    struct tfeed_error error;
    const char *idx_folder = NULL;
    unsigned long n_copies = N_COPIES;
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(usage, stdout);
            return 0;
        }
        if (option == 'i')
            idx_folder = optarg;
        else if (option == 'c')
            n_copies = strtoul(optarg, NULL, 10);
        else
            n_copies = 0;
    }
    if (n_copies < 1 || n_copies > MAX_COPIES || optind + 1 != argc) {
        fputs(usage, stderr);
        return 2;
    }
    if (make_set(argv[optind], idx_folder, n_copies, &error) != TFEED_OK) {
        fprintf(stderr, "make_mnist_set: %s\n", error.message);
        return 1;
    }
    return 0;
}
