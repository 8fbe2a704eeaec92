// The frame in hand and the one behind it.
#pragma once

#include <future>
#include <memory>

#include "backend/cpu/frame_slot.hpp"

namespace mosaic::cpu {

/// Note [The next frame meanwhile]
/// Scoring, solving and composing leave cores idle: a solve is one chain of decisions, and short
/// loops end unevenly. A frame's description depends on its picture alone, so that of the next
/// frame is made meanwhile, by half as many threads as the pool has, which are not the pool's.
/// Frames lie in two slots by turns. Who asked for one thread gets one.
class FrameSlots {
 public:
  explicit FrameSlots(const BackendContext& context);
  ~FrameSlots();
  FrameSlots(const FrameSlots&) = delete;
  FrameSlots& operator=(const FrameSlots&) = delete;

  /// Begins to describe `next` beside the frame in hand.
  void prepare(const Picture& next);
  /// Whether that is done.
  [[nodiscard]] bool is_ready() const;
  /// Makes `picture` the frame in hand, described now or before. What fails leaves the last one
  /// there.
  void describe(const Picture& picture);
  /// The frame in hand.
  [[nodiscard]] const FrameSlot& current() const { return slots_[current_]; }

 private:
  /// Ends the work on the frame announced, if it goes on.
  void forget();

  SlotSetup setup_;
  ThreadPool& pool_;
  std::unique_ptr<ThreadPool> helpers_;  ///< look ahead; made when first needed
  FrameSlot slots_[2];
  std::size_t current_ = 0;
  const Picture* prepared_ = nullptr;  ///< is being described in the other slot
  std::future<void> described_;        ///< when it is
};

}  // namespace mosaic::cpu
