#include "pipeline/mosaic_engine.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "assign/certificate.hpp"
#include "assign/diffusion.hpp"
#include "backend/feature_math.hpp"
#include "flow/hold_still.hpp"
#include "look/histogram.hpp"
#include "mosaic/error.hpp"

namespace mosaic {
namespace {

/// In production every 64th frame's certificate is checked, and every shot's first one.
constexpr std::int64_t kCertifyEvery = 64;

/// Solves per frame in search of an optimum without uses too close to each other, at most: on the
/// first frame of a shot, and on the others, where most of the bans are there already.
constexpr int kMostSolvesFirst = 12;
constexpr int kMostSolves = 4;

class StageTimer {
 public:
  StageTimer(StageTimes& times, StageTimes::Stage stage)
      : total_(times.seconds[stage]), start_(std::chrono::steady_clock::now()) {}
  ~StageTimer() {
    total_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  StageTimer(const StageTimer&) = delete;
  StageTimer& operator=(const StageTimer&) = delete;

 private:
  double& total_;
  std::chrono::steady_clock::time_point start_;
};

std::vector<std::uint8_t> quantiles_for(const TileLibrary& library, const LookSettings& look,
                                        ThreadPool& pool) {
  if (histogram_share(look) <= 0.0) return {};
  return quantiles_of_tiles(library.rgb(), library.tile_size_px(), pool);
}

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

SeamRequest seams_for(const LookSettings& look, int tile_size_px) {
  SeamRequest seams;
  seams.feather_px = std::min(look.feather_width_px, tile_size_px / 2);
  seams.laplacian_bands = look.laplacian_blend ? look.laplacian_levels - 2 : 0;
  return seams;
}

}  // namespace

MosaicEngine::MosaicEngine(const TileLibrary& library, const GridGeometry& geometry,
                           const EngineOptions& options, std::unique_ptr<Backend> backend,
                           ThreadPool& pool)
    : library_(library),
      geometry_(geometry),
      options_(options),
      backend_(std::move(backend)),
      pool_(pool),
      scale_(cost_scale(options.match)),
      max_uses_(resolve_max_uses(options.match.max_uses, geometry.cells(), library.photos())),
      base_costs_(library, scale_, options.simd),
      flow_(make_flow_estimator(options.flow, geometry, options.simd, pool, options.raft,
                                options.flow_place)),
      shots_(options.shots),
      solver_(options.simd),
      spacing_(geometry.columns, geometry.rows, options.match.min_distance),
      state_(geometry.cells(), feature_count(options.match.features_k),
             options.match.ssim_candidates),
      tile_quantiles_(quantiles_for(library, options.look, pool)),
      transitions_(geometry.cells(), options.look.transition),
      faces_(options.match.faces ? std::make_unique<FaceFinder>(pool) : nullptr),
      face_saliency_(geometry),
      capacity_(static_cast<std::size_t>(library.photos()), max_uses_) {
  check_use_all(options.match, geometry.cells(), library.photos());
}

MosaicEngine::~MosaicEngine() = default;

const FramePlan& MosaicEngine::plan(const Picture& picture, std::int64_t source_frame,
                                    const Picture* next) {
  describe(picture, source_frame, next);
  const Propagation propagation = follow(source_frame);
  TemporalState::Carried carried =
      state_.carry(propagation, cells_, still_share_, scale_.switch_price);
  const bool exact = options_.match.placement == Placement::exact;
  if (plan_.scene_cut && exact) choose_prices_without_ssim();
  if (!exact) price_.assign(static_cast<std::size_t>(library_.photos()), 0);
  set_start_prices();
  {
    const StageTimer timer(times_, StageTimes::score);
    ScoreRequest request{start_price_, carried.tile, carried.candidate, cells_.saliency};
    // Diffusion of errors may take any tile, whatever a change costs.
    if (exact) request.switch_price = carried.switch_price;
    backend_->score(request, scores_);
  }
  if (options_.probe != nullptr) show_scores(source_frame);
  if (exact) {
    solve(carried, true);
  } else {
    place(carried);
  }
  if (options_.probe != nullptr) {
    options_.probe->show(source_frame, Stage::assignment, {bytes_of(plan_.tile), bytes_of(price_)});
  }
  transitions_.next(carried.source, carried.tile, plan_.tile);
  source_ = carried.source;
  state_.store(carried, propagation, cells_, scores_, plan_.tile);
  ++frame_;
  return plan_;
}

/// The cells as they are matched, and whether a shot begins with them.
void MosaicEngine::describe(const Picture& picture, std::int64_t source_frame,
                            const Picture* next) {
  {
    const StageTimer timer(times_, StageTimes::describe);
    std::swap(previous_luma_, cells_.luma);
    backend_->describe(picture, cells_);
    if (next != nullptr) backend_->prepare(*next);
  }
  {
    const StageTimer timer(times_, StageTimes::flow);
    plan_.scene_cut = shots_.next(cells_.luma, source_frame) || frame_ == 0;
    if (plan_.scene_cut) state_.reset();
    if (faces_ != nullptr) {
      if (plan_.scene_cut) face_saliency_.reset();
      face_saliency_.raise(faces_->find(cells_.luma), cells_.saliency);
    }
    const bool harmony = options_.look.tone.color_harmony > 0.0;
    const bool other_tint = harmony && tint_.next(cells_.color_sums, plan_.scene_cut);
    if (other_tint || frame_ == 0) {
      tone_ = build_tone_table(options_.look.tone, tint_.tint(), &pool_);
    }
  }
  if (options_.probe == nullptr) return;
  options_.probe->show(
      source_frame, Stage::features,
      {bytes_of(cells_.features), bytes_of(cells_.color_sums), bytes_of(cells_.saliency),
       bytes_of(cells_.quantiles), bytes_of(cells_.luma.pixels)});
}

/// Where what the cells show was in the last frame; nowhere where a shot begins.
Propagation MosaicEngine::follow(std::int64_t source_frame) {
  const StageTimer timer(times_, StageTimes::flow);
  if (state_.empty()) {
    const auto cells = static_cast<std::size_t>(geometry_.cells());
    Propagation nowhere;
    nowhere.source_cell.assign(cells, kNoCell);
    nowhere.ride.assign(cells, FlowVector{});
    still_share_.assign(cells, 0);
    return nowhere;
  }
  FlowField flow = flow_->estimate(previous_luma_, cells_.luma);
  still_share_ = still_shares(previous_luma_, cells_.luma, geometry_, pool_);
  hold_still(previous_luma_, cells_.luma, geometry_, pool_, flow);
  if (options_.probe != nullptr) {
    options_.probe->show(source_frame, Stage::flow,
                         {bytes_of(flow.backward), bytes_of(flow.trusted)});
  }
  return propagate(flow, state_.ride(), geometry_);
}

void MosaicEngine::set_start_prices() {
  const auto highest = std::ranges::max_element(price_);
  price_level_ = highest == price_.end() ? 0 : std::min(0, -*highest);
  start_price_ = price_;
  if (price_level_ == 0) return;
  for (std::int32_t& price : start_price_) price += price_level_;
}

void MosaicEngine::show_scores(std::int64_t source_frame) {
  options_.probe->show(
      source_frame, Stage::candidates,
      {bytes_of(scores_.list_tile), bytes_of(scores_.list_base), bytes_of(scores_.list_bound),
       bytes_of(scores_.candidate_tile), std::as_writable_bytes(std::span(&shot_hash_, 1))});
  options_.probe->show(source_frame, Stage::ssim, {bytes_of(scores_.dissimilarity)});
  shot_hash_ = 0;
}

/// Note [Prices first]
/// Candidates are the tiles of least reduced cost, so they need prices. The first frame of a shot
/// has none: with prices of zero all cells would spend their few SSIM evaluations on the same
/// favourite tiles. So it is solved once by features alone, and scored at the prices that come out.
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
  solve(nothing, false);
}

void MosaicEngine::solve(TemporalState::Carried& carried, bool warm) {
  const StageTimer timer(times_, StageTimes::solve);
  std::vector<std::int32_t> carried_photo;
  for (const std::int32_t tile : carried.tile) {
    carried_photo.push_back(tile == kNoTile ? -1 : tile / library_.variants());
  }
  if (warm) spacing_.protect(carried_photo, carried.banned);
  FrameObjective objective(library_, base_costs_, scale_, cells_, scores_, carried.tile,
                           carried.switch_price, carried.banned, pool_);
  Assignment assignment;
  RowLists lists = objective.lists();
  std::vector<Ban> added;
  for (int round = 0;; ++round) {
    std::optional<Assignment> again;
    if (round > 0) again = solver_.solve_again(objective, rises_of(added));
    if (!again) {
      const std::vector<std::int32_t> classes = objective.row_classes();
      SolveRequest request{objective, capacity_, classes, {}, &lists};
      request.use_all = options_.match.use_all;
      if (warm) {
        request.warm_price = start_price_;
        request.warm_level = price_level_;
        request.held = carried_photo;
      }
      again = solver_.solve(request);
    }
    assignment = *std::move(again);
    // The solve that only asks for prices needs no distance.
    const int rounds = plan_.scene_cut ? kMostSolvesFirst : kMostSolves;
    if (!warm || round + 1 == rounds ||
        spacing_.give_way(assignment.column_of_row, carried_photo, cells_.saliency, carried.banned,
                          &added) == 0) {
      break;
    }
    objective.add_bans(added, lists);
  }
  plan_.certified = options_.certify_every_frame || plan_.scene_cut || frame_ % kCertifyEvery == 0;
  if (plan_.certified && warm) check_certificate(objective, assignment);
  price_ = assignment.price;
  if (warm) move_apart(objective, assignment.column_of_row);

  plan_.tile.resize(carried.tile.size());
  for (int cell = 0; cell < geometry_.cells(); ++cell) {
    const auto i = static_cast<std::size_t>(cell);
    plan_.tile[i] = objective.best_variant(cell, assignment.column_of_row[i]);
  }
  finish_plan(objective, carried);
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
  const Certificate certificate = certify(objective, capacity_, assignment, options_.match.use_all);
  if (!certificate.optimal) {
    throw VerifyError("frame " + std::to_string(frame_) +
                          ": the assignment is not optimal: " + certificate.violation,
                      "this is a fault of the program; please report it with the input");
  }
}

/// Note [State at a border]
/// A frame depends on those before it through the following and nothing else: what sits where
/// (TemporalState), the prices, the memory of the scene cut detector, the number of the frame
/// (which certificates are checked), the tiles that fade out, the looks shown, the tint of the
/// shot, where faces were, and the canvas of the last frame, towards which motion is estimated. The
/// solver and the backend keep buffers only; a flow estimator keeps what it knows of the last
/// canvas, and finds it out again when that is gone. All but the canvas is saved. The canvas is as
/// large as a frame and follows from one, and whoever goes on has that frame at hand.
void MosaicEngine::save(ByteWriter& out) const {
  out.number(frame_);
  out.array(price_);
  state_.save(out);
  shots_.save(out);
  transitions_.save(out);
  steady_.save(out);
  tint_.save(out);
  face_saliency_.save(out);
}

void MosaicEngine::restore(ByteReader& in, const Picture& last) {
  frame_ = in.number<std::int64_t>();
  price_ = in.array_of<std::int32_t>(static_cast<std::size_t>(library_.photos()));
  state_.restore(in);
  shots_.restore(in);
  transitions_.restore(in);
  steady_.restore(in, static_cast<std::size_t>(geometry_.cells()));
  tint_.restore(in);
  face_saliency_.restore(in);
  tone_ = build_tone_table(options_.look.tone, tint_.tint(), &pool_);
  backend_->describe(last, cells_);
}

template <class Image>
void MosaicEngine::draw(Image& out) {
  const StageTimer timer(times_, StageTimes::compose);
  cell_looks(plan_.tile, {library_.color_sums(), tile_quantiles_}, cells_, options_.look, pool_,
             looks_, choose_isa(options_.simd));
  steady_.next(source_, still_share_, plan_.tile, library_.color_sums(), pool_, looks_);
  fill_fades();
  backend_->compose(
      {plan_.tile, looks_, tone_, fades_, seams_for(options_.look, geometry_.tile_size_px)}, out);
}

/// An outgoing tile is recoloured toward the cell as it is now, so that a fade has no colours of
/// its own.
void MosaicEngine::fill_fades() {
  fades_.clear();
  if (!transitions_.any()) return;
  const std::span<const TileTransitions::State> states = transitions_.states();
  fades_.resize(states.size());
  for (std::size_t i = 0; i < states.size(); ++i) {
    const std::int32_t tile = states[i].outgoing;
    if (tile == kNoTile) continue;
    fades_[i] = {
        tile, transitions_.share(states[i]),
        cell_look({library_.color_sums(), tile_quantiles_}, tile, cells_, i, options_.look)};
  }
}

template void MosaicEngine::draw(RgbImage& out);
template void MosaicEngine::draw(YuvImage& out);

}  // namespace mosaic
