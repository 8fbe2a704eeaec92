// The frame in hand and the one behind it.
#pragma once

#include <future>
#include <memory>

#include "backend/cpu/frame_slot.hpp"

namespace mosaic::cpu {

/// Note [The next frame meanwhile]
/// Scoring, solving and composing leave cores idle: a solve is one chain of decisions, and short
/// loops end unevenly. A frame's description depends on its picture alone, so that of the next
/// frame is made meanwhile, on a thread of its own with half as many helpers as the pool has
/// threads. Frames lie in two slots by turns. Who asked for one thread gets one.
class FrameSlots {
 public:
  FrameSlots(const BackendContext& context, ThreadPool& pool);
  ~FrameSlots();
  FrameSlots(const FrameSlots&) = delete;
  FrameSlots& operator=(const FrameSlots&) = delete;

  /// Begins to describe `next` beside the frame in hand.
  void prepare(const Picture& next);
  /// Ends that, if it goes on.
  void forget();
  /// Makes `picture` the frame in hand, described now or before. What fails leaves the last one
  /// there.
  void describe(const Picture& picture);
  /// The frame in hand.
  [[nodiscard]] const FrameSlot& current() const { return slots_[current_]; }

 private:
  SlotSetup setup_;
  ThreadPool& pool_;
  std::unique_ptr<ThreadPool> helpers_;  ///< of the thread that looks ahead; null: nothing does
  FrameSlot slots_[2];
  std::size_t current_ = 0;
  const Picture* prepared_ = nullptr;  ///< is being described in the other slot
  std::future<void> described_;        ///< when it is
};

}  // namespace mosaic::cpu
