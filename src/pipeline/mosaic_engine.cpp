#include "pipeline/mosaic_engine.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "backend/feature_math.hpp"
#include "flow/hold_still.hpp"
#include "look/dimmed_look.hpp"
#include "look/histogram.hpp"
#include "pipeline/stage_timer.hpp"

namespace mosaic {
namespace {

std::vector<std::uint8_t> quantiles_for(const TileLibrary& library, const LookSettings& look,
                                        ThreadPool& pool) {
  if (histogram_share(look) <= 0.0) return {};
  return quantiles_of_tiles(library.rgb(), library.tile_size_px(), pool);
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
                                    const Ahead& ahead) {
  planned_frame_ = source_frame;
  const bool fade_begins = ahead.fade_in_end != nullptr && may_fade_in(source_frame);
  if (fade_begins) {
    match_fade_in(*ahead.fade_in_end);
    fade_in_end_ = ahead.fade_in_end_frame;
  }
  describe(picture, ahead.next);
  plan_.scene_cut = begin_shot(source_frame, fade_begins);
  prepare_look();
  show_features(source_frame);
  if (!is_fading_in(source_frame)) {
    // To whom goes on with the picture that the shot was matched by, nothing has changed.
    if (source_frame == fade_in_end_) previous_luma_ = cells_.luma;
    looks_afresh_ = fade_in_end_ != kNoFrame;
    if (looks_afresh_) end_fade_in();
    match(source_frame, options_.probe);
  } else {
    if (!fade_begins) keep_plan();
    show_matching(source_frame, options_.probe);
  }
  ++frame_;
  return plan_;
}

bool MosaicEngine::may_fade_in(std::int64_t source_frame) const {
  if (is_fading_in(source_frame)) return shots_.tells(source_frame);
  return frame_ == 0 || shots_.may_begin(source_frame);
}

/// The cells as they are matched and drawn.
void MosaicEngine::describe(const Picture& picture, const Picture* next) {
  const StageTimer timer(times_, StageTimes::describe);
  std::swap(previous_luma_, cells_.luma);
  backend_->describe(picture, cells_);
  if (next != nullptr) backend_->prepare(*next);
}

/// Whether a shot begins with the frame just described. One that fades in has begun already, and
/// light that comes up quickly is no cut.
bool MosaicEngine::begin_shot(std::int64_t source_frame, bool fade_begins) {
  const StageTimer timer(times_, StageTimes::flow);
  bool cut = shots_.next(cells_.luma, source_frame) || frame_ == 0;
  if (source_frame <= fade_in_end_) cut = shots_.tells(source_frame);
  if (fade_begins || !cut) return fade_begins;
  state_.reset();
  end_fade_in();
  return true;
}

void MosaicEngine::end_fade_in() {
  fade_in_end_ = kNoFrame;
  lit_cells_ = {};
  lit_looks_.clear();
}

/// What of the frame's look and of its cells' weight depends on the frames before it.
void MosaicEngine::prepare_look() {
  const StageTimer timer(times_, StageTimes::flow);
  // At the end of a fade: what the shot was matched by knew of no faces before.
  raise_faces(plan_.scene_cut || planned_frame_ == fade_in_end_);
  const bool harmony = options_.look.tone.color_harmony > 0.0;
  const bool other_tint = harmony && tint_.next(cells_.color_sums, plan_.scene_cut);
  if (other_tint || frame_ == 0) {
    tone_ = build_tone_table(options_.look.tone, tint_.tint(), &pool_);
  }
}

void MosaicEngine::raise_faces(bool afresh) {
  if (faces_ == nullptr) return;
  if (afresh) face_saliency_.reset();
  face_saliency_.raise(faces_->find(cells_.luma), cells_.saliency);
}

/// Note [Fades from black]: begins a shot with the tiles that suit `end`.
void MosaicEngine::match_fade_in(const Picture& end) {
  describe(end, nullptr);
  raise_faces(true);
  state_.reset();
  plan_.scene_cut = true;
  match(planned_frame_, nullptr);
  lit_cells_ = {};
  lit_cells_.color_sums = cells_.color_sums;
  lit_cells_.saliency = cells_.saliency;
  lit_cells_.quantiles = cells_.quantiles;
  lit_looks_.clear();
}

/// A frame on the way: the tiles of the last one in their places.
void MosaicEngine::keep_plan() {
  const std::vector<std::int32_t> shown = plan_.tile;
  plan_.switched = 0;
  plan_.carried = geometry_.cells();
  // as the solve for the end of the fade was
  plan_.certified = options_.certify_every_frame && options_.match.placement == Placement::exact;
  source_.resize(shown.size());
  std::iota(source_.begin(), source_.end(), 0);
  transitions_.next(source_, shown, shown);
  scores_ = {};  // nothing is scored
}

/// Chooses the tiles for the cells as described. `probe` is shown what they are chosen by before
/// they are; null: nobody.
void MosaicEngine::match(std::int64_t source_frame, StageProbe* probe) {
  const double before_s = times_.seconds[StageTimes::solve];
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
    if (exact) {
      request.switch_price = carried.switch_price;
      request.known_dissimilarity = carried.dissimilarity;
    }
    backend_->score(request, scores_);
  }
  if (probe != nullptr) show_scores(source_frame, *probe);
  if (exact) {
    solve(carried);
  } else {
    place(carried);
  }
  times_.solves.add(times_.seconds[StageTimes::solve] - before_s, plan_.scene_cut);
  if (probe != nullptr) show_assignment(source_frame, *probe);
  transitions_.next(carried.source, carried.tile, plan_.tile);
  source_ = carried.source;
  state_.store(carried, propagation, cells_, scores_, plan_.tile);
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
  const Isa isa = choose_isa(options_.simd);
  CellChanges changes = changes_of_cells(previous_luma_, cells_.luma, geometry_, pool_, isa);
  hold_still(previous_luma_, cells_.luma, geometry_, changes, pool_, flow, isa);
  still_share_ = std::move(changes.still_share);
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

void MosaicEngine::show_features(std::int64_t source_frame) {
  if (options_.probe == nullptr) return;
  options_.probe->show(
      source_frame, Stage::features,
      {bytes_of(cells_.features), bytes_of(cells_.color_sums), bytes_of(cells_.saliency),
       bytes_of(cells_.quantiles), bytes_of(cells_.luma.pixels)});
}

/// Of a fade: after the tiles are chosen, or without anything being scored.
void MosaicEngine::show_matching(std::int64_t source_frame, StageProbe* probe) {
  if (probe == nullptr) return;
  show_scores(source_frame, *probe);
  show_assignment(source_frame, *probe);
}

void MosaicEngine::show_scores(std::int64_t source_frame, StageProbe& probe) {
  probe.show(
      source_frame, Stage::candidates,
      {bytes_of(scores_.list_tile), bytes_of(scores_.list_base), bytes_of(scores_.list_bound),
       bytes_of(scores_.candidate_tile), std::as_writable_bytes(std::span(&shot_hash_, 1))});
  probe.show(source_frame, Stage::ssim, {bytes_of(scores_.dissimilarity)});
  shot_hash_ = 0;
}

void MosaicEngine::show_assignment(std::int64_t source_frame, StageProbe& probe) {
  probe.show(source_frame, Stage::assignment, {bytes_of(plan_.tile), bytes_of(price_)});
}

/// Note [State at a border]
/// A frame depends on those before it through the following and nothing else: what sits where
/// (TemporalState), the prices, the memory of the scene cut detector, the number of the frame
/// (which certificates are checked), the tiles that fade out, the looks shown, the tint of the
/// shot, where faces were, the plan that a fade from black goes on with, and the canvas of the last
/// frame, towards which motion is estimated. The solver and the backend keep buffers only; a flow
/// estimator keeps what it knows of the last canvas, and finds it out again when that is gone. All
/// but the canvas is saved. The canvas is as large as a frame and follows from one, and whoever
/// goes on has that frame at hand.
void MosaicEngine::save(ByteWriter& out) const {
  out.number(frame_);
  out.array(price_);
  state_.save(out);
  shots_.save(out);
  transitions_.save(out);
  steady_.save(out);
  tint_.save(out);
  face_saliency_.save(out);
  out.number(fade_in_end_);
  out.array(lit_cells_.color_sums);
  out.array(lit_cells_.saliency);
  out.array(lit_cells_.quantiles);
  out.number(plan_.cost.distance);
  out.number(plan_.cost.ssim);
  out.number(plan_.cost.change);
  out.array(plan_.cell_cost);
  out.number(plan_.moved_apart);
  out.number(plan_.too_close);
}

void MosaicEngine::restore(ByteReader& in, const Picture& last) {
  const auto cells = static_cast<std::size_t>(geometry_.cells());
  backend_->describe(last, cells_);
  frame_ = in.number<std::int64_t>();
  price_ = in.array_of<std::int32_t>(static_cast<std::size_t>(library_.photos()));
  state_.restore(in);
  shots_.restore(in);
  transitions_.restore(in);
  steady_.restore(in, cells);
  tint_.restore(in);
  face_saliency_.restore(in);
  fade_in_end_ = in.number<std::int64_t>();
  const bool faded = fade_in_end_ != kNoFrame;
  lit_cells_.color_sums = in.array_of<ColorSums>(faded ? cells : 0);
  lit_cells_.saliency = in.array_of<std::uint8_t>(faded ? cells : 0);
  lit_cells_.quantiles = in.array_of<std::uint8_t>(faded ? cells_.quantiles.size() : 0);
  lit_looks_.clear();
  plan_.cost.distance = in.number<std::int64_t>();
  plan_.cost.ssim = in.number<std::int64_t>();
  plan_.cost.change = in.number<std::int64_t>();
  plan_.cell_cost = in.array_of<std::int64_t>(cells);
  plan_.moved_apart = in.number<std::int32_t>();
  plan_.too_close = in.number<std::int32_t>();
  plan_.tile.assign(state_.tile().begin(), state_.tile().end());
  still_share_.assign(cells, 0);
  tone_ = build_tone_table(options_.look.tone, tint_.tint(), &pool_);
}

/// What the tiles shown are recoloured by. A fade from black is followed exactly.
void MosaicEngine::choose_looks() {
  const auto looks_in = [this](const CellDescriptions& cells, std::vector<CellLook>& looks) {
    cell_looks(plan_.tile, {library_.color_sums(), tile_quantiles_}, cells, options_.look, pool_,
               looks, choose_isa(options_.simd));
  };
  if (is_fading_in(planned_frame_)) {
    if (lit_looks_.empty()) looks_in(lit_cells_, lit_looks_);
    dim_looks(lit_looks_, lit_cells_.color_sums, cells_, options_.look, looks_);
    steady_.restart(plan_.tile, looks_);
  } else {
    looks_in(cells_, looks_);
    // What the fade has left is darker, and play would keep some of it.
    if (looks_afresh_) {
      steady_.restart(plan_.tile, looks_);
    } else {
      steady_.next(source_, still_share_, plan_.tile, library_.color_sums(), pool_, looks_);
    }
  }
}

template <class Image>
void MosaicEngine::draw(Image& out) {
  const StageTimer timer(times_, StageTimes::compose);
  choose_looks();
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
