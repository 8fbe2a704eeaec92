// Which frames begin a shot: found, none, or told.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/byte_io.hpp"
#include "mosaic/image.hpp"
#include "mosaic/settings.hpp"
#include "pipeline/scene_cut.hpp"

namespace mosaic {

/// The numbers in a list of shots: one per line, each larger than the one before; blank lines and
/// what follows a '#' do not count. Throws InputError that names file and line.
std::vector<std::int64_t> read_shot_list(const std::filesystem::path& path);

class ShotStarts {
 public:
  ShotStarts() = default;  ///< finds them
  /// Reads the list where there is one; throws like read_shot_list().
  explicit ShotStarts(const SceneCutSettings& settings);

  /// True when `luma` begins a shot. `source_frame` is its number in the input, from 0; frames come
  /// in order and have one size. The first frame of a run begins a shot whatever is said here.
  bool next(const Plane& luma, std::int64_t source_frame);

  /// Whether a shot was told to begin with `source_frame`.
  [[nodiscard]] bool tells(std::int64_t source_frame) const;
  /// The first one after it that was; the largest number there is where none was.
  [[nodiscard]] std::int64_t told_after(std::int64_t source_frame) const;
  /// Whether one may begin with it for another reason than its luma.
  [[nodiscard]] bool may_begin(std::int64_t source_frame) const {
    return mode_ == SceneCutMode::automatic || tells(source_frame);
  }

  /// What decides, for comparing two jobs: of a list its contents and not where it lies.
  [[nodiscard]] std::string describe() const;
  /// The largest number told; -1: none.
  [[nodiscard]] std::int64_t last_told() const { return told_.empty() ? -1 : told_.back(); }

  /// What has been seen, to go on from here; restore() throws DamagedBytes.
  void save(ByteWriter& out) const { detector_.save(out); }
  void restore(ByteReader& in) { detector_.restore(in); }

 private:
  SceneCutMode mode_ = SceneCutMode::automatic;
  SceneCutDetector detector_;
  std::vector<std::int64_t> told_;  ///< ascending
};

}  // namespace mosaic
