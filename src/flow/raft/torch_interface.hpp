// The seam to LibTorch: what libmosaic_torch.so, loaded on demand, offers to the program.
//
// Only this header is shared by both sides. It is C++17, which LibTorch's headers want, and passes
// nothing but plain data and virtual calls; no exception crosses it.
#pragma once

#include <cstddef>

namespace mosaic {

/// Changes whenever anything below does: a module of another build is refused, not called.
inline constexpr int kTorchInterfaceVersion = 4;

inline constexpr char kTorchModuleFile[] = "libmosaic_torch.so";
inline constexpr char kTorchOpenSymbol[] = "mosaic_torch_open";

/// Why a call failed; empty text: it did not.
struct TorchFailure {
  char text[1024] = {};
};

/// Features and context of one frame, in the module's memory.
class TorchFrame {
 public:
  virtual ~TorchFrame() = default;
};

/// A frame pair; both frames come from the same model and have the same size.
struct TorchPair {
  const TorchFrame* first = nullptr;
  const TorchFrame* second = nullptr;
};

class TorchModel {
 public:
  virtual ~TorchModel() = default;

  /// `grey`: width * height samples, row-major, without padding. Sides are multiples of 8 and at
  /// least 128. The caller owns the result; null on failure.
  virtual TorchFrame* encode(const unsigned char* grey, int width, int height,
                             TorchFailure& failure) noexcept = 0;

  /// For each pair, where each 8x8 px square of the first frame went in the second, in frame
  /// pixels: `flow` takes pairs x 2 x (height/8) x (width/8) values, x before y. False on failure.
  virtual bool flow(const TorchPair* pairs, int count, int updates, double* flow,
                    TorchFailure& failure) noexcept = 0;

  /// Whether frames are worked on by a card: asked for (TorchModelOptions::card), and it is one
  /// that this LibTorch can use.
  [[nodiscard]] virtual bool on_card() const noexcept = 0;

  /// For reports: versions of LibTorch and of the linear algebra it runs on, or the card.
  [[nodiscard]] virtual const char* runtime() const noexcept = 0;
};

struct TorchModelOptions {
  const void* bytes = nullptr;  ///< content of the TorchScript file; read during the call only
  std::size_t size = 0;
  bool fp64 = true;
  int threads = 1;
  int card = -1;  ///< run on this CUDA card, as the runtime counts them, where LibTorch can
};

/// The one symbol of the module. The caller owns the result; null on failure.
using TorchOpen = TorchModel* (*)(int version, const TorchModelOptions& options,
                                  TorchFailure& failure) noexcept;

}  // namespace mosaic
