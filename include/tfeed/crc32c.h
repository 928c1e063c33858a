/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * crc32c.h - CRC-32C (Castagnoli), the checksum of TFRecord files, and the mask they store it
 * under.
 *
 * This is the checksum of RFC 3720 (iSCSI), of SSE4.2's crc32 instruction and of ext4 and btrfs; it
 * is not zlib's crc32. It finds accidents, not attackers.
 */
#ifndef TFEED_CRC32C_H
#define TFEED_CRC32C_H

#include <stddef.h>
#include <stdint.h>

#include <tfeed/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Extends a checksum by `len` more bytes.
 *
 * The checksum of a whole is tfeed_crc32c(0, data, len); that of pieces that follow each other is
 * had by passing on the result of the piece before:
 *
 *     crc = tfeed_crc32c(tfeed_crc32c(0, a, a_len), b, b_len);    // of a followed by b
 *
 * The checksum of "123456789" is 0xe3069283. len 0 gives crc back, data may be NULL then. Reading
 * forward through memory is fastest: the next few KiB are prefetched.
 *
 * Thread safety: immutable (any number of threads).   Blocks: no.
 * Complexity: len; on one core up to 20 bytes per clock cycle where AVX-512 is there, 8 with
 *             SSE4.2, 0.7 elsewhere.
 * Source: RFC 3720 section 12.1 and appendix B.4.
 * Since: 0.1
 */
TFEED_API uint32_t tfeed_crc32c(uint32_t crc, const void *data, size_t len);

/**
 * The form in which files hold a checksum: rotated right by 15 bits, plus 0xa282ead8.
 *
 * A checksum over bytes that include their own checksum is a constant, whatever the bytes; the mask
 * keeps records that lie within records clear of that. The mask of 0xe3069283 is 0xc78ab0e5.
 */
TFEED_API uint32_t tfeed_crc32c_mask(uint32_t crc);

/** The checksum that tfeed_crc32c_mask turned into `masked`. */
TFEED_API uint32_t tfeed_crc32c_unmask(uint32_t masked);

/**
 * The name of the code that tfeed_crc32c runs here: "table", "sse42" or "avx512". Static.
 *
 * It is the best for this processor; TFEED_CPU=baseline|sse42|avx2|avx512 in the environment asks
 * for less (what the processor lacks is passed over).
 */
TFEED_API const char *tfeed_crc32c_variant(void);

#ifdef __cplusplus
}
#endif
#endif
