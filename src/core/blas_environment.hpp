// What libraries of linear algebra are told before they are loaded, by way of the environment.
#pragma once

namespace mosaic {

/// Call before anything that brings OpenBLAS or cuBLAS along is loaded, and while there is one
/// thread; other libraries do not read these. What is set already stays.
///
/// OPENBLAS_CORETYPE: OpenBLAS chooses kernels from a list of processors, and on one newer than
/// itself it may fall back to those of 2004 (0.3.21 on Intel's Emerald Rapids: RAFT takes more than
/// twice as long). This names those that suit what the processor can do.
///
/// OPENBLAS_NUM_THREADS: 1. RAFT uses one per pair of frames, others none, and a pool of threads
/// that is started with the library spins for a while before it goes to sleep (libvips and
/// libavfilter bring OpenBLAS into every run).
///
/// CUBLAS_WORKSPACE_CONFIG: a fixed size, without which cuBLAS takes what scratch memory is free
/// and may sum in another order.
void prepare_blas_environment();

}  // namespace mosaic
