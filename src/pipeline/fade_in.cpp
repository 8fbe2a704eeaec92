#include "pipeline/fade_in.hpp"

#include <algorithm>
#include <array>

namespace mosaic {
namespace {

/// Blocks of a black picture are darker than this. A title on black is lighter.
constexpr int kBlack = 40;
/// And if they are darker than this, nobody sees what is in them.
constexpr int kInvisible = 12;
/// What rises by less than this is no fade to a picture.
constexpr int kLeastRise = 32;
/// What rises by more than this from one frame to the next is a cut: twice the step of a fade that
/// takes an eighth of a second up to white.
constexpr int kMostStep = 32;
/// A fade has ended when this many frames bring it no further than kNoRise.
constexpr std::size_t kCalmFrames = 4;
constexpr int kNoRise = 2;

constexpr int kLeastAhead = 8;
constexpr std::uint64_t kBytesAhead = 160'000'000;

constexpr int kColumns = 16;
constexpr int kRows = 9;
constexpr int kEvery = 4;

/// Sums over the blocks, `luma(x, y)` being a sample's luma.
template <class Luma>
Glance glance(Size size, const Luma& luma) {
  std::array<std::int64_t, static_cast<std::size_t>(kColumns) * kRows> sum{};
  std::array<std::int64_t, static_cast<std::size_t>(kColumns) * kRows> count{};
  for (int y = 0; y < size.height; y += kEvery) {
    const int row = static_cast<int>(std::int64_t{y} * kRows / size.height);
    int x = 0;
    for (int column = 0; column < kColumns; ++column) {
      const auto end = static_cast<int>((std::int64_t{column} + 1) * size.width / kColumns);
      const auto block = static_cast<std::size_t>(row * kColumns + column);
      for (; x < end; x += kEvery) {
        sum[block] += luma(x, y);
        ++count[block];
      }
    }
  }
  Glance result;
  std::int64_t all = 0;
  std::int64_t samples = 0;
  for (std::size_t block = 0; block < sum.size(); ++block) {
    if (count[block] == 0) continue;  // of a tiny picture
    result.lightest = std::max(result.lightest, static_cast<int>(sum[block] / count[block]));
    all += sum[block];
    samples += count[block];
  }
  result.mean = samples == 0 ? 0 : static_cast<int>(all / samples);
  return result;
}

int full_range(int level, YuvRange range) {
  if (range == YuvRange::full) return level;
  return std::clamp((level - 16) * 255 / 219, 0, 255);
}

/// A cut makes most of its rise in one step.
bool is_gradual(std::span<const Glance> rise) {
  int most = 0;
  for (std::size_t i = 1; i < rise.size(); ++i) {
    most = std::max(most, rise[i].mean - rise[i - 1].mean);
  }
  return 2 * most <= rise.back().mean - rise.front().mean;
}

}  // namespace

Glance glance_at(const Picture& picture) {
  if (const auto* yuv = std::get_if<YuvImage>(&picture)) {
    Glance seen = glance(yuv->size(), [&](int x, int y) { return int{yuv->y.row(y)[x]}; });
    seen.mean = full_range(seen.mean, yuv->range);
    seen.lightest = full_range(seen.lightest, yuv->range);
    return seen;
  }
  const auto& rgb = std::get<RgbImage>(picture);
  return glance(rgb.size(), [&](int x, int y) {
    return (54 * rgb.r.row(y)[x] + 183 * rgb.g.row(y)[x] + 19 * rgb.b.row(y)[x] + 128) >> 8;
  });
}

bool is_black(const Glance& glance) { return glance.lightest < kBlack; }

std::optional<std::size_t> fade_in_end(std::span<const Glance> ahead) {
  if (ahead.empty() || !is_black(ahead[0])) return std::nullopt;
  const bool more_black = ahead.size() > 1 && is_black(ahead[1]);
  if (more_black && ahead[0].lightest >= kInvisible) return std::nullopt;
  std::size_t end = 1;  // of the frames before a cut
  while (end < ahead.size() && ahead[end].mean - ahead[end - 1].mean <= kMostStep) ++end;
  const auto has_risen = [&](std::size_t i) { return ahead[i].mean - ahead[0].mean >= kLeastRise; };
  for (std::size_t i = 0; i + kCalmFrames < end; ++i) {
    if (!has_risen(i)) continue;
    const auto later = ahead.subspan(i + 1, kCalmFrames);
    const bool calm = std::ranges::all_of(
        later, [&](const Glance& one) { return one.mean <= ahead[i].mean + kNoRise; });
    if (calm) return is_gradual(ahead.first(i + 1)) ? std::optional(i) : std::nullopt;
  }
  // Still rising where the view ends.
  if (more_black && end == ahead.size()) return std::nullopt;
  const auto lightest = std::ranges::max_element(ahead.first(end), {}, &Glance::mean);
  const auto at = static_cast<std::size_t>(lightest - ahead.begin());
  return has_risen(at) && is_gradual(ahead.first(at + 1)) ? std::optional(at) : std::nullopt;
}

int frames_read_ahead(std::uint64_t bytes_per_frame) {
  const std::uint64_t fit = kBytesAhead / std::max<std::uint64_t>(1, bytes_per_frame);
  return static_cast<int>(std::clamp<std::uint64_t>(fit, kLeastAhead, kMostFramesAhead));
}

}  // namespace mosaic
