#include "cli/summary.hpp"

#include <algorithm>

#include "cli/text.hpp"

namespace mosaic::cli {
namespace {

std::string counted(std::int64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string about(std::uint64_t bytes) {
  return bytes == 0 ? "not known" : "about " + bytes_text(bytes);
}

std::string tiles_text(const JobEstimate& estimate) {
  const RenderOutline& outline = estimate.outline;
  std::string text = outline.photos < 0 ? "a video of unknown length"
                                        : (estimate.index_ready ? "" : "at most ") +
                                              counted(outline.photos, "photo", "photos");
  if (outline.variants > 1) text += ", " + std::to_string(outline.variants) + " variants each";
  return text + (estimate.index_ready ? "; the index is ready" : "; the index has to be made");
}

std::string memory_parts_text(const JobEstimate& estimate, std::uint64_t limit) {
  std::string text = about(estimate.memory);
  if (limit > 0) text += " of " + bytes_text(limit);
  text += ", " + counted(estimate.threads, "thread", "threads") + " (";
  std::string parts;
  for (const auto& [part, bytes] : estimate.memory_parts) {
    if (bytes > 0) parts += (parts.empty() ? "" : ", ") + part + " " + bytes_text(bytes);
  }
  return text + parts + ")";
}

std::string time_text(const TimeEstimate& time) {
  std::string text;
  if (!time.index_s) return "not known: the tiles have to be cut from a video first";
  if (*time.index_s > 0.0) text += "index " + clock_text(*time.index_s) + ", ";
  text += time.render_s ? "film about " + clock_text(*time.render_s)
                        : "film not known, its length is not";
  return text + "; measured with the first " + counted(time.sample_frames, "frame", "frames") +
         " and " + counted(time.sample_photos, "photo", "photos") +
         (time.encoded ? ", encoding included" : ", without writing pictures");
}

std::string disk_text(const JobEstimate& estimate) {
  std::string text = "output " + about(estimate.output_bytes);
  if (estimate.job_folder_bytes > 0) {
    text += ", " + bytes_text(estimate.job_folder_bytes) + " in the job's folder while it works";
  }
  if (estimate.index_bytes > 0) text += ", index " + bytes_text(estimate.index_bytes);
  if (estimate.free_bytes) text += "; " + bytes_text(*estimate.free_bytes) + " free";
  return text;
}

}  // namespace

std::vector<std::string> estimate_lines(const Settings& settings, const JobEstimate& estimate) {
  const RenderOutline& outline = estimate.outline;
  const std::string frames = outline.frames < 0
                                 ? ", length not known"
                                 : ", about " + counted(outline.frames, "frame", "frames");
  return {settings.frames.native() + " -> " + settings.output.native(),
          "  input   " + outline.source + frames,
          "  output  " + std::to_string(outline.output.width) + "x" +
              std::to_string(outline.output.height) + ", " + std::to_string(outline.columns) + "x" +
              std::to_string(outline.rows) + " = " +
              std::to_string(outline.columns * outline.rows) + " cells of " +
              std::to_string(outline.tile_size_px) + " px",
          "  tiles   " + tiles_text(estimate),
          "  memory  " + memory_parts_text(estimate, settings.memory_limit),
          "  time    " + time_text(estimate.time),
          "  disk    " + disk_text(estimate)};
}

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
