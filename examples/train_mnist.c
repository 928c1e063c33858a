/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * train_mnist.c - trains a network on MNIST from TFRecord files, the way TensorFlow 1.x programs do
 * it.
 *
 *   string_input_producer ─▶ names ─▶ readers ─▶ shuffle queue ─▶ batches ─▶ network_train
 *   a coordinator stops and joins all threads; its normal end is OUT_OF_RANGE
 *
 * inputs_open, inputs_next and inputs_close are the part to copy: everything tfeed is in them.
 *
 * Exit: 0 trained, 1 damaged or unfit data, 2 usage, 3 I/O or no memory, 130 after Ctrl-C.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <tfeed/tfeed.h>

#include "examples/interruption.h"
#include "examples/matmul.h"
#include "examples/train_options.h"

enum { REPORT_EVERY_STEPS = 100, PROBE_STEPS = 200, PROGRESS_EVERY_STEPS = 10, BAR_WIDTH = 30 };
enum { PATH_BYTES = 4096 };
enum { EXIT_DATA = 1, EXIT_USAGE = 2, EXIT_SYSTEM = 3 };

static double now_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ------------------------------------------------------------------- inputs */

enum { COLUMN_IMAGE, COLUMN_LABEL, N_COLUMNS };

struct inputs {
    struct tfeed_context *context;
    struct tfeed_coordinator *coordinator;
    struct tfeed_schema *schema;
    struct tfeed_queue *names;
    struct tfeed_batcher *batcher;
    struct tfeed_tensor columns[N_COLUMNS];
};

static tfeed_status make_schema(struct inputs *inputs, const struct train_options *options,
                                struct tfeed_error *error)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    tfeed_status status = tfeed_schema_new(NULL, &inputs->schema, error);
    if (status == TFEED_OK)
        status = tfeed_schema_add_raw(inputs->schema, "image_raw", TFEED_FLOAT,
                                      options->network.n_inputs, 1.0f / 255, options->pixel_offset,
                                      error);
    if (status == TFEED_OK)
        status = tfeed_schema_add_fixed(inputs->schema, "label", TFEED_INT32, &scalar, error);
    return status;
}

/* The pipeline over one file. Training shuffles and goes round; evaluation takes every row once. */
static tfeed_status make_pipeline(struct inputs *inputs, const struct train_options *options,
                                  const char *path, bool training, struct tfeed_error *error)
{
    struct tfeed_producer_options producing;
    tfeed_producer_options_init(&producing);
    producing.shuffle = training;
    producing.n_epochs = !training               ? 1
                         : options->n_epochs > 0 ? options->n_epochs
                                                 : TFEED_EPOCHS_ENDLESS;
    tfeed_status status =
        tfeed_string_input_producer(inputs->context, &path, 1, &producing, &inputs->names, error);
    if (status != TFEED_OK)
        return status;

    struct tfeed_batch_options batching;
    tfeed_batch_options_init(&batching);
    batching.batch_size = options->batch_size;
    batching.min_after_dequeue = training ? options->min_after_dequeue : 0;
    batching.n_threads = options->n_readers;
    batching.n_prefetch = options->n_prefetch;
    batching.deterministic = options->deterministic;
    batching.allow_smaller_final_batch = !training;
    return tfeed_shuffle_batch_examples(inputs->context, inputs->names, inputs->schema, NULL,
                                        &batching, &inputs->batcher, error);
}

static tfeed_status inputs_open(struct inputs *inputs, const struct train_options *options,
                                const char *path, bool training, struct tfeed_error *error)
{
    struct tfeed_context_options context_options;
    tfeed_context_options_init(&context_options);
    context_options.graph_seed = options->network.seed;
    *inputs = (struct inputs){0};
    tfeed_status status = tfeed_context_new(&context_options, &inputs->context, error);
    if (status == TFEED_OK)
        status = tfeed_coordinator_new(NULL, &inputs->coordinator, error);
    if (status == TFEED_OK)
        status = make_schema(inputs, options, error);
    if (status == TFEED_OK)
        status = make_pipeline(inputs, options, path, training, error);
    if (status == TFEED_OK)
        status = tfeed_start_queue_runners(inputs->context, inputs->coordinator, error);
    return status;
}

