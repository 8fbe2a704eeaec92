#include "core/output_name.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

#include "core/file_names.hpp"
#include "core/utf8.hpp"
#include "mosaic/error.hpp"

namespace mosaic {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 4> kVideoEndings = {".mp4", ".mkv", ".mov", ".webm"};
constexpr std::array<std::string_view, 3> kPictureEndings = {".png", ".jpg", ".jpeg"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& endings, const std::string& ending) {
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A '%', digits and 'd' in a name: where it is, and how many characters it has.
struct NumberPlace {
  std::size_t at = std::string::npos;
  std::size_t length = 0;
};

NumberPlace find_number(const std::string& name, std::size_t from) {
  for (std::size_t at = name.find('%', from); at != std::string::npos;
       at = name.find('%', at + 1)) {
    std::size_t end = at + 1;
    while (end < name.size() && is_digit(name[end])) ++end;
    if (end < name.size() && name[end] == 'd') return {at, end + 1 - at};
  }
  return {};
}

/// Of "%d" or "%0Nd"; -1 of another.
int digits_of(const std::string& number) {
  if (number == "%d") return 0;
  const bool padded = number.size() == 4 && number[1] == '0' && number[2] >= '1';
  return padded ? number[2] - '0' : -1;
}

/// Of the name of a picture: Note [Numbered names].
OutputKind parse_picture_name(const std::string& name, PictureNames& names) {
  const NumberPlace number = find_number(name, 0);
  if (number.at == std::string::npos) return OutputKind::still;
  const std::size_t end = number.at + number.length;
  const bool escaped = number.at > 0 && name[number.at - 1] == '%';
  const bool again = find_number(name, end).at != std::string::npos;
  names.digits = digits_of(name.substr(number.at, number.length));
  if (escaped || again || names.digits < 0) return OutputKind::bad_pattern;
  names.before = name.substr(0, number.at);
  names.after = name.substr(end);
  return OutputKind::numbered;
}

}  // namespace

std::string PictureNames::name(std::int64_t number) const {
  std::string text = std::to_string(number);
  if (text.size() < static_cast<std::size_t>(digits)) {
    text.insert(0, static_cast<std::size_t>(digits) - text.size(), '0');
  }
  return before + text + after;
}

std::int64_t PictureNames::number_in(const std::string& name) const {
  constexpr std::size_t kMostDigits = 18;
  if (!name.starts_with(before) || !name.ends_with(after)) return -1;
  if (name.size() <= before.size() + after.size()) return -1;
  const std::string middle = name.substr(before.size(), name.size() - before.size() - after.size());
  if (middle.size() > kMostDigits || !std::all_of(middle.begin(), middle.end(), is_digit))
    return -1;
  const std::int64_t number = std::stoll(middle);
  return this->name(number) == name ? number : -1;
}

OutputName parse_output_name(const fs::path& output) {
  OutputName result;
  if (output == "-") {
    result.kind = OutputKind::pipe;
    return result;
  }
  std::error_code ignored;
  if (!output.has_filename() || fs::is_directory(output, ignored)) {
    result.kind = OutputKind::folder;
    parse_picture_name(kFolderPattern, result.pictures);
    result.ending = lower_ending(kFolderPattern);
    result.pictures.folder = output.has_filename() ? output : output.parent_path();
    return result;
  }
  result.ending = lower_ending(output);
  if (contains(kVideoEndings, result.ending)) {
    result.kind = OutputKind::video;
  } else if (result.ending == ".gif") {
    result.kind = OutputKind::gif;
  } else if (contains(kPictureEndings, result.ending)) {
    result.kind = parse_picture_name(output.filename().native(), result.pictures);
    if (result.kind == OutputKind::numbered) result.pictures.folder = output.parent_path();
  }
  return result;
}

void refuse_pattern(const fs::path& output) {
  throw UsageError("'" + visible_utf8(output.native()) + "' is not a pattern for numbered pictures",
                   "use one %06d in the file name, for example frame_%06d.png");
}

}  // namespace mosaic
