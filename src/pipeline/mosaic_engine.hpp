// One frame after the other: describe, carry, score, solve, compose. Knows no files and no codecs.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "assign/objective.hpp"
#include "assign/solver.hpp"
#include "assign/spacing.hpp"
#include "backend/backend.hpp"
#include "core/byte_io.hpp"
#include "faces/face_finder.hpp"
#include "faces/face_saliency.hpp"
#include "flow/flow.hpp"
#include "look/shot_tint.hpp"
#include "look/tone_table.hpp"
#include "look/transfer.hpp"
#include "pipeline/recolouring.hpp"
#include "pipeline/shot_starts.hpp"
#include "pipeline/solve_times.hpp"
#include "pipeline/stage_probe.hpp"
#include "pipeline/steady_looks.hpp"
#include "pipeline/temporal_state.hpp"
#include "pipeline/tile_transitions.hpp"
#include "pipeline/use_limit.hpp"

namespace mosaic {

/// Wall time spent per stage, seconds, summed over frames.
struct StageTimes {
  enum Stage { describe, flow, score, solve, compose, kCount };
  static constexpr std::array<std::string_view, kCount> kNames = {"describe", "flow", "score",
                                                                  "solve", "compose"};
  std::array<double, kCount> seconds{};
  SolveTimes solves;
};

/// What was decided for one frame.
struct FramePlan {
  std::vector<std::int32_t> tile;       ///< per cell
  FrameObjective::Parts cost;           ///< summed over cells
  std::vector<std::int64_t> cell_cost;  ///< per cell, all parts
  std::int32_t switched = 0;     ///< cells that show another tile than the one carried into them
  std::int32_t carried = 0;      ///< cells into which a tile was carried
  bool scene_cut = false;        ///< nothing was carried: first frame, or another shot begins
  bool certified = false;        ///< optimality was checked for this frame
  std::int32_t moved_apart = 0;  ///< cells repaired after the optimum (Note [Distance ...], 3)
  std::int32_t too_close = 0;    ///< pairs of cells that show one photo too close to each other
};

struct EngineOptions {
  MatchSettings match;
  LookSettings look;
  FlowKind flow = FlowKind::block;
  RaftSettings raft;
  FlowPlace flow_place;
  ShotStarts shots;
  SimdChoice simd = SimdChoice::automatic;
  bool certify_every_frame = false;
  StageProbe* probe = nullptr;  ///< is shown every stage but the first and the last; outlives this
};

class MosaicEngine {
 public:
  static constexpr std::int64_t kNoFrame = -1;

  /// `backend` is built over the same library, geometry and match settings.
  MosaicEngine(const TileLibrary& library, const GridGeometry& geometry,
               const EngineOptions& options, std::unique_ptr<Backend> backend, ThreadPool& pool);
  ~MosaicEngine();

  /// What is known of the frames to come. The pictures stay where they are until they are planned,
  /// or to the end of the engine.
  struct Ahead {
    const Picture* next = nullptr;
    /// Where a shot fades in from black: what to match it by (Note [Fades from black]). Is not
    /// looked at unless may_fade_in().
    const Picture* fade_in_end = nullptr;
    std::int64_t fade_in_end_frame = kNoFrame;  ///< its number in the input
  };
  /// Decides the tiles of the next frame, whose number in the input is `source_frame` (from 0). The
  /// returned plan is valid until the next call. `picture` stays where it is until it is drawn.
  const FramePlan& plan(const Picture& picture, std::int64_t source_frame, const Ahead& ahead);
  const FramePlan& plan(const Picture& picture, std::int64_t source_frame) {
    return plan(picture, source_frame, Ahead{});
  }
  /// Whether a shot that fades in may be matched at this frame, the next to be planned: not on the
  /// way, and where shots are told, only where one begins.
  [[nodiscard]] bool may_fade_in(std::int64_t source_frame) const;
  /// Whether the frame belongs to a fade whose tiles have been chosen already.
  [[nodiscard]] bool is_fading_in(std::int64_t source_frame) const {
    return source_frame < fade_in_end_;
  }
  /// Draws the frame last planned; `out` has the output size (and matrix and range).
  template <class Image>
  void draw(Image& out);

