// Standard input for FFmpeg's demuxers, with a memory of its two ends: a pipe is read once, and
// what it was and whether it is all there is told by its first and last bytes.
#pragma once

#include <string>
#include <string_view>

#include "video/libav.hpp"

namespace mosaic {

class StandardInput {
 public:
  /// Waits for the first bytes. Throws std::bad_alloc.
  StandardInput();

  /// An AVIOContext that owns a StandardInput; for close_standard_input().
  static AVIOContext* open();
  /// The one behind a container opened on standard input.
  static const StandardInput& of(const AVFormatContext& container);

  /// What the constructor waited for: some of the first bytes.
  [[nodiscard]] std::string_view first() const { return ahead_; }
  /// The first bytes read so far, at most 4 kB.
  [[nodiscard]] std::string_view head() const { return head_; }
  /// The last bytes read so far: at least kTailBytes, or all.
  [[nodiscard]] std::string_view tail() const { return tail_; }

 private:
  static int read(void* self, std::uint8_t* to, int most);
  void remember(std::string_view bytes);

  std::string ahead_;  ///< read but not asked for yet
  std::string head_;
  std::string tail_;
  int failure_ = 0;  ///< AVERROR of the first wait
};

}  // namespace mosaic
