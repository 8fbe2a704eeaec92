#include "backend/cpu/frame_slots.hpp"

#include <system_error>

namespace mosaic::cpu {

FrameSlots::FrameSlots(const BackendContext& context, ThreadPool& pool)
    : setup_(context), pool_(pool), slots_{FrameSlot(setup_), FrameSlot(setup_)} {
  if (pool.threads() > 1) helpers_ = std::make_unique<ThreadPool>(pool.threads() / 2);
}

FrameSlots::~FrameSlots() { forget(); }

void FrameSlots::prepare(const Picture& next) {
  forget();
  if (!helpers_) return;
  FrameSlot& slot = slots_[1 - current_];
  try {
    described_ = std::async(std::launch::async, [&slot, &next, helpers = helpers_.get()] {
      slot.describe(next, *helpers);
    });
    prepared_ = &next;
  } catch (const std::system_error&) {
    // The system gives no thread: the frame is described when its turn comes.
    described_ = {};
  }
}

void FrameSlots::forget() {
  if (prepared_ != nullptr) described_.wait();  // what it threw concerns nobody any more
  prepared_ = nullptr;
  described_ = {};
}

void FrameSlots::describe(const Picture& picture) {
  if (prepared_ == &picture) {
    prepared_ = nullptr;
    described_.get();
    current_ = 1 - current_;
    return;
  }
  forget();
  slots_[1 - current_].describe(picture, pool_);
  current_ = 1 - current_;
}

}  // namespace mosaic::cpu
