// Every backend of the registry, every instruction set and thread count gives the same bits as the
// plain CPU backend on one thread.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/isa.hpp"
#include "core/parallel_for.hpp"
#include "registry/backends.hpp"
#include "support/edge_bytes.hpp"
#include "support/fake_library.hpp"

namespace mosaic {
namespace {

struct Setting {
  int tile_size_px, features_k, photos, variants;
  double ssim_weight;
  bool resized, yuv;
};

std::ostream& operator<<(std::ostream& out, const Setting& s) {
  return out << "size " << s.tile_size_px << " k " << s.features_k << " photos " << s.photos
             << " variants " << s.variants << " ssim " << s.ssim_weight << " resized " << s.resized
             << " yuv " << s.yuv;
}

constexpr Setting kSettings[] = {
    {1, 1, 5, 1, 0.0, false, false},    {2, 5, 17, 1, 10.0, false, true},
    {6, 3, 64, 1, 10.0, false, false},  {7, 8, 65, 3, 10.0, false, true},
    {8, 5, 100, 2, 50.0, true, true},   {15, 5, 300, 1, 50.0, true, false},
    {16, 5, 257, 4, 50.0, false, true}, {31, 4, 129, 1, 5.0, false, false},
    {33, 5, 40, 1, 1000.0, true, true}, {64, 6, 16, 1, 50.0, false, true},
};

/// All a backend says about two frames.
struct Outcome {
  CellDescriptions cells[2];
  CellScores scores[2];
  RgbImage rgb;
  YuvImage yuv;
};

class Scene {
 public:
  Scene(const Setting& setting, unsigned seed)
      : setting_(setting),
        library_(setting.photos, setting.variants, setting.features_k, setting.tile_size_px, seed),
        bytes_(seed) {
    geometry_.tile_size_px = setting.tile_size_px;
    geometry_.columns = 10;
    geometry_.rows = 6;
    const Size size = geometry_.output_size();
    geometry_.crop_px = setting.resized ? Rect{1, 2, 3 * size.width / 2, size.height / 2 + 1}
                                        : Rect{1, 2, size.width, size.height};
    for (Picture& frame : frames_) frame = make_frame();
    for (int i = 0; i < setting.photos; ++i) {
      prices_.push_back(-static_cast<std::int32_t>(bytes_.number(20000)));
    }
    for (int i = 0; i < geometry_.cells(); ++i) {
      carried_.push_back(
          static_cast<std::int32_t>(bytes_.number(static_cast<unsigned>(library_.tiles()) + 1)) -
          1);
      shown_.push_back(
          static_cast<std::int32_t>(bytes_.number(static_cast<unsigned>(library_.tiles()))));
      looks_.push_back(make_look());
    }
    match_.features_k = setting.features_k;
    match_.ssim_weight = setting.ssim_weight;
    match_.ssim_candidates = 5;
  }

  Outcome run(const BackendEntry& entry, SimdChoice simd, int threads) {
    ThreadPool pool(threads);
    const auto backend = entry.make({library_, geometry_, match_, simd, pool});
    Outcome outcome;
    backend->describe(frames_[0], outcome.cells[0]);
    backend->score({prices_, carried_, {}}, outcome.scores[0]);
    std::vector<std::int32_t> kept = outcome.scores[0].candidate_tile;
    for (std::size_t i = 0; i < kept.size(); i += 10) kept[i] = kNoTile;  // every second cell
    backend->describe(frames_[1], outcome.cells[1]);
    backend->score({prices_, carried_, kept}, outcome.scores[1]);
    backend->compose({shown_, looks_}, outcome.rgb);
    outcome.yuv = YuvImage(geometry_.output_size());
    outcome.yuv.matrix = YuvMatrix::bt601;
    backend->compose({shown_, looks_}, outcome.yuv);
    return outcome;
  }

 private:
  Picture make_frame() {
    const Rect crop = geometry_.crop_px;
    const Size size{crop.x + crop.width + 2, crop.y + crop.height + 3};
    if (setting_.yuv) {
      YuvImage image(size);
      for (Plane* plane : {&image.y, &image.u, &image.v})
        plane->pixels = bytes_(plane->size.area());
      return image;
    }
    RgbImage image(size);
    for (Plane* plane : {&image.r, &image.g, &image.b}) plane->pixels = bytes_(plane->size.area());
    return image;
  }

