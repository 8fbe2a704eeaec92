#include "cli/paths.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>
#include <system_error>
#include <vector>

#include "cli/suggest.hpp"
#include "core/folder_entries.hpp"
#include "mosaic/error.hpp"

namespace mosaic::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 8> kOutputEndings = {".mp4", ".mkv", ".mov", ".webm",
                                                            ".gif", ".png", ".jpg", ".jpeg"};

}  // namespace

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool is_taken(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() != fs::file_type::not_found && !error;
}

std::string near_file(const fs::path& path) {
  std::error_code error;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : entries_of(folder, error)) {
    names.push_back(entry.path().filename().string());
  }
  std::erase(names, path.filename().string());  // a link to nowhere has that name
  // Of equally near ones the first: not in the order of the folder, which is chance.
  std::sort(names.begin(), names.end());
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string near = nearest(path.filename().string(), views);
  return near.empty() ? near : "did you mean " + (path.parent_path() / near).string() + "?";
}

OutputName name_of_output(const fs::path& output) {
  OutputName name = parse_output_name(output);
  if (name.kind == OutputKind::bad_pattern) refuse_pattern(output);
  if (name.kind != OutputKind::unknown) return name;
  const std::vector<std::string_view> known(kOutputEndings.begin(), kOutputEndings.end());
  const std::string near = name.ending.empty() ? std::string() : nearest(name.ending, known);
  throw UsageError(
      "--output " + output.string() + ": " +
          (name.ending.empty() ? "the name has no ending" : "unknown ending " + name.ending),
      std::string(near.empty() ? "" : "did you mean " + near + "? ") +
          "Known are .mp4 .mkv .mov .webm .gif, .png .jpg .jpeg, a folder (with / at "
          "its end) and patterns such as out/%06d.png");
}

void require_input(const fs::path& path, const std::string& flag, bool folder_allowed) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    std::error_code ignored;
    if (fs::is_symlink(path, ignored)) {
      throw InputError(flag + " " + path.string() + ": this is a link to " +
                           fs::read_symlink(path, ignored).string() + ", which is not there",
                       "mount or restore what it leads to, or name the file itself");
    }
    const std::string near = near_file(path);
    throw InputError(
        flag + " " + path.string() + ": there is no such file or folder",
        near.empty() ? "check the path; relative ones start at the working directory" : near);
  }
  if (error) throw InputError(flag + " " + path.string() + ": " + error.message());
  const bool folder = status.type() == fs::file_type::directory;
  if (folder && !folder_allowed) {
    throw InputError(flag + " " + path.string() + ": this is a folder, a file is needed");
  }
  if (!folder && status.type() != fs::file_type::regular) {
    throw InputError(flag + " " + path.string() + ": this is neither a file nor a folder");
  }
  if (access(path.c_str(), folder ? R_OK | X_OK : R_OK) != 0) {
    throw InputError(flag + " " + path.string() + ": " + std::strerror(errno));
  }
}

void require_writable(const fs::path& path, const std::string& flag, bool force) {
  if (is_folder(path)) {
    throw OutputError(flag + " " + path.string() + ": this is a folder, a file name is needed");
  }
  if (is_taken(path) && !force) {
    throw OutputError(flag + " " + path.string() + ": the file is already there",
                      "use --force to replace it");
  }
  // Renaming over a device would take it away from the whole system.
  std::error_code failure;
  if (is_taken(path) && fs::exists(path, failure) && !fs::is_regular_file(path, failure)) {
    throw OutputError(flag + " " + path.string() + ": this is not a regular file",
                      "name a file, or a name that is free");
  }
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (!is_folder(folder)) {
    throw OutputError(
        flag + " " + path.string() + ": the folder " + folder.string() + " does not exist",
        "make it first: mkdir -p " + folder.string());
  }
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    throw OutputError(flag + " " + path.string() + ": cannot write in " + folder.string() + ": " +
                          std::strerror(errno),
                      "choose a folder you may write to");
  }
}

void require_status_file(const Request& request) {
  if (!request.status_file) return;
  const fs::path& path = *request.status_file;
  bool ours = false;
  std::error_code failure;
  if (fs::is_regular_file(path, failure)) {  // opening a named pipe would wait for its writer
    std::string begin(16, '\0');
    std::ifstream stream(path, std::ios::binary);
    stream.read(begin.data(), static_cast<std::streamsize>(begin.size()));
    ours = begin == R"({"type":"status")";
  }
  require_writable(path, "--status-file", request.settings.force || ours);
}

void require_standard_output(const std::string& flag) {
  const int flags = fcntl(STDOUT_FILENO, F_GETFL);
  if (flags != -1 && (flags & O_ACCMODE) != O_RDONLY) return;
  throw OutputError("cannot write to standard output, which " + flag + " needs: it is closed",
                    "lead it somewhere, such as > film.mkv, or name a file");
}

fs::path preview_path(const fs::path& output) {
  const OutputName name = parse_output_name(output);
  if (name.is_pictures()) {
    const fs::path& folder = name.pictures.folder;
    // The job makes its folder itself.
    if (folder.empty() || is_folder(folder)) return folder / "preview.png";
    return folder.parent_path() / (folder.filename().string() + ".preview.png");
  }
  if (name.ending == ".png") return output;
  return output.parent_path() / (output.stem().string() + ".preview.png");
}

}  // namespace mosaic::cli
