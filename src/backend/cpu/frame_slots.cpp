#include "backend/cpu/frame_slots.hpp"

#include <chrono>
#include <system_error>

namespace mosaic::cpu {

FrameSlots::FrameSlots(const BackendContext& context)
    : setup_(context), pool_(context.pool), slots_{FrameSlot(setup_), FrameSlot(setup_)} {}

FrameSlots::~FrameSlots() { forget(); }

void FrameSlots::prepare(const Picture& next) {
  forget();
  if (pool_.threads() < 2) return;
  if (!helpers_) helpers_ = std::make_unique<ThreadPool>(pool_.threads() / 2);
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

bool FrameSlots::is_ready() const {
  return prepared_ != nullptr &&
         described_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
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