static tfeed_status inputs_next(struct inputs *inputs, struct tfeed_error *error)
{
    if (tfeed_coordinator_should_stop(inputs->coordinator))
        return TFEED_OUT_OF_RANGE;
    return tfeed_batcher_next(inputs->batcher, inputs->columns, error);
}

/* Stops, joins, and gives the reason why the input ended: OK for the normal end. A reader's error
 * is known to the coordinator only, so that is asked last and wins. */
static tfeed_status inputs_close(struct inputs *inputs, tfeed_status end, struct tfeed_error *error)
{
    tfeed_status status = end == TFEED_OUT_OF_RANGE || end == TFEED_CANCELLED ? TFEED_OK : end;
    if (inputs->coordinator != NULL) {
        struct tfeed_error joined = TFEED_ERROR_INIT;
        (void)tfeed_coordinator_request_stop(inputs->coordinator, status == TFEED_OK ? NULL : error,
                                             NULL); /* not joined yet: it cannot fail */
        tfeed_status join_status = tfeed_coordinator_join(inputs->coordinator, NULL, &joined);
        if (join_status != TFEED_OK) {
            status = join_status;
            *error = joined;
        }
    }
    for (int i = 0; i < N_COLUMNS; i++)
        tfeed_tensor_clear(&inputs->columns[i]);
    tfeed_batcher_unref(inputs->batcher);
    tfeed_queue_unref(inputs->names);
    tfeed_schema_unref(inputs->schema);
    tfeed_status close_status =
        tfeed_context_close(inputs->context, status == TFEED_OK ? error : NULL);
    tfeed_coordinator_free(inputs->coordinator);
    return status != TFEED_OK ? status : close_status;
}

/* ----------------------------------------------------------------- training */

struct results {
    int64_t n_steps;
    double loss;
    double first_step_seconds; /* clock at the end of the first step */
    double last_step_seconds;
    double wait_seconds;
    double compute_seconds;
    double probe_seconds; /* a step's matrix products alone; 0: not measured */
    double validation_accuracy;
    double test_accuracy;
};

static void show_progress(const struct results *results, int64_t n_expected_steps)
{
    if (n_expected_steps <= 0 || !isatty(STDERR_FILENO))
        return;
    int filled = (int)(results->n_steps * BAR_WIDTH / n_expected_steps);
    filled = filled > BAR_WIDTH ? BAR_WIDTH : filled;
    fprintf(stderr, "\r[%.*s%*s] %3" PRId64 " %%", filled, "##############################",
            BAR_WIDTH - filled, "", results->n_steps * 100 / n_expected_steps);
}

