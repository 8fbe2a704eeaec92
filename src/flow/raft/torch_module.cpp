// libmosaic_torch.so: RAFT as TorchScript on LibTorch, 1.13 and newer.
//
// Note [One path per thread count]
// LibTorch and its BLAS run single-threaded here, whatever the number of threads: the ways in which
// they split work between threads are theirs, and may change sums. What is independent runs side by
// side instead: the two encoders of a frame, and the pairs of a batch. So the values are the same
// bits for any thread count (on one kind of CPU; between kinds, and between a CPU and a card, the
// caller's quantisation decides).
#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <malloc.h>
#include <torch/script.h>
#include <torch/version.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "flow/raft/torch_card.hpp"
#include "flow/raft/torch_interface.hpp"

namespace mosaic {

namespace {

void tell(TorchFailure& failure, const char* text) {
  std::strncpy(failure.text, text, sizeof failure.text - 1);
}

/// LibTorch's messages carry a stack trace of its own; the first line says what happened.
void tell(TorchFailure& failure, const c10::Error& error) {
  const std::string text = error.what_without_backtrace();
  tell(failure, text.substr(0, text.find("\nException raised")).c_str());
}

/// OpenBLAS keeps its own pool of threads, which at::set_num_threads() does not reach.
struct OpenBlas {
  void (*set_num_threads)(int) = nullptr;
  char* (*get_config)() = nullptr;
  char* (*get_corename)() = nullptr;

  OpenBlas() {
    // Looked up among the dependencies of this module: with another BLAS they are not there.
    static const char here = 0;
    Dl_info self = {};
    if (dladdr(&here, &self) == 0) return;
    void* handle = dlopen(self.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    if (handle == nullptr) return;
    set_num_threads = reinterpret_cast<void (*)(int)>(dlsym(handle, "openblas_set_num_threads"));
    get_config = reinterpret_cast<char* (*)()>(dlsym(handle, "openblas_get_config"));
    get_corename = reinterpret_cast<char* (*)()>(dlsym(handle, "openblas_get_corename"));
    dlclose(handle);
  }
};

std::string describe_runtime(const OpenBlas& blas) {
  std::string text = std::string("LibTorch ") + TORCH_VERSION;
  if (at::hasMKL()) return text + " on MKL";
  if (blas.get_config == nullptr) {
    return text + " on a BLAS other than OpenBLAS and MKL, which may be several times slower";
  }
  const std::string config = blas.get_config();  // "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ..."
  const std::size_t second_space = config.find(' ', config.find(' ') + 1);
  text += " on " + config.substr(0, second_space);
  if (blas.get_corename != nullptr) text += std::string(" (") + blas.get_corename() + ")";
  return text;
}

/// The tensors of an update come and go in megabytes. Given back to the kernel each time, their
/// pages have to be cleared again: an eighth of the time at 480x272 in fp64.
void keep_memory() {
  constexpr int kAsMuchAsThereIs = 1 << 30;
  mallopt(M_MMAP_THRESHOLD, kAsMuchAsThereIs);
  mallopt(M_TRIM_THRESHOLD, kAsMuchAsThereIs);
}

void be_deterministic() {
  at::Context& context = at::globalContext();
  context.setDeterministicAlgorithms(true, false);
  context.setDeterministicCuDNN(true);
  context.setBenchmarkCuDNN(false);
  context.setAllowTF32CuBLAS(false);
  context.setAllowTF32CuDNN(false);
}

/// What every thread that computes needs: no autograd; the interpreter as it is, because the
/// profiling executor rewrites the graph after the first runs and may then round differently.
struct ComputeScope {
  c10::InferenceMode inference;
  torch::jit::GraphOptimizerEnabledGuard plain{false};
  ComputeScope() { at::set_num_threads(1); }
};

/// What the model's `format` returns; see scripts/raft_model.py.
constexpr std::int64_t kModelFormat = 2;

struct Frame final : TorchFrame {
  at::Tensor features;
  at::Tensor context;
};

class Model final : public TorchModel {
 public:
  explicit Model(const TorchModelOptions& options)
      : dtype_(options.fp64 ? at::kDouble : at::kFloat), side_by_side_(options.threads > 1) {
    static const OpenBlas blas;
    static std::once_flag settled;  // what follows holds for the process
    std::call_once(settled, [] {
      if (blas.set_num_threads != nullptr) blas.set_num_threads(1);
      be_deterministic();
      keep_memory();
    });
    runtime_ = describe_runtime(blas);
    if (TorchCard::available(options.card)) {
      card_ = std::make_unique<TorchCard>(options.card);
      runtime_ = std::string("LibTorch ") + TORCH_VERSION + " on " + card_->describe();
    }
    const ComputeScope scope;
    std::istringstream file(std::string(static_cast<const char*>(options.bytes), options.size));
    module_ = torch::jit::load(file, at::kCPU);
    module_.eval();
    module_.to(dtype_);
    check_format();
    const auto prepare = [this](at::Device device) {
      module_.to(device);
      module_.get_method("prepare")({});
    };
    if (card_) {
      card_->settle(prepare);  // what follows is on a stream of its own
    } else {
      prepare(at::kCPU);
    }
  }

