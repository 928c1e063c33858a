/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * coordinator.c - one stop flag, the first error, and the members that join waits for.
 *
 *    member's life       listed ──leaves──▶ has_left ──join──▶ joined and freed
 *                           │
 *                           └──join gives it up──▶ is_forgotten ──leaves──▶ frees itself
 *
 * A member belongs to the coordinator's list until join, or the end of the coordinator, takes it
 * off. Each living member holds a reference, so that a thread that outlives everybody else still
 * finds its coordinator.
 *
 * Invariants
 *   (1) is_stopping changes under the mutex and is read without it.
 *   (2) An error is recorded only by the call that sets is_stopping.
 *   (3) A thread's handle is used by whoever took its member off the list, and by nobody else.
 *   (4) A join is about the members from n_given_up + 1 to n_members_ever as they were when it
 *       began. They stay on the list until the last join under way ends, so that each can name its
 *       stragglers.
 * Threads:  the mutex is never held while user code or pthread_join runs.
 * Follows:  TensorFlow 1.15's Coordinator; doc/design/pipeline.md
 */
#include "coordinator/coordinator_private.h"

#include <stdio.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "core/thread_internal.h"

struct tfeed_member {
    struct tfeed_member *next;
    struct tfeed_coordinator *coordinator;
    tfeed_member_fn run; /* NULL: a thread of the program's own */
    void *user_data;
    struct tfi_thread thread;
    uint64_t serial;
    bool has_left;
    bool is_forgotten; /* nobody will join it */
    char name[];
};

struct tfeed_coordinator {
    _Atomic size_t n_refs;
    const struct tfeed_allocator *allocator;
    tfeed_log_fn log;
    void *log_user_data;
    uint32_t clean_codes;     /* a bit for each */
    _Atomic bool is_stopping; /* (1) */

    struct tfi_mutex mutex;       /* guards all that follows */
    struct tfi_condition changed; /* the stop, or a member's end */
    bool is_joined;
    bool is_abandoned; /* the caller's reference has gone: members that end free themselves */
    bool has_error;
    struct tfeed_error error; /* valid with has_error */
    uint64_t n_dropped_errors;
    uint64_t n_members_ever; /* the last one's serial */
    uint64_t n_given_up;     /* up to this serial they have been joined or given up (4) */
    size_t n_joins;          /* under way */
    struct tfeed_member *members;
};

/* --- making and ending --------------------------------------------------------------------- */

void tfeed_coordinator_options_init(struct tfeed_coordinator_options *options)
{
    *options = (struct tfeed_coordinator_options){.struct_size = sizeof *options};
}

/* Codes are canonical, 0 … 16; others cannot be reported and are passed over. */
static uint32_t code_bit(tfeed_status code)
{
    return (unsigned)code < 32 ? UINT32_C(1) << (unsigned)code : 0;
}

static uint32_t clean_codes(const struct tfeed_coordinator_options *options)
{
    if (options->clean_stop_codes == NULL)
        return code_bit(TFEED_OUT_OF_RANGE);
    uint32_t bits = 0;
    for (size_t i = 0; i < options->n_clean_stop_codes; i++)
        bits |= code_bit(options->clean_stop_codes[i]);
    return bits;
}

tfeed_status tfeed_coordinator_new(const struct tfeed_coordinator_options *options,
                                   struct tfeed_coordinator **ret_coordinator,
                                   struct tfeed_error *reterr)
{
    struct tfeed_coordinator_options defaults;
    tfeed_coordinator_options_init(&defaults);
    if (options == NULL)
        options = &defaults;
    if (options->struct_size != sizeof *options)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "coordinator options have struct_size %zu, expected %zu: call "
                        "tfeed_coordinator_options_init first",
                        options->struct_size, sizeof *options);
    struct tfeed_coordinator *coordinator =
        tfi_alloc_zeroed(options->allocator, 1, sizeof *coordinator);
    if (coordinator == NULL)
        return tfi_fail_memory(reterr, "a coordinator");
    atomic_init(&coordinator->n_refs, 1);
    atomic_init(&coordinator->is_stopping, false);
    coordinator->allocator = options->allocator;
    coordinator->log = options->log;
    coordinator->log_user_data = options->log_user_data;
    coordinator->clean_codes = clean_codes(options) | code_bit(TFEED_OK);
    tfi_mutex_init(&coordinator->mutex);
    tfi_condition_init(&coordinator->changed);
    *ret_coordinator = coordinator;
    return TFEED_OK;
}

