// Everything a run can be told, as plain values. Filled by src/cli from flags, environment,
// configuration file and preset; read by every other room. No field here does nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "mosaic/geometry.hpp"

namespace mosaic {

/// How tile choices are carried from frame to frame.
enum class FlowKind { none, block, dis, raft };

/// Arithmetic of RAFT. fp64 gives the same bytes on every machine; fp32 is about twice as fast and
/// outside that promise.
enum class FlowPrecision { fp64, fp32 };

/// How a tile is recoloured toward its cell (docs/presets.md).
enum class ColorTransfer { none, reinhard, mkl };

/// Instruction set of the CPU kernels. Every choice gives the same bytes.
enum class SimdChoice { automatic, plain, avx2, avx512 };

enum class DeviceChoice { automatic, cpu };

/// Where tiles come from and how they are cut.
struct LibrarySettings {
  std::filesystem::path tiles;                 ///< folder of photos, or a video
  std::optional<std::filesystem::path> index;  ///< --index; unset: a file in the user's cache
  bool mirror = false;                         ///< add each photo's mirror image
  bool bright = false;                         ///< add each photo at -10 % and +10 % brightness
  int tile_step = 1;                           ///< video pools: every n-th frame becomes a tile
};

/// The objective of one frame; see docs/architecture.md, "The objective".
struct MatchSettings {
  int features_k = 5;           ///< k x k mean colours per cell; 3k^2 numbers; 1-8
  double ssim_weight = 0.0;     ///< cost of SSIM 0 against SSIM 1, in mean squared feature levels
  double stability = 0.0;       ///< cost of a tile switch, in mean squared feature levels
  int ssim_candidates = 8;      ///< tiles per cell whose SSIM is computed, besides the carried one
  std::optional<int> max_uses;  ///< uses of one photo per frame; unset: chosen from the pool size
};

/// The pointwise look (docs/presets.md); the defaults change nothing.
struct ToneSettings {
  double gamma = 1.0;             ///< tone curve v^gamma
  double shadow_lift = 0.0;       ///< levels added at black, falling to none at white
  double saturation_boost = 1.0;  ///< chroma gain
  double boost_cool = 0.0;        ///< the same on cool hues; 0: saturation_boost
  double boost_warm = 0.0;        ///< the same on warm hues; 0: saturation_boost
  double vibrance = 0.0;          ///< further gain on weak chroma
  double contrast_boost = 1.0;    ///< around mid-grey
  double skin_protection = 0.0;   ///< share by which the last four spare skin colours, 0-1
};

/// Only for FlowKind::raft.
struct RaftSettings {
  FlowPrecision precision = FlowPrecision::fp64;
  int updates = 4;                             ///< refinements of the estimate, 1-32
  std::optional<std::filesystem::path> model;  ///< unset: the one that comes with the program
  bool trust_model = false;                    ///< load a model that does not come with it
};

struct LookSettings {
  ColorTransfer color_transfer = ColorTransfer::none;
  double reinhard_l = 0.0;      ///< transfer strength on lightness, 0-1; for mkl the strength
  double reinhard_ab = 0.0;     ///< transfer strength on the two chroma axes, 0-1 (reinhard)
  double base_blend_min = 0.0;  ///< share of the target painted over a tile at saliency 0.5
  double base_blend_max = 0.0;  ///< the same at saliency 2
  ToneSettings tone;
};

struct EncodeSettings {
  std::string codec;              ///< FFmpeg encoder name; empty: by container
  double crf = 18.0;              ///< constant quality
  std::string preset = "medium";  ///< the encoder's own effort preset
  std::optional<double> fps;      ///< frame rate of an image folder; unset: 25
};

/// Half-open [first, last) range of source frames, counted from 0.
struct FrameRange {
  std::int64_t first = 0;
  std::int64_t last = -1;  ///< -1: to the end
};

struct Settings {
  std::filesystem::path frames;
  std::filesystem::path output;
  std::string preset = "vivid";
  GridRequest grid;
  LibrarySettings library;
  MatchSettings match;
  LookSettings look;
  EncodeSettings encode;
  FlowKind flow = FlowKind::block;
  RaftSettings raft;
  DeviceChoice device = DeviceChoice::automatic;
  SimdChoice simd = SimdChoice::automatic;
  int threads = 0;  ///< 0: one per core this process may use
  FrameRange range;
  bool force = false;                           ///< replace an existing output
  bool verify = false;                          ///< check the certificate of every frame
  std::optional<std::filesystem::path> report;  ///< JSON report
  std::optional<std::filesystem::path> plan;    ///< JSONL: tile ids of every frame
};

}  // namespace mosaic
