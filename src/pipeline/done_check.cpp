#include "pipeline/done_check.hpp"

#include <filesystem>
#include <system_error>

#include "core/folder_entries.hpp"
#include "core/output_name.hpp"
#include "job/job_folder.hpp"
#include "video/picture_names.hpp"

namespace mosaic {
namespace {

namespace fs = std::filesystem;

/// Pictures of several films may share a folder; what tells them apart is their pattern.
fs::path log_name(const fs::path& place, const fs::path& output) {
  if (parse_output_name(output).kind != OutputKind::numbered) return place;
  return place.native() + " " + output.filename().native();
}

}  // namespace

DoneCheck::DoneCheck(const Settings& settings, const RenderParts& parts,
                     const RenderObserver& observer)
    : settings_(settings),
      observer_(observer),
      place_(place_of(settings.output)),
      log_(log_name(place_, settings.output)) {
  if (const OutputName output = parse_output_name(settings.output);
      output.kind == OutputKind::numbered) {
    wanted_ = [names = output.pictures](const std::string& name) {
      return names.number_in(name) >= 0;
    };
  }
  const DoneRecord* const before = log_.find();
  now_.input = identify_content(
      settings.frames, before ? before->input : ContentIdentity{},
      [&observer] { observer.throw_if_stopped(); }, is_frame_name);
  now_.facts = job_facts(settings, parts, now_.input);
  std::error_code failure;
  if (before != nullptr && std::filesystem::exists(place_, failure)) {
    const std::string differing = differences(before->facts, now_.facts);
    if (differing.empty()) {
      done_ = identify_output(before->output).hash == before->output.hash;
      earlier_code_ = static_cast<ExitCode>(before->exit_code);
    } else if (!settings.force) {
      throw OutputError(
          "'" + settings.output.native() + "' exists and was made otherwise: " + differing,
          "use --force to replace it");
    }
  }
  if (!done_ && before != nullptr) refuse_changed_output();
  if (!done_) require_free_records();
}

/// Made of the same, and not what it was then. A run that was killed while it replaced the output
/// leaves its pieces, and goes on.
void DoneCheck::refuse_changed_output() const {
  if (settings_.force || !holds_output()) return;
  const auto kept = JobFolder::look(lock_place(settings_.output));
  if (kept && kept->publishing) return;
  throw OutputError("'" + settings_.output.native() + "' exists and was changed since it was made",
                    "use --force to replace it");
}

/// Something of the output is there: its file, or a picture in its folder.
bool DoneCheck::holds_output() const {
  std::error_code ignored;
  if (!fs::is_directory(place_, ignored)) return fs::exists(place_, ignored);
  for (const fs::directory_entry& entry : entries_of(place_, ignored)) {
    const std::string name = entry.path().filename().native();
    if (wanted_ ? wanted_(name) : is_frame_name(name)) return true;
  }
  return false;
}

// They are written when the film is finished; what stands in their way must be said before.
void DoneCheck::require_free_records() const {
  if (settings_.force) return;
  for (const auto& path : {settings_.report, settings_.plan}) {
    std::error_code failure;
    if (path && std::filesystem::exists(*path, failure)) {
      throw OutputError("'" + path->native() + "' exists", "use --force to replace it");
    }
  }
}

std::vector<fs::path> DoneCheck::missing_records() const {
  std::vector<fs::path> missing;
  for (const auto& path : {settings_.plan, settings_.report}) {
    std::error_code failure;
    if (path && !fs::exists(*path, failure)) missing.push_back(*path);
  }
  return missing;
}

/// Note [Done, but without its records]
/// Plan and report get their names after the film, and the job's folder goes last. So a run that is
/// killed in between leaves a film that is done, without what was asked for besides, and pieces of
/// which all of it can be made again in the time of copying: then the job is gone on with, and the
/// film is replaced by its own bytes. Where a piece is lacking this would be much of the job once
/// more, which nobody may have waited for (a report was perhaps not asked for when the film was
/// made), so it takes --force; so it does where one of the two is there, which would be
/// overwritten, and the pieces stay for that. In any case what else a killed run left beside the
/// film is removed.
bool DoneCheck::is_left_alone() const {
  LeftWork::Pieces pieces = LeftWork::Pieces::none;
  try {
    const LeftWork left(settings_, now_.facts);
    if (records_can_be_made(left)) return false;
    pieces = left.pieces();
    left.remove(!missing_records().empty() && pieces != LeftWork::Pieces::none);
  } catch (const OutputError& error) {
    if (observer_.info) {
      observer_.info(std::string("what is done is not looked after: ") + error.what());
    }
  }
  warn_of_missing_records(pieces == LeftWork::Pieces::all
                              ? "--force makes it of the pieces that are kept"
                              : "--force makes the film again, and this with it");
  return true;
}

bool DoneCheck::records_can_be_made(const LeftWork& left) const {
  const std::size_t missing = missing_records().size();
  if (missing == 0) return false;
  const std::size_t wanted = (settings_.plan ? 1U : 0U) + (settings_.report ? 1U : 0U);
  return settings_.force || (missing == wanted && left.pieces() == LeftWork::Pieces::all);
}

void DoneCheck::warn_of_missing_records(const std::string& remedy) const {
  if (!observer_.warning) return;
  for (const fs::path& path : missing_records()) {
    observer_.warning("'" + settings_.output.native() + "' was done before, but '" + path.native() +
                      "' is not there; " + remedy);
  }
}

ContentIdentity DoneCheck::identify_output(const ContentIdentity& known) const {
  return identify_content(
      place_, known, [this] { observer_.throw_if_stopped(); }, wanted_);
}

void DoneCheck::record(ExitCode code, const std::filesystem::path& staged) {
  now_.output = identify_content(
      staged, {}, [this] { observer_.throw_if_stopped(); }, wanted_);
  now_.exit_code = static_cast<int>(code);
  log_.add(now_);
}

void DoneCheck::confirm() {
  // A new name changes the marks. With the right ones the next run need not read the file.
  now_.output.marks = content_marks(place_, wanted_);
  log_.add(now_);
}

}  // namespace mosaic
