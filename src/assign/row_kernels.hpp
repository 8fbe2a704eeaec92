// The passes over a whole row of costs, for the instruction sets there are.
#pragma once

#include <cstdint>

#include "core/isa.hpp"

namespace mosaic::assign {

/// value[j] = cost[j] - price[j] for `count` columns; `least` becomes the smaller of itself and all
/// values, `bits` the OR of itself and all costs.
void subtract_prices(Isa isa, const std::int32_t* cost, const std::int32_t* price, int count,
                     std::int32_t* value, std::int32_t& least, std::int32_t& bits);
void subtract_prices(Isa isa, const std::int32_t* cost, const std::int64_t* price, int count,
                     std::int64_t* value, std::int64_t& least, std::int32_t& bits);

/// Writes the columns of value < threshold, ascending, with their costs and values, and returns
/// their number. The outputs have room for kColumnsAtOnce entries more than there are columns.
inline constexpr int kColumnsAtOnce = 16;
int columns_below(Isa isa, const std::int32_t* value, const std::int32_t* cost, int count,
                  std::int32_t threshold, std::int32_t* out_column, std::int32_t* out_cost,
                  std::int32_t* out_value);
int columns_below(Isa isa, const std::int64_t* value, const std::int32_t* cost, int count,
                  std::int64_t threshold, std::int32_t* out_column, std::int32_t* out_cost,
                  std::int64_t* out_value);

/// gap[j] = base + cost[j] - price[j] - min(nearest[j], reach) for `count` columns: below 0 where
/// the column is nearer this way.
void gaps(Isa isa, const std::int32_t* cost, const std::int32_t* price, const std::int32_t* nearest,
          std::int32_t base, std::int32_t reach, int count, std::int32_t* gap);
void gaps(Isa isa, const std::int32_t* cost, const std::int64_t* price, const std::int64_t* nearest,
          std::int64_t base, std::int64_t reach, int count, std::int64_t* gap);

}  // namespace mosaic::assign
