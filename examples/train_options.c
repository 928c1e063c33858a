/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * train_options.c - the command line of train_mnist. A recipe sets everything; single options,
 * wherever they stand, change parts of it.
 */
#include "examples/train_options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_INPUTS = 784, N_CLASSES = 10, MAX_HIDDEN_UNITS = 65536, MAX_BATCH_ROWS = 65536 };

enum option_number {
    OPTION_DATA = 1,
    OPTION_RECIPE,
    OPTION_HIDDEN,
    OPTION_BATCH,
    OPTION_EPOCHS,
    OPTION_RATE,
    OPTION_OPTIMIZER,
    OPTION_KEEP_INPUT,
    OPTION_KEEP_HIDDEN,
    OPTION_OFFSET,
    OPTION_INIT,
    OPTION_BIASES,
    OPTION_SHUFFLE,
    OPTION_READERS,
    OPTION_PREFETCH,
    OPTION_SEED,
    OPTION_DETERMINISTIC,
    OPTION_PROBE,
    OPTION_REPORT,
    OPTION_HELP
};

static const struct option long_options[] = {
    {"data", required_argument, NULL, OPTION_DATA},
    {"recipe", required_argument, NULL, OPTION_RECIPE},
    {"hidden", required_argument, NULL, OPTION_HIDDEN},
    {"batch", required_argument, NULL, OPTION_BATCH},
    {"epochs", required_argument, NULL, OPTION_EPOCHS},
    {"rate", required_argument, NULL, OPTION_RATE},
    {"optimizer", required_argument, NULL, OPTION_OPTIMIZER},
    {"keep-input", required_argument, NULL, OPTION_KEEP_INPUT},
    {"keep-hidden", required_argument, NULL, OPTION_KEEP_HIDDEN},
    {"offset", required_argument, NULL, OPTION_OFFSET},
    {"init", required_argument, NULL, OPTION_INIT},
    {"biases", required_argument, NULL, OPTION_BIASES},
    {"shuffle", required_argument, NULL, OPTION_SHUFFLE},
    {"readers", required_argument, NULL, OPTION_READERS},
    {"prefetch", required_argument, NULL, OPTION_PREFETCH},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"deterministic", no_argument, NULL, OPTION_DETERMINISTIC},
    {"probe", no_argument, NULL, OPTION_PROBE},
    {"report", required_argument, NULL, OPTION_REPORT},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

static const char help_text[] =
    "usage: train_mnist [--recipe reader|mlp] [options] --data DIR\n"
    "\n"
    "Trains a fully connected network from DIR/train.tfrecords through a filename queue, reader\n"
    "threads and a shuffle queue, and tells its accuracy on validation.tfrecords and "
    "test.tfrecords.\n"
    "\n"
    "  --recipe reader     TensorFlow's fully_connected_reader: 784-128-32-10, gradient descent\n"
    "  --recipe mlp        784-625-625-10, dropout, RMSProp (default)\n"
    "  --hidden N,N,…      units of the hidden layers\n"
    "  --batch N           examples a step\n"
    "  --epochs N          passes over the training set; 0: until Ctrl-C\n"
    "  --rate X            learning rate\n"
    "  --optimizer NAME    sgd or rmsprop\n"
    "  --keep-input P      probability that dropout keeps a pixel; 1: no dropout\n"
    "  --keep-hidden P     the same for hidden outputs\n"
    "  --offset X          pixels become x/255 + X\n"
    "  --init NAME         truncated (deviation 1/sqrt(fan-in)) or normal (deviation 0.01)\n"
    "  --biases yes|no\n"
    "  --shuffle N         elements that stay in the shuffle queue (min_after_dequeue)\n"
    "  --readers N         reader threads\n"
    "  --prefetch N        batches made ahead by a thread of their own; 0: made when asked for\n"
    "  --seed N            of weights, dropout and order\n"
    "  --deterministic     the same losses in every run\n"
    "  --probe             also times the matrix products of a step alone\n"
    "  --report FILE       writes the results as one JSON object\n"
    "  --help\n";

