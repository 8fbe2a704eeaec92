// Rows of R'G'B' levels out of a frame of any pixel format, in integers.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "video/decode/pixel_reader.hpp"

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace mosaic {

/// Code value to 0-`top`, rounded, for grey, RGB and alpha components of one depth.
std::vector<std::uint16_t> level_table(int depth, bool limited, int top);

/// Raw code values of one component after another, driven by the pixel format's descriptor.
class ComponentReader {
 public:
  ComponentReader(const AVFrame& frame, const AVPixFmtDescriptor& descriptor);
  [[nodiscard]] int depth(int component) const { return descriptor_.comp[component].depth; }
  /// Row `y` of the full-size picture; subsampled components are shorter. Valid until the next call
  /// for the same component.
  const std::vector<std::uint32_t>& read(int component, int y);

 private:
  [[nodiscard]] bool subsampled(int component) const;

  const AVFrame& frame_;
  const AVPixFmtDescriptor& descriptor_;
  std::array<const std::uint8_t*, 4> planes_{};
  std::array<std::vector<std::uint32_t>, 4> rows_;
};

/// R'G'B' from 0 to `top` (at most 4095): chroma replicated, BT.601/709/2020 in fixed point.
class LevelReader {
 public:
  struct Row {
    std::vector<std::uint16_t> r, g, b;
  };

  LevelReader(const AVFrame& frame, const ColorReading& reading, int top);
  /// Valid until the next call.
  const Row& read(int y);

 private:
  /// Coefficients in 2^-24 output levels:
  ///   R = y*(Y - black) + r_v*(V - mid)
  ///   G = y*(Y - black) - g_u*(U - mid) - g_v*(V - mid)
  ///   B = y*(Y - black) + b_u*(U - mid)
  struct Scale {
    std::int64_t y, r_v, g_u, g_v, b_u;
    std::int64_t black, mid;
  };
  static Scale scale_of(const ColorReading& reading, int depth, int top);
  void read_yuv(int y);
  void read_rgb_or_grey(int y);

  const AVPixFmtDescriptor& descriptor_;
  ComponentReader components_;
  bool yuv_;
  int top_;
  Scale scale_{};
  std::array<std::vector<std::uint16_t>, 3> tables_;  ///< of RGB and grey
  Row row_;
};

}  // namespace mosaic
