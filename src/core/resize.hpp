// Integer resampling, bit-identical everywhere.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/isa.hpp"
#include "core/parallel_for.hpp"
#include "mosaic/image.hpp"

namespace mosaic {

/// Resamples `crop` of `source` to `out_size`. Per axis: exact area average when shrinking
/// (every source pixel weighs its overlap with the target pixel; integer weights, one rounding per
/// axis pair), linear interpolation with centre alignment when enlarging.
///
/// The exact rational value is rounded half up once, so the result is defined by the formula alone:
/// mirroring, rotating by 90 degrees and resizing commute. `crop` must lie inside `source` and no
/// side may be 0 or above kMaxResizeSide (std::invalid_argument). `isa` changes the speed, never a
/// bit.
Plane resize(const Plane& source, Rect crop, Size out_size, ThreadPool& pool,
             Isa isa = fastest_isa());
RgbImage resize(const RgbImage& source, Rect crop, Size out_size, ThreadPool& pool,
                Isa isa = fastest_isa());

/// The same into a picture whose memory is reused where it has that size.
void resize(const RgbImage& source, Rect crop, Size out_size, RgbImage& out, ThreadPool& pool,
            Isa isa = fastest_isa());

/// Longest side resize() takes, in pixels: 255 times it stays below 2^32 with weights summed.
inline constexpr int kMaxResizeSide = 1 << 22;

/// One axis of a resampling: which source samples a target sample is made of, with which weight.
/// Weights of one target sample add up to `total`, which is the same for all of them.
struct AxisTaps {
  std::vector<std::int32_t> first;    ///< per target sample: its first source sample
  std::vector<std::int32_t> begin;    ///< target + 1: where its weights start in `weight`
  std::vector<std::uint32_t> weight;  ///< consecutive source samples from `first`
  std::uint32_t total = 1;
  int longest = 1;  ///< most taps of any target sample

  AxisTaps(int source, int target);
};

/// The same arithmetic one target row at a time, for sources that arrive row by row (a photo that
/// is decoded as it is averaged) and interleaved. Immutable once built, so threads may share one.
class RowResampler {
 public:
  /// `channels`: samples per pixel in a source row, 1 or 3.
  RowResampler(Size source, Size target, int channels, Isa isa = fastest_isa());

  /// Returns source row y, `channels` * width samples; the pointer must stay valid until the next
  /// call. For one target row, rows are asked for in ascending order.
  using RowAt = std::function<const u8*(int y)>;

  /// Writes target row `target_row` into `channels` planar rows. `scratch` is resized as needed and
  /// best kept between calls.
  void run(int target_row, const RowAt& row_at, std::vector<std::uint32_t>& scratch,
           u8* const* out) const;

 private:
  template <int kChannels, class Sum>
  void horizontal(const std::uint32_t* columns, u8* const* out) const;
  void few_taps(const std::uint32_t* columns, std::uint32_t* sums, u8* out) const;

  Size source_;
  Size target_;
  int channels_;
  AxisTaps x_;
  AxisTaps y_;
  Isa isa_;
  std::uint64_t total_;  ///< x_.total * y_.total
  /// x_.longest rows of target_.width weights, zero where a target sample has fewer taps; empty
  /// where few_taps() does not apply.
  std::vector<std::uint32_t> tap_rows_;
};

}  // namespace mosaic
