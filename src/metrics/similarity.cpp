#include "metrics/similarity.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "backend/ssim_math.hpp"
#include "core/simd_dispatch.hpp"
#include "metrics/row_sums.hpp"

namespace mosaic::metrics {
namespace {

/// Sums over the 7 pixels of a window's column; each fits 32 bits many times over.
struct ColumnSums {
  std::vector<std::int32_t> x, y, xy, squares;  ///< x, y, x*y, x^2 + y^2

  explicit ColumnSums(int width) : x(static_cast<std::size_t>(width)), y(x), xy(x), squares(x) {}
};

MOSAIC_ALWAYS_INLINE void add_row_body(const u8* a, const u8* b, int width, std::int32_t sign,
                                       std::int32_t* x, std::int32_t* y, std::int32_t* xy,
                                       std::int32_t* squares) {
  for (int i = 0; i < width; ++i) {
    const std::int32_t p = a[i];
    const std::int32_t q = b[i];
    x[i] += sign * p;
    y[i] += sign * q;
    xy[i] += sign * (p * q);
    squares[i] += sign * (p * p + q * q);
  }
}

MOSAIC_ALWAYS_INLINE std::int32_t sum_of_seven(const std::int32_t* v) {
  return v[0] + v[1] + v[2] + v[3] + v[4] + v[5] + v[6];
}

/// SSIM of every window whose columns begin at 0, 1, ... windows - 1.
MOSAIC_ALWAYS_INLINE void ssim_row_body(const std::int32_t* x, const std::int32_t* y,
                                        const std::int32_t* xy, const std::int32_t* squares,
                                        int windows, double* out) {
  for (int i = 0; i < windows; ++i) {
    out[i] = ssim_of_window(sum_of_seven(x + i), sum_of_seven(y + i), sum_of_seven(xy + i),
                            sum_of_seven(squares + i));
  }
}

void add_row(Isa isa, const u8* a, const u8* b, int width, std::int32_t sign, ColumnSums& sums) {
  dispatch<add_row_body>(isa, a, b, width, sign, sums.x.data(), sums.y.data(), sums.xy.data(),
                         sums.squares.data());
}

/// Eight running sums in a fixed order: quick, and the same on every machine.
double sum_in_lanes(const std::vector<double>& values) {
  std::array<double, 8> lanes{};
  std::size_t i = 0;
  for (; i + lanes.size() <= values.size(); i += lanes.size()) {
    for (std::size_t lane = 0; lane < lanes.size(); ++lane) lanes[lane] += values[i + lane];
  }
  double total = 0.0;
  for (const double lane : lanes) total += lane;
  for (; i < values.size(); ++i) total += values[i];
  return total;
}

}  // namespace

double mean_ssim(const Plane& x, const Plane& y, ThreadPool& pool, Isa isa) {
  const Size size = x.size;
  if (size != y.size || size.width < kSsimWindow_px || size.height < kSsimWindow_px) {
    throw std::invalid_argument("mean_ssim: planes of one size, at least 7x7, are needed");
  }
  const int columns = size.width - kSsimWindow_px + 1;
  const int rows = size.height - kSsimWindow_px + 1;
  std::vector<double> row_sum(static_cast<std::size_t>(rows));
  // Each turn begins with 7 rows of additions; 64 rows make that cheap.
  pool.parallel_for(row_sum.size(), 64, [&](std::size_t begin, std::size_t end) {
    ColumnSums sums(size.width);
    std::vector<double> scores(static_cast<std::size_t>(columns));
    const int first = static_cast<int>(begin);
    for (int r = first; r < first + kSsimWindow_px - 1; ++r) {
      add_row(isa, x.row(r), y.row(r), size.width, 1, sums);
    }
    for (int r = first; r < static_cast<int>(end); ++r) {
      const int entering = r + kSsimWindow_px - 1;
      add_row(isa, x.row(entering), y.row(entering), size.width, 1, sums);
      dispatch<ssim_row_body>(isa, const_cast<const std::int32_t*>(sums.x.data()),
                              const_cast<const std::int32_t*>(sums.y.data()),
                              const_cast<const std::int32_t*>(sums.xy.data()),
                              const_cast<const std::int32_t*>(sums.squares.data()), columns,
                              scores.data());
      row_sum[static_cast<std::size_t>(r)] = sum_in_lanes(scores);
      add_row(isa, x.row(r), y.row(r), size.width, -1, sums);
    }
  });
  double total = 0.0;
  for (const double sum : row_sum) total += sum;
  return total / (static_cast<double>(columns) * static_cast<double>(rows));
}

double mean_squared_error(const Plane& x, const Plane& y, ThreadPool& pool) {
  const Size size = x.size;
  const auto total = sum_over_rows<std::int64_t>(pool, size.height, [&](int row) {
    const u8* a = x.row(row);
    const u8* b = y.row(row);
    std::int64_t sum = 0;
    // 32 bits hold the squares of 33,000 pixels.
    constexpr int kRun = 16384;
    for (int begin = 0; begin < size.width; begin += kRun) {
      const int end = std::min(size.width, begin + kRun);
      std::int32_t part = 0;
      for (int i = begin; i < end; ++i) {
        const std::int32_t d = static_cast<std::int32_t>(a[i]) - b[i];
        part += d * d;
      }
      sum += part;
    }
    return sum;
  });
  return static_cast<double>(total) / static_cast<double>(size.area());
}

double psnr_db(double mse) {
  if (mse <= 0.0) return kPsnrOfEqual_db;
  return std::min(kPsnrOfEqual_db, 10.0 * std::log10(255.0 * 255.0 / mse));
}

}  // namespace mosaic::metrics
