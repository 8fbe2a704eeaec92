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
#include "mosaic/error.hpp"

namespace mosaic::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> kVideoEndings = {".mp4", ".mkv", ".mov", ".webm"};
constexpr std::array<std::string_view, 3> kStillEndings = {".png", ".jpg", ".jpeg"};

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& endings, const std::string& ending) {
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

/// %d, %6d or %06d in the file's name.
bool is_pattern(const std::string& name) {
  for (std::size_t at = name.find('%'); at != std::string::npos; at = name.find('%', at + 1)) {
    std::size_t end = at + 1;
    while (end < name.size() && name[end] >= '0' && name[end] <= '9') ++end;
    if (end < name.size() && name[end] == 'd') return true;
  }
  return false;
}

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
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  std::erase(names, path.filename().string());  // a link to nowhere has that name
  // Of equally near ones the first: not in the order of the folder, which is chance.
  std::sort(names.begin(), names.end());
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string near = nearest(path.filename().string(), views);
  return near.empty() ? near : "did you mean " + (path.parent_path() / near).string() + "?";
}

OutputKind kind_of_output(const fs::path& output) {
  if (output == "-") return OutputKind::video;
  if (output.filename().empty() || is_folder(output)) return OutputKind::pictures;
  const std::string ending = lower(output.extension().string());
  if (contains(kStillEndings, ending)) {
    return is_pattern(output.filename().string()) ? OutputKind::pictures : OutputKind::still;
  }
  if (contains(kVideoEndings, ending)) return OutputKind::video;
  if (ending == ".gif") return OutputKind::gif;
  std::vector<std::string_view> known(kVideoEndings.begin(), kVideoEndings.end());
  known.push_back(".gif");
  known.insert(known.end(), kStillEndings.begin(), kStillEndings.end());
  const std::string near = ending.empty() ? std::string() : nearest(ending, known);
  throw UsageError("--output " + output.string() + ": " +
                       (ending.empty() ? "the name has no ending" : "unknown ending " + ending),
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
  const std::string name = output.filename().string();
  const std::string ending = lower(output.extension().string());
  const bool numbered = contains(kStillEndings, ending) && is_pattern(name);
  if (name.empty() || is_folder(output) || numbered) {
    const fs::path folder = is_folder(output) ? output : output.parent_path();
    // The job makes its folder itself.
    if (folder.empty() || is_folder(folder)) return folder / "preview.png";
    return folder.parent_path() / (folder.filename().string() + ".preview.png");
  }
  if (ending == ".png") return output;
  return output.parent_path() / (output.stem().string() + ".preview.png");
}

}  // namespace mosaic::cli
