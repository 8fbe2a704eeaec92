#pragma once

#include <concepts>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/json_text.hpp"

namespace mosaic {

/// The whole number that a JSON value of a file holds, for use in place of nlohmann's
/// get<Number>(): that one casts whatever number it finds, and for one beyond the range of Number
/// (a fraction of 1e35, say) the cast is undefined. Throws std::out_of_range when it is no number,
/// not a whole one or does not fit.
template <std::integral Number, typename Json>
Number integer_of(const Json& json) {
  if (json.is_number_unsigned()) {
    const auto value = json.template get<typename Json::number_unsigned_t>();
    if (std::in_range<Number>(value)) return static_cast<Number>(value);
  } else if (json.is_number_integer()) {
    const auto value = json.template get<typename Json::number_integer_t>();
    if (std::in_range<Number>(value)) return static_cast<Number>(value);
  }
  throw std::out_of_range("'" + dump_json(json) + "' is not a whole number of the right size");
}

}  // namespace mosaic