static void clear_progress(int64_t n_expected_steps)
{
    if (n_expected_steps > 0 && isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
}

static void report_step(const struct results *results, int64_t batch_size, double seconds,
                        int64_t n_expected_steps)
{
    clear_progress(n_expected_steps);
    double step_seconds = seconds / REPORT_EVERY_STEPS;
    printf("step %6" PRId64 "  loss %.6f  %7.3f ms a step  %9.0f images/s\n", results->n_steps,
           results->loss, 1e3 * step_seconds, (double)batch_size / step_seconds);
    fflush(stdout);
}

/* What this program finds wrong itself, in the form of tfeed's own messages. */
static tfeed_status refuse(struct tfeed_error *error, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static tfeed_status refuse(struct tfeed_error *error, const char *path, const char *format, ...)
{
    int len = snprintf(error->message, sizeof error->message, "%.400s: ", path);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message + len, sizeof error->message - (size_t)len, format, arguments);
    va_end(arguments);
    error->code = TFEED_INVALID_ARGUMENT;
    return TFEED_INVALID_ARGUMENT;
}

static tfeed_status check_labels(const struct inputs *inputs, const struct train_options *options,
                                 const char *path, struct tfeed_error *error)
{
    const struct tfeed_tensor *labels = &inputs->columns[COLUMN_LABEL];
    const int64_t n = labels->shape.dims[0];
    for (int64_t i = 0; i < n; i++) {
        int32_t label = tfeed_tensor_int32s(labels)[i];
        if (label < 0 || label >= options->network.n_classes)
            return refuse(error, path, "label %" PRId32 " is not in [0, %d)", label,
                          options->network.n_classes);
    }
    return TFEED_OK;
}

/* The next batch, fit for the network. */
static tfeed_status next_batch(struct inputs *inputs, const struct train_options *options,
                               const char *path, struct tfeed_error *error)
{
    tfeed_status status = inputs_next(inputs, error);
    return status == TFEED_OK ? check_labels(inputs, options, path, error) : status;
}

static tfeed_status train_steps(struct inputs *inputs, struct network *network,
                                const struct train_options *options, const char *path,
                                int64_t n_expected_steps, struct results *results,
                                struct tfeed_error *error)
{
    double mark = now_seconds();
    double reported = mark;
    for (;;) {
        tfeed_status status = next_batch(inputs, options, path, error);
        if (status != TFEED_OK)
            return status;
        double ready = now_seconds();
        results->wait_seconds += ready - mark;
        int n_rows = (int)inputs->columns[COLUMN_LABEL].shape.dims[0];
        results->loss =
            (double)network_train(network, tfeed_tensor_floats(&inputs->columns[COLUMN_IMAGE]),
                                  tfeed_tensor_int32s(&inputs->columns[COLUMN_LABEL]), n_rows);
        mark = now_seconds();
        results->compute_seconds += mark - ready;
        results->last_step_seconds = mark;
        if (results->n_steps++ == 0)
            results->first_step_seconds = mark;
        if (results->n_steps % REPORT_EVERY_STEPS == 0) {
            report_step(results, options->batch_size, mark - reported, n_expected_steps);
            reported = mark;
        }
        if (results->n_steps % PROGRESS_EVERY_STEPS == 0)
            show_progress(results, n_expected_steps);
    }
}

static bool goes_on(void *user_data, uint64_t n_records, uint64_t n_total, uint64_t n_bytes)
{
    (void)user_data;
    (void)n_records;
    (void)n_total;
    (void)n_bytes;
    return !interruption_came();
}

/* The number of records in a file: also shows, before any work is done, that it can be read. */
static tfeed_status count_records(const char *path, int64_t *ret_n, struct tfeed_error *error)
{
    struct tfeed_dataset_count_options counting;
    struct tfeed_dataset_count_report report;
    tfeed_dataset_count_options_init(&counting);
    counting.progress = goes_on;
    tfeed_status status = tfeed_dataset_count(path, &counting, &report, error);
    *ret_n = (int64_t)report.n_records;
    return status;
}

static tfeed_status train(struct network *network, const struct train_options *options,
                          const char *path, int64_t n_expected_steps, struct results *results,
                          struct tfeed_error *error)
{
    struct inputs inputs;
    tfeed_status status = inputs_open(&inputs, options, path, true, error);
    if (status == TFEED_OK) {
        interruption_stops(inputs.coordinator);
        status = train_steps(&inputs, network, options, path, n_expected_steps, results, error);
        interruption_stops(NULL);
        clear_progress(n_expected_steps);
    }
    return inputs_close(&inputs, status, error);
}

static tfeed_status evaluate(struct network *network, const struct train_options *options,
                             const char *path, double *ret_accuracy, struct tfeed_error *error)
{
    struct inputs inputs;
    int64_t n_rows = 0;
    int64_t n_correct = 0;
    tfeed_status status = inputs_open(&inputs, options, path, false, error);
    interruption_stops(inputs.coordinator);
    while (status == TFEED_OK && (status = next_batch(&inputs, options, path, error)) == TFEED_OK) {
        int n = (int)inputs.columns[COLUMN_LABEL].shape.dims[0];
        n_rows += n;
        n_correct +=
            network_count_correct(network, tfeed_tensor_floats(&inputs.columns[COLUMN_IMAGE]),
                                  tfeed_tensor_int32s(&inputs.columns[COLUMN_LABEL]), n);
    }
    interruption_stops(NULL);
    *ret_accuracy = n_rows > 0 ? (double)n_correct / (double)n_rows : 0;
    return inputs_close(&inputs, status, error);
}

static void probe(struct network *network, const struct train_options *options,
                  struct results *results)
{
    for (int i = 0; i < PROBE_STEPS / 10; i++)
        network_multiply_only(network, (int)options->batch_size);
    double start = now_seconds();
    for (int i = 0; i < PROBE_STEPS; i++)
        network_multiply_only(network, (int)options->batch_size);
    results->probe_seconds = (now_seconds() - start) / PROBE_STEPS;
}

/* ------------------------------------------------------------------- report */

static double seconds_between_steps(const struct results *results)
{
    return results->last_step_seconds - results->first_step_seconds;
}

static void print_results(const struct train_options *options, const struct results *results)
{
    double seconds = seconds_between_steps(results);
    double total = results->wait_seconds + results->compute_seconds;
    printf("%s: %" PRId64 " steps, %.3f s from the first to the last step, %.0f images/s\n",
           options->recipe, results->n_steps, seconds,
           seconds > 0 ? (double)((results->n_steps - 1) * options->batch_size) / seconds : 0);
    if (results->n_steps > 0)
        printf("time: %.1f %% waiting for input, %.1f %% computing (%.3f ms a step, %s)\n",
               100 * results->wait_seconds / total, 100 * results->compute_seconds / total,
               1e3 * results->compute_seconds / (double)results->n_steps, matmul_name());
    if (results->probe_seconds > 0 && results->n_steps > 0)
        printf(
            "probe: the matrix products alone take %.3f ms a step, a whole step %.2f times that\n",
            1e3 * results->probe_seconds,
            total / (double)results->n_steps / results->probe_seconds);
    printf("accuracy: %.4f on validation, %.4f on test\n", results->validation_accuracy,
           results->test_accuracy);
}

static bool write_report(const struct train_options *options, const struct results *results)
{
    FILE *file = fopen(options->report, "we");
    if (file == NULL) {
        perror(options->report);
        return false;
    }
    fprintf(file,
            "{\"recipe\": \"%s\", \"steps\": %" PRId64 ", \"loss\": %.9g, \"seconds\": %.6f, "
            "\"wait_seconds\": %.6f, \"compute_seconds\": %.6f, \"probe_step_seconds\": %.9f, "
            "\"validation_accuracy\": %.4f, \"test_accuracy\": %.4f}\n",
            options->recipe, results->n_steps, results->loss, seconds_between_steps(results),
            results->wait_seconds, results->compute_seconds, results->probe_seconds,
            results->validation_accuracy, results->test_accuracy);
    bool has_failed = ferror(file) != 0;
    if (fclose(file) != 0 || has_failed) {
        perror(options->report);
        return false;
    }
    return true;
}

/* --------------------------------------------------------------------- main */

static int exit_code(tfeed_status status)
{
    switch (status) {
    case TFEED_OK:
        return EXIT_SUCCESS;
    case TFEED_DATA_LOSS:
    case TFEED_INVALID_ARGUMENT:
    case TFEED_OUT_OF_RANGE:
        return EXIT_DATA;
    default:
        return EXIT_SYSTEM;
    }
}

enum { TRAIN, VALIDATION, TEST, N_SPLITS };

/* Looks at all files before the first step, and says how many steps there will be; 0: endless. */
static tfeed_status plan_steps(char paths[N_SPLITS][PATH_BYTES],
                               const struct train_options *options, int64_t *ret_n_steps,
                               struct tfeed_error *error)
{
    int64_t n_records[N_SPLITS];
    for (int i = 0; i < N_SPLITS; i++) {
        tfeed_status status = count_records(paths[i], &n_records[i], error);
        if (status != TFEED_OK)
            return status;
    }
    *ret_n_steps = n_records[TRAIN] * options->n_epochs / options->batch_size;
    if (n_records[TRAIN] > 0 && (*ret_n_steps > 0 || options->n_epochs == 0))
        return TFEED_OK;
    return refuse(error, paths[TRAIN], "%" PRId64 " records are not enough for a batch of %" PRId64,
                  n_records[TRAIN], options->batch_size);
}

static tfeed_status run(struct network *network, const struct train_options *options,
                        struct results *results, struct tfeed_error *error)
{
    static const char *const names[N_SPLITS] = {"train", "validation", "test"};
    char paths[N_SPLITS][PATH_BYTES];
    int64_t n_steps = 0;
    for (int i = 0; i < N_SPLITS; i++)
        snprintf(paths[i], sizeof paths[i], "%s/%s.tfrecords", options->data, names[i]);
    tfeed_status status = plan_steps(paths, options, &n_steps, error);
    if (status == TFEED_OK && options->probe)
        probe(network, options, results);
    if (status == TFEED_OK)
        status = train(network, options, paths[TRAIN], n_steps, results, error);
    if (status == TFEED_OK && !interruption_came())
        status =
            evaluate(network, options, paths[VALIDATION], &results->validation_accuracy, error);
    if (status == TFEED_OK && !interruption_came())
        status = evaluate(network, options, paths[TEST], &results->test_accuracy, error);
    return status;
}

/* OpenMP's threads spin for milliseconds where they wait for each other, which on a machine that
 * has other work to do costs more than the work itself (a step took 40 times as long). Its runtime
 * reads the limit once, before main: so the program starts itself again with one, unless the user
 * set it. */
static void limit_spinning(char **argv)
{
    if (getenv("GOMP_SPINCOUNT") != NULL || getenv("OMP_WAIT_POLICY") != NULL)
        return;
    char program[PATH_BYTES];
    ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);
    if (len <= 0 || setenv("GOMP_SPINCOUNT", "3000", 1) != 0)
        return;
    program[len] = '\0';
    execv(program, argv); /* comes back only where it cannot: then things go on, slower */
}

