// Marks the one-line formulas that both g++ and nvcc compile, so that a quantity has one
// definition.
#pragma once

#if defined(__CUDACC__)
#define MOSAIC_HD __host__ __device__ inline
#else
#define MOSAIC_HD inline
#endif
