#include "pipeline/steady_looks.hpp"

#include <algorithm>
#include <cstddef>

#include "flow/hold_still.hpp"
#include "flow/propagate.hpp"

namespace mosaic {
namespace {

constexpr std::size_t kCellsAtOnce = 64;

/// Note [Play]: still within the play, a part of the excess beyond it, all of it beyond the slack.
template <class T>
T follow(T held, T wanted, T play, T slack, std::int32_t frames) {
  const T away = wanted < held ? static_cast<T>(held - wanted) : static_cast<T>(wanted - held);
  if (away <= play) return held;
  const T excess = static_cast<T>(away - play);
  const T step =
      std::max(static_cast<T>((excess + frames - 1) / frames), static_cast<T>(excess - slack));
  return static_cast<T>(wanted < held ? held - step : held + step);
}

/// Where a look takes the mean of a tile, less the offset; Q14.
std::int64_t moved_mean(const CellLook& look, int channel, const ColorSums& tile) {
  std::int64_t sum = 0;
  for (int c = 0; c < 3; ++c) sum += std::int64_t{look.matrix[channel * 3 + c]} * tile.sum[c];
  return sum / tile.pixels;
}

CellLook follow(const CellLook& held, const CellLook& wanted, const ColorSums& tile,
                const SteadyLooks::Play& play) {
  if (held.curved != wanted.curved) return wanted;
  CellLook look = wanted;
  for (int i = 0; i < 9; ++i) {
    look.matrix[i] =
        follow(held.matrix[i], wanted.matrix[i], play.gain, play.gain_slack, play.frames);
  }
  for (int c = 0; c < 3; ++c) {
    const std::int64_t level = follow(
        moved_mean(held, c, tile) + held.offset[c], moved_mean(wanted, c, tile) + wanted.offset[c],
        std::int64_t{play.mean}, std::int64_t{play.mean_slack}, play.frames);
    look.offset[c] = static_cast<std::int32_t>(level - moved_mean(look, c, tile));
    for (std::size_t node = 0; node < kCurveNodes; ++node) {
      look.curve[c][node] = static_cast<std::int16_t>(
          follow(std::int32_t{held.curve[c][node]}, std::int32_t{wanted.curve[c][node]},
                 SteadyLooks::kCurvePlay, SteadyLooks::kCurveSlack, play.frames));
    }
  }
  look.blend = follow(held.blend, wanted.blend, SteadyLooks::kBlendPlay, SteadyLooks::kBlendSlack,
                      play.frames);
  return look;
}

}  // namespace

SteadyLooks::Play SteadyLooks::play_for(std::int32_t still_share) {
  const auto between = [still_share](std::int32_t moving, std::int32_t still) {
    const std::int64_t share = std::min(still_share, kStillEnough);
    const std::int64_t more = (still - moving) * share / kStillEnough;
    return moving + static_cast<std::int32_t>(more);
  };
  return {between(kMoving.gain, kStill.gain), between(kMoving.gain_slack, kStill.gain_slack),
          between(kMoving.mean, kStill.mean), between(kMoving.mean_slack, kStill.mean_slack),
          between(kMoving.frames, kStill.frames)};
}

void SteadyLooks::next(std::span<const std::int32_t> source_cell,
                       std::span<const std::int32_t> still_share,
                       std::span<const std::int32_t> tile, std::span<const ColorSums> tile_sums,
                       ThreadPool& pool, std::vector<CellLook>& looks) {
  if (!tile_.empty()) {
    pool.parallel_for(looks.size(), kCellsAtOnce, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        if (source_cell[i] == kNoCell) continue;
        const auto from = static_cast<std::size_t>(source_cell[i]);
        if (tile_[from] != tile[i]) continue;
        looks[i] = follow(looks_[from], looks[i], tile_sums[static_cast<std::size_t>(tile[i])],
                          play_for(still_share[i]));
      }
    });
  }
  restart(tile, looks);
}

void SteadyLooks::restart(std::span<const std::int32_t> tile, std::span<const CellLook> looks) {
  tile_.assign(tile.begin(), tile.end());
  looks_.assign(looks.begin(), looks.end());
}

/// Field by field: a CellLook has padding at its end.
void SteadyLooks::save(ByteWriter& out) const {
  out.array(tile_);
  for (const CellLook& look : looks_) {
    out.array(std::span<const std::int32_t>(look.matrix));
    out.array(std::span<const std::int32_t>(look.offset));
    out.number(look.blend);
    out.number(look.curved);
    for (const auto& channel : look.curve) out.array(std::span<const std::int16_t>(channel));
  }
}

void SteadyLooks::restore(ByteReader& in, std::size_t cells) {
  const auto read = [&in](auto& to) {
    using T = std::remove_reference_t<decltype(to[0])>;
    const std::vector<T> from = in.array_of<T>(std::size(to));
    std::ranges::copy(from, std::begin(to));
  };
  tile_ = in.array_of<std::int32_t>(cells);
  looks_.resize(cells);
  for (CellLook& look : looks_) {
    read(look.matrix);
    read(look.offset);
    look.blend = in.number<std::int32_t>();
    look.curved = in.number<std::int32_t>();
    for (auto& channel : look.curve) read(channel);
  }
}

}  // namespace mosaic
