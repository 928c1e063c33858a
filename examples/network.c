/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * network.c - a fully connected network, trained step by step.
 *
 * All parameters lie in one array, gradients and optimizer slots in arrays of the same layout, so
 * that an update is one loop. Everything elementwise runs on the OpenMP team that the matrix
 * products use.
 */
#include "examples/network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/random.h>

#include "examples/matmul.h"
#include "examples/vectorize.h"

/* Elements a thread takes at a time: enough to hide the cost of handing out work. */
enum { CHUNK = 8192, ALIGNMENT = 64, MAX_LAYERS = NETWORK_MAX_HIDDEN + 1 };

struct layer {
    int n_in;
    int n_out;
    float *weights; /* [n_in][n_out] */
    float *biases;  /* [n_out], NULL without */
    float *weights_gradient;
    float *biases_gradient;
    float *outputs; /* [max_batch][n_out], after ReLU and dropout; the last layer: logits */
    float *deltas;  /* [max_batch][n_out], gradient of the loss at the outputs before ReLU */
};

struct network {
    struct network_options options;
    struct layer layers[MAX_LAYERS];
    int n_layers;
    int64_t n_parameters;
    float *parameters;
    float *gradients;
    float *mean_squares; /* RMSProp */
    float *inputs;       /* [max_batch][n_inputs], after dropout */
    uint32_t n_masks;    /* dropout masks drawn so far: each has its own stream of random bits */
};

