#include "video/picture_names.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace mosaic {

namespace fs = std::filesystem;

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A name cut at its last digit run: the part that counts frames.
struct NumberedName {
  std::string before, digits, after;  ///< digits without leading zeros; empty: no number
};

NumberedName split_number(const std::string& stem) {
  std::size_t end = stem.size();
  while (end > 0 && !is_digit(stem[end - 1])) --end;
  std::size_t begin = end;
  while (begin > 0 && is_digit(stem[begin - 1])) --begin;
  NumberedName name{stem.substr(0, begin), stem.substr(begin, end - begin), stem.substr(end)};
  const std::size_t first = name.digits.find_first_not_of('0');
  if (!name.digits.empty()) name.digits.erase(0, std::min(first, name.digits.size() - 1));
  return name;
}

std::string frames_text(std::int64_t first, std::int64_t last) {
  return first == last ? std::to_string(first) : std::to_string(first) + "-" + std::to_string(last);
}

std::string stem_of(const std::string& name) { return fs::path(name).stem().native(); }

}  // namespace

int natural_compare(const std::string& a, const std::string& b) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    if (!is_digit(a[i]) || !is_digit(b[j])) {
      if (a[i] != b[j]) {
        return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]) ? -1 : 1;
      }
      ++i;
      ++j;
      continue;
    }
    const auto run = [](const std::string& text, std::size_t& at) {
      while (at < text.size() && text[at] == '0') ++at;
      const std::size_t begin = at;
      while (at < text.size() && is_digit(text[at])) ++at;
      return std::string_view(text).substr(begin, at - begin);
    };
    const std::string_view x = run(a, i);
    const std::string_view y = run(b, j);
    if (x.size() != y.size()) return x.size() < y.size() ? -1 : 1;
    if (x != y) return x < y ? -1 : 1;
  }
  return static_cast<int>(i < a.size()) - static_cast<int>(j < b.size());
}

PictureList order_pictures(std::vector<std::string> names) {
  std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    // By stem first, so that "a.jpg" and "a.png" are neighbours whatever follows them.
    const int order = natural_compare(stem_of(a), stem_of(b));
    return order != 0 ? order < 0 : a < b;
  });
  PictureList list;
  NumberedName last;
  for (std::string& file : names) {
    NumberedName name = split_number(stem_of(file));
    const bool same_series = !list.used.empty() && !name.digits.empty() && !last.digits.empty() &&
                             name.before == last.before && name.after == last.after;
    if (same_series && name.digits == last.digits) {
      list.repeated.emplace_back(std::move(file), list.used.back());
      continue;
    }
    constexpr std::size_t kDigitsOfInt64 = 18;
    if (same_series && std::max(name.digits.size(), last.digits.size()) <= kDigitsOfInt64) {
      const std::int64_t from = std::stoll(last.digits) + 1;
      const std::int64_t to = std::stoll(name.digits) - 1;
      if (to >= from) list.gaps.push_back(frames_text(from, to));
    }
    list.used.push_back(std::move(file));
    last = std::move(name);
  }
  return list;
}

}  // namespace mosaic