  /// What recolouring has done to the tiles of the frame last drawn.
  [[nodiscard]] Recolouring recolouring() const {
    return measure_recolouring(library_, plan_.tile, looks_, cells_, pool_);
  }

  /// What the frames so far have left for those to come: see Note [State at a border].
  void save(ByteWriter& out) const;
  /// Goes on where save() was called, in this process or in another: `last` is the frame that had
  /// been planned last. The engine was made from the same library, geometry and options; what
  /// follows is then equal to the bit. Throws DamagedBytes; the engine is of no use afterwards.
  void restore(ByteReader& in, const Picture& last);

  [[nodiscard]] int max_uses() const { return max_uses_; }
  [[nodiscard]] const StageTimes& times() const { return times_; }
  [[nodiscard]] const FlowEstimator& flow() const { return *flow_; }
  [[nodiscard]] const ShotStarts& shots() const { return shots_; }
  [[nodiscard]] std::string_view backend_name() const { return backend_->name(); }

 private:
  void describe(const Picture& picture, const Picture* next);
  bool begin_shot(std::int64_t source_frame, bool fade_begins);
  void prepare_look();
  void raise_faces(bool afresh);
  void match_fade_in(const Picture& end);
  void keep_plan();
  void match(std::int64_t source_frame, StageProbe* probe);
  Propagation follow(std::int64_t source_frame);
  /// Adds to carried.banned.
  void solve(TemporalState::Carried& carried);
  void begin_at(const Assignment& last, RowLists& lists);
  void move_apart(const FrameObjective& objective, std::vector<std::int32_t>& photo);
  void check_certificate(const FrameObjective& objective, const Assignment& assignment);
  void choose_prices_without_ssim();
  void set_start_prices();
  void show_features(std::int64_t source_frame);
  void show_matching(std::int64_t source_frame, StageProbe* probe);
  void show_scores(std::int64_t source_frame, StageProbe& probe);
  void show_assignment(std::int64_t source_frame, StageProbe& probe);
  void place(const TemporalState::Carried& carried);
  void finish_plan(const FrameObjective& objective, const TemporalState::Carried& carried);
  void end_fade_in();
  void choose_looks();
  void fill_fades();

  const TileLibrary& library_;
  GridGeometry geometry_;
  EngineOptions options_;
  std::unique_ptr<Backend> backend_;
  ThreadPool& pool_;
  CostScale scale_;
  int max_uses_;
  cpu::BaseCosts base_costs_;
  std::unique_ptr<FlowEstimator> flow_;
  ShotStarts shots_;
  Solver solver_;
  Spacing spacing_;
  TemporalState state_;
  std::vector<std::uint8_t> tile_quantiles_;  ///< where the color transfer asks for them
  TileTransitions transitions_;
  SteadyLooks steady_;
  std::unique_ptr<FaceFinder> faces_;  ///< null: nobody asked
  FaceSaliency face_saliency_;
  ShotTint tint_;
  ToneTable tone_;
  std::vector<std::int32_t> capacity_;
  std::vector<std::int32_t> price_;  ///< per photo, of the last frame
  /// The same less a constant that leaves none above 0, for whoever begins with prices, and 0 less
  /// that constant. They differ from `price_` with --use-all only.
  std::vector<std::int32_t> start_price_;
  std::int32_t price_level_ = 0;
  std::uint64_t shot_hash_ = 0;  ///< of the scores that the shot's first prices came from
  CellDescriptions cells_;
  Plane previous_luma_;
  CellScores scores_;
  std::vector<std::int32_t> source_;       ///< per cell: where its content was in the last frame
  std::vector<std::int32_t> still_share_;  ///< per cell, of the step to this frame
  std::vector<CellLook> looks_;
  bool looks_afresh_ = false;  ///< of the frame planned: a fade has ended with it
  std::vector<CellFade> fades_;
  FramePlan plan_;
  StageTimes times_;
  std::int64_t frame_ = 0;
  std::int64_t planned_frame_ = kNoFrame;  ///< its number in the input
  std::int64_t fade_in_end_ = kNoFrame;    ///< the frame that the fade going on was matched by
  CellDescriptions lit_cells_;             ///< what looks are made from, of that frame; else empty
  std::vector<CellLook> lit_looks_;        ///< made from them when first needed
};

}  // namespace mosaic
