/* SPDX-License-Identifier: Apache-2.0 */
/* What a fuzz target gives: its name (its folder of inputs) and libFuzzer's
 * entry, which may be called any number of times. */
#ifndef IPXE_FUZZ_FUZZ_H
#define IPXE_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

extern const char fuzz_name[];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
