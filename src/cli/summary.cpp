#include "cli/summary.hpp"

#include <algorithm>

#include "cli/text.hpp"

namespace mosaic::cli {
namespace {

std::string counted(std::int64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

}  // namespace

std::string made_text(const Settings& settings, const RenderSummary& summary, double elapsed_s,
                      std::uint64_t bytes) {
  std::string text = "made " + settings.output.string() + ": " +
                     counted(summary.frames_out, "frame", "frames") + " in " +
                     clock_text(elapsed_s);
  if (elapsed_s > 0.0) {
    text += ", " + decimal_text(static_cast<double>(summary.frames_out) / elapsed_s, 1) + " fps";
  }
  if (bytes > 0) text += ", " + bytes_text(bytes);
  return text;
}

std::vector<std::string> skipped_lines(const std::vector<SkippedInput>& skipped,
                                       std::int64_t decode_errors,
                                       const std::string& where_to_find) {
  constexpr std::size_t kShown = 10;
  std::vector<std::string> lines;
  if (decode_errors > 0) {
    lines.push_back("the video is damaged: " +
                    counted(decode_errors, "place could", "places could") + " not be decoded");
  }
  if (skipped.empty()) return lines;
  lines.push_back(counted(static_cast<std::int64_t>(skipped.size()), "input was", "inputs were") +
                  " left out or found damaged:");
  for (std::size_t i = 0; i < std::min(kShown, skipped.size()); ++i) {
    lines.push_back("  " + skipped[i].name + ": " + skipped[i].reason);
  }
  if (skipped.size() > kShown) {
    lines.push_back("  and " + std::to_string(skipped.size() - kShown) + " more" +
                    (where_to_find.empty() ? "" : "; " + where_to_find));
  }
  return lines;
}

}  // namespace mosaic::cli
