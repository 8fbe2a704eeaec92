#include "job/job_folder.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <set>
#include <system_error>

#include "core/byte_io.hpp"
#include "core/folder_entries.hpp"
#include "core/hash.hpp"
#include "core/output_file.hpp"
#include "mosaic/error.hpp"

namespace mosaic {

namespace fs = std::filesystem;

namespace {

constexpr const char* kJournalName = "journal";
constexpr const char* kSegmentName = "segment-";
constexpr const char* kPicturesName = "pictures";

/// ".name.pid.part.mp4" is a final file that was being put together.
bool is_partial(const std::string& name) {
  return name.ends_with(".part") ||
         (name.starts_with('.') && name.find(".part") != std::string::npos);
}

/// What a job puts into its folder. Other files there are somebody else's.
bool is_own(const std::string& name) {
  return name == kJournalName || name == kPicturesName || name.starts_with(kSegmentName) ||
         is_partial(name);
}

/// Not through a link.
bool is_real_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(fs::symlink_status(path, ignored));
}

/// Of a job's folder, all of them: what is left of another job would pass for this one's.
std::vector<fs::directory_entry> own_entries(const fs::path& folder) {
  std::error_code failure;
  std::vector<fs::directory_entry> entries = entries_of(folder, failure);
  if (!failure) return entries;
  const OutputError error = output_error("cannot read the job's folder", folder, failure.value());
  throw OutputError(error.what(), error.hint().empty()
                                      ? "look after the disk or share it is on, then run the same "
                                        "command again"
                                      : error.hint());
}

/// Size and hash of a file; nothing when it cannot be read.
std::optional<std::pair<std::uint64_t, std::uint64_t>> size_and_hash(const fs::path& path) {
  Hasher hasher;
  std::uint64_t size = 0;
  const bool whole = read_file(path, [&](std::span<const std::byte> bytes) {
    hasher.bytes(bytes);
    size += bytes.size();
  });
  if (!whole) return std::nullopt;
  return std::pair(size, hasher.digest());
}

/// What put_file() notes of a file.
struct SegmentFile {
  std::string name;
  std::uint64_t bytes = 0;
  std::uint64_t hash = 0;
};

SegmentFile parse_file(std::span<const std::byte> bytes) {
  ByteReader in(bytes);
  SegmentFile file;
  file.name = in.text();
  file.bytes = in.number<std::uint64_t>();
  file.hash = in.number<std::uint64_t>();
  return file;
}

}  // namespace

std::string differences(const Facts& before, const Facts& now) {
  std::string text;
  const auto add = [&text](const std::string& name, const std::string& was, const std::string& is) {
    const auto shown = [](const std::string& value) { return value.empty() ? "not set" : value; };
    text += (text.empty() ? "" : "; ") + name + " was " + shown(was) + ", is " + shown(is);
  };
  for (const auto& [name, value] : before) {
    const auto found = now.find(name);
    const std::string other = found == now.end() ? std::string() : found->second;
    if (found == now.end() || other != value) add(name, value, other);
  }
  for (const auto& [name, value] : now) {
    if (before.find(name) == before.end()) add(name, {}, value);
  }
  return text;
}

fs::path JobFolder::place(const fs::path& output) { return hidden_beside(output, ".mosaic-job"); }

std::optional<JournalContents> JobFolder::look(const fs::path& output) {
  if (!is_real_folder(place(output))) return std::nullopt;
  std::optional<JournalContents> journal =
      parse_journal(read_small_file(place(output) / kJournalName));
  if (journal && journal->segments.empty()) journal.reset();
  return journal;
}

bool JobFolder::has_segments(const fs::path& output) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : entries_of(place(output), ignored)) {
    if (entry.path().filename().native().starts_with(kSegmentName)) return true;
  }
  return false;
}

