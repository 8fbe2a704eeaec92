#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <vector>

#include "look/dimmed_look.hpp"
#include "look/transfer.hpp"

namespace mosaic {
namespace {

ColorSums even_cell(int r, int g, int b) {
  ColorSums sums;
  sums.pixels = 100;
  sums.sum[0] = 100 * r;
  sums.sum[1] = 100 * g;
  sums.sum[2] = 100 * b;
  return sums;
}

CellLook some_look(unsigned seed) {
  std::mt19937 random(seed);
  CellLook look;
  for (auto& gain : look.matrix) gain = static_cast<std::int32_t>(random() % 40000) - 10000;
  for (auto& offset : look.offset) offset = static_cast<std::int32_t>(random() % 3000000) - 1500000;
  look.curved = 1;
  for (auto& channel : look.curve) {
    for (auto& node : channel)
      node = static_cast<std::int16_t>(static_cast<int>(random() % 2000) - 1000);
  }
  return look;
}

/// What a look makes of one colour, in levels, without limits.
std::vector<double> drawn_by(const CellLook& look, const std::vector<int>& rgb) {
  std::vector<double> out;
  for (int c = 0; c < 3; ++c) {
    double sum = look.offset[c];
    for (int j = 0; j < 3; ++j) {
      sum += static_cast<double>(look.matrix[3 * c + j]) * rgb[static_cast<std::size_t>(j)];
    }
    sum += curve_at(look.curve[c], rgb[static_cast<std::size_t>(c)]);
    out.push_back(sum / 16384.0);
  }
  return out;
}

CellDescriptions one_cell(const ColorSums& sums, std::uint8_t saliency) {
  CellDescriptions cells;
  cells.color_sums = {sums};
  cells.saliency = {saliency};
  return cells;
}

TEST(DimmedLook, IsTheFormula) {
  LookSettings settings;
  settings.color_transfer = ColorTransfer::mkl_hybrid;
  const ColorSums lit = even_cell(200, 160, 120);
  const ColorSums dark = even_cell(60, 40, 20);
  const double light = (54 * 60 + 183 * 40 + 19 * 20) / (54 * 200.0 + 183 * 160 + 19 * 120);
  for (unsigned seed = 1; seed < 20; ++seed) {
    const CellLook look = some_look(seed);
    std::vector<CellLook> out;
    dim_looks(std::vector{look}, std::vector{lit}, one_cell(dark, 64), settings, out);
    ASSERT_EQ(out.size(), 1U);
    for (const std::vector<int>& colour : {std::vector{0, 0, 0}, {255, 3, 90}, {17, 250, 200}}) {
      const std::vector<double> at_the_end = drawn_by(look, colour);
      const std::vector<double> now = drawn_by(out[0], colour);
      const double means[3][2] = {{200, 60}, {160, 40}, {120, 20}};
      for (std::size_t c = 0; c < 3; ++c) {
        const double wanted = means[c][1] + light * (at_the_end[c] - means[c][0]);
        // three gains and a curve of 1/16 levels, each rounded
        EXPECT_NEAR(now[c], wanted, 3 * 255 * 0.5 / 16384 + 0.5 / 16 + 1e-4);
      }
    }
    EXPECT_EQ(out[0].blend, blend_of(64, settings));
  }
}

TEST(DimmedLook, NothingIsLitMoreThanAtTheEnd) {
  LookSettings settings;
  settings.color_transfer = ColorTransfer::mkl_hybrid;
  const CellLook look = some_look(3);
  std::vector<CellLook> out;
  const ColorSums black = even_cell(0, 0, 0);
  dim_looks(std::vector{look}, std::vector{even_cell(20, 20, 20)},
            one_cell(even_cell(90, 90, 90), 32), settings, out);
  EXPECT_EQ(out[0].matrix[4], look.matrix[4]);
  EXPECT_EQ(out[0].offset[1], look.offset[1] + 70 * 16384);
  dim_looks(std::vector{look}, std::vector{black}, one_cell(black, 32), settings, out);
  EXPECT_EQ(out[0].matrix[4], look.matrix[4]) << "what is black at the end has nothing to come up";
  EXPECT_EQ(out[0].offset[1], look.offset[1]);
}

}  // namespace
}  // namespace mosaic
