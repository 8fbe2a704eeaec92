// Where a long job keeps what it has finished: ".<output's name>.mosaic-job" beside the output.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "job/journal.hpp"
#include "job/segment_file.hpp"

namespace mosaic {

/// Note [A job folder]
/// `journal` (job/journal.hpp) and a file per finished segment (job/segment_file.hpp), whose record
/// is added to the journal when the file is on the disk. What has no record does not count, what
/// does not fit its record is made again. So a kill at any moment loses the segment being made and
/// nothing else. The final file is put together here too and renamed to its place; then the folder
/// is removed.
///
/// Not for two processes at once: hold an OutputLock. Within one, a single thread writes segments;
/// kept() and read_kept() may be used by others meanwhile.
class JobFolder {
 public:
  /// `afresh`: start() removes what an earlier run left. Makes the folder, which is removed again
  /// by the destructor when it holds no finished segment.
  JobFolder(const std::filesystem::path& output, bool afresh);
  ~JobFolder();
  JobFolder(const JobFolder&) = delete;
  JobFolder& operator=(const JobFolder&) = delete;

  /// Where the folder of an output is, or would be.
  static std::filesystem::path place(const std::filesystem::path& output);
  /// What is kept for an output, looked at from outside; nothing when there is no piece.
  static std::optional<JournalContents> look(const std::filesystem::path& output);
  /// Whether files of pieces lie there, of which the journal may tell nothing that can be read.
  static bool has_segments(const std::filesystem::path& output);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// What the job that is there was made of, if there is one.
  [[nodiscard]] ContentIdentity earlier_input() const;

  /// Before the first segment: begins a job or goes on with the one that is there. A segment that
  /// others follow has `segment_frames` frames. Damaged segments are named by `warn`, and files in
  /// subfolders that belong to no segment are removed. Throws UsageError naming the facts that
  /// differ, and OutputError.
  void start(const Facts& facts, const ContentIdentity& input, std::int64_t segment_frames,
             const std::function<void(const std::string&)>& warn);

  /// Segments an earlier run finished; constant after start().
  [[nodiscard]] const std::map<std::int64_t, SegmentRecord>& kept() const { return kept_; }
  /// The first piece of a kind in a kept segment. Throws InputError when there is none.
  [[nodiscard]] std::vector<std::byte> read_kept(std::int64_t index, SegmentPart part) const;

  void begin_segment(std::int64_t index);
  void put(SegmentPart part, std::span<const std::byte> bytes);
  /// A finished file in this folder that belongs to the segment; syncs it.
  void put_file(const std::string& name);
  void end_segment(std::int64_t frames);

  /// Segments finished by this run and earlier ones, and their size with the files they name.
  [[nodiscard]] std::int64_t finished_frames() const;
  [[nodiscard]] std::uint64_t finished_bytes() const;

  /// Hands over the pieces of a kind of all segments, in order.
  void for_each(SegmentPart part,
                const std::function<void(std::span<const std::byte>)>& take) const;

  /// From now on files of segments may be missing, because they are where they belong. Of what lies
  /// in subfolders only files of segments are left. Throws OutputError.
  void begin_publishing();
  [[nodiscard]] bool publishing() const { return publishing_; }

  /// The output is complete: removes the folder. What cannot be removed is left without a word.
  void remove();

 private:
  [[nodiscard]] std::filesystem::path segment_path(std::int64_t index) const;
  [[nodiscard]] bool is_intact(const SegmentRecord& record) const;
  void remove_partial_files() const;
  void take_up(std::int64_t segment_frames, const std::function<void(const std::string&)>& warn);
  void clear();
  void remove_strays() const;

  std::filesystem::path path_;
  std::optional<JournalContents> earlier_;
  std::optional<Journal> journal_;
  std::map<std::int64_t, SegmentRecord> kept_;
  std::map<std::int64_t, SegmentRecord> finished_;  ///< kept_ and this run's
  std::unique_ptr<SegmentWriter> writer_;
  std::int64_t index_ = 0;        ///< of the segment being written
  std::uint64_t file_bytes_ = 0;  ///< of the files that segments name
  bool afresh_ = false;
  bool publishing_ = false;
  bool removed_ = false;
};

/// "crf was 18, is 20" for every name whose value differs, joined by "; ". Empty: none differs.
std::string differences(const Facts& before, const Facts& now);

}  // namespace mosaic
