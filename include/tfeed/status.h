/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * status.h - what every call answers: a status code, and on failure an error that names the place.
 *
 * Codes are TensorFlow's canonical ones with the same numbers, because programs branch on them.
 * The error is the caller's storage: nothing is allocated to report a failure, so that "no memory"
 * can be reported like everything else.
 */
#ifndef TFEED_STATUS_H
#define TFEED_STATUS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define TFEED_API      __attribute__((visibility("default")))
#define TFEED_MUST_USE __attribute__((warn_unused_result))
#else
#define TFEED_API
#define TFEED_MUST_USE
#endif

/**
 * The one list of codes: X(NAME, number, canonical name, short text). Numbers never change.
 *
 * OK                   Done. Outputs named ret_… are set; they are set in no other case.
 * CANCELLED            Somebody stopped this: a queue was closed with cancel, an enqueue came to a
 *                      closed queue, or an attempt was withdrawn. Normal when a program stops. The
 *                      object lives.
 * UNKNOWN              A callback failed without saying how, or a system call with an errno that no
 *                      other code stands for (an I/O error of the device).
 * INVALID_ARGUMENT     The request is wrong whatever the state: a dtype, shape, option or message
 *                      that does not fit. Nothing changed; correct the request.
 * DEADLINE_EXCEEDED    The given time was over first. Nothing was taken or added; call again.
 * NOT_FOUND            A file, name or key is not there.
 * ALREADY_EXISTS       An output that would be overwritten, or a name that is taken.
 * PERMISSION_DENIED    The operating system refused access.
 * RESOURCE_EXHAUSTED   A limit: memory, disk, record length, byte budget. Free something or raise
 *                      it.
 * FAILED_PRECONDITION  The object is in a state that forbids this call: a closed writer, live
 *                      threads.
 * ABORTED              Given up because of concurrent work. tfeed itself does not return it.
 * OUT_OF_RANGE         The normal end of data. Asking again gives it again.
 * UNIMPLEMENTED        This object does not offer the operation.
 * INTERNAL             An invariant of tfeed or of a plug-in broke: a bug worth a report.
 * UNAVAILABLE          Cannot be served now, an unchanged retry may succeed.
 * DATA_LOSS            Bytes are damaged: a checksum, the framing, or a file cut inside a record.
 *                      The error names file, record and offset; records before it are good.
 * UNAUTHENTICATED      Credentials are missing. tfeed itself does not return it.
 */
#define TFEED_STATUS_LIST(X)                                                                       \
    X(OK, 0, "no error")                                                                           \
    X(CANCELLED, 1, "cancelled")                                                                   \
    X(UNKNOWN, 2, "unknown error")                                                                 \
    X(INVALID_ARGUMENT, 3, "invalid argument")                                                     \
    X(DEADLINE_EXCEEDED, 4, "deadline exceeded")                                                   \
    X(NOT_FOUND, 5, "not found")                                                                   \
    X(ALREADY_EXISTS, 6, "already exists")                                                         \
    X(PERMISSION_DENIED, 7, "permission denied")                                                   \
    X(RESOURCE_EXHAUSTED, 8, "resource exhausted")                                                 \
    X(FAILED_PRECONDITION, 9, "failed precondition")                                               \
    X(ABORTED, 10, "aborted")                                                                      \
    X(OUT_OF_RANGE, 11, "end of data")                                                             \
    X(UNIMPLEMENTED, 12, "not implemented")                                                        \
    X(INTERNAL, 13, "internal error")                                                              \
    X(UNAVAILABLE, 14, "unavailable")                                                              \
    X(DATA_LOSS, 15, "data loss")                                                                  \
    X(UNAUTHENTICATED, 16, "unauthenticated")

enum tfeed_status_code {
#define TFEED_STATUS_ENUM(name, number, text) TFEED_##name = (number),
    TFEED_STATUS_LIST(TFEED_STATUS_ENUM)
#undef TFEED_STATUS_ENUM
};

/** A status code. Functions that return one are must-use. */
typedef enum tfeed_status_code tfeed_status;

/** Where no offset or record number is known. */
#define TFEED_NOWHERE UINT64_MAX

enum { TFEED_ERROR_PATH_BYTES = 256, TFEED_ERROR_MESSAGE_BYTES = 512 };

/**
 * What went wrong and where; written on failure only, by the call that failed.
 *
 * `message` is one line without newline that can be shown as it is: it already names the place.
 * `path` keeps the tail of a name that is too long. `offset` counts bytes from the start of the
 * (uncompressed) stream, `record` counts from 0; both are TFEED_NOWHERE where they have no meaning.
 */
struct tfeed_error {
    tfeed_status code;
    int sys_errno; /**< errno of the failed system call, or 0 */
    uint64_t offset;
    uint64_t record;
    char path[TFEED_ERROR_PATH_BYTES];
    char message[TFEED_ERROR_MESSAGE_BYTES];
};

#define TFEED_ERROR_INIT                                                                           \
    {                                                                                              \
        TFEED_OK, 0, TFEED_NOWHERE, TFEED_NOWHERE, "", ""                                          \
    }

/** The canonical name of a code, "DATA_LOSS"; "UNKNOWN" for a number outside the list. Static. */
TFEED_API const char *tfeed_status_name(tfeed_status status);

/** A short text for a code, "data loss". Static. */
TFEED_API const char *tfeed_status_text(tfeed_status status);

#ifdef __cplusplus
}
#endif
#endif
