#include "pipeline/run_totals.hpp"

#include <algorithm>

namespace mosaic {

void RunTotals::count(const FramePlan& plan, int variants) {
  ++frames;
  switched += plan.switched;
  carried += plan.carried;
  scene_cuts += plan.scene_cut ? 1 : 0;
  certified += plan.certified ? 1 : 0;
  cost.distance += plan.cost.distance;
  cost.ssim += plan.cost.ssim;
  cost.change += plan.cost.change;
  for (const std::int32_t tile : plan.tile) ++photo_uses[static_cast<std::size_t>(tile / variants)];
  cell_cost.resize(plan.cell_cost.size(), 0);
  for (std::size_t i = 0; i < cell_cost.size(); ++i) cell_cost[i] += plan.cell_cost[i];
  series.push_back({plan.cost.total(), plan.switched, plan.carried, plan.scene_cut ? 1 : 0, 0});
}

void RunTotals::add(const RunTotals& other) {
  frames += other.frames;
  switched += other.switched;
  carried += other.carried;
  scene_cuts += other.scene_cuts;
  certified += other.certified;
  cost.distance += other.cost.distance;
  cost.ssim += other.cost.ssim;
  cost.change += other.cost.change;
  recolouring += other.recolouring;
  for (std::size_t i = 0; i < photo_uses.size(); ++i) photo_uses[i] += other.photo_uses[i];
  cell_cost.resize(std::max(cell_cost.size(), other.cell_cost.size()), 0);
  for (std::size_t i = 0; i < other.cell_cost.size(); ++i) cell_cost[i] += other.cell_cost[i];
  series.insert(series.end(), other.series.begin(), other.series.end());
}

void RunTotals::save(ByteWriter& out) const {
  for (const std::int64_t value :
       {frames, switched, carried, scene_cuts, certified, cost.distance, cost.ssim, cost.change,
        recolouring.cells, recolouring.dark, recolouring.ciede2000, recolouring.structured,
        recolouring.correlation}) {
    out.number(value);
  }
  out.array(photo_uses);
  out.array(cell_cost);
  out.array(series);
}

void RunTotals::load(ByteReader& in) {
  for (std::int64_t* value :
       {&frames, &switched, &carried, &scene_cuts, &certified, &cost.distance, &cost.ssim,
        &cost.change, &recolouring.cells, &recolouring.dark, &recolouring.ciede2000,
        &recolouring.structured, &recolouring.correlation}) {
    *value = in.number<std::int64_t>();
  }
  photo_uses = in.array_of<std::int64_t>(photo_uses.size());
  cell_cost = in.array<std::int64_t>();
  series = in.array_of<FrameFigures>(static_cast<std::size_t>(frames));
}

}  // namespace mosaic
