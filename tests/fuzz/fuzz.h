/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fuzz.h - what fuzz targets share.
 *
 * A target is one function that is given bytes nobody vouches for:
 *
 *      libFuzzer (scripts/fuzz)        ┐
 *                                      ├─▶ LLVMFuzzerTestOneInput ─▶ the reader under test
 *      replay_main.c (make check-fuzz) ┘
 *
 * It returns 0, or ends the program where something does not hold: what is accepted can be written
 * and read again, two ways to read the same bytes agree, memory stays in proportion to the input.
 */
#ifndef T_FUZZ_H
#define T_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/io.h>
#include <tfeed/status.h>
#include <tfeed/tensor.h>

#include "tests/support/support.h"

/* The target. data[size] is in memory of exactly that size. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A target may have its own idea of a change, to get behind checksums: it changes data in place and
 * returns the new size, at most max_size. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

/* Any change; for use in the function above. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* Ends the program where the condition is false. */
#define FUZZ_CHECK(condition) ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition))

_Noreturn void fuzz_fail(const char *file, int line, const char *condition);

/* An allocator for one input: at most limit_bytes are out at a time. */
void fuzz_memory_start(struct t_allocator *memory, size_t limit_bytes);
/* Everything was given back. */
void fuzz_memory_end(const struct t_allocator *memory);

/* Files in memory, the same ones for every input. */
struct tfeed_memory_files *fuzz_files(void);
const struct tfeed_file_system *fuzz_file_system(void);
/* Puts bytes under a name. */
void fuzz_put(const char *name, const void *data, size_t size);
/* What is there. tfeed_block_unref(content.block) ends it. */
struct tfeed_bytes fuzz_get(const char *name);

/* Equal dtype, shape and elements; numbers bit by bit. */
bool fuzz_tensors_equal(const struct tfeed_tensor *a, const struct tfeed_tensor *b);
bool fuzz_bytes_equal(const struct tfeed_bytes *a, const struct tfeed_bytes *b);

/* A string scalar over bytes that outlive it. */
struct tfeed_tensor fuzz_string(struct tfeed_bytes *storage, const uint8_t *data, size_t size);

#endif
