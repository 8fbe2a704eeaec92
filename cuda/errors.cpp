#include "cuda/errors.hpp"

namespace mosaic::gpu {
namespace {

std::string describe(const std::string& what, cudaError_t error, Place place) {
  const std::string file = place.file;
  return "CUDA: " + what + ": " + cudaGetErrorString(error) + " (" + cudaGetErrorName(error) +
         " at " + file.substr(file.rfind('/') + 1) + ":" + std::to_string(place.line) + ")";
}

std::string hint_for(cudaError_t error) {
  if (error == cudaErrorMemoryAllocation) {
    return "use a smaller pool or smaller tiles, free memory of the card, or use --device cpu; the "
           "result is the same";
  }
  return "use --device cpu; the result is the same";
}

}  // namespace

CudaError::CudaError(const std::string& what, cudaError_t error, Place place)
    : DeviceError(describe(what, error, place), hint_for(error)), error_(error) {}

void check(cudaError_t error, const std::string& what, Place place) {
  if (error == cudaSuccess) return;
  // An error that does not stick must not be found by the next call that asks.
  static_cast<void>(cudaGetLastError());
  if (error == cudaErrorMemoryAllocation) throw OutOfMemory(what, error, place);
  throw CudaError(what, error, place);
}

}  // namespace mosaic::gpu
