// One picture, or numbered pictures in a folder.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <span>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "core/file_names.hpp"
#include "core/folder_entries.hpp"
#include "core/hash.hpp"
#include "core/leftovers.hpp"
#include "core/output_file.hpp"
#include "job/file_io.hpp"
#include "pictures/picture_file.hpp"
#include "video/encode/sinks.hpp"
#include "video/sources.hpp"

namespace mosaic {

namespace fs = std::filesystem;

namespace {

/// Writes `image` to `temporary`, and where that fails speaks of `shown`, the name the user knows.
void write_picture_as(const fs::path& shown, const fs::path& temporary, const RgbImage& image) {
  try {
    write_picture(temporary, shown.filename().native(), image);
  } catch (const OutputError& error) {
    std::string text = error.what();
    if (const std::size_t at = text.find(temporary.native()); at != std::string::npos) {
      text.replace(at, temporary.native().size(), shown.native());
    }
    throw OutputError(text, error.hint());
  }
}

class RgbSink : public FrameSink {
 public:
  [[nodiscard]] SinkFormat format() const override { return SinkFormat::rgb; }
  using FrameSink::write;
  void write(const YuvImage& /*image*/, std::int64_t /*pts*/, std::int64_t /*duration*/) override {
    throw std::logic_error("this sink takes RGB pictures");
  }
};

class StillSink final : public RgbSink {
 public:
  explicit StillSink(const SinkRequest& request)
      : name_(request.output), file_(request.output, request.force) {}
  using RgbSink::write;
  void write(const RgbImage& image, std::int64_t /*pts*/, std::int64_t /*duration*/) override {
    if (written_) {
      throw UsageError("'" + shown_name(name_) + "' holds one picture, but there are more frames",
                       "write to a folder or to a pattern such as frame_%06d.png");
    }
    write_picture_as(name_, file_.temporary(), image);
    written_ = true;
  }
  void complete() override {
    if (!written_) throw OutputError("nothing to write to '" + shown_name(name_) + "'");
    file_.sync();
  }
  [[nodiscard]] std::optional<fs::path> staged() const override { return file_.temporary(); }
  void publish() override { file_.commit(); }
  [[nodiscard]] bool published() const override { return file_.committed(); }

 private:
  fs::path name_;
  OutputFile file_;
  bool written_ = false;
};

/// Be it by a link that leads nowhere.
bool is_taken(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

/// Two files, not through links, of the same bytes.
bool same_files(const fs::path& a, const fs::path& b) {
  const auto hash_of = [](const fs::path& path) -> std::optional<std::uint64_t> {
    std::error_code ignored;
    if (!fs::is_regular_file(fs::symlink_status(path, ignored))) return std::nullopt;
    Hasher hasher;
    if (!read_file(path, [&](std::span<const std::byte> bytes) { hasher.bytes(bytes); })) {
      return std::nullopt;
    }
    return hasher.digest();
  };
  const std::optional<std::uint64_t> hash = hash_of(a);
  return hash && hash == hash_of(b);
}

/// Everything written since the last sync of a folder's file system reaches the disk.
void sync_file_system(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) throw output_error("cannot open folder", folder, errno);
  const int failure = ::syncfs(fd) == 0 ? 0 : errno;
  ::close(fd);
  if (failure != 0) throw output_error("cannot sync", folder, failure);
}

/// A folder that holds the pictures until all are there: beside a new folder, inside an old one.
class FolderSink final : public RgbSink {
 public:
  FolderSink(const SinkRequest& request, PictureNames names, const RenderObserver& observer)
      : names_(std::move(names)), force_(request.force), observer_(observer), job_(request.job) {
    if (names_.folder.empty()) names_.folder = ".";
    std::error_code ignored;
    is_new_ = !is_taken(names_.folder);
    finishing_ = job_ != nullptr && job_->publishing();
    if (!is_new_ && !finishing_) refuse_taken_names();
    if (job_ == nullptr) {
      make_staging_folder();
    } else {
      staging_ = job_->path() / kKeptFolder;
      if (::mkdir(staging_.c_str(), 0777) != 0 && errno != EEXIST) {
        throw output_error("cannot write to folder", staging_, errno);
      }
      if (!fs::is_directory(fs::symlink_status(staging_, ignored))) {
        throw output_error("cannot write to folder", staging_, ENOTDIR);  // nor through a link
      }
    }
  }

  ~FolderSink() override {
    std::error_code ignored;
    if (job_ == nullptr) fs::remove_all(staging_, ignored);
  }
  FolderSink(const FolderSink&) = delete;
  FolderSink& operator=(const FolderSink&) = delete;

  using RgbSink::write;
  void write(const RgbImage& image, std::int64_t /*pts*/, std::int64_t /*duration*/) override {
    const std::string name = names_.name(count_ + 1);
    write_picture_as(names_.folder / name, staging_ / name, image);
    if (job_ != nullptr) job_->put_file(std::string(kKeptFolder) + "/" + name);
    ++count_;
  }

