// What the card spends on each piece of work of a stream, for measuring.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "cuda/stream.hpp"

namespace mosaic::gpu {

/// Notes every launch and copy that is put on a stream while it lives, between two events each.
/// That costs a few microseconds a piece, so nothing but measurements has one.
class Timeline {
 public:
  /// The stream must outlive it.
  explicit Timeline(Stream& stream);
  ~Timeline();
  Timeline(const Timeline&) = delete;
  Timeline& operator=(const Timeline&) = delete;

  struct Entry {
    std::string what;
    double card_ms;
    int times;
  };
  /// Waits for the stream. One entry for each name, in order of first appearance; begins anew.
  [[nodiscard]] std::vector<Entry> take();

 private:
  friend class Stream;
  struct Piece {
    const char* what;
    Event begin, end;
  };

  Stream* stream_;
  std::deque<Piece> pieces_;
};

}  // namespace mosaic::gpu
