// A CPU backend over a made-up library, with frames of noise.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "backend/cpu/cpu_backend.hpp"
#include "support/edge_bytes.hpp"
#include "support/fake_library.hpp"

namespace mosaic {
namespace {

using test::FakeLibrary;

GridGeometry grid(int size, int columns, int rows, Rect crop) {
  GridGeometry geometry;
  geometry.tile_size_px = size;
  geometry.columns = columns;
  geometry.rows = rows;
  geometry.crop_px = crop;
  return geometry;
}

GridGeometry plain_grid(int size, int columns, int rows) {
  return grid(size, columns, rows, Rect{0, 0, size * columns, size * rows});
}

RgbImage random_rgb(Size size, unsigned seed) {
  test::EdgeBytes bytes(seed);
  RgbImage image(size);
  for (Plane* plane : {&image.r, &image.g, &image.b}) {
    for (auto& pixel : plane->pixels) pixel = static_cast<u8>(bytes.number(256));
  }
  return image;
}

MatchSettings match(int k, double ssim_weight, int candidates) {
  MatchSettings settings;
  settings.features_k = k;
  settings.ssim_weight = ssim_weight;
  settings.ssim_candidates = candidates;
  return settings;
}

struct Case {
  FakeLibrary library;
  GridGeometry geometry;
  MatchSettings settings;
  ThreadPool pool{2};
  std::unique_ptr<Backend> backend;

  Case(int photos, int variants, int size, const MatchSettings& m)
      : library(photos, variants, m.features_k, size, 81),
        geometry(plain_grid(size, 6, 4)),
        settings(m),
        backend(make_cpu_backend({library, geometry, settings, SimdChoice::automatic, pool})) {}

  CellDescriptions described(unsigned seed) {
    CellDescriptions cells;
    backend->describe(random_rgb(geometry.output_size(), seed), cells);
    return cells;
  }
  CellScores scored(const std::vector<std::int32_t>& carried,
                    const std::vector<std::int32_t>& kept = {}) {
    const std::vector<std::int32_t> prices(static_cast<std::size_t>(library.photos()), 0);
    CellScores scores;
    backend->score({prices, carried, kept}, scores);
    return scores;
  }
  [[nodiscard]] std::vector<std::int32_t> nothing_carried() const {
    return std::vector<std::int32_t>(static_cast<std::size_t>(geometry.cells()), kNoTile);
  }
};

}  // namespace
}  // namespace mosaic
