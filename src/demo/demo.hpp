// A moving scene and a pool of tiles, drawn from nothing: something to try the program on.
#pragma once

#include <cstdint>
#include <filesystem>

#include "mosaic/image.hpp"
#include "mosaic/render.hpp"

namespace mosaic {

struct DemoOptions {
  int tiles = 600;
  int frames = 120;  ///< at 24 frames per second
  Size size{640, 360};
  std::uint64_t seed = 1;
  bool force = false;  ///< write into a folder that is not empty
};

/// Writes folder/scene.mp4 and folder/tiles/tile_00000.jpg and so on. The same options give the
/// same pictures on every machine: the drawing uses + - * / sqrt only (src/demo/paint.hpp).
/// Throws UsageError for options out of range or an odd size, OutputError when the folder is not
/// empty and !force, or cannot be written, and Interrupted when the observer wants to stop.
void write_demo(const std::filesystem::path& folder, const DemoOptions& options,
                const RenderObserver& observer);

}  // namespace mosaic
