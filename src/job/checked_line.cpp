#include "job/checked_line.hpp"

#include <span>
#include <stdexcept>

#include "core/hash.hpp"

namespace mosaic {

namespace {

constexpr std::size_t kHashDigits = 16;

std::string hash_of(std::string_view text) {
  return hex64(hash64(std::as_bytes(std::span(text.data(), text.size()))));
}

}  // namespace

std::string checked_line(std::string_view text) {
  return hash_of(text) + " " + std::string(text) + "\n";
}

std::optional<std::string> text_of_checked_line(std::string_view line) {
  if (line.size() < kHashDigits + 1 || line[kHashDigits] != ' ') return std::nullopt;
  const std::string_view text = line.substr(kHashDigits + 1);
  if (hash_of(text) != line.substr(0, kHashDigits)) return std::nullopt;
  return std::string(text);
}

void for_each_checked_line(std::string_view file,
                           const std::function<void(const std::string&)>& take) {
  for (std::size_t end = file.find('\n'); end != std::string_view::npos; end = file.find('\n')) {
    const std::optional<std::string> text = text_of_checked_line(file.substr(0, end));
    file.remove_prefix(end + 1);
    if (!text) continue;
    try {
      take(*text);
    } catch (const std::exception&) {  // of JSON: a field is missing or of another type
      continue;
    }
  }
}

}  // namespace mosaic