static bool wrong(const char *option, const char *value, const char *expected)
{
    fprintf(stderr, "train_mnist: --%s: expected %s, got '%s'\n", option, expected, value);
    return false;
}

static bool parse_integer(const char *option, const char *text, int64_t lowest, int64_t highest,
                          int64_t *ret)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < lowest || value > highest) {
        char expected[96];
        snprintf(expected, sizeof expected, "a whole number from %lld to %lld", (long long)lowest,
                 (long long)highest);
        return wrong(option, text, expected);
    }
    *ret = value;
    return true;
}

static bool parse_number(const char *option, const char *text, double lowest, double highest,
                         float *ret)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(value) || value < lowest || value > highest) {
        char expected[96];
        snprintf(expected, sizeof expected, "a number from %g to %g", lowest, highest);
        return wrong(option, text, expected);
    }
    *ret = (float)value;
    return true;
}

static bool parse_hidden(const char *text, struct network_options *network)
{
    const char *at = text;
    network->n_hidden = 0;
    for (;;) {
        char *end;
        errno = 0;
        long units = strtol(at, &end, 10);
        if (errno != 0 || end == at || units < 1 || units > MAX_HIDDEN_UNITS ||
            network->n_hidden == NETWORK_MAX_HIDDEN || (*end != '\0' && *end != ','))
            return wrong("hidden", text, "1 to 8 layer sizes such as 128,32");
        network->hidden[network->n_hidden++] = (int)units;
        if (*end == '\0')
            return true;
        at = end + 1;
    }
}

static void set_recipe_reader(struct train_options *options)
{
    options->recipe = "reader";
    options->batch_size = 100;
    options->n_epochs = 2;
    options->min_after_dequeue = 1000;
    options->pixel_offset = -0.5f;
    options->network = (struct network_options){.n_inputs = N_INPUTS,
                                                .hidden = {128, 32},
                                                .n_hidden = 2,
                                                .n_classes = N_CLASSES,
                                                .biases = true,
                                                .initializer = NETWORK_INIT_TRUNCATED_NORMAL,
                                                .optimizer = NETWORK_GRADIENT_DESCENT,
                                                .rate = 0.01f,
                                                .keep_input = 1.0f,
                                                .keep_hidden = 1.0f};
}

static void set_recipe_mlp(struct train_options *options)
{
    options->recipe = "mlp";
    options->batch_size = 128;
    options->n_epochs = 3;
    options->min_after_dequeue = 10000;
    options->pixel_offset = 0.0f;
    options->network = (struct network_options){.n_inputs = N_INPUTS,
                                                .hidden = {625, 625},
                                                .n_hidden = 2,
                                                .n_classes = N_CLASSES,
                                                .biases = false,
                                                .initializer = NETWORK_INIT_NORMAL,
                                                .optimizer = NETWORK_RMSPROP,
                                                .rate = 0.001f,
                                                .keep_input = 0.8f,
                                                .keep_hidden = 0.5f};
}

static bool parse_recipe(const char *name, struct train_options *options)
{
    if (strcmp(name, "reader") == 0)
        set_recipe_reader(options);
    else if (strcmp(name, "mlp") == 0)
        set_recipe_mlp(options);
    else
        return wrong("recipe", name, "reader or mlp");
    return true;
}

/* One of two words; true in *ret for the first. */
static bool parse_choice(const char *option, const char *text, const char *first,
                         const char *second, bool *ret)
{
    char expected[64];
    snprintf(expected, sizeof expected, "%s or %s", first, second);
    *ret = strcmp(text, first) == 0;
    return *ret || strcmp(text, second) == 0 || wrong(option, text, expected);
}

