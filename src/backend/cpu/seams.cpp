#include "backend/cpu/seams.hpp"

#include <algorithm>
#include <cstddef>

#include "backend/seam_math.hpp"
#include "core/simd_dispatch.hpp"

namespace mosaic::cpu {
namespace {

constexpr std::size_t kRowGrain = 16;

MOSAIC_ALWAYS_INLINE void feather_pair(std::uint8_t* upper, std::uint8_t* lower, int width,
                                       std::int32_t share) {
  for (int x = 0; x < width; ++x) {
    const std::int32_t above = upper[x];
    const std::int32_t below = lower[x];
    upper[x] = feathered(above, below, share);
    lower[x] = feathered(below, above, share);
  }
}

/// Sums of five rows, then of five samples: `rows` are those at 2y-2 ... 2y+2.
MOSAIC_ALWAYS_INLINE void reduce_row(const std::int32_t* const* rows, int width,
                                     std::int32_t* column_sums, int coarse_width,
                                     std::int32_t* out) {
  for (int x = 0; x < width; ++x) {
    column_sums[x] = seam_reduce_sum(rows[0][x], rows[1][x], rows[2][x], rows[3][x], rows[4][x]);
  }
  const auto at = [&](int x) __attribute__((always_inline)) {
    const int clamped = seam_clamped(x, width);
    return column_sums[clamped];
  };
  const auto sample = [&](int x) __attribute__((always_inline)) {
    out[x] = seam_reduced(
        seam_reduce_sum(at(2 * x - 2), at(2 * x - 1), at(2 * x), at(2 * x + 1), at(2 * x + 2)));
  };
  const int last = std::max(1, (width - 3) / 2);  // beyond it a sample reaches over the edge
  sample(0);
  for (int x = 1; x < std::min(last, coarse_width); ++x) {
    const std::int32_t* from = column_sums + 2 * x;
    out[x] = seam_reduced(seam_reduce_sum(from[-2], from[-1], from[0], from[1], from[2]));
  }
  for (int x = last; x < coarse_width; ++x) sample(x);
}

/// One row of a level, expanded from the three coarser rows around it (of which an odd row does not
/// use the first).
MOSAIC_ALWAYS_INLINE void expand_row(const std::int32_t* const* rows, bool odd_row,
                                     int coarse_width, std::int32_t* column_sums, int width,
                                     std::int32_t* out) {
  for (int x = 0; x < coarse_width; ++x) {
    column_sums[x] = seam_expand_sum(odd_row, rows[0][x], rows[1][x], rows[2][x]);
  }
  for (int x = 0; x < width; ++x) {
    const int here = x >> 1;
    const std::int32_t before = column_sums[here > 0 ? here - 1 : 0];
    const std::int32_t after = column_sums[here + 1 < coarse_width ? here + 1 : coarse_width - 1];
    out[x] = seam_expanded(seam_expand_sum((x & 1) != 0, before, column_sums[here], after));
  }
}

MOSAIC_ALWAYS_INLINE void remove_row(const std::int32_t* value, const std::int32_t* expanded,
                                     const std::int32_t* cut, std::int32_t row_cut, int width,
                                     std::int32_t* removed) {
  for (int x = 0; x < width; ++x) {
    const std::int32_t share = cut[x] > row_cut ? cut[x] : row_cut;
    removed[x] += seam_removed(share, value[x] - expanded[x]);
  }
}

MOSAIC_ALWAYS_INLINE void finish_row(const std::int32_t* removed, int width, std::uint8_t* row) {
  for (int x = 0; x < width; ++x) row[x] = seam_result(row[x], removed[x]);
}

template <class T>
auto* row_of(T& samples, const Size& size, int y) {
  return samples.data() + static_cast<std::ptrdiff_t>(seam_clamped(y, size.height)) * size.width;
}

}  // namespace

void feather_rows(const GridGeometry& geometry, int feather_px, int first_px, int last_px,
                  Plane& plane) {
  for (int d = 0; d < feather_px; ++d) {
    const std::int32_t share = feather_share(d, feather_px);
    for (int y = first_px; y < last_px; ++y) {
      std::uint8_t* border = plane.row(y);
      for (int column = 1; column < geometry.columns; ++column) {
        border += geometry.tile_size_px;
        const std::int32_t left = border[-1 - d];
        const std::int32_t right = border[d];
        border[-1 - d] = feathered(left, right, share);
        border[d] = feathered(right, left, share);
      }
    }
  }
}

void feather_borders(const GridGeometry& geometry, int feather_px, int first, int last, Isa isa,
                     Plane& plane) {
  for (int i = first; i < last; ++i) {
    const int border = (i + 1) * geometry.tile_size_px;
    for (int d = 0; d < feather_px; ++d) {
      dispatch<feather_pair>(isa, plane.row(border - 1 - d), plane.row(border + d),
                             plane.size.width, feather_share(d, feather_px));
    }
  }
}

void feather(const GridGeometry& geometry, int feather_px, Isa isa, ThreadPool& pool,
             Plane& plane) {
  pool.parallel_for(static_cast<std::size_t>(plane.size.height), kRowGrain,
                    [&](std::size_t begin, std::size_t end) {
                      feather_rows(geometry, feather_px, static_cast<int>(begin),
                                   static_cast<int>(end), plane);
                    });
  // Half a cell at most: the rows that two borders touch are different ones.
  pool.parallel_for(static_cast<std::size_t>(geometry.rows - 1), 1,
                    [&](std::size_t begin, std::size_t end) {
                      feather_borders(geometry, feather_px, static_cast<int>(begin),
                                      static_cast<int>(end), isa, plane);
                    });
}

void SeamPyramid::reduce(const Level& fine, Isa isa, ThreadPool& pool, Level& coarse) {
  coarse.size = {seam_coarser(fine.size.width), seam_coarser(fine.size.height)};
  coarse.value.resize(coarse.size.area());
  pool.parallel_for(static_cast<std::size_t>(coarse.size.height), kRowGrain,
                    [&](std::size_t begin, std::size_t end) {
                      std::vector<std::int32_t> sums(static_cast<std::size_t>(fine.size.width));
                      for (auto y = static_cast<int>(begin); y < static_cast<int>(end); ++y) {
                        const std::int32_t* rows[5];
                        for (int i = 0; i < 5; ++i) {
                          rows[i] = row_of(fine.value, fine.size, 2 * y - 2 + i);
                        }
                        dispatch<reduce_row>(isa, rows, fine.size.width, sums.data(),
                                             coarse.size.width,
                                             row_of(coarse.value, coarse.size, y));
                      }
                    });
}

/// R_k of level `band` from G_k+1 and R_k+1.
void SeamPyramid::collect(const GridGeometry& geometry, int band, int bands, Isa isa,
                          ThreadPool& pool, const Level& coarse, Level& fine) {
  const int width = fine.size.width;
  const auto cut_of = [band](int position, int cell_px, int cells) {
    return seam_cut(seam_distance(seam_position(position, band, cell_px * cells), cell_px, cells),
                    band);
  };
  std::vector<std::int32_t> cut(static_cast<std::size_t>(width));
  for (int x = 0; x < width; ++x) {
    cut[static_cast<std::size_t>(x)] = cut_of(x, geometry.tile_size_px, geometry.columns);
  }
  fine.removed.assign(fine.size.area(), 0);
  pool.parallel_for(
      static_cast<std::size_t>(fine.size.height), kRowGrain,
      [&](std::size_t begin, std::size_t end) {
        std::vector<std::int32_t> sums(static_cast<std::size_t>(coarse.size.width));
        std::vector<std::int32_t> expanded(static_cast<std::size_t>(width));
        for (auto y = static_cast<int>(begin); y < static_cast<int>(end); ++y) {
          std::int32_t* removed = row_of(fine.removed, fine.size, y);
          const auto expand = [&](const std::vector<std::int32_t>& from, std::int32_t* to) {
            const std::int32_t* rows[3];
            for (int i = 0; i < 3; ++i) rows[i] = row_of(from, coarse.size, (y >> 1) - 1 + i);
            dispatch<expand_row>(isa, rows, (y & 1) != 0, coarse.size.width, sums.data(), width,
                                 to);
          };
          if (band + 1 < bands) expand(coarse.removed, removed);
          expand(coarse.value, expanded.data());
          dispatch<remove_row>(isa, row_of(fine.value, fine.size, y), expanded.data(), cut.data(),
                               cut_of(y, geometry.tile_size_px, geometry.rows), width, removed);
        }
      });
}

void SeamPyramid::attenuate(const GridGeometry& geometry, int bands, Isa isa, ThreadPool& pool,
                            Plane& plane) {
  levels_.resize(static_cast<std::size_t>(bands) + 1);
  Level& finest = levels_[0];
  finest.size = plane.size;
  finest.value.resize(plane.size.area());
  std::ranges::transform(plane.pixels, finest.value.begin(), [](std::uint8_t level) {
    return static_cast<std::int32_t>(level) << kSeamFractionBits;
  });
  for (std::size_t k = 0; k < static_cast<std::size_t>(bands); ++k) {
    reduce(levels_[k], isa, pool, levels_[k + 1]);
  }
  for (int k = bands - 1; k >= 0; --k) {
    const auto i = static_cast<std::size_t>(k);
    collect(geometry, k, bands, isa, pool, levels_[i + 1], levels_[i]);
  }
  pool.parallel_for(static_cast<std::size_t>(plane.size.height), kRowGrain,
                    [&](std::size_t begin, std::size_t end) {
                      for (auto y = static_cast<int>(begin); y < static_cast<int>(end); ++y) {
                        dispatch<finish_row>(isa, row_of(finest.removed, plane.size, y),
                                             plane.size.width, plane.row(y));
                      }
                    });
}

}  // namespace mosaic::cpu
