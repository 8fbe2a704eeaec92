#include "cuda/cuda_backend.hpp"

#include <array>
#include <string>
#include <utility>

#include "backend/seam_math.hpp"
#include "cuda/frame_slot.hpp"
#include "cuda/painter.hpp"
#include "cuda/scorer.hpp"

namespace mosaic {
namespace gpu {
namespace {

void require(bool holds, const char* what) {
  if (!holds) throw Error(ExitCode::unexpected, std::string("cuda backend: ") + what);
}

/// Note [Streams]
/// The next frame is described on one stream while the last one is scored, solved and composed on
/// another; the two frames lie in two slots. A slot is free again when the frame in it was
/// composed, which the host has waited for before it asks for the next but one.
class CudaBackend final : public Backend {
 public:
  explicit CudaBackend(const BackendContext& context);

  ~CudaBackend() override;

  [[nodiscard]] std::string_view name() const override { return "cuda"; }
  void prepare(const Picture& next) override;
  void describe(const Picture& picture, CellDescriptions& out) override;
  void score(const ScoreRequest& request, CellScores& out) override;
  void compose(const ComposeRequest& request, RgbImage& out) override;
  void compose(const ComposeRequest& request, YuvImage& out) override;

 private:
  void start(const Picture& picture);
  [[nodiscard]] FrameSlot& slot() { return slots_[current_]; }
  [[nodiscard]] FrameSlot& other_slot() { return slots_[1 - current_]; }

  Device device_;
  Stream ahead_;  ///< the next frame
  Stream work_;   ///< the last one described
  DescribeSetup setup_;
  std::array<FrameSlot, 2> slots_;
  Scorer scorer_;
  Painter painter_;
  std::size_t current_ = 0;
  const Picture* prepared_ = nullptr;  ///< is being described in the other slot
  bool described_ = false;
};

void check_context(const BackendContext& context) {
  const TileLibrary& library = context.library;
  const GridGeometry& geometry = context.geometry;
  require(library.tile_size_px() == geometry.tile_size_px, "tiles have another size than cells");
  require(library.features_k() == context.match.features_k, "tiles are described with another k");
  require(geometry.columns > 0 && geometry.rows > 0, "the grid is empty");
  require(context.drawn_rgb.empty() || context.drawn_rgb.size() == library.rgb().size(),
          "the drawn tiles have another size");
  require(context.match.ssim_candidates >= 0, "a negative number of SSIM candidates");
}

/// Checked before anything is allocated.
const BackendContext& checked(const BackendContext& context) {
  check_context(context);
  return context;
}

CudaBackend::CudaBackend(const BackendContext& context)
    : ahead_(device_),
      work_(device_, Urgency::first),  // the frame in hand is waited for
      setup_(checked(context), work_),
      slots_{FrameSlot(setup_, ahead_), FrameSlot(setup_, ahead_)},
      scorer_(context, work_),
      painter_(context, work_) {
  // What is made with the first frames, as large as it may become.
  const std::size_t later = 2 * FrameSlot::input_bytes(setup_) +
                            SeamPyramid::bytes(context.geometry.output_size(), kMaxSeamBands);
  scorer_.load_tiles(context.library, later + painter_.least_bytes(), work_);
  painter_.load_tiles(context, later, work_);
}

/// After an error work may still be under way; memory must outlive it.
CudaBackend::~CudaBackend() {
  try {
    device_.use();  // buffers are given back by the thread that destroys
  } catch (const Error&) {
    // The card has failed; what it holds goes with the process.
  }
  static_cast<void>(cudaStreamSynchronize(ahead_.get()));
  static_cast<void>(cudaStreamSynchronize(work_.get()));
}

void CudaBackend::prepare(const Picture& next) {
  device_.use();
  if (!described_) return;  // nothing to overlap with
  start(next);
  prepared_ = &next;
}

void CudaBackend::start(const Picture& picture) {
  // What was announced but never came may still be on its way to the slot.
  if (prepared_ != nullptr) ahead_.synchronize("waiting for a frame");
  prepared_ = nullptr;
  other_slot().start(picture, ahead_);
}

void CudaBackend::describe(const Picture& picture, CellDescriptions& out) {
  device_.use();
  if (prepared_ != &picture) start(picture);
  prepared_ = nullptr;
  current_ = 1 - current_;
  described_ = false;
  slot().finish(out);
  work_.wait_for(slot().described());
  described_ = true;
}

void CudaBackend::score(const ScoreRequest& request, CellScores& out) {
  require(described_, "nothing has been described yet");
  device_.use();
  scorer_.score(request, slot().canvas(), slot().descriptions(), work_, out);
}

void CudaBackend::compose(const ComposeRequest& request, RgbImage& out) {
  require(described_, "nothing has been described yet");
  device_.use();
  painter_.compose(request, slot().canvas(), work_, out);
}

void CudaBackend::compose(const ComposeRequest& request, YuvImage& out) {
  require(described_, "nothing has been described yet");
  device_.use();
  painter_.compose(request, slot().canvas(), work_, out);
}

}  // namespace
}  // namespace gpu

CudaState cuda_state() {
  gpu::CardChoice card = gpu::choose_card();
  return {std::move(card.missing), card.nothing_there};
}

std::string cuda_versions() { return gpu::card_versions(); }

CardContext cuda_context() { return gpu::driver_context(); }

std::string cuda_missing() { return cuda_state().missing; }

std::unique_ptr<Backend> make_cuda_backend(const BackendContext& context) {
  return std::make_unique<gpu::CudaBackend>(context);
}

}  // namespace mosaic