int main(int argc, char **argv)
{
    limit_spinning(argv);
    struct train_options options;
    switch (train_options_parse(argc, argv, &options)) {
    case TRAIN_OPTIONS_HELP:
        return EXIT_SUCCESS;
    case TRAIN_OPTIONS_WRONG:
        return EXIT_USAGE;
    case TRAIN_OPTIONS_RUN:
        break;
    }
    if (!interruption_start()) {
        fputs("train_mnist: cannot start a thread\n", stderr);
        return EXIT_SYSTEM;
    }
    struct results results = {0};
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct network *network = network_new(&options.network);
    int code = EXIT_SYSTEM;
    if (network == NULL) {
        fputs("train_mnist: no memory for the network\n", stderr);
    } else {
        tfeed_status status = run(network, &options, &results, &error);
        code = exit_code(status);
        if (interruption_came())
            code = EXIT_INTERRUPTED;
        else if (status != TFEED_OK)
            fprintf(stderr, "train_mnist: %s\n", error.message);
        else
            print_results(&options, &results);
        if (code == EXIT_SUCCESS && options.report != NULL && !write_report(&options, &results))
            code = EXIT_SYSTEM;
    }
    network_free(network);
    interruption_end();
    if (fflush(stdout) != 0 && code == EXIT_SUCCESS)
        code = EXIT_SYSTEM;
    return code;
}
