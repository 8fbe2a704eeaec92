// What can go wrong on a card, as errors that name the call and the place.
#pragma once

#include <cuda_runtime.h>

#include <string>

#include "mosaic/error.hpp"

namespace mosaic::gpu {

/// Where in the sources a call stands.
struct Place {
  const char* file;
  int line;

  /// The place of the call, also as the default of an argument. (std::source_location is not in
  /// Clang 14.)
  static constexpr Place here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return {file, line};
  }
};

/// A call of the CUDA runtime failed. what() reads "CUDA: <what was done>: <text> (<name> at
/// <file>:<line>)".
class CudaError : public DeviceError {
 public:
  CudaError(const std::string& what, cudaError_t error, Place place);
  [[nodiscard]] cudaError_t error() const noexcept { return error_; }

 private:
  cudaError_t error_;
};

/// The card (or the host, for pinned memory) has no room for a buffer.
class OutOfMemory : public CudaError {
 public:
  using CudaError::CudaError;
};

/// Throws OutOfMemory or CudaError unless `error` is cudaSuccess. `what` is what was being done.
void check(cudaError_t error, const std::string& what, Place place = Place::here());

}  // namespace mosaic::gpu
