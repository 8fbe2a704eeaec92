// What a job has in its folder, and what of it is used.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "job/job_folder.hpp"
#include "job/output_lock.hpp"
#include "mosaic/render.hpp"
#include "mosaic/settings.hpp"
#include "pipeline/mosaic_engine.hpp"
#include "pipeline/render_parts.hpp"
#include "pipeline/run_totals.hpp"

namespace mosaic {

/// Rough size of the output in bytes, 0 when nothing can be said: for warnings only.
std::uint64_t estimate_output_bytes(const Settings& settings, Size size, std::int64_t frames);

/// What a job takes of the disk, in bytes; all 0 when nothing can be said.
struct DiskEstimate {
  std::uint64_t output = 0;
  std::uint64_t job_folder = 0;  ///< 0 where no pieces are kept
  bool moved = false;            ///< what is in the job's folder becomes the output
  [[nodiscard]] std::uint64_t at_most() const { return moved ? output : output + job_folder; }
};
/// Throws UsageError like wants_job_folder().
DiskEstimate estimate_disk(const Settings& settings, Size size, std::int64_t frames);

/// The file that an output is, or the folder of numbered pictures.
std::filesystem::path place_of(const std::filesystem::path& output);

/// What to say when the disk of an output may not hold `needed` bytes; empty when it seems to.
std::string small_disk_warning(const std::filesystem::path& output, std::uint64_t needed);

/// The folder, there already, on whose disk an output and its job are going to be.
std::filesystem::path disk_of(const std::filesystem::path& output);

/// What the files of a job are named after, its lock too, and lie beside.
std::filesystem::path lock_place(const std::filesystem::path& output);

/// Whether a job of this many frames (-1: unknown) keeps pieces. Throws UsageError when that was
/// asked for and cannot be done.
bool wants_job_folder(const Settings& settings, std::int64_t frames);

/// Everything that decides the output's bytes, by name.
Facts job_facts(const Settings& settings, const RenderParts& parts, const ContentIdentity& input);

/// What runs that were killed have left of an output that is done. Holds the output's lock.
class LeftWork {
 public:
  /// `facts`: of the job that made the output. Throws BusyError when another run has it, and
  /// OutputError where nothing can be written.
  LeftWork(const Settings& settings, const Facts& facts);
  /// Pieces of the very job, which a run with these settings would go on with.
  enum class Pieces {
    none,
    some,
    all  ///< nothing is left to do but to put them together
  };
  [[nodiscard]] Pieces pieces() const;
  /// Removes temporary files, and the job's folder unless it is another job's or run's, is not
  /// understood or shall be kept.
  void remove(bool keep_pieces) const;

 private:
  void remove_job_of(const std::filesystem::path& named) const;
  const Settings& settings_;
  const Facts& facts_;
  OutputLock lock_;
};

/// Locks the output, and decides whether a job's folder is used (Settings::resume). Without one
/// every function says so: no frame is kept, nothing is written.
class KeptWork {
 public:
  /// Throws BusyError when another run has the output, UsageError
  /// when keeping was asked for and cannot be done, OutputError.
  KeptWork(const Settings& settings, const RenderParts& parts, const RenderObserver& observer);

  [[nodiscard]] JobFolder* folder() { return folder_.get(); }

  /// After the engine is open, before any frame: takes up what an earlier run left. Throws
  /// UsageError naming the settings and inputs that are not what they were.
  void start(const RenderParts& parts);

  /// Frames count from the first one rendered.
  enum class Use {
    render,
    skip,  ///< an earlier run made it
    prime  ///< the same, but the next one is to be made and follows from it
  };
  [[nodiscard]] Use use_of(std::int64_t frame) const;
  [[nodiscard]] bool is_kept(std::int64_t segment) const;

  /// Brings the engine to where it was after `frame`, the last of a kept segment.
  void prime(MosaicEngine& engine, std::int64_t frame, const Picture& picture) const;

  /// Frames of earlier runs that are used.
  [[nodiscard]] std::int64_t kept_frames() const { return kept_frames_; }

  /// Writes the rest of a segment and makes it count. `state`: of the engine after it.
  void end_segment(const RunTotals& totals, const std::vector<std::byte>& state);

  /// What the run comes to when it fails or is stopped, for the user; empty when nothing is kept.
  /// `output_is_there`: it has its name already.
  [[nodiscard]] std::string what_is_left(bool output_is_there) const;

 private:
  void warn_of_small_disk(std::uint64_t needed);

  const Settings& settings_;
  const RenderObserver& observer_;
  std::optional<OutputLock> lock_;  ///< none for a pipe
  Size size_;
  std::int64_t expected_frames_;
  std::unique_ptr<JobFolder> folder_;
  std::int64_t kept_frames_ = 0;
  bool disk_warned_ = false;
};

}  // namespace mosaic
