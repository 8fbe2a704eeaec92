// Curves, fades and seams against plain arithmetic that follows the notes of the headers.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "backend/cpu/compose.hpp"
#include "backend/cpu/quantiles.hpp"
#include "backend/cpu/seams.hpp"
#include "backend/curve_math.hpp"
#include "backend/seam_math.hpp"
#include "support/edge_bytes.hpp"

namespace mosaic::cpu {
namespace {

GridGeometry grid_of(int size, int columns, int rows) {
  GridGeometry geometry;
  geometry.tile_size_px = size;
  geometry.columns = columns;
  geometry.rows = rows;
  return geometry;
}

Plane random_plane(test::EdgeBytes& bytes, Size size) {
  Plane plane;
  plane.size = size;
  plane.pixels = bytes(size.area());
  return plane;
}

/// A Laplacian pyramid in fp64, without a rounding anywhere.
class PlainPyramid {
  struct Level {
    Size size;
    std::vector<double> value;
  };
  template <class L>
  static auto& at(L& level, int x, int y) {
    x = std::clamp(x, 0, level.size.width - 1);
    y = std::clamp(y, 0, level.size.height - 1);
    return level.value[static_cast<std::size_t>(y) * static_cast<std::size_t>(level.size.width) +
                       static_cast<std::size_t>(x)];
  }

 public:
  PlainPyramid(const GridGeometry& geometry, int bands) : geometry_(geometry), bands_(bands) {}

  std::vector<double> run(const Plane& plane) const {
    std::vector<Level> levels(static_cast<std::size_t>(bands_) + 1);
    levels[0] = {plane.size, {plane.pixels.begin(), plane.pixels.end()}};
    for (std::size_t k = 1; k < levels.size(); ++k) levels[k] = reduced(levels[k - 1]);
    Level removed{levels.back().size, std::vector<double>(levels.back().size.area())};
    for (int k = bands_ - 1; k >= 0; --k) {
      const Level& fine = levels[static_cast<std::size_t>(k)];
      const Level low = expanded(levels[static_cast<std::size_t>(k) + 1], fine.size);
      Level next = expanded(removed, fine.size);
      for (int y = 0; y < fine.size.height; ++y) {
        for (int x = 0; x < fine.size.width; ++x) {
          const double cut = std::max(share(x, k, geometry_.columns), share(y, k, geometry_.rows));
          at(next, x, y) += cut * (at(fine, x, y) - at(low, x, y));
        }
      }
      removed = std::move(next);
    }
    std::vector<double> out(levels[0].value);
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = std::clamp(out[i] - removed.value[i], 0.0, 255.0);
    }
    return out;
  }

 private:
  static Level reduced(const Level& fine) {
    constexpr double kKernel[5] = {1, 4, 6, 4, 1};
    Level out{{(fine.size.width + 1) / 2, (fine.size.height + 1) / 2}, {}};
    out.value.resize(out.size.area());
    for (int y = 0; y < out.size.height; ++y) {
      for (int x = 0; x < out.size.width; ++x) {
        for (int j = 0; j < 5; ++j) {
          for (int i = 0; i < 5; ++i) {
            at(out, x, y) += kKernel[i] * kKernel[j] / 256 * at(fine, 2 * x + i - 2, 2 * y + j - 2);
          }
        }
      }
    }
    return out;
  }
  static Level expanded(const Level& coarse, Size size) {
    Level out{size, std::vector<double>(size.area())};
    const auto taps = [](int position) -> std::array<double, 3> {
      if (position % 2 != 0) return {0.0, 0.5, 0.5};
      return {0.125, 0.75, 0.125};
    };
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) {
        for (int j = 0; j < 3; ++j) {
          for (int i = 0; i < 3; ++i) {
            at(out, x, y) += taps(x)[static_cast<std::size_t>(i)] *
                             taps(y)[static_cast<std::size_t>(j)] *
                             at(coarse, x / 2 + i - 1, y / 2 + j - 1);
          }
        }
      }
    }
    return out;
  }
  [[nodiscard]] double share(int sample, int band, int cells) const {
    const int s = geometry_.tile_size_px;
    const int position = std::min(sample * (1 << band), s * cells - 1);
    int distance = 1 << 20;
    for (int border = 1; border < cells; ++border) {
      const int first = border * s;  // the first pixel behind the border
      distance = std::min(distance, position < first ? first - 1 - position : position - first);
    }
    const double reach = 2 << band;
    return distance >= reach ? 0.0 : 1.0 - (2.0 * distance + 1.0) / 4.0 / (1 << band);
  }

  GridGeometry geometry_;
  int bands_;
};

