/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * context_internal.h - the context as the modules above fill it: runners, shared names, log,
 * memory.
 */
#ifndef TFI_CONTEXT_INTERNAL_H
#define TFI_CONTEXT_INTERNAL_H

#include <stddef.h>

#include <tfeed/context.h>

/* A count for whoever may outlive the caller's own reference. NULL is passed through. */
struct tfeed_context *tfi_context_ref(struct tfeed_context *context);
void tfi_context_unref(struct tfeed_context *context);

/* NULL context: malloc. */
const struct tfeed_allocator *tfi_context_allocator(const struct tfeed_context *context);

/* TFEED_SEED_UNSET where none was set, and for a NULL context. */
int64_t tfi_context_graph_seed(const struct tfeed_context *context);

void tfi_context_log(const struct tfeed_context *context, enum tfeed_log_level level,
                     const char *format, ...) __attribute__((format(printf, 3, 4)));

/* What the context does with a runner it owns. start: starts its threads under `coordinator`
 * (opaque here). cancel: makes blocked threads return, never blocks. describe_live: writes the
 * names of threads that still run, "" for none. free: only after describe_live gave none. */
struct tfi_runner_functions {
    tfeed_status (*start)(void *runner, void *coordinator, struct tfeed_error *reterr);
    void (*cancel)(void *runner);
    void (*describe_live)(void *runner, char *text, size_t text_bytes);
    void (*free)(void *runner);
};

/* Takes ownership of runner on success. FAILED_PRECONDITION: the context has been closed. */
tfeed_status tfi_context_add_runner(struct tfeed_context *context,
                                    const struct tfi_runner_functions *functions, void *runner,
                                    struct tfeed_error *reterr);

/* Runners, and runner i in the order of adding; NULL where there are not so many. */
size_t tfi_context_n_runners(struct tfeed_context *context);
void *tfi_context_runner(struct tfeed_context *context, size_t i);

/* Starts every runner in the order of adding; the first failure ends it. */
tfeed_status tfi_context_start_runners(struct tfeed_context *context, void *coordinator,
                                       struct tfeed_error *reterr);

/* An object under a name, with one reference of the context's. `make` builds it when the name is
 * new; when it is there, `check` says whether the request fits (else its status is returned).
 * `kind` is part of the key's meaning: the same name with another kind is INVALID_ARGUMENT naming
 * both. *ret_object carries a reference for the caller, taken with `ref`.
 *
 * A name that is there is found without a lock; `ref` is called meanwhile and must not wait. None
 * of the functions is called under a lock. When two threads come with a new name at once, both may
 * make an object; one of the two is given back and both threads get the other. The table of
 * functions outlives the context. */
struct tfi_shared_functions {
    const char *kind; /* as a message names it: "fifo_queue" */
    tfeed_status (*make)(void *request, void **ret_object, struct tfeed_error *reterr);
    /* NULL: every request fits */
    tfeed_status (*check)(void *request, void *object, struct tfeed_error *reterr);
    void *(*ref)(void *object);
    void (*unref)(void *object);
};

/* INVALID_ARGUMENT: the name has another kind, or what `check` says; FAILED_PRECONDITION: the
 * context has been closed; else what `make` says. */
tfeed_status tfi_context_share(struct tfeed_context *context, const char *name,
                               const struct tfi_shared_functions *functions, void *request,
                               void **ret_object, struct tfeed_error *reterr);

#endif
