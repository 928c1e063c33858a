/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * network.h - a fully connected network: ReLU layers, softmax cross-entropy, gradient descent or
 * RMSProp.
 *
 *   images[n][n_inputs] ─▶ dropout ─▶ W₁ (+b₁) ─▶ ReLU ─▶ dropout ─▶ … ─▶ Wₗ (+bₗ) ─▶
 * logits[n][n_classes]
 *
 * Written to be read: each step of training is one function of network.c.
 */
#ifndef EXAMPLES_NETWORK_H
#define EXAMPLES_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

enum { NETWORK_MAX_HIDDEN = 8 };

enum network_initializer {
    NETWORK_INIT_TRUNCATED_NORMAL, /* standard deviation 1/√fan-in */
    NETWORK_INIT_NORMAL            /* standard deviation as given */
};

enum network_optimizer { NETWORK_GRADIENT_DESCENT, NETWORK_RMSPROP };

struct network_options {
    int n_inputs;
    int hidden[NETWORK_MAX_HIDDEN];
    int n_hidden;
    int n_classes;
    int max_batch;
    bool biases;
    enum network_initializer initializer;
    float stddev;
    enum network_optimizer optimizer;
    float rate;
    float decay;      /* RMSProp */
    float epsilon;    /* RMSProp, inside the root */
    float keep_input; /* 1: no dropout */
    float keep_hidden;
    int64_t seed;
};

struct network;

/* NULL when there is no memory. */
struct network *network_new(const struct network_options *options);
void network_free(struct network *network);

/* One step on images[n][n_inputs], labels[n] in [0, n_classes). Returns the loss, mean over the
 * batch, before the step. */
float network_train(struct network *network, const float *images, const int32_t *labels, int n);

/* How many of n are classified right; without dropout. */
int network_count_correct(struct network *network, const float *images, const int32_t *labels,
                          int n);

/* The matrix products of one training step of n rows and nothing else: what a step cannot be
 * faster than. */
void network_multiply_only(struct network *network, int n);

int64_t network_n_parameters(const struct network *network);

#endif
