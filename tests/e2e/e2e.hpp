// What every end-to-end test needs: the program, small inputs, and a look at what came out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "mosaic/image.hpp"
#include "support/run_command.hpp"

namespace mosaic::test {

/// Runs the executable with these arguments.
CommandResult run_mosaic(std::vector<std::string> arguments, const CommandOptions& options = {});

/// Whether this build has LibTorch.
bool has_raft();

/// The shared film and pool, or empty when they are not there.
std::filesystem::path shared_film();
std::filesystem::path shared_tiles();

/// A pool of `count` small PNG pictures of varied colour and texture.
void write_pool(const std::filesystem::path& folder, int count);

/// A smooth random picture: blobs of colour over a gradient, no two regions alike.
RgbImage textured_picture(Size size, unsigned seed);

/// Frames as numbered PNG files.
void write_frames(const std::filesystem::path& folder, const std::vector<RgbImage>& frames);

/// A moving test picture of `size` ("320x240") at 24 per second, with sound. `length`: FFmpeg's
/// words for where it ends. Throws std::runtime_error.
void make_sound_film(const std::filesystem::path& film, const std::string& size,
                     const std::vector<std::string>& length);

struct Plan {
  int columns = 0;
  int rows = 0;
  std::vector<std::vector<std::int32_t>> tiles;  ///< per frame, per cell
};
Plan read_plan(const std::filesystem::path& path);

std::string md5_of(const std::filesystem::path& path);

/// Names in a folder, sorted; to show that nothing was left behind.
std::vector<std::string> names_in(const std::filesystem::path& folder);

}  // namespace mosaic::test
