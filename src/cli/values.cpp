#include "cli/values.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "cli/suggest.hpp"
#include "mosaic/error.hpp"

namespace mosaic::cli {
namespace {

template <class T>
std::optional<T> read(std::string_view text) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

}  // namespace

std::string number_text(double value) {
  std::array<char, 40> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return error == std::errc{} ? std::string(buffer.data(), end) : std::string("0");
}

std::int64_t parse_integer(const Value& value, std::int64_t low, std::int64_t high) {
  const auto number = read<std::int64_t>(value.text);
  if (!number || *number < low || *number > high) {
    const std::string range = high == std::numeric_limits<std::int64_t>::max()
                                  ? std::to_string(low) + " or more"
                                  : "from " + std::to_string(low) + " to " + std::to_string(high);
    throw UsageError(value.where + " must be a whole number " + range + ", not " +
                     quoted(value.text));
  }
  return *number;
}

double parse_number(const Value& value, double low, double high) {
  const auto number = read<double>(value.text);
  if (!number || !std::isfinite(*number) || *number < low || *number > high) {
    throw UsageError(value.where + " must be a number from " + number_text(low) + " to " +
                     number_text(high) + ", not " + quoted(value.text));
  }
  return *number;
}

bool parse_switch(const Value& value) {
  for (const std::string_view yes : {"true", "1", "yes", "on"}) {
    if (value.text == yes) return true;
  }
  for (const std::string_view no : {"false", "0", "no", "off"}) {
    if (value.text == no) return false;
  }
  throw UsageError(value.where + " must be true or false, not " + quoted(value.text));
}

double parse_rate(const Value& value) {
  constexpr double kFastest = 1000.0;
  constexpr double kSlowest = 0.001;
  const std::string_view text = value.text;
  const std::size_t slash = text.find('/');
  std::optional<double> rate;
  if (slash == std::string_view::npos) {
    rate = read<double>(text);
  } else {
    const auto above = read<std::int64_t>(text.substr(0, slash));
    const auto below = read<std::int64_t>(text.substr(slash + 1));
    if (above && below && *below > 0) {
      rate = static_cast<double>(*above) / static_cast<double>(*below);
    }
  }
  if (!rate || !std::isfinite(*rate) || *rate < kSlowest || *rate > kFastest) {
    throw UsageError(value.where + " must be a frame rate from " + number_text(kSlowest) + " to " +
                     number_text(kFastest) + ", such as 25 or 30000/1001, not " +
                     quoted(value.text));
  }
  return *rate;
}

FrameRange parse_range(const Value& value) {
  const std::string_view text = value.text;
  const std::size_t dash = text.find('-');
  const auto fail = [&] {
    return UsageError(value.where + " must be frames A-B, A- or -B, counted from 0, not " +
                      quoted(value.text));
  };
  const auto frame = [&](std::string_view digits) {
    const auto number = read<std::int64_t>(digits);
    // One below the largest, so that the half-open end exists.
    if (!number || *number < 0 || *number == std::numeric_limits<std::int64_t>::max()) throw fail();
    return *number;
  };
  FrameRange range;
  if (dash == std::string_view::npos) {
    range.first = frame(text);
    range.last = range.first + 1;
    return range;
  }
  const std::string_view first = text.substr(0, dash);
  const std::string_view last = text.substr(dash + 1);
  if (first.empty() && last.empty()) throw fail();
  if (!first.empty()) range.first = frame(first);
  if (!last.empty()) range.last = frame(last) + 1;
  if (!last.empty() && range.last <= range.first) {
    throw UsageError(value.where + " " + quoted(value.text) + " ends before it begins");
  }
  return range;
}

std::string range_text(const FrameRange& range) {
  if (range.first == 0 && range.last < 0) return {};
  return std::to_string(range.first) + "-" +
         (range.last < 0 ? std::string() : std::to_string(range.last - 1));
}

Size parse_size(const Value& value, int low, int high) {
  const std::string_view text = value.text;
  const std::size_t cross = text.find_first_of("xX");
  if (cross != std::string_view::npos) {
    const auto width = read<int>(text.substr(0, cross));
    const auto height = read<int>(text.substr(cross + 1));
    if (width && height && *width >= low && *width <= high && *height >= low && *height <= high) {
      return Size{*width, *height};
    }
  }
  throw UsageError(value.where + " must be width x height, each from " + std::to_string(low) +
                   " to " + std::to_string(high) + ", such as 640x360, not " + quoted(value.text));
}

void throw_unknown_name(const Value& value, std::span<const std::string_view> names) {
  std::string list;
  for (const std::string_view name : names) list += (list.empty() ? "" : ", ") + std::string(name);
  const std::string near = nearest(value.text, names);
  throw UsageError(value.where + " does not know " + quoted(value.text) + "; it takes " + list,
                   near.empty() ? std::string() : "did you mean " + near + "?");
}

}  // namespace mosaic::cli
