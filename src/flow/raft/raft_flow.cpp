#include "flow/raft/raft_flow.hpp"

#include <array>
#include <utility>

#include "core/resize.hpp"
#include "flow/raft/model_store.hpp"
#include "mosaic/error.hpp"

namespace mosaic {

namespace {

constexpr int kOnTheCpu = -1;

constexpr char kWantedBy[] = "--flow raft";
constexpr char kHowToGetTorch[] =
    "build with LibTorch (Debian: apt-get install libtorch-dev libopenblas0-pthread; elsewhere see "
    "docs/flow.md), or use --flow block, which needs nothing";

/// Null, with the reason in `failure`, when LibTorch cannot use the model.
std::unique_ptr<TorchModel> load_model(const ModuleFile& module, const ModelFile& file,
                                       const RaftSettings& settings, int threads, int card,
                                       TorchFailure& failure) {
  TorchModelOptions options;
  options.bytes = file.bytes.data();
  options.size = file.bytes.size();
  options.fp64 = settings.precision == FlowPrecision::fp64;
  options.threads = threads;
  options.card = card;
  return std::unique_ptr<TorchModel>(
      module.symbol<TorchOpen>(kTorchOpenSymbol)(kTorchInterfaceVersion, options, failure));
}

[[noreturn]] void refuse_model(const ModelFile& file, const TorchFailure& failure) {
  const std::string what =
      "flow model " + file.path.string() + " cannot be loaded: " + failure.text;
  if (file.shipped) {
    throw DeviceError(what,
                      "if there is memory enough, install the program again; or use --flow block");
  }
  throw InputError(what, "give a file written by this version's scripts/export_raft.py");
}

std::string describe_settings(const ModelFile& file, const RaftSettings& settings) {
  const bool fp64 = settings.precision == FlowPrecision::fp64;
  return file.path.filename().string() + " (sha256 " + file.sha256.substr(0, 12) + "), " +
         (fp64 ? "fp64" : "fp32 (may differ between machines)") + ", " +
         std::to_string(settings.updates) + " updates, " +
         (settings.when == FlowWhen::needed ? "where block matching needs it" : "for every frame") +
         ", built for LibTorch " MOSAIC_TORCH_VERSION;
}

}  // namespace

RaftFlow::RaftFlow(const GridGeometry& geometry, const RaftSettings& settings, Isa isa,
                   ThreadPool& pool, const FlowPlace& place)
    : geometry_(geometry),
      grid_(geometry),
      settings_(settings),
      pool_(pool),
      place_(place),
      proof_(geometry, isa, pool) {
  require();
  file_ = read_model(settings_.model, settings_.trust_model);
  description_ = describe_settings(file_, settings_);
  const bool fp32 = settings_.precision == FlowPrecision::fp32;
  // A model of somebody else is tried at once: whether it suits is not known before.
  if (settings_.when == FlowWhen::always || !file_.shipped || fp32) open_model(place_.card);
  // In fp32 the result depends on what it runs on.
  if (fp32) description_ += std::string(", ") + model_->runtime();
}

void RaftFlow::require() { ModuleFile::require(kTorchModuleFile, kWantedBy, kHowToGetTorch); }

void RaftFlow::open_model(int card) {
  if (!module_) module_.emplace(kTorchModuleFile, kWantedBy, kHowToGetTorch);
  model_.reset();
  TorchFailure failure;
  model_ = load_model(*module_, file_, settings_, pool_.threads(), card, failure);
  if (model_ != nullptr) return;
  if (card == kOnTheCpu) refuse_model(file_, failure);
  open_model(kOnTheCpu);  // refuses a file that is no model
  accept_the_cpu(std::string("RAFT cannot be opened on the card: ") + failure.text);
}

void RaftFlow::accept_the_cpu(const std::string& what) const {
  if (!place_.may_leave) throw DeviceError(what, "use --device cpu or auto");
  if (place_.warn) place_.warn(what + "; motion is found by the CPU");
}

/// Tensors of the card belong to its model, so the frame that was kept is encoded again.
void RaftFlow::leave_card(const std::string& what) {
  if (!model_->on_card()) {
    throw Error(ExitCode::unexpected, what, "use larger cells, or --flow block");
  }
  if (settings_.precision == FlowPrecision::fp32) {
    throw DeviceError(what, "use --device cpu: in fp32 one film has to run on one device");
  }
  accept_the_cpu(what);
  last_frame_.reset();
  open_model(kOnTheCpu);
}

std::optional<FlowWork> RaftFlow::work() const {
  return FlowWork{pairs_, asked_, model_ == nullptr ? std::string() : model_->runtime()};
}

std::optional<double> RaftFlow::rounding_edge_px() const {
  if (quantiser_.values() == 0) return std::nullopt;
  return quantiser_.edge_distance_px();
}

std::unique_ptr<TorchFrame> RaftFlow::encode(const Plane& picture) {
  const Size size = grid_.frame();
  const Plane small =
      resize(picture, Rect{0, 0, picture.size.width, picture.size.height}, size, pool_);
  TorchFailure failure;
  std::unique_ptr<TorchFrame> frame(
      model_->encode(small.pixels.data(), size.width, size.height, failure));
  if (frame == nullptr) {
    leave_card(std::string("RAFT cannot encode a frame: ") + failure.text);
    return nullptr;
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
                        file_.path.filename().c_str());
}

FlowField RaftFlow::estimate(const Plane& previous, const Plane& current) {
  FlowField field = proof_.estimate(previous, current);
  ++pairs_;
  const bool found = proof_.lost_cells(field) * kCellsPerLost <= geometry_.cells();
  if (found && settings_.when == FlowWhen::needed) return field;
  ++asked_;
  return proof_.reconsider(ask_model(previous, current));
}

/// False: the card failed and was left, so that everything is to be done again.
bool RaftFlow::find_flow(const Plane& previous, const Plane& current, std::vector<double>& flow) {
  if (last_frame_ == nullptr || last_plane_.pixels != previous.pixels) {
    last_frame_ = encode(previous);
    if (last_frame_ == nullptr) return false;
  }
  std::unique_ptr<TorchFrame> frame = encode(current);
  if (frame == nullptr) return false;
  // Backward flow first, then forward.
  const std::array<TorchPair, 2> pairs = {
      {{frame.get(), last_frame_.get()}, {last_frame_.get(), frame.get()}}};
  TorchFailure failure;
  if (!model_->flow(pairs.data(), static_cast<int>(pairs.size()), settings_.updates, flow.data(),
                    failure)) {
    frame.reset();  // before the model that made it
    leave_card(std::string("RAFT failed: ") + failure.text);
    return false;
  }
  last_frame_ = std::move(frame);
  last_plane_ = current;
  return true;
}

FlowHints RaftFlow::ask_model(const Plane& previous, const Plane& current) {
  if (previous.size != geometry_.output_size() || current.size != previous.size) {
    throw Error(ExitCode::unexpected, "RAFT: a frame does not have the output size");
  }
  if (model_ == nullptr) open_model(place_.card);
  const std::size_t components = 2 * grid_.vectors().area();
  std::vector<double> flow(2 * components);
  // Once more at most: what fails on the CPU throws.
  while (!find_flow(previous, current, flow)) {
  }
  FlowHints hints;
  hints.backward = to_cells(flow.data());
  hints.forward = to_cells(flow.data() + components);
  return hints;
}

}  // namespace mosaic
