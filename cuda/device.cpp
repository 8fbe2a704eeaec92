#include "cuda/device.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "cuda/kernels.hpp"

namespace mosaic::gpu {
namespace {

std::string version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

/// 75 as "7.5".
std::string version_of(int capability) {
  return std::to_string(capability / 10) + "." + std::to_string(capability % 10);
}

std::string error_text(cudaError_t error) {
  return std::string(cudaGetErrorString(error)) + " (" + cudaGetErrorName(error) + ")";
}

/// Names the variable where it decides which cards there are.
std::string visible_text() {
  const char* const value = std::getenv("CUDA_VISIBLE_DEVICES");
  return value == nullptr ? "" : "; CUDA_VISIBLE_DEVICES is \"" + std::string(value) + "\"";
}

CardChoice without_driver(cudaError_t error) {
  int driver = 0;
  int runtime = 0;
  static_cast<void>(cudaDriverGetVersion(&driver));
  static_cast<void>(cudaRuntimeGetVersion(&runtime));
  static_cast<void>(cudaGetLastError());
  if (driver == 0) return {.missing = "no NVIDIA driver is installed", .nothing_there = true};
  return {.missing = "the NVIDIA driver supports CUDA " + version_text(driver) +
                     ", this program needs " + version_text(runtime) + " (" +
                     cudaGetErrorString(error) + ")"};
}

/// Whether one card can be used.
CardChoice look_at(int index) {
  CardChoice card{.index = index};
  cudaDeviceProp properties{};
  if (const cudaError_t error = cudaGetDeviceProperties(&properties, index); error != cudaSuccess) {
    card.missing = "card " + std::to_string(index) + " does not answer: " + error_text(error);
    return card;
  }
  card.name = properties.name;
  card.capability = properties.major * 10 + properties.minor;
  if (card.capability < kLeastCapability) {
    card.missing = card.name + " has compute capability " + version_of(card.capability) +
                   "; the least is " + version_of(kLeastCapability);
    return card;
  }
  // Another process may have the card for itself, and this build may have no code for it.
  cudaError_t error = cudaSetDevice(index);
  cudaFuncAttributes attributes{};
  if (error == cudaSuccess) {
    error = cudaFuncGetAttributes(&attributes, describe_kernels().front().function);
  }
  if (error != cudaSuccess) card.missing = card.name + " cannot be used: " + error_text(error);
  return card;
}

}  // namespace

CardChoice choose_card() {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  static_cast<void>(cudaGetLastError());
  if (error == cudaErrorInsufficientDriver) return without_driver(error);
  if (error == cudaErrorNoDevice || (error == cudaSuccess && count == 0)) {
    return {.missing = "this machine has no NVIDIA card, or none that this process may use" +
                       visible_text(),
            .nothing_there = true};
  }
  if (error != cudaSuccess) {
    return {.missing = "the card cannot be used: " + error_text(error) + visible_text()};
  }
  std::string missing;
  for (int index = 0; index < count; ++index) {
    CardChoice card = look_at(index);
    static_cast<void>(cudaGetLastError());
    if (card.missing.empty()) return card;
    missing += (index == 0 ? "" : "; ") + card.missing;
  }
  return {.missing = missing + visible_text()};
}

std::string card_versions() {
  const CardChoice card = choose_card();
  if (!card.missing.empty()) return {};
  int driver = 0;
  int runtime = 0;
  static_cast<void>(cudaDriverGetVersion(&driver));
  static_cast<void>(cudaRuntimeGetVersion(&runtime));
  return card.name + ", compute capability " + version_of(card.capability) + "; CUDA runtime " +
         version_text(runtime) + ", driver for " + version_text(driver);
}

CardContext driver_context() {
  const CardChoice card = choose_card();
  if (!card.missing.empty()) return {.missing = card.missing};
  // Choosing a card makes its primary context the thread's. The runtime does not say which one that
  // is; the driver, which the runtime has loaded, does.
  void* const driver = dlopen("libcuda.so.1", RTLD_NOW);
  using GetCurrent = int(void**);
  const auto get_current =
      driver == nullptr ? nullptr : reinterpret_cast<GetCurrent*>(dlsym(driver, "cuCtxGetCurrent"));
  void* context = nullptr;
  if (get_current == nullptr || get_current(&context) != 0 || context == nullptr) {
    return {.index = card.index, .missing = card.name + " has no context of the driver"};
  }
  return {.index = card.index, .driver_context = context};
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
  const CardChoice card = choose_card();
  if (!card.missing.empty()) {
    throw DeviceError("no CUDA device: " + card.missing,
                      "use --device cpu or auto; the result is the same");
  }
  index_ = card.index;
  name_ = card.name;
  capability_ = card.capability;
  load_kernels();
}

void Device::use(Place place) const { check(cudaSetDevice(index_), "choosing the card", place); }

Device::Memory Device::memory(Place place) const {
  constexpr std::size_t kMostLeft = std::size_t{256} << 20;
  std::size_t free_bytes = 0;
  std::size_t total = 0;
  check(cudaMemGetInfo(&free_bytes, &total), "asking for the card's memory", place);
  return {free_bytes, std::min(kMostLeft, total / 16)};
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
