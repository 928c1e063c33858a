/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * tfeed.h - everything of libtfeed at once.
 *
 * Layers, from the ground up: status, allocator, tensor, random, crc32c, context (core); io,
 * queues; records, features, coordinator; readers; pipeline; datasets.
 */
#ifndef TFEED_TFEED_H
#define TFEED_TFEED_H

#include <tfeed/allocator.h>
#include <tfeed/barrier.h>
#include <tfeed/context.h>
#include <tfeed/coordinator.h>
#include <tfeed/crc32c.h>
#include <tfeed/datasets.h>
#include <tfeed/decode.h>
#include <tfeed/encode.h>
#include <tfeed/features.h>
#include <tfeed/files.h>
#include <tfeed/in_order.h>
#include <tfeed/index.h>
#include <tfeed/inspect.h>
#include <tfeed/io.h>
#include <tfeed/loader.h>
#include <tfeed/pipeline.h>
#include <tfeed/queues.h>
#include <tfeed/random.h>
#include <tfeed/readers.h>
#include <tfeed/records.h>
#include <tfeed/schema.h>
#include <tfeed/sequence.h>
#include <tfeed/shard.h>
#include <tfeed/status.h>
#include <tfeed/tensor.h>
#include <tfeed/version.h>

#endif
