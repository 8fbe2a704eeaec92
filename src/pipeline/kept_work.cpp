#include "pipeline/kept_work.hpp"

#include <sys/stat.h>

#include <cmath>
#include <filesystem>

#include "core/byte_io.hpp"
#include "core/hash.hpp"
#include "core/output_file.hpp"
#include "core/output_name.hpp"
#include "core/utf8.hpp"
#include "job/content_identity.hpp"
#include "job/disk_space.hpp"
#include "video/encode/encoder_version.hpp"
#include "video/picture_names.hpp"
#include "video/standard_stream.hpp"

namespace mosaic {

namespace fs = std::filesystem;

namespace {

/// What decides the names and formats of the files of an output. Its folder and the stem of a
/// single file do not: they are places.
std::string names_of(const fs::path& output) {
  const OutputKind kind = parse_output_name(output).kind;
  if (kind == OutputKind::folder) return kFolderPattern;
  return kind == OutputKind::numbered ? output.filename().native() : output.extension().native();
}

bool on_one_disk(const fs::path& a, const fs::path& b) {
  struct stat first {};
  struct stat second {};
  return ::stat(a.c_str(), &first) == 0 && ::stat(b.c_str(), &second) == 0 &&
         first.st_dev == second.st_dev;
}

/// Whether pieces for a folder that was not there when their job began lie beside its name.
bool keeps_job_beside(const fs::path& folder, const std::string& names) {
  const std::optional<JournalContents> kept = JobFolder::look(folder);
  if (!kept || !on_one_disk(JobFolder::place(folder), folder)) return false;
  const auto of = kept->facts.find("names of --output");
  return of != kept->facts.end() && of->second == lossless_utf8(names);
}

/// What the job's files are named after, and lie beside. Pictures for a folder that is there are
/// kept inside it, so that they can be moved to their place whatever is mounted there; unless they
/// were begun before somebody made the folder. A folder means its default pattern.
fs::path anchor_of(const fs::path& output) {
  const OutputName name = parse_output_name(output);
  const fs::path& folder = name.pictures.folder;
  if (!name.is_pictures() || folder.empty()) return output;
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) return folder;
  if (keeps_job_beside(folder, names_of(output))) return folder;
  return name.kind == OutputKind::folder ? folder / kFolderPattern : output;
}

/// Pictures are moved to their place; of pieces of a video a second file is made.
bool keeps_pictures(const fs::path& output) { return parse_output_name(output).is_pictures(); }

/// Of numbered pictures.
bool picture_folder_is_there(const fs::path& output) {
  std::error_code ignored;
  if (fs::is_directory(output, ignored)) return true;
  return output.has_filename() &&
         (!output.has_parent_path() || fs::is_directory(output.parent_path(), ignored));
}

/// In the unit that tells two small numbers apart.
std::string short_bytes(std::uint64_t bytes) {
  constexpr std::uint64_t kFewMegabytes = 10'000'000;
  if (bytes < kFewMegabytes) return std::to_string((bytes + 999) / 1'000) + " kB";
  return std::to_string((bytes + 999'999) / 1'000'000) + " MB";
}

/// Before the work, which may need their room, and where the output is done already. Under the
/// output's lock, so that of two runs one removes.
void remove_all_leftovers(const Settings& settings) {
  for (const std::optional<fs::path>& file :
       {std::optional(settings.output), settings.plan, settings.report, settings.manifest}) {
    if (file) remove_leftovers_of(*file);
  }
}

}  // namespace

std::uint64_t estimate_output_bytes(const Settings& settings, Size size, std::int64_t frames) {
  if (frames <= 0 || !settings.encode.codec.empty() || !keeps_segments(settings.output)) return 0;
  // Seen on a few mosaics of films; a warning needs no more. x264 halves its output every 6 steps
  // of CRF.
  constexpr double kBytesPerPixelAtCrf18 = 0.08;
  constexpr double kBytesPerPixelOfPng = 2.5;
  constexpr double kBytesPerPixelOfJpeg = 1.1;
  const double pixels = static_cast<double>(size.area()) * static_cast<double>(frames);
  if (keeps_pictures(settings.output)) {
    const bool jpeg = parse_output_name(settings.output).ending != ".png";
    return static_cast<std::uint64_t>(pixels * (jpeg ? kBytesPerPixelOfJpeg : kBytesPerPixelOfPng));
  }
  return static_cast<std::uint64_t>(pixels * kBytesPerPixelAtCrf18 *
                                    std::exp2((18.0 - settings.encode.crf) / 6.0));
}

DiskEstimate estimate_disk(const Settings& settings, Size size, std::int64_t frames) {
  DiskEstimate disk;
  disk.output = estimate_output_bytes(settings, size, frames);
  if (!wants_job_folder(settings, frames)) return disk;
  disk.job_folder = disk.output;
  disk.moved = keeps_pictures(settings.output);
  return disk;
}

fs::path lock_place(const fs::path& output) { return anchor_of(output); }

fs::path disk_of(const fs::path& output) {
  std::error_code ignored;
  fs::path folder = fs::absolute(anchor_of(output), ignored).parent_path();
  while (!fs::is_directory(folder, ignored) && folder.has_relative_path()) {
    folder = folder.parent_path();
  }
  return folder;
}

fs::path place_of(const fs::path& output) {
  if (!output.has_filename()) return output.parent_path();
  if (parse_output_name(output).kind != OutputKind::numbered) return output;
  return output.has_parent_path() ? output.parent_path() : fs::path(".");
}

std::string small_disk_warning(const fs::path& output, std::uint64_t needed) {
  const fs::path folder = disk_of(output);
  const std::optional<std::uint64_t> room = free_bytes(folder);
  if (needed == 0 || !room || *room >= needed) return {};
  return "the disk of '" + folder.native() + "' has " + short_bytes(*room) +
         " left; the output may need about " + short_bytes(needed);
}

Facts job_facts(const Settings& settings, const RenderParts& parts, const ContentIdentity& input) {
  Facts facts = settings.facts;
  facts["contents of --frames"] = input.hash;
  facts["photos of --tiles"] = hex64(parts.library->fingerprint());
  facts["motion"] = parts.engine->flow().describe();
  facts["--scene-cuts"] = parts.engine->shots().describe();  // a list by its contents
  facts["names of --output"] = names_of(settings.output);
  facts["libraries"] = video_libraries();
  facts["encoder"] = encoder_version(settings.output, settings.encode);
  facts["--plan"] = settings.plan ? "asked for" : "not asked for";
  facts["--manifest"] = settings.manifest ? "asked for" : "not asked for";
  // Names and settings are bytes; a job's journal says them as JSON, and must say the same as now.
  for (auto& [name, value] : facts) value = lossless_utf8(value);
  return facts;
}

LeftWork::LeftWork(const Settings& settings, const Facts& facts)
    : settings_(settings), facts_(facts), lock_(anchor_of(settings.output)) {}

LeftWork::Pieces LeftWork::pieces() const {
  const ResumeMode mode = settings_.resume;
  if (mode == ResumeMode::off || mode == ResumeMode::fresh) return Pieces::none;
  const std::optional<JournalContents> kept = JobFolder::look(anchor_of(settings_.output));
  if (!kept || kept->facts != facts_) return Pieces::none;
  return kept->publishing ? Pieces::all : Pieces::some;
}

void LeftWork::remove(bool keep_pieces) const {
  remove_all_leftovers(settings_);
  if (settings_.resume == ResumeMode::off || keep_pieces) return;
  // A folder of pictures that was not there when the job began had its name beside it.
  const fs::path anchor = anchor_of(settings_.output);
  const fs::path place = place_of(settings_.output);
  remove_job_of(anchor);
  if (place == anchor) return;
  std::error_code ignored;
  if (!fs::is_directory(JobFolder::place(place), ignored)) return;
  try {
    const OutputLock lock(place);
    remove_job_of(place);
  } catch (const BusyError&) {
    // A run that began before the folder was there works in it.
  }
}

/// Of an output whose lock is held.
void LeftWork::remove_job_of(const fs::path& named) const {
  std::error_code ignored;
  // A link of this name is none of ours.
  if (!fs::is_directory(fs::symlink_status(JobFolder::place(named), ignored))) return;
  const std::optional<JournalContents> kept = JobFolder::look(named);
  const bool own = kept ? kept->facts == facts_ : !JobFolder::has_segments(named);
  if (own) JobFolder(named, false).remove();
}

KeptWork::KeptWork(const Settings& settings, const RenderParts& parts,
                   const RenderObserver& observer)
    : settings_(settings),
      observer_(observer),
      size_(parts.geometry.output_size()),
      expected_frames_(parts.expected_frames(settings.range)) {
  if (is_standard_stream(settings.output)) return;
  lock_.emplace(anchor_of(settings.output), observer.warning);
  remove_all_leftovers(settings);
  const bool wanted = wants_job_folder(settings, expected_frames_);
  if (wanted) {
    folder_ = std::make_unique<JobFolder>(anchor_of(settings.output),
                                          settings.resume == ResumeMode::fresh);
  }
  warn_of_small_disk(estimate_disk(settings, size_, expected_frames_).at_most());
}

bool wants_job_folder(const Settings& settings, std::int64_t frames) {
  const bool asked = settings.resume == ResumeMode::on || settings.resume == ResumeMode::fresh;
  if (settings.resume == ResumeMode::off) return false;
  const bool again = !is_standard_stream(settings.frames);  // a pipe is read once
  const bool possible = again && settings.segment_frames > 0 && keeps_segments(settings.output);
  if (asked && settings.segment_frames == 0) {
    throw UsageError("--resume needs pieces to keep, and --segment-frames 0 makes none");
  }
  if (asked && !possible) {
    throw UsageError(
        again ? "'" + settings.output.native() + "' cannot be made in pieces"
              : "what comes from standard input cannot be read again",
        "--resume is for .mp4, .mkv, .mov, .webm and numbered pictures, made of files");
  }
  if (!possible) return false;
  // Pictures are moved into a folder that is there one by one; only with a job's folder does a run
  // that is killed meanwhile leave a sign of it, and the next one goes on.
  const bool moved_singly =
      keeps_pictures(settings.output) && picture_folder_is_there(settings.output);
  return asked || frames < 0 || frames > settings.segment_frames || moved_singly;
}

void KeptWork::warn_of_small_disk(std::uint64_t needed) {
  if (disk_warned_ || !observer_.warning) return;
  const std::string warning = small_disk_warning(settings_.output, needed);
  if (warning.empty()) return;
  disk_warned_ = true;
  observer_.warning(warning);
}

void KeptWork::start(const RenderParts& parts) {
  if (!folder_) return;
  const ContentIdentity input = identify_content(
      settings_.frames, folder_->earlier_input(), [this] { observer_.throw_if_stopped(); },
      is_frame_name);
  folder_->start(job_facts(settings_, parts, input), input, settings_.segment_frames,
                 [this](const std::string& text) {
                   if (observer_.warning) observer_.warning(text);
                 });
  for (const auto& [index, record] : folder_->kept()) kept_frames_ += record.frames;
  if (kept_frames_ > 0 && observer_.notice) {
    observer_.notice("resume  " + std::to_string(kept_frames_) +
                     " frames are kept from before in " + folder_->path().native());
  }
}

bool KeptWork::is_kept(std::int64_t segment) const {
  return folder_ && folder_->kept().find(segment) != folder_->kept().end();
}

KeptWork::Use KeptWork::use_of(std::int64_t frame) const {
  if (!folder_) return Use::render;
  const std::int64_t segment = frame / settings_.segment_frames;
  if (!is_kept(segment)) return Use::render;
  const bool last = (frame + 1) % settings_.segment_frames == 0;
  return last && !is_kept(segment + 1) ? Use::prime : Use::skip;
}

void KeptWork::prime(MosaicEngine& engine, std::int64_t frame, const Picture& picture) const {
  const std::vector<std::byte> state =
      folder_->read_kept(frame / settings_.segment_frames, SegmentPart::state);
  ByteReader in(state);
  engine.restore(in, picture);
  in.expect_end();
}

void KeptWork::end_segment(const RunTotals& totals, const std::vector<std::byte>& state) {
  if (!folder_) return;
  ByteWriter sums;
  totals.save(sums);
  folder_->put(SegmentPart::totals, sums.bytes());
  folder_->put(SegmentPart::state, state);
  folder_->end_segment(totals.frames);
  const std::int64_t done = folder_->finished_frames();
  if (expected_frames_ <= done) return;
  const double share = static_cast<double>(expected_frames_) / static_cast<double>(done);
  // What is still to come: the other pieces, and the file made of all where one is made.
  const double file = keeps_pictures(settings_.output) ? 0.0 : share;
  const auto made = static_cast<double>(folder_->finished_bytes());
  warn_of_small_disk(static_cast<std::uint64_t>(made * (share - 1.0 + file)));
}

std::string KeptWork::what_is_left(bool output_is_there) const {
  if (!folder_ || folder_->finished_frames() == 0) return {};
  // The next run may look elsewhere: a folder that came up meanwhile is looked into.
  if (JobFolder::place(anchor_of(settings_.output)) != folder_->path()) return {};
  const std::string of =
      expected_frames_ > 0 ? " of about " + std::to_string(expected_frames_) : std::string();
  return std::to_string(folder_->finished_frames()) + of + " frames are kept in '" +
         folder_->path().native() + "'; the same command " +
         (output_is_there ? "with --force " : "") + "goes on from there";
}

}  // namespace mosaic
