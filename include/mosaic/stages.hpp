// The steps of a frame whose results are compared between machines (docs/manifest.md).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

namespace mosaic {

/// In the order of the work, so that the first one that differs is the cause of those after it.
enum class Stage : std::uint8_t {
  decoded,     ///< the frame as it came out of the decoder
  features,    ///< what describe() says of the cells, and the luma of the canvas
  flow,        ///< one vector per cell; there is none where a shot begins
  candidates,  ///< lists of tiles by reduced cost, and those that get an SSIM
  ssim,        ///< their dissimilarities
  assignment,  ///< the tile of every cell, and the price of every photo
  picture,     ///< the finished frame as it goes to the encoder
  file,        ///< the finished output
};

/// Stages that every frame has; Stage::file is the job's.
inline constexpr std::size_t kFrameStages = 7;
inline constexpr std::array<std::string_view, kFrameStages + 1> kStageNames = {
    "decoded", "features", "flow", "candidates", "ssim", "assignment", "picture", "file"};

constexpr std::string_view stage_name(Stage stage) {
  return kStageNames[static_cast<std::size_t>(stage)];
}

/// How many arrays are hashed for a stage (docs/manifest.md lists them); of Stage::file: the planes
/// of the picture.
inline constexpr std::array<std::size_t, kFrameStages + 1> kStageArrays = {4, 5, 2, 5, 1, 2, 4, 3};

/// Faults for tests: is shown each array of a stage of a frame, numbered from 0, before it is
/// hashed and goes on, and may change its bytes; an array may be empty. Stage::file is the picture
/// after it was hashed, on its way to the encoder.
using StageFault = std::function<void(std::int64_t frame, Stage stage, std::size_t array,
                                      std::span<std::byte> bytes)>;

}  // namespace mosaic
