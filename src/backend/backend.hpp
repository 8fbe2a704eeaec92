// The seam between the frame loop and the device that does the per-pixel and per-pair work.
//
// A backend is entered three times per frame: describe (frame in, cell descriptions out), score
// (prices and carried tiles in, candidate lists out), compose (assignment in, picture out).
// Every backend gives the same bits; the CPU backend (backend/cpu) is the readable reference.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "backend/color_sums.hpp"
#include "backend/curve_math.hpp"
#include "backend/tile_library.hpp"
#include "core/parallel_for.hpp"
#include "mosaic/geometry.hpp"
#include "mosaic/image.hpp"
#include "mosaic/settings.hpp"

namespace mosaic {

/// A decoded frame: 8-bit 4:2:0 as it came, or RGB where the source was something else.
using Picture = std::variant<YuvImage, RgbImage>;

/// What describe() finds out about every cell; arrays in row-major cell order.
struct CellDescriptions {
  std::vector<std::uint8_t> features;  ///< cells x (3k^2 + 9)
  std::vector<ColorSums> color_sums;   ///< cells
  std::vector<std::uint8_t> saliency;  ///< cells; 1/64 units, 32-128 (0.5-2.0)
  /// cells x 3 x kCurveNodes if BackendContext::quantiles, else empty (backend/curve_math.hpp)
  std::vector<std::uint8_t> quantiles;
  Plane luma;  ///< the whole canvas, for the flow estimator
};

inline constexpr std::int32_t kNoTile = -1;
inline constexpr std::int32_t kUnknownDissimilarity = -1;

/// Saliency of 1.0 in the units of CellDescriptions::saliency.
inline constexpr std::int32_t kSaliencyOne = 64;

struct ScoreRequest {
  /// Price of each photo, <= 0 (the solver's column duals v); photos entries.
  std::span<const std::int32_t> photo_price;
  /// Tile carried into each cell or kNoTile; cells entries.
  std::span<const std::int32_t> carried_tile;
  /// cells x candidates: candidate tiles kept from the last frame; a cell whose first entry is
  /// kNoTile gets fresh ones. Empty: all fresh.
  std::span<const std::int32_t> kept_candidate;
  /// cells entries: takes the place of the saliency described; empty: as described.
  std::span<const std::uint8_t> saliency = {};
  /// cells entries: what another tile than the carried one will cost when the frame is solved.
  /// Cells that it settles get an SSIM of the carried tile only (Note [Settled cells] in
  /// cost_math.hpp). Empty: all candidates of all cells get one.
  std::span<const std::int32_t> switch_price = {};
  /// cells entries: the carried tile's dissimilarity as computed for like content before, or
  /// kUnknownDissimilarity. Cells that are settled take it over. Empty: none is known.
  std::span<const std::int32_t> known_dissimilarity = {};
};

/// Per cell: the `list_length` tiles of smallest reduced base cost, and SSIM of a few of them.
///
/// base(i, j)    = (saliency(i) * (D(i, j) + ssim_unit)) / 64, rounded down
/// reduced(i, j) = base(i, j) - photo_price(photo of j)
/// Order is by the 64-bit key (reduced, tile), so it is total.
struct CellScores {
  int list_length = 0;
  std::vector<std::int32_t> list_tile;   ///< cells x list_length, ascending key
  std::vector<std::int32_t> list_base;   ///< cells x list_length: base cost (price not subtracted)
  std::vector<std::int32_t> list_bound;  ///< cells: every tile not listed has reduced >= this
  int candidates = 0;
  std::vector<std::int32_t> candidate_tile;  ///< cells x candidates; kNoTile pads
  /// cells x (candidates + 1): R = ssim_unit * (1 - SSIM) clamped to [0, ssim_unit], rounded; the
  /// last column is the carried tile's, perhaps of an earlier frame
  /// (ScoreRequest::known_dissimilarity). ssim_unit where there is no tile, or none was asked for.
  std::vector<std::int32_t> dissimilarity;
};

/// Fixed-point recolouring and blending of one cell; see look/transfer.hpp.
///
/// tile'  = clamp((matrix * (r,g,b) + offset + curve(r,g,b) + 2^13) >> 14)     all in Q14
/// pixel  = (tile' * (256 - blend) + target * blend + 128) >> 8                blend in 1/256
struct CellLook {
  std::int32_t matrix[9] = {1 << 14, 0, 0, 0,      1 << 14,
                            0,       0, 0, 1 << 14};  ///< row-major, |m| < 2^19
  std::int32_t offset[3] = {};                        ///< Q14, |o| < 2^28
  std::int32_t blend = 0;                             ///< 0-256
  std::int32_t curved = 0;                            ///< 0: the curve is zero everywhere
  /// Per channel, in 1/16 levels, 0-4080, at the levels 0, 16, ..., 256 (backend/curve_math.hpp).
  std::int16_t curve[3][kCurveNodes] = {};
};

/// A tile that still shows through the one that took its place:
///   tile'' = (tile' * (256 - share) + outgoing' * share + 128) >> 8
/// where outgoing' is `tile` recoloured by `look` (whose blend is not used).
struct CellFade {
  std::int32_t tile = kNoTile;  ///< kNoTile: nothing shows through
  std::int32_t share = 0;       ///< 0-256
  CellLook look;
};

/// What happens where cells meet, before the target is blended in (backend/seam_math.hpp).
struct SeamRequest {
  int feather_px = 0;       ///< 0 to half a cell
  int laplacian_bands = 0;  ///< finest pyramid bands that are attenuated at borders; 0: none
  [[nodiscard]] bool any() const { return feather_px > 0 || laplacian_bands > 0; }
};

/// In this order: tiles recoloured and faded (one byte per sample), seams, blend with the target,
/// tone.
struct ComposeRequest {
  std::span<const std::int32_t> tile;  ///< tile shown in each cell
  std::span<const CellLook> look;      ///< cells
  /// The pointwise look, applied last: kToneEntries entries (backend/tone_math.hpp), or empty.
  std::span<const std::uint64_t> tone = {};
  std::span<const CellFade> fade = {};  ///< cells, or empty
  SeamRequest seams = {};
};

/// Integer costs shared by scoring and the solver.
struct CostScale {
  std::int32_t ssim_unit = 0;     ///< cost of SSIM 0 against SSIM 1, at saliency 1
  std::int32_t switch_price = 0;  ///< cost of showing another tile than the carried one
};

/// Turns per-feature weights into cost units: weight * 3k^2, rounded. Throws UsageError when the
/// weights leave the exact int32 range (cost of one pair must stay below 2^26).
CostScale cost_scale(const MatchSettings& settings);

class Backend {
 public:
  virtual ~Backend() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;

