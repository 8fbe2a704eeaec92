#include "cuda/device.hpp"

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace mosaic::gpu {
namespace {

std::string version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

std::string describe_driver(cudaError_t error) {
  int driver = 0;
  int runtime = 0;
  static_cast<void>(cudaDriverGetVersion(&driver));
  static_cast<void>(cudaRuntimeGetVersion(&runtime));
  static_cast<void>(cudaGetLastError());
  if (driver == 0) return "no NVIDIA driver is installed";
  return "the NVIDIA driver supports CUDA " + version_text(driver) + ", this program needs " +
         version_text(runtime) + " (" + cudaGetErrorString(error) + ")";
}

}  // namespace

std::string missing() {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  static_cast<void>(cudaGetLastError());
  if (error == cudaErrorInsufficientDriver) return describe_driver(error);
  if (error == cudaErrorNoDevice || (error == cudaSuccess && count == 0)) {
    return "this machine has no NVIDIA card, or none that this process may use";
  }
  if (error != cudaSuccess) {
    return std::string("the card cannot be used: ") + cudaGetErrorString(error) + " (" +
           cudaGetErrorName(error) + ")";
  }
  cudaDeviceProp properties{};
  const cudaError_t asked = cudaGetDeviceProperties(&properties, 0);
  static_cast<void>(cudaGetLastError());
  if (asked != cudaSuccess) {
    return std::string("the card does not answer: ") + cudaGetErrorString(asked);
  }
  if (properties.major * 10 + properties.minor < kLeastCapability) {
    return std::string(properties.name) + " has compute capability " +
           std::to_string(properties.major) + "." + std::to_string(properties.minor) +
           "; the least is " + std::to_string(kLeastCapability / 10) + "." +
           std::to_string(kLeastCapability % 10);
  }
  return {};
}

FaultPlan FaultPlan::from_environment() {
  FaultPlan plan;
  const char* const value = std::getenv("MOSAIC_CUDA_FAULT");
  if (value == nullptr || *value == '\0') return plan;
  const std::string_view text = value;
  const std::size_t colon = text.find(':');
  const std::string_view kind = text.substr(0, colon);
  std::int64_t number = 0;
  const std::string_view digits =
      colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool is_number = error == std::errc() && end == digits.data() + digits.size() && number > 0;
  if (is_number && kind == "allocation") {
    plan.allocation = number;
  } else if (is_number && kind == "launch") {
    plan.launch = number;
  } else {
    throw UsageError("MOSAIC_CUDA_FAULT=" + std::string(text) + " is not understood",
                     "use allocation:N or launch:N with N from 1, or leave it unset");
  }
  return plan;
}

Device::Device(FaultPlan faults) : faults_(faults) {
  const std::string lacking = gpu::missing();
  if (!lacking.empty()) {
    throw DeviceError("no CUDA device: " + lacking,
                      "use --device cpu or auto; the result is the same");
  }
  check(cudaSetDevice(0), "choosing the card");
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, 0), "asking the card for its properties");
  name_ = properties.name;
  capability_ = properties.major * 10 + properties.minor;
}

void Device::count_allocation(const char* what, Place place) {
  if (++allocations_ == faults_.allocation) check(cudaErrorMemoryAllocation, what, place);
}

void* Device::allocate(std::size_t bytes, const char* what, Place place) {
  count_allocation(what, place);
  void* memory = nullptr;
  check(cudaMalloc(&memory, bytes), what, place);
  return memory;
}

void* Device::allocate_pinned(std::size_t bytes, const char* what, Place place) {
  count_allocation(what, place);
  void* memory = nullptr;
  check(cudaHostAlloc(&memory, bytes, cudaHostAllocDefault), what, place);
  return memory;
}

void Device::before_launch(const char* kernel, Place place) {
  if (++launches_ == faults_.launch) check(cudaErrorLaunchFailure, kernel, place);
}

}  // namespace mosaic::gpu
