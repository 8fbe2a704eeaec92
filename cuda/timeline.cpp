#include "cuda/timeline.hpp"

#include <algorithm>

namespace mosaic::gpu {

Timeline::Timeline(Stream& stream) : stream_(&stream) { stream.timeline_ = this; }

Timeline::~Timeline() { stream_->timeline_ = nullptr; }

std::vector<Timeline::Entry> Timeline::take() {
  stream_->synchronize("measuring");
  std::vector<Entry> entries;
  for (const Piece& piece : pieces_) {
    auto entry = std::ranges::find(entries, piece.what, &Entry::what);
    if (entry == entries.end()) entry = entries.insert(entry, {piece.what, 0.0, 0});
    entry->card_ms += piece.end.milliseconds_since(piece.begin);
    ++entry->times;
  }
  pieces_.clear();
  return entries;
}

}  // namespace mosaic::gpu