struct tfeed_coordinator *tfi_coordinator_ref(struct tfeed_coordinator *coordinator)
{
    /* relaxed: the caller has a reference already */
    atomic_fetch_add_explicit(&coordinator->n_refs, 1, memory_order_relaxed);
    return coordinator;
}

void tfi_coordinator_unref(struct tfeed_coordinator *coordinator)
{
    /* acquire-release: whoever frees sees all uses by other threads ended */
    if (atomic_fetch_sub_explicit(&coordinator->n_refs, 1, memory_order_acq_rel) != 1)
        return;
    tfi_condition_clear(&coordinator->changed);
    tfi_mutex_clear(&coordinator->mutex);
    tfi_free(coordinator->allocator, coordinator);
}

const struct tfeed_allocator *tfi_coordinator_allocator(const struct tfeed_coordinator *coordinator)
{
    return coordinator->allocator;
}

void tfi_append_name(char *text, size_t text_bytes, const char *separator, const char *name)
{
    const size_t len = strlen(text);
    if (len == 0)
        separator = "";
    if (len + strlen(separator) + 1 < text_bytes)
        (void)snprintf(text + len, text_bytes - len, "%s%s", separator, name);
}

/* Takes members up to `last_serial` off the list: those that live are left to themselves, the
 * others are returned. */
static struct tfeed_member *take_members_locked(struct tfeed_coordinator *coordinator,
                                                uint64_t last_serial)
    TFI_REQUIRES(&coordinator->mutex);

static struct tfeed_member *take_members_locked(struct tfeed_coordinator *coordinator,
                                                uint64_t last_serial)
{
    struct tfeed_member *ended = NULL;
    struct tfeed_member **link = &coordinator->members;
    while (*link != NULL) {
        struct tfeed_member *member = *link;
        if (member->serial > last_serial) {
            link = &member->next;
            continue;
        }
        *link = member->next;
        if (member->has_left) {
            member->next = ended;
            ended = member;
            continue;
        }
        member->is_forgotten = true;
        if (member->run != NULL)
            tfi_thread_detach(&member->thread);
    }
    return ended;
}

/* Joins and frees members that take_members_locked gave. */
static void join_ended(const struct tfeed_coordinator *coordinator, struct tfeed_member *ended)
{
    while (ended != NULL) {
        struct tfeed_member *member = ended;
        ended = member->next;
        if (member->run != NULL)
            tfi_thread_join(&member->thread);
        tfi_free(coordinator->allocator, member);
    }
}

void tfeed_coordinator_free(struct tfeed_coordinator *coordinator)
{
    if (coordinator == NULL)
        return;
    tfi_mutex_lock(&coordinator->mutex);
    coordinator->is_abandoned = true;
    struct tfeed_member *ended = take_members_locked(coordinator, UINT64_MAX);
    tfi_mutex_unlock(&coordinator->mutex);
    join_ended(coordinator, ended);
    tfi_coordinator_unref(coordinator);
}

/* --- the stop ------------------------------------------------------------------------------ */

bool tfeed_coordinator_should_stop(struct tfeed_coordinator *coordinator)
{
    /* acquire: whoever sees the stop sees what its requester did before */
    return atomic_load_explicit(&coordinator->is_stopping, memory_order_acquire);
}

static bool is_real_error(const struct tfeed_coordinator *coordinator,
                          const struct tfeed_error *cause)
{
    return cause != NULL && (code_bit(cause->code) & coordinator->clean_codes) == 0;
}

tfeed_status tfeed_coordinator_request_stop(struct tfeed_coordinator *coordinator,
                                            const struct tfeed_error *cause,
                                            struct tfeed_error *reterr)
{
    const bool is_real = is_real_error(coordinator, cause);
    tfi_mutex_lock(&coordinator->mutex);
    const bool nobody_would_see = is_real && coordinator->is_joined;
    if (!nobody_would_see) {
        if (!tfeed_coordinator_should_stop(coordinator)) {
            coordinator->has_error = is_real; /* (2) */
            if (is_real)
                coordinator->error = *cause;
            /* release: pairs with the load in tfeed_coordinator_should_stop */
            atomic_store_explicit(&coordinator->is_stopping, true, memory_order_release);
            tfi_condition_wake(&coordinator->changed, &coordinator->mutex);
        } else if (is_real) {
            coordinator->n_dropped_errors++;
        }
    }
    tfi_mutex_unlock(&coordinator->mutex);
    return nobody_would_see ? tfi_fail_again(reterr, cause) : TFEED_OK;
}

