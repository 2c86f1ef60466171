/** @file The recurrent kernels for any processor, in vectors of four: SSE2, NEON. */
#define TORCHBOOK_VARIANT base
#define TORCHBOOK_KERNELS kBaseKernels
#define TORCHBOOK_LANES 4
#if defined(__aarch64__)
#define TORCHBOOK_ROWS 6
#else
#define TORCHBOOK_ROWS 3
#endif
#include "recurrent-kernel.h"
