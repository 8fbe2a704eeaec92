#include "mosaic/geometry.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "mosaic/error.hpp"

namespace mosaic {
namespace {

// What H.264 encoders take at most; also keeps every pixel count inside int32.
constexpr int kMaxOutputSide_px = 16384;
// A frame's matching tables grow with the cells; beyond this they no longer fit a desktop's memory.
constexpr int kMaxCells = 500'000;
// Enough cells for a face to be recognised, few enough for a photo to be one.
constexpr double kDefaultCells = 2000.0;
constexpr int kSmallestDefaultTile_px = 8;
// The picture is cropped without resampling while no side loses more than this share (1/32);
// beyond it the picture is resized a little instead, which shows more of it.
constexpr double kMostPlainCrop = 1.0 / 32.0;
// Weight of the output being larger or smaller than asked for against losing picture to the crop.
constexpr double kSizeWeight = 0.25;

/// The picture as displayed and scaled: what would be output if cells were infinitely small.
struct Canvas {
  Size input;            // stored pixels
  double scale_x = 1.0;  // output pixels per stored pixel
  double scale_y = 1.0;
  double width = 0.0;  // output pixels
  double height = 0.0;
};

std::string text_of(int width, int height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

std::string describe(const Canvas& canvas) {
  return text_of(static_cast<int>(std::floor(canvas.width)),
                 static_cast<int>(std::floor(canvas.height)));
}

Canvas make_canvas(Size input, double sample_aspect, double scale) {
  if (input.width <= 0 || input.height <= 0) {
    throw UsageError("a picture of " + text_of(input.width, input.height) + " pixels has no grid");
  }
  if (!std::isfinite(scale) || scale <= 0.0) {
    throw UsageError("--scale must be a number above 0");
  }
  // Containers write 0 for "unknown": square pixels.
  const double aspect = std::isfinite(sample_aspect) && sample_aspect > 0.0 ? sample_aspect : 1.0;
  Canvas canvas;
  canvas.input = input;
  // Of the two ways to make pixels square, the one that throws no sample away.
  canvas.scale_x = scale * std::max(1.0, aspect);
  canvas.scale_y = scale * std::max(1.0, 1.0 / aspect);
  canvas.width = input.width * canvas.scale_x;
  canvas.height = input.height * canvas.scale_y;
  if (canvas.width < 1.0 || canvas.height < 1.0) {
    throw UsageError("--scale leaves less than one pixel of the " +
                         text_of(input.width, input.height) + " picture",
                     "use a larger --scale");
  }
  return canvas;
}

void check_output(std::int64_t columns, std::int64_t rows, std::int64_t tile_size) {
  const std::int64_t width = columns * tile_size;
  const std::int64_t height = rows * tile_size;
  if (width > kMaxOutputSide_px || height > kMaxOutputSide_px) {
    throw UsageError("the output would be " + std::to_string(width) + "x" + std::to_string(height) +
                         " pixels; the limit is " + std::to_string(kMaxOutputSide_px) + " a side",
                     "use a smaller --scale, --tile-size or --grid");
  }
  if (columns * rows > kMaxCells) {
    throw UsageError("the grid would have " + std::to_string(columns * rows) +
                         " cells; the limit is " + std::to_string(kMaxCells),
                     "use larger tiles or fewer cells");
  }
  if (width % 2 != 0 || height % 2 != 0) {
    throw UsageError("a grid of " + std::to_string(columns) + "x" + std::to_string(rows) +
                         " tiles of " + std::to_string(tile_size) + " px gives " +
                         std::to_string(width) + "x" + std::to_string(height) +
                         " pixels, but video needs an even width and height",
                     "use an even --tile-size, or an even number of columns and rows");
  }
}

/// Centre crop of the input whose displayed shape is that of the output; never enlarged beyond
/// what the canvas asks for unless the output is larger than the canvas.
GridGeometry fit(const Canvas& canvas, int columns, int rows, int tile_size, bool cover) {
  check_output(columns, rows, tile_size);
  const double width = static_cast<double>(columns) * tile_size;
  const double height = static_cast<double>(rows) * tile_size;
  const double factor = cover ? std::max(width / canvas.width, height / canvas.height) : 1.0;
  const auto part = [factor](double output, double scale, int input) {
    const long length = std::lround(output / (scale * factor));
    return static_cast<int>(std::clamp(length, 1L, static_cast<long>(input)));
  };
  GridGeometry geometry;
  geometry.tile_size_px = tile_size;
  geometry.columns = columns;
  geometry.rows = rows;
  geometry.crop_px.width = part(width, canvas.scale_x, canvas.input.width);
  geometry.crop_px.height = part(height, canvas.scale_y, canvas.input.height);
  geometry.crop_px.x = (canvas.input.width - geometry.crop_px.width) / 2;
  geometry.crop_px.y = (canvas.input.height - geometry.crop_px.height) / 2;
  return geometry;
}

/// Whole tiles in `length`, rounded down or up; even in number where the tile's edge is odd.
std::array<int, 2> tile_counts(double length, int tile_size) {
  const int unit = tile_size % 2 == 0 ? 1 : 2;
  const double count = length / (static_cast<double>(tile_size) * unit);
  const int down = static_cast<int>(std::floor(count));
  const int up = static_cast<int>(std::ceil(count));
  return {std::max(1, down) * unit, std::max(1, up) * unit};
}

/// 0 for an output of exactly the canvas' size; grows with what is cropped and with the
/// difference in size.
double misfit(const Canvas& canvas, int columns, int rows, int tile_size) {
  const double along_x = static_cast<double>(columns) * tile_size / canvas.width;
  const double along_y = static_cast<double>(rows) * tile_size / canvas.height;
  const double lost = 1.0 - std::min(along_x, along_y) / std::max(along_x, along_y);
  return lost + kSizeWeight * std::abs(std::sqrt(along_x * along_y) - 1.0);
}

GridGeometry from_tile_size(const Canvas& canvas, int tile_size) {
  if (tile_size > canvas.width || tile_size > canvas.height) {
    throw UsageError("tiles of " + std::to_string(tile_size) + " px are larger than the " +
                         describe(canvas) + " picture",
                     "use a smaller --tile-size or a larger --scale");
  }
  const auto columns = tile_counts(canvas.width, tile_size);
  const auto rows = tile_counts(canvas.height, tile_size);
  const double plain_width = static_cast<double>(columns[0]) * tile_size;
  const double plain_height = static_cast<double>(rows[0]) * tile_size;
  const auto nearly_all = [](double part, double whole) {
    return part <= whole && whole - part <= whole * kMostPlainCrop;
  };
  if (nearly_all(plain_width, canvas.width) && nearly_all(plain_height, canvas.height)) {
    return fit(canvas, columns[0], rows[0], tile_size, false);
  }
  Size best{columns[0], rows[0]};
  for (const int c : columns) {
    for (const int r : rows) {
      if (misfit(canvas, c, r, tile_size) < misfit(canvas, best.width, best.height, tile_size)) {
        best = Size{c, r};
      }
    }
  }
  return fit(canvas, best.width, best.height, tile_size, true);
}

/// Largest tiles with which the whole grid fits the canvas.
GridGeometry from_grid(const Canvas& canvas, Size grid) {
  int tile_size = static_cast<int>(
      std::min({std::floor(canvas.width / grid.width), std::floor(canvas.height / grid.height),
                static_cast<double>(kMaxOutputSide_px)}));
  if (tile_size % 2 != 0 && (grid.width % 2 != 0 || grid.height % 2 != 0)) --tile_size;
  if (tile_size < 1) {
    throw UsageError("a grid of " + text_of(grid.width, grid.height) + " cells does not fit the " +
                         describe(canvas) + " picture",
                     "use fewer cells, a larger --scale, or give --tile-size to set the output "
                     "size");
  }
  return fit(canvas, grid.width, grid.height, tile_size, true);
}

GridGeometry from_cells(const Canvas& canvas, int cells) {
  const double shorter = std::min(canvas.width, canvas.height);
  const double exact = std::sqrt(canvas.width / cells * canvas.height);
  if (exact < 1.0) {
    throw UsageError(std::to_string(cells) + " cells are more than the " + describe(canvas) +
                         " picture has pixels",
                     "use fewer --cells or a larger --scale");
  }
  const int down = static_cast<int>(std::floor(std::min(exact, shorter)));
  const int up = static_cast<int>(std::min(std::ceil(exact), std::floor(shorter)));
  const auto columns_by_rows = [&](int tile_size) {
    const auto columns = tile_counts(canvas.width, tile_size);
    const auto rows = tile_counts(canvas.height, tile_size);
    return std::abs(static_cast<double>(columns[0]) * rows[0] - cells);
  };
  return from_tile_size(canvas, columns_by_rows(up) < columns_by_rows(down) ? up : down);
}

GridGeometry from_cells_and_tile_size(const Canvas& canvas, int cells, int tile_size) {
  const int unit = tile_size % 2 == 0 ? 1 : 2;
  const double shape = canvas.width / canvas.height;
  const auto round_to_unit = [unit](double value) {
    const double count = std::min(value / unit, 1e6);
    return std::max(1, static_cast<int>(std::lround(count))) * unit;
  };
  const int columns = round_to_unit(std::sqrt(cells * shape));
  const int rows = round_to_unit(std::sqrt(cells / shape));
  return fit(canvas, columns, rows, tile_size, true);
}

int default_tile_size(const Canvas& canvas) {
  const double shorter = std::min(canvas.width, canvas.height);
  int tile_size =
      static_cast<int>(std::lround(std::sqrt(canvas.width / kDefaultCells * canvas.height)));
  tile_size -= tile_size % (tile_size >= 16 ? 4 : 2);
  tile_size = std::max(tile_size, kSmallestDefaultTile_px);
  if (tile_size > shorter) tile_size = static_cast<int>(shorter) / 2 * 2;
  if (tile_size < 2) {
    throw UsageError("a picture of " + describe(canvas) + " pixels is too small for a grid",
                     "use a larger --scale");
  }
  return tile_size;
}

}  // namespace

void check_request(const GridRequest& request) {
  if (request.grid && request.cells) {
    throw UsageError("--grid and --cells contradict each other", "give one of them");
  }
  if (request.tile_size_px && (request.grid || request.cells) && request.scale != 1.0) {
    throw UsageError(std::string("--tile-size with ") + (request.grid ? "--grid" : "--cells") +
                         " sets the output size, so --scale contradicts it",
                     "leave out one of the three");
  }
  const auto check = [](std::int64_t value, std::int64_t most, const std::string& what) {
    if (value < 1 || value > most) {
      throw UsageError(what + " must be between 1 and " + std::to_string(most) + ", not " +
                       std::to_string(value));
    }
  };
  if (request.tile_size_px) check(*request.tile_size_px, kMaxOutputSide_px, "--tile-size");
  if (request.cells) check(*request.cells, kMaxCells, "--cells");
  if (request.grid) {
    check(request.grid->width, kMaxOutputSide_px, "the columns of --grid");
    check(request.grid->height, kMaxOutputSide_px, "the rows of --grid");
  }
}

GridGeometry plan_geometry(Size input, double sample_aspect, const GridRequest& request) {
  check_request(request);
  const Canvas canvas = make_canvas(input, sample_aspect, request.scale);
  if (request.grid && request.tile_size_px) {
    return fit(canvas, request.grid->width, request.grid->height, *request.tile_size_px, true);
  }
  if (request.grid) return from_grid(canvas, *request.grid);
  // Refused before any count is made of it: far beyond the limit, counts leave int.
  if (!request.cells || !request.tile_size_px) {
    const double side = std::max(canvas.width, canvas.height);
    if (side > 2.0 * kMaxOutputSide_px) {
      const std::string what = "the output would be about " +
                               std::to_string(static_cast<std::int64_t>(std::min(side, 1e15))) +
                               " pixels long; the limit is " + std::to_string(kMaxOutputSide_px) +
                               " a side";
      // Nobody asked for more than the picture has: it is the picture that is too large.
      if (request.scale == 1.0) throw InputError(what, "use a --scale below 1");
      throw UsageError(what, "use a smaller --scale");
    }
  }
  if (request.cells && request.tile_size_px) {
    return from_cells_and_tile_size(canvas, *request.cells, *request.tile_size_px);
  }
  if (request.cells) return from_cells(canvas, *request.cells);
  return from_tile_size(canvas,
                        request.tile_size_px ? *request.tile_size_px : default_tile_size(canvas));
}

Size parse_grid(const std::string& text, const std::string& option) {
  const auto fail = [&]() -> UsageError {
    return UsageError(option + " must be columns x rows, such as 35x20, not \"" + text + "\"");
  };
  const std::size_t cross = text.find_first_of("xX");
  if (cross == std::string::npos) throw fail();
  const auto number = [&](std::string_view digits) {
    int value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size()) throw fail();
    if (value < 1 || value > kMaxOutputSide_px) {
      throw UsageError(option + " takes 1 to " + std::to_string(kMaxOutputSide_px) +
                       " columns and rows, not \"" + text + "\"");
    }
    return value;
  };
  const std::string_view view = text;
  return Size{number(view.substr(0, cross)), number(view.substr(cross + 1))};
}

}  // namespace mosaic
