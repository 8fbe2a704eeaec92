#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "look/mkl_maps.hpp"
#include "look/transfer.hpp"

namespace mosaic {
namespace {

using Pixel = std::array<int, 3>;

ColorSums sums_of(const std::vector<Pixel>& pixels) {
  ColorSums sums;
  sums.pixels = static_cast<std::int64_t>(pixels.size());
  for (const auto& [r, g, b] : pixels) {
    const std::array<int, 3> sum = {r, g, b};
    const std::array<int, 6> product = {r * r, r * g, r * b, g * g, g * b, b * b};
    for (std::size_t i = 0; i < 3; ++i) sums.sum[i] += sum[i];
    for (std::size_t i = 0; i < 6; ++i) sums.product[i] += product[i];
  }
  return sums;
}

/// A square of correlated colours around `mean`.
std::vector<Pixel> random_pixels(std::mt19937& random, std::array<double, 3> mean, double spread) {
  std::normal_distribution<double> normal(0.0, spread);
  std::vector<Pixel> pixels(256);
  for (Pixel& pixel : pixels) {
    const double shared = normal(random);
    for (std::size_t c = 0; c < 3; ++c) {
      pixel[c] = std::clamp(static_cast<int>(mean[c] + shared + 0.4 * normal(random)), 0, 255);
    }
  }
  return pixels;
}

LookSettings settings_for(ColorTransfer transfer, double l, double ab) {
  LookSettings settings;
  settings.color_transfer = transfer;
  settings.reinhard_l = l;
  settings.reinhard_ab = ab;
  settings.spread_transfer = l;
  return settings;
}

std::array<double, 3> recolour(const CellLook& look, const std::array<double, 3>& pixel) {
  std::array<double, 3> out{};
  for (std::size_t c = 0; c < 3; ++c) {
    double value = look.offset[c];
    for (std::size_t k = 0; k < 3; ++k) value += look.matrix[c * 3 + k] * pixel[k];
    out[c] = value / 16384.0;
  }
  return out;
}

std::array<double, 3> mean_of(const std::vector<Pixel>& pixels) {
  const ColorSums sums = sums_of(pixels);
  std::array<double, 3> mean{};
  for (std::size_t c = 0; c < 3; ++c) {
    mean[c] = static_cast<double>(sums.sum[c]) / static_cast<double>(sums.pixels);
  }
  return mean;
}

/// Covariance of the recoloured tile, computed pixel by pixel in fp64: the plain reference.
std::array<double, 9> covariance_after(const CellLook& look, const std::vector<Pixel>& pixels) {
  std::array<double, 3> mean{};
  std::vector<std::array<double, 3>> moved;
  for (const Pixel& p : pixels) {
    moved.push_back(recolour(
        look, {static_cast<double>(p[0]), static_cast<double>(p[1]), static_cast<double>(p[2])}));
    for (std::size_t c = 0; c < 3; ++c) mean[c] += moved.back()[c];
  }
  for (double& value : mean) value /= static_cast<double>(pixels.size());
  std::array<double, 9> covariance{};
  for (const auto& p : moved) {
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 3; ++j)
        covariance[i * 3 + j] += (p[i] - mean[i]) * (p[j] - mean[j]);
    }
  }
  for (double& value : covariance) value /= static_cast<double>(pixels.size());
  return covariance;
}

TEST(Transfer, NoneIsTheIdentityAtEveryBlend) {
  LookSettings settings;
  settings.base_blend_min = 0.05;
  settings.base_blend_max = 0.14;
  const ColorSums any = sums_of({{1, 2, 3}, {200, 100, 50}});
  const CellLook identity;
  for (const int saliency : {32, 64, 128}) {
    const CellLook look = affine_look(any, any, static_cast<std::uint8_t>(saliency), settings);
    EXPECT_TRUE(std::ranges::equal(look.matrix, identity.matrix));
    EXPECT_TRUE(std::ranges::equal(look.offset, identity.offset));
    const double share = 0.05 + (saliency - 32) / 96.0 * 0.09;
    EXPECT_EQ(look.blend, std::lround(share * 256.0)) << saliency;
  }
}

