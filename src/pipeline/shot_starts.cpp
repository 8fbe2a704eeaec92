#include "pipeline/shot_starts.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <limits>
#include <span>
#include <string_view>

#include "core/hash.hpp"
#include "core/read_failure.hpp"
#include "mosaic/error.hpp"

namespace mosaic {

namespace {

constexpr char kHowToWriteIt[] =
    "write one frame number per line, counted from 0 and ascending; # begins a comment";

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

/// For messages: the file may be anything, a film included.
std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 40;
  std::string plain(text.substr(0, kMost));
  std::ranges::replace_if(
      plain, [](char c) { return c < ' ' || c > '~'; }, '?');
  return "'" + plain + (text.size() > kMost ? "...'" : "'");
}

std::int64_t parse_frame_number(std::string_view text, const std::string& where) {
  std::int64_t number = -1;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number < 0) {
    throw InputError(where + ": " + shown(text) + " is not the number of a frame", kHowToWriteIt);
  }
  return number;
}

}  // namespace

std::vector<std::int64_t> read_shot_list(const std::filesystem::path& path) {
  const std::string name = "--scene-cuts " + path.string();
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) throw InputError(name + ": " + read_failure());
  std::vector<std::int64_t> numbers;
  std::string line;
  for (int count = 1; std::getline(file, line); ++count) {
    const std::string where = name + ", line " + std::to_string(count);
    const std::string_view text = trimmed(std::string_view(line).substr(0, line.find('#')));
    if (text.empty()) continue;
    const std::int64_t number = parse_frame_number(text, where);
    if (!numbers.empty() && number <= numbers.back()) {
      throw InputError(
          where + ": " + std::to_string(number) + " comes after " + std::to_string(numbers.back()),
          kHowToWriteIt);
    }
    numbers.push_back(number);
  }
  if (file.bad()) throw InputError(name + ": " + read_failure());
  if (numbers.empty()) {
    throw InputError(name + ": there is no frame number in it",
                     "--scene-cuts off begins no shot but the first");
  }
  return numbers;
}

ShotStarts::ShotStarts(const SceneCutSettings& settings) : mode_(settings.mode) {
  if (mode_ == SceneCutMode::list) told_ = read_shot_list(settings.list);
}

bool ShotStarts::next(const Plane& luma, std::int64_t source_frame) {
  if (mode_ == SceneCutMode::automatic) return detector_.next(luma);
  return tells(source_frame);
}

bool ShotStarts::tells(std::int64_t source_frame) const {
  return std::ranges::binary_search(told_, source_frame);
}

std::int64_t ShotStarts::told_after(std::int64_t source_frame) const {
  const auto next = std::ranges::upper_bound(told_, source_frame);
  return next == told_.end() ? std::numeric_limits<std::int64_t>::max() : *next;
}

std::string ShotStarts::describe() const {
  switch (mode_) {
    case SceneCutMode::automatic:
      return "auto";
    case SceneCutMode::off:
      return "off";
    case SceneCutMode::list:
      break;
  }
  return "a list of " + std::to_string(told_.size()) + ", " +
         hex64(hash64_of(std::span<const std::int64_t>(told_)));
}

}  // namespace mosaic