bool tfi_coordinator_wait_until(struct tfeed_coordinator *coordinator, int64_t deadline_ns)
{
    tfi_mutex_lock(&coordinator->mutex);
    while (!tfeed_coordinator_should_stop(coordinator) &&
           tfi_condition_wait(&coordinator->changed, &coordinator->mutex, deadline_ns))
        ;
    const bool is_stopping = tfeed_coordinator_should_stop(coordinator);
    tfi_mutex_unlock(&coordinator->mutex);
    return is_stopping;
}

bool tfeed_coordinator_wait_for_stop(struct tfeed_coordinator *coordinator, int64_t timeout_ms)
{
    return tfi_coordinator_wait_until(coordinator, tfi_deadline_after_ms(timeout_ms));
}

bool tfi_coordinator_wait_for_stop_while(struct tfeed_coordinator *coordinator,
                                         const _Atomic uint32_t *number, uint32_t value)
{
    tfi_mutex_lock(&coordinator->mutex);
    while (!tfeed_coordinator_should_stop(coordinator) && atomic_load(number) == value)
        (void)tfi_condition_wait(&coordinator->changed, &coordinator->mutex, TFI_FOREVER);
    const bool is_stopping = tfeed_coordinator_should_stop(coordinator);
    tfi_mutex_unlock(&coordinator->mutex);
    return is_stopping;
}

void tfi_coordinator_count_up(struct tfeed_coordinator *coordinator, _Atomic uint32_t *number)
{
    tfi_mutex_lock(&coordinator->mutex);
    atomic_fetch_add(number, 1);
    tfi_condition_wake(&coordinator->changed, &coordinator->mutex);
    tfi_mutex_unlock(&coordinator->mutex);
}

void tfeed_coordinator_clear_stop(struct tfeed_coordinator *coordinator)
{
    tfi_mutex_lock(&coordinator->mutex);
    /* release: as in tfeed_coordinator_request_stop */
    atomic_store_explicit(&coordinator->is_stopping, false, memory_order_release);
    coordinator->is_joined = false;
    coordinator->has_error = false;
    coordinator->n_dropped_errors = 0;
    tfi_mutex_unlock(&coordinator->mutex);
}

tfeed_status tfeed_coordinator_error(struct tfeed_coordinator *coordinator,
                                     struct tfeed_error *reterr)
{
    tfi_mutex_lock(&coordinator->mutex);
    const tfeed_status status =
        coordinator->has_error ? tfi_fail_again(reterr, &coordinator->error) : TFEED_OK;
    tfi_mutex_unlock(&coordinator->mutex);
    return status;
}

uint64_t tfeed_coordinator_n_dropped_errors(struct tfeed_coordinator *coordinator)
{
    tfi_mutex_lock(&coordinator->mutex);
    const uint64_t n = coordinator->n_dropped_errors;
    tfi_mutex_unlock(&coordinator->mutex);
    return n;
}

bool tfeed_coordinator_joined(struct tfeed_coordinator *coordinator)
{
    tfi_mutex_lock(&coordinator->mutex);
    const bool is_joined = coordinator->is_joined;
    tfi_mutex_unlock(&coordinator->mutex);
    return is_joined;
}

/* --- members ------------------------------------------------------------------------------- */

static struct tfeed_member *new_member(struct tfeed_coordinator *coordinator, const char *name)
{
    const size_t name_bytes = strlen(name) + 1;
    struct tfeed_member *member =
        tfi_alloc_zeroed(coordinator->allocator, 1, sizeof *member + name_bytes);
    if (member == NULL)
        return NULL;
    member->coordinator = coordinator;
    memcpy(member->name, name, name_bytes);
    return member;
}

static void list_member_locked(struct tfeed_coordinator *coordinator, struct tfeed_member *member)
    TFI_REQUIRES(&coordinator->mutex);

static void list_member_locked(struct tfeed_coordinator *coordinator, struct tfeed_member *member)
{
    (void)tfi_coordinator_ref(coordinator); /* ended by tfeed_coordinator_leave */
    member->serial = ++coordinator->n_members_ever;
    member->is_forgotten = coordinator->is_abandoned;
    if (member->is_forgotten)
        return;
    struct tfeed_member **link = &coordinator->members;
    while (*link != NULL)
        link = &(*link)->next;
    *link = member; /* last, so that stragglers are named in the order of their coming */
}

