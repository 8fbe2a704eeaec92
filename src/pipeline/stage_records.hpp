// What a job does with what its stages gave: nothing, unless it was asked.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "mosaic/run_context.hpp"
#include "mosaic/settings.hpp"
#include "pipeline/manifest.hpp"
#include "pipeline/render_parts.hpp"
#include "pipeline/stage_probe.hpp"

namespace mosaic {

class StageRecords {
 public:
  /// `watch`: is told as well, outlives this; null: nobody. Throws InputError for a manifest that
  /// cannot be checked against.
  StageRecords(const Settings& settings, const StageFault& fault, StageWatch* watch);

  /// Null: nobody wants to know, so nothing is hashed.
  [[nodiscard]] StageProbe* probe() { return wanted_ ? &probe_ : nullptr; }

  /// After the engine is open, before the first frame. Throws like
  /// ManifestCheck::require_same_job() and ManifestWriter.
  void begin(const RenderParts& parts, const RenderObserver& observer);
  /// The frame's line of the manifest; empty: none is kept.
  [[nodiscard]] std::string take_line() { return writer_ ? lines_.take() : std::string(); }
  void write(const std::string& line);
  /// After the last frame, before the output is finished. Throws VerifyError when a stage was left
  /// out, and when the manifest has another number of frames.
  void end_frames(std::int64_t frames) const;
  /// The output is complete and lies at `output`, under whatever name.
  void complete(std::int64_t frames, const std::filesystem::path& output,
                std::optional<double> flow_rounding_edge_px);
  /// After complete(): gives the manifest its name.
  void publish();
  /// Last of all, when everything has its name and stays for comparison. Throws VerifyError when
  /// the output is not the one of the manifest.
  void judge(const RenderObserver& observer) const;

 private:
  const Settings& settings_;
  ManifestEnd end_;
  bool wanted_ = false;
  StageProbe probe_;
  ManifestLines lines_;
  std::optional<ManifestWriter> writer_;
  std::unique_ptr<ManifestCheck> check_;
};

}  // namespace mosaic
