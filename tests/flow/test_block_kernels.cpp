// Every instruction set must give the same bits as the plain kernels.
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "flow/block_kernels.hpp"
#include "support/motion_clips.hpp"

namespace mosaic {
namespace {

using testing::TestRandom;

/// Edge-biased samples: extremes find overflow, uniform ones find everything else.
std::vector<u8> random_samples(TestRandom& random, std::size_t count, int style) {
  std::vector<u8> samples(count);
  for (u8& s : samples) {
    s = static_cast<u8>(style == 0   ? random.between(0, 255)
                        : style == 1 ? (random.between(0, 1) != 0 ? 255 : 0)
                                     : random.between(120, 124));
  }
  return samples;
}

class EachIsa : public ::testing::TestWithParam<Isa> {};

TEST_P(EachIsa, SadEqualsPlain) {
  const BlockKernels& fast = block_kernels(GetParam());
  const BlockKernels& plain = block_kernels(Isa::plain);
  TestRandom random(11);
  for (const int edge : {16, 32, 48, 64}) {
    for (const std::ptrdiff_t stride : {64, 97, 131}) {
      for (int style = 0; style < 3; ++style) {
        const auto packed = random_samples(random, testing::row_major(0, edge, edge), style);
        const auto plane =
            random_samples(random, static_cast<std::size_t>(stride * edge) + 7, style);
        for (const int rows : {4, 8, edge}) {
          const std::uint32_t expected =
              plain.sad(packed.data(), plane.data() + 3, stride, edge, rows);
          EXPECT_EQ(fast.sad(packed.data(), plane.data() + 3, stride, edge, rows), expected)
              << "edge " << edge << " rows " << rows << " stride " << stride << " style " << style;
        }
      }
    }
  }
}

TEST_P(EachIsa, SadOfExtremesIsTheLargestPossible) {
  const BlockKernels& fast = block_kernels(GetParam());
  const std::vector<u8> black(64 * 64, 0);
  const std::vector<u8> white(64 * 64, 255);
  EXPECT_EQ(fast.sad(black.data(), white.data(), 64, 64, 64), 64U * 64U * 255U);
  EXPECT_EQ(fast.sad(white.data(), white.data(), 64, 64, 64), 0U);
}

/// Layers built from samples by the kernels themselves, one row at a time.
struct Layers {
  std::ptrdiff_t stride = 0;
  std::vector<std::int16_t> smooth, gx, gy;
};

Layers layers_of(const std::vector<u8>& samples, std::ptrdiff_t stride, int rows,
                 const BlockKernels& kernels) {
  Layers layers{stride, {}, {}, {}};
  for (auto* layer : {&layers.smooth, &layers.gx, &layers.gy}) layer->assign(samples.size(), 0);
  const int width = static_cast<int>(stride);
  for (int y = 1; y < rows - 1; ++y) {
    const std::ptrdiff_t at = y * stride + 1;
    const u8* here = samples.data() + at;
    kernels.smooth_row(here - stride, here, here + stride, width - 2, layers.smooth.data() + at);
  }
  for (int y = 3; y < rows - 3; ++y) {
    const std::ptrdiff_t at = y * stride + 3;
    kernels.gradient_row(layers.smooth.data() + at, stride, width - 6, layers.gx.data() + at,
                         layers.gy.data() + at);
  }
  return layers;
}

void expect_same_sums(const WindowSums& a, const WindowSums& b) {
  EXPECT_EQ(a.pixels, b.pixels);
  EXPECT_EQ(a.gx, b.gx);
  EXPECT_EQ(a.gy, b.gy);
  EXPECT_EQ(a.e, b.e);
  EXPECT_EQ(a.gxgx, b.gxgx);
  EXPECT_EQ(a.gxgy, b.gxgy);
  EXPECT_EQ(a.gygy, b.gygy);
  EXPECT_EQ(a.gxe, b.gxe);
  EXPECT_EQ(a.gye, b.gye);
  EXPECT_EQ(a.ee, b.ee);
}

TEST_P(EachIsa, LayersAndSumsEqualPlain) {
  const BlockKernels& fast = block_kernels(GetParam());
  const BlockKernels& plain = block_kernels(Isa::plain);
  TestRandom random(12);
  for (const std::ptrdiff_t stride : {83, 96}) {
    for (int style = 0; style < 3; ++style) {
      SCOPED_TRACE("stride " + std::to_string(stride) + " style " + std::to_string(style));
      const int rows = 75;
      const auto a = random_samples(random, static_cast<std::size_t>(stride * rows), style);
      const auto b = random_samples(random, static_cast<std::size_t>(stride * rows), style);
      const Layers la = layers_of(a, stride, rows, plain);
      const Layers lb = layers_of(b, stride, rows, plain);
      const Layers fa = layers_of(a, stride, rows, fast);
      EXPECT_EQ(la.smooth, fa.smooth);
      EXPECT_EQ(la.gx, fa.gx);
      EXPECT_EQ(la.gy, fa.gy);
      for (const int edge : {16, 48, 64}) {
        const DetailPointers source{la.smooth.data() + 5, la.gx.data() + 5, la.gy.data() + 5};
        const DetailPointers target{lb.smooth.data() + 4, lb.gx.data() + 4, lb.gy.data() + 4};
        WindowSums expected;
        WindowSums got;
        plain.sums(source, target, stride, edge, expected);
        fast.sums(source, target, stride, edge, got);
        expect_same_sums(got, expected);
      }
    }
  }
}

TEST_P(EachIsa, HalvingEqualsPlain) {
  const BlockKernels& fast = block_kernels(GetParam());
  const BlockKernels& plain = block_kernels(Isa::plain);
  TestRandom random(13);
  for (const int count : {1, 2, 15, 16, 17, 63, 100}) {
    const auto rows = random_samples(random, testing::row_major(0, 4, count), 0);
    std::vector<u8> expected(static_cast<std::size_t>(count));
    std::vector<u8> got(static_cast<std::size_t>(count));
    plain.halve_row(rows.data(), rows.data() + 2 * count, count, expected.data());
    fast.halve_row(rows.data(), rows.data() + 2 * count, count, got.data());
    EXPECT_EQ(got, expected) << "count " << count;
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, EachIsa, ::testing::ValuesIn(supported_isas()),
                         [](const auto& instance) {
                           return std::string(isa_name(instance.param));
                         });

/// Sums by the definition in the header, without any of the kernel's shortcuts.
TEST(WindowSums, FollowTheirDefinition) {
  TestRandom random(14);
  const std::ptrdiff_t stride = 40;
  const auto fill = [&](int low, int high) {
    std::vector<std::int16_t> layer(40 * 40);
    for (auto& value : layer) value = static_cast<std::int16_t>(random.between(low, high));
    return layer;
  };
  // The largest magnitudes the layers can hold: 255 levels in quarters, 9 x 1020 / 8.
  const auto sa = fill(0, 1020), sb = fill(0, 1020);
  const auto xa = fill(-1148, 1148), xb = fill(-1148, 1148);
  const auto ya = fill(1148, 1148), yb = fill(1148, 1148);
  WindowSums expected;
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 32; ++x) {
      const std::size_t i = testing::row_major(x, y, stride);
      const std::int64_t e = sb[i] - sa[i];
      const std::int64_t gx = xa[i] + xb[i];
      const std::int64_t gy = ya[i] + yb[i];
      expected.pixels += 1;
      expected.gx += gx;
      expected.gy += gy;
      expected.e += e;
      expected.gxgx += gx * gx;
      expected.gxgy += gx * gy;
      expected.gygy += gy * gy;
      expected.gxe += gx * e;
      expected.gye += gy * e;
      expected.ee += e * e;
    }
  }
  WindowSums got;
  block_kernels(Isa::plain)
      .sums({sa.data(), xa.data(), ya.data()}, {sb.data(), xb.data(), yb.data()}, stride, 32, got);
  expect_same_sums(got, expected);
}

}  // namespace
}  // namespace mosaic
