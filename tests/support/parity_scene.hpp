// Two random frames and everything that can be asked of a backend about them.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <vector>

#include "backend/backend.hpp"
#include "support/edge_bytes.hpp"
#include "support/fake_library.hpp"

namespace mosaic::test {

struct ParitySetting {
  int tile_size_px, features_k, photos, variants;
  double ssim_weight;
  bool resized, yuv;
  int columns = 10, rows = 6;
};

std::ostream& operator<<(std::ostream& out, const ParitySetting& setting);

/// Odd and even cells from 1 to 64 px; more and fewer tiles than cells and than a list holds.
extern const std::vector<ParitySetting> kParitySettings;

/// All a backend says about the two frames.
struct Outcome {
  CellDescriptions cells[2];
  CellScores scores[3];
  std::vector<RgbImage> rgb;
  std::vector<YuvImage> yuv;
};

class ParityScene {
 public:
  ParityScene(const ParitySetting& setting, unsigned seed);

  using Make = std::function<std::unique_ptr<Backend>(const BackendContext&)>;
  /// `prepared`: the second frame is announced while the first one is worked on.
  Outcome run(const Make& make, SimdChoice simd, int threads, bool prepared = false);

 private:
  Picture make_frame();
  CellLook make_look();
  CellFade make_fade();
  std::vector<ComposeRequest> compose_requests() const;

  ParitySetting setting_;
  FakeLibrary library_;
  EdgeBytes bytes_;
  GridGeometry geometry_;
  MatchSettings match_;
  Picture frames_[2];
  std::vector<std::uint8_t> drawn_, saliency_;
  std::vector<std::int32_t> prices_, carried_, shown_;
  std::vector<CellLook> looks_;
  std::vector<CellFade> fades_;
  std::vector<std::uint64_t> tone_;
};

/// Fails the test for every array that differs.
void expect_equal(const Outcome& got, const Outcome& want);

}  // namespace mosaic::test
