// What the solver's lists take, for estimates.
#pragma once

#include <cstdint>

namespace mosaic {

/// Bytes per row of the candidate lists that a cold solve of so many columns makes (warm ones are
/// shorter), with the room that lists which turned out too short are given.
std::int64_t list_bytes_per_row(std::int64_t columns);

/// Bytes of rows that are kept whole, at most.
std::int64_t kept_row_bytes(std::int64_t rows, std::int64_t columns);

}  // namespace mosaic
