#include "backend/cpu/cpu_backend.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <mutex>
#include <string>

#include "backend/compose_request.hpp"
#include "backend/cost_math.hpp"
#include "backend/cpu/apply_tone.hpp"
#include "backend/cpu/candidate_lists.hpp"
#include "backend/cpu/compose.hpp"
#include "backend/cpu/frame_slots.hpp"
#include "backend/cpu/packed_features.hpp"
#include "backend/cpu/score_cells.hpp"
#include "backend/cpu/seams.hpp"
#include "backend/cpu/ssim.hpp"
#include "backend/feature_math.hpp"
#include "backend/score_request.hpp"
#include "backend/seam_math.hpp"
#include "backend/ssim_math.hpp"
#include "backend/tone_math.hpp"
#include "core/color_convert.hpp"
#include "core/reused_picture.hpp"
#include "mosaic/error.hpp"

namespace mosaic {

namespace {

constexpr std::size_t kCellGrain = 32;
constexpr std::size_t kRowPairGrain = 4;

void require(bool holds, const char* what) {
  if (!holds) throw Error(ExitCode::unexpected, std::string("cpu backend: ") + what);
}

/// SSIM scorers with their buffers, lent to whichever thread works on a range of cells.
class ScorerPool {
 public:
  ScorerPool(int size_px, Isa isa, int count) {
    for (int i = 0; i < count; ++i) {
      free_.push_back(std::make_unique<cpu::SsimScorer>(size_px, isa));
    }
  }

  class Lease {
   public:
    explicit Lease(ScorerPool& pool) : pool_(pool) {
      const std::scoped_lock lock(pool_.mutex_);
      scorer_ = std::move(pool_.free_.back());  // there is one per thread
      pool_.free_.pop_back();
    }
    ~Lease() {
      const std::scoped_lock lock(pool_.mutex_);
      pool_.free_.push_back(std::move(scorer_));  // within capacity: does not throw
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    cpu::SsimScorer& operator*() const { return *scorer_; }

   private:
    ScorerPool& pool_;
    std::unique_ptr<cpu::SsimScorer> scorer_;
  };

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<cpu::SsimScorer>> free_;
};

class CpuBackend final : public Backend {
 public:
  explicit CpuBackend(const BackendContext& context);

  [[nodiscard]] std::string_view name() const override { return "cpu"; }
  void prepare(const Picture& next) override { frames_.prepare(next); }
  void describe(const Picture& picture, CellDescriptions& out) override;
  void score(const ScoreRequest& request, CellScores& out) override;
  void compose(const ComposeRequest& request, RgbImage& out) override;
  void compose(const ComposeRequest& request, YuvImage& out) override;

 private:
  void check(const ComposeRequest& request) const;
  void paint(const ComposeRequest& request, RgbImage& out);
  void finish(const ComposeRequest& request, RgbImage& out, YuvImage* yuv);
  void expand_prices(std::span<const std::int32_t> photo_price);
  void score_cells(const ScoreRequest& request, int first, int last, CellScores& out);
  void score_ssim(const ScoreRequest& request, int first, int last, CellScores& out);
  [[nodiscard]] bool is_settled(const ScoreRequest& request, int cell, const CellScores& out) const;

  /// Of the frame last described.
  [[nodiscard]] const RgbImage& canvas() const { return frames_.current().canvas(); }
  [[nodiscard]] const CellDescriptions& cells() const { return frames_.current().cells(); }

