/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * support.h - what tests share: an allocator that counts and fails, leak checks, files, guard
 * pages.
 *
 * The functions know nothing of Criterion, so that stress programs use them too; the T_ macros work
 * inside a Criterion test only. A helper that fails itself ends the program with a line that says
 * why.
 */
#ifndef T_SUPPORT_H
#define T_SUPPORT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/allocator.h>
#include <tfeed/status.h>

/* --- allocator ----------------------------------------------------------------------------- */

/* Counts what is out, fails the nth call on request, and moves at every realloc. Hand &a.hooks to
 * the code under test. What would have more than limit_bytes out at a time ends the program: input
 * that was not to be trusted was. Thread safety: fully concurrent. */
struct t_allocator {
    struct tfeed_allocator hooks;
    _Atomic size_t outstanding_bytes;
    _Atomic size_t n_calls; /* of alloc and realloc */
    size_t fail_at;         /* the call that fails, from 1; 0: none. Set before use. */
    size_t limit_bytes;     /* 0: none. Set before use. */
};

void t_allocator_init(struct t_allocator *allocator);
size_t t_outstanding_bytes(const struct t_allocator *allocator);
bool t_has_failed(const struct t_allocator *allocator);

/* Runs the body (a block, or statements) with allocation 1 failing, then 2, 3, … until it gets
 * through with none failed; nothing may be out after each. `name` is the const struct
 * tfeed_allocator * to use:
 *
 *     T_FAIL_EACH_ALLOC(allocator, {
 *         struct tfeed_tensor tensor = {0};
 *         T_EXPECT_ALLOC_STATUS(tfeed_tensor_alloc(TFEED_FLOAT, &shape, allocator, &tensor, NULL));
 *         tfeed_tensor_clear(&tensor);
 *     });
 */
#define T_FAIL_EACH_ALLOC(name, ...)                                                               \
    do {                                                                                           \
        struct t_allocator t_failing;                                                              \
        size_t t_nth = 0;                                                                          \
        do {                                                                                       \
            t_allocator_init(&t_failing);                                                          \
            t_failing.fail_at = ++t_nth;                                                           \
            const struct tfeed_allocator *name = &t_failing.hooks;                                 \
            __VA_ARGS__                                                                            \
            cr_assert_eq(t_outstanding_bytes(&t_failing), 0,                                       \
                         "allocation %zu failing leaves %zu bytes", t_nth,                         \
                         t_outstanding_bytes(&t_failing));                                         \
        } while (t_has_failed(&t_failing));                                                        \
    } while (0)

/* Inside T_FAIL_EACH_ALLOC: RESOURCE_EXHAUSTED when an allocation has failed, else OK. */
#define T_EXPECT_ALLOC_STATUS(expression)                                                          \
    do {                                                                                           \
        tfeed_status t_status = (expression);                                                      \
        cr_assert_eq(t_status, t_has_failed(&t_failing) ? TFEED_RESOURCE_EXHAUSTED : TFEED_OK,     \
                     "allocation %zu failing gives %s", t_nth, tfeed_status_name(t_status));       \
    } while (0)

/* True when LeakSanitizer, where it is built in, finds memory that nobody points to. */
bool t_has_leaks(void);

/* Last statement of a test. `allocator` is a struct t_allocator * or NULL. */
#define T_EXPECT_NO_LEAKS(allocator)                                                               \
    do {                                                                                           \
        cr_assert_eq(t_outstanding_bytes(allocator), 0, "%zu bytes are still out",                 \
                     t_outstanding_bytes(allocator));                                              \
        cr_assert(!t_has_leaks(), "LeakSanitizer found a leak");                                   \
    } while (0)

/* --- files --------------------------------------------------------------------------------- */

enum { T_PATH_BYTES = 512 };

/* A directory under TMPDIR (/tmp) that goes with all that is in it. */
struct t_temp_dir {
    char path[T_PATH_BYTES];
};

void t_temp_dir_init(struct t_temp_dir *dir);
void t_temp_dir_clear(struct t_temp_dir *dir);

/* Writes the path of `name` in dir and returns it. */
char *t_temp_path(const struct t_temp_dir *dir, const char *name, char path[T_PATH_BYTES]);

/* The whole file with a NUL behind it; free() it. */
uint8_t *t_read_file(const char *path, size_t *ret_len);
void t_write_file(const char *path, const void *data, size_t len);

/* --- memory and threads -------------------------------------------------------------------- */

/* `len` bytes whose end touches a page that must not be read or written. */
struct t_guarded {
    uint8_t *data;
    size_t len;
    uint8_t *mapping;
    size_t mapping_bytes;
};

void t_guarded_init(struct t_guarded *guarded, size_t len);
/* The same, filled with a copy of `data`. */
void t_guarded_init_copy(struct t_guarded *guarded, const void *data, size_t len);
void t_guarded_clear(struct t_guarded *guarded);

/* A test that has not ended by then hangs, for Criterion's .timeout. The machine may be slow and
 * shared: what must not happen in a test is given minutes, never seconds. */
enum { T_HANG_SECONDS = 300 };

/* Threads of this process as the kernel lists them. */
int t_n_threads(void);

/* How many there are where nothing runs beside the caller, which is so when this is called: for
 * programs of many rounds. ThreadSanitizer adds one of its own with the first that is started. */
int t_n_threads_at_rest(void);

/* Waits a minute for there to be n threads: a joined thread can stay listed for a moment. */
bool t_n_threads_becomes(int n);

#endif
