// The backend on an NVIDIA card: the bits of backend/cpu.
#pragma once

#include <memory>
#include <string>

#include "backend/backend.hpp"
#include "backend/card_frame.hpp"

namespace mosaic {

/// Whether a card can be used.
struct CudaState {
  std::string missing;  ///< empty when one can
  bool nothing_there;   ///< no driver or no card at all: nobody can have meant to use one
};
/// Loads the driver and our code for the card.
CudaState cuda_state();

/// "NVIDIA H200, compute capability 9.0; CUDA runtime 12.4, driver for 12.8"; empty without a card.
std::string cuda_versions();

/// For decoding on the card that can be used.
CardContext cuda_context();

/// CudaState::missing.
std::string cuda_missing();

/// Throws DeviceError (gpu::CudaError, gpu::OutOfMemory) when there is no card, or no room on it.
std::unique_ptr<Backend> make_cuda_backend(const BackendContext& context);

}  // namespace mosaic
