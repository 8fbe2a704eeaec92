// From a picture size and the user's wishes to a grid of square cells.
#pragma once

#include <optional>
#include <string>

#include "mosaic/image.hpp"

namespace mosaic {

/// What the user asked for; unset fields are chosen by plan_geometry().
struct GridRequest {
  std::optional<int> tile_size_px;  ///< edge of a cell in output pixels
  std::optional<int> cells;         ///< about this many cells
  std::optional<Size> grid;         ///< columns x rows
  double scale = 1.0;               ///< output size over displayed input size
};

/// A grid of square cells over the output picture, and the part of the input it shows.
///
/// output = columns*tile_size_px x rows*tile_size_px pixels, both even. The cropped input
/// rectangle is resized to exactly the output size; aspect is kept to within one input pixel.
struct GridGeometry {
  int tile_size_px = 0;
  int columns = 0;
  int rows = 0;
  Rect crop_px;  ///< in input pixels, after rotation, before resizing

  [[nodiscard]] int cells() const { return columns * rows; }
  [[nodiscard]] Size output_size() const {
    return Size{columns * tile_size_px, rows * tile_size_px};
  }
  [[nodiscard]] bool needs_resize() const {
    return crop_px.width != output_size().width || crop_px.height != output_size().height;
  }
};

/// The part of plan_geometry()'s checks that needs no picture. Throws UsageError when the request
/// contradicts itself or is out of range.
void check_request(const GridRequest& request);

/// Chooses the grid. `input` is the rotated picture in stored pixels; `sample_aspect` is the width
/// of one stored pixel over its height (1 for square pixels), so that nothing is shown distorted.
/// Throws UsageError when the request contradicts itself or no even-sized grid fits.
GridGeometry plan_geometry(Size input, double sample_aspect, const GridRequest& request);

/// Parses "35x20" as columns x rows. Throws UsageError naming `option`.
Size parse_grid(const std::string& text, const std::string& option);

}  // namespace mosaic