  CellLook make_look() {
    CellLook look;
    if (bytes_.number(3) == 0) return look;
    for (auto& m : look.matrix) m = static_cast<std::int32_t>(bytes_.number(1U << 16)) - (1 << 15);
    for (auto& o : look.offset) o = static_cast<std::int32_t>(bytes_.number(1U << 23)) - (1 << 22);
    look.blend = static_cast<std::int32_t>(bytes_.number(257));
    return look;
  }

  Setting setting_;
  test::FakeLibrary library_;
  test::EdgeBytes bytes_;
  GridGeometry geometry_;
  MatchSettings match_;
  Picture frames_[2];
  std::vector<std::int32_t> prices_, carried_, shown_;
  std::vector<CellLook> looks_;
};

void expect_equal(const Outcome& got, const Outcome& want) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(got.cells[i].features, want.cells[i].features);
    EXPECT_EQ(got.cells[i].color_sums, want.cells[i].color_sums);
    EXPECT_EQ(got.cells[i].saliency, want.cells[i].saliency);
    EXPECT_EQ(got.cells[i].luma.pixels, want.cells[i].luma.pixels);
    EXPECT_EQ(got.scores[i].list_length, want.scores[i].list_length);
    EXPECT_EQ(got.scores[i].list_tile, want.scores[i].list_tile);
    EXPECT_EQ(got.scores[i].list_base, want.scores[i].list_base);
    EXPECT_EQ(got.scores[i].list_bound, want.scores[i].list_bound);
    EXPECT_EQ(got.scores[i].candidates, want.scores[i].candidates);
    EXPECT_EQ(got.scores[i].candidate_tile, want.scores[i].candidate_tile);
    EXPECT_EQ(got.scores[i].dissimilarity, want.scores[i].dissimilarity);
  }
  EXPECT_EQ(got.rgb.r.pixels, want.rgb.r.pixels);
  EXPECT_EQ(got.rgb.g.pixels, want.rgb.g.pixels);
  EXPECT_EQ(got.rgb.b.pixels, want.rgb.b.pixels);
  EXPECT_EQ(got.yuv.y.pixels, want.yuv.y.pixels);
  EXPECT_EQ(got.yuv.u.pixels, want.yuv.u.pixels);
  EXPECT_EQ(got.yuv.v.pixels, want.yuv.v.pixels);
}

SimdChoice choice_of(Isa isa) {
  switch (isa) {
    case Isa::avx2:
      return SimdChoice::avx2;
    case Isa::avx512:
      return SimdChoice::avx512;
    case Isa::plain:
      break;
  }
  return SimdChoice::plain;
}

const BackendEntry& reference() {
  for (const BackendEntry& entry : backends()) {
    if (entry.name == "cpu") return entry;
  }
  throw std::logic_error("the registry has no CPU backend");
}

class BackendParity : public testing::TestWithParam<std::size_t> {};

TEST_P(BackendParity, SameBitsAsThePlainCpu) {
  const BackendEntry& entry = backends()[GetParam()];
  if (const std::string missing = entry.missing(); !missing.empty()) {
    GTEST_SKIP() << entry.name << ": " << missing;
  }
  unsigned seed = 91;
  for (const Setting& setting : kSettings) {
    Scene scene(setting, ++seed);
    const Outcome want = scene.run(reference(), SimdChoice::plain, 1);
    ASSERT_FALSE(want.rgb.r.pixels.empty());
    for (const Isa isa : supported_isas()) {
      for (const int threads : {1, 3}) {
        std::ostringstream what;
        what << entry.name << " " << isa_name(isa) << " threads " << threads << " seed " << seed
             << " " << setting;
        SCOPED_TRACE(what.str());
        expect_equal(scene.run(entry, choice_of(isa), threads), want);
        if (HasFailure()) return;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Registry, BackendParity, testing::Range(std::size_t{0}, backends().size()),
                         [](const testing::TestParamInfo<std::size_t>& tested) {
                           return std::string(backends()[tested.param].name);
                         });

}  // namespace
}  // namespace mosaic
