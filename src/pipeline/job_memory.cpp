#include "pipeline/job_memory.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <utility>

#include "assign/solver_memory.hpp"
#include "backend/cpu/ssim.hpp"
#include "backend/feature_math.hpp"
#include "core/parallel_for.hpp"
#include "flow/raft/raft_grid.hpp"
#include "look/transfer.hpp"
#include "mosaic/error.hpp"
#include "pipeline/fade_in.hpp"

namespace mosaic {
namespace {

/// Frames waiting between two stages: enough to even out key frames and scene cuts, few enough that
/// 4K frames stay within tens of megabytes.
constexpr int kQueueFrames = 4;

constexpr std::uint64_t kMega = 1'000'000;
// Fitted; see Note [What memory is estimated].
constexpr std::uint64_t kProgram = 90 * kMega;
constexpr std::uint64_t kPerThread = 1 * kMega;
// A photo being decoded row by row, with libvips' own buffers.
constexpr std::uint64_t kPhoto = 24 * kMega;
constexpr double kDecoderFrames = 12.0;  // reference frames and those in its threads
constexpr double kCanvasBytes = 14.0;  // per output pixel: canvas, composed, three planes of luma,
                                       // and the pyramids of the block search
constexpr double kSeamBytes = 3.0;     // per output pixel: the Laplacian bands
constexpr double kAheadBytes = 4.0;    // per output pixel: the next frame, described meanwhile
// Scores, candidates and what the solver makes of them, but for its lists.
constexpr double kCellBytes = 1888.0;
constexpr std::uint64_t kDis = 50 * kMega;
constexpr double kDisBytes = 8.0;  // per output pixel
constexpr std::uint64_t kTorch = 330 * kMega;
constexpr double kTorchBytes = 30.0;        // per pixel of the frame RAFT sees, in fp64
constexpr double kCorrelationBytes = 24.0;  // per pair of RAFT's vectors, in fp64
constexpr std::uint64_t kFaces = 60 * kMega;

std::uint64_t bytes_of(double value) { return static_cast<std::uint64_t>(std::max(0.0, value)); }

double area(Size size) {
  return static_cast<double>(size.width) * static_cast<double>(size.height);
}

std::uint64_t frames_need(const Settings& settings, const MemoryFacts& facts, int threads,
                          int queue_frames) {
  const double in = area(facts.source);
  const double out = area(facts.geometry.output_size());
  const double source_frame = in * (facts.rgb_source ? 3.0 : 1.5);
  const double drawn_frame = out * (facts.rgb_output ? 3.0 : 1.5);
  // One more in each hand: of the decoding, the computing (two) and the encoding thread.
  double bytes = (queue_frames + 3) * source_frame + (queue_frames + 2) * drawn_frame;
  // Those behind a black frame.
  std::int64_t ahead = frames_read_ahead(bytes_of(source_frame));
  if (facts.frames > 0) ahead = std::min(ahead, facts.frames - 1);
  bytes += static_cast<double>(ahead) * source_frame;
  bytes += kDecoderFrames * in * facts.decoder_bytes_per_px;
  const int described = threads > 1 ? 2 : 1;  // frames at once
  if (facts.geometry.needs_resize()) bytes += 3.0 * in * described;
  bytes += (kCanvasBytes + kAheadBytes * (described - 1)) * out;
  if (settings.look.laplacian_blend) bytes += kSeamBytes * out;
  return bytes_of(bytes);
}

/// The index, which twins share, and what each has of its own: what is packed of it for the search
/// and for whole rows, and sharpened copies.
std::uint64_t tiles_need(const Settings& settings, const MemoryFacts& facts) {
  const int size_px = facts.geometry.tile_size_px;
  const int k = settings.match.features_k;
  const auto area_px = static_cast<std::uint64_t>(size_px) * static_cast<std::uint64_t>(size_px);
  std::uint64_t own = 2 * static_cast<std::uint64_t>(feature_count(k)) + 64;
  if (settings.look.sharpness > 0.0) own += 3 * area_px;
  if (histogram_share(settings.look) > 0.0) own += 256;
  std::uint64_t shared = bytes_per_tile(size_px, k);
  // What is filtered is a copy while the index is still open.
  if (settings.library.dedupe || settings.library.drop_dull) shared *= 2;
  std::uint64_t sums = 0;
  if (settings.match.ssim_weight > 0.0) {
    const auto tiles = std::clamp<std::int64_t>(facts.tiles, 0, std::numeric_limits<int>::max());
    sums = cpu::TileWindowSums::bytes(static_cast<int>(tiles), size_px);
  }
  return facts.other_tiles_bytes + sums * static_cast<std::uint64_t>(facts.twins) +
         (shared + own * static_cast<std::uint64_t>(facts.twins)) *
             static_cast<std::uint64_t>(std::max<std::int64_t>(0, facts.tiles));
}

/// For the index: every thread has a photo in hand; frames of a video come one after the other.
std::uint64_t photos_need(const MemoryFacts& facts, int threads) {
  if (facts.index_ready) return 0;
  if (facts.pool_frame_bytes == 0) {
    // Those that take most may all be in hand at once.
    const std::size_t most = std::min(facts.photo_bytes.size(), static_cast<std::size_t>(threads));
    return std::accumulate(facts.photo_bytes.begin(),
                           facts.photo_bytes.begin() + static_cast<std::ptrdiff_t>(most),
                           kPhoto * static_cast<std::uint64_t>(threads));
  }
  return bytes_of(kDecoderFrames * static_cast<double>(facts.pool_frame_bytes));
}

std::uint64_t matching_need(const Settings& settings, const MemoryFacts& facts) {
  const std::int64_t photos = std::max<std::int64_t>(facts.tiles, 0) / std::max(facts.variants, 1);
  double bytes = (kCellBytes + static_cast<double>(list_bytes_per_row(photos))) *
                     static_cast<double>(facts.geometry.cells()) +
                 static_cast<double>(kept_row_bytes(facts.geometry.cells(), photos));
  if (facts.follows && settings.flow == FlowKind::dis) {
    bytes += static_cast<double>(kDis) + kDisBytes * area(facts.geometry.output_size());
  }
  if (facts.follows && settings.flow == FlowKind::raft) {
    const RaftGrid grid(facts.geometry);
    const double scale = settings.raft.precision == FlowPrecision::fp32 ? 0.5 : 1.0;
    const double vectors = area(grid.vectors());
    bytes += static_cast<double>(kTorch) +
             scale * (kTorchBytes * area(grid.frame()) + kCorrelationBytes * vectors * vectors);
  }
  if (settings.match.faces) bytes += static_cast<double>(kFaces);
  return bytes_of(bytes);
}

std::string megabytes(std::uint64_t bytes) {
  return std::to_string((bytes + kMega - 1) / kMega) + " MB";
}

std::string parts_text(const MemoryNeed& need) {
  const std::array<std::pair<const char*, std::uint64_t>, 6> parts = {
      {{"program", need.program},
       {"tiles", need.tiles},
       {"frames", need.frames},
       {"matching", need.matching},
       {"encoder", need.encoder},
       {"photos being read", need.photos}}};
  std::string text;
  for (const auto& [name, bytes] : parts) {
    if (bytes == 0) continue;
    text += (text.empty() ? "" : ", ") + std::string(name) + " " + megabytes(bytes);
  }
  return text;
}

}  // namespace

std::uint64_t MemoryNeed::total() const {
  // The index is made before the first frame, with the same pool of threads.
  return program + tiles + std::max(photos, frames + matching + encoder);
}

MemoryNeed memory_need(const Settings& settings, const MemoryFacts& facts, int threads,
                       int queue_frames) {
  MemoryNeed need;
  const auto twins = static_cast<std::uint64_t>(facts.twins);
  // Half as many again describe the next frame.
  const auto working = static_cast<std::uint64_t>(threads > 1 ? threads + threads / 2 : threads);
  need.program = kProgram + kPerThread * working * twins;
  need.tiles = tiles_need(settings, facts);
  need.frames = frames_need(settings, facts, threads, queue_frames) * twins;
  need.matching = matching_need(settings, facts) * twins;
  need.encoder = facts.encoder_bytes * twins;
  need.photos = photos_need(facts, threads);  // twins open the tiles once
  return need;
}

MemoryPlan plan_memory(const Settings& settings, const MemoryFacts& facts) {
  MemoryPlan plan;
  plan.threads = settings.threads > 0 ? settings.threads : available_cores();
  plan.queue_frames = kQueueFrames;
  plan.need = memory_need(settings, facts, plan.threads, plan.queue_frames);
  const std::uint64_t limit = settings.memory_limit;
  while (limit > 0 && plan.need.total() > limit) {
    if (plan.queue_frames > 1) {
      --plan.queue_frames;
    } else if (plan.threads > 1) {
      plan.threads = (plan.threads + 1) / 2;
    } else {
      throw UsageError("this job needs about " + megabytes(plan.need.total()) +
                           " of memory at the least, and --memory allows " + megabytes(limit) +
                           " (" + parts_text(plan.need) + ")",
                       std::string("allow more, or make it smaller: a lower --scale, a faster "
                                   "--encoder-preset, fewer photos") +
                           (settings.flow == FlowKind::raft ? ", --flow block" : ""));
    }
    plan.need = memory_need(settings, facts, plan.threads, plan.queue_frames);
  }
  return plan;
}

std::string memory_line(const MemoryPlan& plan) {
  return "memory  about " + megabytes(plan.need.total()) + " (" + parts_text(plan.need) + "); " +
         std::to_string(plan.threads) + (plan.threads == 1 ? " thread" : " threads") + ", " +
         std::to_string(plan.queue_frames) +
         (plan.queue_frames == 1 ? " frame waits" : " frames wait") + " between stages";
}

}  // namespace mosaic
