#include "core/blas_environment.hpp"

#include <cstdlib>

#include "core/isa.hpp"

namespace mosaic {

void prepare_blas_environment() {
  setenv("OPENBLAS_NUM_THREADS", "1", 0);
  setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
  const Isa isa = fastest_isa();
  if (isa == Isa::plain) return;
  setenv("OPENBLAS_CORETYPE", isa == Isa::avx512 ? "SkylakeX" : "Haswell", 0);
}

}  // namespace mosaic