  /// Announces the picture of the next describe(), so that it may be worked on while the frame last
  /// described is scored, solved and composed. It must stay where and what it is until then,
  /// or to the end of the backend. Another one may be described before it; then the work was in
  /// vain.
  virtual void prepare(const Picture& /*next*/) {}
  /// Takes a new frame: converts, crops and resizes it to the canvas and describes its cells. The
  /// picture must stay where and what it is until the frame is composed.
  virtual void describe(const Picture& picture, CellDescriptions& out) = 0;
  /// Scores the frame last described.
  virtual void score(const ScoreRequest& request, CellScores& out) = 0;
  /// Composes over the frame last described.
  virtual void compose(const ComposeRequest& request, RgbImage& out) = 0;
  /// The same, converted to 4:2:0 with the matrix and range that `out` carries.
  virtual void compose(const ComposeRequest& request, YuvImage& out) = 0;
};

/// What a backend is built for; outlives it.
struct BackendContext {
  const TileLibrary& library;
  GridGeometry geometry;
  MatchSettings match;
  SimdChoice simd = SimdChoice::automatic;
  ThreadPool& pool;
  bool quantiles = false;  ///< describe() fills CellDescriptions::quantiles
  /// Tile pixels as compose() draws them, tiles x 3 x S x S; empty: the library's. Outlives it.
  std::span<const std::uint8_t> drawn_rgb = {};
};

}  // namespace mosaic