static bool parse_network_option(int number, const char *value, struct network_options *network)
{
    bool first = false;
    switch (number) {
    case OPTION_HIDDEN:
        return parse_hidden(value, network);
    case OPTION_RATE:
        return parse_number("rate", value, 0, 1e6, &network->rate);
    case OPTION_OPTIMIZER:
        if (!parse_choice("optimizer", value, "sgd", "rmsprop", &first))
            return false;
        network->optimizer = first ? NETWORK_GRADIENT_DESCENT : NETWORK_RMSPROP;
        return true;
    case OPTION_KEEP_INPUT:
        return parse_number("keep-input", value, 1e-3, 1, &network->keep_input);
    case OPTION_KEEP_HIDDEN:
        return parse_number("keep-hidden", value, 1e-3, 1, &network->keep_hidden);
    case OPTION_INIT:
        if (!parse_choice("init", value, "truncated", "normal", &first))
            return false;
        network->initializer = first ? NETWORK_INIT_TRUNCATED_NORMAL : NETWORK_INIT_NORMAL;
        return true;
    case OPTION_BIASES:
        return parse_choice("biases", value, "yes", "no", &network->biases);
    case OPTION_SEED:
        return parse_integer("seed", value, 0, INT32_MAX, &network->seed);
    default:
        return false;
    }
}

static bool parse_option(int number, const char *value, struct train_options *options)
{
    switch (number) {
    case OPTION_DATA:
        options->data = value;
        return true;
    case OPTION_RECIPE:
        return true;
    case OPTION_BATCH:
        return parse_integer("batch", value, 1, MAX_BATCH_ROWS, &options->batch_size);
    case OPTION_EPOCHS:
        return parse_integer("epochs", value, 0, INT32_MAX, &options->n_epochs);
    case OPTION_OFFSET:
        return parse_number("offset", value, -1e6, 1e6, &options->pixel_offset);
    case OPTION_SHUFFLE:
        return parse_integer("shuffle", value, 0, INT32_MAX, &options->min_after_dequeue);
    case OPTION_READERS:
        return parse_integer("readers", value, 1, 256, &options->n_readers);
    case OPTION_PREFETCH:
        return parse_integer("prefetch", value, 0, 1024, &options->n_prefetch);
    case OPTION_DETERMINISTIC:
        options->deterministic = true;
        return true;
    case OPTION_PROBE:
        options->probe = true;
        return true;
    case OPTION_REPORT:
        options->report = value;
        return true;
    default:
        return parse_network_option(number, value, &options->network);
    }
}

/* The recipe is looked for first: it must not undo what stands before it. */
static bool find_recipe(int argc, char **argv, struct train_options *options)
{
    const char *recipe = "mlp";
    int number;
    opterr = 0;
    while ((number = getopt_long(argc, argv, "", long_options, NULL)) != -1)
        if (number == OPTION_RECIPE)
            recipe = optarg;
    optind = 0;
    opterr = 1;
    return parse_recipe(recipe, options);
}

enum train_options_outcome train_options_parse(int argc, char **argv, struct train_options *options)
{
    *options = (struct train_options){.n_readers = 1};
    if (!find_recipe(argc, argv, options))
        return TRAIN_OPTIONS_WRONG;
    options->network.decay = 0.9f;
    options->network.epsilon = 1e-10f;
    options->network.stddev = 0.01f;
    options->network.seed = 1;
    int number;
    while ((number = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (number == OPTION_HELP) {
            fputs(help_text, stdout);
            return TRAIN_OPTIONS_HELP;
        }
        if (number == '?' || !parse_option(number, optarg, options))
            return TRAIN_OPTIONS_WRONG;
    }
    if (optind < argc) {
        fprintf(stderr, "train_mnist: unexpected argument '%s'; try train_mnist --help\n",
                argv[optind]);
        return TRAIN_OPTIONS_WRONG;
    }
    if (options->data == NULL) {
        fprintf(stderr, "train_mnist: --data DIR is missing; try train_mnist --help\n");
        return TRAIN_OPTIONS_WRONG;
    }
    options->network.max_batch = (int)options->batch_size;
    return TRAIN_OPTIONS_RUN;
}