static void unlist_member_locked(struct tfeed_coordinator *coordinator,
                                 const struct tfeed_member *member)
    TFI_REQUIRES(&coordinator->mutex);

static void unlist_member_locked(struct tfeed_coordinator *coordinator,
                                 const struct tfeed_member *member)
{
    struct tfeed_member **link = &coordinator->members;
    while (*link != member)
        link = &(*link)->next;
    *link = member->next;
}

tfeed_status tfeed_coordinator_register(struct tfeed_coordinator *coordinator, const char *name,
                                        struct tfeed_member **ret_member,
                                        struct tfeed_error *reterr)
{
    struct tfeed_member *member = new_member(coordinator, name);
    if (member == NULL)
        return tfi_fail_memory(reterr, "a coordinator's member");
    tfi_mutex_lock(&coordinator->mutex);
    list_member_locked(coordinator, member);
    tfi_mutex_unlock(&coordinator->mutex);
    *ret_member = member;
    return TFEED_OK;
}

void tfeed_coordinator_leave(struct tfeed_member *member)
{
    struct tfeed_coordinator *coordinator = member->coordinator;
    tfi_mutex_lock(&coordinator->mutex);
    const bool will_be_joined = member->run != NULL && !member->is_forgotten;
    if (!will_be_joined && !member->is_forgotten)
        unlist_member_locked(coordinator, member);
    member->has_left = true;
    tfi_condition_wake(&coordinator->changed, &coordinator->mutex);
    tfi_mutex_unlock(&coordinator->mutex);
    if (!will_be_joined)
        tfi_free(coordinator->allocator, member);
    tfi_coordinator_unref(coordinator);
}

/* Runs a function and reports what it fails with; `name` stands in an error that it left empty. */
static tfeed_status run_and_report(struct tfeed_coordinator *coordinator, const char *name,
                                   tfeed_member_fn run, void *user_data, struct tfeed_error *reterr)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    const tfeed_status status = run(coordinator, user_data, &error);
    if (status == TFEED_OK)
        return TFEED_OK;
    if (error.code != status)
        (void)tfi_fail(&error, status, "%s: %s", name, tfeed_status_text(status));
    return tfeed_coordinator_request_stop(coordinator, &error, reterr);
}

tfeed_status tfeed_coordinator_stop_on_error(struct tfeed_coordinator *coordinator,
                                             tfeed_member_fn run, void *user_data,
                                             struct tfeed_error *reterr)
{
    return run_and_report(coordinator, "a region of the program", run, user_data, reterr);
}

static void run_member(void *argument)
{
    struct tfeed_member *member = argument;
    char name[TFEED_ERROR_MESSAGE_BYTES];
    (void)snprintf(name, sizeof name, "thread %s", member->name);
    /* After a join there is nobody left to tell. */
    (void)run_and_report(member->coordinator, name, member->run, member->user_data, NULL);
    tfeed_coordinator_leave(member);
}

/* The end of a name tells threads apart better than its beginning. */
static const char *kernel_name(const char *name)
{
    const size_t len = strlen(name);
    return len < TFI_THREAD_NAME_BYTES ? name : name + len - (TFI_THREAD_NAME_BYTES - 1);
}

tfeed_status tfeed_coordinator_start_thread(struct tfeed_coordinator *coordinator, const char *name,
                                            tfeed_member_fn run, void *user_data,
                                            struct tfeed_error *reterr)
{
    struct tfeed_member *member = new_member(coordinator, name);
    if (member == NULL)
        return tfi_fail_memory(reterr, "a coordinator's member");
    member->run = run;
    member->user_data = user_data;
    /* Under the mutex, so that the thread cannot leave and be joined before its handle is known. */
    tfi_mutex_lock(&coordinator->mutex);
    const tfeed_status status =
        tfi_thread_start(&member->thread, kernel_name(name), run_member, member, reterr);
    if (status == TFEED_OK) {
        list_member_locked(coordinator, member);
        if (member->is_forgotten)
            tfi_thread_detach(&member->thread);
    }
    tfi_mutex_unlock(&coordinator->mutex);
    if (status != TFEED_OK)
        tfi_free(coordinator->allocator, member);
    return status;
}

/* --- join ---------------------------------------------------------------------------------- */

void tfeed_join_options_init(struct tfeed_join_options *options)
{
    *options = (struct tfeed_join_options){.struct_size = sizeof *options,
                                           .grace_ms = TFEED_GRACE_DEFAULT_MS};
}

/* What one join is about (4). */
struct join {
    uint64_t after;
    uint64_t last;
};