TEST(Transfer, ATileThatAlreadyLooksLikeItsCellIsLeftAlone) {
  std::mt19937 random(3);
  const ColorSums sums = sums_of(random_pixels(random, {120, 90, 60}, 20));
  for (const ColorTransfer transfer : {ColorTransfer::reinhard, ColorTransfer::mkl}) {
    const CellLook look = affine_look(sums, sums, 64, settings_for(transfer, 1.0, 1.0));
    for (std::size_t i = 0; i < 9; ++i) {
      EXPECT_NEAR(look.matrix[i], i % 4 == 0 ? 16384 : 0, 1) << "element " << i;
    }
    for (const std::int32_t offset : look.offset) EXPECT_NEAR(offset, 0, 300);
  }
}

TEST(Transfer, FullStrengthMovesTheMeanOntoTheCells) {
  std::mt19937 random(4);
  for (int round = 0; round < 50; ++round) {
    const auto tile = random_pixels(random, {100, 140, 60}, 25);
    const auto cell = random_pixels(random, {150, 90, 120}, 18);
    for (const ColorTransfer transfer : {ColorTransfer::reinhard, ColorTransfer::mkl}) {
      const CellLook look =
          affine_look(sums_of(tile), sums_of(cell), 64, settings_for(transfer, 1.0, 1.0));
      const auto moved = recolour(look, mean_of(tile));
      const auto wanted = mean_of(cell);
      for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(moved[c], wanted[c], 0.05);
    }
  }
}

TEST(Transfer, HalfStrengthMovesTheMeanHalfWay) {
  std::mt19937 random(5);
  const auto tile = random_pixels(random, {100, 140, 60}, 25);
  const auto cell = random_pixels(random, {150, 90, 120}, 18);
  for (const ColorTransfer transfer : {ColorTransfer::reinhard, ColorTransfer::mkl}) {
    const CellLook look =
        affine_look(sums_of(tile), sums_of(cell), 64, settings_for(transfer, 0.5, 0.5));
    const auto from = mean_of(tile);
    const auto to = mean_of(cell);
    const auto moved = recolour(look, from);
    for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(moved[c], (from[c] + to[c]) / 2, 0.05);
  }
}

TEST(Transfer, MklReproducesTheCellsCovariance) {
  std::mt19937 random(6);
  for (int round = 0; round < 50; ++round) {
    // Spreads within the gain limits, far above the variance floor.
    const auto tile = random_pixels(random, {120, 120, 120}, 22);
    const auto cell = random_pixels(random, {120, 120, 120}, 26);
    const CellLook look =
        affine_look(sums_of(tile), sums_of(cell), 64, settings_for(ColorTransfer::mkl, 1.0, 0.0));
    const auto wanted = covariance_after(CellLook{}, cell);
    const auto got = covariance_after(look, tile);
    const double scale = wanted[0] + wanted[4] + wanted[8];
    for (std::size_t i = 0; i < 9; ++i) EXPECT_NEAR(got[i] / scale, wanted[i] / scale, 0.01);
  }
}

TEST(Transfer, GainsStayWithinTheirLimitsOnFlatAndOnWildSquares) {
  std::mt19937 random(10);
  const std::vector<Pixel> flat(256, Pixel{117, 117, 117});
  std::vector<Pixel> wild;
  for (int i = 0; i < 256; ++i) wild.push_back({i % 2 * 255, i / 2 % 2 * 255, i / 4 % 2 * 255});
  for (const auto& [tile, cell] : {std::pair{flat, wild}, std::pair{wild, flat}}) {
    for (const ColorTransfer transfer : {ColorTransfer::reinhard, ColorTransfer::mkl}) {
      const CellLook look =
          affine_look(sums_of(tile), sums_of(cell), 64, settings_for(transfer, 1.0, 1.0));
      // Greys are an eigenvector of both maps' lightness part: its gain is the row sum.
      for (std::size_t row = 0; row < 3; ++row) {
        const double gain =
            (look.matrix[row * 3] + look.matrix[row * 3 + 1] + look.matrix[row * 3 + 2]) / 16384.0;
        EXPECT_GE(gain, 0.29);
        EXPECT_LE(gain, 2.01);
      }
    }
  }
}

