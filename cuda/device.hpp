// The card: whether there is one, and what every stream and buffer belongs to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "cuda/errors.hpp"

namespace mosaic::gpu {

/// Oldest card the kernels are built for: compute capability 7.5 (Turing).
inline constexpr int kLeastCapability = 75;

/// Empty when a card can be used, else what is missing.
std::string missing();

/// Lets the n-th allocation or the n-th launch fail, counted from 1 over a Device's life; 0: none.
/// For tests of what happens then.
struct FaultPlan {
  std::int64_t allocation = 0;
  std::int64_t launch = 0;

  /// From MOSAIC_CUDA_FAULT ("allocation:3" or "launch:5"; anything else throws UsageError).
  static FaultPlan from_environment();
};

/// The first card. Every stream and buffer is made from one and must not outlive it.
class Device {
 public:
  /// Throws DeviceError with what missing() says.
  explicit Device(FaultPlan faults = FaultPlan::from_environment());
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] int capability() const { return capability_; }

  // What buffers and launches call; counted for the fault plan.
  [[nodiscard]] void* allocate(std::size_t bytes, const char* what, Place place);
  [[nodiscard]] void* allocate_pinned(std::size_t bytes, const char* what, Place place);
  void before_launch(const char* kernel, Place place);

 private:
  void count_allocation(const char* what, Place place);

  FaultPlan faults_;
  std::int64_t allocations_ = 0;
  std::int64_t launches_ = 0;
  std::string name_;
  int capability_ = 0;
};

}  // namespace mosaic::gpu
