/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * error.c - fill the caller's error: one clean line that names the place.
 *
 * An error is built on the stack and copied at the end, because the arguments may point into the
 * very error that is being written: a caller that adds a place to a message does just that.
 */
#include "core/error_internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* The length that a lead byte announces, 0 for a byte that cannot lead. */
static size_t announced_len(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead <= 0xdf)
        return 2;
    if (lead >= 0xe0 && lead <= 0xef)
        return 3;
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/* The length of the printable UTF-8 character at `text`, 0 when there is none: a control character
 * (C0, DEL, C1), an overlong or cut form, a surrogate, or a number over U+10FFFF. */
static size_t printable_len(const unsigned char *text)
{
    size_t len = announced_len(text[0]);
    for (size_t i = 1; i < len; i++) {
        if (!is_continuation(text[i])) /* a NUL is none: never reads past the end */
            return 0;
    }
    switch (len) {
    case 1:
        return text[0] >= 0x20 && text[0] != 0x7f;
    case 2:
        return text[0] == 0xc2 && text[1] < 0xa0 ? 0 : 2;
    case 3:
        return (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ? 0 : 3;
    case 4:
        return (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f) ? 0 : 4;
    default:
        return 0;
    }
}

void tfi_mask_text(char *text)
{
    unsigned char *at = (unsigned char *)text;
    while (*at != '\0') {
        size_t len = printable_len(at);
        if (len == 0)
            *at = '?';
        at += len > 0 ? len : 1;
    }
}

/* Takes off a last character that a full buffer has cut in two. */
static void drop_cut_character(char *text, size_t len)
{
    size_t start = len;
    while (start > 0 && len - start < 3 && is_continuation((unsigned char)text[start - 1]))
        start--;
    if (start > 0 && announced_len((unsigned char)text[start - 1]) > len - start + 1)
        text[start - 1] = '\0';
}

/* Appends to text[size] what fits. `len` is what is there already; returns the new length. */
static size_t append(char *text, size_t size, size_t len, const char *format, va_list args)
    TFI_PRINTF(4, 0);

static size_t append(char *text, size_t size, size_t len, const char *format, va_list args)
{
    int n = vsnprintf(text + len, size - len, format, args);
    if (n < 0) { /* a format that the C library refuses: what is there stays */
        text[len] = '\0';
        return len;
    }
    if ((size_t)n < size - len)
        return len + (size_t)n;
    drop_cut_character(text, size - 1);
    return strlen(text);
}

static size_t append_text(char *text, size_t size, size_t len, const char *format, ...)
    TFI_PRINTF(4, 5);

static size_t append_text(char *text, size_t size, size_t len, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    len = append(text, size, len, format, args);
    va_end(args);
    return len;
}

/* The tail of a path is what tells files apart. */
static void keep_tail(char kept[TFEED_ERROR_PATH_BYTES], const char *path)
{
    size_t len = strlen(path);
    if (len >= TFEED_ERROR_PATH_BYTES) {
        path += len - (TFEED_ERROR_PATH_BYTES - 1);
        while (is_continuation((unsigned char)*path))
            path++;
    }
    strncpy(kept, path, TFEED_ERROR_PATH_BYTES - 1);
    kept[TFEED_ERROR_PATH_BYTES - 1] = '\0';
    tfi_mask_text(kept);
}

/* "path: record R at byte O: ", as far as they are known. Returns its length. */
static size_t write_place(struct tfeed_error *error)
{
    char *text = error->message;
    const size_t size = sizeof error->message;
    size_t len = 0;
    if (error->path[0] != '\0')
        len = append_text(text, size, len, "%s: ", error->path);
    if (error->record != TFEED_NOWHERE)
        len = append_text(text, size, len, "record %llu%s", (unsigned long long)error->record,
                          error->offset == TFEED_NOWHERE ? ": " : " at ");
    if (error->offset != TFEED_NOWHERE)
        len = append_text(text, size, len, "byte %llu: ", (unsigned long long)error->offset);
    return len;
}

static void fill(struct tfeed_error *reterr, const struct tfeed_error *place, const char *path,
                 const char *format, va_list args) TFI_PRINTF(4, 0);

static void fill(struct tfeed_error *reterr, const struct tfeed_error *place, const char *path,
                 const char *format, va_list args)
{
    if (reterr == NULL)
        return;
    int kept_errno = errno;
    struct tfeed_error error = *place;
    keep_tail(error.path, path != NULL ? path : "");
    size_t len = write_place(&error);
    append(error.message, sizeof error.message, len, format, args);
    tfi_mask_text(error.message);
    *reterr = error;
    errno = kept_errno;
}

tfeed_status tfi_fail(struct tfeed_error *reterr, tfeed_status code, const char *format, ...)
{
    const struct tfeed_error place = {
        .code = code, .offset = TFEED_NOWHERE, .record = TFEED_NOWHERE};
    va_list args;
    va_start(args, format);
    fill(reterr, &place, NULL, format, args);
    va_end(args);
    return code;
}

tfeed_status tfi_fail_at(struct tfeed_error *reterr, tfeed_status code, const char *path,
                         uint64_t record, uint64_t offset, const char *format, ...)
{
    const struct tfeed_error place = {.code = code, .offset = offset, .record = record};
    va_list args;
    va_start(args, format);
    fill(reterr, &place, path, format, args);
    va_end(args);
    return code;
}

static void fill_errno(struct tfeed_error *reterr, const struct tfeed_error *place,
                       const char *path, const char *format, ...) TFI_PRINTF(4, 5);

static void fill_errno(struct tfeed_error *reterr, const struct tfeed_error *place,
                       const char *path, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fill(reterr, place, path, format, args);
    va_end(args);
}

tfeed_status tfi_fail_errno(struct tfeed_error *reterr, int sys_errno, const char *path,
                            const char *what)
{
    const struct tfeed_error place = {.code = tfi_status_from_errno(sys_errno),
                                      .sys_errno = sys_errno,
                                      .offset = TFEED_NOWHERE,
                                      .record = TFEED_NOWHERE};
    const char *reason =
        strerrordesc_np(sys_errno); /* unlike strerror: thread-safe, one language */
    if (reason != NULL)
        fill_errno(reterr, &place, path, "%s: %s", what, reason);
    else
        fill_errno(reterr, &place, path, "%s: errno %d", what, sys_errno);
    return place.code;
}

tfeed_status tfi_fail_memory(struct tfeed_error *reterr, const char *what)
{
    return tfi_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory for %s", what);
}

tfeed_status tfi_status_from_errno(int sys_errno)
{
    switch (sys_errno) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
    case ESRCH:
        return TFEED_NOT_FOUND;
    case EINVAL:
    case ENAMETOOLONG:
    case ELOOP:
    case EILSEQ:
    case ESPIPE:
    case EOVERFLOW:
        return TFEED_INVALID_ARGUMENT;
    case EEXIST:
        return TFEED_ALREADY_EXISTS;
    case EACCES:
    case EPERM:
    case EROFS:
        return TFEED_PERMISSION_DENIED;
    case ENOMEM:
    case ENOSPC:
    case EDQUOT:
    case EFBIG: /* TensorFlow says OUT_OF_RANGE, which here means the normal end of data only */
    case EMFILE:
    case ENFILE:
    case EMLINK:
    case ENOBUFS:
        return TFEED_RESOURCE_EXHAUSTED;
    case EISDIR:
    case ENOTDIR:
    case ENOTEMPTY:
    case EBADF:
    case EBUSY:
    case EPIPE:
    case ETXTBSY:
        return TFEED_FAILED_PRECONDITION;
    case ENOSYS:
    case ENOTSUP:
    case EXDEV:
        return TFEED_UNIMPLEMENTED;
    case EAGAIN:
    case EINTR:
    case ECONNRESET:
    case ENOLCK:
        return TFEED_UNAVAILABLE;
    case ETIMEDOUT:
        return TFEED_DEADLINE_EXCEEDED;
    case EDEADLK:
    case ESTALE:
        return TFEED_ABORTED;
    case ECANCELED:
        return TFEED_CANCELLED;
    default:
        return TFEED_UNKNOWN;
    }
}

tfeed_status tfi_fail_again(struct tfeed_error *reterr, const struct tfeed_error *kept)
{
    if (reterr != NULL && reterr != kept)
        *reterr = *kept;
    return kept->code;
}
