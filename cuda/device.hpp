// The card: whether there is one, and what every stream and buffer belongs to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "backend/card_frame.hpp"
#include "cuda/errors.hpp"

namespace mosaic::gpu {

/// Oldest card the kernels are built for: compute capability 7.5 (Turing).
inline constexpr int kLeastCapability = 75;

/// The first card that can be used, or why there is none.
struct CardChoice {
  int index = -1;            ///< among those that CUDA_VISIBLE_DEVICES lets this process see
  std::string missing = {};  ///< empty when there is one
  /// There is no driver or no card: nobody can have meant to use one.
  bool nothing_there = false;
  std::string name = {};
  int capability = 0;
};

/// Asks the driver for cards, and one card after the other for one of our kernels, until one can be
/// used; that one becomes the calling thread's.
CardChoice choose_card();

/// The card that choose_card() chooses, with its capability and the versions of CUDA that the
/// runtime is of and the driver is for; empty when there is none.
std::string card_versions();

/// The driver's context of the card that choose_card() chooses, in which the runtime works.
CardContext driver_context();

/// Lets the n-th allocation or the n-th launch fail, counted from 1 over a Device's life; 0: none.
/// For tests of what happens then.
struct FaultPlan {
  std::int64_t allocation = 0;
  std::int64_t launch = 0;

  /// From MOSAIC_CUDA_FAULT ("allocation:3" or "launch:5"; anything else throws UsageError).
  static FaultPlan from_environment();
};

/// A card with the code of all kernels on it. Every stream and buffer is made from one and must not
/// outlive it.
class Device {
 public:
  /// Takes what choose_card() chooses, for the calling thread. Throws DeviceError with what is
  /// missing.
  explicit Device(FaultPlan faults = FaultPlan::from_environment());
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] int capability() const { return capability_; }

  /// Makes this card the calling thread's; a thread has card 0 until it chooses. Whatever makes or
  /// launches anything comes after it.
  void use(Place place = Place::here()) const;

  /// What buffers can still be made of, and what of it is better left free: for what the driver and
  /// other processes take while we run.
  struct Memory {
    std::size_t free_bytes, better_left_bytes;
  };
  [[nodiscard]] Memory memory(Place place = Place::here()) const;

  // What buffers and launches call; counted for the fault plan.
  [[nodiscard]] void* allocate(std::size_t bytes, const char* what, Place place);
  [[nodiscard]] void* allocate_pinned(std::size_t bytes, const char* what, Place place);
  void before_launch(const char* kernel, Place place);

 private:
  void count_allocation(const char* what, Place place);

  FaultPlan faults_;
  std::int64_t allocations_ = 0;
  std::int64_t launches_ = 0;
  int index_ = 0;
  std::string name_;
  int capability_ = 0;
};

}  // namespace mosaic::gpu