static float *new_floats(int64_t n)
{
    size_t bytes = ((size_t)n * sizeof(float) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    float *memory = aligned_alloc(ALIGNMENT, bytes);
    if (memory != NULL)
        memset(memory, 0, bytes);
    return memory;
}

/* ------------------------------------------------------------ construction */

static bool new_layers(struct network *network)
{
    const struct network_options *options = &network->options;
    network->n_layers = options->n_hidden + 1;
    int n_in = options->n_inputs;
    for (int i = 0; i < network->n_layers; i++) {
        struct layer *layer = &network->layers[i];
        layer->n_in = n_in;
        layer->n_out = i < options->n_hidden ? options->hidden[i] : options->n_classes;
        n_in = layer->n_out;
        network->n_parameters += (int64_t)(layer->n_in + (options->biases ? 1 : 0)) * layer->n_out;
        layer->outputs = new_floats((int64_t)options->max_batch * layer->n_out);
        layer->deltas = new_floats((int64_t)options->max_batch * layer->n_out);
        if (layer->outputs == NULL || layer->deltas == NULL)
            return false;
    }
    network->parameters = new_floats(network->n_parameters);
    network->gradients = new_floats(network->n_parameters);
    network->mean_squares = new_floats(network->n_parameters);
    network->inputs = new_floats((int64_t)options->max_batch * options->n_inputs);
    return network->parameters != NULL && network->gradients != NULL &&
           network->mean_squares != NULL && network->inputs != NULL;
}

static void place_parameters(struct network *network)
{
    int64_t at = 0;
    for (int i = 0; i < network->n_layers; i++) {
        struct layer *layer = &network->layers[i];
        layer->weights = network->parameters + at;
        layer->weights_gradient = network->gradients + at;
        at += (int64_t)layer->n_in * layer->n_out;
        if (network->options.biases) {
            layer->biases = network->parameters + at;
            layer->biases_gradient = network->gradients + at;
            at += layer->n_out;
        }
    }
}

static bool initialize(struct network *network)
{
    const struct network_options *options = &network->options;
    for (int i = 0; i < network->n_layers; i++) {
        struct layer *layer = &network->layers[i];
        struct tfeed_random random;
        tfeed_random_init(&random, tfeed_seeds_derive(options->seed, i, 0));
        size_t n = (size_t)layer->n_in * (size_t)layer->n_out;
        tfeed_status status =
            options->initializer == NETWORK_INIT_TRUNCATED_NORMAL
                ? tfeed_random_truncated_normal(&random, TFEED_FLOAT, 0,
                                                1 / sqrt((double)layer->n_in), layer->weights, n)
                : tfeed_random_normal(&random, TFEED_FLOAT, 0, (double)options->stddev,
                                      layer->weights, n);
        if (status != TFEED_OK)
            return false;
    }
    for (int64_t i = 0; i < network->n_parameters; i++)
        network->mean_squares[i] = 1;
    return true;
}

struct network *network_new(const struct network_options *options)
{
    struct network *network = calloc(1, sizeof *network);
    if (network == NULL)
        return NULL;
    network->options = *options;
    if (!new_layers(network)) {
        network_free(network);
        return NULL;
    }
    place_parameters(network);
    if (!initialize(network)) {
        network_free(network);
        return NULL;
    }
    return network;
}

void network_free(struct network *network)
{
    if (network == NULL)
        return;
    for (int i = 0; i < network->n_layers; i++) {
        free(network->layers[i].outputs);
        free(network->layers[i].deltas);
    }
    free(network->parameters);
    free(network->gradients);
    free(network->mean_squares);
    free(network->inputs);
    free(network);
}

int64_t network_n_parameters(const struct network *network)
{
    return network->n_parameters;
}

/* ----------------------------------------------------- elementwise kernels */

/* A well-mixed 32-bit hash of a counter: dropout needs independent bits that depend on nothing but
 * the seed, so that any thread can make any part of a mask. (Constants: Ellis, "lowbias32".) */
static inline uint32_t mix(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x7feb352dU;
    x ^= x >> 15;
    x *= 0x846ca68bU;
    return x ^ (x >> 16);
}

/* The value below which a random word keeps its element. */
static uint32_t keep_threshold(float keep)
{
    return keep >= 1.0f ? UINT32_MAX : (uint32_t)((double)keep * 4294967296.0);
}

/* Inverted dropout: what is kept is divided by the probability of keeping it. */
VECTORIZE static void drop(const float *from, int64_t begin, int64_t end, uint32_t stream,
                           uint32_t threshold, float scale, float *to)
{
    for (int64_t i = begin; i < end; i++)
        to[i] = mix(stream ^ (uint32_t)i) < threshold ? from[i] * scale : 0.0f;
}

VECTORIZE static void relu(float *values, int64_t begin, int64_t end)
{
    for (int64_t i = begin; i < end; i++)
        values[i] = values[i] > 0.0f ? values[i] : 0.0f;
}

VECTORIZE static void add_row(float *to, const float *row, int n)
{
    for (int i = 0; i < n; i++)
        to[i] += row[i];
}

/* Backwards through dropout and ReLU at once: an output is positive only where both let it
 * through. */
VECTORIZE static void block_deltas(float *deltas, const float *outputs, int64_t begin, int64_t end,
                                   float scale)
{
    for (int64_t i = begin; i < end; i++)
        deltas[i] = outputs[i] > 0.0f ? deltas[i] * scale : 0.0f;
}

VECTORIZE static void descend(float *parameters, const float *gradients, int64_t begin, int64_t end,
                              float rate)
{
    for (int64_t i = begin; i < end; i++)
        parameters[i] -= rate * gradients[i];
}

VECTORIZE static void rmsprop(float *restrict parameters, const float *restrict gradients,
                              float *restrict mean_squares, int64_t begin, int64_t end, float rate,
                              float decay, float epsilon)
{
    for (int64_t i = begin; i < end; i++) {
        float gradient = gradients[i];
        float mean_square =
            mean_squares[i] + (gradient * gradient - mean_squares[i]) * (1.0f - decay);
        mean_squares[i] = mean_square;
        parameters[i] -= rate * gradient / sqrtf(mean_square + epsilon);
    }
}

static inline int64_t chunk_end(int64_t begin, int64_t n)
{
    return begin + CHUNK < n ? begin + CHUNK : n;
}

/* ----------------------------------------------------------------- forward */

static void drop_outputs(struct network *network, const float *from, int64_t n, float keep,
                         float *to)
{
    uint32_t stream = mix((uint32_t)network->options.seed + 0x9e3779b9U * ++network->n_masks);
    uint32_t threshold = keep_threshold(keep);
#pragma omp parallel for schedule(static)
    for (int64_t begin = 0; begin < n; begin += CHUNK)
        drop(from, begin, chunk_end(begin, n), stream, threshold, 1.0f / keep, to);
}

static void add_biases(const struct layer *layer, int n)
{
    if (layer->biases == NULL)
        return;
    for (int row = 0; row < n; row++)
        add_row(layer->outputs + (int64_t)row * layer->n_out, layer->biases, layer->n_out);
}

/* Leaves the logits in the last layer's outputs. */
static const float *forward(struct network *network, const float *images, int n, bool training)
{
    const struct network_options *options = &network->options;
    const float *inputs = images;
    if (training && options->keep_input < 1.0f) {
        drop_outputs(network, images, (int64_t)n * options->n_inputs, options->keep_input,
                     network->inputs);
        inputs = network->inputs;
    }
    const float *first_inputs = inputs;
    for (int i = 0; i < network->n_layers; i++) {
        struct layer *layer = &network->layers[i];
        int64_t n_outputs = (int64_t)n * layer->n_out;
        matmul(false, false, n, layer->n_out, layer->n_in, inputs, layer->weights, layer->outputs);
        add_biases(layer, n);
        if (i + 1 < network->n_layers) {
#pragma omp parallel for schedule(static)
            for (int64_t begin = 0; begin < n_outputs; begin += CHUNK)
                relu(layer->outputs, begin, chunk_end(begin, n_outputs));
            if (training && options->keep_hidden < 1.0f)
                drop_outputs(network, layer->outputs, n_outputs, options->keep_hidden,
                             layer->outputs);
        }
        inputs = layer->outputs;
    }
    return first_inputs;
}

/* ---------------------------------------------------------------- backward */

/* The mean cross-entropy of softmax(logits), and its gradient at the logits. */
static float softmax_cross_entropy(struct layer *last, const int32_t *labels, int n)
{
    double loss = 0;
    for (int row = 0; row < n; row++) {
        const float *logits = last->outputs + (int64_t)row * last->n_out;
        float *deltas = last->deltas + (int64_t)row * last->n_out;
        float largest = logits[0];
        for (int i = 1; i < last->n_out; i++)
            largest = logits[i] > largest ? logits[i] : largest;
        float sum = 0;
        for (int i = 0; i < last->n_out; i++)
            sum += deltas[i] = expf(logits[i] - largest);
        for (int i = 0; i < last->n_out; i++)
            deltas[i] = (deltas[i] / sum - (i == labels[row] ? 1.0f : 0.0f)) / (float)n;
        loss += (double)(logf(sum) + largest - logits[labels[row]]);
    }
    return (float)(loss / n);
}

static void sum_rows(const struct layer *layer, int n)
{
    if (layer->biases == NULL)
        return;
    memset(layer->biases_gradient, 0, (size_t)layer->n_out * sizeof(float));
    for (int row = 0; row < n; row++)
        add_row(layer->biases_gradient, layer->deltas + (int64_t)row * layer->n_out, layer->n_out);
}

static void backward(struct network *network, const float *first_inputs, int n)
{
    float scale = 1.0f / network->options.keep_hidden;
    for (int i = network->n_layers - 1; i >= 0; i--) {
        struct layer *layer = &network->layers[i];
        struct layer *below = i > 0 ? &network->layers[i - 1] : NULL;
        matmul(true, false, layer->n_in, layer->n_out, n,
               below != NULL ? below->outputs : first_inputs, layer->deltas,
               layer->weights_gradient);
        sum_rows(layer, n);
        if (below == NULL)
            break;
        matmul(false, true, n, layer->n_in, layer->n_out, layer->deltas, layer->weights,
               below->deltas);
        int64_t n_deltas = (int64_t)n * below->n_out;
#pragma omp parallel for schedule(static)
        for (int64_t begin = 0; begin < n_deltas; begin += CHUNK)
            block_deltas(below->deltas, below->outputs, begin, chunk_end(begin, n_deltas), scale);
    }
}

static void update(struct network *network)
{
    const struct network_options *options = &network->options;
    int64_t n = network->n_parameters;
#pragma omp parallel for schedule(static)
    for (int64_t begin = 0; begin < n; begin += CHUNK) {
        if (options->optimizer == NETWORK_GRADIENT_DESCENT)
            descend(network->parameters, network->gradients, begin, chunk_end(begin, n),
                    options->rate);
        else
            rmsprop(network->parameters, network->gradients, network->mean_squares, begin,
                    chunk_end(begin, n), options->rate, options->decay, options->epsilon);
    }
}

/* ------------------------------------------------------------------ public */

float network_train(struct network *network, const float *images, const int32_t *labels, int n)
{
    const float *first_inputs = forward(network, images, n, true);
    float loss = softmax_cross_entropy(&network->layers[network->n_layers - 1], labels, n);
    backward(network, first_inputs, n);
    update(network);
    return loss;
}

int network_count_correct(struct network *network, const float *images, const int32_t *labels,
                          int n)
{
    (void)forward(network, images, n, false);
    const struct layer *last = &network->layers[network->n_layers - 1];
    int n_correct = 0;
    for (int row = 0; row < n; row++) {
        const float *logits = last->outputs + (int64_t)row * last->n_out;
        int best = 0;
        for (int i = 1; i < last->n_out; i++)
            best = logits[i] > logits[best] ? i : best;
        n_correct += best == labels[row];
    }
    return n_correct;
}

void network_multiply_only(struct network *network, int n)
{
    for (int i = 0; i < network->n_layers; i++) {
        const struct layer *layer = &network->layers[i];
        const float *inputs = i > 0 ? network->layers[i - 1].outputs : network->inputs;
        matmul(false, false, n, layer->n_out, layer->n_in, inputs, layer->weights, layer->outputs);
    }
    for (int i = network->n_layers - 1; i >= 0; i--) {
        const struct layer *layer = &network->layers[i];
        const float *inputs = i > 0 ? network->layers[i - 1].outputs : network->inputs;
        matmul(true, false, layer->n_in, layer->n_out, n, inputs, layer->deltas,
               layer->weights_gradient);
        if (i > 0)
            matmul(false, true, n, layer->n_in, layer->n_out, layer->deltas, layer->weights,
                   network->layers[i - 1].deltas);
    }
}