  const TileLibrary& library_;
  GridGeometry geometry_;
  MatchSettings match_;
  ThreadPool& pool_;
  Isa isa_;
  CostScale scale_;
  std::size_t dims_;
  cpu::PackedFeatures tiles_;
  int list_length_;
  std::unique_ptr<ScorerPool> scorers_;             ///< null where no SSIM is computed
  std::unique_ptr<cpu::TileWindowSums> tile_sums_;  ///< null where no SSIM is computed
  std::vector<std::int32_t> tile_price_;            ///< padded to whole blocks of tiles
  std::vector<std::int32_t> list_guess_;            ///< per cell, from its last list
  std::vector<std::int32_t> nobody_;     ///< as many times kNoTile as there are candidates
  std::span<const std::uint8_t> drawn_;  ///< tile pixels
  cpu::SeamPyramid seam_pyramid_;
  cpu::Tone tone_;
  RgbImage composed_;  ///< scratch of the YUV compose
  cpu::FrameSlots frames_;
};

CpuBackend::CpuBackend(const BackendContext& context)
    : library_(context.library),
      geometry_(context.geometry),
      match_(context.match),
      pool_(context.pool),
      isa_(choose_isa(context.simd)),
      scale_(cost_scale(context.match)),
      dims_(static_cast<std::size_t>(feature_count(match_.features_k))),
      tiles_(library_.features(), library_.tiles(), static_cast<int>(dims_)),
      list_length_(std::min(cpu::kListLength, library_.tiles())),
      tile_price_(static_cast<std::size_t>(tiles_.blocks()) * cpu::kBlockTiles),
      list_guess_(static_cast<std::size_t>(context.geometry.cells()), kNoGuess),
      nobody_(static_cast<std::size_t>(std::max(match_.ssim_candidates, 0)), kNoTile),
      drawn_(context.drawn_rgb.empty() ? library_.rgb() : context.drawn_rgb),
      frames_(context) {
  require(library_.tile_size_px() == geometry_.tile_size_px, "tiles have another size than cells");
  require(library_.features_k() == match_.features_k, "tiles are described with another k");
  require(geometry_.columns > 0 && geometry_.rows > 0, "the grid is empty");
  require(drawn_.size() == library_.rgb().size(), "the drawn tiles have another size");
  require(match_.ssim_candidates >= 0, "a negative number of SSIM candidates");
  if (scale_.ssim_unit > 0 && geometry_.tile_size_px >= kSsimWindow_px) {
    scorers_ = std::make_unique<ScorerPool>(geometry_.tile_size_px, isa_, pool_.threads());
    tile_sums_ = std::make_unique<cpu::TileWindowSums>(library_.luma(), library_.tiles(),
                                                       geometry_.tile_size_px, isa_, pool_);
  }
}

void CpuBackend::describe(const Picture& picture, CellDescriptions& out) {
  frames_.describe(picture);
  out = cells();
}

void CpuBackend::expand_prices(std::span<const std::int32_t> photo_price) {
  const auto variants = static_cast<std::size_t>(library_.variants());
  for (std::size_t tile = 0; tile < static_cast<std::size_t>(library_.tiles()); ++tile) {
    tile_price_[tile] = photo_price[tile / variants];
  }
}

void CpuBackend::score(const ScoreRequest& request, CellScores& out) {
  const auto cells = static_cast<std::size_t>(geometry_.cells());
  const auto candidates = static_cast<std::size_t>(match_.ssim_candidates);
  require(frames_.current().filled(), "nothing has been described yet");
  check_score_request(request, geometry_.cells(), library_.photos(), library_.tiles(),
                      match_.ssim_candidates);
  const auto length = static_cast<std::size_t>(list_length_);
  out.list_length = list_length_;
  out.list_tile.resize(cells * length);
  out.list_base.resize(cells * length);
  out.list_bound.resize(cells);
  out.candidates = match_.ssim_candidates;
  out.candidate_tile.resize(cells * candidates);
  out.dissimilarity.resize(cells * (candidates + 1));
  expand_prices(request.photo_price);
  pool_.parallel_for(cells, kCellGrain, [&](std::size_t begin, std::size_t end) {
    score_cells(request, static_cast<int>(begin), static_cast<int>(end), out);
  });
}

void CpuBackend::score_cells(const ScoreRequest& request, int first, int last, CellScores& out) {
  const std::span<const std::uint8_t> saliency =
      request.saliency.empty() ? std::span<const std::uint8_t>(cells().saliency) : request.saliency;
  const cpu::ListRequest lists{tiles_,           cells().features, saliency,   tile_price_,
                               scale_.ssim_unit, list_length_,     list_guess_};
  cpu::build_lists(lists, first, last, isa_, {out.list_tile, out.list_base, out.list_bound});

  const auto candidates = static_cast<std::size_t>(match_.ssim_candidates);
  const auto length = static_cast<std::size_t>(list_length_);
  for (auto cell = static_cast<std::size_t>(first); cell < static_cast<std::size_t>(last); ++cell) {
    const std::size_t best = cell * length;
    const auto best_tile = static_cast<std::size_t>(out.list_tile[best]);
    list_guess_[cell] =
        guess_from(out.list_base[best] - tile_price_[best_tile], out.list_bound[cell]);
    const auto chosen = std::span(out.candidate_tile).subspan(cell * candidates, candidates);
    if (!request.kept_candidate.empty()) {
      const auto kept = request.kept_candidate.subspan(cell * candidates, candidates);
      if (kept[0] != kNoTile) {
        std::ranges::copy(kept, chosen.begin());
        continue;
      }
    }
    cpu::choose_candidates(std::span(out.list_tile).subspan(cell * length, length),
                           library_.variants(), chosen);
  }
  if (scorers_ != nullptr) return score_ssim(request, first, last, out);
  const auto begin =
      static_cast<std::ptrdiff_t>(static_cast<std::size_t>(first) * (candidates + 1));
  const auto end = static_cast<std::ptrdiff_t>(static_cast<std::size_t>(last) * (candidates + 1));
  std::fill(out.dissimilarity.begin() + begin, out.dissimilarity.begin() + end, scale_.ssim_unit);
}

void CpuBackend::score_ssim(const ScoreRequest& request, int first, int last, CellScores& out) {
  const auto candidates = static_cast<std::size_t>(match_.ssim_candidates);
  const int size = geometry_.tile_size_px;
  const ScorerPool::Lease scorer(*scorers_);
  for (int cell = first; cell < last; ++cell) {
    const auto i = static_cast<std::size_t>(cell);
    const int x = cell % geometry_.columns * size;
    const int y = cell / geometry_.columns * size;
    const auto of_cell = std::span(out.dissimilarity).subspan(i * (candidates + 1), candidates + 1);
    const bool settled = is_settled(request, cell, out);
    if (settled && !request.known_dissimilarity.empty() &&
        request.known_dissimilarity[i] != kUnknownDissimilarity) {
      std::ranges::fill(of_cell.first(candidates), scale_.ssim_unit);
      of_cell.back() = request.known_dissimilarity[i];
      continue;
    }
    (*scorer).set_cell(cells().luma.row(y) + x, cells().luma.size.width);
    const auto asked = settled ? std::span<const std::int32_t>(nobody_)
                               : std::span(out.candidate_tile).subspan(i * candidates, candidates);
    cpu::score_candidates(*scorer, library_.luma(), *tile_sums_, size, scale_.ssim_unit, asked,
                          request.carried_tile[i], of_cell);
  }
}

bool CpuBackend::is_settled(const ScoreRequest& request, int cell, const CellScores& out) const {
  const auto i = static_cast<std::size_t>(cell);
  const std::int32_t carried = request.carried_tile[i];
  if (request.switch_price.empty() || carried == kNoTile) return false;
  const auto tile = static_cast<std::size_t>(carried);
  const std::size_t list = i * static_cast<std::size_t>(list_length_);
  const std::span<const std::uint8_t> saliency =
      request.saliency.empty() ? std::span<const std::uint8_t>(cells().saliency) : request.saliency;
  return mosaic::is_settled(
      {.saliency = saliency[i],
       .ssim_unit = scale_.ssim_unit,
       .carried_distance =
           squared_distance(cells().features.data() + i * dims_,
                            library_.features().data() + tile * dims_, static_cast<int>(dims_)),
       .carried_price = tile_price_[tile],
       .least_other = least_other_of(out.list_tile.data() + list, out.list_base.data() + list,
                                     list_length_, tile_price_.data(), carried),
       .switch_price = request.switch_price[i]});
}

void CpuBackend::check(const ComposeRequest& request) const {
  require(frames_.current().filled(), "nothing has been described yet");
  check_compose_request(request, geometry_, library_.tiles());
}

/// Tiles, and what happens where they meet. Vertical borders are feathered while a row of cells is
/// still in the cache.
void CpuBackend::paint(const ComposeRequest& request, RgbImage& out) {
  check(request);
  if (!is_whole(out, canvas().size())) out = RgbImage(canvas().size());
  const std::array<Plane*, 3> planes = {&out.r, &out.g, &out.b};
  const int feather_px = request.seams.feather_px;
  const int size = geometry_.tile_size_px;
  pool_.parallel_for(
      static_cast<std::size_t>(geometry_.rows), 1, [&](std::size_t begin, std::size_t end) {
        const auto first = static_cast<int>(begin);
        const auto last = static_cast<int>(end);
        cpu::compose_rows(request, geometry_, drawn_, canvas(), first, last, isa_, out);
        for (Plane* plane : planes) {
          cpu::feather_rows(geometry_, feather_px, first * size, last * size, *plane);
        }
      });
  if (feather_px > 0) {
    // Half a cell at most: the rows that two borders touch are different ones.
    pool_.parallel_for(static_cast<std::size_t>(geometry_.rows - 1), 4,
                       [&](std::size_t begin, std::size_t end) {
                         for (Plane* plane : planes) {
                           cpu::feather_borders(geometry_, feather_px, static_cast<int>(begin),
                                                static_cast<int>(end), isa_, *plane);
                         }
                       });
  }
  if (request.seams.laplacian_bands == 0) return;
  for (Plane* plane : planes) {
    seam_pyramid_.attenuate(geometry_, request.seams.laplacian_bands, isa_, pool_, *plane);
  }
}

/// What remains goes over the picture once, a few rows at a time. Seams come before the target: it
/// has no borders that would have to be hidden. `yuv` may be null.
void CpuBackend::finish(const ComposeRequest& request, RgbImage& out, YuvImage* yuv) {
  tone_.set(request.tone, isa_);
  const int height = out.size().height;
  pool_.parallel_for(static_cast<std::size_t>((height + 1) / 2), kRowPairGrain,
                     [&](std::size_t begin, std::size_t end) {
                       const auto first = static_cast<int>(begin);
                       const auto last = static_cast<int>(end);
                       const int end_px = std::min(2 * last, height);
                       if (request.seams.any()) {
                         cpu::blend_rows(request, geometry_, canvas(), 2 * first, end_px, isa_,
                                         out);
                       }
                       tone_.apply(2 * first, end_px, out);
                       if (yuv != nullptr) rgb_to_yuv_rows(out, first, last, *yuv, isa_);
                     });
}

void CpuBackend::compose(const ComposeRequest& request, RgbImage& out) {
  paint(request, out);
  finish(request, out, nullptr);
}

void CpuBackend::compose(const ComposeRequest& request, YuvImage& out) {
  require(is_whole(out, geometry_.output_size()), "the YUV picture has another size");
  paint(request, composed_);
  finish(request, composed_, &out);
}

}  // namespace

std::unique_ptr<Backend> make_cpu_backend(const BackendContext& context) {
  return std::make_unique<CpuBackend>(context);
}

}  // namespace mosaic
