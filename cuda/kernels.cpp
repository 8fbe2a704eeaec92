#include "cuda/kernels.hpp"

#include <string>

#include "cuda/errors.hpp"

namespace mosaic::gpu {

void load_kernels() {
  for (const auto& kernels : {candidate_list_kernels(), compose_kernels(), convert_kernels(),
                              describe_kernels(), seam_kernels(), ssim_kernels()}) {
    for (const KernelCode& kernel : kernels) {
      cudaFuncAttributes attributes{};
      check(cudaFuncGetAttributes(&attributes, kernel.function),
            std::string("loading ") + kernel.name);
    }
  }
}

}  // namespace mosaic::gpu
