#include "flow/check_flow.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "core/output_file.hpp"
#include "core/written_file.hpp"
#include "flow/flow.hpp"
#include "mosaic/error.hpp"
#include "pictures/picture_file.hpp"

namespace mosaic {

namespace {

static_assert(std::endian::native == std::endian::little, ".flo files are little-endian");

std::string size_text(Size size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

/// Shortest text that reads back as the same number; without the locale's decimal point.
std::string decimal(double value) {
  std::array<char, 64> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end.ptr};
}

double length_px(FlowVector v) {
  const double x = v.dx;
  const double y = v.dy;
  return std::sqrt(x * x + y * y) / kFlowUnit;
}

/// As many whole cells as fit, in the middle of the picture.
GridGeometry grid_in(Size picture, int tile_size_px) {
  GridGeometry geometry;
  geometry.tile_size_px = tile_size_px;
  geometry.columns = picture.width / tile_size_px;
  geometry.rows = picture.height / tile_size_px;
  const Size covered = geometry.output_size();
  geometry.crop_px = {(picture.width - covered.width) / 2, (picture.height - covered.height) / 2,
                      covered.width, covered.height};
  return geometry;
}

Plane cropped(const Plane& picture, Rect crop) {
  Plane part(Size{crop.width, crop.height});
  for (int y = 0; y < crop.height; ++y) {
    std::copy_n(picture.row(crop.y + y) + crop.x, crop.width, part.row(y));
  }
  return part;
}

/// The cell of every pixel of a picture, and its vector.
class PixelFlow {
 public:
  PixelFlow(const FlowField& field, const GridGeometry& geometry)
      : field_(field), geometry_(geometry) {}

  [[nodiscard]] std::size_t cell_at(int x, int y) const {
    const int column = (x - geometry_.crop_px.x) / geometry_.tile_size_px;
    const int row = (y - geometry_.crop_px.y) / geometry_.tile_size_px;
    return static_cast<std::size_t>(std::clamp(row, 0, geometry_.rows - 1) * geometry_.columns +
                                    std::clamp(column, 0, geometry_.columns - 1));
  }

  [[nodiscard]] FlowVector vector_of(std::size_t cell) const { return field_.backward[cell]; }
  [[nodiscard]] bool trusted(std::size_t cell) const { return field_.trusted[cell] != 0; }

 private:
  const FlowField& field_;
  const GridGeometry& geometry_;
};

/// The format of the Middlebury benchmark (Baker et al., IJCV 2011): the float 202021.25, width and
/// height as int32, then x, y of every pixel as floats.
void write_flo(const std::filesystem::path& path, bool force, const PixelFlow& flow, Size size) {
  OutputFile file(path, force);
  WrittenFile written(file.temporary(), WrittenFile::Mode::create, path);
  const std::array<float, 1> tag = {202021.25F};
  const std::array<std::int32_t, 2> sides = {size.width, size.height};
  written.write(std::as_bytes(std::span(tag)));
  written.write(std::as_bytes(std::span(sides)));
  std::vector<float> line(2 * static_cast<std::size_t>(size.width));
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const FlowVector vector = flow.vector_of(flow.cell_at(x, y));
      line[2 * static_cast<std::size_t>(x)] = static_cast<float>(vector.dx) / kFlowUnit;
      line[2 * static_cast<std::size_t>(x) + 1] = static_cast<float>(vector.dy) / kFlowUnit;
    }
    written.write(std::as_bytes(std::span(line)));
  }
  file.commit();
}

