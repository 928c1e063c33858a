/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * sources.h - other people's data as streams of examples: the table of kinds.
 *
 * The types here belong to nobody: libtfeed-sources offers a table of them, and
 * tfeed_dataset_convert (libtfeed) takes one, so that neither library needs the other and a program
 * can bring kinds of its own.
 */
#ifndef TFEED_SOURCES_H
#define TFEED_SOURCES_H

#include <stddef.h>
#include <stdint.h>

#include <tfeed/allocator.h>
#include <tfeed/features.h>
#include <tfeed/io.h>
#include <tfeed/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A part of a source that becomes a set of its own: train, validation, test. */
struct tfeed_source_split {
    const char *name; /**< stem of the output's file name */
    uint64_t n_examples;
};

struct tfeed_source_options {
    size_t struct_size;
    uint64_t n_validation; /**< examples split off from the front of the training set; 5000 */
    const struct tfeed_file_system *file_system; /**< NULL: local files */
    const struct tfeed_allocator *allocator;
};

/**
 * One kind of source. All functions are called by one thread at a time for a given source.
 *
 * open looks at everything that can be known without reading the data: that the files are there,
 * are of the kind, and agree with each other. Splits may then be started in any order, each as
 * often as one likes.
 */
struct tfeed_source_kind {
    size_t struct_size;
    const char *name;    /**< the word on the command line: "mnist" */
    const char *summary; /**< one line for a list of kinds */

    /** `input` is a folder or a file, as the kind likes it. */
    tfeed_status (*open)(const char *input, const struct tfeed_source_options *options,
                         void **ret_source, struct tfeed_error *reterr);
    void (*close)(void *source);
    /** The splits in the order in which they are best shown; they live as long as the source. */
    const struct tfeed_source_split *(*splits)(const void *source, size_t *ret_n_splits);
    /** The next example is the first of this split. */
    tfeed_status (*start)(void *source, size_t split, struct tfeed_error *reterr);
    /** Adds the features of the next example to a builder that is clear; what they point to stays
     *  until the next call. OUT_OF_RANGE: the split has ended (and, where it ends its file, the
     *  file was found to end well). */
    tfeed_status (*next)(void *source, struct tfeed_example_builder *builder,
                         struct tfeed_error *reterr);
};

/** Kinds by name, as a program hands them to whoever needs one. */
struct tfeed_source_table {
    const struct tfeed_source_kind *const *kinds;
    size_t n_kinds;
};

/**
 * The kinds of libtfeed-sources. Static.
 *
 *   mnist  a folder with the four idx files of MNIST or a relative, plain or .gz, in either
 *          spelling (train-images-idx3-ubyte, train-images.idx3-ubyte): splits train, validation,
 *          test; features depth, height, width, label (int64) and image_raw (bytes)
 */
TFEED_API const struct tfeed_source_table *tfeed_sources(void);

#ifdef __cplusplus
}
#endif
#endif
