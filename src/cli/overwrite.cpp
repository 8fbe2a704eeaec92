#include "cli/overwrite.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "core/folder_entries.hpp"
#include "core/output_name.hpp"
#include "mosaic/error.hpp"

namespace mosaic::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kIndexEnding = ".mti";

/// Absolute, without links and without a slash at the end, for paths that need not exist.
fs::path resolved(const fs::path& path) {
  std::error_code error;
  // First absolute: weakly_canonical leaves a relative name of which nothing exists as it is.
  fs::path full = fs::absolute(path, error);
  if (error) full = path;
  fs::path result = fs::weakly_canonical(full, error);
  if (error) result = full.lexically_normal();
  return result.has_filename() ? result : result.parent_path();
}

/// A file or folder by device and inode: the same one under every name.
using Id = std::pair<dev_t, ino_t>;

/// What is there, links followed; nothing where there is nothing.
std::optional<Id> id_of(const fs::path& path, bool* folder = nullptr) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  if (folder != nullptr) *folder = S_ISDIR(status.st_mode);
  return Id(status.st_dev, status.st_ino);
}

/// A path that was looked at once: a batch compares each with thousands of others.
struct Place {
  explicit Place(const fs::path& path) : resolved(cli::resolved(path)), id(id_of(path, &folder)) {}
  bool folder = false;
  fs::path resolved;
  std::optional<Id> id;
};

/// Which of the places so far is the same as another.
class Places {
 public:
  void add(const Place& place, std::size_t number) {
    if (place.id) by_id_.emplace(*place.id, number);
    by_name_.emplace(place.resolved.native(), number);
  }
  /// The first one; kNone: none is.
  [[nodiscard]] std::size_t first_same(const Place& place) const {
    std::size_t first = kNone;
    const auto named = by_name_.find(place.resolved.native());
    if (named != by_name_.end()) first = named->second;
    if (!place.id) return first;
    const auto found = by_id_.find(*place.id);
    return found == by_id_.end() ? first : std::min(first, found->second);
  }
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

 private:
  std::map<Id, std::size_t> by_id_;
  std::unordered_map<std::string, std::size_t> by_name_;
};

/// An output, and the folders that it lies in, the innermost first. By device and inode, so that it
/// holds for folders mounted in two places too.
struct Output {
  Output(const WrittenPath& output, std::map<fs::path, std::optional<Id>>& known)
      : written(output), name(parse_output_name(output.path)), place(output.path) {
    for (fs::path above = place.resolved.parent_path();; above = above.parent_path()) {
      const auto [at, is_new] = known.try_emplace(above);
      if (is_new) at->second = id_of(above);
      folders.push_back(at->second);
      if (above == above.parent_path()) break;
    }
  }
  const WrittenPath& written;
  OutputName name;
  Place place;
  std::vector<std::optional<Id>> folders;
};

/// A folder that is read.
struct Input {
  const ReadPath& read;
  std::size_t number;
  std::optional<Id> id;
  /// The links in one that is not searched, and what they lead to.
  std::vector<std::pair<fs::path, fs::path>> links;
};

std::vector<std::pair<fs::path, fs::path>> links_in(const fs::path& folder) {
  std::vector<std::pair<fs::path, fs::path>> links;
  std::error_code error;
  for (const fs::directory_entry& entry : entries_of(folder, error)) {
    std::error_code unreadable;
    if (!entry.is_symlink(unreadable)) continue;
    fs::path target = fs::canonical(entry.path(), unreadable);
    if (!unreadable) links.emplace_back(entry.path(), std::move(target));
  }
  return links;
}

bool lies_in(const Output& output, const Input& input) {
  if (!input.id) return false;
  const auto end = input.read.searched ? output.folders.end() : output.folders.begin() + 1;
  return std::find(output.folders.begin(), end, input.id) != end;
}

/// A link in the folder whose target would be written; null when there is none.
const fs::path* link_to_written(const Input& input, const Output& output) {
  const fs::path& target = output.place.resolved;
  // Of pictures to come only the folder is known.
  const bool folder = output.name.kind == OutputKind::folder;
  const fs::path pictures_in = folder ? target : target.parent_path();
  for (const auto& [link, read] : input.links) {
    if (read == target || (output.name.is_pictures() && read.parent_path() == pictures_in)) {
      return &link;
    }
  }
  return nullptr;
}

void require_outside(const Input& input, const Output& output) {
  const ReadPath& read = input.read;
  const WrittenPath& written = output.written;
  const auto hint = [&] {
    return "an input is never overwritten; choose another folder for " + written.flag +
           ", outside " + read.path.string();
  };
  const bool index = output.place.resolved.extension() == kIndexEnding;
  if (!(read.searched && index) && lies_in(output, input)) {
    throw UsageError(written.flag + " " + written.path.string() + " is inside " + read.flag + " " +
                         read.path.string() + ", which is read",
                     hint());
  }
  // The search of a pool follows no link out of it.
  if (read.searched) return;
  const fs::path* const link = link_to_written(input, output);
  if (link == nullptr) return;
  throw UsageError(written.flag + " " + written.path.string() + " is what " + link->string() +
                       ", a link in " + read.flag + ", leads to",
                   hint());
}

}  // namespace

void require_apart(const std::vector<ReadPath>& read, const std::vector<WrittenPath>& written) {
  Places inputs;
  std::vector<Input> folders;
  for (std::size_t k = 0; k < read.size(); ++k) {
    const Place place(read[k].path);
    inputs.add(place, k);
    if (!place.folder) continue;
    folders.push_back({read[k], k, place.id, {}});
    if (!read[k].searched) folders.back().links = links_in(read[k].path);
  }
  Places outputs;
  std::map<fs::path, std::optional<Id>> known;
  for (std::size_t i = 0; i < written.size(); ++i) {
    const Output output(written[i], known);
    const std::size_t same = inputs.first_same(output.place);
    for (const Input& folder : folders) {
      if (folder.number < same) require_outside(folder, output);
    }
    if (same != Places::kNone) {
      throw UsageError(written[i].flag + " and " + read[same].flag +
                           " are the same: " + read[same].path.string(),
                       "an input is never overwritten; choose another " + written[i].flag);
    }
    const std::size_t twice = outputs.first_same(output.place);
    if (twice != Places::kNone) {
      throw UsageError(written[i].flag + " and " + written[twice].flag +
                       " are the same: " + written[i].path.string());
    }
    outputs.add(output.place, i);
  }
}

}  // namespace mosaic::cli
