// What one command line asks for, as plain values.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "mosaic/image.hpp"
#include "mosaic/settings.hpp"

namespace mosaic::cli {

enum class Command {
  render,
  index,
  check_ssim,
  check_assign,
  check_flow,
  check_parity,
  metrics,
  demo,
  doctor,
  completion,
  man
};

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
  std::optional<std::filesystem::path> json, plan, index;
  FrameRange range;
  std::optional<std::int64_t> source_first;  ///< unset: as the plan says, else 0
};

struct ParityRequest {
  Size cells{16, 9};                ///< columns x rows
  std::optional<int> tile_size_px;  ///< unset: all that are checked
  int repeat = 3;
  unsigned seed = 1;
};

struct DemoRequest {
  std::filesystem::path folder;
  int tiles = 600;
  int frames = 120;
  Size size{640, 360};
  std::uint64_t seed = 1;
};

enum class Shell { bash, zsh, fish };

/// One frame instead of all.
struct PreviewRequest {
  bool on = false;
  std::optional<double> at_s;  ///< unset: a tenth into the film
};

/// `settings` serves the main job and, in part, the other commands (force, threads).
struct Request {
  Command command = Command::render;
  Settings settings;
  std::vector<std::filesystem::path> inputs;     ///< all --frames; settings.frames is the last
  std::optional<std::filesystem::path> out_dir;  ///< for the outputs of `inputs`
  bool quiet = false;
  bool verbose = false;
  PreviewRequest preview;
  bool dry_run = false;                              ///< say what the job would be, and do nothing
  std::optional<std::filesystem::path> status_file;  ///< state of the run, kept up to date
  /// Are lines written as things happen? The doctor writes one document instead.
  [[nodiscard]] bool tells_lines() const {
    return json && (command == Command::render || command == Command::index);
  }
  bool json = false;  ///< for programs: lines, of the doctor one document
  SsimRequest ssim;
  AssignRequest assign;
  FlowRequest flow;
  MetricsRequest metrics;
  ParityRequest parity;
  DemoRequest demo;
  Shell shell = Shell::bash;  ///< of the completion command
};

}  // namespace mosaic::cli