TEST(Seams, LaplacianBandsFollowAPlainPyramidWithinOneLevel) {
  test::EdgeBytes bytes(5);
  for (const int size : {1, 2, 3, 7, 16, 21}) {
    for (int bands = 1; bands <= kMaxSeamBands; ++bands) {
      const GridGeometry geometry = grid_of(size, 3, 2);
      const Plane before = random_plane(bytes, geometry.output_size());
      const std::vector<double> wanted = PlainPyramid(geometry, bands).run(before);
      for (const int threads : {1, 3}) {
        ThreadPool pool(threads);
        Plane first;
        for (const Isa isa : supported_isas()) {
          Plane plane = before;
          SeamPyramid pyramid;
          pyramid.attenuate(geometry, bands, isa, pool, plane);
          if (first.pixels.empty()) first = plane;
          ASSERT_EQ(plane.pixels, first.pixels) << isa_name(isa) << " size " << size;
          for (std::size_t i = 0; i < wanted.size(); ++i) {
            ASSERT_NEAR(plane.pixels[i], wanted[i], 0.6) << "size " << size << " bands " << bands;
          }
        }
      }
    }
  }
}

TEST(Seams, LaplacianBandsLeaveTheMiddleOfLargeCellsAndTheEdgeOfThePictureAlone) {
  test::EdgeBytes bytes(6);
  const GridGeometry geometry = grid_of(40, 2, 1);
  const Plane before = random_plane(bytes, geometry.output_size());
  Plane after = before;
  ThreadPool pool(1);
  SeamPyramid pyramid;
  pyramid.attenuate(geometry, 2, fastest_isa(), pool, after);
  int changed_at_border = 0;
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 80; ++x) {
      const bool near = x >= 40 - 8 && x < 40 + 8;
      if (near) {
        changed_at_border += after.row(y)[x] != before.row(y)[x] ? 1 : 0;
      } else {
        ASSERT_EQ(after.row(y)[x], before.row(y)[x]) << x << "," << y;
      }
    }
  }
  EXPECT_GT(changed_at_border, 40);
}

TEST(Seams, AStepBetweenTwoEvenCellsIsSoftenedByBoth) {
  const GridGeometry geometry = grid_of(16, 2, 1);
  const auto steepest = [&](auto&& treat) {
    Plane plane;
    plane.size = geometry.output_size();
    plane.pixels.assign(plane.size.area(), 60);
    for (int y = 0; y < 16; ++y) std::fill_n(plane.row(y) + 16, 16, 180);
    treat(plane);
    int step = 0;
    for (int x = 1; x < 32; ++x) step = std::max(step, plane.row(8)[x] - plane.row(8)[x - 1]);
    return step;
  };
  ThreadPool pool(1);
  EXPECT_EQ(steepest([](Plane&) {}), 120);
  EXPECT_EQ(steepest([&](Plane& p) { feather(geometry, 1, fastest_isa(), pool, p); }), 60);
  EXPECT_EQ(steepest([&](Plane& p) { feather(geometry, 2, fastest_isa(), pool, p); }), 30);
  EXPECT_EQ(steepest([&](Plane& p) { feather(geometry, 6, fastest_isa(), pool, p); }), 10);
  EXPECT_LT(
      steepest([&](Plane& p) { SeamPyramid().attenuate(geometry, 2, fastest_isa(), pool, p); }),
      60);
}

