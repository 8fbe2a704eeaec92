#include "registry/fallback_backend.hpp"

#include <utility>

#include "mosaic/error.hpp"

namespace mosaic {
namespace {

class FallbackBackend final : public Backend {
 public:
  FallbackBackend(std::unique_ptr<Backend> first,
                  std::function<std::unique_ptr<Backend>()> make_cpu,
                  std::function<void(const std::string&)> warn)
      : current_(std::move(first)), make_cpu_(std::move(make_cpu)), warn_(std::move(warn)) {}

  [[nodiscard]] std::string_view name() const override { return current_->name(); }

  void prepare(const Picture& next) override {
    attempt([&] { current_->prepare(next); });
  }
  void describe(const Picture& picture, CellDescriptions& out) override {
    picture_ = nullptr;  // should it fail, the last picture is not to be described again
    attempt([&] { current_->describe(picture, out); });
    picture_ = &picture;
  }
  void score(const ScoreRequest& request, CellScores& out) override {
    attempt([&] { current_->score(request, out); });
  }
  void compose(const ComposeRequest& request, RgbImage& out) override {
    attempt([&] { current_->compose(request, out); });
  }
  void compose(const ComposeRequest& request, YuvImage& out) override {
    attempt([&] { current_->compose(request, out); });
  }

 private:
  template <class Work>
  void attempt(const Work& work) {
    if (!make_cpu_) return work();
    try {
      return work();
    } catch (const DeviceError& error) {
      fall_back(error);
    }
    work();
  }

  void fall_back(const DeviceError& error) {
    current_ = std::exchange(make_cpu_, nullptr)();
    if (warn_) warn_(std::string(error.what()) + "; going on with the CPU, the result is the same");
    if (picture_ == nullptr) return;
    CellDescriptions again;
    current_->describe(*picture_, again);
  }

  std::unique_ptr<Backend> current_;
  std::function<std::unique_ptr<Backend>()> make_cpu_;  ///< empty once the CPU is at work
  std::function<void(const std::string&)> warn_;
  const Picture* picture_ = nullptr;  ///< last described
};

}  // namespace

std::unique_ptr<Backend> make_fallback_backend(std::unique_ptr<Backend> first,
                                               std::function<std::unique_ptr<Backend>()> make_cpu,
                                               std::function<void(const std::string&)> warn) {
  return std::make_unique<FallbackBackend>(std::move(first), std::move(make_cpu), std::move(warn));
}

}  // namespace mosaic
