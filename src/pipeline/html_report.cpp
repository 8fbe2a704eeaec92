#include "pipeline/html_report.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/resize.hpp"
#include "core/utf8.hpp"
#include "pictures/picture_file.hpp"
#include "pipeline/report_charts.hpp"

namespace mosaic {
namespace {

constexpr std::size_t kUnfolded = 20;  // entries of a list that is shown unasked
constexpr std::size_t kListed = 200;   // names of photos that were never used
constexpr int kSheetColumns = 12;
constexpr int kSheetRows = 4;
constexpr int kSheetTile_px = 72;
constexpr std::size_t kWorstCells = 10;
constexpr std::size_t kLongestName = 300;  // bytes shown of a name

constexpr std::string_view kStyle =
    "body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:62em;padding:0 1em;"
    "color:#222;background:#fff}h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em;"
    "border-bottom:1px solid #ccc}table{border-collapse:collapse}td,th{text-align:left;"
    "padding:.1em 1.2em .1em 0;vertical-align:top;overflow-wrap:anywhere}"
    "th{font-weight:600}.n{text-align:right;font-variant-numeric:tabular-nums}"
    ".s{color:#777}svg{max-width:100%;height:auto}.sheet{display:flex;flex-wrap:wrap;gap:10px}"
    ".sheet figure{margin:0;width:72px}.sheet div{width:72px;height:72px}"
    ".sheet figcaption{font-size:11px;line-height:1.2;overflow:hidden;text-overflow:ellipsis;"
    "white-space:nowrap}";

std::string base64(const std::vector<std::byte>& bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = (group << 8) | (k < count ? std::to_integer<unsigned>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= count ? kDigits[(group >> (18 - 6 * k)) & 63U] : '=';
    }
  }
  return text;
}

std::string shown(const std::string& name) {
  if (name.size() <= kLongestName) return html_text(name);
  std::size_t end = kLongestName;
  // Not within a character of UTF-8, whose bytes after the first are 10xxxxxx.
  while (end > kLongestName - 4 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;
  return html_text(name.substr(0, end)) + "…";
}

std::string row(const std::string& head, const std::string& cell) {
  return "<tr><th>" + head + "</th><td>" + cell + "</td></tr>\n";
}

std::string heading(const std::string& text) { return "<h2>" + text + "</h2>\n"; }

std::string more(std::size_t all, std::size_t listed) {
  return all > listed ? "<p class=\"s\">and " + std::to_string(all - listed) + " more</p>\n" : "";
}

std::vector<int> by_use(const std::vector<std::int64_t>& uses) {
  std::vector<int> order(uses.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
  std::ranges::stable_sort(order, [&](int a, int b) {
    return uses[static_cast<std::size_t>(a)] > uses[static_cast<std::size_t>(b)];
  });
  return order;
}

std::string overview(const RunReport& r) {
  const GridGeometry& grid = r.geometry;
  const Size size = grid.output_size();
  const RunIdentity& identity = r.identity;
  std::string text = "<table>\n";
  text += row("Program",
              html_text("mosaic-temporal " + identity.version + ", revision " + identity.revision));
  text +=
      row("Input", shown(r.settings.frames.native()) + "<br>" + html_text(r.source.description));
  text += row("Tiles", shown(r.settings.library.tiles.native()) + "<br>" +
                           std::to_string(r.library.photos()) + " photos, " +
                           std::to_string(r.library.variants()) + " variants each");
  text += row("Output", shown(r.settings.output.native()) + "<br>" + std::to_string(size.width) +
                            "×" + std::to_string(size.height) + ", " +
                            std::to_string(grid.columns) + "×" + std::to_string(grid.rows) +
                            " cells of " + std::to_string(grid.tile_size_px) + " px");
  text += row("Device", html_text(std::string(r.engine.backend_name())));
  text += row("Frames", std::to_string(r.summary.frames_in) + " in, " +
                            std::to_string(r.summary.frames_out) + " out");
  text += row("Damage", std::to_string(r.summary.decode_errors) + " places not decoded");
  text += row("Proofs checked", std::to_string(r.totals.certified) + " frames");
  return text + "</table>\n";
}

std::string settings_table(const RunReport& r) {
  std::string text = heading("Settings") + "<table>\n";
  for (const SettingRecord& setting : r.identity.settings) {
    text += "<tr><th>" + html_text(setting.name) + "</th><td>" +
            (setting.value.empty() ? "<span class=\"s\">not set</span>" : shown(setting.value)) +
            "</td><td class=\"s\">" + shown(setting.source) + "</td></tr>\n";
  }
  return text + "</table>\n";
}

std::string inputs_list(const std::string& title, const std::vector<SkippedInput>& inputs) {
  std::string text = heading(title);
  if (inputs.empty()) return text + "<p>None.</p>\n";
  // All of them: who finds ten on the terminal is sent here for the rest.
  text += inputs.size() > kUnfolded ? "<details>" : "<details open>";
  text += "<summary>" + std::to_string(inputs.size()) + "</summary>\n<table>\n";
  for (const SkippedInput& input : inputs) {
    text += "<tr><td>" + shown(input.name) + "</td><td>" + shown(input.reason) + "</td></tr>\n";
  }
  return text + "</table></details>\n";
}

/// One JPEG for all of them; every figure shows its part.
std::string contact_sheet(const RunReport& r, const std::vector<int>& order) {
  const int shown_tiles = static_cast<int>(std::ranges::count_if(
      order.begin(),
      order.begin() + std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(order.size()),
                                               kSheetColumns * kSheetRows),
      [&](int photo) { return r.totals.photo_uses[static_cast<std::size_t>(photo)] > 0; }));
  if (shown_tiles == 0) return {};
  ThreadPool serial(1);
  const int side = r.library.tile_size_px();
  const std::size_t area = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  RgbImage sheet(Size{kSheetColumns * kSheetTile_px, kSheetRows * kSheetTile_px});
  const std::array<Plane*, 3> planes = {&sheet.r, &sheet.g, &sheet.b};
  std::string figures;
  for (int i = 0; i < shown_tiles; ++i) {
    const int photo = order[static_cast<std::size_t>(i)];
    const auto tile =
        static_cast<std::size_t>(photo) * static_cast<std::size_t>(r.library.variants());
    const int left = i % kSheetColumns * kSheetTile_px;
    const int top = i / kSheetColumns * kSheetTile_px;
    for (std::size_t channel = 0; channel < 3; ++channel) {
      Plane plane(Size{side, side});
      std::ranges::copy(r.library.rgb().subspan((tile * 3 + channel) * area, area),
                        plane.pixels.begin());
      const Plane small =
          resize(plane, Rect{0, 0, side, side}, Size{kSheetTile_px, kSheetTile_px}, serial);
      for (int y = 0; y < kSheetTile_px; ++y) {
        std::copy_n(small.row(y), kSheetTile_px, planes[channel]->row(top + y) + left);
      }
    }
    const std::string name = shown(r.library.photo_name(photo));
    figures += "<figure><div class=\"t\" style=\"background-position:-" + std::to_string(left) +
               "px -" + std::to_string(top) + "px\" title=\"" + name + "\"></div><figcaption>" +
               std::to_string(r.totals.photo_uses[static_cast<std::size_t>(photo)]) + "× " + name +
               "</figcaption></figure>\n";
  }
  return "<style>.t{background-image:url(data:image/jpeg;base64," +
         base64(picture_bytes("sheet.jpg", sheet)) + ")}</style>\n<div class=\"sheet\">\n" +
         figures + "</div>\n";
}

std::string photo_use(const RunReport& r) {
  const std::vector<int> order = by_use(r.totals.photo_uses);
  std::vector<int> unused;
  std::int64_t all = 0;
  for (const int photo : order) {
    const std::int64_t uses = r.totals.photo_uses[static_cast<std::size_t>(photo)];
    all += uses;
    if (uses == 0) unused.push_back(photo);
  }
  std::string text = heading("Use of photos");
  text += "<p>" + std::to_string(order.size() - unused.size()) + " of " +
          std::to_string(order.size()) + " photos were shown, " + std::to_string(all) +
          " times in all; each at most " + std::to_string(r.engine.max_uses()) + "× per frame" +
          (r.settings.match.use_all ? ", and at least once" : "") + ". The most used:</p>\n";
  text += contact_sheet(r, order);
  const Recolouring& seen = r.totals.recolouring;
  if (seen.structured > 0) {
    text += "<p>Recolouring alone changes a photo by a mean CIEDE2000 of " +
            decimals(seen.mean_ciede2000(), 1) + " and leaves a correlation of structure of " +
            decimals(seen.mean_correlation(), 3) + " (" + std::to_string(seen.cells) +
            " cells compared).</p>\n";
  }
  text += "<h3>Never used: " + std::to_string(unused.size()) + "</h3>\n";
  if (unused.empty()) return text;
  text += "<details><summary>Names</summary><p>";
  const std::size_t listed = std::min(kListed, unused.size());
  for (std::size_t i = 0; i < listed; ++i) {
    text += (i == 0 ? "" : "<br>\n") + shown(r.library.photo_name(unused[i]));
  }
  return text + "</p>\n" + more(unused.size(), listed) + "</details>\n";
}

std::string worst_cells(const RunReport& r) {
  std::string text = heading("Where tiles fit worst");
  const std::vector<std::int64_t>& cost = r.totals.cell_cost;
  if (cost.empty() || r.totals.frames == 0) return text + "<p>No frame.</p>\n";
  text += "<p>Mean cost of every cell over all frames; darker is worse.</p>\n";
  text += cost_map_svg(cost, r.geometry.columns, r.geometry.rows);
  text += "<table>\n<tr><th>column</th><th>row</th><th>mean cost</th></tr>\n";
  const std::vector<int> order = by_use(cost);
  for (std::size_t i = 0; i < std::min(kWorstCells, order.size()); ++i) {
    const int cell = order[i];
    text += "<tr><td class=\"n\">" + std::to_string(cell % r.geometry.columns) +
            "</td><td class=\"n\">" + std::to_string(cell / r.geometry.columns) +
            "</td><td class=\"n\">" +
            std::to_string(cost[static_cast<std::size_t>(cell)] / r.totals.frames) + "</td></tr>\n";
  }
  return text + "</table>\n";
}

std::string over_time(const RunReport& r) {
  std::string text = heading("Changes over time");
  text +=
      "<p>Share of cells that show another tile than the one that moved into them, per frame "
      "(dark: mean, light: most). Red lines: another shot begins; there every tile is new.</p>\n";
  return text + changes_svg(r.totals.series, r.geometry.cells()) + "<p>" +
         std::to_string(r.totals.scene_cuts) + " shots; " + std::to_string(r.totals.switched) +
         " changes in " + std::to_string(r.totals.frames) + " frames.</p>\n";
}

std::string times(const RunReport& r) {
  std::string text = heading("Time") + "<table>\n";
  text += row("whole run", decimals(r.wall_s, 2) + " s");
  for (std::size_t i = 0; i < StageTimes::kCount; ++i) {
    text +=
        row(std::string(StageTimes::kNames[i]), decimals(r.engine.times().seconds[i], 2) + " s");
  }
  return text +
         "</table>\n<p class=\"s\">Decoding and encoding run beside these stages; so does "
         "describing where "
         "there are two threads or a card, and then only the wait for it counts.</p>\n";
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string result;
  for (const char c : visible_utf8(text)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string html_report(const RunReport& report) {
  const std::string title = "Report: " + shown(report.settings.output.filename().native());
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
      "style-src 'unsafe-inline'\">\n<title>" +
      title + "</title>\n<style>" + std::string(kStyle) + "</style>\n</head>\n<body>\n<h1>" +
      title + "</h1>\n";
  page += overview(report);
  page += inputs_list("Skipped inputs", report.summary.skipped);
  if (!report.library.left_out().empty()) {
    page += inputs_list("Left out on request", report.library.left_out());
  }
  page += photo_use(report);
  page += over_time(report);
  page += worst_cells(report);
  page += times(report);
  page += settings_table(report);
  return page + "</body>\n</html>\n";
}

}  // namespace mosaic
