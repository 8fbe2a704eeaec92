#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "backend/cpu/compose.hpp"
#include "support/edge_bytes.hpp"

namespace mosaic::cpu {
namespace {

std::int32_t signed_number(test::EdgeBytes& bytes, std::int32_t limit) {
  return static_cast<std::int32_t>(bytes.number(2 * static_cast<unsigned>(limit) - 1)) - limit + 1;
}

/// Identity, blend only, ordinary maps, such as fit 16 bits or just do not, and extreme ones.
CellLook random_look(test::EdgeBytes& bytes) {
  CellLook look;
  const unsigned kind = bytes.number(7);
  if (kind == 0) return look;
  constexpr std::int32_t kBlends[] = {0, 1, 128, 255, 256};
  look.blend = kBlends[bytes.number(5)];
  if (kind == 1) return look;
  if (kind == 2) {
    look.offset[bytes.number(3)] = 1 << 13;  // rounds up by one level everywhere
    return look;
  }
  if (kind >= 5) {
    for (auto& m : look.matrix) m = signed_number(bytes, 1 << 15);
    for (auto& o : look.offset) o = signed_number(bytes, kind == 5 ? 1 << 22 : 1 << 28);
    constexpr std::int32_t kEdges[] = {-(1 << 15) - 1, -(1 << 15), (1 << 15) - 1, 1 << 15};
    look.matrix[bytes.number(9)] = kEdges[bytes.number(4)];
    return look;
  }
  const std::int32_t matrix_limit = kind == 3 ? 1 << 16 : 1 << 19;
  const std::int32_t offset_limit = kind == 3 ? 1 << 22 : 1 << 28;
  for (auto& m : look.matrix) m = signed_number(bytes, matrix_limit);
  for (auto& o : look.offset) o = signed_number(bytes, offset_limit);
  return look;
}

int naive_pixel(const CellLook& look, int channel, const int rgb[3], int target) {
  std::int64_t sum = std::int64_t{look.offset[channel]} + (1 << 13);
  for (int c = 0; c < 3; ++c) sum += std::int64_t{look.matrix[3 * channel + c]} * rgb[c];
  const std::int64_t tile = std::clamp<std::int64_t>(sum >> 14, 0, 255);
  return static_cast<int>((tile * (256 - look.blend) + target * look.blend + 128) >> 8);
}

TEST(Compose, FollowsTheFormulaOnEverySetOfInstructions) {
  constexpr unsigned kSeed = 71;
  test::EdgeBytes bytes(kSeed);
  for (const int size : test::kOddSizes) {
    GridGeometry geometry;
    geometry.tile_size_px = size;
    geometry.columns = 4;
    geometry.rows = 3;
    const Size out_size = geometry.output_size();
    constexpr int kTiles = 5;
    const auto area = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
    std::vector<std::uint8_t> tiles;
    for (int i = 0; i < 3 * kTiles; ++i) {
      const auto plane = bytes(area);
      tiles.insert(tiles.end(), plane.begin(), plane.end());
    }
    RgbImage target(out_size);
    for (Plane* plane : {&target.r, &target.g, &target.b}) plane->pixels = bytes(out_size.area());
    std::vector<std::int32_t> shown;
    std::vector<CellLook> looks;
    for (int cell = 0; cell < geometry.cells(); ++cell) {
      shown.push_back(static_cast<std::int32_t>(bytes.number(kTiles)));
      looks.push_back(random_look(bytes));
    }
    for (const Isa isa : supported_isas()) {
      RgbImage out(out_size);
      compose_rows({shown, looks}, geometry, tiles, target, 0, 2, isa, out);
      compose_rows({shown, looks}, geometry, tiles, target, 2, 3, isa, out);
      for (int y = 0; y < out_size.height; ++y) {
        for (int x = 0; x < out_size.width; ++x) {
          const auto cell =
              test::area(y / size, geometry.columns) + static_cast<std::size_t>(x / size);
          const std::uint8_t* tile =
              tiles.data() + static_cast<std::size_t>(shown[cell]) * 3 * area +
              test::area(y % size, size) + static_cast<std::size_t>(x % size);
          const int rgb[3] = {tile[0], tile[area], tile[2 * area]};
          const auto check = [&](const Plane& got, const Plane& behind, int channel) {
            ASSERT_EQ(got.row(y)[x], naive_pixel(looks[cell], channel, rgb, behind.row(y)[x]))
                << isa_name(isa) << " seed " << kSeed << " size " << size << " at " << x << "," << y
                << " channel " << channel;
          };
          check(out.r, target.r, 0);
          check(out.g, target.g, 1);
          check(out.b, target.b, 2);
        }
      }
    }
  }
}

}  // namespace
}  // namespace mosaic::cpu