  void begin_segment(std::int64_t first_frame) override { count_ = first_frame; }

  void complete() override {
    if (job_ != nullptr) count_ = job_->finished_frames();
    if (count_ == 0) throw OutputError("nothing to write to '" + shown_name(names_.folder) + "'");
    sync_file_system(staging_);
  }
  [[nodiscard]] std::optional<fs::path> staged() const override {
    return is_new_ ? std::optional(staging_) : std::nullopt;
  }
  void publish() override {
    // Before the job is marked as one whose pictures are moved, and before one is.
    if (!is_new_ && !force_) refuse_names_taken_meanwhile();
    if (job_ != nullptr) job_->begin_publishing();
    if (is_new_) {
      publish_folder();
    } else {
      publish_files();
    }
  }
  [[nodiscard]] bool published() const override { return published_; }

 private:
  void refuse_taken_names() {
    std::error_code failure;
    for (const fs::directory_entry& entry : entries_of(names_.folder, failure)) {
      highest_there_ = std::max(highest_there_, names_.number_in(entry.path().filename().native()));
    }
    if (failure) {
      throw output_error("cannot write to folder", names_.folder, failure.value());
    }
    if (highest_there_ >= 0 && !force_) {
      throw OutputError("folder '" + shown_name(names_.folder) +
                            "' already holds pictures such as " + names_.name(highest_there_),
                        "use --force to replace them, or choose another folder");
    }
  }

  /// Whether a picture that is in the folder was moved there by a run that was killed meanwhile:
  /// the job lacks it, or has it once more, with the same bytes, because its piece was made again.
  [[nodiscard]] bool is_own(const std::string& name) const {
    if (!finishing_) return false;
    return !is_taken(staging_ / name) || same_files(staging_ / name, names_.folder / name);
  }

  void refuse_names_taken_meanwhile() const {
    for (std::int64_t number = 1; number <= count_; ++number) {
      const std::string name = names_.name(number);
      const fs::path to = names_.folder / name;
      if (is_taken(to) && !is_own(name)) throw output_error("cannot finish", to, EEXIST);
    }
  }

  void make_staging_folder() {
    const fs::path parent = names_.folder.has_parent_path() ? names_.folder.parent_path() : ".";
    const fs::path where = is_new_ ? parent : names_.folder;
    const std::string name = is_new_ ? names_.folder.filename().native() : "mosaic";
    remove_leftovers(where, name, {});
    constexpr int kAttempts = 100;  // a name may be taken by a run that was killed
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      const fs::path candidate = where / temporary_name(name, {}, attempt);
      if (::mkdir(candidate.c_str(), 0777) == 0) {
        held_.emplace(candidate);
        if (!held_->is_there()) continue;
        staging_ = candidate;
        return;
      }
      if (errno != EEXIST) throw output_error("cannot write to folder", names_.folder, errno);
    }
    throw output_error("cannot write to folder", names_.folder, EEXIST);
  }

  static constexpr const char* kKeptFolder = "pictures";

  void publish_folder() {
    sync_folder(staging_);
    // rename() onto an empty folder that came up meanwhile replaces it, onto a full one fails.
    if (::rename(staging_.c_str(), names_.folder.c_str()) != 0) {
      throw output_error("cannot finish", names_.folder, errno);
    }
    published_ = true;
    sync_name(names_.folder);
  }

  void publish_files() {
    for (std::int64_t number = 1; number <= count_; ++number) {
      const std::string name = names_.name(number);
      const fs::path to = names_.folder / name;
      const fs::path from = staging_ / name;
      // An earlier run may have moved it before it was killed.
      if (job_ != nullptr && !is_taken(from) && is_taken(to)) continue;
      const bool replaces = force_ || (is_taken(to) && is_own(name));
      const int failure = replaces ? (::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno)
                                   : rename_without_replacing(from, to);
      if (failure != 0) throw output_error("cannot finish", to, failure);
    }
    published_ = true;
    sync_folder(names_.folder);
    if (highest_there_ > count_) {
      tell(observer_.warning, "'" + shown_name(names_.folder) +
                                  "' still holds older pictures, from " + names_.name(count_ + 1) +
                                  " to " + names_.name(highest_there_));
    }
  }

  PictureNames names_;
  bool force_;
  RenderObserver observer_;
  JobFolder* job_;  ///< null: nothing is kept
  fs::path staging_;
  bool published_ = false;
  std::optional<HeldName> held_;  ///< staging_, Note [Leftovers]
  bool is_new_ = false;
  bool finishing_ = false;  ///< an earlier run has begun to move the pictures
  std::int64_t count_ = 0;
  std::int64_t highest_there_ = -1;
};

}  // namespace

std::unique_ptr<FrameSink> open_still_sink(const SinkRequest& request) {
  return std::make_unique<StillSink>(request);
}

std::unique_ptr<FrameSink> open_folder_sink(const SinkRequest& request, const PictureNames& names,
                                            const RenderObserver& observer) {
  return std::make_unique<FolderSink>(request, names, observer);
}

}  // namespace mosaic