TEST(Transfer, SpreadAndMeanHaveStrengthsOfTheirOwn) {
  std::mt19937 random(12);
  const auto tile = random_pixels(random, {100, 140, 90}, 22);
  const auto cell = random_pixels(random, {150, 90, 120}, 26);
  for (const ColorTransfer transfer : {ColorTransfer::reinhard, ColorTransfer::mkl}) {
    LookSettings settings = settings_for(transfer, 1.0, 1.0);
    settings.spread_transfer = 0.0;
    const CellLook look = affine_look(sums_of(tile), sums_of(cell), 64, settings);
    for (std::size_t i = 0; i < 9; ++i) EXPECT_NEAR(look.matrix[i], i % 4 == 0 ? 16384 : 0, 1);
    const auto moved = recolour(look, mean_of(tile));
    for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(moved[c], mean_of(cell)[c], 0.05);
  }
}

// Note [Photos in the dark]: a black cell takes a photo's light away whatever the strength.
TEST(Transfer, APhotoInABlackCellIsBlack) {
  std::mt19937 random(13);
  const auto tile = random_pixels(random, {150, 140, 160}, 30);
  const std::vector<Pixel> black(256, Pixel{0, 0, 0});
  for (const ColorTransfer transfer : {ColorTransfer::reinhard, ColorTransfer::mkl}) {
    const CellLook look =
        affine_look(sums_of(tile), sums_of(black), 64, settings_for(transfer, 0.3, 0.3));
    for (const Pixel& pixel : tile) {
      const auto moved = recolour(look, {double(pixel[0]), double(pixel[1]), double(pixel[2])});
      for (const double level : moved) EXPECT_NEAR(level, 0.0, 6.0);
    }
  }
}

TEST(Transfer, GreyStaysGreyWhenBothSidesAreGrey) {
  std::vector<Pixel> tile;
  std::vector<Pixel> cell;
  for (int i = 0; i < 256; ++i) {
    tile.push_back({i, i, i});
    cell.push_back({100 + i / 4, 100 + i / 4, 100 + i / 4});
  }
  for (const ColorTransfer transfer : {ColorTransfer::reinhard, ColorTransfer::mkl}) {
    const CellLook look =
        affine_look(sums_of(tile), sums_of(cell), 64, settings_for(transfer, 0.7, 0.7));
    const auto moved = recolour(look, {77, 77, 77});
    EXPECT_NEAR(moved[0], moved[1], 0.02);
    EXPECT_NEAR(moved[1], moved[2], 0.02);
  }
}

TEST(Transfer, ThreadCountDoesNotMatter) {
  std::mt19937 random(11);
  std::vector<ColorSums> tiles;
  CellDescriptions cells;
  std::vector<std::int32_t> shown;
  for (int i = 0; i < 300; ++i) {
    tiles.push_back(sums_of(random_pixels(random, {100, 120, 140}, 30)));
    cells.color_sums.push_back(sums_of(random_pixels(random, {90, 60, 150}, 20)));
    cells.saliency.push_back(static_cast<std::uint8_t>(32 + i % 97));
    shown.push_back(299 - i);
  }
  std::vector<CellLook> one;
  std::vector<CellLook> three;
  ThreadPool single(1);
  ThreadPool several(3);
  const LookSettings settings = settings_for(ColorTransfer::mkl, 0.5, 0.35);
  cell_looks(shown, {tiles, {}}, cells, settings, single, one);
  cell_looks(shown, {tiles, {}}, cells, settings, several, three);
  ASSERT_EQ(one.size(), three.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_TRUE(std::ranges::equal(one[i].matrix, three[i].matrix));
    EXPECT_TRUE(std::ranges::equal(one[i].offset, three[i].offset));
    EXPECT_EQ(one[i].blend, three[i].blend);
  }
}

