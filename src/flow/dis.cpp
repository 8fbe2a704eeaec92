#include "flow/dis.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/resize.hpp"
#include "mosaic/error.hpp"

namespace mosaic {

namespace {

constexpr char kWantedBy[] = "--flow dis";
constexpr char kHowToGetOpenCv[] =
    "build with OpenCV (Debian: apt-get install libopencv-video-dev), or use --flow block, which "
    "needs nothing";

/// Cells are seen at 16 px at most: a cell's mean over 256 vectors loses nothing, and 1080p costs a
/// quarter. DIS needs some pixels: small pictures of few cells are not reduced.
constexpr int kMostCellPx = 16;
constexpr int kLeastSidePx = 128;

int reduced_cell(const GridGeometry& geometry) {
  const int fewest = std::min(geometry.columns, geometry.rows);
  const int needed = (kLeastSidePx + fewest - 1) / fewest;
  return std::max(std::min(geometry.tile_size_px, kMostCellPx), needed);
}

}  // namespace

DisFlowEstimator::DisFlowEstimator(const GridGeometry& geometry, ThreadPool& pool)
    : geometry_(geometry),
      cell_px_(reduced_cell(geometry)),
      pool_(pool),
      module_(kDisModuleFile, kWantedBy, kHowToGetOpenCv),
      find_flow_(module_.symbol<DisFlow>(kDisFlowSymbol)) {}

void DisFlowEstimator::require() {
  ModuleFile::require(kDisModuleFile, kWantedBy, kHowToGetOpenCv);
}

std::string DisFlowEstimator::describe() const {
  return std::string("DIS medium, OpenCV ") + module_.symbol<DisVersion>(kDisVersionSymbol)();
}

Plane DisFlowEstimator::reduced(const Plane& picture) const {
  return resize(picture, Rect{0, 0, picture.size.width, picture.size.height},
                Size{geometry_.columns * cell_px_, geometry_.rows * cell_px_}, pool_);
}

std::vector<FlowVector> DisFlowEstimator::to_cells(const std::vector<float>& flow) {
  const int width = geometry_.columns * cell_px_;
  const double scale = static_cast<double>(geometry_.tile_size_px) /
                       (static_cast<double>(cell_px_) * cell_px_ * cell_px_);
  std::vector<double> x, y;
  for (int row = 0; row < geometry_.rows; ++row) {
    for (int column = 0; column < geometry_.columns; ++column) {
      double sum_x = 0.0;
      double sum_y = 0.0;
      for (int line = row * cell_px_; line < (row + 1) * cell_px_; ++line) {
        const float* at = flow.data() + 2 * (std::ptrdiff_t{line} * width + column * cell_px_);
        for (int i = 0; i < cell_px_; ++i, at += 2) {
          sum_x += at[0];
          sum_y += at[1];
        }
      }
      x.push_back(sum_x * scale);
      y.push_back(sum_y * scale);
    }
  }
  return quantiser_.run(x, y, "DIS");
}

FlowField DisFlowEstimator::estimate(const Plane& previous, const Plane& current) {
  if (previous.size != geometry_.output_size() || current.size != previous.size) {
    throw Error(ExitCode::unexpected, "DIS: a frame does not have the output size");
  }
  if (last_picture_.pixels != previous.pixels) last_reduced_ = reduced(previous);
  Plane small = reduced(current);

  // Backward, then forward.
  const std::array<std::array<const Plane*, 2>, 2> pairs = {
      {{&small, &last_reduced_}, {&last_reduced_, &small}}};
  std::array<std::vector<float>, 2> flow;
  pool_.parallel_for(2, 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      flow[i].resize(2 * small.size.area());
      DisFailure failure;
      if (!find_flow_(pairs[i][0]->pixels.data(), pairs[i][1]->pixels.data(), small.size.width,
                      small.size.height, flow[i].data(), failure)) {
        throw Error(ExitCode::unexpected, std::string("DIS failed: ") + failure.text,
                    "use --flow block");
      }
    }
  });
  last_reduced_ = std::move(small);
  last_picture_ = current;
  std::vector<FlowVector> backward = to_cells(flow[0]);
  return checked_field(std::move(backward), to_cells(flow[1]), geometry_);
}

}  // namespace mosaic
