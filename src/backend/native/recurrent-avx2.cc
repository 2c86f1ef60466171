/** @file The recurrent kernels for processors with AVX2 and FMA. */
#include "recurrent.h"

#ifdef TORCHBOOK_X86_VARIANTS
#pragma GCC target("avx2,fma")
#define TORCHBOOK_VARIANT avx2
#define TORCHBOOK_KERNELS kAvx2Kernels
#define TORCHBOOK_LANES 8
#define TORCHBOOK_ROWS 3
#include "recurrent-kernel.h"
#endif