  TorchFrame* encode(const unsigned char* grey, int width, int height,
                     TorchFailure& failure) noexcept override {
    try {
      TORCH_CHECK(width >= 128 && height >= 128 && width % 8 == 0 && height % 8 == 0, "frames of ",
                  width, "x", height, " px do not suit the model");
      const ComputeScope scope;
      const at::Tensor input = to_input(grey, width, height);
      auto frame = std::make_unique<Frame>();
      if (card_) {
        const TorchCard::Tensors found =
            card_->run("encode", {input}, [this](const TorchCard::Tensors& in) {
              return TorchCard::Tensors{call("encode_features", {in[0]}),
                                        call("encode_context", {in[0]})};
            });
        frame->features = found[0];
        frame->context = found[1];
        return frame.release();
      }
      run({[&] { frame->features = call("encode_features", {input}); },
           [&] { frame->context = call("encode_context", {input}); }});
      return frame.release();
    } catch (const c10::Error& error) {
      tell(failure, error);
    } catch (const std::exception& error) {
      tell(failure, error.what());
    }
    return nullptr;
  }

  bool flow(const TorchPair* pairs, int count, int updates, double* flow,
            TorchFailure& failure) noexcept override {
    try {
      if (card_) {
        flow_on_card(pairs, count, updates, flow);
        return true;
      }
      std::vector<std::function<void()>> jobs;
      for (int i = 0; i < count; ++i) {
        const auto& first = static_cast<const Frame&>(*pairs[i].first);
        const auto& second = static_cast<const Frame&>(*pairs[i].second);
        TORCH_CHECK(first.features.sizes() == second.features.sizes(),
                    "the frames of a pair differ in size");
        double* out = flow + i * (2 * first.features.numel() / first.features.size(1));
        jobs.emplace_back([this, &first, &second, updates, out] {
          const at::Tensor found =
              call("flow", {first.features, first.context, second.features, updates});
          const at::Tensor pixels = (found.to(at::kDouble) * 8.0).contiguous();
          std::memcpy(out, pixels.data_ptr<double>(), pixels.nbytes());
        });
      }
      run(jobs);
      return true;
    } catch (const c10::Error& error) {
      tell(failure, error);
    } catch (const std::exception& error) {
      tell(failure, error.what());
    }
    return false;
  }

  bool on_card() const noexcept override { return card_ != nullptr; }
  const char* runtime() const noexcept override { return runtime_.c_str(); }

