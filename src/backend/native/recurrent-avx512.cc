/** @file The recurrent kernels for processors with AVX-512. */
#include "recurrent.h"

#ifdef TORCHBOOK_X86_VARIANTS
#pragma GCC target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma,prefer-vector-width=512")
#define TORCHBOOK_VARIANT avx512
#define TORCHBOOK_KERNELS kAvx512Kernels
#define TORCHBOOK_LANES 16
#define TORCHBOOK_ROWS 6
#include "recurrent-kernel.h"
#endif