JobFolder::JobFolder(const fs::path& output, bool afresh) : path_(place(output)), afresh_(afresh) {
  std::error_code failure;
  if (::mkdir(path_.c_str(), 0777) != 0 && errno != EEXIST) {
    throw output_error("cannot make the job's folder", path_, errno);
  }
  const fs::file_status status = fs::symlink_status(path_, failure);
  // What is in the folder is removed with it, which must not be what a link leads to.
  if (fs::is_symlink(status)) {
    throw OutputError(
        "cannot make the job's folder '" + path_.native() + "': a symbolic link has its name",
        "remove the link, or choose another --output");
  }
  if (!fs::is_directory(status)) {
    throw output_error("cannot make the job's folder", path_, ENOTDIR);
  }
  earlier_ = parse_journal(read_small_file(path_ / kJournalName));
  publishing_ = !afresh_ && earlier_ && earlier_->publishing;
  remove_partial_files();
}

JobFolder::~JobFolder() {
  if (removed_ || !finished_.empty()) return;
  if (earlier_ && !earlier_->segments.empty()) return;  // refused, or failed before start()
  remove();
}

/// They take room and nothing else: what cannot be removed stays.
void JobFolder::remove_partial_files() const {
  std::error_code ignored;
  for (const fs::directory_entry& entry : entries_of(path_, ignored)) {
    if (is_partial(entry.path().filename().native())) fs::remove(entry.path(), ignored);
  }
}

ContentIdentity JobFolder::earlier_input() const {
  return earlier_ ? earlier_->input : ContentIdentity{};
}

void JobFolder::start(const Facts& facts, const ContentIdentity& input, std::int64_t segment_frames,
                      const std::function<void(const std::string&)>& warn) {
  const fs::path journal = path_ / kJournalName;
  if (afresh_) clear();
  if (earlier_ && !earlier_->segments.empty()) {
    const std::string differing = differences(earlier_->facts, facts);
    if (!differing.empty()) {
      throw UsageError(
          "'" + path_.native() + "' keeps a job that was begun otherwise: " + differing,
          "repeat the command it was begun with, or start afresh with --resume new");
    }
    take_up(segment_frames, warn);
    journal_.emplace(journal, earlier_->intact_bytes);
  } else {
    Journal::create(journal, facts, input);
    std::error_code failure;
    const std::uintmax_t bytes = fs::file_size(journal, failure);
    if (failure) throw output_error("cannot read back", journal, failure.value());
    journal_.emplace(journal, bytes);
  }
  finished_ = kept_;
  for_each(SegmentPart::file,
           [this](std::span<const std::byte> bytes) { file_bytes_ += parse_file(bytes).bytes; });
  remove_strays();
}

void JobFolder::take_up(std::int64_t segment_frames,
                        const std::function<void(const std::string&)>& warn) {
  const std::int64_t last = earlier_->segments.rbegin()->first;
  for (const auto& [index, record] : earlier_->segments) {
    const bool full = record.frames == segment_frames;
    const bool may_be_short = index == last && record.frames < segment_frames;
    if ((full || may_be_short) && is_intact(record)) {
      kept_.emplace(index, record);
    } else {
      warn("piece " + std::to_string(index + 1) + " in '" + path_.native() +
           "' is damaged; it is made again");
    }
  }
  if (kept_.size() != earlier_->segments.size()) publishing_ = false;
}

/// What whoever writes the final file has opened here already stays; remove_strays() empties the
/// pictures' folder.
void JobFolder::clear() {
  earlier_.reset();
  for (const fs::directory_entry& entry : own_entries(path_)) {
    const std::string name = entry.path().filename().native();
    if (name != kJournalName && !name.starts_with(kSegmentName)) continue;
    std::error_code failure;
    fs::remove(entry.path(), failure);
    if (failure) throw output_error("cannot remove", entry.path(), failure.value());
  }
}

/// Files in subfolders that no finished segment names: an earlier job's, or of a segment that was
/// not finished. They would be published with the rest.
void JobFolder::remove_strays() const {
  std::set<std::string> named;
  for_each(SegmentPart::file,
           [&named](std::span<const std::byte> bytes) { named.insert(parse_file(bytes).name); });
  const fs::path folder = path_ / kPicturesName;
  if (!is_real_folder(folder)) return;
  const std::string before = std::string(kPicturesName) + "/";
  for (const fs::directory_entry& entry : own_entries(folder)) {
    if (named.contains(before + entry.path().filename().native())) continue;
    std::error_code failure;
    fs::remove_all(entry.path(), failure);
    if (failure) throw output_error("cannot remove", entry.path(), failure.value());
  }
}

