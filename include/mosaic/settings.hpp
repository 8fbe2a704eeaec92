// Everything a run can be told, as plain values. Filled by src/cli from flags, environment,
// configuration file and preset; read by every other room. No field here does nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>

#include "mosaic/geometry.hpp"

namespace mosaic {

/// How tile choices are carried from frame to frame.
enum class FlowKind { none, block, dis, raft };

/// Arithmetic of RAFT. fp64 gives the same bytes on every machine; fp32 is about twice as fast and
/// outside that promise.
enum class FlowPrecision { fp64, fp32 };

/// Which pairs of frames RAFT is asked about (docs/flow.md).
enum class FlowWhen {
  needed,  ///< those in which block matching alone loses the content of more than 2 % of the cells
  always
};

/// How a tile is recoloured toward its cell (docs/presets.md).
enum class ColorTransfer { none, reinhard, adaptive_reinhard, histogram, mkl, hybrid, mkl_hybrid };

/// How tiles are given to cells: the certified optimum, or one cell after the other with the colour
/// error passed on to the cells that follow.
enum class Placement { exact, diffusion };

/// Instruction set of the CPU kernels. Every choice gives the same bytes.
enum class SimdChoice { automatic, plain, avx2, avx512 };

/// Where a frame is computed. Both give the same bytes; automatic: a card if there is one.
enum class DeviceChoice { automatic, cpu, cuda };

/// Where video is decoded. automatic: on the card that computes, where there is one and it takes
/// the stream; nvdec: there or not at all.
enum class DecodeChoice { automatic, cpu, nvdec };

/// What is done about interlaced video: half-pictures of two moments woven into one frame.
enum class Deinterlace { automatic, on, off };

/// Where tiles come from and how they are cut.
struct LibrarySettings {
  std::filesystem::path tiles;                 ///< folder of photos, or a video
  std::optional<std::filesystem::path> index;  ///< --index; unset: a file in the user's cache
  bool mirror = false;                         ///< add each photo's mirror image
  bool bright = false;                         ///< add each photo at -10 % and +10 % brightness
  int hue = 0;             ///< add each photo this many times with its hues rotated; 0-11
  bool dedupe = false;     ///< leave out photos that look like an earlier one
  bool drop_dull = false;  ///< leave out photos that are nearly black or nearly without detail
  int tile_step = 1;       ///< video pools: every n-th frame becomes a tile
};

/// MatchSettings::max_uses without a limit.
inline constexpr int kUnlimitedUses = std::numeric_limits<int>::max();

/// The objective of one frame; see docs/architecture.md, "The objective".
struct MatchSettings {
  int features_k = 5;        ///< k x k mean colours per cell; 3k^2 + 9 numbers; 1-8
  double ssim_weight = 0.0;  ///< cost of SSIM 0 against SSIM 1, in mean squared feature levels
  double stability = 0.0;    ///< price of a tile switch where nothing moves, mean squared levels
  int ssim_candidates = 8;   ///< tiles per cell whose SSIM is computed, besides the carried one
  /// Uses of one photo per frame, or kUnlimitedUses; unset: chosen from the pool size.
  std::optional<int> max_uses;
  bool use_all = false;  ///< every photo is shown at least once per frame; exact placement only
  int min_distance = 2;  ///< cells between two uses of one photo, in x or in y; 1: none
  Placement placement = Placement::exact;
  double error_diffusion_strength = 0.0;  ///< share of the error passed on (diffusion), 0-1
  bool faces = false;                     ///< cells that show a face get the highest saliency
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
  double color_harmony = 0.0;     ///< share by which a and b move to the tint of the shot, 0-1
};

/// Which frames begin a shot; nothing is carried into it.
enum class SceneCutMode {
  automatic,  ///< those that the program finds
  off,        ///< only the first
  list        ///< the first, and those that a file names
};

struct SceneCutSettings {
  SceneCutMode mode = SceneCutMode::automatic;
  std::filesystem::path list;  ///< only for SceneCutMode::list
};

/// Only for FlowKind::raft.
struct RaftSettings {
  FlowWhen when = FlowWhen::needed;
  FlowPrecision precision = FlowPrecision::fp64;
  int updates = 4;                             ///< refinements of the estimate, 1-32
  std::optional<std::filesystem::path> model;  ///< unset: the one that comes with the program
  bool trust_model = false;                    ///< load a model that does not come with it
};

struct LookSettings {
  ColorTransfer color_transfer = ColorTransfer::none;
  double reinhard_l = 0.0;       ///< transfer strength on mean lightness, 0-1; for mkl on the mean
  double reinhard_ab = 0.0;      ///< transfer strength on mean chroma, 0-1 (reinhard)
  double spread_transfer = 0.0;  ///< transfer strength on the spread of colours, 0-1
  double base_blend_min = 0.0;   ///< share of the target painted over a tile at saliency 0.5
  double base_blend_max = 0.0;   ///< the same at saliency 2
  int feather_width_px = 0;      ///< neighbouring tiles fade into each other over this on each side
  bool laplacian_blend = false;  ///< take the finest detail away at the seams
  int laplacian_levels = 4;      ///< of the pyramid; all but the two coarsest lose detail; 3-6
  double sharpness = 0.0;        ///< unsharp masking of the tiles, 0-2
  double local_contrast_clip = 0.0;  ///< CLAHE of a still, clip limit; 0: none
  int local_contrast_grid = 16;      ///< CLAHE regions along either axis, 1-64
  int transition = 0;                ///< frames over which a changed tile fades in; 0: at once
  ToneSettings tone;
};

struct EncodeSettings {
  std::string codec;              ///< FFmpeg encoder name; empty: by container
  double crf = 18.0;              ///< constant quality
  std::string preset = "medium";  ///< the encoder's own effort preset
  std::string format;             ///< ending such as mkv, for an output that is a pipe
  std::optional<double> fps;      ///< frame rate of an image folder; unset: 25
};

/// Half-open [first, last) range of source frames, counted from 0.
struct FrameRange {
  std::int64_t first = 0;
  std::int64_t last = -1;  ///< -1: to the end
};

/// Whether a job keeps what it has finished and goes on from there (docs/reliability.md).
enum class ResumeMode {
  automatic,  ///< when there is more than one segment
  on,
  off,
  fresh  ///< keeps, but does not go on from what is there
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
  /// Bytes the process may come to hold, by the estimate of pipeline/job_memory.hpp; 0: no limit.
  std::uint64_t memory_limit = 0;
  FrameRange range;
  DecodeChoice decode = DecodeChoice::cpu;
  Deinterlace deinterlace = Deinterlace::automatic;
  bool strict = false;  ///< damaged or unusable inputs end the job
  /// Frames encoded as one piece: a long job goes on from the last finished piece. Decides bytes,
  /// because the encoder begins anew with every piece. 0: all frames are one.
  std::int64_t segment_frames = 250;
  ResumeMode resume = ResumeMode::automatic;
  /// Name and value of every setting that decides bytes, the program's version among them: a job is
  /// only gone on with by a run with the same. Filled in by src/cli from its option table.
  std::map<std::string, std::string> facts;
  bool force = false;    ///< replace an existing output
  bool certify = false;  ///< check the certificate of every frame
  /// Render on the CPU and on the card, side by side, and compare every stage of every frame.
  bool verify = false;
  std::optional<std::filesystem::path> report;    ///< JSON report
  std::optional<std::filesystem::path> plan;      ///< JSONL: tile ids of every frame
  std::optional<std::filesystem::path> manifest;  ///< JSONL: hashes of the stages of every frame
  std::optional<std::filesystem::path> manifest_check;  ///< a manifest that must be met
  SceneCutSettings scene_cuts;
};

}  // namespace mosaic
