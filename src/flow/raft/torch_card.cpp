#include "flow/raft/torch_card.hpp"

#include <torch/cuda.h>
#include <torch/version.h>

#include <exception>
#include <map>
#include <sstream>
#include <utility>

#ifdef MOSAIC_TORCH_CUDA
#include <ATen/cuda/CUDAContext.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#endif

namespace mosaic {

#ifdef MOSAIC_TORCH_CUDA

namespace {

using Tensors = TorchCard::Tensors;

Tensors on_the_card(const Tensors& inputs) {
  Tensors moved;
  for (const at::Tensor& input : inputs) moved.push_back(input.to(at::kCUDA));
  return moved;
}

/// Work, its inputs and its results at fixed addresses.
struct Recording {
  Tensors inputs;
  Tensors results;
  at::cuda::CUDAGraph graph;

  /// On a stream that is not the default one. Throws when something in `work` cannot be recorded.
  void record(const Tensors& first, const TorchCard::Work& work) {
    for (const at::Tensor& input : first) inputs.push_back(input.to(at::kCUDA).clone());
    begin();
    try {
      results = work(inputs);
    } catch (...) {
      // Without an end the stream stays in recording mode, and everything after it fails.
      try {
        graph.capture_end();
      } catch (const std::exception&) {
        // The failure that matters is on its way.
      }
      throw;
    }
    graph.capture_end();
  }

  /// What other threads ask of the card meanwhile (decoding, our kernels) is none of the
  /// recording's business. Older LibTorch only knows how to forbid it.
  void begin() {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 2)
    graph.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
#else
    graph.capture_begin();
#endif
  }

  Tensors replay(const Tensors& now) {
    for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i].copy_(now[i]);
    graph.replay();
    Tensors copies;
    for (const at::Tensor& result : results) copies.push_back(result.clone());
    return copies;
  }
};

}  // namespace

struct TorchCard::State {
  explicit State(c10::DeviceIndex device) : index(device) {}

  c10::DeviceIndex index;
  c10::cuda::CUDAStream stream = c10::cuda::getStreamFromPool(false, index);
  std::map<std::string, std::unique_ptr<Recording>> recordings;  ///< null: done once so far
  bool records = true;
};

bool TorchCard::available(int index) {
  return index >= 0 && torch::cuda::is_available() &&
         static_cast<std::size_t>(index) < static_cast<std::size_t>(torch::cuda::device_count());
}

TorchCard::TorchCard(int index)
    : state_(std::make_unique<State>(static_cast<c10::DeviceIndex>(index))) {}

void TorchCard::settle(const std::function<void(at::Device)>& work) const {
  const c10::cuda::CUDAGuard guard(state_->index);
  work(at::Device(at::kCUDA, state_->index));
  torch::cuda::synchronize(state_->index);
}

std::string TorchCard::describe() const {
  std::ostringstream text;
  text << at::cuda::getDeviceProperties(state_->index)->name << ", CUDA " << CUDA_VERSION / 1000
       << "." << CUDA_VERSION / 10 % 100;
  return text.str();
}

TorchCard::Tensors TorchCard::run(const std::string& name, const Tensors& inputs,
                                  const Work& work) {
  const c10::cuda::CUDAStreamGuard guard(state_->stream);
  std::ostringstream key;
  key << name;
  for (const at::Tensor& input : inputs) key << ' ' << input.sizes();
  const auto [found, is_new] = state_->recordings.try_emplace(key.str());
  // The first time chooses algorithms and allocates, which cannot be recorded.
  if (is_new || !state_->records) return work(on_the_card(inputs));
  if (found->second == nullptr) {
    auto recording = std::make_unique<Recording>();
    try {
      state_->stream.synchronize();
      recording->record(inputs, work);
      found->second = std::move(recording);
    } catch (const std::exception&) {
      state_->records = false;
      return work(on_the_card(inputs));
    }
  }
  return found->second->replay(inputs);
}

at::Tensor TorchCard::fetch(const at::Tensor& result) {
  const c10::cuda::CUDAStreamGuard guard(state_->stream);
  return result.to(at::kCPU).contiguous();
}

#else

struct TorchCard::State {};

/// A LibTorch that has CUDA is not used without the headers that this was compiled without.
bool TorchCard::available(int) { return false; }

TorchCard::TorchCard(int) { TORCH_CHECK(false, "this module was built without CUDA"); }

void TorchCard::settle(const std::function<void(at::Device)>&) const {}

std::string TorchCard::describe() const { return {}; }

TorchCard::Tensors TorchCard::run(const std::string&, const Tensors&, const Work&) {
  TORCH_CHECK(false, "this module was built without CUDA");
}

at::Tensor TorchCard::fetch(const at::Tensor&) {
  TORCH_CHECK(false, "this module was built without CUDA");
}

#endif

TorchCard::~TorchCard() = default;

}  // namespace mosaic