/// Covariances of all kinds: of flat, grey and two-coloured squares, whose matrices are singular or
/// already diagonal, beside ordinary ones.
TEST(Transfer, EveryInstructionSetGivesTheSameBits) {
  constexpr unsigned kSeed = 12;
  std::mt19937 random(kSeed);
  const auto square = [&random](int kind) {
    std::vector<Pixel> pixels = random_pixels(random, {120, 90, 60}, kind % 7 == 3 ? 90.0 : 25.0);
    for (Pixel& pixel : pixels) {
      if (kind % 7 == 0) pixel = {kind % 256, 17, 200};
      if (kind % 7 == 1) pixel[1] = pixel[2] = pixel[0];
      if (kind % 7 == 2) pixel = pixel[0] < 120 ? Pixel{255, 0, 0} : Pixel{0, 0, 255};
      if (kind % 7 == 4) pixel[2] = 0;
      if (kind == 40) pixel = {0, 0, 0};
    }
    return sums_of(pixels);
  };
  std::vector<ColorSums> tiles;
  CellDescriptions cells;
  std::vector<std::int32_t> shown;
  for (int i = 0; i < 531; ++i) {
    tiles.push_back(square(i));
    cells.color_sums.push_back(square(i / 3));
    cells.saliency.push_back(static_cast<std::uint8_t>(32 + i % 97));
    shown.push_back(i * 37 % 531);
  }
  ThreadPool pool(1);
  const LookSettings settings = settings_for(ColorTransfer::mkl, 0.8, 0.35);
  for (const Isa isa : supported_isas()) {
    std::vector<CellLook> looks;
    cell_looks(shown, {tiles, {}}, cells, settings, pool, looks, isa);
    for (std::size_t i = 0; i < looks.size(); ++i) {
      const CellLook want = cell_look({tiles, {}}, shown[i], cells, i, settings);
      EXPECT_TRUE(std::ranges::equal(looks[i].matrix, want.matrix)) << isa_name(isa) << " " << i;
      EXPECT_TRUE(std::ranges::equal(looks[i].offset, want.offset)) << isa_name(isa) << " " << i;
      EXPECT_EQ(looks[i].blend, want.blend);
    }
  }
}

TEST(MklMaps, EveryInstructionSetGivesTheSameBits) {
  constexpr unsigned kSeed = 13;
  std::mt19937 random(kSeed);
  std::uniform_real_distribution<double> number(-60.0, 60.0);
  const auto covariance = [&](int kind) {
    std::array<double, 9> m{};
    const int columns = kind % 4;  // its rank
    for (int c = 0; c < columns; ++c) {
      const Vector3 v = {number(random), kind % 5 == 0 ? 0.0 : number(random), number(random)};
      for (std::size_t i = 0; i < 9; ++i) m[i] += v[i / 3] * v[i % 3];
    }
    return m;
  };
  std::vector<MklPair> pairs;
  for (int i = 0; i < 403; ++i) {
    pairs.push_back({covariance(i), covariance(i / 4), (i % 11) / 10.0, i % 9 == 0 ? 0.0 : 0.3});
  }
  for (const Isa isa : supported_isas()) {
    std::vector<Matrix3> maps(pairs.size());
    mkl_maps(pairs, isa, maps);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const Matrix3 want = mkl_map(pairs[i]);
      EXPECT_EQ(std::memcmp(&maps[i], &want, sizeof want), 0)
          << isa_name(isa) << " seed " << kSeed << " pair " << i;
    }
  }
}

}  // namespace
}  // namespace mosaic