TEST(Seams, FeatheringIsTheCrossFadeOfMirroredNeighbours) {
  test::EdgeBytes bytes(7);
  for (const int size : {2, 3, 8, 13}) {
    for (int width = 1; 2 * width <= size && width <= 4; ++width) {
      const GridGeometry geometry = grid_of(size, 3, 3);
      const Plane before = random_plane(bytes, geometry.output_size());
      // In fp64: a cell's picture continued by its mirror image, weights falling linearly from one
      // to nothing across 2 * width px around each border, one axis after the other.
      const auto fade = [&](const std::vector<double>& from, bool across) {
        std::vector<double> to(from.size());
        const int w = before.size.width;
        for (int y = 0; y < before.size.height; ++y) {
          for (int x = 0; x < w; ++x) {
            const int along = across ? x : y;
            const int inside = along % size;
            const int behind = size - 1 - inside;
            int partner = along;
            double offset = width;  // of the pixel's centre from the border
            if (inside < width && along / size > 0) {
              partner = along - 2 * inside - 1;
              offset = inside + 0.5;
            } else if (behind < width && along / size < 2) {
              partner = along + 2 * behind + 1;
              offset = behind + 0.5;
            }
            const double own = 0.5 + offset / (2.0 * width);
            const auto at = [&](int a) {
              return from[static_cast<std::size_t>(across ? y * w + a : a * w + x)];
            };
            to[static_cast<std::size_t>(y * w + x)] = own * at(along) + (1.0 - own) * at(partner);
          }
        }
        return to;
      };
      const std::vector<double> wanted =
          fade(fade({before.pixels.begin(), before.pixels.end()}, true), false);
      for (const Isa isa : supported_isas()) {
        for (const int threads : {1, 3}) {
          ThreadPool pool(threads);
          Plane plane = before;
          feather(geometry, width, isa, pool, plane);
          for (std::size_t i = 0; i < wanted.size(); ++i) {
            // Two roundings to a byte, and shares in 1/256.
            ASSERT_NEAR(plane.pixels[i], wanted[i], 2.0) << "size " << size << " width " << width;
          }
        }
      }
    }
  }
}

/// The fault of the family: masks that never overlap darkened 255 of 256 levels by one.
TEST(Seams, FeatheringAndBandsChangeNothingInAnEvenPicture) {
  ThreadPool pool(1);
  const GridGeometry geometry = grid_of(9, 3, 2);
  for (int level = 0; level < 256; ++level) {
    Plane plane;
    plane.size = geometry.output_size();
    plane.pixels.assign(plane.size.area(), static_cast<std::uint8_t>(level));
    const Plane before = plane;
    feather(geometry, 4, fastest_isa(), pool, plane);
    EXPECT_EQ(plane.pixels, before.pixels) << level;
    SeamPyramid().attenuate(geometry, 3, fastest_isa(), pool, plane);
    EXPECT_EQ(plane.pixels, before.pixels) << level;
  }
}

TEST(Seams, QuantilesAreThoseOfTheSortedSamples) {
  test::EdgeBytes bytes(8);
  for (const int size : test::kOddSizes) {
    const Plane plane = random_plane(bytes, {size + 3, size});
    std::uint8_t got[kCurveNodes];
    quantiles_of_square(plane.pixels.data() + 2, plane.size.width, size, got);
    std::vector<std::uint8_t> sorted;
    for (int y = 0; y < size; ++y) {
      sorted.insert(sorted.end(), plane.row(y) + 2, plane.row(y) + 2 + size);
    }
    std::ranges::sort(sorted);
    for (std::size_t k = 0; k < kCurveNodes; ++k) {
      EXPECT_EQ(got[k], sorted[k * (sorted.size() - 1) / 16]) << size << " " << k;
    }
  }
}

