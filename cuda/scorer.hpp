// Scoring of one frame on the card: prices up, lists and dissimilarities down.
#pragma once

#include <cstdint>
#include <optional>

#include "backend/backend.hpp"
#include "cuda/candidate_lists.hpp"
#include "cuda/describe.hpp"
#include "cuda/ssim.hpp"
#include "cuda/tile_store.hpp"

namespace mosaic::gpu {

class Scorer {
 public:
  Scorer(const BackendContext& context, const Stream& stream);
  /// The tiles' luma, which takes what room there is but for `later_bytes`: last, when all else has
  /// its memory.
  void load_tiles(const TileLibrary& library, std::size_t later_bytes, const Stream& stream);

  void score(const ScoreRequest& request, const CanvasView& canvas,
             const DescriptionView& descriptions, const Stream& stream, CellScores& out);

 private:
  void upload(const ScoreRequest& request, const Stream& stream);
  void score_ssim(const ScoreRequest& request, const CanvasView& canvas, const Stream& stream);
  void stage_and_score(const ScoreRequest& request, const SsimJob& job, const Stream& stream);
  void download(const Stream& stream, CellScores& out);

  GridGeometry geometry_;
  ThreadPool* pool_;
  int photos_, variants_, candidates_, list_length_;
  CostScale scale_;
  PackedFeatures tiles_;
  bool has_ssim_;
  std::optional<TileStore> luma_;  ///< none where no SSIM is computed
  DeviceBuffer<std::int32_t> photo_price_, tile_price_, carried_, kept_;
  DeviceBuffer<std::uint8_t> saliency_;  ///< where the request brings its own
  DeviceBuffer<std::int32_t> switch_price_, known_, taken_over_;
  DeviceBuffer<std::int32_t> list_tile_, list_base_, list_bound_, list_guess_, candidate_, asked_,
      dissimilarity_;
  PinnedBuffer<std::int32_t> pinned_price_, pinned_carried_, pinned_kept_, pinned_switch_price_,
      pinned_known_, pinned_taken_over_;
  PinnedBuffer<std::uint8_t> pinned_saliency_;
  PinnedBuffer<std::int32_t> pinned_tile_, pinned_base_, pinned_bound_, pinned_candidate_,
      pinned_asked_, pinned_dissimilarity_;
  std::vector<std::int32_t> staged_;  ///< tiles of the pairs of some cells
};

}  // namespace mosaic::gpu
