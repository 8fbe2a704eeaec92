// Options of the metrics command.
#include <limits>

#include "cli/option_groups.hpp"
#include "cli/option_values.hpp"

namespace mosaic::cli {
namespace {

// A cell is looked at as 3x3 pixels (metrics/pairing.cpp).
constexpr std::int64_t kSmallestCell_px = 3;
constexpr std::int64_t kLargestCell_px = 16384;

std::string frame_text(const std::optional<std::int64_t>& frame) {
  return frame ? std::to_string(*frame) : std::string();
}

void add_pairing_options(std::vector<Option>& table) {
  table.push_back({.name = "range",
                   .commands = kMetrics,
                   .value = "A-B",
                   .help = "Only the mosaic's frames A to B, both included, counted from 0",
                   .unset = "all frames",
                   .set = [](Request& r, const Value& v) { r.metrics.range = parse_range(v); },
                   .get = [](const Request& r) { return range_text(r.metrics.range); }});
  table.push_back({.name = "source-first",
                   .commands = kMetrics,
                   .kind = Kind::integer,
                   .value = "N",
                   .help = "The source's frame that the mosaic's first frame shows",
                   .unset = "as the plan says, else 0",
                   .set =
                       [](Request& r, const Value& v) {
                         r.metrics.source_first =
                             parse_integer(v, 0, std::numeric_limits<std::int32_t>::max());
                       },
                   .get = [](const Request& r) { return frame_text(r.metrics.source_first); }});
}

}  // namespace

void add_metrics_options(std::vector<Option>& table) {
  table.push_back({.name = "source",
                   .commands = kMetrics,
                   .value = "PATH",
                   .help = "What the mosaic was made from: video, folder of pictures or picture",
                   .required = kMetrics,
                   .set = [](Request& r, const Value& v) { r.metrics.source = parse_path(v); },
                   .get = [](const Request& r) { return r.metrics.source.string(); }});
  table.push_back({.name = "mosaic",
                   .commands = kMetrics,
                   .value = "PATH",
                   .help = "The mosaic, by whatever program: video, folder of pictures or picture",
                   .required = kMetrics,
                   .set = [](Request& r, const Value& v) { r.metrics.mosaic = parse_path(v); },
                   .get = [](const Request& r) { return r.metrics.mosaic.string(); }});
  table.push_back(
      {.name = "cell",
       .commands = kMetrics,
       .kind = Kind::integer,
       .value = "PX",
       .help = "Edge of a cell in the mosaic's pixels; without it what needs cells is left out",
       .unset = "as the plan says",
       .set =
           [](Request& r, const Value& v) {
             r.metrics.cell_px =
                 static_cast<int>(parse_integer(v, kSmallestCell_px, kLargestCell_px));
           },
       .get = [](const Request& r) { return int_text(r.metrics.cell_px); }});
  table.push_back({.name = "plan",
                   .commands = kMetrics,
                   .value = "FILE.jsonl",
                   .help = "The plan that was written with the mosaic: also count its tiles",
                   .unset = "none",
                   .set = [](Request& r, const Value& v) { r.metrics.plan = parse_path(v); },
                   .get = [](const Request& r) { return path_text(r.metrics.plan); }});
  table.push_back({.name = "index",
                   .commands = kMetrics,
                   .value = "FILE.mti",
                   .help = "The tile index of that render: also compare the photos with the cells",
                   .unset = "none",
                   .set = [](Request& r, const Value& v) { r.metrics.index = parse_path(v); },
                   .get = [](const Request& r) { return path_text(r.metrics.index); }});
  add_pairing_options(table);
  table.push_back({.name = "json",
                   .commands = kMetrics,
                   .value = "FILE",
                   .help = "Also write all measures as JSON, frame by frame",
                   .unset = "none",
                   .set = [](Request& r, const Value& v) { r.metrics.json = parse_path(v); },
                   .get = [](const Request& r) { return path_text(r.metrics.json); }});
}

}  // namespace mosaic::cli
