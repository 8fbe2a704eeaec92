// The manifest: what each stage of each frame gave, for another machine to check its run against.
// Format: docs/manifest.md.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "core/output_file.hpp"
#include "core/written_file.hpp"
#include "job/journal.hpp"
#include "mosaic/stages.hpp"
#include "pipeline/render_parts.hpp"
#include "pipeline/stage_probe.hpp"

namespace mosaic {

/// Raised when the meaning of a key or of a hash changes.
inline constexpr int kManifestVersion = 2;

/// Hashes of one frame, or of the job's end; what a frame does not have is unset.
using FrameHashes = std::array<std::optional<std::uint64_t>, kFrameStages>;

/// What a run ends with.
struct ManifestEnd {
  std::int64_t frames = 0;
  /// Hash of the output's bytes; unset where it is a pipe or numbered pictures.
  std::optional<std::uint64_t> file;
  std::optional<double> flow_rounding_edge_px;
};

/// XXH3-64 of a finished output; unset where it is no single file. Throws InputError.
std::optional<std::uint64_t> hash_output(const std::filesystem::path& output);

/// What decides the bytes of a job (job_facts()), with "contents of --frames" by reading the input.
/// `poll` is called now and then and may throw.
Facts manifest_facts(const Settings& settings, const RenderParts& parts,
                     const std::function<void()>& poll);

/// Puts the hashes of a frame into a line.
class ManifestLines final : public StageWatch {
 public:
  void saw(std::int64_t frame, Stage stage, std::uint64_t hash) override;
  /// Of the frame seen last, without the end of the line.
  [[nodiscard]] std::string take();

 private:
  std::int64_t frame_ = 0;
  FrameHashes hashes_;
};

class ManifestWriter {
 public:
  ManifestWriter(const std::filesystem::path& path, bool force);
  void begin(const Facts& facts, const RenderParts& parts);
  /// `line`: of ManifestLines::take().
  void write(const std::string& line);
  /// All of it is on the disk, still under a temporary name.
  void complete(const ManifestEnd& end);
  void publish() { file_.commit(); }

 private:
  OutputFile file_;
  WrittenFile written_;
};

/// Holds a run against the manifest of another one. Everything throws VerifyError naming the first
/// stage that differs, with its frame.
class ManifestCheck final : public StageWatch {
 public:
  /// Throws InputError when the file is no whole manifest of a known version.
  explicit ManifestCheck(const std::filesystem::path& path);

  /// Throws UsageError when the manifest is of another job: other settings, another input. Of other
  /// versions, libraries and motion models `warn` is told, because the bytes may be the same.
  void require_same_job(const Facts& facts, const std::function<void(const std::string&)>& warn);
  void saw(std::int64_t frame, Stage stage, std::uint64_t hash) override;
  /// All frames are done, `frames` of them.
  void end_frames(std::int64_t frames) const;
  /// The output is finished. Returns what is to be said of it: that it is, with the frames, as the
  /// manifest says, or why there was nothing to compare.
  [[nodiscard]] std::string compare_file(const std::optional<std::uint64_t>& file) const;

  [[nodiscard]] std::int64_t frames() const { return static_cast<std::int64_t>(frames_.size()); }

 private:
  struct Frame {
    std::int64_t number = 0;
    FrameHashes hashes;
  };
  void next_frame(std::int64_t frame);
  void require_all_seen() const;
  [[noreturn]] void fail(const std::string& what) const;

  std::filesystem::path path_;
  Facts facts_;
  std::string device_;
  std::vector<Frame> frames_;
  ManifestEnd end_;
  std::size_t at_ = 0;  ///< frame being checked
  FrameHashes seen_;    ///< of it
  bool begun_ = false;  ///< a stage of frames_[at_] was seen
};

}  // namespace mosaic
