#include "support/parity_scene.hpp"

#include <gtest/gtest.h>

#include <ostream>

#include "backend/tone_math.hpp"

namespace mosaic::test {
namespace {

constexpr YuvMatrix kMatrices[] = {YuvMatrix::bt601, YuvMatrix::bt709, YuvMatrix::bt2020};
constexpr YuvRange kRanges[] = {YuvRange::limited, YuvRange::full};

}  // namespace

const std::vector<ParitySetting> kParitySettings = {
    {1, 1, 5, 1, 0.0, false, false},           {2, 5, 17, 1, 10.0, false, true},
    {6, 3, 64, 1, 10.0, false, false},         {7, 8, 65, 3, 10.0, false, true},
    {8, 5, 100, 2, 50.0, true, true},          {15, 5, 300, 1, 50.0, true, false},
    {16, 5, 257, 4, 50.0, false, true},        {31, 4, 129, 1, 5.0, false, false, 5, 3},
    {32, 5, 40, 1, 1000.0, true, true, 4, 3},  {33, 7, 900, 1, 50.0, true, false, 4, 2},
    {63, 6, 16, 1, 50.0, false, false, 2, 2},  {64, 6, 70, 1, 50.0, false, true, 2, 3},
    {32, 5, 2000, 2, 20.0, false, true, 7, 1},
};

std::ostream& operator<<(std::ostream& out, const ParitySetting& s) {
  return out << "size " << s.tile_size_px << " k " << s.features_k << " photos " << s.photos
             << " variants " << s.variants << " ssim " << s.ssim_weight << " resized " << s.resized
             << " yuv " << s.yuv << " cells " << s.columns << "x" << s.rows;
}

ParityScene::ParityScene(const ParitySetting& setting, unsigned seed)
    : setting_(setting),
      library_(setting.photos, setting.variants, setting.features_k, setting.tile_size_px, seed),
      bytes_(seed) {
  geometry_.tile_size_px = setting.tile_size_px;
  geometry_.columns = setting.columns;
  geometry_.rows = setting.rows;
  const Size size = geometry_.output_size();
  geometry_.crop_px = setting.resized ? Rect{1, 2, 3 * size.width / 2, size.height / 2 + 1}
                                      : Rect{1, 2, size.width, size.height};
  for (Picture& frame : frames_) frame = make_frame();
  for (int i = 0; i < setting.photos; ++i) {
    prices_.push_back(-static_cast<std::int32_t>(bytes_.number(20000)));
  }
  const auto tiles = static_cast<unsigned>(library_.tiles());
  for (int i = 0; i < geometry_.cells(); ++i) {
    carried_.push_back(static_cast<std::int32_t>(bytes_.number(tiles + 1)) - 1);
    shown_.push_back(static_cast<std::int32_t>(bytes_.number(tiles)));
    saliency_.push_back(static_cast<std::uint8_t>(32 + bytes_.number(97)));
    looks_.push_back(make_look());
    fades_.push_back(make_fade());
  }
  drawn_ = bytes_(library_.rgb().size());
  for (int i = 0; i < kToneEntries; ++i) {
    std::uint64_t entry = 0;
    for (int lane = 0; lane < 3; ++lane) {
      entry |= std::uint64_t{bytes_.number(4081)} << (lane * kToneLane);
    }
    tone_.push_back(entry);
  }
  match_.features_k = setting.features_k;
  match_.ssim_weight = setting.ssim_weight;
  match_.ssim_candidates = 5;
}

Picture ParityScene::make_frame() {
  const Rect crop = geometry_.crop_px;
  const Size size{crop.x + crop.width + 2, crop.y + crop.height + 3};
  if (setting_.yuv) {
    YuvImage image(size);
    image.matrix = kMatrices[bytes_.number(3)];
    image.range = kRanges[bytes_.number(2)];
    for (Plane* plane : {&image.y, &image.u, &image.v}) plane->pixels = bytes_(plane->size.area());
    return image;
  }
  RgbImage image(size);
  for (Plane* plane : {&image.r, &image.g, &image.b}) plane->pixels = bytes_(plane->size.area());
  return image;
}

CellLook ParityScene::make_look() {
  CellLook look;
  if (bytes_.number(3) == 0) return look;
  for (auto& m : look.matrix) m = static_cast<std::int32_t>(bytes_.number(1U << 16)) - (1 << 15);
  for (auto& o : look.offset) o = static_cast<std::int32_t>(bytes_.number(1U << 23)) - (1 << 22);
  look.blend = static_cast<std::int32_t>(bytes_.number(257));
  if (bytes_.number(2) == 0) return look;
  look.curved = 1;
  for (auto& channel : look.curve) {
    for (auto& node : channel) node = static_cast<std::int16_t>(bytes_.number(4081));
  }
  return look;
}

CellFade ParityScene::make_fade() {
  CellFade fade;
  if (bytes_.number(3) == 0) return fade;
  fade.tile = static_cast<std::int32_t>(bytes_.number(static_cast<unsigned>(library_.tiles())));
  fade.share = static_cast<std::int32_t>(bytes_.number(257));
  fade.look = make_look();
  return fade;
}

/// Everything off, each part alone, and all at once.
std::vector<ComposeRequest> ParityScene::compose_requests() const {
  const int half = setting_.tile_size_px / 2;
  ComposeRequest plain{shown_, looks_};
  ComposeRequest toned = plain;
  toned.tone = tone_;
  ComposeRequest faded = plain;
  faded.fade = fades_;
  ComposeRequest feathered = plain;
  feathered.seams.feather_px = half < 3 ? half : 3;
  ComposeRequest banded = plain;
  banded.seams.laplacian_bands = 2;
  ComposeRequest all{shown_, looks_, tone_, fades_, {half, 4}};
  return {plain, toned, faded, feathered, banded, all};
}

Outcome ParityScene::run(const Make& make, SimdChoice simd, int threads, bool prepared) {
  ThreadPool pool(threads);
  BackendContext context{library_, geometry_, match_, simd, pool, setting_.variants > 1, {}};
  if (setting_.yuv) context.drawn_rgb = drawn_;
  const auto backend = make(context);
  Outcome outcome;
  backend->describe(frames_[0], outcome.cells[0]);
  if (prepared) backend->prepare(frames_[1]);
  backend->score({prices_, carried_, {}}, outcome.scores[0]);
  std::vector<std::int32_t> kept = outcome.scores[0].candidate_tile;
  for (std::size_t i = 0; i < kept.size(); i += 10) kept[i] = kNoTile;  // every second cell
  const std::vector<ComposeRequest> requests = compose_requests();
  outcome.rgb.emplace_back();
  backend->compose(requests[0], outcome.rgb.back());

  backend->describe(frames_[1], outcome.cells[1]);
  backend->score({prices_, carried_, kept}, outcome.scores[1]);
  backend->score({prices_, carried_, {}, saliency_}, outcome.scores[2]);
  for (const ComposeRequest& request : requests) {
    outcome.rgb.emplace_back();
    backend->compose(request, outcome.rgb.back());
  }
  for (std::size_t i = 0; i < requests.size(); ++i) {  // every matrix with every range
    YuvImage image(geometry_.output_size());
    image.matrix = kMatrices[i % 3];
    image.range = kRanges[i / 3];
    backend->compose(requests[i], image);
    outcome.yuv.push_back(std::move(image));
  }
  return outcome;
}

void expect_equal(const Outcome& got, const Outcome& want) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(got.cells[i].features, want.cells[i].features);
    EXPECT_EQ(got.cells[i].color_sums, want.cells[i].color_sums);
    EXPECT_EQ(got.cells[i].saliency, want.cells[i].saliency);
    EXPECT_EQ(got.cells[i].quantiles, want.cells[i].quantiles);
    EXPECT_EQ(got.cells[i].luma.pixels, want.cells[i].luma.pixels);
  }
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(got.scores[i].list_length, want.scores[i].list_length);
    EXPECT_EQ(got.scores[i].list_tile, want.scores[i].list_tile);
    EXPECT_EQ(got.scores[i].list_base, want.scores[i].list_base);
    EXPECT_EQ(got.scores[i].list_bound, want.scores[i].list_bound);
    EXPECT_EQ(got.scores[i].candidates, want.scores[i].candidates);
    EXPECT_EQ(got.scores[i].candidate_tile, want.scores[i].candidate_tile);
    EXPECT_EQ(got.scores[i].dissimilarity, want.scores[i].dissimilarity);
  }
  ASSERT_EQ(got.rgb.size(), want.rgb.size());
  for (std::size_t i = 0; i < got.rgb.size(); ++i) {
    SCOPED_TRACE("RGB picture " + std::to_string(i));
    EXPECT_EQ(got.rgb[i].r.pixels, want.rgb[i].r.pixels);
    EXPECT_EQ(got.rgb[i].g.pixels, want.rgb[i].g.pixels);
    EXPECT_EQ(got.rgb[i].b.pixels, want.rgb[i].b.pixels);
  }
  ASSERT_EQ(got.yuv.size(), want.yuv.size());
  for (std::size_t i = 0; i < got.yuv.size(); ++i) {
    SCOPED_TRACE("YUV picture " + std::to_string(i));
    EXPECT_EQ(got.yuv[i].y.pixels, want.yuv[i].y.pixels);
    EXPECT_EQ(got.yuv[i].u.pixels, want.yuv[i].u.pixels);
    EXPECT_EQ(got.yuv[i].v.pixels, want.yuv[i].v.pixels);
  }
}

}  // namespace mosaic::test