fs::path JobFolder::segment_path(std::int64_t index) const {
  constexpr int kDigits = 6;
  std::string number = std::to_string(index);
  if (number.size() < kDigits) number.insert(0, kDigits - number.size(), '0');
  return path_ / (kSegmentName + number);
}

bool JobFolder::is_intact(const SegmentRecord& record) const {
  const fs::path file = segment_path(record.index);
  if (!segment_is_intact(file, record)) return false;
  bool intact = true;
  for_each_part(file, SegmentPart::file, [&](std::span<const std::byte> bytes) {
    const SegmentFile part = parse_file(bytes);
    std::error_code ignored;
    const bool moved = earlier_->publishing && !fs::exists(path_ / part.name, ignored);
    if (moved) return;
    intact = intact && size_and_hash(path_ / part.name) == std::pair(part.bytes, part.hash);
  });
  return intact;
}

std::vector<std::byte> JobFolder::read_kept(std::int64_t index, SegmentPart part) const {
  std::optional<std::vector<std::byte>> found;
  for_each_part(segment_path(index), part, [&](std::span<const std::byte> bytes) {
    if (!found) found.emplace(bytes.begin(), bytes.end());
  });
  if (found) return *found;
  throw InputError("'" + segment_path(index).native() + "' lacks a piece that belongs in it",
                   "start afresh with --resume new");
}

void JobFolder::begin_segment(std::int64_t index) {
  index_ = index;
  writer_ = std::make_unique<SegmentWriter>(segment_path(index));
}

void JobFolder::put(SegmentPart part, std::span<const std::byte> bytes) {
  writer_->put(part, bytes);
}

void JobFolder::put_file(const std::string& name) {
  const fs::path file = path_ / name;
  WrittenFile(file, WrittenFile::Mode::append).close();
  const auto facts = size_and_hash(file);
  if (!facts) throw output_error("cannot read back", file, EIO);
  ByteWriter out;
  out.text(name);
  out.number(facts->first);
  out.number(facts->second);
  put(SegmentPart::file, out.bytes());
  file_bytes_ += facts->first;
}

void JobFolder::end_segment(std::int64_t frames) {
  const SegmentRecord record = writer_->finish(index_, frames);
  writer_.reset();
  journal_->add(record);
  finished_[index_] = record;
}

std::int64_t JobFolder::finished_frames() const {
  std::int64_t frames = 0;
  for (const auto& [index, record] : finished_) frames += record.frames;
  return frames;
}

std::uint64_t JobFolder::finished_bytes() const {
  std::uint64_t bytes = file_bytes_;
  for (const auto& [index, record] : finished_) bytes += record.bytes;
  return bytes;
}

void JobFolder::for_each(SegmentPart part,
                         const std::function<void(std::span<const std::byte>)>& take) const {
  for (const auto& [index, record] : finished_) for_each_part(segment_path(index), part, take);
}

void JobFolder::begin_publishing() {
  remove_strays();
  if (!publishing_) journal_->add_publishing();
  publishing_ = true;
}

void JobFolder::remove() {
  writer_.reset();
  journal_.reset();
  std::error_code ignored;
  // The journal last: without it, what is left of a removal that is cut short is nothing to go on
  // from, with it the segments that are gone would be made again.
  for (const fs::directory_entry& entry : entries_of(path_, ignored)) {
    std::error_code each;
    const std::string name = entry.path().filename().native();
    if (name != kJournalName && is_own(name)) fs::remove_all(entry.path(), each);
  }
  fs::remove(path_ / kJournalName, ignored);
  fs::remove(path_, ignored);  // where other files are in it, it stays with them
  removed_ = true;
}

}  // namespace mosaic
