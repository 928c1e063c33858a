# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
# 100 digits of MNIST, twice.
xz -dc "$CASES/../golden/input.tar.xz" | tar -xf - input/mnist/train-100.sorted.tfrecord
example loader_loop 'input/mnist/train-*.tfrecord'
