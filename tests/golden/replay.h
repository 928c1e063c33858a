/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay.h - what the programs that replay golden files share: finding the files, reading their
 * forms, counting cases.
 *
 * A replay program is a plain main over one or more JSON files of a golden set:
 *
 *     struct replay replay;
 *     if (!replay_start(&replay, argc, argv))
 *         return REPLAY_USAGE;
 *     json_t *rows = replay_open(&replay, "input/random/get_seed.json");
 *     … one replay_pass, replay_fail or replay_skip for each case …
 *     json_decref(rows);
 *     return replay_finish(&replay);
 *
 * A set may be any set of the same formats, with other seeds and more cases, and may lack files.
 * Running out of memory ends the program.
 */
#ifndef TESTS_GOLDEN_REPLAY_H
#define TESTS_GOLDEN_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include <tfeed/status.h>
#include <tfeed/tensor.h>

/* automake's exit statuses. */
enum { REPLAY_PASS = 0, REPLAY_FAIL = 1, REPLAY_SKIP = 77, REPLAY_USAGE = 99 };

enum { REPLAY_MAX_REASONS = 32, REPLAY_REASON_BYTES = 160, REPLAY_PATH_BYTES = 4096 };

/* A reason for skipping, and how many cases it concerned. */
struct replay_reason {
    char text[REPLAY_REASON_BYTES];
    int n_cases;
};

struct replay {
    const char *dir; /* of the golden set */
    int n_passed;
    int n_failed;
    int n_skipped;
    struct replay_reason reasons[REPLAY_MAX_REASONS]; /* further ones share the last place */
    int n_reasons;
};

/* Takes the folder of the golden set from the first argument, else from TFEED_GOLDEN in the
 * environment. With neither it prints the usage and returns false. */
bool replay_start(struct replay *replay, int argc, char **argv);

/* A JSON file of the set, by its name below the folder. A file that is not there counts as one
 * skipped case, one that is not JSON as a failed one: both give NULL, which the array and object
 * functions of jansson take for empty. */
json_t *replay_open(struct replay *replay, const char *name);

/* The path of a file of the set. */
const char *replay_path(const struct replay *replay, const char *name,
                        char path[REPLAY_PATH_BYTES]);

/* All bytes of a file of the set, for free(); NULL when it cannot be read. */
uint8_t *replay_read(const struct replay *replay, const char *name, size_t *ret_len);

/* One case each. A failure prints "FAIL file case: " and the text, "expected …, got …". */
void replay_pass(struct replay *replay);
void replay_fail(struct replay *replay, const char *file, const char *case_name, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));
void replay_skip(struct replay *replay, const char *reason);

/* Prints the reasons for skipping and "N passed, N failed, N skipped"; returns the exit status:
 * REPLAY_SKIP when nothing could be tried. */
int replay_finish(const struct replay *replay);

/* The status for the "error" of an outcome: "DataLoss" is TFEED_DATA_LOSS. Python's ValueError and
 * TypeError are TFEED_INVALID_ARGUMENT here, RuntimeError is TFEED_FAILED_PRECONDITION. NULL is
 * TFEED_OK, an unknown kind TFEED_UNKNOWN. */
tfeed_status replay_status_from_kind(const char *kind);

/* Bytes from text, for free(); never NULL for well-formed text, also when it is empty. */
uint8_t *replay_hex(const char *text, size_t *ret_len);
uint8_t *replay_base64(const char *text, size_t *ret_len);

/* Reads the tensor forms of the golden files: "data" (integers, bool), "le" (floats, complex),
 * "hex" (strings). False when the value is none of them. The caller clears the tensor. */
bool replay_tensor(const json_t *value, struct tfeed_tensor *ret_tensor);

/* True when dtype, shape and every byte are equal. */
bool replay_tensor_equal(const struct tfeed_tensor *a, const struct tfeed_tensor *b);

/* "float32[3] 0000803f 00000040 …": the first elements in hex, for messages. */
enum { REPLAY_TENSOR_TEXT_BYTES = 256 };
const char *replay_tensor_text(const struct tfeed_tensor *tensor,
                               char text[REPLAY_TENSOR_TEXT_BYTES]);

#endif
