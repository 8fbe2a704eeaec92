// The card as LibTorch has it. With a LibTorch without CUDA there is none.
#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace mosaic {

/// Note [Recorded work]
/// RAFT on a small frame is hundreds of small kernels, and starting them takes longer than running
/// them. So what is asked for again with the same shapes is recorded as a CUDA graph the second
/// time and replayed from then on, which starts all of it at once. The kernels are the same, and so
/// are their results. Should a LibTorch or a model have an operation that cannot be recorded, the
/// work is done as it comes, for the rest of the run.
class TorchCard {
 public:
  using Tensors = std::vector<at::Tensor>;
  using Work = std::function<Tensors(const Tensors&)>;

  /// Does this LibTorch see a card of this number?
  static bool available(int index);
  /// Throws c10::Error when there is none.
  explicit TorchCard(int index);
  ~TorchCard();
  TorchCard(const TorchCard&) = delete;
  TorchCard& operator=(const TorchCard&) = delete;

  /// Name of the card and version of its runtime.
  [[nodiscard]] std::string describe() const;

  /// `work` with the card's device as the current one; it is done when this returns. Throws
  /// c10::Error.
  void settle(const std::function<void(at::Device)>& work) const;

  /// `work` on the card. `name` stands for it: the same name, the same work. Inputs may be the
  /// host's; results are on the card and are the caller's. They may not be there yet: only run()
  /// and fetch() wait for them, since LibTorch orders nothing between the stream used here and its
  /// default one. Throws c10::Error.
  Tensors run(const std::string& name, const Tensors& inputs, const Work& work);

  /// A result of run() in host memory, contiguous. Throws c10::Error.
  at::Tensor fetch(const at::Tensor& result);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mosaic
