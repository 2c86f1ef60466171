/** @file TORCHBOOK_VECTOR_CLONES: one function, compiled for several vector lengths where the tool chain can pick at load time. */
#ifndef TORCHBOOK_VECTOR_CLONES_H_
#define TORCHBOOK_VECTOR_CLONES_H_

#if defined(__linux__) && defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define TORCHBOOK_VECTOR_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define TORCHBOOK_VECTOR_CLONES
#endif

#endif
