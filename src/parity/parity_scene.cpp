#include "parity/parity_scene.hpp"

#include <algorithm>
#include <array>
#include <ostream>
#include <utility>

#include "backend/tone_math.hpp"

namespace mosaic::parity {
namespace {

constexpr YuvMatrix kMatrices[] = {YuvMatrix::bt601, YuvMatrix::bt709, YuvMatrix::bt2020};
constexpr YuvRange kRanges[] = {YuvRange::limited, YuvRange::full};

/// What compose() can be asked for: nothing, each part alone, and all at once.
constexpr std::array<const char*, 6> kComposes = {"plain",   "tone",  "fades",
                                                  "feather", "bands", "all"};

}  // namespace

std::ostream& operator<<(std::ostream& out, const ParitySetting& s) {
  return out << "size " << s.tile_size_px << " k " << s.features_k << " photos " << s.photos
             << " variants " << s.variants << " ssim " << s.ssim_weight << " resized " << s.resized
             << " yuv " << s.yuv << " cells " << s.columns << "x" << s.rows
             << (s.grey ? " grey" : "");
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
    switch_prices_.push_back(static_cast<std::int32_t>(bytes_.number(1U << 22)));
    known_.push_back(
        std::max(kUnknownDissimilarity, static_cast<std::int32_t>(bytes_.number(300)) - 100));
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
    image.y.pixels = bytes_(image.y.size.area());
    if (setting_.grey) return image;  // its chroma is 128 everywhere
    for (Plane* plane : {&image.u, &image.v}) plane->pixels = bytes_(plane->size.area());
    return image;
  }
  RgbImage image(size);
  for (Plane* plane : {&image.r, &image.g, &image.b}) plane->pixels = bytes_(plane->size.area());
  if (setting_.grey) image.g = image.b = image.r;
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

ComposeRequest ParityScene::compose_request(std::size_t which) const {
  const int half = setting_.tile_size_px / 2;
  ComposeRequest request{shown_, looks_};
  const bool all = which == 5;
  if (which == 1 || all) request.tone = tone_;
  if (which == 2 || all) request.fade = fades_;
  if (which == 3) request.seams.feather_px = half < 3 ? half : 3;
  if (which == 4) request.seams.laplacian_bands = 2;
  if (all) request.seams = {half, 4};
  return request;
}

BackendContext ParityScene::context(SimdChoice simd, ThreadPool& pool) const {
  BackendContext context{library_, geometry_, match_, simd, pool, setting_.variants > 1, {}};
  if (setting_.yuv) context.drawn_rgb = drawn_;
  return context;
}

std::vector<ParityScene::Step> ParityScene::steps(bool prepared) const {
  std::vector<Step> steps;
  steps.push_back({"describe", [this](Backend& backend, Outcome& out) {
                     backend.describe(frames_[0], out.cells[0]);
                   }});
  if (prepared) {
    steps.push_back(
        {"prepare", [this](Backend& backend, Outcome&) { backend.prepare(frames_[1]); }});
  }
  steps.push_back({"score", [this](Backend& backend, Outcome& out) {
                     backend.score({prices_, carried_, {}}, out.scores[0]);
                   }});
  steps.push_back({"compose rgb first", [this](Backend& backend, Outcome& out) {
                     out.rgb.resize(kComposes.size() + 1);
                     out.yuv.resize(kComposes.size());
                     backend.compose(compose_request(0), out.rgb[0]);
                   }});
  steps.push_back({"describe second", [this](Backend& backend, Outcome& out) {
                     backend.describe(frames_[1], out.cells[1]);
                   }});
  steps.push_back({"score kept", [this](Backend& backend, Outcome& out) {
                     std::vector<std::int32_t> kept = out.scores[0].candidate_tile;
                     for (std::size_t i = 0; i < kept.size(); i += 10) kept[i] = kNoTile;
                     backend.score({prices_, carried_, kept}, out.scores[1]);
                   }});
  steps.push_back({"score saliency", [this](Backend& backend, Outcome& out) {
                     backend.score({prices_, carried_, {}, saliency_}, out.scores[2]);
                   }});
  steps.push_back(
      {"score settled", [this](Backend& backend, Outcome& out) {
         backend.score({prices_, carried_, {}, saliency_, switch_prices_}, out.scores[3]);
       }});
  steps.push_back(
      {"score known", [this](Backend& backend, Outcome& out) {
         backend.score({prices_, carried_, {}, saliency_, switch_prices_, known_}, out.scores[4]);
       }});
  for (std::size_t i = 0; i < kComposes.size(); ++i) {
    steps.push_back(
        {std::string("compose rgb ") + kComposes[i], [this, i](Backend& backend, Outcome& out) {
           backend.compose(compose_request(i), out.rgb[i + 1]);
         }});
  }
  for (std::size_t i = 0; i < kComposes.size(); ++i) {  // every matrix with every range
    steps.push_back(
        {std::string("compose yuv ") + kComposes[i], [this, i](Backend& backend, Outcome& out) {
           YuvImage image(geometry_.output_size());
           image.matrix = kMatrices[i % 3];
           image.range = kRanges[i / 3];
           backend.compose(compose_request(i), image);
           out.yuv[i] = std::move(image);
         }});
  }
  return steps;
}

Outcome ParityScene::run(const Make& make, SimdChoice simd, int threads, bool prepared) const {
  ThreadPool pool(threads);
  const auto backend = make(context(simd, pool));
  Outcome outcome;
  for (const Step& step : steps(prepared)) step.work(*backend, outcome);
  return outcome;
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

std::vector<std::string> differences(const Outcome& got, const Outcome& want) {
  std::vector<std::string> names;
  const auto compare = [&names](const std::string& what, const auto& a, const auto& b) {
    if (a != b) names.push_back(what);
  };
  const auto numbered = [](const char* what, std::size_t i) {
    return std::string(what) + " " + std::to_string(i + 1) + ": ";
  };
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string name = numbered("describe", i);
    const CellDescriptions& a = got.cells[i];
    const CellDescriptions& b = want.cells[i];
    compare(name + "features", a.features, b.features);
    compare(name + "color_sums", a.color_sums, b.color_sums);
    compare(name + "saliency", a.saliency, b.saliency);
    compare(name + "quantiles", a.quantiles, b.quantiles);
    compare(name + "luma", a.luma.pixels, b.luma.pixels);
  }
  for (std::size_t i = 0; i < std::size(got.scores); ++i) {
    const std::string name = numbered("score", i);
    const CellScores& a = got.scores[i];
    const CellScores& b = want.scores[i];
    compare(name + "list_length", a.list_length, b.list_length);
    compare(name + "list_tile", a.list_tile, b.list_tile);
    compare(name + "list_base", a.list_base, b.list_base);
    compare(name + "list_bound", a.list_bound, b.list_bound);
    compare(name + "candidates", a.candidates, b.candidates);
    compare(name + "candidate_tile", a.candidate_tile, b.candidate_tile);
    compare(name + "dissimilarity", a.dissimilarity, b.dissimilarity);
  }
  compare("pictures", got.rgb.size() + got.yuv.size(), want.rgb.size() + want.yuv.size());
  for (std::size_t i = 0; i < std::min(got.rgb.size(), want.rgb.size()); ++i) {
    const std::string name = numbered("compose rgb", i);
    compare(name + "r", got.rgb[i].r.pixels, want.rgb[i].r.pixels);
    compare(name + "g", got.rgb[i].g.pixels, want.rgb[i].g.pixels);
    compare(name + "b", got.rgb[i].b.pixels, want.rgb[i].b.pixels);
  }
  for (std::size_t i = 0; i < std::min(got.yuv.size(), want.yuv.size()); ++i) {
    const std::string name = numbered("compose yuv", i);
    compare(name + "y", got.yuv[i].y.pixels, want.yuv[i].y.pixels);
    compare(name + "u", got.yuv[i].u.pixels, want.yuv[i].u.pixels);
    compare(name + "v", got.yuv[i].v.pixels, want.yuv[i].v.pixels);
  }
  return names;
}

}  // namespace mosaic::parity