/// Note [Flow colours]
/// Direction is hue, length is saturation: white stands still, the longest vector of the picture is
/// a full colour. Right is red, down yellow-green, left cyan, up violet. Vectors that are not
/// trusted are drawn dark. The hue runs along a square instead of a circle around the origin, which
/// needs no arc tangent.
std::array<u8, 3> color_of(FlowVector vector, double longest_px, bool trusted) {
  std::array<u8, 3> rgb = {255, 255, 255};
  const double length = std::abs(vector.dx) + std::abs(vector.dy);
  if (length > 0) {
    const double along = vector.dx / length;
    const double quarter_turns = vector.dy >= 0 ? 1 - along : 3 + along;
    const double saturation = length_px(vector) / longest_px;
    for (int channel = 0; channel < 3; ++channel) {
      // A channel is full within a sixth of a turn of its own hue and fades over another sixth.
      double away = std::abs(quarter_turns * 1.5 - 2.0 * channel);
      away = std::min(away, 6.0 - away);
      const double full = std::clamp(2.0 - away, 0.0, 1.0);
      rgb[static_cast<std::size_t>(channel)] =
          static_cast<u8>(std::lround(255.0 * (1.0 - saturation * (1.0 - full))));
    }
  }
  if (!trusted) {
    for (u8& value : rgb) value = static_cast<u8>(value / 3);
  }
  return rgb;
}

void write_colors(const std::filesystem::path& path, bool force, const PixelFlow& flow, Size size,
                  double longest_px) {
  RgbImage image(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const std::size_t cell = flow.cell_at(x, y);
      const auto rgb = color_of(flow.vector_of(cell), longest_px, flow.trusted(cell));
      image.r.row(y)[x] = rgb[0];
      image.g.row(y)[x] = rgb[1];
      image.b.row(y)[x] = rgb[2];
    }
  }
  OutputFile file(path, force);
  write_picture(file.temporary(), path.string(), image);
  file.commit();
}

void check_sizes(const CheckFlowOptions& options, Size a, Size b) {
  if (a != b) {
    throw InputError("the pictures differ in size: " + options.a.string() + " is " + size_text(a) +
                         ", " + options.b.string() + " is " + size_text(b),
                     "give two frames of one film");
  }
  if (a.width < options.tile_size_px || a.height < options.tile_size_px) {
    throw InputError(options.a.string() + " is " + size_text(a) + ": no cell of " +
                         std::to_string(options.tile_size_px) + " px fits",
                     "use a smaller --tile-size");
  }
}

}  // namespace

void check_flow(const CheckFlowOptions& options, std::ostream& out) {
  const Plane a = read_picture_luma(options.a);
  const Plane b = read_picture_luma(options.b);
  check_sizes(options, a.size, b.size);
  const GridGeometry geometry = grid_in(a.size, options.tile_size_px);
  ThreadPool pool(options.threads);
  const auto estimator =
      make_flow_estimator(options.kind, geometry, options.simd, pool, options.raft);
  // The estimators look back: from the current frame, here A, to the one before, here B.
  const FlowField field =
      estimator->estimate(cropped(b, geometry.crop_px), cropped(a, geometry.crop_px));

  double sum_px = 0.0;
  double longest_px = 0.0;
  for (const FlowVector vector : field.backward) {
    sum_px += length_px(vector);
    longest_px = std::max(longest_px, length_px(vector));
  }
  const auto trusted = std::count(field.trusted.begin(), field.trusted.end(), 1);
  const PixelFlow flow(field, geometry);
  if (options.output) write_flo(*options.output, options.force, flow, a.size);
  if (options.picture) write_colors(*options.picture, options.force, flow, a.size, longest_px);
  out << "flow " << flow_name(options.kind) << "\nestimator " << estimator->describe() << "\ncells "
      << geometry.columns << "x" << geometry.rows << "\ntrusted "
      << decimal(static_cast<double>(trusted) / geometry.cells()) << "\nmean_px "
      << decimal(sum_px / geometry.cells()) << "\nlongest_px " << decimal(longest_px) << "\n";
  if (const auto work = estimator->work()) out << "runtime " << work->runtime << "\n";
  if (const auto edge = estimator->rounding_edge_px()) {
    out << "rounding_edge_px " << decimal(*edge) << "\n";
  }
}

}  // namespace mosaic
