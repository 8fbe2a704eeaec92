// A folder of pictures as a video, and one picture as a still.
#include <algorithm>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "core/folder_entries.hpp"
#include "pictures/picture_file.hpp"
#include "pictures/picture_kind.hpp"
#include "video/picture_names.hpp"
#include "video/sources.hpp"

namespace mosaic {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostNamed = 5;  ///< gaps or sizes named one by one before "and n more"

class FolderSource final : public FrameSource {
 public:
  FolderSource(const fs::path& folder, Rational rate, const RenderObserver& observer)
      : folder_(folder), observer_(observer) {
    list_files();
    report_numbering();
    info_.time_base = Rational{rate.den, rate.num};
    info_.frame_rate = rate;
    info_.frames = info_.frames_estimate = static_cast<std::int64_t>(files_.size());
    if (!load_next()) {
      throw InputError("no picture in '" + shown_name(folder_) + "' can be read",
                       skipped_.empty() ? std::string()
                                        : "the first: " + skipped_.front().name + ": " +
                                              skipped_.front().reason);
    }
    info_.size = pending_.size();
    info_.description = std::to_string(files_.size()) + " pictures, " +
                        std::to_string(info_.size.width) + "x" + std::to_string(info_.size.height);
  }

  [[nodiscard]] const SourceInfo& info() const override { return info_; }
  [[nodiscard]] std::int64_t decode_errors() const override { return 0; }
  [[nodiscard]] const std::vector<SkippedInput>& skipped() const override { return skipped_; }

  bool read(SourceFrame& frame) override {
    if (!has_pending_ && !load_next()) {
      report_sizes();
      return false;
    }
    has_pending_ = false;
    if (pending_.size() == info_.size) {
      frame.picture = std::move(pending_);
    } else {
      ++resized_;
      if (resized_ <= kMostNamed) {
        tell(observer_.warning, pending_name_ + " is " + std::to_string(pending_.size().width) +
                                    "x" + std::to_string(pending_.size().height) +
                                    "; fitted to the first picture's size");
      }
      frame.picture = fit_picture(std::move(pending_), info_.size);
    }
    frame.index = frame.pts = index_++;
    frame.duration = 1;
    return true;
  }

 private:
  void list_files() {
    std::error_code failure;
    const std::vector<fs::directory_entry> entries = entries_of(folder_, failure);
    if (failure) {
      throw InputError("cannot read folder '" + shown_name(folder_) + "': " + failure.message(),
                       "check its permissions, and the disk or share it is on");
    }
    std::size_t others = 0;
    std::vector<std::string> refused;
    for (const fs::directory_entry& entry : entries) {
      const std::string name = entry.path().filename().native();
      if (name.starts_with('.')) continue;
      std::error_code ignored;
      if (is_frame_name(name) && entry.is_regular_file(ignored)) {
        files_.push_back(name);
      } else if (has_picture_extension(name) && entry.is_regular_file(ignored)) {
        refused.push_back(name);
      } else {
        ++others;
      }
    }
    if (files_.empty()) {
      std::sort(refused.begin(), refused.end());
      throw InputError("'" + shown_name(folder_) + "' holds no pictures" +
                           (refused.empty() ? std::string()
                                            : " of a kind that is read; the first is " +
                                                  shown_name(refused.front())),
                       "give a video file or a folder of .png, .jpg, ... files");
    }
    others += skip_refused(std::move(refused));
    if (others > 0) {
      tell(observer_.info, "ignored " + std::to_string(others) + " entries of '" +
                               shown_name(folder_) + "' that are not frames");
    }
  }

  /// Pictures of kinds that are never read. One that lies beside a frame of its name, as a camera
  /// raw file beside its JPEG, is no loss. Returns how many these are.
  std::size_t skip_refused(std::vector<std::string> refused) {
    const auto stem_of = [](const std::string& name) { return fs::path(name).stem().native(); };
    std::set<std::string> stems;
    for (const std::string& name : files_) stems.insert(stem_of(name));
    std::sort(refused.begin(), refused.end());
    std::size_t beside = 0;
    for (const std::string& name : refused) {
      if (stems.contains(stem_of(name))) {
        ++beside;
      } else {
        skipped_.push_back({shown_name(folder_ / name), "a kind of picture that is not read"});
      }
    }
    return beside;
  }

  /// Drops duplicate numbers and names the gaps.
  void report_numbering() {
    PictureList list = order_pictures(std::move(files_));
    for (const auto& [name, before] : list.repeated) {
      skipped_.push_back({shown_name(folder_ / name), "same number as " + shown_name(before)});
    }
    files_ = std::move(list.used);
    const std::vector<std::string>& gaps = list.gaps;
    if (gaps.empty()) return;
    std::string text = "'" + shown_name(folder_) + "' has gaps in its numbers: ";
    for (std::size_t i = 0; i < std::min(gaps.size(), kMostNamed); ++i) {
      text += (i == 0 ? "" : ", ") + gaps[i];
    }
    if (gaps.size() > kMostNamed) {
      text += " and " + std::to_string(gaps.size() - kMostNamed) + " more";
    }
    tell(observer_.warning, text + "; the pictures on both sides follow each other");
  }

  bool load_next() {
    while (next_ < files_.size()) {
      const std::string& name = files_[next_++];
      try {
        pending_ = read_picture(folder_ / name);
        pending_name_ = shown_name(folder_ / name);
        has_pending_ = true;
        return true;
      } catch (const InputError& error) {
        skipped_.push_back({shown_name(folder_ / name), error.what()});
      }
    }
    return false;
  }

  void report_sizes() {
    if (resized_ <= kMostNamed || sizes_reported_) return;
    sizes_reported_ = true;
    tell(observer_.warning, std::to_string(resized_) + " pictures of '" + shown_name(folder_) +
                                "' were fitted to the first one's size");
  }

  fs::path folder_;
  RenderObserver observer_;
  SourceInfo info_;
  std::vector<std::string> files_;
  std::vector<SkippedInput> skipped_;
  std::size_t next_ = 0;
  RgbImage pending_;
  std::string pending_name_;
  bool has_pending_ = false;
  bool sizes_reported_ = false;
  std::int64_t index_ = 0;
  std::size_t resized_ = 0;
};

class StillSource final : public FrameSource {
 public:
  explicit StillSource(const fs::path& path) : picture_(read_picture(path)) {
    info_.size = picture_.size();
    info_.frames = info_.frames_estimate = 1;
    info_.still = true;
    info_.description =
        "picture, " + std::to_string(info_.size.width) + "x" + std::to_string(info_.size.height);
  }
  [[nodiscard]] const SourceInfo& info() const override { return info_; }
  [[nodiscard]] std::int64_t decode_errors() const override { return 0; }
  [[nodiscard]] const std::vector<SkippedInput>& skipped() const override { return skipped_; }
  bool read(SourceFrame& frame) override {
    if (done_) return false;
    done_ = true;
    frame.picture = std::move(picture_);
    frame.index = frame.pts = 0;
    frame.duration = 1;
    return true;
  }

 private:
  RgbImage picture_;
  SourceInfo info_;
  std::vector<SkippedInput> skipped_;
  bool done_ = false;
};

}  // namespace

std::unique_ptr<FrameSource> open_folder_source(const fs::path& folder, double fps,
                                                const RenderObserver& observer) {
  return std::make_unique<FolderSource>(folder, rational_rate(fps), observer);
}

std::unique_ptr<FrameSource> open_still_source(const fs::path& path) {
  return std::make_unique<StillSource>(path);
}

}  // namespace mosaic
