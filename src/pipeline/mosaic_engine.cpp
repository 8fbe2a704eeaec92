#include "pipeline/mosaic_engine.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "assign/certificate.hpp"
#include "mosaic/error.hpp"

namespace mosaic {
namespace {

/// In production every 64th frame's certificate is checked, and every shot's first one.
constexpr std::int64_t kCertifyEvery = 64;

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

int feature_count(const MatchSettings& match) { return 3 * match.features_k * match.features_k; }

}  // namespace

int resolve_max_uses(std::optional<int> asked, int cells, int photos) {
  const auto uses_for = [photos](std::int64_t places) {
    return static_cast<int>((places + photos - 1) / photos);
  };
  if (asked && *asked < 1) throw UsageError("--max-uses must be at least 1");
  if (!asked) return std::max(1, uses_for(3LL * cells));
  const std::int64_t places = static_cast<std::int64_t>(*asked) * photos;
  if (places < cells) {
    const int missing = (cells + *asked - 1) / *asked - photos;
    throw UsageError("--max-uses " + std::to_string(*asked) + " allows " + std::to_string(places) +
                         " tiles, but the picture has " + std::to_string(cells) + " cells",
                     "add " + std::to_string(missing) + " photos, allow at least " +
                         std::to_string(uses_for(cells)) + " uses, or use larger tiles");
  }
  return *asked;
}

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
      flow_(make_flow_estimator(options.flow, geometry, options.simd, pool, options.raft)),
      state_(geometry.cells(), feature_count(options.match), options.match.ssim_candidates),
      tone_(build_tone_table(options.look.tone)),
      capacity_(static_cast<std::size_t>(library.photos()), max_uses_) {}

MosaicEngine::~MosaicEngine() = default;

const FramePlan& MosaicEngine::plan(const Picture& picture) {
  const auto cells = static_cast<std::size_t>(geometry_.cells());
  {
    const StageTimer timer(times_, StageTimes::describe);
    std::swap(previous_luma_, cells_.luma);
    backend_->describe(picture, cells_);
  }
  Propagation propagation;
  {
    const StageTimer timer(times_, StageTimes::flow);
    plan_.scene_cut = cuts_.next(cells_.luma) || frame_ == 0;
    if (plan_.scene_cut) state_.reset();
    if (state_.empty()) {
      propagation.source_cell.assign(cells, kNoCell);
      propagation.ride.assign(cells, FlowVector{});
    } else {
      propagation =
          propagate(flow_->estimate(previous_luma_, cells_.luma), state_.ride(), geometry_);
    }
  }
  const TemporalState::Carried carried = state_.carry(propagation, cells_);
  if (plan_.scene_cut) choose_prices_without_ssim();
  {
    const StageTimer timer(times_, StageTimes::score);
    backend_->score({price_, carried.tile, carried.candidate}, scores_);
  }
  solve(carried, true);
  state_.store(carried, propagation, cells_, scores_, plan_.tile);
  ++frame_;
  return plan_;
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
  // Of these scores only the lists are used. They cost an SSIM of each candidate more than needed,
  // once a shot.
  {
    const StageTimer timer(times_, StageTimes::score);
    backend_->score({price_, nothing.tile, {}}, scores_);
    std::ranges::fill(scores_.candidate_tile, kNoTile);
  }
  solve(nothing, false);
}

void MosaicEngine::solve(const TemporalState::Carried& carried, bool warm) {
  const StageTimer timer(times_, StageTimes::solve);
  const FrameObjective objective(library_, base_costs_, scale_, cells_, scores_, carried.tile,
                                 pool_);
  const RowLists lists = objective.lists();
  const std::vector<std::int32_t> classes = objective.row_classes();
  const Assignment assignment = solver_.solve(
      {objective, capacity_, classes,
       warm ? std::span<const std::int32_t>(price_) : std::span<const std::int32_t>{}, &lists});
  plan_.certified = options_.certify_every_frame || plan_.scene_cut || frame_ % kCertifyEvery == 0;
  if (plan_.certified && warm) check_certificate(objective, assignment);
  price_ = assignment.price;

  plan_.tile.resize(carried.tile.size());
  plan_.cost = {};
  plan_.switched = 0;
  plan_.carried = 0;
  for (int cell = 0; cell < geometry_.cells(); ++cell) {
    const auto i = static_cast<std::size_t>(cell);
    plan_.tile[i] = objective.best_variant(cell, assignment.column_of_row[i]);
    const FrameObjective::Parts parts = objective.parts(cell, plan_.tile[i]);
    plan_.cost.distance += parts.distance;
    plan_.cost.ssim += parts.ssim;
    plan_.cost.change += parts.change;
    if (carried.tile[i] == kNoTile) continue;
    ++plan_.carried;
    plan_.switched += carried.tile[i] != plan_.tile[i] ? 1 : 0;
  }
}

void MosaicEngine::check_certificate(const FrameObjective& objective,
                                     const Assignment& assignment) {
  const Certificate certificate = certify(objective, capacity_, assignment);
  if (!certificate.optimal) {
    throw VerifyError("frame " + std::to_string(frame_) +
                          ": the assignment is not optimal: " + certificate.violation,
                      "this is a fault of the program; please report it with the input");
  }
  ++certified_frames_;
}

template <class Image>
void MosaicEngine::draw(Image& out) {
  const StageTimer timer(times_, StageTimes::compose);
  cell_looks(plan_.tile, library_.color_sums(), cells_, options_.look, pool_, looks_);
  backend_->compose({plan_.tile, looks_, tone_}, out);
}

template void MosaicEngine::draw(RgbImage& out);
template void MosaicEngine::draw(YuvImage& out);

}  // namespace mosaic
