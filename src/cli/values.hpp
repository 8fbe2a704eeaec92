// Text to value, the same for every source of settings and independent of the locale.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "mosaic/image.hpp"
#include "mosaic/settings.hpp"

namespace mosaic::cli {

/// A value as written, and where it was written ("--crf", "crf in look.toml",
/// "MOSAIC_TEMPORAL_CRF") for the message when it is wrong.
struct Value {
  std::string text;
  std::string where;
};

/// All throw UsageError naming `where` when the text is not such a value or is out of range.
std::int64_t parse_integer(const Value& value, std::int64_t low, std::int64_t high);
double parse_number(const Value& value, double low, double high);
bool parse_switch(const Value& value);
/// "25", "23.976", "30000/1001".
double parse_rate(const Value& value);
/// "A-B" with both ends included, "A-", "-B" or "A", to a half-open range.
FrameRange parse_range(const Value& value);
/// "640x360".
Size parse_size(const Value& value, int low, int high);

/// Shortest text that reads back as the same number.
std::string number_text(double value);
std::string range_text(const FrameRange& range);

[[noreturn]] void throw_unknown_name(const Value& value, std::span<const std::string_view> names);

/// Looks a name up in {name, value} pairs; an unknown name is answered with the nearest one.
template <class T, std::size_t N>
T parse_name(const Value& value, const std::pair<std::string_view, T> (&names)[N]) {
  std::string_view known[N];
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i].first == value.text) return names[i].second;
    known[i] = names[i].first;
  }
  throw_unknown_name(value, known);
}

template <class T, std::size_t N>
std::string name_text(T value, const std::pair<std::string_view, T> (&names)[N]) {
  for (const auto& [name, each] : names) {
    if (each == value) return std::string(name);
  }
  return {};
}

}  // namespace mosaic::cli
