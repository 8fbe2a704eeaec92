// Random bytes that visit the edges: a sequence is uniform, extreme, nearly extreme or constant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace mosaic::parity {

class EdgeBytes {
 public:
  explicit EdgeBytes(unsigned seed) : random_(seed) {}

  std::vector<std::uint8_t> operator()(std::size_t count) {
    std::vector<std::uint8_t> bytes(count);
    const unsigned mode = number(5);
    const auto constant = static_cast<std::uint8_t>(number(256));
    for (auto& byte : bytes) {
      switch (mode) {
        case 0:
          byte = number(2) != 0 ? 255 : 0;
          break;
        case 1:
          byte = static_cast<std::uint8_t>(number(2) != 0 ? 255 - number(3) : number(3));
          break;
        case 2:
          byte = constant;
          break;
        default:
          byte = static_cast<std::uint8_t>(number(256));
      }
    }
    return bytes;
  }

  /// 0 to limit - 1.
  unsigned number(unsigned limit) { return static_cast<unsigned>(random_()) % limit; }

 private:
  std::mt19937 random_;
};

/// width * height, formed in 64 bits.
inline std::size_t area(int width, int height) {
  return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
}

/// Sizes around the widths of vector registers.
inline constexpr int kOddSizes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 31, 32, 33, 63, 64};

}  // namespace mosaic::parity
