#include <gtest/gtest.h>

#include "pipeline/html_report.hpp"
#include "pipeline/report_charts.hpp"
#include "pipeline/run_totals.hpp"

namespace mosaic {
namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

TEST(ReportCharts, AStepOfManyFramesKeepsTheWorstOfThem) {
  std::vector<FrameFigures> series(108'000);  // an hour
  series[50'000].switched = 37;
  const std::string svg = changes_svg(series, 100);
  EXPECT_LT(svg.size(), 40'000U);
  // The scale ends at the worst frame, whose bar has the full height; no mean is seen beside it.
  EXPECT_NE(svg.find("37.0 %"), std::string::npos) << svg;
  EXPECT_EQ(count(svg, "v-160"), 1U);
}

TEST(ReportCharts, CutsAreMarked) {
  std::vector<FrameFigures> series(10);
  series[0].scene_cut = 1;
  series[6].scene_cut = 1;
  EXPECT_EQ(count(changes_svg(series, 5), "0v160"), 2U);
}

TEST(ReportCharts, NoFrameIsNoReasonToFail) {
  EXPECT_NE(changes_svg({}, 10).find("</svg>"), std::string::npos);
}

TEST(ReportCharts, TheWorstCellIsTheDarkest) {
  std::vector<std::int64_t> cost(5 * 3, 0);
  cost[7] = 1'000;
  const std::string svg = cost_map_svg(cost, 5, 3);
  EXPECT_NE(svg.find("rgb(0,0,0)\" d=\"M16 8h8v8h-8z\""), std::string::npos) << svg;
  EXPECT_EQ(count(svg, "h8v8h-8z"), 15U);
}

TEST(ReportCharts, ALargeGridIsThinnedOut) {
  const std::string svg = cost_map_svg(std::vector<std::int64_t>(500 * 333, 9), 500, 333);
  EXPECT_EQ(count(svg, "h8v8h-8z"), 96U * 96U);
  EXPECT_LT(svg.size(), 200'000U);
}

TEST(ReportText, ControlsAndMarkupAreEscaped) {
  EXPECT_EQ(html_text("<a href='x'>&\"\n\xff</a>"),
            "&lt;a href=&#39;x&#39;&gt;&amp;&quot;\\x0a\\xff&lt;/a&gt;");
  EXPECT_EQ(html_text("\xe2\x80\xaegpj.\xc2\x9b"), "\\xe2\\x80\\xaegpj.\\xc2\\x9b");
}

FramePlan plan_of(std::vector<std::int32_t> tiles, std::vector<std::int64_t> cell_cost) {
  FramePlan plan;
  plan.tile = std::move(tiles);
  plan.cell_cost = std::move(cell_cost);
  plan.switched = 1;
  for (const std::int64_t cost : plan.cell_cost) plan.cost.distance += cost;
  return plan;
}

TEST(RunTotals, PiecesAddUpToTheWholeAndSurviveSaving) {
  RunTotals whole(4), first(4), second(4);
  const std::vector<FramePlan> plans = {
      plan_of({0, 3, 1}, {5, 6, 7}), plan_of({2, 2, 0}, {1, 0, 9}), plan_of({1, 1, 1}, {4, 4, 4})};
  for (std::size_t i = 0; i < plans.size(); ++i) {
    whole.count(plans[i], 1);
    (i < 2 ? first : second).count(plans[i], 1);
  }
  ByteWriter out;
  second.save(out);
  RunTotals loaded(4);
  ByteReader in(out.bytes());
  loaded.load(in);
  RunTotals sum(4);
  sum.add(first);
  sum.add(loaded);
  EXPECT_EQ(sum.frames, 3);
  EXPECT_EQ(sum.cell_cost, (std::vector<std::int64_t>{10, 10, 20}));
  EXPECT_EQ(sum.photo_uses, whole.photo_uses);
  ASSERT_EQ(sum.series.size(), 3U);
  EXPECT_EQ(sum.series[1].cost, 10);
  EXPECT_EQ(sum.series[2].cost, 12);
}

}  // namespace
}  // namespace mosaic
