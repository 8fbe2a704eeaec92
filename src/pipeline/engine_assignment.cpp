// Which tile each cell shows: what of MosaicEngine asks the solver.
#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "assign/certificate.hpp"
#include "assign/diffusion.hpp"
#include "assign/lone_rows.hpp"
#include "mosaic/error.hpp"
#include "pipeline/mosaic_engine.hpp"
#include "pipeline/stage_timer.hpp"

namespace mosaic {
namespace {

/// In production every 64th frame's certificate is checked, and every shot's first one.
constexpr std::int64_t kCertifyEvery = 64;

/// Solves per frame in search of an optimum without uses too close to each other, at most: on the
/// first frame of a shot, and on the others, where most of the bans are there already.
constexpr int kMostSolvesFirst = 12;
constexpr int kMostSolves = 4;

/// The shares of the errors in lightness and in a and b that recolouring leaves
/// (look/transfer.hpp).
std::pair<double, double> left_by(const LookSettings& look) {
  switch (look.color_transfer) {
    case ColorTransfer::none:
      return {1.0, 1.0};
    case ColorTransfer::histogram:
    case ColorTransfer::mkl:
    case ColorTransfer::mkl_hybrid:
      return {1.0 - look.reinhard_l, 1.0 - look.reinhard_l};
    case ColorTransfer::reinhard:
    case ColorTransfer::adaptive_reinhard:
    case ColorTransfer::hybrid:
      break;
  }
  return {1.0 - look.reinhard_l, 1.0 - look.reinhard_ab};
}

std::vector<CostRise> rises_of(std::span<const Ban> added) {
  std::vector<CostRise> rises;
  for (const auto [cell, photo] : added) rises.push_back({cell, photo, kBanCost});
  return rises;
}

}  // namespace

/// Note [Prices first]
/// Candidates are the tiles of least reduced cost, so they need prices. The first frame of a shot
/// has none: with prices of zero all cells would spend their few SSIM evaluations on the same
/// favourite tiles. So photos are auctioned once by features alone, and the frame is scored and
/// solved from the prices that come out.
void MosaicEngine::choose_prices_without_ssim() {
  const auto cells = static_cast<std::size_t>(geometry_.cells());
  price_.assign(static_cast<std::size_t>(library_.photos()), 0);
  TemporalState::Carried nothing;
  nothing.tile.assign(cells, kNoTile);
  nothing.switch_price.assign(cells, 0);
  nothing.banned.resize(cells);
  // Of these scores only the lists are used. They cost an SSIM of each candidate more than needed,
  // once a shot.
  {
    const StageTimer timer(times_, StageTimes::score);
    backend_->score({price_, nothing.tile, {}, cells_.saliency}, scores_);
    if (options_.probe != nullptr) {
      shot_hash_ = hash_parts(
          {bytes_of(scores_.list_tile), bytes_of(scores_.list_base), bytes_of(scores_.list_bound)});
    }
    std::ranges::fill(scores_.candidate_tile, kNoTile);
  }
  const StageTimer timer(times_, StageTimes::solve);
  const FrameObjective objective(library_, base_costs_, scale_, cells_, scores_, nothing.tile,
                                 nothing.switch_price, nothing.banned, pool_);
  const RowLists lists = objective.lists();
  const std::vector<std::int32_t> classes = objective.row_classes();
  SolveRequest request{objective, capacity_, classes, {}, &lists};
  request.use_all = options_.match.use_all;
  price_ = solver_.approximate_prices(request);
}

void MosaicEngine::solve(TemporalState::Carried& carried) {
  const StageTimer timer(times_, StageTimes::solve);
  std::vector<std::int32_t> carried_photo;
  for (const std::int32_t tile : carried.tile) {
    carried_photo.push_back(tile == kNoTile ? -1 : tile / library_.variants());
  }
  spacing_.protect(carried_photo, carried.banned);
  FrameObjective objective(library_, base_costs_, scale_, cells_, scores_, carried.tile,
                           carried.switch_price, carried.banned, pool_);
  Assignment assignment;
  RowLists lists = objective.lists();
  std::vector<Ban> added;
  std::vector<std::int32_t> classes;
  LoneRows lone(carried.tile.size());
  for (int round = 0;; ++round) {
    std::optional<Assignment> again;
    if (round > 0) again = solver_.solve_again(objective, rises_of(added));
    if (!again) {
      classes = objective.row_classes();
      lone.part(classes);
      SolveRequest request{objective, capacity_, classes, start_price_, &lists};
      request.use_all = options_.match.use_all;
      request.warm_level = price_level_;
      if (round > 0) {
        request.held = assignment.column_of_row;
      } else if (!plan_.scene_cut) {
        request.held = carried_photo;
      }
      again = solver_.solve(request);
    }
    assignment = *std::move(again);
    const int rounds = plan_.scene_cut ? kMostSolvesFirst : kMostSolves;
    if (round + 1 == rounds || spacing_.give_way(assignment.column_of_row, carried_photo,
                                                 cells_.saliency, carried.banned, &added) == 0) {
      break;
    }
    objective.add_bans(added, lists);
    lone.add(added, classes);
    begin_at(assignment, lists);
  }
  plan_.certified = options_.certify_every_frame || plan_.scene_cut || frame_ % kCertifyEvery == 0;
  if (plan_.certified) check_certificate(objective, assignment);
  price_ = assignment.price;
  move_apart(objective, assignment.column_of_row);

  plan_.tile.resize(carried.tile.size());
  for (int cell = 0; cell < geometry_.cells(); ++cell) {
    const auto i = static_cast<std::size_t>(cell);
    plan_.tile[i] = objective.best_variant(cell, assignment.column_of_row[i]);
  }
  finish_plan(objective, carried);
}

/// The next round begins with the prices of the last one, to which the lists are fitted: their
/// bounds fall by what prices have risen.
void MosaicEngine::begin_at(const Assignment& last, RowLists& lists) {
  constexpr std::int32_t kAllListed = std::numeric_limits<std::int32_t>::max();
  const std::vector<std::int32_t> before = start_price_;
  price_ = last.price;
  set_start_prices();
  std::int32_t rise = 0;
  for (std::size_t j = 0; j < before.size(); ++j) {
    rise = std::max(rise, start_price_[j] - before[j]);
  }
  for (std::int32_t& bound : lists.bound) bound -= bound == kAllListed ? 0 : rise;
}

/// One cell after the other (assign/diffusion.hpp): nothing to prove.
void MosaicEngine::place(const TemporalState::Carried& carried) {
  const StageTimer timer(times_, StageTimes::solve);
  const FrameObjective objective(library_, base_costs_, scale_, cells_, scores_, carried.tile,
                                 carried.switch_price, carried.banned, pool_);
  plan_.certified = false;
  const auto [left_l, left_ab] = left_by(options_.look);
  plan_.tile = place_by_diffusion({library_, objective, cells_, scores_, carried.tile, capacity_,
                                   geometry_.columns, options_.match.error_diffusion_strength,
                                   left_l, left_ab});
  std::vector<std::int32_t> photo;
  for (const std::int32_t tile : plan_.tile) photo.push_back(tile / library_.variants());
  const std::vector<std::int32_t> placed = photo;
  move_apart(objective, photo);
  for (int cell = 0; cell < geometry_.cells(); ++cell) {
    const auto i = static_cast<std::size_t>(cell);
    if (photo[i] != placed[i]) plan_.tile[i] = objective.best_variant(cell, photo[i]);
  }
  finish_plan(objective, carried);
}

void MosaicEngine::finish_plan(const FrameObjective& objective,
                               const TemporalState::Carried& carried) {
  plan_.cost = {};
  plan_.switched = 0;
  plan_.carried = 0;
  plan_.cell_cost.resize(plan_.tile.size());
  for (int cell = 0; cell < geometry_.cells(); ++cell) {
    const auto i = static_cast<std::size_t>(cell);
    const FrameObjective::Parts parts = objective.parts(cell, plan_.tile[i]);
    plan_.cost.distance += parts.distance;
    plan_.cost.ssim += parts.ssim;
    plan_.cost.change += parts.change;
    plan_.cell_cost[i] = parts.total();
    if (carried.tile[i] == kNoTile) continue;
    ++plan_.carried;
    plan_.switched += carried.tile[i] != plan_.tile[i] ? 1 : 0;
  }
}

/// Note [Distance between uses], 3. No photo is lost by it: what moves is shown elsewhere, too
/// near.
void MosaicEngine::move_apart(const FrameObjective& objective, std::vector<std::int32_t>& photo) {
  plan_.moved_apart = 0;
  plan_.too_close = 0;
  if (!spacing_.any()) return;
  std::vector<std::int32_t> left = capacity_;
  for (const std::int32_t used : photo) --left[static_cast<std::size_t>(used)];
  std::vector<std::int32_t> row(capacity_.size());
  for (int cell = 0; cell < geometry_.cells(); ++cell) {
    std::int32_t& shown = photo[static_cast<std::size_t>(cell)];
    if (spacing_.fits(photo, cell, shown)) continue;
    objective.row(cell, row);
    std::int32_t best = -1;
    for (std::int32_t other = 0; other < static_cast<std::int32_t>(row.size()); ++other) {
      const auto j = static_cast<std::size_t>(other);
      if (left[j] == 0 || (best >= 0 && row[j] >= row[static_cast<std::size_t>(best)])) continue;
      if (spacing_.fits(photo, cell, other)) best = other;
    }
    if (best < 0) {
      ++plan_.too_close;
      continue;
    }
    ++left[static_cast<std::size_t>(shown)];
    --left[static_cast<std::size_t>(best)];
    shown = best;
    ++plan_.moved_apart;
  }
}

void MosaicEngine::check_certificate(const FrameObjective& objective,
                                     const Assignment& assignment) {
  const Certificate certificate = certify(objective, capacity_, assignment, options_.match.use_all,
                                          &pool_, choose_isa(options_.simd));
  if (!certificate.optimal) {
    throw VerifyError("frame " + std::to_string(frame_) +
                          ": the assignment is not optimal: " + certificate.violation,
                      "this is a fault of the program; please report it with the input");
  }
}

}  // namespace mosaic
