#include "core/blas_kernels.hpp"

#include <cstdlib>

#include "core/isa.hpp"

namespace mosaic {

void name_blas_kernels() {
  const Isa isa = fastest_isa();
  if (isa == Isa::plain) return;
  setenv("OPENBLAS_CORETYPE", isa == Isa::avx512 ? "SkylakeX" : "Haswell", 0);
}

}  // namespace mosaic
