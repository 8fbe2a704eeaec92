// All kernels of the backend, so that their code can be put on the card before the first frame.
#pragma once

#include <span>

namespace mosaic::gpu {

/// A kernel as the runtime knows it.
struct KernelCode {
  const char* name;
  const void* function;
};

// Those of each source file.
std::span<const KernelCode> candidate_list_kernels();
std::span<const KernelCode> compose_kernels();
std::span<const KernelCode> convert_kernels();
std::span<const KernelCode> describe_kernels();
std::span<const KernelCode> seam_kernels();
std::span<const KernelCode> ssim_kernels();

/// Puts the code of all kernels on the thread's card. The runtime would do so at the first launch
/// of each, in the middle of a frame, when the tiles have taken the memory. Throws CudaError that
/// names the kernel, also where this build has none for such a card.
void load_kernels();

}  // namespace mosaic::gpu
