/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _FUZZER_H
#define _FUZZER_H

#include <stddef.h>
#include <linux/types.h>

/** LLVMFuzzerMutate() - of libFuzzer, which comes without a header. */
size_t LLVMFuzzerMutate(u8 *data, size_t size, size_t max);

#endif