 private:
  void check_format() {
    const auto has = [this](const char* name) { return module_.find_method(name).has_value(); };
    if (has("format")) {
      const c10::IValue format = module_.get_method("format")({});
      TORCH_CHECK(format.isInt() && format.toInt() == kModelFormat, "it has format ", format,
                  ", this program takes ", kModelFormat, "; export it again");
    }
    for (const char* name : {"prepare", "encode_features", "encode_context", "flow"}) {
      TORCH_CHECK(has(name), "it has no method '", name,
                  "'; it was not written by scripts/export_raft.py");
    }
    // Models written before formats were numbered have the methods, with other arguments.
    TORCH_CHECK(has("format"), "it has no format, this program takes ", kModelFormat,
                "; export it again");
  }

  /// All pairs at once: half the launches, and the card is far from full with one.
  void flow_on_card(const TorchPair* pairs, int count, int updates, double* flow) {
    const ComputeScope scope;
    TorchCard::Tensors first, context, second;
    for (int i = 0; i < count; ++i) {
      first.push_back(static_cast<const Frame&>(*pairs[i].first).features);
      context.push_back(static_cast<const Frame&>(*pairs[i].first).context);
      second.push_back(static_cast<const Frame&>(*pairs[i].second).features);
    }
    TorchCard::Tensors inputs = first;
    inputs.insert(inputs.end(), context.begin(), context.end());
    inputs.insert(inputs.end(), second.begin(), second.end());
    const auto part = [count](const TorchCard::Tensors& in, int which) {
      return at::cat(
          TorchCard::Tensors(in.begin() + which * count, in.begin() + (which + 1) * count));
    };
    const TorchCard::Tensors found =
        card_->run("flow " + std::to_string(updates), inputs, [&](const TorchCard::Tensors& in) {
          return TorchCard::Tensors{
              call("flow", {part(in, 0), part(in, 1), part(in, 2), updates}).to(at::kDouble) * 8.0};
        });
    const at::Tensor pixels = card_->fetch(found[0]);
    std::memcpy(flow, pixels.data_ptr<double>(), pixels.nbytes());
  }

  at::Tensor call(const char* method, std::vector<c10::IValue> arguments) {
    return module_.get_method(method)(std::move(arguments)).toTensor();
  }

  /// Samples 0..255 to -1..1; exact up to the one rounding of the division.
  at::Tensor to_input(const unsigned char* grey, int width, int height) const {
    const at::Tensor samples = at::from_blob(const_cast<unsigned char*>(grey),
                                             {1, 1, height, width}, at::TensorOptions(at::kByte));
    return samples.to(dtype_).mul_(2).sub_(255).div_(255);
  }

  void run(const std::vector<std::function<void()>>& jobs) const {
    std::vector<std::future<void>> others;
    const auto scoped = [](const std::function<void()>& job) {
      const ComputeScope scope;
      job();
    };
    for (std::size_t i = 1; i < jobs.size(); ++i) {
      others.push_back(std::async(side_by_side_ ? std::launch::async : std::launch::deferred,
                                  scoped, std::cref(jobs[i])));
    }
    // A future of std::async waits in its destructor: no job outlives this call.
    scoped(jobs.front());
    for (std::future<void>& other : others) other.get();
  }

  at::ScalarType dtype_;
  bool side_by_side_;
  std::string runtime_;
  std::unique_ptr<TorchCard> card_;  ///< null: on the CPU
  torch::jit::Module module_;
};

}  // namespace

}  // namespace mosaic

extern "C" __attribute__((visibility("default"))) mosaic::TorchModel* mosaic_torch_open(
    int version, const mosaic::TorchModelOptions& options, mosaic::TorchFailure& failure) noexcept {
  if (version != mosaic::kTorchInterfaceVersion) {
    mosaic::tell(failure, "it belongs to another version of the program");
    return nullptr;
  }
  try {
    return new mosaic::Model(options);
  } catch (const c10::Error& error) {
    mosaic::tell(failure, error);
  } catch (const std::exception& error) {
    mosaic::tell(failure, error.what());
  }
  return nullptr;
}
