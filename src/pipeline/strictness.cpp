#include "pipeline/strictness.hpp"

#include <string>

namespace mosaic {

namespace {

constexpr const char* kStrictHint = "repair or remove it, or leave out --strict";

}  // namespace

void require_intact(const std::vector<SkippedInput>& skipped) {
  if (skipped.empty()) return;
  const std::size_t others = skipped.size() - 1;
  throw InputError("--strict: " + skipped.front().name + ": " + skipped.front().reason +
                       (others == 0 ? "" : ", and " + std::to_string(others) + " more"),
                   kStrictHint);
}

void require_intact(const FrameSource& source) {
  require_intact(source.skipped());
  if (source.decode_errors() == 0) return;
  throw InputError("--strict: " + std::to_string(source.decode_errors()) +
                       " places of the input could not be decoded",
                   kStrictHint);
}

}  // namespace mosaic
