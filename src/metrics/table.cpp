#include <iomanip>
#include <locale>
#include <sstream>

#include "metrics/ratios.hpp"
#include "metrics/report.hpp"

namespace mosaic::metrics {
namespace {

constexpr int kNameWidth = 44;
constexpr int kNumberWidth = 10;

class Table {
 public:
  Table() { text_.imbue(std::locale::classic()); }

  void line(const std::string& text) { text_ << text << '\n'; }

  void heading(const std::string& name, const std::vector<std::string>& columns) {
    text_ << '\n' << std::left << std::setw(kNameWidth) << name << std::right;
    for (const std::string& column : columns) text_ << std::setw(kNumberWidth) << column;
    text_ << '\n';
  }

  void name(const std::string& name) {
    text_ << "  " << std::left << std::setw(kNameWidth - 2) << name << std::right;
  }
  void number(std::optional<double> value, int digits, const char* unit = "") {
    std::ostringstream cell;
    cell.imbue(std::locale::classic());
    if (value) {
      cell << std::fixed << std::setprecision(digits) << *value << unit;
    } else {
      cell << '-';
    }
    text_ << std::setw(kNumberWidth) << cell.str();
  }
  void count(std::int64_t value) { text_ << std::setw(kNumberWidth) << value; }
  void end(const std::string& note = {}) {
    if (!note.empty()) text_ << "  " << note;
    text_ << '\n';
  }
  [[nodiscard]] std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
};

std::string size_text(Size size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

std::string span_of(std::int64_t first, std::size_t count) {
  return std::to_string(first) + "-" + std::to_string(first + static_cast<std::int64_t>(count) - 1);
}

void add_clips(Table& table, const ClipReport& report) {
  const Rect& crop = report.crop_px;
  const std::size_t pairs = report.frames.size();
  const auto goes_on = [](const ClipFacts& clip) {
    return clip.goes_on ? std::string("; has more frames, not compared") : std::string();
  };
  table.line("source  " + report.source.path.string() + ": " + size_text(report.source.size) +
             ", shown: " + size_text({crop.width, crop.height}) + " at " + std::to_string(crop.x) +
             "," + std::to_string(crop.y) + "; frames " + span_of(report.source_first, pairs) +
             goes_on(report.source));
  std::string cells;
  if (report.grid) {
    cells = ", " + size_text({report.grid->columns, report.grid->rows}) + " cells of " +
            std::to_string(report.grid->tile_size_px) + " px";
  }
  table.line("mosaic  " + report.mosaic.path.string() + ": " + size_text(report.mosaic.size) +
             cells + "; frames " + span_of(report.mosaic_first, pairs) + goes_on(report.mosaic));
}

void add_spread(Table& table, const ClipReport& report, const std::string& name,
                const std::optional<Spread>& spread, int digits) {
  table.name(name);
  table.number(spread ? std::optional(spread->mean) : std::nullopt, digits);
  table.number(spread ? std::optional(spread->worst) : std::nullopt, digits);
  if (spread) {
    table.count(report.mosaic_first + spread->worst_at);
  } else {
    table.number(std::nullopt, 0);
  }
  table.end();
}

void add_fidelity(Table& table, const ClipReport& report, const Digest& digest) {
  table.heading("Likeness to the source", {"mean", "worst", "at frame"});
  const auto add = [&](const std::string& name, const std::optional<Spread>& spread, int digits) {
    add_spread(table, report, name, spread, digits);
  };
  add("3x3 px per cell: grey SSIM", digest.ssim_3x3, 4);
  table.name("the same, rise in 100 frames of a shot");
  table.number(digest.ssim_trend, 4);
  table.end();
  add("3x3 px per cell: CIEDE2000", digest.ciede2000_3x3, 2);
  add("1x1 px per cell: grey SSIM", digest.ssim_1x1, 4);
  add("1x1 px per cell: CIEDE2000", digest.ciede2000_1x1, 2);
  add("full size: grey SSIM", digest.ssim, 4);
  add("full size: grey PSNR, dB", digest.psnr_grey_db, 2);
  add("full size: RGB PSNR, dB", digest.psnr_rgb_db, 2);
}

template <class T, class F>
std::optional<double> of(const std::optional<T>& totals, const F& quotient) {
  return totals ? quotient(*totals) : std::nullopt;
}

void add_percent(Table& table, const std::string& name, std::optional<double> share,
                 const std::string& note = {}) {
  table.name(name);
  table.number(share ? std::optional(*share * 100.0) : std::nullopt, 2, " %");
  table.end(note);
}

void add_steadiness(Table& table, const Digest& digest) {
  table.heading("Steadiness, per frame", {"mosaic", "source"});
  const auto flicker = [&](const std::string& name, const auto& totals) {
    table.name(name);
    table.number(of(totals, [](const auto& t) { return mosaic_flicker(t); }), 3);
    table.number(of(totals, [](const auto& t) { return source_flicker(t); }), 3);
    table.end();
  };
  flicker("static pixels: change, levels", digest.still);
  flicker("along the motion: change, levels", digest.warped);
  const auto& cells = digest.cells;
  add_percent(table, "static cells repainted or swapped", of(cells, [](const CellChanges& c) {
                return ratio(c.static_repainted, c.static_cells);
              }));
  add_percent(table, "all cells repainted or swapped",
              of(cells, [](const CellChanges& c) { return ratio(c.repainted, c.cells); }));
  add_percent(table, "(pixels that are static)", of(digest.still, static_share));
  add_percent(table, "(cells that are static)",
              of(cells, [](const CellChanges& c) { return ratio(c.static_cells, c.cells); }));
}

void add_recognition(Table& table, const Recognition& seen) {
  table.heading("Photos and what is shown of them", {"mean"});
  const auto add = [&](const std::string& name, double sum, std::int64_t count, int digits) {
    table.name(name);
    table.number(count > 0 ? std::optional(sum / static_cast<double>(count)) : std::nullopt,
                 digits);
    table.end();
  };
  add("CIEDE2000", seen.ciede2000, seen.cells, 2);
  add("correlation of structure", seen.correlation, seen.structured, 4);
}

void add_plan(Table& table, const ClipReport& report) {
  const PlanReport& plan = *report.plan;
  const PlanTally& tally = plan.tally;
  const std::int64_t cells = report.grid->cells();
  table.heading("From the plan", {"per frame"});
  add_percent(table, "cells showing another tile than before",
              ratio(tally.changed(), tally.steps() * cells));
  add_percent(table, "the same, scene cuts left out",
              ratio(tally.changed_in_shots(), tally.steps_in_shots() * cells));
  add_percent(table, "carried tiles switched", ratio(tally.switched(), tally.carried()));
  const auto per_frame = [&](const std::string& name, std::int64_t total) {
    table.name(name);
    table.number(ratio(total, tally.frames()), 2);
    table.end();
  };
  per_frame("neighbours showing one photo, pairs", tally.twins());
  per_frame("the same across corners, pairs", tally.twins_diagonal());
  table.name("photos used, all frames");
  table.count(tally.photos_used());
  table.end();
  add_percent(table, "largest share of one photo", tally.largest_share(), plan.most_used_photo);
}

}  // namespace

std::string table_text(const ClipReport& report, const Digest& digest) {
  Table table;
  add_clips(table, report);
  add_fidelity(table, report, digest);
  add_steadiness(table, digest);
  if (digest.recognition) add_recognition(table, *digest.recognition);
  if (report.plan) add_plan(table, report);
  if (!report.grid) {
    table.line("\nMeasures that need cells are left out: give --cell or --plan.");
  }
  return table.text();
}

}  // namespace mosaic::metrics
