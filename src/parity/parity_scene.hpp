// Two random frames and everything that can be asked of a backend about them.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "core/isa.hpp"
#include "parity/edge_bytes.hpp"
#include "parity/fake_library.hpp"

namespace mosaic::parity {

struct ParitySetting {
  int tile_size_px, features_k, photos, variants;
  double ssim_weight;
  bool resized, yuv;
  int columns = 10, rows = 6;
  bool grey = false;  ///< frames without colour
};

std::ostream& operator<<(std::ostream& out, const ParitySetting& setting);

/// All a backend has said about the two frames so far.
struct Outcome {
  CellDescriptions cells[2];
  CellScores scores[5];
  std::vector<RgbImage> rgb;
  std::vector<YuvImage> yuv;
};

class ParityScene {
 public:
  ParityScene(const ParitySetting& setting, unsigned seed);

  /// One call of the backend; each needs those before it, and may be repeated.
  struct Step {
    std::string name;
    std::function<void(Backend&, Outcome&)> work;
  };
  /// Refer to this. `prepared`: the second frame is announced while the first one is worked on.
  [[nodiscard]] std::vector<Step> steps(bool prepared) const;
  /// What to make a backend with; refers to this and to `pool`.
  [[nodiscard]] BackendContext context(SimdChoice simd, ThreadPool& pool) const;
  [[nodiscard]] int tiles() const { return library_.tiles(); }

  using Make = std::function<std::unique_ptr<Backend>(const BackendContext&)>;
  /// All steps, on a backend of its own.
  Outcome run(const Make& make, SimdChoice simd, int threads, bool prepared = false) const;

 private:
  Picture make_frame();
  CellLook make_look();
  CellFade make_fade();
  [[nodiscard]] ComposeRequest compose_request(std::size_t which) const;

  ParitySetting setting_;
  FakeLibrary library_;
  EdgeBytes bytes_;
  GridGeometry geometry_;
  MatchSettings match_;
  Picture frames_[2];
  std::vector<std::uint8_t> drawn_, saliency_;
  std::vector<std::int32_t> prices_, carried_, shown_, switch_prices_, known_;
  std::vector<CellLook> looks_;
  std::vector<CellFade> fades_;
  std::vector<std::uint64_t> tone_;
};

/// The choice that asks for an instruction set.
SimdChoice choice_of(Isa isa);

/// Names every array that differs, as in "second score: list_tile".
std::vector<std::string> differences(const Outcome& got, const Outcome& want);

}  // namespace mosaic::parity
