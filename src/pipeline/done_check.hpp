// Outputs that need not be made again.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "job/done_log.hpp"
#include "mosaic/render.hpp"
#include "mosaic/settings.hpp"
#include "pipeline/kept_work.hpp"
#include "pipeline/render_parts.hpp"

namespace mosaic {

class DoneCheck {
 public:
  /// After the engine is open. Throws OutputError naming what differs when the output is there,
  /// was made otherwise and may not be replaced, and when a report or plan of work to be done
  /// stands there already.
  DoneCheck(const Settings& settings, const RenderParts& parts, const RenderObserver& observer);

  /// The output is there, as it was when it was finished, and was made of the same.
  [[nodiscard]] bool is_done() const { return done_; }
  /// Of what is done: whether nothing is to be made of it. Then what killed runs left beside it is
  /// removed, and a plan or report that is asked for and is not there is said. Throws BusyError
  /// when another run has the output.
  [[nodiscard]] bool is_left_alone() const;
  /// What the run that made it ended with.
  [[nodiscard]] ExitCode earlier_code() const { return earlier_code_; }
  /// The output is complete at `staged`, with this code, and about to get its name: a run that is
  /// killed in between has recorded what is not there, which counts for nothing.
  void record(ExitCode code, const std::filesystem::path& staged);
  /// It has its name.
  void confirm();

 private:
  [[nodiscard]] ContentIdentity identify_output(const ContentIdentity& known) const;
  void refuse_changed_output() const;
  [[nodiscard]] bool holds_output() const;
  void require_free_records() const;
  /// Plan and report that are asked for and are not there.
  [[nodiscard]] std::vector<std::filesystem::path> missing_records() const;
  [[nodiscard]] bool records_can_be_made(const LeftWork& left) const;
  void warn_of_missing_records(const std::string& remedy) const;
  const Settings& settings_;
  const RenderObserver& observer_;
  std::filesystem::path place_;
  NameFilter wanted_;  ///< of pictures that share their folder with others
  DoneLog log_;
  DoneRecord now_;
  bool done_ = false;
  ExitCode earlier_code_ = ExitCode::ok;
};

}  // namespace mosaic