TEST(Seams, CurvesAndFadesFollowTheFormulaOnEverySetOfInstructions) {
  test::EdgeBytes bytes(9);
  for (const int size : {1, 5, 16, 19, 33}) {
    const GridGeometry geometry = grid_of(size, 2, 2);
    const std::size_t area = test::area(size, size);
    std::vector<std::uint8_t> tiles = bytes(3 * 3 * area);
    RgbImage target(geometry.output_size());
    for (Plane* plane : {&target.r, &target.g, &target.b}) {
      plane->pixels = bytes(geometry.output_size().area());
    }
    const auto look = [&](bool curved) {
      CellLook made;
      for (auto& m : made.matrix) m = static_cast<std::int32_t>(bytes.number(1 << 15)) - (1 << 14);
      for (auto& o : made.offset) o = static_cast<std::int32_t>(bytes.number(1 << 21)) - (1 << 20);
      made.blend = static_cast<std::int32_t>(bytes.number(257));
      made.curved = curved ? 1 : 0;
      for (auto& channel : made.curve) {
        for (auto& node : channel)
          node = curved ? static_cast<std::int16_t>(bytes.number(4081)) : 0;
      }
      return made;
    };
    const std::vector<std::int32_t> shown = {0, 1, 2, 1};
    const std::vector<CellLook> looks = {look(true), look(false), look(true), look(true)};
    const std::vector<CellFade> fades = {
        {}, {2, 77, look(true)}, {0, 256, look(false)}, {2, 0, look(true)}};
    const auto recoloured_pixel = [&](std::int32_t tile, const CellLook& l, std::size_t p, int c) {
      double value = l.offset[c] / 16384.0;
      for (std::size_t k = 0; k < 3; ++k) {
        const int v = tiles[(static_cast<std::size_t>(tile) * 3 + k) * area + p];
        value += l.matrix[3 * c + static_cast<int>(k)] / 16384.0 * v;
        if (static_cast<int>(k) != c) continue;
        const double part = (v % 16) / 16.0;
        value += (l.curve[c][v / 16] * (1.0 - part) + l.curve[c][v / 16 + 1] * part) / 16.0;
      }
      return std::clamp(std::floor(value + 0.5), 0.0, 255.0);  // exact: everything is in 1/2^14
    };
    for (const bool seams : {false, true}) {
      ComposeRequest request{shown, looks, {}, fades, {}};
      if (seams) request.seams.laplacian_bands = 1;  // only postpones the blend here
      for (const Isa isa : supported_isas()) {
        RgbImage out(geometry.output_size());
        compose_rows(request, geometry, tiles, target, 0, 2, isa, out);
        if (seams) {
          blend_rows(request, geometry, target, 0, size + 1, isa, out);
          blend_rows(request, geometry, target, size + 1, 2 * size, isa, out);
        }
        const Plane* got[3] = {&out.r, &out.g, &out.b};
        const Plane* behind[3] = {&target.r, &target.g, &target.b};
        for (int y = 0; y < 2 * size; ++y) {
          for (int x = 0; x < 2 * size; ++x) {
            const auto cell = static_cast<std::size_t>(y / size * 2 + x / size);
            const std::size_t p = test::area(y % size, size) + static_cast<std::size_t>(x % size);
            for (int c = 0; c < 3; ++c) {
              double tile = recoloured_pixel(shown[cell], looks[cell], p, c);
              if (fades[cell].tile != kNoTile) {
                const double old = recoloured_pixel(fades[cell].tile, fades[cell].look, p, c);
                tile = std::floor(
                    (tile * (256 - fades[cell].share) + old * fades[cell].share) / 256 + 0.5);
              }
              const double wanted = std::floor(
                  (tile * (256 - looks[cell].blend) + behind[c]->row(y)[x] * looks[cell].blend) /
                      256 +
                  0.5);
              ASSERT_EQ(got[c]->row(y)[x], wanted) << isa_name(isa) << " " << x << "," << y;
            }
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace mosaic::cpu
