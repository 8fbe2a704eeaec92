// What one command line asks for, as plain values.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "mosaic/image.hpp"
#include "mosaic/settings.hpp"

namespace mosaic::cli {

enum class Command { render, index, check_ssim, check_assign, check_flow, metrics, demo };

struct SsimRequest {
  std::filesystem::path a, b;
  std::optional<std::filesystem::path> map;
};

struct AssignRequest {
  std::filesystem::path costs;
  int rows = 0;
  int columns = 0;
  std::optional<int> max_uses;  ///< unset: every column once
  int repeat = 1;
  std::optional<std::filesystem::path> assignment;
};

struct FlowRequest {
  std::filesystem::path a, b;
  FlowKind kind = FlowKind::block;
  int tile_size_px = 16;
  std::optional<std::filesystem::path> output, picture;
};

struct MetricsRequest {
  std::filesystem::path source, mosaic;
  std::optional<int> cell_px;
  std::optional<std::filesystem::path> json, plan;
  FrameRange range;
  std::optional<std::int64_t> source_first;  ///< unset: as the plan says, else 0
};

struct DemoRequest {
  std::filesystem::path folder;
  int tiles = 600;
  int frames = 120;
  Size size{640, 360};
  std::uint64_t seed = 1;
};

/// `settings` serves the main job and, in part, the other commands (force, threads).
struct Request {
  Command command = Command::render;
  Settings settings;
  bool quiet = false;
  bool verbose = false;
  SsimRequest ssim;
  AssignRequest assign;
  FlowRequest flow;
  MetricsRequest metrics;
  DemoRequest demo;
};

}  // namespace mosaic::cli
