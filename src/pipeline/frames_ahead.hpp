// The frame in hand and those behind it, as far as they have been read.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <optional>

#include "pipeline/bounded_queue.hpp"
#include "pipeline/fade_in.hpp"
#include "video/frame_source.hpp"

namespace mosaic {

/// A frame to be rendered, or one whose segment is kept and from which the next one follows.
struct InputFrame {
  SourceFrame source;
  std::int64_t number = 0;  ///< from the first one rendered
  bool prime = false;
  bool look_only = false;  ///< kept, and of use only to those that see it ahead
  std::uint64_t hash = 0;  ///< of the picture, where somebody wants to know
};

/// Takes frames from the decoder as they are needed. No frame moves while it is held.
class FramesAhead {
 public:
  explicit FramesAhead(BoundedQueue<InputFrame>& decoded) : decoded_(decoded) {}

  /// The frame in hand, waited for; null when there is none any more.
  InputFrame* front();
  /// The picture behind it, if it is there already and is to be rendered.
  const Picture* next();
  /// Where a shot fades in from black and the frame in hand is the one at which to match it: the
  /// frame to match it by (Note [Fades from black]), before the frame `limit` of the input. Else
  /// null. Waits for frames where the one in hand is black.
  const InputFrame* fade_in_end(std::int64_t limit = std::numeric_limits<std::int64_t>::max());
  /// Goes on to the next frame; returns the picture of the last one, to be read into again.
  Picture pop();

 private:
  struct Held {
    InputFrame frame;
    std::optional<Glance> glance;
  };
  static const Glance& glance_of(Held& held);

  BoundedQueue<InputFrame>& decoded_;
  std::deque<Held> held_;
};

}  // namespace mosaic
