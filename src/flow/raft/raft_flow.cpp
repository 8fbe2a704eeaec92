#include "flow/raft/raft_flow.hpp"

#include <array>
#include <utility>

#include "core/resize.hpp"
#include "flow/raft/model_store.hpp"
#include "mosaic/error.hpp"

namespace mosaic {

namespace {

constexpr char kHowToGetIt[] =
    "build with LibTorch (Debian: apt-get install libtorch-dev libopenblas0-pthread; elsewhere see "
    "docs/flow.md), or use --flow block, which needs nothing";

std::unique_ptr<TorchModel> open_model(const ModuleFile& module, const ModelFile& file,
                                       const RaftSettings& settings, int threads) {
  TorchModelOptions options;
  options.bytes = file.bytes.data();
  options.size = file.bytes.size();
  options.fp64 = settings.precision == FlowPrecision::fp64;
  options.threads = threads;
  TorchFailure failure;
  std::unique_ptr<TorchModel> model(
      module.symbol<TorchOpen>(kTorchOpenSymbol)(kTorchInterfaceVersion, options, failure));
  if (model == nullptr) {
    throw InputError("flow model " + file.path.string() + " cannot be loaded: " + failure.text,
                     "give a file written by scripts/export_raft.py");
  }
  return model;
}

}  // namespace

RaftFlow::RaftFlow(const GridGeometry& geometry, const RaftSettings& settings, Isa isa,
                   ThreadPool& pool)
    : geometry_(geometry),
      grid_(geometry),
      settings_(settings),
      pool_(pool),
      proof_(geometry, isa, pool),
      module_(kTorchModuleFile, "--flow raft", kHowToGetIt) {
  const ModelFile file = read_model(settings.model, settings.trust_model);
  model_name_ = file.path.filename().string() + " (sha256 " + file.sha256.substr(0, 12) + ")";
  model_ = open_model(module_, file, settings, pool.threads());
}

std::string RaftFlow::describe() const {
  return model_name_ + ", " +
         (settings_.precision == FlowPrecision::fp64 ? "fp64"
                                                     : "fp32 (may differ between machines)") +
         ", " + std::to_string(settings_.updates) + " updates, " + model_->runtime();
}

std::unique_ptr<TorchFrame> RaftFlow::encode(const Plane& picture) {
  const Size size = grid_.frame();
  const Plane small =
      resize(picture, Rect{0, 0, picture.size.width, picture.size.height}, size, pool_);
  // The model was trained on grey pictures too: luma is a picture with three equal channels.
  const unsigned char* const rgb[3] = {small.pixels.data(), small.pixels.data(),
                                       small.pixels.data()};
  TorchFailure failure;
  std::unique_ptr<TorchFrame> frame(model_->encode(rgb, size.width, size.height, failure));
  if (frame == nullptr) {
    throw Error(ExitCode::unexpected, std::string("RAFT cannot encode a frame: ") + failure.text);
  }
  ++encoded_frames_;
  return frame;
}

std::vector<FlowVector> RaftFlow::to_cells(const double* flow) {
  const Size frame = grid_.frame();
  const Size output = geometry_.output_size();
  const std::size_t area = grid_.vectors().area();
  return quantiser_.run(grid_.per_cell({flow, area}, frame.width, output.width),
                        grid_.per_cell({flow + area, area}, frame.height, output.height),
                        model_name_.c_str());
}

FlowField RaftFlow::estimate(const Plane& previous, const Plane& current) {
  return proof_.estimate(previous, current, ask_model(previous, current));
}

FlowHints RaftFlow::ask_model(const Plane& previous, const Plane& current) {
  if (previous.size != geometry_.output_size() || current.size != previous.size) {
    throw Error(ExitCode::unexpected, "RAFT: a frame does not have the output size");
  }
  if (last_frame_ == nullptr || last_plane_.pixels != previous.pixels) {
    last_frame_ = encode(previous);
  }
  std::unique_ptr<TorchFrame> frame = encode(current);

  // Backward flow first, then forward.
  const std::array<TorchPair, 2> pairs = {
      {{frame.get(), last_frame_.get()}, {last_frame_.get(), frame.get()}}};
  const std::size_t components = 2 * grid_.vectors().area();
  std::vector<double> flow(pairs.size() * components);
  TorchFailure failure;
  if (!model_->flow(pairs.data(), static_cast<int>(pairs.size()), settings_.updates, flow.data(),
                    failure)) {
    throw Error(ExitCode::unexpected, std::string("RAFT failed: ") + failure.text,
                "use larger cells, or --flow block");
  }
  last_frame_ = std::move(frame);
  last_plane_ = current;
  FlowHints hints;
  hints.backward = to_cells(flow.data());
  hints.forward = to_cells(flow.data() + components);
  return hints;
}

}  // namespace mosaic