static bool is_waited_for(const struct join *join, const struct tfeed_member *member)
{
    return !member->has_left && member->serial > join->after && member->serial <= join->last;
}

static bool any_lives_locked(const struct tfeed_coordinator *coordinator, const struct join *join)
    TFI_REQUIRES(&coordinator->mutex);

static bool any_lives_locked(const struct tfeed_coordinator *coordinator, const struct join *join)
{
    const struct tfeed_member *member = coordinator->members;
    while (member != NULL && !is_waited_for(join, member))
        member = member->next;
    return member != NULL;
}

static void wait_for_members_locked(struct tfeed_coordinator *coordinator, const struct join *join,
                                    int64_t grace_ms) TFI_REQUIRES(&coordinator->mutex);

static void wait_for_members_locked(struct tfeed_coordinator *coordinator, const struct join *join,
                                    int64_t grace_ms)
{
    while (any_lives_locked(coordinator, join) && !tfeed_coordinator_should_stop(coordinator))
        (void)tfi_condition_wait(&coordinator->changed, &coordinator->mutex, TFI_FOREVER);
    const int64_t deadline_ns = tfi_deadline_after_ms(grace_ms);
    while (any_lives_locked(coordinator, join) &&
           tfi_condition_wait(&coordinator->changed, &coordinator->mutex, deadline_ns))
        ;
}

/* Ends one join: writes "a b", who still lives, into text. The last join under way takes off the
 * list what any of them was about; members that have ended are returned. */
static struct tfeed_member *end_join_locked(struct tfeed_coordinator *coordinator,
                                            const struct join *join, char *text, size_t text_bytes)
    TFI_REQUIRES(&coordinator->mutex);

static struct tfeed_member *end_join_locked(struct tfeed_coordinator *coordinator,
                                            const struct join *join, char *text, size_t text_bytes)
{
    for (const struct tfeed_member *member = coordinator->members; member != NULL;
         member = member->next)
        if (is_waited_for(join, member))
            tfi_append_name(text, text_bytes, " ", member->name);
    if (coordinator->n_given_up < join->last)
        coordinator->n_given_up = join->last;
    coordinator->is_joined = true;
    coordinator->n_joins--;
    return coordinator->n_joins == 0 ? take_members_locked(coordinator, coordinator->n_given_up)
                                     : NULL;
}

size_t tfi_coordinator_n_joins(struct tfeed_coordinator *coordinator)
{
    tfi_mutex_lock(&coordinator->mutex);
    const size_t n_joins = coordinator->n_joins;
    tfi_mutex_unlock(&coordinator->mutex);
    return n_joins;
}

static tfeed_status report_stragglers(const struct tfeed_coordinator *coordinator,
                                      const char *names, bool are_ignored,
                                      struct tfeed_error *reterr)
{
    struct tfeed_error error;
    (void)tfi_fail(&error, TFEED_FAILED_PRECONDITION,
                   "Coordinator stopped with threads still running: %s", names);
    if (!are_ignored)
        return tfi_fail_again(reterr, &error);
    if (coordinator->log != NULL)
        coordinator->log(coordinator->log_user_data, TFEED_LOG_INFO, error.message);
    return TFEED_OK;
}

tfeed_status tfeed_coordinator_join(struct tfeed_coordinator *coordinator,
                                    const struct tfeed_join_options *options,
                                    struct tfeed_error *reterr)
{
    struct tfeed_join_options defaults;
    tfeed_join_options_init(&defaults);
    if (options == NULL)
        options = &defaults;
    if (options->struct_size != sizeof *options)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "join options have struct_size %zu, expected %zu: call "
                        "tfeed_join_options_init first",
                        options->struct_size, sizeof *options);
    char stragglers[TFEED_ERROR_MESSAGE_BYTES] = "";
    tfi_mutex_lock(&coordinator->mutex);
    const struct join join = {.after = coordinator->n_given_up,
                              .last = coordinator->n_members_ever};
    coordinator->n_joins++;
    wait_for_members_locked(coordinator, &join, options->grace_ms);
    struct tfeed_member *ended = end_join_locked(coordinator, &join, stragglers, sizeof stragglers);
    tfi_mutex_unlock(&coordinator->mutex);
    join_ended(coordinator, ended);

    TFI_TRY(tfeed_coordinator_error(coordinator, reterr));
    if (stragglers[0] != '\0')
        return report_stragglers(coordinator, stragglers, options->ignore_live_threads, reterr);
    return TFEED_OK;
}
