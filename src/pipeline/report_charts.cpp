#include "pipeline/report_charts.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace mosaic {
namespace {

constexpr int kWidth = 800;
constexpr int kHeight = 160;
constexpr std::int64_t kSteps = 400;
constexpr int kShades = 16;
constexpr int kMapCells = 96;
constexpr int kMapCell_px = 8;

std::string number(std::int64_t value) { return std::to_string(value); }

std::string opening(int width, int height, const std::string& label) {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + number(width) + " " +
         number(height) + "\" width=\"" + number(width) + "\" height=\"" + number(height) +
         "\" role=\"img\" aria-label=\"" + label + "\">\n";
}

/// The frames of one step, in tenths of a per mille of all cells.
struct Step {
  std::int64_t mean = 0;
  std::int64_t most = 0;
  bool cut = false;
};

Step step_of(std::span<const FrameFigures> frames, int cells) {
  Step step;
  std::int64_t sum = 0;
  for (const FrameFigures& frame : frames) {
    sum += frame.switched;
    step.most = std::max<std::int64_t>(step.most, frame.switched);
    step.cut = step.cut || frame.scene_cut != 0;
  }
  step.mean = sum * 10'000 / (static_cast<std::int64_t>(frames.size()) * cells);
  step.most = step.most * 10'000 / cells;
  return step;
}

std::string bars(const std::vector<Step>& steps, std::int64_t Step::*value, std::int64_t top,
                 const std::string& color) {
  const double width = static_cast<double>(kWidth) / static_cast<double>(steps.size());
  std::string path = "<path fill=\"" + color + "\" d=\"";
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::int64_t height = steps[i].*value * kHeight / top;
    if (height == 0) continue;
    path += "M" + decimals(static_cast<double>(i) * width, 1) + " " + number(kHeight) + "v-" +
            number(height) + "h" + decimals(width, 2) + "v" + number(height) + "z";
  }
  return path + "\"/>\n";
}

}  // namespace

std::string decimals(double value, int count) {
  std::array<char, 400> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                          std::chars_format::fixed, count);
  return error == std::errc{} ? std::string(buffer.data(), end) : std::string("?");
}

std::string changes_svg(std::span<const FrameFigures> series, int cells) {
  const auto frames = static_cast<std::int64_t>(series.size());
  const std::int64_t count = std::min(kSteps, frames);
  std::vector<Step> steps;
  std::int64_t top = 100;  // the scale ends at 1 % or above
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t first = i * frames / count;
    const std::int64_t end = (i + 1) * frames / count;
    steps.push_back(step_of(
        series.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(end - first)),
        cells));
    top = std::max(top, steps.back().most);
  }
  std::string svg = opening(kWidth, kHeight + 18, "Changed tiles over time");
  svg += "<rect width=\"800\" height=\"160\" fill=\"#f4f4f4\"/>\n";
  if (!steps.empty()) {
    svg += bars(steps, &Step::most, top, "#a9c4e0");
    svg += bars(steps, &Step::mean, top, "#1f4e79");
  }
  std::string cuts;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (!steps[i].cut) continue;
    cuts += "M" + number(static_cast<std::int64_t>(i) * kWidth / count) + " 0v" + number(kHeight);
  }
  svg +=
      "<path stroke=\"#c00\" stroke-opacity=\".5\" d=\"" + (cuts.empty() ? "M0 0" : cuts) +
      "\"/>\n<g font-family=\"sans-serif\" font-size=\"12\" fill=\"#555\"><text x=\"4\" y=\"12\">" +
      decimals(static_cast<double>(top) / 100.0, 1) + " %</text><text x=\"0\" y=\"" +
      number(kHeight + 14) + "\">frame 0</text><text x=\"" + number(kWidth) + "\" y=\"" +
      number(kHeight + 14) + "\" text-anchor=\"end\">" +
      number(std::max<std::int64_t>(0, frames - 1)) + "</text></g>\n</svg>\n";
  return svg;
}

std::string cost_map_svg(std::span<const std::int64_t> cost, int columns, int rows) {
  const int shown_columns = std::min(columns, kMapCells);
  const int shown_rows = std::min(rows, kMapCells);
  std::vector<std::int64_t> value;
  std::int64_t most = 1;
  for (int y = 0; y < shown_rows; ++y) {
    for (int x = 0; x < shown_columns; ++x) {
      std::int64_t sum = 0, count = 0;
      for (int row = y * rows / shown_rows; row < (y + 1) * rows / shown_rows; ++row) {
        for (int col = x * columns / shown_columns; col < (x + 1) * columns / shown_columns;
             ++col) {
          sum += cost[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
                      static_cast<std::size_t>(col)];
          ++count;
        }
      }
      value.push_back(sum / count);
      most = std::max(most, value.back());
    }
  }
  std::array<std::string, kShades> paths;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const double share = static_cast<double>(value[i]) / static_cast<double>(most);
    const auto shade = static_cast<std::size_t>(
        std::clamp(share * kShades, 0.0, static_cast<double>(kShades - 1)));
    const std::int64_t x = static_cast<std::int64_t>(i) % shown_columns * kMapCell_px;
    const std::int64_t y = static_cast<std::int64_t>(i) / shown_columns * kMapCell_px;
    paths[shade] += "M" + number(x) + " " + number(y) + "h8v8h-8z";
  }
  std::string svg =
      opening(shown_columns * kMapCell_px, shown_rows * kMapCell_px, "Mean cost of every cell");
  for (int shade = 0; shade < kShades; ++shade) {
    const std::string& path = paths[static_cast<std::size_t>(shade)];
    if (path.empty()) continue;
    const std::string level = number(255 - shade * 255 / (kShades - 1));
    svg += "<path fill=\"rgb(" + level + "," + level + "," + level + ")\" d=\"" + path + "\"/>\n";
  }
  return svg + "</svg>\n";
}

}  // namespace mosaic
