#include "cli/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/utf8.hpp"

namespace mosaic::cli {

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    if (!line.empty() && line.size() + 1 + word.size() > width) {
      lines.push_back(std::move(line));
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
    begin = end + 1;
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string result(text);
  result.resize(std::max(width, text.size()), ' ');
  return result;
}

std::string printable(std::string_view text) { return visible_utf8(text); }

std::string clock_text(double seconds) {
  constexpr double kLongest_s = 359'999.0;  // 99:59:59
  const long all = std::lround(std::clamp(seconds, 0.0, kLongest_s));
  const auto two = [](long value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  const std::string rest = two(all % 60);
  if (all < 3600) return std::to_string(all / 60) + ":" + rest;
  return std::to_string(all / 3600) + ":" + two(all / 60 % 60) + ":" + rest;
}

std::string decimal_text(double value, int decimals) {
  std::array<char, 400> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                          std::chars_format::fixed, decimals);
  return error == std::errc{} ? std::string(buffer.data(), end) : std::string("?");
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 4> kUnits = {"kB", "MB", "GB", "TB"};
  if (bytes < 1000) return std::to_string(bytes) + " B";
  double value = static_cast<double>(bytes) / 1000.0;
  std::size_t unit = 0;
  while (value >= 999.95 && unit + 1 < kUnits.size()) {
    value /= 1000.0;
    ++unit;
  }
  return decimal_text(value, 1) + " " + std::string(kUnits[unit]);
}

}  // namespace mosaic::cli
