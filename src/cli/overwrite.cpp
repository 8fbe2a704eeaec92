#include "cli/overwrite.hpp"

#include <string_view>
#include <system_error>

#include "cli/paths.hpp"
#include "core/folder_entries.hpp"
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

bool is_same(const fs::path& a, const fs::path& b) {
  std::error_code error;
  if (fs::equivalent(a, b, error) && !error) return true;
  return resolved(a) == resolved(b);
}

/// Compared by device and inode, so that it holds for folders mounted in two places too.
bool lies_in(const fs::path& path, const fs::path& folder, bool at_any_depth) {
  fs::path above = resolved(path).parent_path();
  for (;;) {
    std::error_code error;
    if (fs::equivalent(above, folder, error) && !error) return true;
    const fs::path next = above.parent_path();
    if (!at_any_depth || next == above) return false;
    above = next;
  }
}

/// A link in `folder` whose target would be written; empty when there is none.
fs::path link_to_written(const fs::path& folder, const fs::path& written) {
  const fs::path target = resolved(written);
  // Of pictures to come only the folder is known.
  const OutputName name = parse_output_name(written);
  const fs::path pictures_in = name.kind == OutputKind::folder ? target : target.parent_path();
  std::error_code error;
  for (const fs::directory_entry& entry : entries_of(folder, error)) {
    std::error_code unreadable;
    if (!entry.is_symlink(unreadable)) continue;
    const fs::path read = fs::canonical(entry.path(), unreadable);
    if (unreadable) continue;
    if (read == target || (name.is_pictures() && read.parent_path() == pictures_in)) {
      return entry.path();
    }
  }
  return {};
}

void require_outside(const ReadPath& input, const WrittenPath& output) {
  if (!is_folder(input.path)) return;
  const std::string hint = "an input is never overwritten; choose another folder for " +
                           output.flag + ", outside " + input.path.string();
  const bool index = resolved(output.path).extension() == kIndexEnding;
  if (!(input.searched && index) && lies_in(output.path, input.path, input.searched)) {
    throw UsageError(output.flag + " " + output.path.string() + " is inside " + input.flag + " " +
                         input.path.string() + ", which is read",
                     hint);
  }
  // The search of a pool follows no link out of it.
  if (input.searched) return;
  const fs::path link = link_to_written(input.path, output.path);
  if (link.empty()) return;
  throw UsageError(output.flag + " " + output.path.string() + " is what " + link.string() +
                       ", a link in " + input.flag + ", leads to",
                   hint);
}

}  // namespace

void require_apart(const std::vector<ReadPath>& read, const std::vector<WrittenPath>& written) {
  for (std::size_t i = 0; i < written.size(); ++i) {
    for (const ReadPath& input : read) {
      if (is_same(written[i].path, input.path)) {
        throw UsageError(
            written[i].flag + " and " + input.flag + " are the same: " + input.path.string(),
            "an input is never overwritten; choose another " + written[i].flag);
      }
      require_outside(input, written[i]);
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (is_same(written[i].path, written[j].path)) {
        throw UsageError(written[i].flag + " and " + written[j].flag +
                         " are the same: " + written[i].path.string());
      }
    }
  }
}

}  // namespace mosaic::cli
