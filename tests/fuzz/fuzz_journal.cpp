// A journal may be any bytes: there is none, or what is kept of it is whole lines.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "job/checked_line.hpp"
#include "job/journal.hpp"

namespace {

void check(const std::string& text) {
  const auto parsed = mosaic::parse_journal(text);
  if (!parsed) return;
  if (parsed->intact_bytes > text.size() || parsed->intact_bytes == 0) std::abort();
  if (text[parsed->intact_bytes - 1] != '\n') std::abort();
  for (const auto& [index, record] : parsed->segments) {
    if (index < 0 || record.index != index || record.frames < 1) std::abort();
  }
  // What was taken is taken again when the rest is cut off.
  const auto again = mosaic::parse_journal(text.substr(0, parsed->intact_bytes));
  if (!again || again->facts != parsed->facts || again->segments.size() != parsed->segments.size())
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check(text);
  // And with the hashes right, without which a mutant goes no further than the first line.
  std::string signed_text;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    if (line.size() > 17) line.erase(0, 17);
    signed_text += mosaic::checked_line(line);
    begin = end + 1;
  }
  check(signed_text);
  return 0;
}
