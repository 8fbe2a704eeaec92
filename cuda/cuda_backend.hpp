// The backend on an NVIDIA card: the bits of backend/cpu.
#pragma once

#include <memory>
#include <string>

#include "backend/backend.hpp"

namespace mosaic {

/// Empty when a card can be used, else what is missing. Loads the driver.
std::string cuda_missing();

/// Throws DeviceError (gpu::CudaError, gpu::OutOfMemory) when there is no card, or no room on it.
std::unique_ptr<Backend> make_cuda_backend(const BackendContext& context);

}  // namespace mosaic
