// Which kernels OpenBLAS takes, for libraries that compute with it.
#pragma once

namespace mosaic {

/// OpenBLAS chooses kernels from a list of processors, and on one newer than itself it may fall
/// back to those of 2004 (0.3.21 on Intel's Emerald Rapids: RAFT takes more than twice as long).
/// This names the kernels that suit what the processor can do, in OPENBLAS_CORETYPE, unless that is
/// set. OpenBLAS reads it when it is loaded, so this comes before; other BLAS libraries do not read
/// it.
void name_blas_kernels();

}  // namespace mosaic
