#include "pipeline/tile_transitions.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "flow/propagate.hpp"

namespace mosaic {

TileTransitions::TileTransitions(int cells, int frames)
    : frames_(frames), states_(static_cast<std::size_t>(frames > 0 ? cells : 0)) {}

void TileTransitions::next(std::span<const std::int32_t> source_cell,
                           std::span<const std::int32_t> carried_tile,
                           std::span<const std::int32_t> tile) {
  if (frames_ == 0) return;
  std::vector<State> now(states_.size());
  any_ = false;
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (source_cell[i] == kNoCell) continue;
    const State& before = states_[static_cast<std::size_t>(source_cell[i])];
    State state;
    if (tile[i] != carried_tile[i]) {
      const bool old_prevails = before.left > 0 && share(before) > 128;
      state = {old_prevails ? before.outgoing : carried_tile[i], frames_};
    } else if (before.left > 1) {
      state = {before.outgoing, before.left - 1};
    }
    if (state.left == 0 || state.outgoing == tile[i]) continue;
    now[i] = state;
    any_ = true;
  }
  states_ = std::move(now);
}

void TileTransitions::save(ByteWriter& out) const { out.array(states_); }

void TileTransitions::restore(ByteReader& in) {
  states_ = in.array_of<State>(states_.size());
  any_ = std::ranges::any_of(states_, [](const State& state) { return state.outgoing != kNoTile; });
}

}  // namespace mosaic
