// One frame after the other: describe, carry, score, solve, compose. Knows no files and no codecs.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "assign/objective.hpp"
#include "assign/solver.hpp"
#include "backend/backend.hpp"
#include "flow/flow.hpp"
#include "look/tone_table.hpp"
#include "look/transfer.hpp"
#include "pipeline/scene_cut.hpp"
#include "pipeline/temporal_state.hpp"

namespace mosaic {

/// Wall time spent per stage, seconds, summed over frames.
struct StageTimes {
  enum Stage { describe, flow, score, solve, compose, kCount };
  static constexpr std::array<std::string_view, kCount> kNames = {"describe", "flow", "score",
                                                                  "solve", "compose"};
  std::array<double, kCount> seconds{};
};

/// What was decided for one frame.
struct FramePlan {
  std::vector<std::int32_t> tile;  ///< per cell
  FrameObjective::Parts cost;      ///< summed over cells
  std::int32_t switched = 0;       ///< cells that show another tile than the one carried into them
  std::int32_t carried = 0;        ///< cells into which a tile was carried
  bool scene_cut = false;          ///< nothing was carried: first frame, or another shot begins
  bool certified = false;          ///< optimality was checked for this frame
};

struct EngineOptions {
  MatchSettings match;
  LookSettings look;
  FlowKind flow = FlowKind::block;
  RaftSettings raft;
  SimdChoice simd = SimdChoice::automatic;
  bool certify_every_frame = false;
};

class MosaicEngine {
 public:
  /// `backend` is built over the same library, geometry and match settings.
  MosaicEngine(const TileLibrary& library, const GridGeometry& geometry,
               const EngineOptions& options, std::unique_ptr<Backend> backend, ThreadPool& pool);
  ~MosaicEngine();

  /// Decides the tiles of the next frame. The returned plan is valid until the next call.
  const FramePlan& plan(const Picture& picture);
  /// Draws the frame last planned; `out` has the output size (and matrix and range).
  template <class Image>
  void draw(Image& out);

  [[nodiscard]] int max_uses() const { return max_uses_; }
  [[nodiscard]] const StageTimes& times() const { return times_; }
  [[nodiscard]] std::int64_t certified_frames() const { return certified_frames_; }
  [[nodiscard]] const FlowEstimator& flow() const { return *flow_; }
  [[nodiscard]] std::string_view backend_name() const { return backend_->name(); }

 private:
  void solve(const TemporalState::Carried& carried, bool warm);
  void check_certificate(const FrameObjective& objective, const Assignment& assignment);
  void choose_prices_without_ssim();

  const TileLibrary& library_;
  GridGeometry geometry_;
  EngineOptions options_;
  std::unique_ptr<Backend> backend_;
  ThreadPool& pool_;
  CostScale scale_;
  int max_uses_;
  cpu::BaseCosts base_costs_;
  std::unique_ptr<FlowEstimator> flow_;
  SceneCutDetector cuts_;
  Solver solver_;
  TemporalState state_;
  ToneTable tone_;
  std::vector<std::int32_t> capacity_;
  std::vector<std::int32_t> price_;  ///< per photo, of the last frame
  CellDescriptions cells_;
  Plane previous_luma_;
  CellScores scores_;
  std::vector<CellLook> looks_;
  FramePlan plan_;
  StageTimes times_;
  std::int64_t frame_ = 0;
  std::int64_t certified_frames_ = 0;
};

/// Uses allowed per photo: `asked`, or the least number that allows three times as many uses as
/// there are cells (a nearly exhausted pool forces tiles that stand out). Throws UsageError when
/// `asked` leaves cells empty, saying how many photos are missing.
int resolve_max_uses(std::optional<int> asked, int cells, int photos);

}  // namespace mosaic
